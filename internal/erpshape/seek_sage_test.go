package erpshape

import (
	"context"
	"database/sql"
	"encoding/json"
	"flag"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/internal/audit"
	"github.com/vantelle/vantelle/internal/demo"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/profiles"

	_ "modernc.org/sqlite"
)

// The standard profile of Sage 100 must seek: a customer's request reads his
// rows by an index that begins with his code, or with his documents' numbers,
// and never the whole of a large table. The engines' own plans say so; no clock
// is asked.

var seekRows = flag.Int("seek.lines", 200_000, "how many document lines a dossier of the seek tests has; 1000000 is the whole size")

// seekCustomer is who asks: one of 2,000 customers.
const seekCustomer = "C10042"

// large are the tables that grow with every document: they must not be read
// whole. Those in listed hold a row or a few for each customer; where they are
// read whole, this is counted and told.
var (
	large  = []string{"F_DOCENTETE", "F_DOCLIGNE", "F_DOCREGL", "F_CREGLEMENT", "F_ECRITUREC", "F_ARTCLIENT"}
	listed = []string{"F_COMPTET", "F_CONTACTT"}
)

var seekRequests = []struct{ name, sql string }{
	{"list documents", "SELECT DO_Piece, DO_Date, DO_TotalTTC FROM F_DOCENTETE ORDER BY DO_Date DESC, DO_Piece LIMIT 20"},
	{"list invoices", "SELECT DO_Piece, DO_Date, DO_TotalTTC FROM F_DOCENTETE WHERE DO_Type = 7 ORDER BY DO_Date DESC, DO_Piece LIMIT 20"},
	{"third page", "SELECT DO_Piece, DO_Date, DO_TotalTTC FROM F_DOCENTETE ORDER BY DO_Date DESC, DO_Piece LIMIT 20 OFFSET 40"},
	{"count documents", "SELECT COUNT(*) FROM F_DOCENTETE"},
	{"count by type", "SELECT DO_Type, COUNT(*), SUM(DO_TotalTTC) FROM F_DOCENTETE GROUP BY DO_Type ORDER BY DO_Type"},
	{"one document", "SELECT DO_Date, DO_TotalTTC FROM F_DOCENTETE WHERE DO_Type = 7 AND DO_Piece = 'P1000042'"},
	{"since a day", "SELECT DO_Piece FROM F_DOCENTETE WHERE DO_Date >= '2025-06-01' ORDER BY DO_Date, DO_Piece"},
	{"lines of one document", "SELECT DL_Ligne, AR_Ref, DL_Qte FROM F_DOCLIGNE WHERE DO_Domaine = 0 AND DO_Type = 7 AND DO_Piece = 'P1000042' ORDER BY DL_Ligne"},
	{"lines through their headers", "SELECT AR_Ref, SUM(DL_Qte) AS qty FROM F_DOCLIGNE GROUP BY AR_Ref ORDER BY qty DESC, AR_Ref LIMIT 10"},
	{"count lines", "SELECT COUNT(*) FROM F_DOCLIGNE"},
	{"headers with their lines", `SELECT d.DO_Piece, l.AR_Ref, l.DL_Qte FROM F_DOCENTETE d JOIN F_DOCLIGNE l
		ON l.DO_Domaine = d.DO_Domaine AND l.DO_Type = d.DO_Type AND l.DO_Piece = d.DO_Piece WHERE d.DO_Type = 7 ORDER BY d.DO_Date DESC, d.DO_Piece, l.AR_Ref LIMIT 20`},
	{"headers without lines", `SELECT d.DO_Piece FROM F_DOCENTETE d LEFT JOIN F_DOCLIGNE l
		ON l.DO_Domaine = d.DO_Domaine AND l.DO_Type = d.DO_Type AND l.DO_Piece = d.DO_Piece WHERE l.DO_Piece IS NULL ORDER BY d.DO_Piece`},
	{"documents that hold an article", `SELECT d.DO_Piece FROM F_DOCENTETE d WHERE EXISTS (SELECT 1 FROM F_DOCLIGNE l
		WHERE l.DO_Domaine = d.DO_Domaine AND l.DO_Type = d.DO_Type AND l.DO_Piece = d.DO_Piece AND l.AR_Ref = 'ART17') ORDER BY d.DO_Piece`},
	{"due dates", "SELECT DO_Piece, DR_Date, DR_Montant FROM F_DOCREGL WHERE DR_Regle = 0 ORDER BY DR_Date, DO_Piece LIMIT 20"},
	{"payments", "SELECT RG_Date, RG_Montant FROM F_CREGLEMENT ORDER BY RG_Date DESC, RG_No LIMIT 20"},
	{"statement", "SELECT JM_Date, EC_Montant FROM F_ECRITUREC ORDER BY JM_Date DESC, EC_No LIMIT 20"},
	{"own prices", "SELECT AR_Ref, AC_PrixVen FROM F_ARTCLIENT ORDER BY AR_Ref"},
	{"own company", "SELECT CT_Intitule FROM F_COMPTET"},
	{"contacts", "SELECT CT_Nom FROM F_CONTACTT ORDER BY CT_Nom"},
	{"behind fences: lines of one document", "SELECT l.DL_Ligne FROM F_DOCLIGNE l WHERE l.DO_Domaine = 0 AND l.DO_Type = 7 AND l.DO_Piece = 'P1000042' AND l.DL_Design LIKE l.AR_Ref"},
	{"behind fences: documents", "SELECT d.DO_Piece FROM F_DOCENTETE d WHERE d.DO_Ref LIKE d.DO_Piece ORDER BY d.DO_Date DESC, d.DO_Piece LIMIT 20"},
}

// seekFill fills the tables. {n} is a number i from 1 to n, {cat a b} a text
// put together, {day k} a day.
func seekFill(lines int) []string {
	headers := lines / 5
	head := func(i string) string { // a header's domain, type and number
		return fmt.Sprintf("0, CASE %s %% 5 WHEN 0 THEN 0 WHEN 1 THEN 1 WHEN 2 THEN 3 ELSE 7 END, {cat 'P' (1000000 + %s)}", i, i)
	}
	const code = "{cat 'C' (10000 + (i * 7) % 2000)}"
	return []string{
		`INSERT INTO "F_COMPTET" ("cbMarq", "CT_Num", "CT_Intitule", "CT_Type") SELECT i, {cat 'C' (9999 + i)}, {cat 'Customer ' i}, 0 FROM {2000}`,
		`INSERT INTO "F_CONTACTT" ("cbMarq", "CT_No", "CT_Num", "CT_Nom", "CT_Prenom") SELECT i, i, {cat 'C' (10000 + i % 2000)}, {cat 'Nom ' i}, 'Zoé' FROM {6000}`,
		`INSERT INTO "F_DOCENTETE" ("cbMarq", "DO_Domaine", "DO_Type", "DO_Piece", "DO_Tiers", "DO_Date", "DO_Statut", "DO_Provenance", "DO_Ref", "DO_TotalTTC") SELECT i, ` + head("i") +
			`, ` + code + `, {day i % 2000}, 2, 0, {cat 'R' i}, i FROM {` + strconv.Itoa(headers) + `}`,
		`INSERT INTO "F_DOCLIGNE" ("cbMarq", "DL_No", "DO_Domaine", "DO_Type", "DO_Piece", "PF_Num", "CT_Num", "DL_Ligne", "AR_Ref", "DL_Design", "DL_Qte") SELECT i, i, ` + head("(1 + i % "+strconv.Itoa(headers)+")") +
			`, '', ` + code + `, i % 7, {cat 'ART' (i % 500)}, 'x', 1 + i % 9 FROM {` + strconv.Itoa(lines) + `}`,
		`INSERT INTO "F_DOCREGL" ("cbMarq", "DR_No", "DO_Domaine", "DO_Type", "DO_Piece", "DR_Date", "DR_Montant", "DR_Regle", "DR_TypeRegl") SELECT i, i, ` + head("i") +
			`, {day i % 2000}, i, 0, 2 FROM {` + strconv.Itoa(headers) + `}`,
		`INSERT INTO "F_CREGLEMENT" ("cbMarq", "RG_No", "JO_Num", "RG_Cloture", "CT_NumPayeur", "RG_Type", "RG_TypeReg", "RG_Date", "RG_Montant") SELECT i, i, 'BQ', 0, ` + code + `, 0, 0, {day i % 2000}, i FROM {` + strconv.Itoa(headers) + `}`,
		`INSERT INTO "F_ECRITUREC" ("cbMarq", "EC_No", "JO_Num", "JM_Date", "CG_Num", "CT_Num", "EC_CType", "EC_Norme", "EC_Montant") SELECT i, i, 'VE', {day i % 2000}, '411', ` + code + `, 0, 0, i FROM {` + strconv.Itoa(headers) + `}`,
		`INSERT INTO "F_ARTCLIENT" ("cbMarq", "AR_Ref", "CT_Num", "AC_PrixVen") SELECT i, {cat 'ART' (i % 500)}, {cat 'C' (10000 + (i / 20) % 2000)}, i FROM {40000}`,
	}
}

var (
	seekSeries = regexp.MustCompile(`FROM \{(\d+)\}$`)
	seekCat    = regexp.MustCompile(`\{cat ('[^']*') (i|\([^{}]*?\))\}`)
	seekDay    = regexp.MustCompile(`\{day ([^}]*)\}`)
	dropsKeys  = regexp.MustCompile(`(?m)^  CONSTRAINT "[^"]+" FOREIGN KEY .*\n`)
)

// seekSpell spells a statement of seekFill for an engine.
func seekSpell(engine catalog.Engine, s string) string {
	words := map[catalog.Engine][3]string{
		catalog.Postgres: {"FROM generate_series(1, $1) i", "CONCAT($1, $2)", "(TIMESTAMP '2020-07-01' + ($1) * INTERVAL '1 day')"},
		catalog.MariaDB:  {"FROM (SELECT seq AS i FROM seq_1_to_$1) n", "CONCAT($1, $2)", "('2020-07-01' + INTERVAL ($1) DAY)"},
		catalog.SQLite:   {"FROM (WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1) SELECT i FROM n)", "($1 || $2)", "datetime('2020-07-01', ($1) || ' days')"},
	}[engine]
	s = seekSeries.ReplaceAllString(s, words[0])
	s = seekCat.ReplaceAllString(s, words[1])
	return seekDay.ReplaceAllString(s, words[2])
}

// seekTables are the statements that make the tables and their indexes.
func seekTables(t *testing.T, engine catalog.Engine) []string {
	t.Helper()
	text := dropsKeys.ReplaceAllString(demo.Schema(), "")
	parts, err := read(text, Options{Engine: catalog.SQLite}, func(_, declared string, _ bool) (string, error) { return sageType(engine, declared) })
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(slices.Concat(parts.before, parts.after), func(s string) bool { return strings.Contains(s, "FOREIGN KEY") })
}

func TestTheStandardSageProfileSeeks(t *testing.T) {
	for _, engine := range []catalog.Engine{catalog.SQLite, catalog.Postgres, catalog.MariaDB} {
		t.Run(string(engine), func(t *testing.T) {
			db, settings := seekDatabase(t, engine)
			for _, s := range append(seekTables(t, engine), seekFill(*seekRows)...) {
				if _, err := db.ExecContext(t.Context(), seekSpell(engine, s)); err != nil {
					t.Fatalf("%v in %.300s", err, seekSpell(engine, s))
				}
			}
			for _, table := range slices.Concat(large, listed) {
				analyse := `ANALYZE "` + table + `"`
				if engine == catalog.MariaDB {
					analyse = `ANALYZE TABLE "` + table + `"`
				}
				if _, err := db.ExecContext(t.Context(), analyse); err != nil {
					t.Fatal(err)
				}
			}
			gate := seekGate(t, settings)
			sought, customers := 0, 0
			for _, r := range seekRequests {
				scanned, plan := seekPlan(t, db, gate, engine, r.sql)
				if n := len(scanned); n > 0 && !slices.ContainsFunc(scanned, func(name string) bool { return slices.Contains(large, name) }) {
					customers++
					t.Logf("%s, %s: reads the whole of %s\n%s", engine, r.name, strings.Join(scanned, ", "), plan)
				} else if n > 0 {
					t.Errorf("%s, %s: reads the whole of %s\n%s\n%s", engine, r.name, strings.Join(scanned, ", "), r.sql, plan)
				} else {
					sought++
				}
			}
			t.Logf("figure seeks.%s.sought %d requests target %d (%d lines)", engine, sought, len(seekRequests)-customers, *seekRows)
			t.Logf("figure seeks.%s.all_customers %d requests target 0", engine, customers)
		})
	}
}

func seekDatabase(t *testing.T, engine catalog.Engine) (*sql.DB, erp.Settings) {
	t.Helper()
	settings := erp.DefaultSettings()
	settings.Name, settings.Engine = "d", engine
	var db *sql.DB
	switch engine {
	case catalog.Postgres:
		settings.DSN, db, settings.Schemas = seekPostgres(t)
	case catalog.MariaDB:
		settings.DSN, db = MariaDB(t)
	default:
		settings.DSN = filepath.Join(t.TempDir(), "sage.db")
		var err error
		if db, err = sql.Open("sqlite", settings.DSN); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		if _, err := db.ExecContext(t.Context(), "PRAGMA synchronous = OFF"); err != nil {
			t.Fatal(err)
		}
	}
	db.SetMaxOpenConns(1)
	return db, settings
}

func seekPostgres(t *testing.T) (string, *sql.DB, []string) {
	dsn, db, schema := Postgres(t)
	return dsn, db, []string{schema}
}

func seekGate(t *testing.T, settings erp.Settings) *filter.Gate {
	t.Helper()
	book, err := profiles.Standard()
	if err != nil {
		t.Fatal(err)
	}
	db, err := erp.Open(settings, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	worlds := filter.NewWorlds(func() *profiles.Book { return book }, 0, filter.Dossier{ID: "d", DB: db, DefaultProfile: "B2B"})
	return filter.New(filter.Config{Worlds: worlds, Audit: seekSilence{}})
}

type seekSilence struct{}

func (seekSilence) Begin(context.Context, audit.Entry) error { return nil }
func (seekSilence) Finish(audit.Outcome)                     {}

// rowAlias finds what the printed statement calls the rows of a table.
var rowAlias = regexp.MustCompile("[`\"](F_[A-Z]+)[`\"] AS (r\\d+)")

// seekPlan gives the tables that the engine means to read whole, and its plan.
func seekPlan(t *testing.T, db *sql.DB, gate *filter.Gate, engine catalog.Engine, text string) (scanned []string, plan string) {
	t.Helper()
	who := identity.Caller{Dossier: "d", KeyID: "k", Customer: directory.Customer{Dossier: "d", ID: seekCustomer, Code: seekCustomer},
		Access: directory.Access{Dossier: "d", CustomerID: seekCustomer, State: directory.AccessGranted}}
	x, err := gate.Explain(t.Context(), filter.Request{Caller: who, Front: "sql", Text: text}, "")
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	tables := map[string]string{}
	for _, m := range rowAlias.FindAllStringSubmatch(x.SQL, -1) {
		tables[m[2]] = m[1]
	}
	if len(tables) == 0 {
		t.Fatalf("no table is found in %s", x.SQL)
	}
	words := map[catalog.Engine]string{catalog.SQLite: "EXPLAIN QUERY PLAN ", catalog.Postgres: "EXPLAIN (FORMAT JSON) ", catalog.MariaDB: "EXPLAIN "}
	rows, err := db.QueryContext(t.Context(), words[engine]+x.SQL, seekArguments(x, text)...)
	if err != nil {
		t.Fatalf("%s: %v", x.SQL, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	whole := func(alias string) {
		if name := tables[alias]; slices.Contains(slices.Concat(large, listed), name) && !slices.Contains(scanned, name) {
			scanned = append(scanned, name)
		}
	}
	for rows.Next() {
		cells, pointers := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range cells {
			pointers[i] = &cells[i]
		}
		if err := rows.Scan(pointers...); err != nil {
			t.Fatal(err)
		}
		line := make([]string, len(cells))
		for i, c := range cells {
			line[i] = c.String
		}
		plan += strings.Join(line, " | ") + "\n"
		switch engine {
		case catalog.SQLite:
			if alias, ok := strings.CutPrefix(line[3], "SCAN "); ok {
				alias, _, _ = strings.Cut(alias, " ")
				whole(alias)
			}
		case catalog.MariaDB: // id, select_type, table, type, …
			if line[3] == "ALL" || line[3] == "index" {
				whole(line[2])
			}
		default:
			var nodes []map[string]any
			if err := json.Unmarshal([]byte(line[0]), &nodes); err != nil {
				t.Fatal(err)
			}
			for _, n := range nodes {
				seekNode(n["Plan"].(map[string]any), whole)
			}
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return scanned, x.SQL + "\n" + plan
}

// seekNode goes through a plan of PostgreSQL's. An index that is read without a
// condition on it is read whole, too.
func seekNode(n map[string]any, whole func(alias string)) {
	alias, _ := n["Alias"].(string)
	_, conditioned := n["Index Cond"]
	switch n["Node Type"] {
	case "Seq Scan":
		whole(alias)
	case "Index Scan", "Index Only Scan":
		if !conditioned {
			whole(alias)
		}
	}
	children, _ := n["Plans"].([]any)
	for _, c := range children {
		seekNode(c.(map[string]any), whole)
	}
}

var quotedText = regexp.MustCompile(`'([^']*)'`)

// seekArguments are a statement's parameters: the customer, and the texts that
// the request holds, in their order.
func seekArguments(x filter.Explanation, text string) []any {
	var out []any
	texts := quotedText.FindAllStringSubmatch(text, -1)
	next := 0
	for _, p := range x.Params {
		switch {
		case strings.HasPrefix(p, "the identity's"):
			out = append(out, seekCustomer)
		case len(texts) == 0: // of the profile: an empty text
			out = append(out, "")
		default:
			out = append(out, texts[next%max(1, len(texts))][1])
			next++
		}
	}
	return out
}
