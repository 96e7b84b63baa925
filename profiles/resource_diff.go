package profiles

import (
	"fmt"
	"slices"
	"strings"
)

// resources says what changes in the vocabulary. Labels and titles are shown
// to people and are no difference; the codes that values have are one.
func (d *difference) resources(from, to *Profile) {
	for _, key := range union(from.Resources, to.Resources) {
		a, before := from.Resources[key]
		b, after := to.Resources[key]
		d.subject = "Resource " + key
		if d.presence(before, after, d.subject, "") {
			d.resource("Resource "+key, a, b)
		}
	}
}

func (d *difference) resource(thing string, a, b Resource) {
	d.value(thing, "other names", sortedList(a.Names()[1:]), sortedList(b.Names()[1:]))
	d.value(thing, "table", a.Table, b.Table)
	d.value(thing, "query", a.Query.SQL, b.Query.SQL)
	d.value(thing, "condition", a.Where.SQL, b.Where.SQL)
	d.value(thing, "list of columns that a search looks into", sortedList(a.Search), sortedList(b.Search))
	d.value(thing, "key of files", a.Key, b.Key)
	for _, name := range union(a.Columns, b.Columns) {
		x, before := a.Columns[name]
		y, after := b.Columns[name]
		column := thing + ": column " + name
		if d.presence(before, after, column, "") {
			d.value(column, "source", x.source(), y.source())
			d.value(column, "hidden columns that it is computed of", x.hidden(), y.hidden())
			d.value(column, "names of languages", x.ByLanguage.String(), y.ByLanguage.String())
			d.value(column, "values", x.codes(), y.codes())
		}
	}
	for _, name := range union(a.Relations, b.Relations) {
		x, before := a.Relations[name]
		y, after := b.Relations[name]
		if d.presence(before, after, thing+": relation "+name, "") {
			d.value(thing+": relation "+name, "meaning", x.String(), y.String())
		}
	}
	for _, name := range union(a.Files, b.Files) {
		x, before := a.Files[name]
		y, after := b.Files[name]
		if d.presence(before, after, thing+": files "+name, "") {
			d.value(thing+": files "+name, "source", x.String(), y.String())
		}
	}
}

func (c ResourceColumn) hidden() string {
	var names []string
	for _, h := range c.UsesHidden {
		names = append(names, h.Table+"."+h.Column)
	}
	return sortedList(names)
}

// source words where a column comes from.
func (c ResourceColumn) source() string {
	parts := slices.Clone(c.From)
	if c.Computed.SQL != "" {
		parts = append(parts, c.Computed.SQL)
	}
	return strings.Join(parts, ", else ")
}

// String gives "fr: fr_FR, en_US; en: en_US"; empty for none.
func (l Languages) String() string {
	if len(l.FR)+len(l.EN) == 0 {
		return ""
	}
	return "fr: " + strings.Join(l.FR, ", ") + "; en: " + strings.Join(l.EN, ", ")
}

func (c ResourceColumn) codes() string {
	var parts []string
	for _, v := range c.Values {
		parts = append(parts, v.Stored+" = "+v.Code)
	}
	if c.Other != nil {
		parts = append(parts, "others = "+c.Other.Code)
	}
	return strings.Join(parts, ", ")
}

// String gives "one invoices (here = there, …)".
func (r Relation) String() string {
	many := "many"
	if r.One {
		many = "one"
	}
	return fmt.Sprintf("%s %s", many, (&Follows{Table: r.To, On: r.On}).String())
}

// String words a source of files for messages.
func (f FileSource) String() string {
	what := "content of " + f.Bytes
	switch {
	case f.Pattern != "":
		what = "path " + f.Pattern
	case f.Bytes == "":
		what = "path " + strings.Join(f.Path, "/")
	}
	if f.Root != "" {
		what += " below " + f.Root
	}
	if f.Table != "" {
		what += " in " + (&Follows{Table: f.Table, On: f.On}).String() + remark(f.Where.SQL)
	}
	if f.Name != "" || f.Type != "" {
		what += fmt.Sprintf(", name %q, type %q", f.Name, f.Type)
	}
	return what
}
