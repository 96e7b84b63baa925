package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter/portal"
	"github.com/vantelle/vantelle/internal/access"
	"github.com/vantelle/vantelle/internal/adminapi"
	"github.com/vantelle/vantelle/internal/config"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/httpjson"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/internal/lifecycle"
	"github.com/vantelle/vantelle/internal/outbox"
	svc "github.com/vantelle/vantelle/internal/site/service"
	"github.com/vantelle/vantelle/internal/webhook"
	"github.com/vantelle/vantelle/sync/leading"
)

// options is what a daemon is made of besides its configuration.
type options struct {
	log zerolog.Logger
	// demo accepts the demonstration's keys.
	demo bool
	// page makes what is served under /demo/ on the administrators' listener;
	// nil for nothing.
	page func(*daemon) http.Handler
	// manager makes the part that tells the machine's service manager how the
	// service is, given what tells whether it is healthy; nil for nobody.
	manager func(healthy func(context.Context) error, log zerolog.Logger) *svc.Part
}

// daemon is the running service: the only place that joins the parts. A test
// can make one, run it in its own process and read its addresses.
type daemon struct {
	*rooms
	portalAddr, adminAddr net.Addr // as bound: a port 0 has become a true one

	lock     *lock
	resolver *identity.Resolver
	watches  map[string]*watch
	syncs    *leading.Node
	webhooks *webhook.Sender

	deliveries map[string]*outbox.Delivery // of requests, by dossier

	cursors  *portal.CursorKey
	group    *lifecycle.Group
	stopping chan struct{} // closed when the service begins to stop
	hangups  <-chan os.Signal
	closers  []func() error // what is open, the last first to close; each closes once
}

// newDaemon opens everything and listens. An ERP that does not answer is no
// error: its dossier is down until it does. On error nothing stays open.
func newDaemon(ctx context.Context, cfg config.Config, o options, hangups <-chan os.Signal) (_ *daemon, err error) {
	d := &daemon{hangups: hangups, stopping: make(chan struct{})}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.close())
		}
	}()
	releaseLock := func() error { return nil }
	if cfg.Directory.Driver == config.SQLite {
		if d.lock, err = takeLock(ctx, cfg.Directory.Path); err != nil {
			return nil, err
		}
		releaseLock = d.closeLater(d.lock.release)
	}
	if d.rooms, err = openRooms(ctx, cfg, o.log); err != nil {
		return nil, err
	}
	closeRooms := d.closeLater(d.rooms.close)
	if err := d.seed(ctx, o.demo); err != nil {
		return nil, err
	}
	d.watches = newWatches(d.rooms)
	d.deliver()
	d.webhooks = webhook.New(webhookTargets(cfg.Webhooks), nil, d.log)
	if d.syncs, err = newSyncs(d.rooms, d.gather, newsOf(d.rooms, d.webhooks)); err != nil {
		return nil, err
	}
	d.resolver = &identity.Resolver{Store: d.store, AllowDemoKeys: o.demo, HasDossier: d.hasDossier,
		RefuseDormant: func(dossier string) bool { return cfg.Dossiers[dossier].Dormant == "suspend" }}
	if d.cursors, err = portal.OpenCursorKey(cursorKeyFile(cfg)); err != nil {
		return nil, err
	}
	var portalServer, adminServer lifecycle.Service
	if portalServer, d.portalAddr, err = d.server(ctx, "portal", cfg.Portal.Listen, cfg.Portal.TLS, cfg.Portal.TrustedProxies, d.portalHandler()); err != nil {
		return nil, err
	}
	if adminServer, d.adminAddr, err = d.server(ctx, "admin", cfg.Admin.Listen, cfg.Admin.TLS, cfg.Admin.TrustedProxies, d.adminHandler(d.gather, o.page)); err != nil {
		return nil, err
	}
	d.syncs.Address = d.adminAddr.String()
	d.join(releaseLock, closeRooms, portalServer, adminServer)
	if o.manager != nil { // the last to start: ready means that all of it is
		d.group.Add("service manager", o.manager(d.store.Ping, d.log))
	}
	return d, nil
}

// closeLater has close call f, unless what it gives was called before. Neither
// waits for the other: a part that hangs was given up already.
func (d *daemon) closeLater(f func() error) (once func() error) {
	var begun atomic.Bool
	once = func() error {
		if begun.Swap(true) {
			return nil
		}
		return f()
	}
	d.closers = append(d.closers, once)
	return once
}

// close closes what newDaemon opened and is still open.
func (d *daemon) close() error {
	var errs []error
	for i := len(d.closers) - 1; i >= 0; i-- {
		if err := d.closers[i](); !errors.Is(err, net.ErrClosed) { // its server closed a listener
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// server listens on an address and makes what serves it.
func (d *daemon) server(ctx context.Context, name, address string, t config.TLS, proxies []string, h http.Handler) (lifecycle.Service, net.Addr, error) {
	server, err := newServer(h, t, d.log)
	if err != nil {
		return nil, nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, nil, fmt.Errorf("listen for the %s on %s: %w", name, address, err)
	}
	d.closeLater(listener.Close)
	if !t.Enabled() {
		if listener, err = onlyPeers(listener, proxies, d.log); err != nil {
			return nil, nil, err
		}
	}
	return lifecycle.HTTPServer(server, listener), listener.Addr(), nil
}

func (d *daemon) hasDossier(name string) bool {
	_, ok := d.cfg.Dossiers[name]
	return ok
}

// join puts the parts in the order of their start; they stop in reverse: no
// new requests, those under way, the schedule and its run, the stores, the
// audit.
func (d *daemon) join(releaseLock, closeRooms func() error, portalServer, adminServer lifecycle.Service) {
	d.group = lifecycle.NewGroup(lifecycle.Config{Log: d.log})
	atStop := func(f func() error) lifecycle.Service {
		return lifecycle.Func(nil, func(context.Context) error { return f() })
	}
	d.group.Add("lock", atStop(releaseLock))
	d.group.Add("stores", atStop(closeRooms))
	for _, name := range sortedNames(d.watches) {
		d.group.Add("watch "+name, lifecycle.Background(d.watches[name].run))
	}
	d.group.Add("audit retention", d.retain(d.cfg.Audit.Keep.Std(), "old audit files", func(ctx context.Context, before time.Time) error {
		_, err := d.audit.DeleteBefore(ctx, before)
		return err
	}))
	d.group.Add("outbox retention", d.retain(d.cfg.Outbox.Keep.Std(), "old requests", func(ctx context.Context, before time.Time) error {
		_, err := d.store.PruneRequests(ctx, before)
		return err
	}))
	d.group.Add("webhooks", d.webhooks)
	for _, name := range sortedNames(d.deliveries) {
		d.group.Add("outbox of "+name, lifecycle.Background(d.deliveries[name].Run))
	}
	d.group.Add("sync", d.syncs)
	d.group.Add("profile reload", lifecycle.Background(d.reloadOnHangup))
	d.group.Add("portal listener", portalServer)
	d.group.Add("admin listener", adminServer)
	d.group.Add("open event streams", atStop(func() error { close(d.stopping); return nil }))
}

// run serves until a signal comes, ctx ends or a part fails. Once it has been
// called everything that newDaemon opened is closed by it.
func (d *daemon) run(ctx context.Context, signals <-chan os.Signal) error {
	d.log.Info().Str("version", buildVersion()).Stringer("portal", d.portalAddr).Stringer("admin", d.adminAddr).Int("dossiers", len(d.cfg.Dossiers)).Msg("vantelle serves")
	// Where it was asked to stop before all parts were started, those that
	// were not are closed here.
	err := errors.Join(d.group.Run(ctx, signals), d.close())
	d.log.Info().Err(err).Msg("vantelle stopped")
	return err
}

// stop asks run to stop, and does not wait.
func (d *daemon) stop() { d.group.Stop() }

// seed makes the keys of the configuration, and of a demonstration its own, be
// exactly those that the directory knows as seeded. A process that serves no
// demonstration thereby disables what an earlier one left.
func (d *daemon) seed(ctx context.Context, demo bool) error {
	var backends, admins []directory.Key
	for _, k := range d.cfg.Keys {
		backends = append(backends, directory.Key{Name: k.Name, Hash: identity.HashKey(k.Key.Reveal()), Dossiers: k.Dossiers, Developer: k.Developer})
	}
	for _, t := range d.cfg.Admin.Tokens {
		admins = append(admins, directory.Key{Name: t.Name, Hash: identity.HashKey(t.Token.Reveal())})
	}
	var integrators []directory.Key
	for _, k := range d.cfg.Integrators {
		integrators = append(integrators, directory.Key{Name: k.Name, Hash: identity.HashKey(k.Key.Reveal()), Dossiers: k.Dossiers})
	}
	if demo {
		backends = append(backends, directory.Key{Name: "demo portal", Hash: identity.HashKey(identity.DemoBackendKey), Developer: true})
		admins = append(admins, directory.Key{Name: "demo", Hash: identity.HashKey(identity.DemoAdminKey)})
	}
	if err := d.store.SeedKeys(ctx, directory.KeyBackend, backends); err != nil {
		return err
	}
	if err := d.store.SeedKeys(ctx, directory.KeyIntegrator, integrators); err != nil {
		return err
	}
	return d.store.SeedKeys(ctx, directory.KeyAdmin, admins)
}

// portalHandler is what portals reach: their API, and health without details.
func (d *daemon) portalHandler() http.Handler {
	mux := http.NewServeMux()
	health := d.health()
	mux.Handle("GET /healthz", health.Live())
	mux.Handle("GET /readyz", health.ReadyBriefly())
	mux.Handle("/", portal.New(portal.Config{Gate: d.gate, Identify: d.resolver, Logger: d.log, Metrics: d.metrics, Limits: d.portalLimits(), Load: d.portalLoad(), Files: d.files, Outbox: d.outbox, Cursors: d.cursors,
		RequireActor: func(dossier string) bool { return d.cfg.Dossiers[dossier].RequireActor }}))
	return mux
}

// cursorKeyFile is where the key of cursors is kept.
func cursorKeyFile(c config.Config) string {
	switch {
	case c.Portal.CursorKeyFile != "":
		return c.Portal.CursorKeyFile
	case c.Directory.Driver == config.SQLite:
		return filepath.Join(filepath.Dir(c.Directory.Path), "cursor.key")
	}
	return filepath.Join(c.Audit.Path, "cursor.key")
}

func (d *daemon) portalLoad() portal.Load {
	l := d.cfg.Limits.Load
	return portal.Load{Dossier: l.Dossier, Customer: l.Customer, Queue: l.Queue, Wait: l.Wait.Std(), KeyRate: float64(l.KeyRate), CustomerRate: float64(l.CustomerRate)}
}

func (d *daemon) portalLimits() portal.Limits {
	limits := portal.DefaultLimits()
	limits.Body = int64(d.cfg.Portal.BodyLimit)
	limits.Time = d.cfg.Portal.RequestTimeout.Std()
	limits.Page, limits.MaxPage = int64(d.cfg.Limits.Page), int64(d.cfg.Limits.Rows)
	return limits
}

// adminHandler is what administrators and watchers reach.
func (d *daemon) adminHandler(numbers prometheus.Gatherer, page func(*daemon) http.Handler) http.Handler {
	api := adminapi.New(adminapi.Config{
		Admins: d.resolver, Integrators: d.resolver, Outbox: d.store, Lease: d.cfg.Outbox.Lease.Std(), Directory: d.store, Syncs: d.syncs, Profiles: d.views, Audit: d.audit,
		Accesses: &access.Service{Store: d.store, CheckProfile: d.views.CheckProfile, CheckAccess: d.rules.CheckAccess, Now: d.now},
		Rules:    d.rules, Trial: d.trial,
		ViewAs:    portal.New(portal.Config{Gate: d.gate, Identify: adminapi.Viewer{Admins: d.resolver, Customers: d.store}, Logger: d.log, Limits: d.portalLimits(), Files: d.files, Outbox: d.outbox, Cursors: d.cursors}),
		Files:     &adminapi.Files{Pushed: d.files.Pushed, MaxSize: d.files.MaxSize, Resource: d.resourceNamed, SameForAll: d.sameForAll},
		Explainer: explainer{d.gate},
		Dossiers:  adminDossiers(d.cfg.Dossiers),
		ERP:       func(name string) adminapi.ERPState { return d.watches[name].status() },
		Health:    d.health(), Gatherer: numbers, Log: d.log, Stopping: d.stopping,
	})
	mux := http.NewServeMux()
	mux.Handle("/", api)
	if page != nil {
		mux.Handle("/demo/", page(d))
	}
	return httpjson.Middleware{Log: d.log, Front: "admin", Now: d.now}.Wrap(mux)
}

func adminDossiers(all map[string]config.Dossier) []adminapi.Dossier {
	var list []adminapi.Dossier
	for _, name := range sortedNames(all) {
		c := all[name]
		list = append(list, adminapi.Dossier{Name: name, Title: c.Title, ERP: c.ERP, Engine: string(c.Engine), DefaultProfile: c.DefaultProfile})
	}
	return list
}

func (d *daemon) health() *adminapi.Health {
	return &adminapi.Health{
		Store:    d.store.Ping,
		Profiles: func() (bool, error) { return d.book.Book() != nil, d.book.Err() },
		ERP: func() map[string]adminapi.ERPState {
			states := map[string]adminapi.ERPState{}
			for name, w := range d.watches {
				states[name] = w.status()
			}
			return states
		},
		Stopping: d.stopping, Log: d.log,
	}
}

// reloadOnHangup reads the profiles again at each SIGHUP. Profiles that cannot
// be loaded change nothing: health, metrics and the log say so.
func (d *daemon) reloadOnHangup(ctx context.Context, drain <-chan struct{}) error {
	for {
		select {
		case <-drain:
			return nil
		case <-ctx.Done():
			return nil
		case <-d.hangups:
			err := d.book.Reload(ctx)
			d.metrics.ProfilesReloaded(err == nil)
			if err != nil {
				d.log.Error().Err(err).Msg("the profiles cannot be loaded; the previous ones stay in force")
				continue
			}
			d.log.Info().Strs("profiles", d.book.Book().Names()).Msg("profiles loaded")
		}
	}
}

// retain deletes what is older than the configuration keeps, now and once a day;
// nothing where it keeps all.
func (d *daemon) retain(keep time.Duration, what string, deleteBefore func(context.Context, time.Time) error) lifecycle.Service {
	return lifecycle.Background(func(ctx context.Context, drain <-chan struct{}) error {
		if keep == 0 {
			<-drain
			return nil
		}
		daily := time.NewTicker(24 * time.Hour)
		defer daily.Stop()
		for {
			if err := deleteBefore(ctx, d.now().Add(-keep)); err != nil {
				d.log.Error().Err(err).Msg(what + " cannot be deleted; it is tried again tomorrow")
			}
			select {
			case <-drain:
				return nil
			case <-ctx.Done():
				return nil
			case <-daily.C:
			}
		}
	})
}
