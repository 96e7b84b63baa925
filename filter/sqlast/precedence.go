package sqlast

// Precedence says how tightly an operator binds; a higher one binds tighter.
// The parser groups by it and printers add parentheses by it.
type Precedence int

// The levels, loosest first. Comparisons, IS, IN, BETWEEN, LIKE and quantified
// comparisons share one level and do not chain; the binary operators of all
// other levels group from the left.
const (
	PrecOr Precedence = iota + 1
	PrecAnd
	PrecNot
	PrecCompare
	PrecConcat
	PrecAdd
	PrecMul
	PrecUnary
	PrecPrimary
)

// BinaryPrecedence is the level of a Binary's operator in its canonical
// spelling, 0 for one that does not exist.
func BinaryPrecedence(op string) Precedence {
	switch op {
	case "OR":
		return PrecOr
	case "AND":
		return PrecAnd
	case "=", "<>", "<", "<=", ">", ">=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM":
		return PrecCompare
	case "||":
		return PrecConcat
	case "+", "-":
		return PrecAdd
	case "*", "/", "%":
		return PrecMul
	}
	return 0
}

// ExprPrecedence is the level of an expression's outermost operator,
// PrecPrimary where it needs no parentheses anywhere.
func ExprPrecedence(x Expr) Precedence {
	switch x := x.(type) {
	case *Binary:
		return BinaryPrecedence(x.Op)
	case *Unary:
		if x.Op == "NOT" {
			return PrecNot
		}
		return PrecUnary
	case *Is, *Between, *InList, *InQuery, *Like, *Quantified:
		return PrecCompare
	}
	return PrecPrimary
}

// Precedence is how tightly the operator binds: INTERSECT more than UNION and
// EXCEPT, which group from the left.
func (op SetOperator) Precedence() int {
	if op == Intersect {
		return 2
	}
	return 1
}
