package demo

import (
	"fmt"
	"time"
)

// bijou is the dossier in the making: what later steps need of earlier ones.
type bijou struct {
	customers, suppliers []customer
	byCode               map[string]*customer
	articles             []article
	subscriptions        []subscription
	documents            []*document
	paid                 []*payment

	contacts, addresses, lines, dues, payments, entries int            // last numbers given
	pieces                                              map[string]int // last numbers of the document series
	seal                                                [32]byte       // of the last posted invoice
	sealed                                              int
}

func newBijou() *bijou {
	b := &bijou{customers: planCustomers(), suppliers: planSuppliers(), byCode: map[string]*customer{}, articles: planArticles(), pieces: map[string]int{}}
	for i := range b.customers {
		b.byCode[b.customers[i].code] = &b.customers[i]
	}
	return b
}

// document is a header with its lines, as the generator thinks of it.
type document struct {
	domain, kind, provenance, status int
	piece                            string
	date                             time.Time
	tiers                            string // DO_Tiers
	customer                         *customer
	subscription                     int
	lines                            []line
	shipping, discount               cents // discount is the early-payment one
	discountRate                     int
	deposit                          cents
	dues                             []due
}

// line is one line of a document.
type line struct {
	article     int // -1 for a comment
	text        string
	deliveredTo string // CT_Num
	quantity    int
	price       cents
	remise      int
	component   string // the kit it is a part of: not counted in totals
	order, note string
	noteDate    time.Time
}

// net is the line's amount without tax, zero where it does not count.
func (l line) net() cents {
	return (l.price * cents(l.quantity)).percentOf(100 - l.remise)
}

func (doc *document) totalHT() cents {
	var sum cents
	for _, l := range doc.lines {
		if l.component == "" {
			sum += l.net()
		}
	}
	return sum
}

func (doc *document) totalNet() cents { return doc.totalHT() + doc.shipping - doc.discount }

func (doc *document) rate() int {
	if doc.domain == 2 || doc.customer != nil && doc.customer.vatFree() {
		return 0
	}
	return vatRate
}

func (doc *document) totalTTC() cents { return doc.totalNet() + doc.totalNet().percentOf(doc.rate()) }

func (doc *document) toPay() cents { return doc.totalTTC() - doc.deposit }

// invoice tells whether the document asks for money: posted or not.
func (doc *document) invoice() bool { return doc.domain == 0 && (doc.kind == 6 || doc.kind == 7) }

// negative tells whether it gives money back.
func (doc *document) negative() bool {
	return doc.kind == 4 || doc.kind == 5 || doc.provenance == 1 || doc.provenance == 2
}

// batch is a run of documents of one kind, spread evenly from the day `from` to
// the day `to` before today. Sage changes a document's own row when it is
// transformed, so orders and deliveries that were invoiced are gone and the
// live ones are recent.
type batch struct {
	kind, count, from, to int
	prefix                string
}

var salesBatches = []batch{
	{8, 360, 1080, 700, "AR"},
	{7, 3060, 1060, 36, "FA"},
	{6, 520, 35, 0, "FA"},
	{5, 80, 400, 0, "BA"},
	{4, 110, 300, 0, "BR"},
	{3, 860, 75, 0, "BL"},
	{2, 130, 12, 0, "PL"},
	{1, 620, 110, 0, "BC"},
	{0, 760, 200, 0, "DE"},
}

// writeDocuments plans and writes the sales documents, then the documents that
// only look like a customer's.
func writeDocuments(w *writer, b *bijou) {
	d := newDice("documents")
	basket := b.weighted()
	for _, run := range salesBatches {
		for i := range run.count {
			doc := &document{kind: run.kind, date: daysAgo(run.from - (run.from-run.to)*i/run.count), customer: pick(d, basket)}
			if run.kind == 0 && i >= run.count-6 { // the last quotes are still being typed, the named customers' among them
				doc.customer = b.byCode[[]string{Bagues, Carat, NoAccess}[i%3]]
			}
			b.plan(d, run, doc)
			b.documents = append(b.documents, doc)
			b.writeDocument(w, d, doc)
			if w.err != nil {
				return
			}
		}
	}
	writeTraps(w, b)
}

// weighted repeats every customer as often as it buys.
func (b *bijou) weighted() []*customer {
	var basket []*customer
	for i := range b.customers {
		for range b.customers[i].weight {
			basket = append(basket, &b.customers[i])
		}
	}
	return basket
}

// plan decides what a sales document is.
func (b *bijou) plan(d *dice, run batch, doc *document) {
	c := doc.customer
	doc.tiers = c.code
	prefix := run.prefix
	switch {
	case run.kind != 6 && run.kind != 7:
	case d.percent(3):
		doc.provenance, prefix = 1, "FR"
	case d.percent(3):
		doc.provenance, prefix = 2, "AV"
	case d.percent(3):
		doc.provenance, prefix = 4, "FC"
	}
	b.pieces[prefix]++
	doc.piece = fmt.Sprintf("%s%06d", prefix, b.pieces[prefix])
	doc.status = status(d, doc)
	if run.kind == 7 && doc.provenance == 0 {
		for _, s := range b.subscriptions {
			if s.tiers == c.code && s.kind == 1 && d.percent(20) {
				doc.subscription = s.number
			}
		}
	}
	b.planLines(d, doc)
	if doc.provenance == 0 && doc.kind != 8 && d.percent(35) {
		doc.shipping = cents(d.between(9, 39)) * 100
		if doc.negative() {
			doc.shipping = 0
		}
	}
	if d.percent(8) && !doc.negative() {
		doc.discountRate = d.between(1, 2)
		doc.discount = doc.totalHT().percentOf(doc.discountRate)
	}
	if (doc.kind == 1 || doc.invoice() && doc.provenance == 0) && doc.totalTTC() > 300_000 && d.percent(25) {
		doc.deposit = doc.totalTTC().percentOf(30)
	}
}

// status gives DO_Statut: a part of the quotes, orders and deliveries is still
// being typed, most often the youngest.
func status(d *dice, doc *document) int {
	age := today.Sub(doc.date)
	young := age < 10*24*time.Hour
	switch {
	case doc.kind == 7 || doc.kind == 8:
		return 2
	case doc.kind == 0 && age < 48*time.Hour:
		return 0
	case young && d.percent(60), d.percent(8):
		return 0
	}
	return d.between(1, 2)
}
