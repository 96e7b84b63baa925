package erpsource

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/sqlc-dev/teesql/parser"

	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

var update = flag.Bool("update", false, "rewrite the golden files with what is asked now")

// sageOnSQLServer is a Sage file's shape on a SQL Server that nobody connects to.
func sageOnSQLServer(t *testing.T) *shape {
	t.Helper()
	text := func(names ...string) (all []*catalog.Column) {
		for _, n := range names {
			all = append(all, &catalog.Column{Name: n, Native: "varchar(69)", Type: sqltype.Type{Kind: sqltype.Text, Length: 69}})
		}
		return all
	}
	number := func(names ...string) (all []*catalog.Column) {
		for _, n := range names {
			all = append(all, &catalog.Column{Name: n, Native: "int", Type: sqltype.Type{Kind: sqltype.Int, Bits: 32}})
		}
		return all
	}
	stamp := &catalog.Column{Name: "cbModification", Native: "datetime", Type: sqltype.Type{Kind: sqltype.Timestamp, Coarse: true}}
	table := func(name string, columns ...[]*catalog.Column) *catalog.Table {
		t := &catalog.Table{Schema: "dbo", Name: name, PrimaryKey: []string{"cbMarq"}, Columns: number("cbMarq")}
		for _, c := range columns {
			t.Columns = append(t.Columns, c...)
		}
		return t
	}
	c := catalog.New(catalog.SQLServer, "16.0", []*catalog.Table{
		table("P_DOSSIER", text("D_RaisonSoc", "D_Siret")),
		table("F_COMPTET", text("CT_Num", "CT_Intitule", "CT_Statistique01", "Jour de livraison préféré"), number("CT_Type", "N_CatTarif"), []*catalog.Column{stamp}),
		table("F_CONTACTT", text("CT_Num", "CT_Nom"), number("CT_No"), []*catalog.Column{stamp}),
	})
	return &shape{db: openERP(t, catalog.SQLServer, "sqlserver://nobody@localhost?database=none&encrypt=true", nil), catalog: c}
}

// TestWhatIsAskedOfSQLServer holds the T-SQL of a synchronisation of Sage 100, and
// has a second parser judge it. No server is asked here.
func TestWhatIsAskedOfSQLServer(t *testing.T) {
	s := sageOnSQLServer(t)
	plan, err := planSage100(t.Context(), s, nil, Options{Attributes: map[string]string{"zone": "CT_Statistique01", "delivery_day": "Jour de livraison préféré"}})
	if err != nil {
		t.Fatal(err)
	}
	tracking := &tracker{tables: plan.tracks}
	marked := func(st *statement) string {
		condition, err := st.changed("2026-03-10 08:00:00", "2026-03-10 12:00:00.5", s.db)
		if err != nil {
			t.Fatal(err)
		}
		return condition
	}
	var got txtar.Archive
	for _, f := range []struct{ name, sql string }{
		{"customers", plan.customers.sql()},
		{"contacts", plan.contacts.sql()},
		{"customers' ids", plan.customers.idsOnly()},
		{"how far the customers go", plan.customers.span(s.db)},
		{"how many customers were tracked", "SELECT COUNT(*) FROM " + tracking.changes(plan.tracks[0], 41)},
		{"customers that changed by markers", plan.customers.changedOnly(marked(plan.customers))},
		{"customers that changed", plan.customers.changedOnly("(" + marked(plan.customers) + " OR " + tracking.condition(plan.customers, 41) + ")")},
		{"contacts that changed", plan.contacts.changedOnly("(" + marked(plan.contacts) + " OR " + tracking.condition(plan.contacts, 41) + ")")},
	} {
		if _, err := parser.Parse(t.Context(), strings.NewReader(f.sql)); err != nil {
			t.Errorf("%s: the second parser does not take this for T-SQL: %v\n%s", f.name, err, f.sql)
		}
		got.Files = append(got.Files, txtar.File{Name: f.name, Data: []byte(f.sql + "\n")})
	}
	const file = "testdata/sage100_tsql.txtar"
	text := txtar.Format(&got)
	if *update {
		if err := os.WriteFile(file, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != string(text) {
		t.Errorf("%s differs from what is asked now; see go test ./sync/erpsource -run TestWhatIsAskedOfSQLServer -update\n%s", file, text)
	}
}

// TestWhenTrackedChangesAreGoneOnFrom is the judgement on a version that was kept.
func TestWhenTrackedChangesAreGoneOnFrom(t *testing.T) {
	s := sageOnSQLServer(t)
	for name, c := range map[string]struct {
		kept, now   trackedAs
		known, read bool // everything
	}{
		"nothing was kept":            {trackedAs{}, trackedAs{"a", 9, 3}, false, false},
		"as it should be":             {trackedAs{"a", 7, 0}, trackedAs{"a", 9, 3}, true, false},
		"nothing committed":           {trackedAs{"a", 7, 0}, trackedAs{"a", 7, 3}, true, false},
		"the oldest that is valid":    {trackedAs{"a", 7, 0}, trackedAs{"a", 9, 7}, true, false},
		"too old":                     {trackedAs{"a", 7, 0}, trackedAs{"a", 9, 8}, false, true},
		"another history":             {trackedAs{"a", 7, 0}, trackedAs{"b", 9, 3}, false, true},
		"an older one":                {trackedAs{"a", 7, 0}, trackedAs{"a", 6, 3}, false, true},
		"no tracking any more":        {trackedAs{"a", 7, 0}, trackedAs{}, false, true},
		"version 0, which is the one": {trackedAs{"a", 0, 0}, trackedAs{"a", 0, 0}, true, false},
	} {
		tr := &tracker{tables: nil, now: c.now.tracking()}
		known, why := tr.since(directory.Position{TrackOf: c.kept.of, TrackVersion: c.kept.version})
		if known != c.known || (why != "") != c.read {
			t.Errorf("%s: known %v, everything because %q", name, known, why)
		}
	}
	if c := (&tracker{tables: nil}).condition(&statement{from: "x"}, 1); c != "" {
		t.Errorf("a statement of no tracked table: %s", c)
	}
	if n := TrackedTables(Sage100, s.catalog); len(n) != 2 || TrackedTables(Odoo, s.catalog) != nil {
		t.Errorf("tracked tables: %v", n)
	}
}

type trackedAs struct {
	of             string
	version, valid int64
}

func (a trackedAs) tracking() *erp.Tracking {
	if a.of == "" {
		return nil
	}
	return &erp.Tracking{Of: a.of, Version: a.version, Valid: a.valid}
}
