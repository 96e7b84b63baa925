package sqlparse

import (
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqltoken"
)

// groupBy reads what follows GROUP.
func (p *parser) groupBy() ([]sqlast.Expr, error) {
	if err := p.expect(sqltoken.BY); err != nil {
		return nil, err
	}
	start := p.pos()
	var list []sqlast.Expr
	for {
		x, err := p.groupItem()
		if err != nil {
			return nil, err
		}
		list = append(list, x)
		if p.acceptOp(",") {
			continue
		}
		if p.is(sqltoken.WITH) && (p.ahead.Is("ROLLUP") || p.ahead.Is("CUBE")) {
			return p.withRollup(start, list)
		}
		return list, nil
	}
}

// groupItem reads an expression, ROLLUP (…), CUBE (…), GROUPING SETS (…) or (),
// which is the one set of nothing.
func (p *parser) groupItem() (sqlast.Expr, error) {
	start := p.pos()
	switch {
	case p.is(sqltoken.ALL):
		return nil, p.unsupported(start, "ALL is not offered in GROUP BY")
	case p.isOp("(") && p.aheadIsOp(")"):
		p.nodes++
		p.advance()
		p.advance()
		return &sqlast.Grouping{At: start, Kind: "GROUPING SETS", Sets: [][]sqlast.Expr{nil}}, nil
	}
	kind := p.groupingKind()
	if kind == "" {
		return p.expr()
	}
	p.advance()
	if kind == "GROUPING SETS" {
		p.advance()
	}
	return p.groupingSets(start, kind)
}

// groupingKind is the kind of the Grouping that starts here, "" for none.
func (p *parser) groupingKind() string {
	switch {
	case p.tok.Is("ROLLUP") && p.aheadIsOp("("):
		return "ROLLUP"
	case p.tok.Is("CUBE") && p.aheadIsOp("("):
		return "CUBE"
	case p.tok.Is("GROUPING") && p.ahead.Is("SETS"):
		return "GROUPING SETS"
	}
	return ""
}

// groupingSets reads ( set, … ): a set is an expression, or several in
// parentheses; in GROUPING SETS also none.
func (p *parser) groupingSets(start sqlast.Pos, kind string) (sqlast.Expr, error) {
	if err := p.expectOp("("); err != nil {
		return nil, err
	}
	g := &sqlast.Grouping{At: start, Kind: kind}
	for {
		p.nodes++
		set, err := p.groupingSet(kind)
		if err != nil {
			return nil, err
		}
		g.Sets = append(g.Sets, set)
		if !p.acceptOp(",") {
			return g, p.expectOp(")")
		}
	}
}

func (p *parser) groupingSet(kind string) ([]sqlast.Expr, error) {
	if p.groupingKind() != "" {
		return nil, p.unsupported(p.pos(), "ROLLUP, CUBE and GROUPING SETS do not stand in each other: write the sets out")
	}
	if p.isOp("(") && p.aheadIsOp(")") && kind == "GROUPING SETS" {
		p.advance()
		p.advance()
		return nil, nil
	}
	x, err := p.expr()
	if err != nil {
		return nil, err
	}
	if row, ok := x.(*sqlast.Row); ok {
		return row.Items, nil
	}
	return []sqlast.Expr{x}, nil
}

// withRollup reads WITH ROLLUP and WITH CUBE, the older spelling for all of the
// list.
func (p *parser) withRollup(start sqlast.Pos, list []sqlast.Expr) ([]sqlast.Expr, error) {
	p.advance()
	p.nodes++
	g := &sqlast.Grouping{At: start, Kind: sqltoken.Upper(p.tok.Text)}
	for _, x := range list {
		if _, nested := x.(*sqlast.Grouping); nested {
			return nil, p.unsupported(p.pos(), "WITH ROLLUP and WITH CUBE go with a plain list only")
		}
		g.Sets = append(g.Sets, []sqlast.Expr{x})
	}
	p.advance()
	return []sqlast.Expr{g}, nil
}
