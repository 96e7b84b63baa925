package view

import (
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/profiles"
)

// atSite gives a profile with the names that its tables have in this database.
func atSite(p *profiles.Profile, cat *catalog.Catalog) (*profiles.Profile, error) {
	if p.ERP != "dolibarr" {
		return p, nil
	}
	prefix, found, err := cat.DolibarrPrefix()
	if err != nil || !found { // where none is found, each table says that it is missing
		return p, err
	}
	return p.Under(prefix), nil
}
