package erpsource

import (
	"encoding/json"
	"strings"

	"github.com/vantelle/vantelle/internal/directory"
)

// addressLookup is the name of the lookup that gives a customer's delivery
// addresses, as JSON.
const addressLookup = "delivery addresses"

// addressColumns are the parts of an address, in the order of their texts.
type addressColumns struct{ id, name, line1, line2, postalCode, city, country, contact, phone, main string }

// addressesOf is the lookup of a table's addresses by the customer who owns
// them. Columns are expressions that give text.
func addressesOf(owner string, c addressColumns, from string) lookup {
	columns := []string{owner, c.id, c.name, c.line1, c.line2, c.postalCode, c.city, c.country, c.contact, c.phone, c.main}
	for i, x := range columns {
		if x == "" {
			columns[i] = "NULL"
		}
	}
	return lookup{name: addressLookup, value: addressText, sql: "SELECT " + strings.Join(columns, ", ") + " FROM " + from}
}

func addressText(parts []string) string {
	text, err := json.Marshal(directory.Address{ID: parts[0], Name: parts[1], Address: lines(parts[2], parts[3]), PostalCode: parts[4],
		City: parts[5], Country: parts[6], Contact: parts[7], Phone: parts[8], Main: parts[9] != "" && parts[9] != "0"})
	if err != nil {
		return "" // it is made of clean texts, which can always be written
	}
	return string(text)
}

// addresses are the customer's delivery addresses.
func (r *row) addresses() []directory.Address {
	var all []directory.Address
	for _, text := range r.all(addressLookup, r.id) {
		var a directory.Address
		if json.Unmarshal([]byte(text), &a) == nil {
			all = append(all, a)
		}
	}
	return all
}

// sageAddresses reads F_LIVRAISON, where the login may.
func sageAddresses(s *shape) []lookup {
	t := s.table("F_LIVRAISON", "a")
	if !t.has("CT_Num") || !t.has("LI_No") {
		return nil
	}
	return []lookup{addressesOf(t.text("CT_Num"), addressColumns{id: t.text("LI_No"), name: t.opt("LI_Intitule"), line1: t.opt("LI_Adresse"), line2: t.opt("LI_Complement"),
		postalCode: t.opt("LI_CodePostal"), city: t.opt("LI_Ville"), country: t.opt("LI_Pays"), contact: t.opt("LI_Contact"), phone: t.opt("LI_Telephone"), main: t.opt("LI_Principal")}, t.from())}
}

// odooAddresses reads the partners of the type delivery.
func odooAddresses(s *shape) []lookup {
	t := s.table("res_partner", "a")
	if !t.has("type") {
		return nil
	}
	owner := t.col("parent_id")
	if t.has("commercial_partner_id") {
		owner = "COALESCE(" + t.col("commercial_partner_id") + ", " + owner + ")"
	}
	from := t.from() + " WHERE " + t.col("type") + " = 'delivery' AND " + t.col("parent_id") + " IS NOT NULL AND " + t.flag("active", "TRUE")
	return []lookup{addressesOf(s.db.AsText(owner), addressColumns{id: t.text("id"), name: t.opt("name"), line1: t.opt("street"), line2: t.opt("street2"),
		postalCode: t.opt("zip"), city: t.opt("city"), phone: t.opt("phone")}, from)}
}

// dolibarrAccounts reads who has an account of Dolibarr's own portal, where the
// login may: it becomes the attribute portal_login.
func dolibarrAccounts(s *shape, prefix string) []lookup {
	t := s.table(prefix+"societe_account", "ac")
	if !t.has("fk_soc") || !t.has("login") || !t.has("site") || !t.has("status") {
		return nil
	}
	return []lookup{{name: "portal accounts", decides: true, sql: "SELECT " + t.text("fk_soc") + ", " + t.text("login") + " FROM " + t.from() +
		" WHERE " + t.col("site") + " = 'dolibarr_portal' AND " + t.col("status") + " = 1"}}
}
