package portal

import (
	"slices"

	"github.com/vantelle/vantelle/filter/sqlast"
)

// The statements of embedded tables. chain is the way from the page's table to
// a row: an embedded table, one embedded in that, and so on. A row's path is
// its key and those of the rows that it is in.

// source makes the query of the rows at the end of chain, as a table to join:
// their paths ("p0", …), and the columns that link compares ("j0", …).
func (r *reading) source(s *statement, chain []*embed, on [][2]string, first, size int64) *sqlast.Query {
	if len(chain) == 0 {
		var items []sqlast.Item
		for i, name := range r.shape.key {
			items = append(items, as(of(r.table, name), generated("p", i)))
		}
		for i, pair := range on {
			items = append(items, as(of(r.table, pair[0]), generated("j", i)))
		}
		return r.page(s, items, nil, first, size)
	}
	e := chain[len(chain)-1]
	j := r.joined(s, chain, sqlast.Inner, on, first, size)
	var items []sqlast.Item
	for i := range j.path {
		items = append(items, as(of(parentAlias, generated("p", i)), generated("p", i)))
	}
	for i := range e.key {
		items = append(items, as(of(childAlias, generated("r", i)), generated("p", j.path+i)))
	}
	for i := range on {
		items = append(items, as(of(childAlias, generated("x", i)), generated("j", i)))
	}
	return e.limited(s, j, items, nil)
}

// related makes the statement of the rows of e, embedded in those at the end of
// chain. Its answer has the columns that e selects, then the path of the row
// that each is in, a number that is 0 where that row has none, and e's key.
func (r *reading) related(s *statement, chain []*embed, e *embed, first, size int64) (query *sqlast.Query, path, key int) {
	j := r.joined(s, append(slices.Clone(chain), e), sqlast.Left, nil, first, size)
	there := &sqlast.Case{At: sqlast.NoPos, Else: number("1"),
		Whens: []sqlast.When{{Cond: &sqlast.Is{X: of(childAlias, generated("k", 0)), What: "NULL"}, Then: number("0")}}}
	var extra []sqlast.Item
	for i := range j.path {
		extra = append(extra, as(of(parentAlias, generated("p", i)), generated("p", i)))
	}
	if e.grouped {
		return e.aggregated(j, extra), j.path, 0
	}
	extra = append(extra, as(there, generated("t", 0)))
	for i := range e.key {
		extra = append(extra, as(of(childAlias, generated("r", i)), generated("r", i)))
	}
	shown := []sqlast.Item{}
	if len(e.items) > 0 {
		shown = append(shown, &sqlast.Star{At: sqlast.NoPos, Table: []sqlast.Ident{ident(childAlias)}})
	}
	return e.limited(s, j, shown, extra), j.path, len(e.key)
}

func number(text string) *sqlast.Number { return &sqlast.Number{At: sqlast.NoPos, Text: text} }

// join is the rows at the end of a chain, joined to those that they are in.
type join struct {
	from  sqlast.Table
	path  int // columns of the path of the row that they are in
	order []*sqlast.OrderItem
}

// joined joins the rows of the last of chain to the rows that they are in.
// next are the pairs that a further link compares.
func (r *reading) joined(s *statement, chain []*embed, kind sqlast.JoinKind, next [][2]string, first, size int64) *join {
	e, before := chain[len(chain)-1], chain[:len(chain)-1]
	parents := r.source(s, before, e.link.On, first, size)
	j := &join{path: len(r.shape.key)}
	for _, b := range before {
		j.path += len(b.key)
	}
	var on []sqlast.Expr
	var extra []sqlast.Item
	for i, pair := range e.link.On {
		on = append(on, &sqlast.Binary{At: sqlast.NoPos, Op: "=", X: of(parentAlias, generated("j", i)), Y: of(childAlias, generated("k", i))})
		extra = append(extra, as(column(pair[1]), generated("k", i)))
	}
	for i, name := range e.key {
		extra = append(extra, as(column(name), generated("r", i)))
	}
	for i, pair := range next {
		extra = append(extra, as(column(pair[0]), generated("x", i)))
	}
	for i, term := range e.by {
		extra = append(extra, as(column(term.column), generated("o", i)))
		j.order = append(j.order, &sqlast.OrderItem{X: of(childAlias, generated("o", i)), Desc: term.desc, Nulls: term.nulls})
	}
	for i := range e.key {
		if !e.ordered(e.key[i]) {
			j.order = append(j.order, &sqlast.OrderItem{X: of(childAlias, generated("r", i))})
		}
	}
	var items []sqlast.Item
	switch {
	case len(next) > 0: // what is selected is another statement's
	case e.grouped:
		items = operands(e.items)
	default:
		items = e.items
	}
	target := e.link.To[len(e.link.To)-1]
	child := &sqlast.Query{At: sqlast.NoPos, Body: &sqlast.Select{At: sqlast.NoPos, Items: slices.Concat(items, extra),
		From:  []sqlast.Table{&sqlast.TableName{At: sqlast.NoPos, Name: idents(e.link.To)}},
		Where: s.where(&e.rowsQuery, "", target)}}
	j.from = &sqlast.Join{At: sqlast.NoPos, Kind: kind, On: combine("AND", on),
		Left:  &sqlast.Derived{At: sqlast.NoPos, Query: parents, Alias: ident(parentAlias)},
		Right: &sqlast.Derived{At: sqlast.NoPos, Query: child, Alias: ident(childAlias)}}
	return j
}

// limited makes the query of a join, with e's limit and offset for each row
// that e's are in: numbered among those, they are cut. A row in which there are
// none stays.
func (e *embed) limited(s *statement, j *join, shown, extra []sqlast.Item) *sqlast.Query {
	var order []*sqlast.OrderItem
	for i := range j.path {
		order = append(order, &sqlast.OrderItem{X: of(parentAlias, generated("p", i))})
	}
	body := &sqlast.Select{At: sqlast.NoPos, Items: slices.Concat(shown, extra), From: []sqlast.Table{j.from}}
	if e.limit == noLimit && e.offset == 0 {
		query := &sqlast.Query{At: sqlast.NoPos, Body: body}
		if len(extra) > 0 { // else a table to join, whose order nobody sees
			query.OrderBy = append(order, j.order...)
		}
		return query
	}
	window := &sqlast.Window{At: sqlast.NoPos, OrderBy: j.order}
	for _, o := range order {
		window.PartitionBy = append(window.PartitionBy, o.X)
	}
	if len(window.OrderBy) == 0 {
		window.OrderBy = order
	}
	place := &sqlast.Call{Name: sqlast.Ident{At: sqlast.NoPos, Name: "ROW_NUMBER"}, Over: window}
	body.Items = append(body.Items, as(place, generated("n", 0)))
	whole := &sqlast.Select{At: sqlast.NoPos, From: []sqlast.Table{&sqlast.Derived{At: sqlast.NoPos, Query: &sqlast.Query{At: sqlast.NoPos, Body: body}, Alias: ident(wholeAlias)}}}
	for _, item := range shown {
		if _, star := item.(*sqlast.Star); star {
			whole.Items = append(whole.Items, &sqlast.Star{At: sqlast.NoPos, Table: []sqlast.Ident{ident(wholeAlias)}})
		} else {
			label := item.(*sqlast.ExprItem).Alias.Name
			whole.Items = append(whole.Items, as(of(wholeAlias, label), label))
		}
	}
	at := of(wholeAlias, generated("n", 0))
	within := sqlast.Expr(&sqlast.Binary{At: sqlast.NoPos, Op: ">", X: at, Y: s.bind(e.offset)})
	if e.limit != noLimit {
		within = &sqlast.Binary{At: sqlast.NoPos, Op: "AND", X: within,
			Y: &sqlast.Binary{At: sqlast.NoPos, Op: "<=", X: at, Y: s.bind(e.offset + e.limit)}}
	}
	if len(extra) > 0 { // the rows themselves: those outside are not shown, but their row is
		outside := &sqlast.Case{At: sqlast.NoPos, Whens: []sqlast.When{{Cond: within, Then: of(wholeAlias, generated("t", 0))}}, Else: number("0")}
		for _, item := range extra {
			label := item.(*sqlast.ExprItem).Alias.Name
			if label == generated("t", 0) {
				whole.Items = append(whole.Items, as(outside, label))
				continue
			}
			whole.Items = append(whole.Items, as(of(wholeAlias, label), label))
		}
		within = s.again(within, at)
	}
	whole.Where = within
	query := &sqlast.Query{At: sqlast.NoPos, Body: whole}
	if len(extra) == 0 {
		return query
	}
	for i := range j.path {
		query.OrderBy = append(query.OrderBy, &sqlast.OrderItem{X: of(wholeAlias, generated("p", i))})
	}
	query.OrderBy = append(query.OrderBy, &sqlast.OrderItem{X: at})
	return query
}

// again is a condition, or being the first of its row.
func (s *statement) again(within sqlast.Expr, at *sqlast.Name) sqlast.Expr {
	return &sqlast.Binary{At: sqlast.NoPos, Op: "OR", X: within,
		Y: &sqlast.Binary{At: sqlast.NoPos, Op: "=", X: at, Y: number("1")}}
}

// operands are what aggregates take, and what they are grouped by, each under
// a name of ours.
func operands(items []sqlast.Item) []sqlast.Item {
	var out []sqlast.Item
	for i, item := range items {
		x := item.(*sqlast.ExprItem).X
		call, _ := aggregateIn(x)
		switch {
		case call == nil:
			out = append(out, as(x, generated("a", i)))
		case !call.Star:
			out = append(out, as(call.Args[0], generated("a", i)))
		}
	}
	return out
}

// aggregateIn finds the aggregate of an item, which may be in a cast.
func aggregateIn(x sqlast.Expr) (*sqlast.Call, *sqlast.Cast) {
	cast, _ := x.(*sqlast.Cast)
	if cast != nil {
		x = cast.X
	}
	call, _ := x.(*sqlast.Call)
	return call, cast
}

// aggregated makes the query of a join whose rows are put together for each row
// that they are in.
func (e *embed) aggregated(j *join, path []sqlast.Item) *sqlast.Query {
	body := &sqlast.Select{At: sqlast.NoPos, From: []sqlast.Table{j.from}}
	query := &sqlast.Query{At: sqlast.NoPos, Body: body}
	for i := range j.path {
		at := of(parentAlias, generated("p", i))
		body.GroupBy = append(body.GroupBy, at)
		query.OrderBy = append(query.OrderBy, &sqlast.OrderItem{X: at})
	}
	for i, item := range e.items {
		x := item.(*sqlast.ExprItem)
		call, cast := aggregateIn(x.X)
		value := sqlast.Expr(of(childAlias, generated("a", i)))
		label := x.Alias.Name
		switch {
		case call == nil:
			body.GroupBy = append(body.GroupBy, value)
			query.OrderBy = append(query.OrderBy, &sqlast.OrderItem{X: value})
			if label == "" {
				label = x.X.(*sqlast.Name).Parts[0].Name
			}
		case call.Star: // of the rows that are there: a left join makes one where there is none
			value = &sqlast.Call{Name: call.Name, Args: []sqlast.Expr{of(childAlias, generated("k", 0))}}
		default:
			value = &sqlast.Call{Name: call.Name, Args: []sqlast.Expr{value}}
		}
		if cast != nil && call != nil {
			value = &sqlast.Cast{At: sqlast.NoPos, X: value, Type: cast.Type}
		}
		body.Items = append(body.Items, as(value, label))
	}
	body.Items = append(body.Items, path...)
	body.Items = append(body.Items, as(&sqlast.Call{Name: sqlast.Ident{At: sqlast.NoPos, Name: "COUNT"}, Args: []sqlast.Expr{of(childAlias, generated("k", 0))}}, generated("t", 0)))
	return query
}
