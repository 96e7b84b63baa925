package profiles_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
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
	catalog *catalog.Catalog
	view    *view.View
	gate    *filter.Gate
}

// noAudit forgets what it is told.
type noAudit struct{}

func (noAudit) Begin(context.Context, audit.Entry) error { return nil }
func (noAudit) Finish(audit.Outcome)                     {}

// onStandard opens a database with a standard profile; change, where given,
// makes another profile of it.
func onStandard(t testing.TB, name string, engine catalog.Engine, dsn, schema string, change func(*profiles.Profile)) *standardRig {
	t.Helper()
	p := standardProfile(t, name)
	if change != nil {
		change(p)
		p.Digest += "changed"
	}
	settings := erp.DefaultSettings()
	settings.Name, settings.Engine, settings.DSN = "d", engine, dsn
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
	cat, err := db.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	v, err := worlds.View(t.Context(), "d", p.Name)
	if err != nil {
		t.Fatal(err)
	}
	limits := filter.Limits{Rows: 100_000, Time: time.Minute}
	return &standardRig{profile: p, catalog: cat, view: v, gate: filter.New(filter.Config{Worlds: worlds, Audit: noAudit{}, Limits: limits})}
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

// open shows every column of every table: what is computed of hidden columns
// can then be asked as a request.
func open(p *profiles.Profile) {
	for key, t := range p.Tables {
		for name, c := range t.Columns {
			c.Hidden = false
			t.Columns[name] = c
		}
		t.OtherColumns = true
		p.Tables[key] = t
	}
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
	caller := identity.Caller{Dossier: "d", KeyID: "k", Customer: directory.Customer{Dossier: "d", ID: customer, Code: customer},
		Access: directory.Access{Dossier: "d", CustomerID: customer, State: directory.AccessGranted}}
	answer, err := r.gate.Do(ctx, filter.Request{Caller: caller, Front: "sql", Text: text})
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

// expanded writes a resource out as a request over its table, with the given
// columns (all where none is given), a further condition and an order. It
// gives false where the dossier has no table or no column for it.
func (r *standardRig) expanded(resource, condition string, columns ...string) (string, bool) {
	res := r.profile.Resources[resource]
	if len(columns) == 0 {
		columns = res.ColumnOrder
	}
	from, where := "", ""
	var table *catalog.Table
	if res.Query.SQL != "" {
		from = "(" + res.Query.SQL + ")"
	} else {
		t := r.view.Table(r.profile.Tables[res.Table].Schema, r.profile.Tables[res.Table].Name)
		if t == nil {
			return "", false
		}
		table, from, where = t.Catalog, t.Catalog.Name, res.Where.SQL
	}
	var items []string
	for _, name := range columns {
		c := res.Columns[name]
		x := ""
		for _, f := range c.From {
			if x == "" && (table == nil || table.Column(f) != nil) {
				x = "self." + f
			}
		}
		if x == "" {
			x = c.Computed.SQL
		}
		if x == "" {
			x = "NULL" // the dossier lacks it
		}
		items = append(items, "("+x+") AS "+name)
	}
	text := "SELECT " + strings.Join(items, ", ") + " FROM " + from + " AS self"
	if where != "" {
		text += " WHERE (" + where + ")"
	}
	inner := "SELECT " + strings.Join(columns, ", ") + " FROM (" + text + ") AS r"
	if condition != "" {
		inner += " WHERE " + condition
	}
	return inner, true
}

// checkBound wants no problem but the expected ones, each as "TABLE" or
// "TABLE.COLUMN".
func (r *standardRig) checkBound(t *testing.T, lacksTables []string) {
	t.Helper()
	for _, p := range r.view.Problems {
		if p.Fatal && !slices.Contains(lacksTables, p.Table) {
			t.Errorf("table %s %s: %s", p.Table, p.Column, p.Msg)
		}
	}
	if want := len(r.profile.Tables) - len(lacksTables); len(r.view.Tables) != want {
		t.Errorf("%d tables are in the view, want %d", len(r.view.Tables), want)
	}
}

// notOffered are the columns that are computed by arithmetic which the gate
// does not offer: it may refuse these, and no other.
var notOffered = []string{
	"invoices.paid", "invoices.balance", "credit_notes.paid", "supplier_invoices.paid",
	"due_dates.paid", "due_dates.remaining", "statement.running_balance",
}

// checkEveryResource asks for everything of every resource.
func (r *standardRig) checkEveryResource(t *testing.T, customer string, lacks []string) {
	t.Helper()
	for name, resource := range r.profile.Resources {
		text, ok := r.expanded(name, "")
		if !ok {
			if !slices.Contains(lacks, name) {
				t.Errorf("resource %s has no table here", name)
			}
			continue
		}
		if _, err := r.try(t.Context(), customer, text); err == nil || slices.Contains(lacks, name) {
			continue
		}
		for _, column := range resource.ColumnOrder {
			text, _ := r.expanded(name, "", column)
			_, err := r.try(t.Context(), customer, text)
			var refused *refusal.Error
			if err == nil || errors.As(err, &refused) && refused.Code == refusal.CanFail && slices.Contains(notOffered, name+"."+column) {
				continue
			}
			t.Errorf("resource %s, column %s: %v (%v)\n%s", name, column, err, errors.Unwrap(err), text)
		}
	}
}
