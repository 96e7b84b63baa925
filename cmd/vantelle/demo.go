package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/vantelle/vantelle/internal/access"
	"github.com/vantelle/vantelle/internal/config"
	"github.com/vantelle/vantelle/internal/demo"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/sync/syncrun"
)

type demoCmd struct {
	Dir         string `help:"The folder for the demo's files; in your cache folder otherwise." placeholder:"DIR" type:"path"`
	Listen      string `help:"The portal's address." default:"127.0.0.1:8642" placeholder:"HOST:PORT"`
	AdminListen string `help:"The administrators' address." default:"127.0.0.1:8643" placeholder:"HOST:PORT"`
	Fresh       bool   `help:"Delete the data of an earlier demo and start over."`
}

// Run prepares the demo, tells what to try, and serves until a signal comes.
func (c *demoCmd) Run(w *world) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	dir, err := c.folder(ctx, w)
	if err != nil {
		return err
	}
	cfg := demoConfig(dir, c.Listen, c.AdminListen)
	if err := cfg.Validate(); err != nil {
		return fmt.Errorf("--listen and --admin-listen: the demo's keys are known to everybody, so it must be reachable from this machine only: %w", err)
	}
	d, err := newDaemon(ctx, cfg, options{log: w.quietLogger(), demo: true, page: demoPage}, w.hangups)
	if errors.Is(err, errInUse) {
		return fmt.Errorf("a demo is running on %s already: stop it with Ctrl-C first, or choose another folder with --dir", dir)
	}
	if err != nil {
		return explainStart(err, "--listen or --admin-listen")
	}
	if err := prepareDemo(ctx, w, d); err != nil {
		if errors.Is(err, context.Canceled) {
			err = errors.New("stopped before it was ready: start it again, and it goes on")
		}
		return errors.Join(err, d.close())
	}
	d.sayHowToTry(w, dir)
	return d.run(ctx, w.signals)
}

// demoMarker is the file that makes a folder the demo's: nothing is ever
// deleted in a folder without it.
const demoMarker = "vantelle-demo.txt"

const demoMarkerText = "This folder holds the data of \"vantelle demo\". \"vantelle demo --fresh\" deletes everything in it.\n"

// folder finds or makes the demo's folder, emptied where --fresh is given.
func (c *demoCmd) folder(ctx context.Context, w *world) (string, error) {
	dir := c.Dir
	if dir == "" {
		base, err := w.cacheDir()
		if err != nil {
			base = os.TempDir()
		}
		dir = filepath.Join(base, "vantelle-demo")
	}
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("look into the demo's folder: %w", err)
	}
	marker := filepath.Join(dir, demoMarker)
	if _, err := os.Stat(marker); err != nil && len(entries) > 0 {
		return "", fmt.Errorf("%s holds files that are not the demo's: choose a new folder with --dir", dir)
	}
	if c.Fresh && len(entries) > 0 {
		if err := emptyDemo(ctx, dir, entries); err != nil {
			return "", err
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("make the demo's folder: %w", err)
	}
	return dir, os.WriteFile(marker, []byte(demoMarkerText), 0o600)
}

// emptyDemo deletes what an earlier demo left, unless it still runs. The marker
// goes last: a deletion that is interrupted can be taken up again.
func emptyDemo(ctx context.Context, dir string, entries []os.DirEntry) error {
	held, err := takeLock(ctx, demoDirectory(dir))
	if errors.Is(err, errInUse) {
		return fmt.Errorf("a demo is running on %s: stop it with Ctrl-C first", dir)
	}
	if err != nil {
		return err
	}
	if err := held.release(); err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() == demoMarker {
			continue
		}
		if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
			return fmt.Errorf("delete the earlier demo: %w", err)
		}
	}
	return os.Remove(filepath.Join(dir, demoMarker))
}

func demoDirectory(dir string) string { return filepath.Join(dir, "directory.db") }

func demoConfig(dir, listen, adminListen string) config.Config {
	cfg := config.Default()
	cfg.Portal.Listen, cfg.Admin.Listen = listen, adminListen
	cfg.Directory.Path, cfg.Audit.Path, cfg.Files.Path = demoDirectory(dir), filepath.Join(dir, "audit"), filepath.Join(dir, "files")
	var bijou config.Dossier
	bijou.SetDefaults()
	bijou.Title, bijou.ERP, bijou.Engine, bijou.Path = "Bijou", "sage100", config.SQLite, filepath.Join(dir, "bijou-erp.db")
	bijou.SyncAtStart = false // the demo shows its first synchronisation itself
	cfg.Dossiers[demo.Dossier] = bijou
	return cfg
}

// prepareDemo makes what is missing: the ERP, the first synchronisation, the accesses.
func prepareDemo(ctx context.Context, w *world, d *daemon) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		select {
		case <-w.signals:
			cancel()
		case <-stop:
		}
	}()
	path := d.cfg.Dossiers[demo.Dossier].Path
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		fmt.Fprintln(w.stdout, "Building the demo ERP, a jeweller-wholesaler on Sage 100 …")
		p := newProgress(w)
		err := demo.Build(ctx, path, p.show)
		p.done()
		if err != nil {
			return err
		}
	}
	if _, err := d.store.LastSuccess(ctx, demo.Dossier); errors.Is(err, directory.ErrNotFound) {
		fmt.Fprintln(w.stdout, "Synchronising its customers and contacts …")
		if err := d.firstSync(ctx, w); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	return d.grantDemo(ctx, w)
}

// firstSync synchronises before the schedule starts, so that it can be watched.
func (d *daemon) firstSync(ctx context.Context, w *world) error {
	source, err := newSource(d.cfg.Dossiers[demo.Dossier], d.erps[demo.Dossier], d.filterColumns(demo.Dossier))
	if err != nil {
		return err
	}
	p := newProgress(w)
	runner := syncrun.NewRunner(syncrun.Config{Dossier: demo.Dossier, Source: source, Store: d.store, Log: d.log,
		Now: d.now, Progress: func(s syncrun.Progress) { p.show(syncProgress(s)) }})
	_, plan, err := runner.RunOnce(ctx, syncrun.Options{Trigger: syncrun.TriggerStart})
	p.done()
	if err != nil {
		return err
	}
	fmt.Fprintf(w.stdout, "%s and %s imported.\n", counted(plan.Counts.CustomersCreated, "customer"), counted(plan.Counts.ContactsCreated, "contact"))
	return nil
}

// grantDemo lets the demonstration's customers in, and leaves alone an access
// that is there: somebody may have changed it to see what happens.
func (d *daemon) grantDemo(ctx context.Context, w *world) error {
	grants := &access.Service{Store: d.store, CheckProfile: d.views.CheckProfile, Now: d.now}
	by := access.Administrator{KeyID: "demo", Name: "vantelle demo"}
	granted := 0
	for _, code := range demo.Granted() {
		found, err := d.store.CustomersByCode(ctx, demo.Dossier, code)
		if err != nil {
			return err
		}
		for _, c := range found {
			_, err := grants.Grant(ctx, by, access.Request{Dossier: demo.Dossier, CustomerID: c.ID, Note: "granted by the demo"})
			if errors.Is(err, access.ErrConflict) {
				continue
			}
			if err != nil {
				return err
			}
			granted++
		}
	}
	if granted > 0 {
		fmt.Fprintf(w.stdout, "%s may enter the dossier %s.\n", counted(granted, "customer"), demo.Dossier)
	}
	return nil
}
