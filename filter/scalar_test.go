package filter_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// A subquery that stands for a value pins the whole of a key: half of it could
// give two rows, and so fail, or take any of them.
func TestPromise8AScalarSubqueryPinsAWholeKey(t *testing.T) {
	r := newRig(t, `
CREATE TABLE heads (id int NOT NULL PRIMARY KEY, owner varchar(20) NOT NULL);
CREATE TABLE rates (head int NOT NULL, year int NOT NULL, code varchar(20) NOT NULL UNIQUE, rate int, owner varchar(20) NOT NULL, PRIMARY KEY (head, year));
INSERT INTO heads VALUES (1, 'ANNA'), (2, 'ANNA');
INSERT INTO rates VALUES (1, 2025, 'a', 5, 'ANNA'), (1, 2026, 'b', 6, 'ANNA'), (2, 2026, 'c', 7, 'ANNA');`, `
profile: RATES
title: {fr: Taux, en: Rates}
erp: custom
tables:
  heads: {rows: owner = :customer, columns: {id: {}}}
  rates: {rows: owner = :customer, columns: {head: {}, year: {}, code: {}, rate: {}}}
`)
	for _, test := range []struct {
		where string
		code  refusal.Code // "" where it is answered
	}{
		{"r.head = h.id AND r.year = 2026", ""},
		{"r.year = 2026 AND h.id = r.head AND r.rate > 0", ""},
		{"r.code = 'b'", ""},
		{"r.head = h.id", refusal.CanFail},
		{"r.year = 2026", refusal.CanFail},
		{"r.head = h.id AND r.year > 2025", refusal.CanFail},
		{"r.head = r.year AND r.year = 2026", refusal.CanFail},
		{"r.head = h.id AND (r.year = 2026 OR r.rate = 5)", refusal.CanFail},
	} {
		_, _, err := collect(t.Context(), r.gate, filter.Request{Caller: as("ANNA"), Front: "sql", Text: "SELECT h.id, (SELECT r.rate FROM rates r WHERE " + test.where + ") FROM heads h ORDER BY h.id"})
		if codeOf(err) != test.code || err != nil && test.code == "" {
			t.Errorf("%s gives %v; want %q", test.where, err, test.code)
		}
	}
}

// TestAColumnThatIsCalledLikeAGeneratedNameIsItself groups by columns with the names
// that the printer gives to what is selected: a HAVING must mean what it says.
func TestAColumnThatIsCalledLikeAGeneratedNameIsItself(t *testing.T) {
	workshops := workshopsOn(t, []string{
		"CREATE TABLE sums (id int NOT NULL PRIMARY KEY, owner varchar(17) NOT NULL, c1 int, c2 int)",
		"INSERT INTO sums VALUES (1,'ANNA',1,9),(2,'ANNA',2,4),(3,'ANNA',7,1),(4,'ANNA',7,1),(5,'BORIS',1,9)",
	}, "profile: SUMS\ntitle: {fr: Sommes, en: Sums}\nerp: custom\ntables:\n  sums: {rows: owner = :customer, columns: {id: {}, c1: {}, c2: {}}}\n",
		catalog.SQLite, catalog.Postgres, catalog.MariaDB)
	for text, want := range map[string]string{
		"SELECT SUM(c1) - SUM(c2), COUNT(*) FROM sums GROUP BY c1, c2 HAVING SUM(c1) - SUM(c2) < 5 ORDER BY 1": "-8|1 -2|1",
		"SELECT SUM(id) + 1, c1 FROM sums GROUP BY c1 HAVING SUM(id) + 1 > 2 ORDER BY 1":                       "3|2 8|7",
		"SELECT c1 + 1, c2 FROM sums GROUP BY c1 + 1, c2 HAVING c1 + 1 < 5 ORDER BY 1":                         "2|9 3|4",
	} {
		on(t, workshops, func(t *testing.T, w *workshop) {
			lines, err := answersOf(t, w.rig, filter.Request{Caller: as("ANNA"), Text: text})
			var no *refusal.Error
			if w.engine == catalog.MariaDB && errors.As(err, &no) && no.Code == refusal.Unsupported {
				return // it has no other name for it
			}
			if err != nil || len(lines) == 0 || strings.Join(lines[1:], " ") != want {
				t.Errorf("%s: %q, %v; want %s", text, lines, err, want)
			}
		})
	}
}
