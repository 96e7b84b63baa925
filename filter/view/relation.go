package view

import (
	"slices"
	"strings"

	"github.com/vantelle/vantelle/filter/resolve"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// hiddenKey gives the key of a table that its view does not show: the primary
// key, else a unique constraint without NULLs. nil where a key is shown, and
// where the table has none that can be used.
func (b *binder) hiddenKey(t, visible *catalog.Table) []*catalog.Column {
	if shownKey(visible) != nil {
		return nil
	}
	key := keyOf(b.v.Catalog.Engine, t, ordered)
	for i, c := range key {
		// A part of it may be shown: then it is that column, or a statement
		// would read it twice.
		if j := slices.IndexFunc(visible.Columns, func(v *catalog.Column) bool { return v.Name == c.Name }); j >= 0 {
			key[i] = visible.Columns[j]
			continue
		}
		own := *c
		key[i] = &own
	}
	return key
}

// shownKey gives the columns of a visible table that tell any two of its rows
// apart: the primary key, else a unique constraint without NULLs; nil where
// the view shows neither whole.
func shownKey(visible *catalog.Table) []string {
	if len(visible.PrimaryKey) > 0 {
		return visible.PrimaryKey
	}
	for _, unique := range visible.Unique {
		if len(unique) > 0 && !slices.ContainsFunc(unique, func(name string) bool {
			i := slices.IndexFunc(visible.Columns, func(c *catalog.Column) bool { return c.Name == name })
			return i < 0 || visible.Columns[i].Nullable
		}) {
			return unique
		}
	}
	return nil
}

// ordered tells whether every engine can sort and compare a kind exactly.
func ordered(k sqltype.Kind) bool {
	switch k {
	case sqltype.Int, sqltype.Decimal, sqltype.Text, sqltype.Date, sqltype.Timestamp, sqltype.Time, sqltype.UUID:
		return true
	}
	return false
}

// RowKey names the columns that tell any two rows of the table apart; nil for
// none. Where the view hides the key they are names that only fronts can write
// (resolve.JoinKey).
func (t *Table) RowKey() []string {
	if key := shownKey(t.Visible); key != nil {
		return key
	}
	var key []string
	for _, c := range t.Visible.RowKey {
		key = append(key, resolve.JoinKey+c.Name)
	}
	return key
}

// RowKey names the columns that tell any two rows of the resource apart, as
// Table.RowKey does.
func (r *Resource) RowKey() []string { return r.rowKey }

// Link is a way from the rows of a table or a resource to rows of another that
// belong to them.
type Link struct {
	Names []string // by any of which requests may ask for it, without regard to case
	Hints []string // which tell it from others of the same name: columns that it compares, the relation's name
	To    []string // the other's name, in parts
	On    [][2]string
	One   bool // a row has at most one there
}

// Links gives the ways that lead from a table or resource: what the profile
// declares for a resource, the foreign keys of the ERP for a table, both ways,
// as far as both tables and all columns of the key are visible.
func (v *View) Links(name string) []Link {
	if t := v.Table("", name); t != nil {
		return v.foreign(t)
	}
	r := v.Resource(name)
	if r == nil {
		return nil
	}
	var out []Link
	for relation, rel := range r.Relations {
		out = append(out, Link{Names: append([]string{relation}, rel.To.Names...), Hints: []string{relation},
			To: []string{rel.To.Name}, On: rel.On, One: rel.One})
	}
	slices.SortFunc(out, func(a, b Link) int { return strings.Compare(a.Names[0], b.Names[0]) })
	return out
}

func (v *View) foreign(t *Table) []Link {
	var out []Link
	for _, other := range v.Tables {
		for _, key := range t.Catalog.ForeignKeys { // of this table's rows to one of other
			if on := visiblePairs(key, t, other); on != nil {
				out = append(out, Link{Names: []string{other.Visible.Name}, Hints: key.Columns, To: nameOf(other), On: on, One: true})
			}
		}
		for _, key := range other.Catalog.ForeignKeys { // of other's rows to one of this table
			if on := visiblePairs(key, other, t); on != nil {
				back := make([][2]string, len(on))
				for i, pair := range on {
					back[i] = [2]string{pair[1], pair[0]}
				}
				out = append(out, Link{Names: []string{other.Visible.Name}, Hints: key.Columns, To: nameOf(other), On: back,
					One: other.Visible.KeyAmong(key.Columns)})
			}
		}
	}
	return out
}

func nameOf(t *Table) []string {
	if t.Visible.Schema == "" {
		return []string{t.Visible.Name}
	}
	return []string{t.Visible.Schema, t.Visible.Name}
}

// visiblePairs gives the columns that a foreign key of from compares with those
// of to; nil where it points elsewhere, or where one of them cannot be seen.
func visiblePairs(key catalog.ForeignKey, from, to *Table) [][2]string {
	if key.RefTable != to.Catalog.Name || key.RefSchema != to.Catalog.Schema || len(key.Columns) != len(key.RefColumns) {
		return nil
	}
	var on [][2]string
	for i := range key.Columns {
		a, b := from.Visible.Column(key.Columns[i]), to.Visible.Column(key.RefColumns[i])
		if a == nil || b == nil || a.Name != key.Columns[i] || b.Name != key.RefColumns[i] {
			return nil
		}
		on = append(on, [2]string{a.Name, b.Name})
	}
	return on
}
