package erp

import (
	"errors"
	"fmt"
	"time"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// Settings says which database to talk to and how hard. DSN may hold a
// password: a Settings is never logged or printed.
type Settings struct {
	Name    string         // the dossier's name, for messages
	Engine  catalog.Engine // SQLite or Postgres
	DSN     string         // PostgreSQL: a URL or a keyword string; SQLite: the path of a file
	Schemas []string       // PostgreSQL: the schemas that make up the catalog; empty for "public"

	// PortalPool serves requests and SyncPool the synchronisation and the
	// catalog: neither can starve the other.
	PortalPool, SyncPool Pool

	ConnectTimeout       time.Duration // for one attempt to open a connection
	StatementTimeout     time.Duration // for one statement of PortalPool
	SyncStatementTimeout time.Duration // for one statement of SyncPool
}

// Pool bounds one pool of connections. A zero duration is no bound.
type Pool struct {
	MaxOpen, MaxIdle         int // connections; both at least 1, MaxIdle at most MaxOpen
	MaxIdleTime, MaxLifetime time.Duration
}

// DefaultSettings are settings that protect an ERP which people work on; the
// caller fills in Name, Engine and DSN.
func DefaultSettings() Settings {
	return Settings{
		PortalPool:           Pool{MaxOpen: 16, MaxIdle: 8, MaxIdleTime: 5 * time.Minute, MaxLifetime: 30 * time.Minute},
		SyncPool:             Pool{MaxOpen: 2, MaxIdle: 1, MaxIdleTime: time.Minute, MaxLifetime: 30 * time.Minute},
		ConnectTimeout:       10 * time.Second,
		StatementTimeout:     30 * time.Second,
		SyncStatementTimeout: 10 * time.Minute,
	}
}

// Validate returns every mistake in s, joined; nil where there is none. It
// changes nothing and names no value that could be secret.
func (s Settings) Validate() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if s.Name == "" {
		bad("name: must be given")
	}
	if _, ok := engines()[s.Engine]; !ok {
		bad("engine: %q is none of %q, %q", s.Engine, catalog.SQLite, catalog.Postgres)
	}
	if s.DSN == "" {
		bad("dsn: must be given")
	}
	for _, p := range []struct {
		key string
		Pool
	}{{"portal_pool", s.PortalPool}, {"sync_pool", s.SyncPool}} {
		if p.MaxOpen < 1 {
			bad("%s.max_open: must be at least 1, is %d", p.key, p.MaxOpen)
		}
		if p.MaxIdle < 1 || p.MaxIdle > p.MaxOpen {
			bad("%s.max_idle: must be from 1 to max_open (%d), is %d", p.key, p.MaxOpen, p.MaxIdle)
		}
		if p.MaxIdleTime < 0 || p.MaxLifetime < 0 {
			bad("%s: times must not be negative", p.key)
		}
	}
	for _, d := range []struct {
		key string
		d   time.Duration
	}{
		{"connect_timeout", s.ConnectTimeout},
		{"statement_timeout", s.StatementTimeout},
		{"sync_statement_timeout", s.SyncStatementTimeout},
	} {
		if d.d < time.Millisecond {
			bad("%s: must be at least 1ms, is %s", d.key, d.d)
		}
	}
	return errors.Join(errs...)
}
