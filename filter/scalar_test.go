package filter_test

import (
	"testing"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
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
