package filter_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// vocabulary gives the shop's tables names that people understand.
var vocabulary = strings.Replace(shop, "ref: {}", "ref: {}, reference: {}", 1) + `resources:
  orders:
    name: {fr: commandes}
    synonyms: [purchases]
    table: docs
    where: kind = 1
    columns:
      number: {from: [reference, ref]}
      total: {from: total}
      pieces: {computed: "(SELECT SUM(l.qty) FROM lines l WHERE l.doc = self.id)"}
      share: {computed: "self.total / self.id"}
      status:
        from: kind
        values:
          1: {code: order, fr: Commande, en: Order}
        other: {code: other, fr: Autre, en: Other}
    relations:
      lines: {to: order_lines, on: [[id, doc]]}
  order_lines:
    name: {fr: lignes_de_commande}
    table: lines
    columns: {article: {from: article}, quantity: {from: qty}}
  spending:
    query: SELECT kind, SUM(total) AS spent FROM docs GROUP BY kind
    columns: {kind: {from: kind}, spent: {from: spent}}
`

func TestAResourceIsReadThroughItsTables(t *testing.T) {
	r := newRig(t, ledger, vocabulary)
	ask := func(customer, q string, l view.Language) string {
		t.Helper()
		got, err := r.ask(t.Context(), filter.Request{Caller: as(customer), Text: q, Language: l})
		if err != nil {
			return "! " + err.Error()
		}
		return got
	}
	anna, boris := ask("ANNA", "SELECT number, total FROM orders ORDER BY number", view.English), ask("BORIS", "SELECT number, total FROM orders ORDER BY number", view.English)
	if anna == boris || anna == "" || strings.HasPrefix(anna, "!") {
		t.Errorf("two customers see %q and %q", anna, boris)
	}
	raw := ask("ANNA", "SELECT ref, total FROM docs WHERE kind = 1 ORDER BY ref", view.English)
	for _, q := range []string{"SELECT number, total FROM commandes ORDER BY number", "SELECT o.number, o.total FROM Purchases o ORDER BY 1",
		"SELECT x.number, x.total FROM (SELECT * FROM orders) x ORDER BY 1", "WITH o AS (SELECT * FROM orders) SELECT number, total FROM o ORDER BY 1"} {
		if got := ask("ANNA", q, view.English); got != raw {
			t.Errorf("%s gives %q, the table itself %q", q, got, raw)
		}
	}
	if en, fr := ask("ANNA", "SELECT DISTINCT status, status_label FROM orders", view.English), ask("ANNA", "SELECT DISTINCT status, status_label FROM orders", view.French); en != "order|Order\n" || fr != "order|Commande\n" {
		t.Errorf("labels are %q and %q", en, fr)
	}
	if got, want := ask("ANNA", "SELECT COUNT(*) FROM orders", view.English), ask("ANNA", "SELECT COUNT(*) FROM docs WHERE kind = 1", view.English); got != want {
		t.Errorf("%s orders are counted, not %s", got, want)
	}
	for q, want := range map[string]string{
		"SELECT number, pieces FROM orders ORDER BY number":                                             ask("ANNA", "SELECT ref, (SELECT SUM(qty) FROM lines l WHERE l.doc = d.id) FROM docs d WHERE kind = 1 ORDER BY ref", view.English),
		"SELECT status, SUM(total), COUNT(DISTINCT number) FROM orders GROUP BY status":                 ask("ANNA", "SELECT 'order', SUM(total), COUNT(DISTINCT ref) FROM docs WHERE kind = 1", view.English),
		"SELECT spent FROM spending WHERE kind = 1":                                                     ask("ANNA", "SELECT SUM(total) FROM docs WHERE kind = 1", view.English),
		"SELECT a.number FROM orders a JOIN orders b ON a.number = b.number ORDER BY 1":                 ask("ANNA", "SELECT ref FROM docs WHERE kind = 1 ORDER BY 1", view.English),
		"SELECT number FROM orders WHERE status = 'order' AND share IS NOT NULL ORDER BY share, number": ask("ANNA", "SELECT ref FROM docs WHERE kind = 1 ORDER BY total / id, ref", view.English),
		"WITH lines AS (SELECT 1 AS doc, 99 AS qty) SELECT pieces FROM orders ORDER BY number":          ask("ANNA", "SELECT (SELECT SUM(qty) FROM lines l WHERE l.doc = d.id) FROM docs d WHERE kind = 1 ORDER BY ref", view.English),
	} {
		if got := ask("ANNA", q, view.English); got != want {
			t.Errorf("%s\n gives %q, want %q", q, got, want)
		}
	}
}

// TestWhatNobodyUsesOfAResourceIsNotInTheStatement, and the raw table's hidden
// columns, and names that only fronts may use, are not to be had through it.
func TestWhatNobodyUsesOfAResourceIsNotInTheStatement(t *testing.T) {
	r := newRig(t, ledger, vocabulary)
	for _, engine := range []catalog.Engine{catalog.SQLite, catalog.Postgres, catalog.MariaDB, catalog.SQLServer} {
		x, err := r.gate.Explain(t.Context(), filter.Request{Caller: as("ANNA"), Text: "SELECT number FROM orders"}, engine)
		if err != nil || strings.Contains(x.SQL, "lines") || strings.Contains(x.SQL, "total") || strings.Contains(x.SQL, "CASE") {
			t.Errorf("%s: %q, %v", engine, x.SQL, err)
		}
	}
	for _, q := range []string{"SELECT id FROM orders", "SELECT cost FROM orders", "SELECT self.id FROM orders", "SELECT ref FROM orders", "SELECT word FROM orders",
		"SELECT number FROM dbo.orders", "SELECT number FROM nothing"} {
		if got, err := r.ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: q}); codeOf(err) != refusal.UnknownName {
			t.Errorf("%s: %q, %v", q, got, err)
		}
	}
	if got, err := r.ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: "SELECT \"\x00id\" FROM orders"}); err == nil {
		t.Errorf("a request names a join key: %q", got)
	}
	got, err := r.ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: "SELECT * FROM orders"})
	if err != nil || strings.Count(strings.SplitN(got, "\n", 2)[0], "|") != 5 {
		t.Errorf("* gives %q, %v", got, err)
	}
	if got, err := r.ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: "SELECT COUNT(*) FROM orders NATURAL JOIN order_lines"}); err != nil || got == "" {
		t.Errorf("NATURAL JOIN: %q, %v", got, err)
	}
}

// TestAResourceCountsAsATable: what a statement reads is bounded through names of
// people's own as through the tables'.
func TestAResourceCountsAsATable(t *testing.T) {
	r := newRig(t, ledger, vocabulary)
	doubled := func(name string, times int) string {
		b := strings.Builder{}
		b.WriteString("WITH e0 AS (SELECT 1 AS n FROM " + name + " AS x, " + name + " AS y)")
		for i := range times {
			fmt.Fprintf(&b, ", e%d AS (SELECT 1 AS n FROM e%d AS a, e%d AS b)", i+1, i, i)
		}
		fmt.Fprintf(&b, " SELECT COUNT(*) FROM e%d WHERE 1 = 0", times)
		return b.String()
	}
	for _, name := range []string{"docs", "orders", "spending"} {
		for times, want := range map[int]refusal.Code{7: "", 8: refusal.LimitExceeded} {
			_, err := r.gate.Explain(t.Context(), filter.Request{Caller: as("ANNA"), Text: doubled(name, times)}, catalog.SQLite)
			if codeOf(err) != want {
				t.Errorf("%s, doubled %d times: %v", name, times, err)
			}
		}
	}
}

// TestAResourceThatCannotBeBoundIsNamed: the rest of it, and of the profile,
// stays.
func TestAResourceThatCannotBeBoundIsNamed(t *testing.T) {
	for change, want := range map[[2]string]string{
		{"from: total}", "from: [nowhere]}"}:                                       "this dossier's table shows no column nowhere",
		{"self.total / self.id", "self.cost"}:                                      "there is no column self.cost",
		{"self.total / self.id", ":customer"}:                                      "takes no parameters",
		{"self.total / self.id", "(SELECT COUNT(*) FROM secrets s)"}:               "there is no table secrets",
		{"self.total / self.id", "(SELECT COUNT(*) FROM lines l WHERE doc = 1)"}:   "every column is written with its table",
		{"self.total / self.id", "(SELECT COUNT(*) FROM order_lines l)"}:           "there is no table order_lines",
		{"where: kind = 1", "where: cost = 1"}:                                     "there is no column cost",
		{"SELECT kind, SUM(total) AS spent FROM docs", "SELECT word, 1 FROM docs"}: "there is no column word",
		{"on: [[id, doc]]", "on: [[id, nowhere]]"}:                                 "which this dossier lacks",
		{"SELECT kind, SUM(total) AS spent", "SELECT kind, 1 AS spent, MAX(cost)"}: "there is no column cost",
	} {
		if !strings.Contains(vocabulary, change[0]) {
			t.Fatalf("the vocabulary has no %q", change[0])
		}
		changed := strings.Replace(vocabulary, change[0], change[1], 1)
		if strings.Contains(change[1], "nowhere") {
			changed = strings.Replace(changed, "columns: {id: {}, owner: {}", "other_columns: shown\n    columns: {id: {}, owner: {}", 1)
			changed = strings.Replace(changed, "columns: {id: {}, doc: {}", "other_columns: shown\n    columns: {id: {}, doc: {}", 1)
		}
		r := newRig(t, ledger, changed)
		v, err := r.gate.View(t.Context(), as("ANNA"))
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, p := range v.Problems {
			found = found || strings.Contains(p.Msg, want)
		}
		if !found {
			t.Errorf("%q: problems are %+v, want %q", change[1], v.Problems, want)
		}
		if len(v.Tables) != 3 {
			t.Errorf("%q: %d tables are left", change[1], len(v.Tables))
		}
	}
}
