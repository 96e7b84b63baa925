package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"
)

// errInUse says that another process works on the directory.
var errInUse = errors.New("another vantelle process works on this directory")

// lock is the right to be the one process that synchronises into a directory:
// two would take each other's runs for abandoned ones. It ends with the
// process, however that ends.
//
// It is an exclusive transaction on an empty SQLite file beside the directory,
// because SQLite's locks work alike on every platform.
type lock struct {
	db   *sql.DB
	conn *sql.Conn
}

// takeLock takes the lock of the directory at path, or returns errInUse.
func takeLock(ctx context.Context, path string) (*lock, error) {
	fail := func(err error) (*lock, error) { return nil, fmt.Errorf("lock directory %s: %w", path, err) }
	abs, err := filepath.Abs(path + ".lock")
	if err != nil {
		return fail(err)
	}
	if err := os.MkdirAll(filepath.Dir(abs), 0o700); err != nil {
		return fail(err)
	}
	slashed := filepath.ToSlash(abs)
	if slashed[0] != '/' {
		slashed = "/" + slashed // C:/… on Windows
	}
	uri := url.URL{Scheme: "file", Path: slashed, RawQuery: "_busy_timeout=0&_journal_mode=MEMORY"}
	db, err := sql.Open("sqlite", uri.String())
	if err != nil {
		return fail(err)
	}
	conn, err := db.Conn(ctx)
	if err == nil {
		_, err = conn.ExecContext(ctx, "BEGIN EXCLUSIVE")
	}
	if err != nil {
		if conn != nil {
			err = errors.Join(err, conn.Close())
		}
		err = errors.Join(err, db.Close())
		if busy(err) {
			return fail(errInUse)
		}
		return fail(err)
	}
	return &lock{db: db, conn: conn}, nil
}

// busy tells whether err is SQLite's word for somebody else's lock.
func busy(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && e.Code()&0xff == sqlitelib.SQLITE_BUSY
}

// release gives the lock back.
func (l *lock) release() error { return errors.Join(l.conn.Close(), l.db.Close()) }
