package erp

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// sqliteFile writes a database made by script and returns its path.
func sqliteFile(t *testing.T, script string) string {
	t.Helper()
	name := "a b%#?.db"
	if runtime.GOOS == "windows" {
		name = "a b%#.db"
	}
	path := filepath.Join(t.TempDir(), name)
	raw, err := sql.Open("sqlite", "file://"+escapePath(path))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := raw.Exec(script); err != nil {
		t.Fatal(err)
	}
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func open(t *testing.T, engine catalog.Engine, dsn string, change ...func(*Settings)) *DB {
	t.Helper()
	s := DefaultSettings()
	s.Name, s.Engine, s.DSN = "demo", engine, dsn
	for _, c := range change {
		c(&s)
	}
	db, err := Open(s, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// postgresDSN is the server for tests; each test makes schemas of its own.
func postgresDSN(t *testing.T) string {
	t.Helper()
	dsn := os.Getenv("VANTELLE_TEST_POSTGRES")
	if dsn == "" {
		t.Skip("VANTELLE_TEST_POSTGRES is not set: give the DSN of a PostgreSQL database to test on")
	}
	return dsn
}

// postgresSchema runs script in a fresh schema, dropped at the end.
func postgresSchema(t *testing.T, schema, script string) {
	t.Helper()
	raw, err := sqlx.Open("pgx", postgresDSN(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := raw.Exec(`DROP SCHEMA IF EXISTS "` + schema + `" CASCADE`); err != nil {
			t.Error(err)
		}
		_ = raw.Close()
	})
	if _, err := raw.Exec(`DROP SCHEMA IF EXISTS "` + schema + `" CASCADE; CREATE SCHEMA "` + schema + `"; SET search_path = "` + schema + `"; ` + script); err != nil {
		t.Fatal(err)
	}
}

func mustCatalog(t *testing.T, db *DB) *catalog.Catalog {
	t.Helper()
	c, err := db.Catalog(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func atoi(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
