// Package erp is the one room that talks to ERPs. It opens an ERP's database
// with sessions that can only read, but for the transactions of BeginWrite, keeps the portal's connections apart from
// the synchronisation's, reads the database's catalog, and says what an error
// of the database means to the people who run it.
//
// It must never write to an ERP outside BeginWrite, never let a password reach an error or a log,
// and never decide what a customer may see: that is filter's.
//
// Read next: engine.go (the seam between engines), postgres.go, sqlite.go,
// mariadb.go and sqlserver.go (how sessions are set), class.go (errors), catalog
// (what is known of a database's shape).
package erp

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// DB is one ERP's database. It is safe for concurrent use.
type DB struct {
	settings     Settings
	engine       engine
	log          zerolog.Logger
	portal, sync *sqlx.DB
	writes       *sqlx.DB // of BeginWrite alone
}

// Open checks s and prepares both pools. It connects to nothing: an ERP that
// is down is met by the first use, and met again by the next one after it came
// back. No error of Open or of the pools holds the password.
func Open(s Settings, log zerolog.Logger) (*DB, error) {
	if err := s.Validate(); err != nil {
		return nil, fmt.Errorf("settings of ERP database %q: %w", s.Name, err)
	}
	db := &DB{settings: s, engine: engines()[s.Engine]}
	db.log = log.With().Str("dossier", s.Name).Str("engine", string(s.Engine)).Logger()

	var err error
	if db.portal, err = db.pool(toServe, s.PortalPool, s.StatementTimeout); err != nil {
		return nil, fmt.Errorf("open ERP database %q: %w", s.Name, err)
	}
	if db.sync, err = db.pool(toSync, s.SyncPool, s.SyncStatementTimeout); err != nil {
		return nil, errors.Join(fmt.Errorf("open ERP database %q: %w", s.Name, err), db.portal.Close())
	}
	if db.writes, err = db.pool(toWrite, writesPool(s.PortalPool), s.StatementTimeout); err != nil {
		return nil, errors.Join(fmt.Errorf("open ERP database %q: %w", s.Name, err), db.portal.Close(), db.sync.Close())
	}
	return db, nil
}

func (db *DB) pool(of purpose, p Pool, timeout time.Duration) (*sqlx.DB, error) {
	connector, err := db.engine.open(db.settings, of, timeout)
	if err != nil {
		return nil, err
	}
	if db.settings.Through != nil {
		connector = db.settings.Through(connector)
	}
	raw := sql.OpenDB(connector)
	raw.SetMaxOpenConns(p.MaxOpen)
	raw.SetMaxIdleConns(p.MaxIdle)
	raw.SetConnMaxIdleTime(p.MaxIdleTime)
	raw.SetConnMaxLifetime(p.MaxLifetime)
	return sqlx.NewDb(raw, db.engine.driver()), nil
}

// Name is the dossier's name.
func (db *DB) Name() string { return db.settings.Name }

// Engine is the kind of server.
func (db *DB) Engine() catalog.Engine { return db.settings.Engine }

// Portal is the pool for portal requests. On SQLite, which has no statement
// timeout of its own, the caller bounds each statement by StatementTimeout
// through its context.
func (db *DB) Portal() *sqlx.DB { return db.portal }

// PortalConnections is how many connections Portal may have, WriteConnections how
// many BeginWrite; 0 is any number.
func (db *DB) PortalConnections() int { return db.settings.PortalPool.MaxOpen }

// WriteConnections: see PortalConnections.
func (db *DB) WriteConnections() int { return writesPool(db.settings.PortalPool).MaxOpen }

// Sync is the pool for the synchronisation.
func (db *DB) Sync() *sqlx.DB { return db.sync }

// StatementTimeout is how long one statement of Portal may take.
func (db *DB) StatementTimeout() time.Duration { return db.settings.StatementTimeout }

// SyncStatementTimeout is how long one statement of Sync may take.
func (db *DB) SyncStatementTimeout() time.Duration { return db.settings.SyncStatementTimeout }

// Database asks the server what it calls the database; empty for a file.
func (db *DB) Database(ctx context.Context) (name string, err error) {
	ask := map[catalog.Engine]string{
		catalog.Postgres: "SELECT current_database()", catalog.MariaDB: "SELECT DATABASE()", catalog.SQLServer: "SELECT DB_NAME()",
	}[db.Engine()]
	if ask == "" {
		return "", nil
	}
	if err := db.sync.GetContext(ctx, &name, ask); err != nil {
		return "", fmt.Errorf("ask for the name of ERP database %q: %w", db.settings.Name, err)
	}
	return name, nil
}

// Ping tells whether the database can be read now, within the connect timeout.
// Hint explains its error.
func (db *DB) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, db.settings.ConnectTimeout)
	defer cancel()
	var one any
	err := db.portal.QueryRowxContext(ctx, db.engine.probe()).Scan(&one)
	if err != nil {
		return fmt.Errorf("reach ERP database %q: %w", db.settings.Name, err)
	}
	return nil
}

// Snapshot begins a read-only transaction of Sync in which every read sees the
// database as it was at one moment. The caller ends it with Rollback.
func (db *DB) Snapshot(ctx context.Context) (*sqlx.Tx, error) {
	tx, err := db.sync.BeginTxx(ctx, db.engine.snapshot())
	if err != nil {
		return nil, fmt.Errorf("begin a read of ERP database %q: %w", db.settings.Name, err)
	}
	return tx, nil
}

// Catalog reads the database's shape: the tables and columns that the login
// may read, and nothing of the system's own.
func (db *DB) Catalog(ctx context.Context) (*catalog.Catalog, error) {
	ctx, cancel := context.WithTimeout(ctx, db.settings.SyncStatementTimeout)
	defer cancel()
	tx, err := db.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = tx.Rollback() }() // nothing was written; the read's own error is the one that counts
	version, tables, err := db.engine.catalog(ctx, tx, db.settings.Schemas, db.log)
	if err != nil {
		return nil, fmt.Errorf("read the catalog of ERP database %q: %w", db.settings.Name, err)
	}
	dropUnreadableKeys(tables)
	if db.settings.Decides != nil {
		for _, t := range tables {
			for _, c := range t.Columns {
				c.Decides = db.settings.Decides(t.Name, c.Name)
			}
		}
	}
	c := catalog.New(db.settings.Engine, version, tables)
	c.TablesPrefix = db.settings.TablesPrefix
	db.log.Debug().Int("tables", len(c.Tables)).Str("catalog", c.Fingerprint()).Msg("catalog read")
	return c, nil
}

// Quote spells names, joined by dots, as identifiers of this engine that no
// name can break out of. An empty name is left out.
func (db *DB) Quote(names ...string) string {
	var quoted []string
	for _, n := range names {
		if n != "" {
			quoted = append(quoted, db.engine.quote(n))
		}
	}
	return strings.Join(quoted, ".")
}

// AsText spells the conversion of expr to text.
func (db *DB) AsText(expr string) string { return db.engine.asText(expr) }

// ByteOrder spells an ORDER BY term that sorts the text expr by its bytes in
// UTF-8, whatever the database's collation.
func (db *DB) ByteOrder(expr string) string { return db.engine.byteOrder(expr) }

// Stats are the counters of both pools.
type Stats struct {
	Portal, Sync sql.DBStats
}

// Stats reads the counters of both pools.
func (db *DB) Stats() Stats {
	return Stats{Portal: db.portal.Stats(), Sync: db.sync.Stats()}
}

// Close closes the pools and waits for statements under way.
func (db *DB) Close() error {
	if err := errors.Join(db.portal.Close(), db.sync.Close(), db.writes.Close()); err != nil {
		return fmt.Errorf("close ERP database %q: %w", db.settings.Name, err)
	}
	return nil
}

// dropUnreadableKeys removes keys that name a column which the login may not
// read: such a key could not be used, and its column must not be known.
func dropUnreadableKeys(tables []*catalog.Table) {
	for _, t := range tables {
		has := make(map[string]bool, len(t.Columns))
		for _, c := range t.Columns {
			has[c.Name] = true
		}
		broken := func(names []string) bool {
			return slices.ContainsFunc(names, func(n string) bool { return !has[n] })
		}
		if broken(t.PrimaryKey) {
			t.PrimaryKey = nil
		}
		t.Unique = slices.Clip(slices.DeleteFunc(t.Unique, broken))
		t.ForeignKeys = slices.Clip(slices.DeleteFunc(t.ForeignKeys, func(k catalog.ForeignKey) bool { return broken(k.Columns) }))
	}
}
