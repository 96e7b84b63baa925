package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	svc "github.com/vantelle/vantelle/internal/site/service"
)

type serveCmd struct {
	configFlag
}

// Run serves until a signal comes, or the service manager asks it to stop.
// SIGHUP loads the profiles again.
func (c *serveCmd) Run(w *world) error {
	return svc.Run(w.signals, func(h *svc.Host) error { return c.serve(w, h) })
}

func (c *serveCmd) serve(w *world, h *svc.Host) (err error) {
	if h.Managed { // nobody sees standard error: what is told there becomes part of the error
		var said strings.Builder
		seen := *w
		seen.stderr, w = &said, &seen
		defer func() {
			if errors.Is(err, errSaid) {
				err = fmt.Errorf("%w:\n%s", err, said.String())
			}
		}()
	}
	cfg, err := c.load(w)
	if err != nil {
		return err
	}
	if h.Managed && cfg.Log.File == "" {
		cfg.Log.File = filepath.Join(filepath.Dir(c.Config), "logs", "vantelle.log")
	}
	log, closeLog, err := w.serviceLogger(cfg.Log, h.Events)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeLog()) }()
	d, err := newDaemon(context.Background(), cfg, options{log: log, manager: h.Part}, w.hangups)
	if err != nil {
		if cfg.Log.File != "" { // otherwise it is told where the log would be
			log.Error().Err(err).Msg("vantelle cannot start")
		}
		return explainStart(err, "portal.listen and admin.listen in the configuration")
	}
	return d.run(context.Background(), h.Signals)
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
