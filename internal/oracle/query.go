package oracle

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// asker makes random queries over what a customer may see, now and then over
// what he may not.
type asker struct {
	r           *rand.Rand
	w           *world
	d           dialect
	ctes        []*cte
	q           *query
	params      bool   // parameters may stand here
	spoil       bool   // name something that is outside the view
	spoiled     string // what was named
	spoiledName string
	size        int // how much has been made; ends recursion
	aliases     int
	// relations ends joins before they grow too large.
	relations int
	nested    int      // WITH inside of queries
	later     []string // names of WITH elements that are yet to come: SQLite sees them already
}

// output is a column of a query's result.
type output struct {
	name string
	kind kind
	safe bool
	col  *column
	said bool // the name was written in the select list
}

func (w *world) randomQuery(r *rand.Rand) *query {
	g := &asker{r: r, w: w, d: w.dialect, q: &query{}, params: true, spoil: chance(r, 8)}
	g.q.noisy = chance(r, 20)
	g.q.backwards = chance(r, 30)
	g.q.named = !g.d.postgres && chance(r, 20)
	var with *node
	if chance(r, 22) {
		with = g.with(1 + r.IntN(2))
	}
	if chance(r, 14) {
		g.q.root = piece(with, g.setOperation())
	} else {
		g.q.root = piece(with, g.topSelect())
	}
	g.q.spoiled, g.q.spoiledName = g.spoiled, g.spoiledName
	return g.q
}

// with makes the WITH elements of the whole query.
func (g *asker) with(n int) *node {
	var list []*node
	names := g.cteNames(n)
	itself := chance(g.r, 25)
	for outer := g.later; len(names) > 0; {
		name := names[0]
		switch {
		case g.d.sqlite(), itself:
			g.later = append(slices.Clone(outer), names...) // SQLite knows all of them everywhere, RECURSIVE has the others know them
		case g.d.mariadb:
			g.later = append(slices.Clone(outer), name) // MariaDB 10.11 crashes where one that reads a table of its own name is used twice
		}
		already := g.spoiled
		label := "v"
		if chance(g.r, 25) {
			label = "k"
		}
		var body *node
		var outs []output
		if itself && (len(list) == 0 || chance(g.r, 40)) {
			body, outs = g.recursive(name, label)
		} else {
			body, outs = g.inner(nil, 1, 0)
		}
		if g.spoiled != already && !g.d.postgres {
			g.q.lazy = true
		}
		head := g.d.name(g.r, name)
		fields := g.fieldsOf(outs)
		if label == "k" {
			var names []*node
			for i := range fields {
				fields[i].name = label + strconv.Itoa(i+1)
				names = append(names, piece(fields[i].name))
			}
			list = append(list, piece(head, " (", joinNodes(", ", names), ") AS (", body, ")"))
		} else {
			list = append(list, piece(head, " AS (", body, ")"))
		}
		g.ctes = append(g.ctes, &cte{name: name, fields: fields})
		names, g.later = names[1:], outer
	}
	if itself {
		return piece("WITH RECURSIVE ", joinNodes(", ", list), " ")
	}
	return piece("WITH ", joinNodes(", ", list), " ")
}

// cteNames are often names of tables, also of tables outside the view. At
// least one table keeps its name.
func (g *asker) cteNames(n int) []string {
	var names []string
	taken := map[string]bool{strings.ToLower(g.w.shown[0].name): true} // always the same one, for WITH may nest
	for _, c := range g.ctes {
		taken[strings.ToLower(c.name)] = true
	}
	for range n {
		name := pick(g.r, []string{"c1", "w1", "cte", "x1", "t1"})
		if chance(g.r, 45) && !(g.d.mariadb && g.nested > 0) { // MariaDB 10.11 crashes where a WITH inside another names a table that both read
			name = pick(g.r, g.w.tables).name
		}
		if f := strings.ToLower(name); !taken[f] && !g.coming(name) {
			taken[f] = true
			names = append(names, name)
		}
	}
	if names == nil {
		g.aliases++
		names = []string{"cte" + strconv.Itoa(g.aliases)}
	}
	return names
}

func (g *asker) fieldsOf(outs []output) []field {
	var out []field
	for _, o := range outs {
		out = append(out, field{name: o.name, kind: o.kind, safe: o.safe, col: o.col})
	}
	return out
}

// topSelect makes a whole SELECT with its order and limit.
func (g *asker) topSelect() *node {
	b := &block{}
	if chance(g.r, 3) {
		return g.withoutTables(b)
	}
	from := g.from(b, 2)
	sel := g.selectBody(b, from, shape{top: true, depth: 2})
	return piece(sel.node, g.order(b, sel, true))
}

func (g *asker) withoutTables(b *block) *node {
	n := piece("SELECT ", g.value(b, kindInt, 2), " AS n, ", g.value(b, kindText, 1), " AS s")
	return n
}

// order makes ORDER BY, and LIMIT where the order is a total one: all output
// columns are keys, so that rows which tie are alike.
func (g *asker) order(b *block, sel selected, top bool) *node {
	const none, total, cut = 0, 1, 2
	wanted := weighted(g.r, 30, 50, 20)
	if !top {
		wanted = cut
	}
	if wanted == none || sel.star && g.q.anyColumns || wanted == cut && g.q.unsorted {
		return nil
	}
	if top {
		g.q.ordered = !g.q.unsorted
	}
	var keys []*node
	if b != nil && !sel.distinct && !sel.grouped && chance(g.r, 40) {
		if x := g.orderKey(b); x != nil {
			keys = append(keys, g.sortKey(x, true))
		}
	}
	for _, i := range g.r.Perm(len(sel.outs)) {
		o := sel.outs[i]
		key := strconv.Itoa(i + 1)
		if (o.said || g.d.postgres) && chance(g.r, 30) && sel.unique(g.d, o.name) {
			key = g.d.name(g.r, o.name)
		}
		keys = append(keys, g.sortKey(piece(key), false))
	}
	n := piece(" ORDER BY ", joinNodes(", ", keys))
	if wanted == cut {
		n = piece(n, g.limit())
	} else {
		n.drop = true
	}
	return n
}

// orderKey is an expression to order by that is no constant.
func (g *asker) orderKey(b *block) *node {
	k := g.kindIn(b)
	x, _ := g.reference(&block{outer: b.outer, rels: b.rels, bare: b.bare, qualified: true}, k)
	switch {
	case x == nil:
	case k == kindText && chance(g.r, 30):
		return piece(g.lengthWord(), x, ")")
	case chance(g.r, 25):
		return piece("COALESCE(", x, ", ", g.typedLiteral(k), ")")
	}
	return x
}

// sortKey makes a key of ORDER BY. again says that x may stand twice, which
// takes the place of NULLS FIRST and NULLS LAST on MariaDB. Where the request
// says nothing of NULL, it is the smallest value.
func (g *asker) sortKey(x *node, again bool) *node {
	way := pick(g.r, []string{"", " ASC", " DESC"})
	natural, other := " NULLS FIRST", " NULLS LAST"
	if way == " DESC" {
		natural, other = other, natural
	}
	silent := chance(g.r, 20)
	if silent && g.d.postgres {
		return piece(x, spelled(way, way+natural))
	}
	if silent {
		return piece(x, way)
	}
	if !g.d.mariadb {
		return piece(x, way, pick(g.r, []string{natural, other}))
	}
	same, plain := x.flatEngine()
	if !again || !plain || chance(g.r, 50) {
		return piece(x, spelled(way+natural, way))
	}
	n := piece(spelled("", "("+same+") IS NULL"+way+", "), x, spelled(way+other, way))
	n.fixed = true
	return n
}

func (g *asker) limit() *node {
	count := func(max int) *node {
		v := integer(int64(g.r.IntN(max)))
		if g.params && chance(g.r, 30) {
			return &node{param: &v, count: true}
		}
		return piece(v.text)
	}
	if g.d.postgres && chance(g.r, 8) {
		return piece(" OFFSET ", count(4))
	}
	if !g.d.sqlite() && chance(g.r, 25) {
		return piece(optional(" OFFSET ", strconv.Itoa(g.r.IntN(4)), " ROWS"), " FETCH FIRST ", strconv.Itoa(1+g.r.IntN(9)), " ROWS ONLY")
	}
	n := piece(" LIMIT ", count(12))
	if chance(g.r, 40) {
		n = piece(n, optional(" OFFSET ", count(5)))
	}
	return n
}

// setOperation joins two or three selects of the same kinds of columns.
func (g *asker) setOperation() *node {
	kinds := make([]kind, 1+g.r.IntN(3))
	for i := range kinds {
		kinds[i] = pick(g.r, []kind{kindInt, kindText, kindText, kindDec, kindDate})
	}
	n, outs := g.setOf(nil, kinds, 2, true)
	return piece(n, g.order(nil, selected{outs: outs}, true))
}

var setWords = [][]string{
	{" UNION ", " UNION ALL ", " INTERSECT ", " EXCEPT "},
	{" UNION ", " UNION ALL ", " INTERSECT ", " EXCEPT ", " UNION ALL ", " INTERSECT ", " EXCEPT ", " UNION DISTINCT "},
}

// setOf makes a set operation. SQLite gives all operators one precedence and
// knows no parentheses there, so that INTERSECT is not mixed with others.
func (g *asker) setOf(outer *block, kinds []kind, depth int, first bool) (*node, []output) {
	words := setWords[0]
	if !g.d.sqlite() {
		words = setWords[1]
	}
	left, outs := g.arm(outer, kinds, depth)
	word := pick(g.r, words)
	n := piece(left)
	arms := 1 + g.r.IntN(2)
	for i := range arms {
		right, _ := g.arm(outer, mixed(g.r, kinds), depth-1)
		if !g.d.sqlite() && chance(g.r, 25) {
			right = piece("(", right, ")")
			if depth > 0 && chance(g.r, 50) {
				nested, _ := g.setOf(outer, kinds, depth-2, false)
				right = piece("(", nested, ")").or(right)
			}
		}
		n = piece(n, word, right).or(n, right)
		if i == 0 && !g.d.sqlite() {
			word = pick(g.r, words)
		}
	}
	return n, outs
}

// mixed puts whole numbers here and there where decimals are.
func mixed(r *rand.Rand, kinds []kind) []kind {
	out := slices.Clone(kinds)
	for i, k := range out {
		if k == kindDec && chance(r, 30) {
			out[i] = kindInt
		}
	}
	return out
}

// arm makes a select with columns of the given kinds.
func (g *asker) arm(outer *block, kinds []kind, depth int) (*node, []output) {
	b := &block{outer: outer}
	from := g.from(b, min(depth, 1))
	sel := g.selectBody(b, from, shape{kinds: kinds, depth: max(depth-1, 0), named: true})
	if !g.d.sqlite() && chance(g.r, 10) {
		return piece("(", sel.node, g.order(b, sel, false), ")").or(sel.node), sel.outs
	}
	return sel.node, sel.outs
}

// inner makes a query for a derived table or a CTE: its columns have names
// that differ. wide is the least number of columns.
func (g *asker) inner(outer *block, depth, wide int) (*node, []output) {
	if g.nested == 0 && chance(g.r, 6) {
		g.nested++
		known := g.ctes
		with := g.with(1)
		body, outs := g.inner(outer, depth, wide)
		g.ctes = known
		g.nested--
		return piece(with, body).or(body), outs
	}
	if depth > 0 && chance(g.r, 12) {
		kinds := make([]kind, 1+g.r.IntN(3))
		for i := range kinds {
			kinds[i] = pick(g.r, []kind{kindInt, kindText, kindDec})
		}
		for len(kinds) < wide {
			kinds = append(kinds, kindInt)
		}
		return g.setOf(outer, kinds, 0, true)
	}
	b := &block{outer: outer}
	from := g.from(b, depth)
	sel := g.selectBody(b, from, shape{named: true, depth: depth, wide: wide})
	if chance(g.r, 15) {
		return piece(sel.node, g.order(b, sel, false)), sel.outs
	}
	return sel.node, sel.outs
}
