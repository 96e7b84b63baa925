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
}
