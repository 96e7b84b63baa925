package resolve

import (
	"strings"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqlfunc"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

func (r *resolver) call(x *sqlast.Call, s *scope) (querytree.Expr, error) {
	f := sqlfunc.Lookup(x.Name.Name)
	if f == nil || x.Name.Quoted {
		return nil, refusal.At(x.Pos(), refusal.Unsupported, "there is no function %s", clip(x.Name.Name))
	}
	if f.Name == "DATEDIFF" && len(x.Args) == 2 { // the days from the second to the first
		swapped := *x
		swapped.Name.Name, swapped.Args = "DAYS_BETWEEN", []sqlast.Expr{x.Args[1], x.Args[0]}
		return r.call(&swapped, s)
	}
	if f.Name == "DATEADD" {
		return r.dateAdd(x, f, s)
	}
	if why := f.Offered(r.opt.Engine, r.opt.Version); why != "" {
		return nil, refusal.At(x.Pos(), refusal.Unsupported, "%s", why)
	}
	if err := r.checkCall(x, f, s); err != nil {
		return nil, err
	}
	if f.Expands {
		return r.expand(x, f, s)
	}
	out := &querytree.Call{Func: f, Star: x.Star, Distinct: x.Distinct}
	if f.Name == "GROUPING" {
		if err := r.grouping(x, out, s); err != nil {
			return nil, err
		}
		return r.finish(out, x.Pos())
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
	if f.Name == "FOLD" {
		if err := r.spend(foldNodes, x.Pos()); err != nil {
			return nil, err
		}
	}
	if out.OrderBy, err = r.keys(x.OrderBy, s); err != nil {
		return nil, err
	}
	if x.Filter != nil {
		before := r.mark()
		if out.Filter, err = r.condition(x.Filter, s); err != nil {
			return nil, err
		}
		if err := r.again(r.since(before), r.copies(out, 0), x.Filter.Pos()); err != nil {
			return nil, err
		}
	}
	if x.Over != nil {
		if err := r.window(x, out, s); err != nil {
			return nil, err
		}
	}
	return r.finish(out, x.Pos())
}

// foldNodes is what FOLD counts for besides its argument: most engines are told of
// every letter.
const foldNodes = 100

// finish gives a call its type, and marks or refuses what can fail on a row.
func (r *resolver) finish(out *querytree.Call, at sqlast.Pos) (querytree.Expr, error) {
	f := out.Func
	known := facts(out.Args)
	out.Partial = f.PartialOn(r.opt.Engine, known...)
	if f.Class == sqlfunc.Scalar {
		work := f.Work(r.opt.Engine, known...)
		for i, a := range known {
			work += a.Chars * (1 + r.copies(out, i))
		}
		r.work(work, at)
	}
	if out.Partial && f.Class != sqlfunc.Aggregate { // which fails on the customer's own rows, if at all
		if err := r.partial(at, f.Name); err != nil {
			return nil, err
		}
	}
	out.T = f.Result(known)
	if out.T.Kind != sqltype.Text {
		return out, nil
	}
	longest := 0
	if f.Chars != nil {
		longest = f.Chars(known)
	} else {
		for _, a := range known {
			longest = max(longest, a.Chars)
		}
	}
	if longest > maxText {
		return nil, refusal.At(at, refusal.LimitExceeded, "a text of more than %d characters could come of this", maxText)
	}
	out.T.Grown = longest
	return out, nil
}

// apply makes a call of a function that no request names, such as a conversion.
func (r *resolver) apply(f *sqlfunc.Func, at sqlast.Pos, args ...querytree.Expr) (querytree.Expr, error) {
	return r.finish(&querytree.Call{Func: f, Args: args}, at)
}

// facts are what the function table is told of arguments.
func facts(args []querytree.Expr) []sqlfunc.Arg {
	out := make([]sqlfunc.Arg, len(args))
	for i, x := range args {
		out[i].Type = x.Type()
		switch out[i].Type.Kind {
		case sqltype.Text:
			out[i].Chars = chars(x)
		case sqltype.JSON:
			out[i].Chars = sqltype.AssumedChars
		}
		if n, ok := x.(*querytree.Number); ok {
			out[i].Count = small(n.Text)
		}
	}
	return out
}

func types(args []querytree.Expr) []sqltype.Type {
	out := make([]sqltype.Type, len(args))
	for i, a := range args {
		out[i] = a.Type()
	}
	return out
}

// copies is how often more than once an argument is printed.
func (r *resolver) copies(c *querytree.Call, i int) int {
	switch c.Func.Name {
	case "COALESCE", "NULLIF":
		return 1 // engines write them out as CASE, each argument twice
	}
	return c.Func.Copies(r.opt.Engine, c.Unit, i, types(c.Args)...)
}

// maxArguments is how many arguments a call may have; SQLite gives up at 127.
const maxArguments = 100

// beyond tells whether the i-th argument is a text with a character beyond U+FFFF.
func beyond(args []sqlast.Expr, i int) bool {
	if i >= len(args) {
		return false
	}
	s, ok := args[i].(*sqlast.String)
	return ok && strings.ContainsFunc(s.Value, func(c rune) bool { return c > 0xFFFF })
}

func (r *resolver) checkCall(x *sqlast.Call, f *sqlfunc.Func, s *scope) error {
	at := x.Pos()
	switch {
	case len(x.Args) > maxArguments:
		return refusal.At(at, refusal.LimitExceeded, "a function may have %d arguments", maxArguments)
	case x.Star && f.Name != "COUNT":
		return refusal.At(at, refusal.Syntax, "%s(*) makes no sense", f.Name)
	case len(x.OrderBy) > 0 && !f.Order:
		return refusal.At(at, refusal.Unsupported, "ORDER BY inside %s is not offered", f.Name)
	case x.Distinct && f.Class != sqlfunc.Aggregate, x.Filter != nil && f.Class != sqlfunc.Aggregate:
		return refusal.At(at, refusal.Syntax, "DISTINCT and FILTER go with aggregates, not with %s", f.Name)
	case x.Distinct && !f.Distinct:
		return refusal.At(at, refusal.Unsupported, "DISTINCT is not offered with %s", f.Name)
	case x.Over != nil && f.Class == sqlfunc.Scalar:
		return refusal.At(at, refusal.Syntax, "OVER does not go with %s", f.Name)
	case x.Over != nil && x.Distinct:
		return refusal.At(at, refusal.Unsupported, "DISTINCT with OVER is not offered")
	case x.Over != nil && f.NoWindow:
		return refusal.At(at, refusal.Unsupported, "OVER is not offered with %s", f.Name)
	case x.Over == nil && f.Class == sqlfunc.Window:
		return refusal.At(at, refusal.Syntax, "%s needs OVER", f.Name)
	case x.Over != nil && (!s.windows || s.inAggregate):
		return refusal.At(at, refusal.Unsupported, "a window function cannot stand here: %s", f.Name)
	case x.Over != nil && x.Over.Frame != nil && f.Class == sqlfunc.Window && !f.Frame:
		return refusal.At(at, refusal.Unsupported, "%s takes no window frame", f.Name)
	}
	if f.Name == "TRANSLATE" && len(x.Args) == 3 && runes(x.Args[1]) != runes(x.Args[2]) {
		return refusal.At(at, refusal.TypeMismatch, "the second and the third argument of TRANSLATE have as many characters")
	}
	if f.Name == "TRANSLATE" && r.opt.Engine == catalog.SQLServer && (beyond(x.Args, 1) || beyond(x.Args, 2)) { // it counts such a character as two
		return refusal.At(at, refusal.Unsupported, "TRANSLATE takes no characters beyond U+FFFF on this engine: use REPLACE for each")
	}
	if !x.Star {
		if msg := f.CheckArity(len(x.Args)); msg != "" {
			return refusal.At(at, refusal.TypeMismatch, "%s", msg)
		}
	}
	return nil
}

// extract resolves EXTRACT(field FROM x) and DATEPART(field, x).
func (r *resolver) extract(x *sqlast.Extract, s *scope) (querytree.Expr, error) {
	name := sqlfunc.Field(x.Field)
	if name == "" {
		return nil, refusal.At(x.At, refusal.Unsupported, "EXTRACT offers YEAR, QUARTER, MONTH, WEEK, DAY, DAYOFYEAR, DOW, ISODOW, HOUR, MINUTE, SECOND and EPOCH, not %s", clip(x.Field))
	}
	return r.call(&sqlast.Call{Name: sqlast.Ident{At: x.At, Name: name}, Args: []sqlast.Expr{x.X}}, s)
}
