package querytree

import "fmt"

// Children calls visit for each direct subexpression of x, and for each query
// directly inside it. It panics on a node it does not know: a new node must be
// added here before it can be used, and TestEveryNodeIsWalked says so.
func Children(x Expr, visit func(Expr), query func(*Query)) {
	each := func(xs ...Expr) {
		for _, x := range xs {
			if x != nil {
				visit(x)
			}
		}
	}
	switch x := x.(type) {
	case *ColumnRef, *Number, *Param, *Null, *Bool, *Depth:
	case *Op:
		each(x.Args...)
	case *Call:
		each(x.Args...)
		for _, o := range x.OrderBy {
			each(o.X)
		}
		each(x.Filter)
		if x.Over != nil {
			each(x.Over.PartitionBy...)
			for _, o := range x.Over.OrderBy {
				each(o.X)
			}
			if x.Over.Frame != nil {
				each(x.Over.Frame.Start.N, x.Over.Frame.End.N)
			}
		}
	case *Convert:
		each(x.X)
	case *Case:
		each(x.Operand)
		for _, w := range x.Whens {
			each(w.Cond, w.Then)
		}
		each(x.Else)
	case *Is:
		each(x.X)
	case *Between:
		each(x.X, x.Low, x.High)
	case *InList:
		each(x.X)
		each(x.List...)
	case *InQuery:
		each(x.Row...)
		query(x.Query)
	case *Quantified:
		each(x.X)
		query(x.Query)
	case *Like:
		each(x.X, x.Pattern)
	case *Exists:
		query(x.Query)
	case *Subquery:
		query(x.Query)
	default:
		panic(fmt.Sprintf("querytree: unknown expression %T", x))
	}
}

// Visitor is called for everything in a query; any of its functions may be nil.
type Visitor struct {
	Expr   func(Expr)
	Source func(Source)
	Query  func(*Query)
}

// WalkQuery visits q and everything in it, outer before inner.
func WalkQuery(q *Query, v Visitor) {
	if v.Query != nil {
		v.Query(q)
	}
	for _, c := range q.With {
		WalkQuery(c.Query, v)
	}
	walkBody(q.Body, v)
	for _, o := range q.OrderBy {
		walkOptional(o.X, v)
	}
	walkOptional(q.Limit, v)
	walkOptional(q.Offset, v)
}

func walkOptional(x Expr, v Visitor) {
	if x != nil {
		WalkExpr(x, v)
	}
}

func walkBody(b Body, v Visitor) {
	switch b := b.(type) {
	case *Query:
		WalkQuery(b, v)
	case *SetOp:
		walkBody(b.Left, v)
		walkBody(b.Right, v)
	case *Select:
		if b.From != nil {
			WalkSource(b.From, v)
		}
		for _, x := range b.Items {
			WalkExpr(x, v)
		}
		walkOptional(b.Where, v)
		for _, x := range b.GroupBy {
			WalkExpr(x, v)
		}
		walkOptional(b.Having, v)
	default:
		panic(fmt.Sprintf("querytree: unknown body %T", b))
	}
}

// WalkSource visits s and everything in it.
func WalkSource(s Source, v Visitor) {
	if v.Source != nil {
		v.Source(s)
	}
	switch s := s.(type) {
	case *Scan, *RawScan, *Self, *CTERef:
	case *Derived:
		WalkQuery(s.Query, v)
	case *Join:
		WalkSource(s.Left, v)
		WalkSource(s.Right, v)
		walkOptional(s.On, v)
	default:
		panic(fmt.Sprintf("querytree: unknown source %T", s))
	}
}

// WalkExpr visits x and everything in it.
func WalkExpr(x Expr, v Visitor) {
	if v.Expr != nil {
		v.Expr(x)
	}
	Children(x, func(c Expr) { WalkExpr(c, v) }, func(q *Query) { WalkQuery(q, v) })
}

// Conjuncts adds to into the conditions that x, a condition or nil, is the AND of.
func Conjuncts(x Expr, into []Expr) []Expr {
	if x == nil {
		return into
	}
	if op, ok := x.(*Op); ok && op.Op == "AND" {
		for _, a := range op.Args {
			into = Conjuncts(a, into)
		}
		return into
	}
	return append(into, x)
}
