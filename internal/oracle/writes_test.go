package oracle

import (
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	crand "crypto/rand"

	"github.com/go-sql-driver/mysql"
	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/profiles"
)

// writeCases is how many writes each engine is judged on.
var writeCases = map[catalog.Engine]int{catalog.SQLite: 300, catalog.Postgres: 200, catalog.MariaDB: 200, catalog.SQLServer: 200}

// TestWrites holds generated writes to three things. Over everybody's rows the
// gate writes what the engine writes over a database that holds only the
// customer's: as many rows, with the same values; or it refuses what would break
// the rule that the engine does not know. All other rows are afterwards, byte by
// byte, what they were. And in a second world, which differs in other customers'
// rows alone, the answer is the same.
func TestWrites(t *testing.T) {
	sqlite := filepath.Join(t.TempDir(), "w.db")
	judgeWrites(t, catalog.SQLite, "sqlite", sqlite, sqlite, filepath.Join(t.TempDir(), "r.db"), "", nil, nil)
	name := "writes_" + strings.ToLower(crand.Text()[:8])
	if dsn := os.Getenv("VANTELLE_TEST_POSTGRES"); dsn == "" {
		t.Log("VANTELLE_TEST_POSTGRES is not set: writes are not judged on PostgreSQL")
	} else {
		judgeWrites(t, catalog.Postgres, "pgx", dsn, dsn, dsn, name, []string{"CREATE SCHEMA %s", "SET search_path = %s"}, []string{"DROP SCHEMA %s CASCADE"})
	}
	if dsn := os.Getenv("VANTELLE_TEST_MARIADB"); dsn == "" {
		t.Log("VANTELLE_TEST_MARIADB is not set: writes are not judged on MariaDB")
	} else {
		config, err := mysql.ParseDSN(dsn)
		if err != nil {
			t.Fatal(err)
		}
		config.ClientFoundRows = true
		raw := config.FormatDSN()
		config.DBName = name
		judgeWrites(t, catalog.MariaDB, "mysql", config.FormatDSN(), raw, raw, name, []string{"CREATE DATABASE %s CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin", "USE %s"}, []string{"DROP DATABASE %s"})
	}
}

func judgeWrites(t *testing.T, engine catalog.Engine, driver, gateDSN, fullDSN, reducedDSN, name string, first, last []string) {
	t.Run(string(engine), func(t *testing.T) {
		open := func(dsn, name string) *sql.DB {
			db, err := sql.Open(driver, dsn)
			if err != nil {
				t.Fatal(err)
			}
			db.SetMaxOpenConns(1)
			t.Cleanup(func() {
				for _, s := range last {
					if _, err := db.Exec(fmt.Sprintf(s, name)); err != nil {
						t.Error(err)
					}
				}
				_ = db.Close()
			})
			if engine == catalog.SQLite {
				if _, err := db.Exec("PRAGMA synchronous = OFF"); err != nil {
					t.Fatal(err)
				}
			}
			script := []string{}
			for _, s := range first {
				script = append(script, fmt.Sprintf(s, name))
			}
			collate := map[catalog.Engine]string{catalog.Postgres: ` COLLATE "C"`, catalog.SQLServer: " COLLATE Latin1_General_BIN2"}[engine]
			for _, s := range writeTables {
				script = append(script, strings.ReplaceAll(s, "{collate}", collate))
			}
			runAll(t, db, script)
			return db
		}
		full, reduced := open(fullDSN, name), open(reducedDSN, name+"_r")
		settings := erp.DefaultSettings()
		settings.Name, settings.Engine, settings.DSN = "d", engine, gateDSN
		if engine == catalog.Postgres {
			settings.Schemas = []string{name}
		}
		db, err := erp.Open(settings, zerolog.Nop())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		var gates []*filter.Gate
		for _, rule := range writeRules {
			p, err := profiles.Load("w.yaml", []byte(rule.profile))
			if err != nil {
				t.Fatal(err)
			}
			book, err := profiles.NewBook(p)
			if err != nil {
				t.Fatal(err)
			}
			worlds := filter.NewWorlds(func() *profiles.Book { return book }, 0, filter.Dossier{ID: "d", DB: db, DefaultProfile: "W"})
			gates = append(gates, filter.New(filter.Config{Worlds: worlds, Audit: silence{}}))
		}
		base := seed(t)
		cases, done, refused, telling := writeCases[engine], 0, 0, 0
		if underRace {
			cases /= 20
		}
		for i := range cases {
			w := writeCase{t: t, engine: engine, full: full, reduced: reduced, seed: base + uint64(i)}
			r := rand.New(rand.NewPCG(w.seed, 1))
			which := r.IntN(len(writeRules))
			w.rule, w.gate = writeRules[which], gates[which]
			w.statement = drawWrite(r, w.rule)
			n, said := w.judge()
			done++
			switch {
			case said:
				refused++
			case n > 0:
				telling++
			}
			if t.Failed() {
				return
			}
		}
		t.Logf("figure oracle.writes.%s.cases %d cases target %d", engine, done, cases)
		t.Logf("figure oracle.writes.%s.wrong 0 cases target 0", engine)
		t.Logf("%s: %d wrote something, %d were refused", engine, telling, refused)
		if telling*4 < done || refused*50 < done {
			t.Errorf("of %d writes %d wrote something and %d were refused: they tell too little", done, telling, refused)
		}
	})
}

type writeCase struct {
	t             *testing.T
	engine        catalog.Engine
	full, reduced *sql.DB
	gate          *filter.Gate
	rule          writeRule
	statement     writeStatement
	seed          uint64
}

// outcomeOfWrite is what a write came to: how many rows, or why not.
type outcomeOfWrite struct {
	affected int64
	refusal  string
	code     refusal.Code
}

// judge gives how many rows were written, and whether the write was refused.
func (w writeCase) judge() (int64, bool) {
	w.t.Helper()
	var answers [2]outcomeOfWrite
	var own [2]string
	for world := range 2 {
		data := writeData(rand.New(rand.NewPCG(w.seed, 2)), rand.New(rand.NewPCG(w.seed, uint64(10+world))))
		runAll(w.t, w.full, data)
		theirs := w.theirs()
		answers[world] = w.ask()
		if after := w.theirs(); after != theirs {
			w.wrong("other rows have changed:\n%s\nwere\n%s", after, theirs)
		}
		own[world] = w.own(w.full)
	}
	if answers[0] != answers[1] || own[0] != own[1] {
		w.wrong("two worlds that differ in others' rows give two answers: %+v with\n%s\nand %+v with\n%s", answers[0], own[0], answers[1], own[1])
	}
	data := writeData(rand.New(rand.NewPCG(w.seed, 2)), rand.New(rand.NewPCG(w.seed, 10)))
	runAll(w.t, w.reduced, append(data, "DELETE FROM parts WHERE id NOT IN (SELECT id FROM (SELECT id FROM parts WHERE "+w.rule.parts("ANNA")+") x)",
		"DELETE FROM things WHERE "+w.outside()))
	before := w.own(w.reduced)
	got := answers[0]
	result, err := w.reduced.Exec(w.statement.engine)
	if err != nil {
		if got.code != refusal.Duplicate && got.code != refusal.RowRefused {
			w.wrong("the engine refuses it over the customer's rows (%v), the gate says %+v", err, got)
		}
		return 0, true
	}
	if outside := w.count(w.reduced, "things", w.outside()) + w.orphans(); outside > 0 && w.statement.table != "" {
		if orphanedByDelete := strings.HasPrefix(w.statement.engine, "DELETE FROM things"); !orphanedByDelete {
			if got.code != refusal.RowRefused {
				w.wrong("%d rows would leave the rule, the gate says %+v", outside, got)
			}
			if own[0] != before {
				w.wrong("a refused write has changed the customer's rows:\n%s\nwere\n%s", own[0], before)
			}
			return 0, true
		}
	}
	n, err := result.RowsAffected()
	if err != nil {
		w.t.Fatal(err)
	}
	if got.refusal != "" || got.affected != n {
		w.wrong("over the customer's rows the engine writes %d, the gate says %+v", n, got)
	}
	if want := w.own(w.reduced); own[0] != want {
		w.wrong("the gate leaves\n%s\nthe engine over the customer's rows\n%s", own[0], want)
	}
	return n, false
}

// outside is the condition of the things that are not the customer's.
func (w writeCase) outside() string {
	return "id NOT IN (SELECT id FROM (SELECT id FROM things WHERE " + w.rule.things("ANNA") + ") x)"
}

// orphans counts parts of no thing of the customer's, which a part may not become.
func (w writeCase) orphans() int {
	if w.statement.table != "parts" {
		return 0
	}
	return w.count(w.reduced, "parts", "thing IS NULL OR thing NOT IN (SELECT id FROM things)")
}

func (w writeCase) count(db *sql.DB, table, where string) int {
	var n int
	if err := db.QueryRow("SELECT COUNT(*) FROM " + table + " WHERE " + where).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

func (w writeCase) ask() outcomeOfWrite {
	caller := identity.Caller{Dossier: "d", KeyID: "k", Customer: directory.Customer{Dossier: "d", ID: "ANNA", Code: "ANNA"},
		Access: directory.Access{Dossier: "d", CustomerID: "ANNA", State: directory.AccessGranted}}
	answer, err := w.gate.Do(w.t.Context(), filter.Request{Caller: caller, Front: "sql", Text: w.statement.portal})
	var r *refusal.Error
	switch {
	case errors.As(err, &r):
		if r.Code != refusal.Duplicate && r.Code != refusal.RowRefused {
			w.wrong("refused: %v", err)
		}
		return outcomeOfWrite{refusal: r.Error(), code: r.Code}
	case err != nil:
		w.wrong("%v", err)
		return outcomeOfWrite{}
	}
	defer answer.Close()
	return outcomeOfWrite{affected: answer.Affected}
}

func (w writeCase) wrong(format string, args ...any) {
	w.t.Helper()
	w.t.Errorf("seed %d, %s, %s, over the customer's rows alone %s: %s", w.seed, w.rule.name, w.statement.portal, w.statement.engine, fmt.Sprintf(format, args...))
}

// own are the customer's rows, without the column by which they are his.
func (w writeCase) own(db *sql.DB) string {
	return lines(w.t, db, "SELECT id, kind, n, m, word FROM things WHERE "+w.rule.things("ANNA")+" ORDER BY id") +
		"--\n" + lines(w.t, db, "SELECT id, thing, n, word FROM parts WHERE "+w.rule.parts("ANNA")+" ORDER BY id")
}

// theirs are all rows that are not the customer's, whole.
func (w writeCase) theirs() string {
	return lines(w.t, w.full, "SELECT * FROM things WHERE id >= 200 AND id < 900 ORDER BY id") +
		"--\n" + lines(w.t, w.full, "SELECT * FROM parts WHERE id >= 2000 ORDER BY id") + "--\n" + lines(w.t, w.full, "SELECT * FROM grants ORDER BY kind")
}

func lines(t *testing.T, db *sql.DB, query string) string {
	t.Helper()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	names, _ := rows.Columns()
	var b strings.Builder
	for rows.Next() {
		raw, pointers := make([]any, len(names)), make([]any, len(names))
		for i := range raw {
			pointers[i] = &raw[i]
		}
		if err := rows.Scan(pointers...); err != nil {
			t.Fatal(err)
		}
		for _, x := range raw {
			if text, ok := x.([]byte); ok {
				x = string(text)
			}
			fmt.Fprintf(&b, "%v|", x)
		}
		b.WriteByte('\n')
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func runAll(t *testing.T, db *sql.DB, script []string) {
	t.Helper()
	tx, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range script {
		if _, err := tx.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
}
