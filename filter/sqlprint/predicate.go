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
	var err error
	if x.Query.Limit != nil && !p.limitInSubquery() {
		err = p.selectAll(x.Query)
	} else {
		err = p.query(x.Query, false)
	}
	p.put(")")
	return err
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
