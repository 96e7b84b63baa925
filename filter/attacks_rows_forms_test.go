package filter_test

import (
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// chosenForms are further row conditions of docs and tries by which no row of docs
// opens.
var chosenForms = []struct {
	name, docs string
	more       []string // tables
	profile    string
	beside     string
	tries      []string
	offered    bool
	sqlite     bool
}{
	{name: "NATURAL JOIN", docs: "EXISTS (SELECT 1 FROM grants g NATURAL JOIN members m WHERE g.doc = self.id AND m.customer = :customer)", tries: []string{"UPDATE members SET grp = 2", "INSERT INTO members (mid, grp) VALUES (77, 2)"}},
	{name: "a comma", docs: "EXISTS (SELECT 1 FROM grants g, members m WHERE m.grp = g.grp AND g.doc = self.id AND m.customer = :customer)", tries: []string{"UPDATE members SET grp = 2", "INSERT INTO members (mid, grp) VALUES (77, 2)"}},
	{name: "two columns in a list", docs: "(self.id, self.open) IN (SELECT m.grp, m.open FROM members m WHERE m.customer = :customer)", tries: []string{"UPDATE members SET grp = 2", "UPDATE members SET open = 0"}},
	{name: "a CTE of the table's name", docs: "EXISTS (WITH docs AS (SELECT m.grp, m.customer FROM members m) SELECT 1 FROM docs d WHERE d.grp = self.id AND d.customer = :customer)", tries: []string{"UPDATE members SET grp = 2"}},
	{name: "a CTE that is read twice", docs: "EXISTS (WITH x AS (SELECT m.mid, m.grp FROM members m WHERE m.customer = :customer) SELECT 1 FROM x a JOIN x b ON a.mid = b.mid WHERE b.grp = self.id)", tries: []string{"UPDATE members SET grp = 2", "INSERT INTO members (mid, grp) VALUES (77, 2)"}},
	{name: "a recursive CTE", docs: "self.id IN (WITH RECURSIVE x AS (SELECT m.grp AS n, 1 AS deep FROM members m WHERE m.customer = :customer UNION ALL SELECT x.n, x.deep + 1 FROM x WHERE x.deep < 2) SELECT x.n FROM x)", tries: []string{"UPDATE members SET grp = 2", "INSERT INTO members (mid, grp) VALUES (77, 2)"}},
	{name: "a truth compared", docs: "EXISTS (SELECT 1 FROM members m WHERE (m.grp = self.id) = (m.customer = :customer) AND m.customer = :customer)", tries: []string{"UPDATE members SET grp = 2"}},
	{name: "a list of one", docs: "EXISTS (SELECT 1 FROM members m WHERE m.grp IN (self.id) AND m.customer = :customer)", tries: []string{"UPDATE members SET grp = 2", "INSERT INTO members (mid, grp) VALUES (77, 2)"}},
	{name: "= ALL", docs: "self.id = ALL (SELECT m.grp FROM members m WHERE m.customer = :customer)", tries: []string{"UPDATE members SET grp = 2", "DELETE FROM members"}},
	{name: "not not", docs: "NOT (NOT EXISTS (SELECT 1 FROM members m WHERE m.grp = self.id AND m.customer = :customer))", tries: []string{"UPDATE members SET grp = 2", "INSERT INTO members (mid, grp) VALUES (77, 2)"}},
	{name: "CASE of EXISTS", docs: "CASE WHEN EXISTS (SELECT 1 FROM members m WHERE m.grp = self.id AND m.customer = :customer) THEN 0 ELSE 1 END = 1", tries: []string{"DELETE FROM members"}},
	{name: "EXISTS that is false", docs: "EXISTS (SELECT 1 FROM members m WHERE m.grp = self.id AND m.customer = :customer) IS NOT TRUE", tries: []string{"DELETE FROM members"}},
	{name: "a tied count", docs: "(SELECT COUNT(*) FROM members m WHERE m.grp = self.id AND m.customer = :customer) = 0", tries: []string{"DELETE FROM members", "UPDATE members SET grp = 2"}},
	{name: "the one without another", docs: "EXISTS (SELECT 1 FROM docs d LEFT JOIN members m ON m.grp = d.id AND m.customer = :customer WHERE d.id = self.id AND m.mid IS NULL)", tries: []string{"DELETE FROM members", "UPDATE members SET grp = 2"}},
	{name: "EXCEPT, and the row goes", docs: "self.id IN (SELECT d.id FROM docs d EXCEPT SELECT m.grp FROM members m WHERE m.customer = :customer)", tries: []string{"DELETE FROM members"}},
	{name: "a group that is small", docs: "self.id IN (SELECT m.grp FROM members m WHERE m.customer = :customer OR m.mid > 0 GROUP BY m.grp HAVING COUNT(*) < 2)", tries: []string{"DELETE FROM members", "INSERT INTO members (mid) VALUES (77)"}},
	{name: "the second row", docs: "self.id IN (SELECT m.grp FROM members m WHERE m.customer = :customer ORDER BY m.mid LIMIT 1 OFFSET 1)", tries: []string{"INSERT INTO members (mid) VALUES (1)", "DELETE FROM members"}},
	{name: "a DISTINCT subquery with a row that goes", docs: "self.id > (SELECT MAX(x.grp) FROM (SELECT DISTINCT m.grp FROM members m WHERE m.customer = :customer) x)", tries: []string{"DELETE FROM members"}},
	{name: "EXISTS of a grouped EXISTS", docs: "EXISTS (SELECT 1 FROM grants g WHERE g.doc = self.id AND EXISTS (SELECT COUNT(*) FROM members m WHERE m.grp = g.grp AND m.customer = :customer HAVING COUNT(*) = 0))", tries: []string{"DELETE FROM members"}},
	{name: "the table twice with a link between", docs: "EXISTS (SELECT 1 FROM members a JOIN members b ON a.mid = b.open WHERE b.grp = self.id AND a.customer = :customer)", tries: []string{"UPDATE members SET open = 31", "UPDATE members SET grp = 2", "INSERT INTO members (mid, grp, open) VALUES (77, 2, 77)"}},
	{name: "either of two links", docs: "EXISTS (SELECT 1 FROM members m WHERE (m.mid = self.id + 30 OR m.mid = self.open) AND m.customer = :customer)", tries: []string{"INSERT INTO members (mid) VALUES (32)"}},
	{name: "two uses, an orphan of the second", docs: "EXISTS (SELECT 1 FROM members m WHERE m.mid = self.a AND m.customer = :customer) OR EXISTS (SELECT 1 FROM members m WHERE m.mid = self.b AND m.customer = :customer)", tries: []string{"INSERT INTO members (mid) VALUES (92)", "INSERT INTO members (mid) VALUES (82)"}},
	{name: "deleted and put in again under the old key", docs: "EXISTS (SELECT 1 FROM members m WHERE m.mid = self.a AND m.open IS NULL AND m.customer = :customer)", tries: []string{"DELETE FROM members WHERE mid = 31", "INSERT INTO members (mid) VALUES (31)"}, offered: true},
	{name: "a module that is off", docs: "self.id = 1", profile: "    modules: {first: \"EXISTS (SELECT 1 FROM members m WHERE m.grp = self.id AND m.customer = :customer)\", second: \"self.id = 1\"}\n", tries: []string{"UPDATE members SET grp = 2", "INSERT INTO members (mid, grp) VALUES (77, 2)"}},
	{name: "a filter by hand", docs: "self.id > 0", profile: "    filters:\n      - {name: f, where: \"EXISTS (SELECT 1 FROM members m WHERE m.grp = self.id AND m.open = 1)\", hidden: true}\n", tries: []string{"UPDATE members SET grp = 2", "UPDATE members SET open = 1"}},
	{name: "through a resource", docs: "EXISTS (SELECT 1 FROM members m WHERE m.grp = self.id AND m.customer = :customer)", tries: []string{"UPDATE circles SET circle = 2", "INSERT INTO circles (number, circle) VALUES (77, 2)"}},
	{name: "a key of whole numbers beyond the other's reach", docs: "EXISTS (SELECT 1 FROM members m WHERE m.mid = self.a AND m.customer = :customer)", sqlite: true, more: []string{"UPDATE docs SET a = 5000000000 WHERE id = 2"}, tries: []string{"INSERT INTO members (mid) VALUES (5000000000)"}},
	{name: "the header of the header", docs: "self.id = 1 OR self.id IN (SELECT s.doc FROM sub s WHERE s.line IN (SELECT l.id FROM line l WHERE l.head IN (SELECT h.id FROM head h WHERE h.customer = :customer)))",
		profile: "", tries: []string{"INSERT INTO head (id) VALUES (8)", "UPDATE line SET head = 1", "UPDATE head SET kind = 2", "INSERT INTO line (id, head) VALUES (9, 1)"}, offered: true},
	{name: "beside, a link with a foreign key", docs: "self.id = 1 OR self.open = 1", more: []string{"INSERT INTO held VALUES (41,1,'ANNA')"},
		beside: "EXISTS (SELECT 1 FROM held h WHERE h.doc = self.id AND h.customer = :customer)", tries: []string{"UPDATE held SET doc = 3", "INSERT INTO held (id, doc) VALUES (77, 3)"}},
	{name: "beside, an orphan", docs: "self.id = 1", beside: "EXISTS (SELECT 1 FROM members m WHERE m.mid = self.b AND m.customer = :customer)", tries: []string{"INSERT INTO members (mid) VALUES (92)"}},
	{name: "beside, a state", docs: "self.id = 1", beside: "EXISTS (SELECT 1 FROM members m WHERE m.mid = self.a AND m.open = 9 AND m.customer = :customer)", tries: []string{"UPDATE members SET open = 9", "DELETE FROM members"}, offered: true},
	{name: "beside, an exclusion", docs: "self.id = 1", beside: "self.id NOT IN (SELECT m.grp FROM members m WHERE m.customer = :customer AND m.grp IS NOT NULL)", tries: []string{"DELETE FROM members", "UPDATE members SET grp = NULL"}},
	{name: "a seek", docs: "self.id > 0 AND :customer = :customer", profile: "    seek: \"EXISTS (SELECT 1 FROM members m WHERE m.grp = self.id AND m.customer = :customer)\"\n", tries: []string{"UPDATE members SET grp = 2"}},
	{name: "LIKE", docs: "EXISTS (SELECT 1 FROM members m WHERE m.note LIKE 'open%' AND m.mid = self.a AND m.customer = :customer)", tries: []string{"UPDATE members SET note = 'open to all'"}},
	{name: "a text made of two", docs: "EXISTS (SELECT 1 FROM members m WHERE m.note || 'x' = 'openx' AND m.mid = self.a AND m.customer = :customer)", tries: []string{"UPDATE members SET note = 'open'"}},
	{name: "a column of the SELECT list", docs: "'open' IN (SELECT m.note FROM members m WHERE m.mid = self.a AND m.customer = :customer)", tries: []string{"UPDATE members SET note = 'open'"}},
	{name: "a column compared with its like", docs: "EXISTS (SELECT 1 FROM members m WHERE m.grp = m.open AND m.mid = self.a AND m.customer = :customer)", tries: []string{"UPDATE members SET open = 1", "UPDATE members SET grp = 0"}},
	{name: "a comparison outside", docs: "EXISTS (SELECT 1 FROM members m WHERE m.mid = self.a AND m.customer = :customer AND EXISTS (SELECT 1 FROM grants g WHERE g.doc = self.id AND g.grp = m.grp))", tries: []string{"UPDATE members SET grp = 2"}},
	{name: "a comparison outside under OR", docs: "EXISTS (SELECT 1 FROM members m WHERE m.customer = :customer AND (m.mid = 5 OR EXISTS (SELECT 1 FROM grants g WHERE g.doc = self.id AND g.grp = m.grp)))", tries: []string{"UPDATE members SET grp = 2", "INSERT INTO members (mid) VALUES (5)"}},
	{name: "INTERSECT, a row more", docs: "self.id IN (SELECT d.id FROM docs d INTERSECT SELECT m.mid - 30 FROM members m WHERE m.customer = :customer)", tries: []string{"INSERT INTO members (mid) VALUES (32)"}},
	{name: "a derived table with a window", docs: "self.id IN (SELECT x.n FROM (SELECT ROW_NUMBER() OVER (ORDER BY m.mid) AS n FROM members m WHERE m.customer = :customer) x)", tries: []string{"INSERT INTO members (mid) VALUES (32)"}},
	{name: "IS DISTINCT FROM", docs: "EXISTS (SELECT 1 FROM members m WHERE m.grp IS DISTINCT FROM self.open AND m.mid = self.a AND m.customer = :customer)", tries: []string{"UPDATE members SET grp = 0"}},
	{name: "a RIGHT JOIN", docs: "EXISTS (SELECT 1 FROM members m RIGHT JOIN docs d ON m.grp = d.id AND m.customer = :customer WHERE d.id = self.id AND m.mid IS NULL)", tries: []string{"DELETE FROM members", "UPDATE members SET grp = 3"}},
}

func TestPromise9NobodyChoosesRowsByOtherForms(t *testing.T) {
	tables := []string{
		`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, open int, a int, b int, secret varchar(40))`,
		`CREATE TABLE members (mid int NOT NULL PRIMARY KEY, grp int, open int, customer varchar(17) NOT NULL, note varchar(20))`,
		`CREATE TABLE grants (grp int NOT NULL, doc int NOT NULL)`,
		`CREATE TABLE held (id int NOT NULL PRIMARY KEY, doc int, customer varchar(17) NOT NULL, CONSTRAINT {name}_h FOREIGN KEY (doc) REFERENCES docs (id))`,
		`CREATE TABLE head (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, kind int)`,
		`CREATE TABLE line (id int NOT NULL PRIMARY KEY, head int)`, `CREATE TABLE sub (id int NOT NULL PRIMARY KEY, line int, doc int)`,
		`INSERT INTO docs VALUES (1,0,31,91,'one'),(2,0,82,92,'two'),(3,1,33,93,'three')`,
		`INSERT INTO members VALUES (31,1,0,'ANNA','a'),(33,3,0,'BORIS','b')`,
		`INSERT INTO grants VALUES (1,1),(2,2),(3,3)`,
		`INSERT INTO head VALUES (1,'ANNA',1),(2,'BORIS',1)`, `INSERT INTO line VALUES (5,1),(6,2),(7,9)`, `INSERT INTO sub VALUES (51,5,1),(61,6,2),(71,7,3)`,
	}
	for _, f := range chosenForms {
		docs := func(rows, more string) string {
			if !strings.Contains(rows, ":customer") {
				rows = "(" + rows + ") AND :customer <> 'NOBODY'"
			}
			return "modules:\n  first: {title: {fr: A, en: A}, level: none}\n  second: {title: {fr: B, en: B}, level: full}\ntables:\n  docs:\n    rows: >-\n      " + rows + "\n" + more + "    columns: {id: {}, secret: {}}\n"
		}
		c := chosen{name: f.name, engines: []catalog.Engine{catalog.SQLite, catalog.Postgres}, tries: f.tries, offered: f.offered, tables: append(append([]string{}, tables...), f.more...)}
		if f.sqlite {
			c.engines = c.engines[:1]
		}
		c.profile = docs(f.docs, f.profile) +
			"  members:\n    rows: customer = :customer\n    writes: [insert, update, delete]\n    other_columns: shown\n" +
			"  held:\n    rows: customer = :customer\n    writes: [insert, update, delete]\n    other_columns: shown\n" +
			"  head:\n    rows: customer = :customer\n    writes: [insert, update, delete]\n    other_columns: shown\n" +
			"  line:\n    follows: {table: head, on: [[head, id]]}\n    writes: [insert, update, delete]\n    other_columns: shown\n" +
			"  sub:\n    follows: {table: line, on: [[line, id]]}\n    other_columns: shown\n" +
			"resources:\n  circles:\n    table: members\n    columns: {number: {from: mid}, circle: {from: grp}}\n"
		if f.beside != "" {
			c.beside = docs(f.beside, "")
		}
		t.Run(f.name, func(t *testing.T) { c.run(t) })
	}
}
