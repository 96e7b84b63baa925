// Package sqlparse reads the portal's SQL: one grammar, spelled the way people
// of SQL Server, MySQL, MariaDB, PostgreSQL and SQLite spell it, into the tree
// of filter/sqlast.
//
// What this grammar can read is what can be asked of an ERP: a security
// boundary. A text is one query or nothing. Whatever is not in the grammar is
// refused at its place with an *Error, and then there is no tree: never half of
// one, never the text passed on. Where engines disagree on what a spelling
// means, the spelling is refused unless one meaning is written down here.
//
// It knows no table, no function and no type: filter/resolve is next.
package sqlparse

import (
	"errors"

	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqltoken"
)

// ParseQuery reads a text that is exactly one SELECT query, with or without a
// semicolon at its end. The error is an *Error, and then the query is nil.
func ParseQuery(text string, lim Limits) (*sqlast.Query, error) {
	p, err := newParser(text, lim)
	if err != nil {
		return nil, err
	}
	if err := p.startsQuery(); err != nil {
		return nil, err
	}
	q, err := p.query()
	if err != nil {
		return nil, err
	}
	if p.isOp(";") {
		if p.ahead.Kind != sqltoken.EOF && p.ahead.Kind != sqltoken.Invalid {
			return nil, p.unsupported(p.pos(), "a request is one query: nothing may follow the semicolon")
		}
		p.advance()
	}
	if err := p.finish("the end of the query"); err != nil {
		return nil, err
	}
	return q, nil
}

// ParseExpr reads a text that is exactly one expression, such as a profile's
// row filter. The error is an *Error, and then the expression is nil.
func ParseExpr(text string, lim Limits) (sqlast.Expr, error) {
	p, err := newParser(text, lim)
	if err != nil {
		return nil, err
	}
	x, err := p.expr()
	if err != nil {
		return nil, err
	}
	if err := p.finish("the end of the expression"); err != nil {
		return nil, err
	}
	return x, nil
}

// parser holds one token to look at and one ahead. A token that cannot be had
// (bad text, or a limit passed) is Invalid, which no rule of the grammar
// accepts, so that every path ends in unexpected, which reports the fault.
type parser struct {
	text   string
	lim    Limits
	scan   sqltoken.Scanner
	tok    sqltoken.Token
	ahead  sqltoken.Token
	before int    // where the token before tok ended
	fault  *Error // why tok or ahead is Invalid

	tokens, nodes, depth int
	params               paramUse
	writing              bool // RETURNING ends a table
	idents               identSlab
	names                nameSlab
}

func newParser(text string, lim Limits) (*parser, error) {
	p := &parser{text: text, lim: lim.orDefault(), scan: sqltoken.NewScanner(text)}
	if len(text) > p.lim.Bytes {
		return nil, p.overLimit(p.lim.Bytes, "the text is longer than %d bytes", p.lim.Bytes)
	}
	p.ahead = p.read()
	p.advance()
	return p, nil
}

// advance moves to the next token, unless the present one is the last.
func (p *parser) advance() {
	p.before = p.tok.End
	p.tok = p.ahead
	if p.tok.Kind == sqltoken.EOF || p.tok.Kind == sqltoken.Invalid {
		return
	}
	if p.nodes > p.lim.Nodes {
		p.fault = p.tooManyNodes()
		p.tok, p.ahead = sqltoken.Token{}, sqltoken.Token{}
		return
	}
	p.ahead = p.read()
}

// read takes a token from the scanner; a zero (Invalid) token leaves its reason in p.fault.
func (p *parser) read() sqltoken.Token {
	t, err := p.scan.Next()
	if err != nil {
		p.fault = p.scanError(err)
		return sqltoken.Token{}
	}
	p.tokens++
	if p.tokens > p.lim.Tokens && t.Kind != sqltoken.EOF {
		p.fault = p.overLimit(t.At, "the text has more than %d words and signs", p.lim.Tokens)
		return sqltoken.Token{}
	}
	return t
}

func (p *parser) scanError(err error) *Error {
	var bad *sqltoken.Error
	if !errors.As(err, &bad) {
		return p.failure(p.before, CodeSyntax, err.Error())
	}
	code := CodeSyntax
	if bad.Unsupported {
		code = CodeUnsupported
	}
	return p.failure(bad.At, code, bad.Msg)
}

// finish refuses whatever follows what was read.
func (p *parser) finish(expected string) error {
	if p.tok.Kind != sqltoken.EOF {
		return p.unexpected(expected)
	}
	if p.nodes > p.lim.Nodes {
		return p.tooManyNodes()
	}
	return nil
}

// startsQuery gives a text that is another statement its own name in the refusal.
func (p *parser) startsQuery() error {
	switch {
	case p.tok.Kind == sqltoken.EOF:
		return p.syntax(p.pos(), "the text is empty: a query starts with SELECT or WITH")
	case p.tok.Kind == sqltoken.Word && isStatement(p.tok.Text):
		return p.unsupported(p.pos(), "%s is not offered: a request is one SELECT query", sqltoken.Upper(p.tok.Text))
	}
	return nil
}

func (p *parser) pos() sqlast.Pos { return sqlast.Pos(p.tok.At) }

func (p *parser) is(k sqltoken.Keyword) bool { return p.tok.Keyword == k }

func (p *parser) isOp(op string) bool { return p.tok.Kind == sqltoken.Op && p.tok.Text == op }

func (p *parser) aheadIs(k sqltoken.Keyword) bool { return p.ahead.Keyword == k }

func (p *parser) aheadIsOp(op string) bool {
	return p.ahead.Kind == sqltoken.Op && p.ahead.Text == op
}

// accept moves past the keyword if it is there.
func (p *parser) accept(k sqltoken.Keyword) bool {
	if !p.is(k) {
		return false
	}
	p.advance()
	return true
}

func (p *parser) acceptOp(op string) bool {
	if !p.isOp(op) {
		return false
	}
	p.advance()
	return true
}

func (p *parser) expect(k sqltoken.Keyword) error {
	if !p.accept(k) {
		return p.unexpected(k.String())
	}
	return nil
}

func (p *parser) expectOp(op string) error {
	if !p.acceptOp(op) {
		return p.unexpected(opNames(op))
	}
	return nil
}
