package erpsource

import (
	"context"
	"reflect"
	"testing"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp"
)

func TestDeliveryAddresses(t *testing.T) {
	onEachEngine(t, func(t *testing.T, database func(string) *erp.DB) {
		snap := openSnapshot(t, Sage100, database(sageSchema+`
			CREATE TABLE F_LIVRAISON (CT_Num varchar(17), LI_No int, LI_Intitule varchar(35), LI_Adresse varchar(35), LI_Complement varchar(35), LI_Ville varchar(35), LI_Principal smallint);
			INSERT INTO F_COMPTET (cbMarq, CT_Num, CT_Intitule, CT_Type) VALUES (1, 'ALPHA', 'Alpha', 0), (2, 'BETA', 'Beta', 0);
			INSERT INTO F_LIVRAISON VALUES ('ALPHA', 8, 'Dépôt', '1 rue B', 'Porte 2', 'Lyon', 0), ('ALPHA', 7, 'Magasin', '', NULL, 'Béziers', 1), ('FOURN', 9, 'x', '', '', '', 1);`), Options{})
		customers, _ := collect(t, snap.Customers(context.Background()))
		want := []directory.Address{{ID: "7", Name: "Magasin", City: "Béziers", Main: true}, {ID: "8", Name: "Dépôt", Address: "1 rue B\nPorte 2", City: "Lyon"}}
		if len(customers) != 2 || !reflect.DeepEqual(customers[0].Addresses, want) || customers[1].Addresses != nil {
			t.Errorf("customers %+v", customers)
		}

		snap = openSnapshot(t, Odoo, database(`
			CREATE TABLE res_partner (id int, name varchar(80), parent_id int, commercial_partner_id int, customer_rank int, is_company boolean, active boolean, type varchar(20), city varchar(20));
			INSERT INTO res_partner VALUES (1, 'Alpha', NULL, 1, 1, TRUE, TRUE, 'contact', 'Lyon'), (2, 'Dock', 1, 1, 0, FALSE, TRUE, 'delivery', 'Lille'), (3, 'Closed', 1, 1, 0, FALSE, FALSE, 'delivery', 'Nice'), (4, 'Durand', 1, 1, 0, FALSE, TRUE, 'contact', '');`), Options{})
		customers, _ = collect(t, snap.Customers(context.Background()))
		contacts, _ := collect(t, snap.Contacts(context.Background()))
		if len(customers) != 1 || !reflect.DeepEqual(customers[0].Addresses, []directory.Address{{ID: "2", Name: "Dock", City: "Lille"}}) || len(contacts) != 1 {
			t.Errorf("customers %+v, contacts %+v", customers, contacts)
		}
	})
}

func TestDolibarrPortalAccounts(t *testing.T) {
	onEachEngine(t, func(t *testing.T, database func(string) *erp.DB) {
		snap := openSnapshot(t, Dolibarr, database(`CREATE TABLE llx_societe (rowid int, nom varchar(80), client int, entity int); CREATE TABLE llx_socpeople (rowid int, fk_soc int, entity int);
			CREATE TABLE llx_societe_account (rowid int, fk_soc int, login varchar(80), site varchar(80), status int);
			INSERT INTO llx_societe VALUES (2, 'Alpha', 1, 1), (3, 'Beta', 1, 1);
			INSERT INTO llx_societe_account VALUES (1, 2, 'alpha', 'dolibarr_portal', 1), (2, 3, 'beta', 'dolibarr_portal', 0), (3, 3, 'cus_1', 'stripe', 1);`), Options{})
		customers, _ := collect(t, snap.Customers(context.Background()))
		if len(customers) != 2 || customers[0].Attributes["portal_login"] != "alpha" || customers[1].Attributes["portal_login"] != "" {
			t.Errorf("customers %+v", customers)
		}
	})
}
