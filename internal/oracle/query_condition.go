package oracle

import "strings"

// condition makes a condition on what is in scope.
func (g *asker) condition(b *block, depth int) *node {
	g.size++
	if depth > 0 && g.size < 60 {
		switch weighted(g.r, 18, 14, 8, 16, 44) {
		case 0:
			x, y := g.conjunct(b, depth-1), g.conjunct(b, depth-1)
			return piece(x, " AND ", y).or(x, y)
		case 1:
			x, y := g.conjunct(b, depth-1), g.conjunct(b, depth-1)
			return piece(x, " OR ", y).or(x, y)
		case 2:
			x := g.simple(b, depth-1)
			return piece("NOT (", x, ")").or(x)
		case 3:
			if n := g.subquery(b, depth-1); n != nil {
				return n
			}
		}
	}
	return g.simple(b, depth)
}

// conjunct is an operand of AND and OR; sometimes one that needs the
// parentheses, sometimes one that leaves precedence to do its work.
func (g *asker) conjunct(b *block, depth int) *node {
	if chance(g.r, 35) {
		x, y := g.simple(b, depth), g.simple(b, depth)
		if chance(g.r, 40) {
			return piece(x, pick(g.r, []string{" AND ", " OR "}), y).or(x, y)
		}
		return piece("(", x, pick(g.r, []string{" AND ", " OR "}), y, ")").or(x, y)
	}
	return g.simple(b, depth)
}

// target is a column to test, with the base column that says what is in it.
func (g *asker) target(b *block) (*node, field) {
	k := g.kindIn(b)
	if x, f := g.reference(b, k); x != nil {
		if f.kind == kindNull {
			f.kind = k
		}
		return x, f
	}
	if x, f := g.reference(b, kindInt); x != nil {
		return x, f
	}
	return piece("(3)"), field{kind: kindInt}
}

func (g *asker) simple(b *block, depth int) *node {
	x, f := g.target(b)
	k := f.kind
	if k == kindFloat && chance(g.r, 75) {
		return piece(g.float(b), " ", pick(g.r, []string{"=", "<>", "<", ">=", ">"}), " ", g.literal(k, nil))
	}
	computed := f.name == "" || depth > 0 && chance(g.r, 12)
	if computed {
		x = g.value(b, k, depth)
	}
	not := pick(g.r, []string{"", "", " NOT"})
	switch weighted(g.r, 26, 10, 10, 10, 10, 8, 8, 6, 6, 6, 8) {
	case 1:
		if computed { // SQLite does not even read what stands beside 'a' IS NULL
			x = piece("COALESCE(", x, ", ", x, ")")
		}
		return piece(x, " IS", not, " NULL")
	case 2:
		list := []*node{g.literal(k, f.col)}
		for range g.r.IntN(3) {
			list = append(list, g.literal(k, f.col))
		}
		return piece(x, not, " IN (", joinNodes(", ", list), ")")
	case 3:
		if k != kindText {
			return piece(x, not, " BETWEEN ", g.literal(k, f.col), " AND ", g.literal(k, f.col))
		}
		if chance(g.r, 35) {
			return g.pattern(b, x, not)
		}
		return g.like(x, not)
	case 4:
		k2 := k
		if k.numeric() && chance(g.r, 40) {
			k2 = pick(g.r, []kind{kindInt, kindDec})
		}
		if y, o := g.reference(b, k2); y != nil && o.kind == k2 {
			return piece(x, " ", pick(g.r, []string{"=", "<>", "<", ">=", "!="}), " ", y)
		}
	case 5:
		return g.distinctFrom(x, g.literal(k, f.col))
	case 6:
		if y, o := g.target(b); o.kind != kindBool {
			return g.rows(x, f, y, o)
		}
	case 7:
		return piece("CASE ", x, " WHEN ", g.literal(k, f.col), " THEN 1 WHEN ", g.literal(k, f.col), " THEN 2 ELSE 3 END ", pick(g.r, []string{"=", "<>", "<"}), " ", pick(g.r, []string{"1", "2", "3"}))
	case 8:
		return piece("COALESCE(", x, ", ", g.literal(k, f.col), ") = ", g.literal(k, f.col))
	case 10:
		return g.unparenthesised(b, x, f)
	case 9:
		return piece("(", x, " = ", g.literal(k, f.col), ") IS ", pick(g.r, []string{"", "NOT "}), pick(g.r, []string{"TRUE", "FALSE"}))
	}
	if (k == kindDate || k == kindStamp && !g.d.sqlite()) && chance(g.r, 6) {
		return piece(x, pick(g.r, []string{" < ", " >= "}), "CURRENT_DATE")
	}
	op := pick(g.r, []string{"=", "=", "<>", "<", "<=", ">", ">=", "!="})
	if chance(g.r, 15) {
		return piece(g.literal(k, f.col), " ", op, " ", x)
	}
	return piece(x, " ", op, " ", g.literal(k, f.col))
}

// unparenthesised leaves it to the precedence of operators what belongs to what.
func (g *asker) unparenthesised(b *block, x *node, f field) *node {
	switch {
	case f.kind == kindText:
		return piece(x, " || 'é' ", pick(g.r, []string{"=", "<>"}), " ", g.literal(kindText, f.col), " || 'é'")
	case f.kind == kindInt && f.safe:
		y := g.number(b, kindInt)
		return pick(g.r, []*node{
			piece(x, " + ", y, " * 2 < 7 - - ", x),
			piece("- ", x, " - ", y, " >= -9"),
			piece(x, " - ", y, " - 3 = - ", y),
			piece(x, " * 2 - 3 NOT IN (1, ", y, " + 4, -5)"),
			piece(x, " + 1 BETWEEN ", y, " AND ", y, " + 20"),
		})
	}
	return piece("NOT ", x, pick(g.r, []string{" = ", " < "}), g.literal(f.kind, f.col))
}

func (g *asker) distinctFrom(x, y *node) *node {
	not := chance(g.r, 50)
	if !g.d.mariadb { // which spells it another way
		return piece(x, map[bool]string{false: " IS DISTINCT FROM ", true: " IS NOT DISTINCT FROM "}[not], y)
	}
	if not {
		return piece(x, spelled(" IS NOT DISTINCT FROM ", " <=> "), y)
	}
	return piece(spelled("", "NOT ("), x, spelled(" IS DISTINCT FROM ", " <=> "), y, spelled("", ")"))
}

// rows compares two columns at once with values: with one row of them, by
// equality or order, or with several.
func (g *asker) rows(x *node, f field, y *node, o field) *node {
	one := func() [2]*node { return [2]*node{g.literal(f.kind, f.col), g.literal(o.kind, o.col)} }
	u := one()
	if !g.d.sqlite() && chance(g.r, 40) {
		v, not := one(), pick(g.r, []string{"", " NOT"})
		n := piece("(", x, ", ", y, ")", not, " IN ((", u[0], ", ", u[1], "), (", v[0], ", ", v[1], "))")
		// MariaDB makes an inner join of an outer one where a NULL meets NOT IN.
		return g.meant(n, []*node{x, y, u[0], u[1], v[0], v[1]}, func(p []string) string {
			return not + " (" + p[0] + " = " + p[2] + " AND " + p[1] + " = " + p[3] + " OR " + p[0] + " = " + p[4] + " AND " + p[1] + " = " + p[5] + ")"
		})
	}
	op := pick(g.r, []string{"=", "<>", "<", "<=", ">", ">="})
	if f.kind == kindBool || o.kind == kindBool {
		op = pick(g.r, []string{"=", "<>"})
	}
	n := piece("(", x, ", ", y, ") ", op, " (", u[0], ", ", u[1], ")")
	// MariaDB finds (0, NULL) <> (3, 3) unknown, although 0 is not 3.
	return g.meant(n, []*node{x, y, u[0], u[1]}, func(p []string) string {
		equal := "(" + p[0] + " = " + p[2] + " AND " + p[1] + " = " + p[3] + ")"
		switch op {
		case "=":
			return equal
		case "<>":
			return "NOT " + equal
		}
		strict := strings.TrimSuffix(op, "=")
		return "(" + p[0] + " " + strict + " " + p[2] + " OR " + p[0] + " = " + p[2] + " AND " + p[1] + " " + op + " " + p[3] + ")"
	})
}

// meant writes n for the portal, and for MariaDB itself what SQL means by it,
// made of the parts as they stand there.
func (g *asker) meant(n *node, parts []*node, write func(parts []string) string) *node {
	if !g.d.mariadb {
		return n
	}
	texts := make([]string, len(parts))
	for i, p := range parts {
		s, plain := p.flatEngine()
		if !plain {
			return piece(parts[0], " = ", parts[2])
		}
		texts[i] = s
	}
	asked, _ := n.flat()
	return spelled(asked, write(texts))
}

func (g *asker) like(x *node, not string) *node {
	pattern := pick(g.r, []string{"A%", "%a%", "_", "%b", "B_g%", "", "%", "%é%", "__%", "%%", "o'%", "𝄞", "1%", "%\t%"})
	escape := ""
	if chance(g.r, 30) {
		escape = pick(g.r, []string{"!", "#", "\\", "é", "'"})
		pattern = pick(g.r, []string{"%" + escape + "%%", "_" + escape + "_%", "100" + escape + "%", escape + escape + "%", "%" + escape + "%"})
	}
	v := text(pattern)
	p := piece(v.literal())
	if g.params && chance(g.r, 30) {
		p = &node{param: &v}
	}
	word := " LIKE "
	if g.d.postgres && chance(g.r, 20) {
		word = " ILIKE "
	}
	n := piece(x, not, word, p)
	if escape != "" {
		n = piece(n, " ESCAPE ", quoteText(escape))
	}
	return n
}

// subquery makes EXISTS, IN and their like.
func (g *asker) subquery(outer *block, depth int) *node {
	not := pick(g.r, []string{"", "", "NOT "})
	b := &block{outer: outer}
	if chance(g.r, 45) {
		from := g.from(b, min(depth, 1))
		items := pick(g.r, []string{"1", "*", "NULL", "42 AS x"})
		if x, _ := g.ownReference(b, g.kindIn(b)); x != nil && chance(g.r, 30) {
			return piece(not, "EXISTS (SELECT ", x, " FROM ", from, g.correlated(b, depth), ")")
		}
		return piece(not, "EXISTS (SELECT ", items, " FROM ", from, g.correlated(b, depth), ")")
	}
	x, f := g.target(outer)
	if f.kind == kindBool {
		return nil
	}
	from := g.from(b, min(depth, 1))
	y, _ := g.ownReference(b, f.kind)
	if y == nil {
		return nil
	}
	if z, o := g.target(outer); o.kind != kindBool && chance(g.r, 25) {
		if u, _ := g.ownReference(b, o.kind); u != nil {
			return piece("(", x, ", ", z, ") ", not, "IN (SELECT ", y, ", ", u, " FROM ", from, g.correlated(b, depth), ")")
		}
	}
	var body *node
	switch g.r.IntN(6) {
	case 0:
		body = piece("SELECT DISTINCT ", y, " FROM ", from, g.correlated(b, depth))
	case 1:
		body = piece("SELECT ", y, " FROM ", from, g.correlated(b, depth), " GROUP BY ", y)
	case 2:
		second := &block{outer: outer}
		more := g.from(second, 0)
		if u, _ := g.ownReference(second, f.kind); u != nil {
			body = piece("SELECT ", y, " FROM ", from, g.correlated(b, depth), pick(g.r, setWords[0]), "SELECT ", u, " FROM ", more)
		}
	}
	if body == nil {
		body = piece("SELECT ", y, " FROM ", from, g.correlated(b, depth))
	}
	if !g.d.sqlite() && chance(g.r, 25) {
		words := []string{" = ANY (", " <> ALL (", " = SOME ("}
		if f.kind != kindBool {
			words = append(words, " > ANY (", " >= ALL (", " < ALL (", " <> ANY (", " <= SOME (", " = ALL (")
		}
		return piece(x, pick(g.r, words), body, ")")
	}
	return piece(x, " ", not, "IN (", body, ")")
}
