package oracle

import (
	"slices"
	"strconv"
	"strings"
)

// grouped makes the select list, GROUP BY and HAVING of a grouped block.
func (g *asker) grouped(b *block, s shape) ([]item, *node) {
	before := g.params
	g.params = false // what is grouped and what is selected must be the same text
	defer func() { g.params = before }()
	var keys []*node
	var out []item
	add := func(x *node, o output) {
		if o.name != "" && s.top && chance(g.r, 25) {
			out = append(out, item{node: x, out: o}) // PostgreSQL calls it after the function
			return
		}
		o.name, o.said = g.label(len(out)), true
		out = append(out, item{node: piece(x, " AS ", g.d.name(g.r, o.name)), out: o})
	}
	key := func(k kind) (*node, output) {
		x, f := g.reference(b, k)
		if y := g.computedKey(b, k); y != nil && (x == nil || chance(g.r, 25)) {
			return y, output{kind: k}
		}
		return x, output{kind: k, safe: f.safe, col: f.col}
	}
	var groupBy []*node
	var grouped []*column
	use := func(x *node, c *column) {
		keys = append(keys, x)
		// PostgreSQL keeps two keys by number apart in its grouping sets, even
		// where they are one column.
		again := g.d.postgres && (c == nil || slices.Contains(grouped, c)) && len(keys) > 1
		if grouped = append(grouped, c); !again && chance(g.r, 15) {
			groupBy = append(groupBy, piece(strconv.Itoa(len(out))))
		} else {
			groupBy = append(groupBy, x)
		}
	}
	if s.kinds != nil {
		for _, k := range s.kinds {
			if x, o := key(k); x != nil && chance(g.r, 60) {
				add(x, o)
				use(x, o.col)
			} else {
				x, o := g.aggregate(b, k, s.top)
				add(x, o)
			}
		}
	} else {
		for range g.r.IntN(3) {
			if x, o := key(g.kindIn(b)); x != nil {
				add(x, o)
				use(x, o.col)
			}
		}
		for range max(1+g.r.IntN(2), s.wide-len(out)) {
			x, o := g.aggregate(b, pick(g.r, []kind{kindInt, kindInt, kindDec, kindText, kindDate}), s.top)
			add(x, o)
		}
		if len(keys) > 0 && chance(g.r, 12) { // a key that is not selected
			if x, _ := key(g.kindIn(b)); x != nil {
				groupBy = append(groupBy, x)
			}
		}
	}
	tail := piece()
	if len(groupBy) > 0 {
		tail.kids = append(tail.kids, g.groupBy(b, groupBy))
	}
	if chance(g.r, 25) {
		tail.kids = append(tail.kids, optional(" HAVING ", g.having(b, keys)))
	}
	return out, tail
}

// groupBy groups by some expressions, and where the engine knows grouping sets
// now and then by several sets of them.
func (g *asker) groupBy(b *block, by []*node) *node {
	list := joinNodes(", ", by)
	if !g.d.postgres || chance(g.r, 75) {
		return piece(" GROUP BY ", list)
	}
	if len(by) > 1 && len(b.rels) > 1 {
		// PostgreSQL 15 leaves a key out of ORDER BY that a join makes equal to
		// another one, although a grouping set has NULL in one of them.
		g.q.unsorted = true
	}
	switch g.r.IntN(4) {
	case 0:
		return piece(" GROUP BY ROLLUP (", list, ")").or(piece(" GROUP BY ", list))
	case 1:
		return piece(" GROUP BY CUBE (", list, ")").or(piece(" GROUP BY ", list))
	case 2:
		return piece(" GROUP BY GROUPING SETS ((", list, "), (", by[0], "), ())").or(piece(" GROUP BY ", list))
	}
	return piece(" GROUP BY ", by[0], ", ROLLUP (", list, ")").or(piece(" GROUP BY ", list))
}

// computedKey is an expression to group by; it holds a column, for engines
// differ about constants.
func (g *asker) computedKey(b *block, k kind) *node {
	x, _ := g.reference(b, k)
	if x == nil {
		if x, _ = g.reference(b, kindInt); x == nil {
			return nil
		}
		return piece("CASE WHEN ", x, " > 3 THEN ", g.literal(k, nil), " ELSE ", g.literal(k, nil), " END")
	}
	if k == kindText && chance(g.r, 60) {
		return piece(pick(g.r, []string{"UPPER", "LOWER", "TRIM"}), "(", x, ")")
	}
	return piece("COALESCE(", x, ", ", g.literal(k, nil), ")")
}

func (g *asker) aggregate(b *block, k kind, top bool) (*node, output) {
	if k == kindText && chance(g.r, 45) {
		if n := g.joined(b, !top); n != nil {
			return n, output{kind: k}
		}
	}
	x, f := g.reference(b, k)
	if x == nil || chance(g.r, 15) {
		x = g.value(b, k, 0)
	}
	var n *node
	o := output{kind: k}
	mean := false
	switch {
	case k == kindInt && chance(g.r, 60):
		switch g.r.IntN(3) {
		case 0:
			n = piece("COUNT(*)")
		case 1:
			y := g.value(b, g.kindIn(b), 0)
			n = piece("COUNT(", y, ")")
		default:
			y, _ := g.reference(b, g.kindIn(b))
			if y == nil {
				y = piece("1")
			}
			n = piece("COUNT(DISTINCT ", y, ")")
		}
		o.safe = true
	case k == kindInt && (x == nil || !f.safe), k == kindText, k == kindDate, k == kindStamp:
		n = piece(pick(g.r, []string{"MIN", "MAX"}), "(", x, ")")
	case k == kindInt:
		n = piece(pick(g.r, []string{"SUM", "MIN", "MAX", "SUM"}), "(", x, ")")
	default:
		word := pick(g.r, []string{"SUM", "MIN", "MAX", "AVG", "SUM"})
		n = piece(word, "(", x, ")")
		mean = word == "AVG" && k == kindDec && g.d.sqlserver
		if chance(g.r, 15) && f.safe {
			n, mean = piece("SUM(DISTINCT ", x, ")").or(piece("SUM(", x, ")")), false
		}
	}
	if g.d.postgres {
		word, _, _ := strings.Cut(n.kids[0].text, "(")
		o.name = strings.ToLower(word)
	}
	if chance(g.r, 8) {
		n = g.filtered(n, g.condition(b, 0))
	}
	if mean {
		n = piece(spelled("", "judge_mean("), n, spelled("", ")"))
	}
	return n, o
}

// filtered is an aggregate with FILTER, which MariaDB does not know: there the
// argument is NULL where the condition is not met.
func (g *asker) filtered(n, cond *node) *node {
	if !g.d.mariadb {
		return piece(n, " FILTER (WHERE ", cond, ")").or(n)
	}
	call, ok := n.flat()
	test, plain := cond.flatEngine()
	if !ok || !plain {
		return n
	}
	word, arg, _ := strings.Cut(strings.TrimSuffix(call, ")"), "(")
	if rest, distinct := strings.CutPrefix(arg, "DISTINCT "); distinct {
		word, arg = word+"(DISTINCT ", rest
	} else {
		word += "("
	}
	if arg == "*" {
		arg = "1"
	}
	gate, _ := cond.flat()
	return spelled(call+" FILTER (WHERE "+gate+")", word+"CASE WHEN "+test+" THEN "+arg+" END)")
}

func (g *asker) having(b *block, keys []*node) *node {
	switch g.r.IntN(3) {
	case 0:
		return piece("COUNT(*) ", pick(g.r, []string{">", ">=", "<", "="}), " ", strconv.Itoa(g.r.IntN(4)))
	case 1:
		if len(keys) > 0 {
			return piece(pick(g.r, keys), pick(g.r, []string{" IS NOT NULL", " IS NULL"}))
		}
	}
	x, _ := g.aggregate(b, kindInt, false)
	return piece(x, " ", pick(g.r, []string{">", "<", "<>"}), " ", strconv.Itoa(g.r.IntN(20)), " OR ", piece("COUNT(*) > 1")).or(piece(x, " > 1"))
}

// joined puts texts one after the other, in an order by which texts that tie
// are alike. cut keeps no more than some characters of them: nothing can be
// put after a text that may have any length.
func (g *asker) joined(b *block, cut bool) *node {
	n := g.joinedTexts(b)
	if n == nil || !cut {
		return n
	}
	size := strconv.Itoa(5 + g.r.IntN(40))
	return piece(spelled("LEFT(", g.d.by("SUBSTR(", "LEFT(", "LEFT(")), n, spelled(", "+size+")", g.d.by(", 1, ", ", ", ", ")+size+")"))
}

func (g *asker) joinedTexts(b *block) *node {
	x, _ := g.reference(b, kindText)
	if x == nil {
		return nil
	}
	var keys []*node
	if y, _ := g.reference(b, g.kindIn(b)); y != nil && chance(g.r, 40) {
		keys = append(keys, g.sortKey(y, true))
	}
	order := joinNodes(", ", append(keys, g.sortKey(x, true)))
	between := []string{", ", " ", ";", " | ", "é", "'", "%"}
	if g.d.mariadb { // it has only some of them written out, and the gate offers those
		between = between[:4]
	}
	sep := quoteText(pick(g.r, between))
	word, mid, end := pick(g.r, []string{"STRING_AGG(", "GROUP_CONCAT(", "LISTAGG("}), ", "+sep+" ORDER BY ", ")"
	switch g.r.IntN(4) {
	case 0:
		mid = ", " + sep + ") WITHIN GROUP (ORDER BY "
	case 1:
		mid, end = " ORDER BY ", " SEPARATOR "+sep+")"
	case 2:
		if chance(g.r, 30) {
			mid, sep = " ORDER BY ", "','"
		}
	}
	if g.d.mariadb {
		return piece(spelled(word, "GROUP_CONCAT("), x, spelled(mid, " ORDER BY "), order, spelled(end, " SEPARATOR "+sep+")"))
	}
	n := piece(spelled(word, g.d.by("GROUP_CONCAT(", "STRING_AGG(", "")), x, spelled(mid, ", "+sep+" ORDER BY "), order, spelled(end, ")"))
	if chance(g.r, 10) {
		return piece(n, " FILTER (WHERE ", g.condition(b, 0), ")").or(n)
	}
	return n
}
