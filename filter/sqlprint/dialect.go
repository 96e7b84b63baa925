package sqlprint

import (
	"strings"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// dialect is what engines spell differently. Everything else is common.
type dialect interface {
	engine() catalog.Engine
	// quote appends a catalog identifier in the engine's own quotes.
	quote(b []byte, name string) []byte
	defaultSchema() string
	// placeholder appends parameter n, 1-based, with a cast where the engine would guess its type.
	placeholder(b []byte, n int, t sqltype.Type) []byte
	null(b []byte, t sqltype.Type) []byte
	number(b []byte, text string, t sqltype.Type) []byte
	truth(v bool) string
	positional() bool      // parameters have no number: each place is one of its own
	booleans() bool        // conditions are values
	fullJoin() bool        // FULL JOIN
	limitInSubquery() bool // IN (SELECT … LIMIT …)
	rowValues() bool       // (a, b) IN (SELECT …)
	quantifiers() bool     // ANY and ALL
	groupingSets() bool    // GROUPING SETS and GROUPING()
	lateral() lateral      // how a derived table is given the sources to its left
	recursive() string     // the word for a WITH whose elements use themselves
	// rounds gives a count of rounds where it starts, and the words around it
	// that make the next one: the one after MaxRounds fails.
	rounds() (start, before, after string)
	filterClause() bool     // aggregates take FILTER
	concatFunction() bool   // CONCAT exists and skips NULLs
	concatOperator() string // "" for none: then CONCAT gives NULL where an operand is, and CONCAT_WS skips it
	topClause() bool        // SELECT TOP (n)
	seesOut() bool          // a derived table inside a subquery may read columns of the query around it
	aliasedHaving() bool    // HAVING takes expressions by their alias only
	exactCollation() string // for values among themselves; "" where the engine, or its session, compares them exactly
	topOnlyWith() bool      // WITH may not stand in a subquery
	conversion(from, to sqltype.Type) (before, after string)
	// division gives the words around the operands of / and %: NULL where the
	// divisor is zero, and six decimals for a quotient of exact numbers.
	division(op string, t sqltype.Type) (before, between, after string)
	// fence gives what keeps the engine from moving anything into or out of a
	// SELECT: words after SELECT, and words at its end.
	fence() (before, after string)
	limit(p *printer, limit, offset querytree.Expr, ordered, plain bool) error
	orderKey(p *printer, o querytree.Order, key, value func() error) error
	distinctFrom(p *printer, x *querytree.Op) error
	truthTest(p *printer, x *querytree.Is) error
	like(p *printer, x *querytree.Like) error
}

func dialectOf(e catalog.Engine) dialect {
	switch e {
	case catalog.SQLite:
		return sqlite{}
	case catalog.Postgres:
		return postgres{}
	case catalog.SQLServer:
		return sqlserver{}
	case catalog.MariaDB:
		return mariadb{}
	}
	return nil
}

// quoteWith appends name between two quotes, the closing one doubled inside.
func quoteWith(b []byte, open, shut byte, name string) []byte {
	b = append(b, open)
	for i := 0; i < len(name); i++ {
		if name[i] == shut {
			b = append(b, shut)
		}
		b = append(b, name[i])
	}
	return append(b, shut)
}

// signed appends a number, in parentheses where it is negative: "1 - -1" is a
// comment away from "1 --1".
func signed(b []byte, text string) []byte {
	if strings.HasPrefix(text, "-") {
		b = append(b, '(')
		b = append(b, text...)
		return append(b, ')')
	}
	return append(b, text...)
}

// orderNative prints an order key for engines that know NULLS FIRST.
// lowFirst: without a word, NULLs come first when ascending.
func orderNative(p *printer, o querytree.Order, key func() error, lowFirst bool) error {
	if err := key(); err != nil {
		return err
	}
	if o.Desc {
		p.put(" DESC")
	}
	if o.NotNull || o.NullsFirst == (lowFirst != o.Desc) {
		return nil
	}
	if o.NullsFirst {
		p.put(" NULLS FIRST")
	} else {
		p.put(" NULLS LAST")
	}
	return nil
}

// orderByCase prints an order key for engines that put NULLs first when
// ascending and know no word for the other way.
func orderByCase(p *printer, o querytree.Order, key, value func() error) error {
	if !o.NotNull && o.NullsFirst == o.Desc {
		p.put("CASE WHEN ")
		if err := value(); err != nil {
			return err
		}
		if o.NullsFirst {
			p.put(" IS NULL THEN 0 ELSE 1 END, ")
		} else {
			p.put(" IS NULL THEN 1 ELSE 0 END, ")
		}
	}
	if err := key(); err != nil {
		return err
	}
	if o.Desc {
		p.put(" DESC")
	}
	return nil
}

// limitOffset prints LIMIT and OFFSET; all is what stands for "every row".
func limitOffset(p *printer, limit, offset querytree.Expr, all string) error {
	if limit != nil {
		p.put(" LIMIT ")
		if err := p.expr(limit); err != nil {
			return err
		}
	} else if all != "" {
		p.put(" LIMIT " + all)
	}
	if offset != nil {
		p.put(" OFFSET ")
		return p.expr(offset)
	}
	return nil
}

// likeWords prints x, a word for LIKE, and the pattern, with the escape
// character always said: engines differ in what they take without one.
func likeWords(p *printer, x *querytree.Like, word, before, after, noEscape string) error {
	p.put(before)
	if err := p.value(x.X, concatenation); err != nil {
		return err
	}
	p.put(after)
	if x.Not {
		p.put(" NOT")
	}
	p.put(" " + word + " " + before)
	if param, ok := x.Pattern.(*querytree.Param); ok {
		p.param(Param{Slot: param.Slot, Type: param.T, Pattern: true, Escape: x.Escape})
	} else if err := p.value(x.Pattern, concatenation); err != nil {
		return err
	}
	p.put(after)
	if x.Escape == 0 {
		p.put(noEscape)
		return nil
	}
	p.put(" ESCAPE '")
	switch {
	case x.Escape == '\'':
		p.put("''")
	case x.Escape == '\\' && p.engine() == catalog.MariaDB:
		p.put(`\\`)
	default:
		p.put(string(x.Escape))
	}
	p.put("'")
	return nil
}

func isTest(p *printer, x *querytree.Is, words map[string]string) error {
	if err := p.condition(x.X, concatenation); err != nil {
		return err
	}
	p.put(" IS ")
	if x.Not {
		p.put("NOT ")
	}
	p.put(words[x.What])
	return nil
}
