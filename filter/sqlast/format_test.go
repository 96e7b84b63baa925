package sqlast_test

import (
	"testing"

	"github.com/vantelle/vantelle/filter/sqlast"
)

func name(n string) sqlast.Expr { return &sqlast.Name{Parts: []sqlast.Ident{{Name: n}}} }

func binary(op string, x, y sqlast.Expr) sqlast.Expr { return &sqlast.Binary{Op: op, X: x, Y: y} }

func TestFormatExpr(t *testing.T) {
	a, b, c := name("a"), name("b"), name("c")
	minus := func(x sqlast.Expr) sqlast.Expr { return &sqlast.Unary{Op: "-", X: x} }
	not := func(x sqlast.Expr) sqlast.Expr { return &sqlast.Unary{Op: "NOT", X: x} }
	for sentence, c := range map[string]struct {
		x    sqlast.Expr
		want string
	}{
		"AND over OR has parentheses":                   {binary("AND", binary("OR", a, b), c), "(a OR b) AND c"},
		"OR over AND has none":                          {binary("OR", binary("AND", a, b), c), "a AND b OR c"},
		"a chain groups from the left":                  {binary("-", binary("-", a, b), c), "a - b - c"},
		"its right side is kept apart":                  {binary("-", a, binary("-", b, c)), "a - (b - c)"},
		"comparisons do not chain on the left":          {binary("=", binary("=", a, b), c), "(a = b) = c"},
		"nor on the right":                              {binary("=", a, binary("=", b, c)), "a = (b = c)"},
		"NOT over AND has parentheses":                  {not(binary("AND", a, b)), "NOT (a AND b)"},
		"NOT over a comparison has none":                {not(binary("=", a, b)), "NOT a = b"},
		"NOT as an operand of a comparison":             {binary("=", not(a), b), "(NOT a) = b"},
		"two minus signs never start a comment":         {minus(minus(a)), "- -a"},
		"nor after an operator":                         {binary("-", a, minus(b)), "a - -b"},
		"a sign over a sum":                             {minus(binary("+", a, b)), "-(a + b)"},
		"a predicate as an operand of another":          {&sqlast.Is{X: binary("=", a, b), What: "TRUE"}, "(a = b) IS TRUE"},
		"a reserved word as a name is quoted":           {name("order"), `"order"`},
		"so is a name with a blank":                     {name("two words"), `"two words"`},
		"and a name with a quote":                       {name(`a"b`), `"a""b"`},
		"and an empty name":                             {name(""), `""`},
		"a quoted name stays quoted":                    {&sqlast.Name{Parts: []sqlast.Ident{{Name: "a", Quoted: true}}}, `"a"`},
		"a text doubles its quotes":                     {&sqlast.String{Value: "it's"}, "'it''s'"},
		"a name cannot smuggle a call's syntax":         {&sqlast.Call{Name: sqlast.Ident{Name: "f(1) + g"}}, `"f(1) + g"()`},
		"a reserved word is no function":                {&sqlast.Call{Name: sqlast.Ident{Name: "select"}}, `"select"()`},
		"except the few that are":                       {&sqlast.Call{Name: sqlast.Ident{Name: "Left"}, Args: []sqlast.Expr{a}}, "Left(a)"},
		"lengths stand before the time zone":            {&sqlast.Cast{X: a, Type: sqlast.TypeName{Name: "TIME WITH TIME ZONE", Args: []int{3}}}, "CAST(a AS TIME(3) WITH TIME ZONE)"},
		"a parameter by number":                         {&sqlast.Param{Ordinal: 3}, "$3"},
		"a parameter by name":                           {&sqlast.Param{Name: "n"}, ":n"},
		"an operator that does not exist is kept apart": {binary("=>", a, b), "(a => b)"},
		"nothing prints nothing":                        {nil, ""},
		"POSITION keeps its IN apart from others":       {&sqlast.Call{Name: sqlast.Ident{Name: "position"}, Args: []sqlast.Expr{&sqlast.InList{X: a, List: []sqlast.Expr{b}}, c}}, "position((a IN (b)) IN c)"},
		"CURRENT_DATE goes without parentheses":         {&sqlast.Call{Name: sqlast.Ident{Name: "current_date"}}, "current_date"},
		"unless something follows them":                 {&sqlast.Call{Name: sqlast.Ident{Name: "CURRENT_DATE"}, Over: &sqlast.Window{}}, "CURRENT_DATE() OVER ()"},
	} {
		t.Run(sentence, func(t *testing.T) {
			if got := sqlast.FormatExpr(c.x); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestFormatOfNoQueryIsEmpty(t *testing.T) {
	if got := sqlast.Format(nil); got != "" {
		t.Errorf("got %q", got)
	}
}

func TestSetOperationsHaveParenthesesByPrecedence(t *testing.T) {
	block := func(n string) sqlast.Body {
		return &sqlast.Select{Items: []sqlast.Item{&sqlast.ExprItem{X: name(n)}}}
	}
	set := func(op sqlast.SetOperator, l, r sqlast.Body) sqlast.Body {
		return &sqlast.SetOp{Op: op, Left: l, Right: r}
	}
	a, b, c := block("a"), block("b"), block("c")
	for want, body := range map[string]sqlast.Body{
		"SELECT a UNION SELECT b EXCEPT SELECT c":          set(sqlast.Except, set(sqlast.Union, a, b), c),
		"SELECT a UNION (SELECT b EXCEPT SELECT c)":        set(sqlast.Union, a, set(sqlast.Except, b, c)),
		"SELECT a UNION SELECT b INTERSECT SELECT c":       set(sqlast.Union, a, set(sqlast.Intersect, b, c)),
		"(SELECT a UNION SELECT b) INTERSECT SELECT c":     set(sqlast.Intersect, set(sqlast.Union, a, b), c),
		"SELECT a INTERSECT (SELECT b INTERSECT SELECT c)": set(sqlast.Intersect, a, set(sqlast.Intersect, b, c)),
	} {
		if got := sqlast.Format(&sqlast.Query{Body: body}); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
