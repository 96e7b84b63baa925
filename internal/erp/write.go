package erp

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// writesPool is the pool of BeginWrite: a few connections, which an ERP that
// nobody writes to never sees.
func writesPool(portal Pool) Pool {
	p := portal
	p.MaxOpen = max(1, portal.MaxOpen/4)
	p.MaxIdle = min(p.MaxIdle, p.MaxOpen)
	return p
}

// BeginWrite begins a transaction that may write. Each of its statements sees
// what is committed when it begins (READ COMMITTED); on SQLite, which knows one
// writer at a time, nobody else writes until it ends. Constraints that the ERP
// has deferred to the commit are checked with each statement. The caller ends it
// with Commit or Rollback; a context that ends rolls it back.
func (db *DB) BeginWrite(ctx context.Context) (*sqlx.Tx, error) {
	options := &sql.TxOptions{}
	if db.settings.Engine == catalog.Postgres {
		options.Isolation = sql.LevelReadCommitted
	}
	tx, err := db.writes.BeginTxx(ctx, options)
	if err != nil {
		return nil, fmt.Errorf("begin a write to ERP database %q: %w", db.settings.Name, err)
	}
	if db.settings.Engine != catalog.Postgres {
		return tx, nil
	}
	if _, err := tx.ExecContext(ctx, "SET CONSTRAINTS ALL IMMEDIATE"); err != nil {
		_ = tx.Rollback() // the first error counts
		return nil, fmt.Errorf("begin a write to ERP database %q: %w", db.settings.Name, err)
	}
	return tx, nil
}
