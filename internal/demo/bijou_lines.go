package demo

import (
	"fmt"
	"maps"
)

// shelf lists the articles that a customer buys from: the named customers buy
// kinds of their own, so that nobody can take one's documents for another's.
func (b *bijou) shelf(c *customer) []int {
	switch c.code {
	case Bagues:
		return b.shelves("BAGUE", "ALLIANCE")
	case Carat:
		return b.shelves("PIERRE", "MONTRE")
	}
	return b.shelves("BAGUE", "COLLIER", "BRACELET", "BOUCLE", "MONTRE", "CHAINE", "ECRIN", "SERVICE")
}

func (b *bijou) shelves(families ...string) []int {
	var found []int
	for _, f := range families {
		for i, a := range b.articles {
			if a.family == f {
				found = append(found, i)
			}
		}
	}
	return found
}

// planLines gives a document its lines: articles, comments, kits with their
// components, and on a purchasing centre's invoices the deliveries of its
// branches.
func (b *bijou) planLines(d *dice, doc *document) {
	shelf := b.shelf(doc.customer)
	branches := b.branches(doc.customer)
	sign := 1
	if doc.negative() {
		sign = -1
	}
	count := d.between(2, 7)
	if doc.negative() || doc.provenance == 4 {
		count = d.between(1, 2)
	}
	order, note, branch := b.origin(doc), "", doc.tiers
	for i := range count {
		l := line{article: pick(d, shelf), deliveredTo: doc.tiers, quantity: sign * d.between(1, 6), order: order}
		if doc.invoice() && doc.provenance == 0 {
			if i%3 == 0 { // a delivery note a few lines
				b.pieces["BL"]++
				note = fmt.Sprintf("BL%06d", b.pieces["BL"])
				if len(branches) > 0 {
					branch = pick(d, branches)
				}
			}
			l.note, l.noteDate = note, doc.date.AddDate(0, 0, -d.between(1, 9))
			l.deliveredTo = branch
		}
		a := b.articles[l.article]
		l.text, l.price, l.remise = a.design, a.price, pick(d, []int{0, 0, 0, 5, 10})
		doc.lines = append(doc.lines, l)
		for _, part := range a.kit {
			p := b.articles[part]
			doc.lines = append(doc.lines, line{article: part, text: p.design, deliveredTo: l.deliveredTo, quantity: l.quantity, price: p.price, component: a.ref, order: order, note: l.note, noteDate: l.noteDate})
		}
	}
	if d.percent(30) {
		doc.lines = append(doc.lines, line{article: -1, text: pick(d, orderTexts), deliveredTo: doc.tiers})
	}
}

// branches lists the codes of the customers whose purchasing centre c is.
func (b *bijou) branches(c *customer) []string {
	var codes []string
	for i := range b.customers {
		if b.customers[i].centre == c.code {
			codes = append(codes, b.customers[i].code)
		}
	}
	return codes
}

// origin gives the number of the order that a later document came from.
func (b *bijou) origin(doc *document) string {
	if doc.domain != 0 || doc.kind < 2 || doc.kind == 8 || doc.negative() {
		return ""
	}
	b.pieces["BC"]++
	return fmt.Sprintf("BC%06d", b.pieces["BC"])
}

func (b *bijou) writeLine(w *writer, doc *document, l line, rank int) {
	b.lines++
	net := l.net()
	r := row{
		"DO_Domaine": doc.domain, "DO_Type": doc.kind, "CT_Num": l.deliveredTo, "DO_Piece": doc.piece, "DO_Date": stamp(doc.date), "DL_Ligne": rank * 1000,
		"DO_Ref": doc.reference(b), "DL_Design": l.text, "DL_No": b.lines, "DL_Valorise": flag(l.component == ""), "DO_DocType": doc.kind,
		"DO_DateLivr": stamp(doc.date.AddDate(0, 0, 7)), "DE_No": 1, "DL_Escompte": 1, "PF_Num": "", "cbModification": stamp(doc.date), "cbProt": 0,
	}
	if doc.customer != nil {
		r["CO_No"] = doc.customer.rep
	}
	if l.article >= 0 {
		a := b.articles[l.article]
		tax := net.percentOf(doc.rate())
		maps.Copy(r, row{
			"AR_Ref": a.ref, "DL_Qte": l.quantity, "DL_QteBC": l.quantity, "DL_QteBL": l.quantity, "EU_Qte": l.quantity, "EU_Enumere": units[a.unit],
			"DL_PoidsNet": a.grams * l.quantity, "DL_PoidsBrut": (a.grams + 12) * l.quantity, "DL_Remise01REM_Valeur": l.remise, "DL_Remise01REM_Type": flag(l.remise > 0),
			"DL_PrixUnitaire": l.price.euros(), "DL_PUDevise": 0, "DL_PUTTC": (l.price + l.price.percentOf(doc.rate())).euros(), "DL_Taxe1": doc.rate(), "DL_CodeTaxe1": doc.taxCode(),
			"DL_MontantHT": net.euros(), "DL_MontantTTC": (net + tax).euros(), "DL_MvtStock": 3,
			// What the seller keeps to himself.
			"DL_PrixRU": a.cost.euros(), "DL_CMUP": a.cost.euros(), "DL_PUBC": a.cost.percentOf(98).euros(), "AF_RefFourniss": "INTERNE " + a.ref,
		})
	}
	if l.component != "" {
		r["AR_RefCompose"] = l.component
	}
	if l.order != "" {
		r["DL_PieceBC"], r["DL_DateBC"] = l.order, stamp(doc.date.AddDate(0, 0, -14))
	}
	if l.note != "" {
		r["DL_PieceBL"], r["DL_DateBL"] = l.note, stamp(l.noteDate)
	}
	w.add("F_DOCLIGNE", r)
}

// units are the labels of P_UNITE by rank.
var units = []string{"", "Pièce", "Paire", "Gramme", "Carat", "Boîte", "Mois"}
