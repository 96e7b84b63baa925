package oracle

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// offerKnock asks for what a world offers beside its tables.
func (w *world) offerKnock(r *rand.Rand) knock {
	if len(w.offers) == 0 || chance(r, 6) {
		k := knock{method: http.MethodGet, ordered: true, offer: "dashboard", target: "me/dashboard", header: map[string]string{"Accept-Language": pick(r, []string{"fr", "en"})}}
		if chance(r, 25) {
			k.offer, k.target = "catalog", pick(r, []string{"catalog", "openapi.json"})
		}
		return named(k)
	}
	o := pick(r, w.offers)
	for range 3 { // those with files are fewer
		if o.key == nil {
			o = pick(r, w.offers)
		}
	}
	switch {
	case o.key != nil && chance(r, 55):
		return w.fileKnock(r, o)
	case chance(r, 25):
		return w.offerSQL(r, o)
	}
	return w.offerRows(r, o)
}

func named(k knock) knock {
	k.about = k.method + " " + k.target + fmt.Sprint(" ", k.header)
	return k
}

// shownAs gives the names of an offer's columns.
func (o *offer) shownAs() []string {
	var out []string
	for i := range o.columns {
		out = append(out, "c"+strconv.Itoa(i))
	}
	for i := range o.bands {
		out = append(out, "band"+strconv.Itoa(i))
	}
	return out
}

// word takes something out of a text that stands anywhere in a table.
func (o *offer) word(r *rand.Rand) string {
	for range 5 {
		if len(o.table.rows) == 0 {
			break
		}
		if v := pick(r, pick(r, o.table.rows)); v.kind == kindText && v.text != "" {
			said := []rune(v.text)
			from := r.IntN(len(said))
			return string(said[from:min(len(said), from+1+r.IntN(5))])
		}
	}
	return pick(r, []string{"a", "BAGUE", "é", "%", "zz", ""})
}

func (w *world) offerRows(r *rand.Rand, o *offer) knock {
	var parts, order []string
	all := o.shownAs()
	if len(o.search) > 0 && chance(r, 60) {
		search := pick(r, []string{"", "", "fts.", "phfts.", "plfts(french)."}) + o.word(r)
		if chance(r, 40) {
			search += " " + o.word(r)
		}
		parts = append(parts, "q="+url.QueryEscape(search))
	}
	if len(o.bands) > 0 && chance(r, 50) {
		parts = append(parts, "band"+strconv.Itoa(r.IntN(len(o.bands)))+"="+pick(r, []string{"eq.many", "neq.none", "in.(other,first)", "like.*n*", "not.eq.many"}))
	}
	if chance(r, 20) { // a hidden column, or the name under which the gate has it
		parts = append(parts, url.QueryEscape(restName(pick(r, o.table.columns).name))+"=not.is.null")
	}
	k := knock{method: pick(r, []string{http.MethodGet, http.MethodGet, http.MethodHead}), ordered: true, header: map[string]string{}, offer: "rows"}
	switch {
	case strings.HasPrefix(strings.Join(parts, "&"), "q="):
		k.offer = "search"
	case len(o.bands) > 0:
		k.offer = "bands"
	}
	switch {
	case len(o.bands) > 0 && chance(r, 15):
		parts = append(parts, "select=band0,count()&order=band0")
	default:
		items := []string{"*"}
		if o.key != nil && chance(r, 50) {
			items, k.offer = append(items, pick(r, []string{"files(*)", "files(name,size)", "f:files(url)", "files()"})), "files of rows"
		}
		if o.more != nil && chance(r, 35) {
			items = append(items, "more("+strings.Join(o.more.to.shownAs(), ",")+")")
			parts = append(parts, "more.order="+strings.Join(o.more.to.shownAs(), ","))
		}
		for _, i := range r.Perm(len(all)) {
			order = append(order, all[i]+pick(r, []string{"", ".desc", ".asc.nullsfirst"}))
		}
		parts = append(parts, "select="+url.QueryEscape(strings.Join(items, ",")), "order="+strings.Join(order, ","), "limit="+strconv.Itoa(r.IntN(12)))
	}
	if chance(r, 35) {
		k.header["Prefer"] = "count=exact"
	}
	if chance(r, 10) {
		k.header["Accept"] = pick(r, []string{"text/csv", "application/vnd.pgrst.object+json"})
	}
	k.target = "rows/" + o.name + "?" + strings.Join(parts, "&")
	return named(k)
}

// conditional are headers with values that some files meet and others do not.
var conditional = [][]string{
	{"Range", "bytes=0-3", "bytes=-2", "bytes=2-4,6-7", "bytes=900-", "lines=1-2"},
	{"If-Range", `"17-1887d4b4c2f58000"`, "Mon, 05 Jan 2026 10:00:00 GMT"},
	{"If-None-Match", "*", `"15-1887d4b4c2f58000", "x"`},
	{"If-Match", "*", `"x"`},
	{"If-Modified-Since", "Mon, 05 Jan 2026 10:00:00 GMT", "Sun, 04 Jan 2026 10:00:00 GMT"},
}

// fileKnock asks for files of anybody's row.
func (w *world) fileKnock(r *rand.Rand, o *offer) knock {
	key := func() string { return url.PathEscape(w.likely(r, o.key)) }
	k := knock{method: pick(r, []string{http.MethodGet, http.MethodGet, http.MethodHead}), ordered: true, header: map[string]string{}, offer: "file"}
	if chance(r, 25) {
		k.target = fmt.Sprintf("files/%s?key=in.(%s,%s,nobody)", o.name, url.QueryEscape(restName(w.likely(r, o.key))), url.QueryEscape(restName(w.likely(r, o.key))))
		k.offer = "files of many"
		return named(k)
	}
	k.target = "files/" + o.name + "/" + key()
	if chance(r, 40) {
		k.target += "/" + url.PathEscape(pick(r, []string{w.likely(r, o.pattern) + ".txt", "pushed 0.txt", "pushed 1.txt", "pushed 2.txt", "file", o.word(r)}))
	}
	if chance(r, 40) {
		k.header["Accept"] = "application/json"
	}
	for _, header := range conditional {
		if chance(r, 9) {
			k.header[header[0]] = pick(r, header[1:])
		}
	}
	return named(k)
}

// offerSQL asks a resource in the portal's SQL.
func (w *world) offerSQL(r *rand.Rand, o *offer) knock {
	all := o.shownAs()
	x, y := pick(r, all), pick(r, all)
	hidden := w.dialect.strict(pick(r, o.table.columns).name)
	text := pick(r, []string{
		fmt.Sprintf("SELECT %s, COUNT(*) AS n, COUNT(DISTINCT %s) AS d FROM %s GROUP BY %s ORDER BY 1", x, y, o.name, x),
		fmt.Sprintf("SELECT DISTINCT %s, %s FROM %s ORDER BY 1, 2", x, y, o.name),
		fmt.Sprintf("SELECT %s AS x, MIN(%s) OVER () AS low, COUNT(*) OVER (PARTITION BY %s) AS n FROM %s ORDER BY 1, 3", x, y, x, o.name),
		fmt.Sprintf("SELECT COUNT(*) AS n FROM %s a WHERE EXISTS (SELECT 1 FROM %s b WHERE b.%s = a.%s AND b.%s IS NOT NULL)", o.name, o.name, x, x, y),
		fmt.Sprintf("SELECT COUNT(*) AS n FROM %s a JOIN %s b ON a.%s = b.%s", o.name, o.name, x, x),
		fmt.Sprintf("SELECT MAX(LENGTH(%s || '')) AS n FROM %s WHERE 1 / (LENGTH(%s || '') - 3) > -2", x, o.name, y),
		fmt.Sprintf("SELECT COUNT(*) AS n FROM %s WHERE %s IS NOT NULL", o.name, hidden),
		fmt.Sprintf("SELECT COUNT(*) AS n FROM %s WHERE CASE WHEN %s = 'many' THEN CAST(%s AS INT) ELSE 1 END > 0", o.name, x, y),
	})
	return knock{method: http.MethodPost, target: "sql", ordered: true, offer: "sql", about: text, body: `{"sql":` + strconv.Quote(text) + `}`,
		header: map[string]string{"Accept": "application/json", "Content-Type": "application/json"}}
}
