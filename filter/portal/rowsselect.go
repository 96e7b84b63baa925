package portal

import (
	"slices"
	"strconv"
	"strings"

	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
)

// Bounds on what one request may embed: each embedded table is a statement of
// its own.
const (
	maxEmbeds     = 16
	maxEmbedDepth = 4
)

// parseSelect reads select=col,alias:col::type,*,col.sum(),lines(…) into q. An
// empty one is every column.
func parseSelect(value string, q *rowsQuery) error {
	s := &scanner{param: "select", text: value}
	s.blanks()
	if s.done() {
		return nil
	}
	embeds := 0
	if err := selectList(s, q, 0, &embeds); err != nil {
		return err
	}
	if !s.done() {
		return s.unexpected("a comma")
	}
	return nil
}

// selectList reads elements up to the end, or to the closing parenthesis of an
// embedded table.
func selectList(s *scanner, q *rowsQuery, depth int, embeds *int) error {
	for {
		if err := selectElement(s, q, depth, embeds); err != nil {
			return err
		}
		if len(q.items) > maxTerms {
			return tooMany("select")
		}
		if s.done() || strings.HasPrefix(s.rest(), ")") {
			break
		}
		if !s.accept(",") {
			return s.unexpected("a comma")
		}
	}
	if !q.grouped {
		return nil
	}
	if slices.ContainsFunc(q.items, func(i sqlast.Item) bool { _, star := i.(*sqlast.Star); return star }) {
		return refusal.New(refusal.Unsupported, "select: * beside an aggregate has no meaning: name the columns by which the rows are grouped")
	}
	if len(q.embeds) > 0 {
		return refusal.New(refusal.Unsupported, "select: rows that an aggregate puts together have no related rows: leave out either of them")
	}
	return nil
}

// selectElement reads one element of select.
func selectElement(s *scanner, q *rowsQuery, depth int, embeds *int) error {
	s.blanks()
	if s.accept("*") {
		s.blanks()
		q.items = append(q.items, &sqlast.Star{At: sqlast.NoPos})
		return nil
	}
	spread := s.accept("...")
	if !spread && s.accept("count()") {
		return q.addItem(s, "", &sqlast.Call{Name: sqlast.Ident{At: sqlast.NoPos, Name: "COUNT"}, Star: true}, "count")
	}
	name, err := s.name("a column's name")
	if err != nil {
		return err
	}
	alias := ""
	if strings.HasPrefix(s.rest(), ":") && !strings.HasPrefix(s.rest(), "::") {
		s.accept(":")
		alias = name
		if s.accept("count()") {
			return q.addItem(s, alias, &sqlast.Call{Name: sqlast.Ident{At: sqlast.NoPos, Name: "COUNT"}, Star: true}, "count")
		}
		if name, err = s.name("the name of the column that " + strconv.Quote(shorten(name)) + " stands for"); err != nil {
			return err
		}
	}
	switch rest := s.rest(); {
	case strings.HasPrefix(rest, "->"):
		return noJSONPath("select")
	case strings.HasPrefix(rest, "("), strings.HasPrefix(rest, "!"):
		return embedElement(s, q, &embed{rowsQuery: *newRowsQuery(), label: alias, target: name, spread: spread}, depth, embeds)
	case spread:
		return s.unexpected("a related table with its columns in parentheses after ...")
	}
	return q.columnItem(s, alias, name)
}

// columnItem reads what may follow a column's name: a cast, an aggregate.
func (q *rowsQuery) columnItem(s *scanner, alias, name string) error {
	var x sqlast.Expr = column(name)
	var err error
	cast := false
	if strings.HasPrefix(s.rest(), "::") {
		if x, err = castOf(s, x); err != nil {
			return err
		}
		cast = true
	}
	if !strings.HasPrefix(s.rest(), ".") {
		item := &sqlast.ExprItem{X: x}
		if cast || alias != "" {
			if alias == "" {
				alias = name
			}
			item.Alias = ident(alias)
		}
		q.items = append(q.items, item)
		return nil
	}
	start := s.at
	s.accept(".")
	function := s.word()
	known, ok := aggregates[function]
	if !ok || !s.accept("()") {
		s.at = start
		return s.unexpected("a comma, or .sum(), .avg(), .min(), .max() or .count(); put the name of a column that holds a dot in double quotes")
	}
	return q.addItem(s, alias, &sqlast.Call{Name: sqlast.Ident{At: sqlast.NoPos, Name: known}, Args: []sqlast.Expr{x}}, function)
}

// aggregates are PostgREST's.
var aggregates = map[string]string{"sum": "SUM", "avg": "AVG", "min": "MIN", "max": "MAX", "count": "COUNT"}

// addItem adds an aggregate, with the cast that may follow it.
func (q *rowsQuery) addItem(s *scanner, alias string, x sqlast.Expr, name string) error {
	s.blanks()
	if strings.HasPrefix(s.rest(), "::") {
		var err error
		if x, err = castOf(s, x); err != nil {
			return err
		}
	}
	if alias == "" {
		alias = name
	}
	q.grouped = true
	q.items = append(q.items, &sqlast.ExprItem{X: x, Alias: ident(alias)})
	return nil
}

// castOf reads ::type.
func castOf(s *scanner, x sqlast.Expr) (sqlast.Expr, error) {
	s.accept("::")
	start := s.at
	for s.at < len(s.text) && !strings.ContainsRune(",.)", rune(s.text[s.at])) {
		s.at++
	}
	written := strings.ToLower(strings.TrimSpace(s.text[start:s.at]))
	to, ok := casts[written]
	if !ok {
		s.at = start
		return nil, s.unexpected("a type: text, integer, bigint, numeric, double precision, date, timestamp, time, boolean or uuid")
	}
	return &sqlast.Cast{At: sqlast.NoPos, X: x, Type: sqlast.TypeName{At: sqlast.NoPos, Name: to}}, nil
}

// casts are the types of ::, as PostgREST's clients write them, in the portal's SQL.
var casts = map[string]string{
	"text": "TEXT", "varchar": "TEXT", "character varying": "TEXT",
	"smallint": "SMALLINT", "int2": "SMALLINT", "integer": "INTEGER", "int": "INTEGER", "int4": "INTEGER", "bigint": "BIGINT", "int8": "BIGINT",
	"numeric": "NUMERIC", "decimal": "NUMERIC", "real": "REAL", "float": "FLOAT", "float4": "REAL", "float8": "FLOAT8", "double precision": "DOUBLE PRECISION",
	"date": "DATE", "timestamp": "TIMESTAMP", "time": "TIME", "boolean": "BOOLEAN", "bool": "BOOLEAN", "uuid": "UUID",
}

// embedElement reads a related table: its hints, and what of it is selected.
func embedElement(s *scanner, q *rowsQuery, e *embed, depth int, embeds *int) error {
	for s.accept("!") {
		word, err := s.name("inner, left, or what tells the relation from others")
		switch {
		case err != nil:
			return err
		case word == "inner":
			e.inner = true
		case word == "left":
		case e.hint != "":
			return refusal.New(refusal.Syntax, "select: %s has two hints: give one", shorten(e.target))
		default:
			e.hint = word
		}
	}
	if !s.accept("(") {
		return s.unexpected("the columns of " + shorten(e.target) + " in parentheses")
	}
	if *embeds++; *embeds > maxEmbeds || depth >= maxEmbedDepth {
		return refusal.New(refusal.LimitExceeded, "select: at most %d related tables may be embedded, and at most %d inside each other", maxEmbeds, maxEmbedDepth)
	}
	if e.label == "" {
		e.label = e.target
	}
	s.blanks()
	if strings.HasPrefix(s.rest(), ")") {
		e.silent = true
	} else if err := selectList(s, &e.rowsQuery, depth+1, embeds); err != nil {
		return err
	}
	if !s.accept(")") {
		return s.unexpected("a comma or a closing parenthesis")
	}
	s.blanks()
	for _, other := range q.embeds {
		if !other.spread && !e.spread && other.label == e.label {
			return refusal.New(refusal.Unsupported, "select: two related tables would be called %q: put another name and a colon before one of them", shorten(e.label))
		}
	}
	q.embeds = append(q.embeds, e)
	return nil
}

// addressed finds the embedded table that a key begins with, and what of the
// key is left: lines.qty is qty of lines.
func (q *rowsQuery) addressed(key string) (*rowsQuery, string) {
	if len(q.embeds) == 0 {
		return q, key
	}
	switch key {
	case "not.and", "not.or":
		return q, key
	}
	s := &scanner{text: key}
	name, err := s.name("")
	if err != nil || !s.accept(".") {
		return q, key
	}
	if e := q.embed(name); e != nil {
		return e.addressed(s.rest())
	}
	return q, key
}

// embed finds an embedded table by what it is called in the answer, else by
// the name that it was asked for; nil for none.
func (q *rowsQuery) embed(name string) *embed {
	for _, e := range q.embeds {
		if e.label == name {
			return e
		}
	}
	for _, e := range q.embeds {
		if e.target == name {
			return e
		}
	}
	return nil
}
