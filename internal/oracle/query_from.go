package oracle

import "strconv"

// from makes a FROM clause and fills b with what it offers.
func (g *asker) from(b *block, depth int) *node {
	n, part := g.relation(b, depth)
	joins := weighted(g.r, 45, 35, 15, 5)
	if g.relations > 6 {
		joins = 0
	}
	for range joins {
		if part.closed {
			break
		}
		n, part = g.join(b, n, part, depth)
	}
	if g.d.postgres && depth > 0 && chance(g.r, 8) && g.relations < 5 && !part.closed {
		n, part = g.lateral(b, n, part, depth)
	}
	if chance(g.r, 8) && g.relations < 5 && !part.closed {
		right, other := g.relation(b, 0)
		if !g.clash(part, other) {
			n, part = piece(n, ", ", right).or(n), side(part, other)
		}
	}
	b.rels, b.bare, b.closed, b.merged = part.rels, part.bare, part.closed, part.merged
	return n
}

// lateral adds a derived table that sees what is to its left.
func (g *asker) lateral(b *block, left *node, part *block, depth int) (*node, *block) {
	seen := *part
	seen.outer = b.outer
	body, outs := g.inner(&seen, depth-1, 0)
	rel := &relation{name: g.alias(true), fields: g.fieldsOf(outs)}
	other := &block{rels: []*relation{rel}, bare: append([]field(nil), rel.fields...)}
	if g.clash(part, other) {
		return left, part
	}
	n := piece("LATERAL (", body, ") AS ", g.d.name(g.r, rel.name))
	both := side(part, other)
	switch g.r.IntN(3) {
	case 0:
		return piece(left, ", ", n).or(left), both
	case 1:
		both.padded = true
		return piece(left, " LEFT JOIN ", n, " ON TRUE").or(left), both
	}
	return piece(left, " CROSS JOIN ", n).or(left), both
}

// clash tells whether two parts have relations of one name.
func (g *asker) clash(a, b *block) bool {
	for _, x := range a.rels {
		for _, y := range b.rels {
			if g.d.same(x.name, y.name) {
				return true
			}
		}
	}
	return false
}

func side(a, b *block) *block {
	return &block{
		rels: append(append([]*relation(nil), a.rels...), b.rels...),
		bare: append(append([]field(nil), a.bare...), b.bare...),

		merged: a.merged || b.merged,
		closed: a.closed || b.closed,
		padded: a.padded || b.padded,
	}
}

// relation makes one source: a table, a CTE or a derived table.
func (g *asker) relation(b *block, depth int) (*node, *block) {
	g.size++
	g.relations++
	rel := &relation{}
	var n *node
	switch {
	case depth > 0 && g.relations < 6 && chance(g.r, 20):
		body, outs := g.inner(b.outer, depth-1, 0)
		rel.name, rel.fields = g.alias(true), g.fieldsOf(outs)
		n = piece("(", body, ") ", g.as(), g.d.name(g.r, rel.name))
		if g.d.postgres && chance(g.r, 20) {
			var names []*node
			for i := range rel.fields {
				rel.fields[i].name = "f" + strconv.Itoa(i+1)
				names = append(names, piece(rel.fields[i].name))
			}
			n = piece(n, " (", joinNodes(", ", names), ")")
		}
	case len(g.ctes) > 0 && chance(g.r, 55):
		c := pick(g.r, g.ctes)
		rel.name, rel.fields = c.name, append([]field(nil), c.fields...)
		n = g.aliased(piece(g.d.name(g.r, c.name)), rel)
	default:
		n = g.tableName(rel)
	}
	return n, &block{rels: []*relation{rel}, bare: append([]field(nil), rel.fields...)}
}

func (g *asker) as() string { return pick(g.r, []string{"AS ", "AS ", ""}) }

// aliased gives a relation an alias, mostly.
func (g *asker) aliased(n *node, rel *relation) *node {
	if chance(g.r, 35) {
		return n
	}
	rel.name = g.alias(false)
	return piece(n, " ", g.as(), g.d.name(g.r, rel.name))
}

// alias makes a name for a relation: a letter, something that the gate itself
// might use, or another table's name.
func (g *asker) alias(fresh bool) string {
	g.aliases++
	switch weighted(g.r, 50, 20, 15, 5, 10) {
	case 1:
		return pick(g.r, []string{"r1", "t1", "c1", "w1", "R1", "t2", "r7", "c2"})
	case 2:
		return pick(g.r, g.w.tables).name
	case 3:
		return pick(g.r, []string{"self", "order", "my alias", "é"})
	case 4:
		return pick(g.r, []string{"a", "b", "x"})
	}
	return "s" + strconv.Itoa(g.aliases)
}

func (g *asker) tableName(rel *relation) *node {
	t := pick(g.r, g.w.shown)
	for g.coming(t.name) {
		t = pick(g.r, g.w.shown)
	}
	if g.spoil && g.spoiled == "" && chance(g.r, 15) {
		if out := g.w.outside(); len(out) > 0 {
			if t2 := pick(g.r, out); g.cteNamed(t2.name) == nil && !g.coming(t2.name) {
				t = t2
				g.spoiled, g.spoiledName = "table "+t.name, t.name
				g.q.secret = piece(g.d.name(g.r, t.name)).kids[0]
			}
		}
	}
	rel.name = t.name
	if c := g.cteNamed(t.name); c != nil {
		rel.fields = append([]field(nil), c.fields...)
		return g.aliased(piece(g.d.name(g.r, t.name)), rel)
	}
	rel.base = t
	for _, c := range g.w.profile.columns(t) {
		rel.fields = append(rel.fields, fieldOf(c))
	}
	if g.spoiled == "table "+t.name {
		for _, c := range t.columns {
			rel.fields = append(rel.fields, fieldOf(c))
		}
	}
	n := piece(g.tableSaid(t.name))
	if g.spoiled == "table "+t.name {
		n = g.q.secret
	}
	if !g.d.sqlite() && chance(g.r, 6) {
		n = piece(&node{world: true}, ".", n)
	}
	return g.aliased(n, rel)
}

func fieldOf(c *column) field {
	return field{name: c.name, kind: c.kind, col: c, safe: c.domain == domFlag || c.domain == domSmall || c.domain == domKey || c.domain == domAmount}
}

// coming tells whether a WITH element that is yet to come has the name.
func (g *asker) coming(name string) bool {
	for _, n := range g.later {
		if g.d.same(n, name) {
			return true
		}
	}
	return false
}

func (g *asker) cteNamed(name string) *cte {
	for _, c := range g.ctes {
		if g.d.same(c.name, name) {
			return c
		}
	}
	return nil
}

// join adds one relation, or two in parentheses, to a FROM clause.
func (g *asker) join(b *block, left *node, part *block, depth int) (*node, *block) {
	right, other := g.relation(b, min(depth, 1))
	for range 6 {
		if !g.clash(part, other) {
			break
		}
		right, other = g.relation(b, 0)
	}
	if g.clash(part, other) {
		return left, part
	}
	if chance(g.r, 12) { // nested on the right
		more, third := g.relation(b, 0)
		if !g.clash(part, third) && !g.clash(other, third) {
			nested := side(other, third)
			right = piece("(", right, " JOIN ", more, " ON ", g.on(b, other, third, nested, false), ")")
			other = nested
		}
	}
	kinds := []string{" JOIN ", " INNER JOIN ", " LEFT JOIN ", " LEFT JOIN ", " LEFT OUTER JOIN ", " RIGHT JOIN ", " CROSS JOIN ", " FULL JOIN "}
	if g.d.mariadb {
		kinds = kinds[:len(kinds)-1] // it has no FULL JOIN
	}
	kind := pick(g.r, kinds)
	both := side(part, other)
	if both.merged && g.d.sqlite() && (kind == " RIGHT JOIN " || kind == " FULL JOIN ") {
		kind = " LEFT JOIN " // SQLite finds merged columns ambiguous then
	}
	both.padded = both.padded || kind == " RIGHT JOIN " || kind == " FULL JOIN "
	if kind == " CROSS JOIN " {
		return piece(left, kind, right).or(left), both
	}
	if chance(g.r, 32) {
		if n, merged := g.merging(kind, left, right, part, other, both); n != nil {
			return n, merged
		}
	}
	on := g.on(b, part, other, both, kind == " FULL JOIN ")
	return piece(left, kind, right, " ON ", on).or(left), both
}

// common gives the names that both parts have once each, with kinds that can
// be compared; ok is false where a name that both have does not allow it.
func (g *asker) common(a, b *block) (names []string, ok bool) {
	ok = true
	for _, f := range a.bare {
		n := g.d.count(b.bare, f.name)
		if n == 0 {
			continue
		}
		if n > 1 || g.d.count(a.bare, f.name) > 1 {
			ok = false
			continue
		}
		for _, o := range b.bare {
			if g.d.fold(o.name) == g.d.fold(f.name) {
				if o.kind == f.kind || o.kind.numeric() && f.kind.numeric() {
					names = append(names, f.name)
				} else {
					ok = false
				}
			}
		}
	}
	return names, ok
}

// merging makes a NATURAL join or one with USING.
func (g *asker) merging(kind string, left, right *node, part, other, both *block) (*node, *block) {
	names, all := g.common(part, other)
	if len(names) == 0 {
		return nil, nil
	}
	outer := kind == " RIGHT JOIN " || kind == " FULL JOIN "
	natural := all && chance(g.r, 50)
	if !natural {
		g.r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		names = names[:1+g.r.IntN(min(2, len(names)))]
	}
	if g.d.mariadb { // merged columns stand in the order of a table, and those of a RIGHT JOIN are turned round
		g.q.anyColumns, g.q.foldLabels = true, true
	}
	if g.d.sqlite() {
		if part.padded || other.padded || outer && len(both.rels) > 2 {
			return nil, nil
		}
		g.q.anyColumns = true // SQLite leaves a merged column where the left has it
	}
	merged := &block{rels: both.rels, merged: true, padded: both.padded, closed: outer && g.d.sqlite()}
	isMerged := func(f field) bool {
		for _, n := range names {
			if g.d.fold(n) == g.d.fold(f.name) {
				return true
			}
		}
		return false
	}
	for _, n := range names {
		for _, f := range part.bare {
			if g.d.fold(f.name) == g.d.fold(n) {
				merged.bare = append(merged.bare, f)
			}
		}
	}
	for _, f := range both.bare {
		if !isMerged(f) {
			merged.bare = append(merged.bare, f)
		}
	}
	if natural {
		return piece(left, " NATURAL", kind, right).or(left), merged
	}
	var using []*node
	for _, n := range names {
		using = append(using, piece(g.d.name(g.r, n)))
	}
	return piece(left, kind, right, " USING (", joinNodes(", ", using), ")").or(left), merged
}

// on makes a join's condition. equal says that it must be an equality between
// both sides and nothing else: PostgreSQL's FULL JOIN needs that.
func (g *asker) on(b *block, left, right, both *block, equal bool) *node {
	scope := &block{rels: both.rels, bare: both.bare}
	if !g.d.sqlite() {
		scope.outer = b.outer
	} else { // SQLite would look at tables that are joined later, even before those around
		scope.qualified, scope.around = true, b.outer
	}
	var pairs []*node
	for _, l := range left.rels {
		for _, r := range right.rels {
			for _, f := range l.fields {
				for _, o := range r.fields {
					like := f.kind == o.kind && (f.col == nil || o.col == nil || f.col.domain == o.col.domain)
					if like && (f.kind != kindBool) {
						x, y := g.qualified(l, f), g.qualified(r, o)
						if chance(g.r, 30) {
							x, y = y, x
						}
						pairs = append(pairs, piece(x, " = ", y))
					}
				}
			}
		}
	}
	if len(pairs) == 0 {
		if equal {
			return piece("1 = 1") // hashable or not, PostgreSQL accepts a constant
		}
		return g.condition(scope, 0)
	}
	n := pick(g.r, pairs)
	if !equal && chance(g.r, 25) {
		n = piece(n, " AND ", optionalTail(g.condition(scope, 1)))
	} else if equal && len(pairs) > 1 && chance(g.r, 20) {
		n = piece(n, " AND ", pick(g.r, pairs)).or(n)
	}
	return n
}

// optionalTail puts a condition in parentheses, for it may hold OR.
func optionalTail(n *node) *node { return piece("(", n, ")").or(piece("1 = 1")) }

func (g *asker) qualified(rel *relation, f field) *node {
	return piece(g.d.name(g.r, rel.name), ".", g.name(f.name))
}
