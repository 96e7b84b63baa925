package erpsource

import (
	"context"
	"reflect"
	"testing"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp"
)

const odooSchema = `
CREATE TABLE res_partner (id int PRIMARY KEY, name varchar, ref varchar, parent_id int, commercial_partner_id int, is_company boolean, active boolean,
  type varchar, customer_rank int, company_id int, street varchar, street2 varchar, zip varchar, city varchar, country_id int, vat varchar,
  company_registry varchar, email varchar, phone varchar, mobile varchar, function varchar, user_id int);
CREATE TABLE res_country (id int PRIMARY KEY, code varchar);
CREATE TABLE res_users (id int PRIMARY KEY, partner_id int);
INSERT INTO res_country VALUES (75, 'FR');
INSERT INTO res_users VALUES (2, 3);
INSERT INTO res_partner (id, name, is_company, active) VALUES (3, 'Mitchell Admin', FALSE, TRUE);
INSERT INTO res_partner VALUES
  (10, 'Azure', 'AZ', NULL, 10, TRUE, TRUE, 'contact', 3, NULL, '1 street', NULL, '69001', 'Lyon', 75, 'FR1', '123', 'az@example.com', '04', NULL, NULL, 2),
  (9, 'Brandon', NULL, 10, 10, FALSE, TRUE, 'contact', 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'b@example.com', '05', '06', 'Buyer', NULL),
  (11, 'Below Brandon', NULL, 9, 10, FALSE, NULL, NULL, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (12, 'Invoice address', NULL, 10, 10, FALSE, TRUE, 'invoice', 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (13, 'Archived', NULL, 10, 10, FALSE, FALSE, 'contact', 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (20, 'Subsidiary', NULL, 10, 20, TRUE, FALSE, 'contact', 1, 2, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (21, 'At the subsidiary', NULL, 20, 20, FALSE, TRUE, 'contact', 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (30, 'Person', NULL, NULL, 30, FALSE, TRUE, 'contact', 1, 1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (40, 'Vendor', NULL, NULL, 40, TRUE, TRUE, 'contact', 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (41, 'At the vendor', NULL, 40, 40, FALSE, TRUE, 'contact', 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
`

func TestOdoo(t *testing.T) {
	onEachEngine(t, func(t *testing.T, database func(string) *erp.DB) {
		db := database(odooSchema)
		snap := openSnapshot(t, Odoo, db, Options{})
		customers, problems := collect(t, snap.Customers(context.Background()))
		contacts, more := collect(t, snap.Contacts(context.Background()))
		if problems != nil || more != nil {
			t.Errorf("problems: %q, %q", problems, more)
		}
		if len(customers) != 3 {
			t.Fatalf("customers = %+v", customers)
		}
		for i := range customers {
			customers[i].Hash, customers[i].Stamp = "", ""
		}
		if want := (directory.Customer{ID: "10", Code: "AZ", Name: "Azure", Email: "az@example.com", Phone: "04", Address: "1 street", PostalCode: "69001", City: "Lyon",
			Country: "FR", VAT: "FR1", RegistrationNo: "123", State: directory.CustomerActive, Representative: "Mitchell Admin", TechnicalID: "10"}); !reflect.DeepEqual(customers[0], want) {
			t.Errorf("got  %+v\nwant %+v", customers[0], want)
		}
		if c := customers[1]; c.ID != "20" || c.Code != "#20" || c.ParentID != "10" || c.State != directory.CustomerDormant {
			t.Errorf("subsidiary = %+v", c)
		}
		if c := customers[2]; c.ID != "30" || c.State != directory.CustomerActive {
			t.Errorf("person = %+v", c)
		}
		var owners [][2]string
		for _, c := range contacts {
			owners = append(owners, [2]string{c.ID, c.CustomerID})
		}
		if want := [][2]string{{"11", "10"}, {"21", "20"}, {"9", "10"}}; !reflect.DeepEqual(owners, want) {
			t.Errorf("contacts = %q, want %q", owners, want)
		}
		if c := contacts[2]; c.LastName != "Brandon" || c.Function != "Buyer" || c.Mobile != "06" || c.Phone != "05" || c.Email != "b@example.com" {
			t.Errorf("contact = %+v", c)
		}
		if c, p, err := snap.Expected(context.Background()); c != 3 || p != 3 || err != nil {
			t.Errorf("expected %d, %d, %v", c, p, err)
		}
		if f, err := snap.Fingerprint(context.Background()); f != (directory.Fingerprint{}) || err != nil {
			t.Errorf("fingerprint without its table: %+v, %v", f, err)
		}
	})
}

func TestOdooCompanyFilter(t *testing.T) {
	onEachEngine(t, func(t *testing.T, database func(string) *erp.DB) {
		snap := openSnapshot(t, Odoo, database(odooSchema), Options{Company: 1})
		customers, _ := collect(t, snap.Customers(context.Background()))
		contacts, _ := collect(t, snap.Contacts(context.Background()))
		var ids []string
		for _, c := range customers {
			ids = append(ids, c.ID)
		}
		for _, c := range contacts {
			ids = append(ids, c.ID)
		}
		if want := []string{"10", "30", "11", "9"}; !reflect.DeepEqual(ids, want) {
			t.Errorf("ids = %q, want %q", ids, want)
		}
	})
}

func TestOdooFingerprint(t *testing.T) {
	onEachEngine(t, func(t *testing.T, database func(string) *erp.DB) {
		snap := openSnapshot(t, Odoo, database(odooSchema+`
			CREATE TABLE ir_config_parameter (id int, key varchar, value text);
			INSERT INTO ir_config_parameter VALUES (1, 'web.base.url', 'x'), (2, 'database.uuid', 'ABC-1');
			CREATE TABLE res_company (id int, name varchar); INSERT INTO res_company VALUES (2, 'Second'), (1, 'First');`), Options{})
		f, err := snap.Fingerprint(context.Background())
		if want := (directory.Fingerprint{Value: "odoo:abc-1", Label: "First (ABC-1)"}); f != want || err != nil {
			t.Errorf("fingerprint = %+v, %v", f, err)
		}
	})
}
