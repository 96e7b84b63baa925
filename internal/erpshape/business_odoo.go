package erpshape

import "fmt"

// OdooBusiness adds the business to an Odoo database: Alpha's, Beta's and that
// of Alpha's branch. Alpha's quotes stand on one of its contacts.
func OdooBusiness(r *Rows) {
	partners := map[string]int{"A": OdooAlpha, "B": OdooBeta, "C": OdooBranch}
	r.Add("res_currency", map[string]any{"id": 1, "name": "EUR", "symbol": "€", "active": true})
	r.Add("account_account", map[string]any{"id": 9001, "name": `{"en_US": "Customers"}`, "account_type": "asset_receivable", "code": "411", "company_id": 1})
	r.Add("account_account", map[string]any{"id": 9002, "name": `{"en_US": "Sales"}`, "account_type": "income", "code": "707", "company_id": 1})
	r.Add("account_journal", map[string]any{"id": 9001, "name": `{"en_US": "Bank"}`, "code": "BNK", "type": "bank", "company_id": 1})
	r.Add("account_journal", map[string]any{"id": 9002, "name": `{"en_US": "Sales"}`, "code": "INV", "type": "sale", "company_id": 1})
	for i, code := range []string{"outgoing", "incoming"} {
		r.Add("stock_picking_type", map[string]any{"id": 1 + i, "name": `{"en_US": "x"}`, "code": code, "company_id": 1})
	}
	for n, d := range Business() {
		id, partner := 1000+n, partners[d.Customer]
		exclTax, inclTax := d.Total()
		switch d.Kind {
		case "quote", "order":
			state := "draft"
			if d.Released {
				state = map[string]string{"quote": "sent", "order": "sale"}[d.Kind]
			}
			if d.Kind == "quote" && d.Customer == "A" {
				partner = 100 // a contact of Alpha
			}
			r.Add("sale_order", map[string]any{"id": id, "name": d.Number, "company_id": 1, "partner_id": partner, "partner_invoice_id": partner, "partner_shipping_id": partner, "state": state, "date_order": d.Date + " 09:30:00", "client_order_ref": "REF " + d.Number,
				"picking_policy": "direct", "currency_id": 1, "amount_untaxed": exclTax, "amount_tax": inclTax - exclTax, "amount_total": inclTax, "access_token": "interne", "margin": 1})
			for k, l := range d.Lines {
				r.Add("sale_order_line", map[string]any{"id": 10*id + k, "order_id": id, "sequence": k + 1, "name": l.Text, "product_id": k + 1, "product_uom_qty": l.Quantity, "price_unit": l.Total, "price_subtotal": l.Total, "price_total": l.Total * 6 / 5, "purchase_price": 1, "company_id": 1, "state": state, "order_partner_id": partner})
			}
		case "delivery":
			r.Add("stock_picking", map[string]any{"id": id, "name": d.Number, "origin": "REF " + d.Number, "state": map[bool]string{true: "done", false: "assigned"}[d.Released], "partner_id": partner, "picking_type_id": 1, "date_done": d.Date + " 10:00:00", "company_id": 1, "note": "interne"})
			for k, l := range d.Lines {
				r.Add("stock_move", map[string]any{"id": 10*id + k, "picking_id": id, "sequence": k + 1, "name": l.Text, "product_id": k + 1, "quantity": l.Quantity, "quantity_done": l.Quantity, "product_uom_qty": l.Quantity, "company_id": 1, "state": "done", "price_unit": 1})
			}
		default:
			odooInvoice(r, d, id, partner)
		}
	}
	r.Add("stock_picking", map[string]any{"id": 1999, "name": "VXIN", "state": "done", "partner_id": OdooAlpha, "picking_type_id": 2, "company_id": 1})
	for i, visibility := range []string{"portal", "employees", "followers"} {
		name := []string{"VAPR1", "VAPRX", "VAPRX"}[i]
		r.Add("project_project", map[string]any{"id": 1 + i, "name": fmt.Sprintf(`{"en_US": "%s"}`, name), "partner_id": OdooAlpha, "active": true, "privacy_visibility": visibility, "company_id": 1})
		r.Add("project_task", map[string]any{"id": 1 + i, "name": name, "project_id": 1 + i, "active": true, "access_token": "interne"})
	}
}

func odooInvoice(r *Rows, d Document, id, partner int) {
	exclTax, inclTax := d.Total()
	state, kind := map[bool]string{true: "posted", false: "draft"}[d.Released], map[string]string{"invoice": "out_invoice", "credit_note": "out_refund"}[d.Kind]
	paid := map[bool]string{true: "paid", false: "not_paid"}[d.Paid == inclTax]
	if d.Paid > 0 && d.Paid < inclTax {
		paid = "partial"
	}
	move := map[string]any{"id": id, "name": d.Number, "ref": "REF " + d.Number, "date": d.Date, "invoice_date": d.Date, "state": state, "move_type": kind, "journal_id": 9002, "auto_post": "no", "currency_id": 1, "company_id": 1, "partner_id": partner, "commercial_partner_id": partner,
		"amount_untaxed": exclTax, "amount_tax": inclTax - exclTax, "amount_total": inclTax, "amount_residual": inclTax - d.Paid, "payment_state": paid, "access_token": "interne", "narration": "interne"}
	if d.Due != "" {
		move["invoice_date_due"] = d.Due
	}
	r.Add("account_move", move)
	entry := func(n int, values map[string]any) {
		all := map[string]any{"id": 10*id + n, "move_id": id, "move_name": d.Number, "currency_id": 1, "company_id": 1, "partner_id": partner, "parent_state": state, "date": d.Date, "journal_id": 9002, "debit": 0, "credit": 0, "balance": 0, "sequence": n + 1}
		for k, v := range values {
			all[k] = v
		}
		r.Add("account_move_line", all)
	}
	for k, l := range d.Lines {
		entry(k, map[string]any{"display_type": "product", "name": l.Text, "product_id": k + 1, "quantity": l.Quantity, "price_unit": l.Total, "price_subtotal": l.Total, "price_total": l.Total * 6 / 5, "account_id": 9002, "credit": l.Total, "balance": -l.Total})
	}
	term := map[string]any{"display_type": "payment_term", "name": d.Number, "account_id": 9001, "amount_residual": inclTax - d.Paid, "reconciled": d.Paid == inclTax}
	if d.Kind == "invoice" {
		term["debit"], term["balance"], term["date_maturity"] = inclTax, inclTax, d.Due
	} else {
		term["credit"], term["balance"] = inclTax, -inclTax
	}
	entry(5, term)
	if d.Paid == 0 {
		return
	}
	r.Add("account_move", map[string]any{"id": 10 * id, "name": d.payment(), "date": d.Due, "state": "posted", "move_type": "entry", "journal_id": 9001, "auto_post": "no", "currency_id": 1, "company_id": 1, "partner_id": partner, "commercial_partner_id": partner})
	payment := map[string]any{"move_id": 10 * id, "move_name": d.payment(), "ref": "CHQ", "date": d.Due, "journal_id": 9001, "display_type": "product"}
	for n, side := range []map[string]any{{"account_id": 9001, "credit": d.Paid, "balance": -d.Paid, "name": "Règlement"}, {"account_id": 9002, "debit": d.Paid, "balance": d.Paid, "name": "VXBANK"}} {
		for k, v := range payment {
			side[k] = v
		}
		entry(7+n, side)
	}
	r.Add("account_partial_reconcile", map[string]any{"id": id, "debit_move_id": 10*id + 5, "credit_move_id": 10*id + 7, "amount": d.Paid, "company_id": 1, "max_date": d.Due})
}
