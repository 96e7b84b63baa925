package doctor

import (
	"slices"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// FilterColumn is a column that a profile compares with the customer's id.
type FilterColumn struct{ Schema, Table, Column string }

// FilterColumns are the columns that a profile, bound to a dossier, compares
// with the customer's id.
func FilterColumns(v *view.View) []FilterColumn {
	var all []FilterColumn
	for _, t := range v.Tables {
		for _, c := range filterColumns(t.Policy) {
			all = append(all, FilterColumn{t.Catalog.Schema, t.Catalog.Name, c.Name})
		}
	}
	return all
}

// filterColumns are the columns of a policy's own table that it compares with
// :customer, each once, in the order they are met. What it asks of other tables
// is theirs.
func filterColumns(p *querytree.Policy) []*catalog.Column {
	var columns []*catalog.Column
	isCustomer := func(x querytree.Expr) bool {
		param, ok := unwrapped(x).(*querytree.Param)
		return ok && param.Slot.Kind == querytree.SlotIdentity && param.Slot.Name == "customer"
	}
	add := func(x, with querytree.Expr) {
		ref, ok := unwrapped(x).(*querytree.ColumnRef)
		if ok && ref.Source == querytree.Source(p.Self) && isCustomer(with) && !slices.Contains(columns, ref.Col) {
			columns = append(columns, ref.Col)
		}
	}
	querytree.WalkExpr(p.Where, querytree.Visitor{Expr: func(x querytree.Expr) {
		switch x := x.(type) {
		case *querytree.Op:
			if x.Op == "=" && len(x.Args) == 2 {
				add(x.Args[0], x.Args[1])
				add(x.Args[1], x.Args[0])
			}
		case *querytree.InList:
			for _, value := range x.List {
				if !x.Not {
					add(x.X, value)
				}
			}
		}
	}})
	return columns
}

// unwrapped is x without what only widens its type.
func unwrapped(x querytree.Expr) querytree.Expr {
	for {
		c, ok := x.(*querytree.Convert)
		if !ok {
			return x
		}
		x = c.X
	}
}
