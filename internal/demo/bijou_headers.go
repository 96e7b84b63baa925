package demo

import (
	"crypto/sha256"
	"fmt"
)

// writeDocument writes a document's header, lines and due dates.
func (b *bijou) writeDocument(w *writer, d *dice, doc *document) {
	b.settle(d, doc)
	r := row{
		"DO_Domaine": doc.domain, "DO_Type": doc.kind, "DO_Piece": doc.piece, "DO_Date": stamp(doc.date), "DO_Ref": doc.reference(b), "DO_Tiers": doc.tiers,
		"DO_Period": 1, "DO_Devise": 1, "DO_Cours": 1, "DE_No": 1, "DO_Expedit": 1, "DO_NbFacture": 1, "DO_BLFact": 0, "DO_TxEscompte": doc.discountRate,
		"DO_DateLivr": stamp(doc.date.AddDate(0, 0, 7)), "DO_Condition": 1, "DO_Colisage": 1, "DO_TypeColis": 1, "DO_Statut": doc.status, "DO_Heure": fmt.Sprintf("000%06d", d.between(8, 18)*10000+d.n(60)*100),
		"DO_Provenance": doc.provenance, "DO_Cloture": flag(doc.kind == 7 || doc.kind == 8), "DO_Imprim": flag(doc.status > 0), "DO_Valide": flag(doc.kind == 7), "DO_DocType": doc.kind,
		"DO_TypeFrais": 0, "DO_ValFrais": doc.shipping.euros(), "DO_Taxe1": doc.rate(), "DO_CodeTaxe1": doc.taxCode(), "AB_No": doc.subscription, "DO_FactureElec": 0,
		"DO_TotalHT": doc.totalHT().euros(), "DO_TotalHTNet": doc.totalNet().euros(), "DO_TotalTTC": doc.totalTTC().euros(), "DO_NetAPayer": doc.toPay().euros(), "DO_MontantRegle": doc.paid().euros(),
		"CG_Num": "4110000", "CA_Num": "", "N_CatCompta": 1, "cbModification": stamp(doc.date), "cbCreation": stamp(doc.date),
		// What the seller keeps to himself.
		"DO_Coord01": InternalMark + " " + pick(d, []string{"urgent", "voir comptabilité", "marge faible", "relancer"}), "DO_Motif": InternalMark + " remise accordée par la direction",
		"NATURE BL": InternalMark + " " + pick(d, []string{"échange", "gratuit", "normal"}), "Contrôlé par": InternalMark + " " + pick(d, lastNames),
	}
	if c := doc.customer; c != nil {
		r["CT_NumPayeur"], r["CO_No"], r["DO_Tarif"], r["LI_No"], r["DO_Expedit"] = c.payer, c.rep, c.category, pick(d, c.addresses), d.between(1, 3)
		if c.centre != "" {
			r["CT_NumCentrale"] = c.centre
		}
		if len(c.contacts) > 0 {
			r["DO_Contact"] = firstBytes(pick(d, c.contacts), 35)
		}
		if c.vatFree() {
			r["DO_Souche"], r["N_CatCompta"] = 1, 2
		}
	}
	if doc.kind == 3 || doc.invoice() {
		r["DO_DateLivrRealisee"], r["DO_DateExpedition"] = stamp(doc.date), stamp(doc.date.AddDate(0, 0, -1))
	}
	if doc.subscription > 0 {
		r["DO_DebutPeriod"], r["DO_FinPeriod"] = stamp(doc.date), stamp(doc.date.AddDate(0, 1, -1))
	}
	if doc.invoice() {
		r["DO_GUID"] = guid(doc.piece)
	}
	if doc.invoice() && doc.kind == 7 { // posted invoices are sealed, each with the one before
		b.seal = sha256.Sum256(append(b.seal[:], doc.piece...))
		b.sealed++
		r["cbHash"], r["cbHashVersion"], r["cbHashDate"], r["cbHashOrder"] = b.seal[:], 1, stamp(doc.date), b.sealed
	}
	w.add("F_DOCENTETE", r)
	for i, l := range doc.lines {
		b.writeLine(w, doc, l, i+1)
	}
	for _, due := range doc.dues {
		w.add("F_DOCREGL", due.row(doc))
	}
}

// reference is what stands in DO_Ref: the customer's own order number, with
// nothing, an empty text or NULL where there is none.
func (doc *document) reference(b *bijou) any {
	if doc.customer == nil {
		return nil
	}
	switch doc.customer.code {
	case Bagues:
		return "CDE-BAG-" + doc.piece[2:]
	case Carat:
		return "SABLON/" + doc.piece[2:]
	}
	switch doc.piece[len(doc.piece)-1] {
	case '0', '3':
		return nil
	case '5', '7':
		return ""
	}
	return "V/CDE " + doc.piece[len(doc.piece)-4:]
}

func (doc *document) taxCode() any {
	switch {
	case doc.domain == 1:
		return "D20"
	case doc.domain != 0:
		return nil
	case doc.rate() == 0:
		return "C00"
	}
	return "C20"
}

// guid makes an identifier out of a name.
func guid(name string) string {
	h := sha256.Sum256([]byte(name))
	return fmt.Sprintf("%X-%X-%X-%X-%X", h[0:4], h[4:6], h[6:8], h[8:10], h[10:16])
}
