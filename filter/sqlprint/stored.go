package sqlprint

import (
	"slices"

	"github.com/vantelle/vantelle/filter/querytree"
)

// readsStored tells whether an expression reads a table's column, be it through
// queries in FROM. in are the WITH elements that are being looked at.
func readsStored(x querytree.Expr, in []*querytree.CTE) bool {
	stored := false
	querytree.WalkExpr(x, querytree.Visitor{Expr: func(x querytree.Expr) {
		ref, is := x.(*querytree.ColumnRef)
		if stored || !is {
			return
		}
		switch source := ref.Source.(type) {
		case *querytree.Derived:
			stored = storedItem(source.Query, ref.Index, in)
		case *querytree.CTERef:
			stored = !slices.Contains(in, source.CTE) && storedItem(source.CTE.Query, ref.Index, append(in, source.CTE))
		default:
			stored = true
		}
	}})
	return stored
}

// storedItem is readsStored for a column of a query's answer.
func storedItem(body querytree.Body, i int, in []*querytree.CTE) bool {
	switch b := body.(type) {
	case *querytree.Query:
		return storedItem(b.Body, i, in)
	case *querytree.SetOp:
		return storedItem(b.Left, i, in) || storedItem(b.Right, i, in)
	case *querytree.Select:
		return i >= len(b.Items) || readsStored(b.Items[i], in)
	}
	return true
}
