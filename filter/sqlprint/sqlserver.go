package sqlprint

import (
	"strconv"
	"strings"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// sqlserver prints T-SQL. It has no boolean values, no row values and no NULLS
// FIRST; each is said another way.
type sqlserver struct{}

func (sqlserver) engine() catalog.Engine             { return catalog.SQLServer }
func (sqlserver) quote(b []byte, name string) []byte { return quoteWith(b, '[', ']', name) }
func (sqlserver) defaultSchema() string              { return "dbo" }
func (sqlserver) booleans() bool                     { return false }
func (sqlserver) quantifiers() bool                  { return false }
func (sqlserver) groupingSets() bool                 { return true }
func (sqlserver) lateral() lateral                   { return applyJoin }
func (sqlserver) recursive() string                  { return "" }
func (sqlserver) rounds() (start, before, after string) {
	return "CAST(" + lastRounds + " AS bigint)", "", " + 1"
}
func (sqlserver) rowValues() bool        { return false }
func (sqlserver) filterClause() bool     { return false }
func (sqlserver) concatFunction() bool   { return true }
func (sqlserver) concatOperator() string { return "+" }
func (sqlserver) positional() bool       { return false }
func (sqlserver) fullJoin() bool         { return true }
func (sqlserver) limitInSubquery() bool  { return true }
func (sqlserver) topOnlyWith() bool      { return true }
func (sqlserver) exactCollation() string { return "Latin1_General_BIN2" }
func (sqlserver) seesOut() bool          { return true }
func (sqlserver) aliasedHaving() bool    { return false }
func (sqlserver) topClause() bool        { return true }

// placeholder: a parameter travels with its exact type, declared by the driver,
// but for decimals, which the driver sends as text.
func (sqlserver) placeholder(b []byte, n int, t sqltype.Type) []byte {
	if t.Kind == sqltype.Decimal {
		b = strconv.AppendInt(append(b, "CAST(@p"...), int64(n), 10)
		return append(b, " AS decimal(38, 19))"...)
	}
	return strconv.AppendInt(append(b, "@p"...), int64(n), 10)
}

func (sqlserver) typeName(t sqltype.Type) string {
	switch t.Kind {
	case sqltype.Bool:
		return "bit"
	case sqltype.Int:
		return "bigint"
	case sqltype.Decimal:
		if t.Precision > 0 && t.Precision <= 38 {
			return "decimal(" + strconv.Itoa(t.Precision) + ", " + strconv.Itoa(t.Scale) + ")"
		}
		return "decimal(38, 6)"
	case sqltype.Float:
		return "float"
	case sqltype.Date:
		return "date"
	case sqltype.Timestamp:
		return "datetime2"
	case sqltype.Time:
		return "time"
	case sqltype.UUID:
		return "uniqueidentifier"
	case sqltype.Binary:
		return "varbinary(max)"
	}
	return "nvarchar(max)"
}

func (d sqlserver) null(b []byte, t sqltype.Type) []byte {
	b = append(append(b, "CAST(NULL AS "...), d.typeName(t)...)
	return append(b, ')')
}

func (sqlserver) number(b []byte, text string, t sqltype.Type) []byte {
	if t.Kind == sqltype.Float {
		b = append(append(b, "CAST("...), text...)
		return append(b, " AS float)"...)
	}
	if t.Kind == sqltype.Decimal && !strings.Contains(text, ".") {
		text += "." // without a point it is an int where it fits one
	}
	return signed(b, text)
}

func (sqlserver) truth(v bool) string {
	if v {
		return "1 = 1"
	}
	return "1 = 0"
}

func (d sqlserver) conversion(_, to sqltype.Type) (string, string) {
	name := d.typeName(to)
	if to.Kind == sqltype.Text {
		name = "varchar(20)" // the longest whole number has 20 characters
	}
	return "CAST(", " AS " + name + ")"
}

func (sqlserver) division(op string, t sqltype.Type) (string, string, string) {
	if op == "%" {
		return "(", " % NULLIF(", ", 0))"
	}
	return "CAST(", " / NULLIF(", ", 0) AS decimal(38, 6))"
}

// fence: TOP is evaluated after the WHERE beside it and before anything around
// it. That SQL Server's optimiser never moves a computation across is not
// documented; so what can fail is printed so that it cannot, too.
func (sqlserver) fence() (string, string) { return "TOP (9223372036854775807) ", "" }

// limit prints OFFSET … FETCH, which needs an ORDER BY.
func (sqlserver) limit(p *printer, limit, offset querytree.Expr, ordered, plain bool) error {
	switch {
	case ordered:
	case plain:
		p.put(" ORDER BY (SELECT NULL)")
	default:
		p.put(" ORDER BY " + output(0)) // a set operation or DISTINCT orders by its own columns only
	}
	p.put(" OFFSET ")
	if offset == nil {
		p.put("0")
	} else if err := p.expr(offset); err != nil {
		return err
	}
	p.put(" ROWS")
	if limit == nil {
		return nil
	}
	p.put(" FETCH NEXT ")
	if err := p.expr(limit); err != nil {
		return err
	}
	p.put(" ROWS ONLY")
	return nil
}

func (sqlserver) orderKey(p *printer, o querytree.Order, key, value func() error) error {
	return orderByCase(p, o, key, value)
}

// distinctFrom uses INTERSECT, which takes two NULLs for equal, as IS DISTINCT
// FROM does from SQL Server 2022 on only.
func (sqlserver) distinctFrom(p *printer, x *querytree.Op) error {
	if x.Op == "IS DISTINCT FROM" {
		p.put("NOT ")
	}
	p.put("EXISTS (SELECT ")
	if err := p.expr(x.Args[0]); err != nil {
		return err
	}
	p.put(" INTERSECT SELECT ")
	if err := p.expr(x.Args[1]); err != nil {
		return err
	}
	p.put(")")
	return nil
}

// truthTest prints IS TRUE and its kin. A condition stands there once where that
// is enough: a query may be within, and such a test within such a test.
func (sqlserver) truthTest(p *printer, x *querytree.Is) error {
	if isPredicate(x.X) && x.What != "UNKNOWN" {
		return truthOnce(p, x)
	}
	p.put("(")
	defer p.put(")")
	if err := p.value(x.X, additive); err != nil {
		return err
	}
	switch {
	case x.What == "UNKNOWN" && x.Not:
		p.put(" IS NOT NULL")
		return nil
	case x.What == "UNKNOWN":
		p.put(" IS NULL")
		return nil
	}
	want := "1"
	if x.What == "FALSE" {
		want = "0"
	}
	// Never NULL itself, whatever it tests.
	if x.Not {
		p.put(" <> " + want + " OR ")
	} else {
		p.put(" = " + want + " AND ")
	}
	if err := p.value(x.X, additive); err != nil {
		return err
	}
	if x.Not {
		p.put(" IS NULL")
	} else {
		p.put(" IS NOT NULL")
	}
	return nil
}

// truthOnce prints IS TRUE and IS FALSE of a condition, which are never NULL.
func truthOnce(p *printer, x *querytree.Is) error {
	saved, below := p.unknown, p.belowNot
	defer func() { p.unknown, p.belowNot = saved, below }()
	before, after := "(CASE WHEN ", " THEN 1 ELSE 0 END = 1)"
	p.unknown, p.belowNot = actsAsFalse, false
	if x.What == "FALSE" {
		before, after = "(CASE WHEN NOT (", ") THEN 1 ELSE 0 END = 1)"
		p.unknown = actsAsFalse.negated()
	}
	if x.Not {
		after = strings.TrimSuffix(after, "1)") + "0)"
	}
	p.put(before)
	err := p.condition(x.X, lowest)
	p.put(after)
	return err
}

func (sqlserver) like(p *printer, x *querytree.Like) error {
	if x.Insensitive {
		return likeWords(p, x, "LIKE", "LOWER(", ")", "")
	}
	return likeWords(p, x, "LIKE", "", "", "")
}
