package erpsource

import (
	"strings"
	"testing"
)

func TestOptionsThatDoNotFit(t *testing.T) {
	query := func(fields map[string]string) CustomQuery { return CustomQuery{SQL: "SELECT 1", Fields: fields} }
	people := query(map[string]string{"id": "no", "customer_id": "num", "last_name": "nom"})
	for name, c := range map[string]struct {
		kind string
		opts Options
		want []string
	}{
		"nothing at all":               {Sage100, Options{}, nil},
		"everything a dolibarr has":    {Dolibarr, Options{TablesPrefix: "x_", Entities: []int64{1, 3}, IncludeProspects: true, Attributes: map[string]string{"a_1": "b"}}, nil},
		"an odoo's company":            {Odoo, Options{Company: 3}, nil},
		"a custom ERP":                 {Custom, Options{Custom: CustomQueries{Customers: query(map[string]string{"id": "a", "name": "b"}), Contacts: people}}, nil},
		"a company elsewhere":          {Sage100, Options{Company: 1}, []string{"company: only an odoo"}},
		"a company below one":          {Odoo, Options{Company: -1}, []string{"company: the id"}},
		"a dolibarr's options":         {Odoo, Options{TablesPrefix: "x_", Entities: []int64{1}}, []string{"tables_prefix: only", "entities: only"}},
		"an entity below one":          {Dolibarr, Options{Entities: []int64{1, 0}}, []string{"entities: the number of an entity is at least 1, not 0"}},
		"names that no filter spells":  {Sage100, Options{Attributes: map[string]string{"Zone": "a", "1a": "b", "": "c", "ok": " "}}, []string{`"Zone"`, `"1a"`, `""`, "attributes.ok: name a column"}},
		"SELECTs for another kind":     {Sage100, Options{Custom: CustomQueries{Customers: query(nil)}}, []string{"custom: is for"}},
		"a custom ERP without SELECTs": {Custom, Options{}, []string{"custom.customers.sql: give", "custom.customers.fields.id: name", "custom.customers.fields.name: name", "custom.contacts.sql: give", "custom.contacts.fields.id: name", "custom.contacts.fields.customer_id: name", "custom.contacts.fields.last_name: name"}},
		"a SELECT of nothing":          {Custom, Options{Custom: CustomQueries{Customers: CustomQuery{SQL: " ;\n", Fields: map[string]string{"id": "a", "name": "b"}}, Contacts: people}}, []string{"custom.customers.sql: give"}},
		"fields that are none": {Custom, Options{Custom: CustomQueries{Customers: query(map[string]string{"id": "a", "name": "b", "mail": "c", "email": ""}), Contacts: people}},
			[]string{"custom.customers.fields.mail: there is no such field; there are address, city, code", "custom.customers.fields.email: name a column"}},
		"prospects of a custom ERP": {Custom, Options{IncludeProspects: true, Custom: CustomQueries{Customers: query(map[string]string{"id": "a", "name": "b"}), Contacts: people}}, []string{"include_prospects: "}},
	} {
		t.Run(name, func(t *testing.T) {
			err := c.opts.validate(c.kind)
			if (err == nil) != (c.want == nil) {
				t.Fatalf("err = %v", err)
			}
			if err != nil && len(c.want) != strings.Count(err.Error(), "\n")+1 {
				t.Errorf("%d mistakes, want %d: %v", strings.Count(err.Error(), "\n")+1, len(c.want), err)
			}
			for _, part := range c.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("no %q in %v", part, err)
				}
			}
		})
	}
}
