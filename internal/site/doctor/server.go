package doctor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/vantelle/vantelle/internal/config"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// errNotTold says that an engine has no answer to a question.
var errNotTold = errors.New("this engine does not tell")

// server is what the checks may ask of an ERP's server. Each check takes the
// part that it needs. errNotTold where an engine has no answer.
type server interface {
	clock
	encrypted
	rightsTeller
	hider
	indexed
	comparer
}

// facts are what every engine's server is built on.
type facts struct {
	db *erp.DB
	d  config.Dossier
}

// pool is the synchronisation's: a diagnosis must not keep customers waiting.
func (f facts) pool() *sqlx.DB { return f.db.Sync() }

// serverOf gives the server of a dossier.
func serverOf(db *erp.DB, d config.Dossier) server {
	f := facts{db, d}
	switch db.Engine() {
	case catalog.Postgres:
		return postgresServer{f}
	case catalog.MariaDB:
		return mariadbServer{f}
	case catalog.SQLServer:
		return sqlserverServer{f}
	}
	return sqliteServer{f}
}

// told reads one value.
func told[T any](ctx context.Context, f facts, query string, args ...any) (v T, err error) {
	err = f.pool().GetContext(ctx, &v, query, args...)
	return v, err
}

// utc reads the server's clock as microseconds since 1970 UTC.
func utc(ctx context.Context, f facts, query string) (time.Time, error) {
	micros, err := told[int64](ctx, f, query)
	if err != nil {
		return time.Time{}, err
	}
	return time.UnixMicro(micros), nil
}

// alike counts the values of a column that several rows have, as the column's
// collation compares them.
func (f facts) alike(ctx context.Context, t *catalog.Table, column string) (int, error) {
	return told[int](ctx, f, fmt.Sprintf("SELECT COUNT(*) FROM (SELECT 1 AS one FROM %[1]s GROUP BY %[2]s HAVING COUNT(*) > 1) x",
		f.db.Quote(t.Schema, t.Name), f.db.Quote(column)))
}

// unknown is the finding for a question that failed.
func unknown(code, what string, err error) []Finding {
	if errors.Is(err, errNotTold) {
		return nil
	}
	return []Finding{found(Note, code, erp.Hint(err), "%s cannot be found out: %v", what, err)}
}
