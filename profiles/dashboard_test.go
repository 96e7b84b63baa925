package profiles

import (
	"slices"
	"strings"
	"testing"
)

const withDashboard = `profile: P
erp: custom
modules: {sales: {level: read}}
tables:
  T: {rows: owner = :customer, columns: {number: {}, owner: {}}}
dashboard:
  count: {title: {fr: Nombre, en: Count}, module: sales, sql: SELECT COUNT(*) AS count FROM T}
  last: {title: {fr: Derniers, en: Latest}, sql: SELECT number FROM T ORDER BY number DESC LIMIT 5}
`

func TestDashboardIsReadInItsOrder(t *testing.T) {
	p, err := Load("p.yaml", []byte(withDashboard))
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Dashboard) != 2 || p.Dashboard[0].Name != "count" || p.Dashboard[0].Module != "sales" || p.Dashboard[1].Title.FR != "Derniers" || p.Dashboard[1].Line != 8 {
		t.Errorf("%+v", p.Dashboard)
	}
}

func TestDashboardMistakes(t *testing.T) {
	for name, c := range map[string][3]string{
		"a tile without a query": {"sql: SELECT COUNT(*) AS count FROM T}", "}", "dashboard.count: give the tile its query: sql: SELECT …"},
		"no SQL":                 {"SELECT COUNT(*) AS count", "SELECT COUNT(* AS count", "dashboard.count.sql: this is no query of the portal's SQL: line 1"},
		"a write":                {"SELECT COUNT(*) AS count FROM T", "DELETE FROM T", "dashboard.count.sql: this is no query of the portal's SQL"},
		"a parameter":            {"FROM T}", "'FROM T WHERE owner = :customer'}", ""},
		"a module that is not":   {"module: sales", "module: sale", "dashboard.count.module: there is no such module; did you mean sales?"},
		"one language":           {"{fr: Nombre, en: Count}", "{en: Count}", "dashboard.count.title: give the title in both languages"},
		"a name with a blank":    {"  count: {title", "  the count: {title", "the name of a tile is made of a to z"},
		"an unknown key":         {"module: sales, sql", "modul: sales, sql", "unknown key"},
	} {
		text := strings.Replace(withDashboard, c[0], c[1], 1)
		if name == "a parameter" {
			text = strings.Replace(withDashboard, "sql: SELECT COUNT(*) AS count FROM T}", "sql: 'SELECT COUNT(*) AS count FROM T WHERE owner = :customer'}", 1)
			c[2] = "dashboard.count.sql: a tile has no parameters"
		}
		if _, err := Load("p.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), c[2]) {
			t.Errorf("%s: %v", name, err)
		}
	}
	many := withDashboard
	for i := range maxTiles {
		many += "  t" + strings.Repeat("x", i+1) + ": {sql: SELECT number FROM T}\n"
	}
	if _, err := Load("p.yaml", []byte(many)); err == nil || !strings.Contains(err.Error(), "a dashboard has at most 30 tiles") {
		t.Errorf("too many: %v", err)
	}
}

func TestDiffTellsOfTheDashboard(t *testing.T) {
	load := func(text string) *Profile {
		p, err := Load("p.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	head, _, _ := strings.Cut(withDashboard, "dashboard:")
	all := load(withDashboard)
	for want, c := range map[string][2]*Profile{
		"The dashboard: tile count is removed. The dashboard: tile last is removed.":                                                     {all, load(head)},
		`The dashboard: tile count loses the module "sales".`:                                                                            {all, load(strings.Replace(withDashboard, "module: sales, ", "", 1))},
		`The dashboard: tile last changes its query from "SELECT number FROM T ORDER BY number DESC LIMIT 5" to "SELECT number FROM T".`: {all, load(strings.Replace(withDashboard, " ORDER BY number DESC LIMIT 5", "", 1))},
		"": {all, load(withDashboard)},
	} {
		if got := strings.Join(slices.Sorted(slices.Values(Diff(c[0], c[1]))), " "); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
