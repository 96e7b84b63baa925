package erp

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
)

func TestOnlyTheServersOwnWordLeavesAConnectionUsable(t *testing.T) {
	for name, c := range map[string]struct {
		err     error
		spoiled bool
	}{
		"nothing wrong":                       {nil, false},
		"the end of the rows":                 {io.EOF, false},
		"a table that is gone":                {mssql.Error{Number: 208, Class: 16}, false},
		"a deadlock":                          {mssql.Error{Number: 1205, Class: 13}, false},
		"a cancellation that was confirmed":   {context.Canceled, false},
		"a lock time-out":                     {mssql.Error{Number: 1222, Class: 16}, true},
		"snapshots that are no more":          {mssql.Error{Number: 3952, Class: 16}, true},
		"an error that severs":                {mssql.Error{Number: 233, Class: 20}, true},
		"a cancellation without confirmation": {mssql.StreamError{InnerError: fmt.Errorf("no confirmation: %w", context.DeadlineExceeded)}, true},
		"a network that is gone":              {net.ErrClosed, true},
	} {
		conn := &sqlserverConn{}
		if err := conn.judge(c.err); (err == nil) != (c.err == nil) || conn.spoiled.Load() != c.spoiled {
			t.Errorf("%s: spoiled %v, %v", name, conn.spoiled.Load(), err)
		}
	}
}

func TestAStatementThatTookTooLongSaysSo(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), -1)
	defer cancel()
	conn := &sqlserverConn{}
	err := conn.late(ctx, mssql.StreamError{InnerError: errors.New("no confirmation")})
	if Classify(err) != Timeout || !conn.spoiled.Load() {
		t.Errorf("class %v of %v", Classify(err), err)
	}
	if err := conn.late(context.Background(), io.EOF); err != io.EOF {
		t.Errorf("the end of the rows became %v", err)
	}
}

func TestALineIsCutWhenTheServerDoesNotStop(t *testing.T) {
	for name, c := range map[string]struct {
		stops time.Duration // after the cancellation
		cut   bool
	}{"it stops in time": {patience / 2, false}, "it does not": {2 * patience, true}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				near, far := net.Pipe()
				defer far.Close()
				conn := &sqlserverConn{line: &line{conn: near}}
				ctx, cancel := context.WithCancel(context.Background())
				end := conn.watch(ctx)
				cancel()
				time.Sleep(c.stops)
				end()
				synctest.Wait()
				if err := near.SetDeadline(time.Time{}); errors.Is(err, io.ErrClosedPipe) != c.cut || conn.spoiled.Load() != c.cut {
					t.Errorf("the line: %v, spoiled %v", err, conn.spoiled.Load())
				}
				_ = near.Close()
			})
		})
	}
}

func TestALineThatWasCutStaysCut(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	l := &line{}
	l.cut()
	if conn, err := l.DialContext(context.Background(), "tcp", listener.Addr().String()); !errors.Is(err, net.ErrClosed) {
		t.Errorf("dialled %v, %v", conn, err)
	}
}

func TestASpoiledConnectionIsNotHandedOut(t *testing.T) {
	conn := &sqlserverConn{conn: &mssql.Conn{}, line: &line{}}
	conn.spoiled.Store(true)
	if conn.IsValid() || !errors.Is(conn.ResetSession(context.Background()), driver.ErrBadConn) {
		t.Error("it is handed out again")
	}
	if err := (&sqlserverTx{conn: conn}).Rollback(); err != nil || !conn.line.gone {
		t.Errorf("the transaction is not ended by cutting the line: %v", err)
	}
}

func TestOnlyQueriesAreSent(t *testing.T) {
	conn := &sqlserverConn{conn: &mssql.Conn{}}
	for statement, ok := range map[string]bool{"INSERT INTO t VALUES (1)": false, "exec sp_who": false, "SET NOCOUNT ON": false, "": false, "selected": false, "/**/ DELETE FROM t": false,
		"SELECT 1": true, "\n\twith w AS (SELECT 1 AS a) SELECT a FROM w": true, "(SELECT 1)": true, "SELECT\n1": true} {
		if _, err := conn.PrepareContext(context.Background(), statement); errors.Is(err, errReadsOnly) == ok {
			t.Errorf("%q: %v", statement, err)
		}
	}
}
