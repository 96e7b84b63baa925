// Package reconcile compares what an ERP holds with what the directory holds
// and says what has to be done: a directory.Plan. It is pure: it reads the
// iterators it is given, keeps no state, knows no clock and no database.
//
// It must never take a failed read for an empty one, and never let an access
// pass from one company to another that came under its id.
//
// Read next: Diff (the two merges), identity.go (who is the same company),
// guard.go (what stops a plan).
package reconcile

import (
	"errors"
	"fmt"
	"iter"

	"github.com/vantelle/vantelle/internal/directory"
)

// ErrNotSorted is returned where an input's ids do not strictly rise in byte
// order. Merging such an input would remove customers who are there.
var ErrNotSorted = errors.New("not sorted by id")

// ErrIncomplete is returned where the source passed over a record as unchanged
// that the directory does not have: only a read of everything can give it.
var ErrIncomplete = errors.New("the ERP's change markers left out a record that the directory does not have")

// Input is one dossier as two sides know it. All four are sorted by ID in byte
// order, each ID once. The sources yield a *directory.Problem for a record
// that is not as it should be, and directory.ErrUnchanged with the ID alone for
// one that has not changed; any other error ends the comparison. The
// directory's include removed records.
type Input struct {
	Dossier                             string
	SourceCustomers, DirectoryCustomers iter.Seq2[directory.Customer, error]
	SourceContacts, DirectoryContacts   iter.Seq2[directory.Contact, error]
	Watch                               func(directory.Counts) // told of each change; may be nil
}

// Diff compares both sides. Each iterator is read once, the customers' to
// their end before the contacts' begin. On error there is no plan.
func Diff(in Input) (directory.Plan, error) {
	d := &differ{plan: directory.Plan{Dossier: in.Dossier}, live: map[string]bool{}, watch: in.Watch}
	customers := merge[directory.Customer]{
		noun:    directory.NounCustomer,
		id:      func(c directory.Customer) string { return c.ID },
		found:   d.customer,
		problem: d.problem,
	}
	if err := customers.run(in.SourceCustomers, in.DirectoryCustomers); err != nil {
		return directory.Plan{}, fmt.Errorf("compare customers of %s: %w", in.Dossier, err)
	}
	d.settleCustomers()
	contacts := merge[directory.Contact]{
		noun:    directory.NounContact,
		id:      func(c directory.Contact) string { return c.ID },
		found:   d.contact,
		problem: d.problem,
	}
	if err := contacts.run(in.SourceContacts, in.DirectoryContacts); err != nil {
		return directory.Plan{}, fmt.Errorf("compare contacts of %s: %w", in.Dossier, err)
	}
	if d.incomplete != "" {
		return directory.Plan{}, fmt.Errorf("compare %s: %s: %w", in.Dossier, d.incomplete, ErrIncomplete)
	}
	d.settleMerges()
	d.closeProblems()
	return d.plan, nil
}

// differ collects the plan.
type differ struct {
	plan directory.Plan
	live map[string]bool // ids of the customers that are there once the plan is applied

	addresses addresses // of the contacts
	watch     func(directory.Counts)

	incomplete string // a record that the source should have shown
	identity   identity
}

func (d *differ) change(noun, record string, kind directory.ChangeKind, detail string) {
	d.plan.Changes = append(d.plan.Changes, directory.Change{
		Seq: len(d.plan.Changes) + 1, Noun: noun, Record: record, Kind: kind, Detail: detail,
	})
	if d.watch != nil {
		d.watch(d.plan.Counts)
	}
}

// customer settles one id. source is nil where the ERP has no such customer, or
// does not show it; stored is nil where the directory never had it.
func (d *differ) customer(source, stored *directory.Customer, how presence) {
	p := &d.plan
	known := stored != nil && stored.RemovedAt == nil
	if known {
		p.Before.Customers++
	}
	if stored != nil {
		d.identity.had(*stored, !known)
	}
	switch {
	case how == unchanged && !known:
		d.incomplete = "customer " + nameOf(stored, "that is new")
		return
	case how != shown:
		if known {
			d.live[stored.ID] = true
		}
		if how == unchanged {
			p.Counts.CustomersRead++
		}
		return
	case source == nil:
		if known {
			p.DropCustomers = append(p.DropCustomers, stored.ID)
			p.Counts.CustomersRemoved++
			d.identity.lost(*stored)
			d.change(directory.NounCustomer, stored.ID, directory.ChangeRemove, "")
		}
		return
	}
	p.Counts.CustomersRead++
	d.live[source.ID] = true
	taken := *source
	taken.Dossier, taken.RemovedAt = p.Dossier, nil
	if stored != nil {
		taken.FormerCodes = formerCodes(*stored, taken)
		if known && wentBack(stored.Stamp, taken.Stamp) {
			p.Backwards++
		}
	}
	switch {
	case stored == nil:
		p.Counts.CustomersCreated++
		d.identity.created = append(d.identity.created, len(p.PutCustomers))
		d.change(directory.NounCustomer, taken.ID, directory.ChangeCreate, "")
	case !known:
		p.Counts.CustomersCreated++
		detail := ""
		if sameIdentity(*stored, taken) {
			p.ReturnedAccess = append(p.ReturnedAccess, taken.ID)
			d.codeChanged(*stored, taken)
		} else {
			d.suspect(directory.DecideReturned, taken.ID, "", "it comes back with another name or number")
			detail = anotherCompany
		}
		d.change(directory.NounCustomer, taken.ID, directory.ChangeReturn, detail)
	case stored.Hash != taken.Hash || stored.TechnicalID != taken.TechnicalID:
		detail := changedCustomerFields(*stored, taken)
		p.Counts.CustomersUpdated++
		if replaced(*stored, taken) {
			d.suspect(directory.DecideReplaced, taken.ID, "", "its name and its number or its row in the ERP are others: "+changedCustomerFields(*stored, taken))
			detail += "; " + anotherCompany
		} else {
			d.codeChanged(*stored, taken)
		}
		d.change(directory.NounCustomer, taken.ID, directory.ChangeUpdate, detail)
	default:
		return
	}
	p.PutCustomers = append(p.PutCustomers, taken)
}

func nameOf(c *directory.Customer, otherwise string) string {
	if c == nil {
		return otherwise
	}
	return c.ID
}

// contact settles one id, as customer does. A contact whose customer is not
// there is as good as not there itself.
func (d *differ) contact(source, stored *directory.Contact, how presence) {
	p := &d.plan
	known := stored != nil && stored.RemovedAt == nil
	if known {
		p.Before.Contacts++
		d.identity.contactOf(stored.CustomerID, "")
	}
	if how == unchanged {
		p.Counts.ContactsRead++
		if !known {
			d.incomplete = "a contact"
			return
		}
	}
	if how != shown && known && d.live[stored.CustomerID] {
		d.addressOf(*stored)
		return
	}
	if source != nil {
		p.Counts.ContactsRead++
		if !d.live[source.CustomerID] {
			d.problem(&directory.Problem{Noun: directory.NounContact, Record: source.ID, Reason: "its customer was not taken"})
			source = nil
		}
	}
	if source == nil {
		if known {
			p.DropContacts = append(p.DropContacts, stored.ID)
			p.Counts.ContactsRemoved++
			d.change(directory.NounContact, stored.ID, directory.ChangeRemove, "")
		}
		return
	}
	taken := *source
	taken.Dossier, taken.RemovedAt = p.Dossier, nil
	d.addressOf(taken)
	switch {
	case stored == nil:
		p.Counts.ContactsCreated++
		d.change(directory.NounContact, taken.ID, directory.ChangeCreate, "")
	case !known:
		p.Counts.ContactsCreated++
		d.change(directory.NounContact, taken.ID, directory.ChangeReturn, "")
	case stored.Hash != taken.Hash:
		p.Counts.ContactsUpdated++
		detail := changedContactFields(*stored, taken)
		if stored.CustomerID != taken.CustomerID {
			detail += "; moved from customer " + stored.CustomerID + " to " + taken.CustomerID
			d.identity.contactOf(stored.CustomerID, taken.CustomerID)
		}
		d.change(directory.NounContact, taken.ID, directory.ChangeUpdate, detail)
	default:
		return
	}
	p.PutContacts = append(p.PutContacts, taken)
}

// addressOf tells of a contact whose e-mail address another one has: an account
// has an address of its own.
func (d *differ) addressOf(c directory.Contact) {
	if first := d.addresses.taken(c.Email, c.ID); first != "" {
		d.problem(&directory.Problem{Noun: directory.NounContact, Record: c.ID,
			Reason: "contact " + first + " has the same e-mail address; it was taken, and an account can be made from one of them only"})
	}
}
