package filter_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/internal/audit"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/profiles"
)

// TestAttacksWithAWarmCache asks every case of the corpus as each customer in
// turn, through one gate, so that each runs on the plan that another made.
func TestAttacksWithAWarmCache(t *testing.T) {
	r := newRig(t, attackedERP, attackedProfile)
	for _, a := range readAttacks(t, "testdata/attacks") {
		if a.viaFront() {
			continue
		}
		first := map[string]string{}
		for range 2 {
			for customer := range canaries {
				a.customer = customer
				got, text := a.ask(r)
				if c := canaryIn(customer, a.request, text); c != "" {
					t.Errorf("%s/%s: %s reads %s in %s", a.file, a.name, customer, c, text)
				}
				if was, seen := first[customer]; seen && was != got.String() {
					t.Errorf("%s/%s: %s got %sand then %s", a.file, a.name, customer, was, got)
				}
				first[customer] = got.String()
			}
		}
	}
}

// TestAttacksAtTheSameTime asks the corpus as all customers at once, through a
// cache so small that plans come and go.
func TestAttacksAtTheSameTime(t *testing.T) {
	r := newRig(t, attackedERP, attackedProfile)
	r.gate = filter.New(filter.Config{Worlds: r.worlds, Audit: silentAudit{}, Limits: filter.Limits{Plans: 5}})
	cases := readAttacks(t, "testdata/attacks")
	var wait sync.WaitGroup
	for customer := range canaries {
		for start := range 3 {
			wait.Go(func() {
				for i := range cases {
					a := cases[(i*7+start*101)%len(cases)]
					if a.viaFront() || a.file == "deep" {
						continue
					}
					a.customer = customer
					if _, text := a.ask(r); canaryIn(customer, a.request, text) != "" {
						t.Errorf("%s/%s: %s reads %s", a.file, a.name, customer, text)
					}
				}
			})
		}
	}
	wait.Wait()
}

// silentAudit takes everything, from everybody at once.
type silentAudit struct{}

func (silentAudit) Begin(context.Context, audit.Entry) error { return nil }
func (silentAudit) Finish(audit.Outcome)                     {}

func TestOneTextWithValuesOfEveryKind(t *testing.T) {
	r := newRig(t, attackedERP, attackedProfile)
	const q = "SELECT id FROM docs WHERE total > ? ORDER BY id"
	for range 2 {
		for _, c := range []struct {
			value any
			want  string // rows, or the refusal's code
		}{
			{int64(700111), "12\n"}, {"700111", "12\n"}, {json.Number("700111.5"), "12\n"}, {nil, ""}, {true, "type_mismatch"},
			{"x", "param_mismatch"}, {json.Number("1e999"), "param_mismatch"}, {[]any{1}, "param_mismatch"}, {3.5, "param_mismatch"}, {int(700111), "param_mismatch"},
		} {
			got, err := r.ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: q, Params: []any{c.value}})
			if got+string(codeOf(err)) != c.want {
				t.Errorf("%T %v: %q, %v; want %q", c.value, c.value, got, err, c.want)
			}
		}
	}
}

// A front's own tree and a text are told apart by the cache, whatever bytes
// the text has.
func TestATextIsNeverTakenForAnothersPlan(t *testing.T) {
	r := newRig(t, attackedERP, attackedProfile)
	tree := &sqlast.Query{At: sqlast.NoPos, Body: &sqlast.Select{At: sqlast.NoPos,
		Items: []sqlast.Item{&sqlast.Star{At: sqlast.NoPos}},
		From:  []sqlast.Table{&sqlast.TableName{At: sqlast.NoPos, Name: []sqlast.Ident{{At: sqlast.NoPos, Name: "docs", Quoted: true}}}}}}
	if got, err := r.ask(t.Context(), filter.Request{Caller: as("ANNA"), Query: tree}); err != nil || strings.Count(got, "\n") != 2 {
		t.Fatalf("%q, %v", got, err)
	}
	named := filter.Request{Caller: as("ANNA"), Text: "SELECT id FROM docs WHERE id = :a OR id = :b", Named: map[string]any{"a": int64(11), "b": int64(12)}}
	if got, err := r.ask(t.Context(), named); err != nil || got != "11\n12\n" {
		t.Fatalf("%q, %v", got, err)
	}
	one := filter.Request{Caller: as("ANNA"), Text: "SELECT id FROM docs WHERE id = ?", Params: []any{int64(11)}}
	if got, err := r.ask(t.Context(), one); err != nil || got != "11\n" {
		t.Fatalf("%q, %v", got, err)
	}
	for what, c := range map[string]struct {
		req  filter.Request
		want refusal.Code
	}{
		"a text that begins like the key of a tree": {filter.Request{Text: "tree\x00" + sqlast.Format(tree)}, refusal.Syntax},
		"a text that ends like the key of names":    {filter.Request{Text: named.Text + "\x00\x00a2\x00b2"}, refusal.Syntax},
		"a text that ends like the key of values":   {filter.Request{Text: one.Text + "\x002"}, refusal.Syntax},
		"a name that is like two":                   {filter.Request{Text: named.Text, Named: map[string]any{"a2\x00b": int64(21)}}, refusal.ParamMismatch},
		"a name that is like three":                 {filter.Request{Text: named.Text, Named: map[string]any{"a3\x00b": int64(21)}}, refusal.ParamMismatch},
	} {
		c.req.Caller = as("ANNA")
		if got, err := r.ask(t.Context(), c.req); codeOf(err) != c.want || got != "" {
			t.Errorf("%s: %q, %v; want %s", what, got, err, c.want)
		}
	}
}

// A profile that changes holds from the next request on, and so does the next
// one, and the first again: no plan and no view outlives its profile.
func TestAChangedProfileHoldsFromTheNextRequestOn(t *testing.T) {
	base := newRig(t, attackedERP, attackedProfile)
	var profile *profiles.Profile
	book := func() *profiles.Book {
		b, err := profiles.NewBook(profile)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	settings := erp.DefaultSettings()
	settings.Name, settings.Engine, settings.DSN = "d", catalog.SQLite, base.path
	db, err := erp.Open(settings, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	gate := filter.New(filter.Config{Worlds: filter.NewWorlds(book, 0, filter.Dossier{ID: "d", DB: db, DefaultProfile: "ATTACKED"}), Audit: &memoryAudit{}})
	for _, c := range []struct{ what, old, new, request, want string }{
		{"as it is", "", "", "SELECT ref FROM docs ORDER BY id", "A-11 QANNA\nA-12 QANNA\n"},
		{"a column is hidden", "ref: {}, total", "ref: {hidden: true}, total", "SELECT ref FROM docs ORDER BY id", "unknown_name"},
		{"as it was", "", "", "SELECT ref FROM docs ORDER BY id", "A-11 QANNA\nA-12 QANNA\n"},
		{"a module is closed", "invoices: {title: {fr: Factures, en: Invoices}, level: read}", "invoices: {title: {fr: Factures, en: Invoices}, level: none}", "SELECT ref FROM docs ORDER BY id", "A-11 QANNA\n"},
		{"the filter is another", "rows: owner = :customer\n    modules", "rows: owner = :customer AND id = 12\n    modules", "SELECT ref FROM docs ORDER BY id", "A-12 QANNA\n"},
		{"a table goes", "  open_docs:", "  nothing_docs:", "SELECT ref FROM open_docs", "unknown_name"},
		{"what is followed is filtered otherwise", "rows: owner = :customer\n    modules", "rows: owner = :customer AND id = 12\n    modules", "SELECT id FROM lines", "121\n"},
		{"what is followed goes", "  docs:\n    rows: owner = :customer\n", "  docs:\n    rows: owner = :customer AND nothing = 1\n", "SELECT id FROM lines", "unknown_name"},
		{"a column must be pinned", "word: {}}\n    require_filter: [year]", "word: {}}\n    require_filter: [year, id]", "SELECT word FROM ledger WHERE year = 2026", "filter_required"},
		{"as it was once more", "", "", "SELECT word FROM ledger WHERE year = 2026", "y QANNA\n"},
	} {
		tables, _, _ := strings.Cut(attackedProfile, "resources:\n") // a resource could not lose a column under it
		yaml := tables
		if c.old != "" {
			if yaml = strings.Replace(tables, c.old, c.new, 1); yaml == tables {
				t.Fatalf("%s: %q is not in the profile", c.what, c.old)
			}
		}
		if profile, err = profiles.Load("attacked.yaml", []byte(yaml)); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			rows, _, err := collect(t.Context(), gate, filter.Request{Caller: as("ANNA"), Front: "sql", Text: c.request})
			got := string(codeOf(err))
			for _, row := range rows {
				got += row + "\n"
			}
			if got != c.want {
				t.Errorf("%s: %q, %v; want %q", c.what, got, err, c.want)
			}
		}
	}
}

// Two dossiers of one profile share no plan and no row.
func TestTwoDossiersShareNothing(t *testing.T) {
	r := newRig(t, attackedERP, attackedProfile)
	other := newRig(t, strings.ReplaceAll(attackedERP, "QANNA", "QOTHERDOSSIER"), attackedProfile)
	profile, err := profiles.Load("attacked.yaml", []byte(attackedProfile))
	if err != nil {
		t.Fatal(err)
	}
	book, err := profiles.NewBook(profile)
	if err != nil {
		t.Fatal(err)
	}
	var dossiers []filter.Dossier
	for id, path := range map[string]string{"d": r.path, "e": other.path} {
		settings := erp.DefaultSettings()
		settings.Name, settings.Engine, settings.DSN = id, catalog.SQLite, path
		db, err := erp.Open(settings, zerolog.Nop())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		dossiers = append(dossiers, filter.Dossier{ID: id, DB: db, DefaultProfile: "ATTACKED"})
	}
	gate := filter.New(filter.Config{Worlds: filter.NewWorlds(func() *profiles.Book { return book }, 0, dossiers...), Audit: &memoryAudit{}})
	for range 2 {
		for id, want := range map[string]string{"d": "[A-11 QANNA A-12 QANNA]", "e": "[A-11 QOTHERDOSSIER A-12 QOTHERDOSSIER]"} {
			caller := as("ANNA")
			caller.Dossier, caller.Customer.Dossier, caller.Access.Dossier = id, id, id
			rows, _, err := collect(t.Context(), gate, filter.Request{Caller: caller, Front: "sql", Text: "SELECT ref FROM docs ORDER BY id"})
			if err != nil || fmt.Sprint(rows) != want {
				t.Errorf("dossier %s: %v, %v; want %s", id, rows, err, want)
			}
		}
		caller := as("ANNA")
		caller.Dossier = "e" // but the customer and the access are the other's
		if rows, _, err := collect(t.Context(), gate, filter.Request{Caller: caller, Front: "sql", Text: "SELECT ref FROM docs"}); codeOf(err) != refusal.NoAccess || rows != nil {
			t.Errorf("a customer of another dossier: %v, %v", rows, err)
		}
	}
}

func TestCapsCutAndNothingElse(t *testing.T) {
	r := newRig(t, attackedERP, attackedProfile)
	capped := r.with(filter.Limits{Rows: 1})
	for _, c := range []struct {
		gate      *filter.Gate
		max       int
		text      string
		want      string
		truncated bool
	}{
		{r.gate, 0, "SELECT id FROM docs ORDER BY id", "[11 12]", false},
		{r.gate, -1, "SELECT id FROM docs ORDER BY id", "[11 12]", false},
		{r.gate, 1, "SELECT id FROM docs ORDER BY id", "[11]", true},
		{r.gate, 2, "SELECT id FROM docs ORDER BY id", "[11 12]", false},
		{r.gate, 1 << 62, "SELECT id FROM docs ORDER BY id", "[11 12]", false},
		{capped, 0, "SELECT id FROM docs ORDER BY id", "[11]", true},
		{capped, -1, "SELECT id FROM docs ORDER BY id", "[11]", true},
		{capped, 1000, "SELECT id FROM docs ORDER BY id LIMIT 1000", "[11]", true},
		{capped, 1000, "SELECT COUNT(*) FROM docs", "[2]", false},
	} {
		answer, err := c.gate.Do(t.Context(), filter.Request{Caller: as("ANNA"), Front: "sql", Text: c.text, MaxRows: c.max})
		if err != nil {
			t.Fatal(err)
		}
		var rows []string
		for {
			row, err := answer.Rows.Next(t.Context())
			if err != nil {
				break
			}
			rows = append(rows, cell(row[0]))
		}
		if fmt.Sprint(rows) != c.want || answer.Truncated() != c.truncated {
			t.Errorf("%s with %d: %v, truncated %v", c.text, c.max, rows, answer.Truncated())
		}
		if err := answer.Close(); err != nil {
			t.Error(err)
		}
	}
}
