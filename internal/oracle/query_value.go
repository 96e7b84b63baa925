package oracle

import (
	"strconv"
	"strings"
)

// literal writes a value that a column of a kind could hold, sometimes as a
// parameter where like says what it will be compared with.
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
	if v.kind == kindFloat && strings.Contains(v.text, "e308") { // a trap that is seen after all: the gate takes no number of so many digits
		v = floating(pick(g.r, floats))
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
	switch weighted(g.r, 34, 12, 10, 8, 10, 26, 30) {
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
	case 6:
		if x := g.casts(b, k, depth); x != nil {
			return x
		}
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
		case chance(g.r, 10):
			if x := g.borders(b); x != nil {
				return x
			}
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
		x := g.lastDay(b)
		if chance(g.r, 60) {
			x = g.moved(b, k)
		}
		if x != nil {
			return x
		}
	case kindStamp:
		x := g.truncatedTo(b)
		switch g.r.IntN(4) {
		case 0:
			x = g.moved(b, k)
		case 1, 2:
			x = g.casts(b, k, depth)
		}
		if x != nil {
			return x
		}
	}
	return g.leaf(b, k)
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
