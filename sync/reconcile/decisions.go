package reconcile

import (
	"slices"
	"strings"
	"time"

	"github.com/vantelle/vantelle/internal/directory"
)

// identity is what the differ remembers of customers to tell a rename, a merge
// and a code that is used again. What it holds grows with what changed, never
// with the directory.
type identity struct {
	dropped  []directory.Customer
	codes    map[string][]string // the customers that had a code and have it no longer
	adopters []adopter
	contacts map[string]*moves // of the customers that were dropped
}

// adopter is a customer whose code is another one than before.
type adopter struct {
	id, code string
	change   int    // the number of its change
	detail   string // what its change says otherwise
}

// moves is what became of a customer's contacts.
type moves struct {
	all int
	to  map[string]int
}

// had notes what a stored customer says of codes that it no longer has.
func (i *identity) had(c directory.Customer, removed bool) {
	for _, code := range c.FormerCodes {
		i.freed(code, c.ID)
	}
	if removed && c.Code != c.ID {
		i.freed(c.Code, c.ID)
	}
}

func (i *identity) freed(code, id string) {
	if i.codes == nil {
		i.codes = map[string][]string{}
	}
	i.codes[code] = append(i.codes[code], id)
}

// lost notes a customer that is dropped.
func (i *identity) lost(c directory.Customer) {
	i.dropped = append(i.dropped, c)
	if c.Code != c.ID {
		i.freed(c.Code, c.ID)
	}
	if i.contacts == nil {
		i.contacts = map[string]*moves{}
	}
	i.contacts[c.ID] = &moves{to: map[string]int{}}
}

// contactOf counts a contact that a customer had, or where it went.
func (i *identity) contactOf(customer, to string) {
	m := i.contacts[customer]
	switch {
	case m == nil:
	case to == "":
		m.all++
	default:
		m.to[to]++
	}
}

// maxFormerCodes is how many codes of the past a customer carries along.
const maxFormerCodes = 20

// formerCodes are the codes that a customer had before, of the one it has now.
func formerCodes(stored, taken directory.Customer) []string {
	if stored.Code == taken.Code || stored.Code == stored.ID {
		return stored.FormerCodes
	}
	all := slices.DeleteFunc(slices.Clone(stored.FormerCodes), func(c string) bool { return c == stored.Code || c == taken.Code })
	all = append(all, stored.Code)
	return all[max(0, len(all)-maxFormerCodes):]
}

// codeChanged notes a customer under another code than it had, whose change,
// said next, is detail. The code that it had is free for others from now on.
func (d *differ) codeChanged(stored, taken directory.Customer, detail string) {
	if stored.Code == taken.Code || taken.Code == taken.ID {
		return
	}
	if stored.Code != stored.ID {
		d.identity.freed(stored.Code, stored.ID)
	}
	d.identity.adopters = append(d.identity.adopters, adopter{taken.ID, taken.Code, d.changes + 1, detail})
}

// suspect suspends an access until somebody says who stands under the id.
func (d *differ) suspect(kind directory.DecisionKind, id, other, why string) {
	d.plan.SuspendedAccess = append(d.plan.SuspendedAccess, id)
	d.ask(kind, id, other, why)
}

func (d *differ) ask(kind directory.DecisionKind, id, other, why string) {
	d.plan.Decisions = append(d.plan.Decisions, directory.Decision{
		Dossier: d.plan.Dossier, Kind: kind, CustomerID: id, OtherID: other, Detail: why,
	})
}

// settleCustomers finds what only shows once every customer was seen.
func (d *differ) settleCustomers() error {
	i := &d.identity
	for _, a := range i.adopters {
		for _, former := range i.codes[a.code] {
			if former != a.id {
				// People and portals know a company by its code: whoever comes
				// under this one may be the company that had it before.
				d.suspect(directory.DecideCodeReused, a.id, former, "it now has the code that customer "+former+" had")
				d.amend(a.change, strings.TrimPrefix(a.detail+"; "+anothersCode, "; "))
				d.plan.ReturnedAccess = slices.DeleteFunc(d.plan.ReturnedAccess, func(id string) bool { return id == a.id })
				break
			}
		}
	}
	if len(i.dropped) == 0 {
		return nil
	}
	rows, keys := map[string]string{}, map[string]string{} // of the dropped, to their ids
	for _, c := range i.dropped {
		if c.TechnicalID != "" && c.TechnicalID != c.ID {
			rows[c.TechnicalID] = c.ID
		}
		for _, key := range keysOf(c) {
			keys[key] = c.ID
		}
	}
	for part, err := range d.plan.Parts() {
		if err != nil {
			return err
		}
		created := map[string]bool{}
		for _, c := range part.Changes {
			created[c.Record] = c.Noun == directory.NounCustomer && c.Kind == directory.ChangeCreate
		}
		for _, c := range part.PutCustomers {
			if created[c.ID] {
				d.madeAnew(c, rows, keys)
			}
		}
	}
	return nil
}

// madeAnew asks of a customer that is new whether it is one that was dropped:
// rows and keys are what those are known by.
func (d *differ) madeAnew(c directory.Customer, rows, keys map[string]string) {
	i := &d.identity
	if from, renamed := rows[c.TechnicalID]; renamed {
		d.ask(directory.DecideRenamed, from, c.ID, "the ERP keeps both in the same row")
		delete(i.contacts, from) // its contacts went along
		return
	}
	for _, key := range keysOf(c) {
		if from, again := keys[key]; again {
			d.ask(directory.DecideRecreated, from, c.ID, "it was removed, and made anew with the same code or number")
			delete(i.contacts, from)
			return
		}
	}
}

// amend gives a change that was said already another detail, wherever it is.
func (d *differ) amend(seq int, detail string) {
	if held := d.plan.Changes; len(held) > 0 && seq >= held[0].Seq {
		held[seq-held[0].Seq].Detail = detail
		return
	}
	if d.plan.Amended == nil {
		d.plan.Amended = map[int]string{}
	}
	d.plan.Amended[seq] = detail
}

// keysOf are what a company that was made anew is recognised by.
func keysOf(c directory.Customer) []string {
	var keys []string
	for kind, value := range map[string]string{"vat ": bare(c.VAT), "registration ": bare(c.RegistrationNo)} {
		if value != "" {
			keys = append(keys, kind+value)
		}
	}
	if c.Code != c.ID && c.Code != "#"+c.ID {
		keys = append(keys, "code "+c.Code)
	}
	slices.Sort(keys)
	return keys
}

// settleMerges finds the customers that are gone and whose contacts, most of
// them, are now at one other.
func (d *differ) settleMerges() {
	for _, c := range d.identity.dropped {
		m := d.identity.contacts[c.ID]
		if m == nil {
			continue
		}
		for to, n := range m.to {
			if 2*n > m.all {
				d.ask(directory.DecideMerged, c.ID, to, "most of its contacts are now at the other")
			}
		}
	}
}

// Stamps may go back by so much for harmless reasons: a clock set back in
// autumn, or by a few minutes.
const stampTolerance = 2 * time.Hour

// stampLayout is how sources write stamps; a fraction may follow.
const stampLayout = "2006-01-02 15:04:05"

// wentBack tells whether a record is older than it was.
func wentBack(before, now string) bool {
	b, err := time.Parse(stampLayout, before)
	n, err2 := time.Parse(stampLayout, now)
	return err == nil && err2 == nil && n.Add(stampTolerance).Before(b)
}

// TakesAccess tells whether a change of a customer, as Diff words it, suspends
// its access although the customer stays.
func TakesAccess(c directory.Change) bool {
	return strings.HasSuffix(c.Detail, anotherCompany) || strings.HasSuffix(c.Detail, anothersCode)
}
