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

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// Postgres gives a test a fresh, empty schema in the database that
// VANTELLE_TEST_POSTGRES points at, and drops it when the test ends; without
// that variable the test is skipped. Connections made with dsn, and db, look
// for unqualified tables in that schema only.
func Postgres(t testing.TB) (dsn string, db *sql.DB, schema string) {
	t.Helper()
	server := os.Getenv("VANTELLE_TEST_POSTGRES")
	if server == "" {
		t.Skip("VANTELLE_TEST_POSTGRES is not set: give the DSN of a PostgreSQL database to run this test")
	}
	schema = "vt_" + strings.ToLower(rand.Text()[:16])
	admin := openPostgres(t, server)
	if _, err := admin.ExecContext(t.Context(), "CREATE SCHEMA "+quote(schema)); err != nil {
		t.Fatalf("create schema %s: %v", schema, err)
	}
	t.Cleanup(func() {
		// The test's own context is over by now.
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if _, err := admin.ExecContext(ctx, "DROP SCHEMA "+quote(schema)+" CASCADE"); err != nil {
			t.Errorf("drop schema %s: %v", schema, err)
		}
		admin.Close()
	})
	dsn = withSearchPath(server, schema)
	db = openPostgres(t, dsn)
	t.Cleanup(func() { db.Close() })
	return dsn, db, schema
}

func openPostgres(t testing.TB, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatalf("open VANTELLE_TEST_POSTGRES: %v", err)
	}
	if err := db.PingContext(t.Context()); err != nil {
		db.Close()
		t.Fatalf("VANTELLE_TEST_POSTGRES is set, but the database does not answer: %v", err)
	}
	return db
}

// withSearchPath adds the schema to a DSN, which is a URL or a list of
// key=value.
func withSearchPath(dsn, schema string) string {
	u, err := url.Parse(dsn)
	if err != nil || u.Scheme == "" {
		return dsn + " search_path=" + schema
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}
