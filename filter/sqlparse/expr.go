package sqlparse

import (
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqltoken"
)

// expr reads a whole expression.
func (p *parser) expr() (sqlast.Expr, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	x, err := p.binary(sqlast.PrecOr)
	p.leave()
	return x, err
}

// exprFrom is expr where the column's name it starts with has been read.
func (p *parser) exprFrom(name []sqlast.Ident) (sqlast.Expr, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	x, err := p.column(name)
	if err == nil {
		x, err = p.casts(name[0].At, x)
	}
	if err == nil {
		x, err = p.operators(x, sqlast.PrecOr)
	}
	p.leave()
	return x, err
}

// binary reads an expression whose outermost operator binds as tight as min or
// tighter.
func (p *parser) binary(min sqlast.Precedence) (sqlast.Expr, error) {
	var x sqlast.Expr
	var err error
	if p.is(sqltoken.NOT) && min <= sqlast.PrecNot {
		x, err = p.not()
	} else {
		x, err = p.unary()
	}
	if err != nil {
		return nil, err
	}
	return p.operators(x, min)
}

// operators reads the operators after x, down to those that bind as loosely as
// min. It climbs: the right side of each is read with the next level as its
// minimum, so chains group from the left.
func (p *parser) operators(x sqlast.Expr, min sqlast.Precedence) (sqlast.Expr, error) {
	for n := 0; ; n++ {
		op, prec := p.operator()
		if prec == 0 || prec < min {
			return x, nil
		}
		if err := p.link(n); err != nil {
			return nil, err
		}
		var err error
		if prec == sqlast.PrecCompare {
			x, err = p.predicate(x, op)
		} else {
			start := p.pos()
			p.advance()
			var y sqlast.Expr
			if y, err = p.binary(prec + 1); err == nil {
				p.nodes++
				x = &sqlast.Binary{At: start, Op: op, X: x, Y: y}
			}
		}
		if err != nil {
			return nil, err
		}
	}
}

// operator is the operator that the present token is or starts, in its
// canonical spelling, and how tight it binds; 0 if it is none. Predicates that
// start with a word have no spelling yet.
func (p *parser) operator() (string, sqlast.Precedence) {
	switch p.tok.Kind {
	case sqltoken.Word:
		switch p.tok.Keyword {
		case sqltoken.OR:
			return "OR", sqlast.PrecOr
		case sqltoken.AND:
			return "AND", sqlast.PrecAnd
		case sqltoken.NOT, sqltoken.IS, sqltoken.IN, sqltoken.BETWEEN, sqltoken.LIKE, sqltoken.ILIKE:
			return "", sqlast.PrecCompare
		}
	case sqltoken.Op:
		switch p.tok.Text {
		case "!=":
			return "<>", sqlast.PrecCompare
		case "<=>":
			return "IS NOT DISTINCT FROM", sqlast.PrecCompare
		}
		return p.tok.Text, sqlast.BinaryPrecedence(p.tok.Text)
	}
	return "", 0
}

// not reads NOT x. It binds looser than comparisons: NOT a = b is NOT (a = b).
func (p *parser) not() (sqlast.Expr, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	start := p.pos()
	p.advance()
	x, err := p.binary(sqlast.PrecNot)
	if err != nil {
		return nil, err
	}
	p.leave()
	p.nodes++
	return &sqlast.Unary{At: start, Op: "NOT", X: x}, nil
}

// unary reads -x, +x, or a primary with its casts: -x::int is -(x::int).
func (p *parser) unary() (sqlast.Expr, error) {
	start := p.pos()
	if !p.isOp("-") && !p.isOp("+") {
		x, err := p.primary()
		if err != nil {
			return nil, err
		}
		return p.casts(start, x)
	}
	if err := p.enter(); err != nil {
		return nil, err
	}
	op := p.tok.Text
	p.advance()
	x, err := p.unary()
	if err != nil {
		return nil, err
	}
	p.leave()
	p.nodes++
	return &sqlast.Unary{At: start, Op: op, X: x}, nil
}

// casts reads the ::type after x. Each is a level of nesting, as it would be
// written CAST(CAST(x AS …) AS …).
func (p *parser) casts(start sqlast.Pos, x sqlast.Expr) (sqlast.Expr, error) {
	if !p.isOp("::") {
		return x, nil
	}
	level := p.depth
	defer func() { p.depth = level }()
	for p.isOp("::") {
		if err := p.enter(); err != nil {
			return nil, err
		}
		p.advance()
		t, err := p.typeName()
		if err != nil {
			return nil, err
		}
		p.nodes++
		x = &sqlast.Cast{At: start, X: x, Type: t}
	}
	return x, nil
}

// column makes a column of its name. A name with a schema before a parenthesis
// is a function of the ERP's own.
func (p *parser) column(name []sqlast.Ident) (sqlast.Expr, error) {
	if p.isOp("(") {
		return nil, p.unsupported(p.pos(), "functions are called by a plain name, without schema or quotes")
	}
	p.nodes++
	return p.names.keep(name), nil
}
