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
	Notes                               []string               // how the source was read, for the history

	// Partial: both sides give only what may have changed, but for the directory's
	// customers: those that the source does not give are as they were, and may be
	// given for the codes that they had. Live then tells whether the directory has
	// a customer, not removed.
	Partial bool
	Live    func(id string) (bool, error)

	// Customer and Contact read the whole of a record where the directory's
	// iterators give only what tells whether it has changed, as
	// directory.SyncStore's KnownCustomers and KnownContacts do; nil where they
	// give everything.
	Customer func(id string) (directory.Customer, error)
	Contact  func(id string) (directory.Contact, error)
	// Spool makes a place for what of the plan is too much for memory; nil to
	// keep all of it there. InMemory is how many records and changes are held
	// before they go to it; 0 for what suits.
	Spool    func() (Spool, error)
	InMemory int
}

// Spool takes the parts of a plan that are too much for memory.
type Spool interface {
	directory.Spooled
	Put(directory.Part) error
}

// inMemory is how many records and changes of a plan are held where the input
// does not say.
const inMemory = 10_000

// Diff compares both sides. Each iterator is read once, the customers' to
// their end before the contacts' begin. On error there is no plan; else the
// caller closes it.
func Diff(in Input) (_ directory.Plan, err error) {
	if in.InMemory == 0 {
		in.InMemory = inMemory
	}
	d := &differ{Input: in, plan: directory.Plan{Dossier: in.Dossier}}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.plan.Close())
		}
	}()
	for _, note := range in.Notes {
		d.change(directory.NounRun, "", directory.ChangeNote, note)
	}
	customers := merge[directory.Customer]{
		noun:    directory.NounCustomer,
		id:      func(c directory.Customer) string { return c.ID },
		found:   d.customer,
		problem: d.problem,
	}
	if err := customers.run(in.SourceCustomers, in.DirectoryCustomers); err != nil {
		return directory.Plan{}, fmt.Errorf("compare customers of %s: %w", in.Dossier, err)
	}
	if err := d.settleCustomers(); err != nil {
		return directory.Plan{}, fmt.Errorf("compare customers of %s: %w", in.Dossier, err)
	}
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
	Input
	plan    directory.Plan
	changes int   // said so far
	spool   Spool // nil while all fits into memory
	live    ids   // of the customers that are there once the plan is applied

	addresses addresses // of the contacts

	incomplete string // a record that the source should have shown
	identity   identity
}

func (d *differ) change(noun, record string, kind directory.ChangeKind, detail string) {
	d.changes++
	d.plan.Changes = append(d.plan.Changes, directory.Change{
		Seq: d.changes, Noun: noun, Record: record, Kind: kind, Detail: detail,
	})
	if d.plan.Tally == nil {
		d.plan.Tally = map[directory.ChangeClass]int{}
	}
	d.plan.Tally[directory.ChangeClass{Noun: noun, Kind: kind}]++
	if d.Watch != nil {
		d.Watch(d.plan.Counts)
	}
}

// relieve puts what is held away, where it is much.
func (d *differ) relieve() (err error) {
	p := &d.plan
	if d.Input.Spool == nil || len(p.PutCustomers)+len(p.PutContacts)+len(p.Changes) < d.InMemory {
		return nil
	}
	if d.spool == nil {
		if d.spool, err = d.Input.Spool(); err != nil {
			return err
		}
		p.Spooled = d.spool
	}
	if err := d.spool.Put(directory.Part{PutCustomers: p.PutCustomers, PutContacts: p.PutContacts, Changes: p.Changes}); err != nil {
		return err
	}
	clear(p.PutCustomers) // their texts are of no more use
	clear(p.PutContacts)
	p.PutCustomers, p.PutContacts, p.Changes = p.PutCustomers[:0], p.PutContacts[:0], p.Changes[:0]
	return nil
}

// isLive tells whether a customer is there once the plan is applied.
func (d *differ) isLive(id string) (bool, error) {
	if d.live.have(id) || !d.Partial {
		return d.live.have(id), nil
	}
	return d.Live(id)
}

// whole reads the rest of a stored customer that is looked at more closely.
func (d *differ) whole(stored *directory.Customer) (directory.Customer, error) {
	if d.Input.Customer == nil {
		return *stored, nil
	}
	return d.Input.Customer(stored.ID)
}

// customer settles one id. source is nil where the ERP has no such customer, or
// does not show it; stored is nil where the directory never had it.
func (d *differ) customer(source, stored *directory.Customer, how presence) error {
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
		return nil
	case how != shown:
		if known {
			d.live.add(stored.ID)
		}
		if how == unchanged {
			p.Counts.CustomersRead++
		}
		return nil
	case source == nil && d.Partial:
		return nil
	case source == nil:
		if known {
			whole, err := d.whole(stored)
			if err != nil {
				return err
			}
			p.DropCustomers = append(p.DropCustomers, stored.ID)
			p.Counts.CustomersRemoved++
			d.identity.lost(whole)
			d.change(directory.NounCustomer, stored.ID, directory.ChangeRemove, "")
		}
		return d.relieve()
	}
	p.Counts.CustomersRead++
	d.live.add(source.ID)
	taken := *source
	taken.Dossier, taken.RemovedAt = p.Dossier, nil
	if stored != nil {
		if !known || stored.Hash != taken.Hash || stored.TechnicalID != taken.TechnicalID {
			whole, err := d.whole(stored)
			if err != nil {
				return err
			}
			stored = &whole
		}
		taken.FormerCodes = formerCodes(*stored, taken)
		if known && wentBack(stored.Stamp, taken.Stamp) {
			p.Backwards++
		}
	}
	switch {
	case stored == nil:
		p.Counts.CustomersCreated++
		d.change(directory.NounCustomer, taken.ID, directory.ChangeCreate, "")
	case !known:
		p.Counts.CustomersCreated++
		detail := ""
		if sameIdentity(*stored, taken) {
			p.ReturnedAccess = append(p.ReturnedAccess, taken.ID)
			d.codeChanged(*stored, taken, "")
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
			d.codeChanged(*stored, taken, detail)
		}
		d.change(directory.NounCustomer, taken.ID, directory.ChangeUpdate, detail)
	default:
		return nil
	}
	p.PutCustomers = append(p.PutCustomers, taken)
	return d.relieve()
}

func nameOf(c *directory.Customer, otherwise string) string {
	if c == nil {
		return otherwise
	}
	return c.ID
}

// contact settles one id, as customer does. A contact whose customer is not
// there is as good as not there itself.
func (d *differ) contact(source, stored *directory.Contact, how presence) error {
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
			return nil
		}
	}
	if how != shown && known {
		there, err := d.isLive(stored.CustomerID)
		if err != nil {
			return err
		}
		if there {
			d.addressOf(*stored)
			return nil
		}
	}
	if source != nil && d.Partial && known && stored.Hash == source.Hash { // its marker alone has moved
		p.Counts.ContactsRead++
		d.addressOf(*stored)
		return nil
	}
	if source != nil {
		p.Counts.ContactsRead++
		there, err := d.isLive(source.CustomerID)
		if err != nil {
			return err
		}
		if !there {
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
		return d.relieve()
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
		whole := *stored
		if d.Input.Contact != nil {
			var err error
			if whole, err = d.Input.Contact(stored.ID); err != nil {
				return err
			}
		}
		p.Counts.ContactsUpdated++
		detail := changedContactFields(whole, taken)
		if stored.CustomerID != taken.CustomerID {
			detail += "; moved from customer " + stored.CustomerID + " to " + taken.CustomerID
			d.identity.contactOf(stored.CustomerID, taken.CustomerID)
		}
		d.change(directory.NounContact, taken.ID, directory.ChangeUpdate, detail)
	default:
		return nil
	}
	p.PutContacts = append(p.PutContacts, taken)
	return d.relieve()
}

// addressOf tells of a contact whose e-mail address another one has: an account
// has an address of its own.
func (d *differ) addressOf(c directory.Contact) {
	if first := d.addresses.taken(c.Email, c.ID); first != "" {
		d.problem(&directory.Problem{Noun: directory.NounContact, Record: c.ID,
			Reason: "contact " + first + " has the same e-mail address; it was taken, and an account can be made from one of them only"})
	}
}
