package demo

import (
	"fmt"
	"strings"
	"unicode"
)

// customer is a third party as the generator thinks of it.
type customer struct {
	code, name, slug string
	kind             int // CT_Type
	place            city
	street           string
	country          string // empty for France
	payer            string // who pays; its own code for most
	centre           string // purchasing centre, empty for most
	rep              int
	category         int // price category
	weight           int // how often it buys
	prospect         bool
	dormant          bool
	contacts         []string // names, for documents
	addresses        []int    // LI_No
}

// vatFree tells whether documents carry no VAT: a delivery to another country.
func (c *customer) vatFree() bool { return c.country != "" }

// named are the customers with a story; the others are made from words.
var named = []customer{
	{code: Bagues, name: "Bagues & Alliances du Marais", slug: "bagues-alliances", place: city{"75004", "Paris"}, street: "17 rue des Orfèvres", rep: 2, category: 1, weight: 26},
	{code: Carat, name: "Carat Sablon", slug: "carat-sablon", place: city{"1000", "Bruxelles"}, street: "4 rue des Minimes", country: "Belgique", rep: 4, category: 3, weight: 18},
	{code: NoAccess, name: "Saphir et Compagnie", slug: "saphir-cie", place: city{"69002", "Lyon"}, street: "31 quai des Tanneurs", rep: 3, category: 1, weight: 15},
	// Codes that begin like another's: a filter by LIKE or by prefix would mix them.
	{code: "BAGUES2", name: "Bagues Bastille", slug: "bagues-bastille", place: city{"75009", "Paris"}, street: "2 rue du Temple", rep: 2, category: 2, weight: 8},
	{code: "CARATS", name: "Carats d'Éloïse", slug: "carats-eloise", place: city{"13001", "Marseille"}, street: "9 cours Mirabelle", rep: 5, category: 2, weight: 8},
	// Three purchasing centres with their branches; the centre receives grouped invoices.
	{code: "GEMMES", name: "Groupement Gemmes de France", slug: "gemmes", place: city{"75009", "Paris"}, street: "120 avenue Jean-Jaurès", rep: 1, category: 4, weight: 8},
	{code: "GEMMESLYO", name: "Gemmes Lyon", slug: "gemmes", place: city{"69002", "Lyon"}, street: "6 rue de la Monnaie", centre: "GEMMES", payer: "GEMMES", rep: 1, category: 4, weight: 6},
	{code: "GEMMESNAN", name: "Gemmes Nantes", slug: "gemmes", place: city{"44000", "Nantes"}, street: "14 rue du Commerce", centre: "GEMMES", payer: "GEMMES", rep: 1, category: 4, weight: 6},
	{code: "GEMMESBOR", name: "Gemmes Bordeaux", slug: "gemmes", place: city{"33000", "Bordeaux"}, street: "8 rue Notre-Dame", centre: "GEMMES", payer: "GEMMES", rep: 1, category: 4, weight: 6},
	{code: "PERLEOUEST", name: "Perle de l'Ouest", slug: "perle-ouest", place: city{"35000", "Rennes"}, street: "3 place du Marché", rep: 3, category: 4, weight: 8},
	{code: "PERLEVANNE", name: "Perle de l'Ouest Vannes", slug: "perle-ouest", place: city{"56000", "Vannes"}, street: "22 rue Saint-Jean", centre: "PERLEOUEST", payer: "PERLEOUEST", rep: 3, category: 4, weight: 6},
	{code: "PERLEBREST", name: "Perle de l'Ouest Brest", slug: "perle-ouest", place: city{"29200", "Brest"}, street: "51 rue Pasteur", centre: "PERLEOUEST", payer: "PERLEOUEST", rep: 3, category: 4, weight: 6},
	// A customer whose code is a warehouse number: stock transfers carry it too.
	{code: "2", name: "L'Atelier du Deux", slug: "atelier-du-deux", place: city{"25000", "Besançon"}, street: "2 rue de l'Horloge", rep: 4, category: 2, weight: 6},
}

const (
	customerCount = 336 // named ones included
	supplierCount = 24
)

// planCustomers gives the customers in the order of their rows.
func planCustomers() []customer {
	d := newDice("customers")
	list := append([]customer(nil), named...)
	used := map[string]bool{}
	for i := range list {
		list[i].finish()
		used[list[i].code] = true
	}
	for i := 0; len(list) < customerCount; i++ {
		family := lastNames[i%len(lastNames)]
		kind := shopKinds[(i+i/len(lastNames)*5)%len(shopKinds)]
		c := customer{
			name: fmt.Sprintf(kind, family), place: pick(d, cities), rep: d.between(1, 6), category: d.between(1, 3),
			street: fmt.Sprintf("%d %s", d.between(1, 140), pick(d, streets)), weight: d.between(1, 5),
		}
		c.slug = slug(c.name)
		c.code = freeCode(c.name, family, used)
		switch n := len(list); {
		case n%33 == 32:
			c.prospect, c.weight = true, 0
		case n%23 == 22:
			c.dormant, c.weight = true, 1
		case n%41 == 40: // paid for by another customer, without a purchasing centre
			c.payer = list[n-3].code
		}
		c.finish()
		list = append(list, c)
	}
	return list
}

func (c *customer) finish() {
	if c.payer == "" {
		c.payer = c.code
	}
}

// planSuppliers gives the third parties that are no customers, in the order of
// their rows: suppliers, then an employee and one of the kind "other".
func planSuppliers() []customer {
	d := newDice("suppliers")
	kinds := []string{"Fonderie %s", "Taillerie %s", "Diamants %s", "Écrins %s", "Outillage %s", "Transports %s"}
	used := map[string]bool{}
	var list []customer
	for i := range supplierCount {
		family := lastNames[(i*7+3)%len(lastNames)]
		c := customer{name: fmt.Sprintf(kinds[i%len(kinds)], family), kind: 1, place: pick(d, cities),
			street: fmt.Sprintf("%d %s", d.between(1, 140), pick(d, streets)), rep: 0}
		c.slug = slug(c.name)
		c.code = "F" + freeCode(c.name, family, used)
		c.payer = c.code
		list = append(list, c)
	}
	list[0].code, list[0].payer = "BAGUESOR", "BAGUESOR" // a supplier whose code looks like a customer's
	for i, code := range []string{"SALARIE01", "DIVERS"} {
		list = append(list, customer{code: code, name: []string{"Chèvrefeuille Noé", "Divers tiers"}[i], kind: 2 + i, payer: code,
			place: cities[0], street: "1 rue Basse", slug: "bijou"})
	}
	return list
}

// freeCode makes a code from a name's last word, with the first letters of its
// first one or a number where that is taken.
func freeCode(name, family string, used map[string]bool) string {
	word := code(family)
	first := code(strings.Fields(name)[0])
	for _, c := range []string{word, word + first[:min(3, len(first))]} {
		if !used[c] {
			used[c] = true
			return c
		}
	}
	for i := 2; ; i++ {
		if c := fmt.Sprintf("%s%d", word, i); !used[c] {
			used[c] = true
			return c
		}
	}
}

// plain spells French letters without accents.
var plain = strings.NewReplacer("é", "e", "è", "e", "ê", "e", "ë", "e", "à", "a", "â", "a", "ï", "i", "î", "i", "ô", "o", "ö", "o",
	"ù", "u", "û", "u", "ü", "u", "ç", "c", "œ", "oe", "É", "E", "È", "E", "Î", "I", "Ô", "O", "Ç", "C", "Œ", "OE")

// code spells a name as Sage's codes are: capitals and digits, 12 at most.
func code(name string) string {
	out := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToUpper(r)
		}
		return -1
	}, plain.Replace(name))
	return out[:min(12, len(out))]
}

// slug spells a name as a domain's label.
func slug(name string) string {
	words := strings.FieldsFunc(strings.ToLower(plain.Replace(name)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return strings.Join(words, "-")
}
