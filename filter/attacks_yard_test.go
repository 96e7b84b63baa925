package filter_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// yardERP is an ERP in which what a customer writes decides about more than his
// row: foreign keys of which a part comes from a default or is computed, row
// conditions that read what he writes, headers that no foreign key ties to their
// lines, lines and gifts that nobody's header has any more.
var yardERP = []string{
	`CREATE TABLE sheets (kind smallint NOT NULL, number varchar(20) {bin} NOT NULL, owner varchar(17) NOT NULL, sid int NOT NULL UNIQUE, PRIMARY KEY (kind, number))`,
	`CREATE TABLE links (id {serial}, owner varchar(17) NOT NULL, kind smallint DEFAULT 1 NOT NULL, number varchar(20) {bin}, note varchar(20), CONSTRAINT links_sheet FOREIGN KEY (kind, number) REFERENCES sheets (kind, number))`,
	`CREATE TABLE spans (id {serial}, owner varchar(17) NOT NULL, kind smallint DEFAULT 1, number varchar(20) {bin}, note varchar(20), CONSTRAINT spans_sheet FOREIGN KEY (kind, number) REFERENCES sheets (kind, number))`,
	`CREATE TABLE fixed (id {serial}, owner varchar(17) NOT NULL, kind smallint NOT NULL, number varchar(20) {bin}, note varchar(20), CONSTRAINT fixed_sheet FOREIGN KEY (kind, number) REFERENCES sheets (kind, number))`,
	`CREATE TABLE derived (id {serial}, owner varchar(17) NOT NULL, raw int, target int GENERATED ALWAYS AS (raw + 0) STORED, CONSTRAINT derived_sheet FOREIGN KEY (target) REFERENCES sheets (sid))`,
	`CREATE TABLE contracts (id int NOT NULL PRIMARY KEY, label varchar(20))`,
	`CREATE TABLE grants (contract int NOT NULL, holder varchar(17) NOT NULL, word varchar(20), PRIMARY KEY (contract, holder))`,
	`CREATE TABLE rooms (id int NOT NULL PRIMARY KEY, label varchar(20))`,
	`CREATE TABLE bookings (id {serial}, room int NOT NULL, holder varchar(17) NOT NULL, word varchar(20), CONSTRAINT bookings_room FOREIGN KEY (room) REFERENCES rooms (id))`,
	`CREATE TABLE bills (id int NOT NULL PRIMARY KEY, number varchar(20) {bin} NOT NULL, owner varchar(17) NOT NULL, memo varchar(20))`,
	`CREATE TABLE entries (id int NOT NULL PRIMARY KEY, bill varchar(20) {bin}, word varchar(20))`,
	`CREATE TABLE crates (code varchar(20) {bin} NOT NULL PRIMARY KEY, owner varchar(17) NOT NULL, memo varchar(20))`,
	`CREATE TABLE gifts (id int NOT NULL PRIMARY KEY, crate varchar(20) {bin}, word varchar(20))`,
	`CREATE TABLE nodes (id int NOT NULL PRIMARY KEY, tag varchar(20) {bin}, owner varchar(17) NOT NULL, word varchar(20))`,
	`INSERT INTO sheets VALUES (1,'A-1','ANNA',1),(1,'B-1','BORIS',2),(2,'B-2','BORIS',3),(2,'A-2','ANNA',4)`,
	`INSERT INTO links (id, owner, kind, number) VALUES (1,'ANNA',1,'A-1'),(2,'BORIS',1,'B-1')`,
	`INSERT INTO spans (id, owner, kind, number) VALUES (1,'ANNA',1,'A-1'),(2,'BORIS',1,'B-1')`,
	`INSERT INTO fixed (id, owner, kind, number) VALUES (1,'ANNA',1,'A-1'),(2,'BORIS',1,'B-1'),(3,'ANNA',2,'A-2')`,
	`INSERT INTO derived (id, owner, raw) VALUES (1,'ANNA',1),(2,'BORIS',2)`,
	`INSERT INTO contracts VALUES (51,'QMINE'),(53,'QHIS'),(54,'QNOBODY')`,
	`INSERT INTO grants VALUES (51,'ANNA','w'),(53,'BORIS','QHIS')`,
	`INSERT INTO rooms VALUES (61,'QMINE'),(63,'QHIS')`,
	`INSERT INTO bookings (id, room, holder, word) VALUES (1,61,'ANNA','w'),(2,63,'BORIS','QHIS')`,
	`INSERT INTO bills VALUES (1,'A-1','ANNA','m'),(2,'B-1','BORIS','QHIS')`,
	`INSERT INTO entries VALUES (1,'A-1','QMINE'),(2,'B-1','QHIS'),(3,'Z-1','QNOBODY')`,
	`INSERT INTO crates VALUES ('A-1','ANNA','m'),('B-1','BORIS','QHIS')`,
	`INSERT INTO gifts VALUES (1,'A-1','QMINE'),(2,'B-1','QHIS'),(3,'Z-1','QNOBODY')`,
	`INSERT INTO nodes VALUES (1,'a','ANNA','QMINE'),(2,'b','BORIS','QHIS'),(3,'a','BORIS','QSHARED')`,
}

const yardProfile = `
profile: YARD
title: {fr: Cour, en: Yard}
erp: custom
tables:
  sheets: {rows: owner = :customer, columns: {kind: {}, number: {}, sid: {}}}
  links: {rows: owner = :customer, writes: [insert, update, delete], columns: {id: {}, number: {}, note: {}}}
  spans: {rows: owner = :customer, writes: [insert, update, delete], columns: {id: {}, kind: {}, number: {}, note: {}}}
  fixed: {rows: owner = :customer AND kind = 1, writes: [insert, update, delete], columns: {id: {}, number: {}, note: {}}}
  derived: {rows: owner = :customer, writes: [insert, update, delete], columns: {id: {}, raw: {}, target: {}}}
  contracts:
    rows: "EXISTS (SELECT 1 FROM grants g WHERE g.contract = self.id AND g.holder = :customer)"
    columns: {id: {}, label: {}}
  grants: {rows: holder = :customer, writes: [insert, update, delete], columns: {contract: {}, word: {}}}
  rooms:
    rows: "id IN (SELECT b.room FROM bookings b WHERE b.holder = :customer)"
    columns: {id: {}, label: {}}
  bookings: {rows: holder = :customer, writes: [insert, update, delete], columns: {id: {}, room: {}, word: {}}}
  bills: {rows: owner = :customer, writes: [insert, update, delete], columns: {id: {}, number: {}, memo: {}}}
  entries: {follows: {table: bills, on: [[bill, number]]}, columns: {id: {}, bill: {}, word: {}}}
  crates: {rows: owner = :customer, writes: [insert, update, delete], columns: {code: {}, memo: {}}}
  gifts: {follows: {table: crates, on: [[crate, code]]}, columns: {id: {}, crate: {}, word: {}}}
  nodes:
    rows: "EXISTS (SELECT 1 FROM nodes n WHERE n.tag = self.tag AND n.owner = :customer)"
    writes: [update]
    columns: {id: {}, tag: {}, word: {}}
`

// yardTables are the tables of the yard, those that no customer writes first.
var yardTables = []string{"sheets", "contracts", "rooms", "entries", "gifts", "links", "spans", "fixed", "derived", "grants", "bookings", "bills", "crates", "nodes"}

// yardOthers are what of the written tables is not the customer's.
const yardOthers = "SELECT * FROM %s WHERE %s <> '%s' ORDER BY 1"

// TestPromise9WhatIsWrittenChoosesNoRowsOfOthers tries every case of testdata/attacks/yard on every engine there
// is that computes columns, each on the same data. After each it looks through
// the gate, too: what the customer sees of others' rows must not have grown.
func TestPromise9WhatIsWrittenChoosesNoRowsOfOthers(t *testing.T) {
	cases := readAttacks(t, "testdata/attacks/yard")
	on(t, workshopsOn(t, yardERP, yardProfile, catalog.SQLite, catalog.Postgres, catalog.MariaDB), func(t *testing.T, w *workshop) {
		first := w.allOf(t, yardTables)
		seen := map[string]string{}
		for _, a := range cases {
			if seen[a.customer] == "" {
				seen[a.customer] = w.seenOf(t, a.customer)
			}
		}
		for _, a := range cases {
			t.Run(a.file+"/"+a.name, func(t *testing.T) {
				foreign := w.yardForeign(t, a.customer)
				got := a.write(t, w)
				if want := a.wanted(w.engine); !got.meets(want) {
					t.Errorf("got %swant %s", got, want)
				}
				if after := w.yardForeign(t, a.customer); after != foreign {
					t.Errorf("what is not the customer's has changed:\n%s\nwas\n%s", after, foreign)
				}
				if now := w.seenOf(t, a.customer); now != seen[a.customer] {
					t.Errorf("the customer sees other rows of tables that he does not write:\n%s\nbefore:\n%s", now, seen[a.customer])
				}
				if w.allOf(t, yardTables) != first {
					if got.refused {
						t.Errorf("a refused write has changed something")
					}
					w.again(t, yardTables, yardERP)
				}
			})
		}
	})
	fmt.Printf("figure attacks.yard %d cases target 60\n", len(cases))
}

// allOf is all that stands in some tables.
func (w *workshop) allOf(t *testing.T, tables []string) string {
	t.Helper()
	var all []string
	for _, table := range tables {
		all = append(all, w.look(t, "SELECT * FROM "+table+" ORDER BY 1, 2"))
	}
	return strings.Join(all, "\n--\n")
}

// yardForeign is what of the yard a customer may not write.
func (w *workshop) yardForeign(t *testing.T, customer string) string {
	t.Helper()
	all := []string{w.allOf(t, yardTables[:5])}
	for _, table := range yardTables[5:] {
		owner := "owner"
		if table == "grants" || table == "bookings" {
			owner = "holder"
		}
		all = append(all, w.look(t, fmt.Sprintf(yardOthers, table, owner, customer)))
	}
	return strings.Join(all, "\n--\n")
}

// seenOf is what a customer sees, through the gate, of the tables whose rows hang
// on those that he writes.
func (w *workshop) seenOf(t *testing.T, customer string) string {
	t.Helper()
	var all []string
	for _, q := range []string{"SELECT id, label FROM contracts ORDER BY id", "SELECT id, label FROM rooms ORDER BY id", "SELECT id, word FROM entries ORDER BY id",
		"SELECT id, word FROM gifts ORDER BY id", "SELECT id FROM nodes ORDER BY id", "SELECT kind, number FROM sheets ORDER BY 1, 2"} {
		text, err := w.write(t, customer, q)
		if err != nil {
			t.Fatalf("%s: %v", q, err)
		}
		all = append(all, text)
	}
	return strings.Join(all, "\n--\n")
}

// again puts the first rows of tables back.
func (w *workshop) again(t *testing.T, tables, erp []string) {
	t.Helper()
	var statements []string
	for i := len(tables) - 1; i >= 0; i-- {
		statements = append(statements, "DELETE FROM "+tables[i])
	}
	for _, s := range erp {
		if strings.HasPrefix(s, "INSERT") {
			statements = append(statements, sayWorkshop(w.engine, "", s))
		}
	}
	for _, s := range statements {
		if _, err := w.raw.Exec(s); err != nil {
			t.Fatalf("%s: %s: %v", w.engine, s, err)
		}
	}
}
