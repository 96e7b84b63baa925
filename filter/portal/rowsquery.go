package portal

import (
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
)

// rowsQuery is a query string of /rows, read but not yet made into a query:
// which table it is about and how its rows are told apart come later.
type rowsQuery struct {
	items   []sqlast.Item
	where   sqlast.Expr // nil for every row
	order   []orderTerm
	limit   int64 // noLimit where none was given
	offset  int64
	params  []any // the values of where, in the order of their ordinals
	embeds  []*embed
	grouped bool   // an aggregate is selected: rows that are alike in all else are one
	cursor  string // where a page before this one ended; empty for the first
	search  string // what q looks for, where given has it

	conds   conditions
	filters []sqlast.Expr
	given   map[string]bool
}

// orderTerm is one element of order.
type orderTerm struct {
	column string
	desc   bool
	nulls  sqlast.NullsOrder
	never  bool // the column is never NULL
}

const (
	noLimit = int64(-1)

	// maxPlace bounds limit and offset, so that sums of them stay integers
	// which every client can read.
	maxPlace = int64(1) << 53
)

// queryParam is one key=value of a query string.
type queryParam struct{ key, value string }

// parseRows reads the query string of a request for rows. Filters keep the
// order they were written in, so that the same request always becomes the same
// query. Errors are refusals.
func parseRows(rawQuery string) (*rowsQuery, error) {
	params, err := splitQuery(rawQuery)
	if err != nil {
		return nil, err
	}
	q := newRowsQuery()
	for _, p := range params { // first, because it says which tables the others may speak of
		if p.key != "select" {
			continue
		}
		if err := q.once(p.key); err != nil {
			return nil, err
		}
		if err := parseSelect(p.value, q); err != nil {
			return nil, err
		}
	}
	for _, p := range params {
		if p.key == "select" {
			continue
		}
		of, key := q.addressed(p.key)
		if err := of.read(queryParam{key, p.value}, p.key, of == q); err != nil {
			return nil, err
		}
	}
	return q, q.finish()
}

func newRowsQuery() *rowsQuery { return &rowsQuery{limit: noLimit, given: map[string]bool{}} }

// once refuses a word that is given twice.
func (q *rowsQuery) once(key string) error {
	if q.given[key] {
		return refusal.New(refusal.Syntax, "%s is given twice: give it once", key)
	}
	q.given[key] = true
	return nil
}

// read takes one key=value that is not select. whole is the key as it was
// written, with the embedded tables that lead to q.
func (q *rowsQuery) read(p queryParam, whole string, top bool) (err error) {
	switch p.key {
	case "order", "limit", "offset":
		if err := q.once(p.key); err != nil {
			return err
		}
	}
	var filter sqlast.Expr
	switch p.key {
	case "order":
		q.order, err = parseOrder(p.value)
	case "limit":
		q.limit, err = parsePlace(p)
	case "offset":
		q.offset, err = parsePlace(p)
	case "and", "or", "not.and", "not.or":
		filter, err = q.conds.logic(p.key, p.value)
	default:
		switch {
		case top && p.key == cursorParam:
			q.cursor = p.value
			return q.once(p.key)
		case top && p.key == searchParam:
			q.search = p.value
			return q.once(p.key)
		case top && (p.key == "columns" || p.key == "on_conflict"):
			return refusal.New(refusal.Unsupported, "%s belongs to writing and means nothing when rows are read: leave it out, or put the name of a column in double quotes", p.key)
		}
		filter, err = q.conds.filter(p.key, whole, p.value)
	}
	if filter != nil {
		q.filters = append(q.filters, filter)
	}
	return err
}

// finish joins what was read.
func (q *rowsQuery) finish() error {
	if q.items == nil && len(q.embeds) == 0 {
		q.items = []sqlast.Item{&sqlast.Star{At: sqlast.NoPos}}
	}
	if len(q.filters) > 0 {
		q.where = combine("AND", q.filters)
	}
	q.params = q.conds.params
	for _, e := range q.embeds {
		if err := e.finish(); err != nil {
			return err
		}
	}
	return nil
}

// splitQuery takes a query string apart and keeps the order, which url.Values
// would lose.
func splitQuery(raw string) ([]queryParam, error) {
	var params []queryParam
	for part := range strings.SplitSeq(raw, "&") {
		if part == "" {
			continue
		}
		key, value, _ := strings.Cut(part, "=")
		key, errKey := url.QueryUnescape(key)
		value, errValue := url.QueryUnescape(value)
		if errKey != nil || errValue != nil {
			return nil, refusal.New(refusal.Syntax, "the query string is not well percent-encoded: write %% itself as %%25")
		}
		if !plainText(key) || !plainText(value) {
			return nil, refusal.New(refusal.Syntax, "the query string must be UTF-8 without the character NUL")
		}
		params = append(params, queryParam{key, value})
	}
	return params, nil
}

// plainText tells whether every engine can take s as text.
func plainText(s string) bool {
	return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0
}

// parsePlace reads limit and offset.
func parsePlace(p queryParam) (int64, error) {
	n, err := strconv.ParseUint(p.value, 10, 63)
	if err != nil || int64(n) > maxPlace {
		return 0, refusal.New(refusal.Syntax, "%s must be a whole number, zero or more, not %q", p.key, shorten(p.value))
	}
	return int64(n), nil
}

// parseOrder reads order=col.desc.nullslast,col2.
func parseOrder(value string) ([]orderTerm, error) {
	s := &scanner{param: "order", text: value}
	var terms []orderTerm
	for {
		term, err := parseOrderTerm(s)
		if err != nil {
			return nil, err
		}
		terms = append(terms, term)
		if len(terms) > maxTerms {
			return nil, tooMany("order")
		}
		if s.done() {
			return terms, nil
		}
		if !s.accept(",") {
			return nil, s.unexpected("a comma")
		}
	}
}

// parseOrderTerm reads one element of order: a direction first, then where
// NULLs go, both optional.
func parseOrderTerm(s *scanner) (orderTerm, error) {
	name, err := s.name("a column's name")
	if err != nil {
		return orderTerm{}, err
	}
	switch rest := s.rest(); {
	case strings.HasPrefix(rest, "->"):
		return orderTerm{}, noJSONPath("order")
	case strings.HasPrefix(rest, "("):
		return orderTerm{}, refusal.New(refusal.Unsupported, "order: rows are ordered by their own columns: order embedded rows with %s.order=…", shorten(name))
	}
	term := orderTerm{column: name}
	for seen := 0; s.accept("."); {
		start := s.at
		switch word := s.word(); {
		case word == "asc" && seen < 1:
			seen = 1
		case word == "desc" && seen < 1:
			term.desc, seen = true, 1
		case word == "nullsfirst" && seen < 2:
			term.nulls, seen = sqlast.NullsFirst, 2
		case word == "nullslast" && seen < 2:
			term.nulls, seen = sqlast.NullsLast, 2
		default:
			s.at = start
			return orderTerm{}, s.unexpected("asc or desc, then nullsfirst or nullslast")
		}
	}
	s.blanks()
	return term, nil
}

// ident is a name of the request. It counts as quoted, because PostgREST's
// names are: no keyword is among them.
func ident(name string) sqlast.Ident {
	return sqlast.Ident{At: sqlast.NoPos, Name: name, Quoted: true}
}

// column refers to a column by its bare name.
func column(name string) *sqlast.Name {
	return &sqlast.Name{Parts: []sqlast.Ident{ident(name)}}
}

func noJSONPath(param string) error {
	return refusal.New(refusal.Unsupported, "%s: paths into JSON (->) are not offered: ask for the whole column", param)
}

func tooMany(param string) error {
	return refusal.New(refusal.LimitExceeded, "%s: more than %d elements", param, maxTerms)
}
