package filter_test

import "github.com/vantelle/vantelle/internal/erp/catalog"

const (
	docsFrom  = "  docs:\n    rows: >-\n      "
	docsShown = "\n    columns: {id: {}, secret: {}}\n"
	sharesAll = "  shares:\n    rows: customer = :customer\n    writes: [insert, update, delete]\n    other_columns: shown\n"
)

var (
	linkedDocs = `CREATE TABLE docs (id int NOT NULL PRIMARY KEY, share int, open int, contact varchar(10), secret varchar(40))`
	linkedRows = `INSERT INTO shares VALUES (11,'ANNA','a'),(13,'BORIS','b')`
)

var chosenCases = []chosen{
	{name: "an orphan under a drawn number that is asked for by 0", engines: []catalog.Engine{catalog.MariaDB},
		tables:  append([]string{linkedDocs, `CREATE TABLE shares (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, customer varchar(17) NOT NULL, note varchar(20))`, `INSERT INTO docs VALUES (1,11,1,'c1','one'),(2,14,0,'c2','two'),(3,13,1,'c1','three')`}, linkedRows),
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM shares s WHERE s.id = self.share AND s.customer = :customer)" + docsShown + sharesAll,
		tries:   []string{"INSERT INTO shares (id, note) VALUES (0, 'x')", "INSERT INTO shares (id, note) VALUES (NULL, 'x')", "INSERT INTO shares (note) VALUES ('x')"}},
	{name: "an orphan under a drawn number that is asked for by NULL", engines: []catalog.Engine{catalog.SQLite},
		tables:  append([]string{linkedDocs, `CREATE TABLE shares (id INTEGER PRIMARY KEY, customer varchar(17) NOT NULL, note varchar(20))`, `INSERT INTO docs VALUES (1,11,1,'c1','one'),(2,14,0,'c2','two'),(3,13,1,'c1','three')`}, linkedRows),
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM shares s WHERE s.id = self.share AND s.customer = :customer)" + docsShown + sharesAll,
		tries:   []string{"INSERT INTO shares (id, note) VALUES (NULL, 'x')", "INSERT INTO shares (id, note) SELECT NULL, 'x'", "INSERT INTO shares (note) VALUES ('x')"}},
	{name: "a foreign key that is checked at the commit", engines: []catalog.Engine{catalog.Postgres},
		tables: []string{`CREATE TABLE shares (id int NOT NULL PRIMARY KEY, code int NOT NULL UNIQUE, state int, customer varchar(17) NOT NULL)`, `CREATE TABLE docs (id int NOT NULL PRIMARY KEY, share int REFERENCES shares (code) DEFERRABLE INITIALLY DEFERRED, secret varchar(40))`,
			`INSERT INTO shares VALUES (11,1,0,'ANNA'),(12,2,1,'ANNA')`, `INSERT INTO docs VALUES (1,1,'one'),(2,NULL,'two')`},
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM shares s WHERE s.code = self.share AND s.state = 1 AND s.customer = :customer)" + docsShown + sharesAll,
		tries:   []string{"UPDATE shares SET code = CASE id WHEN 11 THEN 9 ELSE 1 END"}},
	{name: "a default of the column's domain", engines: three[1:2], tables: []string{`CREATE DOMAIN link AS int DEFAULT 2`, `CREATE TABLE docs (id int NOT NULL PRIMARY KEY, secret varchar(40))`, `CREATE TABLE shares (id int NOT NULL PRIMARY KEY, doc link, customer varchar(17) NOT NULL)`,
		`INSERT INTO docs VALUES (1,'one'),(2,'two')`, `INSERT INTO shares VALUES (11,1,'ANNA')`},
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM shares s WHERE s.doc = self.id AND s.customer = :customer)" + docsShown + sharesAll, tries: []string{"INSERT INTO shares (id) VALUES (77)"}},
	{name: "an order form is offered whole", engines: three[:2], tables: []string{`CREATE TABLE docs (id int NOT NULL PRIMARY KEY)`, `CREATE TABLE orders (id {serial}, customer varchar(17) NOT NULL, ref varchar(20), address int, note varchar(20))`,
		`CREATE TABLE olines (id {serial}, ordered int NOT NULL, article int, qty int, CONSTRAINT {name}_ol FOREIGN KEY (ordered) REFERENCES orders (id))`,
		`CREATE TABLE addresses (customer varchar(17) NOT NULL, num int NOT NULL, street varchar(20), PRIMARY KEY (customer, num))`,
		`CREATE TABLE messages (id {serial}, customer varchar(17) NOT NULL, about int, body varchar(40), CONSTRAINT {name}_m FOREIGN KEY (about) REFERENCES orders (id))`,
		`CREATE TABLE replies (id {serial}, message int NOT NULL, body varchar(40))`,
		`INSERT INTO docs VALUES (1)`, `INSERT INTO orders (id, customer) VALUES (1,'ANNA')`},
		profile: "tables:\n  docs:\n    public: true\n    columns: {id: {}}\n  orders:\n    rows: customer = :customer\n    writes: [insert, update, delete]\n    other_columns: shown\n" +
			"  olines:\n    follows: {table: orders, on: [[ordered, id]]}\n    writes: [insert, update, delete]\n    other_columns: shown\n" +
			"  addresses:\n    rows: customer = :customer\n    writes: [insert, update, delete]\n    other_columns: shown\n" +
			"  messages:\n    rows: customer = :customer\n    writes: [insert, update, delete]\n    other_columns: shown\n" +
			"  replies:\n    follows: {table: messages, on: [[message, id]]}\n    writes: [insert, update, delete]\n    other_columns: shown\n",
		tries: []string{"INSERT INTO orders (ref, note) VALUES ('A', 'b')", "INSERT INTO olines (ordered, article, qty) SELECT MAX(id), 1, 2 FROM orders", "UPDATE olines SET ordered = 1, qty = 3", "INSERT INTO addresses (num, street) VALUES (1, 'x')", "UPDATE addresses SET street = 'y'",
			"INSERT INTO messages (about, body) VALUES (1, 'x')", "INSERT INTO messages (body) VALUES ('x')", "UPDATE messages SET about = NULL, body = 'z'", "INSERT INTO replies (message, body) SELECT MAX(id), 'hi' FROM messages", "UPDATE replies SET body = 'ho'", "DELETE FROM replies", "DELETE FROM messages", "DELETE FROM olines", "DELETE FROM orders"}, offered: true},
	{name: "a state, before the ERP opens the document", engines: three[:2], tables: []string{linkedDocs, `CREATE TABLE shares (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, state int)`,
		`INSERT INTO docs VALUES (1,11,1,'c1','one'),(2,11,0,'c2','two')`, `INSERT INTO shares VALUES (11,'ANNA',0)`},
		profile: "tables:\n" + docsFrom + "self.open = 1 AND EXISTS (SELECT 1 FROM shares s WHERE s.id = self.share AND s.customer = :customer AND s.state = 1)" + docsShown + sharesAll,
		tries:   []string{"UPDATE shares SET state = 1", "INSERT INTO shares (id, state) VALUES (77, 1)"}, later: []string{"UPDATE docs SET open = 1"}},
	{name: "a header of one module, rows of another", engines: three[:2], tables: []string{`CREATE TABLE heads (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, kind int, link int)`, `CREATE TABLE docs (id int NOT NULL PRIMARY KEY, head int, kind int, secret varchar(40))`,
		`INSERT INTO heads VALUES (1,'ANNA',1,1),(2,'ANNA',2,2)`, `INSERT INTO docs VALUES (1,1,1,'one'),(2,1,2,'two'),(3,2,2,'three')`},
		profile: "modules:\n  aa: {title: {fr: A, en: A}, level: full}\n  bb: {title: {fr: A, en: A}, level: none}\n  cc: {title: {fr: A, en: A}, level: read}\ntables:\n  heads:\n    rows: customer = :customer\n    modules: {aa: kind = 1, cc: kind = 3, bb: kind = 2}\n    writes: [insert, update, delete]\n    other_columns: shown\n  docs:\n    follows: {table: heads, on: [[head, id], [kind, kind]]}\n    columns: {id: {}, secret: {}}\n",
		tries:   []string{"UPDATE heads SET kind = 2 WHERE id = 1", "UPDATE heads SET kind = 3", "INSERT INTO heads (id, kind) VALUES (1, 2)", "INSERT INTO heads (id, kind) VALUES (7, 3)", "UPDATE heads SET link = 2"}, offered: true},
	{name: "rows that follow by more than the key", engines: three[:2], tables: []string{`CREATE TABLE heads (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, kind int NOT NULL)`, `CREATE TABLE docs (id int NOT NULL PRIMARY KEY, head int, kind int, secret varchar(40))`,
		`INSERT INTO heads VALUES (1,'ANNA',1)`, `INSERT INTO docs VALUES (1,1,1,'one'),(2,1,2,'two'),(3,2,2,'three')`},
		profile: "tables:\n  heads:\n    rows: customer = :customer\n    writes: [insert, update, delete]\n    other_columns: shown\n  docs:\n    follows: {table: heads, on: [[head, id], [kind, kind]]}\n    columns: {id: {}, secret: {}}\n",
		tries:   []string{"UPDATE heads SET kind = 2 WHERE id = 1", "INSERT INTO heads (id, kind) VALUES (2, 2)", "INSERT INTO heads (id, kind) VALUES (3, 2)"}},
	{name: "an orphan under a key of two columns", engines: three[:2], tables: []string{`CREATE TABLE heads (a int NOT NULL, b int NOT NULL, customer varchar(17) NOT NULL, PRIMARY KEY (a, b))`, `CREATE TABLE docs (id int NOT NULL PRIMARY KEY, a int, b int, secret varchar(40))`,
		`INSERT INTO heads VALUES (1,1,'ANNA')`, `INSERT INTO docs VALUES (1,1,1,'one'),(2,2,2,'two'),(3,2,NULL,'three')`},
		profile: "tables:\n  heads:\n    rows: customer = :customer\n    writes: [insert, update, delete]\n    other_columns: shown\n  docs:\n    follows: {table: heads, on: [[a, a], [b, b]]}\n    columns: {id: {}, secret: {}}\n",
		tries:   []string{"INSERT INTO heads (a, b) VALUES (2, 2)", "INSERT INTO heads (a, b) VALUES (2, 3)", "UPDATE heads SET b = 2"}, offered: true},
	{name: "an orphan of a table between", engines: three[:2], tables: []string{`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, secret varchar(40))`, `CREATE TABLE links (doc int, share int)`, `CREATE TABLE shares (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL)`,
		`INSERT INTO docs VALUES (1,'one'),(2,'two')`, `INSERT INTO links VALUES (1,11),(2,77)`, `INSERT INTO shares VALUES (11,'ANNA')`},
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM links l JOIN shares s ON s.id = l.share WHERE l.doc = self.id AND s.customer = :customer)" + docsShown + sharesAll, tries: []string{"INSERT INTO shares (id) VALUES (77)", "INSERT INTO shares (id) VALUES (78)"}, offered: true},
	{name: "both ends of the link are his", engines: three[:2], tables: []string{`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, secret varchar(40))`, `CREATE TABLE shares (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, doc int)`, `CREATE TABLE links (id int NOT NULL PRIMARY KEY, doc int, share int, customer varchar(17) NOT NULL, CONSTRAINT {name}_ls FOREIGN KEY (share) REFERENCES shares (id), CONSTRAINT {name}_ld FOREIGN KEY (doc) REFERENCES docs (id))`,
		`INSERT INTO docs VALUES (1,'one'),(2,'two')`, `INSERT INTO shares VALUES (11,'ANNA',1)`, `INSERT INTO links VALUES (1,1,11,'ANNA')`},
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM links l JOIN shares s ON s.id = l.share WHERE l.doc = self.id AND s.customer = :customer AND l.customer = :customer) OR EXISTS (SELECT 1 FROM shares s WHERE s.doc = self.id AND s.customer = :customer)" + docsShown + sharesAll + "  links:\n    rows: customer = :customer\n    writes: [insert, update, delete]\n    other_columns: shown\n",
		tries:   []string{"INSERT INTO shares (id) VALUES (77)", "INSERT INTO links (id, doc, share) VALUES (5, 2, 77)", "UPDATE links SET doc = 2", "UPDATE shares SET doc = 2", "UPDATE links SET share = 77", "INSERT INTO links (id, doc) VALUES (6, 1)"}, offered: true},
	{name: "a number and a float", engines: three[:2], tables: []string{`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, share double precision, secret varchar(40))`, `CREATE TABLE shares (id bigint NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL)`,
		`INSERT INTO docs VALUES (1,11,'one'),(2,9007199254740992,'two')`, `INSERT INTO shares VALUES (11,'ANNA')`},
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM shares s WHERE s.id = self.share AND s.customer = :customer)" + docsShown + sharesAll, tries: []string{"INSERT INTO shares (id) VALUES (9007199254740993)", "INSERT INTO shares (id) VALUES (9007199254740991)"}},
	{name: "an orphan with blanks behind it", engines: three[1:2], tables: []string{`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, share char(6), secret varchar(40))`, `CREATE TABLE shares (id varchar(10) NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL)`,
		`INSERT INTO docs VALUES (1,'a','one'),(2,'b','two')`, `INSERT INTO shares VALUES ('a','ANNA')`},
		profile: "tables:\n" + docsFrom + "EXISTS (SELECT 1 FROM shares s WHERE s.id = self.share AND s.customer = :customer)" + docsShown + sharesAll, tries: []string{"INSERT INTO shares (id) VALUES ('b')", "INSERT INTO shares (id) VALUES ('b ')", "INSERT INTO shares (id) VALUES ('b     ')"}},
	{name: "a chain of three headers", engines: three[:2], tables: []string{`CREATE TABLE heads (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, kind int)`, `CREATE TABLE parts (id int NOT NULL PRIMARY KEY, head int, kind int)`, `CREATE TABLE bits (id int NOT NULL PRIMARY KEY, part int, kind int)`, `CREATE TABLE docs (id int NOT NULL PRIMARY KEY, bit int, kind int, secret varchar(40))`,
		`INSERT INTO heads VALUES (1,'ANNA',1),(2,'BORIS',1)`, `INSERT INTO parts VALUES (11,1,1),(12,2,1),(13,77,1)`, `INSERT INTO bits VALUES (21,11,1),(22,12,1),(23,13,1),(24,78,1)`, `INSERT INTO docs VALUES (1,21,1,'one'),(2,22,1,'two'),(3,23,1,'three'),(4,24,1,'four'),(5,79,1,'five'),(6,21,2,'six')`},
		profile: "tables:\n  heads:\n    rows: customer = :customer\n    writes: [insert, update, delete]\n    other_columns: shown\n  parts:\n    rows: self.kind > 0\n    follows: {table: heads, on: [[head, id]]}\n    writes: [insert, update, delete]\n    other_columns: shown\n  bits:\n    follows: {table: parts, on: [[part, id], [kind, kind]]}\n    writes: [insert, update, delete]\n    other_columns: shown\n  docs:\n    follows: {table: bits, on: [[bit, id], [kind, kind]]}\n    columns: {id: {}, secret: {}}\n",
		tries:   []string{"INSERT INTO heads (id) VALUES (77)", "INSERT INTO heads (id) VALUES (5)", "INSERT INTO parts (id, head) VALUES (78, 1)", "INSERT INTO bits (id, part) VALUES (79, 11)", "INSERT INTO parts (id, head, kind) VALUES (14, 1, 1)", "UPDATE bits SET kind = 2", "UPDATE parts SET kind = 2", "UPDATE bits SET part = 13", "UPDATE parts SET head = 5"}},
	{name: "a header that others see by a subquery", engines: three[:2], tables: []string{`CREATE TABLE heads (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, kind int)`, `CREATE TABLE sees (customer varchar(17) NOT NULL, kind int)`, `CREATE TABLE docs (id int NOT NULL PRIMARY KEY, head int, secret varchar(40))`,
		`INSERT INTO sees VALUES ('ANNA',1),('ANNA',3),('BORIS',2)`, `INSERT INTO heads VALUES (1,'ANNA',1),(2,'BORIS',2)`, `INSERT INTO docs VALUES (1,1,'one'),(2,2,'two'),(3,7,'three')`},
		profile: "tables:\n  heads:\n    rows: EXISTS (SELECT 1 FROM sees s WHERE s.kind = self.kind AND s.customer = :customer)\n    writes: [insert, update, delete]\n    other_columns: shown\n  docs:\n    follows: {table: heads, on: [[head, id]]}\n    columns: {id: {}, secret: {}}\n",
		tries:   []string{"UPDATE heads SET kind = 2", "UPDATE heads SET kind = 3", "INSERT INTO heads (id, kind, customer) VALUES (7, 1, 'ANNA')", "INSERT INTO heads (id, kind, customer) VALUES (8, 2, 'ANNA')", "INSERT INTO heads (id, kind, customer) VALUES (8, 1, 'BORIS')"}, offered: true},
}
