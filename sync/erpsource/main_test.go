package erpsource

import (
	"context"
	"database/sql"
	"iter"
	"path/filepath"
	"testing"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"
	_ "modernc.org/sqlite" // the driver for the tests' own writes

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/erpshape"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// onEachEngine runs test with a function that makes a database by a script.
func onEachEngine(t *testing.T, test func(t *testing.T, database func(script string) *erp.DB)) {
	t.Run("sqlite", func(t *testing.T) {
		test(t, func(script string) *erp.DB { return sqliteERP(t, script) })
	})
	t.Run("postgres", func(t *testing.T) {
		test(t, func(script string) *erp.DB { return postgresERP(t, script) })
	})
}

func sqliteERP(t *testing.T, script string) *erp.DB {
	t.Helper()
	path, _ := writableERP(t, script)
	return openERP(t, catalog.SQLite, path, nil)
}

// writableERP makes a database in a file, and gives what changes it.
func writableERP(t *testing.T, script string) (path string, write func(script string)) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "erp.db")
	write = func(script string) {
		t.Helper()
		raw, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := raw.Exec(script); err != nil {
			t.Fatal(err)
		}
		if err := raw.Close(); err != nil {
			t.Fatal(err)
		}
	}
	write(script)
	return path, write
}

func postgresERP(t *testing.T, script string) *erp.DB {
	t.Helper()
	dsn, raw, schema := erpshape.Postgres(t)
	if _, err := raw.Exec(script); err != nil {
		t.Fatal(err)
	}
	return openERP(t, catalog.Postgres, dsn, []string{schema})
}

func openERP(t *testing.T, engine catalog.Engine, dsn string, schemas []string) *erp.DB {
	t.Helper()
	s := erp.DefaultSettings()
	s.Name, s.Engine, s.DSN, s.Schemas = "demo", engine, dsn, schemas
	db, err := erp.Open(s, zerolog.Nop())
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

func openSnapshot(t *testing.T, kind string, db *erp.DB, opts Options) Snapshot {
	t.Helper()
	source, err := New(kind, db, opts)
	if err != nil {
		t.Fatal(err)
	}
	snap, err := source.Open(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := snap.Close(); err != nil {
			t.Error(err)
		}
	})
	return snap
}

// collect reads an iterator to its end: the records, and the problems as text.
func collect[T any](t *testing.T, seq iter.Seq2[T, error]) (records []T, problems []string) {
	t.Helper()
	for record, err := range seq {
		switch p := err.(type) {
		case nil:
			records = append(records, record)
		case *directory.Problem:
			problems = append(problems, p.Error())
		default:
			t.Fatal(err)
		}
	}
	return records, problems
}
