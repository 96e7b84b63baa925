package demo

import "fmt"

// writeSettings writes the parameter tables, warehouses, taxes and the
// seller's own people. Rows of P_ tables are known by cbIndice, counted from 1.
func writeSettings(w *writer, b *bijou) {
	siren, siret := company(newDice("company"))
	w.add("P_DOSSIER", row{
		"D_RaisonSoc": "BIJOU NÉGOCE", "D_Profession": "Négoce de bijoux et de montres", "D_Adresse": "88 rue des Orfèvres", "D_CodePostal": "75004",
		"D_Ville": "Paris", "D_Pays": "France", "D_Siret": siret, "D_Ape": "4648Z", "D_Identifiant": "FR00" + siren, "D_Telephone": "01 99 00 00 01",
		"D_EMailSoc": "bonjour@bijou.example", "D_Site": "https://www.bijou.example", "D_FormeJuridique": "SAS", "D_Capital": 150000, "N_DeviseCompte": 1,
		"D_Commentaire": InternalMark + " dossier de démonstration", "D_NumDoss": "BIJOU", "D_LgCg": 7, "D_LgAn": 7,
		"D_DebutExo01": "2023-01-01 00:00:00", "D_FinExo01": "2023-12-31 00:00:00", "D_DebutExo02": "2024-01-01 00:00:00", "D_FinExo02": "2024-12-31 00:00:00",
		"D_DebutExo03": "2025-01-01 00:00:00", "D_FinExo03": "2025-12-31 00:00:00", "D_DebutExo04": "2026-01-01 00:00:00", "D_FinExo04": "2026-12-31 00:00:00",
	})
	for i, label := range []string{"Détaillants", "Grossistes", "Export", "Groupements", "Site marchand"} {
		w.add("P_CATTARIF", row{"CT_Intitule": label, "cbIndice": i + 1})
	}
	for i, mode := range []struct{ code, label string }{{"V", "Virement"}, {"C", "Chèque"}, {"L", "LCR acceptée"}, {"B", "Carte bancaire"}, {"E", "Espèces"}} {
		w.add("P_REGLEMENT", row{"R_Intitule": mode.label, "R_Code": mode.code, "cbIndice": i + 1})
	}
	for i, money := range []struct{ iso, label, sign string }{{"EUR", "Euro", "€"}, {"USD", "Dollar US", "$"}, {"CHF", "Franc suisse", "CHF"}} {
		w.add("P_DEVISE", row{"D_Intitule": money.label, "D_CodeISO": money.iso, "D_Sigle": money.sign, "D_Cours": 1, "cbIndice": i + 1})
	}
	for i, unit := range []string{"Pièce", "Paire", "Gramme", "Carat", "Boîte", "Mois"} {
		w.add("P_UNITE", row{"U_Intitule": unit, "U_NbUnite": 1, "cbIndice": i + 1})
	}
	for i, label := range []string{"Ventes", "Ventes export"} {
		w.add("P_SOUCHEVENTE", row{"S_Intitule": label, "S_Valide": 1, "JO_Num": "VTE", "cbIndice": i + 1})
	}
	for i, label := range []string{"Transporteur de valeurs", "Colis recommandé", "Retrait au comptoir"} {
		w.add("P_EXPEDITION", row{"E_Intitule": label, "E_Mode": fmt.Sprint(i + 1), "cbIndice": i + 1})
	}
	for i, tax := range []struct {
		code, label string
		rate        int
	}{{"C20", "TVA collectée 20 %", vatRate}, {"C00", "Livraison exonérée", 0}, {"D20", "TVA déductible 20 %", vatRate}} {
		w.add("F_TAXE", row{"TA_Code": tax.code, "TA_Intitule": tax.label, "TA_Taux": tax.rate, "TA_No": i + 1, "TA_Type": flag(tax.code == "D20"), "CG_Num": "4457100"})
	}
	for i, label := range []string{"Paris Orfèvres", "Besançon Horlogerie", "Dépôt-vente chez clients"} {
		w.add("F_DEPOT", row{"DE_No": i + 1, "DE_Intitule": label, "DE_Adresse": "88 rue des Orfèvres", "DE_CodePostal": "75004", "DE_Ville": "Paris",
			"DE_Principal": flag(i == 0), "DE_Code": fmt.Sprintf("D%02d", i+1), "DE_EMail": "depot@bijou.example"})
	}
	writeOwnPeople(w)
	for i, name := range freeColumns {
		w.add("cbSysLibre", row{"CB_File": "F_DOCENTETE", "CB_Name": name, "CB_Pos": i + 1, "CB_Type": 9, "CB_Len": 35, "CB_Creator": "COLS"})
	}
}

// freeColumns are the columns that the site itself added to F_DOCENTETE.
var freeColumns = []string{"NATURE BL", "Contrôlé par"}

// writeOwnPeople writes the seller's representatives; their private addresses
// stand in the same rows.
func writeOwnPeople(w *writer) {
	d := newDice("own people")
	for i, name := range [][2]string{{"Prévost", "Hélène"}, {"Kerbrat", "Yann"}, {"Ducasse", "Samir"}, {"Weber", "Claire"}, {"Olivieri", "Noémie"}, {"Tardieu", "Loïc"}, {"Imbert", "Sylvie"}} {
		w.add("F_COLLABORATEUR", row{
			"CO_No": i + 1, "CO_Nom": name[0], "CO_Prenom": name[1], "CO_Fonction": "Commercial", "CO_Service": "Ventes", "CO_Vendeur": flag(i < 6),
			"CO_Telephone": landline(d), "CO_TelPortable": mobile(d), "CO_EMail": slug(name[1]) + "." + slug(name[0]) + "@bijou.example",
			"CO_Adresse": InternalMark + " 5 rue Basse", "CO_CodePostal": "75009", "CO_Ville": "Paris", "CO_Matricule": fmt.Sprintf("INTERNE%03d", i+1),
		})
	}
}
