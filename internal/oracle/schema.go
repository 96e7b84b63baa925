package oracle

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// table is a table of a world with all its rows.
type table struct {
	name    string
	columns []*column
	key     []*column
	rows    []row
	last    int // the last key given to a row of a twin
}

// row holds one value for each of its table's columns.
type row []value

// column is a column of a table.
type column struct {
	name    string
	kind    kind
	native  string // as declared
	domain  domain
	notNull bool
	table   *table
	index   int
}

// domain is what the values of a column are taken from: columns of one domain
// join with one another.
type domain uint8

const (
	domOwner  domain = iota // customers, text or integers
	domKey                  // 1, 2, 3 …
	domFlag                 // 0 to 3
	domSmall                // small numbers, safe to compute with
	domBig                  // large numbers
	domAmount               // decimals that binary floats hold exactly
	domFine                 // decimals of six digits
	domCode                 // short codes, many alike
	domWord                 // words
	domDate
	domStamp
	domFloat  // binary floats, large ones where nobody sees them
	domDigits // texts that look like numbers and days, or nearly so
)

var domainWeights = []int{0, 14, 12, 12, 5, 12, 4, 16, 10, 8, 8, 9, 7}

func (c *column) String() string { return c.table.name + "." + c.name }

// native gives the declared type of a column of a domain.
func native(r *rand.Rand, d dialect, dom domain, ints bool) (string, kind) {
	anyInt := func() string { return pick(r, []string{"smallint", "int", "bigint"}) }
	switch dom {
	case domOwner:
		if ints {
			return pick(r, []string{"int", "bigint"}), kindInt
		}
		return pick(r, []string{"varchar(17)", "varchar(40)"}), kindText
	case domKey:
		return pick(r, []string{"int", "bigint", "int"}), kindInt
	case domFlag, domSmall:
		return anyInt(), kindInt
	case domBig:
		return "bigint", kindInt
	case domAmount:
		return pick(r, []string{"numeric(12,2)", "numeric(24,6)"}), kindDec
	case domFine:
		return "numeric(24,6)", kindDec
	case domCode:
		return "varchar(20)", kindText
	case domDigits:
		return "varchar(40)", kindText
	case domWord:
		return pick(r, []string{"varchar(60)", "varchar(200)"}), kindText
	case domDate:
		return "date", kindDate
	}
	if dom == domFloat {
		return map[bool]string{false: "double", true: "double precision"}[d.postgres], kindFloat
	}
	if d.mariadb {
		return "datetime", kindStamp
	}
	if d.postgres {
		return "timestamp", kindStamp
	}
	return pick(r, []string{"datetime", "timestamp"}), kindStamp
}

// randomTables makes a schema without rows. ints says that customers' ids are numbers.
func randomTables(r *rand.Rand, d dialect, ints bool) []*table {
	var tables []*table
	taken := map[string]bool{}
	for range 3 + r.IntN(4) {
		name := freshName(r, d, taken, tableNames, oddNames)
		for strings.Contains(name, ".") { // a profile reads it as schema.table
			name = freshName(r, d, taken, tableNames, oddNames)
		}
		t := &table{name: name}
		tables = append(tables, t)
	}
	if d.postgres && chance(r, 25) { // equal but for case
		twin := swapCase(tables[0].name)
		if !taken[twin] {
			taken[twin] = true
			tables = append(tables, &table{name: twin})
		}
	}
	for _, t := range tables {
		t.randomColumns(r, d, tables, ints)
	}
	return tables
}

func (t *table) randomColumns(r *rand.Rand, d dialect, tables []*table, ints bool) {
	taken := map[string]bool{}
	add := func(name string, dom domain) *column {
		c := &column{name: d.kept(name), domain: dom, table: t, index: len(t.columns)}
		c.native, c.kind = native(r, d, dom, ints)
		c.notNull = chance(r, 25)
		t.columns = append(t.columns, c)
		return c
	}
	switch weighted(r, 45, 15, 15, 25) { // the key
	case 0:
		t.key = []*column{add(claim(taken, d, pick(r, []string{"id", "id", "Id", "key", "cbMarq"})), domKey)}
		if d.sqlite() && chance(r, 50) {
			t.key[0].native = "INTEGER"
		}
	case 1:
		t.key = []*column{add(claim(taken, d, pick(r, []string{"code", "Code", "ref"})), domCode)}
		t.key[0].native = "varchar(20)"
	case 2:
		t.key = []*column{add(claim(taken, d, "doc"), domKey), add(claim(taken, d, "line"), domKey)}
	}
	for _, k := range t.key {
		k.notNull = true
	}
	if chance(r, 75) {
		add(freshName(r, d, taken, ownerNames, nil), domOwner)
	}
	for want := 3 + r.IntN(6); len(t.columns) < want; {
		dom := domain(weighted(r, domainWeights...))
		if chance(r, 8) {
			if like := pick(r, tables).name; !taken[d.fold(like)] { // a column called like a table
				add(claim(taken, d, like), dom)
				continue
			}
		}
		add(freshName(r, d, taken, columnNames, oddNames), dom)
	}
	if d.postgres && chance(r, 12) {
		c := pick(r, t.columns)
		if twin := swapCase(c.name); !taken[twin] {
			add(claim(taken, d, twin), c.domain)
		}
	}
	r.Shuffle(len(t.columns), func(i, j int) { t.columns[i], t.columns[j] = t.columns[j], t.columns[i] })
	for i, c := range t.columns {
		c.index = i
	}
}

func claim(taken map[string]bool, d dialect, name string) string {
	taken[d.fold(name)] = true
	return name
}

// freshName takes a name nobody has, seldom an odd one.
func freshName(r *rand.Rand, d dialect, taken map[string]bool, common, odd []string) string {
	for n := 0; ; n++ {
		from := common
		if odd != nil && (chance(r, 25) || n > 20) {
			from = odd
		}
		name := pick(r, from)
		if n > 60 {
			name = fmt.Sprintf("%s%d", name, n)
		}
		// Unicode case pairs are two names for both engines, but a profile
		// cannot tell them apart.
		if f := d.fold(name); !taken[f] && d.keeps(name) && (d.postgres || !taken[strings.ToLower(name)]) {
			taken[f] = true
			return name
		}
	}
}

func swapCase(name string) string {
	if up := strings.ToUpper(name); up != name {
		return up
	}
	return strings.ToLower(name)
}

var (
	tableNames = []string{"docs", "lines", "articles", "Customers", "F_DOCENTETE", "prices", "notes", "payments", "stock", "T2", "items", "Events"}
	ownerNames = []string{"owner", "customer", "DO_Tiers", "CT_Num", "partner"}
	// columnNames are few, so that tables share them.
	columnNames = []string{"kind", "ref", "total", "qty", "at", "day", "parent", "note", "Name", "STATE", "amount", "owner", "doc", "line", "code", "flag", "rank", "price"}
	// oddNames include what the gate itself generates, and what engines reserve.
	oddNames = []string{"order", "group", "select", "user", "unit price", "Prénom", "N° pièce", "from", "table", "where", "desc", "null",
		"t1", "r1", "c1", "w1", "self", "größe", "名前", "it's", "a%b", "x.y", `q"q`, "b]r", "b`t", "date", "value", "row", "first", "Total HT",
		"limit", "sum", "rowid2", "T1", "R1", "current_date", "key", "p1", ":customer", "--", "a;b"}
)

// ddl writes the statement that creates t with some of its columns.
func (t *table) ddl(d dialect, name string, columns []*column) string {
	var parts []string
	for _, c := range columns {
		s := d.strict(c.name) + " " + c.native
		if c.native == "INTEGER" && len(t.key) == 1 && t.key[0] == c {
			s += " PRIMARY KEY"
		} else if c.notNull {
			s += " NOT NULL"
		}
		parts = append(parts, s)
	}
	whole := len(t.key) > 0 && t.key[0].native != "INTEGER"
	var key []string
	for _, k := range t.key {
		whole = whole && slices.Contains(columns, k)
		key = append(key, d.strict(k.name))
	}
	if whole {
		parts = append(parts, "PRIMARY KEY ("+strings.Join(key, ", ")+")")
	}
	create := "CREATE TABLE " + name + " (" + strings.Join(parts, ", ") + ")"
	if d.mariadb { // texts are compared by their bytes, blanks at the end included
		create += " CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin"
	}
	return create
}

// insert writes the statement that fills t; "" for no rows.
func (t *table) insert(name string, columns []*column, rows []row) string {
	if len(rows) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("INSERT INTO " + name + " VALUES ")
	for i, x := range rows {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteByte('(')
		for j, c := range columns {
			if j > 0 {
				b.WriteString(", ")
			}
			b.WriteString(x[c.index].literal())
		}
		b.WriteByte(')')
	}
	return b.String()
}
