package demo

import (
	"fmt"
	"strings"
)

// writeThirdParties writes customers, suppliers and the rest, with their
// contacts and addresses.
func writeThirdParties(w *writer, b *bijou) {
	d := newDice("third parties")
	for i := range b.customers {
		c := &b.customers[i]
		w.add("F_COMPTET", thirdPartyRow(d, c))
		writeContacts(w, b, d, c)
		writeAddresses(w, b, d, c)
	}
	for i := range b.suppliers {
		c := &b.suppliers[i]
		w.add("F_COMPTET", thirdPartyRow(d, c))
		writeContacts(w, b, d, c)
		if i < 3 { // suppliers' rows stand in the customers' tables
			writeAddresses(w, b, d, c)
		}
	}
}

func thirdPartyRow(d *dice, c *customer) row {
	siren, siret := company(d)
	created := daysAgo(d.between(400, 4000))
	r := row{
		"CT_Num": c.code, "CT_Intitule": c.name, "CT_Type": c.kind, "CT_Qualite": "SARL", "CT_Classement": firstBytes(c.name, 17),
		"CG_NumPrinc": []string{"4110000", "4010000", "4210000", "4670000"}[c.kind],
		"CT_Adresse":  c.street, "CT_CodePostal": c.place.postcode, "CT_Ville": c.place.name, "CT_Pays": "France",
		"CT_Telephone": landline(d), "CT_EMail": "contact@" + c.slug + ".example", "CT_Site": "https://www." + c.slug + ".example",
		"CT_Ape": "4777Z", "CT_Siret": siret, "CT_Identifiant": fmt.Sprintf("FR%02d%s", d.n(97), siren), "N_Devise": 1,
		"CT_NumPayeur": c.payer, "CO_No": c.rep, "N_CatTarif": max(1, c.category), "N_CatCompta": 1, "N_Period": 1, "N_Expedition": d.between(1, 3),
		"N_Condition": 1, "CT_Facture": 1, "CT_DateCreate": stamp(created), "cbCreation": stamp(created), "cbModification": stamp(daysAgo(d.n(300))),
		"CT_Lettrage": 1, "CT_ValidEch": 1, "DE_No": 1, "CT_LivrPartielle": d.n(2), "CT_LangueISO2": "FR", "CT_Prospect": flag(c.prospect), "CT_Sommeil": flag(c.dormant),
		// What the seller keeps to himself.
		"CT_Commentaire": pick(d, remarks), "CT_Statistique01": pick(d, []string{"INTERNE A", "INTERNE B", "INTERNE C"}), "CT_Encours": cents(d.between(5, 80) * 100_000).euros(),
		"CT_Assurance": cents(d.between(2, 40) * 100_000).euros(), "N_Risque": d.between(1, 4), "CT_ControlEnc": d.n(3), "CT_Coface": fmt.Sprintf("INTERNE %06d", d.n(1_000_000)),
		"CT_Surveillance": flag(d.percent(10)), "CT_SvCA": cents(d.between(10, 900) * 100_000).euros(), "CT_SvCotation": fmt.Sprintf("INT%d", d.n(10)),
	}
	if c.centre != "" {
		r["CT_NumCentrale"] = c.centre
	}
	if c.vatFree() {
		r["CT_Pays"], r["CT_Siret"], r["CT_Identifiant"], r["CT_Ape"], r["N_CatCompta"] = c.country, "", "BE0999999900", "", 2
	}
	if c.kind == 0 && d.percent(6) { // text is '' or NULL depending on the writer
		r["CT_EMail"], r["CT_Site"], r["CT_Commentaire"] = nil, nil, nil
	}
	return r
}

func writeContacts(w *writer, b *bijou, d *dice, c *customer) {
	n := d.between(2, 4)
	switch {
	case c.code == Bagues:
		n = 4
	case c.kind > 1, c.prospect && d.percent(50), c.code == "CARATS": // a customer can have nobody
		n = 0
	case c.kind == 1, c.prospect:
		n = 1
	}
	seen := map[string]bool{}
	for i := 0; i < n; i++ {
		first, last := pick(d, firstNames), pick(d, lastNames)
		if c.slug == "gemmes" && i == 0 { // one person, one address, in four companies
			first, last = "Geneviève", "Salomon"
		}
		if seen[first+last] {
			i--
			continue
		}
		seen[first+last] = true
		c.contacts = append(c.contacts, first+" "+last)
		b.contacts++
		w.add("F_CONTACTT", row{
			"CT_No": b.contacts, "CT_Num": c.code, "CT_Nom": last, "CT_Prenom": first, "CT_Fonction": pick(d, jobs), "CT_Civilite": d.n(3),
			"CT_Telephone": landline(d), "CT_TelPortable": mobile(d), "CT_EMail": contactAddress(d, c, first, last, i), "N_Service": d.between(1, 4), "N_Contact": 1,
			"CT_Skype": "INTERNE." + slug(last), "cbModification": stamp(daysAgo(d.n(500))),
		})
	}
}

// contactAddress gives the e-mails that real dossiers hold: mostly good ones,
// and missing, general, shouted and double ones.
func contactAddress(d *dice, c *customer, first, last string, i int) any {
	address := slug(first) + "." + slug(last) + "@" + c.slug + ".example"
	if c.code == Bagues || c.code == Carat || i == 0 {
		return address
	}
	switch p := d.n(100); {
	case p < 5:
		return nil
	case p < 9:
		return ""
	case p < 15:
		return pick(d, []string{"info@", "contact@", "compta@"}) + c.slug + ".example"
	case p < 18:
		return strings.ToUpper(address)
	case p < 20:
		return address + "; " + slug(last) + "@example.org"
	case p < 30:
		return slug(first) + "@" + pick(d, []string{"example.com", "example.net", "example.org"})
	}
	return address
}

func writeAddresses(w *writer, b *bijou, d *dice, c *customer) {
	n := 1
	if c.code == Bagues || d.percent(20) {
		n = 2
	}
	for i := range n {
		b.addresses++
		r := row{
			"LI_No": b.addresses, "CT_Num": c.code, "LI_Intitule": "Magasin", "LI_Adresse": c.street, "LI_CodePostal": c.place.postcode, "LI_Ville": c.place.name,
			"LI_Pays": "France", "LI_Contact": c.name, "N_Expedition": 1, "N_Condition": 1, "LI_Principal": flag(i == 0), "LI_Telephone": landline(d),
			"LI_EMail": "livraison@" + c.slug + ".example", "LI_Commentaire": InternalMark + " code porte au dossier", "cbModification": stamp(daysAgo(d.n(500))),
		}
		if c.country != "" {
			r["LI_Pays"] = c.country
		}
		if i > 0 {
			r["LI_Intitule"], r["LI_Adresse"] = "Réserve", fmt.Sprintf("%d %s", d.between(1, 90), pick(d, streets))
		}
		c.addresses = append(c.addresses, b.addresses)
		w.add("F_LIVRAISON", r)
	}
}

// company invents a SIREN and a SIRET whose check digits are wrong: no company
// can bear them.
func company(d *dice) (siren, siret string) {
	siren = fmt.Sprintf("%08d", d.n(100_000_000))
	siren += wrongDigit(siren)
	siret = siren + fmt.Sprintf("%04d", d.n(10))
	return siren, siret + wrongDigit(siret)
}

// wrongDigit gives the digit after the one that Luhn's formula asks for.
func wrongDigit(digits string) string {
	for last := range 10 {
		if luhn(fmt.Sprintf("%s%d", digits, last)) {
			return fmt.Sprint((last + 1) % 10)
		}
	}
	return ""
}

// luhn tells whether a number with its check digit is well formed.
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		n := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}

// landline and mobile stay in the numbers that ARCEP keeps for fiction.
func landline(d *dice) string { return fmt.Sprintf("01 99 00 %02d %02d", d.n(100), d.n(100)) }
func mobile(d *dice) string   { return fmt.Sprintf("06 39 98 %02d %02d", d.n(100), d.n(100)) }

func flag(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// firstBytes cuts a text to a column's length, at a character.
func firstBytes(text string, n int) string {
	runes := []rune(text)
	return string(runes[:min(n, len(runes))])
}
