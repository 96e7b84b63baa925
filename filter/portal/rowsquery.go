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
	items  []sqlast.Item
	where  sqlast.Expr // nil for every row
	order  []orderTerm
	limit  int64 // noLimit where none was given
	offset int64
	params []any // the values of where, in the order of their ordinals
}

// orderTerm is one element of order.
type orderTerm struct {
	column string
	desc   bool
	nulls  sqlast.NullsOrder
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
	q := &rowsQuery{limit: noLimit}
	conds := &conditions{}
	var filters []sqlast.Expr
	once := map[string]bool{}
	for _, p := range params {
		switch p.key {
		case "select", "order", "limit", "offset":
			if once[p.key] {
				return nil, refusal.New(refusal.Syntax, "%s is given twice: give it once", p.key)
			}
			once[p.key] = true
		}
		var filter sqlast.Expr
		switch p.key {
		case "select":
			q.items, err = parseSelect(p.value)
		case "order":
			q.order, err = parseOrder(p.value)
		case "limit":
			q.limit, err = parsePlace(p)
		case "offset":
			q.offset, err = parsePlace(p)
		case "and", "or", "not.and", "not.or":
			filter, err = conds.logic(p.key, p.value)
		case "columns", "on_conflict":
			err = refusal.New(refusal.Unsupported, "%s belongs to writing and means nothing when rows are read: leave it out, or put the name of a column in double quotes", p.key)
		default:
			filter, err = conds.filter(p.key, p.value)
		}
		if err != nil {
			return nil, err
		}
		if filter != nil {
			filters = append(filters, filter)
		}
	}
	if q.items == nil {
		q.items = []sqlast.Item{&sqlast.Star{At: sqlast.NoPos}}
	}
	if len(filters) > 0 {
		q.where = combine("AND", filters)
	}
	q.params = conds.params
	return q, nil
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

// parseSelect reads select=col,alias:col,*. An empty one is every column.
func parseSelect(value string) ([]sqlast.Item, error) {
	s := &scanner{param: "select", text: value}
	s.blanks()
	if s.done() {
		return nil, nil
	}
	var items []sqlast.Item
	for {
		item, err := parseItem(s)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
		if len(items) > maxTerms {
			return nil, tooMany("select")
		}
		if s.done() {
			return items, nil
		}
		if !s.accept(",") {
			return nil, s.unexpected("a comma")
		}
	}
}

// parseItem reads one element of select.
func parseItem(s *scanner) (sqlast.Item, error) {
	s.blanks()
	if s.accept("*") {
		s.blanks()
		return &sqlast.Star{At: sqlast.NoPos}, nil
	}
	if strings.HasPrefix(s.rest(), "..") {
		return nil, noEmbedding()
	}
	if strings.HasPrefix(s.rest(), "count()") {
		return nil, noAggregates()
	}
	name, err := s.name("a column's name")
	if err != nil {
		return nil, err
	}
	var alias sqlast.Ident
	if strings.HasPrefix(s.rest(), ":") && !strings.HasPrefix(s.rest(), "::") {
		s.accept(":")
		alias = ident(name)
		if name, err = s.name("the name of the column that " + strconv.Quote(shorten(name)) + " stands for"); err != nil {
			return nil, err
		}
	}
	switch rest := s.rest(); {
	case strings.HasPrefix(rest, "::"):
		return nil, refusal.New(refusal.Unsupported, "select: casts (::) are not offered: ask for the column as it is, or use /sql with CAST")
	case strings.HasPrefix(rest, "->"):
		return nil, noJSONPath("select")
	case strings.HasPrefix(rest, "("), strings.HasPrefix(rest, "!"):
		return nil, noEmbedding()
	case strings.HasPrefix(rest, "."):
		return nil, noAggregates()
	}
	return &sqlast.ExprItem{X: column(name), Alias: alias}, nil
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
		return orderTerm{}, noEmbedding()
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

func noEmbedding() error {
	return refusal.New(refusal.Unsupported, "related tables cannot be embedded: ask for each table by itself, or use /sql with a join")
}

func noAggregates() error {
	return refusal.New(refusal.Unsupported, "select: aggregates are not offered here: use /sql, or Prefer: count=exact to count rows; put the name of a column that holds a dot in double quotes")
}

func noJSONPath(param string) error {
	return refusal.New(refusal.Unsupported, "%s: paths into JSON (->) are not offered: ask for the whole column", param)
}

func tooMany(param string) error {
	return refusal.New(refusal.LimitExceeded, "%s: more than %d elements", param, maxTerms)
}
