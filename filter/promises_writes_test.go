package filter_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/internal/audit"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/profiles"
)

// refused runs a statement that must be refused with a code and change nothing.
func (w *workshop) refused(t *testing.T, customer, text string, code refusal.Code, params ...any) *refusal.Error {
	t.Helper()
	before := w.everything(t)
	got, err := w.write(t, customer, text, params...)
	var r *refusal.Error
	if !errors.As(err, &r) || r.Code != code {
		t.Errorf("%s: got %q, %v; want %s", text, got, err, code)
		r = &refusal.Error{}
	}
	if after := w.everything(t); after != before {
		t.Errorf("%s was refused, and changed\n%s\nto\n%s", text, before, after)
	}
	return r
}

func TestPromise9AWriteDoesWhatItSays(t *testing.T) {
	on(t, workshops(t), func(t *testing.T, w *workshop) {
		for _, c := range []struct{ text, want, look, then string }{
			{"UPDATE orders SET note = 'new' WHERE id = 101", "1", "SELECT note FROM orders WHERE id = 101", "new"},
			{"UPDATE orders SET qty = qty + 1, note = UPPER(note) WHERE qty >= 10 RETURNING id, qty, note", "2\n101|11|NEW\n102|21|SECOND", "SELECT qty FROM orders ORDER BY id", "11\n21\n3\n1\n5\n9"},
			{"UPDATE orders SET total = 1.25, wanted = '2026-03-01', urgent = TRUE WHERE ref = 'A-2' RETURNING total, wanted, urgent", "1\n1.25|2026-03-01 00:00:00|true", "SELECT total FROM orders WHERE id = 102", "1.25"},
			{"INSERT INTO orders (ref, note, total, qty) VALUES ('A-10', 'ten', 10, 1), ('A-11', NULL, 11.5, 2 + 3) RETURNING customer, kind, ref, note, total, qty", "2\nANNA|1|A-10|ten|10|1\nANNA|1|A-11|NULL|11.5|5", "SELECT customer, kind, margin FROM orders WHERE ref LIKE 'A-1_' ORDER BY ref", "ANNA|1|0\nANNA|1|0"},
			{"INSERT INTO items (ordered, article, qty) SELECT id, 'CHAIN', qty FROM orders WHERE ref IN ('A-10', 'A-11') RETURNING article, qty", "2\nCHAIN|1\nCHAIN|5", "SELECT COUNT(*) FROM items", "7"},
			{"DELETE FROM items WHERE article = 'CHAIN' AND ordered <> 101 RETURNING qty", "2\n1\n5", "SELECT COUNT(*) FROM items", "5"},
			{"DELETE FROM orders WHERE ref LIKE 'A-1_'", "2", "SELECT COUNT(*) FROM orders", "6"},
			{"UPDATE addresses SET town = 'Nice' WHERE num = 2 RETURNING num, town", "1\n2|Nice", "SELECT town FROM addresses ORDER BY customer, num", "Lyon\nNice\nBrest"},
			{"INSERT INTO addresses (num, street) VALUES (3, 'Oak St') RETURNING num, street, town", "1\n3|Oak St|NULL", "SELECT customer FROM addresses WHERE num = 3", "ANNA"},
			{"UPDATE notes SET body = 'changed' RETURNING body", "1\nchanged", "SELECT body FROM notes ORDER BY mark", "changed\nhis"},
			{"UPDATE watched SET body = 'w' WHERE id = 11", "1", "SELECT body FROM watched ORDER BY id", "w\nhis\nclosed"},
			{"UPDATE wishes SET remark = 'wished' WHERE reference = 'A-1' RETURNING number, remark, state, double", "1\n101|wished|wish|200", "SELECT note FROM orders WHERE id = 101", "wished"},
			{"UPDATE souhaits SET amount = 7 WHERE number = 102", "1", "SELECT total FROM orders WHERE id = 102", "7"},
			{"DELETE FROM notes WHERE body = 'nothing'", "0", "SELECT COUNT(*) FROM notes", "2"},
			{"UPDATE orders AS o SET note = (SELECT MAX(i.article) FROM items i WHERE i.ordered = o.id) WHERE o.id IN (101, 102)", "2", "SELECT note FROM orders WHERE id IN (101, 102) ORDER BY id", "RING\nRING"},
		} {
			got, err := w.write(t, "ANNA", c.text)
			if err != nil || got != c.want {
				t.Errorf("%s: got %q, %v; want %q", c.text, got, err, c.want)
			}
			if got := w.look(t, c.look); got != c.then {
				t.Errorf("%s: then %q, want %q", c.text, got, c.then)
			}
		}
	})
}

func TestPromise9SomebodyElsesRowIsOneThatIsNotThere(t *testing.T) {
	on(t, workshops(t), func(t *testing.T, w *workshop) {
		before := w.everything(t)
		for _, form := range []string{
			"UPDATE orders SET note = 'x' WHERE id = %d RETURNING *", "DELETE FROM orders WHERE id = %d RETURNING *",
			"UPDATE orders SET note = 'x' WHERE id = %d OR (id = %[1]d AND 1 = 1)", "DELETE FROM items WHERE ordered = %d",
			"UPDATE wishes SET remark = 'x' WHERE number = %d RETURNING *",
			"UPDATE orders SET note = 'x' WHERE id IN (SELECT id FROM orders WHERE id = %d)",
			"INSERT INTO items (ordered, qty) SELECT id, 1 FROM orders WHERE id = %d RETURNING *",
			"DELETE FROM orders WHERE id = %d AND 1 / (id - 104) = 0",
		} {
			theirs, err := w.write(t, "ANNA", fmt.Sprintf(form, 104))
			absent, err2 := w.write(t, "ANNA", fmt.Sprintf(form, 999))
			if err != nil || err2 != nil || theirs != "0" || absent != "0" {
				t.Errorf("%s: %q, %v for somebody else's; %q, %v for none", form, theirs, err, absent, err2)
			}
		}
		for _, form := range []string{
			"INSERT INTO items (ordered, qty) VALUES (%d, 1)", "UPDATE items SET ordered = %d WHERE id = 201",
			"INSERT INTO orders (ref, parent) VALUES ('A-77', %d)", "UPDATE orders SET parent = %d WHERE id = 101",
		} {
			theirs := w.refused(t, "ANNA", fmt.Sprintf(form, 104), refusal.Unreferenced)
			absent := w.refused(t, "ANNA", fmt.Sprintf(form, 999), refusal.Unreferenced)
			if theirs.Detail != absent.Detail || theirs.Row != absent.Row || theirs.Column != absent.Column {
				t.Errorf("%s: %+v for somebody else's, %+v for none", form, theirs, absent)
			}
		}
		if after := w.everything(t); after != before {
			t.Errorf("something has changed:\n%s\nwas\n%s", after, before)
		}
	})
}

func TestPromise9AWriteStaysInsideTheFilter(t *testing.T) {
	on(t, workshops(t), func(t *testing.T, w *workshop) {
		w.refused(t, "ANNA", "UPDATE watched SET team = 2 WHERE id = 11", refusal.RowRefused)
		w.refused(t, "ANNA", "UPDATE watched SET team = 3 WHERE id = 11", refusal.RowRefused)
		w.refused(t, "ANNA", "UPDATE watched SET team = 99 WHERE id = 11", refusal.RowRefused)
		if r := w.refused(t, "ANNA", "INSERT INTO watched (id, team, body) VALUES (21, 1, 'mine'), (22, 2, 'his')", refusal.RowRefused); r.Row != 2 {
			t.Errorf("row %d is to blame", r.Row)
		}
		w.refused(t, "ANNA", "INSERT INTO watched (id, team) SELECT 31, 2", refusal.RowRefused)
		if got, err := w.write(t, "ANNA", "INSERT INTO watched (id, team) VALUES (41, 1)"); got != "1" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
		// Through a resource a row must stay one of the resource's.
		if got, err := w.write(t, "ANNA", "UPDATE wishes SET remark = 'x' WHERE number = 103"); got != "0" || err != nil {
			t.Errorf("an invoice is no wish: %q, %v", got, err)
		}
		w.refused(t, "ANNA", "UPDATE bulky SET pieces = 9 WHERE number = 101", refusal.RowRefused)
		w.refused(t, "ANNA", "INSERT INTO bulky (reference, pieces) VALUES ('A-41', 9)", refusal.RowRefused)
		if got, err := w.write(t, "ANNA", "INSERT INTO bulky (reference, pieces) VALUES ('A-41', 11) RETURNING pieces"); got != "1\n11" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	})
}

// A row of a module that may be read only is seen, and not written: neither
// changed, nor deleted, nor made.
func TestPromise9LevelsAndOperations(t *testing.T) {
	on(t, workshops(t), func(t *testing.T, w *workshop) {
		w.refused(t, "ANNA", "UPDATE orders SET note = 'x' WHERE id = 103", refusal.ReadOnly)
		w.refused(t, "ANNA", "UPDATE orders SET note = 'x'", refusal.ReadOnly)
		w.refused(t, "ANNA", "DELETE FROM orders WHERE kind = 2", refusal.ReadOnly)
		w.refused(t, "ANNA", "DELETE FROM items WHERE id = 205", refusal.ReadOnly)
		w.refused(t, "ANNA", "INSERT INTO items (ordered, qty) VALUES (103, 1)", refusal.RowRefused)
		w.refused(t, "ANNA", "INSERT INTO orders (ref, kind) VALUES ('A-50', 2)", refusal.RowRefused)
		w.refused(t, "ANNA", "DELETE FROM addresses WHERE num = 1", refusal.ReadOnly)   // not among its writes
		w.refused(t, "ANNA", "UPDATE articles SET name = 'x'", refusal.ReadOnly)        // no writes at all
		w.refused(t, "ANNA", "INSERT INTO notes (body) VALUES ('x')", refusal.ReadOnly) // not among its writes
		if got, err := w.write(t, "ANNA", "DELETE FROM orders WHERE id = 106"); got != "0" || err != nil {
			t.Errorf("a draft is not there: %q, %v", got, err)
		}
		lowered := as("ANNA")
		lowered.Access.Levels = map[string]string{"orders": "read"}
		if _, err := w.writeAs(t, lowered, "UPDATE orders SET note = 'x' WHERE id = 101"); codeOf(err) != refusal.ReadOnly {
			t.Errorf("an access lowered to read: %v", err)
		}
		lowered = as("ANNA")
		lowered.Membership.Levels = map[string]string{"orders": "list"}
		if _, err := w.writeAs(t, lowered, "DELETE FROM orders WHERE id = 101"); codeOf(err) != refusal.ReadOnly {
			t.Errorf("a membership lowered to list: %v", err)
		}
		if _, err := w.writeAs(t, lowered, "UPDATE items SET qty = 1 WHERE id = 201"); codeOf(err) != refusal.ReadOnly {
			t.Errorf("a line of a header lowered to list: %v", err)
		}
	})
}

func TestPromise9WhoSeesWithACustomersEyesWritesNothing(t *testing.T) {
	on(t, workshops(t), func(t *testing.T, w *workshop) {
		before := w.everything(t)
		c := as("ANNA")
		c.ReadOnly = true
		for _, q := range []string{"UPDATE orders SET note = 'x' WHERE id = 101", "DELETE FROM items", "INSERT INTO orders (ref) VALUES ('A-60')"} {
			if got, err := w.writeAs(t, c, q); codeOf(err) != refusal.ReadOnly {
				t.Errorf("%s: %q, %v", q, got, err)
			}
		}
		if w.everything(t) != before {
			t.Error("something was written")
		}
	})
}

func TestPromise9PinnedColumnsComeFromTheIdentity(t *testing.T) {
	on(t, workshops(t), func(t *testing.T, w *workshop) {
		if got, err := w.write(t, "BORIS", "INSERT INTO orders (ref) VALUES ('B-9') RETURNING customer, kind"); err != nil || got != "1\nBORIS|1" {
			t.Errorf("%q, %v", got, err)
		}
		if got, err := w.write(t, "BORIS", "INSERT INTO orders (customer, kind, ref) VALUES ('BORIS', 1, 'B-10')"); err != nil || got != "1" {
			t.Errorf("his own name: %q, %v", got, err)
		}
		for _, q := range []string{
			"INSERT INTO orders (customer, ref) VALUES ('ANNA', 'B-11')", "INSERT INTO orders (customer, ref) VALUES ('boris', 'B-11')",
			"INSERT INTO orders (customer, ref) VALUES ('BORIS ', 'B-11')", "INSERT INTO orders (customer, ref) VALUES (NULL, 'B-11')",
			"INSERT INTO orders (customer, ref) SELECT 'ANNA', 'B-11'", "INSERT INTO orders (customer, ref) VALUES ('AN' || 'NA', 'B-11')",
			"INSERT INTO orders (kind, ref) VALUES (9, 'B-11')",
		} {
			w.refused(t, "BORIS", q, refusal.RowRefused)
		}
		w.refused(t, "BORIS", "UPDATE orders SET customer = 'ANNA' WHERE id = 104", refusal.ReadOnly)
		w.refused(t, "BORIS", "UPDATE orders SET customer = customer WHERE id = 104", refusal.ReadOnly)
		w.refused(t, "BORIS", "UPDATE orders SET kind = 2 WHERE id = 104", refusal.ReadOnly)
	})
}

func TestPromise9HiddenAndReadOnlyColumnsAreNotWritten(t *testing.T) {
	on(t, workshops(t), func(t *testing.T, w *workshop) {
		for _, form := range []string{
			"UPDATE orders SET %s = 1 WHERE id = 101", "INSERT INTO orders (ref, %s) VALUES ('A-70', 1)", "UPDATE orders SET note = 'x' WHERE %s > 0",
			"UPDATE orders SET note = 'x' WHERE id = 101 RETURNING %s", "UPDATE orders SET qty = %s WHERE id = 101", "DELETE FROM orders WHERE %s = 5",
		} {
			hidden := w.refused(t, "ANNA", fmt.Sprintf(form, "margin"), refusal.UnknownName)
			absent := w.refused(t, "ANNA", fmt.Sprintf(form, "nargin"), refusal.UnknownName)
			if hidden.Pos != absent.Pos || strings.ReplaceAll(hidden.Detail, "margin", "nargin") != absent.Detail {
				t.Errorf("%s: hidden %+v, absent %+v", form, hidden, absent)
			}
		}
		w.refused(t, "ANNA", "UPDATE orders SET stamp = 'x' WHERE id = 101", refusal.ReadOnly)
		w.refused(t, "ANNA", "INSERT INTO orders (ref, stamp) VALUES ('A-70', 'x')", refusal.ReadOnly)
		w.refused(t, "ANNA", "UPDATE orders SET id = 500 WHERE id = 101", refusal.ReadOnly)          // the key
		w.refused(t, "ANNA", "INSERT INTO items (ordered, depot) VALUES (101, 1)", refusal.ReadOnly) // what it points at is outside the view
		w.refused(t, "ANNA", "UPDATE wishes SET double = 1 WHERE number = 101", refusal.ReadOnly)
		w.refused(t, "ANNA", "UPDATE wishes SET state = 'bill' WHERE number = 101", refusal.ReadOnly)
		w.refused(t, "ANNA", "UPDATE notes SET mark = 1", refusal.UnknownName) // a hidden key
		w.refused(t, "ANNA", "UPDATE depots SET name = 'x'", refusal.UnknownName)
		// The name by which fronts tie rows by a hidden key is none to write by.
		_, err := w.do(t, filter.Request{Caller: as("ANNA"), Front: "rows", Rows: [][]any{{json.Number("1")}}, Write: &sqlast.Write{At: sqlast.NoPos, Kind: sqlast.Update, Given: true,
			Table: &sqlast.TableName{At: sqlast.NoPos, Name: []sqlast.Ident{{Name: "notes", Quoted: true}}}, Columns: []sqlast.Ident{{Name: "\x00mark", Quoted: true}}}})
		if codeOf(err) != refusal.ReadOnly {
			t.Errorf("a hidden key by its inner name: %v", err)
		}
	})
}

func TestPromise9MandatoryColumnsAreGiven(t *testing.T) {
	on(t, workshops(t), func(t *testing.T, w *workshop) {
		for _, q := range []string{
			"INSERT INTO orders (note) VALUES ('x')", "INSERT INTO orders (ref) VALUES (NULL)", "INSERT INTO orders (ref) VALUES ('')", "INSERT INTO orders (ref) VALUES ('  ')",
			"INSERT INTO orders (ref) SELECT ' '", "UPDATE orders SET ref = NULL WHERE id = 101", "UPDATE orders SET ref = '' WHERE id = 101", "UPDATE orders SET ref = LEFT(ref, 0) WHERE id = 101",
			"UPDATE orders SET ref = ? WHERE id = 101",
		} {
			var params []any
			if strings.Contains(q, "?") {
				params = []any{"\t "}
			}
			if r := w.refused(t, "ANNA", q, refusal.ValueRefused, params...); r.Column != "ref" {
				t.Errorf("%s: column %q is to blame", q, r.Column)
			}
		}
		if r := w.refused(t, "ANNA", "INSERT INTO orders (ref) VALUES ('A-80'), (' '), ('A-81')", refusal.ValueRefused); r.Row != 2 {
			t.Errorf("row %d is to blame", r.Row)
		}
	})
}

func TestPromise9ValuesFitTheirColumns(t *testing.T) {
	on(t, workshops(t), func(t *testing.T, w *workshop) {
		for q, column := range map[string]string{
			"INSERT INTO orders (ref, qty) VALUES ('A-90', 'many')":                             "qty",
			"INSERT INTO orders (ref, qty) VALUES ('A-90', 99999999999)":                        "qty",
			"INSERT INTO orders (ref, qty) VALUES ('A-90', 1.5)":                                "qty",
			"INSERT INTO orders (ref, total) VALUES ('A-90', 1.005)":                            "total",
			"INSERT INTO orders (ref, total) VALUES ('A-90', 12345678901)":                      "total",
			"INSERT INTO orders (ref, note) VALUES ('A-90', '" + strings.Repeat("x", 41) + "')": "note",
			"INSERT INTO orders (ref, note) VALUES ('A-90', 7)":                                 "note",
			"INSERT INTO orders (ref, wanted) VALUES ('A-90', '2026-02-30')":                    "wanted",
			"INSERT INTO orders (ref, urgent) VALUES ('A-90', 'maybe')":                         "urgent",
			"UPDATE orders SET qty = qty + 3000000000 WHERE id = 101":                           "qty",
			"UPDATE orders SET total = total / 3 WHERE id = 101":                                "total",
			"UPDATE orders SET note = note || '" + strings.Repeat("y", 40) + "' WHERE id = 101": "note",
			"INSERT INTO addresses (num, street) VALUES (NULL, 'x')":                            "num",
		} {
			if r := w.refused(t, "ANNA", q, refusal.ValueRefused); r.Column != column {
				t.Errorf("%s: column %q is to blame", q, r.Column)
			}
		}
		w.refused(t, "ANNA", "INSERT INTO orders (ref, qty) VALUES ('A-91', 1000)", refusal.RuleViolation) // the ERP's own check
		if r := w.refused(t, "ANNA", "INSERT INTO orders (ref) VALUES ('A-92'), ('A-1')", refusal.Duplicate); r.Row != 2 {
			t.Errorf("row %d is to blame", r.Row)
		}
		w.refused(t, "ANNA", "UPDATE orders SET ref = 'A-1' WHERE id = 102", refusal.Duplicate)
		w.refused(t, "ANNA", "DELETE FROM orders WHERE id = 101", refusal.RuleViolation) // lines refer to it
		if got, err := w.write(t, "ANNA", "UPDATE orders SET total = ROUND(total / 3, 2) WHERE id = 101 RETURNING total"); got != "1\n33.33" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	})
}

// What the ERP says when it refuses goes no further than the cause for the log.
func TestPromise9ErrorsOfWritesTellNothing(t *testing.T) {
	on(t, workshops(t), func(t *testing.T, w *workshop) {
		for _, q := range []string{
			"INSERT INTO orders (ref) VALUES ('B-1')", "INSERT INTO orders (ref, qty) VALUES ('A-91', 1000)", "DELETE FROM orders WHERE id = 101",
			"INSERT INTO items (qty) VALUES (1)",
		} {
			_, err := w.write(t, "ANNA", q)
			var r *refusal.Error
			if !errors.As(err, &r) || r.Cause == nil && r.Code != refusal.ValueRefused {
				t.Errorf("%s: %v", q, err)
				continue
			}
			for _, word := range []string{"constraint", "CONSTRAINT", "unique", "UNIQUE", "customer", "orders", "c_ref", "CHECK", "foreign", "SQLSTATE", "Error 1"} {
				if strings.Contains(r.Error(), word) {
					t.Errorf("%s: %s tells %q", q, r, word)
				}
			}
		}
	})
}

func TestPromise9ATableWithoutAKeyIsReadOnly(t *testing.T) {
	on(t, workshops(t), func(t *testing.T, w *workshop) {
		w.refused(t, "ANNA", "UPDATE words SET word = 'x'", refusal.ReadOnly)
		w.refused(t, "ANNA", "DELETE FROM words", refusal.ReadOnly)
		w.refused(t, "ANNA", "INSERT INTO words (word) VALUES ('x')", refusal.ReadOnly)
		v, err := w.gate.View(t.Context(), as("ANNA"))
		if err != nil {
			t.Fatal(err)
		}
		said := false
		for _, p := range v.Problems {
			said = said || p.Table == "words" && strings.Contains(p.Msg, "no key")
		}
		if !said {
			t.Errorf("nothing says so: %v", v.Problems)
		}
	})
}

// A row condition whose tables could change unseen between the check and the
// commit is not one to write under.
func TestPromise9WhatCannotBeLockedIsReadOnly(t *testing.T) {
	for _, condition := range []string{
		"team IN (SELECT t.id FROM teams t WHERE t.customer = :customer GROUP BY t.id)",
		"team IN (SELECT DISTINCT t.id FROM teams t WHERE t.customer = :customer)",
		"team IN (SELECT t.id FROM teams t WHERE t.customer = :customer UNION SELECT t.id FROM teams t WHERE t.customer = :customer)",
		"team IN (SELECT t.id FROM teams t LEFT JOIN teams u ON u.id = t.id WHERE t.customer = :customer)",
		"team IN (SELECT x.id FROM (SELECT t.id FROM teams t WHERE t.customer = :customer) x)",
	} {
		profile := strings.Replace(workshopProfile, "EXISTS (SELECT 1 FROM teams t WHERE t.id = self.team AND t.customer = :customer AND t.running = 1)", condition, 1)
		on(t, workshopsWith(t, workshopERP, profile), func(t *testing.T, w *workshop) {
			if got, err := w.write(t, "ANNA", "SELECT COUNT(*) FROM watched"); err != nil || got != "2" {
				t.Fatalf("%s: %q, %v", condition, got, err)
			}
			_, err := w.write(t, "ANNA", "UPDATE watched SET body = 'x'")
			if (codeOf(err) == refusal.ReadOnly) != (w.engine != catalog.SQLite) {
				t.Errorf("%s: %v", condition, err)
			}
		})
	}
}

// A bulk is done whole or not at all, and says which row is to blame.
func TestPromise9ABulkIsAllOrNothing(t *testing.T) {
	on(t, workshops(t), func(t *testing.T, w *workshop) {
		bulk := func(n, bad int, value any) filter.Request {
			req := filter.Request{Caller: as("ANNA"), Front: "rows", Write: &sqlast.Write{At: sqlast.NoPos, Kind: sqlast.Insert, Given: true,
				Table:   &sqlast.TableName{At: sqlast.NoPos, Name: []sqlast.Ident{{Name: "orders", Quoted: true}}},
				Columns: []sqlast.Ident{{Name: "ref", Quoted: true}, {Name: "qty", Quoted: true}}}}
			for i := range n {
				row := []any{fmt.Sprintf("bulk-%d", i+1), json.Number("1")}
				if i+1 == bad {
					row[1] = value
				}
				req.Rows = append(req.Rows, row)
			}
			return req
		}
		before := w.everything(t)
		for value, code := range map[any]refusal.Code{"many": refusal.ValueRefused, json.Number("1000"): refusal.RuleViolation} {
			_, err := w.do(t, bulk(300, 217, value))
			var r *refusal.Error
			if !errors.As(err, &r) || r.Code != code || r.Row != 217 {
				t.Errorf("%v: %v", value, err)
			}
		}
		if w.everything(t) != before {
			t.Error("a part of a bulk was written")
		}
		if got, err := w.do(t, bulk(300, 0, nil)); err != nil || got != "300" {
			t.Errorf("%q, %v", got, err)
		}
		if got, err := w.write(t, "ANNA", "UPDATE orders SET qty = qty + 1 WHERE ref LIKE 'bulk-%'"); err != nil || got != "300" {
			t.Errorf("%q, %v", got, err)
		}
		if got, err := w.write(t, "ANNA", "DELETE FROM orders WHERE ref LIKE 'bulk-%' RETURNING ref"); err != nil || strings.Count(got, "\n") != 300 {
			t.Errorf("%q, %v", got, err)
		}
		gate := w.with(filter.Limits{Written: 2})
		for _, q := range []string{"UPDATE items SET qty = 1", "DELETE FROM items", "INSERT INTO orders (ref) VALUES ('x1'), ('x2'), ('x3')"} {
			if _, err := gate.Do(t.Context(), filter.Request{Caller: as("ANNA"), Text: q}); codeOf(err) != refusal.LimitExceeded {
				t.Errorf("%s: %v", q, err)
			}
		}
	})
}

// A caller's WHERE and SET meet his own rows only: what fails on another
// customer's row, or is slow there, is never tried there.
func TestPromise9ExpressionsMeetOwnRowsOnly(t *testing.T) {
	on(t, workshops(t), func(t *testing.T, w *workshop) {
		for _, q := range []string{
			"UPDATE orders SET note = 'x' WHERE ref LIKE note", "DELETE FROM orders WHERE ref LIKE note",
			"UPDATE orders SET note = CASE WHEN ref LIKE note THEN 'a' ELSE 'b' END WHERE id = 101",
		} {
			x, err := w.gate.Explain(t.Context(), filter.Request{Caller: as("ANNA"), Text: q}, "")
			if w.engine == catalog.SQLServer { // it has no fence
				if codeOf(err) != refusal.CanFail {
					t.Errorf("%s: %v", q, err)
				}
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			first, _, _ := strings.Cut(x.SQL, ";\n")
			fence := map[catalog.Engine]string{catalog.SQLite: "LIMIT 9223372036854775807", catalog.Postgres: "OFFSET 0", catalog.MariaDB: "LIMIT 18446744073709551615"}[w.engine]
			if !strings.Contains(first, fence) {
				t.Errorf("%s is not fenced: %s", q, first)
			}
		}
	})
}

// Every statement of a write but the one that finds its rows holds the row
// filter beside the key, and nothing of the request's text.
func TestPromise9EveryStatementIsFiltered(t *testing.T) {
	w := workshops(t)[catalog.SQLite]
	for _, q := range []string{
		"UPDATE orders SET note = 'MARKER' WHERE note <> 'MARKER' RETURNING note AS MARKER", "DELETE FROM orders AS MARKER WHERE MARKER.note = 'MARKER'",
		"INSERT INTO items (ordered, article) VALUES (101, 'MARKER')", "UPDATE watched SET body = 'MARKER' WHERE id = ?",
	} {
		for _, engine := range printedEngines {
			req := filter.Request{Caller: as("ANNA"), Text: q}
			if strings.Contains(q, "?") {
				req.Params = []any{int64(1)}
			}
			x, err := w.gate.Explain(t.Context(), req, engine)
			if err != nil {
				t.Errorf("%s: %v", q, err)
				continue
			}
			if strings.Contains(x.SQL, "MARKER") {
				t.Errorf("%s reaches %s as %s", q, engine, x.SQL)
			}
			for _, st := range strings.Split(strings.TrimSpace(x.SQL), ";\n") {
				if strings.Contains(st, "INSERT") {
					continue
				}
				if !strings.Contains(st, "customer") && !strings.Contains(st, "active") {
					t.Errorf("%s: a statement without the row filter: %s", engine, st)
				}
			}
		}
	}
}

// ignoresLocks skips what Babelfish cannot pass, which reads WITH (UPDLOCK) and
// locks nothing.
func ignoresLocks(t *testing.T, w *workshop) {
	t.Helper()
	if w.engine == catalog.SQLServer && babelfish(t) {
		t.Skip("Babelfish ignores WITH (UPDLOCK): what SQL Server does is not tried")
	}
}

// What a row policy reads cannot change between the check and the commit.
func TestPromise9PolicyRowsAreLockedUntilTheCommit(t *testing.T) {
	on(t, workshops(t), func(t *testing.T, w *workshop) {
		if w.engine == catalog.SQLite {
			t.Skip("SQLite has one writer at a time")
		}
		ignoresLocks(t, w)
		tried := make(chan error, 1)
		req := filter.Request{Caller: as("ANNA"), Front: "sql", Text: "UPDATE watched SET body = 'locked' WHERE id = 11"}
		req.Still = func(ctx context.Context) error { // the write is done, and not committed
			ctx, cancel := context.WithTimeout(ctx, 700*time.Millisecond)
			defer cancel()
			_, err := w.raw.ExecContext(ctx, "UPDATE teams SET running = 0 WHERE id = 1")
			tried <- err
			return nil
		}
		if got, err := w.do(t, req); err != nil || got != "1" {
			t.Fatalf("%q, %v", got, err)
		}
		select {
		case err := <-tried:
			if err == nil {
				t.Error("somebody closed the team under a write that it had let through")
			}
		default:
			t.Error("nobody asked whether the access still holds before the commit")
		}
	})
}

// A write sees what was committed while it waited.
func TestPromise9AWriteChecksWhatIsCommitted(t *testing.T) {
	on(t, workshops(t), func(t *testing.T, w *workshop) {
		if w.engine == catalog.SQLite {
			t.Skip("SQLite has one writer at a time")
		}
		other, err := w.raw.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = other.Rollback() }()
		if _, err := other.Exec("UPDATE teams SET running = 0 WHERE id = 1"); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		var got string
		var wrote error
		wg.Go(func() { got, wrote = w.write(t, "ANNA", "UPDATE watched SET body = 'late' WHERE id = 11") })
		time.Sleep(300 * time.Millisecond) // it has found its row by now, and waits for the team's
		if err := other.Commit(); err != nil {
			t.Fatal(err)
		}
		wg.Wait()
		if wrote != nil || got != "0" {
			t.Errorf("%q, %v", got, wrote)
		}
		if body := w.look(t, "SELECT body FROM watched WHERE id = 11"); body != "mine" {
			t.Errorf("a row of a closed team was written: %s", body)
		}
	})
}

// Two who add one to a number at a time add two.
func TestPromise9NoUpdateIsLost(t *testing.T) {
	on(t, workshops(t), func(t *testing.T, w *workshop) {
		ignoresLocks(t, w)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for tries := 0; ; tries++ {
					_, err := w.gate.Do(t.Context(), filter.Request{Caller: as("ANNA"), Text: "UPDATE orders SET qty = qty + 1 WHERE id = 101"})
					if codeOf(err) != refusal.Unavailable || tries == 100 {
						if err != nil {
							t.Error(err)
						}
						return
					}
				}
			})
		}
		wg.Wait()
		if got := w.look(t, "SELECT qty FROM orders WHERE id = 101"); got != "18" {
			t.Errorf("8 times one more than 10 is %s", got)
		}
	})
}

func TestPromise9ARequestThatDiesRollsBack(t *testing.T) {
	on(t, workshops(t), func(t *testing.T, w *workshop) {
		before := w.everything(t)
		ctx, cancel := context.WithCancel(t.Context())
		_, err := w.gate.Do(ctx, filter.Request{Caller: as("ANNA"), Text: "DELETE FROM items", Still: func(context.Context) error { cancel(); return nil }})
		if err == nil {
			t.Error("a request that was given up was committed")
		}
		_, err = w.gate.Do(t.Context(), filter.Request{Caller: as("ANNA"), Text: "DELETE FROM items WHERE ordered = 101",
			Still: func(context.Context) error { return refusal.New(refusal.NoAccess, "it was withdrawn") }})
		if codeOf(err) != refusal.NoAccess {
			t.Errorf("an access withdrawn before the commit: %v", err)
		}
		if w.everything(t) != before {
			t.Error("something was written")
		}
	})
}

func TestPromise9WritesAreAudited(t *testing.T) {
	w := workshops(t)[catalog.SQLite]
	if _, err := w.write(t, "ANNA", "UPDATE items SET qty = 4 WHERE ordered = 101"); err != nil {
		t.Fatal(err)
	}
	e, o := w.audit.entries[len(w.audit.entries)-1], w.audit.outcomes[len(w.audit.outcomes)-1]
	if e.Action != audit.ActionUpdate || e.Decision != audit.Allow || fmt.Sprint(e.Tables) != "[items]" || o.ID != e.ID || o.Rows != 2 || o.Code != "" {
		t.Errorf("%+v, %+v", e, o)
	}
	w.refused(t, "ANNA", "INSERT INTO orders (ref) VALUES ('A-1')", refusal.Duplicate)
	if e, o := w.audit.entries[len(w.audit.entries)-1], w.audit.outcomes[len(w.audit.outcomes)-1]; e.Action != audit.ActionInsert || o.ID != e.ID || o.Rows != 0 || o.Code != string(refusal.Duplicate) {
		t.Errorf("%+v, %+v", e, o)
	}
	c := as("ANNA")
	c.ReadOnly = true
	_, _ = w.writeAs(t, c, "DELETE FROM items")
	if e := w.audit.entries[len(w.audit.entries)-1]; e.Action != audit.ActionDelete || e.Decision != audit.Deny || e.Code != string(refusal.ReadOnly) {
		t.Errorf("%+v", e)
	}
	w.audit.broken = errors.New("disk full")
	w.refused(t, "ANNA", "DELETE FROM items", refusal.AuditDown)
}

// A plan of a write holds no data: two customers share it.
func TestPromise9PlansOfWritesHoldNoData(t *testing.T) {
	w := workshops(t)[catalog.SQLite]
	m := &countingMetrics{}
	gate := w.withMetrics(m)
	for customer, ref := range map[string]string{"ANNA": "A-31", "BORIS": "B-31"} {
		if _, err := gate.Do(t.Context(), filter.Request{Caller: as(customer), Text: "INSERT INTO orders (ref, note) VALUES (?, ?)", Params: []any{ref, "of " + customer}}); err != nil {
			t.Fatal(err)
		}
	}
	if m.compiled != 1 || m.cached != 1 {
		t.Errorf("compiled %d, cached %d", m.compiled, m.cached)
	}
	if got := w.look(t, "SELECT customer, note FROM orders WHERE ref LIKE '%-31' ORDER BY ref"); got != "ANNA|of ANNA\nBORIS|of BORIS" {
		t.Error(got)
	}
}

// What comes back was read after the ERP's triggers, through the view.
func TestPromise9ReturnedRowsAreReadAfterTriggers(t *testing.T) {
	all := workshops(t)
	trigger := map[catalog.Engine][]string{
		catalog.SQLite:    {"CREATE TRIGGER stamped AFTER UPDATE OF note ON orders BEGIN UPDATE orders SET stamp = 'by trigger' WHERE id = NEW.id; END"},
		catalog.Postgres:  {"CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.stamp := ''by trigger''; RETURN NEW; END'", "CREATE TRIGGER stamped BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION stamp()"},
		catalog.MariaDB:   {"CREATE TRIGGER stamped BEFORE UPDATE ON orders FOR EACH ROW SET NEW.stamp = 'by trigger'"},
		catalog.SQLServer: {"CREATE TRIGGER stamped ON orders AFTER UPDATE AS UPDATE o SET stamp = 'by trigger' FROM orders AS o JOIN inserted AS i ON i.id = o.id"},
	}
	on(t, all, func(t *testing.T, w *workshop) {
		for _, st := range trigger[w.engine] {
			if _, err := w.raw.Exec(st); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := w.write(t, "ANNA", "UPDATE orders SET note = 'n' WHERE id = 101 RETURNING note, stamp"); err != nil || got != "1\nn|by trigger" {
			t.Errorf("%q, %v", got, err)
		}
	})
}

// A trigger that gives a row away is found out.
func TestPromise9ATriggerMayNotGiveARowAway(t *testing.T) {
	trigger := map[catalog.Engine][]string{
		catalog.SQLite:    {"CREATE TRIGGER stolen AFTER UPDATE OF note ON orders BEGIN UPDATE orders SET customer = 'BORIS' WHERE id = NEW.id; END"},
		catalog.Postgres:  {"CREATE FUNCTION steal() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.customer := ''BORIS''; RETURN NEW; END'", "CREATE TRIGGER stolen BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION steal()"},
		catalog.MariaDB:   {"CREATE TRIGGER stolen BEFORE UPDATE ON orders FOR EACH ROW SET NEW.customer = 'BORIS'"},
		catalog.SQLServer: {"CREATE TRIGGER stolen ON orders AFTER UPDATE AS UPDATE o SET customer = 'BORIS' FROM orders AS o JOIN inserted AS i ON i.id = o.id"},
	}
	on(t, workshops(t), func(t *testing.T, w *workshop) {
		for _, st := range trigger[w.engine] {
			if _, err := w.raw.Exec(st); err != nil {
				t.Fatal(err)
			}
		}
		w.refused(t, "ANNA", "UPDATE orders SET note = 'n' WHERE id = 101", refusal.RowRefused)
	})
}

// Constraints that an ERP defers to the commit are checked with the statement.
func TestPromise9DeferredConstraintsAreCheckedAtOnce(t *testing.T) {
	tables := append([]string{}, workshopERP...)
	tables = append(tables, "CREATE TABLE pairs (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, spot int, CONSTRAINT c_spot UNIQUE (spot) DEFERRABLE INITIALLY DEFERRED)",
		"INSERT INTO pairs VALUES (1, 'ANNA', 1), (2, 'BORIS', 2)")
	profile := strings.Replace(workshopProfile, "resources:", "  pairs:\n    rows: customer = :customer\n    writes: [update]\n    columns: {id: {}, spot: {}}\nresources:", 1)
	rigs := map[catalog.Engine]*workshop{}
	for engine, w := range workshopsOn(t, tables, profile, catalog.Postgres) {
		rigs[engine] = w
	}
	on(t, rigs, func(t *testing.T, w *workshop) {
		committed := false
		_, err := w.gate.Do(t.Context(), filter.Request{Caller: as("ANNA"), Text: "UPDATE pairs SET spot = 2 WHERE id = 1", Still: func(context.Context) error { committed = true; return nil }})
		if codeOf(err) != refusal.Duplicate || committed {
			t.Errorf("%v; it got as far as the commit: %v", err, committed)
		}
	})
}

// What cannot be rolled back, and what would be carried on to tables where
// nobody may write, is not offered.
func TestPromise9UnsafeTablesAreReadOnly(t *testing.T) {
	tables := append([]string{}, workshopERP...)
	tables = append(tables,
		"CREATE TABLE heads (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, word varchar(20))",
		"CREATE TABLE kept (id int NOT NULL PRIMARY KEY, head int, CONSTRAINT c_head FOREIGN KEY (head) REFERENCES heads (id) ON DELETE CASCADE)",
		"INSERT INTO heads VALUES (1, 'ANNA', 'w')", "INSERT INTO kept VALUES (1, 1)",
		"{fragile}")
	add := "  heads:\n    rows: customer = :customer\n    writes: [update, delete]\n%s    columns: {id: {}, word: {}}\n  fragile:\n    rows: customer = :customer\n    writes: [update]\n    columns: {id: {}, word: {}}\nresources:"
	spell := func(engine catalog.Engine) []string {
		out := append([]string{}, tables...)
		out[len(out)-1] = "CREATE TABLE fragile (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, word varchar(20))"
		if engine == catalog.MariaDB {
			out[len(out)-1] += " ENGINE=MyISAM"
		}
		return out
	}
	for _, engine := range []catalog.Engine{catalog.SQLite, catalog.Postgres, catalog.MariaDB} {
		w := workshopsOn(t, spell(engine), strings.Replace(workshopProfile, "resources:", fmt.Sprintf(add, ""), 1), engine)[engine]
		if w == nil {
			continue
		}
		if _, err := w.write(t, "ANNA", "DELETE FROM heads WHERE id = 1"); codeOf(err) != refusal.ReadOnly {
			t.Errorf("%s: a delete that is carried on to a table outside the view: %v", engine, err)
		}
		if got, err := w.write(t, "ANNA", "UPDATE heads SET word = 'v' WHERE id = 1"); err != nil || got != "1" {
			t.Errorf("%s: %q, %v", engine, got, err)
		}
		_, err := w.write(t, "ANNA", "UPDATE fragile SET word = 'x'")
		if (codeOf(err) == refusal.ReadOnly) != (engine == catalog.MariaDB) {
			t.Errorf("%s: a table that cannot be rolled back: %v", engine, err)
		}
		w = workshopsOn(t, spell(engine), strings.Replace(workshopProfile, "resources:", fmt.Sprintf(add, "    cascades: [kept]\n"), 1), engine)[engine]
		if got, err := w.write(t, "ANNA", "DELETE FROM heads WHERE id = 1"); err != nil || got != "1" {
			t.Errorf("%s: acknowledged: %q, %v", engine, got, err)
		}
	}
}

func TestPromise9WritesAreCheckedWhereTheyAreWritten(t *testing.T) {
	for text, want := range map[string]string{
		"    writes: [updaet]\n":         "did you mean update",
		"    writes: [update, update]\n": "already named",
		"    cascades: [x]\n":            "give writes",
	} {
		_, err := profiles.Load("p.yaml", []byte(strings.Replace(workshopProfile, "    writes: [update, delete]\n", text, 1)))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := profiles.Load("p.yaml", []byte(strings.Replace(workshopProfile, "    public: true\n", "    public: true\n    writes: [update]\n", 1))); err == nil {
		t.Error("a table that everybody sees can be written")
	}
}
