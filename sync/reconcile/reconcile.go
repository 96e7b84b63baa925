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

// Input is one dossier as two sides know it. All four are sorted by ID in byte
// order, each ID once. The sources yield a *directory.Problem for a record
// that is not as it should be; any other error ends the comparison. The
// directory's include removed records.
type Input struct {
	Dossier                             string
	SourceCustomers, DirectoryCustomers iter.Seq2[directory.Customer, error]
	SourceContacts, DirectoryContacts   iter.Seq2[directory.Contact, error]
}

// Diff compares both sides. Each iterator is read once, the customers' to
// their end before the contacts' begin. On error there is no plan.
func Diff(in Input) (directory.Plan, error) {
	d := &differ{plan: directory.Plan{Dossier: in.Dossier}, live: map[string]bool{}}
	customers := merge[directory.Customer]{
		noun: directory.NounCustomer,
		id:   func(c directory.Customer) string { return c.ID },
		found: func(source, stored *directory.Customer, kept bool) {
			d.customer(source, stored, kept)
		},
		problem: d.problem,
	}
	if err := customers.run(in.SourceCustomers, in.DirectoryCustomers); err != nil {
		return directory.Plan{}, fmt.Errorf("compare customers of %s: %w", in.Dossier, err)
	}
	contacts := merge[directory.Contact]{
		noun: directory.NounContact,
		id:   func(c directory.Contact) string { return c.ID },
		found: func(source, stored *directory.Contact, kept bool) {
			d.contact(source, stored, kept)
		},
		problem: d.problem,
	}
	if err := contacts.run(in.SourceContacts, in.DirectoryContacts); err != nil {
		return directory.Plan{}, fmt.Errorf("compare contacts of %s: %w", in.Dossier, err)
	}
	d.closeProblems()
	return d.plan, nil
}

// differ collects the plan.
type differ struct {
	plan directory.Plan
	live map[string]bool // ids of the customers that are there once the plan is applied

	addresses addresses // of the contacts
}

func (d *differ) change(noun, record string, kind directory.ChangeKind, detail string) {
	d.plan.Changes = append(d.plan.Changes, directory.Change{
		Seq: len(d.plan.Changes) + 1, Noun: noun, Record: record, Kind: kind, Detail: detail,
	})
}

// customer settles one id. source is nil where the ERP has no such customer or
// cannot show it (kept); stored is nil where the directory never had it.
func (d *differ) customer(source, stored *directory.Customer, kept bool) {
	p := &d.plan
	known := stored != nil && stored.RemovedAt == nil
	switch {
	case kept:
		if known {
			d.live[stored.ID] = true
		}
		return
	case source == nil:
		if known {
			p.DropCustomers = append(p.DropCustomers, stored.ID)
			p.Counts.CustomersRemoved++
			d.change(directory.NounCustomer, stored.ID, directory.ChangeRemove, "")
		}
		return
	}
	p.Counts.CustomersRead++
	d.live[source.ID] = true
	taken := *source
	taken.Dossier, taken.RemovedAt = p.Dossier, nil
	switch {
	case stored == nil:
		p.Counts.CustomersCreated++
		d.change(directory.NounCustomer, taken.ID, directory.ChangeCreate, "")
	case !known:
		detail := ""
		if sameIdentity(*stored, taken) {
			p.ReturnedAccess = append(p.ReturnedAccess, taken.ID)
		} else {
			p.SuspendedAccess = append(p.SuspendedAccess, taken.ID)
			detail = anotherCompany
		}
		p.Counts.CustomersCreated++
		d.change(directory.NounCustomer, taken.ID, directory.ChangeReturn, detail)
	case stored.Hash != taken.Hash || stored.TechnicalID != taken.TechnicalID:
		detail := changedCustomerFields(*stored, taken)
		if replaced(*stored, taken) {
			p.SuspendedAccess = append(p.SuspendedAccess, taken.ID)
			detail += "; " + anotherCompany
		}
		p.Counts.CustomersUpdated++
		d.change(directory.NounCustomer, taken.ID, directory.ChangeUpdate, detail)
	default:
		return
	}
	p.PutCustomers = append(p.PutCustomers, taken)
}

// contact settles one id, as customer does. A contact whose customer is not
// there is as good as not there itself.
func (d *differ) contact(source, stored *directory.Contact, kept bool) {
	p := &d.plan
	known := stored != nil && stored.RemovedAt == nil
	if kept && known && d.live[stored.CustomerID] {
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
		d.change(directory.NounContact, taken.ID, directory.ChangeUpdate, changedContactFields(*stored, taken))
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
