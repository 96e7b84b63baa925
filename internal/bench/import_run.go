package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime/pprof"
	"time"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/store"
	"github.com/vantelle/vantelle/sync/erpsource"
	"github.com/vantelle/vantelle/sync/syncrun"
)

// runImport does the job that the environment names and prints its result; false
// where it names none.
func runImport(ctx context.Context, out io.Writer) (done bool, err error) {
	text := os.Getenv(importEnv)
	if text == "" {
		return false, nil
	}
	var job importJob
	if err := json.Unmarshal([]byte(text), &job); err != nil {
		return true, err
	}
	do := job.synchronise
	if job.ByHand {
		do = job.byHand
	}
	if job.Profile != "" {
		f, err := os.Create(job.Profile)
		if err == nil {
			err = pprof.StartCPUProfile(f)
		}
		if err != nil {
			return true, err
		}
		defer pprof.StopCPUProfile()
	}
	used, worst := processorTime(), watchOwnMemory()
	r, err := do(ctx)
	if err != nil {
		return true, err
	}
	r.Processor = (processorTime() - used).Seconds()
	r.PeakMB = worst()
	return true, json.NewEncoder(out).Encode(r)
}

// openDirectory opens the directory, and makes its tables.
func (j importJob) openDirectory(ctx context.Context) (*store.DB, error) {
	cfg := store.Config{Driver: j.Directory, Logger: zerolog.Nop(), Node: "bench"}
	if cfg.Path = j.DirectoryDSN; j.Directory == store.Postgres {
		cfg.Path, cfg.DSN = "", j.DirectoryDSN
	}
	return store.Open(ctx, cfg)
}

// schema is the one in which an ERP on PostgreSQL has its tables.
func (j importJob) schemas(ctx context.Context) ([]string, error) {
	if j.Source != "postgres" {
		return nil, nil
	}
	db, err := openByHand(j.Source, j.SourceDSN)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	var schema string
	err = db.QueryRowContext(ctx, "SELECT current_schema()").Scan(&schema)
	return []string{schema}, err
}

// synchronise is a run as the service does it.
func (j importJob) synchronise(ctx context.Context) (importResult, error) {
	db, err := j.openDirectory(ctx)
	if err != nil {
		return importResult{}, err
	}
	defer func() { _ = db.Close() }()
	settings := erp.DefaultSettings()
	settings.Name, settings.Engine, settings.DSN = "bijou", catalog.Engine(j.Source), j.SourceDSN
	settings.SyncStatementTimeout = time.Hour
	if settings.Schemas, err = j.schemas(ctx); err != nil {
		return importResult{}, err
	}
	source, err := erp.Open(settings, zerolog.Nop())
	if err != nil {
		return importResult{}, err
	}
	defer func() { _ = source.Close() }()
	reader, err := erpsource.New(erpsource.Sage100, source, erpsource.Options{})
	if err != nil {
		return importResult{}, err
	}
	var r importResult
	begun := time.Now()
	runner := syncrun.NewRunner(syncrun.Config{Dossier: "bijou", Source: reader, Store: db, Log: zerolog.Nop(), FullEvery: 24 * time.Hour, Progress: func(p syncrun.Progress) {
		if p.Phase == syncrun.PhaseApplying {
			r.Reading = time.Since(begun).Seconds()
		}
	}})
	run, plan, err := runner.RunOnce(ctx, syncrun.Options{Trigger: syncrun.TriggerManual})
	if err != nil {
		return importResult{}, err
	}
	r.Seconds = time.Since(begun).Seconds()
	if err := plan.Close(); err != nil {
		return importResult{}, err
	}
	r.Read = run.CustomersRead + run.ContactsRead
	r.Changed = run.CustomersCreated + run.CustomersUpdated + run.ContactsCreated + run.ContactsUpdated
	if run.State != directory.RunSucceeded || r.Read != 3*j.Customers {
		return importResult{}, fmt.Errorf("the run ended as %+v", run)
	}
	return r, nil
}
