package setup

import (
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/sync/erpsource"
)

// Recognised is an ERP that a database holds.
type Recognised struct {
	ERP    string
	Prefix string   // dolibarr: what its tables' names begin with
	Signs  []string // the tables by which it was recognised
}

// Recognise finds the ERPs that a database holds by tables that each has and
// others do not: as a rule one, none where the login may not read them, and
// several where Dolibarrs share a database.
func Recognise(cat *catalog.Catalog) []Recognised {
	var all []Recognised
	add := func(r Recognised) {
		for _, sign := range r.Signs {
			if cat.Table("", sign) == nil {
				return
			}
		}
		all = append(all, r)
	}
	add(Recognised{ERP: erpsource.Sage100, Signs: []string{"F_COMPTET", "P_DOSSIER"}})
	add(Recognised{ERP: erpsource.Odoo, Signs: []string{"res_partner", "ir_config_parameter"}})
	for _, prefix := range cat.DolibarrPrefixes() {
		add(Recognised{ERP: erpsource.Dolibarr, Prefix: prefix, Signs: []string{prefix + "societe", prefix + "socpeople"}})
	}
	return all
}
