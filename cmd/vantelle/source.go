package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/vantelle/vantelle/internal/config"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/site/doctor"
	"github.com/vantelle/vantelle/internal/webhook"
	"github.com/vantelle/vantelle/sync/erpsource"
	"github.com/vantelle/vantelle/sync/leading"
	"github.com/vantelle/vantelle/sync/reconcile"
	"github.com/vantelle/vantelle/sync/syncrun"
)

// newSyncs makes the synchronisation as a part of the service. Its Address can
// be set until it starts.
func newSyncs(r *rooms, metrics prometheus.Registerer, notify func(syncrun.Notice)) (*leading.Node, error) {
	leads := prometheus.NewGauge(prometheus.GaugeOpts{Name: "vantelle_sync_leading", Help: "Whether this node leads the synchronisation: 1 or 0."})
	if err := metrics.Register(leads); err != nil {
		return nil, err
	}
	n := leading.Config{Store: r.store, Lease: r.cfg.Directory.Lease.Std(), Log: r.log, Dossiers: sortedNames(r.cfg.Dossiers),
		Leads: func(does bool) {
			leads.Set(0)
			if does {
				leads.Set(1)
			}
		}}
	c := syncrun.ManagerConfig{Log: r.log, SpoolDir: spoolDir(r.cfg.Directory), Parallel: r.cfg.Sync.Parallel, Keep: r.cfg.Sync.Keep.Std(), Registerer: metrics, Now: r.now, Notify: notify}
	for _, name := range sortedNames(r.cfg.Dossiers) {
		d := r.cfg.Dossiers[name]
		source, err := newSource(d, r.erps[name], r.filterColumns(name))
		if err != nil {
			return nil, err
		}
		schedule, err := newSchedule(d)
		if err != nil {
			return nil, fmt.Errorf("dossier %s: %w", name, err)
		}
		quiet, err := newQuiet(d)
		if err != nil {
			return nil, fmt.Errorf("dossier %s: %w", name, err)
		}
		c.Dossiers = append(c.Dossiers, syncrun.Dossier{Name: name, Source: source, Schedule: schedule, Jitter: d.SyncJitter.Std(), Quiet: quiet,
			Guard: newGuard(d), FullEvery: d.FullSyncEvery.Std()})
		if d.SyncAtStart {
			n.AtStart = append(n.AtStart, name)
		}
	}
	n.DryRunner = func(dossier string) *syncrun.Runner {
		for _, d := range c.Dossiers {
			if d.Name == dossier {
				return syncrun.NewRunner(syncrun.Config{Dossier: dossier, Source: d.Source, Store: r.store, Log: r.log, Guard: d.Guard,
					FullEvery: d.FullEvery, SpoolDir: c.SpoolDir, Now: r.now})
			}
		}
		panic("the node asks for its own dossiers only")
	}
	n.NewManager = func(fenced directory.SyncStore) (leading.Manager, error) {
		c := c
		c.Store = fenced
		return syncrun.NewManager(c)
	}
	return leading.New(n), nil
}

// spoolDir is where what does not fit into memory of a large run is kept: beside
// an SQLite directory, which holds the same data.
func spoolDir(d config.Directory) string {
	if d.Driver == config.SQLite {
		return filepath.Dir(d.Path)
	}
	return ""
}

// newsOf logs news of the synchronisation and sends it on.
func newsOf(r *rooms, hooks *webhook.Sender) func(syncrun.Notice) {
	return func(n syncrun.Notice) {
		r.log.Warn().Str("event", n.Event).Str("dossier", n.Dossier).Str("run", n.RunID).Msg(n.Text)
		hooks.Send(n.Event, n)
	}
}

func webhookTargets(all []config.Webhook) []webhook.Target {
	var targets []webhook.Target
	for _, w := range all {
		targets = append(targets, webhook.Target{URL: w.URL, Secret: w.Secret.Reveal(), Events: w.Events})
	}
	return targets
}

// newGuard is how much one run of a dossier may take away.
func newGuard(d config.Dossier) reconcile.Guard {
	return reconcile.Limits{Removed: d.Guard.Removed, Share: float64(d.Guard.Share) / 100, Spared: d.Guard.Spared}.Guard()
}

func newQuiet(d config.Dossier) (syncrun.Quiet, error) {
	zone, err := time.LoadLocation(d.TimeZone)
	if err != nil {
		return syncrun.Quiet{}, fmt.Errorf("time_zone: %w", err)
	}
	return syncrun.ParseQuiet(d.QuietHours, zone)
}

// filterColumns gives what finds the columns of a dossier that any profile for
// it compares with a customer's id.
func (r *rooms) filterColumns(dossier string) func(context.Context) ([]erpsource.FilterColumn, error) {
	return func(ctx context.Context) ([]erpsource.FilterColumn, error) {
		var all []erpsource.FilterColumn
		for _, profile := range r.views.fitting(r.cfg.Dossiers[dossier].ERP) {
			v, err := r.worlds.View(ctx, dossier, profile)
			if err != nil {
				return nil, fmt.Errorf("bind profile %s: %w", profile, err)
			}
			for _, c := range doctor.FilterColumns(v) {
				all = append(all, erpsource.FilterColumn(c))
			}
		}
		return all, nil
	}
}

// newSource makes what reads a dossier's customers and contacts. filterColumns
// may be nil, where nothing but the reading is tried.
func newSource(d config.Dossier, db *erp.DB, filterColumns func(context.Context) ([]erpsource.FilterColumn, error)) (erpsource.Source, error) {
	options := sourceOptions(d)
	options.FilterColumns = filterColumns
	source, err := erpsource.New(d.ERP, db, options)
	if err != nil {
		return nil, fmt.Errorf("dossier %s: %w", db.Name(), err)
	}
	return source, nil
}

// sourceOptions are a dossier's, as its configuration has them.
func sourceOptions(d config.Dossier) erpsource.Options {
	o := d.SyncOptions
	options := erpsource.Options{
		Company: int64(o.Company), TablesPrefix: d.TablesPrefix, IncludeProspects: o.IncludeProspects, Attributes: o.Attributes,
		Custom: erpsource.CustomQueries{
			Customers: erpsource.CustomQuery(d.Custom.Customers), Contacts: erpsource.CustomQuery(d.Custom.Contacts), Fingerprint: d.Custom.Fingerprint,
		},
	}
	for _, e := range o.Entities {
		options.Entities = append(options.Entities, int64(e))
	}
	return options
}

// sourceText tries what a synchronisation will do, as far as one record of
// each kind, and words what it found.
func sourceText(ctx context.Context, source erpsource.Source) (_ string, err error) {
	snap, err := source.Open(ctx)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, snap.Close()) }()
	fingerprint, err := snap.Fingerprint(ctx)
	if err != nil {
		return "", err
	}
	customers, contacts, err := snap.Expected(ctx)
	if err != nil {
		return "", err
	}
	if err := tryOne(snap.Customers(ctx)); err != nil {
		return "", err
	}
	if err := tryOne(snap.Contacts(ctx)); err != nil {
		return "", err
	}
	from := "the database says nothing of whose it is"
	if fingerprint.Value != "" {
		from = "the database is that of " + fingerprint.Label
	}
	return fmt.Sprintf("%s and %s to read; %s", counted(customers, "customer"), counted(contacts, "contact"), from), nil
}

// tryOne reads one record. One that is not as it should be does: a run passes
// over it.
func tryOne[T any](records iter.Seq2[T, error]) error {
	next, stop := iter.Pull2(records)
	defer stop()
	_, err, _ := next()
	var problem *directory.Problem
	if errors.As(err, &problem) {
		return nil
	}
	return err
}

// newSchedule gives nil for a dossier that is synchronised on demand only.
func newSchedule(d config.Dossier) (*syncrun.Schedule, error) {
	if d.Schedule == "" {
		return nil, nil
	}
	zone, err := time.LoadLocation(d.TimeZone)
	if err != nil {
		return nil, fmt.Errorf("time_zone: %w", err)
	}
	return syncrun.ParseSchedule(d.Schedule, zone)
}
