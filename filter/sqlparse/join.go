package sqlparse

import (
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqltoken"
)

// joins reads the joins that follow a table; they group from the left.
func (p *parser) joins(start sqlast.Pos, left sqlast.Table) (sqlast.Table, error) {
	for n := 0; ; n++ {
		j, apply, err := p.joinWords()
		if err != nil {
			return nil, err
		}
		if j == nil {
			return left, nil
		}
		if err := p.link(n); err != nil {
			return nil, err
		}
		j.At, j.Left = start, left
		if err := p.joinRight(j, apply); err != nil {
			return nil, err
		}
		left = j
	}
}

// joinWords reads the words up to JOIN or APPLY; a nil Join says that there are none.
func (p *parser) joinWords() (j *sqlast.Join, apply bool, err error) {
	natural := p.accept(sqltoken.NATURAL)
	kind := sqlast.Inner
	switch {
	case p.accept(sqltoken.INNER), p.is(sqltoken.JOIN):
	case p.accept(sqltoken.LEFT):
		kind = sqlast.Left
		p.accept(sqltoken.OUTER)
	case p.accept(sqltoken.RIGHT):
		kind = sqlast.Right
		p.accept(sqltoken.OUTER)
	case p.accept(sqltoken.FULL):
		kind = sqlast.Full
		p.accept(sqltoken.OUTER)
	case !natural && p.accept(sqltoken.CROSS):
		kind = sqlast.Cross
		if p.accept(sqltoken.APPLY) {
			return p.newJoin(sqlast.Inner, false), true, nil
		}
	case !natural && p.accept(sqltoken.OUTER):
		if !p.accept(sqltoken.APPLY) {
			return nil, false, p.unexpected("APPLY")
		}
		return p.newJoin(sqlast.Left, false), true, nil
	case natural:
		return nil, false, p.unexpected("JOIN")
	default:
		return nil, false, nil
	}
	if p.aheadIs(sqltoken.JOIN) && (p.tok.Is("LOOP") || p.tok.Is("HASH") || p.tok.Is("MERGE") || p.tok.Is("REMOTE")) {
		return nil, false, p.unsupported(p.pos(), "join hints are not offered")
	}
	if err := p.expect(sqltoken.JOIN); err != nil {
		return nil, false, err
	}
	return p.newJoin(kind, natural), false, nil
}

func (p *parser) newJoin(kind sqlast.JoinKind, natural bool) *sqlast.Join {
	p.nodes++
	return &sqlast.Join{Kind: kind, Natural: natural}
}

// joinRight reads the right side and the condition. Only CROSS, NATURAL and
// APPLY go without one, and they must.
func (p *parser) joinRight(j *sqlast.Join, apply bool) error {
	start := p.pos()
	right, err := p.table()
	if err != nil {
		return err
	}
	j.Right = right
	if apply {
		d, ok := right.(*sqlast.Derived)
		if !ok {
			return p.unsupported(start, "APPLY is offered before a subquery in parentheses only")
		}
		d.Lateral = true
		return nil
	}
	switch {
	case j.Kind == sqlast.Cross, j.Natural:
		return nil
	case p.accept(sqltoken.ON):
		j.On, err = p.expr()
		return err
	case p.accept(sqltoken.USING):
		j.Using, err = p.columnList()
		return err
	}
	return p.unexpected("ON or USING")
}
