package sqlparse

import (
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqltoken"
)

// call reads a function call; the present token is the name and a parenthesis
// follows. The constructs that only look like calls have rules of their own.
func (p *parser) call() (sqlast.Expr, error) {
	switch p.tok.Keyword {
	case sqltoken.CAST, sqltoken.TRY_CAST:
		return p.cast()
	case sqltoken.CONVERT, sqltoken.TRY_CONVERT:
		return p.convert()
	case sqltoken.EXTRACT:
		return p.extract()
	case sqltoken.DATEPART:
		return p.datePart()
	case sqltoken.SUBSTRING:
		return p.substring()
	case sqltoken.TRIM:
		return p.trim()
	case sqltoken.POSITION:
		return p.position()
	}
	if p.groupingKind() != "" {
		return nil, p.unsupported(p.pos(), "ROLLUP, CUBE and GROUPING SETS stand in GROUP BY")
	}
	c := p.newCall()
	p.advance() // (
	if err := p.arguments(c); err != nil {
		return nil, err
	}
	return p.callTail(c)
}

// newCall starts a Call with the present token as its name.
func (p *parser) newCall() *sqlast.Call {
	p.nodes++
	c := &sqlast.Call{Name: sqlast.Ident{At: p.pos(), Name: p.tok.Text}}
	p.advance()
	return c
}

// bareCall reads CURRENT_DATE, CURRENT_TIME or CURRENT_TIMESTAMP without parentheses.
func (p *parser) bareCall() sqlast.Expr { return p.newCall() }

// arguments reads what stands between the parentheses of a call and the closing one.
func (p *parser) arguments(c *sqlast.Call) error {
	if p.acceptOp(")") {
		return nil
	}
	if p.acceptOp("*") {
		c.Star = true
		return p.expectOp(")")
	}
	if p.accept(sqltoken.DISTINCT) {
		c.Distinct = true
	} else {
		p.accept(sqltoken.ALL)
	}
	if c.Distinct || !p.is(sqltoken.ORDER) {
		if err := p.argumentList(c); err != nil {
			return err
		}
	}
	if p.is(sqltoken.ORDER) {
		var err error
		if c.OrderBy, err = p.orderBy(); err != nil {
			return err
		}
	}
	if p.is(sqltoken.SEPARATOR) && len(c.Args) == 1 {
		return p.separator(c)
	}
	return p.expectOp(")")
}

func (p *parser) argumentList(c *sqlast.Call) error {
	for {
		x, err := p.expr()
		if err != nil {
			return err
		}
		c.Args = append(c.Args, x)
		if !p.acceptOp(",") {
			return nil
		}
	}
}

// separator makes GROUP_CONCAT(x SEPARATOR ', ') the call GROUP_CONCAT(x, ', ').
func (p *parser) separator(c *sqlast.Call) error {
	p.advance()
	if p.tok.Kind != sqltoken.String {
		return p.unexpected("a string")
	}
	s, err := p.stringLiteral()
	if err != nil {
		return err
	}
	c.Args = append(c.Args, s)
	return p.expectOp(")")
}

// callTail reads WITHIN GROUP (ORDER BY …), FILTER (WHERE …) and OVER (…).
func (p *parser) callTail(c *sqlast.Call) (sqlast.Expr, error) {
	if p.is(sqltoken.WITHIN) && p.aheadIs(sqltoken.GROUP) {
		if err := p.withinGroup(c); err != nil {
			return nil, err
		}
	}
	if p.is(sqltoken.FILTER) && p.aheadIsOp("(") {
		if err := p.filter(c); err != nil {
			return nil, err
		}
	}
	if (p.tok.Is("IGNORE") || p.tok.Is("RESPECT")) && p.aheadIs(sqltoken.NULLS) {
		return nil, p.unexpected("OVER")
	}
	if p.accept(sqltoken.OVER) {
		w, err := p.window()
		if err != nil {
			return nil, err
		}
		c.Over = w
	}
	return c, nil
}

func (p *parser) withinGroup(c *sqlast.Call) error {
	if c.Star || len(c.OrderBy) > 0 {
		return p.syntax(p.pos(), "WITHIN GROUP cannot follow a call that has * or an ORDER BY of its own")
	}
	p.advance()
	p.advance()
	if err := p.expectOp("("); err != nil {
		return err
	}
	if !p.is(sqltoken.ORDER) {
		return p.unexpected("ORDER BY")
	}
	var err error
	if c.OrderBy, err = p.orderBy(); err != nil {
		return err
	}
	return p.expectOp(")")
}

func (p *parser) filter(c *sqlast.Call) error {
	p.advance()
	p.advance()
	if err := p.expect(sqltoken.WHERE); err != nil {
		return err
	}
	var err error
	if c.Filter, err = p.expr(); err != nil {
		return err
	}
	return p.expectOp(")")
}
