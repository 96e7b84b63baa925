package resolve

import (
	"strings"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqltype"
)

// maxDepth keeps expressions below the depth at which SQLite gives up, 1000.
const maxDepth = 400

// expr resolves an expression. What is not named here is refused.
func (r *resolver) expr(x sqlast.Expr, s *scope) (querytree.Expr, error) {
	if r.depth++; r.depth > maxDepth {
		return nil, refusal.At(x.Pos(), refusal.LimitExceeded, "the expression is a chain of more than %d operators", maxDepth)
	}
	defer func() { r.depth-- }()
	if err := r.spend(1, x.Pos()); err != nil {
		return nil, err
	}
	switch x := x.(type) {
	case *sqlast.Name:
		return r.column(x, s)
	case *sqlast.Number:
		return number(x.Text, x.At)
	case *sqlast.String:
		return literal(x.Value, sqltype.Type{Kind: sqltype.Text}), nil
	case *sqlast.TypedLiteral:
		t := map[string]sqltype.Type{"DATE": {Kind: sqltype.Date}, "TIMESTAMP": {Kind: sqltype.Timestamp}, "TIME": {Kind: sqltype.Time}}[x.Kind]
		return r.coerce(literal(x.Value, sqltype.Type{Kind: sqltype.Text}), t, x.At)
	case *sqlast.Bool:
		return &querytree.Bool{Value: x.Value}, nil
	case *sqlast.Null:
		return &querytree.Null{}, nil
	case *sqlast.Param:
		return r.param(x)
	case *sqlast.Unary:
		return r.unary(x, s)
	case *sqlast.Binary:
		return r.binary(x, s)
	case *sqlast.Is, *sqlast.Between, *sqlast.InList, *sqlast.InQuery, *sqlast.Like, *sqlast.Quantified, *sqlast.Exists:
		return r.predicate(x, s)
	case *sqlast.Subquery:
		return r.scalarSubquery(x, s)
	case *sqlast.Case:
		return r.caseExpr(x, s)
	case *sqlast.Cast:
		return r.cast(x, s)
	case *sqlast.Call:
		return r.call(x, s)
	case *sqlast.Extract:
		return r.extract(x, s)
	case *sqlast.Row:
		return nil, refusal.At(x.At, refusal.Unsupported, "a row of values can only be compared, or looked for with IN")
	}
	return nil, refusal.At(x.Pos(), refusal.Unsupported, "this expression is not offered")
}

func number(text string, at sqlast.Pos) (querytree.Expr, error) {
	canonical, t, err := sqltype.ParseNumber(text)
	if err != nil {
		return nil, refusal.At(at, refusal.LimitExceeded, "a number of at most %d digits is wanted", sqltype.MaxDigits)
	}
	return &querytree.Number{Text: canonical, T: t}, nil
}

func literal(value string, t sqltype.Type) querytree.Expr {
	return &querytree.Param{Slot: querytree.Slot{Kind: querytree.SlotLiteral, Value: value}, T: t}
}

// condition resolves an expression that must be true or false.
func (r *resolver) condition(x sqlast.Expr, s *scope) (querytree.Expr, error) {
	out, err := r.expr(x, s)
	if err != nil {
		return nil, err
	}
	return r.truth(out, x.Pos())
}

func (r *resolver) truth(x querytree.Expr, at sqlast.Pos) (querytree.Expr, error) {
	if x.Type().Kind == sqltype.Null {
		return r.coerce(x, sqltype.Type{Kind: sqltype.Bool}, at)
	}
	if x.Type().Kind != sqltype.Bool {
		return nil, refusal.At(at, refusal.TypeMismatch, "a condition is wanted here, not %s", x.Type().Kind)
	}
	return x, nil
}

func (r *resolver) unary(x *sqlast.Unary, s *scope) (querytree.Expr, error) {
	if x.Op == "NOT" {
		c, err := r.condition(x.X, s)
		if err != nil {
			return nil, err
		}
		return boolean("NOT", c), nil
	}
	if n, ok := x.X.(*sqlast.Number); ok && x.Op == "-" {
		return number("-"+n.Text, n.At)
	}
	before := r.mark()
	v, err := r.expr(x.X, s)
	if err != nil {
		return nil, err
	}
	if x.Op == "+" {
		return v, nil
	}
	return r.arithmetic("-", &querytree.Number{Text: "0", T: sqltype.Type{Kind: sqltype.Int, Bits: 32}}, v, r.since(before), x.At)
}

func (r *resolver) binary(x *sqlast.Binary, s *scope) (querytree.Expr, error) {
	switch x.Op {
	case "AND", "OR":
		return r.logic(x, s)
	case "=", "<>", "<", "<=", ">", ">=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM":
		if a, ok := x.X.(*sqlast.Row); ok {
			return r.compareRows(x, a, s)
		}
	case "+", "-", "*", "||", "/", "%":
	default:
		return nil, refusal.At(x.At, refusal.Unsupported, "operator %s is not offered", clip(x.Op))
	}
	before := r.mark()
	a, err := r.expr(x.X, s)
	if err != nil {
		return nil, err
	}
	b, err := r.expr(x.Y, s)
	if err != nil {
		return nil, err
	}
	switch x.Op {
	case "||":
		return r.concat(a, b, x.At)
	case "+":
		if a.Type().Kind == sqltype.Text || b.Type().Kind == sqltype.Text {
			return r.concat(a, b, x.At)
		}
		return r.arithmetic(x.Op, a, b, r.since(before), x.At)
	case "-", "*", "/", "%":
		return r.arithmetic(x.Op, a, b, r.since(before), x.At)
	}
	return r.compare(x.Op, a, b, x.At)
}

// logic resolves chains of AND and OR without recursion to the left, for they
// can be long.
func (r *resolver) logic(x *sqlast.Binary, s *scope) (querytree.Expr, error) {
	var operands []sqlast.Expr
	var left sqlast.Expr = x
	for {
		b, ok := left.(*sqlast.Binary)
		if !ok || b.Op != x.Op {
			break
		}
		operands = append(operands, b.Y)
		left = b.X
	}
	args := make([]querytree.Expr, 0, len(operands)+1)
	first, err := r.condition(left, s)
	if err != nil {
		return nil, err
	}
	args = append(args, first)
	for i := len(operands) - 1; i >= 0; i-- {
		c, err := r.condition(operands[i], s)
		if err != nil {
			return nil, err
		}
		args = append(args, c)
	}
	return boolean(x.Op, args...), nil
}

// compareRows compares two rows of values: with = and <> element by element,
// with an order as words are ordered by their letters.
func (r *resolver) compareRows(x *sqlast.Binary, a *sqlast.Row, s *scope) (querytree.Expr, error) {
	b, ok := x.Y.(*sqlast.Row)
	if !ok || len(a.Items) != len(b.Items) || isDistinct(x.Op) {
		return nil, refusal.At(x.At, refusal.Unsupported, "a row of values is compared with a row of the same length, by =, <>, <, <=, > or >=")
	}
	before := r.mark()
	left, err := r.exprs(a.Items, s)
	if err != nil {
		return nil, err
	}
	if x.Op != "=" && x.Op != "<>" {
		return r.orderRows(x, a, b, left, before, s)
	}
	eq, err := r.rowsEqual(left, b.Items, s, x.At)
	if err != nil || x.Op == "=" {
		return eq, err
	}
	return boolean("NOT", eq), nil
}

// orderRows writes (a, b) < (c, d) as a <= c AND (a < c OR b < d), from the
// right: the first condition is one that an index serves, and an UNKNOWN comes
// out where SQL wants it.
func (r *resolver) orderRows(x *sqlast.Binary, a, b *sqlast.Row, left []querytree.Expr, before price, s *scope) (querytree.Expr, error) {
	right, err := r.exprs(b.Items, s)
	if err != nil {
		return nil, err
	}
	if err := r.again(r.since(before), 1, x.At); err != nil { // each stands there twice
		return nil, err
	}
	strict := strings.TrimSuffix(x.Op, "=")
	var out querytree.Expr
	for i := len(left) - 1; i >= 0; i-- {
		for side, v := range map[*sqlast.Row]querytree.Expr{a: left[i], b: right[i]} {
			if _, column := v.(*querytree.ColumnRef); !column && !flexible(v) { // stands in the tree twice
				return nil, refusal.At(side.Items[i].Pos(), refusal.Unsupported, "rows that are compared by %s are made of columns and values", x.Op)
			}
		}
		op := strict
		if out == nil {
			op = x.Op
		}
		apart, err := r.compare(op, left[i], right[i], x.At)
		if err != nil {
			return nil, err
		}
		if out == nil {
			out = apart
			continue
		}
		upTo, err := r.compare(strict+"=", left[i], right[i], x.At)
		if err != nil {
			return nil, err
		}
		out = boolean("AND", upTo, boolean("OR", apart, out))
	}
	return out, nil
}

func (r *resolver) exprs(xs []sqlast.Expr, s *scope) ([]querytree.Expr, error) {
	out := make([]querytree.Expr, len(xs))
	for i, x := range xs {
		var err error
		if out[i], err = r.expr(x, s); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (r *resolver) rowsEqual(left []querytree.Expr, right []sqlast.Expr, s *scope, at sqlast.Pos) (querytree.Expr, error) {
	args := make([]querytree.Expr, len(left))
	for i := range left {
		rt, err := r.expr(right[i], s)
		if err != nil {
			return nil, err
		}
		if args[i], err = r.compare("=", left[i], rt, at); err != nil {
			return nil, err
		}
	}
	return boolean("AND", args...), nil
}

func (r *resolver) concat(a, b querytree.Expr, at sqlast.Pos) (querytree.Expr, error) {
	text := sqltype.Type{Kind: sqltype.Text}
	args := []querytree.Expr{a, b}
	for i, x := range args {
		if x.Type().Kind != sqltype.Text && x.Type().Kind != sqltype.Null {
			return nil, refusal.At(at, refusal.TypeMismatch, "text is wanted on both sides, not %s: CAST(… AS VARCHAR) makes text of a whole number", x.Type().Kind)
		}
		var err error
		if args[i], err = r.coerce(x, text, at); err != nil {
			return nil, err
		}
	}
	text, err := grown(args, at)
	if err != nil {
		return nil, err
	}
	r.work(text.Grown, at)
	return &querytree.Op{Op: "||", Args: args, T: text}, nil
}

// maxText is how many characters a computed text may have: a request must not
// make the ERP's memory its own.
const maxText = 1 << 20

// grown gives the type of texts put one after the other.
func grown(args []querytree.Expr, at sqlast.Pos) (sqltype.Type, error) {
	t := sqltype.Type{Kind: sqltype.Text}
	for _, x := range args {
		t.Grown += chars(x)
	}
	if t.Grown > maxText {
		return t, refusal.At(at, refusal.LimitExceeded, "a text of more than %d characters could come of this", maxText)
	}
	return t, nil
}

// chars is how many characters x can have at most.
func chars(x querytree.Expr) int {
	switch x := x.(type) {
	case *querytree.Null:
		return 0
	case *querytree.Param:
		if x.Slot.Kind == querytree.SlotLiteral {
			return len(x.Slot.Value)
		}
		if x.Chars > 0 {
			return x.Chars
		}
	}
	return x.Type().MaxChars()
}
