package portal

import (
	"slices"

	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// reading is a request for rows of a table or resource, with what of the view
// it takes to ask for them: which columns tell rows apart, and which rows are
// related. What isn't in the view is the gate's to refuse, in its own words.
type reading struct {
	*rowsQuery
	table    string
	shape    rowsShape
	attached *rowFiles // nil where the request does not ask for them

	resumed     bool        // a cursor says where the page begins
	after       sqlast.Expr // the condition of the rows behind it; nil where it only counts them
	afterParams []any
}

func newReading(q *rowsQuery, table string, world *view.View) (*reading, error) {
	r := &reading{rowsQuery: q, table: table, shape: shapeOf(world, table)}
	if err := q.searchFor(table, world); err != nil {
		return nil, err
	}
	if len(q.embeds) == 0 || r.shape.columns == nil {
		return r, nil
	}
	var err error
	if r.attached, err = takeFiles(q, table, world); err != nil {
		return nil, err
	}
	if !r.shape.total {
		return nil, keyless(table)
	}
	return r, connect(q, []string{table}, world)
}

// page makes the query for size rows from first on; extra are items of ours
// behind those that the request selects.
func (r *reading) page(s *statement, items, extra []sqlast.Item, first, size int64) *sqlast.Query {
	body := r.selection(s, slices.Concat(items, extra))
	if r.after != nil {
		x := s.rebound(r.after, &rowsQuery{params: r.afterParams}, "", r.table)
		if body.Where != nil {
			x = &sqlast.Binary{At: sqlast.NoPos, Op: "AND", X: body.Where, Y: x}
		}
		body.Where = x
	}
	query := &sqlast.Query{At: sqlast.NoPos, Body: body, OrderBy: r.orderBy()}
	query.Limit = s.bind(size)
	if first > 0 {
		query.Offset = s.bind(first)
	}
	return query
}

// count makes the query that counts the rows which meet the conditions.
func (r *reading) count(s *statement) *sqlast.Query {
	count := &sqlast.Call{Name: sqlast.Ident{At: sqlast.NoPos, Name: "COUNT"}, Star: true}
	items := []sqlast.Item{&sqlast.ExprItem{X: count, Alias: ident("count")}}
	if !r.grouped {
		body := r.selection(s, items)
		return &sqlast.Query{At: sqlast.NoPos, Body: body}
	}
	rows := &sqlast.Query{At: sqlast.NoPos, Body: r.selection(s, r.items)}
	return &sqlast.Query{At: sqlast.NoPos, Body: &sqlast.Select{At: sqlast.NoPos, Items: items,
		From: []sqlast.Table{&sqlast.Derived{At: sqlast.NoPos, Query: rows, Alias: ident(wholeAlias)}}}}
}

// selection is the block that both queries share.
func (r *reading) selection(s *statement, items []sqlast.Item) *sqlast.Select {
	body := &sqlast.Select{
		At:    sqlast.NoPos,
		Items: items,
		From:  []sqlast.Table{&sqlast.TableName{At: sqlast.NoPos, Name: []sqlast.Ident{ident(r.table)}}},
		Where: s.where(r.rowsQuery, "", r.table),
	}
	if r.grouped {
		body.GroupBy = groupedBy(r.items)
	}
	return body
}

// groupedBy are the items that are no aggregates.
func groupedBy(items []sqlast.Item) []sqlast.Expr {
	var out []sqlast.Expr
	for _, item := range items {
		if x := item.(*sqlast.ExprItem).X; !aggregate(x) {
			out = append(out, x)
		}
	}
	return out
}

// aggregate tells whether an item puts rows together.
func aggregate(x sqlast.Expr) bool {
	switch x := x.(type) {
	case *sqlast.Call:
		return true
	case *sqlast.Cast:
		return aggregate(x.X)
	}
	return false
}

// orderBy is the order that was asked for, and behind it what makes the order
// total: without that, pages could repeat rows or leave some out. Columns are
// named with their table, because a bare name would mean the select list's
// alias first.
func (r *reading) orderBy() []*sqlast.OrderItem {
	var items []*sqlast.OrderItem
	for _, term := range r.totalOrder() {
		items = append(items, &sqlast.OrderItem{X: of(r.table, term.column), Desc: term.desc, Nulls: term.nulls})
	}
	if r.grouped {
		for _, x := range groupedBy(r.items) {
			if name, ok := x.(*sqlast.Name); ok && !r.ordered(name.Parts[0].Name) {
				items = append(items, &sqlast.OrderItem{X: of(r.table, name.Parts[0].Name)})
			}
		}
	}
	return items
}

func (q *rowsQuery) ordered(name string) bool {
	return slices.ContainsFunc(q.order, func(t orderTerm) bool { return catalog.Fold(t.column) == catalog.Fold(name) })
}

// totalOrder is the order that was asked for, and behind it the columns that
// tell rows apart.
func (r *reading) totalOrder() []orderTerm {
	terms := slices.Clone(r.order)
	if !r.grouped {
		for _, name := range r.tieBreakers(r.shape) {
			terms = append(terms, orderTerm{column: name, never: r.shape.total})
		}
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(terms, func(term orderTerm) bool {
		i := r.shape.find(term.column)
		if i < 0 {
			return false
		}
		name := r.shape.columns[i].name
		twice := seen[name] // SQL Server takes no column twice
		seen[name] = true
		return twice
	})
}

// tieBreakers are the columns that tell rows apart: the key, which the view may
// hide. Where there is none they are every selected column: rows that are alike
// in all that is selected make the same page in any order.
func (q *rowsQuery) tieBreakers(shown rowsShape) []string {
	if shown.total {
		return shown.key
	}
	names := slices.Clone(shown.key)
	for _, item := range q.items {
		switch item := item.(type) {
		case *sqlast.Star:
			for _, c := range shown.columns {
				if sortable(c.kind) {
					names = append(names, c.name)
				}
			}
		case *sqlast.ExprItem:
			name, ok := item.X.(*sqlast.Name)
			if !ok {
				continue
			}
			if i := shown.find(name.Parts[0].Name); i >= 0 && sortable(shown.columns[i].kind) {
				names = append(names, shown.columns[i].name)
			}
		}
	}
	return names
}

// rowsShape is what /rows has to know of a table or a resource: its columns,
// and which of them tell its rows apart. The zero shape is of what isn't there.
type rowsShape struct {
	columns []shapeColumn
	key     []string
	total   bool // key tells any two rows apart
	engine  catalog.Engine
}

type shapeColumn struct {
	name string
	kind sqltype.Kind
}

func shapeOf(world *view.View, name string) rowsShape {
	shape := rowsShape{engine: world.Catalog.Engine}
	if t := world.Table("", name); t != nil {
		shape.key = t.RowKey()
		for _, c := range t.Visible.Columns {
			shape.columns = append(shape.columns, shapeColumn{c.Name, c.Type.Kind})
		}
	} else if r := world.Resource(name); r != nil {
		shape.key = r.RowKey()
		for _, c := range r.Columns {
			shape.columns = append(shape.columns, shapeColumn{c.Name, c.Type.Kind})
		}
	}
	shape.total = len(shape.key) > 0
	return shape
}

// find gives the place of a column as the catalog would find it by name; -1
// for none.
func (s rowsShape) find(name string) int {
	exact := slices.IndexFunc(s.columns, func(c shapeColumn) bool { return c.name == name })
	if exact >= 0 {
		return exact
	}
	return slices.IndexFunc(s.columns, func(c shapeColumn) bool { return catalog.Fold(c.name) == catalog.Fold(name) })
}

// sortable tells whether every engine can sort by a kind.
func sortable(k sqltype.Kind) bool {
	switch k {
	case sqltype.Bool, sqltype.Int, sqltype.Decimal, sqltype.Float, sqltype.Text,
		sqltype.Date, sqltype.Timestamp, sqltype.Time, sqltype.UUID:
		return true
	}
	return false
}
