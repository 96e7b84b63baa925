package erp

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// What a connection to PostgreSQL keeps prepared, so that a statement that comes
// again needs one round trip and is neither parsed nor, in the end, planned anew. The
// server holds some fifty bytes for each byte of the text, and with a plan of its own
// a hundred, until the connection ends: without these bounds a customer who varies
// long statements would fill the memory of the ERP's machine. With them it is some
// forty megabytes for each connection at worst. Statements of a portal have some
// hundreds of bytes, or a few thousand under a profile with many conditions.
const (
	keptStatements = 200        // on each connection
	keptBytes      = 512 * 1024 // of their texts together
	keptText       = 16 * 1024  // of one; what is longer is prepared each time
)

// postgresConnector opens connections that keep no long statement prepared.
type postgresConnector struct{ driver.Connector }

func (c postgresConnector) Connect(ctx context.Context) (driver.Conn, error) {
	raw, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	conn, ok := raw.(*stdlib.Conn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("the driver's connection is a %T", raw), raw.Close())
	}
	return &postgresConn{Conn: conn, kept: map[string]bool{}}, nil
}

// postgresConn is the driver's connection, but that it bounds what is kept prepared:
// long statements have no name, and the next one takes their place; of the others all
// are let go when there are too many, and those still in use are prepared again.
type postgresConn struct {
	*stdlib.Conn
	kept  map[string]bool // texts
	bytes int             // of them
}

// QueryContext runs a query.
func (c *postgresConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	return c.Conn.QueryContext(ctx, query, c.passing(ctx, query, args))
}

// ExecContext runs a statement that gives no rows.
func (c *postgresConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if len(args) == 0 {
		return c.Conn.ExecContext(ctx, query, args) // the driver prepares nothing
	}
	return c.Conn.ExecContext(ctx, query, c.passing(ctx, query, args))
}

// passing gives a statement's values, and before them what makes the driver keep
// nothing of it where it is not to be kept.
func (c *postgresConn) passing(ctx context.Context, query string, args []driver.NamedValue) []driver.NamedValue {
	if c.keeps(ctx, query) {
		return args
	}
	return append([]driver.NamedValue{{Value: pgx.QueryExecModeDescribeExec}}, args...)
}

// keeps tells whether a statement is kept prepared, and makes room for it.
func (c *postgresConn) keeps(ctx context.Context, query string) bool {
	switch {
	case c.kept[query]:
		return true
	case len(query) > keptText:
		return false
	case len(c.kept) < keptStatements && c.bytes+len(query) <= keptBytes:
	case c.Conn.Conn().PgConn().TxStatus() == 'E':
		return false // nothing can be let go in a transaction that has failed
	default:
		if err := c.Conn.Conn().DeallocateAll(ctx); err != nil {
			// The driver has forgotten what the server may still hold.
			_ = c.Conn.Close()
			return false
		}
		clear(c.kept)
		c.bytes = 0
	}
	c.kept[query] = true
	c.bytes += len(query)
	return true
}
