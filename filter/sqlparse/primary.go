package sqlparse

import (
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqltoken"
)

// primary reads an expression without operators outside parentheses.
func (p *parser) primary() (sqlast.Expr, error) {
	switch p.tok.Kind {
	case sqltoken.Number:
		return p.number()
	case sqltoken.String:
		return p.stringLiteral()
	case sqltoken.Param:
		return p.param()
	case sqltoken.QuotedName:
		return p.columnName()
	case sqltoken.Word:
		return p.wordPrimary()
	}
	if p.isOp("(") {
		return p.parens()
	}
	return nil, p.unexpected(anExpression)
}

// wordPrimary reads what starts with a word: a constant, a construct of its
// own, a call or a column.
func (p *parser) wordPrimary() (sqlast.Expr, error) {
	switch p.tok.Keyword {
	case sqltoken.NULL, sqltoken.TRUE, sqltoken.FALSE:
		return p.constant(), nil
	case sqltoken.CASE:
		return p.caseExpr()
	case sqltoken.EXISTS:
		return p.exists()
	case sqltoken.CURRENT_DATE, sqltoken.CURRENT_TIME, sqltoken.CURRENT_TIMESTAMP:
		if !p.aheadIsOp("(") {
			return p.bareCall(), nil
		}
	case sqltoken.DATE, sqltoken.TIME, sqltoken.TIMESTAMP:
		if p.ahead.Kind == sqltoken.String {
			return p.typedLiteral()
		}
	}
	if p.aheadIsOp("(") && (!p.tok.Keyword.Reserved() || p.tok.Keyword.Callable()) {
		return p.call()
	}
	if p.tok.Keyword.Reserved() {
		return nil, p.unexpected(anExpression)
	}
	return p.columnName()
}

func (p *parser) columnName() (sqlast.Expr, error) {
	name, _, err := p.dotted(false)
	if err != nil {
		return nil, err
	}
	return p.column(name)
}

// parens reads (x), a row (x, y, …) or a scalar subquery.
func (p *parser) parens() (sqlast.Expr, error) {
	start := p.pos()
	p.advance()
	if p.is(sqltoken.SELECT) || p.is(sqltoken.WITH) {
		q, err := p.query()
		if err != nil {
			return nil, err
		}
		return p.subquery(start, q)
	}
	x, err := p.expr()
	if err != nil {
		return nil, err
	}
	if sub, ok := x.(*sqlast.Subquery); ok && p.continuesQuery() {
		q, err := p.continued(sub)
		if err != nil {
			return nil, err
		}
		return p.subquery(start, q)
	}
	if p.isOp(",") {
		return p.row(start, x)
	}
	if err := p.expectOp(")"); err != nil {
		return nil, err
	}
	return x, nil
}

func (p *parser) subquery(start sqlast.Pos, q *sqlast.Query) (sqlast.Expr, error) {
	if err := p.expectOp(")"); err != nil {
		return nil, err
	}
	p.nodes++
	return &sqlast.Subquery{At: start, Query: q}, nil
}

// continued is the query that a subquery in parentheses starts: alone, or as the
// first operand of a longer one, ((SELECT …) UNION …).
func (p *parser) continued(sub *sqlast.Subquery) (*sqlast.Query, error) {
	if !p.continuesQuery() {
		return sub.Query, nil
	}
	return p.queryFrom(sub.At, nil, block{start: sub.At, body: bare(sub.Query)})
}

func (p *parser) row(start sqlast.Pos, first sqlast.Expr) (sqlast.Expr, error) {
	p.nodes++
	row := &sqlast.Row{At: start, Items: []sqlast.Expr{first}}
	for p.acceptOp(",") {
		x, err := p.expr()
		if err != nil {
			return nil, err
		}
		row.Items = append(row.Items, x)
	}
	if err := p.expectOp(")"); err != nil {
		return nil, err
	}
	return row, nil
}

func (p *parser) exists() (sqlast.Expr, error) {
	p.nodes++
	start := p.pos()
	p.advance()
	q, err := p.parenQuery()
	if err != nil {
		return nil, err
	}
	return &sqlast.Exists{At: start, Query: q}, nil
}

// caseExpr reads both forms of CASE.
func (p *parser) caseExpr() (sqlast.Expr, error) {
	p.nodes++
	c := &sqlast.Case{At: p.pos()}
	p.advance()
	var err error
	if !p.is(sqltoken.WHEN) {
		if c.Operand, err = p.expr(); err != nil {
			return nil, err
		}
	}
	for p.accept(sqltoken.WHEN) {
		p.nodes++
		var arm sqlast.When
		if arm.Cond, err = p.expr(); err != nil {
			return nil, err
		}
		if err := p.expect(sqltoken.THEN); err != nil {
			return nil, err
		}
		if arm.Then, err = p.expr(); err != nil {
			return nil, err
		}
		c.Whens = append(c.Whens, arm)
	}
	if len(c.Whens) == 0 {
		return nil, p.unexpected("WHEN")
	}
	if p.accept(sqltoken.ELSE) {
		if c.Else, err = p.expr(); err != nil {
			return nil, err
		}
	}
	if err := p.expect(sqltoken.END); err != nil {
		return nil, err
	}
	return c, nil
}
