package erpsource

import (
	"slices"
	"strings"
	"unicode"
)

// deciding are, by kind of ERP and table, the columns by which a reading decides who
// is a customer, whose contact somebody is, whom they belong to and what attributes row
// conditions know, in small letters; "*" is every column. Dolibarr's tables are named
// without their prefix.
var deciding = map[string]map[string][]string{
	Sage100: {
		"f_comptet":  {"ct_num", "ct_type", "ct_prospect", "ct_sommeil", "ct_numpayeur", "ct_numcentrale", "n_cattarif", "cbmarq"},
		"f_contactt": {"ct_num", "ct_no"},
	},
	Dolibarr: {
		"societe":           {"rowid", "code_client", "client", "status", "parent", "entity", "price_level"},
		"socpeople":         {"rowid", "fk_soc", "statut", "priv", "entity"},
		"categorie_societe": {"*"}, "categorie": {"*"}, "societe_account": {"*"},
	},
	Odoo: {
		"res_partner": {"id", "ref", "active", "customer_rank", "supplier_rank", "employee", "type", "parent_id", "commercial_partner_id", "is_company", "company_id"},
		"res_company": {"*"}, "res_users": {"*"}, "res_partner_category": {"*"}, "res_partner_res_partner_category_rel": {"*"},
	},
}

// attributeTables hold what an operator's attributes are columns of.
var attributeTables = map[string][]string{Sage100: {"f_comptet"}, Dolibarr: {"societe", "societe_extrafields"}, Odoo: {"res_partner"}}

// Deciding gives a test for the columns of a dossier that decide, through its
// synchronisation, what customers see: who wrote such a column would choose. Of an ERP
// that is read by an operator's own queries they are those that the queries name.
func Deciding(kind string, o Options) func(table, column string) bool {
	if kind == Custom {
		words := strings.FieldsFunc(strings.ToLower(o.Custom.Customers.SQL+"\n"+o.Custom.Contacts.SQL), func(c rune) bool {
			return c != '_' && !unicode.IsLetter(c) && !unicode.IsDigit(c)
		})
		return func(table, column string) bool {
			every := strings.Contains(o.Custom.Customers.SQL+o.Custom.Contacts.SQL, "*")
			return slices.Contains(words, strings.ToLower(table)) && (every || slices.Contains(words, strings.ToLower(column)))
		}
	}
	return func(table, column string) bool {
		table, column = strings.ToLower(table), strings.ToLower(column)
		is := func(name string) bool { return table == name || kind == Dolibarr && strings.HasSuffix(table, "_"+name) }
		for name, list := range deciding[kind] {
			if is(name) && (list[0] == "*" || slices.Contains(list, column)) {
				return true
			}
		}
		for _, chosen := range o.Attributes {
			if strings.EqualFold(chosen, column) && slices.ContainsFunc(attributeTables[kind], is) {
				return true
			}
		}
		return false
	}
}
