package sqlprint

import (
	"strconv"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// mariadb prints for MariaDB and MySQL. Parameters are positional, so an equal
// value is sent once for each place; sessions run without ONLY_FULL_GROUP_BY,
// because the server cannot see that two question marks are one value (the
// resolver has checked the grouping). Backslashes escape in string literals
// there, and || is OR unless a setting says otherwise, so neither is printed.
type mariadb struct{}

func (mariadb) engine() catalog.Engine             { return catalog.MariaDB }
func (mariadb) quote(b []byte, name string) []byte { return quoteWith(b, '`', '`', name) }
func (mariadb) defaultSchema() string              { return "" }
func (mariadb) positional() bool                   { return true }
func (mariadb) booleans() bool                     { return true }
func (mariadb) quantifiers() bool                  { return true }
func (mariadb) groupingSets() bool                 { return false }
func (mariadb) lateral() lateral                   { return noLateral }
func (mariadb) recursive() string                  { return "RECURSIVE " }
func (mariadb) rounds() (start, before, after string) {
	return "CAST(" + lastRounds + " AS SIGNED)", "", " + 1"
}
func (mariadb) rowValues() bool        { return true }
func (mariadb) filterClause() bool     { return false }
func (mariadb) fullJoin() bool         { return false }
func (mariadb) limitInSubquery() bool  { return false }
func (mariadb) concatFunction() bool   { return true }
func (mariadb) concatOperator() string { return "" }
func (mariadb) topOnlyWith() bool      { return false }
func (mariadb) exactCollation() string { return "" }
func (mariadb) seesOut() bool          { return false }
func (mariadb) aliasedHaving() bool    { return true }
func (mariadb) topClause() bool        { return false }

// placeholder prints the number between two marks; see printer.spread.
func (d mariadb) placeholder(b []byte, n int, t sqltype.Type) []byte {
	mark := append(strconv.AppendInt([]byte{mark}, int64(n), 10), mark)
	switch t.Kind {
	case sqltype.Decimal, sqltype.Date, sqltype.Timestamp, sqltype.Time:
		// Beside a text parameter the server would compare as floats or as text.
		b = append(append(append(b, "CAST("...), mark...), " AS "...)
		return append(append(b, d.typeName(t)...), ')')
	}
	return append(b, mark...)
}

func (mariadb) typeName(t sqltype.Type) string {
	switch t.Kind {
	case sqltype.Bool, sqltype.Int:
		return "SIGNED"
	case sqltype.Decimal:
		if t.Precision > 0 && t.Precision <= 65 && t.Scale <= 30 {
			return "DECIMAL(" + strconv.Itoa(t.Precision) + ", " + strconv.Itoa(t.Scale) + ")"
		}
		return "DECIMAL(65, 30)"
	case sqltype.Float:
		return "DOUBLE"
	case sqltype.Date:
		return "DATE"
	case sqltype.Timestamp:
		return "DATETIME(6)"
	case sqltype.Time:
		return "TIME(6)"
	case sqltype.Binary:
		return "BINARY"
	}
	return "CHAR"
}

func (mariadb) null(b []byte, _ sqltype.Type) []byte { return append(b, "NULL"...) }

func (mariadb) number(b []byte, text string, t sqltype.Type) []byte {
	if t.Kind == sqltype.Float {
		b = append(append(b, "CAST("...), text...)
		return append(b, " AS DOUBLE)"...)
	}
	return signed(b, text)
}

func (mariadb) truth(v bool) string {
	if v {
		return "TRUE"
	}
	return "FALSE"
}

// conversion: a number written out by CAST has the session's collation as firmly
// as a column has its own, and the two cannot meet; by CONCAT it gives way.
func (d mariadb) conversion(from, to sqltype.Type) (string, string) {
	if to.Kind == sqltype.Text && from.Numeric() {
		return "CONCAT(", ")"
	}
	return "CAST(", " AS " + d.typeName(to) + ")"
}

// division: sessions run with a div_precision_increment that leaves enough
// decimals to round.
func (mariadb) division(op string, t sqltype.Type) (string, string, string) {
	switch {
	case op == "%":
		return "(", " % ", ")"
	case t.Kind == sqltype.Float:
		return "(", " / ", ")"
	}
	return "ROUND(", " / ", ", 6)"
}

// fence: a derived table with a LIMIT is neither merged nor given conditions.
func (mariadb) fence() (string, string) { return "", " LIMIT 18446744073709551615" }

// limit: the server knows no OFFSET without LIMIT; its own manual gives this
// number for "every row".
func (mariadb) limit(p *printer, limit, offset querytree.Expr, _, _ bool) error {
	all := ""
	if offset != nil {
		all = "18446744073709551615"
	}
	return limitOffset(p, limit, offset, all)
}

func (mariadb) orderKey(p *printer, o querytree.Order, key, value func() error) error {
	return orderByCase(p, o, key, value)
}

func (mariadb) distinctFrom(p *printer, x *querytree.Op) error {
	if x.Op == "IS DISTINCT FROM" {
		p.put("NOT (")
		defer p.put(")")
	}
	if err := p.value(x.Args[0], concatenation); err != nil {
		return err
	}
	p.put(" <=> ")
	return p.value(x.Args[1], concatenation)
}

func (mariadb) truthTest(p *printer, x *querytree.Is) error {
	return isTest(p, x, map[string]string{"TRUE": "TRUE", "FALSE": "FALSE", "UNKNOWN": "UNKNOWN"})
}

// noEscape names the character NUL, which no text of a request holds: with an
// empty ESCAPE the server still takes the backslash for one.
const noEscape = ` ESCAPE '\0'`

func (mariadb) like(p *printer, x *querytree.Like) error {
	if x.Insensitive {
		return likeWords(p, x, "LIKE", "LOWER(", ")", noEscape)
	}
	return likeWords(p, x, "LIKE", "", "", noEscape)
}
