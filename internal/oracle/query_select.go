package oracle

import (
	"strconv"
	"strings"
)

// shape says what kind of SELECT block is wanted.
type shape struct {
	top   bool
	named bool   // every column needs a name of its own
	kinds []kind // of the columns; nil is any
	wide  int
	depth int // of subqueries
}

type selected struct {
	node              *node
	outs              []output
	distinct, grouped bool
	star              bool
}

func (s selected) unique(d dialect, name string) bool {
	n := 0
	for _, o := range s.outs {
		if foldEqual(o.name, name) {
			n++
		}
	}
	return n == 1
}

// item is an element of a select list.
type item struct {
	node *node
	out  output
}

func (g *asker) selectBody(b *block, from *node, s shape) selected {
	out := selected{}
	where := g.where(b, s.depth)
	var items []item
	var tail *node
	switch kind := weighted(g.r, 62, 38); {
	case kind == 1:
		// An aggregate over a column of a query around it is outside the offer.
		items, tail = g.grouped(b.alone(), s)
		out.grouped = true
	case s.kinds == nil && (chance(g.r, 28) || b.merged && chance(g.r, 40)) && g.starWorks(b, s):
		items, out.star = g.star(b, s), true
	default:
		items = g.items(b, s)
	}
	out.distinct = chance(g.r, 14) && !out.grouped
	head := "SELECT "
	if out.distinct {
		head = "SELECT DISTINCT "
	}
	var list []*node
	for _, it := range items {
		if it.node != nil {
			list = append(list, it.node)
		}
		out.outs = append(out.outs, it.out)
	}
	out.node = piece(head, joinNodes(", ", list), " FROM ", from, where, tail)
	return out
}

func (g *asker) where(b *block, depth int) *node {
	if chance(g.r, 48) {
		return nil
	}
	return optional(" WHERE ", g.condition(b, 1+depth))
}

// starWorks tells whether the columns of * may be used: a query around this
// one needs names that differ.
func (g *asker) starWorks(b *block, s shape) bool {
	if !s.named {
		return true
	}
	if g.q.anyColumns {
		return false
	}
	for _, f := range b.bare {
		n := 0
		for _, o := range b.bare {
			if foldEqual(f.name, o.name) {
				n++
			}
		}
		if n > 1 {
			return false
		}
	}
	return len(b.bare) >= s.wide
}

func (g *asker) star(b *block, s shape) []item {
	var out []item
	all := func(n *node, fields []field) {
		for i, f := range fields {
			it := item{out: output{name: f.name, kind: f.kind, safe: f.safe, col: f.col}}
			if i == 0 {
				it.node = n
			}
			out = append(out, it)
		}
	}
	if chance(g.r, 60) || s.named || b.closed { // SQLite's t.* shows merged columns, too
		all(piece("*"), b.bare)
		return out
	}
	rel := pick(g.r, b.rels)
	all(piece(g.d.name(g.r, rel.name), ".*"), rel.fields)
	if chance(g.r, 50) {
		out = append(out, g.items(b, shape{depth: 0})...)
	}
	return out
}

// items makes a plain select list.
func (g *asker) items(b *block, s shape) []item {
	kinds := s.kinds
	if kinds == nil {
		for range max(1+g.r.IntN(4), s.wide) {
			kinds = append(kinds, g.kindIn(b))
		}
	}
	var out []item
	for i, k := range kinds {
		var (
			x *node
			o = output{kind: k}
		)
		switch {
		case chance(g.r, 60):
			var f field
			if x, f = g.reference(b, k); x != nil {
				o.col, o.safe = f.col, f.safe
				if !s.named && !(f.coalesced && g.d.sqlite()) && chance(g.r, 70) {
					o.name = f.name
					out = append(out, item{node: x, out: o})
					continue
				}
			}
		case s.kinds == nil && chance(g.r, 14):
			if x, o.kind = g.frame(b); x == nil || chance(g.r, 60) {
				x, o.kind = g.window(b)
			}
		case s.kinds == nil && chance(g.r, 8):
			x, o.kind = piece("(", g.condition(b, 0), ")"), kindBool
		}
		if x == nil {
			x = g.value(b, k, s.depth+1)
		}
		o.name, o.said = g.label(i), true
		out = append(out, item{node: piece(x, " AS ", g.d.name(g.r, o.name)), out: o})
	}
	return out
}

func (g *asker) label(i int) string {
	if chance(g.r, 12) {
		return pick(g.r, []string{"Total HT", "order", "N°", "r1", "t1"}) + strconv.Itoa(i)
	}
	return "v" + strconv.Itoa(i+1)
}

// kindIn gives a kind that b has columns of.
func (g *asker) kindIn(b *block) kind {
	if len(b.bare) == 0 {
		return kindInt
	}
	if k := pick(g.r, b.bare).kind; k != kindBool && k != kindNull {
		return k
	}
	return kindInt
}

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
	use := func(x *node) {
		keys = append(keys, x)
		if chance(g.r, 15) {
			groupBy = append(groupBy, piece(strconv.Itoa(len(out))))
		} else {
			groupBy = append(groupBy, x)
		}
	}
	if s.kinds != nil {
		for _, k := range s.kinds {
			if x, o := key(k); x != nil && chance(g.r, 60) {
				add(x, o)
				use(x)
			} else {
				x, o := g.aggregate(b, k)
				add(x, o)
			}
		}
	} else {
		for range g.r.IntN(3) {
			if x, o := key(g.kindIn(b)); x != nil {
				add(x, o)
				use(x)
			}
		}
		for range max(1+g.r.IntN(2), s.wide-len(out)) {
			x, o := g.aggregate(b, pick(g.r, []kind{kindInt, kindInt, kindDec, kindText, kindDate}))
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
		tail.kids = append(tail.kids, g.groupBy(groupBy))
	}
	if chance(g.r, 25) {
		tail.kids = append(tail.kids, optional(" HAVING ", g.having(b, keys)))
	}
	return out, tail
}

// groupBy groups by some expressions, and where the engine knows grouping sets
// now and then by several sets of them.
func (g *asker) groupBy(by []*node) *node {
	list := joinNodes(", ", by)
	if !g.d.postgres || chance(g.r, 75) {
		return piece(" GROUP BY ", list)
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

func (g *asker) aggregate(b *block, k kind) (*node, output) {
	x, f := g.reference(b, k)
	if x == nil || chance(g.r, 15) {
		x = g.value(b, k, 0)
	}
	var n *node
	o := output{kind: k}
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
		n = piece(pick(g.r, []string{"SUM", "MIN", "MAX", "AVG", "SUM"}), "(", x, ")")
		if chance(g.r, 15) && f.safe {
			n = piece("SUM(DISTINCT ", x, ")").or(n)
		}
	}
	if g.d.postgres {
		word, _, _ := strings.Cut(n.kids[0].text, "(")
		o.name = strings.ToLower(word)
	}
	if chance(g.r, 8) {
		return g.filtered(n, g.condition(b, 0)), o
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
	x, _ := g.aggregate(b, kindInt)
	return piece(x, " ", pick(g.r, []string{">", "<", "<>"}), " ", strconv.Itoa(g.r.IntN(20)), " OR ", piece("COUNT(*) > 1")).or(piece(x, " > 1"))
}

// window makes a window function whose value does not depend on how ties fall.
func (g *asker) window(b *block) (*node, kind) {
	over := func(order bool) *node {
		n := piece(" OVER (")
		space := ""
		if x, _ := g.reference(b, g.kindIn(b)); x != nil && chance(g.r, 50) {
			n.kids = append(n.kids, piece("PARTITION BY ", x))
			space = " "
		}
		if order {
			if x, _ := g.reference(b, g.kindIn(b)); x != nil {
				n.kids = append(n.kids, piece(space, "ORDER BY ", g.sortKey(x, true)))
			}
		}
		n.kids = append(n.kids, &node{text: ")"})
		return n
	}
	if y, f := g.reference(b, pick(g.r, []kind{kindInt, kindDec})); y != nil && f.safe && chance(g.r, 45) {
		return piece(pick(g.r, []string{"SUM", "MIN", "MAX", "COUNT"}), "(", y, ")", over(chance(g.r, 50))), kindDec
	}
	if n := g.rowNumber(b); n != nil && chance(g.r, 40) {
		return n, kindInt
	}
	x, _ := g.reference(b, g.kindIn(b))
	if x == nil {
		return piece("COUNT(*) OVER ()"), kindInt
	}
	n := piece(pick(g.r, []string{"RANK()", "DENSE_RANK()"}), " OVER (")
	if y, _ := g.reference(b, g.kindIn(b)); y != nil && chance(g.r, 50) {
		n.kids = append(n.kids, piece("PARTITION BY ", y, " "))
	}
	return piece(n, "ORDER BY ", g.sortKey(x, true), ")"), kindInt
}

// rowNumber orders by everything that there is, so that rows which tie are alike.
func (g *asker) rowNumber(b *block) *node {
	keys := g.totalKeys(b)
	if keys == nil {
		return nil
	}
	return piece("ROW_NUMBER() OVER (ORDER BY ", keys, ")")
}

func (g *asker) totalKeys(b *block) *node {
	if len(b.rels) != 1 || len(b.bare) > 6 {
		return nil
	}
	var keys []*node
	for _, i := range g.r.Perm(len(b.rels[0].fields)) {
		keys = append(keys, g.sortKey(g.qualified(b.rels[0], b.rels[0].fields[i]), true))
	}
	if len(keys) == 0 {
		return nil
	}
	return joinNodes(", ", keys)
}
