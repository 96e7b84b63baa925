package erpsource

import "testing"

func TestWhatDecidesWhoACustomerIs(t *testing.T) {
	custom := Options{Custom: CustomQueries{Customers: CustomQuery{SQL: "SELECT c.code, c.zone FROM clients c"}, Contacts: CustomQuery{SQL: "SELECT id, firm FROM people"}}}
	every := Options{Custom: CustomQueries{Customers: CustomQuery{SQL: "SELECT * FROM clients"}}}
	for _, c := range []struct {
		kind          string
		options       Options
		table, column string
		want          bool
	}{
		{Sage100, Options{}, "F_COMPTET", "CT_NumPayeur", true}, {Sage100, Options{}, "F_COMPTET", "CT_Adresse", false},
		{Sage100, Options{Attributes: map[string]string{"zone": "CT_Statistique01"}}, "F_COMPTET", "CT_Statistique01", true}, {Sage100, Options{}, "F_COMPTET", "CT_Statistique01", false},
		{Sage100, Options{Attributes: map[string]string{"zone": "CT_Statistique01"}}, "F_DOCENTETE", "CT_Statistique01", false},
		{Dolibarr, Options{}, "llx_societe", "parent", true}, {Dolibarr, Options{}, "llx_societe", "town", false}, {Dolibarr, Options{}, "llx_categorie_societe", "fk_soc", true},
		{Dolibarr, Options{Attributes: map[string]string{"zone": "zone"}}, "x_societe_extrafields", "zone", true},
		{Odoo, Options{}, "res_partner", "commercial_partner_id", true}, {Odoo, Options{}, "res_partner", "street", false}, {Odoo, Options{}, "res_partner_category", "name", true},
		{Custom, custom, "Clients", "Zone", true}, {Custom, custom, "clients", "town", false}, {Custom, custom, "orders", "code", false}, {Custom, custom, "people", "firm", true},
		{Custom, every, "clients", "anything", true}, {Custom, Options{}, "clients", "code", false},
	} {
		if got := Deciding(c.kind, c.options)(c.table, c.column); got != c.want {
			t.Errorf("%s %v: %s.%s: %t", c.kind, c.options, c.table, c.column, got)
		}
	}
}
