package filter_test

import (
	"crypto/rand"
	"fmt"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/profiles"
)

// byItself are ways in which the ERP itself, by its foreign keys, triggers and views,
// could let rows through when a customer writes.
var byItself = []chosen{
	{name: "a team is deleted and its documents are everybody's", tables: []string{
		`CREATE TABLE teams (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL)`,
		`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, contact varchar(10), team int, secret varchar(40), CONSTRAINT {name}_t FOREIGN KEY (team) REFERENCES teams (id) ON DELETE SET NULL)`,
		`INSERT INTO teams VALUES (5,'ANNA')`, `INSERT INTO docs VALUES (1,'ANNA','c1',NULL,'one'),(2,'ANNA','c2',5,'two')`},
		profile: "tables:\n" + docsFrom + "self.customer = :customer AND (self.contact = :contact OR self.team IS NULL)" + docsShown + "  teams:\n    rows: customer = :customer\n    writes: [delete]\n    cascades: [docs]\n    columns: {id: {}}\n",
		tries:   []string{"DELETE FROM teams WHERE id = 5"}},
	{name: "a header loses its team, and lines follow it", tables: []string{
		`CREATE TABLE teams (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL)`,
		`CREATE TABLE heads (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, contact varchar(10), team int, CONSTRAINT {name}_t FOREIGN KEY (team) REFERENCES teams (id) ON DELETE SET NULL)`,
		`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, head int, secret varchar(40))`,
		`INSERT INTO teams VALUES (5,'ANNA')`, `INSERT INTO heads VALUES (1,'ANNA','c1',NULL),(2,'ANNA','c2',5)`, `INSERT INTO docs VALUES (1,1,'one'),(2,2,'two')`},
		profile: "tables:\n  docs:\n    follows: {table: heads, on: [[head, id]]}\n    columns: {id: {}, secret: {}}\n  heads:\n    rows: self.customer = :customer AND (self.contact = :contact OR self.team IS NULL)\n    columns: {id: {}}\n  teams:\n    rows: customer = :customer\n    writes: [delete]\n    cascades: [heads]\n    columns: {id: {}}\n",
		tries:   []string{"DELETE FROM teams WHERE id = 5"}},
	{name: "a WITH that is read twice hides that more is asked", tables: []string{linkedDocs, linkedShares, openedRows[0], openedRows[1]},
		profile: "tables:\n" + docsFrom + "self.open = 1 AND EXISTS (WITH x AS (SELECT s.customer AS c FROM shares s WHERE s.id = self.share) SELECT 1 FROM x a JOIN x b ON a.c = b.c WHERE a.c = :customer)" + docsShown + sharesAll,
		tries:   []string{"INSERT INTO shares (id, note) VALUES (99, 'x')"}},
	{name: "a row of two values that is among those of a query", tables: []string{linkedDocs, linkedShares, openedRows[0], openedRows[1]},
		profile: "tables:\n" + docsFrom + "self.open = 1 AND (self.share, :customer) IN (SELECT s.id, s.customer FROM shares s)" + docsShown + sharesAll,
		tries:   []string{"INSERT INTO shares (id, note) VALUES (77, 'x')", "INSERT INTO shares (id, note) VALUES (99, 'x')"}},
	{name: "a foreign key whose triggers are off", engines: three[1:2], tables: []string{
		`CREATE TABLE shares (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, note varchar(20))`,
		`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, share int REFERENCES shares (id), secret varchar(40))`,
		`ALTER TABLE docs DISABLE TRIGGER ALL`,
		`INSERT INTO shares VALUES (11,'ANNA','a')`, `INSERT INTO docs VALUES (1,11,'one'),(2,77,'two')`},
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM shares s WHERE s.id = self.share AND s.customer = :customer)" + docsShown + sharesAll,
		tries:   []string{"INSERT INTO shares (id, note) VALUES (77, 'x')"}},
	{name: "rows left when a head goes whose key's triggers are off", engines: three[1:2], tables: []string{
		`CREATE TABLE shares (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, note varchar(20))`,
		`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, share int REFERENCES shares (id), secret varchar(40))`,
		`INSERT INTO shares VALUES (11,'ANNA','a'),(77,'BORIS','b')`, `INSERT INTO docs VALUES (1,11,'one'),(2,77,'two')`,
		`ALTER TABLE shares DISABLE TRIGGER ALL`, `DELETE FROM shares WHERE id = 77`, `ALTER TABLE shares ENABLE TRIGGER ALL`},
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM shares s WHERE s.id = self.share AND s.customer = :customer)" + docsShown + sharesAll,
		tries:   []string{"INSERT INTO shares (id, note) VALUES (77, 'x')"}},
	{name: "rows of a table that inherits have no key", engines: three[1:2], tables: []string{
		`CREATE TABLE shares (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, note varchar(20))`,
		`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, share int REFERENCES shares (id), secret varchar(40))`,
		`CREATE TABLE docs_old () INHERITS (docs)`,
		`INSERT INTO shares VALUES (11,'ANNA','a')`, `INSERT INTO docs VALUES (1,11,'one')`, `INSERT INTO docs_old VALUES (2,77,'two')`},
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM shares s WHERE s.id = self.share AND s.customer = :customer)" + docsShown + sharesAll,
		tries:   []string{"INSERT INTO shares (id, note) VALUES (77, 'x')"}},
	{name: "a materialized view over what is written", engines: three[1:2], tables: []string{
		`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, secret varchar(40))`,
		`CREATE TABLE shares (id int NOT NULL PRIMARY KEY, doc int, customer varchar(17) NOT NULL)`,
		`INSERT INTO docs VALUES (1,'one'),(2,'two')`, `INSERT INTO shares VALUES (11,1,'ANNA')`,
		`CREATE MATERIALIZED VIEW ms AS SELECT * FROM shares`},
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM ms s WHERE s.doc = self.id AND s.customer = :customer)" + docsShown + sharesAll,
		tries:   []string{"UPDATE shares SET doc = 2", "INSERT INTO shares (id, doc) VALUES (77, 2)"}, later: []string{"REFRESH MATERIALIZED VIEW ms"}},
	{name: "a trigger fills the link that a new row has not", engines: three[:1], tables: []string{
		`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, secret varchar(40))`,
		`CREATE TABLE shares (id int NOT NULL PRIMARY KEY, doc int, wish int, customer varchar(17) NOT NULL)`,
		`INSERT INTO docs VALUES (1,'one'),(2,'two')`, `INSERT INTO shares VALUES (11,1,1,'ANNA')`,
		`CREATE TRIGGER t AFTER INSERT ON shares BEGIN UPDATE shares SET doc = NEW.wish WHERE id = NEW.id; END`},
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM shares s WHERE s.doc = self.id AND s.customer = :customer)" + docsShown + sharesAll,
		tries:   []string{"INSERT INTO shares (id, wish) VALUES (77, 2)"}},
	{name: "a trigger moves the link with another column", engines: three[:1], tables: []string{
		`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, secret varchar(40))`,
		`CREATE TABLE shares (id int NOT NULL PRIMARY KEY, doc int, wish int, customer varchar(17) NOT NULL)`,
		`INSERT INTO docs VALUES (1,'one'),(2,'two')`, `INSERT INTO shares VALUES (11,1,1,'ANNA')`,
		`CREATE TRIGGER t AFTER UPDATE OF wish ON shares BEGIN UPDATE shares SET doc = NEW.wish WHERE id = NEW.id; END`},
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM shares s WHERE s.doc = self.id AND s.customer = :customer)" + docsShown + sharesAll,
		tries:   []string{"UPDATE shares SET wish = 2"}},
	{name: "a bulk of keys that are taken, left and free", tables: []string{linkedDocs, linkedShares, openedRows[0], openedRows[1]},
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM shares s WHERE s.id = self.share AND s.customer = :customer)" + docsShown + sharesAll,
		tries:   []string{"INSERT INTO shares (id, note) VALUES (77, 'x'), (13, 'y')", "INSERT INTO shares (id, note) VALUES (13, 'x'), (77, 'y')", "INSERT INTO shares (id, note) VALUES (99, 'x'), (13, 'y')", "INSERT INTO shares (id, note) VALUES (77, 'x'), (78, NULL), (78, NULL)"}},
	{name: "what a view reads is carried to", tables: []string{
		`CREATE TABLE teams (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL)`,
		`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, secret varchar(40))`,
		`CREATE TABLE links (id int NOT NULL PRIMARY KEY, doc int, customer varchar(17), team int, CONSTRAINT {name}_t FOREIGN KEY (team) REFERENCES teams (id) ON DELETE SET NULL)`,
		`CREATE VIEW v AS SELECT l.doc, l.customer FROM links l WHERE l.team IS NULL`,
		`INSERT INTO teams VALUES (5,'ANNA')`, `INSERT INTO docs VALUES (1,'one'),(2,'two')`, `INSERT INTO links VALUES (1,1,'ANNA',NULL),(2,2,'ANNA',5)`},
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM v WHERE v.doc = self.id AND v.customer = :customer)" + docsShown + "  v:\n    rows: customer = :customer\n    reads: [links]\n    columns: {doc: {}}\n  teams:\n    rows: customer = :customer\n    writes: [delete]\n    cascades: [links]\n    columns: {id: {}}\n",
		tries:   []string{"DELETE FROM teams WHERE id = 5"}},
	{name: "carried out of the catalog and back", engines: three[1:2], tables: []string{
		`CREATE TABLE teams (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL)`,
		`CREATE SCHEMA {outside}`, `CREATE TABLE {outside}.mid (id int NOT NULL PRIMARY KEY, team int REFERENCES teams (id) ON DELETE CASCADE)`,
		`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, secret varchar(40))`,
		`CREATE TABLE links (id int NOT NULL PRIMARY KEY, doc int, customer varchar(17), mid int REFERENCES {outside}.mid (id) ON DELETE SET NULL)`,
		`INSERT INTO teams VALUES (5,'ANNA')`, `INSERT INTO {outside}.mid VALUES (6,5)`, `INSERT INTO docs VALUES (1,'one'),(2,'two')`, `INSERT INTO links VALUES (1,1,'ANNA',NULL),(2,2,'ANNA',6)`},
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM links v WHERE v.doc = self.id AND v.customer = :customer AND v.mid IS NULL)" + docsShown + "  teams:\n    rows: customer = :customer\n    writes: [delete]\n    cascades: [{outside}.mid]\n    columns: {id: {}}\n",
		tries:   []string{"DELETE FROM teams WHERE id = 5"}},
	{name: "carried out of the catalog and back, where that is said", engines: three[1:2], tables: []string{
		`CREATE TABLE teams (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL)`,
		`CREATE SCHEMA {outside}_2`, `CREATE TABLE {outside}_2.mid (id int NOT NULL PRIMARY KEY, team int REFERENCES teams (id) ON DELETE CASCADE)`,
		`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, secret varchar(40))`,
		`CREATE TABLE links (id int NOT NULL PRIMARY KEY, doc int, customer varchar(17), mid int REFERENCES {outside}_2.mid (id) ON DELETE SET NULL)`,
		`INSERT INTO teams VALUES (5,'ANNA')`, `INSERT INTO {outside}_2.mid VALUES (6,5)`, `INSERT INTO docs VALUES (1,'one'),(2,'two')`, `INSERT INTO links VALUES (1,1,'ANNA',NULL),(2,2,'ANNA',6)`},
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM links v WHERE v.doc = self.id AND v.customer = :customer AND v.mid IS NULL)" + docsShown + "  teams:\n    rows: customer = :customer\n    writes: [delete]\n    cascades: [{outside}_2.mid, links]\n    columns: {id: {}}\n",
		tries:   []string{"DELETE FROM teams WHERE id = 5"}},
	{name: "a document goes to the share that is the default", engines: three[:2], tables: []string{
		`CREATE TABLE shares (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL)`,
		`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, share int DEFAULT 12, secret varchar(40), CONSTRAINT {name}_t FOREIGN KEY (share) REFERENCES shares (id) ON DELETE SET DEFAULT)`,
		`INSERT INTO shares VALUES (11,'ANNA'),(12,'BORIS')`, `INSERT INTO docs VALUES (1,11,'one'),(2,12,'two')`},
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM shares s WHERE s.id = self.share AND s.customer = :customer)" + docsShown + "  shares:\n    rows: customer = :customer\n    writes: [delete]\n    cascades: [docs]\n    columns: {id: {}}\n",
		tries:   []string{"DELETE FROM shares"}},
	{name: "a row of one's own table is freed by another of it", tables: []string{
		`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, contact varchar(10), root int, secret varchar(40), CONSTRAINT {name}_t FOREIGN KEY (root) REFERENCES docs (id) ON DELETE SET NULL)`,
		`INSERT INTO docs VALUES (1,'ANNA','c1',NULL,'one')`, `INSERT INTO docs VALUES (2,'ANNA','c2',1,'two')`},
		profile: "tables:\n  docs:\n    rows: self.customer = :customer AND (self.contact = :contact OR self.root IS NULL)\n    writes: [delete, update]\n    cascades: [docs]\n    columns: {id: {}, secret: {}}\n",
		tries:   []string{"DELETE FROM docs WHERE id = 1"}},
	{name: "a reference to the header by a key that is updated", engines: three[1:2], tables: []string{
		`CREATE TABLE shares (id int NOT NULL PRIMARY KEY, code varchar(9) NOT NULL UNIQUE, customer varchar(17) NOT NULL)`,
		`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, share varchar(9) REFERENCES shares (code), secret varchar(40))`,
		`CREATE TABLE docs2 (id int NOT NULL PRIMARY KEY, share varchar(9))`,
		`INSERT INTO shares VALUES (11,'A','ANNA'),(12,'B','BORIS')`, `INSERT INTO docs VALUES (1,NULL,'one'),(2,'B','two')`},
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM shares s WHERE s.code = self.share AND s.customer = :customer)" + docsShown + sharesAll,
		tries:   []string{"UPDATE shares SET code = 'b'", "UPDATE shares SET code = 'B'", "INSERT INTO shares (id, code) VALUES (13, 'B')", "INSERT INTO shares (id, code) VALUES (13, 'C')"}},
	{name: "a hint of the negation by a comparison with FALSE", engines: three[:2], tables: []string{linkedDocs, linkedShares, openedRows[0], openedRows[1]},
		profile: "tables:\n" + docsFrom + "(EXISTS (SELECT 1 FROM shares s WHERE s.id = self.share AND s.customer = :customer)) IS NOT TRUE" + docsShown + sharesAll,
		tries:   []string{"DELETE FROM shares", "INSERT INTO shares (id) VALUES (99)"}},
	{name: "a link in a CASE that counts as no", tables: []string{linkedDocs, linkedShares, openedRows[0], openedRows[1]},
		profile: "tables:\n" + docsFrom + "CASE WHEN EXISTS (SELECT 1 FROM shares s WHERE s.id = self.share AND s.customer = :customer) THEN 0 ELSE 1 END = 1" + docsShown + sharesAll,
		tries:   []string{"DELETE FROM shares", "INSERT INTO shares (id) VALUES (99)"}},
	{name: "an outer join whose other side is NULL", tables: []string{linkedDocs, linkedShares, openedRows[0], openedRows[1]},
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM docs d LEFT JOIN shares s ON s.id = d.share AND s.customer = :customer WHERE d.id = self.id AND s.note IS NULL)" + docsShown + sharesAll,
		tries:   []string{"DELETE FROM shares", "INSERT INTO shares (id) VALUES (99)", "UPDATE shares SET note = NULL"}},
	{name: "an inner join within an outer one", tables: []string{linkedDocs, linkedShares, openedRows[0], openedRows[1]},
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM docs d LEFT JOIN (docs e JOIN shares s ON s.id = e.share) ON e.id = d.id AND s.customer = :customer WHERE d.id = self.id AND e.id IS NULL)" + docsShown + sharesAll,
		tries:   []string{"DELETE FROM shares", "INSERT INTO shares (id) VALUES (99)"}},
	{name: "an inner join behind an outer one", tables: []string{linkedDocs, linkedShares, openedRows[0], openedRows[1]},
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM docs d LEFT JOIN docs e ON e.id = d.id + 1 JOIN shares s ON s.id = e.share WHERE d.id = self.id AND s.customer = :customer)" + docsShown + sharesAll,
		tries:   []string{"INSERT INTO shares (id) VALUES (77)"}},
	{name: "an aggregate with nothing grouped", tables: []string{linkedDocs, linkedShares, openedRows[0], openedRows[1]},
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM shares s WHERE s.id = self.share AND s.customer = :customer HAVING COUNT(*) = 0)" + docsShown + sharesAll,
		tries:   []string{"DELETE FROM shares", "INSERT INTO shares (id) VALUES (99)"}},
	{name: "the least of those that there are", tables: []string{linkedDocs, linkedShares, openedRows[0], openedRows[1]},
		profile: "tables:\n" + docsFrom + "self.share <= ANY (SELECT s.id FROM shares s WHERE s.customer = :customer)" + docsShown + sharesAll,
		tries:   []string{"INSERT INTO shares (id) VALUES (99)"}},
	{name: "a condition over a view that is not there today", engines: three[1:], tables: []string{`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, secret varchar(40))`,
		`CREATE TABLE shares (id int NOT NULL PRIMARY KEY, doc int, customer varchar(17) NOT NULL)`,
		`INSERT INTO docs VALUES (1,'one'),(2,'two')`, `INSERT INTO shares VALUES (11,1,'ANNA')`},
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM v1 s WHERE s.doc = self.id AND s.customer = :customer)" + docsShown + sharesAll,
		tries:   []string{"UPDATE shares SET doc = 2"}, later: []string{"CREATE OR REPLACE VIEW v1 AS SELECT id, doc, customer FROM shares"}},
	{name: "a condition over another table that is not there today", engines: three[1:], tables: []string{`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, secret varchar(40))`,
		`CREATE TABLE shares (id int NOT NULL PRIMARY KEY, doc int, customer varchar(17) NOT NULL)`,
		`INSERT INTO docs VALUES (1,'one'),(2,'two')`, `INSERT INTO shares VALUES (11,1,'ANNA')`},
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM shares s JOIN ghosts g ON g.id = s.id WHERE s.doc = self.id AND s.customer = :customer)" + docsShown + sharesAll,
		tries:   []string{"UPDATE shares SET doc = 2"}, later: []string{"CREATE TABLE IF NOT EXISTS ghosts (id int NOT NULL PRIMARY KEY)", "DELETE FROM ghosts", "INSERT INTO ghosts VALUES (11)"}},
	{name: "a view of the profile that is not there today", engines: three[1:], tables: []string{`CREATE TABLE alldocs (id int NOT NULL PRIMARY KEY, secret varchar(40))`,
		`CREATE TABLE shares (id int NOT NULL PRIMARY KEY, doc int, customer varchar(17) NOT NULL)`,
		`INSERT INTO alldocs VALUES (1,'one'),(2,'two')`, `INSERT INTO shares VALUES (11,1,'ANNA')`},
		profile: "tables:\n  docs:\n    rows: customer = :customer\n    reads: [alldocs, shares]\n    columns: {id: {}, secret: {}}\n" + sharesAll,
		tries:   []string{"UPDATE shares SET doc = 2"}, later: []string{"CREATE OR REPLACE VIEW docs AS SELECT d.id, d.secret, s.customer FROM alldocs d JOIN shares s ON s.doc = d.id"}},
}

// What the ERP does by itself when a customer writes lets no row through.
func TestPromise9WhatTheERPDoesByItselfChoosesNothing(t *testing.T) {
	outside := "outside_" + strings.ToLower(rand.Text()[:10]) // a schema for all engines' runs to share nothing by
	for _, c := range byItself {
		for i := range c.tables {
			c.tables[i] = strings.ReplaceAll(c.tables[i], "{outside}", outside)
		}
		c.profile = strings.ReplaceAll(c.profile, "{outside}", outside)
		t.Run(c.name, func(t *testing.T) { c.run(t) })
	}
}

// A bulk does not tell a key under which something is left from one that is there.
func TestPromise9ABulkTellsNoKeyOfWhichSomethingIsLeft(t *testing.T) {
	profile := "profile: CHOSEN\ntitle: {fr: Vue, en: Sight}\nerp: custom\ntables:\n" + docsFrom + "EXISTS (SELECT 1 FROM shares s WHERE s.id = self.share AND s.customer = :customer)" + docsShown + sharesAll
	on(t, workshopsOn(t, []string{linkedDocs, linkedShares, openedRows[0], openedRows[1]}, profile, three...), func(t *testing.T, w *workshop) {
		_, left := w.write(t, "ANNA", "INSERT INTO shares (id) VALUES (77), (11)")
		_, there := w.write(t, "ANNA", "INSERT INTO shares (id) VALUES (13), (11)")
		if left == nil || there == nil || left.Error() != there.Error() {
			t.Errorf("%v; %v", left, there)
		}
	})
}

// The table of a source of files, and what its condition reads, may be views: nothing is
// written by which they show another file.
func TestPromise9AViewOfFilesIsNotWrittenThrough(t *testing.T) {
	tables := []string{
		"CREATE TABLE orders (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, note varchar(20))",
		"CREATE TABLE shares (id int NOT NULL PRIMARY KEY, ordered int, att int, customer varchar(17) NOT NULL, released int)",
		"CREATE TABLE attachments (id int NOT NULL PRIMARY KEY, path varchar(40))",
		"CREATE VIEW media AS SELECT s.ordered, a.path, a.id FROM attachments a JOIN shares s ON s.att = a.id",
		"CREATE VIEW open_att AS SELECT s.att FROM shares s WHERE s.released = 1",
		"INSERT INTO orders VALUES (1, 'ANNA', 'w')",
		"INSERT INTO attachments VALUES (1, 'open.pdf'), (2, 'internal.pdf')",
		"INSERT INTO shares VALUES (1, 1, 1, 'ANNA', 1)",
	}
	const head = `
profile: FILES
erp: custom
tables:
  orders: {rows: customer = :customer, columns: {id: {}, note: {}}}
  shares: {rows: customer = :customer, writes: [update, insert], columns: {id: {}, ordered: {}, att: {}, released: {}}}
resources:
  commandes:
    table: orders
    key: id
    columns: {id: {from: id}}
`
	for name, files := range map[string]string{
		"table": `    files: {doc: {root: documents, table: media, on: [[id, ordered]], path: path}}` + "\n",
		"where": `    files: {doc: {root: documents, table: attachments, on: [[id, id]], where: "EXISTS (SELECT 1 FROM open_att o WHERE o.att = self.id)", path: path}}` + "\n",
		"plain": `    files: {doc: {root: documents, table: attachments, on: [[id, id]], where: "EXISTS (SELECT 1 FROM shares o WHERE o.att = self.id AND o.released = 1)", path: path}}` + "\n",
	} {
		t.Run(name, func(t *testing.T) {
			on(t, workshopsOn(t, tables, head+files, three...), func(t *testing.T, w *workshop) {
				look := func() {
					row, err := w.gate.Files(t.Context(), filter.FileRequest{Caller: as("ANNA"), Resource: "commandes", Key: "1"})
					if err != nil && name != "where" { // whose condition reads a view that the profile does not have
						t.Fatal(err)
					}
					for _, f := range row.Files {
						if f.Path == "internal.pdf" {
							t.Error("she reads the file that she chose")
						}
					}
				}
				look()
				for _, q := range []string{"UPDATE shares SET att = 2", "INSERT INTO shares (id, ordered, att, released) VALUES (3, 1, 2, 1)"} {
					if got, err := w.write(t, "ANNA", q); codeOf(err) != refusal.ReadOnly {
						t.Errorf("%s: %q, %v", q, got, err)
					}
				}
				look()
			})
		})
	}
}

// A login that may read some columns of a table is not told of its foreign keys over
// the others, and the table is in its catalog.
func TestPromise9AKeyOverColumnsThatCannotBeReadIsSeen(t *testing.T) {
	tables := []string{
		`CREATE TABLE heads (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL)`,
		`CREATE TABLE notes (id int NOT NULL PRIMARY KEY, head int, body varchar(20), FOREIGN KEY (head) REFERENCES heads (id) ON DELETE CASCADE)`,
		`INSERT INTO heads VALUES (1,'ANNA')`, `INSERT INTO notes VALUES (5,1,'internal')`,
	}
	profile := "profile: CHOSEN\ntitle: {fr: Vue, en: Sight}\nerp: custom\ntables:\n  heads:\n    rows: customer = :customer\n    writes: [delete]\n    columns: {id: {}}\n"
	for right, what := range map[string]string{"GRANT PROCESS ON *.* TO %s": "that may see all keys", "": "that may not"} {
		on(t, workshopsOn(t, tables, profile, catalog.MariaDB), func(t *testing.T, w *workshop) {
			name := "v" + strings.ToLower(rand.Text()[:10])
			exec := func(statement string) {
				t.Helper()
				for _, host := range []string{"'127.0.0.1'", "localhost"} {
					if _, err := w.raw.Exec(strings.ReplaceAll(statement, "%s", name+"@"+host)); err != nil {
						t.Fatal(err)
					}
				}
			}
			exec("CREATE USER %s IDENTIFIED BY 'x'")
			defer exec("DROP USER %s")
			for _, grant := range []string{right, "GRANT SELECT, UPDATE, DELETE ON heads TO %s", "GRANT SELECT (id, body) ON notes TO %s"} {
				if grant != "" {
					exec(grant)
				}
			}
			c, err := mysql.ParseDSN(w.settings.DSN)
			if err != nil {
				t.Fatal(err)
			}
			c.User, c.Passwd = name, "x"
			settings := w.settings
			settings.DSN = c.FormatDSN()
			db, err := erp.Open(settings, zerolog.Nop())
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			w.rig = rigOn(t, db, profile)
			got, err := w.write(t, "ANNA", "DELETE FROM heads")
			if codeOf(err) != refusal.ReadOnly || w.look(t, "SELECT COUNT(*) FROM notes") != "1" {
				t.Errorf("a login %s: %q, %v", what, got, err)
			}
		})
	}
}

// A key that a customer gives by one profile is not unique enough, by another, for files
// that were pushed for it alone.
func TestPromise9AKeyThatAnotherProfileGivesIsNotTheSameForAll(t *testing.T) {
	tables := []string{`CREATE TABLE orders (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, note varchar(20))`, `INSERT INTO orders VALUES (1,'ANNA','w')`}
	first := "profile: CHOSEN\ntitle: {fr: Vue, en: Sight}\nerp: custom\ntables:\n  orders:\n    rows: customer = :customer\n    writes: [insert]\n    other_columns: shown\n"
	second := "profile: BESIDE\ntitle: {fr: Vue, en: Sight}\nerp: custom\ntables:\n  orders:\n    rows: customer = :customer\n    other_columns: shown\nresources:\n  commandes:\n    table: orders\n    key: id\n    columns: {id: {from: id}}\n"
	on(t, workshopsOn(t, tables, first, three...), func(t *testing.T, w *workshop) {
		a, err := profiles.Load("a.yaml", []byte(first))
		if err != nil {
			t.Fatal(err)
		}
		b, err := profiles.Load("b.yaml", []byte(second))
		if err != nil {
			t.Fatal(err)
		}
		book, err := profiles.NewBook(a, b)
		if err != nil {
			t.Fatal(err)
		}
		w.worlds = filter.NewWorlds(func() *profiles.Book { return book }, 0, filter.Dossier{ID: "d", DB: w.db, DefaultProfile: "CHOSEN"})
		w.gate = filter.New(filter.Config{Worlds: w.worlds, Audit: w.audit})
		if got, err := w.write(t, "ANNA", "INSERT INTO orders (id, note) VALUES (77, 'mine')"); err != nil {
			t.Fatalf("%q, %v", got, err)
		}
		beside := as("ANNA")
		beside.Access.Profile = "BESIDE"
		row, err := w.gate.Files(t.Context(), filter.FileRequest{Caller: beside, Resource: "commandes", Key: "77"})
		if err != nil || row.SameForAll {
			t.Errorf("what was pushed for 77, whosever it was, is hers: %v", err)
		}
	})
}

// What says whose a row is by OR beside another column is not taken from anybody, and
// nobody is given a row that way.
func TestPromise9ASideOfARowIsNobodyElses(t *testing.T) {
	tables := []string{"CREATE TABLE docs (id int NOT NULL PRIMARY KEY, customer varchar(17), payer varchar(17), note varchar(20))",
		"INSERT INTO docs VALUES (1,'ANNA',NULL,'w'),(2,'BORIS','ANNA','his')"}
	for rows, all := range map[string]map[string]refusal.Code{
		"customer = :customer OR payer = :customer": {
			"INSERT INTO docs (id, customer, payer) VALUES (3, 'ANNA', 'BORIS')": refusal.RowRefused, "INSERT INTO docs (id, customer, payer) VALUES (4, 'BORIS', 'ANNA')": refusal.RowRefused,
			"INSERT INTO docs (id, customer) VALUES (5, 'ANNA')": "", "INSERT INTO docs (id, customer, payer) VALUES (6, NULL, 'ANNA')": "", "INSERT INTO docs (id, customer, payer) VALUES (7, NULL, NULL)": refusal.RowRefused,
			"UPDATE docs SET customer = 'ANNA' WHERE id = 2": refusal.ReadOnly, "UPDATE docs SET payer = NULL WHERE id = 2": refusal.ReadOnly, "UPDATE docs SET note = 'x' WHERE id = 2": "",
		},
		"customer = :customer OR customer = :customer_code OR payer IN (:customer, 'X')": {
			"INSERT INTO docs (id, customer) VALUES (5, 'ANNA')": refusal.ReadOnly, "INSERT INTO docs (id, payer) VALUES (5, 'ANNA')": refusal.ReadOnly, "UPDATE docs SET note = 'x' WHERE id = 2": "",
		},
	} {
		profile := "profile: SIDES\nerp: custom\ntables:\n  docs: {rows: \"" + rows + "\", writes: [insert, update, delete], columns: {id: {}, customer: {}, payer: {}, note: {}}}\n"
		on(t, workshopsOn(t, tables, profile, three...), func(t *testing.T, w *workshop) {
			for q, want := range all {
				if got, err := w.write(t, "ANNA", q); codeOf(err) != want {
					t.Errorf("%s: %s: %q, %v", rows, q, got, err)
				}
			}
		})
	}
}

// The usual writes of a portal go well where keys have several parts, and what cannot
// go well is said before anybody tries.
func TestUsualWritesGoWell(t *testing.T) {
	for _, c := range []struct {
		name, profile string
		tables        []string
		writes        map[string]refusal.Code
		problem       string
	}{
		{"the address of an order by a key of two", "  addresses: {rows: customer = :customer, other_columns: shown}\n  orders: {rows: customer = :customer, writes: [insert, update], other_columns: shown}\n", []string{
			"CREATE TABLE addresses (customer varchar(17) NOT NULL, num int NOT NULL, street varchar(40), PRIMARY KEY (customer, num))",
			"CREATE TABLE orders (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, address int, note varchar(20), CONSTRAINT {name}_a FOREIGN KEY (customer, address) REFERENCES addresses (customer, num))",
			"INSERT INTO addresses VALUES ('ANNA',1,'a'),('ANNA',2,'b'),('BORIS',1,'c'),('BORIS',3,'d')", "INSERT INTO orders VALUES (1,'ANNA',1,'w')"},
			map[string]refusal.Code{"UPDATE orders SET address = 2": "", "UPDATE orders SET address = 3": refusal.Unreferenced, "UPDATE orders SET address = NULL": "", "UPDATE orders SET note = 'x'": "",
				"INSERT INTO orders (id, address) VALUES (2, 2)": "", "INSERT INTO orders (id, address) VALUES (3, 3)": refusal.Unreferenced}, ""},
		{"a key that would carry a change of what is never changed", "  heads: {rows: customer = :customer, writes: [update], other_columns: shown}\n", []string{
			"CREATE TABLE heads (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, note varchar(20))",
			"CREATE TABLE log (id int NOT NULL PRIMARY KEY, head int, CONSTRAINT {name}_a FOREIGN KEY (head) REFERENCES heads (id) ON UPDATE CASCADE)", "INSERT INTO heads VALUES (1,'ANNA','w')"},
			map[string]refusal.Code{"UPDATE heads SET note = 'x'": ""}, ""},
		{"a hidden column that must be given", "  heads: {rows: customer = :customer, writes: [insert], columns: {id: {}, note: {}}}\n", []string{
			"CREATE TABLE heads (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, entity int NOT NULL, note varchar(20))"},
			map[string]refusal.Code{"INSERT INTO heads (id, note) VALUES (1, 'x')": refusal.ValueRefused}, "heads entity false writes: a new row must have a value there"},
		{"a kept column that is mandatory", "  docs: {rows: 'EXISTS (SELECT 1 FROM heads s WHERE s.doc = self.id AND s.customer = :customer)', columns: {id: {}}}\n  heads: {rows: customer = :customer, writes: [insert], columns: {id: {}, doc: {mandatory: true}}}\n", []string{
			"CREATE TABLE docs (id int NOT NULL PRIMARY KEY)", "CREATE TABLE heads (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, doc int)"},
			map[string]refusal.Code{"INSERT INTO heads (id) VALUES (1)": "", "INSERT INTO heads (id, doc) VALUES (2, 1)": refusal.ReadOnly}, "heads doc false writes:"},
	} {
		on(t, workshopsOn(t, c.tables, "profile: USUAL\nerp: custom\ntables:\n"+c.profile, three...), func(t *testing.T, w *workshop) {
			for q, want := range c.writes {
				if got, err := w.write(t, "ANNA", q); codeOf(err) != want {
					t.Errorf("%s: %s: %q, %v", c.name, q, got, err)
				}
			}
			v, err := w.gate.View(t.Context(), as("ANNA"))
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprint(v.Problems); !strings.Contains(got, c.problem) || c.problem == "" && len(v.Problems) > 0 {
				t.Errorf("%s: problems: %s", c.name, got)
			}
		})
	}
}
