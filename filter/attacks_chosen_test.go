package filter_test

import (
	"testing"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

var (
	linkedShares = `CREATE TABLE shares (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, note varchar(20))`
	openedRows   = []string{`INSERT INTO docs VALUES (1,11,1,'c1','one'),(2,77,0,'c2','two'),(3,13,1,'c1','three'),(4,77,0,'c1','four')`, `INSERT INTO shares VALUES (11,'ANNA','a'),(13,'BORIS','b')`}
)

// openedCases are writes that once opened rows.
var openedCases = []chosen{
	{name: "an orphan of another contact", tables: append([]string{linkedDocs, linkedShares}, openedRows...),
		profile: "tables:\n" + docsFrom + "self.contact = :contact AND self.id <> 4 AND EXISTS (SELECT 1 FROM shares s WHERE s.id = self.share AND s.customer = :customer)" + docsShown + sharesAll,
		tries:   []string{"INSERT INTO shares (id, note) VALUES (77, 'x')"}},
	{name: "an orphan that is not yet open", tables: append([]string{linkedDocs, linkedShares}, openedRows...),
		profile: "tables:\n" + docsFrom + "self.open = 1 AND EXISTS (SELECT 1 FROM shares s WHERE s.id = self.share AND s.customer = :customer)" + docsShown + sharesAll,
		tries:   []string{"INSERT INTO shares (id, note) VALUES (77, 'x')"}, later: []string{"UPDATE docs SET open = 1"}},
	{name: "an orphan under a drawn number that is asked for by 0", engines: []catalog.Engine{catalog.MariaDB},
		tables:  append([]string{linkedDocs, `CREATE TABLE shares (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, customer varchar(17) NOT NULL, note varchar(20))`, `INSERT INTO docs VALUES (1,11,1,'c1','one'),(2,14,0,'c2','two'),(3,13,1,'c1','three')`}, openedRows[1]),
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM shares s WHERE s.id = self.share AND s.customer = :customer)" + docsShown + sharesAll,
		tries:   []string{"INSERT INTO shares (id, note) VALUES (0, 'x')", "INSERT INTO shares (id, note) VALUES (NULL, 'x')", "INSERT INTO shares (note) VALUES ('x')"}},
	{name: "an orphan under a drawn number that is asked for by NULL", engines: []catalog.Engine{catalog.SQLite},
		tables:  append([]string{linkedDocs, `CREATE TABLE shares (id INTEGER PRIMARY KEY, customer varchar(17) NOT NULL, note varchar(20))`, `INSERT INTO docs VALUES (1,11,1,'c1','one'),(2,14,0,'c2','two'),(3,13,1,'c1','three')`}, openedRows[1]),
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM shares s WHERE s.id = self.share AND s.customer = :customer)" + docsShown + sharesAll,
		tries:   []string{"INSERT INTO shares (id, note) VALUES (NULL, 'x')", "INSERT INTO shares (id, note) SELECT NULL, 'x'", "INSERT INTO shares (note) VALUES ('x')"}},
	{name: "a trigger makes the key of an orphan", engines: []catalog.Engine{catalog.MariaDB},
		tables: []string{`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, share varchar(10), secret varchar(40))`, `CREATE TABLE shares (id varchar(10) {bin} NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, note varchar(20))`,
			`CREATE TRIGGER t BEFORE INSERT ON shares FOR EACH ROW SET NEW.id = CONCAT('S', NEW.id)`, `INSERT INTO docs VALUES (1,'S11','one'),(2,'S77','two')`, `INSERT INTO shares VALUES ('11','ANNA','a')`},
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM shares s WHERE s.id = self.share AND s.customer = :customer)" + docsShown + sharesAll,
		tries:   []string{"INSERT INTO shares (id, note) VALUES ('77', 'x')"}},
	{name: "a trigger makes the key of an orphan, on PostgreSQL", engines: []catalog.Engine{catalog.Postgres},
		tables: []string{`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, share varchar(10), secret varchar(40))`, `CREATE TABLE shares (id varchar(10) {bin} NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, note varchar(20))`,
			`CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.id := ''S'' || NEW.id; RETURN NEW; END'`, `CREATE TRIGGER t BEFORE INSERT ON shares FOR EACH ROW EXECUTE FUNCTION f()`, `INSERT INTO docs VALUES (1,'S11','one'),(2,'S77','two')`, `INSERT INTO shares VALUES ('11','ANNA','a')`},
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM shares s WHERE s.id = self.share AND s.customer = :customer)" + docsShown + sharesAll,
		tries:   []string{"INSERT INTO shares (id, note) VALUES ('77', 'x')"}},
	{name: "a moment that each change moves", engines: []catalog.Engine{catalog.MariaDB},
		tables: []string{`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, share int, at timestamp NULL, secret varchar(40))`, `CREATE TABLE shares (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, note varchar(20), tms timestamp NULL DEFAULT NULL ON UPDATE CURRENT_TIMESTAMP)`,
			`INSERT INTO docs VALUES (1,11,'2020-01-01','one'),(2,11,'2022-01-01','two')`, `INSERT INTO shares VALUES (11,'ANNA','a','2021-01-01')`},
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM shares s WHERE s.id = self.share AND s.customer = :customer AND s.tms >= self.at)" + docsShown + sharesAll,
		tries:   []string{"UPDATE shares SET note = 'x'"}},
	{name: "doc that is open today is held for later", tables: []string{`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, open int, secret varchar(40))`,
		`CREATE TABLE shares (id int NOT NULL PRIMARY KEY, doc int, customer varchar(17) NOT NULL, CONSTRAINT {name}_d FOREIGN KEY (doc) REFERENCES docs (id))`,
		`INSERT INTO docs VALUES (1,0,'one'),(2,1,'two'),(3,0,'three')`, `INSERT INTO shares VALUES (11,1,'ANNA')`},
		profile: "tables:\n" + docsFrom + "self.open = 1 OR EXISTS (SELECT 1 FROM shares s WHERE s.doc = self.id AND s.customer = :customer)" + docsShown + sharesAll,
		tries:   []string{"INSERT INTO shares (id, doc) VALUES (77, 2)"}, later: []string{"UPDATE docs SET open = 0"}},
	{name: "a doc of one contact is shown to another", tables: []string{`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, contact varchar(10), secret varchar(40))`,
		`CREATE TABLE shares (id int NOT NULL PRIMARY KEY, doc int, customer varchar(17) NOT NULL, CONSTRAINT {name}_d FOREIGN KEY (doc) REFERENCES docs (id))`,
		`INSERT INTO docs VALUES (1,'c1','one'),(2,'c2','two'),(3,'c3','three')`, `INSERT INTO shares VALUES (11,3,'ANNA')`},
		profile: "tables:\n" + docsFrom + "self.contact = :contact OR EXISTS (SELECT 1 FROM shares s WHERE s.doc = self.id AND s.customer = :customer)" + docsShown + sharesAll,
		tries:   []string{"INSERT INTO shares (id, doc) VALUES (77, 1)"}},
	{name: "a case-blind column that equals an orphan's letters", engines: []catalog.Engine{catalog.SQLite},
		tables: []string{`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, share varchar(10), secret varchar(40))`, `CREATE TABLE shares (id varchar(10) COLLATE NOCASE NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, note varchar(20))`,
			`INSERT INTO docs VALUES (1,'S11','one'),(2,'S77','two')`, `INSERT INTO shares VALUES ('S11','ANNA','a')`},
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM shares s WHERE s.id = self.share AND s.customer = :customer)" + docsShown + sharesAll,
		tries:   []string{"INSERT INTO shares (id, note) VALUES ('s77', 'x')"}},
	{name: "a case-blind key over letters of another set", engines: []catalog.Engine{catalog.MariaDB},
		tables: []string{`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, share varchar(10) CHARACTER SET latin1 COLLATE latin1_bin, secret varchar(40))`, `CREATE TABLE shares (id varchar(10) COLLATE utf8mb4_general_ci NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, note varchar(20))`,
			`INSERT INTO docs VALUES (1,'S11','one'),(2,'S77','two')`, `INSERT INTO shares VALUES ('S11','ANNA','a')`},
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM shares s WHERE s.id = self.share AND s.customer = :customer)" + docsShown + sharesAll,
		tries:   []string{"INSERT INTO shares (id, note) VALUES ('s77', 'x')"}},
	{name: "a case-blind key over plain letters", engines: []catalog.Engine{catalog.Postgres},
		tables: []string{`CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`, `CREATE TABLE docs (id int NOT NULL PRIMARY KEY, share varchar(10), secret varchar(40))`, `CREATE TABLE shares (id varchar(10) COLLATE ci NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, note varchar(20))`,
			`INSERT INTO docs VALUES (1,'S11','one'),(2,'S77','two')`, `INSERT INTO shares VALUES ('S11','ANNA','a')`},
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM shares s WHERE s.id = self.share AND s.customer = :customer)" + docsShown + sharesAll,
		tries:   []string{"INSERT INTO shares (id, note) VALUES ('s77', 'x')"}},
	{name: "a case-blind link to a key that tells case", engines: []catalog.Engine{catalog.Postgres},
		tables: []string{`CREATE COLLATION ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`, `CREATE TABLE docs (id varchar(10) NOT NULL PRIMARY KEY, open int, secret varchar(40))`, `CREATE TABLE shares (id int NOT NULL PRIMARY KEY, doc varchar(10) COLLATE ci REFERENCES docs (id), customer varchar(17) NOT NULL)`,
			`INSERT INTO docs VALUES ('d1',1,'one'),('D1',0,'two')`, `INSERT INTO shares VALUES (11,NULL,'ANNA')`},
		profile: "tables:\n" + docsFrom + "self.open = 1 OR EXISTS (SELECT 1 FROM shares s WHERE s.doc = self.id AND s.customer = :customer)" + docsShown + sharesAll,
		tries:   []string{"INSERT INTO shares (id, doc) VALUES (77, 'd1')", "UPDATE shares SET doc = 'd1'"}},
	{name: "a case-blind link to a key that tells case, SQLite", engines: []catalog.Engine{catalog.SQLite},
		tables: []string{`CREATE TABLE docs (id varchar(10) NOT NULL PRIMARY KEY, open int, secret varchar(40))`, `CREATE TABLE shares (id int NOT NULL PRIMARY KEY, doc varchar(10) COLLATE NOCASE REFERENCES docs (id), customer varchar(17) NOT NULL)`,
			`INSERT INTO docs VALUES ('d1',1,'one'),('D1',0,'two')`, `INSERT INTO shares VALUES (11,NULL,'ANNA')`},
		profile: "tables:\n" + docsFrom + "self.open = 1 OR EXISTS (SELECT 1 FROM shares s WHERE s.doc = self.id AND s.customer = :customer)" + docsShown + sharesAll,
		tries:   []string{"INSERT INTO shares (id, doc) VALUES (77, 'd1')", "UPDATE shares SET doc = 'd1'"}},
	{name: "a foreign key that is checked at the commit", engines: []catalog.Engine{catalog.Postgres},
		tables: []string{`CREATE TABLE shares (id int NOT NULL PRIMARY KEY, code int NOT NULL UNIQUE, state int, customer varchar(17) NOT NULL)`, `CREATE TABLE docs (id int NOT NULL PRIMARY KEY, share int REFERENCES shares (code) DEFERRABLE INITIALLY DEFERRED, secret varchar(40))`,
			`INSERT INTO shares VALUES (11,1,0,'ANNA'),(12,2,1,'ANNA')`, `INSERT INTO docs VALUES (1,1,'one'),(2,NULL,'two')`},
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM shares s WHERE s.code = self.share AND s.state = 1 AND s.customer = :customer)" + docsShown + sharesAll,
		tries:   []string{"UPDATE shares SET code = CASE id WHEN 11 THEN 9 ELSE 1 END"}},
	{name: "a foreign key that tells letters apart which the condition does not", engines: []catalog.Engine{catalog.Postgres},
		tables: []string{`CREATE COLLATION ci_keys (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`, `CREATE TABLE shares (id varchar(9) NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL)`,
			`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, share varchar(9) COLLATE ci_keys REFERENCES shares (id), secret varchar(40))`,
			`INSERT INTO shares VALUES ('a1','ANNA'),('B1','BORIS')`, `INSERT INTO docs VALUES (1,'a1','one'),(2,'B1','two')`},
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM shares s WHERE s.id = self.share AND s.customer = :customer)" + docsShown + sharesAll,
		tries:   []string{"INSERT INTO shares (id) VALUES ('b1')"}},
	{name: "a view that reads a view", tables: []string{`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, secret varchar(40))`, `CREATE TABLE shares (id int NOT NULL PRIMARY KEY, doc int, customer varchar(17) NOT NULL)`,
		`CREATE VIEW v2 AS SELECT id, doc, customer FROM shares`, `CREATE VIEW v1 AS SELECT id, doc, customer FROM v2`,
		`INSERT INTO docs VALUES (1,'one'),(2,'two')`, `INSERT INTO shares VALUES (11,1,'ANNA')`},
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM v1 s WHERE s.doc = self.id AND s.customer = :customer)" + docsShown + sharesAll + "  v1:\n    rows: customer = :customer\n    reads: [v2]\n    columns: {id: {}}\n",
		tries:   []string{"UPDATE shares SET doc = 2"}},
	{name: "a condition over a view that cannot be bound today", tables: []string{`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, secret varchar(40))`, `CREATE TABLE shares (id int NOT NULL PRIMARY KEY, doc int, customer varchar(17) NOT NULL)`,
		`CREATE VIEW v1 AS SELECT id, doc, customer FROM shares`,
		`INSERT INTO docs (id, secret) VALUES (1,'one'),(2,'two')`, `INSERT INTO shares VALUES (11,1,'ANNA')`},
		profile: "tables:\n" + docsFrom + "self.ghost IS NULL AND EXISTS (SELECT 1 FROM v1 s WHERE s.doc = self.id AND s.customer = :customer)" + docsShown + sharesAll,
		tries:   []string{"UPDATE shares SET doc = 2"}, later: []string{"ALTER TABLE docs ADD COLUMN ghost int"}},
}

// openedCases opened rows once: by what is left of an older row, by keys that compare
// as the condition does not, by what the ERP does to a row by itself.
func TestPromise9NobodyOpensRowsByWhatIsTaken(t *testing.T) {
	for _, c := range openedCases {
		t.Run(c.name, func(t *testing.T) { c.run(t) })
	}
}

// What the ERP's own foreign keys carry on chooses no rows either.
func TestPromise9WhatKeysCarryOnChoosesNothing(t *testing.T) {
	both := []catalog.Engine{catalog.SQLite, catalog.Postgres}
	pg := both[1:]
	heads := "  heads:\n    rows: customer = :customer\n    writes: [insert, update, delete]\n    other_columns: shown\n"
	lines := "  lines:\n    follows: {table: heads, on: [[head, id]]}\n    writes: [insert, update, delete]\n    other_columns: shown\n"
	for _, c := range []chosen{
		{name: "carried delete, excluded", engines: both, tables: []string{`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, secret varchar(40))`, `CREATE TABLE heads (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL)`,
			`CREATE TABLE lines (id int NOT NULL PRIMARY KEY, head int NOT NULL, doc int, owner varchar(17), CONSTRAINT {name}_l FOREIGN KEY (head) REFERENCES heads (id) ON DELETE CASCADE)`,
			`INSERT INTO docs VALUES (1,'one'),(2,'two')`, `INSERT INTO heads VALUES (1,'ANNA')`, `INSERT INTO lines VALUES (5,1,2,'ANNA')`},
			profile: "tables:\n" + docsFrom + "NOT EXISTS (SELECT 1 FROM lines l WHERE l.doc = self.id AND l.owner = :customer)" + docsShown + heads + lines, tries: []string{"DELETE FROM lines", "DELETE FROM heads"}},
		{name: "carried null", engines: both, tables: []string{`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, secret varchar(40))`, `CREATE TABLE heads (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL)`,
			`CREATE TABLE lines (id int NOT NULL PRIMARY KEY, head int, doc int, owner varchar(17), CONSTRAINT {name}_l FOREIGN KEY (head) REFERENCES heads (id) ON DELETE SET NULL)`,
			`INSERT INTO docs VALUES (1,'one'),(2,'two')`, `INSERT INTO heads VALUES (1,'ANNA')`, `INSERT INTO lines VALUES (5,1,2,'ANNA')`},
			profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM lines l WHERE l.doc = self.id AND l.owner = :customer AND l.head IS NULL)" + docsShown + heads + lines, tries: []string{"UPDATE lines SET head = NULL", "DELETE FROM heads"}},
		{name: "carried update", engines: pg, tables: []string{`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, code varchar(9), secret varchar(40))`, `CREATE TABLE heads (id int NOT NULL PRIMARY KEY, code varchar(9) NOT NULL UNIQUE, customer varchar(17) NOT NULL)`,
			`CREATE TABLE lines (id int NOT NULL PRIMARY KEY, head varchar(9) NOT NULL, owner varchar(17), CONSTRAINT {name}_l FOREIGN KEY (head) REFERENCES heads (code) ON UPDATE CASCADE)`,
			`INSERT INTO docs VALUES (1,'A','one'),(2,'X','two')`, `INSERT INTO heads VALUES (1,'A','ANNA')`, `INSERT INTO lines VALUES (5,'A','ANNA')`},
			profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM lines l WHERE l.head = self.code AND l.owner = :customer)" + docsShown + heads + "  lines:\n    follows: {table: heads, on: [[head, code]]}\n    writes: [insert, update, delete]\n    other_columns: shown\n", tries: []string{"UPDATE lines SET head = 'X'", "UPDATE heads SET code = 'X'"}},
	} {
		t.Run(c.name, func(t *testing.T) { c.run(t) })
	}
}
