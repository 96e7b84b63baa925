package demo

import (
	"fmt"
	"time"
)

// due is one line of F_DOCREGL: a deposit or a due date.
type due struct {
	number  int
	deposit bool
	date    time.Time
	percent int
	amount  cents
	paid    cents
	paidOn  time.Time
	mode    int // payment mode
}

// settle plans when a document is to be paid, and whether it was.
func (b *bijou) settle(d *dice, doc *document) {
	if doc.domain != 0 || doc.kind != 1 && !doc.invoice() {
		return
	}
	mode := d.between(1, 4)
	if doc.deposit != 0 {
		b.dues++
		doc.dues = append(doc.dues, due{number: b.dues, deposit: true, date: doc.date, amount: doc.deposit, paid: doc.deposit, paidOn: doc.date, mode: mode})
	}
	parts := 1
	if doc.invoice() && doc.toPay() > 500_000 {
		parts = 2
	}
	rest := doc.toPay()
	for i := range parts {
		amount := divide(rest, int64(parts-i))
		rest -= amount
		b.dues++
		next := due{number: b.dues, date: doc.date.AddDate(0, 0, 30*(i+1)), percent: 100 / parts, amount: amount, mode: mode}
		if doc.invoice() && amount > 0 && next.date.Before(today) {
			switch p := d.n(100); {
			case p < 88:
				next.paid = amount
			case p < 94:
				next.paid = amount.percentOf(40)
			}
			next.paidOn = next.date.AddDate(0, 0, d.between(-5, 12))
			if next.paidOn.After(today) {
				next.paidOn = today
			}
		}
		doc.dues = append(doc.dues, next)
	}
}

// paid is what has been paid on the due dates, deposits aside: what is left to
// pay is DO_NetAPayer less this.
func (doc *document) paid() cents {
	var sum cents
	for _, x := range doc.dues {
		if !x.deposit {
			sum += x.paid
		}
	}
	return sum
}

func (x due) row(doc *document) row {
	kind, label := 2, "Échéance"
	if x.deposit {
		kind, label = 0, "Acompte"
	}
	return row{
		"DR_No": x.number, "DO_Domaine": doc.domain, "DO_Type": doc.kind, "DO_Piece": doc.piece, "DR_TypeRegl": kind, "DR_Date": stamp(x.date), "DR_Libelle": label,
		"DR_Pourcent": x.percent, "DR_Montant": x.amount.euros(), "DR_Regle": flag(x.paid != 0 && x.paid == x.amount), "N_Reglement": x.mode, "DO_DocType": doc.kind,
		"cbModification": stamp(doc.date),
	}
}

// payment is one row of F_CREGLEMENT with what it settles.
type payment struct {
	number int
	payer  string
	date   time.Time
	mode   int
	amount cents
	parts  []allocation
}

type allocation struct {
	document *document
	due      due
}

// writePayments writes payments and what they settle. A payer settles what
// falls due within three weeks with one payment, documents of his branches
// included.
func writePayments(w *writer, b *bijou) {
	open := map[string]*payment{}
	var all []*payment
	for _, doc := range b.documents {
		for _, x := range doc.dues {
			if x.paid == 0 {
				continue
			}
			payer := doc.customer.payer
			p := open[payer]
			if p == nil || len(p.parts) == 4 || x.paidOn.Sub(p.date).Abs() > 21*24*time.Hour {
				b.payments++
				p = &payment{number: b.payments, payer: payer, date: x.paidOn, mode: x.mode}
				open[payer] = p
				all = append(all, p)
			}
			p.amount += x.paid
			p.parts = append(p.parts, allocation{doc, x})
		}
	}
	for _, p := range all {
		w.add("F_CREGLEMENT", p.row())
		for _, part := range p.parts {
			w.add("F_REGLECH", row{"RG_No": p.number, "DR_No": part.due.number, "DO_Domaine": part.document.domain, "DO_Type": part.document.kind,
				"DO_Piece": part.document.piece, "RC_Montant": part.due.paid.euros(), "RG_TypeReg": 0, "cbModification": stamp(p.date)})
		}
	}
	b.paid = all
	writePaymentTraps(w, b)
}

func (p *payment) row() row {
	return row{
		"RG_No": p.number, "CT_NumPayeur": p.payer, "CT_NumPayeurOrig": p.payer, "RG_Date": stamp(p.date), "RG_Reference": fmt.Sprintf("RGT %06d", p.number),
		"RG_Libelle": "Règlement client", "RG_Montant": p.amount.euros(), "N_Reglement": p.mode, "RG_Impute": 1, "RG_Compta": 1, "RG_Type": 0, "RG_TypeReg": 0, "RG_Cours": 1,
		"N_Devise": 1, "JO_Num": "BQ1", "CG_Num": "4110000", "CG_NumCont": "5121000", "RG_Piece": fmt.Sprintf("%d", p.number), "RG_Cloture": 0, "RG_Valide": 1,
		"RG_DateEchCont": stamp(p.date), "cbModification": stamp(p.date), "RG_MontantNet": p.amount.euros(), "RG_Heure": "000100000",
	}
}
