package sqlparse_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqlast/sqlasttest"
	"github.com/vantelle/vantelle/filter/sqlparse"
)

// grouped writes every operator with parentheses of its own, so that a test of
// the grouping does not lean on the precedence that parser and Format share.
func grouped(x sqlast.Expr) string {
	switch x := x.(type) {
	case *sqlast.Binary:
		return "(" + grouped(x.X) + " " + x.Op + " " + grouped(x.Y) + ")"
	case *sqlast.Unary:
		return "(" + x.Op + " " + grouped(x.X) + ")"
	case *sqlast.Is:
		return "(" + grouped(x.X) + " IS " + x.What + ")"
	case *sqlast.Between:
		return "(" + grouped(x.X) + " BETWEEN " + grouped(x.Low) + " AND " + grouped(x.High) + ")"
	case *sqlast.Like:
		if x.Escape != nil {
			return "(" + grouped(x.X) + " LIKE " + grouped(x.Pattern) + " ESCAPE " + grouped(x.Escape) + ")"
		}
		return "(" + grouped(x.X) + " LIKE " + grouped(x.Pattern) + ")"
	case *sqlast.InList:
		var list []string
		for _, e := range x.List {
			list = append(list, grouped(e))
		}
		return "(" + grouped(x.X) + " IN [" + strings.Join(list, " ") + "])"
	case *sqlast.Cast:
		return "(" + grouped(x.X) + " :: " + x.Type.Name + ")"
	}
	return sqlast.FormatExpr(x)
}

func TestOperatorsGroupByPrecedence(t *testing.T) {
	for text, want := range map[string]string{
		"a OR b AND c":                  "(a OR (b AND c))",
		"a AND b OR c":                  "((a AND b) OR c)",
		"a OR b OR c":                   "((a OR b) OR c)",
		"a AND b AND c":                 "((a AND b) AND c)",
		"NOT a AND b":                   "((NOT a) AND b)",
		"NOT a OR b":                    "((NOT a) OR b)",
		"a AND NOT b = c":               "(a AND (NOT (b = c)))",
		"NOT a = b":                     "(NOT (a = b))",
		"NOT NOT a":                     "(NOT (NOT a))",
		"NOT a IS NULL":                 "(NOT (a IS NULL))",
		"NOT a BETWEEN b AND c":         "(NOT (a BETWEEN b AND c))",
		"a = b || c":                    "(a = (b || c))",
		"a || b = c":                    "((a || b) = c)",
		"a || b || c":                   "((a || b) || c)",
		"a || b + c":                    "(a || (b + c))",
		"a + b || c":                    "((a + b) || c)",
		"a + b * c":                     "(a + (b * c))",
		"a * b + c":                     "((a * b) + c)",
		"a - b - c":                     "((a - b) - c)",
		"a - b + c":                     "((a - b) + c)",
		"a / b * c % d":                 "(((a / b) * c) % d)",
		"-a * b":                        "((- a) * b)",
		"a * -b":                        "(a * (- b))",
		"- -a":                          "(- (- a))",
		"-a::INT":                       "(- (a :: INT))",
		"a + b::INT":                    "(a + (b :: INT))",
		"a::INT::TEXT":                  "((a :: INT) :: TEXT)",
		"a + b < c - d":                 "((a + b) < (c - d))",
		"a BETWEEN b + 1 AND c OR d":    "((a BETWEEN (b + 1) AND c) OR d)",
		"a BETWEEN b AND c AND d":       "((a BETWEEN b AND c) AND d)",
		"a || b IS NULL":                "((a || b) IS NULL)",
		"a LIKE b || c ESCAPE d AND e":  "((a LIKE (b || c) ESCAPE d) AND e)",
		"a IN (b OR c, d) OR e":         "((a IN [(b OR c) d]) OR e)",
		"a <=> b AND c":                 "((a IS NOT DISTINCT FROM b) AND c)",
		"a IS DISTINCT FROM b + c OR d": "((a IS DISTINCT FROM (b + c)) OR d)",
		"(a OR b) AND c":                "((a OR b) AND c)",
		"a - (b - c)":                   "(a - (b - c))",
		"(a = b) = c":                   "((a = b) = c)",
	} {
		x, err := sqlparse.ParseExpr(text, sqlparse.Limits{})
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := grouped(x); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}

func TestSetOperationsGroupByPrecedence(t *testing.T) {
	var show func(b sqlast.Body) string
	show = func(b sqlast.Body) string {
		if s, ok := b.(*sqlast.SetOp); ok {
			return fmt.Sprintf("(%s %d %s)", show(s.Left), s.Op, show(s.Right))
		}
		return sqlast.Format(&sqlast.Query{Body: b})[len("SELECT "):]
	}
	for text, want := range map[string]string{
		"SELECT 1 UNION SELECT 2 EXCEPT SELECT 3":                       "((1 0 2) 2 3)",
		"SELECT 1 EXCEPT SELECT 2 UNION SELECT 3":                       "((1 2 2) 0 3)",
		"SELECT 1 UNION SELECT 2 INTERSECT SELECT 3":                    "(1 0 (2 1 3))",
		"SELECT 1 INTERSECT SELECT 2 UNION SELECT 3":                    "((1 1 2) 0 3)",
		"SELECT 1 INTERSECT SELECT 2 INTERSECT SELECT 3":                "((1 1 2) 1 3)",
		"SELECT 1 EXCEPT (SELECT 2 EXCEPT SELECT 3)":                    "(1 2 (2 2 3))",
		"SELECT 1 UNION SELECT 2 INTERSECT SELECT 3 EXCEPT SELECT 4":    "((1 0 (2 1 3)) 2 4)",
		"(SELECT 1 UNION SELECT 2) INTERSECT SELECT 3 UNION (SELECT 4)": "(((1 0 2) 1 3) 0 4)",
	} {
		q, err := sqlparse.ParseQuery(text, sqlparse.Limits{})
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := show(q.Body); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}

func ident(name string) sqlast.Ident { return sqlast.Ident{Name: name} }

func name(parts ...string) *sqlast.Name {
	n := &sqlast.Name{}
	for _, p := range parts {
		n.Parts = append(n.Parts, ident(p))
	}
	return n
}

func selectFrom(t sqlast.Table) *sqlast.Query {
	return &sqlast.Query{Body: &sqlast.Select{Items: []sqlast.Item{&sqlast.Star{}}, From: []sqlast.Table{t}}}
}

// TestTreesOfWhatIsSpelledInSeveralWays writes down the trees themselves, which
// the canonical text alone would not show to be the right ones.
func TestTreesOfWhatIsSpelledInSeveralWays(t *testing.T) {
	one := &sqlast.Query{Body: &sqlast.Select{Items: []sqlast.Item{&sqlast.ExprItem{X: &sqlast.Number{Text: "1"}}}}}
	tbl := func(n string) *sqlast.TableName { return &sqlast.TableName{Name: []sqlast.Ident{ident(n)}} }
	lateral := &sqlast.Derived{Query: one, Alias: ident("x"), Lateral: true}
	limited := &sqlast.Query{Body: one.Body, Limit: &sqlast.Number{Text: "5"}}
	page := &sqlast.Query{Body: one.Body, Limit: &sqlast.Number{Text: "5"}, Offset: &sqlast.Number{Text: "9"}}
	for text, want := range map[string]*sqlast.Query{
		"SELECT TOP 5 1":                                         limited,
		"SELECT TOP (5) 1":                                       limited,
		"SELECT 1 LIMIT 5":                                       limited,
		"SELECT 1 FETCH NEXT 5 ROWS ONLY":                        limited,
		"(SELECT 1 LIMIT 5)":                                     limited,
		"SELECT 1 LIMIT 9, 5":                                    page,
		"SELECT 1 LIMIT 5 OFFSET 9":                              page,
		"SELECT 1 OFFSET 9 ROWS FETCH FIRST 5 ROWS ONLY":         page,
		"SELECT * FROM t CROSS APPLY (SELECT 1) x":               selectFrom(&sqlast.Join{Kind: sqlast.Inner, Left: tbl("t"), Right: lateral}),
		"SELECT * FROM t OUTER APPLY (SELECT 1) x":               selectFrom(&sqlast.Join{Kind: sqlast.Left, Left: tbl("t"), Right: lateral}),
		"SELECT * FROM t CROSS JOIN LATERAL (SELECT 1) x":        selectFrom(&sqlast.Join{Kind: sqlast.Cross, Left: tbl("t"), Right: lateral}),
		"SELECT * FROM t NATURAL LEFT JOIN u":                    selectFrom(&sqlast.Join{Kind: sqlast.Left, Natural: true, Left: tbl("t"), Right: tbl("u")}),
		"SELECT * FROM a CROSS JOIN b CROSS JOIN c":              selectFrom(&sqlast.Join{Kind: sqlast.Cross, Left: &sqlast.Join{Kind: sqlast.Cross, Left: tbl("a"), Right: tbl("b")}, Right: tbl("c")}),
		"SELECT * FROM a CROSS JOIN (b CROSS JOIN c)":            selectFrom(&sqlast.Join{Kind: sqlast.Cross, Left: tbl("a"), Right: &sqlast.Join{Kind: sqlast.Cross, Left: tbl("b"), Right: tbl("c")}}),
		"SELECT TOP 5 1 UNION SELECT 1":                          {Body: &sqlast.SetOp{Left: limited, Right: one.Body}},
		"SELECT 1 UNION ALL SELECT 1 ORDER BY 1 DESC NULLS LAST": {Body: &sqlast.SetOp{All: true, Left: one.Body, Right: one.Body}, OrderBy: []*sqlast.OrderItem{{X: &sqlast.Number{Text: "1"}, Desc: true, Nulls: sqlast.NullsLast}}},
	} {
		q, err := sqlparse.ParseQuery(text, sqlparse.Limits{})
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if d := sqlasttest.Diff(q, want); d != "" {
			t.Errorf("%s: %s", text, d)
		}
	}
}

func TestTreesOfExpressionsSpelledInSeveralWays(t *testing.T) {
	a := name("a")
	num := func(s string) sqlast.Expr { return &sqlast.Number{Text: s} }
	call := func(n string, args ...sqlast.Expr) sqlast.Expr { return &sqlast.Call{Name: ident(n), Args: args} }
	x := &sqlast.String{Value: "x"}
	varchar := sqlast.TypeName{Name: "VARCHAR", Args: []int{9}}
	for text, want := range map[string]sqlast.Expr{
		"CAST(a AS varchar(9))":          &sqlast.Cast{X: a, Type: varchar},
		"CONVERT(varchar(9), a)":         &sqlast.Cast{X: a, Type: varchar},
		"a::varchar(9)":                  &sqlast.Cast{X: a, Type: varchar},
		"TRY_CAST(a AS varchar(9))":      &sqlast.Cast{X: a, Type: varchar, Try: true},
		"TRY_CONVERT(varchar(9), a)":     &sqlast.Cast{X: a, Type: varchar, Try: true},
		"CAST(a AS varchar(max))":        &sqlast.Cast{X: a, Type: sqlast.TypeName{Name: "VARCHAR"}},
		"EXTRACT(year FROM a)":           &sqlast.Extract{Field: "YEAR", X: a},
		"DATEPART(year, a)":              &sqlast.Extract{Field: "YEAR", X: a},
		"SUBSTRING(a FROM 2 FOR 3)":      call("SUBSTRING", a, num("2"), num("3")),
		"SUBSTRING(a FOR 3)":             call("SUBSTRING", a, num("1"), num("3")),
		"TRIM('x' FROM a)":               call("TRIM", a, x),
		"TRIM(LEADING 'x' FROM a)":       call("LTRIM", a, x),
		"TRIM(TRAILING FROM a)":          call("RTRIM", a),
		"TRIM(BOTH FROM a)":              call("TRIM", a),
		"POSITION('x' IN a)":             call("POSITION", x, a),
		"GROUP_CONCAT(a SEPARATOR 'x')":  call("GROUP_CONCAT", a, x),
		"CURRENT_DATE":                   call("CURRENT_DATE"),
		"a != 1":                         &sqlast.Binary{Op: "<>", X: a, Y: num("1")},
		"a <=> 1":                        &sqlast.Binary{Op: "IS NOT DISTINCT FROM", X: a, Y: num("1")},
		"a IS NOT DISTINCT FROM 1":       &sqlast.Binary{Op: "IS NOT DISTINCT FROM", X: a, Y: num("1")},
		".5":                             num("0.5"),
		"N'x'":                           x,
		"[a]":                            &sqlast.Name{Parts: []sqlast.Ident{{Name: "a", Quoted: true}}},
		"@p7":                            &sqlast.Param{Ordinal: 7},
		"@P7":                            &sqlast.Param{Ordinal: 7},
		"$7":                             &sqlast.Param{Ordinal: 7},
		":7":                             &sqlast.Param{Ordinal: 7},
		"?":                              &sqlast.Param{Ordinal: 1},
		"@customer":                      &sqlast.Param{Name: "customer"},
		":customer":                      &sqlast.Param{Name: "customer"},
		"f(a) WITHIN GROUP (ORDER BY a)": &sqlast.Call{Name: ident("f"), Args: []sqlast.Expr{a}, OrderBy: []*sqlast.OrderItem{{X: a}}},
		"f(a ORDER BY a)":                &sqlast.Call{Name: ident("f"), Args: []sqlast.Expr{a}, OrderBy: []*sqlast.OrderItem{{X: a}}},
		"f() OVER (ROWS 2 PRECEDING)": &sqlast.Call{Name: ident("f"), Over: &sqlast.Window{Frame: &sqlast.Frame{
			Unit: "ROWS", Start: sqlast.FrameBound{Kind: "PRECEDING", N: num("2")}, End: sqlast.FrameBound{Kind: "CURRENT ROW"},
		}}},
	} {
		got, err := sqlparse.ParseExpr(text, sqlparse.Limits{})
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if d := sqlasttest.Diff(got, want); d != "" {
			t.Errorf("%s: %s", text, d)
		}
	}
}

// TestNothingOfATreeIsShared holds that appending to one node's names cannot
// write into another's, though they come from one allocation.
func TestNothingOfATreeIsShared(t *testing.T) {
	x, err := sqlparse.ParseExpr("a.b = c.d", sqlparse.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	eq := x.(*sqlast.Binary)
	_ = append(eq.X.(*sqlast.Name).Parts, ident("z"))
	if got := eq.Y.(*sqlast.Name).Parts; !reflect.DeepEqual([]string{got[0].Name, got[1].Name}, []string{"c", "d"}) {
		t.Errorf("the right side became %v", got)
	}
}
