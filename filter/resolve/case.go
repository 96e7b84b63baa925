package resolve

import (
	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/sqlast"
)

func (r *resolver) caseExpr(x *sqlast.Case, s *scope) (querytree.Expr, error) {
	out := &querytree.Case{}
	var (
		values []querytree.Expr
		ats    []sqlast.Pos
	)
	if x.Operand != nil {
		var err error
		before := r.mark()
		if out.Operand, err = r.expr(x.Operand, s); err != nil {
			return nil, err
		}
		if err := r.again(r.since(before), len(x.Whens), x.At); err != nil { // one comparison for each WHEN
			return nil, err
		}
	}
	for _, w := range x.Whens {
		cond, err := r.when(out, w, s)
		if err != nil {
			return nil, err
		}
		then, err := r.expr(w.Then, s)
		if err != nil {
			return nil, err
		}
		out.Whens = append(out.Whens, querytree.When{Cond: cond})
		values, ats = append(values, then), append(ats, w.Then.Pos())
	}
	if x.Else != nil {
		v, err := r.expr(x.Else, s)
		if err != nil {
			return nil, err
		}
		values, ats = append(values, v), append(ats, x.Else.Pos())
	}
	t, err := r.together(values, ats)
	if err != nil {
		return nil, err
	}
	for i := range out.Whens {
		out.Whens[i].Then = values[i]
	}
	if x.Else != nil {
		out.Else = values[len(values)-1]
	}
	out.T = t
	return out, nil
}

// when resolves what an arm tests: a condition, or a value that the operand is
// compared with.
func (r *resolver) when(c *querytree.Case, w sqlast.When, s *scope) (querytree.Expr, error) {
	if c.Operand == nil {
		return r.condition(w.Cond, s)
	}
	v, err := r.expr(w.Cond, s)
	if err != nil {
		return nil, err
	}
	if err := r.compareWith(&c.Operand, "=", &v, w.Cond.Pos()); err != nil {
		return nil, err
	}
	return v, nil
}
