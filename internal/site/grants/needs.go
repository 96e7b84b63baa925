package grants

import (
	"cmp"
	"slices"

	"github.com/vantelle/vantelle/filter/authorize"
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
		names := []string{"societe", "socpeople", "c_country", "societe_commerciaux", "user", "categorie_societe", "categorie", "societe_extrafields", "societe_account", "const"}
		for i, name := range names {
			names[i] = prefix + name
		}
		return names
	}
	return nil
}

// Need is a table that a login must be able to read, and perhaps to write.
type Need struct {
	Table *catalog.Table
	// Columns are the only ones that it needs, where the others hold
	// credentials; nil for all of them.
	Columns []string

	// What the profile lets customers write. Update names the columns.
	Insert, Delete bool
	Update         []string
	// Locked says that a write locks rows of the table: those that it changes,
	// points at, or that let it through.
	Locked bool
}

// credentialColumns are what the synchronisation reads of a table that holds
// people's passwords as well.
func credentialColumns(kind, prefix string, t *catalog.Table) []string {
	wanted := map[string][]string{
		erpsource.Odoo + " res_users":                         {"id", "partner_id", "share"},
		erpsource.Dolibarr + " " + prefix + "user":            {"rowid", "login", "firstname", "lastname"},
		erpsource.Dolibarr + " " + prefix + "societe_account": {"fk_soc", "login", "site", "status"},
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
// row filters look into; and what customers may write of them.
// A view may be nil, where there is no profile yet.
func Needs(cat *catalog.Catalog, kind string, views ...*view.View) []Need {
	prefix, found, _ := cat.DolibarrPrefix()
	if kind == erpsource.Dolibarr && !found { // none, or several: until the dossier says which, nothing is read of any
		kind = ""
	}
	needed := map[*catalog.Table]*Need{}
	need := func(t *catalog.Table) *Need {
		if needed[t] == nil {
			needed[t] = &Need{Table: t}
		}
		return needed[t]
	}
	for _, name := range sourceTables(kind, prefix) {
		if t := cat.Table("", name); t != nil {
			need(t).Columns = credentialColumns(kind, prefix, t)
		}
	}
	for _, v := range views {
		if v == nil {
			continue
		}
		for _, t := range v.Tables {
			need(t.Catalog).Columns = nil
			for _, read := range readBy(t.Policy) {
				need(read).Columns = nil
			}
			if t.Writes != nil {
				writing(need, t)
			}
		}
	}
	var all []Need
	for _, n := range needed {
		all = append(all, *n)
	}
	slices.SortFunc(all, func(a, b Need) int {
		return cmp.Or(cmp.Compare(a.Table.Schema, b.Table.Schema), cmp.Compare(a.Table.Name, b.Table.Name))
	})
	return all
}

// readBy gives the tables that a row filter looks into.
func readBy(policy *querytree.Policy) []*catalog.Table {
	var all []*catalog.Table
	querytree.WalkExpr(policy.Where, querytree.Visitor{Source: func(s querytree.Source) {
		switch s := s.(type) {
		case *querytree.RawScan:
			all = append(all, s.Table)
		case *querytree.Self:
			all = append(all, s.Table)
		}
	}})
	return all
}

// writing adds what writes of a table need.
func writing(need func(*catalog.Table) *Need, t *view.Table) {
	n := need(t.Catalog)
	n.Insert, n.Delete, n.Locked = n.Insert || t.Writes.Insert, n.Delete || t.Writes.Delete, true
	if t.Writes.Update {
		for _, c := range t.Visible.Columns {
			if authorize.Writable(t, c, querytree.Update) && !slices.Contains(n.Update, c.Name) {
				n.Update = append(n.Update, c.Name)
			}
		}
	}
	for _, read := range readBy(t.Writes.Policy) {
		need(read).Locked = true
	}
	for _, reference := range t.Writes.References {
		if reference.To == nil {
			continue
		}
		need(reference.To.Catalog).Locked = true
		for _, read := range readBy(reference.To.Policy) {
			need(read).Locked = true
		}
	}
}
