package store

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"

	"github.com/vantelle/vantelle/internal/store/sqlitefile"
)

// Drivers that a Config may name.
const (
	SQLite   = "sqlite"
	Postgres = "postgres"
)

// engine is all that differs between the databases that keep a directory.
// Nouns never ask which one it is: what they write, both take.
type engine interface {
	// place says for people where the directory is, without secrets.
	place() string
	// openWriter opens the connections that write and migrate.
	openWriter(ctx context.Context) (*sqlx.DB, error)
	// openReader opens the connections that read and cannot write.
	openReader(ctx context.Context) (*sqlx.DB, error)
	// openWatch opens what tells cheaply whether anything was committed; nil where
	// there is no such thing.
	openWatch(ctx context.Context) (*sqlitefile.Watch, error)
	// steps are the migrations, and dialect is goose's name of the engine.
	steps() fs.FS
	dialect() goose.Dialect
	// alone runs fn while no other process migrates.
	alone(ctx context.Context, db *sqlx.DB, fn func() error) error
	// keep makes sure that the form from before a migration can be had again,
	// or refuses. unchanged is called where the migration then changed nothing.
	keep(ctx context.Context, db *sqlx.DB, current, target int64) (unchanged func() error, err error)
	// hasTable reports whether there is a table of that name.
	hasTable(ctx context.Context, db *sqlx.DB, name string) (bool, error)
	// shared reports whether several nodes may work on the directory.
	shared() bool
	// openLobby opens the pool whose sessions lead; nil where one process
	// works on the directory anyway.
	openLobby(ctx context.Context) (*sqlx.DB, error)
	// seize makes a session the one that leads, or is a *LedError. release
	// undoes it; where it cannot, the end of the session does.
	seize(ctx context.Context, conn *sqlx.Conn, node string) error
	release(conn *sqlx.Conn)
	// clock is the database's clock in SQL, as the tables keep times.
	clock() string
	// lockKey ends a SELECT of a row whose key nobody else may change before
	// the transaction is over; its other columns they may.
	lockKey() string
	// quick is the context for a read of one row by its key, on the way of
	// every request.
	quick(ctx context.Context) context.Context
	// lockRow ends a SELECT whose rows nobody else may change before the
	// transaction is over; empty where transactions that write queue anyway.
	lockRow() string
	// bulk writes many rows faster than statements do, and reports whether it
	// did: where it did not, put does it.
	bulk(t tx, rows tableRows) (done bool, err error)
	// hungUp reports whether err says that the server ended the session, before
	// or while it was used: another one may work.
	hungUp(err error) bool
	// impossible reports whether err says that a text could not be kept at
	// all, so that no row can hold it.
	impossible(err error) bool
}

// engineOf gives the engine that a configuration names.
func engineOf(cfg Config) (engine, error) {
	switch cfg.Driver {
	case "", SQLite:
		if cfg.Path == "" {
			return nil, fmt.Errorf("no path is given")
		}
		return sqliteEngine{cfg}, nil
	case Postgres:
		return newPostgres(cfg)
	}
	return nil, fmt.Errorf("there is no driver %q: write sqlite or postgres", cfg.Driver)
}
