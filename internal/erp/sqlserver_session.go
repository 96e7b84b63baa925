package erp

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	mssql "github.com/microsoft/go-mssqldb"
)

// sqlserverSession is what every session begins with, and begins with again
// whenever the pool hands it out: the pool's reset undoes it.
func sqlserverSession(lockTimeout time.Duration, costLimit int) string {
	set := []string{
		"SET LANGUAGE us_english", // first: it changes the two after it
		"SET DATEFORMAT ymd",
		"SET DATEFIRST 1",
		"SET ANSI_NULLS ON",
		"SET ANSI_PADDING ON",
		"SET ANSI_WARNINGS ON",
		"SET ARITHABORT ON",
		"SET CONCAT_NULL_YIELDS_NULL ON",
		"SET NUMERIC_ROUNDABORT OFF",
		"SET QUOTED_IDENTIFIER ON",
		"SET DEADLOCK_PRIORITY LOW", // who works on the ERP wins
		"SET LOCK_TIMEOUT " + strconv.FormatInt(lockTimeout.Milliseconds(), 10),
	}
	if costLimit > 0 {
		set = append(set, "SET QUERY_GOVERNOR_COST_LIMIT "+strconv.Itoa(costLimit))
	}
	return strings.Join(set, ";\n") + ";\n"
}

// sqlserverIsolation is how a session of the database reads. READ UNCOMMITTED
// is never among it: it shows what never was.
func sqlserverIsolation(snapshot bool) string {
	if snapshot {
		return "SET TRANSACTION ISOLATION LEVEL SNAPSHOT;\n"
	}
	return "SET TRANSACTION ISOLATION LEVEL READ COMMITTED;\n"
}

// startSession sets a session that was just opened and gives the statements
// for it: whether the database allows snapshots may change at any time.
func startSession(ctx context.Context, conn *mssql.Conn, session string, writes bool) (string, error) {
	if err := sqlserverExec(ctx, conn, session); err != nil {
		return "", fmt.Errorf("set the session: %w", err)
	}
	if writes { // under SNAPSHOT a check would pass on what was, and a conflict end the write
		isolation := sqlserverIsolation(false)
		if err := sqlserverExec(ctx, conn, isolation); err != nil {
			return "", fmt.Errorf("set the isolation level: %w", err)
		}
		return session + isolation, nil
	}
	state, err := sqlserverValue(ctx, conn, "SELECT CAST(snapshot_isolation_state AS int) FROM sys.databases WHERE database_id = DB_ID()")
	if err != nil {
		return "", fmt.Errorf("ask whether the database allows snapshots: %w", err)
	}
	isolation := sqlserverIsolation(state == int64(1)) // 1 is ON; 2 and 3 are on the way
	if err := sqlserverExec(ctx, conn, isolation); err != nil {
		return "", fmt.Errorf("set the isolation level: %w", err)
	}
	return session + isolation, nil
}

func sqlserverExec(ctx context.Context, conn *mssql.Conn, statement string) error {
	prepared, err := conn.PrepareContext(ctx, statement)
	if err != nil {
		return err
	}
	_, err = prepared.(driver.StmtExecContext).ExecContext(ctx, nil)
	return errors.Join(err, prepared.Close())
}

// sqlserverValue runs a query that gives one value.
func sqlserverValue(ctx context.Context, conn *mssql.Conn, query string) (_ driver.Value, err error) {
	prepared, err := conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := prepared.(driver.StmtQueryContext).QueryContext(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close(), prepared.Close()) }()
	row := make([]driver.Value, len(rows.Columns()))
	if err := rows.Next(row); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return row[0], nil
}
