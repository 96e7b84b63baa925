package oracle

import "strconv"

func (g *asker) textFunction(b *block, depth int) *node {
	x := g.value(b, kindText, depth-1)
	if chance(g.r, 25) {
		return g.moreText(b, x, depth)
	}
	if chance(g.r, 15) {
		if !g.d.sqlite() {
			return g.standardText(b, x)
		}
		return piece("IFNULL(", x, ", ", g.value(b, kindText, depth-1), ")").or(x)
	}
	switch g.r.IntN(6) {
	case 0:
		return piece(pick(g.r, []string{"UPPER", "LOWER", "TRIM", "LTRIM", "RTRIM"}), "(", x, ")").or(x)
	case 1:
		if !g.d.sqlite() {
			return piece("LEFT(", x, ", ", strconv.Itoa(g.r.IntN(4)), ")").or(x)
		}
		return piece("SUBSTR(", x, ", ", strconv.Itoa(1+g.r.IntN(2)), ", ", strconv.Itoa(g.r.IntN(4)), ")").or(x)
	case 2:
		return piece("SUBSTRING(", x, ", ", strconv.Itoa(1+g.r.IntN(3)), ", ", strconv.Itoa(g.r.IntN(4)), ")").or(x)
	case 3:
		return g.concat(x, g.value(b, kindText, depth-1)).or(x)
	case 4:
		return piece("CAST(", g.castable(b), " AS ", g.typeWord(pick(g.r, []string{"TEXT", "VARCHAR", "VARCHAR(20)"})), ")")
	}
	return piece("(", x, " || ", g.value(b, kindText, depth-1), ")").or(x)
}

// standardText are spellings that SQLite does not know.
func (g *asker) standardText(b *block, x *node) *node {
	n := g.r.IntN(4)
	if g.d.mariadb {
		n = g.r.IntN(2)
	}
	switch n {
	case 0:
		return piece("SUBSTRING(", x, " FROM ", strconv.Itoa(1+g.r.IntN(2)), " FOR ", strconv.Itoa(g.r.IntN(4)), ")").or(x)
	case 1:
		return piece("TRIM(", pick(g.r, []string{"BOTH", "LEADING", "TRAILING"}), " FROM ", x, ")").or(x)
	case 2:
		return piece(g.castable(b), "::", pick(g.r, []string{"text", "varchar", "varchar(20)"}))
	}
	return piece("CONCAT(", x, ", ", x, ", NULL, 'z')").or(x)
}

func (g *asker) lengthWord() *node {
	if g.d.mariadb {
		return spelled("LENGTH(", "CHAR_LENGTH(") // LENGTH counts bytes there
	}
	return piece("LENGTH(")
}

// typeWord names a type of the portal's.
func (g *asker) typeWord(name string) *node {
	if !g.d.mariadb {
		return piece(name)
	}
	if name == "BIGINT" {
		return spelled(name, "SIGNED")
	}
	return spelled(name, "CHAR")
}

// concat takes NULL for an empty text; MariaDB's own gives NULL.
func (g *asker) concat(args ...*node) *node {
	if !g.d.mariadb {
		return piece("CONCAT(", joinNodes(", ", args), ")")
	}
	n := piece(spelled("CONCAT(", "CONCAT(COALESCE("))
	for i, a := range args {
		if i > 0 {
			n.kids = append(n.kids, spelled(", ", ", ''), COALESCE("))
		}
		n.kids = append(n.kids, a)
	}
	return piece(n, spelled(")", ", ''))"))
}

func (g *asker) castable(b *block) *node {
	if x, _ := g.reference(b, kindInt); x != nil {
		return x
	}
	return piece("12")
}
