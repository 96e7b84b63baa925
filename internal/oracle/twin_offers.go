package oracle

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// What a profile offers beside its tables: resources with bands that are
// computed of hidden columns, with a search and with files, and a dashboard.
// The oracle's queries do not know them; the two worlds are asked for them too.

// offer is a resource of a world.
type offer struct {
	name    string
	table   *table
	columns []*column // shown as c0, c1, …
	bands   []band    // shown as band0, band1, …
	search  []string
	key     *column  // by which files are asked for; nil for no files
	pattern *column  // whose value makes the path of a file
	content *column  // whose value is a file; nil for none
	beside  *beside  // nil for none
	more    *more    // nil for none
	entries *profile // what is seen where files are looked up
}

// band is a column that tells of a hidden one as much as its author wants.
type band struct {
	hidden *column
	sql    string
	of     func(value) string
}

// beside is a table that knows files of an offer's rows.
type beside struct {
	table    *table
	on       [2]*column
	title    *column
	path     *column
	unlisted bool
}

// more is a relation to another offer.
type more struct {
	to *offer
	on [2]*column
}

// tile is a part of the dashboard.
type tile struct{ module, sql string }

// offerMore gives a world resources and a dashboard, and writes them into its
// profile.
func (w *world) offerMore(r *rand.Rand) {
	for i, t := range w.shown {
		if o := w.randomOffer(r, "offer_"+strconv.Itoa(i), t); o != nil {
			w.offers = append(w.offers, o)
		}
	}
	for _, o := range w.offers {
		o.more = w.randomMore(r, o)
	}
	w.tiles = w.randomTiles(r)
	w.yaml += w.offersYAML()
}

// alone tells whether a column's name can stand wherever a profile names one,
// and means that column.
func alone(c *column) bool {
	if strings.ContainsAny(c.name, `.{}`) || strings.TrimSpace(c.name) != c.name {
		return false
	}
	return !slices.ContainsFunc(c.table.columns, func(o *column) bool { return o != c && foldEqual(o.name, c.name) })
}

func (w *world) randomOffer(r *rand.Rand, name string, t *table) *offer {
	o := &offer{name: name, table: t, entries: w.profile.forFiles()}
	var hidden []*column
	for _, c := range t.columns {
		switch {
		case !alone(c):
		case w.profile.shows(c):
			o.columns = append(o.columns, c)
		default:
			hidden = append(hidden, c)
		}
	}
	if len(o.columns) == 0 {
		return nil
	}
	for i, c := range o.columns {
		if c.kind == kindText && chance(r, 80) {
			o.search = append(o.search, "c"+strconv.Itoa(i))
		}
	}
	for _, c := range hidden {
		if b := randomBand(r, c); b != nil && chance(r, 80) {
			o.bands = append(o.bands, *b)
		}
	}
	if len(t.key) == 1 && slices.Contains(o.columns, t.key[0]) && chance(r, 85) {
		o.key = t.key[0]
		o.randomFiles(r, w, append(slices.Clone(o.columns), hidden...))
	}
	return o
}

// randomBand makes one of every kind of column that computes something.
func randomBand(r *rand.Rand, c *column) *band {
	self := `self."` + strings.ReplaceAll(c.name, `"`, `""`) + `"`
	say := func(few, many string, some func(value) bool) *band {
		return &band{c, fmt.Sprintf("CASE WHEN %s IS NULL THEN 'none' WHEN %s THEN '%s' ELSE '%s' END", self, fmt.Sprintf(few, self), many, "other"), func(v value) string {
			switch {
			case v.null():
				return "none"
			case some(v):
				return many
			}
			return "other"
		}}
	}
	switch {
	case c.domain == domFloat: // where others have numbers that overflow
		return say("%s * 1000 > 500", "many", func(v value) bool { return v.num.Cmp(big.NewRat(1, 2)) > 0 })
	case c.domain == domKey || c.domain == domFlag || c.domain == domSmall:
		if chance(r, 40) {
			return say("%s * 2 > 5", "many", func(v value) bool { return v.num.Cmp(big.NewRat(5, 2)) > 0 })
		}
		return say("%s > 3", "many", func(v value) bool { return v.num.Cmp(big.NewRat(3, 1)) > 0 })
	case c.kind.numeric():
		return say("%s > 10", "many", func(v value) bool { return v.num.Cmp(big.NewRat(10, 1)) > 0 })
	case c.kind == kindText:
		return say("LEFT(%s, 1) = 'A'", "first", func(v value) bool { return strings.HasPrefix(v.text, "A") })
	}
	return nil
}

func (o *offer) randomFiles(r *rand.Rand, w *world, all []*column) {
	var plain, texts []*column
	for _, c := range all {
		if c.kind == kindInt || c.kind == kindText {
			plain = append(plain, c)
		}
		if c.kind == kindText {
			texts = append(texts, c)
		}
	}
	o.pattern = pick(r, plain)
	if len(texts) > 0 && chance(r, 50) {
		o.content = pick(r, texts)
	}
	from := w.shown
	unlisted := chance(r, 40) && len(w.outside()) > 0
	if unlisted {
		from = w.outside()
	}
	for range 10 {
		b := &beside{table: pick(r, from), unlisted: unlisted}
		var pairs [][2]*column
		var titles []*column
		for _, c := range b.table.columns {
			if !alone(c) || foldEqual(b.table.name, o.table.name) {
				continue
			}
			for _, own := range plain {
				if own.domain == c.domain && own.kind == c.kind {
					pairs = append(pairs, [2]*column{own, c})
				}
			}
			if c.kind == kindText || c.kind == kindInt {
				titles = append(titles, c)
			}
		}
		if len(pairs) > 0 && strings.TrimSpace(b.table.name) == b.table.name {
			b.on, b.title, b.path = pick(r, pairs), pick(r, titles), pick(r, titles)
			o.beside = b
			return
		}
	}
}

func (w *world) randomMore(r *rand.Rand, o *offer) *more {
	for range 6 {
		to := pick(r, w.offers)
		a, b := pick(r, o.columns), pick(r, to.columns)
		if a.domain == b.domain && a.kind == b.kind && a.domain != domFloat {
			return &more{to, [2]*column{a, b}}
		}
	}
	return nil
}

// randomTiles makes queries that tell of everything they can.
func (w *world) randomTiles(r *rand.Rand) []tile {
	var out []tile
	name := func(c *column) string { return w.dialect.strict(c.name) }
	for _, t := range w.shown {
		c, from := pick(r, t.columns), w.dialect.strict(t.name)
		texts := []string{
			"SELECT COUNT(*) AS n FROM " + from,
			fmt.Sprintf("SELECT %s AS x, COUNT(*) AS n FROM %s GROUP BY %s ORDER BY 1", name(c), from, name(c)),
			fmt.Sprintf("SELECT MIN(%s) AS low, MAX(%s) AS high, COUNT(DISTINCT %s) AS n FROM %s", name(c), name(c), name(c), from),
			fmt.Sprintf("SELECT COUNT(*) AS n FROM %s WHERE %s IS NULL", from, name(c)),
			fmt.Sprintf("SELECT %s AS x, ROW_NUMBER() OVER (ORDER BY %s) AS n FROM %s ORDER BY 2 LIMIT 1", name(c), name(c), from),
		}
		if c.domain == domFloat || c.kind.numeric() && c.domain != domBig {
			texts = append(texts, fmt.Sprintf("SELECT MAX(%s * 2) AS x FROM %s", name(c), from), fmt.Sprintf("SELECT MAX(10 / %s) AS x FROM %s", name(c), from))
		}
		for range 2 {
			x := tile{sql: pick(r, texts)}
			if chance(r, 30) {
				x.module = pick(r, moduleNames)
			}
			out = append(out, x)
		}
	}
	for _, o := range w.offers {
		for i := range o.bands {
			out = append(out, tile{sql: fmt.Sprintf("SELECT band%d AS band, COUNT(*) AS n FROM %s GROUP BY band%d ORDER BY 1", i, o.name, i)})
		}
	}
	return out[:min(len(out), 20)]
}

// offersYAML writes what is offered as a profile's sections.
func (w *world) offersYAML() string {
	var b strings.Builder
	b.WriteString("resources:\n")
	for _, o := range w.offers {
		o.yaml(&b)
	}
	if len(w.offers) == 0 {
		b.Reset()
	}
	b.WriteString("dashboard:\n")
	for i, t := range w.tiles {
		module := ""
		if t.module != "" {
			module = "module: " + t.module + ", "
		}
		fmt.Fprintf(&b, "  tile_%d: {%ssql: %s}\n", i, module, strconv.Quote(t.sql))
	}
	return b.String()
}

func (o *offer) yaml(b *strings.Builder) {
	fmt.Fprintf(b, "  %s:\n    table: %s\n    columns:\n", o.name, strconv.Quote(o.table.name))
	for i, c := range o.columns {
		fmt.Fprintf(b, "      c%d: {from: %s}\n", i, strconv.Quote(c.name))
	}
	for i, x := range o.bands {
		fmt.Fprintf(b, "      band%d: {computed: %s, uses_hidden: [%s]}\n", i, strconv.Quote(x.sql), strconv.Quote(o.table.name+"."+x.hidden.name))
	}
	if len(o.search) > 0 {
		fmt.Fprintf(b, "    search: [%s]\n", strings.Join(o.search, ", "))
	}
	if m := o.more; m != nil {
		fmt.Fprintf(b, "    relations:\n      more: {to: %s, on: [[%s, %s]]}\n", m.to.name, strconv.Quote(m.on[0].name), strconv.Quote(m.on[1].name))
	}
	if o.key == nil {
		return
	}
	fmt.Fprintf(b, "    key: c%d\n    files:\n", slices.Index(o.columns, o.key))
	fmt.Fprintf(b, "      printed: {pattern: %s, root: documents}\n", strconv.Quote("printed/{"+o.pattern.name+"}.txt"))
	if o.content != nil {
		fmt.Fprintf(b, "      kept: {bytes: %s, type: %s}\n", strconv.Quote(o.content.name), strconv.Quote(o.pattern.name))
	}
	if x := o.beside; x != nil {
		fmt.Fprintf(b, "      beside: {table: %s, on: [[%s, %s]], path: %s, name: %s, root: documents}\n",
			strconv.Quote(x.table.name), strconv.Quote(x.on[0].name), strconv.Quote(x.on[1].name), strconv.Quote(x.path.name), strconv.Quote(x.title.name))
	}
}

// forFiles is the profile by which files are looked up: a module of the level
// list opens none.
func (p *profile) forFiles() *profile {
	q := *p
	q.levels = map[string]string{}
	for m, level := range p.levels {
		if q.levels[m] = level; level == "list" {
			q.levels[m] = "none"
		}
	}
	return &q
}

// told is what a row that the first asker sees tells him beside its columns:
// the bands, and all that its files are found by.
func (o *offer) told(w *world, x row) []value {
	var out []value
	for _, b := range o.bands {
		out = append(out, text(b.of(x[b.hidden.index])))
	}
	if o.key == nil || !o.entries.sees(w, w.customers[0], o.table, x) {
		return append(out, truth(false))
	}
	out = append(out, truth(true), x[o.pattern.index])
	if o.content != nil {
		out = append(out, x[o.content.index])
	}
	return append(out, o.found(w, x)...)
}

// found gives the titles and paths of the files that the table beside knows.
func (o *offer) found(w *world, x row) []value {
	b := o.beside
	if b == nil {
		return nil
	}
	var list []string
	for _, y := range b.table.rows {
		if compared("=", x[b.on[0].index], y[b.on[1].index]).yes() && (b.unlisted || o.entries.sees(w, w.customers[0], b.table, y)) {
			list = append(list, fmt.Sprintf("%q %v %q", y[b.title.index].text, y[b.path.index].null(), y[b.path.index].text))
		}
	}
	slices.Sort(list)
	return []value{text(strings.Join(list, "\n"))}
}
