package erpsource

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/erpshape"
)

// alikeSchema is a Sage whose ids are told apart exactly where customers are
// kept, and loosely where their documents name them.
func alikeSchema(exact, loose string) string {
	return `
	CREATE TABLE P_DOSSIER (D_RaisonSoc varchar(35));
	CREATE TABLE F_COMPTET (CT_Num varchar(17)` + exact + `, CT_Intitule varchar(35), CT_Type smallint);
	CREATE TABLE F_CONTACTT (CT_Num varchar(17), CT_No int, CT_Nom varchar(35), CT_EMail varchar(69));
	CREATE TABLE F_DOCENTETE (DO_Tiers varchar(17)` + loose + `, DO_Type smallint);
	INSERT INTO F_COMPTET VALUES ('DUPONT', 'Un', 0), ('Dupont', 'Deux', 0), ('MARTIN', 'Trois', 0), ('martin', 'Fournisseur', 1), ('SEUL', 'Quatre', 0), ('PAD ', 'Cinq', 0);
	INSERT INTO F_CONTACTT VALUES ('DUPONT', 1, 'Un', 'a@x.example'), ('SEUL', 2, 'Deux', 'a@x.example; b@x.example');`
}

// TestCustomersHeldEqualAreRefused: the ERP is asked, per column that a filter
// uses, and nobody of those it holds equal is taken, a supplier counting too.
func TestCustomersHeldEqualAreRefused(t *testing.T) {
	asked := Options{FilterColumns: func(context.Context) ([]FilterColumn, error) {
		return []FilterColumn{{"", "F_DOCENTETE", "DO_Tiers", "customer"}, {"", "F_DOCENTETE", "DO_Type", "customer"}, {"", "GONE", "x", "customer"}}, nil
	}}
	check := func(t *testing.T, db *erp.DB, opts Options, column string) {
		t.Helper()
		snap := openSnapshot(t, Sage100, db, opts)
		customers, problems := collect(t, snap.Customers(context.Background()))
		if got := ids(customers); !reflect.DeepEqual(got, []string{"PAD", "SEUL"}) {
			t.Errorf("taken: %q", got)
		}
		for _, want := range []string{
			`customer DUPONT: the ERP's database holds its id equal to "Dupont" in ` + column + ": rows of one would be shown to the other; none of them is taken until one has another id",
			`customer Dupont: the ERP's database holds its id equal to "DUPONT" in ` + column + ": rows of one would be shown to the other; none of them is taken until one has another id",
			`customer MARTIN: the ERP's database holds its id equal to "martin" in ` + column + ": rows of one would be shown to the other; none of them is taken until one has another id",
		} {
			if !contains(problems, want) {
				t.Errorf("no %q in %q", want, problems)
			}
		}
	}
	t.Run("sqlite", func(t *testing.T) {
		db := sqliteERP(t, alikeSchema("", " COLLATE NOCASE"))
		check(t, db, asked, "F_DOCENTETE.DO_Tiers")
		all, _ := collect(t, openSnapshot(t, Sage100, db, Options{}).Customers(context.Background()))
		if len(all) != 5 {
			t.Errorf("without the filter's column: %q", ids(all))
		}
		check(t, sqliteERP(t, alikeSchema(" COLLATE NOCASE", "")), Options{}, "CT_Num")
	})
	t.Run("postgres", func(t *testing.T) {
		collation := `CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);`
		db := postgresERP(t, collation+alikeSchema("", " COLLATE loose"))
		check(t, db, asked, "f_docentete.do_tiers")
	})
	t.Run("mariadb", func(t *testing.T) {
		mariadb := func(exact, loose string) *erp.DB {
			dsn, raw := erpshape.MariaDB(t)
			if _, err := raw.Exec(alikeSchema(exact, loose)); err != nil {
				t.Fatal(err)
			}
			return openERP(t, catalog.MariaDB, dsn, nil)
		}
		exact := " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"
		check(t, mariadb(exact, " CHARACTER SET latin1 COLLATE latin1_swedish_ci"), asked, "F_DOCENTETE.DO_Tiers")
		check(t, mariadb(exact, ""), asked, "F_DOCENTETE.DO_Tiers") // the database's own collation
		check(t, mariadb("", exact), Options{}, "CT_Num")
	})
}

func TestSeveralAddressesInOneField(t *testing.T) {
	contacts, problems := collect(t, openSnapshot(t, Sage100, sqliteERP(t, alikeSchema("", "")), Options{}).Contacts(context.Background()))
	if len(contacts) != 2 || contacts[1].Email != "a@x.example; b@x.example" {
		t.Errorf("contacts = %+v", contacts)
	}
	if len(problems) != 1 || !strings.HasPrefix(problems[0], "contact 2: its e-mail field holds several addresses") {
		t.Errorf("problems = %q", problems)
	}
}

func TestADolibarrContactOfNobodyThere(t *testing.T) {
	db := sqliteERP(t, `CREATE TABLE llx_societe (rowid int, nom text, client int, entity int); CREATE TABLE llx_socpeople (rowid int, fk_soc int, entity int, lastname text);
		INSERT INTO llx_societe VALUES (2, 'Alpha', 1, 1), (3, 'Supplier', 0, 1);
		INSERT INTO llx_socpeople VALUES (1, 2, 1, 'Un'), (2, 999, 1, 'Deux'), (3, 3, 1, 'Trois'), (4, NULL, 1, 'Quatre'), (5, 0, 1, 'Cinq');`)
	contacts, problems := collect(t, openSnapshot(t, Dolibarr, db, Options{}).Contacts(context.Background()))
	if len(contacts) != 1 || contacts[0].ID != "1" || !reflect.DeepEqual(problems, []string{"contact 2: its third party is not in the ERP"}) {
		t.Errorf("contacts %+v, problems %q", contacts, problems)
	}
}

func TestFilterColumnsThatCannotBeFoundEndTheRead(t *testing.T) {
	source, err := New(Sage100, sqliteERP(t, alikeSchema("", "")), Options{FilterColumns: func(context.Context) ([]FilterColumn, error) { return nil, errors.New("boom") }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := source.Open(context.Background()); err == nil || !strings.Contains(err.Error(), "boom") {
		t.Errorf("err = %v", err)
	}
}

// TestCodesAndAttributesHeldEqualAreRefused: a row filter may compare the code or an
// attribute instead of the id. Codes are never shared; values of an attribute are
// other ones only where its own column says so.
func TestCodesAndAttributesHeldEqualAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		exact, loose string
		open         func(*testing.T, string) *erp.DB
	}{
		"sqlite": {"", " COLLATE NOCASE", func(t *testing.T, schema string) *erp.DB { return sqliteERP(t, schema) }},
		"mariadb": {" CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", " CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci", func(t *testing.T, schema string) *erp.DB {
			dsn, raw := erpshape.MariaDB(t)
			if _, err := raw.Exec(schema); err != nil {
				t.Fatal(err)
			}
			return openERP(t, catalog.MariaDB, dsn, nil)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			db := c.open(t, "CREATE TABLE clients (id varchar(17)"+c.exact+", code varchar(17)"+c.exact+", zone varchar(17)"+c.exact+", area varchar(17)"+c.loose+", name varchar(20));"+
				"CREATE TABLE docs (loose varchar(17)"+c.loose+", exact varchar(17)"+c.exact+");"+
				"INSERT INTO clients VALUES ('1','A','N','W','x'), ('2','a','M','w','x'), ('3','C','O','W','x'), ('4','D','o','w','x'), ('5','E','P','E','x');")
			for _, want := range []struct {
				column, identity string
				taken            []string
			}{
				{"loose", "customer_code", []string{"3", "4", "5"}}, {"loose", "attr_zone", []string{"1", "2", "5"}}, {"loose", "attr_area", []string{"1", "2", "3", "4", "5"}},
				{"exact", "customer_code", []string{"1", "2", "3", "4", "5"}}, {"exact", "attr_zone", []string{"1", "2", "3", "4", "5"}}, {"loose", "customer", []string{"1", "2", "3", "4", "5"}},
			} {
				snap := openSnapshot(t, Custom, db, Options{Attributes: map[string]string{"zone": "zone", "area": "area"},
					Custom: CustomQueries{
						Customers: CustomQuery{SQL: "SELECT id, code, zone, area, name FROM clients", Fields: map[string]string{"id": "id", "code": "code", "name": "name"}},
						Contacts:  CustomQuery{SQL: "SELECT id, id AS c, name FROM clients WHERE 1=0", Fields: map[string]string{"id": "id", "customer_id": "c", "last_name": "name"}},
					},
					FilterColumns: func(context.Context) ([]FilterColumn, error) {
						return []FilterColumn{{"", "docs", want.column, want.identity}}, nil
					}})
				customers, problems := collect(t, snap.Customers(context.Background()))
				if err := snap.Close(); err != nil { // there is one connection
					t.Fatal(err)
				}
				if got := ids(customers); !reflect.DeepEqual(got, want.taken) {
					t.Errorf("docs.%s and :%s: taken %q, want %q; %q", want.column, want.identity, got, want.taken, problems)
				}
			}
		})
	}
}
