package portal

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/execute"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/httpjson"
)

// A list is continued by the parameter cursor or the header, with the value
// that the page before it gave in the same header.
const (
	cursorParam  = "cursor"
	headerCursor = "Vantelle-Cursor"
)

// cursorPlace is where a page ended, as a cursor holds it: the values of its
// last row in the columns of the order, which end in the row's key, even one
// that the view hides. Where they cannot be said exactly Values is nil, and the
// list goes on by its place alone.
type cursorPlace struct {
	Place  int64     `json:"p"` // how many rows came before
	Values []*string `json:"v"`
}

// noCursor is the one answer to a cursor that is not for this request, whatever
// is wrong with it.
func noCursor() error {
	return httpjson.Errorf(httpjson.BadCursor, "this cursor does not continue this request: it was changed, or given to somebody else, for another request or before the profile changed; ask again without it")
}

// bound is what a cursor is bound to: who asks, his view, and the request but
// for how many rows a page has.
func bound(v *visit, world *view.View, table string) ([]byte, error) {
	params, err := splitQuery(v.r.URL.RawQuery)
	if err != nil {
		return nil, err
	}
	params = slices.DeleteFunc(params, func(p queryParam) bool {
		return p.key == cursorParam || p.key == "limit" || p.key == "offset"
	})
	slices.SortStableFunc(params, func(a, b queryParam) int { return strings.Compare(a.key, b.key) })
	var b []byte
	add := func(part string) {
		b = strconv.AppendInt(b, int64(len(part)), 10)
		b = append(append(b, ':'), part...)
	}
	who := v.who
	for _, part := range []string{
		who.Dossier, who.KeyID, who.Membership.Account, who.Customer.ID, who.Customer.Code, who.Contact, world.Digest(), strconv.Itoa(int(v.language())), table,
	} {
		add(part)
	}
	for _, name := range slices.Sorted(maps.Keys(who.Customer.Attributes)) {
		add("@" + name)
		add(who.Customer.Attributes[name])
	}
	for _, p := range params {
		add(p.key)
		add(p.value)
	}
	return b, nil
}

// resumeAt has r go on where a cursor says, and gives how many rows came before.
func (p *portal) resumeAt(v *visit, r *reading, world *view.View) (int64, error) {
	given := v.r.Header.Values(headerCursor)
	if r.given[cursorParam] {
		given = append(slices.Clone(given), r.cursor)
	}
	switch {
	case len(given) == 0:
		return 0, nil
	case len(given) > 1:
		return 0, httpjson.Errorf(httpjson.BadRequest, "the cursor is given more than once: give it once")
	case r.offset != 0 || v.r.Header.Get("Range") != "":
		return 0, httpjson.Errorf(httpjson.BadRequest, "a cursor says where the page begins: leave offset and Range out, limit says how long it is")
	case p.Cursors == nil:
		return 0, noCursor()
	}
	to, err := bound(v, world, r.table)
	if err != nil {
		return 0, err
	}
	text, ok := p.Cursors.open(given[0], to)
	var at cursorPlace
	if !ok || json.Unmarshal(text, &at) != nil {
		return 0, noCursor()
	}
	r.resumed = true
	if at.Values == nil {
		r.offset = at.Place
		return at.Place, nil
	}
	terms := r.totalOrder()
	if len(at.Values) != len(terms) {
		return 0, noCursor()
	}
	r.after, r.afterParams = beyond(terms, at.Values)
	return at.Place, nil
}

// beyond makes the condition of the rows that come after one with these values.
// Deeper terms count only where those before are equal.
func beyond(terms []orderTerm, values []*string) (x sqlast.Expr, params []any) {
	param := func(v *string) *sqlast.Param {
		params = append(params, *v)
		return &sqlast.Param{At: sqlast.NoPos, Ordinal: len(params)}
	}
	for i := len(terms) - 1; i >= 0; i-- {
		term, value := terms[i], values[i]
		name := func() sqlast.Expr { return column(term.column) }
		first := term.nulls == sqlast.NullsFirst || term.nulls == sqlast.NullsDefault && !term.desc
		var past, same sqlast.Expr
		switch {
		case value == nil && first:
			past, same = &sqlast.Is{X: name(), Not: true, What: "NULL"}, &sqlast.Is{X: name(), What: "NULL"}
		case value == nil:
			same = &sqlast.Is{X: name(), What: "NULL"}
		default:
			op := ">"
			if term.desc {
				op = "<"
			}
			past = &sqlast.Binary{At: sqlast.NoPos, Op: op, X: name(), Y: param(value)}
			if !first && !term.never {
				past = combine("OR", []sqlast.Expr{past, &sqlast.Is{X: name(), What: "NULL"}})
			}
			if x != nil {
				same = &sqlast.Binary{At: sqlast.NoPos, Op: "=", X: name(), Y: param(value)}
			}
		}
		if x != nil {
			x = combine("AND", []sqlast.Expr{same, x})
		}
		switch {
		case x == nil:
			x = past
		case past != nil:
			x = combine("OR", []sqlast.Expr{past, x})
		}
	}
	if x == nil { // nothing comes after
		x = &sqlast.Bool{At: sqlast.NoPos, Value: false}
	}
	return x, params
}

// placeItems are the columns of the order, to be read with each row of a page
// so that its last one can be sealed; nil where rows have no key or an order
// that cannot be said exactly.
func (r *reading) placeItems() []sqlast.Item {
	if r.grouped || !r.shape.total {
		return nil
	}
	var items []sqlast.Item
	for i, term := range r.totalOrder() {
		if at := r.shape.find(term.column); at >= 0 {
			switch r.shape.columns[at].kind {
			case sqltype.Int, sqltype.Decimal, sqltype.Text, sqltype.Date, sqltype.Timestamp, sqltype.Time, sqltype.UUID:
			default:
				return nil
			}
		} else if !slices.Contains(r.shape.key, term.column) {
			return nil // the gate refuses it
		}
		items = append(items, as(of(r.table, term.column), generated("c", i)))
	}
	return items
}

// endsAt keeps where the page ends: the cells of its last row in the columns of
// the order, and how much room a cursor has to have for it.
func (pg *page) endsAt(r *reading, columns []filter.Column, cells []any) {
	pg.room = emptyPlace + hiddenRoom
	if pg.rows == 0 || len(cells) == 0 {
		return
	}
	values, exact, hidden := make([]*string, len(cells)), true, 0
	for i, term := range r.totalOrder() {
		text, ok := placeValue(columns[i].Type, cells[i], r.shape.engine)
		values[i], exact = text, exact && ok
		long := sealedLength(text)
		if r.shape.find(term.column) < 0 {
			hidden += long
		} else {
			pg.room += long
		}
	}
	if exact && hidden <= hiddenRoom {
		pg.last = values
	}
}

const (
	// emptyPlace is how long a cursorPlace without values is at most.
	emptyPlace = len(`{"p":9223372036854775807,"v":null}`)
	// hiddenRoom is how many bytes of a cursor are for the values of a key that the
	// view hides, whether it does and however long they are: else its length would
	// tell theirs. Where they are longer, the list goes on by its place alone.
	hiddenRoom = 256
)

// sealedLength is how many bytes a value has in a cursor.
func sealedLength(value *string) int {
	if value == nil {
		return len("null,")
	}
	text, _ := json.Marshal(*value) // a string never fails
	return len(text) + len(",")
}

// placeValue gives a cell of a column of the order as the condition of the next
// page will give it, nil for NULL; ok is false where that cannot be said exactly.
func placeValue(t sqltype.Type, cell any, engine catalog.Engine) (text *string, ok bool) {
	var s string
	switch cell := cell.(type) {
	case nil:
		// A date may be one of those that the ERP writes for none.
		return nil, t.Kind != sqltype.Date && t.Kind != sqltype.Timestamp
	case int64:
		s = strconv.FormatInt(cell, 10)
	case string:
		s = cell
	case time.Time:
		switch t.Kind {
		case sqltype.Date:
			s = cell.Format(dateForm)
		case sqltype.Time:
			s = cell.Format(timeForm)
		default:
			form := timestampForm
			if t.Zoned {
				cell, form = cell.UTC(), form+"Z"
			}
			s = cell.Format(form)
		}
	default:
		return nil, false
	}
	// What a request cannot give is no value of a condition either: numbers of very
	// many digits, far years. The refusal would be about a value that nobody gave.
	switch {
	case t.Listed, t.Kind == sqltype.UUID && engine == catalog.SQLite, !execute.Takes(s, t, engine):
		return &s, false
	}
	return &s, true
}

// offerCursor says in the header how the list goes on behind a page.
func (p *portal) offerCursor(v *visit, r *reading, world *view.View, pg *page) error {
	if p.Cursors == nil || !pg.more || pg.rows == 0 {
		return nil
	}
	to, err := bound(v, world, r.table)
	if err != nil {
		return err
	}
	text, err := json.Marshal(cursorPlace{Place: pg.first + pg.rows, Values: pg.last})
	if err != nil {
		return err
	}
	cursor, err := p.Cursors.seal(text, to, pg.room)
	if err != nil {
		return err
	}
	h := v.w.Header()
	h.Set(headerCursor, cursor)
	h.Set("Link", "<?"+nextQuery(v, pg, cursor)+`>; rel="next"`)
	return nil
}

// nextQuery is the query string of the page behind this one.
func nextQuery(v *visit, pg *page, cursor string) string {
	params, _ := splitQuery(v.r.URL.RawQuery) // it was read before
	var parts []string
	limited := false
	for _, p := range params {
		switch p.key {
		case cursorParam, "offset":
			continue
		case "limit":
			limited = true
		}
		parts = append(parts, url.QueryEscape(p.key)+"="+url.QueryEscape(p.value))
	}
	if !limited && pg.asked != noLimit {
		parts = append(parts, "limit="+strconv.FormatInt(pg.asked, 10))
	}
	return strings.Join(append(parts, cursorParam+"="+cursor), "&")
}
