package sqlprint

import (
	"errors"
	"fmt"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// unknown is what NULL acts as where a condition stands: a condition of WHERE
// keeps the rows that it is true of, and below NOT those that it is false of.
type unknown int

const (
	staysUnknown unknown = iota
	actsAsFalse
	actsAsTrue
)

// negated is what NULL acts as below a NOT.
func (u unknown) negated() unknown {
	switch u {
	case actsAsFalse:
		return actsAsTrue
	case actsAsTrue:
		return actsAsFalse
	}
	return staysUnknown
}

// errStaysUnknown: an engine without boolean values has conditions only where
// NULL acts as something.
var errStaysUnknown = errors.New("sqlprint: a condition stands where UNKNOWN is a value")

func (p *printer) is(x *querytree.Is) error {
	if x.What == "NULL" {
		if err := p.value(x.X, concatenation); err != nil {
			return err
		}
		if x.Not {
			p.put(" IS NOT NULL")
		} else {
			p.put(" IS NULL")
		}
		return nil
	}
	return p.truthTest(p, x)
}

func (p *printer) between(x *querytree.Between) error {
	if err := p.value(x.X, concatenation); err != nil {
		return err
	}
	if x.Not {
		p.put(" NOT")
	}
	p.put(" BETWEEN ")
	if err := p.value(x.Low, concatenation); err != nil {
		return err
	}
	p.put(" AND ")
	return p.value(x.High, concatenation)
}

func (p *printer) inList(x *querytree.InList) error {
	if err := p.value(x.X, concatenation); err != nil {
		return err
	}
	p.put(p.exactly(append([]querytree.Expr{x.X}, x.List...)))
	if x.Not {
		p.put(" NOT")
	}
	p.put(" IN (")
	if err := p.list(x.List); err != nil {
		return err
	}
	p.put(")")
	return nil
}

func (p *printer) inQuery(x *querytree.InQuery) error {
	if len(x.Row) == 1 {
		if err := p.value(x.Row[0], concatenation); err != nil {
			return err
		}
	} else if !p.rowValues() {
		return p.inAsExists(x)
	} else {
		p.put("(")
		if err := p.list(x.Row); err != nil {
			return err
		}
		p.put(")")
	}
	if x.Not {
		p.put(" NOT")
	}
	p.put(" IN (")
	err := p.compared(x.Query)
	p.put(")")
	return err
}

// compared prints a query whose values are compared with one.
func (p *printer) compared(q *querytree.Query) error {
	if q.Limit != nil && !p.limitInSubquery() {
		return p.selectAll(q)
	}
	return p.query(q, false)
}

func (p *printer) quantified(x *querytree.Quantified) error {
	switch {
	case p.quantifiers():
	case p.booleans():
		return p.quantifiedAsCount(x)
	default:
		return p.quantifiedAsExists(x)
	}
	if p.belowNot && p.engine() == catalog.MariaDB { // which turns NOT into the opposite comparison, and forgets that below two of them
		p.put("(")
		defer p.put(") = 1")
	}
	if err := p.value(x.X, additive); err != nil {
		return err
	}
	p.put(" " + x.Op)
	if x.All {
		p.put(" ALL (")
	} else {
		p.put(" ANY (")
	}
	err := p.compared(x.Query)
	p.put(")")
	return err
}

// overRowsOfItsOwn refuses what computes over a block's rows where it would be
// printed inside another block, and compute over that one's.
func (p *printer) overRowsOfItsOwn(what string, xs ...querytree.Expr) error {
	for _, x := range xs {
		if aggregates(x) || overRows(x) {
			return &Unsupported{"an aggregate or a window function with " + what + " is not offered on this engine: name it in a derived table, and compare that"}
		}
	}
	return nil
}

// quantifiedAsExists prints ANY and ALL for an engine whose aggregates take no
// columns of the query around them. ANY looks for a value that it is true of, ALL
// for one that it is not true of; where UNKNOWN acts as TRUE, for one that it is
// not false of, and one that it is false of.
func (p *printer) quantifiedAsExists(x *querytree.Quantified) error {
	if p.unknown == staysUnknown {
		return errStaysUnknown
	}
	if err := p.overRowsOfItsOwn("ANY or ALL", x.X); err != nil {
		return err
	}
	form := exists // … a value that it is true of
	switch {
	case x.All && p.unknown == actsAsFalse:
		form = existsNot.negated() // no value that it is not true of
	case x.All:
		form = existsFalse.negated() // no value that it is false of
	case p.unknown == actsAsTrue:
		form = existsNotFalse
	}
	return p.searched(form, x.Query, func(alias string) error {
		if err := p.value(x.X, additive); err != nil {
			return err
		}
		p.put(" " + x.Op + " " + alias + "." + output(0))
		return nil
	})
}

// A search says of which rows of a subquery there must be one, by a comparison
// that may be UNKNOWN: what is printed before the subquery, and around the
// comparison.
type search struct{ not, before, after string }

var (
	exists         = search{"", "", ""}
	existsNot      = search{"", "CASE WHEN ", " THEN 0 ELSE 1 END = 1"} // one that it is not true of
	existsFalse    = search{"", "NOT (", ")"}
	existsNotFalse = search{"", "CASE WHEN NOT (", ") THEN 0 ELSE 1 END = 1"}
)

// negated is there where no such row is.
func (s search) negated() search {
	s.not = "NOT "
	return s
}

// searched prints a search of a subquery's rows. It is never UNKNOWN.
func (p *printer) searched(s search, q *querytree.Query, compare func(alias string) error) error {
	p.tables++
	alias := fmt.Sprintf("t%d", p.tables)
	p.put(s.not + "EXISTS (SELECT 1 AS c1 FROM (")
	if err := p.alone(func() error { return p.query(q, false) }); err != nil {
		return err
	}
	p.put(") AS " + alias + " WHERE " + s.before)
	if err := compare(alias); err != nil {
		return err
	}
	p.put(s.after + ")")
	return nil
}

// quantifiedAsCount prints ANY and ALL for an engine that has neither: what
// decides it is the largest, or the smallest, of the comparisons, and without
// that whether one of them was UNKNOWN.
func (p *printer) quantifiedAsCount(x *querytree.Quantified) error {
	if err := p.overRowsOfItsOwn("ANY or ALL", x.X); err != nil {
		return err
	}
	p.tables++
	alias := fmt.Sprintf("t%d", p.tables)
	compared := func(before string) error {
		p.put(before)
		if err := p.value(x.X, additive); err != nil {
			return err
		}
		p.put(" " + x.Op + " " + alias + "." + output(0) + ")")
		return nil
	}
	decides, otherwise := "MAX(", " = 1 THEN 1 WHEN COUNT(*) > "
	last := " THEN NULL ELSE 0 END"
	if x.All {
		decides, otherwise, last = "MIN(", " = 0 THEN 0 WHEN COUNT(*) > ", " THEN NULL ELSE 1 END"
	}
	if err := compared("(SELECT CASE WHEN " + decides); err != nil {
		return err
	}
	if err := compared(otherwise + "COUNT("); err != nil {
		return err
	}
	p.put(last + " AS c1 FROM (")
	if err := p.alone(func() error { return p.query(x.Query, false) }); err != nil {
		return err
	}
	p.put(") AS " + alias + ")")
	return nil
}

// inAsExists prints (a, b) IN (query) for an engine without row values: it looks
// for a row that is equal, or, where UNKNOWN acts as the opposite of what it
// would find, for one that may be.
func (p *printer) inAsExists(x *querytree.InQuery) error {
	if p.unknown == staysUnknown {
		return errStaysUnknown
	}
	if err := p.overRowsOfItsOwn("a row of values", x.Row...); err != nil {
		return err
	}
	form := exists
	if x.Not == (p.unknown == actsAsFalse) {
		form = existsNotFalse
	}
	if x.Not {
		form = form.negated()
	}
	return p.searched(form, x.Query, func(alias string) error {
		for i, v := range x.Row {
			if i > 0 {
				p.put(" AND ")
			}
			p.put(alias + "." + output(i) + " = ")
			if err := p.value(v, additive); err != nil {
				return err
			}
		}
		return nil
	})
}
