package sqlparse

import (
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqltoken"
)

// extract reads EXTRACT(field FROM x).
func (p *parser) extract() (sqlast.Expr, error) { return p.fieldOf(sqltoken.FROM, "") }

// datePart reads DATEPART(field, x).
func (p *parser) datePart() (sqlast.Expr, error) { return p.fieldOf(sqltoken.NoKeyword, ",") }

// fieldOf reads name(field between x), where between is a word or a sign.
func (p *parser) fieldOf(word sqltoken.Keyword, sign string) (sqlast.Expr, error) {
	p.nodes++
	e := &sqlast.Extract{At: p.pos()}
	p.advance()
	p.advance()
	if p.tok.Kind != sqltoken.Word || p.tok.Keyword.Reserved() || !ascii(p.tok.Text) {
		return nil, p.unexpected("a field such as YEAR")
	}
	e.Field = sqltoken.Upper(p.tok.Text)
	p.advance()
	var err error
	if word != sqltoken.NoKeyword {
		err = p.expect(word)
	} else {
		err = p.expectOp(sign)
	}
	if err != nil {
		return nil, err
	}
	if e.X, err = p.expr(); err != nil {
		return nil, err
	}
	if err := p.expectOp(")"); err != nil {
		return nil, err
	}
	return e, nil
}

// substring reads SUBSTRING(x FROM a [FOR b]) as the call SUBSTRING(x, a, b);
// SUBSTRING(x FOR b) starts at 1. With commas it is an ordinary call.
func (p *parser) substring() (sqlast.Expr, error) {
	c := p.newCall()
	p.advance()
	x, err := p.expr()
	if err != nil {
		return nil, err
	}
	c.Args = []sqlast.Expr{x}
	switch {
	case p.is(sqltoken.FOR):
		p.nodes++
		c.Args = append(c.Args, &sqlast.Number{At: p.pos(), Text: "1"})
	case p.accept(sqltoken.FROM):
		err = p.appendArg(c)
	default:
		return p.furtherArgs(c)
	}
	if err == nil && p.accept(sqltoken.FOR) {
		err = p.appendArg(c)
	}
	if err == nil {
		err = p.expectOp(")")
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// trim reads TRIM([LEADING|TRAILING|BOTH] [characters] FROM x) as the call
// LTRIM, RTRIM or TRIM of (x[, characters]). Without FROM it is an ordinary call.
func (p *parser) trim() (sqlast.Expr, error) {
	c := p.newCall()
	p.advance()
	sided := true
	switch {
	case p.accept(sqltoken.LEADING):
		c.Name.Name = "LTRIM"
	case p.accept(sqltoken.TRAILING):
		c.Name.Name = "RTRIM"
	case p.accept(sqltoken.BOTH):
		c.Name.Name = "TRIM"
	default:
		sided = false
	}
	var characters sqlast.Expr
	if !sided || !p.is(sqltoken.FROM) {
		x, err := p.expr()
		if err != nil {
			return nil, err
		}
		characters = x
	}
	switch {
	case p.accept(sqltoken.FROM):
		if !sided {
			c.Name.Name = "TRIM"
		}
	case sided:
		return nil, p.unexpected("FROM")
	default:
		c.Args = []sqlast.Expr{characters}
		return p.furtherArgs(c)
	}
	if err := p.appendArg(c); err != nil {
		return nil, err
	}
	if characters != nil {
		c.Args = append(c.Args, characters)
	}
	if err := p.expectOp(")"); err != nil {
		return nil, err
	}
	return c, nil
}

// position reads POSITION(a IN b) as the call POSITION(a, b).
func (p *parser) position() (sqlast.Expr, error) {
	if err := p.enter(); err != nil { // side, unlike expr, does not count itself
		return nil, err
	}
	c := p.newCall()
	p.advance()
	part, err := p.side()
	if err != nil {
		return nil, err
	}
	p.leave()
	c.Args = []sqlast.Expr{part}
	if err := p.expect(sqltoken.IN); err != nil {
		return nil, err
	}
	if err := p.appendArg(c); err != nil {
		return nil, err
	}
	if err := p.expectOp(")"); err != nil {
		return nil, err
	}
	return p.callTail(c)
}

func (p *parser) appendArg(c *sqlast.Call) error {
	x, err := p.expr()
	c.Args = append(c.Args, x)
	return err
}

// furtherArgs reads the rest of an ordinary call whose first argument is there.
func (p *parser) furtherArgs(c *sqlast.Call) (sqlast.Expr, error) {
	if p.acceptOp(",") {
		if err := p.argumentList(c); err != nil {
			return nil, err
		}
	}
	if err := p.expectOp(")"); err != nil {
		return nil, err
	}
	return p.callTail(c)
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
