package erpshape

import "maps"

// DolibarrBusiness adds the business to a Dolibarr database: Alpha's and
// Beta's, and the same documents with an X in their numbers for Alpha's
// namesake in the other company.
func DolibarrBusiness(r *Rows) {
	owners := map[string]int{"A": DolibarrAlpha, "B": DolibarrBeta, "C": DolibarrOther}
	r.Add("llx_const", map[string]any{"rowid": 90, "name": "MAIN_MONNAIE", "entity": 1, "value": "EUR"})
	r.Add("llx_c_paiement", map[string]any{"id": 2, "code": "VIR", "libelle": "Virement"})
	for i := range 4 {
		r.Add("llx_product", map[string]any{"rowid": 1 + i, "ref": []string{"ART00", "ART01", "ART02", "ARTX"}[i], "entity": 1, "label": "Article", "price": 100 + i, "price_ttc": 120, "cost_price": 1, "pmp": 1, "tosell": bit(i < 3), "tms": "2026-01-01 00:00:00",
			"stock": []int{50, 2, 0, 9}[i], "seuil_stock_alerte": 10, "note": "interne", "fk_product_type": 0})
	}
	tables := map[string][2]string{"quote": {"llx_propal", "fk_propal"}, "order": {"llx_commande", "fk_commande"}, "delivery": {"llx_expedition", "fk_expedition"}, "invoice": {"llx_facture", "fk_facture"}, "credit_note": {"llx_facture", "fk_facture"}}
	line := 0
	for n, d := range Business() {
		id, entity, number := n+1, 1, d.Number
		if d.Customer == "C" {
			entity, number = 2, "VX"+d.Number[2:]
		}
		exclTax, inclTax := d.Total()
		table := tables[d.Kind]
		head := map[string]any{"rowid": id, "ref": number, "entity": entity, "fk_soc": owners[d.Customer], "fk_statut": bit(d.Released), "note_private": "interne"}
		switch d.Kind {
		case "quote":
			maps.Copy(head, map[string]any{"datep": d.Date, "ref_client": "REF " + number, "total_ht": exclTax, "total_tva": inclTax - exclTax, "total_ttc": inclTax})
		case "order":
			maps.Copy(head, map[string]any{"date_commande": d.Date, "ref_client": "REF " + number, "total_ht": exclTax, "total_tva": inclTax - exclTax, "total_ttc": inclTax})
		case "delivery":
			maps.Copy(head, map[string]any{"date_expedition": d.Date + " 00:00:00", "ref_customer": "REF " + number})
		default:
			maps.Copy(head, map[string]any{"datef": d.Date, "ref_client": "REF " + number, "total_ht": exclTax, "total_tva": inclTax - exclTax, "total_ttc": inclTax, "type": 0, "paye": bit(d.Paid > 0 && d.Paid == inclTax), "fk_mode_reglement": 2, "close_note": "interne"})
			if d.Kind == "credit_note" {
				head["type"] = 2
			} else {
				head["date_lim_reglement"] = d.Due
			}
		}
		r.Add(table[0], head)
		for k, l := range d.Lines {
			line++
			if d.Kind == "delivery" {
				r.Add("llx_expeditiondet", map[string]any{"rowid": line, "fk_expedition": id, "fk_product": 1 + k, "qty": l.Quantity, "rang": k + 1})
				continue
			}
			r.Add(table[0]+"det", map[string]any{"rowid": line, table[1]: id, "fk_product": 1 + k, "description": l.Text, "qty": l.Quantity, "subprice": l.Total, "tva_tx": 20, "total_ht": l.Total, "total_tva": l.Total / 5, "total_ttc": l.Total * 6 / 5,
				"product_type": 0, "rang": k + 1, "buy_price_ht": 1})
		}
		if d.Paid > 0 {
			r.Add("llx_paiement", map[string]any{"rowid": id, "ref": number[:2] + d.payment()[2:], "entity": entity, "datep": d.Due + " 12:00:00", "amount": d.Paid + 7777, "fk_paiement": 2, "num_paiement": "CHQ", "note": "interne", "fk_bank": 0})
			r.Add("llx_paiement_facture", map[string]any{"rowid": id, "fk_paiement": id, "fk_facture": id, "amount": d.Paid})
		}
	}
}
