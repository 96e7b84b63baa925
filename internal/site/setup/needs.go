package setup

import (
	"cmp"
	"slices"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/sync/erpsource"
)

// sourceTables are what the synchronisation of a kind of ERP reads, those
// that a dossier may lack included. A test takes all others away and sees that
// the synchronisation reads the same.
func sourceTables(kind, prefix string) []string {
	switch kind {
	case erpsource.Sage100:
		return []string{"P_DOSSIER", "F_COMPTET", "F_CONTACTT", "F_COLLABORATEUR", "P_STATISTIQUE", "P_CATTARIF", "F_FAMCLIENT", "F_FAMILLE"}
	case erpsource.Odoo:
		return []string{"res_partner", "res_company", "res_users", "res_country", "ir_config_parameter",
			"res_partner_category", "res_partner_res_partner_category_rel"}
	case erpsource.Dolibarr:
		names := []string{"societe", "socpeople", "c_country", "societe_commerciaux", "user", "categorie_societe", "categorie", "societe_extrafields", "const"}
		for i, name := range names {
			names[i] = prefix + name
		}
		return names
	}
	return nil
}

// Need is a table that a login must be able to read.
type Need struct {
	Table *catalog.Table
	// Columns are the only ones that it needs, where the others hold
	// credentials; nil for all of them.
	Columns []string
}

// credentialColumns are what the synchronisation reads of a table that holds
// people's passwords as well.
func credentialColumns(kind, prefix string, t *catalog.Table) []string {
	wanted := map[string][]string{
		erpsource.Odoo + " res_users":              {"id", "partner_id", "share"},
		erpsource.Dolibarr + " " + prefix + "user": {"rowid", "login", "firstname", "lastname"},
	}[kind+" "+t.Name]
	var columns []string
	for _, name := range wanted {
		if c := t.Column(name); c != nil {
			columns = append(columns, c.Name)
		}
	}
	return columns
}

// Needs gives the tables that a login must be able to read, sorted: those that
// the synchronisation reads, those that the profile shows, and those that its
// row filters look into. v may be nil where there is no profile yet.
func Needs(cat *catalog.Catalog, kind, prefix string, v *view.View) []Need {
	needed := map[*catalog.Table][]string{}
	for _, name := range sourceTables(kind, prefix) {
		if t := cat.Table("", name); t != nil {
			needed[t] = credentialColumns(kind, prefix, t)
		}
	}
	if v != nil {
		for _, t := range v.Tables {
			needed[t.Catalog] = nil
			querytree.WalkExpr(t.Policy.Where, querytree.Visitor{Source: func(s querytree.Source) {
				switch s := s.(type) {
				case *querytree.RawScan:
					needed[s.Table] = nil
				case *querytree.Self:
					needed[s.Table] = nil
				}
			}})
		}
	}
	var all []Need
	for t, columns := range needed {
		all = append(all, Need{t, columns})
	}
	slices.SortFunc(all, func(a, b Need) int {
		return cmp.Or(cmp.Compare(a.Table.Schema, b.Table.Schema), cmp.Compare(a.Table.Name, b.Table.Name))
	})
	return all
}
