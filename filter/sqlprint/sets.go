package sqlprint

import (
	"slices"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/sqlfunc"
)

// armOf is a block's grouping set that is being printed by itself, for an engine
// that knows no grouping sets: what the block groups by and this set does not is
// NULL there.
type armOf struct {
	block *querytree.Select
	set   []int
}

// groupBy prints GROUP BY.
func (p *printer) groupBy(s *querytree.Select) error {
	if s.Sets == nil {
		if len(s.GroupBy) == 0 {
			return nil
		}
		p.put(" GROUP BY ")
		return p.list(s.GroupBy)
	}
	p.put(" GROUP BY GROUPING SETS (")
	for i, set := range s.Sets {
		if i > 0 {
			p.put(", ")
		}
		p.put("(")
		if err := p.list(elements(s, set)); err != nil {
			return err
		}
		p.put(")")
	}
	p.put(")")
	return nil
}

func elements(s *querytree.Select, set []int) []querytree.Expr {
	xs := make([]querytree.Expr, len(set))
	for i, by := range set {
		xs[i] = s.GroupBy[by]
	}
	return xs
}

// spelledOut tells whether a block is printed as a union of one block for each
// of its grouping sets.
func (p *printer) spelledOut(b querytree.Body) bool {
	s, ok := b.(*querytree.Select)
	return ok && s.Sets != nil && !p.groupingSets()
}

// setsAsUnion prints a block with grouping sets, its order and its limits for an
// engine without them: a derived table of one block for each set.
func (p *printer) setsAsUnion(s *querytree.Select, order []querytree.Order, limit, offset querytree.Expr) error {
	if slices.ContainsFunc(s.Items, overRows) {
		return &Unsupported{"a window function beside ROLLUP, CUBE or GROUPING SETS is not offered on this engine: group in a derived table"}
	}
	for _, o := range order {
		if o.Output < 0 {
			return &Unsupported{"with ROLLUP, CUBE or GROUPING SETS, ORDER BY takes columns of the select list on this engine"}
		}
	}
	alias := p.selectFrom(s, s.Distinct)
	err := p.alone(func() error {
		for i, set := range s.Sets {
			if i > 0 {
				p.put(" UNION ALL ")
			}
			if err := p.arm(s, set); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	p.put(") AS " + alias)
	if err := p.orderBy(order, s); err != nil {
		return err
	}
	if limit != nil || offset != nil {
		return p.limit(p, limit, offset, len(order) > 0, !s.Distinct)
	}
	return nil
}

// beforeGrouping prints what a block computes before it groups: there every
// column has its value.
func (p *printer) beforeGrouping(s *querytree.Select, print func() error) error {
	if p.in == nil || p.in.block.From != s.From {
		return print()
	}
	defer func(in *armOf) { p.in = in }(p.in)
	p.in = nil
	return print()
}

// overRows tells whether x holds a window function.
func overRows(x querytree.Expr) bool {
	found := false
	querytree.WalkExpr(x, querytree.Visitor{Expr: func(x querytree.Expr) {
		call, ok := x.(*querytree.Call)
		found = found || ok && call.Over != nil
	}})
	return found
}

// arm prints a block for one of its grouping sets.
func (p *printer) arm(s *querytree.Select, set []int) error {
	one := *s
	one.Distinct, one.Sets, one.GroupBy = false, nil, elements(s, set)
	if len(set) == 0 && !slices.ContainsFunc(one.Items, aggregates) {
		return &Unsupported{"grouping sets with the empty one, as in ROLLUP and CUBE, want an aggregate in the select list on this engine"}
	}
	defer func(around *armOf) { p.in = around }(p.in)
	p.in = &armOf{block: s, set: set}
	return p.selectBlock(&one, nil)
}

// aggregates tells whether x holds an aggregate that the engine sees as one.
func aggregates(x querytree.Expr) bool {
	if call, ok := x.(*querytree.Call); ok && call.Func.Class == sqlfunc.Aggregate && call.Over == nil {
		return call.Func.Name != "GROUPING"
	}
	found := false
	querytree.Children(x, func(c querytree.Expr) { found = found || aggregates(c) }, func(*querytree.Query) {})
	return found
}

// inArm prints what stands for x in the grouping set that is being printed,
// where that is not x itself.
func (p *printer) inArm(x querytree.Expr) (done bool) {
	has := func(x querytree.Expr) (grouped, here bool) {
		i := slices.IndexFunc(p.in.block.GroupBy, func(by querytree.Expr) bool { return querytree.Equal(by, x) })
		return i >= 0, slices.Contains(p.in.set, i)
	}
	if call, ok := x.(*querytree.Call); ok && call.Func.Name == "GROUPING" {
		if _, here := has(call.Args[0]); here {
			p.put("0")
		} else {
			p.put("1")
		}
		return true
	}
	if grouped, here := has(x); grouped && !here {
		p.buf = p.null(p.buf, x.Type())
		return true
	}
	return false
}
