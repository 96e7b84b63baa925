// Package store keeps the directory in a database: today in one SQLite file, in
// SQL that PostgreSQL takes as well. It implements directory.Store, one file
// per noun; how the synchronisation's plan is applied is in plan.go.
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
// Read db.go for how transactions are made, migrate.go for how a file gets its
// tables, then the noun you look for. The conformance suite is storetest.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/store/sqlitefile"
)

var _ directory.Store = (*DB)(nil)

// readers is how many connections read at once. Readers wait for nobody in the
// write-ahead log; more of them than this only take memory.
const readers = 8

// Config says where the directory is kept.
type Config struct {
	Path        string // of the SQLite file; made, with its folder, where it does not exist
	Synchronous string // "NORMAL" (the default) or "FULL": see sqlitefile.Synchronous
	Logger      zerolog.Logger
	Now         func() time.Time // nil for time.Now
}

// DB is a directory kept in a database. It may be used by many goroutines, and
// several processes may have the same file open.
type DB struct {
	writer *sqlx.DB // one connection
	reader *sqlx.DB
	now    func() time.Time
}

// Open opens the directory, brings its tables to the present form, and keeps a
// copy of an existing file before it does.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	return open(ctx, cfg, migrations())
}

func open(ctx context.Context, cfg Config, steps fs.FS) (*DB, error) {
	fail := func(err error) (*DB, error) {
		return nil, fmt.Errorf("open directory store %s: %w", cfg.Path, err)
	}
	if cfg.Path == "" {
		return nil, errors.New("open directory store: no path is given")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if err := os.MkdirAll(filepath.Dir(cfg.Path), 0o700); err != nil {
		return fail(err)
	}
	writer, err := sqlitefile.OpenWriter(ctx, cfg.Path, sqlitefile.Synchronous(cfg.Synchronous))
	if err != nil {
		return fail(err)
	}
	if err := migrate(ctx, writer, cfg, steps); err != nil {
		return fail(errors.Join(err, writer.Close()))
	}
	reader, err := sqlitefile.OpenReader(ctx, cfg.Path, readers)
	if err != nil {
		return fail(errors.Join(err, writer.Close()))
	}
	return &DB{writer: writer, reader: reader, now: cfg.Now}, nil
}

// Ping reports whether the directory can be read.
func (d *DB) Ping(ctx context.Context) error {
	_, err := d.Revision(ctx)
	return err
}

// Close waits for what is under way and closes the file. A second Close does
// nothing.
func (d *DB) Close() error {
	if err := errors.Join(d.reader.Close(), d.writer.Close()); err != nil {
		return fmt.Errorf("close directory store: %w", err)
	}
	return nil
}

// get reads one row into dest, and is directory.ErrNotFound without one.
func (d *DB) get(ctx context.Context, dest any, query string, args ...any) error {
	return found(told(ctx, d.reader.GetContext(ctx, dest, d.reader.Rebind(query), args...)))
}

// list reads every row into dest, a pointer to a slice.
func (d *DB) list(ctx context.Context, dest any, query string, args ...any) error {
	return told(ctx, d.reader.SelectContext(ctx, dest, d.reader.Rebind(query), args...))
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
	ctx context.Context
}

// errUnchanged makes write roll back and succeed.
var errUnchanged = errors.New("nothing to write")

// write runs fn in one transaction, committed where fn returns nil.
func (d *DB) write(ctx context.Context, fn func(tx) error) error {
	return told(ctx, d.transaction(ctx, fn))
}

func (d *DB) transaction(ctx context.Context, fn func(tx) error) error {
	t, err := d.writer.BeginTxx(ctx, nil)
	if err != nil {
		return err
	}
	committed := false
	defer func() {
		if !committed {
			// The cause is in err already, or is a panic on its way up.
			_ = t.Rollback()
		}
	}()
	if err := fn(tx{t, ctx}); err != nil {
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
	return found(t.GetContext(t.ctx, dest, t.Rebind(query), args...))
}

// exec runs one statement and returns how many rows it changed.
func (t tx) exec(query string, args ...any) (int64, error) {
	res, err := t.ExecContext(t.ctx, t.Rebind(query), args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// raiseRevision tells every cache that accesses, keys or customers are about to
// change. It comes first in such a transaction: on an engine with several
// writers its row is the lock behind which they queue.
func (t tx) raiseRevision() error {
	n, err := t.exec("UPDATE revisions SET value = value + 1 WHERE name = 'directory'")
	if err == nil && n != 1 {
		err = errors.New("the revision's row is missing")
	}
	return err
}

// Revision implements directory.AccessStore.
func (d *DB) Revision(ctx context.Context) (int64, error) {
	var n int64
	if err := d.get(ctx, &n, "SELECT value FROM revisions WHERE name = 'directory'"); err != nil {
		return 0, fmt.Errorf("read directory revision: %w", err)
	}
	return n, nil
}
