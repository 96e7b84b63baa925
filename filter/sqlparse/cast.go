package sqlparse

import (
	"strconv"

	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqltoken"
)

// cast reads CAST(x AS type) and TRY_CAST(x AS type).
func (p *parser) cast() (sqlast.Expr, error) {
	p.nodes++
	c := &sqlast.Cast{At: p.pos(), Try: p.is(sqltoken.TRY_CAST)}
	p.advance()
	p.advance()
	var err error
	if c.X, err = p.expr(); err != nil {
		return nil, err
	}
	if err := p.expect(sqltoken.AS); err != nil {
		return nil, err
	}
	if c.Type, err = p.typeName(); err != nil {
		return nil, err
	}
	if err := p.expectOp(")"); err != nil {
		return nil, err
	}
	return c, nil
}

// convert reads CONVERT(type, x) and TRY_CONVERT(type, x), SQL Server's order.
// Its style argument and MySQL's USING are refused: they hide a format in a number.
func (p *parser) convert() (sqlast.Expr, error) {
	p.nodes++
	c := &sqlast.Cast{At: p.pos(), Try: p.is(sqltoken.TRY_CONVERT)}
	p.advance()
	p.advance()
	var err error
	if c.Type, err = p.typeName(); err != nil {
		return nil, err
	}
	if p.is(sqltoken.USING) {
		return nil, p.unsupported(p.pos(), "CONVERT … USING is not offered")
	}
	if err := p.expectOp(","); err != nil {
		return nil, err
	}
	if c.X, err = p.expr(); err != nil {
		return nil, err
	}
	if p.isOp(",") {
		return nil, p.unsupported(p.pos(), "the style of CONVERT is not offered")
	}
	if err := p.expectOp(")"); err != nil {
		return nil, err
	}
	return c, nil
}

// typeName reads a type: one word or one of the standard's longer names, with
// its lengths. VARCHAR(MAX) is VARCHAR: without a length there is no limit.
func (p *parser) typeName() (sqlast.TypeName, error) {
	t := sqlast.TypeName{At: p.pos()}
	if p.tok.Kind != sqltoken.Word || p.tok.Keyword.Reserved() || !ascii(p.tok.Text) {
		return t, p.unexpected("a type")
	}
	t.Name = sqltoken.Upper(p.tok.Text)
	p.advance()
	switch t.Name {
	case "DOUBLE":
		p.moreType(&t, "PRECISION")
	case "NATIONAL":
		if !p.moreType(&t, "CHARACTER") && !p.moreType(&t, "CHAR") {
			return t, p.unexpected("CHARACTER")
		}
		p.moreType(&t, "VARYING")
	case "CHARACTER", "CHAR":
		p.moreType(&t, "VARYING")
	case "SIGNED", "UNSIGNED":
		_ = p.moreType(&t, "INTEGER") || p.moreType(&t, "INT")
	}
	if p.isOp("(") {
		if err := p.typeArgs(&t); err != nil {
			return t, err
		}
	}
	if t.Name == "TIMESTAMP" || t.Name == "TIME" {
		return t, p.timeZone(&t)
	}
	return t, nil
}

// moreType appends the word to the type's name if it stands there.
func (p *parser) moreType(t *sqlast.TypeName, word string) bool {
	if !p.tok.Is(word) {
		return false
	}
	t.Name += " " + word
	p.advance()
	return true
}

// maxTypeArgs: a type has a length, or a precision and a scale.
const maxTypeArgs = 2

func (p *parser) typeArgs(t *sqlast.TypeName) error {
	p.advance()
	if p.tok.Is("MAX") {
		p.advance()
		return p.expectOp(")")
	}
	for {
		n, err := strconv.Atoi(p.tok.Text)
		if p.tok.Kind != sqltoken.Number || err != nil || len(p.tok.Text) > 9 {
			return p.unexpected("a length")
		}
		t.Args = append(t.Args, n)
		p.advance()
		if len(t.Args) == maxTypeArgs || !p.acceptOp(",") {
			return p.expectOp(")")
		}
	}
}

// timeZone reads WITH TIME ZONE or WITHOUT TIME ZONE.
func (p *parser) timeZone(t *sqlast.TypeName) error {
	with := p.is(sqltoken.WITH) && p.aheadIs(sqltoken.TIME)
	if !with && !(p.tok.Is("WITHOUT") && p.aheadIs(sqltoken.TIME)) {
		return nil
	}
	p.advance()
	p.advance()
	if !p.tok.Is("ZONE") {
		return p.unexpected("ZONE")
	}
	p.advance()
	if with {
		t.Name += " WITH TIME ZONE"
	} else {
		t.Name += " WITHOUT TIME ZONE"
	}
	return nil
}
