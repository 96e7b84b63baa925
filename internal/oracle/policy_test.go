package oracle

import (
	"math/rand/v2"
	"testing"
)

// ledger is a small world made by hand.
func ledger() (*world, *table, *table) {
	docs := &table{name: "docs"}
	lines := &table{name: "lines"}
	for i, c := range []*column{{name: "id", kind: kindInt}, {name: "owner", kind: kindText}, {name: "kind", kind: kindInt}, {name: "total", kind: kindDec}} {
		c.table, c.index = docs, i
		docs.columns = append(docs.columns, c)
	}
	for i, c := range []*column{{name: "doc", kind: kindInt}, {name: "article", kind: kindText}} {
		c.table, c.index = lines, i
		lines.columns = append(lines.columns, c)
	}
	docs.rows = []row{
		{integer(1), text("ANNA"), integer(1), decimal("10.50")},
		{integer(2), text("ANNA"), null, decimal("-3")},
		{integer(3), text("anna"), integer(2), null},
		{integer(4), null, integer(1), decimal("10.5")},
	}
	lines.rows = []row{{integer(1), text("50%")}, {integer(2), text("5x")}, {integer(3), null}, {null, text("A")}}
	w := &world{dialect: postgresDialect, customers: []customer{{id: "ANNA", code: "C1", contact: "ann", zone: "Z"}, {id: "anna"}}, tables: []*table{docs, lines}}
	return w, docs, lines
}

func TestConditionsMeanWhatSQLSays(t *testing.T) {
	w, docs, lines := ledger()
	self := &binding{table: docs}
	l := &binding{table: lines, alias: "l"}
	id, owner, kind, total := column1(self, docs.columns[0]), column1(self, docs.columns[1]), column1(self, docs.columns[2]), column1(self, docs.columns[3])
	doc, article := column1(l, lines.columns[0]), column1(l, lines.columns[1])
	isNull := func(x *term) *term { return &term{op: "IS NULL", args: []*term{x}} }
	n := func(i int64) *term { return constant(integer(i)) }
	for name, c := range map[string]struct {
		cond *term
		want string // of the rows 1 to 4: t, f or n
	}{
		"NULL is equal to nothing":                   {operation("=", owner, parameter("customer")), "ttfn"},
		"NOT of unknown is unknown":                  {operation("NOT", operation("=", kind, n(1))), "fntf"},
		"AND is false where one side is":             {operation("AND", operation("=", kind, n(1)), operation("=", id, n(9))), "ffff"},
		"OR is true where one side is":               {operation("OR", operation("=", kind, n(7)), operation("=", id, n(2))), "ftff"},
		"OR of unknown and false is unknown":         {operation("OR", operation("=", kind, n(1)), operation("=", id, n(9))), "tnft"},
		"decimals compare by value":                  {operation("=", total, constant(decimal("10.500"))), "tfnt"},
		"IS NOT DISTINCT FROM knows NULL":            {operation("IS NOT DISTINCT FROM", kind, constant(null)), "ftff"},
		"NOT IN a list with NULL is never true":      {&term{op: "IN", args: []*term{id, n(1), constant(null)}, not: true}, "fnnn"},
		"BETWEEN takes both ends":                    {&term{op: "BETWEEN", args: []*term{id, n(2), n(3)}}, "fttf"},
		"EXISTS sees the row outside":                {&term{op: "EXISTS", sub: &subquery{from: []*binding{l}, where: operation("=", doc, id)}}, "tttf"},
		"NOT IN a subquery with NULL is never true":  {&term{op: "IN QUERY", not: true, args: []*term{id}, sub: &subquery{from: []*binding{l}, items: []*term{doc}}}, "fffn"},
		"COUNT counts what is left":                  {operation("=", &term{op: "scalar", sub: &subquery{from: []*binding{l}, agg: "COUNT", where: operation("<=", doc, id)}}, n(2)), "ftff"},
		"MAX of nothing is NULL":                     {isNull(&term{op: "scalar", sub: &subquery{from: []*binding{l}, agg: "MAX", items: []*term{doc}, where: operation(">", doc, n(8))}}), "tttt"},
		"rows compare column by column":              {operation("ROW =", owner, kind, constant(text("ANNA")), n(1)), "tnfn"},
		"CASE takes ELSE where unknown":              {operation("=", operation("CASE", operation("=", kind, n(1)), n(5), id), n(2)), "ftff"},
		"COALESCE takes the first that is not NULL":  {operation("=", operation("COALESCE", owner, constant(text("ANNA"))), parameter("customer")), "ttft"},
		"NULLIF makes NULL of what is equal":         {isNull(operation("NULLIF", id, n(3))), "fftf"},
		"arithmetic":                                 {operation("<", operation("*", id, n(2)), n(5)), "ttff"},
		"LEFT JOIN keeps what has no match":          {&term{op: "EXISTS", sub: &subquery{from: []*binding{l, {table: lines, alias: "m"}}, left: true, on: operation("=", article, n(0)), where: operation("=", doc, id)}}, "tttf"},
		"the other attributes of who asks":           {operation("OR", operation("=", constant(text("C1")), parameter("customer_code")), isNull(parameter("contact"))), "tttt"},
		"LENGTH counts characters":                   {operation("=", operation("LENGTH", constant(text("é𝄞"))), n(2)), "tttt"},
		"SUBSTRING counts from one":                  {operation("=", operation("SUBSTRING", constant(text("Chaîne")), n(4), n(2)), constant(text("în"))), "tttt"},
		"a text and its neighbours do not run apart": {operation("=", operation("||", owner, constant(text("."))), constant(text("ANNA."))), "ttfn"},
	} {
		t.Run(name, func(t *testing.T) {
			got := ""
			for _, x := range docs.rows {
				v := (&situation{world: w, asks: w.customers[0], rows: map[*binding]row{self: x}}).eval(c.cond)
				switch {
				case v.null():
					got += "n"
				case v.yes():
					got += "t"
				default:
					got += "f"
				}
			}
			if got != c.want {
				t.Errorf("%s is %s, want %s", writeCondition(rand.New(rand.NewPCG(1, 1)), c.cond), got, c.want)
			}
		})
	}
}

func TestPatterns(t *testing.T) {
	for _, c := range []struct {
		subject, pattern, escape string
		want                     bool
	}{
		{"", "", "", true}, {"", "%", "", true}, {"", "_", "", false}, {"abc", "a%", "", true}, {"abc", "%b%", "", true},
		{"abc", "%b", "", false}, {"é", "_", "", true}, {"50%", "50!%", "!", true}, {"501", "50!%", "!", false},
		{"a_b", `a\_b`, `\`, true}, {"axb", `a\_b`, `\`, false}, {"!", "!!", "!", true}, {"abcabc", "%abc", "", true},
	} {
		if got := matches([]rune(c.subject), []rune(c.pattern), c.escape); got != c.want {
			t.Errorf("%q LIKE %q ESCAPE %q is %v", c.subject, c.pattern, c.escape, got)
		}
	}
}

func TestReduction(t *testing.T) {
	self := func(t *table) *binding { return &binding{table: t} }
	for name, c := range map[string]struct {
		change      func(docs, lines *rule)
		docs, lines int
	}{
		"the customer's own rows and their lines": {func(_, _ *rule) {}, 2, 2},
		"a module that is on narrows them": {func(d, _ *rule) {
			d.modules["orders"] = operation("=", column1(d.self, d.self.table.columns[2]), constant(integer(1)))
		}, 1, 1},
		"a module that is off lets nothing through": {func(d, _ *rule) { d.modules["drafts"] = nil }, 0, 0},
		"one that is on beside it does":             {func(d, _ *rule) { d.modules["drafts"], d.modules["orders"] = nil, nil }, 2, 2},
		"lines with a condition of their own": {func(_, l *rule) {
			l.rows = operation("=", column1(l.self, l.self.table.columns[1]), constant(text("5x")))
		}, 2, 1},
		"a public table": {func(d, _ *rule) { d.rows, d.public = nil, true }, 4, 3},
	} {
		t.Run(name, func(t *testing.T) {
			w, docs, lines := ledger()
			d := &rule{self: self(docs), modules: map[string]*term{}}
			d.rows = operation("=", column1(d.self, docs.columns[1]), parameter("customer"))
			l := &rule{self: self(lines), modules: map[string]*term{}, follows: &follows{table: docs, on: [][2]*column{{lines.columns[0], docs.columns[0]}}}}
			p := &profile{levels: map[string]string{"orders": "list", "drafts": "none"}, rules: map[*table]*rule{docs: d, lines: l}}
			c.change(d, l)
			gotDocs, gotLines := p.visible(w, w.customers[0], docs), p.visible(w, w.customers[0], lines)
			if len(gotDocs) != c.docs || len(gotLines) != c.lines {
				t.Errorf("%d documents and %d lines, want %d and %d", len(gotDocs), len(gotLines), c.docs, c.lines)
			}
		})
	}
}
