package filter_test

import (
	"crypto/rand"
	"database/sql"
	"os"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// The ERP that is attacked: three customers whose codes are near each other
// (ANNA, ANNA2, anna), and a canary in everything that somebody must not see.
// The statements are the same for every engine.
//
// A canary is a word or a number that stands nowhere else: QANNA and 7001… in
// ANNA's rows, QTWO and 7002… in ANNA2's, QLOW and 7003… in anna's, QHID and
// 9009… in hidden columns, QOUT and 8008… in tables that no profile lists, and
// the rest of nobodys in rows that no customer may see.
const attackedERP = `
CREATE TABLE docs (id bigint NOT NULL PRIMARY KEY, owner varchar(20) NOT NULL, kind smallint NOT NULL, ref varchar(60), total numeric(24,6), at timestamp, cost numeric(24,6), memo varchar(60));
CREATE TABLE lines (id bigint NOT NULL PRIMARY KEY, doc bigint NOT NULL, article varchar(20), qty numeric(24,6), note varchar(60), margin numeric(24,6));
CREATE TABLE parcels (id bigint NOT NULL PRIMARY KEY, line bigint NOT NULL, tracking varchar(60), fee numeric(24,6));
CREATE TABLE articles (code varchar(20) NOT NULL PRIMARY KEY, name varchar(60), price numeric(24,6), buying numeric(24,6), active smallint NOT NULL);
CREATE TABLE contracts (id bigint NOT NULL PRIMARY KEY, label varchar(60), sealed smallint NOT NULL);
CREATE TABLE grants (contract bigint NOT NULL, holder varchar(20) NOT NULL, word varchar(60));
CREATE TABLE secrets (owner varchar(20), word varchar(60), pin numeric(24,6));
CREATE TABLE messages (id bigint NOT NULL PRIMARY KEY, sender varchar(20), receiver varchar(20), body varchar(60));
CREATE TABLE thing (id bigint NOT NULL PRIMARY KEY, thing varchar(60), owner varchar(20) NOT NULL);
CREATE TABLE "select" (id bigint NOT NULL PRIMARY KEY, "from" varchar(60), "where" varchar(60), owner varchar(20) NOT NULL);
CREATE TABLE "Été n° 1 ""x"" [y] ` + "`z`" + `" (id bigint NOT NULL PRIMARY KEY, "à l'unité ""k"" [k]" varchar(60), "caché ; --" varchar(60), "cust omer" varchar(20) NOT NULL);
CREATE TABLE ledger (id bigint NOT NULL PRIMARY KEY, owner varchar(20) NOT NULL, year smallint NOT NULL, word varchar(60));
CREATE VIEW open_docs AS SELECT id, owner, ref, memo FROM docs WHERE kind = 1;

INSERT INTO docs VALUES
 (11,'ANNA',1,'A-11 QANNA',700111,'2026-01-05 10:00:00',900911,'QHID 11'),
 (12,'ANNA',2,'A-12 QANNA',700112,'2026-01-06 00:00:00',900912,'QHID 12'),
 (13,'ANNA',9,'A-13 QDRAFT',700113,NULL,900913,'QHID 13'),
 (21,'ANNA2',1,'B-21 QTWO',700221,'2026-01-05 10:00:00',900921,'QHID 21'),
 (22,'ANNA2',2,NULL,700222,'2026-02-01 00:00:00',900922,'QHID 22'),
 (31,'anna',1,'C-31 QLOW',700331,'2026-03-01 00:00:00',900931,'QHID 31'),
 (41,'',1,'QNOBODY 41',700441,'2026-01-01 00:00:00',900941,'QHID 41');
INSERT INTO lines VALUES
 (111,11,'RING',2,'l QANNA',9009111),(112,11,'CHAIN',1,'l QANNA',9009112),(121,12,'RING',5,NULL,9009121),
 (131,13,'RING',6,'l QDRAFT',9009131),(211,21,'RING',9,'l QTWO',9009211),(221,22,'CHAIN',3,'l QTWO',9009221),
 (311,31,'RING',4,'l QLOW',9009311),(991,99,'RING',8,'l QORPHAN',9009991);
INSERT INTO parcels VALUES (1111,111,'p QANNA',90091111),(1311,131,'p QDRAFT',90091311),(2111,211,'p QTWO',90092111),(3111,311,'p QLOW',90093111),(9911,991,'p QORPHAN',90099911);
INSERT INTO articles VALUES ('RING','Bague',10,90091,1),('CHAIN','Chaîne',20,90092,1),('OLD','QGONE',30,90093,0);
INSERT INTO contracts VALUES (51,'K-51 QANNA',0),(52,'K-52 QSEALED',1),(53,'K-53 QTWO',0),(54,'K-54 QNOBODY',0);
INSERT INTO grants VALUES (51,'ANNA','QOUT'),(52,'ANNA','QOUT'),(53,'ANNA2','QOUT');
INSERT INTO secrets VALUES ('ANNA','QOUT alpha',80081),('ANNA2','QOUT beta',80082),('anna','QOUT gamma',80083);
INSERT INTO messages VALUES (61,'ANNA','ANNA2','m QPAIRX'),(62,'ANNA2','anna','m QPAIRY'),(63,'BORIS','CARL','m QPAIRZ');
INSERT INTO thing VALUES (71,'t QANNA','ANNA'),(72,'t QTWO','ANNA2'),(73,'t QLOW','anna');
INSERT INTO "select" VALUES (81,'s QANNA','QHID 81','ANNA'),(82,'s QTWO','QHID 82','ANNA2'),(83,'s QLOW','QHID 83','anna');
INSERT INTO "Été n° 1 ""x"" [y] ` + "`z`" + `" VALUES (91,'e QANNA','QHID 91','ANNA'),(92,'e QTWO','QHID 92','ANNA2');
INSERT INTO ledger VALUES (101,'ANNA',2025,'y QANNA'),(102,'ANNA',2026,'y QANNA'),(103,'ANNA2',2026,'y QTWO');
`

const attackedProfile = `
profile: ATTACKED
title: {fr: Assiégé, en: Besieged}
erp: custom
modules:
  orders: {title: {fr: Commandes, en: Orders}, level: read}
  invoices: {title: {fr: Factures, en: Invoices}, level: read}
  drafts: {title: {fr: Brouillons, en: Drafts}, level: none}
tables:
  docs:
    rows: owner = :customer
    modules: {orders: kind = 1, invoices: kind = 2, drafts: kind = 9}
    columns: {id: {}, owner: {}, kind: {}, ref: {}, total: {}, at: {}, cost: {hidden: true}, memo: {hidden: true}}
  lines:
    follows: {table: docs, on: [[doc, id]]}
    columns: {id: {}, doc: {}, article: {}, qty: {}, note: {}}
  parcels:
    follows: {table: lines, on: [[line, id]]}
    columns: {id: {}, line: {}, tracking: {}}
  articles:
    public: true
    rows: active = 1
    columns: {code: {}, name: {}, price: {}}
  contracts:
    rows: "sealed = 0 AND EXISTS (SELECT 1 FROM grants g WHERE g.contract = self.id AND g.holder = :customer)"
    columns: {id: {}, label: {}}
  messages:
    rows: "sender = :customer OR receiver = :customer"
    columns: {id: {}, sender: {}, receiver: {}, body: {}}
  thing:
    rows: owner = :customer
    columns: {id: {}, thing: {}}
  select:
    rows: owner = :customer
    other_columns: shown
    columns: {where: {hidden: true}, owner: {hidden: true}}
  "Été n° 1 \"x\" [y] ` + "`z`" + `":
    rows: '"cust omer" = :customer'
    columns: {id: {}, "à l'unité \"k\" [k]": {}}
  ledger:
    rows: owner = :customer
    columns: {id: {}, year: {}, word: {}}
    require_filter: [year]
  open_docs:
    rows: owner = :customer
    columns: {id: {}, owner: {}, ref: {}}
resources:
  papers:
    name: {fr: papiers}
    table: docs
    where: kind IN (1, 2)
    columns:
      number: {from: ref, label: {fr: Numéro, en: Number}}
      kind: {from: kind, label: {fr: Genre, en: Kind}}
    relations:
      rows: {to: paper_lines, on: [[id, doc]]}
      others: {to: paper_lines, on: [[kind, id]]}
  paper_lines:
    name: {fr: lignes_de_papier}
    table: lines
    columns:
      article: {from: article, label: {fr: Article, en: Article}}
      remark: {from: note, label: {fr: Remarque, en: Remark}}
    relations:
      paper: {to: papers, on: [[doc, id]], one: true}
      parcels: {to: paper_parcels, on: [[id, line]]}
  paper_parcels:
    name: {fr: colis}
    table: parcels
    columns:
      tracking: {from: tracking, label: {fr: Suivi, en: Tracking}}
`

// nobodys are canaries that no answer to anybody may hold.
var nobodys = []string{"QHID", "9009", "QOUT", "8008", "QDRAFT", "700113", "QNOBODY", "700441", "QORPHAN", "QGONE", "QSEALED", "QPAIRZ"}

// canaries are what no answer to a customer may hold.
var canaries = map[string][]string{
	"ANNA":  append([]string{"QTWO", "7002", "QLOW", "7003", "QPAIRY"}, nobodys...),
	"ANNA2": append([]string{"QANNA", "7001", "QLOW", "7003"}, nobodys...),
	"anna":  append([]string{"QANNA", "7001", "QTWO", "7002", "QPAIRX"}, nobodys...),
}

// canaryIn finds what must not be in an answer to a customer; "" where nothing
// is. What the request itself says may come back to it.
func canaryIn(customer, request, answer string) string {
	list, known := canaries[customer]
	if !known {
		list = append(append(append([]string{}, canaries["ANNA"]...), canaries["anna"]...), nobodys...)
	}
	for _, c := range list {
		if strings.Contains(answer, c) && !strings.Contains(request, c) {
			return c
		}
	}
	return ""
}

// attackedRigs are the gates under attack: one over SQLite, and one over
// PostgreSQL where there is a server.
func attackedRigs(t *testing.T) map[catalog.Engine]*rig {
	t.Helper()
	rigs := map[catalog.Engine]*rig{catalog.SQLite: newRig(t, attackedERP, attackedProfile)}
	if db := attackedPostgres(t, attackedERP); db != nil {
		rigs[catalog.Postgres] = rigOn(t, db, attackedProfile)
	} else {
		t.Log("VANTELLE_TEST_POSTGRES is not set: the attacks run on SQLite only")
	}
	for _, r := range rigs { // what never ends is an outcome like others
		r.gate = r.with(filter.Limits{Time: 20 * time.Second})
	}
	return rigs
}

// attackedPostgres is an ERP with the statements in it; nil where there is no server.
func attackedPostgres(t testing.TB, statements string) *erp.DB {
	t.Helper()
	schema, raw := attackedSchema(t, statements)
	if raw == nil {
		return nil
	}
	return openedSchema(t, schema)
}

// attackedSchema loads statements into a schema of their own, which ends with
// the test, and gives a connection that works in it; nil where there is no
// server.
func attackedSchema(t testing.TB, statements string) (schema string, raw *sql.DB) {
	t.Helper()
	dsn := os.Getenv("VANTELLE_TEST_POSTGRES")
	if dsn == "" {
		return "", nil
	}
	raw, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = raw.Close() })
	raw.SetMaxOpenConns(1)
	schema = "attacked_" + strings.ToLower(rand.Text()[:10])
	if _, err := raw.Exec("CREATE SCHEMA " + schema + "; SET search_path = " + schema + ";" + statements); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := raw.Exec("DROP SCHEMA " + schema + " CASCADE"); err != nil {
			t.Error(err)
		}
	})
	return schema, raw
}

// openedSchema opens a schema of the server as an ERP.
func openedSchema(t testing.TB, schema string) *erp.DB {
	t.Helper()
	settings := erp.DefaultSettings()
	settings.Name, settings.Engine, settings.DSN, settings.Schemas = "d", catalog.Postgres, os.Getenv("VANTELLE_TEST_POSTGRES"), []string{schema}
	db, err := erp.Open(settings, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}
