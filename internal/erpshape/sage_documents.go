package erpshape

import "fmt"

// sageDocument is a header of the Sage dossier.
type sageDocument struct {
	domain, kind, status, provenance int
	tiers, payer                     string
}

// planSageDocuments gives six documents a customer, then eight that only look
// like a customer's.
func planSageDocuments() []sageDocument {
	var list []sageDocument
	for i, code := range sageCustomers {
		payer := code
		if code == SageBeta {
			payer = SageAlpha
		}
		other := []sageDocument{{kind: 3, status: 1}, {kind: 6, status: 1}, {kind: 8, status: 2}, {kind: 2, status: 1}, {kind: 4, status: 1}, {kind: 5, status: 1}}[i%6]
		for _, d := range []sageDocument{{kind: 0, status: 1}, {kind: 0, status: 0}, {kind: 1, status: 2}, {kind: 7, status: 2}, {kind: 7, status: 2, provenance: 2}, other} {
			d.tiers, d.payer = code, payer
			list = append(list, d)
		}
	}
	return append(list,
		sageDocument{domain: 1, kind: 17, status: 2, tiers: SageSupplier, payer: SageSupplier},
		sageDocument{domain: 1, kind: 17, status: 2, tiers: SageAlpha},
		sageDocument{domain: 1, kind: 12, status: 2, tiers: SageBeta},
		sageDocument{domain: 2, kind: 23, status: 2, tiers: SageNumber},
		sageDocument{domain: 2, kind: 23, status: 2, tiers: SageAlpha},
		sageDocument{domain: 2, kind: 20, status: 2, tiers: "0"},
		sageDocument{domain: 3, kind: 30, status: 2, tiers: SageAlpha},
		sageDocument{domain: 4, kind: 40, status: 2, tiers: SageAlpha},
	)
}

func fillSageDocuments(l *loader) {
	for n, d := range planSageDocuments() {
		piece := fmt.Sprintf("P%06d", n+1)
		if d.domain == 1 && d.kind == 17 && d.tiers == SageAlpha {
			piece = "P000010" // the number of a sales invoice of Beta
		}
		date := fmt.Sprintf("2025-%02d-%02d 00:00:00", 1+n%12, 1+n%28)
		header := row{"DO_Domaine": d.domain, "DO_Type": d.kind, "DO_Piece": piece, "DO_Date": date, "DO_Tiers": d.tiers, "DO_Statut": d.status, "DO_Provenance": d.provenance,
			"DO_Ref": []any{"REF " + piece, "", nil}[n%3], "DO_TotalHT": amount(n), "DO_TotalTTC": amount(2 * n), "DO_Coord01": "interne", "NATURE BL": "interne", "DO_Devise": 1, "DO_Cours": 1}
		if d.payer != "" {
			header["CT_NumPayeur"] = d.payer
		}
		l.add("F_DOCENTETE", header)
		for k := range 2 {
			fillSageLine(l, n, k, d, piece, date)
		}
		if d.domain == 0 && d.kind == 7 {
			fillSageMoney(l, n, d, piece, date)
		}
	}
	// A till movement, a payment to a customer, and lines that no statement shows.
	l.add("F_CREGLEMENT", row{"RG_No": 901, "CT_NumPayeur": SageAlpha, "RG_Type": 0, "RG_TypeReg": 4, "RG_Montant": "901.01", "JO_Num": "CAI", "RG_Cloture": 0})
	l.add("F_CREGLEMENT", row{"RG_No": 902, "CT_NumPayeur": SageAlpha, "RG_Type": 1, "RG_TypeReg": 0, "RG_Montant": "902.02", "JO_Num": "BQ1", "RG_Cloture": 0})
	for i, special := range []row{{"EC_CType": 1}, {"EC_Norme": 2}} {
		special["EC_No"], special["JO_Num"], special["JM_Date"], special["CG_Num"], special["CT_Num"] = 9001+i, "OD", "2025-01-01 00:00:00", "4110000", SageAlpha
		special["EC_Montant"] = "9000.99"
		l.add("F_ECRITUREC", special)
	}
}

func fillSageLine(l *loader, n, k int, d sageDocument, piece, date string) {
	line := row{"DO_Domaine": d.domain, "DO_Type": d.kind, "DO_Piece": piece, "DO_Date": date, "CT_Num": d.tiers, "DL_No": 2*n + k + 1, "DL_Ligne": 1000 * (k + 1),
		"DL_Design": fmt.Sprintf("Ligne %d de %s", k+1, piece), "DL_Qte": k + 1, "DL_MontantHT": amount(3*n + k), "DL_Valorise": 1, "DL_PrixRU": amount(n), "PF_Num": ""}
	switch {
	case k == 0 || n%5 > 0:
		line["AR_Ref"] = fmt.Sprintf("ART%02d", (n+k)%10)
	default: // a comment
		line["AR_Ref"], line["DL_Qte"], line["DL_MontantHT"] = nil, 0, 0
	}
	if k == 1 && d.kind == 7 && d.tiers == SageAlpha { // delivered to the branch
		line["CT_Num"] = SageBeta
	}
	l.add("F_DOCLIGNE", line)
}

// fillSageMoney gives a posted invoice its due date, payment and entries, all
// three of its payer.
func fillSageMoney(l *loader, n int, d sageDocument, piece, date string) {
	l.add("F_DOCREGL", row{"DR_No": n + 1, "DO_Domaine": 0, "DO_Type": 7, "DO_Piece": piece, "DR_TypeRegl": 2, "DR_Date": date, "DR_Montant": amount(2 * n), "DR_Regle": 1, "N_Reglement": 1})
	l.add("F_CREGLEMENT", row{"RG_No": n + 1, "CT_NumPayeur": d.payer, "RG_Date": date, "RG_Montant": amount(2 * n), "RG_Type": 0, "RG_TypeReg": 0, "JO_Num": "BQ1", "RG_Cloture": 0, "RG_Banque": 1})
	l.add("F_REGLECH", row{"RG_No": n + 1, "DR_No": n + 1, "DO_Domaine": 0, "DO_Type": 7, "DO_Piece": piece, "RC_Montant": amount(2 * n)})
	l.add("F_ECRITUREC", row{"EC_No": 2*n + 1, "JO_Num": "VTE", "JM_Date": date[:8] + "01 00:00:00", "EC_Jour": 1 + n%28, "CG_Num": "4110000", "CT_Num": d.payer, "EC_Piece": piece, "EC_Sens": 0, "EC_Montant": amount(2 * n)})
	l.add("F_ECRITUREC", row{"EC_No": 2*n + 2, "JO_Num": "VTE", "JM_Date": date[:8] + "01 00:00:00", "EC_Jour": 1 + n%28, "CG_Num": "7071000", "CT_Num": nil, "EC_Piece": piece, "EC_Sens": 1, "EC_Montant": amount(2 * n)})
}

func fillSageSubscriptions(l *loader) {
	for i, s := range []struct {
		kind  int
		tiers string
	}{{0, SageAlpha}, {0, SageBeta}, {1, SageAlpha}, {0, ""}} {
		number := i + 1
		l.add("F_ABONNEMENT", row{"AB_No": number, "AB_TypeTiers": s.kind, "AB_Type": 1, "CT_Num": s.tiers, "AB_Intitule": fmt.Sprintf("Abonnement %d", number)})
		l.add("F_ABOENTETE", row{"AB_No": number, "DE_No": 1})
		l.add("F_ABOLIGNE", row{"AB_No": number, "AL_No": number, "AR_Ref": "ART00", "AL_Design": "Révision", "AL_Qte": 1, "AL_MontantHT": amount(number), "AL_PrixRU": 1})
		l.add("F_ABOPERIODE", row{"AB_No": number, "PE_Debut": "2025-01-01 00:00:00", "PE_Fin": "2025-12-31 00:00:00"})
	}
}

// amount gives a sum of money that tells n.
func amount(n int) string { return fmt.Sprintf("%d.%02d", 100+7*n, n%100) }
