// Package faultsql makes a database fail where a test says: it wraps a
// driver.Connector and asks the test before, and after, each thing that the
// driver is to do. Nothing that ships may import it.
//
// A call is known by its label: what is done, and for a statement its verb and
// table, such as "exec insert customers" or "commit". Labels hold no values, so
// that a test can learn those of a good run and then fail at each in turn.
package faultsql

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"regexp"
	"strings"

	"github.com/jackc/pgx/v5"
)

// When says on which side of a call a fault is: before it nothing was done;
// after it everything was, and the caller does not learn so.
type When string

// The sides of a call.
const (
	Before When = "before"
	After  When = "after"
)

// Call is one thing that the driver is asked for.
type Call struct {
	When  When
	Label string // of "connect", "begin", "prepare …", "exec …", "query …", "next …", "commit", "rollback"
}

// Hook is asked at each call; an error is what the caller gets instead.
type Hook func(Call) error

// Wrap gives a connector whose connections ask the hook. Connections may be used
// by several goroutines in turn, and the hook by several at once.
func Wrap(c driver.Connector, hook Hook) driver.Connector { return &connector{c, hook} }

// Open gives a connector of a driver that has none of its own.
func Open(d driver.Driver, dsn string) driver.Connector { return opener{d, dsn} }

type opener struct {
	driver driver.Driver
	dsn    string
}

func (o opener) Connect(context.Context) (driver.Conn, error) { return o.driver.Open(o.dsn) }
func (o opener) Driver() driver.Driver                        { return o.driver }

// around does a call between the two questions. What was done is undone by
// undo where the answer to the second is an error.
func around[T any](hook Hook, label string, do func() (T, error), undo func(T)) (T, error) {
	var none T
	if err := hook(Call{Before, label}); err != nil {
		return none, err
	}
	done, err := do()
	if err != nil {
		return none, err
	}
	if err := hook(Call{After, label}); err != nil {
		if undo != nil {
			undo(done)
		}
		return none, err
	}
	return done, nil
}

type connector struct {
	driver.Connector
	hook Hook
}

func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	inner, err := around(c.hook, "connect", func() (driver.Conn, error) { return c.Connector.Connect(ctx) },
		func(inner driver.Conn) { _ = inner.Close() })
	if err != nil {
		return nil, err
	}
	return &conn{inner, c.hook}, nil
}

// conn forwards what the drivers that we use offer; database/sql asks for each
// by a type assertion, so that what is not forwarded would silently be done
// another way.
type conn struct {
	below driver.Conn
	hook  Hook
}

var (
	_ driver.ConnBeginTx        = (*conn)(nil)
	_ driver.ConnPrepareContext = (*conn)(nil)
	_ driver.ExecerContext      = (*conn)(nil)
	_ driver.QueryerContext     = (*conn)(nil)
	_ driver.Pinger             = (*conn)(nil)
	_ driver.SessionResetter    = (*conn)(nil)
	_ driver.NamedValueChecker  = (*conn)(nil)
	_ driver.Validator          = (*conn)(nil)
)

// Conn gives the connection of pgx below, for COPY, which database/sql does not
// know and no hook is asked about; nil below another driver.
func (c *conn) Conn() *pgx.Conn {
	if below, ok := c.below.(interface{ Conn() *pgx.Conn }); ok {
		return below.Conn()
	}
	return nil
}

func (c *conn) Close() error { return c.below.Close() }

func (c *conn) Prepare(query string) (driver.Stmt, error) {
	return c.PrepareContext(context.Background(), query)
}

func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	label := Label(query)
	below, err := around(c.hook, "prepare "+label, func() (driver.Stmt, error) {
		if p, ok := c.below.(driver.ConnPrepareContext); ok {
			return p.PrepareContext(ctx, query)
		}
		return c.below.Prepare(query)
	}, func(s driver.Stmt) { _ = s.Close() })
	if err != nil {
		return nil, err
	}
	return &stmt{below, c.hook, label}, nil
}

func (c *conn) Begin() (driver.Tx, error) { return c.BeginTx(context.Background(), driver.TxOptions{}) }

func (c *conn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	below, err := around(c.hook, "begin", func() (driver.Tx, error) {
		b, ok := c.below.(driver.ConnBeginTx)
		if !ok {
			return nil, errors.New("faultsql: the driver has no BeginTx")
		}
		return b.BeginTx(ctx, o)
	}, func(t driver.Tx) { _ = t.Rollback() })
	if err != nil {
		return nil, err
	}
	return &tx{below, c.hook}, nil
}

func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	e, ok := c.below.(driver.ExecerContext)
	if !ok {
		return nil, driver.ErrSkip
	}
	return around(c.hook, "exec "+Label(query), func() (driver.Result, error) { return e.ExecContext(ctx, query, args) }, nil)
}

func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	q, ok := c.below.(driver.QueryerContext)
	if !ok {
		return nil, driver.ErrSkip
	}
	return hooked(c.hook, Label(query), func() (driver.Rows, error) { return q.QueryContext(ctx, query, args) })
}

func (c *conn) Ping(ctx context.Context) error {
	if p, ok := c.below.(driver.Pinger); ok {
		return p.Ping(ctx)
	}
	return nil
}

func (c *conn) ResetSession(ctx context.Context) error {
	if r, ok := c.below.(driver.SessionResetter); ok {
		return r.ResetSession(ctx)
	}
	return nil
}

// IsValid tells the pool whether to keep the connection.
func (c *conn) IsValid() bool {
	v, ok := c.below.(driver.Validator)
	return !ok || v.IsValid()
}

func (c *conn) CheckNamedValue(v *driver.NamedValue) error {
	if k, ok := c.below.(driver.NamedValueChecker); ok {
		return k.CheckNamedValue(v)
	}
	return driver.ErrSkip
}

type stmt struct {
	driver.Stmt
	hook  Hook
	label string
}

func (s *stmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	return around(s.hook, "exec "+s.label, func() (driver.Result, error) {
		e, ok := s.Stmt.(driver.StmtExecContext)
		if !ok {
			return nil, errors.New("faultsql: the driver's statements have no ExecContext")
		}
		return e.ExecContext(ctx, args)
	}, nil)
}

func (s *stmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	return hooked(s.hook, s.label, func() (driver.Rows, error) {
		q, ok := s.Stmt.(driver.StmtQueryContext)
		if !ok {
			return nil, errors.New("faultsql: the driver's statements have no QueryContext")
		}
		return q.QueryContext(ctx, args)
	})
}

// hooked queries, and asks the hook before each row too.
func hooked(hook Hook, label string, query func() (driver.Rows, error)) (driver.Rows, error) {
	below, err := around(hook, "query "+label, query, func(r driver.Rows) { _ = r.Close() })
	if err != nil {
		return nil, err
	}
	return &rows{below, hook, "next " + label}, nil
}

type rows struct {
	driver.Rows
	hook  Hook
	label string
}

func (r *rows) Next(dest []driver.Value) error {
	if err := r.hook(Call{Before, r.label}); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return r.Rows.Next(dest)
}

type tx struct {
	driver.Tx
	hook Hook
}

func (t *tx) Commit() error {
	// A commit that fails before it was sent leaves the transaction open, and
	// the connection must not be used with it.
	if err := t.hook(Call{Before, "commit"}); err != nil {
		return errors.Join(err, t.Tx.Rollback())
	}
	if err := t.Tx.Commit(); err != nil {
		return err
	}
	return t.hook(Call{After, "commit"})
}

// Rollback always rolls back: a fault here is one of the connection, which the
// server answers by doing the same.
func (t *tx) Rollback() error {
	err := t.hook(Call{Before, "rollback"})
	return errors.Join(err, t.Tx.Rollback())
}

var words = regexp.MustCompile(`(?is)^\s*(select|insert|update|delete|create|drop)\b(?:.*?\b(?:from|into|update|table)\s+(?:["\x60\[]?[a-z0-9_]+["\x60\]]?\.)?["\x60\[]?([a-z0-9_]+))?`)

// Label is the verb of a statement and the first table that it names, without its
// schema.
func Label(query string) string {
	m := words.FindStringSubmatch(query)
	if m == nil {
		return "other"
	}
	verb, table := strings.ToLower(m[1]), m[2]
	if verb == "update" {
		table = strings.Fields(query)[1]
	}
	return strings.TrimSpace(verb + " " + table)
}
