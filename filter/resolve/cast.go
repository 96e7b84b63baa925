package resolve

import (
	"regexp"
	"strconv"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqlfunc"
	"github.com/vantelle/vantelle/filter/sqltype"
)

// castTypes are the type names of CAST.
var castTypes = map[string]sqltype.Type{
	"TINYINT": {Kind: sqltype.Int, Bits: 16}, "SMALLINT": {Kind: sqltype.Int, Bits: 16}, "INT2": {Kind: sqltype.Int, Bits: 16},
	"INT": {Kind: sqltype.Int, Bits: 32}, "INTEGER": {Kind: sqltype.Int, Bits: 32}, "INT4": {Kind: sqltype.Int, Bits: 32}, "MEDIUMINT": {Kind: sqltype.Int, Bits: 32},
	"BIGINT": {Kind: sqltype.Int, Bits: 64}, "INT8": {Kind: sqltype.Int, Bits: 64},
	"SIGNED": {Kind: sqltype.Int, Bits: 64}, "SIGNED INTEGER": {Kind: sqltype.Int, Bits: 64}, "SIGNED INT": {Kind: sqltype.Int, Bits: 64},
	"DECIMAL": {Kind: sqltype.Decimal}, "NUMERIC": {Kind: sqltype.Decimal}, "DEC": {Kind: sqltype.Decimal}, "NUMBER": {Kind: sqltype.Decimal},
	"MONEY": {Kind: sqltype.Decimal, Precision: 19, Scale: 4},
	"FLOAT": {Kind: sqltype.Float, Bits: 64}, "REAL": {Kind: sqltype.Float, Bits: 64}, "DOUBLE": {Kind: sqltype.Float, Bits: 64},
	"DOUBLE PRECISION": {Kind: sqltype.Float, Bits: 64}, "FLOAT8": {Kind: sqltype.Float, Bits: 64},
	"CHAR": {Kind: sqltype.Text}, "VARCHAR": {Kind: sqltype.Text}, "NVARCHAR": {Kind: sqltype.Text}, "NCHAR": {Kind: sqltype.Text},
	"TEXT": {Kind: sqltype.Text}, "CHARACTER": {Kind: sqltype.Text}, "CHARACTER VARYING": {Kind: sqltype.Text}, "CHAR VARYING": {Kind: sqltype.Text},
	"DATE":     {Kind: sqltype.Date},
	"DATETIME": {Kind: sqltype.Timestamp}, "DATETIME2": {Kind: sqltype.Timestamp}, "SMALLDATETIME": {Kind: sqltype.Timestamp},
	"TIMESTAMP": {Kind: sqltype.Timestamp}, "TIMESTAMP WITHOUT TIME ZONE": {Kind: sqltype.Timestamp},
	"TIME":    {Kind: sqltype.Time},
	"BOOLEAN": {Kind: sqltype.Bool}, "BOOL": {Kind: sqltype.Bool}, "BIT": {Kind: sqltype.Bool},
	"UUID": {Kind: sqltype.UUID}, "UNIQUEIDENTIFIER": {Kind: sqltype.UUID},
}

// cast resolves CAST, CONVERT and ::, and their TRY_ forms, which mean the
// same: what cannot be converted is NULL, on every engine. What the request
// itself wrote is converted here, and only TRY_CAST takes what it cannot be.
func (r *resolver) cast(x *sqlast.Cast, s *scope) (querytree.Expr, error) {
	to, ok := castTypes[x.Type.Name]
	if !ok {
		return nil, refusal.At(x.Type.At, refusal.Unsupported, "there is no type %s", clip(x.Type.Name))
	}
	before := r.mark()
	v, err := r.expr(x.X, s)
	if err != nil {
		return nil, err
	}
	weight := r.since(before)
	if to.Kind == sqltype.Decimal && len(x.Type.Args) > 0 {
		to.Precision, to.Scale = x.Type.Args[0], 0
		if len(x.Type.Args) > 1 {
			to.Scale = x.Type.Args[1]
		}
		if to.Precision < 1 || to.Precision > sqltype.MaxDigits || to.Scale > min(to.Precision, maxScale) {
			return nil, refusal.At(x.Type.At, refusal.LimitExceeded, "a decimal has 1 to %d digits, and at most %d of them after the point", sqltype.MaxDigits, maxScale)
		}
	}
	if n, ok := v.(*querytree.Number); ok && to.Kind == sqltype.Text {
		v = literal(n.Text, sqltype.Type{Kind: sqltype.Text})
	}
	if from := v.Type().Kind; from == sqltype.Bool && (to.Kind == sqltype.Text || to.Kind == sqltype.Int) {
		// A condition stands in the CASE that gives it a value twice.
		if err := r.again(weight, 1, x.At); err != nil {
			return nil, err
		}
	}
	if given, err := r.castGiven(v, x, to); given != nil || err != nil {
		return given, err
	}
	out, err := r.convert(v, to, x)
	if err != nil {
		return nil, err
	}
	if call, ok := out.(*querytree.Call); ok && call.Func != nil {
		if err := r.again(weight, r.copies(call, 0), x.At); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// maxScale is how many decimals a decimal may have; MariaDB's knows 30.
const maxScale = 30

// castGiven gives a NULL, text or parameter of the request the type that it is
// cast to, where it takes one from its context; nil where it has to be computed.
func (r *resolver) castGiven(v querytree.Expr, x *sqlast.Cast, to sqltype.Type) (querytree.Expr, error) {
	if _, number := v.(*querytree.Number); !flexible(v) || number && to.Kind != sqltype.Float || v.Type().Numeric() && to.Kind == sqltype.Text {
		return nil, nil
	}
	plain := len(x.Type.Args) == 0 || to.Kind == sqltype.Timestamp || to.Kind == sqltype.Time
	_, null := v.(*querytree.Null)
	param, isParam := v.(*querytree.Param)
	switch {
	case null:
		return r.coerce(v, to, x.At)
	case isParam && x.Try && param.Slot.Kind != querytree.SlotLiteral && to.Kind != param.T.Kind:
		return nil, nil // its value is not known yet: it is tried on the row
	case !takes(v, to), !plain && to.Kind != sqltype.Text, !plain && !longEnough(v, x.Type.Args[0]):
		return nil, nil
	}
	out, err := r.coerce(v, to, x.At)
	if isParam && param.T.Kind == sqltype.Text && param.Slot.Kind == querytree.SlotLiteral && err == nil {
		err = readable(param.Slot.Value, to, x.At)
	}
	switch {
	case err != nil && x.Try:
		return &querytree.Null{T: to}, nil
	case err != nil:
		return nil, err
	case to.Kind == sqltype.Int && to.Bits < 64: // it is given with 64 bits
		return r.size(sqlfunc.Narrow, out, to, int(to.Bits), 0, x)
	}
	return out, nil
}

// A text is a number where CAST reads it as one out of a row.
var (
	wholeText   = regexp.MustCompile(`^ *[-+]?[0-9]{1,18} *$`)
	decimalText = regexp.MustCompile(`^ *[-+]?[0-9]{1,18}(\.[0-9]{1,19})? *$`)
)

// readable refuses a text of the request that would be NULL in a row.
func readable(text string, to sqltype.Type, at sqlast.Pos) error {
	if to.Kind == sqltype.Int && !wholeText.MatchString(text) || (to.Kind == sqltype.Decimal || to.Kind == sqltype.Float) && !decimalText.MatchString(text) {
		return refusal.At(at, refusal.TypeMismatch, "'%s' is no number of at most 18 digits before its point and 19 after it", clip(text))
	}
	return nil
}

// convert makes a value of type to of v.
func (r *resolver) convert(v querytree.Expr, to sqltype.Type, x *sqlast.Cast) (querytree.Expr, error) {
	from := v.Type()
	switch to.Kind {
	case sqltype.Text:
		return r.castText(v, x)
	case sqltype.Int:
		return r.castInt(v, to, x)
	case sqltype.Decimal:
		return r.castDecimal(v, to, x)
	case sqltype.Float:
		return r.castFloat(v, x)
	}
	switch {
	case to.Kind == sqltype.Bool && from.Kind == sqltype.Int:
		return boolean("<>", v, &querytree.Number{Text: "0", T: sqltype.Type{Kind: sqltype.Int, Bits: 32}}), nil
	case to.Kind == sqltype.Date && from.Kind == sqltype.Timestamp:
		return &querytree.Convert{X: v, T: to}, nil
	case to.Kind == sqltype.Date && from.Kind == sqltype.Text:
		return r.apply(sqlfunc.TextToDate, x.At, v)
	case to.Kind == sqltype.Timestamp && from.Kind == sqltype.Date:
		return r.apply(sqlfunc.ToMoment, x.At, v)
	case to.Kind == from.Kind && !from.Zoned:
		return v, nil
	}
	return nil, noCast(from, x)
}

func noCast(from sqltype.Type, x *sqlast.Cast) error {
	return refusal.At(x.At, refusal.Unsupported, "CAST from %s to %s is not offered", from.Kind, x.Type.Name)
}

func (r *resolver) castInt(v querytree.Expr, to sqltype.Type, x *sqlast.Cast) (querytree.Expr, error) {
	switch from := v.Type(); from.Kind {
	case sqltype.Bool:
		return caseOf(sqltype.Type{Kind: sqltype.Int, Bits: 32}, v, number32("1"), number32("0")), nil
	case sqltype.Int:
		if from.Bits > 0 && from.Bits <= to.Bits {
			return &querytree.Convert{X: v, T: to}, nil
		}
		return r.size(sqlfunc.Narrow, v, to, int(to.Bits), 0, x)
	case sqltype.Text:
		n, err := r.apply(sqlfunc.TextToInt, x.At, v)
		if err != nil || to.Bits == 64 {
			return n, err
		}
		return r.size(sqlfunc.Narrow, n, to, int(to.Bits), 0, x)
	case sqltype.Float:
		d, err := r.apply(sqlfunc.FloatToDecimal, x.At, v)
		if err != nil {
			return nil, err
		}
		return r.size(sqlfunc.ToInt, d, to, int(to.Bits), 0, x)
	case sqltype.Decimal:
		return r.size(sqlfunc.ToInt, v, to, int(to.Bits), 0, x)
	default:
		return nil, noCast(from, x)
	}
}

func (r *resolver) castDecimal(v querytree.Expr, to sqltype.Type, x *sqlast.Cast) (querytree.Expr, error) {
	var err error
	switch from := v.Type(); from.Kind {
	case sqltype.Int:
		v = &querytree.Convert{X: v, T: from.AsDecimal()}
	case sqltype.Text:
		if v, err = r.apply(sqlfunc.TextToDecimal, x.At, v); err != nil {
			return nil, err
		}
	case sqltype.Float:
		if v, err = r.apply(sqlfunc.FloatToDecimal, x.At, v); err != nil {
			return nil, err
		}
	case sqltype.Decimal:
	default:
		return nil, noCast(from, x)
	}
	if to.Precision == 0 || v.Type() == to {
		return v, nil
	}
	return r.size(sqlfunc.Resize, v, to, to.Precision, to.Scale, x)
}

func (r *resolver) castFloat(v querytree.Expr, x *sqlast.Cast) (querytree.Expr, error) {
	switch from := v.Type(); from.Kind {
	case sqltype.Float:
		return v, nil
	case sqltype.Text:
		d, err := r.apply(sqlfunc.TextToDecimal, x.At, v)
		if err != nil {
			return nil, err
		}
		return r.asFloat(d, x.At)
	case sqltype.Int, sqltype.Decimal:
		return r.asFloat(v, x.At)
	default:
		return nil, noCast(from, x)
	}
}

// castText writes a value out, and cuts it to the type's length.
func (r *resolver) castText(v querytree.Expr, x *sqlast.Cast) (querytree.Expr, error) {
	from := v.Type()
	var err error
	switch from.Kind {
	case sqltype.Text:
	case sqltype.Int:
		v = r.asText(v)
	case sqltype.Bool:
		text := sqltype.Type{Kind: sqltype.Text, Length: 5}
		v = caseOf(text, v, literal("true", sqltype.Type{Kind: sqltype.Text}), literal("false", sqltype.Type{Kind: sqltype.Text}))
	case sqltype.Decimal:
		if from.Precision == 0 || from.Precision > sqltype.MaxDigits || from.Scale > maxScale {
			return nil, refusal.At(x.At, refusal.Unsupported, "how many decimals this number has is not known: CAST it AS DECIMAL(p, s) first")
		}
		v, err = r.size(sqlfunc.DecimalToText, v, sqltype.Type{Kind: sqltype.Text, Length: 42}, from.Precision, from.Scale, x)
	default:
		err = noCast(from, x)
	}
	if err != nil || len(x.Type.Args) == 0 {
		return v, err
	}
	n := x.Type.Args[0]
	if t := v.Type(); t.Grown == 0 && t.Length > 0 && t.Length <= n {
		return v, nil
	}
	return r.apply(sqlfunc.Lookup("LEFT"), x.At, v, number32(strconv.Itoa(n)))
}

// size applies a conversion that has a size.
func (r *resolver) size(f *sqlfunc.Func, v querytree.Expr, to sqltype.Type, precision, scale int, x *sqlast.Cast) (querytree.Expr, error) {
	out, err := r.finish(&querytree.Call{Func: f, Args: []querytree.Expr{v}, Unit: sqlfunc.Size(precision, scale)}, x.At)
	if err != nil {
		return nil, err
	}
	out.(*querytree.Call).T = to
	return out, nil
}

func number32(text string) querytree.Expr {
	return &querytree.Number{Text: text, T: sqltype.Type{Kind: sqltype.Int, Bits: 32}}
}

// caseOf is one value where a condition is true and another where it is false.
func caseOf(t sqltype.Type, cond, yes, no querytree.Expr) querytree.Expr {
	return &querytree.Case{T: t, Whens: []querytree.When{{Cond: cond, Then: yes}, {Cond: boolean("NOT", cond), Then: no}}}
}

// longEnough tells whether a text that the request wrote fits n characters.
func longEnough(v querytree.Expr, n int) bool {
	p, ok := v.(*querytree.Param)
	return ok && p.Slot.Kind == querytree.SlotLiteral && len([]rune(p.Slot.Value)) <= n
}
