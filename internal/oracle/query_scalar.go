package oracle

// scalar makes a subquery that gives one value.
func (g *asker) scalar(outer *block, k kind, depth int) *node {
	b := &block{outer: outer}
	from := g.from(b, 0)
	if chance(g.r, 30) {
		if x, _ := g.ownReference(b, k); x != nil {
			return piece("(SELECT ", x, " FROM ", from, g.correlated(b, depth), " ORDER BY ", g.sortKey(piece("1"), false), " LIMIT 1)").or(g.typedLiteral(k))
		}
	}
	agg := "COUNT(*)"
	var n *node
	if k == kindInt && chance(g.r, 60) {
		n = piece(agg)
	} else if j := g.joined(b.alone(), true); k == kindText && j != nil && chance(g.r, 40) {
		n = j
	} else if x, f := g.ownReference(b, k); x != nil {
		words := []string{"MIN", "MAX"}
		if k.numeric() && f.safe {
			words = append(words, "SUM")
		}
		n = piece(pick(g.r, words), "(", x, ")")
	} else {
		return g.leaf(outer, k)
	}
	return piece("(SELECT ", n, " FROM ", from, g.correlated(b, depth), ")").or(g.typedLiteral(k))
}

// correlated is the WHERE of a subquery.
func (g *asker) correlated(b *block, depth int) *node {
	if chance(g.r, 20) {
		return nil
	}
	if b.outer != nil && chance(g.r, 70) {
		if n := g.link(b); n != nil {
			if chance(g.r, 30) {
				return optional(" WHERE ", n, " AND ", optionalTail(g.condition(b, depth)))
			}
			return optional(" WHERE ", n)
		}
	}
	return optional(" WHERE ", g.condition(b, depth))
}

// link makes an equality between this block and the one around it.
func (g *asker) link(b *block) *node {
	for range 8 {
		if len(b.outer.rels) == 0 {
			return nil
		}
		l, r := pick(g.r, b.rels), pick(g.r, b.outer.rels)
		if len(l.fields) == 0 || len(r.fields) == 0 || !g.d.qualifierWorks(b, b.outer, r.name) {
			continue
		}
		f, o := pick(g.r, l.fields), pick(g.r, r.fields)
		if f.kind == o.kind && f.kind != kindBool && (f.col == nil || o.col == nil || f.col.domain == o.col.domain) {
			return piece(g.qualified(l, f), " = ", g.qualified(r, o))
		}
	}
	return nil
}
