package filter_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/site/doctor"
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
			for _, form := range forms {
				t.Run(fmt.Sprintf("%s/loose %v/%s", engine, loose, form), func(t *testing.T) {
					profile := "profile: P\ntitle: {fr: P, en: P}\nerp: custom\ntables:\n  docs: {rows: \"" + form + "\", columns: {id: {}}}\n"
					w := workshopsOn(t, tables, profile, engine)[engine]
					if w == nil {
						t.Skip("no such server")
					}
					caller := as("ANNA")
					caller.Customer.Attributes = map[string]string{"zone": "ANNA"}
					got, err := w.ask(t.Context(), filter.Request{Caller: caller, Text: "SELECT id FROM docs WHERE id <> 3 ORDER BY id"})
					if err != nil {
						t.Fatal(err)
					}
					v, err := w.gate.View(t.Context(), caller)
					if err != nil {
						t.Fatal(err)
					}
					source, err := erpsource.New(erpsource.Custom, w.db, erpsource.Options{
						Attributes: map[string]string{"zone": "zone"},
						Custom: erpsource.CustomQueries{
							Customers: erpsource.CustomQuery{SQL: "SELECT id, code, zone, name FROM clients", Fields: map[string]string{"id": "id", "code": "code", "name": "name"}},
							Contacts:  erpsource.CustomQuery{SQL: "SELECT id, id AS c, name FROM clients WHERE 1=0", Fields: map[string]string{"id": "id", "customer_id": "c", "last_name": "name"}},
						},
						FilterColumns: func(context.Context) (all []erpsource.FilterColumn, err error) {
							for _, c := range doctor.FilterColumns(v) {
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
						t.Errorf("taken %q, want %q; ANNA sees %q", taken, want, got)
					}
				})
			}
		}
	}
}
