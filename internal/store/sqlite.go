package store

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"

	"github.com/vantelle/vantelle/internal/store/sqlitefile"
)

// sqliteEngine keeps the directory in one file.
type sqliteEngine struct{ Config }

var _ engine = sqliteEngine{}

//go:embed migrations/sqlite/*.sql migrations/postgres/*.sql
var embedded embed.FS

// migrations are the steps that lead an engine from nothing to the present form.
func migrations(driver string) fs.FS {
	steps, err := fs.Sub(embedded, "migrations/"+driver)
	if err != nil {
		panic(err) // the folder is compiled in
	}
	return steps
}

func (e sqliteEngine) place() string { return e.Path }

func (e sqliteEngine) openWriter(ctx context.Context) (*sqlx.DB, error) {
	if err := os.MkdirAll(filepath.Dir(e.Path), 0o700); err != nil {
		return nil, err
	}
	return sqlitefile.OpenWriter(ctx, e.Path, sqlitefile.Synchronous(e.Synchronous))
}

func (e sqliteEngine) openReader(ctx context.Context) (*sqlx.DB, error) {
	return sqlitefile.OpenReader(ctx, e.Path, readers)
}

func (e sqliteEngine) openWatch(ctx context.Context) (*sqlitefile.Watch, error) {
	return sqlitefile.OpenWatch(ctx, e.Path)
}

func (sqliteEngine) steps() fs.FS           { return migrations(SQLite) }
func (sqliteEngine) dialect() goose.Dialect { return goose.DialectSQLite3 }

// alone needs no more than the file's own lock, which each step takes.
func (sqliteEngine) alone(_ context.Context, _ *sqlx.DB, fn func() error) error { return fn() }

// keep copies the file.
func (e sqliteEngine) keep(ctx context.Context, db *sqlx.DB, current, _ int64) (func() error, error) {
	copied := fmt.Sprintf("%s.form%d-%s.bak", e.Path, current, e.Now().UTC().Format("20060102T150405.000Z"))
	if err := sqlitefile.Copy(ctx, db, copied); err != nil {
		return nil, fmt.Errorf("copy the file before migrating it: %w", err)
	}
	e.Logger.Info().Str("copy", copied).Int64("form", current).Msg("directory store copied before its migration")
	// A service that is restarted again and again must not fill the disk with
	// copies of a file that never changed.
	return func() error { return os.Remove(copied) }, nil
}

func (sqliteEngine) hasTable(ctx context.Context, db *sqlx.DB, name string) (there bool, err error) {
	err = db.GetContext(ctx, &there, "SELECT COUNT(*) > 0 FROM sqlite_master WHERE type = 'table' AND name = ?", name)
	return there, err
}

func (sqliteEngine) shared() bool                                    { return false }
func (sqliteEngine) openLobby(context.Context) (*sqlx.DB, error)     { return nil, nil }
func (sqliteEngine) seize(context.Context, *sqlx.Conn, string) error { return nil }
func (sqliteEngine) release(*sqlx.Conn)                              {}
func (sqliteEngine) lockKey() string                                 { return "" }
func (sqliteEngine) clock() string {
	return "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)"
}

// quick has no end: such a read is over sooner than a goroutine that waits for
// the end of its context has begun.
func (sqliteEngine) quick(ctx context.Context) context.Context { return context.WithoutCancel(ctx) }

// lockRow is empty: there is one writer.
func (sqliteEngine) lockRow() string { return "" }

func (sqliteEngine) bulk(tx, tableRows) (bool, error) { return false, nil }

func (sqliteEngine) hungUp(error) bool { return false }

// impossible is never: SQLite keeps any bytes.
func (sqliteEngine) impossible(error) bool { return false }
