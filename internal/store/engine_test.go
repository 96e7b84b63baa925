package store

import (
	"fmt"
	"io/fs"
	"maps"

	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/internal/erpshape"
)

// engineTests are the engines, each with what opens a new directory on it.
var engineTests = []struct {
	name   string
	config func(testing.TB) Config
}{
	{SQLite, sqliteConfig},
	{Postgres, postgresConfig},
}

// onEach runs a test on a new directory of each engine.
func onEach(t *testing.T, test func(t *testing.T, cfg Config)) {
	t.Helper()
	for _, e := range engineTests {
		t.Run(e.name, func(t *testing.T) { test(t, e.config(t)) })
	}
}

// sqliteConfig is that of a directory in a folder of its own.
func sqliteConfig(t testing.TB) Config {
	return Config{
		Path:   filepath.Join(t.TempDir(), "directory.db"),
		Logger: zerolog.Nop(),
		Now:    func() time.Time { return noon },
	}
}

// postgresConfig is that of a directory in a schema of its own; without a
// server the test is skipped.
func postgresConfig(t testing.TB) Config {
	dsn, _, _ := erpshape.Postgres(t)
	return Config{
		Driver: Postgres,
		DSN:    dsn,
		Node:   t.Name(),
		Logger: zerolog.Nop(),
		Now:    func() time.Time { return noon },
	}
}

// form is the number of an engine's last step.
func form(t *testing.T, driver string) int64 {
	t.Helper()
	n, err := lastStep(migrations(driver))
	must(t, err)
	return n
}

func stepNames(t *testing.T, driver string) []string {
	t.Helper()
	names, err := fs.Glob(migrations(driver), "*.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("steps of %s: %q, %v", driver, names, err)
	}
	slices.Sort(names)
	return names
}

func TestMigrationsComeInPairs(t *testing.T) {
	if lite, post := stepNames(t, SQLite), stepNames(t, Postgres); !slices.Equal(lite, post) {
		t.Errorf("sqlite has the steps\n%q\nand postgres\n%q", lite, post)
	}
}

// column is what both engines must agree on.
type column struct {
	Type     string
	Nullable bool
	Key      int // its place in the primary key, from 1; 0 for none
}

// TestBothEnginesEndAlike compares what the steps of each lead to: tables,
// columns with their types, primary keys and indexes.
func TestBothEnginesEndAlike(t *testing.T) {
	lite, post := openWith(t, sqliteConfig(t)), openWith(t, postgresConfig(t))
	tables, other := sqliteColumns(t, lite), postgresColumns(t, post)
	if got, want := slices.Sorted(maps.Keys(other)), slices.Sorted(maps.Keys(tables)); !slices.Equal(got, want) {
		t.Fatalf("postgres has the tables\n%q\nand sqlite\n%q", got, want)
	}
	for name, columns := range tables {
		if !reflect.DeepEqual(columns, other[name]) {
			t.Errorf("table %s is\n%+v\non sqlite and\n%+v\non postgres", name, columns, other[name])
		}
	}
	var got, want []string
	must(t, lite.list(t.Context(), &got, `SELECT m.name || ' on ' || m.tbl_name || ' (' ||
		(SELECT group_concat(i.name, ', ') FROM (SELECT * FROM pragma_index_info(m.name) ORDER BY seqno) i) || ')'
		FROM sqlite_master m WHERE m.type = 'index' AND m.sql IS NOT NULL ORDER BY 1`))
	must(t, post.list(t.Context(), &want, `SELECT c.relname || ' on ' || t.relname || ' (' ||
		(SELECT string_agg(pg_get_indexdef(x.indexrelid, k, true), ', ' ORDER BY k) FROM generate_series(1, x.indnkeyatts) k) || ')' COLLATE "C"
		FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
		WHERE t.relnamespace = current_schema()::regnamespace AND t.relname <> 'goose_db_version'
		  AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = x.indexrelid AND k.contype IN ('p', 'u')) ORDER BY 1`))
	if !slices.Equal(got, want) {
		t.Errorf("sqlite has the indexes\n%q\nand postgres\n%q", got, want)
	}
}

// TestTextComparesByItsBytes: a column with the database's own collation would
// sort ids, and tell codes apart, differently on each engine.
func TestTextComparesByItsBytes(t *testing.T) {
	db := openWith(t, postgresConfig(t))
	var other []string
	must(t, db.list(t.Context(), &other, `SELECT table_name || '.' || column_name FROM information_schema.columns
		WHERE table_schema = current_schema() AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'
		  AND table_name <> 'goose_db_version' ORDER BY 1`))
	if len(other) > 0 {
		t.Errorf(`these have not the collation "C": %q`, other)
	}
}

func sqliteColumns(t *testing.T, db *DB) map[string]map[string]column {
	t.Helper()
	var rows []struct {
		Table   string `db:"tbl"`
		Name    string `db:"name"`
		Type    string `db:"type"`
		NotNull bool   `db:"notnull"`
		Key     int    `db:"pk"`
	}
	must(t, db.list(t.Context(), &rows, `SELECT m.name AS tbl, c.name, c.type, c."notnull", c.pk
		FROM sqlite_master m, pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name <> 'goose_db_version'`))
	tables := map[string]map[string]column{}
	for _, r := range rows {
		if tables[r.Table] == nil {
			tables[r.Table] = map[string]column{}
		}
		tables[r.Table][r.Name] = column{Type: strings.ToLower(r.Type), Nullable: !r.NotNull, Key: r.Key}
	}
	return tables
}

func postgresColumns(t *testing.T, db *DB) map[string]map[string]column {
	t.Helper()
	var rows []struct {
		Table    string `db:"tbl"`
		Name     string `db:"name"`
		Type     string `db:"type"`
		Nullable bool   `db:"nullable"`
		Key      int    `db:"pk"`
	}
	must(t, db.list(t.Context(), &rows, `SELECT c.table_name AS tbl, c.column_name AS name, c.data_type AS type,
			c.is_nullable = 'YES' AS nullable, COALESCE(k.ordinal_position, 0) AS pk
		FROM information_schema.columns c
		LEFT JOIN information_schema.table_constraints p ON p.table_schema = c.table_schema AND p.table_name = c.table_name AND p.constraint_type = 'PRIMARY KEY'
		LEFT JOIN information_schema.key_column_usage k ON k.constraint_schema = p.constraint_schema AND k.constraint_name = p.constraint_name AND k.column_name = c.column_name
		WHERE c.table_schema = current_schema() AND c.table_name <> 'goose_db_version'`))
	tables := map[string]map[string]column{}
	for _, r := range rows {
		if tables[r.Table] == nil {
			tables[r.Table] = map[string]column{}
		}
		tables[r.Table][r.Name] = column{Type: r.Type, Nullable: r.Nullable, Key: r.Key}
	}
	return tables
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// onRow has an engine run something when a row comes to a table.
func onRow(t *testing.T, db *DB, name, verb, table, when, message string) {
	t.Helper()
	if _, lite := db.engine.(sqliteEngine); lite {
		if when != "" {
			when = "WHEN " + when
		}
		_, err := db.writer.Exec(fmt.Sprintf("CREATE TRIGGER %s BEFORE %s ON %s %s BEGIN SELECT RAISE(ABORT, '%s'); END", name, verb, table, when, message))
		must(t, err)
		return
	}
	if when != "" {
		when = "WHEN (" + when + ")"
	}
	_, err := db.writer.Exec(fmt.Sprintf(`CREATE FUNCTION %[1]s() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '%[5]s'; END $$;
		CREATE TRIGGER %[1]s BEFORE %[2]s ON %[3]s FOR EACH ROW %[4]s EXECUTE FUNCTION %[1]s()`, name, verb, table, when, message))
	must(t, err)
}
