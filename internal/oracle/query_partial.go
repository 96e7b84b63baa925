package oracle

import "strconv"

// What can fail, or cost a lot, on a row. Floats overflow on PostgreSQL and
// MariaDB, patterns may come from columns; both are asked for in every clause.
// Rows that no asker sees hold floats that overflow as soon as anybody touches
// them (data.go), and the askers' own never do: so a failure is always the
// gate's fault. Division is total by what the portal says of it: by zero it is
// NULL, and it has six decimals.

// float makes an expression of a float. Only the gate's fence keeps it from
// being computed on other rows.
func (g *asker) float(b *block) *node {
	x, f := g.reference(b, kindFloat)
	if x == nil || f.name == "" {
		return g.typedLiteral(kindFloat)
	}
	n := strconv.Itoa(1 + g.r.IntN(9))
	switch g.r.IntN(6) {
	case 0:
		return x
	case 1:
		if y, _ := g.reference(b, kindFloat); y != nil {
			return piece("(", x, pick(g.r, []string{" + ", " * ", " - "}), y, ")").or(x)
		}
	case 2:
		return piece("(", x, " * ", n, " + ", "1", ")").or(x)
	case 3:
		return piece("(", "2", " * ", x, ")").or(x)
	}
	return piece("(", x, " * ", "10", ")").or(x)
}

// quotient divides exact numbers.
func (g *asker) quotient(b *block) *node {
	x, y := g.number(b, pick(g.r, []kind{kindDec, kindInt})), g.number(b, pick(g.r, []kind{kindDec, kindInt}))
	switch {
	case g.d.postgres:
		return piece(spelled("(", "ROUND(CAST("), x, spelled(" / ", " AS numeric) / NULLIF(CAST("), y, spelled(")", " AS numeric), 0), 6)"))
	case g.d.mariadb:
		return piece(spelled("(", "ROUND("), x, " / ", y, spelled(")", ", 6)"))
	}
	return piece(spelled("(", "ROUND(CAST("), x, spelled(" / ", " AS REAL) / "), y, spelled(")", ", 6)"))
}

// remainder is of whole numbers.
func (g *asker) remainder(b *block) *node {
	x, y := g.number(b, kindInt), g.number(b, kindInt)
	if g.d.postgres {
		return piece("(", x, " % ", spelled("", "NULLIF("), y, spelled("", ", 0)"), ")").or(x)
	}
	return piece("(", x, " % ", y, ")").or(x)
}

// pattern matches a text with a pattern that comes from a row.
func (g *asker) pattern(b *block, x *node, not string) *node {
	y, _ := g.reference(b, kindText)
	if y == nil {
		return g.like(x, not)
	}
	if chance(g.r, 40) {
		y = piece("('%' || ", y, " || '%')").or(y)
	}
	n := piece(x, not, " LIKE ", y)
	switch {
	case g.d.postgres:
		n = piece(n, spelled("", " ESCAPE ''"))
	case g.d.mariadb: // where '' is the backslash; no text holds a tilde
		n = piece(n, spelled("", " ESCAPE '~'"))
	}
	return n
}
