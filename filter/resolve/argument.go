package resolve

import (
	"strconv"
	"unicode/utf8"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqlfunc"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

func (r *resolver) arguments(x *sqlast.Call, f *sqlfunc.Func, out *querytree.Call, s *scope) error {
	var (
		same   []querytree.Expr
		places []int // in out.Args, of same
		ats    []sqlast.Pos
		weight []price
	)
	for i, a := range x.Args {
		before := r.mark()
		switch f.Arg(i) {
		case sqlfunc.Unit:
			var err error
			if out.Unit, err = unit(a, f); err != nil {
				return err
			}
			continue
		case sqlfunc.Count, sqlfunc.Written, sqlfunc.Key:
			c, err := constant(a, f, i)
			if err != nil {
				return err
			}
			out.Args, weight = append(out.Args, c), append(weight, price{nodes: 1})
			continue
		}
		v, err := r.expr(a, s)
		if err != nil {
			return err
		}
		if f.Arg(i) == sqlfunc.Same {
			same, places, ats = append(same, v), append(places, len(out.Args)), append(ats, a.Pos())
		} else if v, err = r.argument(v, f, i, a.Pos()); err != nil {
			return err
		}
		out.Args, weight = append(out.Args, v), append(weight, r.since(before))
	}
	if same != nil {
		t, err := r.together(same, ats)
		if err != nil {
			return err
		}
		if t.Kind == sqltype.Other || t.Kind == sqltype.JSON {
			return refusal.At(x.Pos(), refusal.TypeMismatch, "%s does not take %s", f.Name, t.Kind)
		}
		for i, v := range same {
			out.Args[places[i]] = v
		}
	}
	if x.Distinct {
		for _, v := range out.Args {
			if err := r.distinct(x.Pos(), v.Type()); err != nil {
				return err
			}
		}
	}
	for i, p := range weight {
		if err := r.again(p, r.copies(out, i), x.Pos()); err != nil {
			return err
		}
	}
	return nil
}

// unit reads the word that a function such as DATE_TRUNC wants.
func unit(a sqlast.Expr, f *sqlfunc.Func) (string, error) {
	word := ""
	switch a := a.(type) {
	case *sqlast.Name:
		if len(a.Parts) == 1 {
			word = a.Parts[0].Name
		}
	case *sqlast.String:
		word = a.Value
	}
	if u, ok := f.Units[asciiUpper(word)]; ok {
		return u, nil
	}
	return "", refusal.At(a.Pos(), refusal.Unsupported, "%s wants a unit such as %s here", f.Name, "YEAR, MONTH or DAY")
}

func asciiUpper(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'a' <= c && c <= 'z' {
			b[i] = c - 'a' + 'A'
		}
	}
	return string(b)
}

// constant takes what the request has to write out.
func constant(a sqlast.Expr, f *sqlfunc.Func, i int) (querytree.Expr, error) {
	switch f.Arg(i) {
	case sqlfunc.Count:
		n, err := countArgument(a, f, i)
		if err != nil {
			return nil, err // and no nil that is a Number
		}
		return n, nil
	case sqlfunc.Key:
		return key(a, f, i)
	}
	return written(a, f, i)
}

// countArgument takes a whole number that the request wrote out: what a
// column gave could be negative on a row, and fail.
func countArgument(a sqlast.Expr, f *sqlfunc.Func, i int) (*querytree.Number, error) {
	bounds := f.CountRange(i)
	sign := ""
	if u, ok := a.(*sqlast.Unary); ok && u.Op == "-" && bounds.Least < 0 {
		sign, a = "-", u.X
	}
	if n, ok := a.(*sqlast.Number); ok {
		if v, err := strconv.Atoi(sign + n.Text); err == nil && v >= bounds.Least && v <= bounds.Most {
			return &querytree.Number{Text: strconv.Itoa(v), T: sqltype.Type{Kind: sqltype.Int, Bits: 32}}, nil
		}
	}
	return nil, refusal.At(a.Pos(), refusal.CanFail, "argument %d of %s is a whole number from %d to %d, written out", i+1, f.Name, bounds.Least, bounds.Most)
}

// small is a number of the tree as an int, 0 for what is none.
func small(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return n
}

// written takes a text that the request wrote out.
func written(a sqlast.Expr, f *sqlfunc.Func, i int) (querytree.Expr, error) {
	if t, ok := a.(*sqlast.String); ok && t.Value != "" && utf8.RuneCountInString(t.Value) <= maxPattern {
		return literal(t.Value, sqltype.Type{Kind: sqltype.Text}), nil
	}
	return nil, refusal.At(a.Pos(), refusal.Unsupported, "argument %d of %s is a text of 1 to %d characters, written out", i+1, f.Name, maxPattern)
}

// key takes the name of a member of a JSON object, written out.
func key(a sqlast.Expr, f *sqlfunc.Func, i int) (querytree.Expr, error) {
	if t, ok := a.(*sqlast.String); ok && sqlfunc.IsKey(t.Value) {
		return literal(t.Value, sqltype.Type{Kind: sqltype.Text}), nil
	}
	return nil, refusal.At(a.Pos(), refusal.Unsupported, "argument %d of %s is a name of letters without accents, digits, _ @ . and -, written out", i+1, f.Name)
}

// wants maps what a function wants to the kinds it takes.
var wants = map[sqlfunc.ArgKind]struct {
	words string
	kinds []sqltype.Kind
}{
	sqlfunc.Text:     {"text", []sqltype.Kind{sqltype.Text}},
	sqlfunc.Exact:    {"a whole or decimal number", []sqltype.Kind{sqltype.Decimal, sqltype.Int}},
	sqlfunc.Number:   {"a number", []sqltype.Kind{sqltype.Decimal, sqltype.Int, sqltype.Float}},
	sqlfunc.Real:     {"a number", []sqltype.Kind{sqltype.Float, sqltype.Decimal, sqltype.Int}},
	sqlfunc.Whole:    {"a whole number", []sqltype.Kind{sqltype.Int}},
	sqlfunc.Temporal: {"a date", []sqltype.Kind{sqltype.Timestamp, sqltype.Date}},
	sqlfunc.Moment:   {"a date or a time", []sqltype.Kind{sqltype.Timestamp, sqltype.Date}},
	sqlfunc.JSON:     {"JSON", []sqltype.Kind{sqltype.JSON, sqltype.Text}},
	sqlfunc.Cond:     {"a condition", []sqltype.Kind{sqltype.Bool}},
	sqlfunc.Ordered: {"a number, a text or a date", []sqltype.Kind{sqltype.Text, sqltype.Int, sqltype.Decimal, sqltype.Float,
		sqltype.Date, sqltype.Timestamp, sqltype.Time}},
}

func (r *resolver) argument(v querytree.Expr, f *sqlfunc.Func, i int, at sqlast.Pos) (querytree.Expr, error) {
	kind := f.Arg(i)
	if kind == sqlfunc.Any {
		return r.settle(v, at)
	}
	want := wants[kind]
	from := v.Type().Kind
	switch {
	case from == sqltype.Null:
		return r.coerce(v, sqltype.Type{Kind: want.kinds[0]}, at)
	case flexible(v) && from == sqltype.Text && (kind == sqlfunc.Temporal || kind == sqlfunc.Moment):
		return r.coerce(v, sqltype.Type{Kind: sqltype.Timestamp}, at)
	case flexible(v) && kind == sqlfunc.Real:
		return r.coerce(v, sqltype.Type{Kind: sqltype.Float, Bits: 64}, at)
	case kind == sqlfunc.JSON && from == sqltype.Text && r.opt.Engine == catalog.Postgres: // which fails on a text that is no JSON
		return nil, refusal.At(at, refusal.TypeMismatch, "%s wants a column of JSON, not %s", f.Name, from)
	case kind == sqlfunc.Text && from == sqltype.Int:
		return r.asText(v), nil
	}
	for _, k := range want.kinds {
		if from != k {
			continue
		}
		switch {
		case k == sqltype.Int && kind == sqlfunc.Exact: // the smallest integer has no absolute value of its width
			return &querytree.Convert{X: v, T: v.Type().AsDecimal()}, nil
		case k != sqltype.Float && kind == sqlfunc.Real:
			return r.asFloat(v, at)
		case k == sqltype.Date && kind == sqlfunc.Moment:
			return r.apply(sqlfunc.ToMoment, at, v)
		}
		return v, nil
	}
	return nil, refusal.At(at, refusal.TypeMismatch, "%s wants %s, not %s", f.Name, want.words, from)
}

// asText spells a whole number.
func (r *resolver) asText(v querytree.Expr) querytree.Expr {
	if n, ok := v.(*querytree.Number); ok {
		return literal(n.Text, sqltype.Type{Kind: sqltype.Text})
	}
	return &querytree.Convert{X: v, T: sqltype.Type{Kind: sqltype.Text, Length: 20}}
}

// maxFloatDigits is how many digits a decimal may have and fit a float.
const maxFloatDigits = 300

// asFloat makes a float of a whole or decimal number, in a way that cannot fail.
func (r *resolver) asFloat(v querytree.Expr, at sqlast.Pos) (querytree.Expr, error) {
	t := v.Type()
	if t.Kind == sqltype.Decimal && (t.Precision == 0 || t.Precision > maxFloatDigits || t.Scale > maxFloatDigits || t.Scale > t.Precision) {
		return r.apply(sqlfunc.ToFloat, at, v)
	}
	return &querytree.Convert{X: v, T: sqltype.Type{Kind: sqltype.Float, Bits: 64}}, nil
}
