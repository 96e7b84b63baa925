package erpshape

import "fmt"

// SageBusiness adds the business to a Sage dossier: Alpha's and Beta's.
func SageBusiness(r *Rows) {
	codes := map[string]string{"A": SageAlpha, "B": SageBeta}
	r.Add("P_DEVISE", map[string]any{"D_Intitule": "Euro", "D_CodeISO": "EUR", "cbIndice": 1})
	line := 50000
	for n, d := range Business() {
		code, ours := codes[d.Customer]
		if !ours {
			continue
		}
		kind := map[string]int{"quote": 0, "order": 1, "delivery": 3, "invoice": 7, "credit_note": 7}[d.Kind]
		provenance, status := 0, 1
		switch {
		case d.Kind == "credit_note":
			provenance = 2
		case d.Released:
		case d.Kind == "delivery":
			kind = 2 // a preparation
		case d.Kind == "invoice":
			kind = 6 // not posted yet
		default:
			status = 0
		}
		exclTax, inclTax := d.Total()
		r.Add("F_DOCENTETE", map[string]any{"DO_Domaine": 0, "DO_Type": kind, "DO_Piece": d.Number, "DO_Date": d.Date + " 00:00:00", "DO_Tiers": code, "CT_NumPayeur": code, "DO_Statut": status,
			"DO_Provenance": provenance, "DO_Ref": "REF " + d.Number, "DO_TotalHT": exclTax, "DO_TotalHTNet": exclTax, "DO_TotalTTC": inclTax, "DO_MontantRegle": d.Paid, "DO_NetAPayer": inclTax, "DO_Coord01": "interne", "DO_Devise": 1, "DO_Cours": 1})
		for k, l := range append(d.Lines, DocumentLine{Article: "ART02", Text: "Composant de " + d.Number, Quantity: 1, Total: 9990}) {
			line++
			r.Add("F_DOCLIGNE", map[string]any{"DO_Domaine": 0, "DO_Type": kind, "DO_Piece": d.Number, "DO_Date": d.Date + " 00:00:00", "CT_Num": code, "DL_No": line, "DL_Ligne": 1000 * (k + 1), "AR_Ref": l.Article,
				"DL_Design": l.Text, "DL_Qte": l.Quantity, "DL_MontantHT": l.Total, "DL_MontantTTC": l.Total * 6 / 5, "DL_Taxe1": 20, "DL_Valorise": bit(k < 2), "DL_PrixRU": 1, "PF_Num": ""})
		}
		if d.Due == "" || !d.Released {
			continue
		}
		r.Add("F_DOCREGL", map[string]any{"DR_No": 5000 + n, "DO_Domaine": 0, "DO_Type": kind, "DO_Piece": d.Number, "DR_TypeRegl": 2, "DR_Date": d.Due + " 00:00:00", "DR_Montant": inclTax, "DR_Regle": bit(d.Paid == inclTax), "N_Reglement": 1,
			"DR_AdressePaiement": "https://pay.example/" + d.Number})
		if d.Paid > 0 {
			r.Add("F_CREGLEMENT", map[string]any{"RG_No": 5000 + n, "CT_NumPayeur": code, "RG_Date": d.Due + " 00:00:00", "RG_Montant": d.Paid, "RG_Type": 0, "RG_TypeReg": 0, "RG_Piece": d.payment(), "RG_Reference": fmt.Sprintf("CHQ %d", n), "JO_Num": "BQ1", "RG_Cloture": 0, "N_Devise": 1, "N_Reglement": 1})
			r.Add("F_REGLECH", map[string]any{"RG_No": 5000 + n, "DR_No": 5000 + n, "DO_Domaine": 0, "DO_Type": kind, "DO_Piece": d.Number, "RC_Montant": d.Paid})
		}
	}
}
