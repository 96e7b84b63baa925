package oracle

import (
	"fmt"
	"strconv"
	"strings"
)

// casts makes an expression of a kind by converting one of another kind; nil
// where there is nothing to convert. What cannot be converted is NULL: the
// engine is asked for that by the judge's own functions (words.go).
func (g *asker) casts(b *block, k kind, depth int) *node {
	switch k {
	case kindInt:
		return g.castWhole(b, depth)
	case kindDec:
		return g.castDecimal(b, depth)
	case kindFloat:
		return g.castFloat(b, depth)
	case kindText:
		return g.castText(b)
	case kindDate:
		if chance(g.r, 60) {
			if x := g.written(b, depth); x != nil {
				return g.cast(x, "DATE", "judge_day(", ")")
			}
		}
		if x, _ := g.reference(b, kindStamp); x != nil {
			return g.cast(x, "DATE", g.d.by("DATE(", "CAST(", "CAST("), g.d.by(")", " AS date)", " AS DATE)"))
		}
	case kindStamp:
		if x, _ := g.reference(b, kindDate); x != nil {
			return g.cast(x, pick(g.r, []string{"DATETIME", "DATETIME", "TIMESTAMP", "DATETIME2"}), g.d.by("DATETIME(", "CAST(", "CAST("), g.d.by(")", " AS timestamp)", " AS DATETIME)"))
		}
	}
	return nil
}

// cast writes a conversion of x in one of the portal's ways; the engine is
// asked for what stands around x there.
func (g *asker) cast(x *node, to, before, after string) *node {
	return g.castBy(pick(g.r, []string{"CAST(", "CAST(", "TRY_CAST(", "CONVERT(", "TRY_CONVERT(", "::"}), x, to, before, after)
}

// tried is cast where CAST itself may refuse x for what the request wrote.
func (g *asker) tried(x *node, to, before, after string) *node {
	return g.castBy(pick(g.r, []string{"TRY_CAST(", "TRY_CONVERT("}), x, to, before, after)
}

func (g *asker) castBy(word string, x *node, to, before, after string) *node {
	switch word {
	case "CONVERT(", "TRY_CONVERT(":
		return piece(spelled(word+to+", ", before), x, spelled(")", after))
	case "::":
		return piece(spelled("(", before), x, spelled(")::"+to, after))
	}
	return piece(spelled(word, before), x, spelled(" AS "+to+")", after))
}

// written is a text out of a row, often one that looks like a number or a day.
func (g *asker) written(b *block, depth int) *node {
	for range 4 {
		if x, f := g.reference(b, kindText); x != nil && f.col != nil && f.col.domain == domDigits {
			return x
		}
	}
	x, _ := g.reference(b, kindText)
	switch {
	case x == nil || depth < 1:
	case chance(g.r, 15):
		return piece("(", x, " || ", quoteText(pick(g.r, []string{"5", " ", ".5", "-01-31"})), ")").or(x)
	case chance(g.r, 15):
		return piece("SUBSTRING(", x, ", 1, ", strconv.Itoa(1+g.r.IntN(10)), ")").or(x)
	}
	return x
}

// said is a text that the request itself wrote.
func (g *asker) said() *node {
	v := text(pick(g.r, digits))
	if g.params && chance(g.r, 50) {
		return &node{param: &v}
	}
	return piece(v.literal())
}

// bits are the widths of the portal's whole numbers.
var bits = map[string]int{"SMALLINT": 16, "INT": 32, "INTEGER": 32, "BIGINT": 64}

func (g *asker) castWhole(b *block, depth int) *node {
	to := pick(g.r, []string{"SMALLINT", "INT", "INTEGER", "BIGINT", "BIGINT"})
	after := ", " + strconv.Itoa(bits[to]) + ")"
	switch g.r.IntN(6) {
	case 0:
		return g.tried(g.said(), to, "judge_whole(judge_int(", ")"+after)
	case 1, 2:
		if x := g.written(b, depth); x != nil {
			return g.cast(x, to, "judge_whole(judge_int(", ")"+after)
		}
	case 3:
		if x, _ := g.reference(b, kindInt); x != nil {
			return g.cast(x, to, "judge_whole(", after)
		}
	case 4:
		if x, _ := g.reference(b, kindFloat); x != nil {
			return g.cast(x, to, g.d.by("judge_whole(", "judge_whole(CAST(", "judge_whole("), g.d.by(after, " AS numeric)"+after, after))
		}
	}
	if chance(g.r, 30) {
		return g.cast(piece("(", g.condition(b, 0), ")"), to, "CAST(", g.d.by(" AS INTEGER)", " AS int)", " AS SIGNED)"))
	}
	if x := g.exactly(b); x != nil {
		return g.cast(x, to, "judge_whole(", after)
	}
	return nil
}

// exactly is a decimal that rounds alike wherever it is kept: SQLite rounds
// what its binary floats make of it.
func (g *asker) exactly(b *block) *node {
	for range 4 {
		if x, f := g.reference(b, kindDec); x != nil && (f.safe || !g.d.sqlite()) {
			return x
		}
	}
	return nil
}

func (g *asker) castDecimal(b *block, depth int) *node {
	decimals := g.r.IntN(4)
	total := decimals + 1 + g.r.IntN(pick(g.r, []int{3, 3, 12})) // often too few digits
	to := fmt.Sprintf("%s(%d, %d)", pick(g.r, []string{"DECIMAL", "NUMERIC"}), total, decimals)
	after := fmt.Sprintf(", %d, %d)", total, decimals)
	switch g.r.IntN(5) {
	case 0:
		return g.tried(g.said(), to, "judge_size(judge_dec(", ")"+after)
	case 1:
		if x := g.written(b, depth); x != nil {
			return g.cast(x, to, "judge_size(judge_dec(", ")"+after)
		}
	case 2:
		if x, _ := g.reference(b, kindInt); x != nil {
			return g.cast(x, to, "judge_size(", after)
		}
	case 3:
		if x, _ := g.reference(b, kindFloat); x != nil {
			return g.cast(x, to, g.d.by("judge_size(", "judge_size(CAST(", "judge_size("), g.d.by(after, " AS numeric)"+after, after))
		}
	}
	if x := g.exactly(b); x != nil {
		return g.cast(x, to, "judge_size(", after)
	}
	return nil
}

func (g *asker) castFloat(b *block, depth int) *node {
	to := pick(g.r, []string{"FLOAT", "REAL", "DOUBLE PRECISION"})
	after := g.d.by(" AS REAL)", " AS double precision)", " AS DOUBLE)")
	if chance(g.r, 50) {
		if x := g.written(b, depth); x != nil {
			return g.cast(x, to, "CAST(judge_dec(", ")"+after)
		}
	}
	if x, _ := g.reference(b, pick(g.r, []kind{kindInt, kindDec})); x != nil {
		return g.cast(x, to, "CAST(", after)
	}
	return nil
}

// castText writes a number or a truth out, or cuts a text.
func (g *asker) castText(b *block) *node {
	n := 1 + g.r.IntN(12)
	to := fmt.Sprintf("%s(%d)", pick(g.r, []string{"VARCHAR", "NVARCHAR", "CHAR"}), n)
	cut := func(before, after string) (string, string) {
		if g.d.sqlite() {
			return "SUBSTR(" + before, after + ", 1, " + strconv.Itoa(n) + ")"
		}
		return "LEFT(" + before, after + ", " + strconv.Itoa(n) + ")"
	}
	plain := g.d.by(" AS TEXT)", " AS text)", " AS CHAR)")
	switch g.r.IntN(4) {
	case 0:
		if x, _ := g.reference(b, kindText); x != nil {
			before, after := cut("", "")
			return g.cast(x, to, before, after)
		}
	case 1:
		before, after := cut("judge_word(", ")")
		return g.cast(piece("(", g.condition(b, 0), ")"), to, before, after)
	case 2:
		if x, _ := g.reference(b, kindInt); x != nil {
			before, after := cut("CAST(", plain)
			return g.cast(x, to, before, after)
		}
	}
	if x, decimals := g.stored(b); x != nil { // with all the decimals of its column
		before, after := cut("CAST(", plain)
		if g.d.sqlite() {
			before, after = cut("judge_digits(", ", "+decimals+")")
		}
		return g.cast(x, to, before, after)
	}
	return nil
}

// stored is a decimal that comes straight from a table's column, and how many
// decimals that has.
func (g *asker) stored(b *block) (*node, string) {
	for range 6 {
		if len(b.rels) == 0 {
			break
		}
		rel := pick(g.r, b.rels)
		for _, i := range g.r.Perm(len(rel.fields)) {
			f := rel.fields[i]
			if rel.base == nil || f.kind != kindDec || f.col == nil || g.d.sqlite() && !f.safe {
				continue
			}
			_, scale, _ := strings.Cut(strings.TrimSuffix(f.col.native, ")"), ",")
			return g.qualified(rel, f), scale
		}
	}
	return nil, ""
}
