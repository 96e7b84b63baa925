package sqlprint

import (
	"strconv"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/sqlfunc"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// postgres prints for PostgreSQL. Every parameter is cast: the server would
// otherwise infer a type from what stands beside it, and round or cut a value.
type postgres struct{}

func (postgres) engine() catalog.Engine             { return catalog.Postgres }
func (postgres) quote(b []byte, name string) []byte { return quoteWith(b, '"', '"', name) }
func (postgres) defaultSchema() string              { return "" }
func (postgres) booleans() bool                     { return true }
func (postgres) quantifiers() bool                  { return true }
func (postgres) groupingSets() bool                 { return true }
func (postgres) lateral() lateral                   { return lateralJoin }
func (postgres) recursive() string                  { return "RECURSIVE " }
func (postgres) rounds() (start, before, after string) {
	return "CAST(" + lastRounds + " AS bigint)", "", " + 1"
}
func (postgres) rowValues() bool        { return true }
func (postgres) filterClause() bool     { return true }
func (postgres) concatFunction() bool   { return true }
func (postgres) concatOperator() string { return "||" }
func (postgres) positional() bool       { return false }
func (postgres) fullJoin() bool         { return true }
func (postgres) limitInSubquery() bool  { return true }
func (postgres) topOnlyWith() bool      { return false }
func (postgres) exactCollation() string { return "" }
func (postgres) seesOut() bool          { return true }
func (postgres) aliasedHaving() bool    { return false }
func (postgres) topClause() bool        { return false }

func (postgres) typeName(t sqltype.Type) string {
	switch t.Kind {
	case sqltype.Bool:
		return "boolean"
	case sqltype.Int:
		return "bigint"
	case sqltype.Decimal:
		return "numeric"
	case sqltype.Float:
		return "double precision"
	case sqltype.Date:
		return "date"
	case sqltype.Timestamp:
		if t.Zoned {
			return "timestamptz"
		}
		return "timestamp"
	case sqltype.Time:
		return "time"
	case sqltype.UUID:
		return "uuid"
	case sqltype.Binary:
		return "bytea"
	case sqltype.Text:
		if t.Fixed {
			return "bpchar"
		}
	}
	return "text"
}

func (d postgres) placeholder(b []byte, n int, t sqltype.Type) []byte {
	b = strconv.AppendInt(append(b, "CAST($"...), int64(n), 10)
	b = append(append(b, " AS "...), d.typeName(t)...)
	return append(b, ')')
}

func (d postgres) null(b []byte, t sqltype.Type) []byte {
	b = append(append(b, "CAST(NULL AS "...), d.typeName(t)...)
	return append(b, ')')
}

func (d postgres) number(b []byte, text string, t sqltype.Type) []byte {
	if t.Kind == sqltype.Float {
		b = append(append(b, "CAST("...), text...)
		return append(b, " AS double precision)"...)
	}
	return signed(b, text)
}

func (postgres) truth(v bool) string {
	if v {
		return "TRUE"
	}
	return "FALSE"
}

func (d postgres) conversion(_, to sqltype.Type) (string, string) {
	return "CAST(", " AS " + d.typeName(to) + ")"
}

func (postgres) division(op string, t sqltype.Type) (string, string, string) {
	switch {
	case op == "%":
		return "(", " % NULLIF(", ", 0))"
	case t.Kind == sqltype.Float:
		return "(", " / NULLIF(", ", 0))"
	}
	// PostgreSQL gives a quotient sixteen digits, or the dividend's decimals.
	return "ROUND((", " + 0.0000000000) / NULLIF(", ", 0), 6)"
}

// fence: PostgreSQL does not pull up a subquery with an OFFSET, nor moves a
// condition into it.
func (postgres) fence() (string, string) { return "", " OFFSET 0" }

func (postgres) limit(p *printer, limit, offset querytree.Expr, _, _ bool) error {
	return limitOffset(p, limit, offset, "")
}

func (postgres) orderKey(p *printer, o querytree.Order, key, _ func() error) error {
	return orderNative(p, o, key, false)
}

func (postgres) distinctFrom(p *printer, x *querytree.Op) error {
	if err := p.value(x.Args[0], concatenation); err != nil {
		return err
	}
	p.put(" " + x.Op + " ")
	return p.value(x.Args[1], concatenation)
}

func (postgres) truthTest(p *printer, x *querytree.Is) error {
	return isTest(p, x, map[string]string{"TRUE": "TRUE", "FALSE": "FALSE", "UNKNOWN": "UNKNOWN"})
}

func (postgres) like(p *printer, x *querytree.Like) error {
	word := "LIKE"
	if x.Insensitive {
		word = "ILIKE"
	}
	// The server tries a pattern on what it has gathered of everybody's texts while
	// it plans, where no fence stands, and as often as there are patterns. It knows
	// nothing of what COALESCE gives.
	if _, plain := x.X.(*querytree.ColumnRef); plain && p.dear && !x.Prefix {
		unplanned := *x
		unplanned.X = &querytree.Call{Func: sqlfunc.Lookup("COALESCE"), Args: []querytree.Expr{x.X, x.X}, T: x.X.Type()}
		x = &unplanned
	}
	return likeWords(p, x, word, "", "", " ESCAPE ''")
}
