// Package view binds a profile to one dossier's live catalog: what a
// customer's world looks like. Names outside a view do not exist for anybody
// who asks through it (promise 4).
//
// A View is made by Bind and never changed afterwards. Every row policy in it
// was parsed, resolved and found unable to fail when it was made; a table whose
// policy could not be bound is not in the view at all.
package view

import (
	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/profiles"
)

// View is one profile bound to one catalog.
type View struct {
	Profile  *profiles.Profile
	Catalog  *catalog.Catalog
	Tables   []*Table  // sorted by schema and name
	Problems []Problem // what of the profile could not be bound here
	// Resources are the vocabulary over the tables, sorted by name.
	Resources []*Resource

	digest string
	byName *catalog.Catalog // the visible tables, indexed as the catalog indexes its own
	tables map[*catalog.Table]*Table

	resources map[string]*Resource // by every name, in small letters
}

// Table is a table that the view shows.
type Table struct {
	Catalog       *catalog.Table // the table as the ERP has it
	Visible       *catalog.Table // the same with the visible columns only
	Title         profiles.Text
	Policy        *querytree.Policy // never nil; its Where is never nil
	RequireFilter []*catalog.Column
	Key           []string // the primary key where all of it is visible, else nil
	Writes        *Writes  // nil where nothing of the table can be written
	// Filters are the profile's filters by hand that callers may know of. The
	// column of a mandatory one is in RequireFilter too, and so it is shown.
	Filters []profiles.Filter

	rules map[*catalog.Column]profiles.Column
}

// Rule is what the profile says of a visible column.
func (t *Table) Rule(c *catalog.Column) profiles.Column { return t.rules[c] }

// Problem is a rule that this dossier's catalog cannot satisfy.
type Problem struct {
	Table  string
	Column string // empty for the whole table
	Fatal  bool   // the table is unavailable in this dossier; else the column is skipped
	Msg    string
}

// Digest names the view: two views with one digest show the same.
func (v *View) Digest() string { return v.digest }

// Table finds a visible table by name as the catalog would; nil for none.
func (v *View) Table(schema, name string) *Table {
	t := v.byName.Table(schema, name)
	if t == nil {
		return nil
	}
	return v.tables[t]
}

// Of finds the view's table for a visible catalog table; nil for none.
func (v *View) Of(visible *catalog.Table) *Table { return v.tables[visible] }

// Lookup finds a visible table for the resolver; nil for none.
func (v *View) Lookup(schema, name string) *catalog.Table { return v.byName.Table(schema, name) }
