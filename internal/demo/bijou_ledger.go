package demo

import (
	"fmt"
	"maps"
	"time"
)

// entry is one line of the accounts.
type entry struct {
	journal, account string
	tiers            any // CT_Num; nil on lines without a third party
	date, due        time.Time
	piece, label     string
	credit           bool
	amount           cents
	letters          string
	special          row // what differs from an ordinary line
}

// writeLedger posts the posted invoices and the payments, each to its payer's
// account: only that line carries a third party.
func writeLedger(w *writer, b *bijou) {
	letters := map[string]int{}
	for _, doc := range b.documents {
		if doc.kind != 7 {
			continue
		}
		payer := doc.customer.payer
		e := entry{journal: "VTE", account: "4110000", tiers: payer, date: doc.date, due: doc.date.AddDate(0, 0, 30), piece: doc.piece, label: "Facture " + doc.piece, amount: doc.totalTTC()}
		if doc.negative() {
			e.label = "Avoir " + doc.piece
		}
		if doc.paid() != 0 && doc.paid() == doc.toPay() {
			letters[payer]++
			e.letters = lettering(letters[payer])
		}
		b.post(w, e)
		e.tiers, e.letters, e.credit = nil, "", !e.credit
		e.account, e.amount = "7071000", doc.totalNet()
		b.post(w, e)
		if tax := doc.totalTTC() - doc.totalNet(); tax != 0 {
			e.account, e.amount = "4457100", tax
			b.post(w, e)
		}
	}
	for _, p := range b.paid {
		e := entry{journal: "BQ1", account: "4110000", tiers: p.payer, date: p.date, due: p.date, piece: fmt.Sprint(p.number), label: "Règlement " + p.payer, credit: true, amount: p.amount}
		b.post(w, e)
		e.account, e.tiers, e.credit = "5121000", nil, false
		b.post(w, e)
	}
	writeLedgerTraps(w, b)
}

// post writes an entry. EC_Montant is never negative: the side turns instead.
func (b *bijou) post(w *writer, e entry) {
	if e.amount < 0 {
		e.amount, e.credit = -e.amount, !e.credit
	}
	b.entries++
	r := row{
		"JO_Num": e.journal, "EC_No": b.entries, "JM_Date": stamp(e.date.AddDate(0, 0, 1-e.date.Day())), "EC_Jour": e.date.Day(), "EC_Date": stamp(e.date),
		"EC_Piece": e.piece, "EC_RefPiece": e.piece, "CG_Num": e.account, "CT_Num": e.tiers, "EC_Intitule": firstBytes(e.label, 35), "N_Reglement": 1, "EC_Echeance": stamp(e.due),
		"N_Devise": 1, "EC_Sens": flag(e.credit), "EC_Montant": e.amount.euros(), "EC_Lettre": flag(e.letters != ""), "EC_Lettrage": e.letters, "EC_Reference": e.piece,
		"cbModification": stamp(e.date), "EC_TresoPiece": "INTERNE", "EC_Pointage": "INT", "EC_Cloture": flag(e.date.Year() < 2025),
	}
	maps.Copy(r, e.special)
	w.add("F_ECRITUREC", r)
}

// lettering gives the three letters of a customer's n-th matched group.
func lettering(n int) string {
	return string([]byte{byte('A' + n/676%26), byte('A' + n/26%26), byte('A' + n%26)})
}
