package sqlparse

import (
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqltoken"
)

// selectBlock reads SELECT up to HAVING. The second result is the count of its
// TOP, nil without one.
func (p *parser) selectBlock() (s *sqlast.Select, top sqlast.Expr, err error) {
	p.nodes++
	s = &sqlast.Select{At: p.pos()}
	p.advance()
	if top, err = p.selectOptions(s); err != nil {
		return nil, nil, err
	}
	if s.Items, err = p.items(); err != nil {
		return nil, nil, err
	}
	if p.accept(sqltoken.FROM) {
		if s.From, err = p.tables(); err != nil {
			return nil, nil, err
		}
	}
	if p.accept(sqltoken.WHERE) {
		if s.Where, err = p.expr(); err != nil {
			return nil, nil, err
		}
	}
	if p.accept(sqltoken.GROUP) {
		if s.GroupBy, err = p.groupBy(); err != nil {
			return nil, nil, err
		}
	}
	if p.accept(sqltoken.HAVING) {
		if s.Having, err = p.expr(); err != nil {
			return nil, nil, err
		}
	}
	return s, top, nil
}

// selectOptions reads [ALL|DISTINCT] [TOP n].
func (p *parser) selectOptions(s *sqlast.Select) (top sqlast.Expr, err error) {
	switch {
	case p.accept(sqltoken.ALL):
	case p.accept(sqltoken.DISTINCT):
		s.Distinct = true
		if p.is(sqltoken.ON) {
			return nil, p.unsupported(p.pos(), "DISTINCT ON is not offered")
		}
	}
	if p.accept(sqltoken.TOP) {
		return p.top()
	}
	return nil, nil
}

func (p *parser) items() ([]sqlast.Item, error) {
	list := make([]sqlast.Item, 0, 8)
	for {
		item, err := p.item()
		if err != nil {
			return nil, err
		}
		list = append(list, item)
		if !p.acceptOp(",") {
			return list, nil
		}
	}
}

// item reads *, t.* or an expression with its alias.
func (p *parser) item() (sqlast.Item, error) {
	p.nodes++
	start := p.pos()
	if p.acceptOp("*") {
		return &sqlast.Star{At: start}, nil
	}
	var x sqlast.Expr
	var err error
	switch {
	case p.aheadIsOp("=") && (isName(p.tok) || p.tok.Kind == sqltoken.String || p.tok.Kind == sqltoken.Param):
		return nil, p.unsupported(start, // an alias or an assignment to SQL Server, a comparison to the others
			"a select item cannot start like name = …: write expression AS name, or put the comparison in parentheses")
	case p.aheadIsOp(".") && isName(p.tok):
		name, star, nameErr := p.dotted(true)
		if nameErr != nil {
			return nil, nameErr
		}
		if star {
			return &sqlast.Star{At: start, Table: name}, nil
		}
		x, err = p.exprFrom(name)
	default:
		x, err = p.expr()
	}
	if err != nil {
		return nil, err
	}
	alias, err := p.alias()
	if err != nil {
		return nil, err
	}
	return &sqlast.ExprItem{X: x, Alias: alias}, nil
}
