package faultsql_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"path/filepath"
	"slices"
	"testing"

	"modernc.org/sqlite"

	"github.com/vantelle/vantelle/internal/faultsql"
)

var errFault = errors.New("the cable is out")

// open opens a new SQLite file through a hook.
func open(t *testing.T, hook faultsql.Hook) *sql.DB {
	t.Helper()
	var d driver.Driver = &sqlite.Driver{}
	db := sql.OpenDB(faultsql.Wrap(faultsql.Open(d, filepath.Join(t.TempDir(), "x.db")), hook))
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func TestFaultsComeWhereTheyAreWanted(t *testing.T) {
	var seen []string
	var fail faultsql.Call
	db := open(t, func(c faultsql.Call) error {
		if c.When == faultsql.Before {
			seen = append(seen, c.Label)
		}
		if c == fail {
			return errFault
		}
		return nil
	})
	work := func() error {
		tx, err := db.BeginTx(context.Background(), nil)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }()
		if _, err := tx.Exec("INSERT INTO things (x) VALUES (?)", 1); err != nil {
			return err
		}
		var n int
		if err := tx.QueryRow("SELECT COUNT(*) FROM things").Scan(&n); err != nil {
			return err
		}
		return tx.Commit()
	}
	if _, err := db.Exec("CREATE TABLE things (x)"); err != nil {
		t.Fatal(err)
	}
	seen = nil
	if err := work(); err != nil {
		t.Fatal(err)
	}
	labels := slices.Clone(seen)
	if want := []string{"begin", "exec insert things", "query select things", "next select things", "commit"}; !slices.Equal(labels, want) {
		t.Fatalf("labels %q, want %q", labels, want)
	}
	rows := func() (n int) {
		fail = faultsql.Call{}
		if err := db.QueryRow("SELECT COUNT(*) FROM things").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := rows()
	for _, label := range labels {
		for _, when := range []faultsql.When{faultsql.Before, faultsql.After} {
			if when == faultsql.After && label == "next select things" {
				continue // nothing is asked after a row
			}
			fail = faultsql.Call{When: when, Label: label}
			if err := work(); !errors.Is(err, errFault) {
				t.Errorf("%s %s: %v", when, label, err)
			}
			want := before
			if label == "commit" && when == faultsql.After {
				want++ // it was done, and nobody was told
			}
			if n := rows(); n != want {
				t.Errorf("%s %s: %d rows, want %d", when, label, n, want)
			}
			before = want
		}
	}
}

func TestLabel(t *testing.T) {
	for query, want := range map[string]string{
		"SELECT epoch FROM leads WHERE x = 1":             "select leads",
		"INSERT INTO access_audit (a)\n\tSELECT a FROM b": "insert access_audit",
		"UPDATE customers SET x = ?":                      "update customers",
		"DELETE FROM asked_runs":                          "delete asked_runs",
		"SELECT 1":                                        "select",
		`SELECT a FROM "public"."res_partner" "c"`:        "select res_partner",
		"SELECT a FROM [dbo].[F_COMPTET] [c] WHERE b = 1": "select F_COMPTET",
		"SELECT a FROM `llx_societe` `c`":                 "select llx_societe",
		"PRAGMA x":                                        "other",
	} {
		if got := faultsql.Label(query); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
}
