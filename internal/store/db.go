// Package store keeps the directory in a database: an SQLite file, or a schema
// of a PostgreSQL database that several nodes share. It implements
// directory.Store, one file per noun, in SQL that both engines take; how the
// synchronisation's plan is applied is in plan.go.
//
// It must never answer a failed read with fewer records, change an access
// without a line in its history in the same transaction, or compare a customer's
// code by anything but its bytes.
//
// Both engines agree on these forms: a time is a whole number of microseconds
// since 1970 UTC, lists and maps are JSON text, an absent text is empty and never
// NULL. Ids and codes compare by their bytes (SQLite's BINARY collation,
// PostgreSQL's "C").
//
// Read db.go for how transactions are made, engine.go for what differs between
// the engines, migrate.go for how a directory gets its tables, then the noun you
// look for. A new noun is a file here, a pair of migrations with the same number
// and name, and a file in the conformance suite, storetest: tests see that both
// engines end with the same tables and do the same.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/store/sqlitefile"
)

var _ directory.Store = (*DB)(nil)

// readers is how many connections read at once. Readers wait for nobody; more
// of them than this only take memory.
const readers = 8

// Config says where the directory is kept.
type Config struct {
	Driver string // SQLite, which "" stands for, or Postgres

	Path        string // SQLite: of the file; made, with its folder, where it does not exist
	Synchronous string // SQLite: "NORMAL" (the default) or "FULL": see sqlitefile.Synchronous

	DSN string // Postgres: of the database; its search_path names the schema, which must exist
	// BackedUp is the operator's word, given for one migration, that a
	// PostgreSQL directory was backed up. Without it only an empty schema
	// gets its tables.
	BackedUp bool

	Node   string // names this process to the other nodes; up to 40 bytes; "" where there are none
	Logger zerolog.Logger
	Now    func() time.Time // nil for time.Now
}

// DB is a directory kept in a database. It may be used by many goroutines, and
// several processes may have the same file open.
type DB struct {
	engine engine
	writer *sqlx.DB // SQLite: one connection
	reader *sqlx.DB
	// revision is the statement that every request runs.
	revision *sql.Stmt
	// watch tells whether anything has changed since a revision was read; nil
	// where nothing but reading it does.
	watch                              *sqlitefile.Watch
	directoryRevision, profileRevision *lastSeen

	now  func() time.Time
	log  zerolog.Logger
	node string
	// epoch is that of the lead in whose name this store writes; 0 for none.
	epoch int64
}

// Open opens the directory and brings its tables to the present form. An
// existing SQLite file is copied before; for an existing PostgreSQL schema that
// takes cfg.BackedUp, and is ErrNeedsMigration without.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	return open(ctx, cfg, nil)
}

// open is Open with other steps than the engine's own, where they are given.
func open(ctx context.Context, cfg Config, steps fs.FS) (*DB, error) {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	e, err := engineOf(cfg)
	if err != nil {
		return nil, fmt.Errorf("open directory store: %w", err)
	}
	fail := func(err error) (*DB, error) {
		return nil, fmt.Errorf("open directory store %s: %w", e.place(), err)
	}
	if steps == nil {
		steps = e.steps()
	}
	writer, err := e.openWriter(ctx)
	if err != nil {
		return fail(err)
	}
	if err := migrate(ctx, e, writer, steps, cfg.Logger); err != nil {
		return fail(errors.Join(err, writer.Close()))
	}
	reader, err := e.openReader(ctx)
	if err != nil {
		return fail(errors.Join(err, writer.Close()))
	}
	revision, err := reader.PrepareContext(ctx, readRevision)
	if err != nil {
		return fail(errors.Join(err, reader.Close(), writer.Close()))
	}
	watch, err := e.openWatch(ctx)
	if err != nil {
		return fail(errors.Join(err, revision.Close(), reader.Close(), writer.Close()))
	}
	return &DB{engine: e, writer: writer, reader: reader, revision: revision, watch: watch, directoryRevision: &lastSeen{}, profileRevision: &lastSeen{},
		now: cfg.Now, log: cfg.Logger, node: cfg.Node}, nil
}

// Ping reports whether the directory can be read.
func (d *DB) Ping(ctx context.Context) error {
	_, err := d.Revision(ctx)
	return err
}

// Close waits for what is under way and closes the directory. A second Close does
// nothing.
func (d *DB) Close() error {
	if err := errors.Join(d.revision.Close(), d.reader.Close(), d.writer.Close(), d.watch.Close()); err != nil {
		return fmt.Errorf("close directory store: %w", err)
	}
	return nil
}

// get reads one row into dest, and is directory.ErrNotFound without one.
func (d *DB) get(ctx context.Context, dest any, query string, args ...any) error {
	err := d.told(ctx, d.again(ctx, func() error { return d.reader.GetContext(ctx, dest, d.reader.Rebind(query), args...) }))
	if d.engine.impossible(err) {
		return directory.ErrNotFound
	}
	return found(err)
}

// list reads every row into dest, a pointer to a slice.
func (d *DB) list(ctx context.Context, dest any, query string, args ...any) error {
	err := d.told(ctx, d.again(ctx, func() error {
		reflect.ValueOf(dest).Elem().SetZero() // what an earlier try read
		return d.reader.SelectContext(ctx, dest, d.reader.Rebind(query), args...)
	}))
	if d.engine.impossible(err) {
		return nil // no row has what was asked for
	}
	return err
}

// again does what changes nothing a few times, where the server hung up on
// sessions that lay in the pool.
func (d *DB) again(ctx context.Context, do func() error) (err error) {
	for range readers + 1 {
		if err = do(); err == nil || !d.engine.hungUp(err) || ctx.Err() != nil {
			break
		}
	}
	return err
}

// told names what an error came of: the end of the context, or that the
// directory's server is away.
func (d *DB) told(ctx context.Context, err error) error {
	if err = told(ctx, err); err != nil && ctx.Err() == nil && (d.engine.hungUp(err) || unreachable(err)) {
		return fmt.Errorf("%w: %w", directory.ErrUnavailable, err)
	}
	return err
}

// told names the end of a context as the cause of an error that came of it: what
// drivers say then ("interrupted", "statement is closed") tells nobody why.
func told(ctx context.Context, err error) error {
	if cause := ctx.Err(); err != nil && cause != nil && !errors.Is(err, cause) {
		return errors.Join(cause, err)
	}
	return err
}

// found gives the absence of a row its name in the directory.
func found(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return directory.ErrNotFound
	}
	return err
}

// tx is a transaction that writes. It holds the context of the one call that
// it lives for, so that a step cannot run under another.
type tx struct {
	*sqlx.Tx
	ctx    context.Context
	conn   *sqlx.Conn // on which it runs
	engine engine
	bulks  map[string]string // where rows of a table are copied to, once that is decided
}

// errUnchanged makes write roll back and succeed.
var errUnchanged = errors.New("nothing to write")

// write runs fn in one transaction, committed where fn returns nil.
//
// On PostgreSQL each statement sees what was committed before it: fn locks what
// it decides by, the revision first.
func (d *DB) write(ctx context.Context, fn func(tx) error) error {
	return d.told(ctx, d.transaction(ctx, fn))
}

func (d *DB) transaction(ctx context.Context, fn func(tx) error) error {
	var (
		conn *sqlx.Conn
		t    *sqlx.Tx
	)
	err := d.again(ctx, func() (err error) {
		if conn, err = d.writer.Connx(ctx); err != nil {
			return err
		}
		if t, err = conn.BeginTxx(ctx, nil); err != nil {
			err = errors.Join(err, conn.Close())
		}
		return err
	})
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // gives it back to the pool
	committed := false
	defer func() {
		if !committed {
			// The cause is in err already, or is a panic on its way up.
			_ = t.Rollback()
		}
	}()
	w := tx{t, ctx, conn, d.engine, map[string]string{}}
	if d.epoch != 0 {
		if err := w.fence(d.epoch); err != nil {
			return err
		}
	}
	if err := fn(w); err != nil {
		if errors.Is(err, errUnchanged) {
			return nil
		}
		return err
	}
	if err := t.Commit(); err != nil {
		return err
	}
	committed = true
	return nil
}

// get reads one row, as DB.get does.
func (t tx) get(dest any, query string, args ...any) error {
	err := t.GetContext(t.ctx, dest, t.Rebind(query), args...)
	if t.engine.impossible(err) {
		return directory.ErrNotFound // and the transaction is over
	}
	return found(err)
}

// exec runs one statement and returns how many rows it changed.
func (t tx) exec(query string, args ...any) (int64, error) {
	res, err := t.ExecContext(t.ctx, t.Rebind(query), args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}
