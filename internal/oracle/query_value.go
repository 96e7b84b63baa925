package oracle

import "strconv"

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
			return n, field{kind: k}
		}
		if len(rel.fields) == 0 {
			continue
		}
		f := pick(g.r, rel.fields)
		if f.kind != k {
			continue
		}
		if chance(g.r, 30) && bareWorks(b, at, f.name) {
			return piece(g.d.name(g.r, f.name)), f
		}
		if qualifierWorks(b, at, rel.name) {
			return g.qualified(rel, f), f
		}
	}
	return nil, field{}
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
		for _, f := range rel.fields {
			if foldEqual(f.name, c.name) {
				return nil // the gate takes it for the visible one
			}
		}
		g.spoiled = "column " + c.name
		if chance(g.r, 35) {
			return piece(g.d.name(g.r, c.name)) // may come to mean something else: for both
		}
		if !qualifierWorks(from, at, rel.name) {
			return nil
		}
		return g.qualified(rel, fieldOf(c))
	}
	return nil
}

// literal writes a value that a column of a kind could hold, sometimes as a
// parameter where like says what it will be compared with.
func (g *asker) literal(k kind, like *column) *node {
	v := g.sample(k, like)
	if g.params && like != nil && chance(g.r, 22) {
		return &node{param: &v}
	}
	if g.d.postgres && chance(g.r, 40) {
		switch k {
		case kindDate:
			return piece("DATE ", v.literal())
		case kindStamp:
			return piece("TIMESTAMP ", v.literal())
		}
	}
	return piece(v.literal())
}

func (g *asker) sample(k kind, like *column) value {
	if like != nil && like.kind == k {
		if rows := g.w.seen[like.table]; len(rows) > 0 && chance(g.r, 80) {
			if v := pick(g.r, rows)[like.index]; !v.null() {
				return v
			}
		}
		return like.domain.sample(g.r, k, g.w)
	}
	switch k {
	case kindInt:
		return integer(int64(g.r.IntN(12) - 2))
	case kindDec:
		return domAmount.random(g.r, k, g.w)
	case kindDate:
		return date(pick(g.r, days))
	case kindStamp:
		return stamp(pick(g.r, times))
	}
	return text(pick(g.r, codes))
}

// value makes an expression of a kind.
func (g *asker) value(b *block, k kind, depth int) *node {
	g.size++
	if depth <= 0 || g.size > 60 {
		return g.leaf(b, k)
	}
	switch weighted(g.r, 34, 12, 10, 8, 10, 26) {
	case 1:
		x := g.value(b, k, depth-1)
		return piece("CASE WHEN ", g.condition(b, depth-1), " THEN ", x, " ELSE ", g.value(b, k, depth-1), " END").or(x)
	case 2:
		x := g.leaf(b, k)
		return piece("COALESCE(", x, ", ", g.value(b, k, depth-1), ")").or(x)
	case 3:
		x := g.leaf(b, k)
		return piece("NULLIF(", x, ", ", g.value(b, k, depth-1), ")").or(x)
	case 4:
		return g.scalar(b, k, depth-1)
	case 5:
		return g.function(b, k, depth)
	}
	return g.leaf(b, k)
}

func (g *asker) leaf(b *block, k kind) *node {
	if x, _ := g.reference(b, k); x != nil && chance(g.r, 85) {
		return x
	}
	return g.typedLiteral(k)
}

// typedLiteral writes a value whose type PostgreSQL need not guess.
func (g *asker) typedLiteral(k kind) *node {
	v := g.sample(k, nil)
	switch {
	case !g.d.postgres:
	case k == kindDate:
		return piece("DATE ", v.literal())
	case k == kindStamp:
		return piece("TIMESTAMP ", v.literal())
	}
	return piece(v.literal())
}

// number gives an operand that is safe to compute with.
func (g *asker) number(b *block, k kind) *node {
	for range 4 {
		if x, f := g.reference(b, k); x != nil && f.safe {
			return x
		}
	}
	return piece(strconv.Itoa(g.r.IntN(9)))
}

func (g *asker) function(b *block, k kind, depth int) *node {
	switch k {
	case kindInt:
		if chance(g.r, 35) {
			return piece("LENGTH(", g.value(b, kindText, depth-1), ")")
		}
		return g.arithmetic(b, k)
	case kindDec:
		switch g.r.IntN(4) {
		case 0:
			return piece("ABS(", g.number(b, k), ")")
		case 1:
			return piece("ROUND(", g.number(b, kindDec), ", ", strconv.Itoa(g.r.IntN(3)), ")")
		case 2:
			return piece(pick(g.r, []string{"FLOOR", "CEIL", "CEILING"}), "(", g.number(b, kindDec), ")")
		}
		return g.arithmetic(b, k)
	case kindText:
		return g.textFunction(b, depth)
	}
	return g.leaf(b, k)
}

func (g *asker) textFunction(b *block, depth int) *node {
	x := g.value(b, kindText, depth-1)
	switch g.r.IntN(6) {
	case 0:
		return piece(pick(g.r, []string{"UPPER", "LOWER", "TRIM", "LTRIM", "RTRIM"}), "(", x, ")").or(x)
	case 1:
		if g.d.postgres {
			return piece("LEFT(", x, ", ", strconv.Itoa(g.r.IntN(4)), ")").or(x)
		}
		return piece("SUBSTR(", x, ", ", strconv.Itoa(1+g.r.IntN(2)), ", ", strconv.Itoa(g.r.IntN(4)), ")").or(x)
	case 2:
		return piece("SUBSTRING(", x, ", ", strconv.Itoa(1+g.r.IntN(3)), ", ", strconv.Itoa(g.r.IntN(4)), ")").or(x)
	case 3:
		return piece("CONCAT(", x, ", ", g.value(b, kindText, depth-1), ")").or(x)
	case 4:
		return piece("CAST(", g.castable(b), " AS ", pick(g.r, []string{"TEXT", "VARCHAR", "VARCHAR(20)"}), ")")
	}
	return piece("(", x, " || ", g.value(b, kindText, depth-1), ")").or(x)
}

func (g *asker) castable(b *block) *node {
	if x, _ := g.reference(b, kindInt); x != nil {
		return x
	}
	return piece("12")
}

func (g *asker) arithmetic(b *block, k kind) *node {
	x, y := g.number(b, k), g.number(b, pick(g.r, []kind{kindInt, k}))
	switch g.r.IntN(7) {
	case 0:
		return piece("(", x, " * ", y, ")").or(x)
	case 1:
		return piece("(", x, " + ", y, " * ", piece("2"), ")").or(x)
	case 2:
		return piece("(-", x, ")").or(x)
	case 3:
		return piece("(", x, " - (", y, " - ", g.number(b, k), "))").or(x)
	case 4:
		return piece("(", x, " - ", y, " - ", g.number(b, k), ")").or(x)
	case 5:
		return piece("(", x, " - -", strconv.Itoa(1+g.r.IntN(4)), ")").or(x)
	}
	return piece("(", x, " + ", y, ")").or(x)
}

// scalar makes a subquery that gives one value.
func (g *asker) scalar(outer *block, k kind, depth int) *node {
	b := &block{outer: outer}
	from := g.from(b, 0)
	if chance(g.r, 30) {
		if x, _ := g.ownReference(b, k); x != nil {
			return piece("(SELECT ", x, " FROM ", from, g.correlated(b, depth), " ORDER BY 1", g.direction(), " LIMIT 1)").or(g.typedLiteral(k))
		}
	}
	agg := "COUNT(*)"
	var n *node
	if k == kindInt && chance(g.r, 60) {
		n = piece(agg)
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

// ownReference names a column of this very block.
func (g *asker) ownReference(b *block, k kind) (*node, field) {
	own := &block{rels: b.rels, bare: b.bare}
	return g.reference(own, k)
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
		if len(l.fields) == 0 || len(r.fields) == 0 || !qualifierWorks(b, b.outer, r.name) {
			continue
		}
		f, o := pick(g.r, l.fields), pick(g.r, r.fields)
		if f.kind == o.kind && f.kind != kindBool && (f.col == nil || o.col == nil || f.col.domain == o.col.domain) {
			return piece(g.qualified(l, f), " = ", g.qualified(r, o))
		}
	}
	return nil
}
