package erpshape

import "fmt"

// Document is a document of the same business on every ERP. The number of a
// customer's document begins with VA (Alpha), VB (Beta) or VC (Alpha's
// branch, Odoo only), so that a leak is seen at once; so do the texts of its
// lines. What must not be seen at all has an X in its number.
type Document struct {
	Kind      string // quote, order, delivery, invoice or credit_note
	Number    string
	Customer  string // A, B or C
	Date, Due string // YYYY-MM-DD; Due of invoices only
	Released  bool
	Paid      int // how much of an invoice, incl. tax
	Lines     []DocumentLine
}

// DocumentLine is a line of a Document, at 20 % tax.
type DocumentLine struct {
	Article, Text string
	Quantity      int
	Total         int // excl. tax, a multiple of 5
}

// Total gives what a document's lines come to, without and with tax.
func (d Document) Total() (exclTax, inclTax int) {
	for _, l := range d.Lines {
		exclTax += l.Total
	}
	return exclTax, exclTax * 6 / 5
}

// Business gives the documents, the same whenever it is asked.
func Business() []Document {
	var all []Document
	for i, c := range []string{"A", "B", "C"} {
		add := func(kind, number string, released bool, date, due string, paid int) {
			d := Document{Kind: kind, Number: "V" + c + number, Customer: c, Released: released, Date: date, Due: due, Paid: paid}
			for k := range 2 {
				d.Lines = append(d.Lines, DocumentLine{Article: fmt.Sprintf("ART%02d", k), Text: fmt.Sprintf("Ligne %d de %s", k+1, d.Number), Quantity: k + 1, Total: 100*(len(all)+1) + 50*k + 5*i})
			}
			all = append(all, d)
		}
		add("quote", "DE1", true, "2026-01-10", "", 0)
		add("quote", "DEX", false, "2026-01-11", "", 0)
		add("order", "BC1", true, "2026-01-12", "", 0)
		add("order", "BC2", true, "2026-02-12", "", 0)
		add("order", "BCX", false, "2026-01-13", "", 0)
		add("delivery", "BL1", true, "2026-01-20", "", 0)
		add("delivery", "BLX", false, "2026-01-21", "", 0)
		add("invoice", "FA1", true, "2026-01-22", "2026-02-22", -1)
		add("invoice", "FA2", true, "2026-02-22", "2026-03-22", 0)
		add("invoice", "FA3", true, "2026-02-23", "2026-03-23", 60)
		add("invoice", "FAX", false, "2026-02-24", "2026-03-24", 0)
		add("credit_note", "AV1", true, "2026-02-25", "", 0)
	}
	for i := range all {
		if all[i].Paid < 0 {
			_, all[i].Paid = all[i].Total()
		}
	}
	return all
}

// payment is the number of what settles an invoice: VAFA1 is paid by VARG1.
func (d Document) payment() string { return d.Number[:2] + "RG" + d.Number[4:] }
