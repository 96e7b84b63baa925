package sqlprint

import (
	"strconv"
	"strings"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// sqlite prints for SQLite. Names are never put in double quotes: SQLite takes
// a missing "column" for a string.
type sqlite struct{}

func (sqlite) engine() catalog.Engine               { return catalog.SQLite }
func (sqlite) quote(b []byte, name string) []byte   { return quoteWith(b, '`', '`', name) }
func (sqlite) defaultSchema() string                { return "main" }
func (sqlite) null(b []byte, _ sqltype.Type) []byte { return append(b, "NULL"...) }
func (sqlite) booleans() bool                       { return true }
func (sqlite) quantifiers() bool                    { return false }
func (sqlite) groupingSets() bool                   { return false }
func (sqlite) lateral() lateral                     { return noLateral }
func (sqlite) recursive() string                    { return "RECURSIVE " }

// Where a whole number overflows SQLite goes on with a float, but for ABS.
func (sqlite) rounds() (start, before, after string) {
	return "-" + lastRounds, "-ABS(", " - 1)"
}
func (sqlite) rowValues() bool        { return true }
func (sqlite) filterClause() bool     { return true }
func (sqlite) concatFunction() bool   { return false }
func (sqlite) concatOperator() string { return "||" }
func (sqlite) positional() bool       { return false }
func (sqlite) fullJoin() bool         { return true }
func (sqlite) limitInSubquery() bool  { return true }
func (sqlite) topOnlyWith() bool      { return false }
func (sqlite) exactCollation() string { return "" }
func (sqlite) seesOut() bool          { return true }
func (sqlite) aliasedHaving() bool    { return false }
func (sqlite) topClause() bool        { return false }
func (sqlite) placeholder(b []byte, n int, _ sqltype.Type) []byte {
	return strconv.AppendInt(append(b, '?'), int64(n), 10)
}

func (sqlite) number(b []byte, text string, t sqltype.Type) []byte {
	if t.Kind == sqltype.Float && !strings.Contains(text, ".") {
		text += ".0" // else it is a whole number, with a whole number's overflows
	}
	return signed(b, text)
}

func (sqlite) truth(v bool) string {
	if v {
		return "TRUE"
	}
	return "FALSE"
}

// conversion: SQLite's numbers widen by themselves.
func (sqlite) conversion(from, to sqltype.Type) (string, string) {
	switch {
	case to.Kind == sqltype.Text && from.Kind != sqltype.Text:
		return "CAST(", " AS TEXT)"
	case to.Kind == sqltype.Float && from.Kind != sqltype.Float:
		return "CAST(", " AS REAL)"
	case to.Kind == sqltype.Date && from.Kind == sqltype.Timestamp:
		return "DATE(", ")"
	}
	return "", ""
}

func (sqlite) division(op string, t sqltype.Type) (string, string, string) {
	switch {
	case op == "%" && t.Kind == sqltype.Int:
		return "(", " % ", ")"
	case op == "%": // the operator cuts to whole numbers first
		return "MOD(", ", ", ")"
	case t.Kind == sqltype.Float:
		return "(CAST(", " AS REAL) / ", ")"
	}
	return "ROUND(CAST(", " AS REAL) / ", ", 6)"
}

// fence: no table has so many rows. SQLite does not flatten a subquery with a
// LIMIT into one that joins or filters, nor moves a condition into it.
func (sqlite) fence() (string, string) { return "", " LIMIT 9223372036854775807" }

func (sqlite) limit(p *printer, limit, offset querytree.Expr, _, _ bool) error {
	return limitOffset(p, limit, offset, "-1")
}

func (sqlite) orderKey(p *printer, o querytree.Order, key, _ func() error) error {
	return orderNative(p, o, key, true)
}

func (sqlite) distinctFrom(p *printer, x *querytree.Op) error {
	word := " IS NOT "
	if x.Op == "IS NOT DISTINCT FROM" {
		word = " IS "
	}
	if err := p.value(x.Args[0], concatenation); err != nil {
		return err
	}
	p.put(word)
	return p.value(x.Args[1], concatenation)
}

func (sqlite) truthTest(p *printer, x *querytree.Is) error {
	return isTest(p, x, map[string]string{"TRUE": "TRUE", "FALSE": "FALSE", "UNKNOWN": "NULL"})
}

func (sqlite) like(p *printer, x *querytree.Like) error {
	if x.Insensitive {
		return likeWords(p, x, "LIKE", "LOWER(", ")", "")
	}
	return likeWords(p, x, "LIKE", "", "", "")
}
