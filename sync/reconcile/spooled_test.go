package reconcile

import (
	"errors"
	"fmt"
	"iter"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/vantelle/vantelle/internal/directory"
)

// pile is a Spool in memory.
type pile struct {
	parts  []directory.Part
	closed bool
	full   bool // nothing can be put
}

var errFull = errors.New("the disk is full")

func (p *pile) Put(part directory.Part) error {
	if p.full {
		return errFull
	}
	p.parts = append(p.parts, directory.Part{PutCustomers: append([]directory.Customer(nil), part.PutCustomers...),
		PutContacts: append([]directory.Contact(nil), part.PutContacts...), Changes: append([]directory.Change(nil), part.Changes...)})
	return nil
}

func (p *pile) Parts() iter.Seq2[directory.Part, error] {
	return func(yield func(directory.Part, error) bool) {
		for _, part := range p.parts {
			if !yield(part, nil) {
				return
			}
		}
	}
}

func (p *pile) Close() error { p.closed = true; return nil }

// gathered is a plan with all of its parts in memory.
func gathered(t *rapid.T, p directory.Plan) directory.Plan {
	var customers []directory.Customer
	var contacts []directory.Contact
	var changes []directory.Change
	for part, err := range p.Parts() {
		if err != nil {
			t.Fatal(err)
		}
		customers, contacts, changes = append(customers, part.PutCustomers...), append(contacts, part.PutContacts...), append(changes, part.Changes...)
	}
	p.PutCustomers, p.PutContacts, p.Changes, p.Spooled, p.Amended = customers, contacts, changes, nil, nil
	return p
}

// TestSpooledPlanIsTheSame: a plan that goes through a spool, from stored records
// of which only what tells a change is given, is the one that fits into memory.
func TestSpooledPlanIsTheSame(t *testing.T) {
	spools := 0
	rapid.Check(t, func(t *rapid.T) {
		source, stored := drawState(t, "source", false), drawState(t, "stored", true)
		want := gathered(t, diff(t, source, stored))

		in := stored.input()
		in.SourceCustomers, in.SourceContacts = customers(sorted(source.customers)...), contacts(sorted(source.contacts)...)
		var known []directory.Customer
		for _, c := range sorted(stored.customers) {
			known = append(known, directory.Customer{Dossier: c.Dossier, ID: c.ID, Code: c.Code, TechnicalID: c.TechnicalID, FormerCodes: c.FormerCodes, Stamp: c.Stamp, Hash: c.Hash, RemovedAt: c.RemovedAt})
		}
		in.DirectoryCustomers = customers(known...)
		var people []directory.Contact
		for _, c := range sorted(stored.contacts) {
			people = append(people, directory.Contact{Dossier: c.Dossier, ID: c.ID, CustomerID: c.CustomerID, Email: c.Email, Hash: c.Hash, RemovedAt: c.RemovedAt})
		}
		in.DirectoryContacts = contacts(people...)
		in.Customer = func(id string) (directory.Customer, error) { return stored.customers[id], nil }
		in.Contact = func(id string) (directory.Contact, error) { return stored.contacts[id], nil }
		in.InMemory = rapid.IntRange(1, 6).Draw(t, "in memory")
		in.Spool = func() (Spool, error) { spools++; return &pile{}, nil }
		p, err := Diff(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := gathered(t, p); !reflect.DeepEqual(got, want) {
			t.Fatalf("spooled:\n%+v\nin memory:\n%+v", got, want)
		}
	})
	if spools == 0 {
		t.Error("nothing was ever spooled")
	}
}

// TestCodeUsedAgainIsSaidOfASpooledChange: what shows only once every customer
// was seen is said of changes that were put away long before.
func TestCodeUsedAgainIsSaidOfASpooledChange(t *testing.T) {
	var source, stored []directory.Customer
	for i := range 40 {
		id := fmt.Sprintf("%02d", i)
		stored = append(stored, directory.Customer{Dossier: "d", ID: id, Code: "CODE" + id, Name: "Firm " + id, Hash: "old"})
		source = append(source, directory.Customer{ID: id, Code: "CODE" + id, Name: "Firm " + id, Hash: "new"})
	}
	source[1].Code, source[39].Code = "CODE39", "OTHER" // 01 takes the code that 39 gives up
	spool := &pile{}
	p, err := Diff(Input{Dossier: "d", SourceCustomers: customers(source...), DirectoryCustomers: customers(stored...),
		SourceContacts: contacts(), DirectoryContacts: contacts(), InMemory: 4, Spool: func() (Spool, error) { return spool, nil }})
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]bool{}
	for part, err := range p.Parts() {
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range part.Changes {
			if TakesAccess(c) {
				said[c.Record] = true
			}
		}
	}
	if !reflect.DeepEqual(said, map[string]bool{"01": true}) || !reflect.DeepEqual(p.SuspendedAccess, []string{"01"}) || len(spool.parts) < 5 {
		t.Errorf("said of %v, suspended %v, %d parts", said, p.SuspendedAccess, len(spool.parts))
	}
	if err := p.Close(); err != nil || !spool.closed {
		t.Errorf("closed: %v, %v", spool.closed, err)
	}
}

func TestFullDiskIsAnErrorAndLeavesNothing(t *testing.T) {
	spool := &pile{full: true}
	p, err := Diff(Input{Dossier: "d", SourceCustomers: customers(directory.Customer{ID: "1"}, directory.Customer{ID: "2"}), DirectoryCustomers: customers(),
		SourceContacts: contacts(), DirectoryContacts: contacts(), InMemory: 1, Spool: func() (Spool, error) { return spool, nil }})
	if !errors.Is(err, errFull) || !spool.closed || !reflect.DeepEqual(p, directory.Plan{}) {
		t.Errorf("got %+v, %v; closed: %v", p, err, spool.closed)
	}
}

// TestIDsOfAnyLength: the packed set is exact, whatever the ids look like.
func TestIDsOfAnyLength(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		given := rapid.SliceOf(rapid.SampledFrom([]string{"", "a", "b", "ab", string(make([]byte, 70_000)), string(make([]byte, 65_535)), "é"})).Draw(t, "ids")
		given = append(given, rapid.SliceOf(rapid.String()).Draw(t, "more")...)
		var s ids
		want := map[string]bool{}
		for _, id := range given {
			s.add(id)
			want[id] = true
		}
		for _, id := range append(given, "c", "nobody") {
			if s.have(id) != want[id] {
				t.Fatalf("%.20q: %v", id, s.have(id))
			}
		}
	})
	var many ids
	for i := range 200_000 {
		many.add(fmt.Sprint("C", i))
	}
	for i := range 400_000 {
		if many.have(fmt.Sprint("C", i)) != (i < 200_000) {
			t.Fatalf("C%d", i)
		}
	}
}
