package resolve

import (
	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// QuotientScale is how many decimals the quotient of two exact numbers has, on
// every engine. Division by zero is NULL, on every engine.
const QuotientScale = 6

// arithmetic resolves +, -, *, / and %. Whole numbers are widened so far that
// no sum or product overflows. What cannot be widened enough on this engine is
// partial, or guarded, for an overflow would tell of rows that the filter would
// have dropped. weight is what the operands cost.
func (r *resolver) arithmetic(op string, a, b querytree.Expr, weight price, at sqlast.Pos) (querytree.Expr, error) {
	args := []querytree.Expr{a, b}
	for i, x := range args {
		if x.Type().Kind == sqltype.Null || flexible(x) && x.Type().Kind == sqltype.Text {
			var err error
			if args[i], err = r.coerce(x, sqltype.Type{Kind: sqltype.Decimal, Precision: sqltype.MaxDigits}, at); err != nil {
				return nil, err
			}
		}
	}
	lt, rt := args[0].Type(), args[1].Type()
	switch {
	case lt.Kind == sqltype.Date || rt.Kind == sqltype.Date || lt.Kind == sqltype.Timestamp || rt.Kind == sqltype.Timestamp:
		return nil, refusal.At(at, refusal.TypeMismatch, "%s takes numbers: DATEADD(unit, n, date) moves a date, DATEDIFF(unit, from, to) counts between two", op)
	case !lt.Numeric() || !rt.Numeric():
		return nil, refusal.At(at, refusal.TypeMismatch, "numbers are wanted for %s, not %s and %s", op, lt.Kind, rt.Kind)
	case lt.Kind == sqltype.Float || rt.Kind == sqltype.Float:
		return r.floats(op, args, at)
	case lt.Kind == sqltype.Int && rt.Kind == sqltype.Int && op == "%":
		t := sqltype.Type{Kind: sqltype.Int, Bits: 64}
		if r.opt.Engine == catalog.SQLServer { // the smallest bigint % -1 may overflow there; decimals have room
			for i, x := range args {
				args[i] = &querytree.Convert{X: x, T: t.AsDecimal()}
			}
			return &querytree.Convert{X: &querytree.Op{Op: op, Args: args, T: t.AsDecimal()}, T: t}, nil
		}
		return &querytree.Op{Op: op, Args: []querytree.Expr{&querytree.Convert{X: args[0], T: t}, &querytree.Convert{X: args[1], T: t}}, T: t}, nil
	case lt.Kind == sqltype.Int && rt.Kind == sqltype.Int && narrow(lt) && narrow(rt) && op != "/":
		t := sqltype.Type{Kind: sqltype.Int, Bits: 64}
		return &querytree.Op{Op: op, Args: []querytree.Expr{&querytree.Convert{X: args[0], T: t}, &querytree.Convert{X: args[1], T: t}}, T: t}, nil
	}
	return r.decimals(op, args, weight, at)
}

// floats resolves arithmetic on binary floating-point numbers, which overflows
// into an error on most engines; on SQLite into infinity.
func (r *resolver) floats(op string, args []querytree.Expr, at sqlast.Pos) (querytree.Expr, error) {
	if op == "%" {
		return nil, refusal.At(at, refusal.TypeMismatch, "%% takes whole or decimal numbers: CAST(… AS DECIMAL(18, 6)) makes one of a float")
	}
	t := sqltype.Type{Kind: sqltype.Float, Bits: 64}
	for i, x := range args {
		if x.Type().Kind == sqltype.Float {
			continue
		}
		if flexible(x) {
			var err error
			if args[i], err = r.coerce(x, t, at); err != nil {
				return nil, err
			}
			continue
		}
		args[i] = &querytree.Convert{X: x, T: t} // a float holds the size of every decimal, not every digit
	}
	out := &querytree.Op{Op: op, Args: args, T: t, Partial: r.opt.Engine != catalog.SQLite}
	if out.Partial {
		if err := r.partial(at, "arithmetic on floats"); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (r *resolver) decimals(op string, args []querytree.Expr, weight price, at sqlast.Pos) (querytree.Expr, error) {
	for i, x := range args {
		switch k := x.Type().Kind; {
		case k == sqltype.Int:
			args[i] = &querytree.Convert{X: x, T: x.Type().AsDecimal()}
		case k == sqltype.Decimal && r.opt.Engine == catalog.MariaDB && x.Type().Precision > 0 && x.Type().Scale == 0 && unsignedPerhaps(x):
			// An unsigned bigint is a decimal to us only: two of them
			// overflow there until they are made decimals.
			args[i] = &querytree.Convert{X: x, T: x.Type()}
		case k == sqltype.Decimal && r.opt.Engine == catalog.SQLServer && moneyPerhaps(x):
			// Money times money is money there, and so is their quotient: it has
			// four decimals, and overflows at 15 digits.
			args[i] = &querytree.Convert{X: x, T: x.Type()}
		}
	}
	t, declared := decimalResult(op, precise(args[0]), precise(args[1]))
	if n, ok := args[0].(*querytree.Convert); ok && op == "-" && isZero(n.X) { // a sign needs no digit more
		t, declared = args[1].Type(), args[1].Type().Precision > 0
	}
	out := &querytree.Op{Op: op, Args: args, T: t}
	most := digitsOf[r.opt.Engine]
	switch {
	case most == 0, declared && t.Precision <= most: // SQLite counts in floats and never fails
	case r.opt.Engine == catalog.SQLServer && op != "%":
		// Its types end at 38 digits: a result of more is NULL there.
		out.Guarded = true
		out.T.Precision, out.T.Scale = most, min(t.Scale, QuotientScale)
		if err := r.again(weight, 1, at); err != nil { // printed twice
			return nil, err
		}
	default:
		out.Partial = true
		if err := r.partial(at, "arithmetic on numbers of so many digits"); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// digitsOf is how many digits the result of an operation may have on an engine
// without a way to fail: on PostgreSQL far from where its numeric overflows
// (131,072 digits). None for SQLite, where nothing overflows.
var digitsOf = map[catalog.Engine]int{catalog.Postgres: 1000, catalog.MariaDB: 65, catalog.SQLServer: 38}

// unsignedPerhaps tells whether x is a column's value, or a choice among some.
func unsignedPerhaps(x querytree.Expr) bool {
	switch x.(type) {
	case *querytree.Op, *querytree.Convert, *querytree.Number, *querytree.Param, *querytree.Null:
		return false
	}
	return true
}

// moneyPerhaps tells whether x may be of SQL Server's type money or smallmoney: a
// column, or what a choice or a function makes of some.
func moneyPerhaps(x querytree.Expr) bool {
	t := x.Type()
	return t.Scale == 4 && (t.Precision == 19 || t.Precision == 10) && unsignedPerhaps(x)
}

func isZero(x querytree.Expr) bool {
	n, ok := x.(*querytree.Number)
	return ok && n.Text == "0"
}

func narrow(t sqltype.Type) bool { return t.Bits > 0 && t.Bits <= 32 }

// precise is an operand's type, with the precision that any bound decimal has.
func precise(x querytree.Expr) sqltype.Type {
	t := x.Type()
	if _, ok := x.(*querytree.Param); ok && t.Precision == 0 {
		t.Precision, t.Scale = 2*sqltype.MaxDigits, sqltype.MaxDigits
	}
	return t
}

// decimalResult gives the type that holds every result of an operation on
// decimals, and false where one of them has no declared precision.
func decimalResult(op string, a, b sqltype.Type) (sqltype.Type, bool) {
	t := sqltype.Type{Kind: sqltype.Decimal}
	if a.Precision == 0 || b.Precision == 0 {
		return t, false
	}
	switch op {
	case "*":
		t.Precision, t.Scale = a.Precision+b.Precision, a.Scale+b.Scale
	case "/":
		t.Precision, t.Scale = a.Precision-a.Scale+b.Scale+QuotientScale, QuotientScale
	case "%":
		t.Scale = max(a.Scale, b.Scale)
		t.Precision = min(a.Precision-a.Scale, b.Precision-b.Scale) + t.Scale
	default:
		t.Scale = max(a.Scale, b.Scale)
		t.Precision = max(a.Precision-a.Scale, b.Precision-b.Scale) + t.Scale + 1
	}
	t.Precision = max(t.Precision, 1)
	return t, true
}
