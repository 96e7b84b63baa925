package resolve

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// like resolves a pattern match. A pattern that comes from a row costs what its
// wildcards make it cost, so it is partial; and it has no escape character: it
// could end in one, and PostgreSQL tries patterns on its statistics of
// everybody's rows, where no fence stands.
func (r *resolver) like(x *sqlast.Like, s *scope) (querytree.Expr, error) {
	text := sqltype.Type{Kind: sqltype.Text}
	v, err := r.expr(x.X, s)
	if err != nil {
		return nil, err
	}
	if v.Type().Kind != sqltype.Text && v.Type().Kind != sqltype.Null {
		return nil, refusal.At(x.Pos(), refusal.TypeMismatch, "LIKE takes text, not %s", v.Type().Kind)
	}
	if v, err = r.coerce(v, text, x.Pos()); err != nil {
		return nil, err
	}
	if v.Type().Folding {
		// Planning already tries the pattern on the statistics of everybody's
		// rows, where no fence stands, and fails if there are any.
		return nil, refusal.At(x.Pos(), refusal.Unsupported, "LIKE is not offered on this column: the ERP's database compares its texts by a collation that knows no patterns")
	}
	p, err := r.expr(x.Pattern, s)
	if err != nil {
		return nil, err
	}
	computed := !flexible(p)
	if computed {
		if err := r.computedPattern(x, p); err != nil {
			return nil, err
		}
	}
	text = v.Type()
	text.Fixed = false // a pattern's blanks count
	if p, err = r.coerce(p, text, x.Pattern.Pos()); err != nil {
		return nil, err
	}
	out := &querytree.Like{X: v, Pattern: p, Not: x.Not, Insensitive: x.Insensitive, Partial: computed, Prefix: prefix(p)}
	switch text := chars(v); {
	case v.Type().Grown > 0 || flexible(v):
		r.work(text*(1+wildcards(p)+r.likeness(p)), x.Pos())
	case out.Prefix: // no more is gone through of the text than the pattern is long
		r.look(min(text, chars(p)))
	default:
		r.look(min(text, storedText) * (1 + min(text, chars(p), maxPattern)/8))
	}
	if x.Insensitive && !computed { // the pattern is made small for every row, however short its text
		r.work(min(chars(p), maxPattern), x.Pos())
	}
	if x.Escape != nil {
		e, ok := x.Escape.(*sqlast.String)
		if !ok || utf8.RuneCountInString(e.Value) > 1 {
			return nil, refusal.At(x.Escape.Pos(), refusal.Unsupported, "ESCAPE takes one character in quotes")
		}
		out.Escape, _ = utf8.DecodeRuneInString(e.Value)
		if e.Value == "" {
			out.Escape = 0
		}
	}
	if lit, ok := p.(*querytree.Param); ok && lit.Slot.Kind == querytree.SlotLiteral {
		if msg := CheckPattern(lit.Slot.Value, out.Escape); msg != "" {
			return nil, refusal.At(x.Pattern.Pos(), refusal.TypeMismatch, "%s", msg)
		}
	}
	return out, nil
}

// storedText is how many characters a stored text counts for at most: few are longer.
const storedText = 2000

// prefix tells whether a pattern is known to ask how a text begins.
func prefix(pattern querytree.Expr) bool {
	p, ok := pattern.(*querytree.Param)
	return ok && p.Slot.Kind == querytree.SlotLiteral && !strings.ContainsAny(strings.TrimSuffix(p.Slot.Value, "%"), "%_")
}

// likeness is by how much what is like a pattern, but for its last letter, may
// cost more than a text is long: as much of it may be alike at every place.
func (r *resolver) likeness(pattern querytree.Expr) int {
	if r.opt.Engine == catalog.SQLServer { // where this would be a refusal
		return 0
	}
	return min(chars(pattern), maxPattern) / 8
}

// wildcards is how many % a pattern can have.
func wildcards(pattern querytree.Expr) int {
	if p, ok := pattern.(*querytree.Param); ok && p.Slot.Kind == querytree.SlotLiteral {
		return strings.Count(p.Slot.Value, "%")
	}
	return maxWildcards
}

// computedPattern checks a LIKE pattern that is no value of the request.
func (r *resolver) computedPattern(x *sqlast.Like, p querytree.Expr) error {
	if x.Escape != nil {
		return refusal.At(x.Escape.Pos(), refusal.CanFail, "ESCAPE goes with a pattern that is given as text or as a parameter: one from a row could end in the escape character, and fail")
	}
	if p.Type().Kind != sqltype.Text {
		return refusal.At(x.Pattern.Pos(), refusal.TypeMismatch, "LIKE takes text, not %s", p.Type().Kind)
	}
	return r.partial(x.Pattern.Pos(), "a LIKE pattern that comes from a row")
}

const (
	maxPattern   = 1000
	maxWildcards = 50
)

// CheckPattern tells what is wrong with a LIKE pattern, or "". PostgreSQL
// fails on a pattern that ends in an escape character, and does so on rows and
// statistics that the customer must not learn of; so it is refused beforehand,
// here for the request's text and where parameters are bound.
//
// A long pattern, or one with many wildcards, costs time and stack on every row
// it meets, the hidden ones included.
func CheckPattern(pattern string, escape rune) string {
	if utf8.RuneCountInString(pattern) > maxPattern || strings.Count(pattern, "%") > maxWildcards {
		return fmt.Sprintf("a LIKE pattern may have %d characters and %d %%", maxPattern, maxWildcards)
	}
	if escape == 0 {
		return ""
	}
	rest := pattern
	for rest != "" {
		r, n := utf8.DecodeRuneInString(rest)
		rest = rest[n:]
		if r != escape {
			continue
		}
		if rest == "" {
			return "the LIKE pattern ends in its escape character"
		}
		next, n := utf8.DecodeRuneInString(rest)
		if next != escape && !strings.ContainsRune("%_", next) {
			return "the escape character of LIKE may only stand before %, _ or itself"
		}
		rest = rest[n:]
	}
	return ""
}
