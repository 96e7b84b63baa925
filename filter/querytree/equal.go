package querytree

// Equal tells whether two expressions are the same computation: the same
// operators on the same columns of the same sources and the same parameters.
// Expressions that hold queries are never equal to others.
func Equal(a, b Expr) bool {
	if a == b {
		return true
	}
	switch a := a.(type) {
	case *ColumnRef:
		b, ok := b.(*ColumnRef)
		return ok && a.Source == b.Source && a.Col == b.Col && a.Index == b.Index
	case *Number:
		b, ok := b.(*Number)
		return ok && a.Text == b.Text && a.T == b.T
	case *Param:
		b, ok := b.(*Param)
		return ok && a.Slot == b.Slot && a.T == b.T
	case *Null:
		b, ok := b.(*Null)
		return ok && a.T == b.T
	case *Bool:
		b, ok := b.(*Bool)
		return ok && a.Value == b.Value
	case *Op:
		b, ok := b.(*Op)
		return ok && a.Op == b.Op && a.T == b.T && equalAll(a.Args, b.Args)
	case *Convert:
		b, ok := b.(*Convert)
		return ok && a.T == b.T && Equal(a.X, b.X)
	case *Call:
		b, ok := b.(*Call)
		return ok && a.Func == b.Func && a.Unit == b.Unit && a.Star == b.Star && a.Distinct == b.Distinct && a.T == b.T &&
			len(a.OrderBy)+len(b.OrderBy) == 0 && a.Filter == nil && b.Filter == nil && a.Over == nil && b.Over == nil && equalAll(a.Args, b.Args)
	case *Case:
		b, ok := b.(*Case)
		if !ok || len(a.Whens) != len(b.Whens) || a.T != b.T || !equalOptional(a.Operand, b.Operand) || !equalOptional(a.Else, b.Else) {
			return false
		}
		for i := range a.Whens {
			if !Equal(a.Whens[i].Cond, b.Whens[i].Cond) || !Equal(a.Whens[i].Then, b.Whens[i].Then) {
				return false
			}
		}
		return true
	case *Is:
		b, ok := b.(*Is)
		return ok && a.Not == b.Not && a.What == b.What && Equal(a.X, b.X)
	case *Between:
		b, ok := b.(*Between)
		return ok && a.Not == b.Not && Equal(a.X, b.X) && Equal(a.Low, b.Low) && Equal(a.High, b.High)
	case *InList:
		b, ok := b.(*InList)
		return ok && a.Not == b.Not && Equal(a.X, b.X) && equalAll(a.List, b.List)
	case *Like:
		b, ok := b.(*Like)
		return ok && a.Not == b.Not && a.Insensitive == b.Insensitive && a.Escape == b.Escape &&
			Equal(a.X, b.X) && Equal(a.Pattern, b.Pattern)
	}
	return false
}

func equalOptional(a, b Expr) bool {
	if a == nil || b == nil {
		return a == nil && b == nil
	}
	return Equal(a, b)
}

func equalAll(a, b []Expr) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !Equal(a[i], b[i]) {
			return false
		}
	}
	return true
}
