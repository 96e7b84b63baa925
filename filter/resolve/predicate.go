package resolve

import (
	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
)

func (r *resolver) predicate(x sqlast.Expr, s *scope) (querytree.Expr, error) {
	switch x := x.(type) {
	case *sqlast.Is:
		return r.is(x, s)
	case *sqlast.Between:
		return r.between(x, s)
	case *sqlast.InList:
		return r.inList(x, s)
	case *sqlast.InQuery:
		return r.inQuery(x.X, x.Not, x.Query, s)
	case *sqlast.Like:
		return r.like(x, s)
	case *sqlast.Quantified:
		switch {
		case x.Op == "=" && !x.All:
			return r.inQuery(x.X, false, x.Query, s)
		case x.Op == "<>" && x.All:
			return r.inQuery(x.X, true, x.Query, s)
		}
		return r.quantified(x, s)
	case *sqlast.Exists:
		return r.exists(x, s)
	}
	return nil, refusal.At(x.Pos(), refusal.Unsupported, "this condition is not offered")
}

func (r *resolver) is(x *sqlast.Is, s *scope) (querytree.Expr, error) {
	v, err := r.expr(x.X, s)
	if err != nil {
		return nil, err
	}
	if x.What == "NULL" {
		if v, err = r.settle(v, x.Pos()); err != nil {
			return nil, err
		}
	} else if v, err = r.truth(v, x.Pos()); err != nil {
		return nil, err
	}
	return &querytree.Is{X: v, Not: x.Not, What: x.What}, nil
}

func (r *resolver) between(x *sqlast.Between, s *scope) (querytree.Expr, error) {
	before := r.mark()
	v, err := r.expr(x.X, s)
	if err != nil {
		return nil, err
	}
	if err := r.again(r.since(before), 1, x.Pos()); err != nil { // engines write it out as two comparisons
		return nil, err
	}
	bounds, err := r.exprs([]sqlast.Expr{x.Low, x.High}, s)
	if err != nil {
		return nil, err
	}
	xs := append([]querytree.Expr{v}, bounds...)
	out := &querytree.Between{X: xs[0], Low: xs[1], High: xs[2], Not: x.Not}
	for _, b := range []struct {
		op    string
		bound *querytree.Expr
	}{{">=", &out.Low}, {"<=", &out.High}} {
		if err := r.compareWith(&out.X, b.op, b.bound, x.Pos()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// compareWith checks that x can be compared with y and gives both their types.
// Where x is compared with several, it has the type that the first gave it.
func (r *resolver) compareWith(x *querytree.Expr, op string, y *querytree.Expr, at sqlast.Pos) error {
	cmp, err := r.compare(op, *x, *y, at)
	if err != nil {
		return err
	}
	made := cmp.(*querytree.Op)
	*x, *y = made.Args[0], made.Args[1]
	return nil
}

func (r *resolver) inList(x *sqlast.InList, s *scope) (querytree.Expr, error) {
	if err := r.checkList(x); err != nil {
		return nil, err
	}
	if row, ok := x.X.(*sqlast.Row); ok {
		return r.rowInList(x, row, s)
	}
	before := r.mark()
	v, err := r.expr(x.X, s)
	if err != nil {
		return nil, err
	}
	weight := r.since(before)
	out := &querytree.InList{X: v, Not: x.Not, List: make([]querytree.Expr, len(x.List))}
	for i, item := range x.List {
		if out.List[i], err = r.expr(item, s); err != nil {
			return nil, err
		}
		if err := r.compareWith(&out.X, "=", &out.List[i], item.Pos()); err != nil {
			return nil, err
		}
		if !flexible(out.List[i]) {
			// Beside an element that is no value, engines write the list
			// out as comparisons, each with what is looked for.
			if err := r.again(weight, 1, item.Pos()); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func (r *resolver) rowInList(x *sqlast.InList, row *sqlast.Row, s *scope) (querytree.Expr, error) {
	before := r.mark()
	left, err := r.exprs(row.Items, s)
	if err != nil {
		return nil, err
	}
	if err := r.again(r.since(before), len(x.List)-1, x.Pos()); err != nil { // it stands beside each row of the list
		return nil, err
	}
	for i, v := range left {
		if _, column := v.(*querytree.ColumnRef); !column && !flexible(v) {
			return nil, refusal.At(row.Items[i].Pos(), refusal.Unsupported, "a row that is looked for in a list is made of columns and values")
		}
	}
	var any []querytree.Expr
	for _, item := range x.List {
		other, ok := item.(*sqlast.Row)
		if !ok || len(other.Items) != len(row.Items) {
			return nil, refusal.At(item.Pos(), refusal.TypeMismatch, "a row of %d values is wanted here", len(row.Items))
		}
		eq, err := r.rowsEqual(left, other.Items, s, item.Pos())
		if err != nil {
			return nil, err
		}
		any = append(any, eq)
	}
	out := any[0]
	if len(any) > 1 {
		out = boolean("OR", any...)
	}
	if x.Not {
		return boolean("NOT", out), nil
	}
	return out, nil
}

func (r *resolver) inQuery(x sqlast.Expr, not bool, q *sqlast.Query, s *scope) (querytree.Expr, error) {
	items := []sqlast.Expr{x}
	if row, ok := x.(*sqlast.Row); ok {
		items = row.Items
	}
	sub, err := r.asks(q, s)
	if err != nil {
		return nil, err
	}
	out := sub.Output()
	if len(out) != len(items) {
		return nil, refusal.At(x.Pos(), refusal.TypeMismatch, "the subquery gives %d columns where %d are compared", len(out), len(items))
	}
	result := &querytree.InQuery{Not: not, Query: sub}
	for i, item := range items {
		v, err := r.expr(item, s)
		if err != nil {
			return nil, err
		}
		eq, err := r.compare("=", v, typed{out[i].Type}, x.Pos())
		if err != nil {
			return nil, err
		}
		result.Row = append(result.Row, eq.(*querytree.Op).Args[0])
	}
	return result, nil
}

// quantified resolves a comparison with any or all values of a subquery.
func (r *resolver) quantified(x *sqlast.Quantified, s *scope) (querytree.Expr, error) {
	if _, row := x.X.(*sqlast.Row); row {
		return nil, refusal.At(x.X.Pos(), refusal.Unsupported, "a row of values goes with = ANY and <> ALL only")
	}
	before := r.mark()
	v, err := r.expr(x.X, s)
	if err != nil {
		return nil, err
	}
	if err := r.again(r.since(before), 1, x.Pos()); err != nil { // SQLite is given it twice
		return nil, err
	}
	reads := r.reads
	sub, err := r.asks(x.Query, s)
	if err != nil {
		return nil, err
	}
	if err := r.read(3*(r.reads-reads), x.Pos()); err != nil { // engines are given, or make of it, several queries
		return nil, err
	}
	out := sub.Output()
	if len(out) != 1 {
		return nil, refusal.At(x.X.Pos(), refusal.TypeMismatch, "the subquery gives %d columns where one is compared", len(out))
	}
	cmp, err := r.compare(x.Op, v, typed{out[0].Type}, x.X.Pos())
	if err != nil {
		return nil, err
	}
	return &querytree.Quantified{X: cmp.(*querytree.Op).Args[0], Op: x.Op, All: x.All, Query: sub}, nil
}

func (r *resolver) exists(x *sqlast.Exists, s *scope) (querytree.Expr, error) {
	q := *x.Query
	if sel, ok := q.Body.(*sqlast.Select); ok && len(sel.GroupBy) == 0 && sel.Having == nil && !sel.Distinct && len(q.OrderBy) == 0 {
		if _, star := sel.Items[0].(*sqlast.Star); star && len(sel.Items) == 1 && len(sel.From) > 0 {
			// EXISTS (SELECT * …) asks for rows, not for every column.
			one := *sel
			one.Items = []sqlast.Item{&sqlast.ExprItem{X: &sqlast.Number{At: sel.At, Text: "1"}}}
			q.Body = &one
		}
	}
	sub, err := r.asks(&q, s)
	if err != nil {
		return nil, err
	}
	return &querytree.Exists{Query: sub}, nil
}
