package sqlasttest

import (
	"github.com/vantelle/vantelle/filter/sqlast"
	"pgregory.net/rapid"
)

// Query generates random queries that the grammar can express, in the one form
// that the parser gives them. Positions are zero. depth bounds the nesting; 3 or
// 4 gives queries of a screen or two.
func Query(depth int) *rapid.Generator[*sqlast.Query] {
	return rapid.Custom(func(t *rapid.T) *sqlast.Query { return generator{t}.query(depth) })
}

// Expr generates random expressions; see Query.
func Expr(depth int) *rapid.Generator[sqlast.Expr] {
	return rapid.Custom(func(t *rapid.T) sqlast.Expr { return generator{t}.expr(depth) })
}

type generator struct{ t *rapid.T }

func (g generator) flip(label string) bool { return rapid.Bool().Draw(g.t, label) }

// one is true once in n.
func (g generator) one(n int, label string) bool {
	return rapid.IntRange(1, n).Draw(g.t, label) == n
}

func (g generator) pick(label string, of ...string) string {
	return rapid.SampledFrom(of).Draw(g.t, label)
}

// some makes a list of min to max elements.
func some[E any](g generator, min, max int, make func() E) []E {
	var list []E
	for range rapid.IntRange(min, max).Draw(g.t, "length") {
		list = append(list, make())
	}
	return list
}

func (g generator) ident() sqlast.Ident {
	if g.one(4, "quoted") {
		return sqlast.Ident{
			Name:   g.pick("name", "a", "select", "two words", `q"uote`, "b]racket", "t`ick", "1st", "é", "x.y", "--", "'"),
			Quoted: true,
		}
	}
	return sqlast.Ident{Name: g.pick("name", "a", "b", "CT_Num", "date", "position", "prénom", "filter", "rows", "trim", "_x1")}
}

func (g generator) alias() sqlast.Ident {
	if g.flip("alias") {
		return g.ident()
	}
	return sqlast.Ident{}
}

func (g generator) idents(min, max int) []sqlast.Ident { return some(g, min, max, g.ident) }

func (g generator) query(depth int) *sqlast.Query {
	q := &sqlast.Query{}
	if depth > 0 && g.one(5, "with") {
		recursive := g.flip("recursive")
		q.With = some(g, 1, 2, func() *sqlast.CTE {
			return &sqlast.CTE{Name: g.ident(), Columns: g.idents(0, 2), Query: g.query(depth - 1), Recursive: recursive}
		})
	}
	if g.one(3, "ordered") {
		q.OrderBy = g.order(depth)
	}
	if g.one(3, "limited") {
		q.Limit = g.count()
	}
	if g.one(4, "offset") {
		q.Offset = g.count()
	}
	q.Body = g.body(depth)
	if inner, nested := q.Body.(*sqlast.Query); nested && plain(q) {
		return inner // parentheses around a whole query leave no trace
	}
	return q
}

// plain reports whether a query has nothing but a body.
func plain(q *sqlast.Query) bool {
	return len(q.With) == 0 && len(q.OrderBy) == 0 && q.Limit == nil && q.Offset == nil
}

func (g generator) body(depth int) sqlast.Body {
	switch {
	case depth > 0 && g.one(4, "set operation"):
		return &sqlast.SetOp{
			Op:  sqlast.SetOperator(rapid.IntRange(0, 2).Draw(g.t, "operator")),
			All: g.flip("all"), Left: g.body(depth - 1), Right: g.body(depth - 1),
		}
	case depth > 0 && g.one(6, "parentheses"):
		if q := g.query(depth - 1); !plain(q) {
			return q
		}
	}
	return g.block(depth)
}

func (g generator) block(depth int) *sqlast.Select {
	s := &sqlast.Select{Distinct: g.one(4, "distinct"), Items: some(g, 1, 3, func() sqlast.Item { return g.item(depth) })}
	if !g.one(5, "from") {
		s.From = some(g, 1, 2, func() sqlast.Table { return g.table(depth) })
	}
	if g.flip("where") {
		s.Where = g.expr(depth)
	}
	if g.one(4, "group") {
		s.GroupBy = some(g, 1, 2, func() sqlast.Expr { return g.grouping(depth - 1) })
	}
	if g.one(5, "having") {
		s.Having = g.expr(depth)
	}
	return s
}

func (g generator) item(depth int) sqlast.Item {
	if g.one(5, "star") {
		return &sqlast.Star{Table: g.idents(0, 3)}
	}
	return &sqlast.ExprItem{X: g.expr(depth), Alias: g.alias()}
}

func (g generator) order(depth int) []*sqlast.OrderItem {
	return some(g, 1, 2, func() *sqlast.OrderItem {
		return &sqlast.OrderItem{
			X: g.expr(depth - 1), Desc: g.flip("desc"),
			Nulls: sqlast.NullsOrder(rapid.IntRange(0, 2).Draw(g.t, "nulls")),
		}
	})
}

func (g generator) count() sqlast.Expr {
	if g.flip("parameter") {
		return g.param()
	}
	return num(g.pick("count", "0", "1", "25"))
}

func (g generator) table(depth int) sqlast.Table {
	switch {
	case depth > 0 && g.one(3, "join"):
		return g.join(depth - 1)
	case depth > 0 && g.one(4, "derived"):
		return g.derived(depth-1, g.one(4, "lateral"))
	}
	return &sqlast.TableName{Name: g.idents(1, 3), Alias: g.alias()}
}

func (g generator) derived(depth int, lateral bool) *sqlast.Derived {
	return &sqlast.Derived{Query: g.query(depth), Alias: g.ident(), Columns: g.idents(0, 2), Lateral: lateral}
}

func (g generator) join(depth int) *sqlast.Join {
	j := &sqlast.Join{Left: g.table(depth)}
	if g.one(6, "apply") {
		j.Kind = rapid.SampledFrom([]sqlast.JoinKind{sqlast.Inner, sqlast.Left}).Draw(g.t, "kind")
		j.Right = g.derived(depth, true)
		return j
	}
	j.Right = g.table(depth)
	j.Kind = sqlast.JoinKind(rapid.IntRange(0, 4).Draw(g.t, "kind"))
	switch {
	case j.Kind == sqlast.Cross:
	case g.one(5, "natural"):
		j.Natural = true
	case g.one(4, "using"):
		j.Using = g.idents(1, 2)
	default:
		j.On = g.expr(depth)
	}
	return j
}

// grouping makes an element of GROUP BY.
func (g generator) grouping(depth int) sqlast.Expr {
	if !g.one(4, "sets") {
		return g.expr(depth)
	}
	kind := g.pick("kind", "ROLLUP", "CUBE", "GROUPING SETS")
	least := 1
	if kind == "GROUPING SETS" {
		least = 0
	}
	return &sqlast.Grouping{Kind: kind, Sets: some(g, 1, 3, func() []sqlast.Expr {
		return some(g, least, 2, func() sqlast.Expr { return g.leaf() })
	})}
}
