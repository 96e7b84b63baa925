package filter_test

import (
	"context"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter/portal"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/internal/outbox"
)

// Files are looked up with columns that the profile hides. By none of them can
// a file be asked for: whether there is one would tell the column's values.
func TestNoFileIsAskedForByAHiddenColumn(t *testing.T) {
	library := archive(t)
	for what, c := range map[string]struct{ old, new, request string }{
		"by an id that is made of a hidden column": {"columns: {number: {from: number}, id: {from: id}", "columns: {number: {from: number}, id: {computed: self.cost}", "id:60/plan.pdf"},
		"by a key that is made of a hidden column": {"columns: {number: {from: number}", "columns: {number: {computed: self.cost}", "60/plan.pdf"},
	} {
		profile := strings.Replace(archiveProfile, c.old, c.new, 1)
		if profile == archiveProfile {
			t.Fatalf("%s: %q is not in the profile", what, c.old)
		}
		profile = strings.Replace(profile, "shelf/{shelf}/all.pdf", "shelf/{shelf}-{id}/all.pdf", 1) // a source that reads the id
		on(t, workshopsWith(t, archiveERP, profile), func(t *testing.T, w *workshop) {
			own := *library
			own.Gate = w.gate
			front := portal.New(portal.Config{Gate: w.gate, Files: &own, Identify: anybody{}, Logger: zerolog.Nop()})
			ask := func(path string) string {
				_, all := attack{customer: "ANNA", request: "GET " + path + " HTTP"}.through(front)
				return all
			}
			if got, none := ask("files/invoices/"+c.request), ask("files/invoices/no-such/plan.pdf"); got != none {
				t.Errorf("%s: it is told apart from a file that is not there:\n%s\n%s", what, got, none)
			}
			key, _, _ := strings.Cut(c.request, "/")
			got, none := ask("files/invoices?key=eq."+key), ask("files/invoices?key=eq.no-such")
			if strings.ReplaceAll(got, key, "no-such") != none && !strings.Contains(got, `[]`) {
				t.Errorf("%s: the list of several tells: %s", what, got)
			}
		})
	}
}

// lowered lets everybody in, with one module taken away.
type lowered struct{ module string }

func (l lowered) Backend(_ context.Context, _, _, customer, _, _ string) (identity.Caller, error) {
	c := as(customer)
	c.Access.Levels = map[string]string{l.module: "none"}
	return c, nil
}

// A form may name values of a column that its customer's levels hide: what
// describes the form must not say the column's name.
func TestAFormNamesNoHiddenColumn(t *testing.T) {
	r := newRig(t, "CREATE TABLE goods (code varchar(20) NOT NULL PRIMARY KEY, tariff varchar(20))", `
profile: FORMS
erp: custom
modules: {orders: {level: full}, prices: {level: read}}
tables: {goods: {public: true, columns: {code: {}, tariff: {module: prices}}}}
resources: {wares: {table: goods, columns: {number: {from: code}, tariff: {from: tariff}}}}
requests:
  order:
    module: orders
    fields: {rate: {type: text, refers: {to: wares, column: tariff}}}
    lines: {max: 5, fields: {article: {type: text, refers: {to: wares, column: number}}, price: {type: text, refers: {to: wares, column: tariff}}}}
`)
	for module, told := range map[string]bool{"prices": false, "nothing": true} {
		front := portal.New(portal.Config{Gate: r.gate, Outbox: &outbox.Outbox{Gate: r.gate}, Identify: lowered{module}, Logger: zerolog.Nop()})
		for _, path := range []string{"catalog", "openapi.json"} {
			got, all := attack{customer: "ANNA", request: "GET " + path + " HTTP"}.through(front)
			if got.refused || !strings.Contains(all, "article") {
				t.Fatalf("%s: %s", path, all)
			}
			if strings.Contains(all, "tariff") != told {
				t.Errorf("without %s, %s says: %s", module, path, all)
			}
		}
	}
}

// What a column of a module is computed into goes with the module: a band would
// still tell of quantities that the customer's levels have taken away.
func TestNothingIsComputedOfAModuleThatIsOff(t *testing.T) {
	profile := strings.Replace(storesProfile, "modules: {shop: {level: read}}", "modules: {shop: {level: read}, stocks: {level: read}}", 1)
	profile = strings.Replace(profile, "onhand: {hidden: true}", "onhand: {hidden: true, module: stocks}", 1)
	on(t, workshopsWith(t, storesERP, profile), func(t *testing.T, w *workshop) {
		for module, want := range map[string]string{"nothing": `200 [{"article":"B"}]`, "stocks": "unknown_name"} {
			front := portal.New(portal.Config{Gate: w.gate, Identify: lowered{module}, Logger: zerolog.Nop()})
			got, all := attack{customer: "ANNA", request: "GET rows/stock?select=article&band=eq.few HTTP"}.through(front)
			if said := got.code + strings.Join(got.rows, ""); said != want {
				t.Errorf("without %s: %s", module, all)
			}
		}
	})
}

// A hidden key by which rows are sorted, and of which a column is computed, is
// read once: a statement with two columns of one name fails on most engines.
func TestAHiddenKeyIsComputedOf(t *testing.T) {
	replaced := func(s string, pairs ...string) string {
		for i := 0; i < len(pairs); i += 2 {
			if !strings.Contains(s, pairs[i]) {
				t.Fatalf("%q is not in %q", pairs[i], s)
			}
			s = strings.Replace(s, pairs[i], pairs[i+1], 1)
		}
		return s
	}
	profile := replaced(storesProfile, "columns: {code: {}, onhand: {hidden: true}", "columns: {code: {hidden: true}, least: {}, onhand: {hidden: true}",
		"article: {from: code}", "article: {computed: CASE WHEN self.code = 'A' THEN 'first' ELSE 'other' END, uses_hidden: [goods.code]}")
	profile = profile[:strings.Index(profile, "      mine:")]
	on(t, workshopsWith(t, storesERP, profile), func(t *testing.T, w *workshop) {
		front := portal.New(portal.Config{Gate: w.gate, Identify: anybody{}, Logger: zerolog.Nop()})
		for request, want := range map[string]string{
			"rows/stock?limit=2":                    `200 [{"article":"first","band":"many"},{"article":"other","band":"few"}]`,
			"rows/stock?order=article.desc":         `200 [{"article":"other","band":"few"},{"article":"other","band":"none"},{"article":"other","band":"none"},{"article":"first","band":"many"}]`,
			"rows/stock?article=eq.first":           `200 [{"article":"first","band":"many"}]`,
			"rows/stock?select=code":                "unknown_name",
			"rows/stock?code=eq.A":                  "unknown_name",
			"rows/goods?select=code":                "unknown_name",
			"rows/goods?order=code":                 "unknown_name",
			"rows/stock?select=%00hidden%20code":    "sql_syntax",
			"rows/stock?select=%00HIDDEN%20code":    "sql_syntax",
			"rows/stock?select=%00row%20code":       "sql_syntax",
			"rows/stock?select=hidden%20code":       "unknown_name",
			"rows/stock?select=%22hidden%20code%22": "unknown_name",
		} {
			got, all := attack{customer: "ANNA", request: "GET " + request + " HTTP"}.through(front)
			if said := got.code + strings.Join(got.rows, ""); said != want {
				t.Errorf("%s: %s", request, all)
			}
		}
	})
}
