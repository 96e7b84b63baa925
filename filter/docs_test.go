package filter_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/sqlfunc"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// The page about the portal's SQL. Its words are written by hand; what stands
// between <!-- generated: name --> and <!-- end --> is made here, from the
// function table, the gate's own answers and the parser's corpora.
const sqlPage = "../docs/sql.md"

var generated = regexp.MustCompile(`(?s)(<!-- generated: (\w+) -->\n).*?(<!-- end -->)`)

const pageERP = `
CREATE TABLE docs (id INTEGER PRIMARY KEY, owner varchar(17) NOT NULL, kind smallint NOT NULL, ref varchar(20), note varchar(200), total numeric(24,6), weight double, at datetime, due date, paid boolean);
CREATE TABLE lines (id INTEGER PRIMARY KEY, doc int NOT NULL, article varchar(20), qty numeric(24,6));
INSERT INTO docs VALUES (1,'ANNA',1,'A-1','n',100,1.5,'2026-01-05 00:00:00','2026-02-05',1);`

const pageProfile = `
profile: PAGE
title: {fr: Essai, en: Trial}
erp: custom
modules:
  all: {title: {fr: Tout, en: All}, level: read}
tables:
  docs:
    rows: owner = :customer
    modules: {all: 1 = 1}
    columns: {id: {}, owner: {}, kind: {}, ref: {}, note: {}, total: {}, weight: {}, at: {}, due: {}, paid: {}}
  lines:
    follows: {table: docs, on: [[doc, id]]}
    columns: {id: {}, doc: {}, article: {}, qty: {}}
`

// TestThePageAboutSQLIsWhatTheGateDoes fails where docs/sql.md is stale; see
// go test ./filter -run TestThePageAboutSQL -update.
func TestThePageAboutSQLIsWhatTheGateDoes(t *testing.T) {
	page, err := os.ReadFile(sqlPage)
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, pageERP, pageProfile)
	blocks := map[string]func(*testing.T, *rig) string{"functions": functionTables, "clauses": clauseTable, "casts": castTable, "accepted": acceptedTexts, "refused": refusedTexts}
	seen := map[string]bool{}
	got := generated.ReplaceAllStringFunc(string(page), func(block string) string {
		m := generated.FindStringSubmatch(block)
		seen[m[2]] = true
		return m[1] + blocks[m[2]](t, r) + m[3]
	})
	for name := range blocks {
		if !seen[name] {
			t.Errorf("%s has no block %q", sqlPage, name)
		}
	}
	if got == string(page) {
		return
	}
	if *update {
		if err := os.WriteFile(sqlPage, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("%s is stale; see go test ./filter -run TestThePageAboutSQL -update\n%s", sqlPage, firstDifference(string(page), got))
}

// verdict says in a word or a sentence what an engine's gate does with a query.
func verdict(t *testing.T, r *rig, sql string, engine catalog.Engine) string {
	req := filter.Request{Caller: as("ANNA"), Text: sql}
	x, err := r.gate.Explain(t.Context(), req, engine)
	switch {
	case err != nil:
		return strings.TrimSuffix("no: "+refusalText(err), ": ")
	case fenced(x.SQL):
		return "behind a fence"
	}
	return "yes"
}

var codePrefix = regexp.MustCompile(`^\w+: `)

// lacking is how a refusal begins that tells no more than the column already does.
var lacking = regexp.MustCompile(`^\w+ is not offered on (SQLite|PostgreSQL|MariaDB|SQL Server)(: )?`)

func refusalText(err error) string {
	return inCell(lacking.ReplaceAllString(codePrefix.ReplaceAllString(err.Error(), ""), ""))
}

// inCell makes a text fit a table's cell.
func inCell(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "|", `\|`), "\n", " ")
}

func code(s string) string { return "`" + inCell(s) + "`" }

// verdicts says what the engines do, in one cell: one word where they agree.
func verdicts(t *testing.T, r *rig, sql string) string {
	all, same := []string{}, true
	first := ""
	for i, engine := range printedEngines {
		v := verdict(t, r, sql, engine)
		if i == 0 {
			first = v
		}
		same = same && v == first
		all = append(all, engineName[engine]+": "+v)
	}
	if same {
		return first
	}
	return strings.Join(all, "; ")
}

var engineName = map[catalog.Engine]string{catalog.SQLite: "SQLite", catalog.Postgres: "PostgreSQL", catalog.MariaDB: "MariaDB", catalog.SQLServer: "SQL Server"}

var sampleArgs = map[sqlfunc.ArgKind]string{
	sqlfunc.Text: "ref", sqlfunc.Exact: "total", sqlfunc.Number: "total", sqlfunc.Real: "total", sqlfunc.Whole: "kind", sqlfunc.Temporal: "due", sqlfunc.Moment: "at",
	sqlfunc.Ordered: "total", sqlfunc.Same: "ref", sqlfunc.Cond: "paid", sqlfunc.Any: "total", sqlfunc.Written: "'-'", sqlfunc.JSON: "note", sqlfunc.Key: "'fr'", sqlfunc.Unit: "'month'",
}

func example(f *sqlfunc.Func) string {
	if f.Example != "" {
		return f.Example
	}
	var args []string
	for i, kind := range f.Args {
		if i >= len(f.Args)-f.Optional {
			break
		}
		if kind == sqlfunc.Count {
			args = append(args, fmt.Sprint(max(2, f.CountRange(i).Least)))
			continue
		}
		args = append(args, sampleArgs[kind])
	}
	return f.Name + "(" + strings.Join(args, ", ") + ")"
}

func functionTables(t *testing.T, r *rig) string {
	var b strings.Builder
	names := 0
	for _, area := range sqlfunc.Areas() {
		fmt.Fprintf(&b, "### %s\n\n| function | also written | example | meaning | offered |\n| --- | --- | --- | --- | --- |\n", area.Title)
		for _, f := range area.Funcs {
			names += 1 + len(f.Synonyms)
			sql := "SELECT " + example(f)
			if f.Class == sqlfunc.Window {
				sql += " OVER (ORDER BY id)"
			}
			from := " FROM docs"
			if f.Name == "GROUPING" {
				from += " GROUP BY ROLLUP (kind)"
			}
			offered := verdicts(t, r, sql+from)
			for engine, v := range f.Since {
				offered += ", from " + sqlfunc.Release(engine, v) + " on"
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", f.Name, strings.Join(f.Synonyms, ", "), code(example(f)), inCell(f.Doc), offered)
		}
		b.WriteString("\n")
	}
	if names < 150 {
		t.Errorf("there are %d names of functions: at least 150 are wanted", names)
	}
	fmt.Fprintf(&b, "In all %d names for %d functions.\n", names, len(sqlfunc.All()))
	return b.String()
}

// clauses are what engines differ in, apart from functions.
var clauses = []struct{ what, sql string }{
	{"a join", "SELECT d.ref, l.qty FROM docs d LEFT JOIN lines l ON l.doc = d.id"},
	{"FULL JOIN", "SELECT d.ref, l.qty FROM docs d FULL JOIN lines l ON l.doc = d.id"},
	{"WITH", "WITH w AS (SELECT id FROM docs) SELECT id FROM w"},
	{"WITH in a subquery", "SELECT x.id FROM (WITH w AS (SELECT id FROM docs) SELECT id FROM w) x"},
	{"WITH RECURSIVE", "WITH RECURSIVE w AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM w WHERE n < 3) SELECT n FROM w"},
	{"LATERAL, APPLY", "SELECT d.id, x.qty FROM docs d CROSS JOIN LATERAL (SELECT l.qty FROM lines l WHERE l.doc = d.id) x"},
	{"UNION, INTERSECT, EXCEPT", "SELECT id FROM docs UNION SELECT doc FROM lines EXCEPT SELECT 1"},
	{"ROLLUP", "SELECT kind, COUNT(*) FROM docs GROUP BY ROLLUP (kind)"},
	{"CUBE", "SELECT kind, COUNT(*) FROM docs GROUP BY CUBE (kind)"},
	{"GROUPING SETS", "SELECT kind, COUNT(*) FROM docs GROUP BY GROUPING SETS ((kind), ())"},
	{"HAVING", "SELECT kind, COUNT(*) FROM docs GROUP BY kind HAVING COUNT(*) > 1"},
	{"FILTER", "SELECT COUNT(*) FILTER (WHERE paid) FROM docs"},
	{"NULLS FIRST, NULLS LAST", "SELECT id FROM docs ORDER BY ref NULLS LAST, total DESC NULLS FIRST"},
	{"LIMIT and OFFSET", "SELECT id FROM docs ORDER BY id LIMIT 5 OFFSET 10"},
	{"ROWS", "SELECT SUM(total) OVER (ORDER BY id ROWS 2 PRECEDING) FROM docs"},
	{"RANGE", "SELECT SUM(total) OVER (ORDER BY id RANGE UNBOUNDED PRECEDING) FROM docs"},
	{"RANGE over a distance", "SELECT SUM(total) OVER (ORDER BY id RANGE 2 PRECEDING) FROM docs"},
	{"GROUPS", "SELECT SUM(total) OVER (ORDER BY id GROUPS 2 PRECEDING) FROM docs"},
	{"a subquery as a value", "SELECT (SELECT MAX(qty) FROM lines l WHERE l.doc = d.id) FROM docs d"},
	{"EXISTS", "SELECT id FROM docs d WHERE EXISTS (SELECT 1 FROM lines l WHERE l.doc = d.id)"},
	{"IN a subquery", "SELECT id FROM docs WHERE id IN (SELECT doc FROM lines)"},
	{"rows of values", "SELECT id FROM docs WHERE (kind, ref) IN ((1, 'A-1'), (2, 'A-2'))"},
	{"rows of values in their order", "SELECT id FROM docs WHERE (kind, id) > (1, 7)"},
	{"rows of values in a subquery", "SELECT id FROM docs WHERE (id, 'RING') IN (SELECT doc, article FROM lines)"},
	{"= ANY, <> ALL", "SELECT id FROM docs WHERE id = ANY (SELECT doc FROM lines) AND id <> ALL (SELECT doc FROM lines)"},
	{"ANY and ALL in a condition of WHERE", "SELECT id FROM docs WHERE total > ALL (SELECT qty FROM lines)"},
	{"ANY and ALL elsewhere", "SELECT total > ALL (SELECT qty FROM lines) FROM docs"},
	{"LIKE with ESCAPE", "SELECT id FROM docs WHERE ref LIKE 'A!_%' ESCAPE '!'"},
	{"ILIKE", "SELECT id FROM docs WHERE ref ILIKE 'a%'"},
	{"LIKE a column", "SELECT id FROM docs WHERE ref LIKE note"},
	{"division", "SELECT total / kind, id % 2 FROM docs"},
	{"arithmetic on floats", "SELECT weight * 2 FROM docs"},
	{"IS DISTINCT FROM", "SELECT id FROM docs WHERE ref IS DISTINCT FROM note"},
}

func clauseTable(t *testing.T, r *rig) string {
	var b strings.Builder
	b.WriteString("| what | example | offered |\n| --- | --- | --- |\n")
	for _, c := range clauses {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", c.what, code(c.sql), verdicts(t, r, c.sql))
	}
	return b.String()
}

func castTable(t *testing.T, r *rig) string {
	types := []string{"INT", "DECIMAL(12, 2)", "FLOAT", "VARCHAR(20)", "DATE", "DATETIME", "BIT"}
	var b strings.Builder
	b.WriteString("| from | " + strings.Join(types, " | ") + " |\n|" + strings.Repeat(" --- |", len(types)+1) + "\n")
	for _, c := range []struct{ what, column string }{{"text", "ref"}, {"integer", "id"}, {"decimal", "total"}, {"float", "weight"}, {"date", "due"}, {"timestamp", "at"}, {"boolean", "paid"}} {
		b.WriteString("| " + c.what)
		for _, to := range types {
			v := verdicts(t, r, "SELECT CAST("+c.column+" AS "+to+") FROM docs")
			if strings.HasPrefix(v, "no: CAST from") {
				v = "no"
			}
			b.WriteString(" | " + v)
		}
		b.WriteString(" |\n")
	}
	return b.String()
}

// corpus reads the parser's cases of a directory: the title, the text and what
// is expected, file by file.
func corpus(t *testing.T, dir string, each func(file, title, text, expected string)) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("sqlparse", "testdata", dir, "*.sql"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no corpus in %s: %v", dir, err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range strings.Split("\n"+string(data), "\n=== ")[1:] {
			title, rest, _ := strings.Cut(part, "\n")
			text, expected, _ := strings.Cut(rest, "\n---\n")
			each(strings.TrimSuffix(filepath.Base(path), ".sql"), title, text, strings.TrimSpace(expected))
		}
	}
}

// longestShown keeps the texts that test limits, and bytes that no page keeps,
// out of the page.
const longestShown = 160

func shown(title, text string) bool {
	return len(text) <= longestShown && !strings.HasSuffix(title, "(escaped)") && !strings.ContainsAny(text, "`\t\r")
}

func acceptedTexts(t *testing.T, _ *rig) string {
	var b strings.Builder
	last := ""
	corpus(t, "accept", func(file, title, text, _ string) {
		if !shown(title, text) {
			return
		}
		if file != last {
			fmt.Fprintf(&b, "\n**%s**\n\n| what | text |\n| --- | --- |\n", file)
			last = file
		}
		fmt.Fprintf(&b, "| %s | %s |\n", inCell(title), code(text))
	})
	return b.String()
}

func refusedTexts(t *testing.T, _ *rig) string {
	var b strings.Builder
	b.WriteString("| text | place and message |\n| --- | --- |\n")
	corpus(t, "reject", func(_, title, text, expected string) {
		if statement, _, _ := strings.Cut(strings.ToUpper(text), " "); statement == "INSERT" || statement == "UPDATE" || statement == "DELETE" {
			return // no query; what of writes is refused, the attack corpus has
		}
		if shown(title, text) && len(expected) <= 2*longestShown {
			fmt.Fprintf(&b, "| %s | %s |\n", code(text), inCell(strings.Replace(expected, " ", ", ", 1)))
		}
	})
	return b.String()
}
