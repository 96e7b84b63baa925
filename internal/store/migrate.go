package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"

	"github.com/vantelle/vantelle/internal/store/sqlitefile"
)

//go:embed migrations/sqlite/*.sql
var embedded embed.FS

// migrations are the steps that lead from an empty file to the present form.
func migrations() fs.FS {
	steps, err := fs.Sub(embedded, "migrations/sqlite")
	if err != nil {
		panic(err) // the folder is compiled in
	}
	return steps
}

// migrate takes the steps that the file still lacks. Each is one transaction,
// so that a step which fails leaves the file in the form before it; one copy of
// the file from before the first step is therefore enough to go back.
func migrate(ctx context.Context, db *sqlx.DB, cfg Config, steps fs.FS) error {
	provider, err := goose.NewProvider(goose.DialectSQLite3, db.DB, steps,
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return fmt.Errorf("prepare migrations: %w", err)
	}
	current, target, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read the form of the file: %w", err)
	}
	switch {
	case current > target:
		return fmt.Errorf("the file has form %d and this program knows no later one than %d: "+
			"run the newer program, or bring back the copy that was made before its upgrade", current, target)
	case current == target:
		return nil
	}
	copied := ""
	if current > 0 {
		copied = fmt.Sprintf("%s.form%d-%s.bak", cfg.Path, current, cfg.Now().UTC().Format("20060102T150405.000Z"))
		if err := sqlitefile.Copy(ctx, db, copied); err != nil {
			return fmt.Errorf("copy the file before migrating it: %w", err)
		}
		cfg.Logger.Info().Str("copy", copied).Int64("form", current).Msg("directory store copied before its migration")
	}
	if _, err := provider.Up(ctx); err != nil {
		err = fmt.Errorf("migrate from form %d to %d: %w", current, target, err)
		// A service that is restarted again and again must not fill the disk
		// with copies of a file that never changed.
		if reached, e := provider.GetDBVersion(ctx); e == nil && reached == current && copied != "" {
			err = errors.Join(err, os.Remove(copied))
		}
		return err
	}
	cfg.Logger.Info().Int64("from", current).Int64("to", target).Msg("directory store migrated")
	return nil
}
