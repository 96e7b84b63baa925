package erp

import (
	"context"
	"database/sql/driver"
	"strconv"
	"time"
)

// killWait is how long the server is asked to end a statement that nobody
// waits for any more.
const killWait = 5 * time.Second

// watch ends a statement on the server when its context ends: the driver only
// closes its connection, which a server that computes does not notice. unwatch
// must be called when the statement has ended.
func (c mariadbConn) watch(ctx context.Context) (unwatch func()) {
	if ctx.Done() == nil || c.id == "" {
		return func() {}
	}
	stop := context.AfterFunc(ctx, func() { c.connector.kill(c.id) })
	return func() {
		if !stop() && ctx.Err() != nil {
			// The kill may still be on its way: it must not meet the next statement.
			c.spent.Store(true)
		}
	}
}

// kill ends what a connection runs, over one of its own. An error is nobody's:
// the statement's own time limit ends it then.
func (c *mariadbConnector) kill(id string) {
	ctx, cancel := context.WithTimeout(context.Background(), killWait)
	defer cancel()
	raw, err := c.Connector.Connect(ctx)
	if err != nil {
		return
	}
	defer func() { _ = raw.Close() }() // it was for one statement
	if conn, ok := raw.(driver.ExecerContext); ok {
		_, _ = conn.ExecContext(ctx, "KILL QUERY "+id, nil) // see above
	}
}

func (c mariadbConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	unwatch := c.watch(ctx)
	rows, err := c.mariadbDriverConn.QueryContext(ctx, query, args)
	return watchedRows(rows, err, unwatch)
}

func (c mariadbConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	defer c.watch(ctx)()
	return c.mariadbDriverConn.ExecContext(ctx, query, args)
}

func (c mariadbConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	stmt, err := c.mariadbDriverConn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	inner, ok := stmt.(mariadbDriverStmt)
	if !ok {
		return stmt, nil
	}
	return mariadbStmt{inner, c}, nil
}

// IsValid keeps a connection that a kill may still be on its way to out of the pool.
func (c mariadbConn) IsValid() bool { return !c.spent.Load() && c.mariadbDriverConn.IsValid() }

// mariadbDriverStmt is what the driver's statements can do.
type mariadbDriverStmt interface {
	driver.Stmt
	driver.StmtQueryContext
	driver.StmtExecContext
	driver.NamedValueChecker
}

type mariadbStmt struct {
	mariadbDriverStmt
	conn mariadbConn
}

func (s mariadbStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	unwatch := s.conn.watch(ctx)
	rows, err := s.mariadbDriverStmt.QueryContext(ctx, args)
	return watchedRows(rows, err, unwatch)
}

func (s mariadbStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	defer s.conn.watch(ctx)()
	return s.mariadbDriverStmt.ExecContext(ctx, args)
}

// mariadbDriverRows is what the driver's rows can do.
type mariadbDriverRows interface {
	driver.RowsNextResultSet
	driver.RowsColumnTypeDatabaseTypeName
	driver.RowsColumnTypeNullable
	driver.RowsColumnTypePrecisionScale
	driver.RowsColumnTypeScanType
}

// mariadbRows are watched until they are closed: the server may compute the
// first one for a long time.
type mariadbRows struct {
	mariadbDriverRows
	unwatch func()
}

func (r mariadbRows) Close() error {
	err := r.mariadbDriverRows.Close()
	r.unwatch()
	return err
}

func watchedRows(rows driver.Rows, err error, unwatch func()) (driver.Rows, error) {
	if err != nil {
		unwatch()
		return nil, err
	}
	inner, ok := rows.(mariadbDriverRows)
	if !ok {
		unwatch()
		return rows, nil
	}
	return mariadbRows{inner, unwatch}, nil
}

// connectionID asks a connection what the server calls it.
func connectionID(ctx context.Context, conn mariadbDriverConn) (string, error) {
	rows, err := conn.QueryContext(ctx, "SELECT CONNECTION_ID()", nil)
	if err != nil {
		return "", err
	}
	defer func() { _ = rows.Close() }() // one row was read
	row := make([]driver.Value, 1)
	if err := rows.Next(row); err != nil {
		return "", err
	}
	switch n := row[0].(type) {
	case int64:
		return strconv.FormatInt(n, 10), nil
	case uint64:
		return strconv.FormatUint(n, 10), nil
	case []byte:
		if _, err := strconv.ParseUint(string(n), 10, 64); err != nil {
			return "", err
		}
		return string(n), nil
	}
	return "", nil
}
