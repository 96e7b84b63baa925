package oracle

import "strings"

// field is a column as a query can name it.
type field struct {
	name string
	kind kind
	col  *column // of the base table it comes from, for likely values; may be nil
	safe bool    // small enough to compute with
	// coalesced columns may come out of FULL JOIN … USING; SQLite calls one
	// that has no alias by its text.
	coalesced bool
}

// relation is one named source of a FROM clause.
type relation struct {
	name   string
	fields []field
	base   *table // nil for derived tables and CTEs
}

// block is what the names of one SELECT block mean: relations for qualified
// names, bare for names without one, in the order of *.
type block struct {
	outer *block
	// around is the block around one whose outer is withheld, so that nothing
	// of it is named: it is there all the same.
	around *block
	rels   []*relation
	bare   []field
	// qualified says that bare names cannot be trusted here: SQLite looks in
	// ON for tables that are joined later, and ORDER BY for output columns.
	qualified bool
	merged    bool // USING or NATURAL was at work
	padded    bool // RIGHT or FULL JOIN was at work
	closed    bool // nothing more may be joined: SQLite would find merged columns ambiguous
}

// within gives the block around b, withheld or not.
func (b *block) within() *block {
	if b.outer != nil {
		return b.outer
	}
	return b.around
}

// alone is b without the blocks around it.
func (b *block) alone() *block {
	return &block{around: b.within(), rels: b.rels, bare: b.bare, closed: b.closed, merged: b.merged}
}

// cte is a WITH element.
type cte struct {
	name   string
	fields []field
}

func foldEqual(a, b string) bool { return strings.EqualFold(a, b) }

// same tells whether the engine takes two names for one.
func (d dialect) same(a, b string) bool { return d.fold(a) == d.fold(b) }

func (d dialect) count(fields []field, name string) int {
	n := 0
	for _, f := range fields {
		if d.fold(f.name) == d.fold(name) {
			n++
		}
	}
	return n
}

// bareWorks tells whether a bare name means a field of b when said in from,
// for every engine: nothing between them, and nothing beside it, has the name,
// whatever its case.
func (d dialect) bareWorks(from, b *block, name string) bool {
	for at := from; at != nil; at = at.outer {
		if at.qualified {
			return false
		}
		n := 0
		for _, f := range at.bare {
			if d.same(f.name, name) {
				n++
			}
		}
		if at == b {
			return n == 1
		}
		if n > 0 {
			return false
		}
	}
	return false
}

// qualifierWorks tells the same of a relation's name.
func (d dialect) qualifierWorks(from, b *block, name string) bool {
	for at := from; at != b; at = at.outer {
		for _, rel := range at.rels {
			if d.same(rel.name, name) {
				return false
			}
		}
	}
	return true
}
