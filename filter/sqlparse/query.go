package sqlparse

import (
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqltoken"
)

// query reads [WITH …] body [ORDER BY …] [LIMIT …].
func (p *parser) query() (*sqlast.Query, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	start := p.pos()
	var with []*sqlast.CTE
	if p.is(sqltoken.WITH) {
		var err error
		if with, err = p.with(); err != nil {
			return nil, err
		}
	}
	first, err := p.operand()
	if err != nil {
		return nil, err
	}
	q, err := p.queryFrom(start, with, first)
	p.leave()
	return q, err
}

// parenQuery reads a query in parentheses.
func (p *parser) parenQuery() (*sqlast.Query, error) {
	if err := p.expectOp("("); err != nil {
		return nil, err
	}
	q, err := p.query()
	if err != nil {
		return nil, err
	}
	return q, p.expectOp(")")
}

// with reads WITH [RECURSIVE] name [(columns)] AS (query), ….
func (p *parser) with() ([]*sqlast.CTE, error) {
	p.advance()
	recursive := false
	if p.is(sqltoken.RECURSIVE) && isName(p.ahead) {
		recursive = true
		p.advance()
	}
	var list []*sqlast.CTE
	for {
		c, err := p.cte(recursive)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
		if !p.acceptOp(",") {
			return list, nil
		}
	}
}

func (p *parser) cte(recursive bool) (*sqlast.CTE, error) {
	p.nodes++
	c := &sqlast.CTE{At: p.pos(), Recursive: recursive}
	var err error
	if c.Name, err = p.name(); err != nil {
		return nil, err
	}
	if p.isOp("(") {
		if c.Columns, err = p.columnList(); err != nil {
			return nil, err
		}
	}
	if err := p.expect(sqltoken.AS); err != nil {
		return nil, err
	}
	if p.is(sqltoken.NOT) && p.ahead.Is("MATERIALIZED") {
		return nil, p.unsupported(p.pos(), "NOT MATERIALIZED is not offered")
	}
	if c.Query, err = p.parenQuery(); err != nil {
		return nil, err
	}
	return c, nil
}

// block is an operand of set operators that may still get its query's ORDER BY
// and limits. top is the count of its TOP, which belongs to the whole query if
// nothing joins the block and to the block alone otherwise.
type block struct {
	start sqlast.Pos
	body  sqlast.Body
	top   sqlast.Expr
}

// settled is the block's body once it is known to be one of several.
func (p *parser) settled(b block) sqlast.Body {
	if b.top == nil {
		return b.body
	}
	p.nodes++
	return &sqlast.Query{At: b.start, Body: b.body, Limit: b.top}
}

// operand reads a SELECT or a query in parentheses. Parentheses around a query
// that has nothing but a body leave no trace in the tree.
func (p *parser) operand() (block, error) {
	start := p.pos()
	switch {
	case p.is(sqltoken.SELECT):
		s, top, err := p.selectBlock()
		return block{start: start, body: s, top: top}, err
	case p.isOp("("):
		q, err := p.parenQuery()
		if err != nil {
			return block{}, err
		}
		return block{start: start, body: bare(q)}, nil
	}
	return block{}, p.unexpected("SELECT")
}

// bare is the query's body where it is all there is to the query.
func bare(q *sqlast.Query) sqlast.Body {
	if len(q.With) == 0 && len(q.OrderBy) == 0 && q.Limit == nil && q.Offset == nil {
		return q.Body
	}
	return q
}

// continuesQuery reports whether the present token can follow a query's first
// operand; none of these words can follow an expression or a table.
func (p *parser) continuesQuery() bool {
	switch p.tok.Keyword {
	case sqltoken.UNION, sqltoken.INTERSECT, sqltoken.EXCEPT,
		sqltoken.ORDER, sqltoken.LIMIT, sqltoken.OFFSET, sqltoken.FETCH:
		return true
	}
	return false
}

// queryFrom reads the rest of a query whose WITH and first operand are there.
func (p *parser) queryFrom(start sqlast.Pos, with []*sqlast.CTE, first block) (*sqlast.Query, error) {
	b, err := p.unions(first)
	if err != nil {
		return nil, err
	}
	p.nodes++
	q := &sqlast.Query{At: start, With: with, Body: b.body, Limit: b.top}
	if p.is(sqltoken.ORDER) {
		if q.OrderBy, err = p.orderBy(); err != nil {
			return nil, err
		}
	}
	if err := p.limits(q); err != nil {
		return nil, err
	}
	if inner, ok := bare(q).(*sqlast.Query); ok {
		return inner, nil
	}
	return q, nil
}

// unions reads UNION and EXCEPT, which group from the left.
func (p *parser) unions(left block) (block, error) {
	left, err := p.intersections(left)
	for n := 0; err == nil && (p.is(sqltoken.UNION) || p.is(sqltoken.EXCEPT)); n++ {
		op := sqlast.Union
		if p.is(sqltoken.EXCEPT) {
			op = sqlast.Except
		}
		left, err = p.setOp(op, left, n, p.intersections)
	}
	return left, err
}

// intersections reads INTERSECT, which binds tighter than UNION and EXCEPT.
func (p *parser) intersections(left block) (block, error) {
	var err error
	for n := 0; err == nil && p.is(sqltoken.INTERSECT); n++ {
		left, err = p.setOp(sqlast.Intersect, left, n, nil)
	}
	return left, err
}

// setOp reads the operator and its right side, which tighter extends.
func (p *parser) setOp(op sqlast.SetOperator, left block, n int, tighter func(block) (block, error)) (block, error) {
	if err := p.link(n); err != nil {
		return block{}, err
	}
	p.advance()
	all := p.accept(sqltoken.ALL)
	if !all {
		p.accept(sqltoken.DISTINCT)
	}
	right, err := p.operand()
	if err != nil {
		return block{}, err
	}
	if tighter != nil {
		if right, err = tighter(right); err != nil {
			return block{}, err
		}
	}
	p.nodes++
	set := &sqlast.SetOp{At: left.start, Op: op, All: all, Left: p.settled(left), Right: p.settled(right)}
	return block{start: left.start, body: set}, nil
}
