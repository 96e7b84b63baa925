package oracle

import (
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// restQuestion is a request to /rows together with what it means: the oracle
// finds the answer itself, in memory, in the rows that the customer may see.
type restQuestion struct {
	table  *table
	self   *binding
	picked []restPick
	where  *term // nil for every row
	order  []restOrder
	limit  int // -1 for none
	offset int
	count  bool
	csv    bool
	pages  bool // it is read to its end, by cursors
	parts  []string
}

// restPick is a column of the answer: one of the table's, or an aggregate of it.
type restPick struct {
	label string
	col   *column // nil for count()
	agg   string  // "", count, min, max or sum
}

type restOrder struct {
	col       *column
	down      bool
	nullsLast bool
}

// restQuestion makes a request whose every byte is determined by what the
// customer may see.
func (w *world) restQuestion(r *rand.Rand) *restQuestion {
	t := pick(r, w.shown)
	q := &restQuestion{table: t, self: &binding{table: t}, limit: -1}
	columns := w.profile.columns(t)
	q.choose(r, w, columns)
	for range r.IntN(3) {
		text, cond := q.condition(r, w, pick(r, columns), false)
		q.and(cond)
		q.parts = append(q.parts, text)
	}
	if chance(r, 35) {
		text, cond := q.tree(r, w, columns, 2)
		q.and(cond)
		head, body, _ := strings.Cut(text, "(")
		q.parts = append(q.parts, head+"="+url.QueryEscape("("+body))
	}
	q.count = chance(r, 40)
	if !q.grouped() {
		q.place(r, columns)
	}
	q.csv = chance(r, 15)
	r.Shuffle(len(q.parts), func(i, j int) { q.parts[i], q.parts[j] = q.parts[j], q.parts[i] })
	return q
}

func (q *restQuestion) grouped() bool {
	return slices.ContainsFunc(q.picked, func(p restPick) bool { return p.agg != "" })
}

// choose says what is selected.
func (q *restQuestion) choose(r *rand.Rand, w *world, columns []*column) {
	if chance(r, 35) {

		for _, c := range columns {
			q.picked = append(q.picked, restPick{label: c.name, col: c})
		}
		if chance(r, 30) {
			q.parts = append(q.parts, "select=*")
		}
		return
	}
	var list []string
	add := func(p restPick, text string) {
		if chance(r, 50) || p.agg != "" || slices.ContainsFunc(q.picked, func(o restPick) bool { return foldEqual(o.label, p.label) }) {
			p.label = "k" + strconv.Itoa(len(q.picked))
			text = p.label + ":" + text
		}
		q.picked = append(q.picked, p)
		list = append(list, text)
	}
	for _, i := range r.Perm(len(columns))[:1+r.IntN(len(columns))] {
		add(restPick{label: columns[i].name, col: columns[i]}, restName(columns[i].name))
	}
	if chance(r, 25) {
		q.picked, list = q.picked[:min(2, len(q.picked))], list[:min(2, len(list))]
		add(restPick{agg: "count"}, "count()")
		for range r.IntN(3) {
			c := pick(r, columns)
			p := restPick{agg: pick(r, []string{"min", "max", "count", "sum"}), col: c}
			if p.agg == "sum" && c.domain != domSmall && c.domain != domFlag && c.domain != domAmount {
				p.agg = "count"
			}
			add(p, restName(c.name)+"."+p.agg+"()")
		}
	}
	q.parts = append(q.parts, "select="+url.QueryEscape(strings.Join(list, ",")))
}

// place says in which order the rows come, and which of them.
func (q *restQuestion) place(r *rand.Rand, columns []*column) {
	var texts []string
	for _, i := range r.Perm(len(columns))[:r.IntN(min(4, len(columns)+1))] {
		o := restOrder{col: columns[i]}
		text := restName(o.col.name)
		if chance(r, 60) {
			o.down = chance(r, 50)
			text += map[bool]string{false: ".asc", true: ".desc"}[o.down]
		}
		o.nullsLast = o.down
		if chance(r, 30) {
			o.nullsLast = chance(r, 50)
			text += map[bool]string{false: ".nullsfirst", true: ".nullslast"}[o.nullsLast]
		}
		q.order = append(q.order, o)
		texts = append(texts, text)
	}
	if len(texts) > 0 {
		q.parts = append(q.parts, "order="+url.QueryEscape(strings.Join(texts, ",")))
	}
	switch r.IntN(5) {
	case 0, 1:
		q.pages, q.limit = true, 1+r.IntN(3)
	case 2:
		q.limit = r.IntN(7)
		if chance(r, 60) {
			q.offset = r.IntN(6)
		}
	}
	if q.limit >= 0 {
		q.parts = append(q.parts, "limit="+strconv.Itoa(q.limit))
	}
	if q.offset > 0 {
		q.parts = append(q.parts, "offset="+strconv.Itoa(q.offset))
	}
}

func (q *restQuestion) and(cond *term) {
	if q.where == nil {
		q.where = cond
		return
	}
	q.where = operation("AND", q.where, cond)
}

// tree makes conditions joined: or(a,b), not.and(a,or(b,c)).
func (q *restQuestion) tree(r *rand.Rand, w *world, columns []*column, deep int) (string, *term) {
	word := pick(r, []string{"or", "and"})
	all := operation(strings.ToUpper(word))
	var texts []string
	for range 1 + r.IntN(3) {
		var text string
		var cond *term
		if deep > 0 && chance(r, 30) {
			text, cond = q.tree(r, w, columns, deep-1)
		} else {
			text, cond = q.condition(r, w, pick(r, columns), true)
		}
		texts = append(texts, text)
		all.args = append(all.args, cond)
	}
	text := word + "(" + strings.Join(texts, ",") + ")"
	if chance(r, 25) {
		return "not." + text, operation("NOT", all)
	}
	return text, all
}

// condition makes one on a column: name=op.value, or inside a tree
// name.op."value".
func (q *restQuestion) condition(r *rand.Rand, w *world, c *column, inside bool) (string, *term) {
	left := column1(q.self, c)
	value := func(v string) string {
		if inside {
			return restName(v)
		}
		return v
	}
	say := func(op string, cond *term) (string, *term) {
		if chance(r, 25) {
			op, cond = "not."+op, operation("NOT", cond)
		}
		if inside {
			return restName(c.name) + "." + op, cond
		}
		return url.QueryEscape(restName(c.name)) + "=" + url.QueryEscape(op), cond
	}
	one := func() (string, *term) {
		v := w.likely(r, c)
		return v, constant(c.read(v))
	}
	comparison := map[string]string{"eq": "=", "neq": "<>", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
	switch r.IntN(7) {
	case 0:
		if chance(r, 50) {
			return say("is.null", operation("IS NULL", left))
		}
		return say("is.not_null", &term{op: "IS NULL", args: []*term{left}, not: true})
	case 1:
		cond := operation("IN", left)
		var list []string
		for range 1 + r.IntN(3) {
			v, x := one()
			list = append(list, restName(v))
			cond.args = append(cond.args, x)
		}
		return say("in.("+strings.Join(list, ",")+")", cond)
	case 2:
		if c.kind != kindText {
			break
		}
		pattern := pick(r, []string{"*a*", "A*", "_", "*", "*%*", `*\_*`, "b__*", ""})
		op := pick(r, []string{"like", "ilike"})
		return say(op+"."+value(pattern), &term{op: strings.ToUpper(op), args: []*term{left, constant(text(strings.ReplaceAll(pattern, "*", "%")))}, name: `\`})
	case 3:
		op, many := pick(r, []string{"eq", "gt", "gte", "lt", "lte"}), pick(r, []string{"any", "all"})
		cond := operation(map[string]string{"any": "OR", "all": "AND"}[many])
		var list []string
		for range 1 + r.IntN(3) {
			v, x := one()
			list = append(list, restName(v))
			cond.args = append(cond.args, operation(comparison[op], left, x))
		}
		return say(op+"("+many+")."+"{"+strings.Join(list, ",")+"}", cond)
	case 4:
		v, x := one()
		return say("isdistinct."+value(v), operation("IS DISTINCT FROM", left, x))
	}
	op := pick(r, []string{"eq", "neq", "lt", "lte", "gt", "gte"})
	v, x := one()
	return say(op+"."+value(v), operation(comparison[op], left, x))
}

// read makes a value of a column of its text.
func (c *column) read(s string) value {
	switch c.kind {
	case kindInt, kindDec, kindFloat:
		v := decimal(s)
		v.kind = c.kind
		return v
	}
	return value{kind: c.kind, text: s}
}

// target is where the request goes.
func (q *restQuestion) target() string {
	t := "rows/" + url.PathEscape(q.table.name)
	if len(q.parts) > 0 {
		t += "?" + strings.Join(q.parts, "&")
	}
	return t
}

// knock is the request; with a cursor it goes on behind an earlier page.
func (q *restQuestion) knock(cursor string) knock {
	k := knock{method: http.MethodGet, target: q.target(), header: map[string]string{}}
	if q.count {
		k.header["Prefer"] = "count=exact"
	}
	if q.csv {
		k.header["Accept"] = "text/csv"
	}
	if cursor != "" {
		k.header["Vantelle-Cursor"] = cursor
	}
	k.about = k.method + " " + k.target
	return k
}
