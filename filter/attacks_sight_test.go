package filter_test

import (
	"testing"

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

func TestNobodyChoosesByWritingWhatHeSees(t *testing.T) {
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
