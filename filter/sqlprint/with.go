package sqlprint

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/vantelle/vantelle/filter/querytree"
)

// with prints the elements of a WITH, under generated names.
func (p *printer) with(elements []*querytree.CTE) error {
	for i, c := range elements {
		p.tables++
		name := fmt.Sprintf("w%d", p.tables)
		switch {
		case i > 0:
			p.put(", ")
		case slices.ContainsFunc(elements, func(c *querytree.CTE) bool { return c.Recursive }):
			p.recursion = true
			p.put("WITH " + p.recursive())
		default:
			p.put("WITH ")
		}
		p.put(name)
		p.put(" AS (")
		if c.Recursive {
			p.ctes[c] = name
		}
		if err := p.query(c.Query, false); err != nil {
			return err
		}
		p.put(")")
		p.ctes[c] = name
		if i == len(elements)-1 {
			p.put(" ")
		}
	}
	return nil
}

// depth prints the count of rounds of an element that uses itself. Counting up
// to where the type ends makes the engine itself fail in the round after the last.
func (p *printer) depth(x *querytree.Depth) error {
	start, before, after := p.rounds()
	if x.Of == nil {
		p.put(start)
		return nil
	}
	alias, ok := p.aliases[x.Of]
	if !ok {
		return fmt.Errorf("sqlprint: a recursive WITH counts outside itself")
	}
	p.put(before + alias + "." + output(len(x.Of.CTE.Columns)) + after)
	return nil
}

// lastRounds is a count that can be raised MaxRounds times, on an engine that
// fails where a whole number of 64 bits overflows.
var lastRounds = strconv.FormatInt(1<<63-1-querytree.MaxRounds, 10)

// readsOuterCTE tells whether q uses a CTE that is not its own.
func readsOuterCTE(q *querytree.Query) bool {
	own, outer := map[*querytree.CTE]bool{}, false
	querytree.WalkQuery(q, querytree.Visitor{
		Query: func(q *querytree.Query) {
			for _, c := range q.With {
				own[c] = true
			}
		},
		Source: func(s querytree.Source) {
			if ref, ok := s.(*querytree.CTERef); ok && !own[ref.CTE] {
				outer = true
			}
		},
	})
	return outer
}
