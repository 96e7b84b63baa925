package erp

import (
	"context"
	"errors"
	"fmt"

	"github.com/jmoiron/sqlx"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// ErrChangedMeanwhile is returned for a read that the database could not keep
// apart from changes, and that met one. It is Transient.
var ErrChangedMeanwhile = errors.New("the ERP's data changed while it was read, and its database could not keep the read apart from the change: nothing was taken")

// Consistent tells whether a transaction of Snapshot shows the tables as they
// were at one moment. It does not where a SQL Server's database allows no
// SNAPSHOT isolation, nor for tables of MariaDB without transactions (MyISAM,
// Aria): who reads there confirms what was read. No tables stands for any.
func (db *DB) Consistent(ctx context.Context, q sqlx.QueryerContext, tables []string) (bool, error) {
	var n int
	var err error
	switch db.Engine() {
	case catalog.SQLServer:
		err = sqlx.GetContext(ctx, q, &n, "SELECT COUNT(*) FROM sys.databases WHERE database_id = DB_ID() AND CAST(snapshot_isolation_state AS int) <> 1")
	case catalog.MariaDB:
		text, args := "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND ENGINE <> 'InnoDB'", []any{}
		if len(tables) > 0 {
			var e error
			if text, args, e = sqlx.In(text+" AND TABLE_NAME IN (?)", tables); e != nil {
				return false, e
			}
		}
		err = sqlx.GetContext(ctx, q, &n, text, args...)
	default:
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("ask whether the database keeps reads apart from changes: %w", err)
	}
	return n == 0, nil
}
