package profiles

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Diff says in plain sentences, sorted, what changes from one profile to
// another in what they show. Notes, titles, places in files and the order of
// columns are no difference. Equal profiles give none.
func Diff(from, to *Profile) []string {
	d := &difference{}
	d.value("The profile", "name", from.Name, to.Name)
	d.value("The profile", "ERP", from.ERP, to.ERP)
	d.value("The profile", "licence type", from.Licence, to.Licence)
	for _, name := range union(from.Modules, to.Modules) {
		a, before := from.Modules[name]
		b, after := to.Modules[name]
		if d.presence(before, after, "Module "+name, "") {
			d.value("Module "+name, "level", string(a.Level), string(b.Level))
		}
	}
	for _, key := range union(from.Tables, to.Tables) {
		a, before := from.Tables[key]
		b, after := to.Tables[key]
		if d.presence(before, after, "Table "+key, "") {
			d.table("Table "+key, a, b)
		}
	}
	d.resources(from, to)
	slices.Sort(d.sentences)
	return d.sentences
}

type difference struct{ sentences []string }

func (d *difference) say(format string, args ...any) {
	d.sentences = append(d.sentences, fmt.Sprintf(format, args...))
}

// presence tells whether a thing is in both, and says so where it is not.
func (d *difference) presence(before, after bool, thing, remark string) bool {
	switch {
	case before && !after:
		d.say("%s is removed.", thing)
	case !before && after:
		d.say("%s is added%s.", thing, remark)
	}
	return before && after
}

func (d *difference) value(thing, what, before, after string) {
	switch {
	case before == after:
	case before == "":
		d.say("%s gets the %s %q.", thing, what, after)
	case after == "":
		d.say("%s loses the %s %q.", thing, what, before)
	default:
		d.say("%s changes its %s from %q to %q.", thing, what, before, after)
	}
}

func (d *difference) table(thing string, a, b Table) {
	d.value(thing, "condition", a.Rows.SQL, b.Rows.SQL)
	d.value(thing, "condition for the index", a.Seek.SQL, b.Seek.SQL)
	d.value(thing, "followed table", a.Follows.String(), b.Follows.String())
	d.flag(thing, a.Public, b.Public, "shows the same rows to every customer", "no longer shows the same rows to every customer")
	d.flag(thing, a.OtherColumns, b.OtherColumns, "shows the columns that are not listed", "hides the columns that are not listed")
	d.value(thing, "list of columns that requests must filter on", sortedList(a.RequireFilter), sortedList(b.RequireFilter))
	for _, name := range union(a.Modules, b.Modules) {
		x, before := a.Modules[name]
		y, after := b.Modules[name]
		if d.presence(before, after, thing+": module "+name, remark(y.SQL)) {
			d.value(thing+": module "+name, "condition", x.SQL, y.SQL)
		}
	}
	for _, name := range union(a.Columns, b.Columns) {
		x, before := a.Columns[name]
		y, after := b.Columns[name]
		column := thing + ": column " + name
		if d.presence(before, after, column, columnRemark(y)) {
			d.flag(column, x.Hidden, y.Hidden, "becomes hidden", "becomes visible")
			d.flag(column, x.ReadOnly, y.ReadOnly, "becomes read-only", "is no longer read-only")
			d.flag(column, x.Mandatory, y.Mandatory, "becomes mandatory", "is no longer mandatory")
		}
	}
}

func (d *difference) flag(thing string, before, after bool, set, cleared string) {
	switch {
	case after && !before:
		d.say("%s %s.", thing, set)
	case before && !after:
		d.say("%s %s.", thing, cleared)
	}
}

func remark(condition string) string {
	if condition == "" {
		return " for every row"
	}
	return fmt.Sprintf(" where %q", condition)
}

func columnRemark(c Column) string {
	switch {
	case c.Hidden:
		return ", hidden"
	case c.ReadOnly:
		return ", read-only"
	case c.Mandatory:
		return ", mandatory"
	}
	return ""
}

// String gives "TABLE (here = there, …)", and nothing for nil.
func (f *Follows) String() string {
	if f == nil {
		return ""
	}
	pairs := make([]string, len(f.On))
	for i, p := range f.On {
		pairs[i] = p[0] + " = " + p[1]
	}
	return f.Table + " (" + strings.Join(pairs, ", ") + ")"
}

func sortedList(names []string) string {
	return strings.Join(slices.Sorted(slices.Values(names)), ", ")
}

func union[V any](a, b map[string]V) []string {
	names := maps.Clone(a)
	if names == nil {
		names = map[string]V{}
	}
	maps.Copy(names, b)
	return slices.Sorted(maps.Keys(names))
}
