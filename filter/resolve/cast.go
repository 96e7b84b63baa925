package resolve

import (
	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqltype"
)

// castTypes are the type names of CAST.
var castTypes = map[string]sqltype.Type{
	"SMALLINT": {Kind: sqltype.Int, Bits: 16}, "INT2": {Kind: sqltype.Int, Bits: 16},
	"INT": {Kind: sqltype.Int, Bits: 32}, "INTEGER": {Kind: sqltype.Int, Bits: 32}, "INT4": {Kind: sqltype.Int, Bits: 32},
	"BIGINT": {Kind: sqltype.Int, Bits: 64}, "INT8": {Kind: sqltype.Int, Bits: 64}, "SIGNED": {Kind: sqltype.Int, Bits: 64},
	"DECIMAL": {Kind: sqltype.Decimal}, "NUMERIC": {Kind: sqltype.Decimal}, "DEC": {Kind: sqltype.Decimal},
	"FLOAT": {Kind: sqltype.Float, Bits: 64}, "REAL": {Kind: sqltype.Float, Bits: 32}, "DOUBLE PRECISION": {Kind: sqltype.Float, Bits: 64},
	"CHAR": {Kind: sqltype.Text}, "VARCHAR": {Kind: sqltype.Text}, "NVARCHAR": {Kind: sqltype.Text}, "NCHAR": {Kind: sqltype.Text},
	"TEXT": {Kind: sqltype.Text}, "CHARACTER VARYING": {Kind: sqltype.Text},
	"DATE":     {Kind: sqltype.Date},
	"DATETIME": {Kind: sqltype.Timestamp}, "DATETIME2": {Kind: sqltype.Timestamp}, "SMALLDATETIME": {Kind: sqltype.Timestamp}, "TIMESTAMP": {Kind: sqltype.Timestamp},
	"TIME":    {Kind: sqltype.Time},
	"BOOLEAN": {Kind: sqltype.Bool}, "BOOL": {Kind: sqltype.Bool}, "BIT": {Kind: sqltype.Bool},
	"UUID": {Kind: sqltype.UUID}, "UNIQUEIDENTIFIER": {Kind: sqltype.UUID},
}

// cast resolves the conversions that no value can make fail: of what the
// request itself wrote or gave, to wider numbers, of whole numbers to text, of
// a time to its day.
func (r *resolver) cast(x *sqlast.Cast, s *scope) (querytree.Expr, error) {
	to, ok := castTypes[x.Type.Name]
	if !ok {
		return nil, refusal.At(x.Type.At, refusal.Unsupported, "there is no type %s", clip(x.Type.Name))
	}
	v, err := r.expr(x.X, s)
	if err != nil {
		return nil, err
	}
	from := v.Type()
	canFail := refusal.At(x.At, refusal.CanFail, "CAST from %s to %s can fail on a row and is not offered yet", from.Kind, x.Type.Name)
	if x.Try {
		return nil, refusal.At(x.At, refusal.CanFail, "TRY_CAST is not offered yet")
	}
	if n, ok := v.(*querytree.Number); ok && to.Kind == sqltype.Text {
		v = literal(n.Text, sqltype.Type{Kind: sqltype.Text})
		from = v.Type()
	}
	if flexible(v) {
		if len(x.Type.Args) > 0 && (to.Kind != sqltype.Text || !longEnough(v, x.Type.Args[0])) {
			return nil, canFail
		}
		if to.Kind == sqltype.Text && from.Numeric() {
			return nil, canFail
		}
		return r.coerce(v, to, x.At)
	}
	size := 0
	if len(x.Type.Args) > 0 {
		size = x.Type.Args[0]
	}
	switch {
	case to.Kind == sqltype.Text && from.Kind == sqltype.Int && (size == 0 || size >= 20):
		return &querytree.Convert{X: v, T: sqltype.Type{Kind: sqltype.Text}}, nil
	case to.Kind == sqltype.Text && from.Kind == sqltype.Text && (size == 0 || from.Length > 0 && size >= from.Length):
		return v, nil
	case to.Kind == sqltype.Int && from.Kind == sqltype.Int && to.Bits >= from.Bits && from.Bits > 0:
		return &querytree.Convert{X: v, T: to}, nil
	case to.Kind == sqltype.Decimal && from.Kind == sqltype.Int && roomFor(x.Type.Args, from.AsDecimal()):
		return &querytree.Convert{X: v, T: from.AsDecimal()}, nil
	case to.Kind == sqltype.Decimal && from.Kind == sqltype.Decimal && len(x.Type.Args) == 0:
		return v, nil
	case to.Kind == sqltype.Date && from.Kind == sqltype.Timestamp && !from.Zoned:
		return &querytree.Convert{X: v, T: to}, nil
	case to.Kind == from.Kind && (to.Kind == sqltype.Date || to.Kind == sqltype.Timestamp && !from.Zoned || to.Kind == sqltype.Bool || to.Kind == sqltype.UUID):
		return v, nil
	}
	return nil, canFail
}

// longEnough tells whether a text that the request wrote fits n characters.
func longEnough(v querytree.Expr, n int) bool {
	p, ok := v.(*querytree.Param)
	return ok && p.Slot.Kind == querytree.SlotLiteral && len([]rune(p.Slot.Value)) <= n
}

func roomFor(args []int, t sqltype.Type) bool {
	switch len(args) {
	case 0:
		return true
	case 1:
		return args[0] >= t.Precision
	}
	return args[0]-args[1] >= t.Precision
}
