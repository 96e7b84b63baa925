package filter_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/rs/zerolog"
	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"modernc.org/sqlite"

	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/erpshape"
)

// What each engine calls a collation that is like SQL Server's French_CI_AS:
// A and a are equal, e and é are not. SQLite and PostgreSQL get theirs from
// the tests.
var frenchCollation = map[catalog.Engine]string{
	catalog.SQLite:    "FRENCH_CI_AS",
	catalog.Postgres:  `"french_ci_as"`,
	catalog.MariaDB:   "uca1400_as_ci",
	catalog.SQLServer: "French_CI_AS",
}

const frenchOfPostgres = `CREATE COLLATION "french_ci_as" (provider = icu, locale = 'fr-u-ks-level2', deterministic = false)`

// frenchOfSQLite teaches SQLite the collation, in this process.
var frenchOfSQLite = sync.OnceFunc(func() {
	var mu sync.Mutex // a Collator is for one goroutine at a time
	c := collate.New(language.French, collate.IgnoreCase)
	sqlite.MustRegisterCollationUtf8("FRENCH_CI_AS", func(a, b string) int {
		mu.Lock()
		defer mu.Unlock()
		return c.CompareString(a, b)
	})
})

// frenchColumns are the columns with that collation. Texts that questions look
// into with LIKE are not among them: PostgreSQL has no LIKE under a collation
// by which different texts are equal.
var frenchColumns = []string{
	"F_COMPTET.CT_Intitule", "F_COMPTET.CT_Ville", "F_DOCENTETE.DO_Ref", "F_DOCENTETE.NATURE BL", "F_LIVRAISON.LI_Ville", "F_CONTACTT.CT_Nom", "F_ARTICLE.AR_Design", "F_ARTICLE.FA_CodeFamille",
	"societe.nom", "societe.town", "product.label", "facture.ref_client",
	"res_partner.name", "res_partner.city", "sale_order.client_order_ref",
}

// portalPrefix is what the tables of the questions' Dolibarr begin with.
const portalPrefix = "Maison2_"

// dossiers makes the dossier that the questions are asked of, on every engine
// that there is a server for, and gives a gate over each.
func dossiers(t *testing.T, q questions) map[catalog.Engine]*rig {
	t.Helper()
	rigs := map[catalog.Engine]*rig{}
	add := func(engine catalog.Engine, dsn string, raw *sql.DB, schema string) {
		if err := makeDossier(t.Context(), raw, engine, schema, q.erp); err != nil {
			t.Fatalf("%s: %v", engine, err)
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
		rigs[engine] = rigOn(t, db, q.profile)
	}
	frenchOfSQLite()
	if q.erp != "dolibarr" { // whose keys are called rowid, which SQLite takes for its own
		path := filepath.Join(t.TempDir(), "erp.db")
		raw, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		add(catalog.SQLite, path, raw, "")
		if err := raw.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if os.Getenv("VANTELLE_TEST_POSTGRES") == "" {
		t.Log("VANTELLE_TEST_POSTGRES is not set: nothing is asked of PostgreSQL")
	} else {
		dsn, raw, schema := erpshape.Postgres(t)
		if _, err := raw.ExecContext(t.Context(), frenchOfPostgres); err != nil {
			t.Fatal(err)
		}
		add(catalog.Postgres, dsn, raw, schema)
	}
	if os.Getenv("VANTELLE_TEST_MARIADB") == "" {
		t.Log("VANTELLE_TEST_MARIADB is not set: nothing is asked of MariaDB")
	} else {
		dsn, raw := erpshape.MariaDB(t)
		add(catalog.MariaDB, dsn, raw, "")
	}
	if os.Getenv("VANTELLE_TEST_SQLSERVER") == "" {
		t.Log("VANTELLE_TEST_SQLSERVER is not set: nothing is asked of SQL Server")
	} else {
		dsn, raw := erpshape.SQLServer(t)
		add(catalog.SQLServer, dsn, raw, "")
	}
	return rigs
}

// makeDossier fills a database with an ERP's dossier and with what the
// questions want of it.
func makeDossier(ctx context.Context, raw *sql.DB, engine catalog.Engine, schema, kind string) error {
	o := erpshape.Options{Engine: engine, Schema: schema, Prefix: portalPrefix}
	o.Collation = func(table, column string) string {
		if slices.Contains(frenchColumns, strings.TrimPrefix(table, portalPrefix)+"."+column) {
			return frenchCollation[engine]
		}
		return ""
	}
	switch kind {
	case "dolibarr":
		if err := erpshape.MakeDolibarr(ctx, raw, o); err != nil {
			return err
		}
		return erpshape.FillDolibarrDocuments(ctx, raw, o)
	case "odoo":
		return erpshape.MakeOdoo(ctx, raw, o)
	}
	if err := erpshape.MakeSage(ctx, raw, o); err != nil {
		return err
	}
	return freeColumns(ctx, raw, o)
}

// freeColumns gives the Sage dossier what its site added: a column whose name
// and values have accents and differ in case.
func freeColumns(ctx context.Context, raw *sql.DB, o erpshape.Options) error {
	table := `"F_DOCENTETE"`
	if o.Schema != "" {
		table = `"` + o.Schema + `".` + table
	}
	statements := []string{fmt.Sprintf(`ALTER TABLE %s ADD "%s" varchar(40) COLLATE %s DEFAULT ''`, table, erpshape.SageFreeColumn, frenchCollation[o.Engine])}
	for i, place := range []string{"Île-de-France", "ILE-DE-FRANCE", "île-de-france", "Étretat", "ÉTRETAT", "Etretat", "Zuydcoote", "Évry"} {
		statements = append(statements, fmt.Sprintf(`UPDATE %s SET "%s" = '%s', "NATURE BL" = '%s' WHERE "cbMarq" %% 8 = %d`,
			table, erpshape.SageFreeColumn, place, []string{"Complet", "PARTIEL", "complet", "Complété"}[i%4], i))
	}
	for _, s := range statements {
		if _, err := raw.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}
