package filter_test

import (
	"crypto/rand"
	"database/sql"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/identity"
)

// workshopERP is an ERP whose operator lets customers write, with what a write
// could go wrong by: keys that the ERP draws, a hidden key, a table without one,
// unique and foreign keys, columns that are hidden, read-only and mandatory, a
// trigger's work, rows that belong to modules. Engines spell {serial} their way.
var workshopERP = []string{
	`CREATE TABLE articles (code varchar(20) NOT NULL PRIMARY KEY, name varchar(60), active smallint NOT NULL)`,
	`CREATE TABLE depots (id int NOT NULL PRIMARY KEY, name varchar(20))`,
	`CREATE TABLE orders (id {serial}, customer varchar(17) NOT NULL, kind smallint NOT NULL, ref varchar(20), note varchar(40), total numeric(12,2), qty int, wanted date, urgent {bool}, margin numeric(12,2) DEFAULT 0 NOT NULL, stamp varchar(40), parent int, CONSTRAINT {name}_ref UNIQUE (ref), CONSTRAINT {name}_parent FOREIGN KEY (parent) REFERENCES orders (id), CHECK (qty < 1000))`,
	`CREATE TABLE items (id {serial}, ordered int NOT NULL, article varchar(20), qty int, depot int, CONSTRAINT {name}_ordered FOREIGN KEY (ordered) REFERENCES orders (id), CONSTRAINT {name}_article FOREIGN KEY (article) REFERENCES articles (code), CONSTRAINT {name}_depot FOREIGN KEY (depot) REFERENCES depots (id))`,
	`CREATE TABLE addresses (customer varchar(17) NOT NULL, num int NOT NULL, street varchar(60), town varchar(40), internal varchar(20), PRIMARY KEY (customer, num))`,
	`CREATE TABLE words (customer varchar(17) NOT NULL, word varchar(20))`,
	`CREATE TABLE notes (mark int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, body varchar(60))`,
	`CREATE TABLE watched (id int NOT NULL PRIMARY KEY, team int NOT NULL, body varchar(60))`,
	`CREATE TABLE teams (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, running smallint NOT NULL)`,
	`INSERT INTO articles VALUES ('RING','Bague',1),('CHAIN','Chain',1),('OLD','Ancien',0)`,
	`INSERT INTO depots VALUES (1,'Lyon')`,
	`INSERT INTO orders (id, customer, kind, ref, note, total, qty, wanted, urgent, margin, stamp) VALUES
 (101,'ANNA',1,'A-1','first',100,10,'2026-01-05',{yes},5,'s1'),
 (102,'ANNA',1,'A-2','second',250.5,20,NULL,{no},6,'s2'),
 (103,'ANNA',2,'A-3','an invoice',30,3,NULL,{no},7,'s3'),
 (104,'BORIS',1,'B-1','his',999,1,'2026-02-28',{yes},8,'s4'),
 (105,'BORIS',1,'B-2','his, too',5,5,NULL,{no},9,'s5'),
 (106,'ANNA',9,'A-9','a draft',9,9,NULL,{no},9,'s6')`,
	`INSERT INTO items (id, ordered, article, qty, depot) VALUES (201,101,'RING',2,1),(202,101,'CHAIN',1,NULL),(203,102,'RING',5,NULL),(204,104,'RING',9,NULL),(205,103,'RING',1,NULL)`,
	`INSERT INTO addresses VALUES ('ANNA',1,'Main St 1','Lyon','x1'),('ANNA',2,'Side St 2','Paris','x2'),('BORIS',1,'Elm St 3','Brest','x3')`,
	`INSERT INTO words VALUES ('ANNA','alpha'),('BORIS','beta')`,
	`INSERT INTO notes VALUES (7001,'ANNA','mine'),(7002,'BORIS','his')`,
	`INSERT INTO teams VALUES (1,'ANNA',1),(2,'BORIS',1),(3,'ANNA',0)`,
	`INSERT INTO watched VALUES (11,1,'mine'),(12,2,'his'),(13,3,'closed')`,
}

const workshopProfile = `
profile: WORKSHOP
title: {fr: Atelier, en: Workshop}
erp: custom
modules:
  orders: {title: {fr: Commandes, en: Orders}, level: full}
  invoices: {title: {fr: Factures, en: Invoices}, level: read}
  drafts: {title: {fr: Brouillons, en: Drafts}, level: none}
tables:
  orders:
    rows: customer = :customer
    modules: {orders: kind = 1, invoices: kind = 2, drafts: kind = 9}
    writes: [insert, update, delete]
    columns: {id: {}, customer: {}, kind: {}, ref: {mandatory: true}, note: {}, total: {}, qty: {}, wanted: {}, urgent: {}, margin: {hidden: true}, stamp: {read_only: true}, parent: {}}
  items:
    follows: {table: orders, on: [[ordered, id]]}
    writes: [insert, update, delete]
    columns: {id: {}, ordered: {}, article: {}, qty: {}, depot: {}}
  articles:
    public: true
    rows: active = 1
    columns: {code: {}, name: {}}
  addresses:
    rows: customer = :customer
    writes: [insert, update]
    columns: {num: {}, street: {mandatory: true}, town: {}}
  words:
    rows: customer = :customer
    writes: [insert, update, delete]
    columns: {word: {}}
  notes:
    rows: customer = :customer
    writes: [update, delete]
    columns: {body: {}}
  watched:
    rows: "EXISTS (SELECT 1 FROM teams t WHERE t.id = self.team AND t.customer = :customer AND t.running = 1)"
    writes: [insert, update, delete]
    columns: {id: {}, team: {}, body: {}}
resources:
  wishes:
    name: {fr: souhaits}
    table: orders
    where: self.kind = 1
    columns:
      number: {from: id}
      reference: {from: ref}
      remark: {from: note}
      kind: {from: kind}
      amount: {from: total}
      state: {from: kind, values: {1: {code: wish, fr: Souhait, en: Wish}, 2: {code: bill, fr: Facture, en: Bill}}}
      double: {computed: "self.total + self.total"}
  bulky:
    table: orders
    where: self.qty >= 10
    columns: {number: {from: id}, pieces: {from: qty}, reference: {from: ref}}
`

// workshop is a gate over the workshop's ERP on one engine, and a way to look
// behind it.
type workshop struct {
	*rig
	engine   catalog.Engine
	raw      *sql.DB
	settings erp.Settings
}

// workshops are there for each engine that there is a server for.
func workshops(t *testing.T) map[catalog.Engine]*workshop {
	t.Helper()
	return workshopsWith(t, workshopERP, workshopProfile)
}

func workshopsWith(t *testing.T, tables []string, profile string) map[catalog.Engine]*workshop {
	t.Helper()
	return workshopsOn(t, tables, profile, catalog.SQLite, catalog.Postgres, catalog.MariaDB, catalog.SQLServer)
}

// workshopsOn is workshopsWith on some engines only.
func workshopsOn(t *testing.T, tables []string, profile string, engines ...catalog.Engine) map[catalog.Engine]*workshop {
	t.Helper()
	all := map[catalog.Engine]*workshop{}
	name := "workshop_" + strings.ToLower(rand.Text()[:10])
	add := func(engine catalog.Engine, driver, rawDSN, dsn string, first, last []string) {
		if !slices.Contains(engines, engine) {
			return
		}
		raw, err := sql.Open(driver, rawDSN)
		if err != nil {
			t.Fatal(err)
		}
		raw.SetMaxOpenConns(1)
		t.Cleanup(func() {
			for _, statement := range last {
				if _, err := raw.Exec(statement); err != nil {
					t.Errorf("%s: %v", engine, err)
				}
			}
			_ = raw.Close()
		})
		statements := slices.Clone(first)
		for _, statement := range tables {
			statements = append(statements, sayWorkshop(engine, name, statement))
		}
		for _, statement := range statements {
			if _, err := raw.Exec(statement); err != nil {
				t.Fatalf("%s: %s: %v", engine, statement, err)
			}
		}
		settings := erp.DefaultSettings()
		settings.Name, settings.Engine, settings.DSN = "d", engine, dsn
		if engine == catalog.Postgres {
			settings.Schemas = []string{name}
		}
		db, err := erp.Open(settings, zerolog.Nop())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		all[engine] = &workshop{rig: rigOn(t, db, profile), engine: engine, raw: raw, settings: settings}
	}
	path := filepath.Join(t.TempDir(), "erp.db")
	add(catalog.SQLite, "sqlite", path, path, nil, nil)
	if dsn := os.Getenv("VANTELLE_TEST_POSTGRES"); dsn == "" {
		t.Log("VANTELLE_TEST_POSTGRES is not set: nothing is written on PostgreSQL")
	} else {
		add(catalog.Postgres, "pgx", dsn, dsn, []string{"CREATE SCHEMA " + name, "SET search_path = " + name}, []string{"DROP SCHEMA " + name + " CASCADE"})
	}
	if dsn := os.Getenv("VANTELLE_TEST_MARIADB"); dsn == "" {
		t.Log("VANTELLE_TEST_MARIADB is not set: nothing is written on MariaDB")
	} else {
		config, err := mysql.ParseDSN(dsn)
		if err != nil {
			t.Fatal(err)
		}
		config.DBName = name
		add(catalog.MariaDB, "mysql", dsn, config.FormatDSN(), []string{"CREATE DATABASE " + name + " CHARACTER SET utf8mb4", "USE " + name}, []string{"DROP DATABASE " + name})
	}
	if dsn := os.Getenv("VANTELLE_TEST_SQLSERVER"); dsn == "" {
		t.Log("VANTELLE_TEST_SQLSERVER is not set: nothing is written on SQL Server")
	} else {
		at, err := url.Parse(dsn)
		if err != nil {
			t.Fatal(err)
		}
		query := at.Query()
		query.Set("database", name)
		at.RawQuery = query.Encode()
		add(catalog.SQLServer, "sqlserver", dsn, at.String(), []string{"CREATE DATABASE " + name, "USE " + name}, []string{"USE master", "DROP DATABASE " + name})
	}
	return all
}

var givenKeys = regexp.MustCompile(`^INSERT INTO (\w+) \(id,`)

func sayWorkshop(engine catalog.Engine, name, statement string) string {
	words := map[catalog.Engine]map[string]string{
		catalog.SQLite:    {"serial": "INTEGER PRIMARY KEY", "bool": "boolean", "yes": "1", "no": "0", "bin": ""},
		catalog.Postgres:  {"serial": "int GENERATED BY DEFAULT AS IDENTITY (START WITH 10001) PRIMARY KEY", "bool": "boolean", "yes": "TRUE", "no": "FALSE", "bin": ""},
		catalog.SQLServer: {"serial": "int IDENTITY(10001, 1) NOT NULL PRIMARY KEY", "bool": "bit", "yes": "1", "no": "0", "bin": "COLLATE Latin1_General_BIN2"},
		catalog.MariaDB:   {"serial": "int NOT NULL AUTO_INCREMENT PRIMARY KEY", "bool": "bit(1)", "yes": "1", "no": "0", "bin": "COLLATE utf8mb4_nopad_bin"},
	}[engine]
	for word, spelled := range words {
		statement = strings.ReplaceAll(statement, "{"+word+"}", spelled)
	}
	if m := givenKeys.FindStringSubmatch(statement); m != nil && engine == catalog.SQLServer { // which wants to be asked
		statement = fmt.Sprintf("SET IDENTITY_INSERT %[1]s ON; %[2]s; SET IDENTITY_INSERT %[1]s OFF", m[1], statement)
	}
	return strings.ReplaceAll(statement, "{name}", "c")
}

// write runs a statement for a customer and gives how many rows it wrote, what
// it gave back, or the refusal.
func (w *workshop) write(t *testing.T, customer, text string, params ...any) (string, error) {
	t.Helper()
	return w.writeAs(t, as(customer), text, params...)
}

func (w *workshop) writeAs(t *testing.T, c identity.Caller, text string, params ...any) (string, error) {
	t.Helper()
	return w.do(t, filter.Request{Caller: c, Front: "sql", Text: text, Params: params})
}

func (w *workshop) do(t *testing.T, req filter.Request) (string, error) {
	t.Helper()
	answer, err := w.gate.Do(t.Context(), req)
	if err != nil {
		return "", err
	}
	defer answer.Close()
	var rows []string
	for {
		row, err := answer.Rows.Next(t.Context())
		if err != nil {
			break
		}
		cells := make([]string, len(row))
		for i, v := range row {
			cells[i] = cell(v)
		}
		rows = append(rows, strings.Join(cells, "|"))
	}
	if !answer.Wrote {
		return strings.Join(rows, "\n"), nil
	}
	return strings.Join(append([]string{fmt.Sprint(answer.Affected)}, rows...), "\n"), nil
}

// look reads behind the gate: each row as a line.
func (w *workshop) look(t *testing.T, query string) string {
	t.Helper()
	rows, err := w.raw.Query(query)
	if err != nil {
		t.Fatalf("%s: %s: %v", w.engine, query, err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for rows.Next() {
		raw, pointers := make([]any, len(names)), make([]any, len(names))
		for i := range raw {
			pointers[i] = &raw[i]
		}
		if err := rows.Scan(pointers...); err != nil {
			t.Fatal(err)
		}
		cells := make([]string, len(raw))
		for i, x := range raw {
			if b, ok := x.([]byte); ok {
				x = string(b)
			}
			cells[i] = cell(x)
		}
		out = append(out, strings.Join(cells, "|"))
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(out, "\n")
}

// everything is the whole database but what a customer may have written.
func (w *workshop) everything(t *testing.T) string {
	t.Helper()
	var all []string
	for _, q := range []string{"SELECT * FROM orders ORDER BY id", "SELECT * FROM items ORDER BY id", "SELECT * FROM articles ORDER BY code", "SELECT * FROM depots ORDER BY id",
		"SELECT * FROM addresses ORDER BY customer, num", "SELECT * FROM words ORDER BY word", "SELECT * FROM notes ORDER BY mark", "SELECT * FROM watched ORDER BY id", "SELECT * FROM teams ORDER BY id"} {
		all = append(all, w.look(t, q))
	}
	return strings.Join(all, "\n--\n")
}

// on calls f for each engine, in order.
func on(t *testing.T, all map[catalog.Engine]*workshop, f func(t *testing.T, w *workshop)) {
	t.Helper()
	for _, engine := range slices.Sorted(maps.Keys(all)) {
		t.Run(string(engine), func(t *testing.T) { f(t, all[engine]) })
	}
}
