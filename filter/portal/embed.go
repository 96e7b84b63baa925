package portal

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/resolve"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/view"
)

// embed is a related table whose rows stand inside the rows they belong to. It
// is read with one statement of its own, whatever the number of rows:
//
//	SELECT child.*, parent's keys FROM (the page's rows) LEFT JOIN (child) ON …
//
// so that every row of the page comes back at least once, and one that does
// not says that the page changed between the statements.
type embed struct {
	rowsQuery
	label  string // what it is called in the answer
	target string // as the request names it
	hint   string // tells it from others of the name
	inner  bool   // rows without such a row are left out
	spread bool   // its columns stand in the row itself
	silent bool   // nothing of it is selected

	link view.Link
	key  []string    // columns that tell its rows apart; nil for none
	by   []orderTerm // the order asked for, made total as far as it can be
}

// connect finds out which rows each embedded table's are.
func connect(q *rowsQuery, from []string, world *view.View) error {
	if len(q.embeds) == 0 {
		return nil
	}
	links := world.Links(from[len(from)-1])
	for _, e := range q.embeds {
		var err error
		if e.link, err = linkFor(e, links, from[len(from)-1]); err != nil {
			return err
		}
		switch {
		case e.spread && !e.link.One:
			return refusal.New(refusal.Unsupported, "select: %s has many rows for each row: only a table that has one can be spread (...)", shorten(e.target))
		case e.grouped && (e.order != nil || e.limit != noLimit || e.offset != 0):
			return refusal.New(refusal.Unsupported, "select: an aggregate of %s takes no order, limit or offset", shorten(e.target))
		case e.spread && e.grouped:
			return refusal.New(refusal.Unsupported, "select: an aggregate of %s cannot be spread (...)", shorten(e.target))
		}
		target := e.link.To[len(e.link.To)-1]
		shape := shapeOf(world, target)
		if shape.total {
			e.key = shape.key
		}
		e.legacyCount(shape)
		if e.by = slices.Clone(e.order); !e.grouped && e.key == nil {
			for _, name := range e.tieBreakers(shape) {
				if !e.ordered(name) {
					e.by = append(e.by, orderTerm{column: name})
				}
			}
		}
		if len(e.embeds) > 0 && e.key == nil {
			return keyless(e.target)
		}
		if err := connect(&e.rowsQuery, e.link.To, world); err != nil {
			return err
		}
	}
	return nil
}

// legacyCount takes lines(count) for lines(count()), as PostgREST does where
// there is no such column.
func (e *embed) legacyCount(shape rowsShape) {
	if len(e.items) != 1 || e.grouped || shape.find("count") >= 0 {
		return
	}
	item, ok := e.items[0].(*sqlast.ExprItem)
	if !ok || item.Alias.Name != "" {
		return
	}
	if name, ok := item.X.(*sqlast.Name); ok && name.Parts[0].Name == "count" {
		e.grouped = true
		e.items = []sqlast.Item{&sqlast.ExprItem{X: &sqlast.Call{Name: sqlast.Ident{At: sqlast.NoPos, Name: "COUNT"}, Star: true}, Alias: ident("count")}}
	}
}

func keyless(table string) error {
	return refusal.New(refusal.Unsupported, "the rows of %s cannot be told apart, so nothing can be embedded in them: ask for each table by itself", shorten(table))
}

// linkFor picks the relation that a request means. What is not in the view and
// what was never there give the same answer.
func linkFor(e *embed, links []view.Link, from string) (view.Link, error) {
	var found []view.Link
	for _, pass := range []func(view.Link) bool{
		func(l view.Link) bool { return strings.EqualFold(l.Names[0], e.target) },
		func(l view.Link) bool {
			return slices.ContainsFunc(l.Names, func(n string) bool { return strings.EqualFold(n, e.target) })
		},
	} {
		for _, l := range links {
			hinted := e.hint == "" || slices.ContainsFunc(l.Hints, func(h string) bool { return strings.EqualFold(h, e.hint) })
			if hinted && pass(l) {
				found = append(found, l)
			}
		}
		if len(found) > 0 {
			break
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		what := "'" + shorten(e.target) + "'"
		if e.hint != "" {
			what += " using the hint '" + shorten(e.hint) + "'"
		}
		return view.Link{}, &postgrestError{status: http.StatusBadRequest, code: "PGRST200", title: "No such relation",
			message: "Could not find a relationship between '" + shorten(from) + "' and '" + shorten(e.target) + "'",
			details: "Searched for a relation between '" + shorten(from) + "' and " + what + ", but no matches were found.",
			hint:    "The catalog lists the relations of each resource."}
	}
	var hints []string
	for _, l := range found {
		hints = append(hints, shorten(e.target)+"!"+l.Hints[0])
	}
	return view.Link{}, &postgrestError{status: http.StatusBadRequest, code: "PGRST201", title: "Several relations",
		message: "Could not embed because more than one relationship was found for '" + shorten(from) + "' and '" + shorten(e.target) + "'",
		details: "There are " + strconv.Itoa(len(found)) + " of them.",
		hint:    "Say which one you mean: " + strings.Join(hints, ", ") + "."}
}

// generated is a name that no request can write.
func generated(kind string, i int) string { return resolve.JoinKey + kind + strconv.Itoa(i) }

// The aliases of the two sides of an embedding statement.
const (
	parentAlias = resolve.JoinKey + "p"
	childAlias  = resolve.JoinKey + "c"
	wholeAlias  = resolve.JoinKey + "w"
)

func of(alias, name string) *sqlast.Name {
	return &sqlast.Name{Parts: []sqlast.Ident{ident(alias), ident(name)}}
}

func as(x sqlast.Expr, name string) sqlast.Item { return &sqlast.ExprItem{X: x, Alias: ident(name)} }

// statement is one statement in the making: its values are numbered in the
// order in which they are used.
type statement struct {
	params []any
}

func (s *statement) bind(v any) *sqlast.Param {
	s.params = append(s.params, v)
	return &sqlast.Param{At: sqlast.NoPos, Ordinal: len(s.params)}
}

// where makes the condition of q's rows: its own, and that the tables which it
// embeds with !inner have a row for it. Columns are bare where alias is empty.
func (s *statement) where(q *rowsQuery, alias, table string) sqlast.Expr {
	var all []sqlast.Expr
	if q.where != nil {
		all = append(all, s.rebound(q.where, q, alias, table))
	}
	for _, e := range q.embeds {
		if e.inner {
			all = append(all, s.has(e, table))
		}
	}
	if len(all) == 0 {
		return nil
	}
	return combine("AND", all)
}

// has makes the condition that a row of table has a row of e.
func (s *statement) has(e *embed, table string) *sqlast.InQuery {
	alias, in := e.label, &sqlast.InQuery{}
	inner := &sqlast.Select{At: sqlast.NoPos, From: []sqlast.Table{&sqlast.TableName{At: sqlast.NoPos, Name: idents(e.link.To), Alias: ident(alias)}}}
	var row []sqlast.Expr
	for i, pair := range e.link.On {
		row = append(row, of(table, pair[0]))
		inner.Items = append(inner.Items, as(of(alias, pair[1]), generated("j", i)))
	}
	if in.X = row[0]; len(row) > 1 {
		in.X = &sqlast.Row{At: sqlast.NoPos, Items: row}
	}
	inner.Where = s.where(&e.rowsQuery, alias, alias)
	in.Query = &sqlast.Query{At: sqlast.NoPos, Body: inner}
	return in
}

func idents(parts []string) []sqlast.Ident {
	out := make([]sqlast.Ident, len(parts))
	for i, p := range parts {
		out[i] = ident(p)
	}
	return out
}

// rebound copies a condition of q: its values become the statement's, its
// columns those of alias, and "lines is null" the question whether there are
// lines.
func (s *statement) rebound(x sqlast.Expr, q *rowsQuery, alias, table string) sqlast.Expr {
	again := func(x sqlast.Expr) sqlast.Expr { return s.rebound(x, q, alias, table) }
	switch x := x.(type) {
	case *sqlast.Param:
		return s.bind(q.params[x.Ordinal-1])
	case *sqlast.Name:
		if alias == "" {
			return x
		}
		return of(alias, x.Parts[0].Name)
	case *sqlast.Is:
		if name, ok := x.X.(*sqlast.Name); ok && x.What == "NULL" {
			if e := q.embed(name.Parts[0].Name); e != nil {
				// Not NOT IN: that is unknown where a key is NULL.
				return &sqlast.Is{X: s.has(e, table), Not: !x.Not, What: "TRUE"}
			}
		}
		return &sqlast.Is{X: again(x.X), Not: x.Not, What: x.What}
	case *sqlast.Unary:
		return &sqlast.Unary{At: x.At, Op: x.Op, X: again(x.X)}
	case *sqlast.Binary:
		left := again(x.X)
		return &sqlast.Binary{At: x.At, Op: x.Op, X: left, Y: again(x.Y)}
	case *sqlast.Like:
		left := again(x.X)
		return &sqlast.Like{X: left, Not: x.Not, Insensitive: x.Insensitive, Pattern: again(x.Pattern), Escape: x.Escape}
	case *sqlast.Call: // of a search
		out := *x
		out.Args = nil
		for _, arg := range x.Args {
			out.Args = append(out.Args, again(arg))
		}
		return &out
	case *sqlast.InList:
		out := &sqlast.InList{X: again(x.X), Not: x.Not}
		for _, v := range x.List {
			out.List = append(out.List, again(v))
		}
		return out
	}
	return x // a constant
}
