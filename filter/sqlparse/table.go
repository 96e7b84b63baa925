package sqlparse

import (
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqltoken"
)

// tables reads the comma list of FROM; each element may be a join tree.
func (p *parser) tables() ([]sqlast.Table, error) {
	var list []sqlast.Table
	for {
		start := p.pos()
		t, err := p.table()
		if err == nil {
			t, err = p.joins(start, t)
		}
		if err != nil {
			return nil, err
		}
		list = append(list, t)
		if !p.acceptOp(",") {
			return list, nil
		}
	}
}

// table reads a table by name, a subquery with its alias, or a join in parentheses.
func (p *parser) table() (sqlast.Table, error) {
	start := p.pos()
	lateral := p.accept(sqltoken.LATERAL)
	switch {
	case p.isOp("("):
		t, q, err := p.parenTable()
		switch {
		case err != nil:
			return nil, err
		case q != nil:
			return p.derived(start, q, lateral)
		case lateral:
			return nil, p.syntax(start, "LATERAL stands before a subquery")
		}
		return t, nil
	case lateral:
		return nil, p.unsupported(p.pos(), "LATERAL is offered before a subquery in parentheses only")
	}
	return p.tableName()
}

// parenTable reads what stands in parentheses in FROM: either a join, or a
// query whose alias follows. ((SELECT …) UNION …) and ((SELECT …) t JOIN u …)
// start alike; what follows the inner parenthesis tells them apart.
func (p *parser) parenTable() (sqlast.Table, *sqlast.Query, error) {
	if err := p.enter(); err != nil {
		return nil, nil, err
	}
	p.advance()
	start := p.pos()
	var t sqlast.Table
	var q *sqlast.Query
	var err error
	switch {
	case p.is(sqltoken.SELECT), p.is(sqltoken.WITH):
		q, err = p.query()
	case p.isOp("("):
		t, q, err = p.parenTable()
		switch {
		case err != nil || q == nil:
		case p.continuesQuery():
			q, err = p.queryFrom(start, nil, block{start: start, body: bare(q)})
		case !p.isOp(")"):
			t, err = p.derived(start, q, false)
			q = nil
		}
	default:
		t, err = p.table()
	}
	if err == nil && q == nil {
		if t, err = p.joins(start, t); err == nil {
			if _, joined := t.(*sqlast.Join); !joined && p.isOp(")") {
				err = p.syntax(start, "parentheses in FROM hold a query or a join")
			}
		}
	}
	if err == nil {
		err = p.expectOp(")")
	}
	if err != nil {
		return nil, nil, err
	}
	p.leave()
	return t, q, nil
}

// derived reads the alias and the column names of a subquery in FROM.
func (p *parser) derived(start sqlast.Pos, q *sqlast.Query, lateral bool) (sqlast.Table, error) {
	p.nodes++
	d := &sqlast.Derived{At: start, Query: q, Lateral: lateral}
	var err error
	if d.Alias, err = p.alias(); err != nil {
		return nil, err
	}
	if d.Alias.Name == "" {
		return nil, p.unexpected("an alias for the subquery")
	}
	if p.isOp("(") {
		if d.Columns, err = p.columnList(); err != nil {
			return nil, err
		}
	}
	return d, p.plainTable()
}

func (p *parser) tableName() (sqlast.Table, error) {
	p.nodes++
	t := &sqlast.TableName{At: p.pos()}
	if !isName(p.tok) {
		return nil, p.unexpected(aTable)
	}
	var err error
	if t.Name, _, err = p.dotted(false); err != nil {
		return nil, err
	}
	if len(t.Name) == maxParts {
		return nil, p.unsupported(t.At, "a table's name has at most three parts: linked servers are not offered")
	}
	if p.isOp("(") {
		return nil, p.unsupported(p.pos(), "table functions and table hints are not offered")
	}
	if err := p.plainTable(); err != nil {
		return nil, err
	}
	if t.Alias, err = p.alias(); err != nil {
		return nil, err
	}
	if t.Alias.Name != "" && p.isOp("(") {
		return nil, p.unsupported(p.pos(), "column names after a table's alias are not offered: rename the columns in a subquery")
	}
	return t, p.plainTable()
}

// plainTable refuses the hints that may follow a table: WITH (NOLOCK) and USE INDEX.
func (p *parser) plainTable() error {
	switch {
	case p.is(sqltoken.WITH) && p.aheadIsOp("("):
		return p.unsupported(p.pos(), "table hints are not offered")
	case (p.tok.Is("USE") || p.tok.Is("FORCE") || p.tok.Is("IGNORE")) && (p.ahead.Is("INDEX") || p.ahead.Is("KEY")):
		return p.unsupported(p.pos(), "index hints are not offered")
	}
	return nil
}
