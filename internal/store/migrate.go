package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jmoiron/sqlx"
	"github.com/pressly/goose/v3"
	"github.com/rs/zerolog"
)

// ErrNeedsMigration is returned where a directory has an earlier form, and
// nothing of it may be changed before the operator has said that he backed it up.
var ErrNeedsMigration = errors.New("the directory must be migrated")

// migrate takes the steps that the directory still lacks. Each is one
// transaction, so that a step which fails leaves the form before it; what was
// kept from before the first step is therefore enough to go back.
func migrate(ctx context.Context, e engine, db *sqlx.DB, steps fs.FS, log zerolog.Logger) error {
	provider, err := goose.NewProvider(e.dialect(), db.DB, steps,
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return fmt.Errorf("prepare migrations: %w", err)
	}
	return e.alone(ctx, db, func() error {
		current, target, err := provider.GetVersions(ctx)
		if err != nil {
			return fmt.Errorf("read the form of the directory: %w", err)
		}
		switch {
		case current > target:
			return fmt.Errorf("the directory has form %d and this program knows no later one than %d: "+
				"run the newer program, or bring back the copy that was made before its upgrade", current, target)
		case current == target:
			return nil
		}
		unchanged := func() error { return nil }
		if current > 0 {
			if unchanged, err = e.keep(ctx, db, current, target); err != nil {
				return err
			}
		}
		if _, err := provider.Up(ctx); err != nil {
			err = fmt.Errorf("migrate from form %d to %d: %w", current, target, err)
			if reached, e := provider.GetDBVersion(ctx); e == nil && reached == current {
				err = errors.Join(err, unchanged())
			}
			return err
		}
		log.Info().Int64("from", current).Int64("to", target).Msg("directory store migrated")
		return nil
	})
}
