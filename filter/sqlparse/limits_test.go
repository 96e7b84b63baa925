package sqlparse_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqlparse"
)

func join(n int, sep string, element func(i int) string) string {
	var list []string
	for i := range n {
		list = append(list, element(i))
	}
	return strings.Join(list, sep)
}

// TestLimits reads each text with exactly what it needs, and refuses it with one less.
func TestLimits(t *testing.T) {
	for sentence, c := range map[string]struct {
		text string
		lim  sqlparse.Limits
		less func(l *sqlparse.Limits)
	}{
		"bytes":                   {"SELECT 1", sqlparse.Limits{Bytes: 8}, func(l *sqlparse.Limits) { l.Bytes-- }},
		"words and signs":         {"SELECT a, b FROM t", sqlparse.Limits{Tokens: 6}, func(l *sqlparse.Limits) { l.Tokens-- }},
		"depth of parentheses":    {"SELECT ((((1))))", sqlparse.Limits{Depth: 6}, func(l *sqlparse.Limits) { l.Depth-- }},
		"depth of NOT":            {"SELECT NOT NOT NOT a", sqlparse.Limits{Depth: 5}, func(l *sqlparse.Limits) { l.Depth-- }},
		"depth of signs":          {"SELECT - - -a", sqlparse.Limits{Depth: 5}, func(l *sqlparse.Limits) { l.Depth-- }},
		"depth of calls":          {"SELECT f(g(h(a)))", sqlparse.Limits{Depth: 5}, func(l *sqlparse.Limits) { l.Depth-- }},
		"depth of subqueries":     {"SELECT (SELECT (SELECT 1))", sqlparse.Limits{Depth: 6}, func(l *sqlparse.Limits) { l.Depth-- }},
		"elements of IN":          {"SELECT a IN (1, 2, 3)", sqlparse.Limits{InList: 3}, func(l *sqlparse.Limits) { l.InList-- }},
		"question marks":          {"SELECT ?, ?, ?", sqlparse.Limits{Params: 3}, func(l *sqlparse.Limits) { l.Params-- }},
		"the highest parameter":   {"SELECT $3", sqlparse.Limits{Params: 3}, func(l *sqlparse.Limits) { l.Params-- }},
		"named parameters":        {"SELECT :a, :b, :a", sqlparse.Limits{Params: 3}, func(l *sqlparse.Limits) { l.Params-- }},
		"nodes":                   {"SELECT a, b FROM t", sqlparse.Limits{Nodes: 7}, func(l *sqlparse.Limits) { l.Nodes-- }},
		"nodes of an inner query": {"SELECT (SELECT 1), b FROM t", sqlparse.Limits{Nodes: 11}, func(l *sqlparse.Limits) { l.Nodes-- }},
	} {
		t.Run(sentence, func(t *testing.T) {
			if _, err := sqlparse.ParseQuery(c.text, c.lim); err != nil {
				t.Fatalf("%s is refused: %v", c.text, err)
			}
			c.less(&c.lim)
			if e := refusal(t, c.text, c.lim); e.Code != sqlparse.CodeLimit {
				t.Errorf("refused with %s: %v", e.Code, e)
			}
		})
	}
}

func TestDefaultLimits(t *testing.T) {
	d := sqlparse.DefaultLimits()
	for sentence, c := range map[string]struct {
		ok, tooMuch string
	}{
		"bytes":      {"SELECT 1" + strings.Repeat(" ", d.Bytes-8), "SELECT 1" + strings.Repeat(" ", d.Bytes-7)},
		"tokens":     {"SELECT " + join(9999, ",", func(int) string { return "*" }), "SELECT " + join(10001, ",", func(int) string { return "*" })},
		"IN list":    {"SELECT a IN (" + join(5000, ",", func(int) string { return "1" }) + ")", "SELECT a IN (" + join(5001, ",", func(int) string { return "1" }) + ")"},
		"parameters": {"SELECT " + join(2000, ",", func(int) string { return "?" }), "SELECT " + join(2001, ",", func(int) string { return "?" })},
		"numbers":    {"SELECT $2000", "SELECT $2001"},
	} {
		t.Run(sentence, func(t *testing.T) {
			if _, err := sqlparse.ParseQuery(c.ok, sqlparse.Limits{}); err != nil {
				t.Errorf("refused: %v", err)
			}
			if e := refusal(t, c.tooMuch, sqlparse.Limits{}); e.Code != sqlparse.CodeLimit {
				t.Errorf("refused with %s: %v", e.Code, e)
			}
		})
	}
}

func TestAZeroOrNegativeLimitTakesItsDefault(t *testing.T) {
	if _, err := sqlparse.ParseQuery("SELECT a FROM t WHERE b IN (?, ?)", sqlparse.Limits{Bytes: -1, Depth: -1}); err != nil {
		t.Error(err)
	}
}

// deep are the ways to nest: a text that opens n times, with or without its end.
var deep = map[string]func(n int) string{
	"parentheses":             func(n int) string { return "SELECT " + strings.Repeat("(", n) + "1" + strings.Repeat(")", n) },
	"open parentheses":        func(n int) string { return "SELECT " + strings.Repeat("(", n) },
	"rows":                    func(n int) string { return "SELECT " + strings.Repeat("(1,", n) + "1" + strings.Repeat(")", n) },
	"NOT":                     func(n int) string { return "SELECT " + strings.Repeat("NOT ", n) + "a" },
	"minus signs":             func(n int) string { return "SELECT " + strings.Repeat("- ", n) + "a" },
	"casts":                   func(n int) string { return "SELECT a" + strings.Repeat("::int", n) },
	"plus signs":              func(n int) string { return "SELECT " + strings.Repeat("+", n) + "a" },
	"calls":                   func(n int) string { return "SELECT " + strings.Repeat("f(", n) + strings.Repeat(")", n) },
	"CASE operands":           func(n int) string { return "SELECT " + strings.Repeat("CASE ", n) },
	"CASE conditions":         func(n int) string { return "SELECT " + strings.Repeat("CASE WHEN ", n) },
	"CASE ELSE":               func(n int) string { return "SELECT " + strings.Repeat("CASE WHEN a THEN b ELSE ", n) },
	"CAST":                    func(n int) string { return "SELECT " + strings.Repeat("CAST(", n) },
	"CONVERT":                 func(n int) string { return "SELECT " + strings.Repeat("CONVERT(int, ", n) },
	"EXTRACT":                 func(n int) string { return "SELECT " + strings.Repeat("EXTRACT(YEAR FROM ", n) },
	"TRIM":                    func(n int) string { return "SELECT " + strings.Repeat("TRIM(", n) },
	"SUBSTRING":               func(n int) string { return "SELECT " + strings.Repeat("SUBSTRING(", n) },
	"POSITION":                func(n int) string { return "SELECT " + strings.Repeat("POSITION(-(", n) },
	"POSITION in POSITION":    func(n int) string { return "SELECT " + strings.Repeat("POSITION(", n) },
	"scalar subqueries":       func(n int) string { return strings.Repeat("SELECT (", n) },
	"EXISTS":                  func(n int) string { return "SELECT " + strings.Repeat("EXISTS (SELECT ", n) },
	"IN queries":              func(n int) string { return "SELECT " + strings.Repeat("a IN (SELECT ", n) },
	"IN lists":                func(n int) string { return "SELECT " + strings.Repeat("a IN (", n) },
	"ANY":                     func(n int) string { return "SELECT " + strings.Repeat("-a = ANY (SELECT ", n) },
	"BETWEEN":                 func(n int) string { return "SELECT " + strings.Repeat("a BETWEEN (", n) },
	"derived tables":          func(n int) string { return strings.Repeat("SELECT * FROM (", n) + "SELECT 1" },
	"parenthesised joins":     func(n int) string { return "SELECT * FROM " + strings.Repeat("(", n) + "a" },
	"joins on the right":      func(n int) string { return "SELECT * FROM " + strings.Repeat("a CROSS JOIN (", n) },
	"LATERAL":                 func(n int) string { return strings.Repeat("SELECT * FROM LATERAL (", n) },
	"APPLY":                   func(n int) string { return strings.Repeat("SELECT * FROM a CROSS APPLY (", n) },
	"parenthesised queries":   func(n int) string { return strings.Repeat("(", n) + "SELECT 1" },
	"arms of set operations":  func(n int) string { return strings.Repeat("SELECT 1 UNION (", n) },
	"WITH":                    func(n int) string { return strings.Repeat("WITH a AS (", n) },
	"ORDER BY subqueries":     func(n int) string { return strings.Repeat("SELECT 1 ORDER BY (", n) },
	"windows":                 func(n int) string { return "SELECT " + strings.Repeat("f() OVER (ORDER BY ", n) },
	"FILTER":                  func(n int) string { return "SELECT " + strings.Repeat("f() FILTER (WHERE ", n) },
	"WITHIN GROUP":            func(n int) string { return "SELECT " + strings.Repeat("f() WITHIN GROUP (ORDER BY ", n) },
	"join conditions":         func(n int) string { return "SELECT * FROM " + strings.Repeat("a JOIN b ON EXISTS (SELECT * FROM ", n) },
	"items that start a name": func(n int) string { return strings.Repeat("SELECT a.b = (", n) },
}

func TestNestingIsLimitedHoweverItIsWritten(t *testing.T) {
	huge := sqlparse.Limits{Bytes: 1 << 30, Tokens: 1 << 30, Nodes: 1 << 30, InList: 1 << 30, Depth: 1 << 30}
	for sentence, text := range deep {
		t.Run(sentence, func(t *testing.T) {
			e := refusal(t, text(100), sqlparse.Limits{})
			if e.Code != sqlparse.CodeLimit || !strings.Contains(e.Msg, "60 levels") {
				t.Errorf("100 deep: %s %v", e.Code, e)
			}
			e = refusal(t, text(100_000), huge)
			if e.Code != sqlparse.CodeLimit || !strings.Contains(e.Msg, "1000 levels") {
				t.Errorf("100,000 deep without a limit: %s %v", e.Code, e)
			}
		})
	}
}

// chains are what stands side by side and grows a tree to the left.
var chains = map[string]func(n int) string{
	"OR":        func(n int) string { return "SELECT " + join(n+1, " OR ", func(int) string { return "a" }) },
	"AND":       func(n int) string { return "SELECT " + join(n+1, " AND ", func(int) string { return "a" }) },
	"sums":      func(n int) string { return "SELECT " + join(n+1, "+", func(int) string { return "a" }) },
	"products":  func(n int) string { return "SELECT " + join(n+1, "*", func(int) string { return "a" }) },
	"||":        func(n int) string { return "SELECT " + join(n+1, "||", func(int) string { return "a" }) },
	"UNION":     func(n int) string { return join(n+1, " UNION ", func(int) string { return "SELECT 1" }) },
	"INTERSECT": func(n int) string { return join(n+1, " INTERSECT ", func(int) string { return "SELECT 1" }) },
	"joins": func(n int) string {
		return "SELECT * FROM " + join(n+1, " CROSS JOIN ", func(int) string { return "a" })
	},
}

func TestChainsAreLimitedTo2000(t *testing.T) {
	for sentence, text := range chains {
		t.Run(sentence, func(t *testing.T) {
			q, err := sqlparse.ParseQuery(text(2000), sqlparse.Limits{})
			if err != nil {
				t.Fatalf("2000 are refused: %v", err)
			}
			if again, err := sqlparse.ParseQuery(sqlast.Format(q), wide); err != nil || again == nil {
				t.Errorf("the canonical form is refused: %v", err)
			}
			e := refusal(t, text(2001), sqlparse.Limits{})
			if e.Code != sqlparse.CodeLimit || !strings.Contains(e.Msg, "2000") {
				t.Errorf("2001: %s %v", e.Code, e)
			}
		})
	}
}

// TestTheParserCountsEveryNode holds that no node escapes Limits.Nodes: reading
// with one node fewer than the tree has is refused.
func TestTheParserCountsEveryNode(t *testing.T) {
	eachCase(t, "accept", func(t *testing.T, e entry) string {
		q, err := sqlparse.ParseQuery(e.text, sqlparse.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		nodes := 0
		if err := sqlast.Walk(q, func(sqlast.Node) (bool, error) { nodes++; return true, nil }); err != nil {
			t.Fatal(err)
		}
		if bad := refusal(t, e.text, sqlparse.Limits{Nodes: nodes - 1}); bad.Code != sqlparse.CodeLimit {
			t.Errorf("refused with %s: %v", bad.Code, bad)
		}
		return e.expected
	})
}

func TestTooManyNodesEndTheReadingAtOnce(t *testing.T) {
	e := refusal(t, "SELECT "+join(1000, ",", func(int) string { return "a" }), sqlparse.Limits{Nodes: 10})
	if e.Code != sqlparse.CodeLimit || e.Pos > 30 {
		t.Errorf("%s at %d: %v", e.Code, e.Pos, e)
	}
}

func ExampleParseQuery() {
	_, err := sqlparse.ParseQuery("SELECT DO_Piece FROM F_DOCENTETE WHERE DO_Tiers = 'ACME' FOR XML AUTO", sqlparse.DefaultLimits())
	fmt.Println(err)
	// Output: line 1, column 58: FOR (UPDATE, SHARE, XML, JSON, SYSTEM_TIME) is not offered
}
