package main

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/files"
	"github.com/vantelle/vantelle/filter/sqlparse"
	"github.com/vantelle/vantelle/internal/access"
	"github.com/vantelle/vantelle/internal/audit"
	"github.com/vantelle/vantelle/internal/config"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/filestore"
	"github.com/vantelle/vantelle/internal/outbox"
	"github.com/vantelle/vantelle/internal/store"
	"github.com/vantelle/vantelle/internal/telemetry"
	"github.com/vantelle/vantelle/internal/trial"
	"github.com/vantelle/vantelle/profiles"
	"github.com/vantelle/vantelle/sync/erpsource"
)

// rooms are the parts that every command works with, opened from a
// configuration: what the service adds to them is in daemon.go. Nothing here
// asks an ERP anything yet.
type rooms struct {
	cfg     config.Config
	log     zerolog.Logger
	now     func() time.Time
	metrics *telemetry.Metrics
	gather  *prometheus.Registry

	audit  *audit.Files
	store  *store.DB
	erps   map[string]*erp.DB
	book   *profiles.Holder
	worlds *filter.Worlds
	gate   *filter.Gate
	files  *files.Library
	views  *views
	outbox *outbox.Outbox
	rules  *access.Profiles
	trial  *trial.Trial
}

// openRooms opens them in order; where one cannot be opened, those before it
// are closed again.
func openRooms(ctx context.Context, cfg config.Config, log zerolog.Logger) (_ *rooms, err error) {
	r := &rooms{cfg: cfg, log: log, now: time.Now, gather: prometheus.NewRegistry(), erps: map[string]*erp.DB{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, r.close())
		}
	}()
	if r.metrics, err = telemetry.New(r.gather); err != nil {
		return nil, err
	}
	r.gather.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if r.audit, err = audit.Open(audit.Config{Dir: cfg.Audit.Path, Synchronous: durability(cfg.Audit.Synchronous), Logger: log}); err != nil {
		return nil, err
	}
	if r.store, err = store.Open(ctx, storeConfig(cfg.Directory, log)); err != nil {
		return nil, err
	}
	if err := r.openProfiles(ctx); err != nil {
		return nil, err
	}
	r.metrics.ProfilesReloaded(true)
	var dossiers []filter.Dossier
	for _, name := range sortedNames(cfg.Dossiers) {
		db, err := erp.Open(erpSettings(name, cfg.Dossiers[name]), log)
		if err != nil {
			return nil, err
		}
		r.erps[name] = db
		r.metrics.AddPool(name, "portal", db.Portal())
		r.metrics.AddPool(name, "sync", db.Sync())
		dossiers = append(dossiers, filter.Dossier{ID: name, ERP: cfg.Dossiers[name].ERP, DB: db, DefaultProfile: cfg.Dossiers[name].DefaultProfile, NoDates: noDates(cfg.Dossiers[name].ERP)})
	}
	r.worlds = filter.FollowWorlds(r.book.Current, 0, dossiers...)
	r.views = &views{dossiers: cfg.Dossiers, book: r.book, worlds: r.worlds}
	counted := newCountedAudit(r.audit, r.metrics, r.gather)
	r.gate = filter.New(filter.Config{Worlds: r.worlds, Audit: counted, Metrics: r.metrics, Limits: gateLimits(cfg.Limits), Now: r.now})
	r.outbox = &outbox.Outbox{Gate: r.gate, Store: r.store, Audit: counted, Open: cfg.Outbox.Open, Now: r.now}
	r.gather.MustRegister(outbox.NewCollector(r.store, r.now))
	r.files = &files.Library{Gate: r.gate, Roots: fileRoots(cfg.Dossiers), Pushed: filestore.Pushed{Dir: cfg.Files.Path}, MaxSize: int64(cfg.Files.Size)}
	r.trial = &trial.Trial{Gate: r.gate, Catalogs: r.worlds, Directory: r.store, Dossiers: r.rules.Dossiers, Book: r.book.Current, Indexes: r.indexes}
	r.rules.Trial = r.trial
	return r, nil
}

// close closes what was opened, in reverse; the audit goes last, so that
// nothing is done that it could not hear of.
func (r *rooms) close() error {
	var errs []error
	for _, name := range sortedNames(r.erps) {
		errs = append(errs, r.erps[name].Close())
	}
	if r.store != nil {
		errs = append(errs, r.store.Close())
	}
	if r.audit != nil {
		errs = append(errs, r.audit.Close())
	}
	return errors.Join(errs...)
}

// loadProfiles gives what reads the profiles: those that ship, and over them
// those of the folder, where one is configured.
func loadProfiles(dir string) func() (*profiles.Book, error) {
	return func() (*profiles.Book, error) {
		book, err := profiles.Standard()
		if err != nil || dir == "" {
			return book, err
		}
		own, err := profiles.LoadDir(os.DirFS(dir))
		if err != nil {
			return nil, err
		}
		return book.With(own), nil
	}
}

// profilesAt gives the profiles that are in force at an installation, and where
// they come from, for who only looks: those of the directory, or those of files
// where the configuration says so or no directory is there yet. Versions in force
// that this program cannot read are told to broken.
func profilesAt(ctx context.Context, cfg config.Config, broken func(profile string, version int, err error)) (book *profiles.Book, from string, err error) {
	fromFiles := func() (*profiles.Book, string, error) {
		book, err := loadProfiles(cfg.Profiles.Dir)()
		return book, "in files", err
	}
	if cfg.Profiles.InFiles() {
		return fromFiles()
	}
	look, err := store.LookAt(ctx, storeConfig(cfg.Directory, zerolog.Nop()))
	if errors.Is(err, fs.ErrNotExist) {
		return fromFiles() // they are brought into it at the first start
	}
	if err != nil {
		return nil, "", err
	}
	defer func() { _ = look.Close() }() // it was only read
	form, target, err := look.Form(ctx)
	if err != nil {
		return nil, "", err
	}
	if form != target {
		return fromFiles() // the directory itself is told of elsewhere
	}
	book, _, err = access.DirectorySource{Store: look, Broken: broken}.Load(ctx)
	if err == nil && len(book.Names()) == 0 {
		return fromFiles()
	}
	return book, "in force in the directory", err
}

// erpSettings says how to talk to a dossier's ERP.
func erpSettings(name string, d config.Dossier) erp.Settings {
	s := erp.DefaultSettings()
	s.Name, s.Engine, s.Schemas = name, catalog.Engine(d.Engine), d.Schemas
	s.TablesPrefix = d.TablesPrefix
	s.Decides = erpsource.Deciding(d.ERP, sourceOptions(d))
	s.DSN, s.Server, s.CostLimit = d.DSN.Reveal(), erpServer(d), d.CostLimit
	if d.Engine == config.SQLite {
		s.DSN = d.Path
	}
	s.PortalPool.MaxOpen, s.SyncPool.MaxOpen = d.Pools.Portal, d.Pools.Sync
	s.PortalPool.MaxIdle = s.PortalPool.MaxOpen // they leave after a while without work
	s.SyncPool.MaxIdle = min(s.SyncPool.MaxIdle, s.SyncPool.MaxOpen)
	s.ConnectTimeout = d.Timeouts.Connect.Std()
	s.StatementTimeout = d.Timeouts.Statement.Std()
	s.SyncStatementTimeout = d.Timeouts.Sync.Std()
	return s
}

// erpServer says where a SQL Server or a MariaDB is; nothing where a dsn does.
func erpServer(d config.Dossier) erp.Server {
	if !d.DSN.IsZero() {
		return erp.Server{}
	}
	server := erp.Server{Port: d.Port, Database: d.Database, User: d.User, Password: d.Password.Reveal(), CAFile: d.CAFile}
	switch d.Engine {
	case config.SQLServer:
		server.Host, server.Instance, server.Protocol, server.Auth = d.Server, d.Instance, d.Protocol, d.Auth
		server.Encrypt, server.TrustServerCertificate, server.HostNameInCertificate = string(d.Encrypt), d.TrustServerCertificate, d.HostNameInCertificate
	case config.MariaDB:
		server.Host, server.Socket, server.Encrypt = d.Host, d.Socket, string(d.TLS)
	default:
		return erp.Server{}
	}
	return server
}

// noDates gives the moments by which an ERP means "no date": Sage writes the
// first days of its databases' calendars.
func noDates(kind string) []time.Time {
	if kind != "sage100" {
		return nil
	}
	return []time.Time{
		time.Date(1753, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC),
	}
}

func gateLimits(l config.Limits) filter.Limits {
	return filter.Limits{
		Parse: sqlparse.Limits{Bytes: int(l.Text), Depth: l.Depth, Nodes: l.Nodes, InList: l.InList, Params: l.Params},
		Joins: l.Joins, Rows: l.Rows, Written: l.Writes, Bytes: int64(l.Bytes), Time: l.Time.Std(),
	}
}

// storeConfig says where the directory is.
func storeConfig(d config.Directory, log zerolog.Logger) store.Config {
	return store.Config{Driver: string(d.Driver), Path: d.Path, Synchronous: durability(d.Synchronous), DSN: d.DSN.Reveal(), Node: nodeName(), Logger: log}
}

// nodeName names this process to the others that share a directory: the machine,
// and what tells two processes of it apart.
func nodeName() string {
	host, err := os.Hostname()
	if err != nil || host == "" {
		host = "node"
	}
	return host[:min(len(host), 30)] + "-" + strings.ToLower(rand.Text()[:8])
}

// durability is how the stores spell what the configuration says.
func durability(s config.Synchronous) string { return strings.ToUpper(string(s)) }
