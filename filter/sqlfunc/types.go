package sqlfunc

import (
	"strconv"
	"strings"

	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

var (
	text     = sqltype.Type{Kind: sqltype.Text}
	int32T   = sqltype.Type{Kind: sqltype.Int, Bits: 32}
	int64T   = sqltype.Type{Kind: sqltype.Int, Bits: 64}
	decimal  = sqltype.Type{Kind: sqltype.Decimal}
	float    = sqltype.Type{Kind: sqltype.Float, Bits: 64}
	dateT    = sqltype.Type{Kind: sqltype.Date}
	momentT  = sqltype.Type{Kind: sqltype.Timestamp}
	booleanT = sqltype.Type{Kind: sqltype.Bool}
)

func fixed(t sqltype.Type) func([]Arg) sqltype.Type {
	return func([]Arg) sqltype.Type { return t }
}

// first gives the first argument's type; a Same function's arguments have one.
func first(args []Arg) sqltype.Type { return args[0].Type }

// widest is the type that every argument's values fit: a number of the request
// may be wider than the column beside it, and what is computed from either
// must not overflow.
func widest(args []Arg) sqltype.Type {
	t := args[0].Type
	for _, a := range args[1:] {
		if u, ok := sqltype.Unify(t, a.Type); ok {
			t = u
		}
	}
	return t
}

// moment is a timestamp, with an offset where the argument has one.
func moment(args []Arg) sqltype.Type {
	return sqltype.Type{Kind: sqltype.Timestamp, Zoned: args[0].Type.Zoned}
}

// sum is what a sum or a mean of the argument is: Float of Float, else a
// Decimal whose digits depend on the rows.
func sum(args []Arg) sqltype.Type {
	if args[0].Type.Kind == sqltype.Float {
		return float
	}
	return decimal
}

// rounded is a decimal that may have been rounded up to one more digit, with
// as many decimals as a Count argument says at most.
func rounded(args []Arg) sqltype.Type {
	t := args[0].Type
	if t.Kind == sqltype.Decimal && t.Precision > 0 {
		n := 0
		if len(args) > 1 {
			n = args[1].Count
		}
		whole := t.Precision - t.Scale + 1
		t.Scale = max(t.Scale, n)
		t.Precision = whole + t.Scale
	}
	return t
}

// whole is a decimal without fraction that may have been rounded up.
func whole(args []Arg) sqltype.Type {
	t := args[0].Type
	if t.Kind == sqltype.Decimal && t.Precision > 0 {
		t.Precision, t.Scale = t.Precision-t.Scale+1, 0
	}
	return t
}

// smallText is how many characters a text that a function made longer may have
// and still be total: reading a row costs as much.
const smallText = 4096

// grows is partial where the result can be long: what it costs on a hidden row
// would tell of that row.
func grows(chars func([]Arg) int) func(catalog.Engine, []Arg) bool {
	return func(_ catalog.Engine, args []Arg) bool { return len(args) == 0 || chars(args) > smallText }
}

// searches is partial where looking for one text in another can take long:
// engines compare at each place, so the cost is the product of their lengths.
func searches(needle, hay int) func(catalog.Engine, []Arg) bool {
	const dear = 10_000_000
	return func(_ catalog.Engine, args []Arg) bool {
		return len(args) == 0 || args[needle].Chars > dear/max(args[hay].Chars, 1)
	}
}

// searched is what looking for one text in another can cost: at each place of
// this as many characters of that may be alike. A search of a text that the
// request gives costs so on every row, however short what is stored there.
func searched(needle, hay int) func(catalog.Engine, []Arg) int {
	return func(_ catalog.Engine, args []Arg) int {
		return min(args[needle].Chars, args[hay].Chars) * args[hay].Chars / 8
	}
}

func either(a, b func(catalog.Engine, []Arg) bool) func(catalog.Engine, []Arg) bool {
	return func(e catalog.Engine, args []Arg) bool { return a(e, args) || b(e, args) }
}

// tight is partial on SQL Server for a decimal that may fill all its 38
// digits: its ROUND gives its argument's type, and an error where the result
// does not fit; what has fewer is given room first.
func tight(e catalog.Engine, args []Arg) bool {
	if e != catalog.SQLServer {
		return false
	}
	if len(args) == 0 {
		return true
	}
	t := args[0].Type
	return t.Kind == sqltype.Decimal && (t.Precision == 0 || t.Precision > 37)
}

// roomy spells {0} on SQL Server with room for one more digit. On PostgreSQL a
// numeric without declared digits may have as many as there can be, and no room
// to be rounded up either: what has more than a thousand is left as it is.
func roomy(template string) func(catalog.Engine, []sqltype.Type) string {
	return func(e catalog.Engine, args []sqltype.Type) string {
		if e == catalog.Postgres && len(args) > 0 && args[0].Kind == sqltype.Decimal && args[0].Precision == 0 && !strings.HasSuffix(template, ", 1)") {
			native := template
			if len(args) == 1 {
				native = strings.ReplaceAll(native, ", {1}", "")
			}
			return "CASE WHEN NOT ABS({0}) < 1e1000 THEN {0} ELSE " + native + " END"
		}
		if e != catalog.SQLServer || len(args) == 0 || args[0].Kind != sqltype.Decimal {
			return ""
		}
		scale := 6
		if args[0].Precision > 0 {
			scale = min(args[0].Scale, 37)
		}
		room := "CAST({0} AS decimal(38, " + strconv.Itoa(scale) + "))"
		template := template
		if len(args) == 1 {
			template = strings.ReplaceAll(template, "{1}", "0")
		}
		return strings.ReplaceAll(template, "{0}", room)
	}
}
