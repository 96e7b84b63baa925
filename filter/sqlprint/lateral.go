package sqlprint

import (
	"github.com/vantelle/vantelle/filter/querytree"
)

// lateral is how an engine gives a derived table the sources to its left.
type lateral uint8

const (
	noLateral   lateral = iota
	lateralJoin         // JOIN LATERAL (…) AS t ON …
	applyJoin           // CROSS APPLY (…) AS t, OUTER APPLY (…) AS t
)

// applied prints a join to a Lateral derived table as APPLY, whose condition
// stands inside.
func (p *printer) applied(j *querytree.Join, d *querytree.Derived) error {
	if j.Kind == "LEFT" {
		p.put(" OUTER APPLY (")
	} else {
		p.put(" CROSS APPLY (")
	}
	if always, ok := j.On.(*querytree.Bool); j.On == nil || ok && always.Value {
		if err := p.alone(func() error { return p.query(d.Query, false) }); err != nil {
			return err
		}
		p.put(") AS " + p.tableAlias(d))
		return nil
	}
	alias := p.selectFrom(d.Query, false)
	if err := p.alone(func() error { return p.query(d.Query, false) }); err != nil {
		return err
	}
	p.put(") AS " + alias + " WHERE ")
	p.alias(d, alias)
	if err := p.filter(j.On); err != nil {
		return err
	}
	p.put(") AS " + p.tableAlias(d))
	return nil
}
