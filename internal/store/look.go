package store

import (
	"context"
	"fmt"
	"io/fs"

	"github.com/jmoiron/sqlx"

	"github.com/vantelle/vantelle/internal/directory"
)

// Look is a directory that is only looked at: it is never made, migrated or
// changed, and a service may be working on it.
type Look struct {
	*sqlx.DB        // reads, and cannot write
	Place    string // for people
	engine   engine
}

// LookAt opens a directory to look at. Close it. An SQLite file that is not
// there is fs.ErrNotExist.
func LookAt(ctx context.Context, cfg Config) (*Look, error) {
	e, err := engineOf(cfg)
	if err != nil {
		return nil, fmt.Errorf("look at directory store: %w", err)
	}
	db, err := e.openReader(ctx)
	if err != nil {
		return nil, fmt.Errorf("look at directory store %s: %w", e.place(), err)
	}
	return &Look{DB: db, Place: e.place(), engine: e}, nil
}

// Form gives the form of the directory's tables, 0 where there are none yet,
// and the form that this program works with.
func (l *Look) Form(ctx context.Context) (form, target int64, err error) {
	if target, err = lastStep(l.engine.steps()); err != nil {
		return 0, 0, err
	}
	there, err := l.engine.hasTable(ctx, l.DB, "goose_db_version")
	if err == nil && there { // as goose keeps it
		err = l.GetContext(ctx, &form, "SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version")
	}
	if err != nil {
		return 0, 0, fmt.Errorf("read the form of directory store %s: %w", l.Place, err)
	}
	return form, target, nil
}

// ProfileRevision and ProfilesInForce read the profiles of a directory whose form
// is this program's, as directory.ProfileStore does.
func (l *Look) ProfileRevision(ctx context.Context) (int64, error) {
	return l.asStore().ProfileRevision(ctx)
}

// ProfilesInForce is told of at ProfileRevision.
func (l *Look) ProfilesInForce(ctx context.Context) (directory.ProfileSet, error) {
	return l.asStore().ProfilesInForce(ctx)
}

// asStore is a store that can only read.
func (l *Look) asStore() *DB {
	return &DB{engine: l.engine, reader: l.DB, profileRevision: &lastSeen{}}
}

// lastStep is the number of the last of the steps, by their names.
func lastStep(steps fs.FS) (last int64, err error) {
	names, err := fs.Glob(steps, "*.sql")
	for _, name := range names {
		var n int64
		if _, err := fmt.Sscanf(name, "%d_", &n); err != nil {
			return 0, fmt.Errorf("step %s has no number: %w", name, err)
		}
		last = max(last, n)
	}
	return last, err
}
