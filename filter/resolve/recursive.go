package resolve

import (
	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqlfunc"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// mentions tells whether a table of q has the name of a WITH element.
func (r *resolver) mentions(q sqlast.Node, name sqlast.Ident) bool {
	found := false
	_ = sqlast.Walk(q, func(n sqlast.Node) (bool, error) { // finds nothing in a node it does not know
		if t, ok := n.(*sqlast.TableName); ok && len(t.Name) == 1 && r.sameName(r.spelled(t.Name[0]), r.spelled(name)) {
			found = true
		}
		return !found, nil
	})
	return found
}

// recursive resolves a WITH element that uses itself: a block where it starts,
// UNION ALL or UNION, and a block that makes the next rows of those before.
//
// That it ends is seen to: UNION ALL counts its rounds and fails after
// querytree.MaxRounds of them; UNION, which ends by finding nothing new, may
// make no value that the tables do not hold.
func (r *resolver) recursive(c *sqlast.CTE, ctes *cteScope) (*cteScope, error) {
	form := refusal.At(c.At, refusal.Unsupported, "a WITH element that uses itself is SELECT … UNION ALL SELECT …, and only the second SELECT uses it")
	union, ok := c.Query.Body.(*sqlast.SetOp)
	if !ok || union.Op != sqlast.Union || len(c.Query.With)+len(c.Query.OrderBy) > 0 || c.Query.Limit != nil || c.Query.Offset != nil {
		return nil, form
	}
	first, ok := union.Left.(*sqlast.Select)
	next, ok2 := union.Right.(*sqlast.Select)
	if !ok || !ok2 || r.mentions(first, c.Name) {
		return nil, form
	}
	if !union.All && r.opt.Engine == catalog.SQLServer {
		return nil, refusal.At(c.At, refusal.Unsupported, "a WITH element that uses itself takes UNION ALL on this engine")
	}
	start, err := r.block(first, ctes)
	if err != nil {
		return nil, err
	}
	names, err := columnNames(start, c.Columns, c.At)
	if err != nil {
		return nil, err
	}
	el := &cteScope{outer: ctes, name: r.spelled(c.Name), names: names}
	columns := make([]querytree.Column, len(start.Columns))
	for i, col := range start.Columns {
		columns[i] = querytree.Column{Label: col.Label, Type: col.Type, Weight: 1}
	}
	el.cte = &querytree.CTE{Columns: columns, Recursive: true}
	joins := r.joins
	step, err := r.step(next, el, c)
	if err != nil {
		return nil, err
	}
	if !settledAsIs(start, step) { // the columns are made wide enough, and the second block is read with those
		for i := range columns {
			if columns[i].Type, err = roundType(start.Items[i], step.Items[i], first.Items[0].Pos()); err != nil {
				return nil, err
			}
		}
		r.joins = joins // they stand in the statement once
		if step, err = r.step(next, el, c); err != nil {
			return nil, err
		}
		for i, col := range columns {
			for _, b := range []*querytree.Select{start, step} {
				if err := r.intoColumn(b, i, col.Type, c.At); err != nil {
					return nil, err
				}
			}
		}
	}
	if err := endless(union.All, step, next.At); err != nil {
		return nil, err
	}
	if union.All {
		fails := r.opt.Engine != catalog.SQLServer // whose fence, TOP, cannot stand in the second block
		start.Items = append(start.Items, &querytree.Depth{Partial: fails})
		step.Items = append(step.Items, &querytree.Depth{Of: uses(step.From, el.cte), Partial: fails})
	}
	el.cte.Query = &querytree.Query{Body: &querytree.SetOp{Op: "UNION", All: union.All, Left: start, Right: step, Columns: columns}}
	return el, nil
}

// block resolves a SELECT of a recursive element.
func (r *resolver) block(b *sqlast.Select, ctes *cteScope) (*querytree.Select, error) {
	body, inner, err := r.selectBlock(b, nil, ctes)
	if err != nil {
		return nil, err
	}
	sel := body.(*querytree.Select)
	return sel, r.checkGrouping(sel, nil, inner)
}

// step resolves the second block of a recursive element.
func (r *resolver) step(b *sqlast.Select, el *cteScope, c *sqlast.CTE) (*querytree.Select, error) {
	sel, err := r.block(b, el)
	if err != nil {
		return nil, err
	}
	if len(sel.Items) != len(el.cte.Columns) {
		return nil, refusal.At(b.At, refusal.TypeMismatch, "both sides of a set operation need the same number of columns: %d and %d", len(el.cte.Columns), len(sel.Items))
	}
	used := 0
	computes := sel.Grouped || sel.Distinct
	querytree.WalkQuery(&querytree.Query{Body: sel}, querytree.Visitor{
		Source: func(s querytree.Source) {
			if ref, ok := s.(*querytree.CTERef); ok && ref.CTE == el.cte {
				used++
			}
		},
		Expr: func(x querytree.Expr) {
			call, ok := x.(*querytree.Call)
			computes = computes || ok && call.Func.Class != sqlfunc.Scalar
		},
	})
	if used != 1 || computes || uses(sel.From, el.cte) == nil {
		return nil, refusal.At(c.At, refusal.Unsupported, "the second SELECT of a WITH element that uses itself has it once in its FROM, by itself or with inner joins, and computes nothing over rows: no GROUP BY, DISTINCT, aggregate or window")
	}
	return sel, nil
}

// uses finds the element among the sources of a FROM clause that are joined by
// inner joins; nil for not.
func uses(s querytree.Source, cte *querytree.CTE) *querytree.CTERef {
	switch s := s.(type) {
	case *querytree.CTERef:
		if s.CTE == cte {
			return s
		}
	case *querytree.Join:
		if s.Kind != "INNER" && s.Kind != "CROSS" {
			return nil
		}
		if ref := uses(s.Left, cte); ref != nil {
			return ref
		}
		return uses(s.Right, cte)
	}
	return nil
}

// settledAsIs tells whether both blocks give columns of the same types already,
// as they come from the tables.
func settledAsIs(start, step *querytree.Select) bool {
	for i := range start.Items {
		a, ok := start.Items[i].(*querytree.ColumnRef)
		b, ok2 := step.Items[i].(*querytree.ColumnRef)
		if !ok || !ok2 || a.T != b.T {
			return false
		}
	}
	return true
}

// The widest types of a recursive element's columns: every engine takes a
// column's type from the first block, and fails, or cuts, where the second one
// gives more.
const (
	roundDigits, roundScale = 30, 10
	leastText, mostText     = 1000, 4000
)

// roundType gives the type of a column that is computed in every round.
func roundType(first, next querytree.Expr, at sqlast.Pos) (sqltype.Type, error) {
	a, b := first.Type(), next.Type()
	if a.Kind == sqltype.Null {
		a = b
	}
	switch {
	case a.Kind == sqltype.Float || b.Kind == sqltype.Float && a.Numeric():
		return sqltype.Type{Kind: sqltype.Float, Bits: 64}, nil
	case a.Kind == sqltype.Int:
		return sqltype.Type{Kind: sqltype.Int, Bits: 64}, nil
	case a.Kind == sqltype.Decimal:
		return sqltype.Type{Kind: sqltype.Decimal, Precision: roundDigits, Scale: roundScale}, nil
	case a.Kind == sqltype.Text:
		wide := leastText
		if chars(first) > wide {
			wide = mostText
		}
		if chars(first) > wide {
			return a, refusal.At(at, refusal.Unsupported, "a text of a WITH element that uses itself has %d characters at most: CAST it AS VARCHAR(%d) in both SELECTs", mostText, mostText)
		}
		return sqltype.Type{Kind: sqltype.Text, Length: wide}, nil
	case a.Kind == sqltype.Date, a.Kind == sqltype.Timestamp && !a.Zoned:
		return sqltype.Type{Kind: a.Kind}, nil
	}
	return a, refusal.At(at, refusal.Unsupported, "a column of a WITH element that uses itself is a number, a text or a date, not %s", a.Kind)
}

// intoColumn gives the i-th item of a block exactly the type t, on the engine,
// too.
func (r *resolver) intoColumn(b *querytree.Select, i int, t sqltype.Type, at sqlast.Pos) error {
	x := b.Items[i]
	from := x.Type()
	var err error
	switch {
	case flexible(x) && from.Kind != t.Kind:
		x, err = r.coerce(x, t, at)
	case t.Kind == sqltype.Text && from.Kind == sqltype.Text:
		if chars(x) > t.Length {
			return refusal.At(at, refusal.Unsupported, "column %d of a WITH element that uses itself can grow to %d characters, and %d are kept: CAST it AS VARCHAR(%d)", i+1, chars(x), t.Length, t.Length)
		}
	case t.Numeric() && from.Numeric() && !(t.Kind == sqltype.Int && from.Kind != sqltype.Int && !wholeNumber(from)):
		x, err = r.convert(x, t, &sqlast.Cast{At: at})
	case from.Kind != t.Kind || from.Zoned:
		return refusal.At(at, refusal.TypeMismatch, "column %d is %s in the first SELECT of a WITH element that uses itself, and %s in the second", i+1, t.Kind, from.Kind)
	}
	if err != nil {
		return err
	}
	precision, scale := t.Precision, t.Scale
	if t.Kind == sqltype.Text {
		precision = t.Length
	}
	if x, err = r.size(sqlfunc.Settled, x, t, precision, scale, &sqlast.Cast{At: at}); err != nil {
		return err
	}
	b.Items[i], b.Columns[i].Type, b.Columns[i].NotNull = x, t, false
	return nil
}

// wholeNumber tells whether a decimal has no decimals, as n + 1 of a bigint has none.
func wholeNumber(t sqltype.Type) bool {
	return t.Kind == sqltype.Decimal && t.Precision > 0 && t.Scale == 0
}

// endless refuses a UNION that may never end.
func endless(all bool, step *querytree.Select, at sqlast.Pos) error {
	for _, x := range step.Items {
		if _, column := x.(*querytree.ColumnRef); !column && !all {
			return refusal.At(at, refusal.Unsupported, "with UNION, a WITH element that uses itself gives columns as they are: write UNION ALL to compute in it")
		}
	}
	return nil
}
