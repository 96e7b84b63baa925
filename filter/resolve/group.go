package resolve

import (
	"slices"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqlfunc"
)

// checkGrouping refuses, in a grouped block, a column that is neither grouped
// nor inside an aggregate: engines disagree on what it would mean.
func (r *resolver) checkGrouping(sel *querytree.Select, order []querytree.Order, s *scope) error {
	if !sel.Grouped {
		return nil
	}
	g := &grouping{sel: sel, local: map[querytree.Source]*relation{}}
	for _, rel := range s.from.rels {
		g.local[rel.source] = rel
	}
	for _, x := range sel.Items {
		g.check(x)
	}
	if sel.Having != nil {
		g.check(sel.Having)
	}
	for _, o := range order {
		if o.X != nil {
			g.check(o.X)
		}
	}
	if g.stray {
		return refusal.At(sqlast.NoPos, refusal.TypeMismatch, "GROUPING takes an expression that stands in ROLLUP, CUBE or GROUPING SETS")
	}
	if g.bad == nil {
		return nil
	}
	name := g.local[g.bad.Source].labelOf(g.bad)
	return refusal.At(r.whereWritten(g.bad), refusal.TypeMismatch, "column %s is neither in GROUP BY nor inside an aggregate", clip(name))
}

type grouping struct {
	sel   *querytree.Select
	local map[querytree.Source]*relation
	bad   *querytree.ColumnRef
	stray bool // a GROUPING of something else than an element of ROLLUP, CUBE or GROUPING SETS
}

func (g *grouping) grouping(x *querytree.Call) {
	g.stray = g.stray || g.sel.Sets == nil || !slices.ContainsFunc(g.sel.GroupBy, func(by querytree.Expr) bool { return querytree.Equal(by, x.Args[0]) })
}

func (g *grouping) check(x querytree.Expr) {
	for _, by := range g.sel.GroupBy {
		if querytree.Equal(by, x) {
			return
		}
	}
	switch x := x.(type) {
	case *querytree.ColumnRef:
		if g.local[x.Source] != nil && g.bad == nil {
			g.bad = x
		}
		return
	case *querytree.Call:
		if x.Func.Name == "GROUPING" {
			g.grouping(x)
			return
		}
		if x.Func.Class == sqlfunc.Aggregate && x.Over == nil {
			return
		}
	}
	querytree.Children(x, g.check, func(q *querytree.Query) {
		querytree.WalkQuery(q, querytree.Visitor{Expr: func(x querytree.Expr) {
			if ref, ok := x.(*querytree.ColumnRef); ok {
				for _, by := range g.sel.GroupBy {
					if querytree.Equal(by, ref) {
						return
					}
				}
				if g.local[ref.Source] != nil && g.bad == nil {
					g.bad = ref
				}
			}
		}})
	})
}

// groupItem resolves a GROUP BY element: a position, a column of the tables,
// an output column by its alias, or an expression.
func (r *resolver) groupItem(g sqlast.Expr, b *sqlast.Select, out *querytree.Select, s *scope) (querytree.Expr, error) {
	x, err := r.groupExpr(g, b, out, s)
	if err != nil {
		return nil, err
	}
	switch x.(type) {
	case *querytree.Param, *querytree.Number, *querytree.Null, *querytree.Bool:
		// A number would be printed as a position.
		return nil, refusal.At(g.Pos(), refusal.Unsupported, "GROUP BY a constant is not offered: name a column, or a position as a number")
	}
	if holdsAggregate(x) {
		return nil, refusal.At(g.Pos(), refusal.Unsupported, "an aggregate or a window function cannot stand in GROUP BY")
	}
	holdsQuery := false
	querytree.WalkExpr(x, querytree.Visitor{Query: func(*querytree.Query) { holdsQuery = true }})
	if holdsQuery {
		// The item stands in the tree twice, here and in the select list:
		// twice inside twice, through subqueries, grows without end.
		return nil, refusal.At(g.Pos(), refusal.Unsupported, "GROUP BY a subquery is not offered: give it a name in a derived table and group by that")
	}
	return x, nil
}

func (r *resolver) groupExpr(g sqlast.Expr, b *sqlast.Select, out *querytree.Select, s *scope) (querytree.Expr, error) {
	if i, ok, err := ordinal(g, len(out.Items)); ok || err != nil {
		if err != nil {
			return nil, err
		}
		return out.Items[i], nil
	}
	if n, ok := g.(*sqlast.Name); ok && len(n.Parts) == 1 && len(b.Items) == len(out.Items) {
		for _, p := range r.passes() {
			if r.match(s.from.cols, n.Parts[0], p) != nil {
				break // a column of the tables comes first
			}
			alias := func(i int) string {
				if e, ok := b.Items[i].(*sqlast.ExprItem); ok {
					return e.Alias.Name
				}
				return ""
			}
			if found := p.pick(len(b.Items), alias, r.spelled(n.Parts[0])); found != nil {
				return out.Items[found[0]], nil
			}
		}
	}
	x, err := r.expr(g, s)
	if err != nil {
		return nil, err
	}
	return x, nil
}

// holdsAggregate tells whether x computes over rows of its own block.
func holdsAggregate(x querytree.Expr) bool {
	if c, ok := x.(*querytree.Call); ok && c.Func.Class != sqlfunc.Scalar {
		return true
	}
	found := false
	querytree.Children(x, func(c querytree.Expr) { found = found || holdsAggregate(c) }, func(*querytree.Query) {})
	return found
}
