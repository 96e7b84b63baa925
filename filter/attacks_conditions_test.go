package filter_test

import (
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// linkForms are ways in which the row condition of docs may hang on a column that
// customers write in shares (doc, or grp): whatever the form, the column is only
// read.
var linkForms = []struct{ name, rows, column string }{
	{name: "IN", rows: "self.id IN (SELECT s.doc FROM shares s WHERE s.customer = :customer)"},
	{name: "IN turned by a sum", rows: "self.id + 0 IN (SELECT s.doc + 0 FROM shares s WHERE s.customer = :customer)"},
	{name: "NOT IN", rows: "self.id NOT IN (SELECT s.doc FROM shares s WHERE s.customer = :customer)"},
	{name: "NOT EXISTS", rows: "NOT EXISTS (SELECT 1 FROM shares s WHERE s.doc = self.id AND s.customer = :customer)"},
	{name: "= ANY", rows: "self.id = ANY (SELECT s.doc FROM shares s WHERE s.customer = :customer)"},
	{name: "<> ALL", rows: "self.id <> ALL (SELECT s.doc FROM shares s WHERE s.customer = :customer)"},
	{name: ">= ALL", rows: "self.id >= ALL (SELECT s.doc FROM shares s WHERE s.customer = :customer)"},
	{name: "a scalar subquery", rows: "self.id = (SELECT MAX(s.doc) FROM shares s WHERE s.customer = :customer)"},
	{name: "less than", rows: "EXISTS (SELECT 1 FROM shares s WHERE self.id <= s.doc AND s.customer = :customer)"},
	{name: "BETWEEN", rows: "EXISTS (SELECT 1 FROM shares s WHERE self.id BETWEEN s.doc AND s.doc + 1 AND s.customer = :customer)"},
	{name: "BETWEEN with a column inside", rows: "EXISTS (SELECT 1 FROM shares s WHERE s.doc BETWEEN self.id AND self.id AND s.customer = :customer)"},
	{name: "COALESCE", rows: "EXISTS (SELECT 1 FROM shares s WHERE COALESCE(s.doc, 0) = self.id AND s.customer = :customer)"},
	{name: "CASE", rows: "EXISTS (SELECT 1 FROM shares s WHERE CASE WHEN s.doc = self.id THEN 1 ELSE 0 END = 1 AND s.customer = :customer)"},
	{name: "CASE of a value", rows: "EXISTS (SELECT 1 FROM shares s WHERE CASE s.doc WHEN self.id THEN 1 ELSE 0 END = 1 AND s.customer = :customer)"},
	{name: "NULLIF", rows: "EXISTS (SELECT 1 FROM shares s WHERE NULLIF(s.doc, self.id) IS NULL AND s.customer = :customer)"},
	{name: "OR", rows: "EXISTS (SELECT 1 FROM shares s WHERE (s.doc = self.id OR self.id = -1) AND s.customer = :customer)"},
	{name: "a difference", rows: "EXISTS (SELECT 1 FROM shares s WHERE s.doc - self.id = 0 AND s.customer = :customer)"},
	{name: "IN a list", rows: "EXISTS (SELECT 1 FROM shares s WHERE self.id IN (s.doc, -1) AND s.customer = :customer)"},
	{name: "UNION", rows: "self.id IN (SELECT s.doc FROM shares s WHERE s.customer = :customer UNION SELECT -1)"},
	{name: "UNION's other arm", rows: "self.id IN (SELECT -1 UNION ALL SELECT s.doc FROM shares s WHERE s.customer = :customer)"},
	{name: "EXCEPT", rows: "self.id IN (SELECT d.id FROM docs d EXCEPT SELECT s.doc FROM shares s WHERE s.customer = :customer)"},
	{name: "INTERSECT", rows: "self.id IN (SELECT d.id FROM docs d INTERSECT SELECT s.doc FROM shares s WHERE s.customer = :customer)"},
	{name: "a subquery in FROM", rows: "EXISTS (SELECT 1 FROM (SELECT s.doc AS d FROM shares s WHERE s.customer = :customer) x WHERE x.d = self.id)"},
	{name: "two subqueries in FROM", rows: "EXISTS (SELECT 1 FROM (SELECT y.d AS e FROM (SELECT s.doc AS d FROM shares s WHERE s.customer = :customer) y) x WHERE x.e = self.id)"},
	{name: "a sum made in FROM", rows: "EXISTS (SELECT 1 FROM (SELECT s.doc + 0 AS d FROM shares s WHERE s.customer = :customer) x WHERE x.d = self.id)"},
	{name: "GROUP BY in FROM", rows: "EXISTS (SELECT 1 FROM (SELECT s.doc AS d, COUNT(*) AS n FROM shares s WHERE s.customer = :customer GROUP BY s.doc) x WHERE x.d = self.id)"},
	{name: "HAVING", rows: "self.id IN (SELECT MIN(s.doc) FROM shares s WHERE s.customer = :customer GROUP BY s.grp HAVING COUNT(*) >= 1)"},
	{name: "DISTINCT", rows: "self.id IN (SELECT DISTINCT s.doc FROM shares s WHERE s.customer = :customer)"},
	{name: "a window", rows: "EXISTS (SELECT 1 FROM (SELECT MAX(s.doc) OVER (PARTITION BY s.customer) AS d FROM shares s WHERE s.customer = :customer) x WHERE x.d = self.id)"},
	{name: "row values", rows: "(self.id, 1) IN (SELECT s.doc, 1 FROM shares s WHERE s.customer = :customer)"},
	{name: "row values that are equal", rows: "EXISTS (SELECT 1 FROM shares s WHERE (s.doc, s.customer) = (self.id, :customer))"},
	{name: "IS NOT DISTINCT FROM", rows: "EXISTS (SELECT 1 FROM shares s WHERE s.doc IS NOT DISTINCT FROM self.id AND s.customer = :customer)"},
	{name: "a join's ON", rows: "EXISTS (SELECT 1 FROM docs d JOIN shares s ON s.doc = d.id WHERE d.id = self.id AND s.customer = :customer)"},
	{name: "an outer join's ON", rows: "EXISTS (SELECT 1 FROM docs d LEFT JOIN shares s ON s.doc = d.id AND s.customer = :customer WHERE d.id = self.id AND s.id IS NOT NULL)"},
	{name: "a third table between", column: "grp", rows: "EXISTS (SELECT 1 FROM grants g JOIN shares s ON s.grp = g.grp WHERE g.doc = self.id AND s.customer = :customer)"},
	{name: "USING", column: "grp", rows: "EXISTS (SELECT 1 FROM grants g JOIN shares s USING (grp) WHERE g.doc = self.id AND s.customer = :customer)"},
	{name: "EXISTS in EXISTS", column: "grp", rows: "EXISTS (SELECT 1 FROM grants g WHERE g.doc = self.id AND EXISTS (SELECT 1 FROM shares s WHERE s.grp = g.grp AND s.customer = :customer))"},
	{name: "IN in IN", column: "grp", rows: "self.id IN (SELECT g.doc FROM grants g WHERE g.grp IN (SELECT s.grp FROM shares s WHERE s.customer = :customer))"},
	{name: "the table twice", rows: "EXISTS (SELECT 1 FROM shares a JOIN shares b ON a.id = b.id WHERE b.doc = self.id AND a.customer = :customer)"},
	{name: "a name in capitals", rows: "EXISTS (SELECT 1 FROM SHARES s WHERE S.DOC = SELF.ID AND s.CUSTOMER = :customer)"},
	{name: "a quoted name", rows: `EXISTS (SELECT 1 FROM "shares" s WHERE s."doc" = self."id" AND s.customer = :customer)`},
}

// TestNobodyWritesTheLinkByWhichHeSees tries each form: who writes the column sees
// the same rows of docs as before.
func TestNobodyWritesTheLinkByWhichHeSees(t *testing.T) {
	tables := []string{
		`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, secret varchar(40))`,
		`CREATE TABLE shares (id int NOT NULL PRIMARY KEY, doc int, grp int, customer varchar(17) NOT NULL, note varchar(20))`,
		`CREATE TABLE grants (id int NOT NULL PRIMARY KEY, grp int NOT NULL, doc int NOT NULL)`,
		`INSERT INTO docs VALUES (1,'one'),(2,'two'),(3,'three')`,
		`INSERT INTO shares VALUES (11,1,1,'ANNA','a'),(13,3,3,'BORIS','b')`,
		`INSERT INTO grants VALUES (21,1,1),(22,2,2),(23,3,3)`,
	}
	profile := "profile: LINKS\ntitle: {fr: Liens, en: Links}\nerp: custom\ntables:\n" +
		"  docs:\n    rows: >-\n      {rows}\n    columns: {id: {}, secret: {}}\n" +
		"  shares:\n    rows: customer = :customer\n    writes: [insert, update]\n    columns: {id: {}, doc: {}, grp: {}, note: {}}\n"
	for _, f := range linkForms {
		t.Run(f.name, func(t *testing.T) {
			engines := []catalog.Engine{catalog.SQLite, catalog.Postgres, catalog.MariaDB}
			column := f.column
			if column == "" {
				column = "doc"
			}
			on(t, workshopsOn(t, tables, strings.ReplaceAll(profile, "{rows}", f.rows), engines...), func(t *testing.T, w *workshop) {
				before, err := w.write(t, "ANNA", "SELECT id FROM docs ORDER BY id")
				if err != nil {
					t.Fatal(err)
				}
				for _, try := range []string{
					"UPDATE shares SET " + column + " = 3",
					"UPDATE shares SET note = 'x', " + column + " = 2 WHERE id = 11",
					"UPDATE shares SET " + column + " = NULL",
					"INSERT INTO shares (id, " + column + ") VALUES (77, 2)",
					"INSERT INTO shares (id, " + column + ", note) SELECT id + 70, 3, note FROM shares",
				} {
					if got, err := w.write(t, "ANNA", try); err == nil || !strings.HasPrefix(err.Error(), "read_only") {
						t.Errorf("%s: %q, %v", try, got, err)
					}
				}
				if after, err := w.write(t, "ANNA", "SELECT id FROM docs ORDER BY id"); err != nil || after != before {
					t.Errorf("now he sees %q, %v; before, %q", after, err, before)
				}
			})
		})
	}
}
