package erp

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
)

// sqlserverConn is a connection of the driver's with what SQL Server and the
// driver leave out: a time limit for each statement, no statement but a query,
// and an end to the connection after anything that may have left an answer
// half read. A connection in that state can give the next query an answer that
// is not its own.
type sqlserverConn struct {
	conn    *mssql.Conn
	line    *line
	timeout time.Duration
	spoiled atomic.Bool
	writes  bool // of BeginWrite: transactions commit, and statements need be no query
}

var errReadsOnly = errors.New("connections to an ERP only read")

// judge looks at an error: only what the server said itself, in full, leaves
// the connection usable, and not all of that: after a lock time-out the driver
// may wait for more that never comes.
func (c *sqlserverConn) judge(err error) error {
	var said mssql.Error
	switch {
	case err == nil, errors.Is(err, io.EOF), err == context.Canceled, err == context.DeadlineExceeded:
		// The driver gives these bare once the server has confirmed.
	case errors.As(err, &said) && said.Class < 20 && !slices.Contains(costly, said.Number):
	default:
		c.spoiled.Store(true)
	}
	return err
}

// costly are the numbers of errors that cost the connection: a lock time-out,
// and snapshots that the database no longer allows, of which a new session
// learns.
var costly = []int32{1222, 3952, 3957}

// IsValid tells the pool whether to keep the connection.
func (c *sqlserverConn) IsValid() bool { return !c.spoiled.Load() && c.conn.IsValid() }

func (c *sqlserverConn) Close() error {
	if c.spoiled.Load() {
		c.line.cut() // a goodbye might wait
	}
	err := c.conn.Close()
	if c.spoiled.Load() {
		return nil
	}
	return err
}

func (c *sqlserverConn) ResetSession(ctx context.Context) error {
	if !c.IsValid() {
		return driver.ErrBadConn
	}
	return c.judge(c.conn.ResetSession(ctx))
}

func (c *sqlserverConn) Ping(ctx context.Context) error { return c.judge(c.conn.Ping(ctx)) }

func (c *sqlserverConn) CheckNamedValue(v *driver.NamedValue) error { return c.conn.CheckNamedValue(v) }

func (c *sqlserverConn) Begin() (driver.Tx, error) {
	return c.BeginTx(context.Background(), driver.TxOptions{})
}

// BeginTx begins a transaction in the session's isolation level. ReadOnly is
// what every one of ours is; the server has no word for it.
func (c *sqlserverConn) BeginTx(ctx context.Context, opts driver.TxOptions) (driver.Tx, error) {
	if sql.IsolationLevel(opts.Isolation) != sql.LevelDefault {
		return nil, errors.New("the isolation level is the session's")
	}
	tx, err := c.conn.BeginTx(ctx, driver.TxOptions{})
	if err != nil {
		return nil, c.judge(err)
	}
	return &sqlserverTx{c, tx}, nil
}

type sqlserverTx struct {
	conn *sqlserverConn
	tx   driver.Tx
}

func (t *sqlserverTx) Commit() error {
	if !t.conn.writes {
		return t.Rollback() // nothing was written
	}
	if t.conn.spoiled.Load() {
		t.conn.line.cut()
		return driver.ErrBadConn
	}
	return t.conn.judge(t.tx.Commit())
}

func (t *sqlserverTx) Rollback() error {
	if t.conn.spoiled.Load() {
		t.conn.line.cut() // with which the server ends the transaction
		return nil
	}
	return t.conn.judge(t.tx.Rollback())
}

func (c *sqlserverConn) Prepare(query string) (driver.Stmt, error) {
	return c.PrepareContext(context.Background(), query)
}

// PrepareContext refuses what is no query. It is a second lock: the first is
// that the login has no right to write.
func (c *sqlserverConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	first, _, _ := strings.Cut(strings.TrimLeft(query, " \t\r\n("), " ")
	first, _, _ = strings.Cut(first, "\n")
	if !c.writes && !strings.EqualFold(first, "SELECT") && !strings.EqualFold(first, "WITH") {
		return nil, errReadsOnly
	}
	stmt, err := c.conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, c.judge(err)
	}
	return &sqlserverStmt{c, stmt}, nil
}

type sqlserverStmt struct {
	conn *sqlserverConn
	stmt driver.Stmt
}

func (s *sqlserverStmt) Close() error  { return s.stmt.Close() }
func (s *sqlserverStmt) NumInput() int { return s.stmt.NumInput() }

func (s *sqlserverStmt) Exec([]driver.Value) (driver.Result, error) { return nil, errReadsOnly }

func (s *sqlserverStmt) Query([]driver.Value) (driver.Rows, error) { return nil, errReadsOnly }

func (s *sqlserverStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	if !s.conn.writes {
		return nil, errReadsOnly
	}
	ctx, cancel := context.WithTimeout(ctx, s.conn.timeout)
	defer cancel()
	defer s.conn.watch(ctx)()
	result, err := s.stmt.(driver.StmtExecContext).ExecContext(ctx, args)
	if err != nil {
		return nil, s.conn.late(ctx, err)
	}
	return result, nil
}

func (s *sqlserverStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	ctx, cancel := context.WithTimeout(ctx, s.conn.timeout)
	end := s.conn.watch(ctx)
	rows, err := s.stmt.(driver.StmtQueryContext).QueryContext(ctx, args)
	if err != nil {
		err = s.conn.late(ctx, err)
		end()
		cancel()
		return nil, err
	}
	return &sqlserverRows{Rows: rows, conn: s.conn, ctx: ctx, cancel: cancel, end: sync.OnceFunc(end)}, nil
}

// patience is how long the server may take to confirm that it has stopped a
// statement.
const patience = 2 * time.Second

// watch cuts the line where the server does not stop a statement in time after
// ctx has ended: the driver alone would wait for two times five seconds. end
// is called when the statement is over.
func (c *sqlserverConn) watch(ctx context.Context) (end func()) {
	over := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		timer := time.NewTimer(patience)
		defer timer.Stop()
		select {
		case <-over:
		case <-timer.C:
			c.spoiled.Store(true)
			c.line.cut()
		}
	})
	return func() {
		stop()
		close(over)
	}
}

// late judges an error, and says that time was up where that is why.
func (c *sqlserverConn) late(ctx context.Context, err error) error {
	err = c.judge(err)
	if ctx.Err() == nil || err == nil || errors.Is(err, io.EOF) || errors.Is(err, ctx.Err()) && !c.spoiled.Load() {
		return err
	}
	return fmt.Errorf("%w (%v)", ctx.Err(), err)
}

// sqlserverRows holds back that the answer may have more result sets: one
// statement is sent, so there are none.
type sqlserverRows struct {
	driver.Rows
	conn   *sqlserverConn
	ctx    context.Context // of the statement, which lasts until Close
	cancel context.CancelFunc
	end    func()
}

func (r *sqlserverRows) Next(row []driver.Value) error { return r.conn.late(r.ctx, r.Rows.Next(row)) }

func (r *sqlserverRows) Close() error {
	r.cancel() // arms the watch
	err := r.conn.judge(r.Rows.Close())
	r.end()
	if r.conn.spoiled.Load() {
		return nil // whatever is wrong with the connection ends with it
	}
	return err
}
