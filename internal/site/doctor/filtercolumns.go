package doctor

import (
	"slices"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// FilterColumn is a column of text that a profile holds against something of the
// identity, which Identity names: "customer" for the id, "customer_code", or
// "attr_" and an attribute.
type FilterColumn struct{ Schema, Table, Column, Identity string }

// FilterColumns are the columns, in any table of the dossier, that the row filters
// of a profile, bound to it, hold against the identity, in whatever form: each once
// for each part of the identity.
func FilterColumns(v *view.View) []FilterColumn {
	var all []FilterColumn
	for _, t := range v.Tables {
		for _, m := range meetings(t.Policy) {
			c := FilterColumn{m.table.Schema, m.table.Name, m.column.Name, m.identity}
			if !slices.Contains(all, c) {
				all = append(all, c)
			}
		}
	}
	return all
}

// meeting is a column of a base table and a part of the identity that it meets.
type meeting struct {
	table    *catalog.Table
	column   *catalog.Column
	identity string
}

// meetings looks at every expression of a policy but the connectives: a column
// below it is taken to be compared with any part of the identity below it, through
// derived tables, elements of WITH and queries that give values, and with whatever
// a column beside it is compared with elsewhere. A form that no list here would
// know compares all the same; one column too many only has the ERP asked once more.
func meetings(p *querytree.Policy) []meeting {
	var compared []operands
	note := func(o operands) {
		if len(o.columns) > 0 && len(o.columns)+len(o.identities) > 1 {
			compared = append(compared, o)
		}
	}
	querytree.WalkExpr(p.Where, querytree.Visitor{
		Expr: func(x querytree.Expr) {
			if op, ok := x.(*querytree.Op); ok && (op.Op == "AND" || op.Op == "OR" || op.Op == "NOT") {
				return
			}
			var o operands
			o.of(x)
			note(o)
		},
		Query: func(q *querytree.Query) { // INTERSECT and EXCEPT compare
			if _, sets := q.Body.(*querytree.SetOp); !sets {
				return
			}
			for i := range q.Output() {
				var o operands
				o.item(q.Body, i)
				note(o)
			}
		},
	})
	var all []meeting
	for before := -1; before < len(all); {
		before = len(all)
		for _, o := range compared {
			identities := slices.Clone(o.identities)
			for _, m := range all {
				if slices.Contains(o.columns, meeting{table: m.table, column: m.column}) {
					identities = append(identities, m.identity)
				}
			}
			for _, c := range o.columns {
				for _, identity := range identities {
					if m := (meeting{c.table, c.column, identity}); c.column.Type.Kind == sqltype.Text && !slices.Contains(all, m) {
						all = append(all, m)
					}
				}
			}
		}
	}
	return all
}

// operands are what the value of an expression is made of.
type operands struct {
	columns    []meeting // without an identity
	identities []string
	met        []output // an element of WITH may use itself
}

type output struct {
	of *querytree.Query
	i  int
}

func (o *operands) of(x querytree.Expr) {
	switch x := x.(type) {
	case *querytree.Param:
		if x.Slot.Kind == querytree.SlotIdentity {
			o.identities = append(o.identities, x.Slot.Name)
		}
	case *querytree.ColumnRef:
		switch s := x.Source.(type) {
		case *querytree.Self:
			o.columns = append(o.columns, meeting{table: s.Table, column: x.Col})
		case *querytree.RawScan:
			o.columns = append(o.columns, meeting{table: s.Table, column: x.Col})
		case *querytree.Scan:
			o.columns = append(o.columns, meeting{table: s.Table, column: x.Col})
		case *querytree.Derived:
			o.query(s.Query, x.Index)
		case *querytree.CTERef:
			o.query(s.CTE.Query, x.Index)
		}
	case *querytree.Exists: // compares nothing itself; what is in it is visited
	default:
		querytree.Children(x, o.of, func(q *querytree.Query) {
			for i := range q.Output() {
				o.query(q, i)
			}
		})
	}
}

// query adds what the i-th column of a query is made of.
func (o *operands) query(q *querytree.Query, i int) {
	if !slices.Contains(o.met, output{q, i}) {
		o.met = append(o.met, output{q, i})
		o.item(q.Body, i)
	}
}

func (o *operands) item(b querytree.Body, i int) {
	switch b := b.(type) {
	case *querytree.Query:
		o.item(b.Body, i)
	case *querytree.SetOp:
		o.item(b.Left, i)
		o.item(b.Right, i)
	case *querytree.Select:
		if i < len(b.Items) {
			o.of(b.Items[i])
		}
	}
}

// filterColumns are the columns of a policy's own table by which it finds the
// customer's rows: those that it compares with :customer, each once, in the order
// they are met.
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
