package erpshape

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"
	"maps"
	"strings"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

//go:embed dolibarr20.sql
var dolibarrSchema string

// Third parties of the Dolibarr database, by llx_societe.rowid.
const (
	DolibarrAlpha    = 2 // customer CU-ALPHA: two representatives, two tags, an extra field
	DolibarrBeta     = 3 // customer and prospect, below Alpha
	DolibarrNoCode   = 4 // code_client is NULL
	DolibarrEmpty    = 5 // empty texts, and code_client too
	DolibarrNulls    = 6 // NULL wherever a value may be NULL
	DolibarrUnicode  = 7 // letters beyond every code page
	DolibarrNeil     = 8 // quotes of both kinds in the name
	DolibarrClosed   = 9 // status 0
	DolibarrOmega    = 10
	DolibarrProspect = 20
	DolibarrSupplier = 21 // no customer, but its code_fournisseur is Alpha's code
	DolibarrOther    = 22 // a customer of entity 2
)

// DolibarrCustomers are the customers of entity 1, by rowid.
func DolibarrCustomers() []int {
	return []int{DolibarrAlpha, DolibarrBeta, DolibarrNoCode, DolibarrEmpty, DolibarrNulls, DolibarrUnicode, DolibarrNeil, DolibarrClosed, DolibarrOmega}
}

// LoadDolibarr makes a small Dolibarr database in an empty one, or in an empty
// schema of PostgreSQL: every table that a portal meets, with the third
// parties, contacts, users, tags and settings of two companies in it. prefix
// is what the names of its tables begin with, llx_ as a rule.
func LoadDolibarr(ctx context.Context, db *sql.DB, dialect catalog.Engine, schema, prefix string, more ...func(*Rows)) error {
	return MakeDolibarr(ctx, db, Options{Engine: dialect, Schema: schema, Prefix: prefix}, more...)
}

// MakeDolibarr is LoadDolibarr on any engine.
func MakeDolibarr(ctx context.Context, db *sql.DB, o Options, more ...func(*Rows)) error {
	named := func(table string) string { return strings.Replace(table, "llx_", o.Prefix, 1) }
	fill := func(l *loader) {
		rows := map[string]int{}
		for _, r := range dolibarrRows() {
			rows[r.table]++
			if _, given := r.row["rowid"]; !given && r.table != "llx_categorie_societe" {
				r.row["rowid"] = rows[r.table]
			}
			l.insert(named(r.table), r.row)
		}
		for _, f := range more {
			f(&Rows{l: l, add: func(table string, r row) { l.insert(named(table), r) }})
		}
	}
	text := strings.ReplaceAll(dolibarrSchema, `"llx_`, `"`+o.Prefix)
	if o.Prefix != "llx_" { // names of constraints are one for a whole database
		text = strings.ReplaceAll(text, `CONSTRAINT "`, `CONSTRAINT "`+o.Prefix)
	}
	d, err := read(text, o, func(_, declared string, _ bool) (string, error) { return ofDolibarr(o.Engine, declared) })
	if err == nil {
		err = load(ctx, db, d, o, "rowid", fill)
	}
	if err != nil {
		return fmt.Errorf("load Dolibarr database: %w", err)
	}
	return nil
}

// dolibarrRow is a row of a table under its usual name.
type dolibarrRow struct {
	table string
	row   row
}

func dolibarrRows() []dolibarrRow {
	var all []dolibarrRow
	add := func(table string, r row) { all = append(all, dolibarrRow{table, r}) }
	add("llx_c_country", row{"rowid": 1, "code": "FR", "code_iso": "FRA", "label": "France"})
	add("llx_c_country", row{"rowid": 2, "code": "BE", "code_iso": "BEL", "label": "Belgium"})
	for _, c := range []row{
		{"name": "MAIN_INFO_SOCIETE_NOM", "entity": 1, "value": "VENDEUR"}, {"name": "MAIN_INFO_SIREN", "entity": 1, "value": "123456789"},
		{"name": "MAIN_INFO_SOCIETE_NOM", "entity": 2, "value": "VENDEUR EXPORT"}, {"name": "MAIN_SECURITY_SALT", "entity": 0, "value": "interne"},
	} {
		add("llx_const", c)
	}
	add("llx_user", row{"rowid": 1, "login": "admin", "admin": 1, "pass_crypted": "interne"})
	add("llx_user", row{"rowid": 2, "login": "amartin", "firstname": "Anne", "lastname": "Martin", "pass_crypted": "interne"})
	add("llx_user", row{"rowid": 3, "login": "zoe", "firstname": "", "lastname": nil, "pass_crypted": "interne"})
	for i, label := range []string{"Bijouterie", "Étoile", "Fournisseur"} {
		add("llx_categorie", row{"rowid": i + 1, "label": label, "type": 2})
	}
	all = append(all, dolibarrThirdParties()...)
	for _, link := range [][2]int{{DolibarrAlpha, 2}, {DolibarrAlpha, 3}, {DolibarrBeta, 2}} {
		add("llx_societe_commerciaux", row{"fk_soc": link[0], "fk_user": link[1]})
	}
	for _, link := range [][2]int{{DolibarrAlpha, 2}, {DolibarrAlpha, 1}, {DolibarrOther, 3}} {
		add("llx_categorie_societe", row{"fk_soc": link[0], "fk_categorie": link[1]})
	}
	add("llx_societe_extrafields", row{"fk_object": DolibarrAlpha, "zone": "SUD", "n_contrat": "K-1"})
	add("llx_societe_extrafields", row{"fk_object": DolibarrBeta, "zone": "", "n_contrat": nil})
	return append(all, dolibarrContacts()...)
}

func dolibarrThirdParties() []dolibarrRow {
	names := map[int]string{DolibarrAlpha: "Alpha Bijoux", DolibarrBeta: "Bêta & Fils", DolibarrUnicode: "Étoile — 東京 💍", DolibarrNeil: `O'Neil's "Gold"`, DolibarrNulls: ""}
	var all []dolibarrRow
	for i, id := range append(DolibarrCustomers(), DolibarrProspect, DolibarrSupplier, DolibarrOther) {
		name, given := names[id]
		if !given {
			name = fmt.Sprintf("Tiers %d", id)
		}
		r := row{"rowid": id, "entity": 1, "nom": name, "client": 1, "fournisseur": 0, "status": 1, "code_client": fmt.Sprintf("CU-%04d", id), "email": fmt.Sprintf("s%d@example.com", id),
			"phone": fmt.Sprintf("01 99 00 00 %02d", i), "address": "1 rue A\r\nBât. B", "zip": "69001", "town": "Lyon", "fk_pays": 1, "tva_intra": fmt.Sprintf("FR%011d", id),
			"siren": fmt.Sprintf("%09d", id), "siret": fmt.Sprintf("%014d", id), "price_level": 1 + i%2, "note_private": "interne", "fk_user_creat": 1, "tms": "2026-01-15 10:00:00"}
		switch id {
		case DolibarrAlpha:
			r["code_client"], r["name_alias"] = "CU-ALPHA", "Alpha"
		case DolibarrBeta:
			r["client"], r["parent"], r["siret"], r["fk_pays"] = 3, DolibarrAlpha, nil, 2
		case DolibarrNoCode:
			r["code_client"], r["phone"], r["phone_mobile"] = nil, "", "06 99 00 00 04"
		case DolibarrEmpty:
			for _, c := range []string{"code_client", "name_alias", "email", "phone", "address", "zip", "town", "tva_intra", "siren", "siret"} {
				r[c] = ""
			}
			r["fk_pays"] = 0
		case DolibarrNulls:
			r["nom"] = nil
			for _, c := range []string{"email", "phone", "address", "zip", "town", "tva_intra", "siren", "siret", "fk_pays", "price_level", "status", "parent"} {
				r[c] = nil
			}
		case DolibarrClosed:
			r["status"] = 0
		case DolibarrProspect:
			r["client"] = 2
		case DolibarrSupplier:
			r["client"], r["fournisseur"], r["code_client"], r["code_fournisseur"] = 0, 1, nil, "CU-ALPHA"
		case DolibarrOther:
			r["entity"], r["code_client"] = 2, "CU-ALPHA"
		}
		all = append(all, dolibarrRow{"llx_societe", r})
	}
	return all
}

// dolibarrContacts gives two people to each third party, those of Alpha being
// 104 and 105, and then some that nobody may take for a customer's.
func dolibarrContacts() []dolibarrRow {
	var all []dolibarrRow
	add := func(id int, owner any, changes row) {
		r := row{"rowid": id, "fk_soc": owner, "entity": 1, "lastname": fmt.Sprintf("Nom%d", id), "firstname": "Zoé", "poste": "Achats", "email": fmt.Sprintf("c%d@example.com", id),
			"phone": "01", "phone_mobile": "06", "phone_perso": "interne", "statut": 1, "priv": 0, "fk_user_creat": 1, "tms": "2026-01-15 10:00:00"}
		maps.Copy(r, changes)
		all = append(all, dolibarrRow{"llx_socpeople", r})
	}
	for _, id := range append(DolibarrCustomers(), DolibarrProspect, DolibarrSupplier, DolibarrOther) {
		changes := row{}
		switch id {
		case DolibarrNulls:
			changes = row{"lastname": nil, "firstname": nil, "poste": nil, "email": nil, "phone": nil, "phone_mobile": nil}
		case DolibarrOther:
			changes = row{"entity": 2}
		}
		add(100+2*id, id, changes)
		add(101+2*id, id, changes)
	}
	add(900, DolibarrAlpha, row{"statut": 0})
	add(901, DolibarrAlpha, row{"priv": 1})
	add(902, DolibarrAlpha, row{"entity": 2})
	add(903, nil, row{})
	return all
}
