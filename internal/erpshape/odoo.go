package erpshape

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

//go:embed odoo17.sql
var odooSchema string

// Partners of the Odoo database, by res_partner.id. Orders and invoices stand
// on the company, on one of its contacts or on one of its addresses.
const (
	OdooAlpha    = 10 // a group
	OdooBranch   = 11 // a company below Alpha: a customer of its own, with its own commercial_partner_id
	OdooBeta     = 12
	OdooNeil     = 13 // quotes of both kinds in the name
	OdooUnicode  = 14 // letters beyond every code page
	OdooNulls    = 15 // NULL wherever a value may be NULL
	OdooEmpty    = 16 // empty texts there
	OdooSpaces   = 17 // blanks at the end of texts
	OdooArchived = 18 // active = false
	OdooPerson   = 19 // a person who buys for himself
	OdooOther    = 20 // customer of the seller's other company, company_id 2
	OdooOmega    = 21
	// OdooSupplier is no customer, but its ref is Alpha's.
	OdooSupplier = 30
)

var odooCustomers = []int{OdooAlpha, OdooBranch, OdooBeta, OdooNeil, OdooUnicode, OdooNulls, OdooEmpty, OdooSpaces, OdooArchived, OdooPerson, OdooOther, OdooOmega}

// OdooUUID is what the database says of itself in ir_config_parameter.
const OdooUUID = "5f6b2c1e-0000-4000-8000-00000000beef"

// LoadOdoo makes a small Odoo 17 database in an empty PostgreSQL schema: 12
// customers, 25 contacts and addresses, 40 orders, 40 accounting moves, their
// lines. schema may be empty.
func LoadOdoo(ctx context.Context, db *sql.DB, schema string) error {
	return MakeOdoo(ctx, db, Options{Engine: catalog.Postgres, Schema: schema})
}

// MakeOdoo is LoadOdoo on any engine.
func MakeOdoo(ctx context.Context, db *sql.DB, o Options) error {
	d, err := read(odooSchema, o, func(_, declared string, _ bool) (string, error) {
		if o.Engine == catalog.Postgres {
			return declared, nil
		}
		return ofOdoo(o.Engine, declared)
	})
	if err == nil {
		err = load(ctx, db, d, o, "id", fillOdoo)
	}
	if err != nil {
		return fmt.Errorf("load Odoo database: %w", err)
	}
	return nil
}

func fillOdoo(l *loader) {
	l.add("ir_config_parameter", row{"key": "database.secret", "value": "interne"})
	l.add("ir_config_parameter", row{"key": "database.uuid", "value": OdooUUID})
	l.add("res_country", row{"name": `{"en_US": "France", "fr_FR": "France"}`, "code": "FR"})
	for i, name := range []string{"Vendeur", "Vendeur Export"} {
		l.add("res_partner", row{"id": i + 1, "name": name, "is_company": true, "active": true, "commercial_partner_id": i + 1, "customer_rank": 0})
		l.add("res_company", row{"id": i + 1, "name": name, "partner_id": i + 1, "currency_id": 1, "layout_background": "Blank", "fiscalyear_last_day": 31, "fiscalyear_last_month": "12",
			"account_opening_date": "2024-01-01", "security_lead": 0, "po_lead": 0})
	}
	l.add("res_partner", row{"id": 3, "name": "Anne Martin", "is_company": false, "active": true, "parent_id": 1, "commercial_partner_id": 1})
	l.add("res_users", row{"id": 2, "partner_id": 3, "login": "anne@example.com", "company_id": 1, "notification_type": "email", "active": true, "share": false, "password": "interne"})
	fillOdooPartners(l)
	for i := range 6 {
		l.add("product_template", row{"id": i + 1, "name": fmt.Sprintf(`{"en_US": "Item %d", "fr_FR": "Article n° %d"}`, i+1, i+1), "detailed_type": "product", "type": "product", "categ_id": 1,
			"uom_id": 1, "uom_po_id": 1, "sale_line_warn": "no-message", "tracking": "none", "service_tracking": "no", "purchase_line_warn": "no-message", "list_price": amount(i), "active": i != 5, "sale_ok": true})
		l.add("product_product", row{"id": i + 1, "product_tmpl_id": i + 1, "default_code": fmt.Sprintf("ART%02d", i), "active": i != 5})
	}
	fillOdooOrders(l)
	fillOdooMoves(l)
}

func fillOdooPartners(l *loader) {
	names := map[int]string{OdooAlpha: "Alpha Bijoux", OdooBranch: "Alpha Lyon", OdooBeta: "Bêta & Fils", OdooNeil: `O'Neil's "Gold"`, OdooUnicode: "Étoile — 東京 💍", OdooSpaces: "Espaces   "}
	for i, id := range append(odooCustomers[:len(odooCustomers):len(odooCustomers)], OdooSupplier) {
		name, given := names[id]
		if !given {
			name = fmt.Sprintf("Partenaire %d", id)
		}
		r := row{"id": id, "name": name, "complete_name": name, "is_company": true, "active": true, "type": "contact", "commercial_partner_id": id, "customer_rank": 1 + i, "supplier_rank": 0,
			"ref": fmt.Sprintf("C%03d", id), "email": fmt.Sprintf("p%d@example.com", id), "phone": fmt.Sprintf("01 99 00 00 %02d", id), "city": "Lyon", "country_id": 1, "vat": fmt.Sprintf("FR%011d", id),
			"user_id": 2, "comment": "interne", "debit_limit": 5000 + id, "create_date": "2024-03-01 08:00:00", "write_date": "2026-01-15 10:00:00"}
		switch id {
		case OdooBranch:
			r["parent_id"] = OdooAlpha
		case OdooNulls:
			for _, c := range []string{"ref", "email", "phone", "city", "country_id", "vat", "user_id", "complete_name", "write_date"} {
				r[c] = nil
			}
		case OdooEmpty:
			r["ref"], r["email"], r["phone"], r["city"], r["vat"] = "", "", "", "", ""
		case OdooSpaces:
			r["email"], r["city"] = "p17@example.com  ", "Lyon  "
		case OdooArchived:
			r["active"] = false
		case OdooPerson:
			r["is_company"] = false
		case OdooOther:
			r["company_id"] = 2
		case OdooSupplier:
			r["customer_rank"], r["supplier_rank"], r["ref"] = 0, 1, fmt.Sprintf("C%03d", OdooAlpha)
		}
		l.add("res_partner", r)
	}
	// Two people or addresses a customer, one more for Beta, one of them archived.
	for k := range 25 {
		id, owner := 100+k, odooCustomers[k/2%len(odooCustomers)]
		if k == 24 {
			owner = OdooBeta
		}
		r := row{"id": id, "name": fmt.Sprintf("Personne %d", id), "is_company": false, "active": k != 5, "type": []string{"contact", "delivery"}[k%2], "parent_id": owner, "commercial_partner_id": owner,
			"email": fmt.Sprintf("c%d@example.com", id), "function": "Achats", "customer_rank": 0, "comment": "interne", "write_date": "2026-01-15 10:00:00"}
		if k == 1 { // below a contact of Alpha, not below Alpha itself
			r["parent_id"] = 100
		}
		if k == 7 {
			r["name"], r["email"] = nil, nil
		}
		l.add("res_partner", r)
	}
}

// odooPartner gives the partner that the n-th document of a customer stands
// on: the company, or one of its contacts.
func odooPartner(n int) (partner, commercial int) {
	i := n % len(odooCustomers)
	commercial = odooCustomers[i]
	if n/len(odooCustomers)%2 == 1 {
		return 100 + 2*i, commercial
	}
	return commercial, commercial
}

func fillOdooOrders(l *loader) {
	states := []string{"draft", "sent", "sale", "cancel", "sale"}
	for n := range 40 {
		partner, _ := odooPartner(n)
		id := n + 1
		l.add("sale_order", row{"id": id, "name": fmt.Sprintf("S%05d", id), "company_id": 1, "partner_id": partner, "partner_invoice_id": partner, "partner_shipping_id": partner,
			"state": states[n%len(states)], "date_order": fmt.Sprintf("2025-%02d-%02d 09:30:00", 1+n%12, 1+n%28), "picking_policy": "direct", "currency_id": 1, "user_id": 2,
			"client_order_ref": []any{fmt.Sprintf("REF %d", id), "", nil}[n%3], "amount_untaxed": amount(n), "amount_tax": amount(n / 5), "amount_total": amount(2 * n),
			"access_token": fmt.Sprintf("interne-%d", id), "margin": amount(n / 2), "note": nil})
		for k := range 2 {
			line := row{"id": 2*n + k + 1, "order_id": id, "sequence": 10 + k, "name": fmt.Sprintf("Ligne %d de S%05d", k+1, id), "product_uom_qty": k + 1, "price_unit": amount(n + k),
				"customer_lead": 0, "product_id": 1 + n%6, "price_subtotal": amount(3*n + k), "purchase_price": amount(n), "state": states[n%len(states)], "company_id": 1, "order_partner_id": partner}
			if k == 1 && n%5 == 0 {
				line["display_type"], line["product_id"], line["product_uom_qty"], line["price_unit"], line["price_subtotal"] = "line_note", nil, 0, 0, nil
			}
			l.add("sale_order_line", line)
		}
		if n%5 != 0 {
			l.add("mail_followers", row{"res_model": "sale.order", "res_id": id, "partner_id": partner})
		}
	}
}

func fillOdooMoves(l *loader) {
	states := []string{"posted", "draft", "posted", "cancel", "posted"}
	kinds := []string{"out_invoice", "out_invoice", "out_refund", "in_invoice", "entry", "out_invoice", "out_receipt"}
	for n := range 40 {
		partner, commercial := odooPartner(n)
		id, date := n+1, fmt.Sprintf("2025-%02d-%02d", 1+n%12, 1+n%28)
		move := row{"id": id, "name": fmt.Sprintf("FAC/2025/%05d", id), "date": date, "invoice_date": date, "state": states[n%len(states)], "move_type": kinds[n%len(kinds)], "journal_id": 1,
			"auto_post": "no", "currency_id": 1, "company_id": 1, "partner_id": partner, "commercial_partner_id": commercial, "amount_untaxed": amount(n), "amount_total": amount(2 * n), "amount_residual": amount(n % 3),
			"payment_state": "not_paid", "access_token": fmt.Sprintf("interne-%d", id), "narration": nil, "ref": []any{fmt.Sprintf("REF %d", id), "", nil}[n%3]}
		if move["state"] == "draft" {
			move["name"], move["invoice_date"] = "/", nil
		}
		if kinds[n%len(kinds)] == "entry" { // entries need no partner
			move["partner_id"], move["commercial_partner_id"] = nil, nil
		}
		l.add("account_move", move)
		for k, display := range []string{"product", "payment_term"} {
			line := row{"id": 2*n + k + 1, "move_id": id, "currency_id": 1, "display_type": display, "company_id": 1, "partner_id": partner, "parent_state": states[n%len(states)], "date": date,
				"name": fmt.Sprintf("Ligne %d", 2*n+k+1), "quantity": k + 1, "price_unit": amount(n + k), "price_subtotal": amount(3*n + k), "account_id": 400 + k, "debit": 0, "credit": amount(n)}
			if display == "payment_term" {
				line["name"], line["price_unit"], line["date_maturity"] = nil, nil, date
			}
			l.add("account_move_line", line)
		}
	}
}
