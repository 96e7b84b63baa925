package profiles

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Change is one thing that differs between two profiles.
type Change struct {
	Subject string `json:"subject"` // "The profile", "Module M", "Table T": what the condensed view groups by
	Text    string `json:"text"`    // a plain sentence
}

// Diff says in plain sentences, sorted, what changes from one profile to
// another in what they show. Notes, titles, places in files and the order of
// columns are no difference. Equal profiles give none.
func Diff(from, to *Profile) []string {
	var sentences []string
	for _, c := range Changes(from, to) {
		sentences = append(sentences, c.Text)
	}
	return sentences
}

// Condensed gives a line for each subject: how many of its things change.
func Condensed(changes []Change) []Change {
	var lines []Change
	for i := 0; i < len(changes); {
		n := i + 1
		for n < len(changes) && changes[n].Subject == changes[i].Subject {
			n++
		}
		line := Change{Subject: changes[i].Subject, Text: changes[i].Text}
		if n-i > 1 {
			line.Text = fmt.Sprintf("%s: %d changes.", changes[i].Subject, n-i)
		}
		lines = append(lines, line)
		i = n
	}
	return lines
}

// Changes is Diff with what each sentence is about, sorted by sentence.
func Changes(from, to *Profile) []Change {
	d := &difference{subject: "The profile"}
	d.value("The profile", "name", from.Name, to.Name)
	d.value("The profile", "ERP", from.ERP, to.ERP)
	d.value("The profile", "licence type", from.Licence, to.Licence)
	d.value("The profile", "profile that it restricts", from.Extends, to.Extends)
	for _, name := range union(from.Modules, to.Modules) {
		a, before := from.Modules[name]
		b, after := to.Modules[name]
		d.subject = "Module " + name
		if d.presence(before, after, d.subject, "") {
			d.value(d.subject, "level", string(a.Level), string(b.Level))
		}
	}
	for _, key := range union(from.Tables, to.Tables) {
		a, before := from.Tables[key]
		b, after := to.Tables[key]
		d.subject = "Table " + key
		if d.presence(before, after, d.subject, "") {
			d.table(d.subject, a, b)
		}
	}
	d.resources(from, to)
	d.requests(from, to)
	d.dashboard(from, to)
	slices.SortFunc(d.changes, func(a, b Change) int { return strings.Compare(a.Text, b.Text) })
	return d.changes
}

type difference struct {
	subject string
	changes []Change
}

func (d *difference) say(format string, args ...any) {
	d.changes = append(d.changes, Change{d.subject, fmt.Sprintf(format, args...)})
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
	d.value(thing, "condition", a.OwnRows.SQL, b.OwnRows.SQL)
	d.value(thing, "condition for the index", a.Seek.SQL, b.Seek.SQL)
	d.value(thing, "followed table", a.Follows.String(), b.Follows.String())
	d.flag(thing, a.Public, b.Public, "shows the same rows to every customer", "no longer shows the same rows to every customer")
	d.flag(thing, a.OtherColumns, b.OtherColumns, "shows the columns that are not listed", "hides the columns that are not listed")
	d.value(thing, "list of columns that requests must filter on", sortedList(a.RequireFilter), sortedList(b.RequireFilter))
	d.value(thing, "list of writes that customers may do", sortedList(a.Writes), sortedList(b.Writes))
	d.value(thing, "list of tables that the view reads", sortedList(a.Reads), sortedList(b.Reads))
	d.value(thing, "list of tables that writes are carried on to", sortedList(a.Cascades), sortedList(b.Cascades))
	d.filters(thing, a.Filters, b.Filters)
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
			d.value(column, "module", x.Module, y.Module)
			d.flag(column, x.Hidden, y.Hidden, "becomes hidden", "becomes visible")
			d.flag(column, x.ReadOnly, y.ReadOnly, "becomes read-only", "is no longer read-only")
			d.flag(column, x.Mandatory, y.Mandatory, "becomes mandatory", "is no longer mandatory")
		}
	}
}

// filters compares the extra filters of a table by name.
func (d *difference) filters(thing string, a, b []Filter) {
	byName := func(all []Filter) map[string]Filter {
		m := map[string]Filter{}
		for _, f := range all {
			m[f.Name] = f
		}
		return m
	}
	before, after := byName(a), byName(b)
	for _, name := range union(before, after) {
		x, was := before[name]
		y, is := after[name]
		filter := thing + ": filter " + name
		if d.presence(was, is, filter, filterRemark(y)) {
			d.value(filter, "condition", x.Where.SQL, y.Where.SQL)
			d.value(filter, "column", x.Column, y.Column)
			d.flag(filter, x.Hidden, y.Hidden, "becomes hidden", "is no longer hidden")
			d.flag(filter, x.ReadOnly, y.ReadOnly, "becomes read-only", "is no longer read-only")
			d.flag(filter, x.Mandatory, y.Mandatory, "becomes mandatory", "is no longer mandatory")
		}
	}
}

func filterRemark(f Filter) string {
	switch {
	case f.Hidden:
		return fmt.Sprintf(", hidden, where %q", f.Where.SQL)
	case f.ReadOnly:
		return fmt.Sprintf(", read-only, where %q", f.Where.SQL)
	}
	return ", mandatory, on " + f.Column
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
