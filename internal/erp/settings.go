package erp

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// Settings says which database to talk to and how hard. DSN may hold a
// password: a Settings is never logged or printed.
type Settings struct {
	Name   string         // the dossier's name, for messages
	Engine catalog.Engine // one of catalog's engines
	// DSN says where the database is: a URL or a keyword string for PostgreSQL,
	// the path of a file for SQLite, the driver's own form for SQL Server and
	// MariaDB. The latter two are better given by Server; exactly one of both is.
	DSN    string
	Server Server
	// Schemas are those whose tables make up the catalog. Empty is "public" on
	// PostgreSQL and every schema on SQL Server; the other engines have none.
	Schemas []string
	// Decides tells which columns the synchronisation makes of who a customer is, for the
	// catalog; nil for none.
	Decides func(table, column string) bool
	// TablesPrefix is handed to the catalog: see catalog.Catalog.
	TablesPrefix string
	// CostLimit is what SQL Server may estimate a statement to cost, in its
	// own seconds, before it refuses to run it; 0 is no limit.
	CostLimit int

	// PortalPool serves requests and SyncPool the synchronisation and the
	// catalog: neither can starve the other.
	PortalPool, SyncPool Pool

	// Through, where it is not nil, stands between each pool and its driver: for
	// tests that make an ERP fail.
	Through func(driver.Connector) driver.Connector

	ConnectTimeout       time.Duration // for one attempt to open a connection
	StatementTimeout     time.Duration // for one statement of PortalPool
	SyncStatementTimeout time.Duration // for one statement of SyncPool
}

// Server says where a SQL Server or a MariaDB is, and how to sign in there.
type Server struct {
	Host     string // a name or an address; on SQL Server also HOST\INSTANCE
	Port     int    // 0 for the usual one, or the one that SQL Server's Browser tells
	Database string
	User     string
	Password string

	// Encrypt is "true", "false" or "strict" (TDS 8) on SQL Server, and "true",
	// "false" or "skip-verify" on MariaDB. It is never empty.
	Encrypt string
	CAFile  string // PEM file of the authorities that signed the server's certificate; empty for the system's

	// MariaDB only.
	Socket string // path of a Unix socket, instead of Host

	// SQL Server only.
	Instance               string // not asked for where Port is given
	Protocol               string // auto, tcp, lpc (shared memory) or np (named pipes)
	Auth                   string // sql, windows or kerberos
	TrustServerCertificate bool
	HostNameInCertificate  string
}

// split makes Instance of the part of Host after a backslash.
func (s Server) split() Server {
	if host, instance, both := strings.Cut(s.Host, `\`); both {
		s.Host, s.Instance = host, instance
	}
	return s
}

// Pool bounds one pool of connections. A zero duration is no bound.
type Pool struct {
	MaxOpen, MaxIdle         int // connections; both at least 1, MaxIdle at most MaxOpen
	MaxIdleTime, MaxLifetime time.Duration
}

// DefaultSettings are settings that protect an ERP which people work on; the
// caller fills in Name, Engine and DSN or Server. Connections live for minutes
// only, so that an ERP that moved to another machine is followed there. The
// portal's are all kept between two requests: closing and opening them is what
// makes a request wait when many come at once.
func DefaultSettings() Settings {
	return Settings{
		PortalPool:           Pool{MaxOpen: 16, MaxIdle: 16, MaxIdleTime: 2 * time.Minute, MaxLifetime: 5 * time.Minute},
		SyncPool:             Pool{MaxOpen: 2, MaxIdle: 1, MaxIdleTime: time.Minute, MaxLifetime: 5 * time.Minute},
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
		bad("engine: %q is none of %q", s.Engine, slices.Sorted(maps.Keys(engines())))
	}
	switch keys := s.Engine == catalog.SQLServer || s.Engine == catalog.MariaDB; {
	case !keys && s.Server != (Server{}):
		bad("server: %s is given by a dsn", s.Engine)
	case s.DSN == "" && s.Server == (Server{}):
		bad("dsn: must be given")
	case s.DSN != "" && s.Server != (Server{}):
		bad("dsn: is given beside the server's keys: give one of them")
	}
	if s.CostLimit < 0 {
		bad("cost_limit: must not be negative")
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
