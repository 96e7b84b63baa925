package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/internal/config"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/store"
	"github.com/vantelle/vantelle/sync/syncrun"
)

// shownChanges is how many changes are printed where all are not asked for.
const shownChanges = 40

type syncCmd struct {
	configFlag
	DryRun         bool   `help:"Show what would change, and change nothing."`
	All            bool   `help:"Print every change, not only the first 40."`
	AllowEmpty     bool   `help:"Accept an ERP without any customer: every customer of the directory is then removed."`
	AcceptDatabase bool   `help:"Accept that the ERP's database is another one than before."`
	Dossier        string `arg:"" help:"The dossier to synchronise."`
}

// Run synchronises in this process. A service that runs on the same directory
// keeps it out, because each would take the other's run for an abandoned one; a
// dry run writes nothing and may always look.
func (c *syncCmd) Run(w *world) error {
	ctx, cancel := w.context()
	defer cancel()
	cfg, err := c.load(w)
	if err != nil {
		return err
	}
	if !c.DryRun && cfg.Directory.Driver == config.SQLite {
		held, err := takeLock(ctx, cfg.Directory.Path)
		if errors.Is(err, errInUse) {
			return fmt.Errorf("%w: the service, probably. Ask it instead:\n%s", err, askService(cfg, c.Dossier))
		}
		if err != nil {
			return err
		}
		defer func() { _ = held.release() }() // the process ends with it
	}
	return c.withRooms(ctx, w, c.Dossier, func(r *rooms) error {
		source, err := newSource(cfg.Dossiers[c.Dossier], r.erps[c.Dossier], r.filterColumns(c.Dossier))
		if err != nil {
			return err
		}
		var written directory.SyncStore = r.store
		if !c.DryRun {
			lead, leave, err := c.lead(ctx, r)
			if err != nil {
				return err
			}
			defer leave()
			lost, cancel := context.WithCancel(ctx)
			defer cancel()
			go func() {
				select {
				case <-lead.Lost():
					cancel()
				case <-lost.Done():
				}
			}()
			ctx, written = lost, lead.Store()
			// The lead is ours: what is still running in the history is not.
			if _, err := written.AbandonRuns(ctx, r.now()); err != nil {
				return err
			}
		}
		p := newProgress(w)
		runner := syncrun.NewRunner(syncrun.Config{Dossier: c.Dossier, Source: source, Store: written, Log: r.log.Level(zerolog.Disabled),
			Now: r.now, Progress: func(s syncrun.Progress) { p.show(syncProgress(s)) }})
		run, plan, err := runner.RunOnce(ctx, syncrun.Options{Trigger: syncrun.TriggerCLI, DryRun: c.DryRun, AllowEmpty: c.AllowEmpty, AcceptDatabase: c.AcceptDatabase})
		p.done()
		if err != nil && run.Error != "" {
			return errors.New(run.Error) // the same, with what to do
		}
		if err != nil {
			return err
		}
		c.report(w.stdout, plan)
		return nil
	})
}

// lead takes the lead of the synchronisation for this run; where a service has
// it, that is the one to ask.
func (c *syncCmd) lead(ctx context.Context, r *rooms) (_ *store.Lead, leave func(), err error) {
	candidacy, err := r.store.Stand(ctx, store.Candidate{Address: "vantelle sync", Lease: r.cfg.Directory.Lease.Std()})
	if err != nil {
		return nil, nil, err
	}
	lead, err := candidacy.Try(ctx)
	if err != nil {
		var led *store.LedError
		if errors.As(err, &led) {
			err = fmt.Errorf("%w. Ask it, or any other node, instead:\n%s", err, askService(r.cfg, c.Dossier))
		}
		return nil, nil, errors.Join(err, candidacy.Close())
	}
	return lead, func() {
		lead.Release()
		_ = candidacy.Close() // the process ends with it
	}, nil
}

// syncProgress words where a run stands.
func syncProgress(s syncrun.Progress) (done, total int, what string) {
	switch s.Phase {
	case syncrun.PhaseCustomers:
		return s.CustomersRead, s.CustomersExpected, "customers"
	case syncrun.PhaseContacts:
		return s.ContactsRead, s.ContactsExpected, "contacts"
	}
	return 0, 0, string(s.Phase)
}

func (c *syncCmd) report(out io.Writer, plan directory.Plan) {
	for i, change := range plan.Changes {
		if i == shownChanges && !c.All {
			fmt.Fprintf(out, "… and %d more; see them with --all\n", len(plan.Changes)-i)
			break
		}
		line := fmt.Sprintf("%-8s %-8s %s", change.Kind, change.Noun, printable(change.Record))
		if change.Detail != "" {
			line += ": " + printable(change.Detail)
		}
		fmt.Fprintln(out, line)
	}
	n := plan.Counts
	verb := "done"
	if c.DryRun {
		verb = "dry run, nothing changed"
	}
	fmt.Fprintf(out, "%s: customers %d read, %d created, %d updated, %d removed; contacts %d read, %d created, %d updated, %d removed; %s\n", verb,
		n.CustomersRead, n.CustomersCreated, n.CustomersUpdated, n.CustomersRemoved,
		n.ContactsRead, n.ContactsCreated, n.ContactsUpdated, n.ContactsRemoved, counted(n.Problems, "problem"))
}

// askService is the command by which a running service synchronises a dossier.
func askService(cfg config.Config, dossier string) string {
	scheme := "http"
	if cfg.Admin.TLS.Enabled() {
		scheme = "https"
	}
	return fmt.Sprintf(`curl -X POST -H "Authorization: Bearer va_…" %s://%s/admin/v1/dossiers/%s/sync`, scheme, cfg.Admin.Listen, dossier)
}
