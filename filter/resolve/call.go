package resolve

import (
	"strconv"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqlfunc"
	"github.com/vantelle/vantelle/filter/sqltype"
)

func (r *resolver) call(x *sqlast.Call, s *scope) (querytree.Expr, error) {
	f := sqlfunc.Lookup(x.Name.Name)
	if f == nil || x.Name.Quoted {
		return nil, refusal.At(x.Pos(), refusal.Unsupported, "there is no function %s", clip(x.Name.Name))
	}
	if err := checkCall(x, f, s); err != nil {
		return nil, err
	}
	out := &querytree.Call{Func: f, Star: x.Star, Distinct: x.Distinct, Partial: f.PartialOn(r.opt.Engine)}
	if out.Partial {
		if err := r.partial(x.Pos(), f.Name); err != nil {
			return nil, err
		}
	}
	aggregate := f.Class == sqlfunc.Aggregate && x.Over == nil
	if aggregate {
		if s.inAggregate || !s.aggregates {
			return nil, refusal.At(x.Pos(), refusal.Unsupported, "an aggregate cannot stand here: %s", f.Name)
		}
		s.sawAggregate, s.inAggregate = true, true
		defer func() { s.inAggregate = false }()
	}
	windows := s.windows
	s.windows = windows && x.Over == nil
	err := r.arguments(x, f, out, s)
	s.windows = windows
	if err != nil {
		return nil, err
	}
	if x.Filter != nil {
		if out.Filter, err = r.condition(x.Filter, s); err != nil {
			return nil, err
		}
	}
	if x.Over != nil {
		if err := r.window(x, out, s); err != nil {
			return nil, err
		}
	}
	types := make([]sqltype.Type, len(out.Args))
	for i, a := range out.Args {
		types[i] = a.Type()
	}
	out.T = f.Result(types)
	if out.T.Kind == sqltype.Text {
		if out.T.Grown, err = textResult(f, out.Args, x.Pos()); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// maxArguments is how many arguments a call may have; SQLite gives up at 127.
const maxArguments = 100

// textResult is how long a function's text can be: CONCAT's is as long as all
// its arguments, every other's as its longest.
func textResult(f *sqlfunc.Func, args []querytree.Expr, at sqlast.Pos) (int, error) {
	if f.Name == "CONCAT" {
		t, err := grown(args, at)
		return t.Grown, err
	}
	longest := 0
	for _, x := range args {
		if x.Type().Kind == sqltype.Text {
			longest = max(longest, chars(x))
		}
	}
	return longest, nil
}

func checkCall(x *sqlast.Call, f *sqlfunc.Func, s *scope) error {
	at := x.Pos()
	switch {
	case len(x.Args) > maxArguments:
		return refusal.At(at, refusal.LimitExceeded, "a function may have %d arguments", maxArguments)
	case x.Star && f.Name != "COUNT":
		return refusal.At(at, refusal.Syntax, "%s(*) makes no sense", f.Name)
	case len(x.OrderBy) > 0:
		return refusal.At(at, refusal.Unsupported, "ORDER BY inside %s is not offered", f.Name)
	case x.Distinct && f.Class != sqlfunc.Aggregate, x.Filter != nil && f.Class != sqlfunc.Aggregate:
		return refusal.At(at, refusal.Syntax, "DISTINCT and FILTER go with aggregates, not with %s", f.Name)
	case x.Over != nil && f.Class == sqlfunc.Scalar:
		return refusal.At(at, refusal.Syntax, "OVER does not go with %s", f.Name)
	case x.Over != nil && x.Distinct:
		return refusal.At(at, refusal.Unsupported, "DISTINCT with OVER is not offered")
	case x.Over == nil && f.Class == sqlfunc.Window:
		return refusal.At(at, refusal.Syntax, "%s needs OVER", f.Name)
	case x.Over != nil && (!s.windows || s.inAggregate):
		return refusal.At(at, refusal.Unsupported, "a window function cannot stand here: %s", f.Name)
	case x.Over != nil && x.Over.Frame != nil:
		return refusal.At(at, refusal.Unsupported, "window frames are not offered")
	}
	if !x.Star {
		if msg := f.CheckArity(len(x.Args)); msg != "" {
			return refusal.At(at, refusal.TypeMismatch, "%s", msg)
		}
	}
	return nil
}

func (r *resolver) arguments(x *sqlast.Call, f *sqlfunc.Func, out *querytree.Call, s *scope) error {
	var same []int
	for i, a := range x.Args {
		if f.Arg(i) == sqlfunc.Count {
			n, err := countArgument(a, f, i)
			if err != nil {
				return err
			}
			out.Args = append(out.Args, n)
			continue
		}
		before := r.nodes
		v, err := r.expr(a, s)
		if err != nil {
			return err
		}
		if f.Arg(i) == sqlfunc.Same {
			// COALESCE and NULLIF are written out as CASE, each argument twice.
			if err := r.spend(r.nodes-before, a.Pos()); err != nil {
				return err
			}
			same = append(same, i)
		} else if v, err = r.argument(v, f, i, a.Pos()); err != nil {
			return err
		}
		out.Args = append(out.Args, v)
	}
	if same == nil {
		return nil
	}
	ats := make([]sqlast.Pos, len(x.Args))
	for i, a := range x.Args {
		ats[i] = a.Pos()
	}
	t, err := r.together(out.Args, ats)
	if err == nil && (t.Kind == sqltype.Other || t.Kind == sqltype.JSON) {
		return refusal.At(x.Pos(), refusal.TypeMismatch, "%s does not take %s", f.Name, t.Kind)
	}
	return err
}

// countArgument takes a whole number that the request wrote out: what a
// column gave could be negative on a row, and fail.
func countArgument(a sqlast.Expr, f *sqlfunc.Func, i int) (querytree.Expr, error) {
	least := 0
	if f.Name == "SUBSTRING" && i == 1 {
		least = 1
	}
	if n, ok := a.(*sqlast.Number); ok {
		if v, err := strconv.Atoi(n.Text); err == nil && v >= least && v <= 10000 {
			return &querytree.Number{Text: strconv.Itoa(v), T: sqltype.Type{Kind: sqltype.Int, Bits: 32}}, nil
		}
	}
	return nil, refusal.At(a.Pos(), refusal.CanFail, "argument %d of %s is a whole number from %d to 10000, written out", i+1, f.Name, least)
}

// wants maps what a function wants to the kinds it takes.
var wants = map[sqlfunc.ArgKind]struct {
	words string
	kinds []sqltype.Kind
}{
	sqlfunc.Text:     {"text", []sqltype.Kind{sqltype.Text}},
	sqlfunc.Exact:    {"a whole or decimal number", []sqltype.Kind{sqltype.Decimal, sqltype.Int}},
	sqlfunc.Number:   {"a number", []sqltype.Kind{sqltype.Decimal, sqltype.Int, sqltype.Float}},
	sqlfunc.Temporal: {"a date", []sqltype.Kind{sqltype.Timestamp, sqltype.Date}},
	sqlfunc.Ordered: {"a number, a text or a date", []sqltype.Kind{sqltype.Text, sqltype.Int, sqltype.Decimal, sqltype.Float,
		sqltype.Date, sqltype.Timestamp, sqltype.Time}},
}

func (r *resolver) argument(v querytree.Expr, f *sqlfunc.Func, i int, at sqlast.Pos) (querytree.Expr, error) {
	kind := f.Arg(i)
	if kind == sqlfunc.Any {
		return r.settle(v, at)
	}
	want := wants[kind]
	if v.Type().Kind == sqltype.Null {
		return r.coerce(v, sqltype.Type{Kind: want.kinds[0]}, at)
	}
	if kind == sqlfunc.Temporal && flexible(v) && v.Type().Kind == sqltype.Text {
		return r.coerce(v, sqltype.Type{Kind: sqltype.Timestamp}, at)
	}
	for _, k := range want.kinds {
		if v.Type().Kind != k {
			continue
		}
		if k == sqltype.Int && kind == sqlfunc.Exact { // the smallest integer has no absolute value of its width
			return &querytree.Convert{X: v, T: v.Type().AsDecimal()}, nil
		}
		return v, nil
	}
	return nil, refusal.At(at, refusal.TypeMismatch, "%s wants %s, not %s", f.Name, want.words, v.Type().Kind)
}

func (r *resolver) window(x *sqlast.Call, out *querytree.Call, s *scope) error {
	s.windows = false
	defer func() { s.windows = true }()
	w := &querytree.Window{}
	for _, p := range x.Over.PartitionBy {
		v, err := r.expr(p, s)
		if err != nil {
			return err
		}
		if err := orderable(p.Pos(), v.Type()); err != nil {
			return err
		}
		w.PartitionBy = append(w.PartitionBy, v)
	}
	for _, o := range x.Over.OrderBy {
		v, err := r.expr(o.X, s)
		if err != nil {
			return err
		}
		if err := orderable(o.Pos(), v.Type()); err != nil {
			return err
		}
		switch v.(type) {
		case *querytree.Param, *querytree.Number, *querytree.Null, *querytree.Bool:
			return refusal.At(o.Pos(), refusal.Unsupported, "ORDER BY a constant orders nothing: name a column")
		}
		ref, ok := v.(*querytree.ColumnRef)
		w.OrderBy = append(w.OrderBy, querytree.Order{Output: -1, X: v, Desc: o.Desc, NullsFirst: nullsFirst(o), NotNull: ok && ref.NotNull})
	}
	if len(w.OrderBy) == 0 && out.Func.Class == sqlfunc.Window {
		return refusal.At(x.Pos(), refusal.Unsupported, "%s needs ORDER BY in its OVER", out.Func.Name)
	}
	out.Over = w
	return nil
}

func (r *resolver) extract(x *sqlast.Extract, s *scope) (querytree.Expr, error) {
	switch x.Field {
	case "YEAR", "MONTH", "DAY":
		return r.call(&sqlast.Call{Name: sqlast.Ident{At: x.At, Name: x.Field}, Args: []sqlast.Expr{x.X}}, s)
	}
	return nil, refusal.At(x.At, refusal.Unsupported, "EXTRACT offers YEAR, MONTH and DAY, not %s", clip(x.Field))
}

func (r *resolver) caseExpr(x *sqlast.Case, s *scope) (querytree.Expr, error) {
	out := &querytree.Case{}
	var (
		values []querytree.Expr
		ats    []sqlast.Pos
	)
	if x.Operand != nil {
		var err error
		before := r.nodes
		if out.Operand, err = r.expr(x.Operand, s); err != nil {
			return nil, err
		}
		if err := r.spend((r.nodes-before)*len(x.Whens), x.At); err != nil { // one comparison for each WHEN
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
