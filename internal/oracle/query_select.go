package oracle

import "strconv"

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
