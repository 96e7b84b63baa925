// Package sqlitefile opens SQLite files the way all of ours are opened:
// write-ahead log, enforced foreign keys, patience with other processes, and
// files that only their owner may read. It knows nothing of what is in them.
//
// It must never open a file with a journal or a durability that the caller did
// not choose. internal/store and internal/audit build on it.
package sqlitefile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/jmoiron/sqlx"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// Synchronous says when a commit counts as done.
type Synchronous string

const (
	// Normal: a commit survives the end of the process, but the last ones
	// may be lost, whole, when the machine loses power.
	Normal Synchronous = "NORMAL"
	// Full: a commit survives a power cut too, at the price of one fsync.
	Full Synchronous = "FULL"
)

// Check refuses anything but Normal, Full and "", which stands for Normal.
func (s Synchronous) Check() error {
	switch s {
	case "", Normal, Full:
		return nil
	}
	return fmt.Errorf("synchronous is %q: write NORMAL or FULL", string(s))
}

// journalBytes is what is left of a journal that one large transaction blew up.
const journalBytes = "67108864"

// busyMillis is how long a statement waits for another process's lock.
const busyMillis = "10000"

// OpenWriter opens path for writing over one single connection, so that
// writers of this process queue in Go and transactions never deadlock. The file
// is created when there is none; its folder must exist.
func OpenWriter(ctx context.Context, path string, sync Synchronous) (*sqlx.DB, error) {
	dsn, err := WriterDSN(path, sync)
	if err != nil {
		return nil, err
	}
	if err := create(path); err != nil {
		return nil, err
	}
	db, err := open(ctx, dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// WriterDSN is by what OpenWriter opens an existing file.
func WriterDSN(path string, sync Synchronous) (string, error) {
	if err := sync.Check(); err != nil {
		return "", err
	}
	if sync == "" {
		sync = Normal
	}
	return dsn(path, url.Values{
		"_txlock":       {"immediate"},
		"_journal_mode": {"WAL"},
		"_synchronous":  {string(sync)},
		"_foreign_keys": {"1"},
		"_pragma":       {"journal_size_limit(" + journalBytes + ")"},
	})
}

// OpenReader opens path for reading only, over at most conns connections. The
// file must exist.
func OpenReader(ctx context.Context, path string, conns int) (*sqlx.DB, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	dsn, err := dsn(path, url.Values{"_query_only": {"1"}})
	if err != nil {
		return nil, err
	}
	db, err := open(ctx, dsn)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db, nil
}

func open(ctx context.Context, dsn string) (*sqlx.DB, error) {
	db, err := sqlx.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	if err := db.PingContext(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	// sqlx knows the placeholders of this engine under its older name.
	return sqlx.NewDb(db.DB, "sqlite3"), nil
}

// dsn spells path as a URI, so that no character of it is taken for the start
// of the parameters; mode=rw keeps SQLite from creating files with rights of
// its own choosing.
func dsn(path string, q url.Values) (string, error) {
	q.Set("_busy_timeout", busyMillis)
	q.Set("_dqs", "0") // "x" names a column or is an error, and is never a text
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	slashed := filepath.ToSlash(abs)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // C:/… on Windows
	}
	q.Set("mode", "rw")
	u := url.URL{Scheme: "file", Path: slashed, RawQuery: q.Encode()}
	return u.String(), nil
}

// create makes an empty file that only its owner may read; SQLite gives the
// same rights to the journals beside it. An existing file keeps its own.
func create(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// Copy writes a consistent copy of db, what is still in its journal included,
// to a new file that only its owner may read.
func Copy(ctx context.Context, db *sqlx.DB, path string) error {
	if _, err := os.Stat(path); err == nil {
		return fmt.Errorf("%s exists already: move it away", path)
	}
	if err := create(path); err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", path); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}
