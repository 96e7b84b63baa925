package oracle

import "strconv"

// settled gives a column of a recursive WITH element the type that it has in
// both blocks: the portal finds one that is wide enough, the engines take the
// first block's.
func (g *asker) settled(x *node, k kind) *node {
	word := map[kind]string{
		kindInt:   g.d.by("", "bigint", "SIGNED"),
		kindDec:   g.d.by("", "numeric", "DECIMAL(30, 10)"),
		kindFloat: g.d.by("", "double precision", "DOUBLE"),
		kindText:  g.d.by("", "text", "CHAR(1000)"),
		kindDate:  g.d.by("", "date", "DATE"),
		kindStamp: g.d.by("", "timestamp", "DATETIME"),
	}[k]
	if word == "" {
		return x
	}
	return piece(spelled("", "CAST("), x, spelled("", " AS "+word+")"))
}

// recursive makes a WITH element that uses itself: rows to start with, and a
// block that makes the next rows of those before. It ends: with UNION because
// it makes no new values, with UNION ALL because it counts its rounds. Its
// columns are called label and a number: that is what it calls them itself.
func (g *asker) recursive(name, label string) (*node, []output) {
	all := chance(g.r, 65)
	first := &block{}
	var from, where *node
	if !all || chance(g.r, 85) {
		from = g.from(first, 0)
		where = g.where(first, 0)
	}
	var items []*node
	var outs []output
	if all {
		items = append(items, piece(g.settled(piece(strconv.Itoa(g.r.IntN(2))), kindInt), " AS v1"))
		outs = append(outs, output{name: label + "1", kind: kindInt, safe: true})
	}
	for range 1 + g.r.IntN(2) {
		o := output{kind: pick(g.r, []kind{kindInt, kindDec, kindDate, kindStamp, kindText, kindText})}
		if from != nil {
			o.kind = g.kindIn(first)
		}
		o.name = label + strconv.Itoa(len(outs)+1)
		x, f := g.reference(first, o.kind)
		for tries := 0; x == nil && !all && tries < 8; tries++ {
			o.kind = g.kindIn(first)
			x, f = g.reference(first, o.kind)
		}
		if x == nil {
			x = g.typedLiteral(o.kind)
		}
		o.col = f.col
		items = append(items, piece(g.settled(x, o.kind), " AS ", g.d.name(g.r, o.name)))
		outs = append(outs, o)
	}
	start := piece("SELECT ", joinNodes(", ", items))
	if from != nil {
		start = piece(start, " FROM ", from, where)
	}
	word := " UNION "
	if all {
		word = " UNION ALL "
	}
	return piece(start, word, g.nextRows(name, outs, all)).or(start), outs
}

// nextRows is the second block of a recursive element.
func (g *asker) nextRows(name string, outs []output, all bool) *node {
	rel := &relation{name: name, fields: g.fieldsOf(outs)}
	rounds := 2 + g.r.IntN(4)
	from := g.aliased(piece(g.d.name(g.r, name)), rel)
	part := &block{rels: []*relation{rel}, bare: append([]field(nil), rel.fields...)}
	counter := func() *node { return g.qualified(rel, rel.fields[0]) }
	if right, other := g.relation(part, 0); !g.clash(part, other) && (!all || chance(g.r, 75)) {
		rounds = min(rounds, 3)
		both := side(part, other)
		on := g.on(both, part, other, both, true)
		left := from
		if chance(g.r, 30) {
			left, right = right, left
		}
		from, part = piece(left, pick(g.r, []string{" JOIN ", " INNER JOIN "}), right, " ON ", on), both
	}
	var items []*node
	for i, o := range outs {
		x := g.qualified(rel, rel.fields[i])
		switch {
		case all && i == 0:
			x = piece(x, " + 1")
		case !all: // the portal refuses to convert anything there
			if y, f := g.reference(part, o.kind); y != nil && f.col != nil && o.col != nil && f.col.native == o.col.native {
				x = y
			}
		case chance(g.r, 50):
			if y, _ := g.reference(part, o.kind); y != nil {
				x = y
			}
		case o.kind == kindText: // it must not grow
			x = g.castBy("CAST(", piece(x, " || ", quoteText(pick(g.r, []string{".", "é", ""}))), "VARCHAR(40)", g.d.by("SUBSTR(", "LEFT(", "LEFT("), g.d.by(", 1, 40)", ", 40)", ", 40)"))
		default:
			x = g.value(part, o.kind, 1).or(x)
		}
		items = append(items, g.settled(x, o.kind))
	}
	var where *node
	switch more := chance(g.r, 30); {
	case all && more:
		where = piece(" WHERE ", counter(), " < ", strconv.Itoa(rounds), " AND ", optionalTail(g.condition(part, 0)))
	case all:
		where = piece(" WHERE ", counter(), " < ", strconv.Itoa(rounds))
	case more:
		where = optional(" WHERE ", g.condition(part, 0))
	}
	return piece("SELECT ", joinNodes(", ", items), " FROM ", from, where)
}
