package sqlprint

import (
	"fmt"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
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
		p.put(p.usualCollation(c))
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

// usualCollation gives what makes a text of PostgreSQL one of the database's
// own collation. Two columns of different ones cannot be compared, and one of a
// collation that is not deterministic not with LIKE; the server says so only
// when a row is met, which would tell that there is one.
func (p *printer) usualCollation(c *catalog.Column) string {
	if p.engine() != catalog.Postgres || c.Type.Kind != sqltype.Text || c.Collation == "" {
		return ""
	}
	start := len(p.buf)
	p.put(` COLLATE pg_catalog."default" AS `)
	p.name(c.Name)
	out := string(p.buf[start:])
	p.buf = p.buf[:start]
	return out
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
	saved := p.unknownIsFalse
	p.unknownIsFalse = true
	err := p.chain("AND", conditions, andPrec)
	p.unknownIsFalse = saved
	return err
}
