package demo

import (
	"fmt"
	"time"
)

// subscription is one row of F_ABONNEMENT, as the generator thinks of it.
type subscription struct {
	number     int
	typeTiers  int // 0 customer, 1 supplier
	kind       int // 0 model, 1 subscription
	tiers      string
	title      string
	start, end time.Time
	articles   []int
}

// planSubscriptions gives the models, the customers' subscriptions, and some
// with suppliers; one of these bears the code of a customer.
func (b *bijou) planSubscriptions(d *dice) {
	titles := []string{"Révision annuelle des vitrines", "Sélection du mois", "Entretien horlogerie", "Consommables d'atelier"}
	add := func(typeTiers, kind int, tiers string) {
		s := subscription{number: len(b.subscriptions) + 1, typeTiers: typeTiers, kind: kind, tiers: tiers, title: pick(d, titles), start: daysAgo(d.between(60, 700))}
		s.end = s.start.AddDate(1, 0, -1)
		shelf := b.shelves("SERVICE", "ECRIN")
		for range d.between(2, 3) {
			s.articles = append(s.articles, pick(d, shelf))
		}
		b.subscriptions = append(b.subscriptions, s)
	}
	for range 3 {
		add(0, 0, "")
	}
	for range 3 {
		add(0, 1, Bagues)
	}
	add(0, 1, Carat)
	for i := range b.customers {
		if c := &b.customers[i]; i > 1 && i%7 == 3 && !c.prospect && !c.dormant {
			add(0, 1, c.code)
		}
	}
	for i := range 4 {
		add(1, 1, b.suppliers[i].code)
	}
	add(1, 1, Bagues) // a supplier's subscription under a customer's code
}

func writeSubscriptions(w *writer, b *bijou) {
	d := newDice("subscriptions")
	b.planSubscriptions(d)
	lines := 0
	for _, s := range b.subscriptions {
		w.add("F_ABONNEMENT", row{"AB_No": s.number, "AB_TypeTiers": s.typeTiers, "AB_Type": s.kind, "CT_Num": s.tiers, "AB_Modele": fmt.Sprintf("MOD%02d", 1+s.number%3),
			"AB_Intitule": s.title, "AB_Contrat": fmt.Sprintf("CTR-%04d", s.number), "AB_Periodicite": 1, "AB_TypePeriod": 2, "AB_Duree": 12, "AB_TypeDuree": 2, "AB_Debut": stamp(s.start),
			"AB_Fin": stamp(s.end), "AB_FinAbo": stamp(s.end), "AB_Reconduction": 1, "cbModification": stamp(s.start)})
		w.add("F_ABOENTETE", row{"AB_No": s.number, "AE_Ref": fmt.Sprintf("ABO %04d", s.number), "CO_No": 1, "AE_Devise": 1, "AE_Cours": 1, "DE_No": 1, "AE_Tarif": 1,
			"CT_NumPayeur": s.tiers, "AE_Coord01": InternalMark + " à renégocier", "CG_Num": "4110000", "N_CatCompta": 1, "AE_Period": 1})
		for rank, n := range s.articles {
			lines++
			a := b.articles[n]
			w.add("F_ABOLIGNE", row{"AB_No": s.number, "AL_No": lines, "AL_Ligne": (rank + 1) * 1000, "AR_Ref": a.ref, "AL_Design": a.design, "AL_Qte": 1, "AL_PrixUnitaire": a.price.euros(),
				"AL_PUTTC": (a.price + a.price.percentOf(vatRate)).euros(), "AL_Taxe1": vatRate, "AL_CodeTaxe1": "C20", "AL_MontantHT": a.price.euros(), "AL_MontantTTC": (a.price + a.price.percentOf(vatRate)).euros(),
				"AL_Valorise": 1, "AL_Debut": stamp(s.start), "AL_Fin": stamp(s.end), "AL_PrixRU": a.cost.euros(), "AL_CMUP": a.cost.euros(), "AF_RefFourniss": "INTERNE " + a.ref})
		}
		for month := range 6 {
			from := s.start.AddDate(0, 2*month, 0)
			w.add("F_ABOPERIODE", row{"AB_No": s.number, "PE_Debut": stamp(from), "PE_Fin": stamp(from.AddDate(0, 2, -1)), "PE_Generation": stamp(from), "PE_Livraison": stamp(from),
				"PE_Etat": flag(from.Before(today))})
		}
	}
}
