package filter_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// What goes through a great deal of text on a row, though no function of it can
// fail, meets the customer's own rows only: the time it takes would tell of
// others'. A text of the request counts for as long as one may be, or one that is
// short.
func TestPromise8MuchTextMeetsOwnRowsOnly(t *testing.T) {
	r := newRig(t, attackedERP, attackedProfile)
	lengthy := strings.Repeat("x", 1001)
	long := "$1" + strings.Repeat(" || $1", 9)
	many := func(x string, n int) string { return x + strings.Repeat(" AND "+x, n-1) }
	bounds := func(x string, n int) string {
		for range n {
			x = "CASE WHEN " + x + " BETWEEN 'a' AND 'b' THEN 'x' ELSE 'y' END"
		}
		return x
	}
	derived := "SELECT COUNT(*) FROM (SELECT note || $1 || $1 AS a, article || $1 AS b FROM lines) x WHERE CASE WHEN x.a LIKE 'l QTWO%' THEN "
	for _, c := range []struct {
		what, sql string
		dear      bool
		short     bool
	}{
		{"a text put together", "SELECT id FROM lines WHERE note || " + long + " = 'x'", true, false},
		{"capitals", "SELECT id FROM lines WHERE " + many("UPPER($1) = note", 20), true, false},
		{"a function inside itself", "SELECT id FROM lines WHERE " + strings.Repeat("LOWER(UPPER(", 10) + "$1" + strings.Repeat("))", 10) + " = note", true, false},
		{"comparisons", derived + many("x.a < x.b", 30) + " ELSE TRUE END", true, false},
		{"a list", derived + "x.a IN (x.b" + strings.Repeat(", x.b", 30) + ") ELSE TRUE END", true, false},
		{"a choice among values", derived + "CASE x.a" + strings.Repeat(" WHEN x.b THEN 1", 30) + " END = 1 ELSE TRUE END", true, false},
		{"what lies between", derived + many("x.a BETWEEN x.b AND x.b", 15) + " ELSE TRUE END", true, false},
		{"patterns", derived + many("x.a LIKE '%a%b%'", 10) + " ELSE TRUE END", true, false},
		{"a computed column that is used a hundred times", "SELECT COUNT(*) FROM (SELECT note, UPPER($1 || note) AS u FROM lines) x WHERE CASE WHEN x.note LIKE 'l QTWO%' THEN x.u IN ('a')" + strings.Repeat(" OR x.u = 'b'", 100) + " ELSE TRUE END", true, false},
		{"a computed column of a WITH element", "WITH x AS (SELECT note, UPPER($1 || note) AS u FROM lines) SELECT COUNT(*) FROM x WHERE CASE WHEN x.note LIKE 'l QTWO%' THEN x.u = 'a'" + strings.Repeat(" OR x.u = 'b'", 20) + " ELSE TRUE END", true, false},
		{"the condition of a WITH element that is named often", "WITH x AS (SELECT id FROM lines WHERE $1 <> '' AND UPPER(note) <> LOWER(article)) SELECT id FROM x" + strings.Repeat(" UNION ALL SELECT id FROM x", 20), true, false},
		{"the condition of a WITH element that is named twice", "WITH x AS (SELECT id FROM lines WHERE $1 <> '' AND UPPER(note) <> LOWER(article)) SELECT id FROM x UNION ALL SELECT id FROM x", false, false},
		{"a computed column through two arms", "SELECT COUNT(*) FROM (SELECT UPPER($1 || note) AS u FROM lines UNION ALL SELECT LOWER($1 || article) FROM lines) x WHERE " + many("x.u <> 'a'", 5), true, false},
		{"a computed column through two blocks", "SELECT COUNT(*) FROM (SELECT CASE WHEN u = 'a' THEN 'b' WHEN u = 'c' THEN 'd' ELSE u END AS v FROM (SELECT UPPER($1 || note) AS u FROM lines) x) y WHERE " + many("y.v <> 'a'", 4), true, false},
		{"what a list of columns is compared with", "SELECT id FROM lines WHERE UPPER($1 || note) IN (article" + strings.Repeat(", article", 10) + ")", true, false},
		{"a row that a list of rows is searched for", "SELECT COUNT(*) FROM (SELECT id, note, UPPER($1 || note) AS u FROM lines) x WHERE (x.u, x.id) IN (('a', 1)" + strings.Repeat(", ('b', 2)", 9) + ")", true, false},
		{"rows in their order", "SELECT COUNT(*) FROM (SELECT id, note, UPPER(LOWER($1 || note)) AS u FROM lines) x WHERE (x.u, x.id) > ('a', 1)", true, false},
		{"bounds around a choice, over and over", "SELECT id FROM lines WHERE " + bounds("UPPER($1 || note)", 4) + " = 'a'", true, false},
		{"what a conversion looks at again and again", "SELECT id FROM lines WHERE " + many("CAST(UPPER($1 || note) AS DATE) = '2026-01-01'", 3), true, false},
		{"patterns whose case is ignored", "SELECT id FROM lines WHERE " + many("note ILIKE $1", 1100), true, false},
		{"a long pattern in a long text", "SELECT id FROM lines WHERE $1 || note LIKE '%" + strings.Repeat("a", 980) + "b%'", true, false},
		{"a long pattern in a text of the request", "SELECT id FROM lines WHERE CASE WHEN note LIKE 'l QTWO%' THEN $1 LIKE '%" + strings.Repeat("a", 980) + "b%' ELSE TRUE END", true, false},
		{"a text in a long text", "SELECT id FROM lines WHERE LOCATE('b" + strings.Repeat("a", 148) + "', $1 || note) = 1", true, false},
		{"texts of the request among themselves", "SELECT id FROM lines WHERE CASE WHEN note LIKE 'l QTWO%' THEN $1 IN ($1" + strings.Repeat(", $1", 20) + ") ELSE TRUE END", true, false},
		{"texts that are filled up", "SELECT id FROM lines WHERE $1 <> '' AND " + many("LPAD(note, 1000, 'x') <> 'a'", 1100), true, false},
		{"a computed column that is used a few times", "SELECT COUNT(*) FROM (SELECT note, UPPER(note) AS u FROM lines) x WHERE $1 <> '' AND " + many("x.u <> 'a'", 4), false, false},
		{"a computed column that is used rather often", "SELECT COUNT(*) FROM (SELECT note, UPPER(note) AS u FROM lines) x WHERE $1 <> '' AND " + many("x.u <> 'a'", 200), true, false},
		{"a column that is not used", "SELECT COUNT(*) FROM (SELECT note, UPPER($1 || note) AS u FROM lines) x WHERE x.note <> 'a'", false, false},
		{"words that are looked for", "SELECT id FROM lines WHERE $1 <> '' AND " + many("POSITION('colis' IN FOLD(note)) > 0", 1), false, false},
		{"parameters that may be empty", "SELECT id FROM lines WHERE " + many("($1 = '' OR note = $1 OR note LIKE $1)", 2), false, false},
		{"many parameters that may be empty", "SELECT id FROM lines WHERE " + many("($1 = '' OR note = $1 OR note ILIKE $1)", 20), true, false},
		{"a few functions", "SELECT id FROM lines WHERE UPPER(note) = $1 AND note || 'y' = 'x'", false, true},
		{"functions of what is selected", "SELECT UPPER($1), note || $1 FROM lines WHERE id > 3", false, false},
		{"functions of a long text", "SELECT id FROM lines WHERE UPPER(note) = UPPER($1) AND note || 'y' = 'x'", true, false},
		{"functions of a short text", "SELECT id FROM lines WHERE UPPER(note) = UPPER($1)", true, true},
		{"short columns, twice", "SELECT id FROM lines WHERE $1 <> '' AND " + many("UPPER(note || article) <> LOWER(note)", 2), false, false},
		{"short columns, a hundred times", "SELECT id FROM lines WHERE $1 <> '' AND " + many("UPPER(note || article) <> LOWER(note)", 100), true, false},
		{"a list of what is short", "SELECT id FROM lines WHERE $1 <> '' AND UPPER(note) IN ('a'" + strings.Repeat(", 'bcdefg'", 50) + ")", false, false},
		{"a long list of what is short", "SELECT id FROM lines WHERE $1 <> '' AND UPPER(note) IN ('a'" + strings.Repeat(", 'bcdefg'", 2000) + ")", true, false},
		{"a pattern in a stored text", "SELECT id FROM lines WHERE note LIKE '%colis%' OR article LIKE $1", false, true},
		{"patterns in a stored text", "SELECT id FROM lines WHERE " + many("note LIKE $1", 40), true, true},
		{"how a stored text begins", "SELECT id FROM lines WHERE $1 <> '' AND " + many("note LIKE 'colis%'", 40), false, true},
		{"many comparisons", "SELECT id FROM lines WHERE $1 <> '' AND " + many("qty <> doc", 700), true, true},
		{"as many columns", "SELECT id" + strings.Repeat(", qty, doc", 700) + " FROM lines WHERE $1 <> '' AND note LIKE '%colis%'", false, true},
	} {
		req := filter.Request{Caller: as("ANNA"), Front: "sql", Text: c.sql, Params: []any{lengthy}}
		if c.short {
			req.Params[0] = lengthy[1:]
		}
		x, err := r.gate.Explain(t.Context(), req, "")
		if err != nil {
			t.Errorf("%s: %v", c.what, err)
			continue
		}
		if fenced(x.SQL) != c.dear {
			t.Errorf("%s: fenced: %t\n%.300s", c.what, fenced(x.SQL), x.SQL)
		}
	}
	for _, engine := range []catalog.Engine{catalog.Postgres, catalog.MariaDB} { // which go through a text for every letter
		x, err := r.gate.Explain(t.Context(), filter.Request{Caller: as("ANNA"), Text: "SELECT id FROM lines WHERE FOLD(note) <> 'a'"}, engine)
		if err != nil || !fenced(x.SQL) {
			t.Errorf("%s: a text without accents: not fenced, %v", engine, err)
		}
	}
	// What is dear altogether is not tested beside the row condition; what an index serves is.
	x, err := r.gate.Explain(t.Context(), filter.Request{Caller: as("ANNA"), Text: "SELECT id FROM lines WHERE note LIKE 'l%' AND doc = 11 AND CASE WHEN $1 || article BETWEEN 'a' AND 'b' THEN TRUE ELSE FALSE END AND " + many("UPPER($1) || note BETWEEN 'a' AND 'b'", 4), Params: []any{lengthy}}, "")
	if inside, _, _ := strings.Cut(x.SQL, " LIMIT 9223372036854775807"); err != nil || !strings.Contains(inside, "r1.`doc` = 11") || !strings.Contains(inside, " LIKE ") || strings.Contains(inside, "BETWEEN") {
		t.Errorf("%v: %s", err, x.SQL)
	}
	x, err = r.gate.Explain(t.Context(), filter.Request{Caller: as("ANNA"), Text: "SELECT id FROM lines WHERE (qty = 1" + strings.Repeat(" OR qty = 2", 40) + ") AND doc = 11 AND article LIKE '%q%' AND " + many("qty <> doc", 100) + " AND " + many("note LIKE $1", 40), Params: []any{lengthy}}, "")
	inside, _, _ := strings.Cut(x.SQL, " LIMIT 9223372036854775807")
	if n := strings.Count(inside, "<>"); err != nil || !strings.Contains(inside, "r1.`doc` = 11") || strings.Contains(inside, " LIKE ") || n == 0 || n > 22 {
		t.Errorf("%d comparisons on the far side, %v: %s", n, err, inside)
	}
	// So it is where a query in the select list is asked, or one in a column that
	// nothing uses: its conditions meet rows of its own tables.
	for _, text := range []string{
		"SELECT (SELECT COUNT(*) FROM lines l WHERE l.doc = 11 AND %s) FROM docs",
		"SELECT x.id, x.n FROM (SELECT id, (SELECT COUNT(*) FROM lines l WHERE l.doc = 11 AND %s) AS n FROM docs) x",
		"SELECT x.id FROM (SELECT id, (SELECT COUNT(*) FROM lines l WHERE l.doc = 11 AND %s) AS n FROM docs LIMIT 5) x",
		"SELECT CASE WHEN EXISTS (SELECT 1 FROM lines l WHERE l.doc = 11 AND %s) THEN 1 END FROM docs",
	} {
		x, err = r.gate.Explain(t.Context(), filter.Request{Caller: as("ANNA"), Text: fmt.Sprintf(text, many("UPPER(l.note) <> LOWER(l.article)", 30))}, "")
		if err != nil || !strings.Contains(x.SQL, "`doc` = 11") || strings.Contains(x.SQL, "UPPER(r") {
			t.Errorf("%v: %s", err, x.SQL)
		}
	}
	// PostgreSQL tries patterns on what it has gathered of everybody's texts.
	x, err = r.gate.Explain(t.Context(), filter.Request{Caller: as("ANNA"), Text: "SELECT id FROM lines WHERE note LIKE 'l%' AND (" + strings.Repeat("note LIKE $1 OR ", 40) + "article LIKE $1)", Params: []any{lengthy}}, catalog.Postgres)
	if planned := regexp.MustCompile(`t1\."note" LIKE|t1\."article" LIKE`).FindAllString(x.SQL, -1); err != nil || len(planned) != 1 || !strings.Contains(x.SQL, `r1."note" LIKE`) || strings.Count(x.SQL, "COALESCE(") != 41 {
		t.Errorf("%d patterns meet statistics, %v: %s", len(planned), err, x.SQL)
	}
	// A row condition runs on everybody's rows: no fence helps.
	for names, refused := range map[int]bool{3: false, 390: true} {
		policy := strings.Replace(attackedProfile, "rows: active = 1", "rows: name"+strings.Repeat(" || name", names)+" <> 'x'", 1)
		_, err := newRig(t, attackedERP, policy).ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: "SELECT code FROM articles"})
		if (err != nil) != refused {
			t.Errorf("a row condition on %d texts put together: %v", names, err)
		}
	}
}

// A query within an expression costs what its author makes it cost: whether it is
// asked must not hang on a row of others.
func TestPromise8AQueryIsNotAskedForRowsOfOthers(t *testing.T) {
	r := newRig(t, attackedERP, attackedProfile)
	r.gate = r.with(filter.Limits{Time: 3 * time.Second})
	tables := "articles a"
	for i := range 40 {
		tables += fmt.Sprintf(", articles b%d", i)
	}
	for _, bait := range []string{
		"CASE WHEN x.label LIKE '%s' THEN (SELECT COUNT(*) FROM " + tables + ") > 0 ELSE TRUE END",
		"x.label LIKE '%s' AND (SELECT COUNT(*) FROM " + tables + ") > x.id",
		"CASE WHEN x.label LIKE '%s' THEN NOT EXISTS (SELECT 1 FROM " + tables + " WHERE a.price + b7.price + b30.price < 0) ELSE TRUE END",
		"CASE WHEN x.label LIKE '%s' THEN x.id IN (SELECT COUNT(*) FROM " + tables + ") ELSE TRUE END",
		"CASE WHEN x.label LIKE '%s' THEN x.id > ALL (SELECT COUNT(*) FROM " + tables + ") ELSE TRUE END",
	} {
		for _, word := range []string{"K-99%", "K-53%"} { // nobody's, and ANNA2's
			q := "SELECT COUNT(*) FROM contracts x WHERE " + fmt.Sprintf(bait, word)
			if rows, _, err := collect(t.Context(), r.gate, filter.Request{Caller: as("ANNA"), Front: "sql", Text: q}); err != nil {
				t.Errorf("%s: %v, %v", q, rows, err)
			}
		}
	}
	// LATERAL is no expression, and is asked for a row all the same.
	x, err := r.gate.Explain(t.Context(), filter.Request{Caller: as("ANNA"), Text: "SELECT c.id, y.n FROM contracts c CROSS JOIN LATERAL (SELECT COUNT(*) AS n FROM articles a) y"}, catalog.Postgres)
	if err != nil || strings.Count(x.SQL, "OFFSET 0") != 2 {
		t.Errorf("%v: %s", err, x.SQL)
	}
}

// A join costs what its author makes it cost, too, and an engine may make it
// before a row condition that reads another table.
func TestPromise8AJoinIsNotMadeForRowsOfOthers(t *testing.T) {
	r := newRig(t, attackedERP, attackedProfile)
	r.gate = r.with(filter.Limits{Time: 3 * time.Second})
	tables, sum := "", "x.id"
	for i := range 30 {
		tables += fmt.Sprintf(", articles b%d", i)
		sum += fmt.Sprintf(" + b%d.price", i)
	}
	for _, word := range []string{"K-99%", "K-53%"} { // nobody's, and ANNA2's
		q := "SELECT COUNT(*) FROM contracts x" + tables + " WHERE x.label LIKE '" + word + "' AND " + sum + " < 0"
		if rows, _, err := collect(t.Context(), r.gate, filter.Request{Caller: as("ANNA"), Front: "sql", Text: q}); err != nil {
			t.Errorf("%s: %v, %v", word, rows, err)
		}
	}
	for text, want := range map[string]bool{
		"SELECT d.id, l.note FROM docs d JOIN lines l ON l.doc = d.id":                                                                          false,
		"SELECT d.id, l.note FROM docs d LEFT JOIN lines l ON d.id = l.doc WHERE d.kind = 1":                                                    false,
		"SELECT d.id, l.note FROM docs d, lines l WHERE l.doc = d.id":                                                                           false,
		"SELECT d.id, x.n FROM docs d JOIN (SELECT doc, COUNT(*) AS n FROM lines GROUP BY doc) x ON x.doc = d.id":                               true,  // a subquery has as many rows with a key as it likes
		"SELECT a.id FROM docs a JOIN docs b ON b.kind = a.kind":                                                                                false, // no row condition reads another table
		"SELECT d.id FROM docs d, lines l":                                                                                                      true,
		"SELECT d.id FROM docs d JOIN lines l ON l.doc > d.id":                                                                                  true,
		"SELECT d.id FROM docs d JOIN lines l ON l.doc = d.id + 0":                                                                              true,
		"SELECT d.id FROM docs d JOIN lines l ON l.doc = d.id OR 1 = 1":                                                                         true,
		"SELECT d.id FROM docs d JOIN lines l ON l.doc = d.kind":                                                                                true,
		"SELECT d.id FROM docs d JOIN lines l ON l.doc = d.id CROSS JOIN articles a":                                                            true,
		"SELECT a.id FROM lines a JOIN lines b ON b.doc = a.doc":                                                                                true,
		"SELECT a.id FROM docs a JOIN docs b ON b.id = a.id JOIN docs c ON c.id = b.id JOIN docs d ON d.id = c.id JOIN lines l ON l.doc = d.id": true,
		"SELECT d.id FROM docs d UNION ALL SELECT l.doc FROM lines l, articles a":                                                               true,
		"SELECT x.id FROM (SELECT d.id FROM docs d, lines l) x":                                                                                 true,
		"SELECT d.id FROM docs d CROSS JOIN lines l LEFT JOIN articles a ON a.code = l.article AND l.doc = d.id":                                true,
		"SELECT d.id FROM docs d JOIN lines l ON l.doc = d.id LEFT JOIN articles a ON a.code = l.article":                                       false,
		"SELECT d.id FROM docs d RIGHT JOIN lines l ON l.doc = d.id":                                                                            false,
	} {
		x, err := r.gate.Explain(t.Context(), filter.Request{Caller: as("ANNA"), Text: text}, "")
		if err != nil || fenced(x.SQL) != want {
			t.Errorf("%s: fenced: %t, %v\n%s", text, fenced(x.SQL), err, x.SQL)
		}
	}
}

// MariaDB tests any row condition after what the request joins the row by, for every
// row that it is joined to.
func TestPromise8AJoinOnMariaDBIsNotMadeForRowsOfOthers(t *testing.T) {
	db, _ := roomFor(t, catalog.MariaDB, []string{
		"CREATE TABLE docs (id int NOT NULL PRIMARY KEY, owner varchar(20) NOT NULL, kind int)",
		"CREATE TABLE articles (code int NOT NULL PRIMARY KEY, price int)",
	})
	if db == nil {
		t.Skip("VANTELLE_TEST_MARIADB is not set: no join is made on MariaDB")
	}
	r := rigOn(t, db, "profile: JOINS\ntitle: {fr: J, en: J}\nerp: custom\ntables:\n"+
		"  docs: {rows: owner = :customer, columns: {id: {}, kind: {}}}\n  articles: {public: true, columns: {code: {}, price: {}}}\n")
	for text, want := range map[string]bool{
		"SELECT a.id FROM docs a JOIN docs b ON b.kind = a.kind":                                       true,
		"SELECT COUNT(*) FROM docs a CROSS JOIN docs b LEFT JOIN docs x ON x.kind = 5 AND x.id > a.id": true,
		"SELECT a.price FROM articles a JOIN docs b ON b.kind < a.price":                               true,
		"SELECT a.id FROM docs a JOIN docs b ON b.id = a.kind":                                         false,
		"SELECT a.price FROM articles a JOIN articles b ON b.price > a.price":                          false,
		"SELECT a.id FROM docs a WHERE a.kind = 3":                                                     false,
	} {
		x, err := r.gate.Explain(t.Context(), filter.Request{Caller: as("ANNA"), Text: text}, "")
		if err != nil || strings.Contains(x.SQL, " LIMIT 18446744073709551615)") != want {
			t.Errorf("%s: fenced: %t, %v\n%s", text, !want, err, x.SQL)
		}
	}
}
