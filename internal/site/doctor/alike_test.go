package doctor

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/config"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/erpshape"
	"github.com/vantelle/vantelle/profiles"
	"github.com/vantelle/vantelle/sync/erpsource"
)

// TestPromise6LookAlikesAreNotTaken: ANNA and anna are two customers where the ERP
// keeps customers, and one where its documents name them. Whatever the form in
// which a row filter holds the identity against such a column, in whichever table,
// none of the two may be taken by a synchronisation: each would see the other's
// rows. Where every column tells them apart both are taken, and see their own.
func TestPromise6LookAlikesAreNotTaken(t *testing.T) {
	forms := []string{
		"owner = :customer", ":customer = owner", "owner IN (:customer, 'X')", "COALESCE(payer, owner) = :customer", ":customer IN (owner, payer)",
		"CASE owner WHEN :customer THEN 1 ELSE 0 END = 1", "owner IS NOT DISTINCT FROM :customer", "owner BETWEEN :customer AND :customer",
		"NOT (owner <> :customer)", "TRIM(owner) = :customer", "NULLIF(owner, :customer) IS NULL",
		"EXISTS (SELECT 1 FROM grants g WHERE g.doc = self.id AND g.holder = :customer)", "id IN (SELECT g.doc FROM grants g WHERE g.holder = :customer)",
		"owner = ANY (SELECT :customer)", "owner IN (SELECT c.id FROM clients c WHERE c.id = :customer)", "owner = (SELECT :customer)",
		"EXISTS (SELECT 1 FROM (SELECT :customer AS c) w WHERE w.c = self.owner)",
		"id IN (SELECT g.doc FROM grants g JOIN (SELECT :customer AS holder) h ON h.holder = g.holder)",
		"EXISTS (SELECT self.owner INTERSECT SELECT :customer)",
		"owner = :customer_code", "EXISTS (SELECT 1 FROM grants g WHERE g.doc = self.id AND g.holder = :customer_code)", "owner = :attr_zone", "COALESCE(payer, owner) = :attr_zone",
	}
	for _, engine := range []catalog.Engine{catalog.SQLite, catalog.MariaDB} {
		exact, folding := "", " COLLATE NOCASE"
		if engine == catalog.MariaDB {
			exact, folding = " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", " CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci"
		}
		for _, loose := range []bool{true, false} {
			rows := exact
			if loose {
				rows = folding
			}
			tables := []string{
				"CREATE TABLE clients (id varchar(17)" + exact + " NOT NULL PRIMARY KEY, code varchar(17)" + exact + ", zone varchar(17)" + exact + ", name varchar(20))",
				"CREATE TABLE docs (id int NOT NULL PRIMARY KEY, owner varchar(17)" + rows + ", payer varchar(17)" + rows + ")",
				"CREATE TABLE grants (doc int NOT NULL, holder varchar(17)" + rows + ")",
				"INSERT INTO clients VALUES ('1','ANNA','ANNA','Anna'),('2','anna','anna','another'),('ANNA','A3','A3','Anna'),('anna','A4','A4','another'),('BORIS','BORIS','BORIS','Boris')",
				"INSERT INTO docs VALUES (1,'ANNA',NULL),(2,'anna',NULL),(3,'BORIS',NULL)",
				"INSERT INTO grants VALUES (1,'ANNA'),(2,'anna'),(3,'BORIS')",
			}
			db := alikeERP(t, engine, tables)
			if db == nil {
				continue
			}
			cat, err := db.Catalog(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, form := range forms {
				t.Run(fmt.Sprintf("%s/loose %v/%s", engine, loose, form), func(t *testing.T) {
					p, err := profiles.Load("p.yaml", []byte("profile: P\ntitle: {fr: P, en: P}\nerp: custom\ntables:\n  docs: {rows: \""+form+"\", columns: {id: {}}}\n"))
					if err != nil {
						t.Fatal(err)
					}
					v := view.Bind(p, cat)
					if len(v.Problems) > 0 {
						t.Fatal(v.Problems)
					}
					source, err := erpsource.New(erpsource.Custom, db, erpsource.Options{
						Attributes: map[string]string{"zone": "zone"},
						Custom: erpsource.CustomQueries{
							Customers: erpsource.CustomQuery{SQL: "SELECT id, code, zone, name FROM clients", Fields: map[string]string{"id": "id", "code": "code", "name": "name"}},
							Contacts:  erpsource.CustomQuery{SQL: "SELECT id, id AS c, name FROM clients WHERE 1=0", Fields: map[string]string{"id": "id", "customer_id": "c", "last_name": "name"}},
						},
						FilterColumns: func(context.Context) (all []erpsource.FilterColumn, err error) {
							for _, c := range FilterColumns(v) {
								all = append(all, erpsource.FilterColumn(c))
							}
							return all, nil
						},
					})
					if err != nil {
						t.Fatal(err)
					}
					snapshot, err := source.Open(t.Context())
					if err != nil {
						t.Fatal(err)
					}
					defer func() { _ = snapshot.Close() }()
					var taken []string
					for c, err := range snapshot.Customers(t.Context()) {
						if err == nil {
							taken = append(taken, c.ID)
						}
					}
					want := []string{"1", "2", "ANNA", "BORIS", "anna"}
					switch {
					case loose && strings.Contains(form, ":customer_code"), loose && strings.Contains(form, ":attr_zone"):
						want = []string{"ANNA", "BORIS", "anna"}
					case loose:
						want = []string{"1", "2", "BORIS"}
					}
					if !slices.Equal(taken, want) {
						t.Errorf("taken %q, want %q", taken, want)
					}
				})
			}
		}
	}
}

// alikeERP runs statements on an ERP of their own; nil where there is no such server.
func alikeERP(t *testing.T, engine catalog.Engine, statements []string) *erp.DB {
	t.Helper()
	var d config.Dossier
	d.SetDefaults()
	var raw *sql.DB
	if engine == catalog.MariaDB {
		if os.Getenv("VANTELLE_TEST_MARIADB") == "" {
			t.Log("VANTELLE_TEST_MARIADB is not set: nothing is tried on MariaDB")
			return nil
		}
		var dsn string
		dsn, raw = erpshape.MariaDB(t)
		d.Engine, d.DSN = config.MariaDB, config.NewSecret(dsn)
	} else {
		d.Engine, d.Path = config.SQLite, filepath.Join(t.TempDir(), "erp.db")
		var err error
		if raw, err = sql.Open("sqlite", d.Path); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = raw.Close() }()
	}
	for _, s := range statements {
		if _, err := raw.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	return openERP(t, d)
}
