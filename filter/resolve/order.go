package resolve

import (
	"strconv"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// ordinal reads an ORDER BY or GROUP BY position, 1-based in the text.
func ordinal(x sqlast.Expr, n int) (index int, is bool, err error) {
	num, ok := x.(*sqlast.Number)
	if !ok {
		return 0, false, nil
	}
	i, convErr := strconv.Atoi(num.Text)
	if convErr != nil || i < 1 || i > n {
		return 0, true, refusal.At(num.At, refusal.UnknownName, "there is no output column %s: there are %d", clip(num.Text), n)
	}
	return i - 1, true, nil
}

// orderBy resolves ORDER BY: positions and output names first, then, in a
// SELECT block, expressions over its tables.
func (r *resolver) orderBy(items []*sqlast.OrderItem, body querytree.Body, s *scope) ([]querytree.Order, error) {
	var out []querytree.Order
	if len(items) > maxColumns {
		return nil, refusal.At(items[0].Pos(), refusal.LimitExceeded, "ORDER BY may have %d terms", maxColumns)
	}
	for _, item := range items {
		o, err := r.orderItem(item, body, s)
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

func (r *resolver) orderItem(item *sqlast.OrderItem, body querytree.Body, s *scope) (querytree.Order, error) {
	cols := body.Output()
	o := querytree.Order{Output: -1, Desc: item.Desc, NullsFirst: nullsFirst(item)}
	i, is, err := ordinal(item.X, len(cols))
	if err != nil {
		return o, err
	}
	if n, ok := item.X.(*sqlast.Name); !is && ok && len(n.Parts) == 1 {
		for _, p := range r.passes() {
			if i, is, err = outputNamed(cols, n.Parts[0], r.spelled(n.Parts[0]), body, p); is || err != nil {
				break
			}
			if s != nil && r.match(s.from.cols, n.Parts[0], p) != nil {
				break // a column of the tables, so called
			}
		}
		if err != nil {
			return o, err
		}
	}
	if is {
		o.Output, o.NotNull = i, cols[i].NotNull
		return o, orderable(item.X.Pos(), cols[i].Type)
	}
	sel, ok := body.(*querytree.Select)
	if !ok {
		return o, refusal.At(item.X.Pos(), refusal.UnknownName, "after a set operation ORDER BY takes an output column, by its name or position")
	}
	x, err := r.expr(item.X, s)
	if err != nil {
		return o, err
	}
	for i := range sel.Items {
		if querytree.Equal(sel.Items[i], x) {
			o.Output, o.NotNull = i, cols[i].NotNull
			return o, orderable(item.X.Pos(), cols[i].Type)
		}
	}
	if sel.Distinct {
		return o, refusal.At(item.X.Pos(), refusal.UnknownName, "with DISTINCT, ORDER BY takes columns of the select list")
	}
	switch x.(type) {
	case *querytree.Param, *querytree.Number, *querytree.Null, *querytree.Bool:
		return o, refusal.At(item.X.Pos(), refusal.Unsupported, "ORDER BY a constant orders nothing: name a column, or a position as a number")
	}
	o.X = x
	if ref, ok := x.(*querytree.ColumnRef); ok {
		o.NotNull = ref.NotNull && sel.Sets == nil
	}
	return o, orderable(item.X.Pos(), x.Type())
}

// outputNamed finds the output column that a name means in a pass; several of
// one name are one where they are the same expression.
func outputNamed(cols []querytree.Column, id sqlast.Ident, want string, body querytree.Body, p pass) (int, bool, error) {
	found := p.pick(len(cols), func(i int) string { return cols[i].Label }, want)
	if found == nil {
		return 0, false, nil
	}
	for _, i := range found[1:] {
		a, b := itemOf(body, found[0]), itemOf(body, i)
		if a == nil || b == nil || !querytree.Equal(a, b) {
			return 0, false, refusal.At(id.At, refusal.UnknownName, "two output columns are called %s: order by position", clip(id.Name))
		}
	}
	return found[0], true, nil
}

func nullsFirst(item *sqlast.OrderItem) bool {
	if item.Nulls == sqlast.NullsDefault {
		return !item.Desc
	}
	return item.Nulls == sqlast.NullsFirst
}

func orderable(at sqlast.Pos, t sqltype.Type) error {
	switch t.Kind {
	case sqltype.Other, sqltype.JSON, sqltype.Binary:
		return refusal.At(at, refusal.TypeMismatch, "%s has no order", t.Kind)
	}
	return nil
}

// distinct tells whether an engine can say that two values of a type are equal,
// which DISTINCT, GROUP BY and PARTITION BY need.
func (r *resolver) distinct(at sqlast.Pos, t sqltype.Type) error {
	if t.Raw || t.Kind == sqltype.Other && r.opt.Engine == catalog.SQLServer {
		return refusal.At(at, refusal.TypeMismatch, "values of this column cannot be compared here, so that neither DISTINCT nor GROUP BY takes them (%s)", t.Kind)
	}
	return nil
}

// rowCount resolves LIMIT and OFFSET: a whole number or a parameter.
func (r *resolver) rowCount(x sqlast.Expr, what string) (querytree.Expr, error) {
	int64T := sqltype.Type{Kind: sqltype.Int, Bits: 64}
	switch x := x.(type) {
	case nil:
		return nil, nil
	case *sqlast.Number:
		text, t, err := sqltype.ParseNumber(x.Text)
		if err == nil && t.Kind == sqltype.Int {
			return &querytree.Number{Text: text, T: int64T}, nil
		}
	case *sqlast.Param:
		p, err := r.param(x)
		if err != nil {
			return nil, err
		}
		if k := p.Type().Kind; k == sqltype.Int || k == sqltype.Text {
			return &querytree.Param{Slot: p.(*querytree.Param).Slot, T: sqltype.Type{Kind: sqltype.Int, Bits: 64, Count: true}}, nil
		}
	}
	return nil, refusal.At(x.Pos(), refusal.TypeMismatch, "%s takes a whole number or a parameter", what)
}
