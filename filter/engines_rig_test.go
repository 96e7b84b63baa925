package filter_test

import (
	"crypto/rand"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "github.com/microsoft/go-mssqldb"
)

// warehouse is an ERP with traps, in words that each engine spells its own
// way: {text 17}, {time}, {bool}, {yes}, {no}. Texts compare by their bytes, so
// that what differs is the engine and not its collation.
var warehouse = []string{
	`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, owner {text 17} NOT NULL, kind smallint NOT NULL, ref {text 20}, total numeric(24,6), cost numeric(24,6), {at} {time}, due date, paid {bool}, note {text 200})`,
	`CREATE TABLE {lines} (id int NOT NULL PRIMARY KEY, doc int NOT NULL, article {text 20}, qty numeric(24,6), weight {float})`,
	`CREATE TABLE articles (code {text 20} NOT NULL PRIMARY KEY, name {text 60}, active smallint NOT NULL)`,
	`CREATE TABLE secrets (owner {text 17}, word {text 20})`,
	`INSERT INTO docs VALUES
 (1,'ANNA',1,'A-1',100,60,'2026-01-05 10:30:00','2026-02-05',{yes},'100% wool'),
 (2,'ANNA',2,'A-2',250.5,200,'2026-01-06 00:00:00',NULL,{no},'C:\{}temp\{}new'),
 (3,'ANNA',9,'A-9',1,1,NULL,NULL,{no},'draft'),
 (4,'BORIS',1,'B-1',999,1,'2026-01-05 00:00:00','2026-02-28',{yes},'[x] it''s'),
 (5,'BORIS',2,NULL,5,4,'2026-02-01 23:59:59','2026-03-01',NULL,'a_b'),
 (7,'ANNA',1,NULL,-3.141593,7,'2025-12-31 23:59:59','2026-02-05',NULL,'é€ "quoted"'),
 (8,'ANNA',1,'a-1',NULL,7,NULL,'2026-01-31',{yes},NULL),
 (9,'ANNA',2,'A-10',0.1,7,'2026-01-05 10:30:00.123','2024-02-29',{no},'axb'),
 (10,'BORIS',1,'B!%',0.000001,7,'2026-01-05 10:30:00','2026-02-05',{yes},'ends in backslash\{}')`,
	`INSERT INTO {lines} VALUES (1,1,'RING',2,0.5),(2,1,'CHAIN',1,1.25),(3,2,'RING',5,2),(4,4,'RING',9,NULL),(5,3,'CHAIN',9,1),(6,5,'RING',1,3),(7,7,'OLD',4,0.125),(8,9,'GONE',2.5,NULL),(9,10,'CHAIN',3,1)`,
	`INSERT INTO articles VALUES ('RING','Bague',1),('CHAIN',{N}'Chaîne',1),('OLD','Ancien',0)`,
	`INSERT INTO secrets VALUES ('ANNA','alpha'),('BORIS','beta')`,
}

const warehouseProfile = `
profile: SHOP
title: {fr: Essai, en: Trial}
erp: custom
modules:
  orders: {title: {fr: Commandes, en: Orders}, level: read}
  invoices: {title: {fr: Factures, en: Invoices}, level: read}
  drafts: {title: {fr: Brouillons, en: Drafts}, level: none}
tables:
  docs:
    rows: owner = :customer
    modules: {orders: kind = 1, invoices: kind = 2, drafts: kind = 9}
    columns: {id: {}, owner: {}, kind: {}, ref: {}, total: {}, at: {}, due: {}, paid: {}, note: {}, cost: {hidden: true}}
  lines:
    follows: {table: docs, on: [[doc, id]]}
    columns: {id: {}, doc: {}, article: {}, qty: {}, weight: {}}
  articles:
    public: true
    rows: active = 1
    columns: {code: {}, name: {}}
`

// spoken are the words of warehouse on each engine; the parts of {text n} stand
// before and after n.
var spoken = map[catalog.Engine]map[string]string{
	catalog.SQLite:    {"text": "varchar(", "end": ")", "time": "datetime", "bool": "boolean", "yes": "1", "no": "0", "float": "double", "at": "at", "lines": "lines", "backslash": "", "json": "text", "N": ""},
	catalog.Postgres:  {"text": "varchar(", "end": `) COLLATE "C"`, "time": "timestamp", "bool": "boolean", "yes": "TRUE", "no": "FALSE", "float": "double precision", "at": "at", "lines": "lines", "backslash": "", "json": "jsonb", "N": ""},
	catalog.MariaDB:   {"text": "varchar(", "end": ") COLLATE utf8mb4_bin", "time": "datetime(3)", "bool": "bit(1)", "yes": "1", "no": "0", "float": "double", "at": "at", "lines": "`lines`", "backslash": `\`, "json": "longtext", "N": ""},
	catalog.SQLServer: {"text": "varchar(", "end": ") COLLATE Latin1_General_BIN2", "time": "datetime", "bool": "bit", "yes": "1", "no": "0", "float": "float", "at": "[at]", "lines": "lines", "backslash": "", "json": "nvarchar(max)", "N": "N"},
}

// say spells a statement of warehouse.
func say(engine catalog.Engine, statement string) string {
	words := spoken[engine]
	for _, size := range []string{"17", "20", "60", "200"} {
		text := words["text"]
		if engine == catalog.SQLServer && size == "200" {
			text = "nvarchar(" // the others are of one code page
		}
		statement = strings.ReplaceAll(statement, "{text "+size+"}", text+size+words["end"])
	}
	statement = strings.ReplaceAll(statement, `\{}`, `\`+words["backslash"])
	if engine == catalog.SQLServer {
		statement = strings.ReplaceAll(statement, "'é€", "N'é€")
	}
	for word, spelled := range words {
		statement = strings.ReplaceAll(statement, "{"+word+"}", spelled)
	}
	return statement
}

// everyEngine gives a gate over the same warehouse on each engine that there
// is a server for.
func everyEngine(t *testing.T) map[catalog.Engine]*rig {
	t.Helper()
	return everyEngineWith(t, warehouse, warehouseProfile)
}

// everyEngineWith is everyEngine over other statements and another profile.
func everyEngineWith(t *testing.T, tables []string, profile string) map[catalog.Engine]*rig {
	t.Helper()
	name := "engines_" + strings.ToLower(rand.Text()[:8])
	rigs := map[catalog.Engine]*rig{}
	add := func(engine catalog.Engine, dsn string, change func(*erp.Settings)) {
		settings := erp.DefaultSettings()
		settings.Name, settings.Engine, settings.DSN = "d", engine, dsn
		change(&settings)
		db, err := erp.Open(settings, zerolog.Nop())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		rigs[engine] = rigOn(t, db, profile)
	}
	path := filepath.Join(t.TempDir(), "erp.db")
	fill(t, catalog.SQLite, "sqlite", path, tables, nil, nil)
	add(catalog.SQLite, path, func(*erp.Settings) {})

	if dsn := os.Getenv("VANTELLE_TEST_POSTGRES"); dsn == "" {
		t.Log("VANTELLE_TEST_POSTGRES is not set: nothing is compared on PostgreSQL")
	} else {
		fill(t, catalog.Postgres, "pgx", dsn, tables, []string{"CREATE SCHEMA " + name, "SET search_path = " + name}, []string{"DROP SCHEMA " + name + " CASCADE"})
		add(catalog.Postgres, dsn, func(s *erp.Settings) { s.Schemas = []string{name} })
	}
	if dsn := os.Getenv("VANTELLE_TEST_MARIADB"); dsn == "" {
		t.Log("VANTELLE_TEST_MARIADB is not set: nothing is compared on MariaDB")
	} else {
		config, err := mysql.ParseDSN(dsn)
		if err != nil {
			t.Fatal(err)
		}
		fill(t, catalog.MariaDB, "mysql", dsn, tables, []string{"CREATE DATABASE " + name + " CHARACTER SET utf8mb4", "USE " + name}, []string{"DROP DATABASE " + name})
		config.DBName = name
		add(catalog.MariaDB, config.FormatDSN(), func(*erp.Settings) {})
	}
	if dsn := os.Getenv("VANTELLE_TEST_SQLSERVER"); dsn == "" {
		t.Log("VANTELLE_TEST_SQLSERVER is not set: nothing is compared on SQL Server")
	} else {
		at, err := url.Parse(dsn)
		if err != nil {
			t.Fatal(err)
		}
		fill(t, catalog.SQLServer, "sqlserver", dsn, tables, []string{"CREATE DATABASE " + name, "USE " + name}, []string{"USE master", "DROP DATABASE " + name})
		query := at.Query()
		query.Set("database", name)
		at.RawQuery = query.Encode()
		add(catalog.SQLServer, at.String(), func(*erp.Settings) {})
	}
	return rigs
}

// fill makes the tables: first makes their place, last drops it when the test
// has ended.
func fill(t *testing.T, engine catalog.Engine, driver, dsn string, tables, first, last []string) {
	t.Helper()
	raw, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	raw.SetMaxOpenConns(1) // where the place is, is known to one connection
	t.Cleanup(func() {
		for _, statement := range last {
			if _, err := raw.Exec(statement); err != nil {
				t.Errorf("%s: %v", engine, err)
			}
		}
		_ = raw.Close()
	})
	conn, err := raw.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	statements := append([]string{}, first...)
	for _, statement := range tables {
		statements = append(statements, say(engine, statement))
	}
	for _, statement := range statements {
		if _, err := conn.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %s: %v", engine, statement, err)
		}
	}
}

// babelfish tells whether the SQL Server is Babelfish, which speaks for
// PostgreSQL and has faults of its own.
func babelfish(t *testing.T) bool {
	t.Helper()
	raw, err := sql.Open("sqlserver", os.Getenv("VANTELLE_TEST_SQLSERVER"))
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	var version string
	if err := raw.QueryRow("SELECT @@VERSION").Scan(&version); err != nil {
		t.Fatal(err)
	}
	return strings.Contains(version, "Babelfish")
}
