package demo

import (
	"database/sql"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func checkCounts(t *testing.T, db *sql.DB) {
	for query, least := range map[string]int{
		"F_COMPTET WHERE CT_Type = 0":                            320,
		"F_COMPTET WHERE CT_Type = 1":                            20,
		"F_COMPTET WHERE CT_Type = 0 AND CT_Sommeil = 1":         10,
		"F_COMPTET WHERE CT_Type = 0 AND CT_Prospect = 1":        8,
		"F_COMPTET WHERE CT_Type = 0 AND CT_NumPayeur <> CT_Num": 8,
		"F_COMPTET WHERE CT_Type = 0 AND CT_NumCentrale <> ''":   5,
		"F_CONTACTT":                      750,
		"F_LIVRAISON":                     340,
		"F_COLLABORATEUR":                 6,
		"F_ARTICLE":                       200,
		"F_ARTICLE WHERE AR_Sommeil = 1":  5,
		"F_ARTICLE WHERE AR_Publie = 0":   5,
		"F_FAMILLE":                       8,
		"F_ARTSTOCK":                      300,
		"F_ARTCLIENT WHERE CT_Num <> ''":  100,
		"F_DOCENTETE":                     6500,
		"F_DOCLIGNE":                      26000,
		"F_DOCREGL":                       4000,
		"F_DOCREGL WHERE DR_TypeRegl = 0": 50,
		"F_CREGLEMENT":                    2000,
		"F_REGLECH":                       3000,
		"F_ECRITUREC":                     10000,
		"F_ABONNEMENT":                    40,
		"F_ABOENTETE":                     40,
		"F_ABOLIGNE":                      80,
		"F_ABOPERIODE":                    200,
		"F_DOCENTETE WHERE DO_Type = 0 AND DO_Statut = 0":                        20,
		"F_DOCENTETE WHERE DO_Type = 0 AND DO_Statut = 2":                        100,
		"F_DOCENTETE WHERE DO_Type = 1":                                          300,
		"F_DOCENTETE WHERE DO_Type = 2":                                          50,
		"F_DOCENTETE WHERE DO_Type = 3":                                          300,
		"F_DOCENTETE WHERE DO_Type = 4":                                          50,
		"F_DOCENTETE WHERE DO_Type = 5":                                          50,
		"F_DOCENTETE WHERE DO_Type = 6":                                          300,
		"F_DOCENTETE WHERE DO_Type = 7":                                          2000,
		"F_DOCENTETE WHERE DO_Type = 8":                                          100,
		"F_DOCENTETE WHERE DO_Type IN (6, 7) AND DO_Provenance = 1":              50,
		"F_DOCENTETE WHERE DO_Type IN (6, 7) AND DO_Provenance = 2":              50,
		"F_DOCENTETE WHERE DO_Type IN (6, 7) AND DO_Provenance = 4":              50,
		"F_DOCENTETE WHERE DO_Domaine = 1":                                       200,
		"F_DOCENTETE WHERE DO_Domaine = 2":                                       50,
		`F_DOCENTETE WHERE "NATURE BL" LIKE 'INTERNE%' AND "Contrôlé par" <> ''`: 6500,
		"P_DOSSIER": 1, "P_CATTARIF": 3, "P_REGLEMENT": 3, "P_DEVISE": 2, "P_UNITE": 4, "P_SOUCHEVENTE": 2,
	} {
		if n := count(t, db, query); n < least {
			t.Errorf("%s: %d rows, want %d at least", query, n, least)
		}
	}
}

func checkReferences(t *testing.T, db *sql.DB) {
	if broken := column1(t, db, `SELECT "table" || ' row ' || rowid || ' misses ' || parent FROM pragma_foreign_key_check LIMIT 5`); broken != nil {
		t.Errorf("foreign keys: %q", broken)
	}
	// What Sage declares no key for.
	for what, query := range map[string]string{
		"a line without its header":            "F_DOCLIGNE l WHERE NOT EXISTS (SELECT 1 FROM F_DOCENTETE h WHERE h.DO_Domaine = l.DO_Domaine AND h.DO_Type = l.DO_Type AND h.DO_Piece = l.DO_Piece)",
		"a header without a line":              "F_DOCENTETE h WHERE NOT EXISTS (SELECT 1 FROM F_DOCLIGNE l WHERE h.DO_Domaine = l.DO_Domaine AND h.DO_Type = l.DO_Type AND h.DO_Piece = l.DO_Piece)",
		"a due date without its header":        "F_DOCREGL r WHERE NOT EXISTS (SELECT 1 FROM F_DOCENTETE h WHERE h.DO_Domaine = r.DO_Domaine AND h.DO_Type = r.DO_Type AND h.DO_Piece = r.DO_Piece)",
		"an allocation to another document":    "F_REGLECH a WHERE NOT EXISTS (SELECT 1 FROM F_DOCREGL r WHERE r.DR_No = a.DR_No AND r.DO_Type = a.DO_Type AND r.DO_Piece = a.DO_Piece)",
		"a sale to nobody":                     "F_DOCENTETE h WHERE DO_Domaine = 0 AND NOT EXISTS (SELECT 1 FROM F_COMPTET c WHERE c.CT_Num = h.DO_Tiers AND c.CT_Type = 0)",
		"a payer who is no customer":           "F_COMPTET c WHERE CT_Type = 0 AND NOT EXISTS (SELECT 1 FROM F_COMPTET p WHERE p.CT_Num = c.CT_NumPayeur AND p.CT_Type = 0)",
		"an article of no family":              "F_ARTICLE a WHERE NOT EXISTS (SELECT 1 FROM F_FAMILLE f WHERE f.FA_CodeFamille = a.FA_CodeFamille AND f.FA_Type = 0)",
		"a price of no article":                "F_ARTCLIENT p WHERE NOT EXISTS (SELECT 1 FROM F_ARTICLE a WHERE a.AR_Ref = p.AR_Ref)",
		"a subscription without a header":      "F_ABONNEMENT s WHERE NOT EXISTS (SELECT 1 FROM F_ABOENTETE h WHERE h.AB_No = s.AB_No)",
		"a document of another's subscription": "F_DOCENTETE h WHERE AB_No > 0 AND NOT EXISTS (SELECT 1 FROM F_ABONNEMENT s WHERE s.AB_No = h.AB_No AND s.CT_Num = h.DO_Tiers)",
		"a category that P_CATTARIF lacks":     "F_COMPTET c WHERE NOT EXISTS (SELECT 1 FROM P_CATTARIF p WHERE p.cbIndice = c.N_CatTarif)",
		"a series that P_SOUCHEVENTE lacks":    "F_DOCENTETE h WHERE NOT EXISTS (SELECT 1 FROM P_SOUCHEVENTE s WHERE s.cbIndice = h.DO_Souche + 1)",
	} {
		if n := count(t, db, query); n > 0 {
			t.Errorf("%s: %d times", what, n)
		}
	}
}

func checkTotals(t *testing.T, db *sql.DB) {
	const lines = "(SELECT coalesce(sum(l.DL_MontantHT), 0) FROM F_DOCLIGNE l WHERE l.DO_Domaine = h.DO_Domaine AND l.DO_Type = h.DO_Type AND l.DO_Piece = h.DO_Piece AND l.DL_Valorise = 1)"
	const dues = "(SELECT sum(r.DR_Montant) FROM F_DOCREGL r WHERE r.DO_Domaine = h.DO_Domaine AND r.DO_Type = h.DO_Type AND r.DO_Piece = h.DO_Piece AND r.DR_TypeRegl %s)"
	for what, query := range map[string]string{
		"total of the lines":        "F_DOCENTETE h WHERE abs(h.DO_TotalHT - " + lines + ") > 0.001",
		"net of the header":         "F_DOCENTETE h WHERE abs(h.DO_TotalHTNet - (h.DO_TotalHT + h.DO_ValFrais - round(h.DO_TotalHT * h.DO_TxEscompte / 100.0, 2))) > 0.0101",
		"total with tax":            "F_DOCENTETE h WHERE abs(h.DO_TotalTTC - h.DO_TotalHTNet * (100 + h.DO_Taxe1) / 100.0) > 0.0051",
		"amount of a line":          "F_DOCLIGNE l WHERE abs(DL_MontantHT - DL_Qte * DL_PrixUnitaire * (100 - DL_Remise01REM_Valeur) / 100.0) > 0.0051",
		"due dates make the net":    "F_DOCENTETE h WHERE h.DO_Domaine = 0 AND h.DO_Type IN (1, 6, 7) AND abs(h.DO_NetAPayer - " + strings.Replace(dues, "%s", "= 2", 1) + ") > 0.001",
		"deposits make the rest":    "F_DOCENTETE h WHERE h.DO_Domaine = 0 AND abs(h.DO_TotalTTC - h.DO_NetAPayer - coalesce(" + strings.Replace(dues, "%s", "= 0", 1) + ", 0)) > 0.001",
		"payments make what's paid": "F_DOCENTETE h WHERE h.DO_Domaine = 0 AND abs(h.DO_MontantRegle - (SELECT coalesce(sum(a.RC_Montant), 0) FROM F_REGLECH a JOIN F_DOCREGL r ON r.DR_No = a.DR_No AND r.DR_TypeRegl = 2 WHERE a.DO_Domaine = 0 AND a.DO_Type = h.DO_Type AND a.DO_Piece = h.DO_Piece)) > 0.001",
		"a payment is spent":        "F_CREGLEMENT p WHERE RG_Type = 0 AND RG_TypeReg = 0 AND abs(p.RG_Montant - (SELECT sum(a.RC_Montant) FROM F_REGLECH a WHERE a.RG_No = p.RG_No)) > 0.001",
		"settled means paid":        "F_DOCREGL r WHERE (DR_Regle = 1) <> (DR_Montant <> 0 AND abs(DR_Montant - (SELECT coalesce(sum(a.RC_Montant), 0) FROM F_REGLECH a WHERE a.DR_No = r.DR_No)) < 0.001)",
		"a piece balances":          "(SELECT 1 FROM F_ECRITUREC WHERE JO_Num IN ('VTE', 'BQ1') AND EC_CType = 0 GROUP BY JO_Num, EC_Piece HAVING abs(sum(CASE EC_Sens WHEN 0 THEN EC_Montant ELSE -EC_Montant END)) > 0.001)",
		"money has two decimals":    "F_DOCLIGNE WHERE abs(DL_MontantHT * 100 - round(DL_MontantHT * 100)) > 0.0001",
	} {
		if n := count(t, db, query); n > 0 {
			t.Errorf("%s: wrong %d times", what, n)
		}
	}
}

func checkTraps(t *testing.T, db *sql.DB) {
	for what, query := range map[string]string{
		"purchase under a customer's code":           "F_DOCENTETE WHERE DO_Domaine = 1 AND DO_Tiers = 'BAGUES'",
		"transfer under a customer's code":           "F_DOCENTETE WHERE DO_Domaine = 2 AND DO_Type = 23 AND DO_Tiers = 'CARAT'",
		"transfer to a warehouse that is a customer": "F_DOCENTETE h WHERE DO_Domaine = 2 AND DO_Tiers = '2' AND EXISTS (SELECT 1 FROM F_COMPTET c WHERE c.CT_Num = h.DO_Tiers)",
		"purchase with a sales invoice's number":     "F_DOCENTETE p JOIN F_DOCENTETE s ON s.DO_Type = 7 AND s.DO_Piece = p.DO_Piece WHERE p.DO_Domaine = 1 AND s.DO_Tiers <> p.DO_Tiers",
		"line delivered to another customer":         "F_DOCLIGNE l JOIN F_DOCENTETE h ON h.DO_Domaine = l.DO_Domaine AND h.DO_Type = l.DO_Type AND h.DO_Piece = l.DO_Piece WHERE h.DO_Domaine = 0 AND l.CT_Num <> h.DO_Tiers",
		"invoice paid by another customer":           "F_DOCENTETE WHERE DO_Type = 7 AND CT_NumPayeur <> DO_Tiers",
		"payment for documents of two customers":     "(SELECT a.RG_No FROM F_REGLECH a JOIN F_DOCENTETE h ON h.DO_Type = a.DO_Type AND h.DO_Piece = a.DO_Piece GROUP BY a.RG_No HAVING count(DISTINCT h.DO_Tiers) > 1)",
		"payment to a customer":                      "F_CREGLEMENT WHERE RG_Type = 1 AND CT_NumPayeur = 'BAGUES'",
		"till movement under a customer":             "F_CREGLEMENT WHERE RG_TypeReg <> 0 AND CT_NumPayeur = 'BAGUES'",
		"ledger line without a third party":          "F_ECRITUREC WHERE CT_Num IS NULL",
		"centralisation under a customer":            "F_ECRITUREC WHERE EC_CType = 1 AND CT_Num = 'BAGUES'",
		"IFRS line under a customer":                 "F_ECRITUREC WHERE EC_Norme = 2 AND CT_Num = 'CARAT'",
		"price of a category, CT_Num NULL":           "F_ARTCLIENT WHERE CT_Num IS NULL",
		"price of a category, CT_Num empty":          "F_ARTCLIENT WHERE CT_Num = ''",
		"supplier's contact":                         "F_CONTACTT k JOIN F_COMPTET c ON c.CT_Num = k.CT_Num WHERE c.CT_Type = 1",
		"supplier's address":                         "F_LIVRAISON a JOIN F_COMPTET c ON c.CT_Num = a.CT_Num WHERE c.CT_Type = 1",
		"supplier's subscription under a customer":   "F_ABONNEMENT WHERE AB_TypeTiers = 1 AND CT_Num = 'BAGUES'",
		"code that begins like another's":            "F_COMPTET WHERE CT_Num LIKE 'BAGUES_%' AND CT_Type = 0",
		"supplier's code like a customer's":          "F_COMPTET WHERE CT_Num LIKE 'BAGUES_%' AND CT_Type = 1",
		"kit component":                              "F_DOCLIGNE WHERE DL_Valorise = 0 AND AR_RefCompose <> ''",
		"comment line":                               "F_DOCLIGNE WHERE AR_Ref IS NULL",
		"reference NULL":                             "F_DOCENTETE WHERE DO_Domaine = 0 AND DO_Ref IS NULL",
		"reference empty":                            "F_DOCENTETE WHERE DO_Domaine = 0 AND DO_Ref = ''",
		"contact without an e-mail":                  "F_CONTACTT WHERE CT_EMail IS NULL",
		"contact with an empty e-mail":               "F_CONTACTT WHERE CT_EMail = ''",
		"one e-mail at two customers":                "(SELECT 1 FROM F_CONTACTT WHERE CT_EMail <> '' GROUP BY CT_EMail HAVING count(DISTINCT CT_Num) > 1)",
		"general e-mail":                             "F_CONTACTT WHERE CT_EMail LIKE 'info@%'",
		"customer without a contact":                 "F_COMPTET c WHERE CT_Type = 0 AND NOT EXISTS (SELECT 1 FROM F_CONTACTT k WHERE k.CT_Num = c.CT_Num)",
		"quote in a name":                            "F_COMPTET WHERE CT_Intitule LIKE '%''%'",
		"letter beyond Latin-1":                      "F_COMPTET WHERE CT_Intitule LIKE '%œ%'",
		"deposit invoice":                            "F_DOCENTETE WHERE DO_Type = 7 AND DO_Provenance = 4",
		"archive of a customer":                      "F_DOCENTETE WHERE DO_Type = 8 AND DO_Tiers = 'BAGUES'",
		"draft quote of a customer":                  "F_DOCENTETE WHERE DO_Type = 0 AND DO_Statut = 0 AND DO_Tiers = 'BAGUES'",
		"sealed invoice":                             "F_DOCENTETE WHERE length(cbHash) = 32",
	} {
		if count(t, db, query) == 0 {
			t.Errorf("no %s", what)
		}
	}
}

// checkFiction sees to it that nothing can belong to anybody.
func checkFiction(t *testing.T, db *sql.DB) {
	for query, want := range map[string]*regexp.Regexp{
		"SELECT CT_EMail FROM F_COMPTET UNION SELECT CT_EMail FROM F_CONTACTT UNION SELECT LI_EMail FROM F_LIVRAISON UNION SELECT CO_EMail FROM F_COLLABORATEUR UNION SELECT D_EMailSoc FROM P_DOSSIER": regexp.MustCompile(`^([^@ ;]+@([a-z0-9-]+\.example|EXAMPLE|[A-Z0-9-]+\.EXAMPLE|example\.(com|net|org))(; )?)+$`),
		"SELECT CT_Telephone FROM F_COMPTET UNION SELECT CT_Telephone FROM F_CONTACTT UNION SELECT LI_Telephone FROM F_LIVRAISON UNION SELECT CO_Telephone FROM F_COLLABORATEUR":                        regexp.MustCompile(`^01 99 00 \d\d \d\d$`),
		"SELECT CT_TelPortable FROM F_CONTACTT UNION SELECT CO_TelPortable FROM F_COLLABORATEUR":                                                                                                        regexp.MustCompile(`^06 39 98 \d\d \d\d$`),
	} {
		for _, v := range column1(t, db, "SELECT * FROM ("+query+") AS x WHERE coalesce(x."+strings.Fields(query)[1]+", '') <> ''") {
			if !want.MatchString(v) {
				t.Errorf("%q is not fictional", v)
			}
		}
	}
	sirets := column1(t, db, "SELECT CT_Siret FROM F_COMPTET WHERE CT_Siret <> '' UNION ALL SELECT D_Siret FROM P_DOSSIER")
	for _, siret := range sirets {
		if len(siret) != 14 || luhn(siret) || luhn(siret[:9]) {
			t.Errorf("SIRET %s could exist", siret)
		}
	}
	if !luhn("73282932000074") {
		t.Error("luhn refuses a number that is well formed")
	}
	if slices.Sort(sirets); len(slices.Compact(sirets)) < 340 {
		t.Error("two companies share a SIRET")
	}
}

// checkNamed holds the named customers to what their comments say.
func checkNamed(t *testing.T, db *sql.DB) {
	granted := Granted()
	if len(granted) != 40 || slices.Contains(granted, NoAccess) || !slices.Contains(granted, Bagues) || !slices.Contains(granted, Carat) {
		t.Errorf("Granted() = %q", granted)
	}
	for _, code := range append(granted, NoAccess) {
		if count(t, db, "F_COMPTET WHERE CT_Type = 0 AND CT_Sommeil = 0 AND CT_Prospect = 0 AND CT_Num = ?", code) != 1 {
			t.Errorf("%s is no active customer", code)
		}
	}
	for _, code := range []string{Bagues, Carat, NoAccess} {
		for kind := range 9 {
			if n := count(t, db, "F_DOCENTETE WHERE DO_Domaine = 0 AND DO_Tiers = ? AND DO_Type = ?", code, kind); n == 0 && kind != 5 && kind != 4 {
				t.Errorf("%s has no document of DO_Type %d", code, kind)
			}
		}
	}
	const articles = "(SELECT AR_Ref FROM F_DOCLIGNE WHERE DO_Domaine = 0 AND AR_Ref IS NOT NULL AND CT_Num = ? INTERSECT SELECT AR_Ref FROM F_DOCLIGNE WHERE DO_Domaine = 0 AND CT_Num = ?)"
	if n := count(t, db, articles, Bagues, Carat); n > 0 {
		t.Errorf("%s and %s bought %d articles in common", Bagues, Carat, n)
	}
}
