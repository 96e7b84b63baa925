package filter_test

import (
	"crypto/rand"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// writtenSight are profiles by which a customer would choose what he sees by what
// he may write, and what he tries. Whatever becomes of it, he sees the same rows of
// docs afterwards.
var writtenSight = []struct {
	name, docs, shares, columns, more string
	tables                            []string
	tries                             []string
}{
	{name: "a column compared with a constant", docs: "EXISTS (SELECT 1 FROM shares s WHERE s.doc = self.id AND s.customer = :customer AND s.grp = 1)", tries: []string{"UPDATE shares SET grp = 1 WHERE id = 12"}},
	{name: "a column in a list", docs: "EXISTS (SELECT 1 FROM shares s WHERE s.doc = self.id AND s.customer = :customer AND s.grp IN (1, 5))", tries: []string{"UPDATE shares SET grp = 5 WHERE id = 12"}},
	{name: "a column that is NULL", docs: "EXISTS (SELECT 1 FROM shares s WHERE s.doc = self.id AND s.customer = :customer AND s.grp IS NULL)", tries: []string{"UPDATE shares SET grp = NULL"}},
	{name: "a column that sorts", docs: "self.id = (SELECT s.doc FROM shares s WHERE s.customer = :customer ORDER BY s.grp LIMIT 1)", tries: []string{"UPDATE shares SET grp = 9 WHERE id = 11"}},
	{name: "a column in HAVING", docs: "self.id IN (SELECT s.doc FROM shares s WHERE s.customer = :customer GROUP BY s.doc HAVING MAX(s.grp) = 1)", tries: []string{"UPDATE shares SET grp = 1 WHERE id = 12"}},
	{name: "a column that numbers rows", docs: "EXISTS (SELECT 1 FROM (SELECT s.doc AS d, ROW_NUMBER() OVER (ORDER BY s.grp) AS n FROM shares s WHERE s.customer = :customer) x WHERE x.n = 1 AND x.d = self.id)", tries: []string{"UPDATE shares SET grp = 9 WHERE id = 11"}},
	{name: "a deleted exclusion", docs: "NOT EXISTS (SELECT 1 FROM shares s WHERE s.doc = self.id AND s.customer = :customer)", tries: []string{"DELETE FROM shares WHERE id = 11"}},
	{name: "a deleted exclusion of a list", docs: "self.id NOT IN (SELECT s.doc FROM shares s WHERE s.customer = :customer)", tries: []string{"DELETE FROM shares WHERE id = 11"}},
	{name: "the greatest of a list is deleted", docs: "self.id IN (SELECT MAX(s.doc) FROM shares s WHERE s.customer = :customer)", tries: []string{"DELETE FROM shares WHERE id = 12"}},
	{name: "a row is there", docs: "self.id = 1 OR EXISTS (SELECT 1 FROM points p WHERE p.customer = :customer)",
		more: "  points:\n    rows: customer = :customer\n    writes: [insert]\n    columns: {id: {}, note: {}}\n", tries: []string{"INSERT INTO points (id) VALUES (77)"}},
	{name: "rows are counted", docs: "self.id <= (SELECT COUNT(*) FROM points p WHERE p.customer = :customer)",
		more: "  points:\n    rows: customer = :customer\n    writes: [insert, delete]\n    columns: {id: {}, note: {}}\n", tries: []string{"INSERT INTO points (id) VALUES (77), (78)"}},
	{name: "a key that is not the same", docs: "EXISTS (SELECT 1 FROM points p WHERE NOT (p.id = self.id) AND p.customer = :customer)",
		more: "  points:\n    rows: customer = :customer\n    writes: [insert]\n    columns: {id: {}, note: {}}\n", tries: []string{"INSERT INTO points (id) VALUES (77)"}},
	{name: "an exclusion with a foreign key is moved", docs: "NOT EXISTS (SELECT 1 FROM blocked b WHERE b.doc = self.id AND b.customer = :customer)",
		more: "  blocked:\n    rows: customer = :customer\n    writes: [update]\n    columns: {id: {}, doc: {}}\n", tries: []string{"UPDATE blocked SET doc = 1"}},
	{name: "a link that its own condition only looks up", docs: "EXISTS (SELECT 1 FROM shares s WHERE s.doc = self.id AND s.customer = :customer)",
		shares: "customer = :customer AND doc IN (SELECT d.id FROM docs d WHERE d.kind = 1)", tries: []string{"UPDATE shares SET doc = 3 WHERE id = 11", "INSERT INTO shares (id, doc) VALUES (77, 3)"}},
	{name: "a link through a view", docs: "EXISTS (SELECT 1 FROM vshares s WHERE s.doc = self.id AND s.customer = :customer)", tries: []string{"UPDATE shares SET doc = 3 WHERE id = 11", "INSERT INTO shares (id, doc) VALUES (77, 3)"}},
	{name: "a default that means all", docs: "EXISTS (SELECT 1 FROM points p WHERE (p.doc = self.id OR p.doc = 0) AND p.customer = :customer)",
		more: "  points:\n    rows: customer = :customer\n    writes: [insert]\n    columns: {id: {}, doc: {}, note: {}}\n", tries: []string{"INSERT INTO points (id, note) VALUES (77, 'x')"}},
}

func TestPromise9NobodyChoosesByWritingWhatHeSees(t *testing.T) {
	tables := []string{
		`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, kind int, secret varchar(40))`,
		`CREATE TABLE shares (id int NOT NULL PRIMARY KEY, doc int NOT NULL, grp int, customer varchar(17) NOT NULL, note varchar(20))`,
		`CREATE TABLE points (id int NOT NULL PRIMARY KEY, doc int DEFAULT 0 NOT NULL, customer varchar(17) NOT NULL, note varchar(20))`,
		`CREATE TABLE blocked (id int NOT NULL PRIMARY KEY, doc int NOT NULL, customer varchar(17) NOT NULL, CONSTRAINT {name}_blocked FOREIGN KEY (doc) REFERENCES docs (id))`,
		`CREATE VIEW vshares AS SELECT id, doc, customer FROM shares`,
		`INSERT INTO docs VALUES (1,1,'one'),(2,1,'two'),(3,1,'three')`,
		`INSERT INTO shares VALUES (11,1,1,'ANNA','a'),(12,2,2,'ANNA','b'),(13,3,3,'BORIS','b')`,
		`INSERT INTO blocked VALUES (21,2,'ANNA')`,
	}
	for _, c := range writtenSight {
		t.Run(c.name, func(t *testing.T) {
			shares := c.shares
			if shares == "" {
				shares = "customer = :customer"
			}
			profile := "profile: SIGHT\ntitle: {fr: Vue, en: Sight}\nerp: custom\ntables:\n" +
				"  docs:\n    rows: >-\n      " + c.docs + "\n    columns: {id: {}, secret: {}}\n" +
				"  shares:\n    rows: >-\n      " + shares + "\n    writes: [insert, update, delete]\n    columns: {id: {}, doc: {}, grp: {}, note: {}}\n" + c.more
			on(t, workshopsOn(t, tables, profile, catalog.SQLite, catalog.Postgres, catalog.MariaDB), func(t *testing.T, w *workshop) {
				before, err := w.write(t, "ANNA", "SELECT id FROM docs ORDER BY id")
				if err != nil {
					t.Fatal(err)
				}
				for _, try := range c.tries {
					got, err := w.write(t, "ANNA", try)
					if after, failed := w.write(t, "ANNA", "SELECT id FROM docs ORDER BY id"); failed != nil || after != before {
						t.Errorf("%s gives %q, %v; now he sees %q, %v; before, %q", try, got, err, after, failed, before)
					}
				}
			})
		})
	}
}

// A foreign key is no proof that no row points at nothing, and a number that the ERP
// gives may have been another row's. Without one, what is left may be of something
// else, and that it is there is not told.
func TestPromise9ANewRowGetsNothingThatIsLeft(t *testing.T) {
	tables := []string{
		"CREATE TABLE heads (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, note varchar(20))",
		"CREATE TABLE rows_of (id int NOT NULL PRIMARY KEY, head int, kind varchar(10), word varchar(20))",
		"INSERT INTO heads VALUES (1, 'ANNA', 'w'), (2, 'BORIS', 'w')",
		"INSERT INTO rows_of VALUES (1, 1, 'line', 'mine'), (2, 2, 'line', 'of BORIS'), (3, 77, 'line', 'of nobody')",
	}
	const (
		profile = `
profile: HEADS
erp: custom
tables:
  heads: {rows: customer = :customer, writes: [insert], columns: {id: {}, note: {}}}
  rows_of:
    follows: {table: heads, on: [[head, id]]}
    columns: {id: {}, word: {}}
`
		kinds = "    rows: kind = 'line'\n    follows"
	)
	unchecked := map[catalog.Engine][]string{
		catalog.SQLite:   {strings.Replace(tables[1], "head int", "head int REFERENCES heads (id)", 1)},
		catalog.Postgres: {tables[1], "ALTER TABLE rows_of ADD CONSTRAINT of_head FOREIGN KEY (head) REFERENCES heads (id) NOT VALID"},
		catalog.MariaDB:  {tables[1], "SET foreign_key_checks = 0", "ALTER TABLE rows_of ADD CONSTRAINT {name}_head FOREIGN KEY (head) REFERENCES heads (id)", "SET foreign_key_checks = 1"},
	}
	for _, engine := range []catalog.Engine{catalog.SQLite, catalog.Postgres, catalog.MariaDB} {
		for _, c := range []struct {
			name, profile string
			more          []string
			left, free    refusal.Code
		}{
			{"no foreign key", profile, tables[1:2], refusal.Duplicate, ""},
			{"one that nobody checked", profile, unchecked[engine], refusal.Duplicate, ""},
			{"one that nobody checked, and rows of a kind", strings.Replace(profile, "    follows", kinds, 1), unchecked[engine], refusal.Duplicate, ""},
			{"no foreign key, and rows of a kind", strings.Replace(profile, "    follows", kinds, 1), tables[1:2], refusal.ReadOnly, refusal.ReadOnly},
		} {
			spelled := append([]string{tables[0], tables[2], c.more[0], tables[3]}, c.more[1:]...)
			for _, w := range workshopsOn(t, spelled, c.profile, engine) {
				for id, code := range map[string]refusal.Code{"77": c.left, "79": c.free} {
					if got, err := w.write(t, "ANNA", "INSERT INTO heads (id, note) VALUES ("+id+", 'x')"); codeOf(err) != code {
						t.Errorf("%s, %s, %s: %q, %v", engine, c.name, id, got, err)
					}
				}
				if got, err := w.write(t, "ANNA", "SELECT word FROM rows_of"); err != nil || got != "mine" {
					t.Errorf("%s, %s: ANNA sees %q, %v", engine, c.name, got, err)
				}
			}
		}
	}
	// SQLite numbers a row by the largest number there is, and one more.
	drawn := []string{"CREATE TABLE heads (id INTEGER PRIMARY KEY, customer varchar(17) NOT NULL, note varchar(20))", tables[1], tables[2],
		"INSERT INTO rows_of VALUES (1, 1, 'line', 'mine'), (2, 2, 'line', 'of BORIS'), (3, 3, 'line', 'of nobody')"}
	w := workshopsOn(t, drawn, profile, catalog.SQLite)[catalog.SQLite]
	if got, err := w.write(t, "ANNA", "INSERT INTO heads (note) VALUES ('x')"); codeOf(err) != refusal.Duplicate {
		t.Errorf("a number that was another's: %q, %v", got, err)
	}
	if _, err := w.raw.Exec("DELETE FROM rows_of WHERE id = 3"); err != nil {
		t.Fatal(err)
	}
	if got, err := w.write(t, "ANNA", "INSERT INTO heads (note) VALUES ('x')"); err != nil || got != "1" {
		t.Errorf("a number that was nobody's: %q, %v", got, err)
	}
}

// A table whose rows are another's, too, is not written; nor is one on which the rows
// of a table hang whose condition cannot be bound just now, or of a view of which
// nobody has said what it reads.
func TestPromise9WhatNobodyCanTellIsNotWritten(t *testing.T) {
	tables := []string{
		"CREATE TABLE docs (id int NOT NULL PRIMARY KEY, owner varchar(17) NOT NULL, secret varchar(40))",
		"CREATE TABLE shares (id int NOT NULL PRIMARY KEY, doc int, customer varchar(17) NOT NULL, note varchar(20))",
		"CREATE TABLE notes (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, note varchar(20))",
		"CREATE VIEW shared AS SELECT d.id AS id, d.secret AS secret, s.customer AS customer FROM docs d JOIN shares s ON s.doc = d.id",
		"INSERT INTO docs VALUES (1,'ANNA','one'),(2,'BORIS','two')",
		"INSERT INTO shares VALUES (11,1,'ANNA','a')",
		"INSERT INTO notes VALUES (1,'ANNA','a')",
	}
	const profile = `
profile: SIGHT
erp: custom
tables:
  docs: {rows: owner = :customer, columns: {id: {}, secret: {}}}
  shares: {rows: customer = :customer, writes: [insert, update, delete], columns: {id: {}, doc: {}, note: {}}}
  notes: {rows: customer = :customer, writes: [insert, update, delete], columns: {id: {}, note: {}}}
%s`
	for _, c := range []struct {
		name, more    string
		shares, notes bool // whether they are written
	}{
		{"nothing hangs on them", "", true, true},
		{"a view is shown", "  shared: {rows: customer = :customer, columns: {id: {}, secret: {}}}\n", false, false},
		{"a view is shown that is said to read them", "  shared: {rows: customer = :customer, reads: [docs, shares], columns: {id: {}, secret: {}}}\n", false, true},
		{"a view is shown that is said to read what is not there", "  shared: {rows: customer = :customer, reads: [docs, ghosts], columns: {id: {}, secret: {}}}\n", false, false},
		{"a condition that cannot be bound reads them", "  papers: {rows: 'EXISTS (SELECT 1 FROM shares s WHERE s.doc = self.id AND s.customer = :customer)', columns: {id: {}}}\n", false, true},
		{"a table that is not there follows them", "  papers: {follows: {table: shares, on: [[id, doc]]}, columns: {id: {}}}\n", false, true},
	} {
		on(t, workshopsOn(t, tables, strings.Replace(profile, "%s", c.more, 1), catalog.SQLite, catalog.Postgres, catalog.MariaDB), func(t *testing.T, w *workshop) {
			for table, written := range map[string]bool{"shares": c.shares, "notes": c.notes} {
				for _, q := range []string{"UPDATE %s SET note = 'x' WHERE id = 1", "INSERT INTO %s (id, note) VALUES (9, 'x')", "DELETE FROM %s WHERE id = 9"} {
					q = strings.Replace(q, "%s", table, 1)
					if got, err := w.write(t, "ANNA", q); (err == nil) != written || !written && codeOf(err) != refusal.ReadOnly {
						t.Errorf("%s: %s: %q, %v", c.name, q, got, err)
					}
				}
			}
		})
	}
	parts := []string{
		"CREATE TABLE shares (id int NOT NULL, doc int, customer varchar(17) NOT NULL, note varchar(20), PRIMARY KEY (id)) PARTITION BY RANGE (id)",
		"CREATE TABLE shares_all PARTITION OF shares DEFAULT", tables[0], tables[2], tables[4],
		"CREATE TABLE shares_old () INHERITS (notes)",
	}
	const partitioned = `
profile: SIGHT
erp: custom
tables:
  docs: {rows: 'EXISTS (SELECT 1 FROM shares s WHERE s.doc = self.id AND s.customer = :customer)', columns: {id: {}, secret: {}}}
  shares_all: {rows: customer = :customer, writes: [insert, update, delete], columns: {id: {}, doc: {}, note: {}}}
  notes: {rows: customer = :customer, writes: [insert, update, delete], columns: {id: {}, note: {}}}
`
	for _, w := range workshopsOn(t, parts, partitioned, catalog.Postgres) {
		for _, q := range []string{"INSERT INTO shares_all (id, doc) VALUES (77, 2)", "UPDATE shares_all SET doc = 2", "DELETE FROM shares_all", "INSERT INTO notes (id, note) VALUES (77, 'x')", "UPDATE notes SET note = 'x'"} {
			if got, err := w.write(t, "ANNA", q); codeOf(err) != refusal.ReadOnly {
				t.Errorf("%s: %q, %v", q, got, err)
			}
		}
		cat, err := w.db.Catalog(t.Context())
		if err != nil || len(cat.Table("", "notes").PrimaryKey) > 0 || !cat.Table("", "notes").Kin || !cat.Table("", "shares").Kin || len(cat.Table("", "shares").PrimaryKey) == 0 {
			t.Errorf("a table that another inherits has a key that its rows do not keep: %v", err)
		}
	}
}

// What the ERP's foreign keys carry on may be in tables that the catalog does not hold.
func TestPromise9ACascadeOutOfTheCatalogIsSeen(t *testing.T) {
	tables := []string{"CREATE TABLE heads (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, note varchar(20))", "INSERT INTO heads VALUES (1, 'ANNA', 'w')"}
	outside := "outside_" + strings.ToLower(rand.Text()[:10])
	for cascades, code := range map[string]refusal.Code{"": refusal.ReadOnly, ", cascades: [" + outside + ".extra]": ""} {
		profile := "profile: HEADS\nerp: custom\ntables:\n  heads: {rows: customer = :customer, writes: [delete]" + cascades + ", columns: {id: {}, note: {}}}\n"
		on(t, workshopsOn(t, tables, profile, catalog.Postgres, catalog.MariaDB), func(t *testing.T, w *workshop) {
			made, drop, here := "CREATE SCHEMA ", "DROP SCHEMA "+outside+" CASCADE", "current_schema()"
			if w.engine == catalog.MariaDB {
				made, drop = "CREATE DATABASE ", "DROP DATABASE "+outside
				here = "DATABASE()"
			}
			here = w.look(t, "SELECT "+here)
			for _, statement := range []string{made + outside, "CREATE TABLE " + outside + ".extra (id int NOT NULL PRIMARY KEY, o int, CONSTRAINT outside_head FOREIGN KEY (o) REFERENCES " + here + ".heads (id) ON DELETE CASCADE)"} {
				if _, err := w.raw.Exec(statement); err != nil {
					t.Fatal(err)
				}
			}
			defer func() {
				if _, err := w.raw.Exec(drop); err != nil {
					t.Error(err)
				}
			}()
			if got, err := w.write(t, "ANNA", "DELETE FROM heads WHERE id = 1"); codeOf(err) != code {
				t.Errorf("%q: %q, %v", cascades, got, err)
			}
		})
	}
}

// What a source of files tests of a row is not written by who is to see them.
func TestPromise9NobodyReleasesAFile(t *testing.T) {
	tables := []string{
		"CREATE TABLE orders (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, note varchar(20))",
		"CREATE TABLE attachments (id int NOT NULL PRIMARY KEY, ordered int, customer varchar(17) NOT NULL, released int, path varchar(40), note varchar(20))",
		"INSERT INTO orders VALUES (1, 'ANNA', 'w')",
		"INSERT INTO attachments VALUES (1, 1, 'ANNA', 1, 'open.pdf', 'w'), (2, 1, 'ANNA', 0, 'internal.pdf', 'w')",
	}
	const profile = `
profile: FILES
erp: custom
tables:
  orders: {rows: customer = :customer, columns: {id: {}, note: {}}}
  attachments: {rows: customer = :customer, writes: [update], columns: {id: {}, ordered: {}, released: {}, note: {}}}
resources:
  commandes:
    table: orders
    key: id
    columns: {id: {from: id}}
    files: {doc: {root: documents, table: attachments, on: [[id, ordered]], where: "self.released = 1", path: path}}
`
	on(t, workshopsOn(t, tables, profile, catalog.SQLite, catalog.Postgres, catalog.MariaDB), func(t *testing.T, w *workshop) {
		if got, err := w.write(t, "ANNA", "UPDATE attachments SET released = 1"); codeOf(err) != refusal.ReadOnly {
			t.Errorf("%q, %v", got, err)
		}
		if got, err := w.write(t, "ANNA", "UPDATE attachments SET note = 'x'"); err != nil || got != "2" {
			t.Errorf("%q, %v", got, err)
		}
	})
}

// Whether a row of others is there, and is being changed just now, is not told by how
// long a reference to it waits.
func TestPromise9AReferenceWaitsForNoRowOfOthers(t *testing.T) {
	on(t, workshopsOn(t, workshopERP, workshopProfile, catalog.Postgres, catalog.MariaDB), func(t *testing.T, w *workshop) {
		tx, err := w.raw.Begin()
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = tx.Rollback() }()
		if _, err := tx.Exec("UPDATE orders SET note = 'x' WHERE id = 104"); err != nil {
			t.Fatal(err)
		}
		for _, q := range []string{"INSERT INTO items (ordered, article) VALUES (104, 'RING')", "UPDATE orders SET parent = 104 WHERE id = 101"} {
			if got, err := w.write(t, "ANNA", q); codeOf(err) != refusal.Unreferenced {
				t.Errorf("%s: %q, %v", q, got, err)
			}
		}
	})
}
