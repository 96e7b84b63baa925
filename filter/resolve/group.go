package resolve

import (
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
	if g.bad == nil {
		return nil
	}
	name := ""
	if rel := g.local[g.bad.Source]; rel.table != nil {
		name = g.bad.Col.Name
	} else {
		name = rel.labels[g.bad.Index]
	}
	at, written := r.at[g.bad]
	if !written {
		at = sqlast.NoPos
	}
	return refusal.At(at, refusal.TypeMismatch, "column %s is neither in GROUP BY nor inside an aggregate", clip(name))
}

type grouping struct {
	sel   *querytree.Select
	local map[querytree.Source]*relation
	bad   *querytree.ColumnRef
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
