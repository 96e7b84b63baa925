package profiles

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/filter/sqlparse"
	"github.com/vantelle/vantelle/internal/strictyaml"
)

var filterName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

func readFilters(n strictyaml.Node) []Filter {
	var all []Filter
	for _, item := range n.List() {
		m := item.Map()
		all = append(all, Filter{
			Name:      m.Get("name").Text(),
			Title:     readTitle(m.Get("title")),
			Where:     readCondition(m.Get("where")),
			Column:    m.Get("column").Text(),
			Hidden:    m.Get("hidden").Bool(),
			ReadOnly:  m.Get("read_only").Bool(),
			Mandatory: m.Get("mandatory").Bool(),
			Line:      item.Line(),
		})
		m.Done()
	}
	return all
}

// foldFilters makes the filters part of what the gate applies: nothing that
// binds a table can forget them, for it never sees the rows without them. Each
// condition ends its line, so that a comment cannot swallow what follows.
func (t *Table) foldFilters() {
	t.Rows = t.OwnRows
	var parts []string
	if t.OwnRows.SQL != "" {
		parts = append(parts, t.OwnRows.SQL)
	}
	for _, f := range t.Filters {
		if f.Mandatory && f.Column != "" && !slices.ContainsFunc(t.RequireFilter, func(c string) bool { return strings.EqualFold(c, f.Column) }) {
			t.RequireFilter = append(t.RequireFilter, f.Column)
		}
		if f.Where.SQL == "" {
			continue
		}
		if len(parts) == 0 {
			t.Rows.Line, t.Rows.Column = f.Where.Line, f.Where.Column
		}
		parts = append(parts, f.Where.SQL)
	}
	if len(parts) < 2 {
		t.Rows.SQL = strings.Join(parts, "")
		return
	}
	t.Rows.SQL = "(" + strings.Join(parts, "\n) AND (") + "\n)"
}

// checkFilters sees to it that every filter says one thing, and that no
// condition reaches out of the parentheses it will stand in.
func checkFilters(t Table, path string, complain complaint) {
	names := map[string]bool{}
	for i, f := range t.Filters {
		at := strictyaml.Item(path+".filters", i)
		switch {
		case !filterName.MatchString(f.Name):
			complain(at+".name", "give the filter a name of the letters a to z, digits and underscores, by which the diff and the catalog know it")
		case names[f.Name]:
			complain(at+".name", "%s is already the name of a filter of this table", f.Name)
		}
		names[f.Name] = true
		checkTitle(f.Title, at+".title", complain)
		switch flags := count(f.Hidden, f.ReadOnly, f.Mandatory); {
		case flags != 1:
			complain(at, "say one of hidden: true (applied silently), read_only: true (shown, and not to be changed), mandatory: true (every request must give it)")
		case f.Mandatory && (f.Column == "" || f.Where.SQL != ""):
			complain(at, "a mandatory filter names the column that every request must pin, and nothing else: {name: …, column: …, mandatory: true}")
		case !f.Mandatory && (f.Where.SQL == "" || f.Column != ""):
			complain(at, "give the condition: {name: …, where: …, hidden: true}; column belongs to mandatory filters")
		}
		if f.Where.SQL != "" {
			standsAlone(f.Where, at+".where", complain)
		}
	}
	if len(t.Filters) > 0 && t.OwnRows.SQL != "" {
		standsAlone(t.OwnRows, path+".rows", complain)
	}
}

// standsAlone complains of a condition that cannot be read by itself.
func standsAlone(c Condition, path string, complain complaint) {
	_, err := sqlparse.ParseExpr(c.SQL, sqlparse.DefaultLimits())
	var e *sqlparse.Error
	switch {
	case err == nil:
	case errors.As(err, &e):
		complain(path, "this is no condition of the portal's SQL: %s (character %d)", e.Msg, int(e.Pos)+1)
	default:
		complain(path, "this is no condition of the portal's SQL: %v", err)
	}
}

func count(flags ...bool) int {
	n := 0
	for _, f := range flags {
		if f {
			n++
		}
	}
	return n
}
