package profiles_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/audit"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/profiles"
)

// standardRig is a gate over a database of a test, with a standard profile.
type standardRig struct {
	profile *profiles.Profile
	view    *view.View
	gate    *filter.Gate
	files   []filter.FileFound // what checkFiles has found
	engine  catalog.Engine
	prefix  string // what stands at the site for llx_; empty for llx_
}

// noAudit forgets what it is told.
type noAudit struct{}

func (noAudit) Begin(context.Context, audit.Entry) error { return nil }
func (noAudit) Finish(audit.Outcome)                     {}

// onStandard opens a database with a standard profile.
func onStandard(t testing.TB, name string, engine catalog.Engine, dsn, schema string) *standardRig {
	t.Helper()
	return onStandardUnder(t, name, engine, dsn, schema, "")
}

// onStandardUnder is onStandard with what the names of the tables begin with.
func onStandardUnder(t testing.TB, name string, engine catalog.Engine, dsn, schema, prefix string) *standardRig {
	t.Helper()
	p := standardProfile(t, name)
	settings := erp.DefaultSettings()
	settings.Name, settings.Engine, settings.DSN, settings.TablesPrefix = "d", engine, dsn, prefix
	if schema != "" {
		settings.Schemas = []string{schema}
	}
	db, err := erp.Open(settings, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	book, err := profiles.NewBook(p)
	if err != nil {
		t.Fatal(err)
	}
	worlds := filter.NewWorlds(func() *profiles.Book { return book }, time.Hour, filter.Dossier{ID: "d", DB: db, DefaultProfile: p.Name})
	v, err := worlds.View(t.Context(), "d", p.Name)
	if err != nil {
		t.Fatal(err)
	}
	limits := filter.Limits{Rows: 100_000, Time: time.Minute}
	return &standardRig{profile: p, view: v, engine: engine, prefix: prefix, gate: filter.New(filter.Config{Worlds: worlds, Audit: noAudit{}, Limits: limits})}
}

func standardProfile(t testing.TB, name string) *profiles.Profile {
	t.Helper()
	book, err := profiles.Standard()
	if err != nil {
		t.Fatal(err)
	}
	p, ok := book.Get(name)
	if !ok {
		t.Fatalf("there is no standard profile %s", name)
	}
	return p
}

// ask gives the rows that a customer gets, each as one line.
func (r *standardRig) ask(t testing.TB, customer, text string) []string {
	t.Helper()
	rows, err := r.try(t.Context(), customer, text)
	if err != nil {
		t.Fatalf("%s\n%v (%v)", text, err, errors.Unwrap(err))
	}
	return rows
}

func (r *standardRig) try(ctx context.Context, customer, text string) ([]string, error) {
	if r.prefix != "" {
		text = strings.ReplaceAll(text, "llx_", r.prefix)
	}
	answer, err := r.gate.Do(ctx, filter.Request{Caller: callerOf(customer), Front: "sql", Text: text})
	if err != nil {
		return nil, err
	}
	defer answer.Close()
	var all []string
	for {
		row, err := answer.Rows.Next(ctx)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		cells := make([]string, len(row))
		for i, v := range row {
			cells[i] = cell(v)
		}
		all = append(all, strings.Join(cells, "|"))
	}
}

// cell writes a value the same way on every engine.
func cell(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case time.Time:
		return v.Format("2006-01-02")
	case float64:
		return trimmed(fmt.Sprintf("%.6f", v))
	case string:
		if strings.Trim(v, "0123456789.-") == "" && strings.Contains(v, ".") {
			return trimmed(v)
		}
	}
	return fmt.Sprint(v)
}

func trimmed(number string) string {
	return strings.TrimSuffix(strings.TrimRight(number, "0"), ".")
}

// wantFile wants a file among those that checkFiles has found.
func (r *standardRig) wantFile(t *testing.T, source, root, path, name string) {
	t.Helper()
	for _, f := range r.files {
		if f.Source == source && f.Root == root && f.Path == path && f.Name == name {
			return
		}
	}
	t.Errorf("there is no file %s %s %s %s among %+v", source, root, path, name, r.files)
}

// checkFiles looks up the files of the first row of the resource.
func (r *standardRig) checkFiles(t *testing.T, customer string, resource profiles.Resource) {
	t.Helper()
	if len(resource.Files) == 0 {
		return
	}
	name, key, prefix := resource.Name.EN, resource.FileKey(), ""
	if _, ok := resource.Columns["id"]; ok {
		key, prefix = "id", "id:"
	}
	rows, err := r.try(t.Context(), customer, "SELECT "+key+" FROM "+name+" ORDER BY 1")
	if err != nil || len(rows) == 0 {
		return // the shape has none
	}
	found, err := r.gate.Files(t.Context(), filter.FileRequest{Caller: callerOf(customer), Resource: name, Key: prefix + rows[0]})
	if err != nil || len(found.Keys) == 0 {
		t.Errorf("files of %s %s: %v (%v)", name, rows[0], err, errors.Unwrap(errors.Unwrap(err)))
	}
	r.files = append(r.files, found.Files...)
}

func callerOf(customer string) identity.Caller {
	return identity.Caller{Dossier: "d", KeyID: "k", Customer: directory.Customer{Dossier: "d", ID: customer, Code: customer},
		Access: directory.Access{Dossier: "d", CustomerID: customer, State: directory.AccessGranted}}
}

// checkBound wants no problem but the expected ones, each as "TABLE" or
// "TABLE.COLUMN".
func (r *standardRig) checkBound(t *testing.T, lacksTables []string) {
	t.Helper()
	for _, p := range r.view.Problems {
		if p.Fatal && !strings.HasPrefix(p.Table, "resource ") && !slices.Contains(lacksTables, p.Table) {
			t.Errorf("table %s %s: %s", p.Table, p.Column, p.Msg)
		}
	}
	for _, table := range r.view.Tables {
		for _, c := range table.Visible.Columns {
			if name := table.Catalog.Name + "." + c.Name; sensitive.MatchString(c.Name) && !r.harmless(name) {
				t.Errorf("%s shows %s, whose name says that it is the seller's own: hide it, or say in harmless why not", r.profile.Name, name)
			}
		}
	}
	for _, resource := range r.view.Resources {
		for _, c := range resource.Columns {
			if c.Type.Kind == sqltype.JSON {
				t.Errorf("resource %s shows %s as JSON: say by_language where its texts stand", resource.Name, c.Name)
			}
		}
	}
	if want := len(r.profile.Tables) - len(lacksTables); len(r.view.Tables) != want {
		t.Errorf("%d tables are in the view, want %d", len(r.view.Tables), want)
	}
}

// sensitive are words in the names of columns that no customer is to see: costs
// and margins, credit and solvency, bank data, secrets, private notes, what the
// machine keeps for itself.
var sensitive = regexp.MustCompile(`(?i)ach(at)?$|PrixAch|PrixRU|PUNet|cost|co[uû]t|marge|margin|purchase_price|standard_price|buy_price|pmp|encours|credit|solva|risq|assur|coface|` +
	`iban|bic$|rib|bank|banq|pass|secret|token|api_?key|totp|signup|private|priv[ée]|intern|comment(aire)?$|margin|commission|score|trust|debit_limit|outstanding|hash|blocnote|cbCreat|cbModif|cbProt|cbRepl|cbFlag`)

// harmless are columns that have such a word in their names and are shown all
// the same.
var harmless = map[string]string{
	"F_ARTICLEMEDIA.ME_Commentaire":                "what stands below a picture of the catalogue",
	"account_partial_reconcile.credit_move_id":     "the payment's side of the account",
	"account_move_line.credit":                     "a side of the account, not a credit given",
	"product_template.has_configurable_attributes": "whether a product comes in variants",
}

// harmless tells whether a column is one of them. SQL Server tells no two names
// apart by case, and Babelfish keeps them in small letters.
func (r *standardRig) harmless(name string) bool {
	for known := range harmless {
		if known == name || r.engine == catalog.SQLServer && strings.EqualFold(known, name) {
			return true
		}
	}
	return false
}

// checkEveryResource asks for everything of every resource but those that the
// dossier lacks.
func (r *standardRig) checkEveryResource(t *testing.T, customer string, lacks ...string) {
	t.Helper()
	for name, resource := range r.profile.Resources {
		bound := r.view.Resource(name)
		if bound == nil {
			if !slices.Contains(lacks, name) {
				t.Errorf("there is no resource %s here", name)
			}
			continue
		}
		for _, column := range resource.ColumnOrder {
			if bound.Column(column) == nil {
				t.Errorf("resource %s has no %s here", name, column)
			}
		}
		for relation := range resource.Relations {
			if to := resource.Relations[relation].To; bound.Relations[relation].To == nil && r.view.Resource(to) != nil {
				t.Errorf("resource %s has no relation %s here", name, relation)
			}
		}
		if _, err := r.try(t.Context(), customer, "SELECT * FROM "+name); err != nil {
			t.Errorf("resource %s: %v (%v)", name, err, errors.Unwrap(err))
		}
		r.checkFiles(t, customer, resource)
	}
	for _, tile := range r.profile.Dashboard {
		if _, err := r.try(t.Context(), customer, tile.SQL.SQL); err != nil && !slices.Contains(lacks, tile.Name) {
			t.Errorf("the dashboard's tile %s: %v (%v)", tile.Name, err, errors.Unwrap(err))
		}
	}
	for _, p := range r.view.Problems {
		if strings.HasPrefix(p.Msg, "seek") {
			t.Errorf("%s: %s", p.Table, p.Msg)
		}
		if table, ok := strings.CutPrefix(p.Table, "resource "); ok && t.Failed() {
			t.Logf("%s.%s: %s", table, p.Column, p.Msg)
		}
	}
}
