package doctor

import (
	"context"
	"database/sql"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/config"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/erpshape"
	"github.com/vantelle/vantelle/profiles"
)

// sageFile makes a Sage 100 in a file and runs statements on it.
func sageFile(t *testing.T, statements ...string) config.Dossier {
	t.Helper()
	var d config.Dossier
	d.SetDefaults()
	d.ERP, d.Engine, d.Path = "sage100", config.SQLite, filepath.Join(t.TempDir(), "erp.db")
	db, err := sql.Open("sqlite", d.Path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err := erpshape.LoadSage(t.Context(), db, catalog.SQLite, ""); err != nil {
		t.Fatal(err)
	}
	for _, s := range statements {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	return d
}

func openERP(t *testing.T, d config.Dossier) *erp.DB {
	t.Helper()
	s := erp.DefaultSettings()
	s.Name, s.Engine, s.DSN, s.Schemas = "sage", catalog.Engine(d.Engine), d.DSN.Reveal(), d.Schemas
	if d.Engine == config.SQLite {
		s.DSN = d.Path
	}
	db, err := erp.Open(s, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func standard(t *testing.T) *profiles.Book {
	t.Helper()
	book, err := profiles.Standard()
	if err != nil {
		t.Fatal(err)
	}
	return book
}

// diagnose looks at one dossier without a directory.
func diagnose(t *testing.T, d config.Dossier) []Finding {
	t.Helper()
	in := Installation{Book: standard(t), Now: time.Now}
	none := openDirectory(t.Context(), inFile(filepath.Join(t.TempDir(), "none.db")))
	return diagnoseDossier(t.Context(), in, Dossier{Name: "sage", Config: d, DB: openERP(t, d)}, none)
}

// of picks the findings of some codes.
func of(findings []Finding, wanted ...string) []Finding {
	return slices.DeleteFunc(slices.Clone(findings), func(f Finding) bool { return !slices.Contains(wanted, f.Code) })
}

func TestIndexesThatAFilterNeedsAreLookedFor(t *testing.T) {
	for name, c := range map[string]struct {
		statements []string
		want       []string
	}{
		"none leads to the documents":           {nil, []string{"F_DOCENTETE"}},
		"one does":                              {[]string{`CREATE INDEX a ON F_DOCENTETE (DO_Tiers, DO_Date)`}, nil},
		"one that begins with something else":   {[]string{`CREATE INDEX a ON F_DOCENTETE (DO_Date, DO_Tiers)`}, []string{"F_DOCENTETE"}},
		"one that holds for some rows only":     {[]string{`CREATE INDEX a ON F_DOCENTETE (DO_Tiers) WHERE DO_Type = 6`}, []string{"F_DOCENTETE"}},
		"one on something made of the customer": {[]string{`CREATE INDEX a ON F_DOCENTETE (lower(DO_Tiers))`}, []string{"F_DOCENTETE"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, f := range of(diagnose(t, sageFile(t, c.statements...)), "index.missing") {
				table, _, _ := strings.Cut(strings.TrimPrefix(f.What, "no index of "), " ")
				got = append(got, table)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("without an index: %q, want %q", got, c.want)
			}
		})
	}
}

func TestSagesShadowIndexIsNamed(t *testing.T) {
	d := sageFile(t, `CREATE INDEX a ON F_DOCENTETE (cbDO_Tiers)`)
	got := of(diagnose(t, d), "index.missing")
	if len(got) != 1 || !strings.Contains(got[0].What, "binary shadow cbDO_Tiers") || !strings.Contains(got[0].Remedy, "CREATE INDEX") {
		t.Errorf("found %+v", got)
	}
}

func TestWhatTheProfileLacksIsTold(t *testing.T) {
	d := sageFile(t, `DROP TABLE F_LIVRAISON`)
	got := of(diagnose(t, d), "profile.table_unavailable")
	if !slices.ContainsFunc(got, func(f Finding) bool { return strings.Contains(f.What, "F_LIVRAISON") }) {
		t.Errorf("found %+v", got)
	}
	d.DefaultProfile = "Other"
	wantCodes(t, of(diagnose(t, d), "profile.missing", "profile.bound"), "error profile.missing")
	d.DefaultProfile, d.ERP = "B2B", "custom"
	wantCodes(t, of(diagnose(t, d), "profile.other_erp", "profile.bound"), "error profile.other_erp")
	empty := sageFile(t)
	db := openERP(t, empty)
	p, _ := standard(t).Get("B2B")
	wantCodes(t, of(checkProblems(t.Context(), serverOf(db, empty), view.Bind(p, catalog.New(catalog.SQLite, "3", nil))), "profile.empty"), "error profile.empty")
}

func TestCustomersWhomTheERPTakesForOneAreAnError(t *testing.T) {
	for name, c := range map[string]struct {
		statements []string
		want       string
	}{
		"exact":               {nil, "ok collation.exact"},
		"loose, and no twins": {[]string{`CREATE TABLE x (CT_Num varchar(17) COLLATE NOCASE, CT_Type smallint)`, `INSERT INTO x VALUES ('A', 0), ('B', 0)`}, "note collation.loose"},
		"loose, with twins":   {[]string{`CREATE TABLE x (CT_Num varchar(17) COLLATE NOCASE, CT_Type smallint)`, `INSERT INTO x VALUES ('A', 0), ('a', 0)`}, "error collation.customers_equal"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.statements != nil {
				c.statements = append(c.statements, `DROP TABLE F_COMPTET`, `ALTER TABLE x RENAME TO F_COMPTET`)
			}
			findings := diagnose(t, sageFile(t, c.statements...))
			wantCodes(t, slices.DeleteFunc(findings, func(f Finding) bool { return f.Area != "collation" }), c.want)
		})
	}
}

func TestAnERPThatDoesNotAnswerIsToldWithARemedy(t *testing.T) {
	d := sageFile(t)
	d.Path = filepath.Join(t.TempDir(), "none.db")
	got := diagnose(t, d)
	wantCodes(t, got, "error connection.failed")
	if !strings.Contains(got[0].Remedy, "path of the dossier") {
		t.Errorf("the remedy is %q", got[0].Remedy)
	}
}

// TestAReadOnlyRoleAndAnOwnerDiffer looks at one PostgreSQL database with two
// logins.
func TestAReadOnlyRoleAndAnOwnerDiffer(t *testing.T) {
	dsn, db, schema := erpshape.Postgres(t)
	if err := erpshape.LoadSage(t.Context(), db, catalog.Postgres, ""); err != nil {
		t.Fatal(err)
	}
	reader, password := schema+"_reader", "a quoted ' word"
	exec := func(ctx context.Context, statement string) {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
	exec(t.Context(), `CREATE ROLE "`+reader+`" LOGIN PASSWORD 'a quoted '' word'`)
	t.Cleanup(func() {
		exec(context.Background(), `DROP OWNED BY "`+reader+`"`)
		exec(context.Background(), `DROP ROLE "`+reader+`"`)
	})
	exec(t.Context(), `GRANT USAGE ON SCHEMA "`+schema+`" TO "`+reader+`"`)
	exec(t.Context(), `GRANT SELECT ON ALL TABLES IN SCHEMA "`+schema+`" TO "`+reader+`"`)
	exec(t.Context(), `REVOKE ALL ON "`+schema+`"."F_LIVRAISON" FROM "`+reader+`"`)
	exec(t.Context(), `CREATE INDEX ON "`+schema+`"."F_DOCENTETE" ("DO_Tiers")`)

	var d config.Dossier
	d.SetDefaults()
	d.ERP, d.Engine, d.Schemas = "sage100", config.Postgres, []string{schema}
	u, err := url.Parse(dsn)
	if err != nil {
		t.Skip("VANTELLE_TEST_POSTGRES is not a URL")
	}
	areas := []string{"connection.works", "version.known", "tls.local", "tls.used", "clock.agrees", "rights.read_only", "rights.powers", "rights.write", "rights.missing", "index.missing", "index.present", "index.unknown", "profile.unknown"}

	d.DSN = config.NewSecret(dsn)
	owner := of(diagnose(t, d), areas...)
	wantCodes(t, owner, "ok connection.works", "ok version.known", "ok tls.local", "ok clock.agrees", "warning rights.powers", "warning rights.write", "ok index.present")

	u.User = url.UserPassword(reader, password)
	d.DSN = config.NewSecret(u.String())
	got := of(diagnose(t, d), areas...)
	wantCodes(t, got, "ok connection.works", "ok version.known", "ok tls.local", "ok clock.agrees", "ok rights.read_only", "warning rights.missing", "ok index.present")

	exec(t.Context(), `GRANT UPDATE ("CT_Intitule") ON "`+schema+`"."F_COMPTET" TO "`+reader+`"`)
	got = of(diagnose(t, d), "rights.write", "rights.read_only", "rights.powers")
	wantCodes(t, got, "warning rights.write")
	if want := "may change rows of 1 table: " + schema + ".F_COMPTET"; !strings.HasSuffix(got[0].What, want) {
		t.Errorf("said %q", got[0].What)
	}
}
