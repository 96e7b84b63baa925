package oracle

import (
	"math/rand/v2"
	"strconv"
)

// window makes a window function whose value does not depend on how ties fall.
func (g *asker) window(b *block) (*node, kind) {
	if g.d.mariadb && !b.qualified { // it looks for bare names in the select list first, where one may stand twice
		named := *b
		named.qualified = true
		b = &named
	}
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

// frame makes a window function over an order in which no two rows that differ
// are equal, so that a frame of so many rows is the same on every plan.
func (g *asker) frame(b *block) (*node, kind) {
	keys := g.totalKeys(b)
	if keys == nil {
		return nil, kindInt
	}
	rel := b.rels[0]
	f := pick(g.r, rel.fields)
	x := g.qualified(rel, f)
	k := f.kind
	var call *node
	frame := ""
	switch g.r.IntN(4) {
	case 0:
		call = piece(pick(g.r, []string{"LAG", "LEAD"}), "(", x, pick(g.r, []string{"", ", 1", ", 2"}), ")")
	case 1:
		call, frame = piece(pick(g.r, []string{"FIRST_VALUE", "LAST_VALUE"}), "(", x, ")"), randomFrame(g.r)
	case 2:
		call, k = piece("NTILE(", strconv.Itoa(1+g.r.IntN(4)), ")"), kindInt
	default:
		if call, k, frame = piece("COUNT(", x, ")"), kindInt, randomFrame(g.r); f.safe && f.kind.numeric() {
			call, k = piece(pick(g.r, []string{"SUM", "MIN", "MAX"}), "(", x, ")"), kindDec
		}
	}
	return piece(call, " OVER (ORDER BY ", keys, frame, ")"), k
}

func randomFrame(r *rand.Rand) string {
	return pick(r, []string{"", " ROWS BETWEEN 1 PRECEDING AND CURRENT ROW", " ROWS BETWEEN 2 PRECEDING AND 1 FOLLOWING", " ROWS UNBOUNDED PRECEDING",
		" ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING", " RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"})
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
