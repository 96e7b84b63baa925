package erpshape

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// FillDolibarrDocuments adds what customers ask a portal for to a database of
// MakeDolibarr: for each customer two quotes, two orders and four invoices with
// two lines each, of which one is a draft, and products. The n-th document of a
// kind has sums that no other has.
func FillDolibarrDocuments(ctx context.Context, db *sql.DB, o Options) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("fill Dolibarr database: %w", err)
	}
	defer tx.Rollback()
	l := &loader{ctx: ctx, tx: tx, engine: o.Engine, rows: map[string]int{}}
	if o.Schema != "" {
		l.prefix = quote(o.Schema) + "."
	}
	add := func(table string, r row) { l.insert(strings.Replace(table, "llx_", o.Prefix, 1), r) }
	for i, label := range []string{"Bague", "Chaîne", "Écrin", "Étui", "Vieux stock"} {
		add("llx_product", row{"rowid": i + 1, "ref": fmt.Sprintf("PR%02d", i+1), "label": label, "price": 10.5 * float64(i+1), "cost_price": 7, "tosell": bit(i != 4), "entity": 1})
	}
	n := 0
	for _, customer := range append(DolibarrCustomers(), DolibarrOther) {
		entity := 1
		if customer == DolibarrOther {
			entity = 2
		}
		for k := range 4 {
			n++
			date := fmt.Sprintf("2026-%02d-%02d", 1+n%6, 1+n%28)
			head := row{"rowid": n, "entity": entity, "fk_soc": customer, "ref_client": []any{fmt.Sprintf("BC %d", n), "", nil}[n%3], "fk_statut": []int{1, 2, 0, 3}[k],
				"total_ht": 100 + float64(n), "total_ttc": 120 + 1.25*float64(n), "note_private": "interne"}
			header := func(ref string, more row) row {
				r := row{"ref": ref}
				for _, part := range []row{head, more} {
					for name, value := range part {
						r[name] = value
					}
				}
				return r
			}
			ref := fmt.Sprintf("FA2601-%04d", n)
			if k == 2 {
				ref = fmt.Sprintf("(PROV%d)", n)
			}
			add("llx_facture", header(ref, row{"datef": date, "date_lim_reglement": []any{date, nil}[n%2], "paye": bit(k == 1), "type": []int{0, 0, 0, 2}[k]}))
			for line := range 2 {
				add("llx_facturedet", row{"rowid": 2*n + line, "fk_facture": n, "fk_product": 1 + (n+line)%5, "description": fmt.Sprintf("Ligne %d de %s", line+1, ref), "qty": 1 + line, "total_ht": 50 + float64(n+line), "buy_price_ht": 7, "rang": line + 1})
			}
			if k < 2 {
				add("llx_propal", header(fmt.Sprintf("PR2601-%04d", n), row{"datep": date}))
				add("llx_commande", header(fmt.Sprintf("CO2601-%04d", n), row{"date_commande": date}))
			}
		}
	}
	if l.err != nil {
		return fmt.Errorf("fill Dolibarr database: %w", l.err)
	}
	return tx.Commit()
}
