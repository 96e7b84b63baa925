package oracle

import (
	"fmt"
	"math/rand/v2"
	"strconv"
)

// customer is who asks.
type customer struct {
	id, code, contact, zone string // zone is bound as :attr_zone
}

// Customers come in families whose ids are easily taken for one another.
var families = [][]string{
	{"ANNA", "anna", "ANNA1", "ANN", "ANNA "},
	{"O'Neil", "O''Neil", "o'neil", "O"},
	{"a%", "a", "ab", "a_", "%"},
	{"Éva", "éva", "Eva", "Évan"},
	{`b"q`, `b\q`, "b", "B"},
	{"漢", "漢字", "字", "X"},
	{"1", "12", "2", "01"},
}

var numericFamilies = [][]string{{"1", "12", "2", "21"}, {"7", "-7", "77", "70"}}

// randomCustomers gives the customers of a world; the first one asks.
func randomCustomers(r *rand.Rand, d dialect, ints bool) []customer {
	family := pick(r, families)
	if ints {
		family = pick(r, numericFamilies)
	}
	order := r.Perm(len(family))
	out := make([]customer, len(family))
	for i, j := range order {
		id := func(x string) string { return d.adapt(text(x)).text }
		out[i] = customer{id: id(family[j]), code: id(pick(r, codes[1:])), contact: id(family[order[0]]), zone: id(pick(r, codes[1:]))}
	}
	return out
}

var (
	// codes begins with the empty one.
	codes = []string{"", "A", "B", "a", "AB", "x%y", "é", "A_B", "100%", "it's", "𝄞", " pad "}
	words = []string{"", "Bague", "bague", "Chaîne en or", "50% off", "under_score", "O'Neil", "naïve", "ZZ", "Bague ", "日本", "A", "B", "a b c"}
	// digits are what CAST reads, or nearly so: another sign, more digits than it
	// promises to read, days that are not in the calendar.
	digits = []string{"12", "-7", " +3.50 ", "0.125", "-0.005", "32768", "2147483648", "999999999999999999", "-1000000000000000000", "1e5", "1.", ".5", "--1", "+", "7\t", "1 2", "٣",
		"2026-01-31", "2026-02-29", "2024-02-29", "2026-13-01", "2026-1-5", "0000-01-01", "9999-12-31", " 2026-01-31", "0.1234567890123456789", "1.00000000000000000000", ""}
	days  = []string{"2025-12-31", "2026-01-01", "2026-01-05", "2026-02-28", "1999-06-15", "2024-02-29"}
	times = []string{"2026-01-05 00:00:00", "2026-01-05 23:59:59", "2026-01-06 10:30:00", "1999-06-15 12:00:00", "2025-12-31 00:00:00"}
	bigs  = []string{"9223372036854775807", "-9223372036854775808", "4611686018427387904", "2147483648", "-2147483649", "5000000000", "0", "7"}
	// floats are small: computed with, none overflows.
	floats = []string{"0.5", "1.25", "-2.0", "0.0", "3.75", "100.5", "-0.125"}
	fines  = []string{"0.100000", "0.300000", "-0.000001", "123456789012.654321", "0.333333", "19.990000", "-5.050000"}
)

// random is a value of a domain as the world's engine can hold it.
func (d domain) random(r *rand.Rand, k kind, w *world) value { return w.dialect.adapt(d.draw(r, k, w)) }

func (d domain) draw(r *rand.Rand, k kind, w *world) value {
	switch d {
	case domOwner:
		id := ""
		switch weighted(r, 45, 45, 5, 5) {
		case 0:
			id = w.customers[0].id
		case 1:
			id = pick(r, w.customers).id
		case 2:
			return null
		}
		if k == kindInt {
			n, _ := strconv.ParseInt(id, 10, 64)
			return integer(n)
		}
		return text(id)
	case domKey:
		return integer(int64(1 + r.IntN(9)))
	case domFlag:
		return integer(int64(r.IntN(4)))
	case domSmall:
		return integer(int64(r.IntN(60) - 20))
	case domBig:
		n, _ := strconv.ParseInt(pick(r, bigs), 10, 64)
		return integer(n)
	case domAmount:
		n := r.IntN(4000) - 1000
		sign := ""
		if n < 0 {
			sign, n = "-", -n
		}
		return decimal(fmt.Sprintf("%s%d.%02d", sign, n/4, n%4*25))
	case domFine:
		return decimal(pick(r, fines))
	case domCode:
		return text(pick(r, codes))
	case domWord:
		return text(pick(r, words))
	case domDigits:
		return text(pick(r, digits))
	case domDate:
		return date(pick(r, days))
	case domFloat:
		return floating(pick(r, floats))
	}
	return stamp(pick(r, times))
}

// lay puts traps where no asker looks: floats of rows that none of them sees
// become so large that twice one is no number.
func (w *world) lay(r *rand.Rand) {
	mine := map[*value]bool{} // by the first cell of a row
	for who := range w.seen {
		for _, rows := range w.seen[who] {
			for _, x := range rows {
				mine[&x[0]] = true
			}
		}
	}
	for _, t := range w.tables {
		w.trap(r, t.columns, t.rows, func(x row) bool { return mine[&x[0]] })
	}
}

func (w *world) trap(r *rand.Rand, columns []*column, rows []row, seen func(row) bool) {
	for _, x := range rows {
		if len(x) == 0 || seen(x) {
			continue
		}
		for _, c := range columns {
			if c.domain == domFloat && chance(r, 60) {
				x[c.index] = floating(pick(r, []string{"1e308", "-1e308", "1.5e308"}))
			}
		}
	}
}

// fill gives every table its rows.
func (w *world) fill(r *rand.Rand) {
	for _, t := range w.tables {
		n := 5 + r.IntN(10)
		if chance(r, 4) {
			n = 0
		}
		for i := range n {
			x := make(row, len(t.columns))
			for _, c := range t.columns {
				if x[c.index] = c.domain.random(r, c.kind, w); chance(r, 12) {
					x[c.index] = null
				}
				for c.notNull && x[c.index].null() {
					x[c.index] = c.domain.random(r, c.kind, w)
				}
			}
			t.setKey(x, i)
			for _, k := range t.key {
				x[k.index] = w.dialect.adapt(x[k.index])
			}
			if len(t.key) == 0 && i > 0 && chance(r, 15) {
				copy(x, t.rows[i-1]) // a duplicate
			}
			t.rows = append(t.rows, x)
		}
	}
}

func (t *table) setKey(x row, i int) {
	switch {
	case len(t.key) == 2:
		x[t.key[0].index], x[t.key[1].index] = integer(int64(i/2+1)), integer(int64(i%2+1))
	case len(t.key) == 1 && t.key[0].kind == kindInt:
		x[t.key[0].index] = integer(int64(i + 1))
	case len(t.key) == 1 && i < len(codes):
		x[t.key[0].index] = text(codes[i])
	case len(t.key) == 1:
		x[t.key[0].index] = text("K" + strconv.Itoa(i))
	}
}
