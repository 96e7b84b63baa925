package view

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/filter/resolve"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqlfunc"
	"github.com/vantelle/vantelle/filter/sqlparse"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/profiles"
)

// Language is the one in which a request wants the labels of decoded values.
type Language uint8

// The languages of the house.
const (
	English Language = iota
	French
)

// Resource is a resource of the profile, bound to the dossier's catalog: with
// the columns that this dossier can give.
type Resource struct {
	Name    string   // its English name, the key in the profile
	Names   []string // every name that requests may use, Name first
	Title   profiles.Text
	Table   *Table // nil where the resource is a query
	Columns []ResourceColumn
	// Key names the columns of the resource that tell its rows apart; they
	// may be ones that only fronts can name (resolve.JoinKey). nil where the
	// table's key is not visible.
	Key       []string
	Relations map[string]Relation
	Search    []string
	// SameForAll says that a file key means the same row to every customer, or rows
	// that are everybody's: the ERP keeps it unique by itself, or the table is a
	// public one. A document's number is unique in its company or kind only.
	SameForAll bool
	// FileKey names the column by whose value the files of a row are asked for;
	// empty where rows can have none.
	FileKey string

	in     [2]*resolve.Resource // by Language
	rowKey []string
}

// ResourceColumn is one column of a bound resource.
type ResourceColumn struct {
	Name     string
	Label    profiles.Text
	Type     sqltype.Type
	Nullable bool
	// Values are what the column's codes can be, for a column that is decoded;
	// Other what stands for all else. LabelOf names the column whose labels
	// this one has.
	Values  []profiles.Value
	Other   *profiles.Value
	LabelOf string
}

// Relation says which rows of another resource belong to a row of this one:
// those in which each pair of columns is equal. Columns are named as Resource's
// Key.
type Relation struct {
	To  *Resource
	On  [][2]string
	One bool
}

// Column finds a column by name; nil for none.
func (r *Resource) Column(name string) *ResourceColumn {
	for i := range r.Columns {
		if strings.EqualFold(r.Columns[i].Name, name) {
			return &r.Columns[i]
		}
	}
	return nil
}

// Resource finds a resource by any of its names; nil for none.
func (v *View) Resource(name string) *Resource { return v.resources[strings.ToLower(name)] }

// ResourceFor gives the resolver's lookup of resources in a language.
func (v *View) ResourceFor(l Language) func(name string) *resolve.Resource {
	return func(name string) *resolve.Resource {
		if r := v.Resource(name); r != nil {
			return r.in[l]
		}
		return nil
	}
}

// resourceBinder binds the profile's resources once its tables are bound.
type resourceBinder struct {
	*binder
	tables map[string]*Table // by the profile's names
}

func (b *resourceBinder) all() {
	b.v.resources = map[string]*Resource{}
	bound := map[string]*Resource{}
	for _, key := range slices.Sorted(maps.Keys(b.v.Profile.Resources)) {
		r := b.resource(key, b.v.Profile.Resources[key])
		if r == nil {
			continue
		}
		bound[key] = r
		b.v.Resources = append(b.v.Resources, r)
		for _, name := range r.Names {
			b.v.resources[strings.ToLower(name)] = r
		}
	}
	for key, r := range bound {
		for name, rel := range b.v.Profile.Resources[key].Relations {
			if to := bound[rel.To]; to != nil {
				b.relation(r, name, to, rel)
			}
		}
	}
}

func (b *resourceBinder) resource(key string, p profiles.Resource) *Resource {
	what := "resource " + key
	out := &Resource{Name: p.Name.EN, Names: p.Names(), Title: p.Title, Relations: map[string]Relation{}}
	made := &resolve.Resource{Name: p.Name.EN}
	var err error
	if p.Query.SQL != "" {
		if made.Query, err = sqlparse.ParseQuery(p.Query.SQL, sqlparse.DefaultLimits()); err != nil {
			b.problem(true, what, "", "query at line %d: %v", p.Query.Line, err)
			return nil
		}
	} else {
		if out.Table = b.tables[p.Table]; out.Table == nil {
			b.problem(true, what, "", "it is a part of %s, which is not available here", p.Table)
			return nil
		}
		made.Table = out.Table.Visible
	}
	if p.Where.SQL != "" {
		if made.Where, err = sqlparse.ParseExpr(p.Where.SQL, sqlparse.DefaultLimits()); err != nil {
			b.problem(true, what, "", "where at line %d: %v", p.Where.Line, err)
			return nil
		}
	}
	french := *made
	for _, name := range p.ColumnOrder {
		if err := b.column(out, made, &french, name, p.Columns[name]); err != nil {
			b.problem(false, what, name, "%v; it is left out", err)
		}
	}
	b.joinKeys(out, made, &french, p)
	if err := b.check(what, out, made, &french); err != nil {
		b.problem(true, what, "", "%s", explain(err))
		return nil
	}
	out.in[English], out.in[French] = made, &french
	if key := p.FileKey(); out.Table != nil && out.Column(key) != nil {
		out.FileKey = key
		out.SameForAll = b.v.Profile.Tables[p.Table].Public || b.keyAlone(out, p.Table, p.Columns[key])
	}
	for _, s := range p.Search {
		if c := out.Column(s); c != nil && b.searchable(c.Type) {
			out.Search = append(out.Search, s)
		}
	}
	return out
}

// keyAlone tells whether the table has a unique key of the column alone that a
// column of a resource is, and whether no customer gives rows that key, by this
// profile or another: one that nobody's row has any more would be his for the asking.
func (b *resourceBinder) keyAlone(r *Resource, table string, p profiles.ResourceColumn) bool {
	_, stored, err := b.source(r, p)
	if err != nil || stored == nil || len(p.Values) > 0 || !r.Table.Catalog.KeyAmong([]string{stored.Name}) {
		return false
	}
	primary := len(r.Table.Catalog.PrimaryKey) == 1 && r.Table.Catalog.PrimaryKey[0] == stored.Name
	gives := func(rule profiles.Table) bool {
		return rule.Allows(profiles.Insert) || rule.Allows(profiles.Update) && !primary
	}
	for _, other := range b.beside {
		for _, rule := range other.Tables {
			if b.v.Catalog.Table(rule.Schema, rule.Name) == r.Table.Catalog && gives(rule) {
				return false
			}
		}
	}
	return r.Table.Rule(stored).ReadOnly || !gives(b.v.Profile.Tables[table])
}

// searchable tells whether a search can look into a column: into text, and on an
// engine without a fence not into text without end, whose reading would tell of
// rows that are others'.
func (b *resourceBinder) searchable(t sqltype.Type) bool {
	engine := b.v.Catalog.Engine
	return t.Kind == sqltype.Text && !(engine == catalog.SQLServer && sqlfunc.Lookup("FOLD").PartialOn(engine, sqlfunc.Arg{Type: t, Chars: t.MaxChars()}))
}

// column adds a column, and the one with its labels, to both languages.
func (b *resourceBinder) column(out *Resource, english, french *resolve.Resource, name string, p profiles.ResourceColumn) error {
	x, stored, err := b.source(out, p)
	if err != nil {
		return err
	}
	add := func(c ResourceColumn, en, fr sqlast.Expr) {
		out.Columns = append(out.Columns, c)
		english.Columns = append(english.Columns, resolve.ResourceColumn{Name: c.Name, X: en})
		french.Columns = append(french.Columns, resolve.ResourceColumn{Name: c.Name, X: fr})
	}
	if stored != nil && stored.Type.Kind == sqltype.JSON && len(p.ByLanguage.EN) > 0 {
		add(ResourceColumn{Name: name, Label: p.Label}, translated(x, p.ByLanguage.EN), translated(x, p.ByLanguage.FR))
		return nil
	}
	if len(p.Values) == 0 {
		add(ResourceColumn{Name: name, Label: p.Label}, x, x)
		return nil
	}
	code := decode(x, stored, p, func(v profiles.Value) string { return v.Code })
	add(ResourceColumn{Name: name, Label: p.Label, Values: p.Values, Other: p.Other}, code, code)
	add(ResourceColumn{Name: name + profiles.LabelSuffix, Label: p.Label, LabelOf: name},
		decode(x, stored, p, func(v profiles.Value) string { return v.Label.EN }),
		decode(x, stored, p, func(v profiles.Value) string { return v.Label.FR }))
	return nil
}

// source gives the expression of a column and, where it is a column of the
// table, that column.
func (b *resourceBinder) source(out *Resource, p profiles.ResourceColumn) (sqlast.Expr, *catalog.Column, error) {
	for _, from := range p.From {
		if out.Table == nil { // what the query calls it; checked with the rest
			return selfColumn(from), nil, nil
		}
		if c := out.Table.Visible.Column(from); c != nil {
			return selfColumn(c.Name), c, nil
		}
	}
	if p.Computed.SQL == "" {
		return nil, nil, fmt.Errorf("this dossier's table shows no column %s", strings.Join(p.From, ", "))
	}
	x, err := sqlparse.ParseExpr(p.Computed.SQL, sqlparse.DefaultLimits())
	if err != nil {
		return nil, nil, fmt.Errorf("computed at line %d: %w", p.Computed.Line, err)
	}
	b.unveil(x, p)
	return x, nil, nil
}

func selfColumn(name string) sqlast.Expr {
	return &sqlast.Name{Parts: []sqlast.Ident{{At: sqlast.NoPos, Name: "self", Quoted: true}, {At: sqlast.NoPos, Name: name, Quoted: true}}}
}

// decode makes CASE x WHEN stored THEN … ELSE … END.
func decode(x sqlast.Expr, column *catalog.Column, p profiles.ResourceColumn, what func(profiles.Value) string) sqlast.Expr {
	out := &sqlast.Case{At: sqlast.NoPos, Operand: x}
	for _, v := range p.Values {
		out.Whens = append(out.Whens, sqlast.When{Cond: storedValue(v.Stored, column), Then: &sqlast.String{At: sqlast.NoPos, Value: what(v)}})
	}
	if p.Other != nil {
		out.Else = &sqlast.String{At: sqlast.NoPos, Value: what(*p.Other)}
	}
	return out
}

// translated makes COALESCE(JSON_TEXT(x, 'fr_FR'), JSON_TEXT(x, 'en_US'), …): an
// ERP leaves out what is not translated.
func translated(x sqlast.Expr, languages []string) sqlast.Expr {
	var texts []sqlast.Expr
	for _, l := range languages {
		texts = append(texts, call("JSON_TEXT", x, &sqlast.String{At: sqlast.NoPos, Value: l}))
	}
	if len(texts) == 1 {
		return texts[0]
	}
	return call("COALESCE", texts...)
}

func call(name string, args ...sqlast.Expr) sqlast.Expr {
	return &sqlast.Call{Name: sqlast.Ident{At: sqlast.NoPos, Name: name}, Args: args}
}

// storedValue is a stored value as the request itself would write it for the
// column's type.
func storedValue(text string, column *catalog.Column) sqlast.Expr {
	if column == nil || column.Type.Numeric() {
		digits, negative := strings.CutPrefix(text, "-")
		if _, _, err := sqltype.ParseNumber(digits); err == nil && digits != "" {
			var n sqlast.Expr = &sqlast.Number{At: sqlast.NoPos, Text: digits}
			if negative {
				n = &sqlast.Unary{At: sqlast.NoPos, Op: "-", X: n}
			}
			return n
		}
	}
	if column != nil && column.Type.Kind == sqltype.Bool {
		return &sqlast.Bool{At: sqlast.NoPos, Value: text == "1" || strings.EqualFold(text, "true")}
	}
	return &sqlast.String{At: sqlast.NoPos, Value: text}
}

// joinKeys adds the columns by which fronts tie rows together: the table's
// visible key, and what relations compare.
func (b *resourceBinder) joinKeys(out *Resource, english, french *resolve.Resource, p profiles.Resource) {
	added := map[string]bool{}
	add := func(column string) string {
		name := resolve.JoinKey + strings.ToLower(column)
		if added[name] {
			return name
		}
		if out.Table != nil && out.Table.Visible.Column(column) == nil {
			return ""
		}
		added[name] = true
		english.Columns = append(english.Columns, resolve.ResourceColumn{Name: name, X: selfColumn(column)})
		french.Columns = append(french.Columns, resolve.ResourceColumn{Name: name, X: selfColumn(column)})
		return name
	}
	if out.Table != nil {
		for _, k := range out.Table.Key {
			out.Key = append(out.Key, add(k))
		}
		for _, k := range shownKey(out.Table.Visible) {
			out.rowKey = append(out.rowKey, add(k))
		}
		for _, c := range out.Table.Visible.RowKey {
			name := resolve.JoinKey + "row " + strings.ToLower(c.Name)
			hidden := resolve.ResourceColumn{Name: name, X: selfColumn(resolve.JoinKey + c.Name)}
			english.Columns, french.Columns = append(english.Columns, hidden), append(french.Columns, hidden)
			out.rowKey = append(out.rowKey, name)
		}
	}
	for _, rel := range p.Relations {
		for _, pair := range rel.On {
			add(pair[0])
		}
	}
	for _, other := range b.v.Profile.Resources {
		for _, rel := range other.Relations {
			if b.v.Profile.Resources[rel.To].Name == p.Name {
				for _, pair := range rel.On {
					add(pair[1])
				}
			}
		}
	}
}

// check resolves everything once: what cannot be resolved is left out.
func (b *resourceBinder) check(what string, out *Resource, english, french *resolve.Resource) error {
	opt := resolve.Options{Engine: b.v.Catalog.Engine, Tables: b.v.byName.Table}
	types, errs, err := resolve.CheckResource(english, opt)
	if err != nil {
		return err
	}
	var columns []ResourceColumn
	var en, fr []resolve.ResourceColumn
	for i := range english.Columns {
		if errs[i] != nil {
			if i < len(out.Columns) {
				b.problem(false, what, english.Columns[i].Name, "%s; it is left out", explain(errs[i]))
			}
			continue
		}
		if i < len(out.Columns) {
			c := out.Columns[i]
			c.Type, c.Nullable = types[i].Type, !types[i].NotNull
			columns = append(columns, c)
		}
		en, fr = append(en, english.Columns[i]), append(fr, french.Columns[i])
	}
	if len(columns) == 0 {
		return fmt.Errorf("no column of it is available here")
	}
	out.Columns, english.Columns, french.Columns = columns, en, fr
	return nil
}

func (b *resourceBinder) relation(from *Resource, name string, to *Resource, p profiles.Relation) {
	rel := Relation{To: to, One: p.One}
	for _, pair := range p.On {
		here, there := resolve.JoinKey+strings.ToLower(pair[0]), resolve.JoinKey+strings.ToLower(pair[1])
		if !has(from.in[English], here) || !has(to.in[English], there) {
			b.problem(false, "resource "+from.Name, name, "the relation compares %s with %s, which this dossier lacks; it is left out", pair[0], pair[1])
			return
		}
		rel.On = append(rel.On, [2]string{here, there})
	}
	from.Relations[name] = rel
}

func has(r *resolve.Resource, column string) bool {
	return slices.ContainsFunc(r.Columns, func(c resolve.ResourceColumn) bool { return c.Name == column })
}
