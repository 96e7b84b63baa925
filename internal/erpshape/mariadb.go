package erpshape

import (
	"context"
	"crypto/rand"
	"database/sql"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
)

// MariaDB gives a test a fresh, empty database on the server that
// VANTELLE_TEST_MARIADB points at (a DSN of go-sql-driver), and drops it when
// the test ends; without that variable the test is skipped. db takes names in
// double quotes, as the schema files have them; dsn leaves sessions as they are.
func MariaDB(t testing.TB) (dsn string, db *sql.DB) {
	t.Helper()
	server := os.Getenv("VANTELLE_TEST_MARIADB")
	if server == "" {
		t.Skip("VANTELLE_TEST_MARIADB is not set: give the DSN of a MariaDB whose user may make databases to run this test")
	}
	config, err := mysql.ParseDSN(server)
	if err != nil {
		t.Fatalf("read VANTELLE_TEST_MARIADB: %v", err)
	}
	admin := openMariaDB(t, config)
	name := "vt_" + strings.ToLower(rand.Text()[:16])
	if _, err := admin.ExecContext(t.Context(), "CREATE DATABASE "+name+" CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"); err != nil {
		t.Fatalf("create database %s: %v", name, err)
	}
	t.Cleanup(func() {
		// The test's own context is over by now.
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if _, err := admin.ExecContext(ctx, "DROP DATABASE "+name); err != nil {
			t.Errorf("drop database %s: %v", name, err)
		}
		admin.Close()
	})
	own := config.Clone()
	own.DBName = name
	dsn = own.FormatDSN()
	own.MultiStatements = true
	own.Params = map[string]string{"sql_mode": "'ANSI_QUOTES,STRICT_ALL_TABLES'"}
	db = openMariaDB(t, own)
	t.Cleanup(func() { db.Close() })
	return dsn, db
}

func openMariaDB(t testing.TB, config *mysql.Config) *sql.DB {
	t.Helper()
	connector, err := mysql.NewConnector(config)
	if err != nil {
		t.Fatalf("open VANTELLE_TEST_MARIADB: %v", err)
	}
	db := sql.OpenDB(connector)
	if err := db.PingContext(t.Context()); err != nil {
		db.Close()
		t.Fatalf("VANTELLE_TEST_MARIADB is set, but the server does not answer: %v", err)
	}
	return db
}
