package erpsource

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/erpshape"
)

// onEveryEngine runs test with a database of customSchema, MariaDB too.
//
// A test's SELECTs name tables with their schema where there is one: the
// sessions of PostgreSQL have none that would be looked at.
func onEveryEngine(t *testing.T, test func(t *testing.T, db *erp.DB, schema string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, sqliteERP(t, customSchema), "") })
	t.Run("postgres", func(t *testing.T) {
		dsn, raw, schema := erpshape.Postgres(t)
		if _, err := raw.Exec(customSchema); err != nil {
			t.Fatal(err)
		}
		test(t, openERP(t, catalog.Postgres, dsn, []string{schema}), schema+".")
	})
	t.Run("mariadb", func(t *testing.T) {
		dsn, raw := erpshape.MariaDB(t)
		if _, err := raw.Exec(customSchema); err != nil {
			t.Fatal(err)
		}
		test(t, openERP(t, catalog.MariaDB, dsn, nil), "")
	})
}

const customSchema = `
CREATE TABLE clients (num int, raison varchar(40), mail varchar(40), bloque varchar(5), groupe int, familles varchar(60), zone varchar(10), siret varchar(14));
CREATE TABLE personnes (no int, client int, nom varchar(40));
CREATE TABLE societe (nom varchar(40), annee int);
INSERT INTO clients VALUES (9, 'Neuf', 'n@example.com', 'N', 0, '', NULL, NULL), (10, ' Dix ', NULL, 'O', 9, 'Or , Argent,,Or', 'SUD ', '123'), (11, 'Onze', NULL, NULL, 11, NULL, '', NULL), (12, 'Douze', NULL, 'f', NULL, NULL, 'EST', NULL);
INSERT INTO personnes VALUES (2, 10, 'Durand'), (1, 9, 'Petit'), (3, NULL, 'Seul');
INSERT INTO societe VALUES ('MOI', 1998);
`

func customOptions(schema string) Options {
	return Options{
		Attributes: map[string]string{"zone": "zone"},
		Custom: CustomQueries{
			Customers: CustomQuery{
				SQL:    "SELECT num AS Numero, c.* FROM " + schema + "clients c WHERE num <> 12 -- and nobody else ; \n;\n",
				Fields: map[string]string{"id": "numero", "name": "raison", "email": "mail", "dormant": "bloque", "parent_id": "groupe", "tags": "familles", "registration_no": "siret"},
			},
			Contacts:    CustomQuery{SQL: "SELECT no, client, nom FROM " + schema + "personnes", Fields: map[string]string{"id": "no", "customer_id": "client", "last_name": "nom"}},
			Fingerprint: "SELECT nom, annee FROM " + schema + "societe;",
		},
	}
}

func TestCustomRecords(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, db *erp.DB, schema string) {
		snap := openSnapshot(t, Custom, db, customOptions(schema))
		customers, problems := collect(t, snap.Customers(context.Background()))
		if problems != nil {
			t.Errorf("problems: %q", problems)
		}
		for i := range customers {
			if len(customers[i].Hash) != 32 {
				t.Errorf("hash %q", customers[i].Hash)
			}
			customers[i].Hash, customers[i].Stamp = "", ""
		}
		want := []directory.Customer{
			{ID: "10", Code: "#10", Name: "Dix", State: directory.CustomerDormant, ParentID: "9", Tags: []string{"Argent", "Or"}, Attributes: map[string]string{"zone": "SUD"}, RegistrationNo: "123"},
			{ID: "11", Code: "#11", Name: "Onze", State: directory.CustomerActive},
			{ID: "9", Code: "#9", Name: "Neuf", Email: "n@example.com", State: directory.CustomerActive},
		}
		if !reflect.DeepEqual(customers, want) {
			t.Errorf("got  %+v\nwant %+v", customers, want)
		}
		contacts, problems := collect(t, snap.Contacts(context.Background()))
		if len(contacts) != 2 || contacts[0].ID != "1" || contacts[0].CustomerID != "9" || contacts[1].LastName != "Durand" {
			t.Errorf("contacts = %+v", contacts)
		}
		if want := []string{"contact 3: it has no customer_id"}; !reflect.DeepEqual(problems, want) {
			t.Errorf("problems = %q, want %q", problems, want)
		}
		if c, p, err := snap.Expected(context.Background()); c != 3 || p != 3 || err != nil {
			t.Errorf("expected %d, %d, %v", c, p, err)
		}
		f, err := snap.Fingerprint(context.Background())
		if err != nil || f.Label != "MOI 1998" || !strings.HasPrefix(f.Value, "custom:") {
			t.Errorf("fingerprint = %+v, %v", f, err)
		}
	})
}

func TestCustomMistakesAreNamed(t *testing.T) {
	onEveryEngine(t, func(t *testing.T, db *erp.DB, schema string) {
		for name, c := range map[string]struct {
			change func(o *Options)
			want   []string
		}{
			"a SELECT that fails": {func(o *Options) { o.Custom.Contacts.SQL = "SELECT no FROM persons" },
				[]string{"custom.contacts.sql: the ERP's database refuses it", "persons"}},
			"what is no SELECT": {func(o *Options) { o.Custom.Customers.SQL = "DELETE FROM clients" },
				[]string{"custom.customers.sql: the ERP's database refuses it"}},
			"two statements": {func(o *Options) { o.Custom.Customers.SQL = "SELECT 1 AS num; SELECT 2 AS num" },
				[]string{"custom.customers.sql: the ERP's database refuses it"}},
			"columns that are not in the result": {func(o *Options) {
				o.Custom.Customers.Fields["phone"], o.Custom.Contacts.Fields["email"], o.Attributes = "tel", "courriel", map[string]string{"rate": "taux"}
			}, []string{"custom.customers.fields.phone: the result has no column tel; it has ", "raison", "custom.contacts.fields.email: the result has no column courriel; it has no, client, nom",
				"attribute rate: the result has no column taux"}},
		} {
			t.Run(name, func(t *testing.T) {
				o := customOptions(schema)
				c.change(&o)
				source, err := New(Custom, db, o)
				if err != nil {
					t.Fatal(err)
				}
				_, err = source.Open(context.Background())
				for _, part := range c.want {
					if err == nil || !strings.Contains(err.Error(), part) {
						t.Errorf("no %q in %v", part, err)
					}
				}
			})
		}
		for name, c := range map[string][2]string{
			"no row":   {"SELECT nom FROM " + schema + "societe WHERE 1 = 0", "it gives 0 rows"},
			"two rows": {"SELECT num FROM " + schema + "clients", "it gives 4 rows"},
			"nothing":  {"SELECT NULL, ' '", "its row is empty"},
			"no table": {"SELECT a FROM nowhere", "the ERP's database refuses it"},
		} {
			t.Run("a fingerprint of "+name, func(t *testing.T) {
				o := customOptions(schema)
				o.Custom.Fingerprint = c[0]
				_, err := openSnapshot(t, Custom, db, o).Fingerprint(context.Background())
				if err == nil || !strings.Contains(err.Error(), "custom.fingerprint: ") || !strings.Contains(err.Error(), c[1]) {
					t.Errorf("no %q in %v", c[1], err)
				}
			})
		}
	})
}

func TestCustomTablesWithoutTheirSchema(t *testing.T) {
	source, err := New(Custom, postgresERP(t, customSchema), customOptions(""))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := source.Open(context.Background()); err == nil || !strings.Contains(err.Error(), "PostgreSQL wants tables with their schema, such as public.clients") {
		t.Errorf("err = %v", err)
	}
}

func TestWhichColumnOfAResult(t *testing.T) {
	names := []string{"Num", "num", "Raison", "a", "a"}
	for wanted, want := range map[string]string{
		"num": "num", "Num": "Num", "RAISON": "Raison",
		"NUM":   "the result has 2 columns NUM: give them names of their own",
		"a":     "the result has 2 columns a: give them names of their own",
		"other": "the result has no column other; it has Num, num, Raison, a, a",
	} {
		got, err := resultColumn(names, wanted)
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", wanted, got, want)
		}
	}
}

func TestCustomSessionsOnlyRead(t *testing.T) {
	dsn, raw, schema := erpshape.Postgres(t)
	script := customSchema + `CREATE FUNCTION spoil() RETURNS int LANGUAGE sql AS 'DELETE FROM ` + schema + `.clients RETURNING 1'`
	if _, err := raw.Exec(script); err != nil {
		t.Fatal(err)
	}
	o := customOptions(schema + ".")
	o.Custom.Customers.SQL = "SELECT num AS numero, raison, mail, bloque, groupe, familles, zone, " + schema + ".spoil() AS siret FROM " + schema + ".clients"
	snap := openSnapshot(t, Custom, openERP(t, catalog.Postgres, dsn, []string{schema}), o)
	for _, err := range snap.Customers(context.Background()) {
		if err == nil || !strings.Contains(err.Error(), "read-only transaction") {
			t.Errorf("a SELECT that deletes: %v", err)
		}
		return
	}
	t.Error("nothing was read")
}
