package sqlasttest

import (
	"github.com/vantelle/vantelle/filter/sqlast"
	"pgregory.net/rapid"
)

func (g generator) expr(depth int) sqlast.Expr {
	if depth <= 0 {
		return g.leaf()
	}
	sub := func() sqlast.Expr { return g.expr(depth - 1) }
	switch rapid.IntRange(0, 18).Draw(g.t, "expression") {
	case 0, 1, 2:
		op := g.pick("operator", "OR", "AND", "=", "<>", "<", "<=", ">", ">=", "+", "-", "*", "/", "%", "||",
			"IS DISTINCT FROM", "IS NOT DISTINCT FROM")
		return &sqlast.Binary{Op: op, X: sub(), Y: sub()}
	case 3:
		return &sqlast.Unary{Op: g.pick("sign", "-", "+", "NOT"), X: sub()}
	case 4:
		return &sqlast.Is{X: sub(), Not: g.flip("not"), What: g.pick("what", "NULL", "TRUE", "FALSE", "UNKNOWN")}
	case 5:
		return &sqlast.Between{X: sub(), Not: g.flip("not"), Low: sub(), High: sub()}
	case 6:
		return g.inList(depth - 1)
	case 7:
		return &sqlast.InQuery{X: sub(), Not: g.flip("not"), Query: g.query(depth - 1)}
	case 8:
		l := &sqlast.Like{X: sub(), Not: g.flip("not"), Insensitive: g.flip("ilike"), Pattern: sub()}
		if g.flip("escape") {
			l.Escape = sub()
		}
		return l
	case 9:
		return &sqlast.Quantified{
			X: sub(), Op: g.pick("operator", "=", "<>", "<", "<=", ">", ">="), All: g.flip("all"), Query: g.query(depth - 1),
		}
	case 10:
		return &sqlast.Exists{Query: g.query(depth - 1)}
	case 11:
		return &sqlast.Subquery{Query: g.query(depth - 1)}
	case 12:
		return g.caseExpr(depth - 1)
	case 13:
		return &sqlast.Cast{X: sub(), Type: g.typeName(), Try: g.flip("try")}
	case 14, 15:
		return g.call(depth - 1)
	case 16:
		return &sqlast.Extract{Field: g.pick("field", "YEAR", "MONTH", "DOW"), X: sub()}
	case 17:
		return &sqlast.Row{Items: some(g, 2, 3, sub)}
	}
	return g.leaf()
}

func (g generator) leaf() sqlast.Expr {
	switch rapid.IntRange(0, 8).Draw(g.t, "leaf") {
	case 0:
		return num(g.pick("number", "0", "12", "1.50", "1e6", "0.5", "2.5E-3"))
	case 1:
		return &sqlast.String{Value: g.pick("text", "", "it's", `\`, "a\nb", "é", "--", "\u200d", "\"")}
	case 2:
		return &sqlast.TypedLiteral{Kind: g.pick("kind", "DATE", "TIME", "TIMESTAMP"), Value: "2026-01-31"}
	case 3:
		return &sqlast.Bool{Value: g.flip("value")}
	case 4:
		return &sqlast.Null{}
	case 5:
		return g.param()
	}
	return &sqlast.Name{Parts: g.idents(1, 4)}
}

func (g generator) param() sqlast.Expr {
	if g.flip("named") {
		return &sqlast.Param{Name: g.pick("name", "customer", "p1", "x_2", "é")}
	}
	return &sqlast.Param{Ordinal: rapid.IntRange(1, 20).Draw(g.t, "ordinal")}
}

func (g generator) inList(depth int) sqlast.Expr {
	in := &sqlast.InList{Not: g.flip("not")}
	element := func() sqlast.Expr { return g.scalar(depth) }
	if g.one(4, "rows") {
		element = func() sqlast.Expr { return &sqlast.Row{Items: []sqlast.Expr{g.expr(depth), g.expr(depth)}} }
	}
	in.X = element()
	in.List = some(g, 1, 3, element)
	return in
}

// scalar is neither a row nor a subquery: a subquery alone in an IN list would
// be the query of an InQuery.
func (g generator) scalar(depth int) sqlast.Expr {
	switch x := g.expr(depth).(type) {
	case *sqlast.Row, *sqlast.Subquery:
		return g.leaf()
	default:
		return x
	}
}

func (g generator) caseExpr(depth int) sqlast.Expr {
	c := &sqlast.Case{}
	if g.flip("operand") {
		c.Operand = g.expr(depth)
	}
	c.Whens = some(g, 1, 2, func() sqlast.When { return sqlast.When{Cond: g.expr(depth), Then: g.expr(depth)} })
	if g.flip("else") {
		c.Else = g.expr(depth)
	}
	return c
}

func (g generator) typeName() sqlast.TypeName {
	return rapid.SampledFrom([]sqlast.TypeName{
		{Name: "INT"}, {Name: "VARCHAR", Args: []int{20}}, {Name: "DECIMAL", Args: []int{12, 2}},
		{Name: "DOUBLE PRECISION"}, {Name: "CHARACTER VARYING", Args: []int{5}},
		{Name: "NATIONAL CHARACTER VARYING"}, {Name: "UNSIGNED INTEGER"},
		{Name: "TIMESTAMP WITH TIME ZONE", Args: []int{3}}, {Name: "TIME WITHOUT TIME ZONE"},
	}).Draw(g.t, "type")
}

func (g generator) call(depth int) sqlast.Expr {
	sub := func() sqlast.Expr { return g.expr(depth) }
	switch rapid.IntRange(0, 5).Draw(g.t, "call") {
	case 0:
		return &sqlast.Call{Name: id(g.pick("constant", "CURRENT_DATE", "current_time", "CURRENT_TIMESTAMP"))}
	case 1:
		return &sqlast.Call{Name: id("POSITION"), Args: []sqlast.Expr{sub(), sub()}}
	case 2:
		return &sqlast.Call{Name: id(g.pick("name", "TRIM", "LTRIM", "SUBSTRING", "LEFT")), Args: some(g, 1, 3, sub)}
	case 3:
		return &sqlast.Call{Name: id("COUNT"), Star: true, Filter: g.optional(sub), Over: g.window(depth)}
	}
	c := &sqlast.Call{Name: id(g.pick("name", "sum", "string_agg", "f", "date")), Args: some(g, 0, 2, sub)}
	c.Distinct = len(c.Args) > 0 && g.flip("distinct")
	if g.one(3, "ordered") {
		c.OrderBy = g.order(depth)
	}
	c.Filter = g.optional(sub)
	c.Over = g.window(depth)
	return c
}

func (g generator) optional(make func() sqlast.Expr) sqlast.Expr {
	if g.one(4, "present") {
		return make()
	}
	return nil
}

func (g generator) window(depth int) *sqlast.Window {
	if !g.one(4, "window") {
		return nil
	}
	w := &sqlast.Window{PartitionBy: some(g, 0, 2, func() sqlast.Expr { return g.expr(depth) })}
	if g.flip("ordered") {
		w.OrderBy = g.order(depth)
	}
	if g.flip("frame") {
		start, end := g.bound(0, 3), g.bound(1, 4)
		for rank(start) > rank(end) {
			start, end = g.bound(0, 2), g.bound(2, 4)
		}
		w.Frame = &sqlast.Frame{Unit: g.pick("unit", "ROWS", "RANGE", "GROUPS"), Start: start, End: end}
	}
	return w
}

var boundKinds = []string{"UNBOUNDED PRECEDING", "PRECEDING", "CURRENT ROW", "FOLLOWING", "UNBOUNDED FOLLOWING"}

func rank(b sqlast.FrameBound) int {
	for i, kind := range boundKinds {
		if kind == b.Kind {
			return i
		}
	}
	return len(boundKinds)
}

func (g generator) bound(from, to int) sqlast.FrameBound {
	b := sqlast.FrameBound{Kind: boundKinds[rapid.IntRange(from, to).Draw(g.t, "bound")]}
	if b.Kind == "PRECEDING" || b.Kind == "FOLLOWING" {
		b.N = g.count()
	}
	return b
}
