package resolve

import (
	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// flexible tells whether x takes its type from what it meets: a NULL, a
// number or text of the request, a parameter.
func flexible(x querytree.Expr) bool {
	switch x.(type) {
	case *querytree.Null, *querytree.Number, *querytree.Param:
		return true
	}
	return false
}

// meet gives the one type that a and b become where they meet. nil stands for
// an operand whose expression is out of reach.
func meet(a, b querytree.Expr) (sqltype.Type, bool) {
	if a == nil || b == nil {
		return sqltype.Type{}, false
	}
	at, bt := a.Type(), b.Type()
	af, bf := flexible(a), flexible(b)
	switch {
	case af && !bf && takes(a, bt):
		return bt, true
	case bf && !af && takes(b, at):
		return at, true
	case af && bf && takes(a, bt):
		return bt, true
	case af && bf && takes(b, at):
		return at, true
	}
	return sqltype.Unify(at, bt)
}

// takes tells whether a flexible operand can have type t.
func takes(x querytree.Expr, t sqltype.Type) bool {
	switch x := x.(type) {
	case *querytree.Null:
		return true
	case *querytree.Number:
		return t.Kind == sqltype.Float || t.Kind == sqltype.Decimal || t.Kind == sqltype.Int && x.T.Kind == sqltype.Int
	case *querytree.Param:
		switch x.T.Kind {
		case sqltype.Null:
			return true
		case sqltype.Text:
			// What text can be read as; whether this text can is seen in coerce, or when it is bound.
			switch t.Kind {
			case sqltype.Binary: // only the identity's, for a seek in the bytes that an ERP keeps of a code
				return x.Slot.Kind == querytree.SlotIdentity
			case sqltype.Other, sqltype.JSON, sqltype.Null:
				return false
			}
			return true
		case sqltype.Int:
			return t.Numeric()
		case sqltype.Decimal:
			return t.Kind == sqltype.Decimal || t.Kind == sqltype.Float
		}
		return x.T.Kind == t.Kind
	}
	return false
}

// coerce makes x have type t, exactly, or refuses.
func (r *resolver) coerce(x querytree.Expr, t sqltype.Type, at sqlast.Pos) (querytree.Expr, error) {
	from := x.Type()
	if flexible(x) {
		if !takes(x, t) {
			return nil, refusal.At(at, refusal.TypeMismatch, "%s is wanted here, not %s", t.Kind, from.Kind)
		}
		return r.give(x, t, at)
	}
	switch {
	case from.Kind == t.Kind:
		return x, nil
	case from.Kind == sqltype.Int && t.Kind == sqltype.Decimal:
		return &querytree.Convert{X: x, T: from.AsDecimal()}, nil
	}
	return nil, refusal.At(at, refusal.TypeMismatch, "%s is wanted here, not %s", t.Kind, from.Kind)
}

// give gives a flexible operand its type.
func (r *resolver) give(x querytree.Expr, t sqltype.Type, at sqlast.Pos) (querytree.Expr, error) {
	switch x := x.(type) {
	case *querytree.Null:
		return &querytree.Null{T: t}, nil
	case *querytree.Number:
		if t.Kind == sqltype.Float {
			return &querytree.Number{Text: x.Text, T: t}, nil
		}
		if r.opt.Engine == catalog.SQLServer && t.Kind == sqltype.Decimal && x.T.Kind == sqltype.Int && len(x.Text) >= 6 {
			return &querytree.Number{Text: x.Text, T: x.T.AsDecimal()}, nil // an int would become smallmoney beside one, and may not fit
		}
		return x, nil // Int and Decimal compare exactly as they are
	case *querytree.Param:
		t.Length, t.Grown, t.Precision, t.Scale = 0, 0, 0, 0 // a value is never cut to a column's size
		if t.Kind == sqltype.Int {
			t.Bits = 64
		}
		if x.Slot.Kind == querytree.SlotLiteral {
			if _, err := sqltype.Parse(x.Slot.Value, t); err != nil {
				return nil, refusal.At(at, refusal.TypeMismatch, "'%s' cannot be compared with %s: %v", clip(x.Slot.Value), t.Kind, err)
			}
		}
		return &querytree.Param{Slot: x.Slot, T: t, Chars: x.Chars}, nil
	}
	return x, nil
}

// settle gives a type to an operand that met nothing.
func (r *resolver) settle(x querytree.Expr, at sqlast.Pos) (querytree.Expr, error) {
	if x.Type().Kind == sqltype.Null {
		return r.coerce(x, sqltype.Type{Kind: sqltype.Text}, at)
	}
	return x, nil
}

// together makes all of xs have one type.
func (r *resolver) together(xs []querytree.Expr, ats []sqlast.Pos) (sqltype.Type, error) {
	t := xs[0].Type()
	lead := xs[0]
	for i, x := range xs[1:] {
		met, ok := meet(lead, x)
		if !ok {
			return t, refusal.At(ats[i+1], refusal.TypeMismatch, "%s is wanted here, not %s", t.Kind, x.Type().Kind)
		}
		if flexible(lead) && !flexible(x) {
			lead = x
		}
		t = met
		if !flexible(lead) {
			lead = typed{t}
		}
	}
	if t.Kind == sqltype.Null {
		t.Kind = sqltype.Text
	}
	for _, x := range xs {
		t = roomFor(t, x)
	}
	for i := range xs {
		x, err := r.coerce(xs[i], t, ats[i])
		if err != nil {
			return t, err
		}
		xs[i] = x
	}
	return t, nil
}

// roomFor widens a column's type until a value of the request fits it, too: a
// CASE of an int column and 9223372036854775807 is as wide as that number, and
// what is computed from it may overflow. A comparison keeps the column's own
// type, for its index; what a value becomes a part of may not.
func roomFor(t sqltype.Type, x querytree.Expr) sqltype.Type {
	var own sqltype.Type
	switch x := x.(type) {
	case *querytree.Number:
		own = x.T
	case *querytree.Param:
		switch t.Kind {
		case sqltype.Int:
			own = sqltype.Type{Kind: sqltype.Int, Bits: 64}
		case sqltype.Decimal:
			own = sqltype.Type{Kind: sqltype.Decimal, Precision: 2 * sqltype.MaxDigits, Scale: sqltype.MaxDigits}
		case sqltype.Text:
			own = t
			own.Length, own.Grown = 0, 0
			if x.Slot.Kind == querytree.SlotLiteral {
				own.Length = max(len(x.Slot.Value), 1)
			}
		default:
			return t
		}
	default:
		return t
	}
	if wide, ok := sqltype.Unify(t, own); ok {
		return wide
	}
	return t
}

// typed stands for operands that have already met.
type typed struct{ t sqltype.Type }

func (x typed) Type() sqltype.Type { return x.t }

// compare makes a comparison of two operands of one family. Operands that are
// columns stay as they are, so that indexes serve them.
func (r *resolver) compare(op string, a, b querytree.Expr, at sqlast.Pos) (querytree.Expr, error) {
	t, ok := meet(a, b)
	if !ok {
		return nil, refusal.At(at, refusal.TypeMismatch, "%s and %s cannot be compared", a.Type().Kind, b.Type().Kind)
	}
	switch t.Kind {
	case sqltype.Null:
		t.Kind = sqltype.Text
	case sqltype.Other, sqltype.JSON:
		return nil, refusal.At(at, refusal.TypeMismatch, "%s cannot be compared", t.Kind)
	case sqltype.Bool, sqltype.Binary, sqltype.UUID:
		ordered := t.Kind == sqltype.UUID && r.opt.Engine != catalog.SQLite // which keeps them as texts, in either case
		if !ordered && op != "=" && op != "<>" && !isDistinct(op) {
			return nil, refusal.At(at, refusal.TypeMismatch, "%s has no order: only = and <> compare it", t.Kind)
		}
	}
	var err error
	if flexible(a) {
		if a, err = r.coerce(a, t, at); err != nil {
			return nil, err
		}
	}
	if flexible(b) {
		if b, err = r.coerce(b, t, at); err != nil {
			return nil, err
		}
	}
	if t.Kind == sqltype.Text {
		most := min(chars(a), chars(b))
		if a.Type().Grown+b.Type().Grown > 0 || flexible(a) && flexible(b) {
			r.work(most, at)
		} else { // what is stored is seldom alike for long
			r.look(min(most, storedText) / 8)
		}
	}
	return boolean(op, a, b), nil
}

func isDistinct(op string) bool { return op == "IS DISTINCT FROM" || op == "IS NOT DISTINCT FROM" }

func boolean(op string, args ...querytree.Expr) querytree.Expr {
	out := &struct {
		querytree.Op
		pair [2]querytree.Expr // beside the node, as most have one or two
	}{Op: querytree.Op{Op: op, T: sqltype.Type{Kind: sqltype.Bool}}}
	out.Args = append(out.pair[:0], args...)
	return &out.Op
}
