package main

import (
	"fmt"

	"github.com/vantelle/vantelle/internal/config"
	"github.com/vantelle/vantelle/internal/store"
)

type migrateCmd struct {
	configFlag
	BackedUp bool `name:"backed-up" help:"Your word that every node is stopped and the PostgreSQL directory backed up."`
}

// Run brings the directory to the form that this program works with. The
// service does that by itself for an SQLite file, which it copies first; a
// database of a server is the operator's to copy.
func (c *migrateCmd) Run(w *world) error {
	ctx, cancel := w.context()
	defer cancel()
	cfg, err := c.load(w)
	if err != nil {
		return err
	}
	if cfg.Directory.Driver == config.SQLite {
		held, err := takeLock(ctx, cfg.Directory.Path)
		if err != nil {
			return fmt.Errorf("%w\nStop it first", err)
		}
		defer func() { _ = held.release() }() // the process ends with it
	}
	settings := storeConfig(cfg.Directory, w.quietLogger())
	settings.BackedUp = c.BackedUp
	db, err := store.Open(ctx, settings)
	if err != nil {
		return err
	}
	fmt.Fprintln(w.stdout, "the directory has the form that this program works with")
	return db.Close()
}
