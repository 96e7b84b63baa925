package filter_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/profiles"
)

// A constraint of SQLite may take the other row out, where two collide, or swallow
// the new one: the other is somebody else's. Such tables take no new values.
func TestPromise9AConstraintThatReplacesTakesNoRowOut(t *testing.T) {
	const (
		profile = "profile: TAGS\nerp: custom\ntables:\n  tags: {rows: owner = :customer, writes: [insert, update, delete], columns: {word: {}, code: {}, note: {}}}\n"
		rows    = "INSERT INTO tags (word, owner, code) VALUES ('a','ANNA','ca'), ('b','BORIS','cb')"
	)
	for name, table := range map[string]string{
		"a primary key":                 "word varchar(20) PRIMARY KEY ON CONFLICT REPLACE, owner varchar(17) NOT NULL, code varchar(10) UNIQUE, note varchar(10)",
		"a unique column":               "word varchar(20) PRIMARY KEY, owner varchar(17) NOT NULL, code varchar(10) UNIQUE ON CONFLICT REPLACE, note varchar(10)",
		"a constraint of the table":     "word varchar(20) PRIMARY KEY, owner varchar(17) NOT NULL, code varchar(10), note varchar(10), UNIQUE (code) ON CONFLICT REPLACE",
		"in other letters, commented":   "word varchar(20) PRIMARY KEY, owner varchar(17) NOT NULL, code varchar(10) UNIQUE on /* ABORT */ conflict\n\treplace, note varchar(10)",
		"a constraint that swallows":    "word varchar(20) PRIMARY KEY, owner varchar(17) NOT NULL, code varchar(10) UNIQUE ON CONFLICT IGNORE, note varchar(10)",
		"a column that may not be NULL": "word varchar(20) PRIMARY KEY, owner varchar(17) NOT NULL, code varchar(10) UNIQUE, note varchar(10) NOT NULL ON CONFLICT REPLACE DEFAULT 'x'",
	} {
		w := workshopsOn(t, []string{"CREATE TABLE tags (" + table + ")", rows}, profile, catalog.SQLite)[catalog.SQLite]
		before := w.look(t, "SELECT * FROM tags ORDER BY word")
		for _, q := range []string{"INSERT INTO tags (word, code) VALUES ('b', 'cx')", "INSERT INTO tags (word, code) VALUES ('c', 'cb')", "UPDATE tags SET code = 'cb' WHERE word = 'a'", "UPDATE tags SET code = 'cb'"} {
			if got, err := w.write(t, "ANNA", q); codeOf(err) != refusal.ReadOnly {
				t.Errorf("%s: %s: %q, %v", name, q, got, err)
			}
		}
		if after := w.look(t, "SELECT * FROM tags ORDER BY word"); after != before {
			t.Errorf("%s: %s became %s", name, before, after)
		}
		if got, err := w.write(t, "ANNA", "DELETE FROM tags WHERE word IN ('a', 'b')"); err != nil || got != "1" {
			t.Errorf("%s: a deletion: %q, %v", name, got, err)
		}
		if v, err := w.gate.View(t.Context(), as("ANNA")); err != nil || len(v.Problems) != 1 || !strings.Contains(v.Problems[0].Msg, "ON CONFLICT") {
			t.Errorf("%s: the administrator is told %v, %v", name, v.Problems, err)
		}
	}
	for name, table := range map[string]string{
		"a constraint that fails":       "word varchar(20) PRIMARY KEY ON CONFLICT ABORT, owner varchar(17) NOT NULL, code varchar(10) UNIQUE ON CONFLICT FAIL, note varchar(10)",
		"a constraint that rolls back":  "word varchar(20) PRIMARY KEY ON CONFLICT ROLLBACK, owner varchar(17) NOT NULL, code varchar(10) UNIQUE ON CONFLICT ROLLBACK, note varchar(10)",
		"a default that says the words": "word varchar(20) PRIMARY KEY, owner varchar(17) NOT NULL, code varchar(10) UNIQUE, note varchar(40) DEFAULT 'on conflict replace'",
	} {
		w := workshopsOn(t, []string{"CREATE TABLE tags (" + table + ")", rows}, profile, catalog.SQLite)[catalog.SQLite]
		before := w.look(t, "SELECT * FROM tags ORDER BY word")
		for _, q := range []string{"INSERT INTO tags (word, code) VALUES ('b', 'cx')", "INSERT INTO tags (word, code) VALUES ('c1', 'c1'), ('c', 'cb')", "UPDATE tags SET code = 'cb' WHERE word = 'a'"} {
			if got, err := w.write(t, "ANNA", q); codeOf(err) != refusal.Duplicate {
				t.Errorf("%s: %s: %q, %v", name, q, got, err)
			}
		}
		if after := w.look(t, "SELECT * FROM tags ORDER BY word"); after != before {
			t.Errorf("%s: %s became %s", name, before, after)
		}
	}
}

// What the ERP's own foreign keys carry on must be the customer's, too: where the
// rows there can be others', an operation is left out, though customers may do
// the same there to their own.
func TestPromise9ACascadeReachesOwnRowsOnly(t *testing.T) {
	tables := []string{
		"CREATE TABLE heads (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, word varchar(20))",
		"CREATE TABLE remarks (id int NOT NULL PRIMARY KEY, head int, author varchar(17) NOT NULL, word varchar(20), CONSTRAINT c_head FOREIGN KEY (head) REFERENCES heads (id) ON DELETE {action})",
		"INSERT INTO heads VALUES (1, 'ANNA', 'w'), (2, 'BORIS', 'w')",
		"INSERT INTO remarks VALUES (1, 1, 'ANNA', 'w'), (2, 1, 'BORIS', 'of BORIS'), (3, 2, 'BORIS', 'w')",
	}
	const profile = `
profile: HEADS
erp: custom
modules: {open: {level: full}, closed: {level: read}}
tables:
  heads: {rows: customer = :customer, writes: [delete], columns: {id: {}, word: {}}}
  remarks: {%RULE%, writes: [update, delete], columns: {id: {}, word: {}}}
`
	follows := "follows: {table: heads, on: [[head, id]]}"
	for _, c := range []struct {
		name, rule, action string
		offered            bool
	}{
		{"others' remarks go, too", "rows: author = :customer", "CASCADE", false},
		{"others' remarks lose their head", "rows: author = :customer", "SET NULL", false},
		{"remarks that follow the head, those of some authors", follows + ", rows: author = :customer", "CASCADE", false},
		{"remarks that follow the head, some of which may be read only", follows + ", modules: {open: id < 2, closed: id >= 2}", "CASCADE", false},
		{"remarks that follow the head", follows, "CASCADE", true},
		{"remarks that follow the head lose it", follows, "SET NULL", true},
	} {
		var spelled []string
		for _, s := range tables {
			spelled = append(spelled, strings.Replace(s, "{action}", c.action, 1))
		}
		on(t, workshopsOn(t, spelled, strings.Replace(profile, "%RULE%", c.rule, 1), catalog.SQLite, catalog.Postgres, catalog.MariaDB), func(t *testing.T, w *workshop) {
			got, err := w.write(t, "ANNA", "DELETE FROM heads WHERE id = 1")
			if c.offered && (err != nil || got != "1") || !c.offered && codeOf(err) != refusal.ReadOnly {
				t.Errorf("%s: %q, %v", c.name, got, err)
			}
			if left := w.look(t, "SELECT id, head, word FROM remarks WHERE id = 2"); !c.offered && left != "2|1|of BORIS" {
				t.Errorf("%s: of the other's row there is left %q", c.name, left)
			}
		})
	}
}

// A column that belongs to a module is written where that module's level is full,
// as its rows are; below, it is only read.
func TestPromise9AColumnIsWrittenAtItsModulesLevel(t *testing.T) {
	tables := []string{
		"CREATE TABLE deals (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, word varchar(20), price int)",
		"INSERT INTO deals VALUES (1, 'ANNA', 'w', 5), (2, 'BORIS', 'w', 6)",
	}
	const profile = `
profile: DEALS
erp: custom
modules: {deals: {level: full}, prices: {level: full}}
tables:
  deals: {rows: customer = :customer, modules: {deals: id < 9}, writes: [insert, update], columns: {id: {}, word: {}, price: {module: prices}}}
`
	on(t, workshopsOn(t, tables, profile, catalog.SQLite, catalog.Postgres, catalog.MariaDB), func(t *testing.T, w *workshop) {
		at := func(access, membership string) identity.Caller {
			c := as("ANNA")
			if access != "" {
				c.Access.Levels = map[string]string{"prices": access}
			}
			if membership != "" {
				c.Membership = directory.Membership{Account: "a", Levels: map[string]string{"prices": membership}}
			}
			return c
		}
		for name, c := range map[string]struct {
			who  identity.Caller
			code refusal.Code
		}{
			"full":                     {at("", ""), ""},
			"the access reads":         {at("read", ""), refusal.ReadOnly},
			"the access lists":         {at("list", ""), refusal.ReadOnly},
			"the access has none":      {at("none", ""), refusal.UnknownName},
			"the membership reads":     {at("", "read"), refusal.ReadOnly},
			"the membership has none":  {at("full", "none"), refusal.UnknownName},
			"a membership raises none": {at("read", "full"), refusal.ReadOnly},
		} {
			for _, q := range []string{"UPDATE deals SET price = 7 WHERE id = 1", "UPDATE deals SET word = 'x', price = 7 WHERE id = 1", "INSERT INTO deals (id, word, price) VALUES (3, 'x', 0)"} {
				if got, err := w.writeAs(t, c.who, q); codeOf(err) != c.code {
					t.Errorf("%s: %s: %q, %v", name, q, got, err)
				}
				w.again(t, []string{"deals"}, tables)
			}
			if got, err := w.writeAs(t, c.who, "UPDATE deals SET word = 'x' WHERE id IN (1, 2)"); err != nil || got != "1" {
				t.Errorf("%s: what is no price: %q, %v", name, got, err)
			}
		}
	})
}

// Numbers that the ERP gives rows by itself are its own: who gave one could take
// the next, or the last there is, and nobody else's row would get a number.
func TestPromise9NobodyTakesTheNumbersOfOthers(t *testing.T) {
	tables := []string{
		"CREATE TABLE orders (id {serial}, customer varchar(17) NOT NULL, word varchar(20))",
		"INSERT INTO orders (id, customer, word) VALUES (1, 'ANNA', 'w'), (2, 'BORIS', 'w')",
	}
	const profile = "profile: NUMBERS\nerp: custom\ntables:\n  orders: {rows: customer = :customer, writes: [insert, update], columns: {id: {}, word: {}}}\n"
	numbered := append([]string{strings.Replace(tables[0], "{serial}", "INTEGER PRIMARY KEY AUTOINCREMENT", 1)}, tables[1:]...)
	all := workshopsOn(t, tables, profile, catalog.Postgres, catalog.MariaDB, catalog.SQLServer)
	maps.Copy(all, workshopsOn(t, numbered, profile, catalog.SQLite))
	on(t, all, func(t *testing.T, w *workshop) {
		for _, id := range []string{"10001", "10002", "2147483647", "9223372036854775807", "0", "-1", "2", "NULL", "(SELECT MAX(o.id) + 1 FROM orders o)"} {
			if got, err := w.write(t, "ANNA", "INSERT INTO orders (id, word) VALUES ("+id+", 'x')"); codeOf(err) != refusal.ReadOnly {
				t.Errorf("%s: %q, %v", id, got, err)
			}
		}
		if got, err := w.write(t, "ANNA", "UPDATE orders SET id = 9"); codeOf(err) != refusal.ReadOnly {
			t.Errorf("changed: %q, %v", got, err)
		}
		for range 3 {
			if got, err := w.write(t, "BORIS", "INSERT INTO orders (word) VALUES ('x')"); err != nil || got != "1" {
				t.Errorf("the other's next row: %q, %v", got, err)
			}
		}
	})
}

// Who sees no lines may not give his documents another's number either: a
// colleague, or he himself tomorrow, sees them.
func TestPromise9ALowerLevelWritesNoMore(t *testing.T) {
	tables := []string{
		"CREATE TABLE heads (id int NOT NULL PRIMARY KEY, number varchar(20) NOT NULL, customer varchar(17) NOT NULL, word varchar(20))",
		"CREATE TABLE rows_of (id int NOT NULL PRIMARY KEY, number varchar(20), kind int, word varchar(20))",
		"INSERT INTO heads VALUES (1, 'A-1', 'ANNA', 'w'), (2, 'B-1', 'BORIS', 'w')",
		"INSERT INTO rows_of VALUES (1, 'A-1', 1, 'w'), (2, 'B-1', 1, 'of BORIS')",
	}
	const profile = `
profile: HEADS
erp: custom
modules: {heads: {level: full}, rows: {level: read}}
tables:
  heads: {rows: customer = :customer, modules: {heads: id < 99}, writes: [insert, update], columns: {id: {}, number: {}, word: {}}}
  rows_of:
    rows: "EXISTS (SELECT 1 FROM heads h WHERE h.customer = :customer)"
    modules: {rows: "EXISTS (SELECT 1 FROM heads h WHERE h.number = self.number AND h.customer = :customer)"}
    columns: {id: {}, word: {}}
`
	on(t, workshopsOn(t, tables, profile, catalog.SQLite, catalog.Postgres, catalog.MariaDB), func(t *testing.T, w *workshop) {
		for _, level := range []string{"", "read", "list", "none"} {
			c := as("ANNA")
			if level != "" {
				c.Membership = directory.Membership{Account: "a", Levels: map[string]string{"rows": level}}
			}
			for _, q := range []string{"UPDATE heads SET number = 'B-1'", "INSERT INTO heads (id, number) VALUES (3, 'B-1')"} {
				if got, err := w.writeAs(t, c, q); codeOf(err) != refusal.ReadOnly {
					t.Errorf("at the level %q: %s: %q, %v", level, q, got, err)
				}
			}
		}
		if got, err := w.write(t, "ANNA", "SELECT word FROM rows_of"); err != nil || got != "w" {
			t.Errorf("ANNA sees %q, %v", got, err)
		}
	})
}

// A colleague's profile may be another: what one profile lets customers write
// chooses no rows, and no files, that another shows. A profile that is put in force
// later counts from the next request on.
func TestPromise9WhatIsWrittenChoosesNothingByAnotherProfile(t *testing.T) {
	tables := []string{
		"CREATE TABLE heads (id int NOT NULL PRIMARY KEY, number varchar(20) NOT NULL, paper varchar(40), customer varchar(17) NOT NULL, word varchar(20))",
		"CREATE TABLE rows_of (id int NOT NULL PRIMARY KEY, number varchar(20), word varchar(20))",
		"INSERT INTO heads VALUES (1, 'A-1', 'a.pdf', 'ANNA', 'w'), (2, 'B-1', 'b.pdf', 'BORIS', 'w')",
		"INSERT INTO rows_of VALUES (1, 'A-1', 'w'), (2, 'B-1', 'of BORIS')",
	}
	const (
		writer = "profile: WRITER\nerp: custom\ntables:\n  heads: {rows: customer = :customer, writes: [insert, update], columns: {id: {}, number: {}, paper: {}, word: {}}}\n"
		copied = "profile: COPIED\nextends: READER\nerp: custom\ntables:\n  heads: {rows: customer = :customer, writes: [update], columns: {id: {}, number: {}, paper: {}, word: {}}}\n"
		reader = `
profile: READER
erp: custom
tables:
  heads: {rows: customer = :customer, writes: [update], columns: {id: {}, number: {}, paper: {}, word: {}}}
  rows_of: {follows: {table: heads, on: [[number, number]]}, columns: {id: {}, word: {}}}
resources:
  papers: {table: heads, columns: {id: {from: id}}, files: {paper: {root: r, path: paper}}}
`
		elsewhere = "profile: ELSEWHERE\nerp: odoo\ntables:\n  rows_of: {follows: {table: heads, on: [[word, word]]}, columns: {id: {}}}\n  heads: {rows: customer = :customer, columns: {id: {}}}\n"
	)
	var all []*profiles.Profile
	for _, text := range []string{writer, elsewhere, reader, copied} {
		p, err := profiles.Load("p.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	book := func(of ...*profiles.Profile) *profiles.Book {
		b, err := profiles.NewBook(of...)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	on(t, workshopsOn(t, tables, writer, catalog.SQLite, catalog.Postgres, catalog.MariaDB), func(t *testing.T, w *workshop) {
		now := book(all[:2]...)
		w.worlds = filter.NewWorlds(func() *profiles.Book { return now }, 0, filter.Dossier{ID: "d", DB: w.db, DefaultProfile: "WRITER"})
		w.gate = filter.New(filter.Config{Worlds: w.worlds, Audit: w.audit})
		by := func(profile string) identity.Caller {
			c := as("ANNA")
			c.Access.Profile = profile
			return c
		}
		try := func(profile string, want refusal.Code) {
			t.Helper()
			for _, q := range []string{"UPDATE heads SET number = 'B-1'", "UPDATE heads SET paper = 'b.pdf'"} {
				if got, err := w.writeAs(t, by(profile), q); codeOf(err) != want {
					t.Errorf("by %s: %s: %q, %v", profile, q, got, err)
				}
			}
		}
		try("WRITER", "")
		w.again(t, []string{"heads", "rows_of"}, tables)
		now = book(all...)
		try("WRITER", refusal.ReadOnly)
		try("COPIED", refusal.ReadOnly)
		try("READER", refusal.ReadOnly)
		if got, err := w.writeAs(t, by("WRITER"), "UPDATE heads SET word = 'x'"); codeOf(err) != refusal.ReadOnly {
			t.Errorf("what a profile for another kind of ERP shows rows by: %q, %v", got, err)
		}
		if got, err := w.writeAs(t, by("READER"), "SELECT word FROM rows_of"); err != nil || got != "w" {
			t.Errorf("ANNA sees %q, %v", got, err)
		}
		now = book(all[:2]...)
		try("WRITER", "")
	})
}
