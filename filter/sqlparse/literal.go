package sqlparse

import (
	"strconv"
	"strings"

	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqltoken"
)

const (
	// maxNumber is how many characters a number has at most: the widest decimal
	// of our engines (PostgreSQL apart) has 65 digits.
	maxNumber = 80
	// maxExponent is the widest exponent of a double.
	maxExponent = 308
)

// number reads a numeric literal; .5 becomes 0.5. It bounds the exponent because
// whoever computes with 1e999999999 writes all its digits.
func (p *parser) number() (sqlast.Expr, error) {
	text := p.tok.Text
	if len(text) > maxNumber {
		return nil, p.overLimit(p.tok.At, "a number has more than %d characters", maxNumber)
	}
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		exponent, err := strconv.Atoi(text[i+1:])
		if err != nil || exponent > maxExponent || exponent < -maxExponent {
			return nil, p.overLimit(p.tok.At, "a number's exponent is beyond %d", maxExponent)
		}
	}
	if text[0] == '.' {
		text = "0" + text
	}
	p.nodes++
	n := &sqlast.Number{At: p.pos(), Text: text}
	p.advance()
	return n, nil
}

// stringLiteral reads a text. Two side by side are one text to the standard, an
// alias to MySQL and a mistake to SQL Server: refused.
func (p *parser) stringLiteral() (sqlast.Expr, error) {
	p.nodes++
	s := &sqlast.String{At: p.pos(), Value: p.tok.Value()}
	p.advance()
	if p.tok.Kind == sqltoken.String {
		return nil, p.unsupported(p.pos(), "strings side by side are not joined: write || between them")
	}
	return s, nil
}

// constant reads NULL, TRUE or FALSE.
func (p *parser) constant() sqlast.Expr {
	p.nodes++
	start, word := p.pos(), p.tok.Keyword
	p.advance()
	if word == sqltoken.NULL {
		return &sqlast.Null{At: start}
	}
	return &sqlast.Bool{At: start, Value: word == sqltoken.TRUE}
}

// typedLiteral reads DATE '…', TIME '…' or TIMESTAMP '…'. Whether the text is a
// date is the resolver's business.
func (p *parser) typedLiteral() (sqlast.Expr, error) {
	p.nodes++
	start, kind := p.pos(), p.tok.Keyword.String()
	p.advance()
	text := p.tok.Value()
	p.advance()
	if p.tok.Kind == sqltoken.String {
		return nil, p.unsupported(p.pos(), "strings side by side are not joined: write || between them")
	}
	return &sqlast.TypedLiteral{At: start, Kind: kind, Value: text}, nil
}
