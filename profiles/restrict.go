package profiles

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/internal/strictyaml"
)

// Widenings gives every place in which a copy shows or allows more than the
// profile it restricts, or might: a condition counts as narrower only where it
// demands everything that the other's demands (a AND b AND more). A copy
// without any may only take away, whatever the catalog.
func Widenings(base, copied *Profile) []Finding {
	w := &widenings{base: base, copied: copied}
	if copied.ERP != base.ERP {
		w.say("erp", "make it "+base.ERP, "%s is for %s", base.Name, base.ERP)
	}
	for _, name := range slices.Sorted(maps.Keys(copied.Modules)) {
		if level, ceiling := copied.Modules[name].Level, base.Modules[name].Level; level.Above(ceiling) {
			if ceiling == "" {
				ceiling = LevelNone
			}
			w.say(strictyaml.Path("modules", name, "level"), "lower it to "+string(ceiling), "%s allows %s of the module, this copy %s", base.Name, ceiling, level)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(copied.Tables)) {
		there, found := sameTable(base, copied.Tables[key])
		if !found {
			w.say(strictyaml.Path("tables", key), "take the table out", "%s does not show this table", base.Name)
			continue
		}
		w.table(strictyaml.Path("tables", key), base.Tables[there], copied.Tables[key])
	}
	w.files()
	w.hidden()
	w.requests()
	return w.found
}

type widenings struct {
	base, copied *Profile
	found        []Finding
}

func (w *widenings) say(place, remedy, format string, args ...any) {
	w.found = append(w.found, Finding{Severity: Error, Code: "widens", Place: place, Message: "a restriction may only take away: " + fmt.Sprintf(format, args...), Remedy: remedy})
}

// sameTable finds the key under which a profile lists a table.
func sameTable(p *Profile, t Table) (string, bool) {
	for key, other := range p.Tables {
		if strings.EqualFold(other.Name, t.Name) && strings.EqualFold(other.Schema, t.Schema) {
			return key, true
		}
	}
	return "", false
}

func (w *widenings) table(path string, base, copied Table) {
	if !implies(copied.Rows, base.Rows) {
		w.say(path+".rows", "keep its rows as they are and add a filter, or add AND conditions to them", "the rows do not demand all that the rows of %s demand (%s)", w.base.Name, oneLine(base.Rows.SQL))
	}
	w.follows(path, base, copied)
	w.modules(path, base, copied)
	w.columns(path, base, copied)
	for _, operation := range copied.Writes {
		if !base.Allows(operation) {
			w.say(path+".writes", "take it out", "%s allows no %s on this table", w.base.Name, operation)
		}
	}
	for _, name := range copied.Cascades {
		if !containsFold(base.Cascades, name) {
			w.say(path+".cascades", "take it out", "%s does not let writes be carried on to %s", w.base.Name, name)
		}
	}
	for _, name := range base.Reads {
		if len(copied.Reads) > 0 && !containsFold(copied.Reads, name) {
			w.say(path+".reads", "name it, or leave reads out", "%s says that the view reads %s", w.base.Name, name)
		}
	}
	if len(copied.Reads) > 0 && len(base.Reads) == 0 {
		w.say(path+".reads", "take it out", "%s does not say which tables the view reads", w.base.Name)
	}
	for _, name := range base.RequireFilter {
		if !containsFold(copied.RequireFilter, name) {
			w.say(path+".require_filter", "name it", "requests need not filter on %s any more", name)
		}
	}
	for _, f := range base.Filters {
		i := slices.IndexFunc(copied.Filters, func(g Filter) bool { return g.Name == f.Name })
		if i >= 0 && f.Hidden && !copied.Filters[i].Hidden {
			w.say(path+".filters", "make it hidden", "filter %s is no longer hidden", f.Name)
		}
	}
}

func (w *widenings) follows(path string, base, copied Table) {
	if base.Follows == nil {
		return
	}
	remedy := "follow " + base.Follows.String()
	if copied.Follows == nil || !strings.EqualFold(copied.Follows.Table, base.Follows.Table) {
		w.say(path+".follows", remedy, "the rows no longer follow %s", base.Follows.Table)
		return
	}
	for _, pair := range base.Follows.On {
		if !slices.ContainsFunc(copied.Follows.On, func(p [2]string) bool {
			return strings.EqualFold(p[0], pair[0]) && strings.EqualFold(p[1], pair[1])
		}) {
			w.say(path+".follows.on", remedy, "the rows no longer match on %s = %s", pair[0], pair[1])
		}
	}
}

// modules compares the OR of the modules that may be read: each one of the copy
// must lie within the same one of the base.
func (w *widenings) modules(path string, base, copied Table) {
	if len(base.Modules) == 0 {
		return
	}
	if len(copied.Modules) == 0 {
		w.say(path+".modules", "keep the modules and set their levels to none", "without modules every row is shown, whatever the levels")
		return
	}
	for _, name := range slices.Sorted(maps.Keys(copied.Modules)) {
		if !w.copied.Modules[name].Level.AllowsReading() {
			continue
		}
		at := strictyaml.Sub(path+".modules", name)
		condition, there := base.Modules[name]
		switch {
		case !there:
			w.say(at, "take it out", "the table has no such module in %s", w.base.Name)
		case !implies(copied.Modules[name], condition):
			w.say(at, "keep the condition as it is, or add AND conditions to it", "the condition does not demand all that %s demands (%s)", w.base.Name, oneLine(condition.SQL))
		}
	}
}

func (w *widenings) columns(path string, base, copied Table) {
	path += ".columns"
	if copied.OtherColumns && !base.OtherColumns {
		w.say(path, "make other_columns hidden", "columns that are not listed are shown")
	}
	for _, name := range copied.ColumnOrder {
		c := copied.Columns[name]
		rule, listed := column(base, name)
		at := strictyaml.Sub(path, name)
		switch {
		case c.Hidden:
		case !listed && !base.OtherColumns, rule.Hidden:
			w.say(at, "hide it", "%s does not show this column", w.base.Name)
		case rule.Module != "" && c.Module != rule.Module:
			w.say(at, "give it the module "+rule.Module, "the column no longer belongs to module %s", rule.Module)
		case rule.ReadOnly && !c.ReadOnly:
			w.say(at, "make it read_only", "the column is no longer read-only")
		case rule.Mandatory && !c.Mandatory:
			w.say(at, "make it mandatory", "the column is no longer mandatory")
		}
	}
	if !copied.OtherColumns {
		return
	}
	for _, name := range base.ColumnOrder {
		rule := base.Columns[name]
		if _, listed := column(copied, name); !listed && rule != (Column{Line: rule.Line}) {
			w.say(strictyaml.Sub(path, name), "list it as "+w.base.Name+" does", "columns that are not listed are shown, and %s restricts this one", w.base.Name)
		}
	}
}

// files compares what resources show beside their tables: files may come from
// tables and columns that the profile hides.
func (w *widenings) files() {
	for _, key := range slices.Sorted(maps.Keys(w.copied.Resources)) {
		there := w.base.Resources[key]
		for _, name := range slices.Sorted(maps.Keys(w.copied.Resources[key].Files)) {
			mine, theirs := w.copied.Resources[key].Files[name], there.Files[name]
			mine.Line, theirs.Line, mine.Where.Line, theirs.Where.Line, mine.Where.Column, theirs.Where.Column = 0, 0, 0, 0, 0, 0
			if !reflect.DeepEqual(mine, theirs) || w.copied.Resources[key].Table != there.Table || w.copied.Resources[key].FileKey() != there.FileKey() {
				w.say(strictyaml.Path("resources", key, "files", name), "take it out, or write it as "+w.base.Name+" does", "%s gives no such files", w.base.Name)
			}
		}
	}
}

// hidden compares what resources are computed of hidden columns: a copy may leave
// it out, and may not compute anything else of them.
func (w *widenings) hidden() {
	for _, key := range slices.Sorted(maps.Keys(w.copied.Resources)) {
		mine, theirs := w.copied.Resources[key], w.base.Resources[key]
		for _, name := range mine.ColumnOrder {
			c, there := mine.Columns[name], theirs.Columns[name]
			if len(c.UsesHidden) == 0 || mine.Table == theirs.Table && mine.Query.SQL == theirs.Query.SQL && c.Computed.SQL == there.Computed.SQL && slices.Equal(c.UsesHidden, there.UsesHidden) {
				continue
			}
			w.say(strictyaml.Path("resources", key, "columns", name, "uses_hidden"), "take it out, or compute the column as "+w.base.Name+" does", "%s computes nothing like it of hidden columns", w.base.Name)
		}
	}
}

// column finds a table's column without regard to case.
func column(t Table, name string) (Column, bool) {
	if c, ok := t.Columns[name]; ok {
		return c, true
	}
	for key, c := range t.Columns {
		if strings.EqualFold(key, name) {
			return c, true
		}
	}
	return Column{}, false
}

func containsFold(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
