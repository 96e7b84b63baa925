package view

import (
	"slices"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// tie is a comparison, in a row condition, of columns of two tables. A tie that
// is equal says that one is the other; one that is always holds for every row
// that the condition lets through.
type tie struct {
	here, there end
	equal       bool
	always      bool
}

// turned is the same tie, seen from the other side.
func (t tie) turned() tie {
	t.here, t.there = t.there, t.here
	return t
}

// end is one side of a tie: a column of a Self or a RawScan.
type end struct{ ref *querytree.ColumnRef }

// table is the catalog's table whose column it is.
func (e end) table() *catalog.Table {
	switch s := e.ref.Source.(type) {
	case *querytree.Self:
		return s.Table
	case *querytree.RawScan:
		return s.Table
	}
	return nil
}

// tiesOf gives the ties of a row condition. What it cannot take apart (an operator
// or a function of several columns) ties each of them to each.
func tiesOf(policy *querytree.Policy) []tie {
	var all []tie
	conjuncts := querytree.Conjuncts(policy.Where, nil)
	add := func(x querytree.Expr, xs, ys []*querytree.ColumnRef, equal bool) {
		for _, a := range xs {
			for _, b := range ys {
				if a.Source != b.Source {
					all = append(all, tie{end{a}, end{b}, equal, slices.Contains(conjuncts, x)})
				}
			}
		}
	}
	querytree.WalkExpr(policy.Where, querytree.Visitor{Expr: func(x querytree.Expr) {
		switch x := x.(type) {
		case *querytree.ColumnRef, *querytree.Exists:
		case *querytree.Op:
			switch {
			case x.Op == "AND" || x.Op == "OR" || x.Op == "NOT":
			case x.Op == "=" && len(x.Args) == 2 && isColumn(x.Args[0]) && isColumn(x.Args[1]):
				add(x, columnsOf(x.Args[0]), columnsOf(x.Args[1]), true)
			default:
				add(x, columnsOf(x), columnsOf(x), false)
			}
		case *querytree.InQuery:
			items := itemsOf(x.Query.Body)
			for i, own := range x.Row {
				for _, list := range items {
					if i < len(list) {
						add(x, columnsOf(own), columnsOf(list[i]), !x.Not && len(items) == 1 && isColumn(own) && isColumn(list[i]))
					}
				}
			}
		default:
			add(x, columnsOf(x), columnsOf(x), false)
		}
	}})
	return all
}

// isColumn tells whether an expression is a column of a table and nothing else.
func isColumn(x querytree.Expr) bool {
	ref, ok := x.(*querytree.ColumnRef)
	return ok && ref.Col != nil
}

// pairsOf gives the columns, of one source and of another, that ties say are one.
func pairsOf(ties []tie, a, b querytree.Source) [][2]string {
	var out [][2]string
	for _, t := range ties {
		switch {
		case !t.equal:
		case t.here.ref.Source == a && t.there.ref.Source == b:
			out = append(out, [2]string{t.here.ref.Col.Name, t.there.ref.Col.Name})
		case t.here.ref.Source == b && t.there.ref.Source == a:
			out = append(out, [2]string{t.there.ref.Col.Name, t.here.ref.Col.Name})
		}
	}
	return out
}

// columnsOf gives the columns of tables that a value is made of, through
// subqueries in FROM, and as a subquery's answer.
func columnsOf(x querytree.Expr) []*querytree.ColumnRef {
	var out []*querytree.ColumnRef
	body := func(b querytree.Body) {
		for _, list := range itemsOf(b) {
			for _, item := range list {
				out = append(out, columnsOf(item)...)
			}
		}
	}
	if ref, ok := x.(*querytree.ColumnRef); ok {
		if ref.Col != nil {
			return []*querytree.ColumnRef{ref}
		}
		var q *querytree.Query
		switch s := ref.Source.(type) {
		case *querytree.Derived:
			q = s.Query
		case *querytree.CTERef:
			if s.CTE.Recursive {
				body(s.CTE.Query.Body.(*querytree.SetOp).Left) // the other half uses the element itself
				return out
			}
			q = s.CTE.Query
		}
		if q != nil {
			for _, list := range itemsOf(q.Body) {
				if ref.Index < len(list) {
					out = append(out, columnsOf(list[ref.Index])...)
				}
			}
		}
		return out
	}
	if _, ok := x.(*querytree.Exists); ok {
		return nil // what it compares is tied there
	}
	querytree.Children(x, func(c querytree.Expr) { out = append(out, columnsOf(c)...) }, func(q *querytree.Query) { body(q.Body) })
	return out
}

// itemsOf gives what each block of a body answers with.
func itemsOf(b querytree.Body) [][]querytree.Expr {
	switch b := b.(type) {
	case *querytree.Select:
		return [][]querytree.Expr{b.Items}
	case *querytree.SetOp:
		return append(itemsOf(b.Left), itemsOf(b.Right)...)
	case *querytree.Query:
		return itemsOf(b.Body)
	}
	return nil
}
