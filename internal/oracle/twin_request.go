package oracle

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter/portal"
	"github.com/vantelle/vantelle/internal/identity"
)

// knock is a request to the portal as its bytes say it.
type knock struct {
	method, target string
	header         map[string]string
	body           string
	about          string // what is asked, for people
	ordered        bool   // every byte of the answer is determined
	offer          string // what it is about, of what is offered beside tables; else ""
}

// knockOf asks a query in the portal's SQL.
func (w *world) knockOf(q *query, accept, schema string) knock {
	a := q.write(w.dialect, w.dialect.strict(schema))
	var params any = a.gateValues()
	if a.named {
		named := map[string]any{}
		for i, v := range a.gateValues() {
			named[name(i)] = v
		}
		params = named
	}
	body, err := json.Marshal(map[string]any{"sql": a.text, "params": params})
	if err != nil {
		panic(err)
	}
	return knock{method: http.MethodPost, target: "sql", body: string(body), about: a.text, ordered: q.ordered,
		header: map[string]string{"Accept": accept, "Content-Type": "application/json"}}
}

// rowsKnock asks for the rows of a table as REST does. It orders by every
// column that is visible, so that the answer has one order.
func (w *world) rowsKnock(r *rand.Rand) knock {
	t := pick(r, w.shown)
	columns := w.profile.columns(t)
	var all []*column // some that are hidden, too: asking for one is an error of one form
	if all = columns; chance(r, 10) {
		all = t.columns
	}
	some := func() *column { return pick(r, all) }
	var parts []string
	if chance(r, 50) {
		var list []string
		for range 1 + r.IntN(4) {
			list = append(list, restName(some().name))
		}
		parts = append(parts, "select="+url.QueryEscape(strings.Join(list, ",")))
	}
	for range r.IntN(3) {
		c := some()
		parts = append(parts, url.QueryEscape(restName(c.name))+"="+url.QueryEscape(w.restCondition(r, c)))
	}
	if chance(r, 15) {
		a, b := some(), some()
		parts = append(parts, "or="+url.QueryEscape(fmt.Sprintf("(%s.%s,%s.not.is.null)", restName(a.name), w.restSimple(r, a), restName(b.name))))
	}
	if chance(r, 15) {
		return w.groupKnock(r, t, all, parts)
	}
	var order []string
	for _, i := range r.Perm(len(columns)) {
		order = append(order, restName(columns[i].name)+pick(r, []string{"", ".asc", ".desc", ".desc.nullslast", ".asc.nullsfirst"}))
	}
	parts = append(parts, "order="+url.QueryEscape(strings.Join(order, ",")))
	if chance(r, 60) {
		parts = append(parts, "limit="+strconv.Itoa(r.IntN(8)))
	}
	if chance(r, 30) {
		parts = append(parts, "offset="+strconv.Itoa(r.IntN(5)))
	}
	k := knock{method: pick(r, []string{http.MethodGet, http.MethodGet, http.MethodGet, http.MethodHead}), ordered: true, header: map[string]string{}}
	k.target = "rows/" + url.PathEscape(t.name) + "?" + strings.Join(parts, "&")
	if chance(r, 35) {
		k.header["Prefer"] = pick(r, []string{"count=exact", "numbers=string", "count=exact, numbers=string"})
	}
	if chance(r, 20) {
		k.header["Accept"] = pick(r, []string{"text/csv", "application/vnd.pgrst.object+json"})
	}
	k.about = k.method + " " + k.target
	return k
}

// groupKnock asks for aggregates of a table's rows, grouped by one or two of
// its columns.
func (w *world) groupKnock(r *rand.Rand, t *table, all []*column, parts []string) knock {
	list := []string{pick(r, []string{"count()", "n:count()"})}
	for range r.IntN(2) {
		list = append(list, restName(pick(r, all).name)+pick(r, []string{".min()", ".max()", ".count()"}))
	}
	seen := map[*column]bool{}
	for range r.IntN(3) {
		if c := pick(r, all); !seen[c] {
			seen[c] = true
			list = append(list, restName(c.name))
		}
	}
	parts = append(slices.DeleteFunc(parts, func(p string) bool { return strings.HasPrefix(p, "select=") }), "select="+url.QueryEscape(strings.Join(list, ",")))
	k := knock{method: http.MethodGet, ordered: true, header: map[string]string{}, target: "rows/" + url.PathEscape(t.name) + "?" + strings.Join(parts, "&")}
	if chance(r, 50) {
		k.header["Prefer"] = "count=exact"
	}
	k.about = k.method + " " + k.target
	return k
}

// restName writes a name in the query string's own quotes.
func restName(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

func (w *world) restCondition(r *rand.Rand, c *column) string {
	not := pick(r, []string{"", "", "not."})
	switch r.IntN(4) {
	case 0:
		return not + "is.null"
	case 1:
		return not + "in.(" + restName(w.likely(r, c)) + "," + restName(w.likely(r, c)) + ")"
	case 2:
		if c.kind == kindText {
			return not + pick(r, []string{"like.*a*", "ilike.A*", "like._", "like.*"})
		}
	}
	return not + pick(r, []string{"eq", "neq", "lt", "gte", "isdistinct"}) + "." + w.likely(r, c)
}

func (w *world) restSimple(r *rand.Rand, c *column) string {
	return pick(r, []string{"eq", "neq", "gt"}) + "." + restName(w.likely(r, c))
}

// likely is a value of a column, of anybody's row: to ask for somebody else's
// is the very thing.
func (w *world) likely(r *rand.Rand, c *column) string {
	if len(c.table.rows) > 0 && chance(r, 80) {
		if v := pick(r, c.table.rows)[c.index]; !v.null() {
			return v.text
		}
	}
	return c.domain.sample(r, c.kind, w).text
}

// reply is what came back, all of it.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// front is the portal over a stage's gate, as a portal's backend meets it that
// asks for one of the askers.
func (s *stage) front(who int) http.Handler {
	return portal.New(portal.Config{Gate: s.gate, Identify: usher{s.callers[who]}, Logger: zerolog.Nop(), Cursors: cursors, Files: s.library})
}

// cursors is one key for all worlds.
var cursors = func() *portal.CursorKey {
	key, err := portal.NewCursorKey(make([]byte, 32))
	if err != nil {
		panic(err)
	}
	return key
}()

func (k knock) send(ctx context.Context, front http.Handler) reply {
	r := httptest.NewRequestWithContext(ctx, k.method, "/v1/dossiers/d/"+k.target, strings.NewReader(k.body))
	for name, value := range k.header {
		r.Header.Set(name, value)
	}
	r.Header.Set("Authorization", "Bearer vk_x")
	r.Header.Set(identity.HeaderCustomer, "0")
	r.Header.Set("X-Request-Id", "request-1") // the answer repeats it
	w := httptest.NewRecorder()
	front.ServeHTTP(w, r)
	return reply{status: w.Code, header: w.Header(), body: w.Body.Bytes()}
}

// usher knows one asker.
type usher struct{ caller identity.Caller }

func (u usher) Backend(context.Context, string, string, string, string, string) (identity.Caller, error) {
	return u.caller, nil
}

// unsealed puts its length in the place of a cursor. What is sealed is bound to
// the catalog, in which servers name the two databases; whether there is a
// cursor, and how long it is, must not tell them apart.
func unsealed(header string) string {
	return sealed.ReplaceAllStringFunc(header, func(c string) string { return fmt.Sprintf("cursor of %d", len(c)) })
}

var sealed = regexp.MustCompile(`c1\.[A-Za-z0-9_-]+`)

// differs says how two replies differ; "" where they are the same, byte for
// byte.
func (a reply) differs(b reply) string {
	if a.status != b.status {
		return fmt.Sprintf("status %d against %d", a.status, b.status)
	}
	for _, pair := range [][2]http.Header{{a.header, b.header}, {b.header, a.header}} {
		for name, values := range pair[0] {
			if other := pair[1][name]; unsealed(strings.Join(values, "\n")) != unsealed(strings.Join(other, "\n")) {
				return fmt.Sprintf("header %s: %q against %q", name, values, other)
			}
		}
	}
	if !bytes.Equal(a.body, b.body) {
		return "another body"
	}
	return ""
}
