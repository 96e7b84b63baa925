package demo

import "fmt"

// vatRate is the rate, in per cent, of everything that is sold with VAT.
const vatRate = 20

// article is an item as the generator thinks of it.
type article struct {
	ref, design, family string
	price, cost         cents
	unit                int
	grams               int
	stocked             bool
	kit                 []int // components, as indexes into the article list
}

// family is a kind of article with the words its designations are made of.
type family struct {
	code, label, prefix string
	unit                int
	low, high           int // price in euros
	models, details     []string
}

var families = []family{
	{"BAGUE", "Bagues", "BAG", 1, 90, 1900, []string{"Bague solitaire", "Bague jonc", "Bague chevalière", "Bague entourage"}, []string{"or jaune 18 ct", "or gris 18 ct", "or rose 18 ct", "argent 925", "platine 950", "vermeil"}},
	{"ALLIANCE", "Alliances", "ALL", 1, 120, 900, []string{"Alliance demi-jonc", "Alliance ruban", "Alliance diamantée", "Alliance trois ors"}, []string{"or jaune 18 ct", "or gris 18 ct", "or rose 18 ct", "platine 950", "palladium", "titane"}},
	{"COLLIER", "Colliers", "COL", 1, 60, 1400, []string{"Collier maille forçat", "Collier perles", "Sautoir", "Pendentif goutte"}, []string{"or jaune 9 ct", "or gris 9 ct", "argent 925", "vermeil", "perles d'Akoya", "perles de Tahiti"}},
	{"BRACELET", "Bracelets", "BRA", 1, 45, 1100, []string{"Bracelet gourmette", "Bracelet jonc", "Bracelet tennis", "Bracelet cordon"}, []string{"or jaune 18 ct", "or gris 18 ct", "argent 925", "vermeil", "cuir et acier", "plaqué or"}},
	{"BOUCLE", "Boucles d'oreilles", "BOU", 2, 35, 800, []string{"Créoles", "Puces", "Dormeuses", "Pendants"}, []string{"or jaune 18 ct", "or gris 18 ct", "argent 925", "vermeil", "perle de culture", "oxyde de zirconium"}},
	{"MONTRE", "Montres", "MON", 1, 110, 2400, []string{"Montre automatique", "Montre quartz", "Montre chronographe", "Montre de poche"}, []string{"acier", "acier et or", "titane", "cadran nacre", "bracelet cuir", "cadran guilloché"}},
	{"PIERRE", "Pierres", "PIE", 4, 80, 3200, []string{"Diamant taille brillant", "Saphir ovale", "Rubis coussin", "Émeraude"}, []string{"0,10 ct", "0,25 ct", "0,50 ct", "0,75 ct", "1,00 ct", "1,50 ct"}},
	{"CHAINE", "Chaînes", "CHA", 3, 20, 300, []string{"Chaîne vénitienne", "Chaîne forçat", "Chaîne jaseron", "Chaîne singapour"}, []string{"or jaune 40 cm", "or jaune 45 cm", "or gris 42 cm", "argent 45 cm", "argent 50 cm", "vermeil 42 cm"}},
	{"ECRIN", "Écrins et coffrets", "ECR", 5, 4, 60, []string{"Écrin bague", "Écrin montre", "Présentoir buste", "Pochette velours"}, []string{"noir", "ivoire", "bordeaux", "bleu nuit", "bois clair", "simili cuir"}},
	{"SERVICE", "Services", "SER", 6, 9, 180, []string{"Gravure", "Mise à taille", "Révision", "Expertise"}, []string{"simple", "express", "sur place", "en atelier", "avec certificat", "forfait"}},
}

// planArticles gives every model in every detail, then coffrets made of them.
func planArticles() []article {
	d := newDice("articles")
	var list []article
	for _, f := range families {
		for i := range len(f.models) * len(f.details) {
			price := cents(d.between(f.low, f.high)) * 100
			if d.percent(30) {
				price += 90
			}
			list = append(list, article{
				ref: fmt.Sprintf("%s-%03d", f.prefix, i+1), design: f.models[i/len(f.details)] + " " + f.details[i%len(f.details)], family: f.code,
				price: price, cost: price.percentOf(d.between(42, 66)), unit: f.unit, grams: d.between(2, 140), stocked: f.code != "SERVICE",
			})
		}
	}
	for i := range 6 {
		parts := []int{d.n(24), 48 + d.n(24), 192 + d.n(24)} // a ring, a necklace, a case
		a := article{ref: fmt.Sprintf("COF-%03d", i+1), design: fmt.Sprintf("Coffret parure n° %d", i+1), family: "ECRIN", unit: 1, grams: 300, kit: parts}
		for _, p := range parts {
			a.price += list[p].price.percentOf(92)
			a.cost += list[p].cost
		}
		list = append(list, a)
	}
	return list
}

// writeArticles writes families, articles, stocks and prices.
func writeArticles(w *writer, b *bijou) {
	d := newDice("article rows")
	w.add("F_FAMILLE", row{"FA_CodeFamille": "BIJOUX", "FA_Type": 1, "FA_Intitule": "Total bijoux", "FA_Coef": 2.1})
	for _, f := range families {
		w.add("F_FAMILLE", row{"FA_CodeFamille": f.code, "FA_Type": 0, "FA_Intitule": f.label, "FA_UniteVen": f.unit, "FA_Coef": 1.5 + float64(d.n(12))/10,
			"FA_SuiviStock": 2, "FA_Publie": 1, "FA_UnitePoids": 3, "FA_Frais01FR_Denomination": InternalMark + " frais", "FA_Stat01": "INTERNE"})
	}
	for i, a := range b.articles {
		w.add("F_ARTICLE", articleRow(d, i, a))
		for depot := 1; a.stocked && depot <= 2; depot++ {
			quantity := d.n(60)
			w.add("F_ARTSTOCK", row{"AR_Ref": a.ref, "DE_No": depot, "AS_QteSto": quantity, "AS_QteRes": d.n(quantity/4 + 1), "AS_QteMini": 2, "AS_QteMaxi": 80,
				"AS_MontSto": (a.cost * cents(quantity)).euros(), "AS_Principal": flag(depot == 1)})
		}
	}
	writePrices(w, b, d)
}

func articleRow(d *dice, i int, a article) row {
	r := row{
		"AR_Ref": a.ref, "AR_Design": a.design, "FA_CodeFamille": a.family, "AR_UniteVen": a.unit, "AR_PoidsNet": a.grams, "AR_PoidsBrut": a.grams + 12, "AR_UnitePoids": 3,
		"AR_PrixVen": a.price.euros(), "AR_SuiviStock": 2 * flag(a.stocked), "AR_Nomencl": flag(a.kit != nil), "AR_Escompte": 1, "AR_Delai": d.between(2, 20),
		"AR_CodeBarre": fmt.Sprintf("200%010d", i+1), "AR_Pays": "France", "AR_Garantie": 24, "AR_Langue1": "Ref. " + a.ref, "AR_Publie": 1,
		"AR_DateCreation": stamp(daysAgo(d.between(900, 2500))), "AR_DateModif": stamp(daysAgo(d.n(400))), "cbModification": stamp(daysAgo(d.n(400))),
		// What the seller keeps to himself.
		"AR_PrixAch": a.cost.euros(), "AR_Coef": float64(a.price*100/max(1, a.cost)) / 100, "AR_CoutStd": a.cost.euros(), "AR_PUNet": a.cost.euros(),
		"AR_PrixAchNouv": a.cost.percentOf(104).euros(), "AR_PrixVenNouv": a.price.percentOf(103).euros(), "AR_Stat01": "INTERNE",
		"AR_Frais01FR_Denomination": InternalMark + " port", "AR_Photo": `\\SRV-INTERNE\photos\` + a.ref + ".jpg",
	}
	switch { // what a customer must not find in the catalogue
	case i%17 == 16:
		r["AR_Sommeil"] = 1
	case i%13 == 12:
		r["AR_Publie"] = 0
	}
	return r
}

// writePrices writes the prices of categories, whose CT_Num is NULL or empty,
// and those of single customers.
func writePrices(w *writer, b *bijou, d *dice) {
	for i, a := range b.articles {
		if i%4 != 0 {
			continue
		}
		for category := 1; category <= 4; category++ {
			r := row{"AR_Ref": a.ref, "AC_Categorie": category, "AC_PrixVen": a.price.percentOf(100 - 3*category).euros(), "AC_Coef": 1.8, "AC_Devise": 1}
			if category%2 == 0 {
				r["CT_Num"] = nil
			}
			w.add("F_ARTCLIENT", r)
		}
	}
	for n := range b.customers {
		c := &b.customers[n]
		if c.kind != 0 || n > 1 && n%9 != 0 {
			continue
		}
		first, count := d.n(len(b.articles)), 4
		if n <= 1 { // the named ones have prices for what they buy
			first, count = b.shelf(c)[0], 12
		}
		for i := range count {
			a := b.articles[(first+i)%len(b.articles)]
			w.add("F_ARTCLIENT", row{"AR_Ref": a.ref, "CT_Num": c.code, "AC_PrixVen": a.price.percentOf(88).euros(), "AC_Remise": d.n(4), "AC_TypeRem": 0, "AC_Devise": 1,
				"AC_RefClient": firstBytes(c.code, 6) + "-" + a.ref, "AC_Coef": 1.6, "AC_CoefNouv": 1.7, "AC_PrixVenNouv": a.price.percentOf(90).euros()})
		}
	}
}
