package sqlparse

import (
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqltoken"
)

// window reads what follows OVER: ([PARTITION BY …] [ORDER BY …] [frame]).
func (p *parser) window() (*sqlast.Window, error) {
	if isName(p.tok) || p.isOp("(") && isName(p.ahead) && !p.startsWindowClause(p.ahead) {
		return nil, p.unsupported(p.pos(), "named windows are not offered: write the window in the parentheses of OVER")
	}
	w := &sqlast.Window{At: p.pos()}
	if err := p.expectOp("("); err != nil {
		return nil, err
	}
	var err error
	if p.accept(sqltoken.PARTITION) {
		if w.PartitionBy, err = p.partitionBy(); err != nil {
			return nil, err
		}
	}
	if p.is(sqltoken.ORDER) {
		if w.OrderBy, err = p.orderBy(); err != nil {
			return nil, err
		}
	}
	if p.is(sqltoken.ROWS) || p.is(sqltoken.RANGE) || p.is(sqltoken.GROUPS) {
		if w.Frame, err = p.frame(); err != nil {
			return nil, err
		}
	}
	if err := p.expectOp(")"); err != nil {
		return nil, err
	}
	return w, nil
}

func (p *parser) startsWindowClause(t sqltoken.Token) bool {
	switch t.Keyword {
	case sqltoken.PARTITION, sqltoken.ROWS, sqltoken.RANGE, sqltoken.GROUPS:
		return true
	}
	return false
}

func (p *parser) partitionBy() ([]sqlast.Expr, error) {
	if err := p.expect(sqltoken.BY); err != nil {
		return nil, err
	}
	var list []sqlast.Expr
	for {
		x, err := p.expr()
		if err != nil {
			return nil, err
		}
		list = append(list, x)
		if !p.acceptOp(",") {
			return list, nil
		}
	}
}

// frame reads ROWS|RANGE|GROUPS with one or two bounds; one alone ends at the
// current row.
func (p *parser) frame() (*sqlast.Frame, error) {
	start := p.pos()
	f := &sqlast.Frame{Unit: p.tok.Keyword.String(), End: sqlast.FrameBound{Kind: currentRow}}
	p.advance()
	between := p.accept(sqltoken.BETWEEN)
	var err error
	if f.Start, err = p.bound(); err != nil {
		return nil, err
	}
	if between {
		if err := p.expect(sqltoken.AND); err != nil {
			return nil, err
		}
		if f.End, err = p.bound(); err != nil {
			return nil, err
		}
	}
	from, to := boundRank(f.Start.Kind), boundRank(f.End.Kind)
	if from > to || from == lastRank || to == 0 {
		return nil, p.syntax(start, "the window frame ends before it starts")
	}
	return f, nil
}

const (
	unboundedPreceding = "UNBOUNDED PRECEDING"
	preceding          = "PRECEDING"
	currentRow         = "CURRENT ROW"
	following          = "FOLLOWING"
	unboundedFollowing = "UNBOUNDED FOLLOWING"
)

const lastRank = 4

// boundRank orders the kinds of bound from the partition's start to its end.
func boundRank(kind string) int {
	switch kind {
	case unboundedPreceding:
		return 0
	case preceding:
		return 1
	case currentRow:
		return 2
	case following:
		return 3
	}
	return lastRank
}

// bound reads one end of a frame. The distance is a number or a parameter.
func (p *parser) bound() (sqlast.FrameBound, error) {
	var b sqlast.FrameBound
	var err error
	switch {
	case p.accept(sqltoken.CURRENT):
		b.Kind = currentRow
		return b, p.expect(sqltoken.ROW)
	case p.accept(sqltoken.UNBOUNDED):
		switch {
		case p.accept(sqltoken.PRECEDING):
			b.Kind = unboundedPreceding
		case p.accept(sqltoken.FOLLOWING):
			b.Kind = unboundedFollowing
		default:
			return b, p.unexpected("PRECEDING or FOLLOWING")
		}
		return b, nil
	case p.tok.Kind == sqltoken.Number:
		b.N, err = p.number()
	case p.tok.Kind == sqltoken.Param:
		b.N, err = p.param()
	default:
		return b, p.unexpected("a bound such as CURRENT ROW or 3 PRECEDING")
	}
	switch {
	case err != nil:
		return b, err
	case p.accept(sqltoken.PRECEDING):
		b.Kind = preceding
	case p.accept(sqltoken.FOLLOWING):
		b.Kind = following
	default:
		return b, p.unexpected("PRECEDING or FOLLOWING")
	}
	return b, nil
}
