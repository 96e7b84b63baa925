package sqlparse

import (
	"strings"

	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqltoken"
)

// orderBy reads ORDER BY x [ASC|DESC] [NULLS FIRST|LAST], ….
func (p *parser) orderBy() ([]*sqlast.OrderItem, error) {
	p.advance()
	if err := p.expect(sqltoken.BY); err != nil {
		return nil, err
	}
	var list []*sqlast.OrderItem
	for {
		item, err := p.orderItem()
		if err != nil {
			return nil, err
		}
		list = append(list, item)
		if !p.acceptOp(",") {
			return list, nil
		}
	}
}

func (p *parser) orderItem() (*sqlast.OrderItem, error) {
	x, err := p.expr()
	if err != nil {
		return nil, err
	}
	p.nodes++
	item := &sqlast.OrderItem{X: x}
	if p.accept(sqltoken.DESC) {
		item.Desc = true
	} else {
		p.accept(sqltoken.ASC)
	}
	if p.accept(sqltoken.NULLS) {
		switch {
		case p.accept(sqltoken.FIRST):
			item.Nulls = sqlast.NullsFirst
		case p.accept(sqltoken.LAST):
			item.Nulls = sqlast.NullsLast
		default:
			return nil, p.unexpected("FIRST or LAST")
		}
	}
	return item, nil
}

// limits reads LIMIT n, LIMIT m, n, OFFSET m [ROWS] and FETCH FIRST n ROWS
// ONLY, in any order, each part at most once. TOP has already set q.Limit and
// allows none of them, as on SQL Server.
func (p *parser) limits(q *sqlast.Query) error {
	topped := q.Limit != nil
	for {
		start := p.pos()
		var limit, offset sqlast.Expr
		var err error
		switch p.tok.Keyword {
		case sqltoken.LIMIT:
			limit, offset, err = p.limit()
		case sqltoken.OFFSET:
			offset, err = p.offset()
		case sqltoken.FETCH:
			limit, err = p.fetch()
		default:
			return nil
		}
		switch {
		case err != nil:
			return err
		case topped:
			return p.syntax(start, "TOP and LIMIT, OFFSET or FETCH cannot stand in one query")
		case limit != nil && q.Limit != nil, offset != nil && q.Offset != nil:
			return p.syntax(start, "the query has two limits or two offsets")
		}
		if limit != nil {
			q.Limit = limit
		}
		if offset != nil {
			q.Offset = offset
		}
	}
}

func (p *parser) limit() (limit, offset sqlast.Expr, err error) {
	p.advance()
	if p.is(sqltoken.ALL) {
		return nil, nil, p.unsupported(p.pos(), "LIMIT ALL is not offered: leave LIMIT out")
	}
	if limit, err = p.count(); err != nil {
		return nil, nil, err
	}
	if p.acceptOp(",") {
		offset = limit
		limit, err = p.count()
	}
	return limit, offset, err
}

func (p *parser) offset() (sqlast.Expr, error) {
	p.advance()
	n, err := p.count()
	if err != nil {
		return nil, err
	}
	p.acceptRows()
	return n, nil
}

func (p *parser) fetch() (sqlast.Expr, error) {
	p.advance()
	if !p.accept(sqltoken.NEXT) && !p.accept(sqltoken.FIRST) {
		return nil, p.unexpected("FIRST or NEXT")
	}
	n, err := p.count()
	if err != nil {
		return nil, err
	}
	if p.is(sqltoken.PERCENT) {
		return nil, p.unsupported(p.pos(), "FETCH … PERCENT is not offered")
	}
	if !p.acceptRows() {
		return nil, p.unexpected("ROWS")
	}
	if p.is(sqltoken.WITH) {
		return nil, p.unsupported(p.pos(), "FETCH … WITH TIES is not offered")
	}
	return n, p.expect(sqltoken.ONLY)
}

func (p *parser) acceptRows() bool {
	return p.accept(sqltoken.ROWS) || p.accept(sqltoken.ROW)
}

// top reads what follows TOP, for a word that was just read.
func (p *parser) top() (sqlast.Expr, error) {
	n, err := p.count()
	switch {
	case err != nil:
		return nil, err
	case p.is(sqltoken.PERCENT):
		return nil, p.unsupported(p.pos(), "TOP … PERCENT is not offered")
	case p.is(sqltoken.WITH):
		return nil, p.unsupported(p.pos(), "TOP … WITH TIES is not offered")
	}
	return n, nil
}

// count reads a number of rows: a whole number or a parameter, in parentheses
// if one likes. Expressions are not offered: a limit is known before the query runs.
func (p *parser) count() (sqlast.Expr, error) {
	paren := p.acceptOp("(")
	var n sqlast.Expr
	var err error
	switch {
	case p.tok.Kind == sqltoken.Param:
		n, err = p.param()
	case p.tok.Kind == sqltoken.Number && strings.Trim(p.tok.Text, "0123456789") == "":
		n, err = p.number()
	default:
		return nil, p.unexpected("a whole number or a parameter")
	}
	if err == nil && paren {
		err = p.expectOp(")")
	}
	if err != nil {
		return nil, err
	}
	return n, nil
}
