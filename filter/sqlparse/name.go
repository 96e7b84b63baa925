package sqlparse

import (
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqltoken"
)

// isName reports whether the token can be a name or an alias.
func isName(t sqltoken.Token) bool {
	return t.Kind == sqltoken.Word && !t.Keyword.Reserved() || t.Kind == sqltoken.QuotedName
}

func (p *parser) name() (sqlast.Ident, error) {
	if !isName(p.tok) {
		return sqlast.Ident{}, p.unexpected(aName)
	}
	id := sqlast.Ident{At: p.pos(), Name: p.tok.Value(), Quoted: p.tok.Kind == sqltoken.QuotedName}
	p.advance()
	return id, nil
}

// maxParts is how many parts a column's name has at most: server, database,
// schema and table are four before it, and servers are not offered.
const maxParts = 4

// dotted reads name[.name…] and, where allowStar says so, reports a .* at its end.
func (p *parser) dotted(allowStar bool) (parts []sqlast.Ident, star bool, err error) {
	var read [maxParts]sqlast.Ident
	for n := 0; ; {
		if read[n], err = p.name(); err != nil {
			return nil, false, err
		}
		n++
		if !p.isOp(".") {
			return p.idents.keep(read[:n]), false, nil
		}
		if n == maxParts {
			return nil, false, p.unsupported(p.pos(), "a name has at most %d parts", maxParts)
		}
		p.advance()
		switch {
		case allowStar && p.acceptOp("*"):
			return p.idents.keep(read[:n]), true, nil
		case p.isOp("."):
			return nil, false, p.unsupported(p.pos(), "a name with an empty part (a..b) is not offered: write the schema")
		}
	}
}

// identSlab hands out the names of a tree from few allocations.
type identSlab struct{ free []sqlast.Ident }

// keep copies parts to memory of their own, which an append cannot grow into.
func (s *identSlab) keep(parts []sqlast.Ident) []sqlast.Ident {
	n := len(parts)
	if len(s.free) < n {
		s.free = make([]sqlast.Ident, 32)
	}
	kept := s.free[:n:n]
	s.free = s.free[n:]
	copy(kept, parts)
	return kept
}

// nameSlab hands out the columns of a tree from few allocations.
type nameSlab struct{ free []sqlast.Name }

func (s *nameSlab) keep(parts []sqlast.Ident) *sqlast.Name {
	if len(s.free) == 0 {
		s.free = make([]sqlast.Name, 16)
	}
	n := &s.free[0]
	s.free = s.free[1:]
	n.Parts = parts
	return n
}

// columnList reads (name, …).
func (p *parser) columnList() ([]sqlast.Ident, error) {
	if err := p.expectOp("("); err != nil {
		return nil, err
	}
	var list []sqlast.Ident
	for {
		id, err := p.name()
		if err != nil {
			return nil, err
		}
		list = append(list, id)
		if !p.acceptOp(",") {
			return list, p.expectOp(")")
		}
	}
}

// alias reads [AS] name; without one the Ident is empty.
func (p *parser) alias() (sqlast.Ident, error) {
	if p.accept(sqltoken.AS) {
		if p.tok.Kind == sqltoken.String {
			return sqlast.Ident{}, p.stringAlias()
		}
		return p.name()
	}
	switch {
	case p.tok.Kind == sqltoken.String:
		return sqlast.Ident{}, p.stringAlias()
	case !isName(p.tok), p.writing && p.tok.Is("RETURNING"):
		return sqlast.Ident{}, nil
	case p.tok.Is("AT") && p.ahead.Is("TIME"):
		return sqlast.Ident{}, p.unsupported(p.pos(), "AT TIME ZONE is not offered")
	case p.tok.Text[0] == '[' && p.tok.At == p.before:
		return sqlast.Ident{}, p.unsupported(p.pos(), "array subscripts are not offered; put a blank before an alias in brackets")
	}
	return p.name()
}

func (p *parser) stringAlias() error {
	return p.unsupported(p.pos(), `a string cannot be an alias: write AS "alias"; texts are joined with ||`)
}
