package demo

import (
	"fmt"
	"time"
)

// The traps of the dossier: rows that a filter which is nearly right would
// give to the wrong customer. Those written elsewhere:
//
//   - purchasing centres: header DO_Tiers = the centre, lines CT_Num = its
//     branches (bijou_lines.go); payments and ledger under the payer
//   - codes that begin like another's, a code that is a warehouse number, a
//     supplier's code like a customer's (bijou_customers.go)
//   - prices of categories with CT_Num NULL or empty (bijou_articles.go)
//   - kit components with DL_Valorise 0, comment lines with AR_Ref NULL
//   - drafts, preparations, unposted invoices, archives (bijou_documents.go)
//   - a supplier's subscription under a customer's code

// trapBatch is a run of documents that are no sales.
type trapBatch struct {
	domain, kind, count int
	prefix              string
	tiers               []string // DO_Tiers in turn; none: the suppliers
}

var trapBatches = []trapBatch{
	{1, 12, 110, "CF", nil},
	{1, 13, 80, "RF", nil},
	{1, 16, 50, "FF", nil},
	{1, 17, 140, "FF", nil},
	// Purchases from customers: gold bought back. The numbers are those of sales
	// invoices, which differ by DO_Type only.
	{1, 17, 24, "FA", []string{Bagues, Carat, NoAccess}},
	{2, 20, 40, "ME", []string{"0"}},
	// Transfers: DO_Tiers is the other warehouse, or the customer's consignment.
	{2, 23, 60, "MT", []string{"2", Bagues, Carat}},
	{3, 30, 16, "TK", []string{Bagues, NoAccess}},
	{4, 40, 12, "DI", []string{Carat, Bagues}},
}

func writeTraps(w *writer, b *bijou) {
	d := newDice("traps")
	serial := map[string]int{} // sales have theirs
	for _, run := range trapBatches {
		for i := range run.count {
			serial[run.prefix]++
			doc := &document{domain: run.domain, kind: run.kind, status: 2, date: daysAgo(900 - 900*i/run.count), piece: fmt.Sprintf("%s%06d", run.prefix, serial[run.prefix])}
			if run.tiers == nil {
				doc.tiers = b.suppliers[d.n(supplierCount)].code
			} else {
				doc.tiers = run.tiers[i%len(run.tiers)]
			}
			for range d.between(2, 5) {
				n := d.n(240)
				a := b.articles[n]
				doc.lines = append(doc.lines, line{article: n, text: a.design, deliveredTo: doc.tiers, quantity: d.between(1, 20), price: a.cost})
			}
			b.writeDocument(w, d, doc)
		}
	}
}

// writePaymentTraps writes payments to a customer (gold bought back) and till
// movements under a customer's code.
func writePaymentTraps(w *writer, b *bijou) {
	for i, code := range []string{Bagues, Carat, NoAccess, Bagues, Carat, NoAccess} {
		b.payments++
		r := (&payment{number: b.payments, payer: code, date: daysAgo(40 * (i + 1)), mode: 5, amount: 12_345}).row()
		r["RG_Libelle"] = InternalMark + " rachat d'or"
		if i < 3 {
			r["RG_Type"] = 1
		} else {
			r["RG_TypeReg"] = 4
		}
		w.add("F_CREGLEMENT", r)
	}
}

// writeLedgerTraps writes the lines that a statement must leave out although
// they carry a customer: centralisations, IFRS lines; and opening entries,
// which repeat what was posted before.
func writeLedgerTraps(w *writer, b *bijou) {
	january := time.Date(2025, time.January, 1, 0, 0, 0, 0, time.UTC)
	for i := range b.customers {
		code := b.customers[i].code
		if i%8 == 0 || i < 3 {
			b.post(w, entry{journal: "AN", account: "4110000", tiers: code, date: january, due: january, piece: "AN2025", label: "À nouveau", amount: 100_000 + cents(i), special: row{"EC_ANType": 1}})
		}
		if i%16 == 0 || i < 3 {
			b.post(w, entry{journal: "VTE", account: "4110000", tiers: code, date: january, due: january, piece: "CENTRAL", label: InternalMark + " centralisation", amount: 777_700, special: row{"EC_CType": 1}})
			b.post(w, entry{journal: "OD", account: "4910000", tiers: code, date: january, due: january, piece: "IFRS", label: InternalMark + " provision", amount: 555_500, special: row{"EC_Norme": 2}})
		}
	}
}
