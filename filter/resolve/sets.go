package resolve

import (
	"slices"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
)

// maxSets is how many grouping sets a block may have: each costs as much as the
// block does, and CUBE doubles them with every element.
const maxSets = 32

// groupBy resolves GROUP BY into out. before is what the resolver had made when
// the block began.
func (r *resolver) groupBy(b *sqlast.Select, out *querytree.Select, s *scope, before price) error {
	terms := 0
	for _, g := range b.GroupBy {
		if terms++; terms > maxColumns {
			return refusal.At(b.At, refusal.LimitExceeded, "GROUP BY may have %d terms", maxColumns)
		}
		if grouping, ok := g.(*sqlast.Grouping); ok {
			for _, set := range grouping.Sets {
				terms += len(set)
			}
		}
	}
	sets := [][]int{nil}
	several := false
	for _, g := range b.GroupBy {
		var options [][]int
		grouping, ok := g.(*sqlast.Grouping)
		if !ok {
			grouping = &sqlast.Grouping{Sets: [][]sqlast.Expr{{g}}}
		}
		for _, set := range grouping.Sets {
			var indexes []int
			for _, x := range set {
				i, err := r.groupIndex(x, b, out, s)
				if err != nil {
					return err
				}
				indexes = append(indexes, i)
			}
			options = append(options, indexes)
		}
		several = several || ok
		made, ok := product(sets, setsOf(grouping.Kind, options))
		if !ok {
			return refusal.At(g.Pos(), refusal.LimitExceeded, "GROUP BY stands for more than %d sets here", maxSets)
		}
		sets = made
	}
	if !several {
		return nil
	}
	out.Sets = sets
	for i := range out.Columns {
		out.Columns[i].NotNull = false // NULL in the rows of a set that it is not in
	}
	for _, x := range out.Items {
		querytree.WalkExpr(x, querytree.Visitor{Expr: func(x querytree.Expr) {
			if call, ok := x.(*querytree.Call); ok && call.Over != nil {
				for i := range call.Over.OrderBy {
					call.Over.OrderBy[i].NotNull = false
				}
			}
		}})
	}
	if s.from.source == nil {
		return refusal.At(b.At, refusal.Unsupported, "grouping sets without FROM group nothing")
	}
	return r.again(r.since(before), len(sets)-1, b.At) // what an engine without them is given
}

// groupIndex resolves an expression to group by and gives its place in GroupBy.
func (r *resolver) groupIndex(g sqlast.Expr, b *sqlast.Select, out *querytree.Select, s *scope) (int, error) {
	x, err := r.groupItem(g, b, out, s)
	if err != nil {
		return 0, err
	}
	if err := r.distinct(g.Pos(), x.Type()); err != nil {
		return 0, err
	}
	if i := slices.IndexFunc(out.GroupBy, func(by querytree.Expr) bool { return querytree.Equal(by, x) }); i >= 0 {
		return i, nil
	}
	out.GroupBy = append(out.GroupBy, x)
	return len(out.GroupBy) - 1, nil
}

// setsOf gives the sets that a grouping stands for; nil for too many. Its parts
// are the sets themselves but for ROLLUP and CUBE.
func setsOf(kind string, parts [][]int) [][]int {
	switch kind {
	case "ROLLUP": // all of them, then one less from the right, down to none
		var sets [][]int
		for n := len(parts); n >= 0; n-- {
			sets = append(sets, slices.Concat(parts[:n]...))
		}
		return sets
	case "CUBE": // any of them
		sets := [][]int{nil}
		for i := len(parts) - 1; i >= 0; i-- {
			if len(sets) > maxSets {
				return nil
			}
			with := make([][]int, len(sets))
			for j, set := range sets {
				with[j] = slices.Concat(parts[i], set)
			}
			sets = append(with, sets...)
		}
		return sets
	}
	return parts
}

// product puts every set of a beside every one of b; false for too many.
func product(a, b [][]int) ([][]int, bool) {
	if b == nil || len(a)*len(b) > maxSets {
		return nil, false
	}
	var sets [][]int
	for _, x := range a {
		for _, y := range b {
			set := slices.Concat(x, y)
			slices.Sort(set)
			sets = append(sets, slices.Compact(set))
		}
	}
	return sets, true
}

// grouping resolves GROUPING(x): 1 in the rows of a set that x is not in, else
// 0. That x is one of GROUP BY's is checked with the other columns.
func (r *resolver) grouping(x *sqlast.Call, out *querytree.Call, s *scope) error {
	if x.Filter != nil || s.inAggregate || !s.aggregates {
		return refusal.At(x.Pos(), refusal.Unsupported, "GROUPING stands in the select list, in HAVING and in ORDER BY, by itself")
	}
	arg, err := r.expr(x.Args[0], s)
	if err != nil {
		return err
	}
	s.sawAggregate = true
	out.Args = []querytree.Expr{arg}
	return nil
}
