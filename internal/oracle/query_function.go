package oracle

import "strconv"

// Functions of the portal's whose spelling or meaning differs between the
// engines. The engine is asked in its own words.

// by chooses between three spellings.
func (d dialect) by(sqlite, postgres, mariadb string) string {
	switch {
	case d.postgres:
		return postgres
	case d.mariadb:
		return mariadb
	}
	return sqlite
}

// moreInt is a whole number out of a text, a date or a number.
func (g *asker) moreInt(b *block) *node {
	switch g.r.IntN(5) {
	case 0:
		return piece("SIGN(", g.number(b, pick(g.r, []kind{kindInt, kindDec})), ")")
	case 1:
		x := g.leaf(b, kindText)
		needle := quoteText(pick(g.r, []string{"a", "B", " ", "é", "%", ""}))
		if chance(g.r, 50) {
			return piece(spelled("INSTR(", g.d.by("INSTR(", "STRPOS(", "INSTR(")), x, ", ", needle, ")")
		}
		if g.d.sqlite() { // the other way round
			return piece(spelled("LOCATE("+needle+", ", "INSTR("), x, spelled(")", ", "+needle+")"))
		}
		return piece("POSITION(", needle, " IN ", x, ")")
	case 2:
		if x, _ := g.reference(b, pick(g.r, []kind{kindDate, kindStamp})); x != nil {
			return piece(spelled("QUARTER(", g.d.by("((CAST(strftime('%m', ", "EXTRACT(QUARTER FROM ", "QUARTER(")), x, spelled(")", g.d.by(") AS INTEGER) + 2) / 3)", ")", ")")))
		}
	case 3:
		x, _ := g.reference(b, kindDate)
		y, _ := g.reference(b, kindDate)
		if x != nil && y != nil {
			return piece(spelled("DAYS_BETWEEN(", g.d.by("-CAST(julianday(", "-(", "-DATEDIFF(")), x, spelled(", ", g.d.by(") - julianday(", " - ", ", ")), y, spelled(")", g.d.by(") AS INTEGER)", ")", ")")))
		}
	}
	return g.remainder(b)
}

// moreText is a text out of a text.
func (g *asker) moreText(b *block, x *node, depth int) *node {
	n := g.r.IntN(6)
	if g.d.sqlite() {
		n = g.r.IntN(3)
	}
	count := strconv.Itoa(g.r.IntN(4))
	switch n {
	case 0:
		if g.d.sqlite() {
			return piece(spelled("RIGHT(", "SUBSTR("), x, spelled(", "+count+")", ", -"+count+", "+count+")")).or(x)
		}
		return piece("RIGHT(", x, ", ", count, ")").or(x)
	case 1:
		return piece("REPLACE(", x, ", ", quoteText(pick(g.r, []string{"a", "B", "é", " "})), ", ", quoteText(pick(g.r, []string{"", "x", "--"})), ")").or(x)
	case 2:
		y := g.value(b, kindText, depth-1)
		return piece(spelled("IIF(", g.d.by("IIF(", "CASE WHEN ", "IF(")), g.condition(b, 0), spelled(", ", g.d.by(", ", " THEN ", ", ")), x,
			spelled(", ", g.d.by(", ", " ELSE ", ", ")), y, spelled(")", g.d.by(")", " END", ")"))).or(x)
	case 3:
		return piece("REVERSE(", x, ")").or(x)
	case 4:
		return piece(pick(g.r, []string{"LPAD", "RPAD"}), "(", x, ", ", strconv.Itoa(g.r.IntN(7)), ", ", quoteText(pick(g.r, []string{"*", "ab"})), ")").or(x)
	}
	return piece("REPEAT(", x, ", ", count, ")").or(x)
}
