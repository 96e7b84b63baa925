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

// name writes the name of something that exists, seldom in the other case.
func (g *asker) name(name string) string {
	if chance(g.r, 4) {
		g.q.foldLabels = true
		return g.d.otherCase(g.r, name)
	}
	return g.d.name(g.r, name)
}

// literal writes a value that a column of a kind could hold, sometimes as a
// parameter where like says what it will be compared with.
// tableSaid does the same for a table, whose case counts on MariaDB.
func (g *asker) tableSaid(name string) string {
	if g.d.mariadb {
		return g.d.name(g.r, name)
	}
	return g.name(name)
}

func (g *asker) literal(k kind, like *column) *node {
	v := g.sample(k, like)
	if g.params && like != nil && chance(g.r, 22) {
		if chance(g.r, 4) {
			v = null
		}
		return &node{param: &v}
	}
	if k.numeric() && chance(g.r, 10) {
		v = g.sample(pick(g.r, []kind{kindInt, kindDec}), nil)
	}
	if !g.d.sqlite() && chance(g.r, 40) {
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
		if rows := g.w.seen[0][like.table]; len(rows) > 0 && chance(g.r, 80) {
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
	case kindFloat:
		return floating(pick(g.r, floats))
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
	if k == kindFloat && chance(g.r, 70) {
		return g.float(b)
	}
	if x, _ := g.reference(b, k); x != nil && chance(g.r, 85) {
		return x
	}
	return g.typedLiteral(k)
}

// typedLiteral writes a value whose type PostgreSQL need not guess.
func (g *asker) typedLiteral(k kind) *node {
	v := g.sample(k, nil)
	switch {
	case g.d.sqlite():
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
	case kindFloat:
		return g.float(b)
	case kindInt:
		switch {
		case chance(g.r, 25):
			return g.moreInt(b)
		case chance(g.r, 35):
			word := g.lengthWord()
			if !g.d.sqlite() && chance(g.r, 30) {
				word = piece(pick(g.r, []string{"CHAR_LENGTH(", "CHARACTER_LENGTH("}))
			}
			return piece(word, g.value(b, kindText, depth-1), ")")
		case !g.d.sqlite() && chance(g.r, 35):
			if x, _ := g.reference(b, pick(g.r, []kind{kindDate, kindStamp})); x != nil {
				return piece("EXTRACT(", pick(g.r, []string{"YEAR", "month", "DAY"}), " FROM ", x, ")")
			}
		case chance(g.r, 15):
			return piece("CAST(", g.castable(b), " AS ", g.typeWord("BIGINT"), ")")
		}
		return g.arithmetic(b, k)
	case kindDec:
		switch g.r.IntN(6) {
		case 4, 5:
			return g.quotient(b)
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
	case kindDate:
		if x, _ := g.reference(b, kindStamp); x != nil && !g.d.sqlite() {
			return piece("CAST(", x, " AS DATE)")
		}
	}
	return g.leaf(b, k)
}

func (g *asker) textFunction(b *block, depth int) *node {
	x := g.value(b, kindText, depth-1)
	if chance(g.r, 25) {
		return g.moreText(b, x, depth)
	}
	if chance(g.r, 15) {
		if !g.d.sqlite() {
			return g.standardText(b, x)
		}
		return piece("IFNULL(", x, ", ", g.value(b, kindText, depth-1), ")").or(x)
	}
	switch g.r.IntN(6) {
	case 0:
		return piece(pick(g.r, []string{"UPPER", "LOWER", "TRIM", "LTRIM", "RTRIM"}), "(", x, ")").or(x)
	case 1:
		if !g.d.sqlite() {
			return piece("LEFT(", x, ", ", strconv.Itoa(g.r.IntN(4)), ")").or(x)
		}
		return piece("SUBSTR(", x, ", ", strconv.Itoa(1+g.r.IntN(2)), ", ", strconv.Itoa(g.r.IntN(4)), ")").or(x)
	case 2:
		return piece("SUBSTRING(", x, ", ", strconv.Itoa(1+g.r.IntN(3)), ", ", strconv.Itoa(g.r.IntN(4)), ")").or(x)
	case 3:
		return g.concat(x, g.value(b, kindText, depth-1)).or(x)
	case 4:
		return piece("CAST(", g.castable(b), " AS ", g.typeWord(pick(g.r, []string{"TEXT", "VARCHAR", "VARCHAR(20)"})), ")")
	}
	return piece("(", x, " || ", g.value(b, kindText, depth-1), ")").or(x)
}

// standardText are spellings that SQLite does not know.
func (g *asker) standardText(b *block, x *node) *node {
	n := g.r.IntN(4)
	if g.d.mariadb {
		n = g.r.IntN(2)
	}
	switch n {
	case 0:
		return piece("SUBSTRING(", x, " FROM ", strconv.Itoa(1+g.r.IntN(2)), " FOR ", strconv.Itoa(g.r.IntN(4)), ")").or(x)
	case 1:
		return piece("TRIM(", pick(g.r, []string{"BOTH", "LEADING", "TRAILING"}), " FROM ", x, ")").or(x)
	case 2:
		return piece(g.castable(b), "::", pick(g.r, []string{"text", "varchar", "varchar(20)"}))
	}
	return piece("CONCAT(", x, ", ", x, ", NULL, 'z')").or(x)
}

func (g *asker) lengthWord() *node {
	if g.d.mariadb {
		return spelled("LENGTH(", "CHAR_LENGTH(") // LENGTH counts bytes there
	}
	return piece("LENGTH(")
}

// typeWord names a type of the portal's.
func (g *asker) typeWord(name string) *node {
	if !g.d.mariadb {
		return piece(name)
	}
	if name == "BIGINT" {
		return spelled(name, "SIGNED")
	}
	return spelled(name, "CHAR")
}

// concat takes NULL for an empty text; MariaDB's own gives NULL.
func (g *asker) concat(args ...*node) *node {
	if !g.d.mariadb {
		return piece("CONCAT(", joinNodes(", ", args), ")")
	}
	n := piece(spelled("CONCAT(", "CONCAT(COALESCE("))
	for i, a := range args {
		if i > 0 {
			n.kids = append(n.kids, spelled(", ", ", ''), COALESCE("))
		}
		n.kids = append(n.kids, a)
	}
	return piece(n, spelled(")", ", ''))"))
}

func (g *asker) castable(b *block) *node {
	if x, _ := g.reference(b, kindInt); x != nil {
		return x
	}
	return piece("12")
}

func (g *asker) arithmetic(b *block, k kind) *node {
	if k == kindInt && chance(g.r, 15) {
		return g.remainder(b)
	}
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
			return piece("(SELECT ", x, " FROM ", from, g.correlated(b, depth), " ORDER BY ", g.sortKey(piece("1"), false), " LIMIT 1)").or(g.typedLiteral(k))
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
	return g.reference(b.alone(), k)
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
