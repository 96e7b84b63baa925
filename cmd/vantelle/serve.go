package main

import (
	"context"
	"errors"
	"fmt"
)

type serveCmd struct {
	configFlag
}

// Run serves until a signal comes. SIGHUP loads the profiles again.
func (c *serveCmd) Run(w *world) error {
	cfg, err := c.load(w)
	if err != nil {
		return err
	}
	log := newLogger(cfg.Log, w.stderr, w.styleFor(w.stderr))
	d, err := newDaemon(context.Background(), cfg, options{log: log}, w.hangups)
	if err != nil {
		return explainStart(err, "portal.listen and admin.listen in the configuration")
	}
	return d.run(context.Background(), w.signals)
}

// explainStart adds to an error of newDaemon what to do about it. where names
// the settings of the addresses.
func explainStart(err error, where string) error {
	switch {
	case addressTaken(err):
		return fmt.Errorf("%w\nAnother program has this address: stop it, or choose another with %s", err, where)
	case errors.Is(err, errInUse):
		return fmt.Errorf("%w\nStop it first: two services would undo each other's work", err)
	}
	return err
}
