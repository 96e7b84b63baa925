package sqlparse

import (
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqltoken"
)

// predicate reads a comparison, IS, IN, BETWEEN or LIKE after its left side.
// They do not chain: engines disagree on what a < b < c or a = b IS NULL means.
func (p *parser) predicate(x sqlast.Expr, op string) (sqlast.Expr, error) {
	var err error
	switch {
	case op != "":
		x, err = p.comparison(x, op)
	case p.is(sqltoken.IS):
		x, err = p.isPredicate(x)
	default:
		x, err = p.notablePredicate(x)
	}
	if err != nil {
		return nil, err
	}
	p.nodes++
	if _, prec := p.operator(); prec == sqlast.PrecCompare {
		return nil, p.syntax(p.pos(), "comparisons do not chain: put one of them in parentheses")
	}
	return x, nil
}

// comparison reads x op y and x op ANY|ALL (query). SOME is ANY.
func (p *parser) comparison(x sqlast.Expr, op string) (sqlast.Expr, error) {
	start := p.pos()
	p.advance()
	if p.is(sqltoken.ANY) || p.is(sqltoken.SOME) || p.is(sqltoken.ALL) {
		if op == "IS NOT DISTINCT FROM" {
			return nil, p.unexpected(anExpression)
		}
		all := p.is(sqltoken.ALL)
		p.advance()
		q, err := p.quantifiedQuery()
		if err != nil {
			return nil, err
		}
		return &sqlast.Quantified{X: x, Op: op, All: all, Query: q}, nil
	}
	y, err := p.side()
	if err != nil {
		return nil, err
	}
	return &sqlast.Binary{At: start, Op: op, X: x, Y: y}, nil
}

func (p *parser) quantifiedQuery() (*sqlast.Query, error) {
	if p.isOp("(") && !p.aheadIs(sqltoken.SELECT) && !p.aheadIs(sqltoken.WITH) && !p.aheadIsOp("(") {
		return nil, p.unsupported(p.pos(), "ANY and ALL take a query; for a list of values write IN (…)")
	}
	return p.parenQuery()
}

// side reads an operand of a predicate, which holds no other predicate outside
// parentheses.
func (p *parser) side() (sqlast.Expr, error) { return p.binary(sqlast.PrecCompare + 1) }

// isPredicate reads IS [NOT] NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM y.
func (p *parser) isPredicate(x sqlast.Expr) (sqlast.Expr, error) {
	start := p.pos()
	p.advance()
	not := p.accept(sqltoken.NOT)
	switch p.tok.Keyword {
	case sqltoken.NULL, sqltoken.TRUE, sqltoken.FALSE, sqltoken.UNKNOWN:
		what := p.tok.Keyword.String()
		p.advance()
		return &sqlast.Is{X: x, Not: not, What: what}, nil
	case sqltoken.DISTINCT:
		p.advance()
		if err := p.expect(sqltoken.FROM); err != nil {
			return nil, err
		}
		y, err := p.side()
		if err != nil {
			return nil, err
		}
		op := "IS DISTINCT FROM"
		if not {
			op = "IS NOT DISTINCT FROM"
		}
		return &sqlast.Binary{At: start, Op: op, X: x, Y: y}, nil
	}
	return nil, p.unexpected("NULL, TRUE, FALSE, UNKNOWN or DISTINCT FROM")
}

// notablePredicate reads the predicates that NOT may stand before.
func (p *parser) notablePredicate(x sqlast.Expr) (sqlast.Expr, error) {
	not := p.accept(sqltoken.NOT)
	switch {
	case p.accept(sqltoken.BETWEEN):
		return p.between(x, not)
	case p.is(sqltoken.LIKE), p.is(sqltoken.ILIKE):
		return p.like(x, not)
	case p.accept(sqltoken.IN):
		return p.in(x, not)
	}
	return nil, p.unexpected("IN, BETWEEN or LIKE")
}

func (p *parser) between(x sqlast.Expr, not bool) (sqlast.Expr, error) {
	if p.tok.Is("SYMMETRIC") || p.tok.Is("ASYMMETRIC") {
		return nil, p.unsupported(p.pos(), "BETWEEN SYMMETRIC is not offered")
	}
	low, err := p.side()
	if err != nil {
		return nil, err
	}
	if err := p.expect(sqltoken.AND); err != nil {
		return nil, err
	}
	high, err := p.side()
	if err != nil {
		return nil, err
	}
	return &sqlast.Between{X: x, Not: not, Low: low, High: high}, nil
}

func (p *parser) like(x sqlast.Expr, not bool) (sqlast.Expr, error) {
	l := &sqlast.Like{X: x, Not: not, Insensitive: p.is(sqltoken.ILIKE)}
	p.advance()
	var err error
	if l.Pattern, err = p.side(); err != nil {
		return nil, err
	}
	if p.accept(sqltoken.ESCAPE) {
		if l.Escape, err = p.side(); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// in reads the list or the query after IN. IN ((SELECT …)) is a query, whatever
// the number of parentheses.
func (p *parser) in(x sqlast.Expr, not bool) (sqlast.Expr, error) {
	if err := p.expectOp("("); err != nil {
		return nil, err
	}
	start := p.pos()
	if p.is(sqltoken.SELECT) || p.is(sqltoken.WITH) {
		q, err := p.query()
		if err != nil {
			return nil, err
		}
		return &sqlast.InQuery{X: x, Not: not, Query: q}, p.expectOp(")")
	}
	first, err := p.expr()
	if err != nil {
		return nil, err
	}
	if sub, ok := first.(*sqlast.Subquery); ok && !p.isOp(",") {
		q, err := p.continued(sub)
		if err != nil {
			return nil, err
		}
		return &sqlast.InQuery{X: x, Not: not, Query: q}, p.expectOp(")")
	}
	list, err := p.inList(start, x, first)
	if err != nil {
		return nil, err
	}
	return &sqlast.InList{X: x, Not: not, List: list}, nil
}

// inList reads the elements after the first, which starts at from. They are rows of the same width as
// x if x is a row, and no rows otherwise.
func (p *parser) inList(from sqlast.Pos, x, first sqlast.Expr) ([]sqlast.Expr, error) {
	width := rowWidth(x)
	list := []sqlast.Expr{}
	for next := first; ; {
		if rowWidth(next) != width {
			return nil, p.syntax(from, "the elements of the IN list and its left side have different numbers of values")
		}
		if len(list) == p.lim.InList {
			return nil, p.overLimit(int(from), "an IN list has more than %d elements", p.lim.InList)
		}
		list = append(list, next)
		if !p.acceptOp(",") {
			return list, p.expectOp(")")
		}
		from = p.pos()
		var err error
		if next, err = p.expr(); err != nil {
			return nil, err
		}
	}
}

// rowWidth is the number of values of a row, 1 for every other expression.
func rowWidth(x sqlast.Expr) int {
	if row, ok := x.(*sqlast.Row); ok {
		return len(row.Items)
	}
	return 1
}
