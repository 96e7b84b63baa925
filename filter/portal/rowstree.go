package portal

import (
	"slices"

	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// pageQuery makes the query for size rows of a table from first on, and one
// row more. The view only says which columns tell the table's rows apart: a
// table or column that isn't in it is the gate's to refuse, in its own words.
func (q *rowsQuery) pageQuery(table string, world *view.View, first, size int64) (*sqlast.Query, []any) {
	params := append([]any{}, q.params...)
	bind := func(n int64) sqlast.Expr {
		params = append(params, n)
		return &sqlast.Param{At: sqlast.NoPos, Ordinal: len(params)}
	}
	query := &sqlast.Query{At: sqlast.NoPos, Body: q.selection(table, q.items), OrderBy: q.orderBy(table, world)}
	query.Limit = bind(size + 1)
	if first > 0 {
		query.Offset = bind(first)
	}
	return query, params
}

// countQuery makes the query that counts the rows which meet the conditions.
func (q *rowsQuery) countQuery(table string) *sqlast.Query {
	count := &sqlast.Call{Name: sqlast.Ident{At: sqlast.NoPos, Name: "COUNT"}, Star: true}
	return &sqlast.Query{At: sqlast.NoPos, Body: q.selection(table, []sqlast.Item{
		&sqlast.ExprItem{X: count, Alias: ident("count")},
	})}
}

// selection is the block that both queries share.
func (q *rowsQuery) selection(table string, items []sqlast.Item) *sqlast.Select {
	return &sqlast.Select{
		At:    sqlast.NoPos,
		Items: items,
		From:  []sqlast.Table{&sqlast.TableName{At: sqlast.NoPos, Name: []sqlast.Ident{ident(table)}}},
		Where: q.where,
	}
}

// orderBy is the order that was asked for, and behind it what makes the order
// total: without that, pages could repeat rows or leave some out. Columns are
// named with their table, because a bare name would mean the select list's
// alias first.
func (q *rowsQuery) orderBy(table string, world *view.View) []*sqlast.OrderItem {
	var items []*sqlast.OrderItem
	shown := shapeOf(world, table)
	seen := map[string]bool{}
	add := func(term orderTerm) {
		if i := shown.find(term.column); i >= 0 {
			if seen[shown.columns[i].name] {
				return // SQL Server takes no column twice
			}
			seen[shown.columns[i].name] = true
		}
		items = append(items, &sqlast.OrderItem{
			X:     &sqlast.Name{Parts: []sqlast.Ident{ident(table), ident(term.column)}},
			Desc:  term.desc,
			Nulls: term.nulls,
		})
	}
	for _, term := range q.order {
		add(term)
	}
	for _, name := range q.tieBreakers(shown) {
		add(orderTerm{column: name})
	}
	return items
}

// tieBreakers are the columns that tell rows apart: the key, else a unique
// constraint without NULLs that the view shows whole. Where there is neither
// they are every selected column: rows that are alike in all that is selected
// make the same page in any order.
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
			parts := item.X.(*sqlast.Name).Parts // parseItem makes nothing else
			if i := shown.find(parts[0].Name); i >= 0 && sortable(shown.columns[i].kind) {
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
}

type shapeColumn struct {
	name string
	kind sqltype.Kind
}

func shapeOf(world *view.View, name string) rowsShape {
	if t := world.Table("", name); t != nil {
		return tableShape(t)
	}
	r := world.Resource(name)
	if r == nil {
		return rowsShape{}
	}
	shape := rowsShape{key: r.Key, total: len(r.Key) > 0 && r.Table != nil && tableShape(r.Table).total}
	for _, c := range r.Columns {
		shape.columns = append(shape.columns, shapeColumn{c.Name, c.Type.Kind})
	}
	return shape
}

func tableShape(t *view.Table) rowsShape {
	shape := rowsShape{key: t.Key, total: len(t.Visible.PrimaryKey) > 0 || tellsApart(t.Visible, t.Key)}
	for _, unique := range t.Visible.Unique {
		if !shape.total && tellsApart(t.Visible, unique) {
			shape.key, shape.total = unique, true
		}
	}
	for _, c := range t.Visible.Columns {
		shape.columns = append(shape.columns, shapeColumn{c.Name, c.Type.Kind})
	}
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

// tellsApart tells whether all columns of a unique constraint are visible and
// never NULL.
func tellsApart(visible *catalog.Table, unique []string) bool {
	for _, name := range unique {
		if c := visible.Column(name); c == nil || c.Nullable {
			return false
		}
	}
	return len(unique) > 0
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
