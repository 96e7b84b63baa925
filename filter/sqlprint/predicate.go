package sqlprint

import (
	"fmt"

	"github.com/vantelle/vantelle/filter/querytree"
)

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

// quantifiedAsExists prints ANY and ALL where UNKNOWN acts as FALSE, for an
// engine whose aggregates take no columns of the query around them.
func (p *printer) quantifiedAsExists(x *querytree.Quantified) error {
	if !p.unknownIsFalse {
		return &Unsupported{"ANY and ALL are offered on this engine only as a condition of WHERE, not below NOT"}
	}
	p.tables++
	alias := fmt.Sprintf("t%d", p.tables)
	before, after := "EXISTS (", ""
	if x.All { // no value of which it is not true
		before, after = "NOT EXISTS (", " THEN 0 ELSE 1 END = 1"
	}
	p.put(before + "SELECT 1 AS c1 FROM (")
	if err := p.alone(func() error { return p.query(x.Query, false) }); err != nil {
		return err
	}
	p.put(") AS " + alias + " WHERE ")
	if x.All {
		p.put("CASE WHEN ")
	}
	if err := p.value(x.X, additive); err != nil {
		return err
	}
	p.put(" " + x.Op + " " + alias + "." + output(0) + after + ")")
	return nil
}

// quantifiedAsCount prints ANY and ALL for an engine that has neither: what
// decides it is the largest, or the smallest, of the comparisons, and without
// that whether one of them was UNKNOWN.
func (p *printer) quantifiedAsCount(x *querytree.Quantified) error {
	if aggregates(x.X) {
		return &Unsupported{"an aggregate with ANY or ALL is not offered on this engine: name it in a derived table, and compare that"}
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

// inAsExists prints (a, b) IN (query) for an engine without row values. EXISTS
// knows no UNKNOWN, so this is right only where UNKNOWN acts as FALSE.
func (p *printer) inAsExists(x *querytree.InQuery) error {
	if x.Not || !p.unknownIsFalse {
		return &Unsupported{"a row of values with IN is offered on this engine only as a condition of WHERE, not below NOT"}
	}
	p.put("EXISTS (SELECT 1 AS c1 FROM (")
	if err := p.query(x.Query, false); err != nil {
		return err
	}
	p.tables++
	alias := fmt.Sprintf("t%d", p.tables)
	p.put(") AS " + alias + " WHERE ")
	for i, v := range x.Row {
		if i > 0 {
			p.put(" AND ")
		}
		p.put(alias + "." + output(i) + " = ")
		if err := p.value(v, additive); err != nil {
			return err
		}
	}
	p.put(")")
	return nil
}
