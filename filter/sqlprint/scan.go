package sqlprint

import (
	"fmt"

	"github.com/vantelle/vantelle/filter/querytree"
)

// scan prints the only form in which a request reaches a base table: the
// columns it uses, of the rows that the policy lets through.
func (p *printer) scan(s *querytree.Scan) error {
	r := p.readings(s)
	if r.Policy == nil || r.Policy.Where == nil {
		return fmt.Errorf("%w: %s", ErrNoPolicy, s.Table.Name)
	}
	if p.nodes += 1 + len(s.Used); p.nodes > maxNodes {
		return ErrTooLong
	}
	before, after := "", ""
	if r.Fenced {
		before, after = p.fence()
	}
	row := p.rowAlias(r.Policy.Self)
	p.put("(SELECT " + before)
	for i, c := range s.Used {
		if i > 0 {
			p.put(", ")
		}
		p.put(row + ".")
		p.name(c.Name)
	}
	if len(s.Used) == 0 {
		p.put("1 AS c1")
	}
	p.put(" FROM ")
	p.baseTable(r.Policy.Table)
	p.put(" AS " + row)
	if err := p.rowConditions(s, r, row); err != nil {
		return err
	}
	p.put(after + ") AS " + p.tableAlias(s))
	return nil
}

// rowConditions prints the WHERE of a table's projection: the row policy, and
// what of the request's own conditions was pushed beside it.
func (p *printer) rowConditions(s *querytree.Scan, r querytree.Reading, row string) error {
	conditions := r.Pushed
	if always, ok := r.Policy.Where.(*querytree.Bool); !ok || !always.Value {
		conditions = append([]querytree.Expr{r.Policy.Where}, r.Pushed...)
	}
	if len(conditions) == 0 {
		return nil
	}
	p.put(" WHERE ")
	if len(conditions) == 1 && len(r.Pushed) == 0 {
		return p.filter(conditions[0])
	}
	p.alias(s, row) // the request's column is the table's own here
	saved, below := p.unknown, p.belowNot
	p.unknown, p.belowNot = actsAsFalse, false
	err := p.chain("AND", conditions, andPrec)
	p.unknown, p.belowNot = saved, below
	return err
}
