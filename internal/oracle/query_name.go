package oracle

// reference names a column of a kind that is in scope; nil where there is none.
func (g *asker) reference(b *block, k kind) (*node, field) {
	for range 10 {
		at := b
		for at.outer != nil && chance(g.r, 30) {
			at = at.outer
		}
		if len(at.rels) == 0 {
			continue
		}
		rel := pick(g.r, at.rels)
		if n := g.outsideColumn(at, b, rel, k); n != nil {
			return n, field{name: g.spoiledName, kind: k}
		}
		if len(rel.fields) == 0 {
			continue
		}
		f := pick(g.r, rel.fields)
		if f.kind != k {
			continue
		}
		if n := g.ambiguous(b, at, f); n != nil {
			return n, f
		}
		// SQLite takes a bare name for an alias of the select list before it
		// looks outside; columns of tables are called like no alias.
		if chance(g.r, 30) && g.d.bareWorks(b, at, f.name) && (at == b && g.d.sqlite() && g.params || g.d.postgres || rel.base != nil) { // nor in GROUP BY; MariaDB does so in windows and in HAVING
			f.coalesced = at.closed
			return piece(g.name(f.name)), f
		}
		if g.d.qualifierWorks(b, at, rel.name) {
			return g.qualified(rel, f), f
		}
	}
	return nil, field{}
}

// ambiguous names a column that two relations have without saying which, once
// in a spoiled query.
func (g *asker) ambiguous(b, at *block, f field) *node {
	if !g.spoil || g.spoiled != "" || at != b || b.merged || b.qualified || !chance(g.r, 40) {
		return nil
	}
	alike := 0
	for _, o := range b.bare {
		if o.name == f.name {
			alike++
		}
	}
	if alike < 2 {
		return nil
	}
	g.spoiled = "ambiguity of " + f.name
	return piece(g.d.name(g.r, f.name))
}

// outsideColumn names a hidden column, once in a spoiled query.
func (g *asker) outsideColumn(at, from *block, rel *relation, k kind) *node {
	if !g.spoil || g.spoiled != "" || rel.base == nil || !chance(g.r, 25) {
		return nil
	}
	for _, c := range rel.base.columns {
		if c.kind != k || g.w.profile.shows(c) {
			continue
		}
		bare := chance(g.r, 35) && !g.namesRelation(from, c.name) && !from.qualified
		if g.w.knownOtherwise(c.name) || !bare && (!g.d.qualifierWorks(from, at, rel.name) || g.namesRelation(at.within(), rel.name)) {
			return nil
		}
		g.spoiled, g.spoiledName = "column "+c.name, c.name
		g.q.secret = piece(g.d.name(g.r, c.name)).kids[0]
		if bare { // it may come to mean a column of a block around: for both
			return g.q.secret
		}
		return piece(g.d.name(g.r, rel.name), ".", g.q.secret)
	}
	return nil
}

// namesRelation tells whether a relation in scope has the name: PostgreSQL
// takes it for a whole row then.
func (g *asker) namesRelation(b *block, name string) bool {
	for at := b; at != nil; at = at.within() {
		for _, rel := range at.rels {
			if foldEqual(rel.name, name) {
				return true
			}
		}
	}
	return false
}

// ownReference names a column of this very block.
func (g *asker) ownReference(b *block, k kind) (*node, field) {
	return g.reference(b.alone(), k)
}

// name writes the name of something that exists, seldom in the other case.
func (g *asker) name(name string) string {
	if chance(g.r, 4) {
		g.q.foldLabels = true
		return g.d.otherCase(g.r, name)
	}
	return g.d.name(g.r, name)
}

// tableSaid does the same for a table, whose case counts on MariaDB.
func (g *asker) tableSaid(name string) string {
	if g.d.mariadb {
		return g.d.name(g.r, name)
	}
	return g.name(name)
}
