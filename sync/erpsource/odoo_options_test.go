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

func TestOdooTags(t *testing.T) {
	const schema = odooSchema + `
		CREATE TABLE res_partner_category (id int PRIMARY KEY, name text, active boolean);
		CREATE TABLE res_partner_res_partner_category_rel (partner_id int, category_id int);
		INSERT INTO res_partner_category VALUES (1, '{"en_US": "Gold", "fr_FR": "Or"}', TRUE), (2, '{"en_US": "Silver"}', NULL), (3, 'Plain', TRUE), (4, '{"en_US": "Gone"}', FALSE), (5, '{"de_DE": "Nur", "x": ""}', TRUE);
		INSERT INTO res_partner_res_partner_category_rel VALUES (10, 3), (10, 1), (10, 2), (10, 4), (10, 5), (20, 2), (9, 1);`
	const company = `
		CREATE TABLE res_company (id int, name varchar, partner_id int);
		ALTER TABLE res_partner ADD COLUMN lang varchar;
		INSERT INTO res_partner (id, name, lang) VALUES (1, 'Us', 'fr_FR'), (2, 'Them', 'de_DE');
		INSERT INTO res_company VALUES (7, 'Them', 2), (1, 'Us', 1);`
	for name, c := range map[string]struct {
		script string
		opts   Options
		want   []string
	}{
		"in the company's language":          {schema + company, Options{}, []string{"Nur", "Or", "Plain", "Silver"}},
		"in the chosen company's":            {schema + company, Options{Company: 7}, []string{"Gold", "Nur", "Plain", "Silver"}},
		"in English where none is known":     {schema, Options{}, []string{"Gold", "Nur", "Plain", "Silver"}},
		"not there where they are not there": {odooSchema, Options{}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			onEachEngine(t, func(t *testing.T, database func(string) *erp.DB) {
				customers, problems := collect(t, openSnapshot(t, Odoo, database(c.script), c.opts).Customers(context.Background()))
				if problems != nil || len(customers) == 0 || !reflect.DeepEqual(customers[0].Tags, c.want) {
					t.Errorf("got %+v and %q, want the tags %q", customers, problems, c.want)
				}
			})
		})
	}
}

func TestOdooProspects(t *testing.T) {
	const script = odooSchema + `
		ALTER TABLE res_partner ADD COLUMN supplier_rank int;
		ALTER TABLE res_partner ADD COLUMN employee boolean;
		ALTER TABLE res_users ADD COLUMN share boolean;
		CREATE TABLE res_company (id int, partner_id int);
		INSERT INTO res_company VALUES (1, 50);
		INSERT INTO res_users VALUES (5, 51, TRUE), (6, 52, FALSE);
		UPDATE res_partner SET supplier_rank = 2 WHERE id = 40;
		INSERT INTO res_partner (id, name, is_company, active, customer_rank, employee, type) VALUES
		  (50, 'Our own company', TRUE, TRUE, 0, FALSE, 'contact'), (51, 'Has a portal login', FALSE, TRUE, 0, FALSE, 'contact'), (52, 'Works here', FALSE, TRUE, 0, FALSE, 'contact'),
		  (53, 'New', TRUE, TRUE, 0, NULL, NULL), (54, 'New once', TRUE, FALSE, 0, FALSE, 'contact'), (55, 'At home', FALSE, TRUE, 0, FALSE, 'private'), (56, 'Employee', FALSE, TRUE, 0, TRUE, 'contact');
		INSERT INTO res_partner (id, name, parent_id, commercial_partner_id, is_company, active, type, customer_rank) VALUES (57, 'At the new one', 53, 53, FALSE, TRUE, 'contact', 0);`
	onEachEngine(t, func(t *testing.T, database func(string) *erp.DB) {
		db := database(script)
		without, _ := collect(t, openSnapshot(t, Odoo, db, Options{}).Customers(context.Background()))
		if want := []string{"10", "20", "30"}; !reflect.DeepEqual(ids(without), want) {
			t.Errorf("customers = %q, want %q", ids(without), want)
		}
		snap := openSnapshot(t, Odoo, db, Options{IncludeProspects: true})
		customers, _ := collect(t, snap.Customers(context.Background()))
		// Mitchell Admin (3) works here.
		if want := []string{"10", "20", "30", "51", "53"}; !reflect.DeepEqual(ids(customers), want) {
			t.Errorf("customers and prospects = %q, want %q", ids(customers), want)
		}
		contacts, _ := collect(t, snap.Contacts(context.Background()))
		if last := contacts[len(contacts)-2]; last.ID != "57" || last.CustomerID != "53" {
			t.Errorf("contacts = %+v", contacts)
		}
	})
}

// Without the module account nobody has a rank.
func TestOdooProspectsWithoutTheModuleAccount(t *testing.T) {
	db := sqliteERP(t, `CREATE TABLE res_partner (id int, name text, parent_id int, is_company boolean, active boolean); INSERT INTO res_partner VALUES (1, 'New', NULL, TRUE, TRUE), (2, 'Zoé', 1, FALSE, TRUE)`)
	snap := openSnapshot(t, Odoo, db, Options{IncludeProspects: true})
	customers, _ := collect(t, snap.Customers(context.Background()))
	contacts, _ := collect(t, snap.Contacts(context.Background()))
	if len(customers) != 1 || customers[0].ID != "1" || len(contacts) != 1 || contacts[0].CustomerID != "1" {
		t.Errorf("customers %+v, contacts %+v", customers, contacts)
	}
}

func TestOdooAttributes(t *testing.T) {
	onEachEngine(t, func(t *testing.T, database func(string) *erp.DB) {
		db := database(odooSchema + `ALTER TABLE res_partner ADD COLUMN x_zone varchar; UPDATE res_partner SET x_zone = 'SUD' WHERE id = 10; UPDATE res_partner SET x_zone = ' ' WHERE id = 20;`)
		customers, _ := collect(t, openSnapshot(t, Odoo, db, Options{Attributes: map[string]string{"zone": "X_Zone", "rank": "customer_rank"}}).Customers(context.Background()))
		for i, want := range []map[string]string{{"zone": "SUD", "rank": "3"}, {"rank": "1"}, {"rank": "1"}} {
			if !reflect.DeepEqual(customers[i].Attributes, want) {
				t.Errorf("customer %s has %v, want %v", customers[i].ID, customers[i].Attributes, want)
			}
		}
		source, err := New(Odoo, db, Options{Attributes: map[string]string{"zone": "x_zones"}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = source.Open(context.Background())
		var missing *MissingError
		if !errors.As(err, &missing) || missing.Table != "res_partner" || !strings.Contains(err.Error(), "attribute zone: column x_zones of table res_partner: not there") {
			t.Errorf("err = %v", err)
		}
	})
}

func TestTranslated(t *testing.T) {
	for _, c := range [][3]string{
		{`{"en_US": "Gold", "fr_FR": "Or"}`, "fr_FR", "Or"},
		{`{"en_US": "Gold", "fr_FR": "Or"}`, "it_IT", "Gold"},
		{`{"en_US": "Gold", "fr_FR": ""}`, "fr_FR", "Gold"},
		{`{"nl_BE": "Goud", "de_DE": "Gold"}`, "", "Gold"},
		{`{"not": 1}`, "", `{"not": 1}`},
		{`{braces}`, "fr_FR", `{braces}`},
		{``, "fr_FR", ``},
		{`{}`, "fr_FR", ``},
	} {
		if got := translated(c[0], c[1]); got != c[2] {
			t.Errorf("%s in %q: %q, want %q", c[0], c[1], got, c[2])
		}
	}
}

// A database as Odoo 17 makes it, whose texts in several languages are jsonb.
func TestOdooDatabase(t *testing.T) {
	dsn, raw, schema := erpshape.Postgres(t)
	if err := erpshape.LoadOdoo(t.Context(), raw, schema); err != nil {
		t.Fatal(err)
	}
	if _, err := raw.Exec(`
		CREATE TABLE res_partner_category (id int4 PRIMARY KEY, name jsonb NOT NULL, active boolean);
		CREATE TABLE res_partner_res_partner_category_rel (partner_id int4, category_id int4);
		INSERT INTO res_partner_category VALUES (1, '{"en_US": "Gold", "fr_FR": "Or"}', TRUE);
		INSERT INTO res_partner_res_partner_category_rel VALUES (10, 1);
		UPDATE res_partner SET lang = 'fr_FR' WHERE id = 1;`); err != nil {
		t.Fatal(err)
	}
	snap := openSnapshot(t, Odoo, openERP(t, catalog.Postgres, dsn, []string{schema}), Options{Company: 1, IncludeProspects: true, Attributes: map[string]string{"limit": "debit_limit"}})
	customers, problems := collect(t, snap.Customers(context.Background()))
	contacts, more := collect(t, snap.Contacts(context.Background()))
	if problems != nil || more != nil {
		t.Errorf("problems: %q, %q", problems, more)
	}
	if want := []string{"10", "11", "12", "13", "14", "15", "16", "17", "18", "19", "21"}; !reflect.DeepEqual(ids(customers), want) {
		t.Fatalf("customers = %q, want %q", ids(customers), want)
	}
	alpha := customers[0]
	if alpha.Code != "C010" || alpha.Country != "FR" || alpha.Representative != "Anne Martin" || !reflect.DeepEqual(alpha.Tags, []string{"Or"}) || alpha.Attributes["limit"] != "5010" {
		t.Errorf("Alpha = %+v", alpha)
	}
	if branch := customers[1]; branch.ParentID != "10" {
		t.Errorf("the branch = %+v", branch)
	}
	if len(contacts) != 12 || contacts[0].ID != "100" || contacts[0].CustomerID != "10" {
		t.Errorf("%d contacts: %+v", len(contacts), contacts)
	}
	if f, err := snap.Fingerprint(context.Background()); err != nil || f.Value != "odoo:"+erpshape.OdooUUID {
		t.Errorf("fingerprint = %+v, %v", f, err)
	}
}
