package querytree

// Partial tells whether x itself, apart from what is in it, can fail on a row.
func Partial(x Expr) bool {
	switch x := x.(type) {
	case *Op:
		return x.Partial
	case *Call:
		return x.Partial
	case *Convert:
		return x.Partial
	case *Like:
		return x.Partial
	case *Depth:
		return x.Partial
	}
	return false
}

// HoldsPartial tells whether anything in q is Partial.
func HoldsPartial(q *Query) bool {
	found := false
	WalkQuery(q, Visitor{Expr: func(x Expr) { found = found || Partial(x) }})
	return found
}
