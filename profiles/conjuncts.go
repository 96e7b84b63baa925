package profiles

import (
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqlparse"
)

// conjuncts gives the parts of a condition that all must hold, each in the
// canonical spelling; of an empty condition none. It reports whether the
// condition could be read.
func conjuncts(c Condition) (map[string]bool, bool) {
	parts := map[string]bool{}
	if c.SQL == "" {
		return parts, true
	}
	x, err := sqlparse.ParseExpr(c.SQL, sqlparse.DefaultLimits())
	if err != nil {
		return nil, false
	}
	for _, part := range flatten(x) {
		parts[sqlast.FormatExpr(part)] = true
	}
	return parts, true
}

// flatten takes a AND b AND c apart.
func flatten(x sqlast.Expr) []sqlast.Expr {
	if b, ok := x.(*sqlast.Binary); ok && b.Op == "AND" {
		return append(flatten(b.X), flatten(b.Y)...)
	}
	return []sqlast.Expr{x}
}

// implies tells whether a condition surely holds only where the other does too:
// it demands all that the other demands. false means that this is not sure.
func implies(narrow, wide Condition) bool {
	n, ok := conjuncts(narrow)
	if !ok {
		return false
	}
	w, ok := conjuncts(wide)
	if !ok {
		return false
	}
	for part := range w {
		if !n[part] {
			return false
		}
	}
	return true
}
