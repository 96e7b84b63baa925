package sqlast

func (w *walker) exprs(list []Expr) {
	for _, x := range list {
		w.expr(x)
	}
}

func (w *walker) expr(x Expr) {
	if x == nil || !w.enter(x) {
		return
	}
	switch x := x.(type) {
	case *Name, *Number, *String, *TypedLiteral, *Bool, *Null, *Param:
	case *Unary:
		w.expr(x.X)
	case *Binary:
		w.expr(x.X)
		w.expr(x.Y)
	case *Is:
		w.expr(x.X)
	case *Between:
		w.expr(x.X)
		w.expr(x.Low)
		w.expr(x.High)
	case *InList:
		w.expr(x.X)
		w.exprs(x.List)
	case *InQuery:
		w.expr(x.X)
		w.query(x.Query)
	case *Like:
		w.expr(x.X)
		w.expr(x.Pattern)
		w.expr(x.Escape)
	case *Quantified:
		w.expr(x.X)
		w.query(x.Query)
	case *Exists:
		w.query(x.Query)
	case *Subquery:
		w.query(x.Query)
	case *Case:
		w.expr(x.Operand)
		for _, arm := range x.Whens {
			w.expr(arm.Cond)
			w.expr(arm.Then)
		}
		w.expr(x.Else)
	case *Cast:
		w.expr(x.X)
	case *Call:
		w.call(x)
	case *Extract:
		w.expr(x.X)
	case *Grouping:
		for _, set := range x.Sets {
			w.exprs(set)
		}
	case *Row:
		w.exprs(x.Items)
	default:
		w.unknown(x)
	}
}

func (w *walker) call(x *Call) {
	w.exprs(x.Args)
	w.orderBy(x.OrderBy)
	w.expr(x.Filter)
	if x.Over == nil {
		return
	}
	w.exprs(x.Over.PartitionBy)
	w.orderBy(x.Over.OrderBy)
	if f := x.Over.Frame; f != nil {
		w.expr(f.Start.N)
		w.expr(f.End.N)
	}
}
