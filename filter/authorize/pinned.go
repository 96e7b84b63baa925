package authorize

import (
	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// pinned checks, for every block of q, that columns which the profile wants
// pinned are compared with a constant there.
func pinned(v *view.View, q *querytree.Query) error {
	for _, sel := range blocks(q.Body, nil) {
		if err := pinnedBlock(v, sel); err != nil {
			return err
		}
	}
	return nil
}

// blocks adds the SELECT blocks of a body itself to into; a query nested in it
// is visited on its own.
func blocks(b querytree.Body, into []*querytree.Select) []*querytree.Select {
	switch b := b.(type) {
	case *querytree.SetOp:
		return blocks(b.Right, blocks(b.Left, into))
	case *querytree.Select:
		return append(into, b)
	}
	return into
}

func pinnedBlock(v *view.View, sel *querytree.Select) error {
	if sel.From == nil || !wantsPins(v, sel.From) {
		return nil
	}
	scans, conditions := blockParts(sel.From, querytree.Conjuncts(sel.Where, nil))
	for _, s := range scans {
		t := v.Of(s.Table)
		if t == nil {
			continue // scan says so
		}
		for _, col := range t.RequireFilter {
			if !pins(conditions, s, col) {
				return refusal.New(refusal.FilterRequired, "a request on %s must pin %s: add %s = … to WHERE", t.Visible.Name, col.Name, col.Name)
			}
		}
	}
	return nil
}

// wantsPins tells whether a table of a FROM clause itself has a column that must be
// pinned: most have none.
func wantsPins(v *view.View, s querytree.Source) bool {
	switch s := s.(type) {
	case *querytree.Scan:
		t := v.Of(s.Table)
		return t != nil && len(t.RequireFilter) > 0
	case *querytree.Join:
		return wantsPins(v, s.Left) || wantsPins(v, s.Right)
	}
	return false
}

// blockParts gives the tables of a FROM clause itself, subqueries apart, and
// the conditions that every row of the block satisfies.
func blockParts(s querytree.Source, conditions []querytree.Expr) ([]*querytree.Scan, []querytree.Expr) {
	switch s := s.(type) {
	case *querytree.Scan:
		return []*querytree.Scan{s}, conditions
	case *querytree.Join:
		if s.Kind == "INNER" {
			conditions = querytree.Conjuncts(s.On, conditions)
		}
		left, conditions := blockParts(s.Left, conditions)
		right, conditions := blockParts(s.Right, conditions)
		return append(left, right...), conditions
	}
	return nil, conditions
}

func pins(conditions []querytree.Expr, s *querytree.Scan, col *catalog.Column) bool {
	is := func(x querytree.Expr) bool {
		ref, ok := x.(*querytree.ColumnRef)
		return ok && ref.Source == querytree.Source(s) && ref.Col == col
	}
	for _, c := range conditions {
		switch c := c.(type) {
		case *querytree.Op:
			if c.Op == "=" && (is(c.Args[0]) && constant(c.Args[1]) || is(c.Args[1]) && constant(c.Args[0])) {
				return true
			}
		case *querytree.InList:
			all := !c.Not && is(c.X)
			for _, x := range c.List {
				all = all && constant(x)
			}
			if all {
				return true
			}
		}
	}
	return false
}

func constant(x querytree.Expr) bool {
	switch x.(type) {
	case *querytree.Number, *querytree.Param:
		return true
	}
	return false
}
