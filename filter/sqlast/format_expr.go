package sqlast

func (p *printer) exprs(list []Expr) {
	p.list(len(list), func(i int) { p.expr(list[i], PrecOr) })
}

// expr writes x in a place where min is the loosest operator that needs no
// parentheses.
func (p *printer) expr(x Expr, min Precedence) {
	if x == nil {
		return
	}
	if ExprPrecedence(x) < min {
		p.put("(")
		defer p.put(")")
	}
	switch x := x.(type) {
	case *Binary:
		p.binary(x)
	case *Unary:
		if x.Op == "NOT" {
			p.put("NOT ")
			p.expr(x.X, PrecNot)
			return
		}
		p.put(x.Op)
		if _, chained := x.X.(*Unary); chained {
			p.put(" ") // two minus signs side by side start a comment
		}
		p.expr(x.X, PrecUnary)
	case *Case:
		p.caseExpr(x)
	case *Call:
		p.call(x)
	case *Is, *Between, *InList, *InQuery, *Like, *Quantified:
		p.predicate(x)
	default:
		p.primary(x)
	}
}

// binary writes a chain of operators that group from the left. Comparisons do
// not chain, so both their sides are operands of the next level.
func (p *printer) binary(x *Binary) {
	prec := BinaryPrecedence(x.Op)
	left := prec
	if prec == PrecCompare {
		left++
	}
	p.expr(x.X, left)
	p.put(" ", x.Op, " ")
	p.expr(x.Y, prec+1)
}

func (p *printer) predicate(x Expr) {
	operand := func(x Expr) { p.expr(x, PrecCompare+1) }
	not := func(negated bool, word string) {
		if negated {
			p.put(" NOT")
		}
		p.put(" ", word, " ")
	}
	switch x := x.(type) {
	case *Is:
		operand(x.X)
		p.put(" IS ")
		if x.Not {
			p.put("NOT ")
		}
		p.put(x.What)
	case *Between:
		operand(x.X)
		not(x.Not, "BETWEEN")
		operand(x.Low)
		p.put(" AND ")
		operand(x.High)
	case *InList:
		operand(x.X)
		not(x.Not, "IN")
		p.put("(")
		p.exprs(x.List)
		p.put(")")
	case *InQuery:
		operand(x.X)
		not(x.Not, "IN")
		p.subquery(x.Query)
	case *Like:
		operand(x.X)
		if x.Insensitive {
			not(x.Not, "ILIKE")
		} else {
			not(x.Not, "LIKE")
		}
		operand(x.Pattern)
		if x.Escape != nil {
			p.put(" ESCAPE ")
			operand(x.Escape)
		}
	case *Quantified:
		operand(x.X)
		p.put(" ", x.Op)
		if x.All {
			p.put(" ALL ")
		} else {
			p.put(" ANY ")
		}
		p.subquery(x.Query)
	}
}

func (p *printer) caseExpr(x *Case) {
	p.put("CASE")
	p.optional(" ", x.Operand)
	for _, arm := range x.Whens {
		p.optional(" WHEN ", arm.Cond)
		p.optional(" THEN ", arm.Then)
	}
	p.optional(" ELSE ", x.Else)
	p.put(" END")
}

// primary writes what never needs parentheses.
func (p *printer) primary(x Expr) {
	switch x := x.(type) {
	case *Name:
		p.dotted(x.Parts)
	case *Number:
		p.put(x.Text)
	case *String:
		p.text(x.Value)
	case *TypedLiteral:
		p.put(x.Kind, " ")
		p.text(x.Value)
	case *Bool:
		if x.Value {
			p.put("TRUE")
		} else {
			p.put("FALSE")
		}
	case *Null:
		p.put("NULL")
	case *Param:
		p.param(x)
	case *Exists:
		p.put("EXISTS ")
		p.subquery(x.Query)
	case *Subquery:
		p.subquery(x.Query)
	case *Cast:
		p.cast(x)
	case *Extract:
		p.put("EXTRACT(", x.Field, " FROM ")
		p.expr(x.X, PrecOr)
		p.put(")")
	case *Grouping:
		p.put(x.Kind, " (")
		p.list(len(x.Sets), func(i int) {
			if len(x.Sets[i]) == 1 {
				p.expr(x.Sets[i][0], PrecOr)
				return
			}
			p.put("(")
			p.exprs(x.Sets[i])
			p.put(")")
		})
		p.put(")")
	case *Row:
		p.put("(")
		p.exprs(x.Items)
		p.put(")")
	}
}
