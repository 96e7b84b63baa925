package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/vantelle/vantelle/internal/config"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/sync/erpsource"
	"github.com/vantelle/vantelle/sync/syncrun"
)

// syncs is the synchronisation as a part of the service.
type syncs struct {
	*syncrun.Manager
	atStart []string // dossiers to synchronise when the service starts
}

func newSyncs(r *rooms, metrics prometheus.Registerer) (*syncs, error) {
	s := &syncs{}
	c := syncrun.ManagerConfig{Store: r.store, Log: r.log, Parallel: r.cfg.Sync.Parallel, Registerer: metrics, Now: r.now}
	for _, name := range sortedNames(r.cfg.Dossiers) {
		d := r.cfg.Dossiers[name]
		source, err := newSource(d, r.erps[name])
		if err != nil {
			return nil, err
		}
		schedule, err := newSchedule(d)
		if err != nil {
			return nil, fmt.Errorf("dossier %s: %w", name, err)
		}
		c.Dossiers = append(c.Dossiers, syncrun.Dossier{Name: name, Source: source, Schedule: schedule})
		if d.SyncAtStart {
			s.atStart = append(s.atStart, name)
		}
	}
	var err error
	s.Manager, err = syncrun.NewManager(c)
	return s, err
}

// Start implements lifecycle.Service. A dossier that was never synchronised is
// synchronised by the manager itself; asking once more joins that run.
func (s *syncs) Start(ctx context.Context) error {
	if err := s.Manager.Start(ctx); err != nil {
		return err
	}
	for _, name := range s.atStart {
		if _, _, err := s.Trigger(name, "start of the service"); err != nil {
			return err
		}
	}
	return nil
}

// newSource makes what reads a dossier's customers and contacts.
func newSource(d config.Dossier, db *erp.DB) (erpsource.Source, error) {
	var options erpsource.Options
	for key, value := range d.SyncOptions {
		company, err := strconv.ParseInt(value, 10, 64)
		if key != "company" || d.ERP != erpsource.Odoo || err != nil || company < 1 {
			return nil, fmt.Errorf("dossier %s: sync_options: %s: only an odoo has one, company, which is the id of the company to read", db.Name(), key)
		}
		options.Company = company
	}
	return erpsource.New(d.ERP, db, options)
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
