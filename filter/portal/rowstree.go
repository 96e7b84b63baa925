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
	shown := world.Table("", table)
	seen := map[*catalog.Column]bool{}
	add := func(term orderTerm) {
		if shown != nil {
			c := shown.Visible.Column(term.column)
			if c != nil && seen[c] {
				return // SQL Server takes no column twice
			}
			seen[c] = true
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
	if shown != nil {
		for _, name := range q.tieBreakers(shown) {
			add(orderTerm{column: name})
		}
	}
	return items
}

// tieBreakers are the columns that tell a table's rows apart: its key, else a
// unique constraint without NULLs that the view shows whole. Where there is
// neither they are every selected column: rows that are alike in all that is
// selected make the same page in any order.
func (q *rowsQuery) tieBreakers(shown *view.Table) []string {
	if len(shown.Visible.PrimaryKey) > 0 || tellsApart(shown.Visible, shown.Key) {
		return shown.Key
	}
	for _, unique := range shown.Visible.Unique {
		if tellsApart(shown.Visible, unique) {
			return unique
		}
	}
	names := slices.Clone(shown.Key)
	for _, item := range q.items {
		switch item := item.(type) {
		case *sqlast.Star:
			for _, c := range shown.Visible.Columns {
				if sortable(c.Type.Kind) {
					names = append(names, c.Name)
				}
			}
		case *sqlast.ExprItem:
			parts := item.X.(*sqlast.Name).Parts // parseItem makes nothing else
			if c := shown.Visible.Column(parts[0].Name); c != nil && sortable(c.Type.Kind) {
				names = append(names, c.Name)
			}
		}
	}
	return names
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
