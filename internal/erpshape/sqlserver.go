package erpshape

import (
	"context"
	"crypto/rand"
	"database/sql"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	_ "github.com/microsoft/go-mssqldb" // the driver of the tests' own writes
)

// SQLServer gives a test a fresh, empty database on the server that
// VANTELLE_TEST_SQLSERVER points at (sqlserver://…), and drops it when the test
// ends; without that variable the test is skipped.
func SQLServer(t testing.TB) (dsn string, db *sql.DB) {
	t.Helper()
	server := os.Getenv("VANTELLE_TEST_SQLSERVER")
	if server == "" {
		t.Skip("VANTELLE_TEST_SQLSERVER is not set: give the DSN (sqlserver://…) of a SQL Server whose login may make databases to run this test")
	}
	at, err := url.Parse(server)
	if err != nil {
		t.Fatalf("read VANTELLE_TEST_SQLSERVER: %v", err)
	}
	master, err := sql.Open("sqlserver", server)
	if err != nil {
		t.Fatalf("open VANTELLE_TEST_SQLSERVER: %v", err)
	}
	name := "vt_" + strings.ToLower(rand.Text()[:16])
	if _, err := master.ExecContext(t.Context(), "CREATE DATABASE ["+name+"]"); err != nil {
		t.Fatalf("create database %s: %v", name, err)
	}
	t.Cleanup(func() {
		// The test's own context is over by now.
		ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
		defer cancel()
		_, err := master.ExecContext(ctx, "DROP DATABASE ["+name+"]")
		if err != nil { // the connection may be from before the server died, as Babelfish does of some statements
			_, err = master.ExecContext(ctx, "DROP DATABASE ["+name+"]")
		}
		if err != nil {
			t.Errorf("drop database %s: %v", name, err)
		}
		master.Close()
	})
	query := at.Query()
	query.Set("database", name)
	at.RawQuery = query.Encode()
	if db, err = sql.Open("sqlserver", at.String()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return at.String(), db
}
