package erp

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"time"
)

// mariadbConnector opens connections whose sessions only read, but for those of
// BeginWrite.
type mariadbConnector struct {
	driver.Connector
	timeout time.Duration // of a statement
	connect time.Duration // of a connection, until its session is set
	writes  bool
}

// connectError is why a connection could not be opened.
type connectError struct {
	engine string
	err    error
}

func (e *connectError) Error() string { return "connect: " + e.err.Error() }
func (e *connectError) Unwrap() error { return e.err }

func (c *mariadbConnector) Connect(ctx context.Context) (driver.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, c.connect)
	defer cancel()
	raw, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, &connectError{"mariadb", err}
	}
	conn, ok := raw.(mariadbDriverConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("the driver's connection is a %T, which lacks a method", raw), raw.Close())
	}
	if err := c.prepare(ctx, conn); err != nil {
		return nil, &connectError{"mariadb", errors.Join(err, conn.Close())}
	}
	id, err := connectionID(ctx, conn)
	if err != nil {
		return nil, &connectError{"mariadb", errors.Join(err, conn.Close())}
	}
	return mariadbConn{conn, c.writes, c, id, new(atomic.Bool)}, nil
}

func (c *mariadbConnector) prepare(ctx context.Context, conn mariadbDriverConn) error {
	version, err := mariadbText(ctx, conn, "SELECT VERSION()")
	if err != nil {
		return err
	}
	isMySQL := !strings.Contains(version, "MariaDB")
	for _, set := range mariadbSession(c.timeout, isMySQL, c.writes) {
		if _, err := conn.ExecContext(ctx, set, nil); err != nil {
			return fmt.Errorf("set the session: %w", err)
		}
	}
	return checkMariaDBSession(ctx, conn, isMySQL, c.writes)
}

// mariadbDriverConn is what the driver's connections can do.
type mariadbDriverConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.NamedValueChecker
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// mariadbConn is the driver's connection, but that each of its transactions is
// a read of one moment, for which the driver knows no word, unless it writes.
type mariadbConn struct {
	mariadbDriverConn
	writes    bool
	connector *mariadbConnector
	id        string       // what the server calls it
	spent     *atomic.Bool // it must not be used again
}

func (c mariadbConn) BeginTx(ctx context.Context, _ driver.TxOptions) (driver.Tx, error) {
	begin := "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"
	if c.writes {
		begin = "START TRANSACTION READ WRITE"
	}
	if _, err := c.ExecContext(ctx, begin, nil); err != nil {
		return nil, err
	}
	return mariadbTx{c}, nil
}

type mariadbTx struct{ conn mariadbConn }

func (t mariadbTx) Commit() error   { return t.end("COMMIT") }
func (t mariadbTx) Rollback() error { return t.end("ROLLBACK") }

func (t mariadbTx) end(statement string) error {
	_, err := t.conn.ExecContext(context.Background(), statement, nil) // however the caller's context ended
	return err
}

// mariadbText runs a query that gives one text.
func mariadbText(ctx context.Context, c driver.QueryerContext, query string) (_ string, err error) {
	rows, err := c.QueryContext(ctx, query, nil)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	row := make([]driver.Value, len(rows.Columns()))
	if err := rows.Next(row); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return "", err
	}
	switch text := row[0].(type) {
	case []byte:
		return string(text), nil
	case string:
		return text, nil
	}
	return "", fmt.Errorf("%s gave a %T", query, row[0])
}
