package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/user"

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
	AcceptDatabase bool   `help:"Confirm the ERP's database: that it is another one than before, or a restored one, is meant."`
	Full           bool   `help:"Read everything, whatever the ERP's change markers say."`
	Approve        string `help:"Let the next run do what the guard stopped in this one, and run." placeholder:"RUN" xor:"settle"`
	Reject         string `help:"Reject what the guard stopped in this run. Nothing is run." placeholder:"RUN" xor:"settle"`
	Note           string `help:"Why it is approved or rejected."`
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
	if c.Approve != "" || c.Reject != "" {
		if err := c.settle(ctx, w); err != nil || c.Reject != "" {
			return err
		}
	}
	if !c.DryRun && cfg.Directory.Driver == config.SQLite {
		held, err := takeLock(ctx, cfg.Directory.Path)
		if errors.Is(err, errInUse) {
			if c.Approve != "" { // it is known to the directory: whoever runs next does it
				fmt.Fprintf(w.stdout, "approved: the service does it in its next run. To have it run now:\n%s\n", askService(cfg, c.Dossier))
				return nil
			}
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
			Guard: newGuard(cfg.Dossiers[c.Dossier]), FullEvery: cfg.Dossiers[c.Dossier].FullSyncEvery.Std(), SpoolDir: spoolDir(cfg.Directory), Now: r.now, Progress: func(s syncrun.Progress) { p.show(syncProgress(s)) }})
		run, plan, err := runner.RunOnce(ctx, syncrun.Options{Trigger: syncrun.TriggerCLI, AskedBy: atTerminal(), DryRun: c.DryRun,
			AllowEmpty: c.AllowEmpty, AcceptDatabase: c.AcceptDatabase, Full: c.Full})
		p.done()
		defer func() { _ = plan.Close() }() // the process ends with it
		if run.Quarantine == directory.QuarantineWaiting {
			if err := c.report(w.stdout, plan, "stopped, nothing changed"); err != nil {
				return err
			}
			return fmt.Errorf("%s\nApprove it: vantelle sync %s --approve %s\nReject it:  vantelle sync %s --reject %s", run.Error, c.Dossier, run.ID, c.Dossier, run.ID)
		}
		if err != nil && c.DryRun {
			err = errors.Join(err, c.report(w.stdout, plan, "dry run, nothing changed"))
		}
		if err != nil && run.Error != "" {
			return errors.New(run.Error) // the same, with what to do
		}
		if err != nil {
			return err
		}
		verb := "done"
		if c.DryRun {
			verb = "dry run, nothing changed"
		}
		return c.report(w.stdout, plan, verb)
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

// settle writes an administrator's word on a stopped plan into the directory,
// which a service that runs on it reads.
func (c *syncCmd) settle(ctx context.Context, w *world) error {
	return c.withRooms(ctx, w, c.Dossier, func(r *rooms) error {
		id, to := c.Approve, directory.QuarantineApproved
		if c.Reject != "" {
			id, to = c.Reject, directory.QuarantineRejected
		}
		run, err := r.store.Run(ctx, id)
		if errors.Is(err, directory.ErrNotFound) || err == nil && run.Dossier != c.Dossier {
			return fmt.Errorf("dossier %s has no run %s", c.Dossier, id)
		}
		if err != nil {
			return err
		}
		err = r.store.SettleQuarantine(ctx, id, to, atTerminal(), c.Note, directory.QuarantineWaiting, directory.QuarantineRejected)
		if errors.Is(err, directory.ErrConflict) {
			return fmt.Errorf("run %s does not wait for anybody's word", id)
		}
		if err == nil && c.Reject != "" {
			fmt.Fprintf(w.stdout, "rejected: what run %s would have taken away stays\n", id)
		}
		return err
	})
}

// atTerminal is who gives a command, as the history names him.
func atTerminal() string {
	u, err := user.Current()
	if err != nil || u.Username == "" {
		return "at the terminal"
	}
	return u.Username + " at the terminal"
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

// report prints what a plan changes, and how much.
func (c *syncCmd) report(out io.Writer, plan directory.Plan, verb string) error {
	shown, all := 0, 0
	for _, n := range plan.Tally {
		all += n
	}
	for part, err := range plan.Parts() {
		if err != nil {
			return err
		}
		for _, change := range part.Changes {
			if shown == shownChanges && !c.All {
				break
			}
			shown++
			line := fmt.Sprintf("%-8s %-8s %s", change.Kind, change.Noun, printable(change.Record))
			if change.Detail != "" {
				line += ": " + printable(change.Detail)
			}
			fmt.Fprintln(out, line)
		}
	}
	if shown < all {
		fmt.Fprintf(out, "… and %d more; see them with --all\n", all-shown)
	}
	n := plan.Counts
	fmt.Fprintf(out, "%s: customers %d read, %d created, %d updated, %d removed; contacts %d read, %d created, %d updated, %d removed; %s\n", verb,
		n.CustomersRead, n.CustomersCreated, n.CustomersUpdated, n.CustomersRemoved,
		n.ContactsRead, n.ContactsCreated, n.ContactsUpdated, n.ContactsRemoved, counted(n.Problems, "problem"))
	return nil
}

// askService is the command by which a running service synchronises a dossier.
func askService(cfg config.Config, dossier string) string {
	scheme := "http"
	if cfg.Admin.TLS.Enabled() {
		scheme = "https"
	}
	return fmt.Sprintf(`curl -X POST -H "Authorization: Bearer va_…" %s://%s/admin/v1/dossiers/%s/sync`, scheme, cfg.Admin.Listen, dossier)
}
