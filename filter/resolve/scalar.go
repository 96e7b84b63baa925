package resolve

import (
	"slices"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqltype"
)

// scalarSubquery resolves a subquery that stands for one value. One that could
// give two rows would fail on the row for which it does, or on SQLite take any
// of them; and behind a fence it would be counted through for every row.
func (r *resolver) scalarSubquery(x *sqlast.Subquery, s *scope) (querytree.Expr, error) {
	q, err := r.asks(x.Query, s)
	if err != nil {
		return nil, err
	}
	out := q.Output()
	if len(out) != 1 {
		return nil, refusal.At(x.At, refusal.TypeMismatch, "a subquery that stands for a value gives one column, not %d", len(out))
	}
	if !atMostOne(q) {
		return nil, refusal.At(x.At, refusal.CanFail, "a subquery that stands for a value must not give two rows: use an aggregate, LIMIT 1, or pin a key of its table")
	}
	return &querytree.Subquery{Query: q, T: out[0].Type}, nil
}

// atMostOne tells whether a query cannot give two rows.
func atMostOne(q *querytree.Query) bool {
	if n, ok := q.Limit.(*querytree.Number); ok && (n.Text == "0" || n.Text == "1") {
		return true
	}
	switch b := q.Body.(type) {
	case *querytree.Query:
		return atMostOne(b)
	case *querytree.Select:
		return b.From == nil || b.Grouped && len(b.GroupBy) == 0 || keyPinned(b)
	}
	return false
}

// keyPinned tells whether a block reads one table and compares every column of
// one of its keys with something that is the same for all its rows.
func keyPinned(sel *querytree.Select) bool {
	scan, ok := sel.From.(*querytree.Scan)
	if !ok || sel.Where == nil {
		return false
	}
	pinned := map[string]bool{}
	for _, c := range querytree.Conjuncts(sel.Where, nil) {
		op, ok := c.(*querytree.Op)
		if !ok || op.Op != "=" {
			continue
		}
		for i, side := range op.Args {
			ref, ok := side.(*querytree.ColumnRef)
			if ok && ref.Source == querytree.Source(scan) && !reads(op.Args[1-i], scan) && keepsApart(ref, op.Args[1-i]) {
				pinned[ref.Col.Name] = true
			}
		}
	}
	for _, key := range append([][]string{scan.Table.PrimaryKey}, scan.Table.Unique...) {
		if len(key) > 0 && !slices.ContainsFunc(key, func(col string) bool { return !pinned[col] }) {
			return true
		}
	}
	return false
}

// keepsApart tells whether a comparison of a key's column tells all values of
// the key apart. Another text column's collation might be the looser one.
func keepsApart(key *querytree.ColumnRef, with querytree.Expr) bool {
	if key.T.Kind != sqltype.Text {
		return key.T.Kind == with.Type().Kind
	}
	switch x := with.(type) {
	case *querytree.Param:
		return true
	case *querytree.ColumnRef:
		return x.Col != nil && x.Col.Collation == key.Col.Collation && x.T.CodePage == key.T.CodePage && x.T.National == key.T.National
	}
	return false
}

// reads tells whether x uses a column of s, or a subquery, which could.
func reads(x querytree.Expr, s querytree.Source) bool {
	found := false
	querytree.WalkExpr(x, querytree.Visitor{
		Expr: func(x querytree.Expr) {
			if ref, ok := x.(*querytree.ColumnRef); ok && ref.Source == s {
				found = true
			}
		},
		Query: func(*querytree.Query) { found = true },
	})
	return found
}
