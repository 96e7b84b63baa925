package reconcile

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vantelle/vantelle/internal/directory"
)

// state is a dossier's directory in its simplest form.
type state struct {
	customers map[string]directory.Customer
	contacts  map[string]directory.Contact
}

func (s state) input() Input {
	return Input{Dossier: "d", DirectoryCustomers: customers(sorted(s.customers)...), DirectoryContacts: contacts(sorted(s.contacts)...)}
}

func sorted[T any](m map[string]T) []T {
	var out []T
	for _, id := range slices.Sorted(maps.Keys(m)) {
		out = append(out, m[id])
	}
	return out
}

// apply does what a store does with a plan.
func (s state) apply(p directory.Plan) state {
	now := time.Unix(2, 0)
	out := state{maps.Clone(s.customers), maps.Clone(s.contacts)}
	for _, c := range p.PutCustomers {
		out.customers[c.ID] = c
	}
	for _, id := range p.DropCustomers {
		c := out.customers[id]
		c.RemovedAt = &now
		out.customers[id] = c
	}
	for _, c := range p.PutContacts {
		out.contacts[c.ID] = c
	}
	for _, id := range p.DropContacts {
		c := out.contacts[id]
		c.RemovedAt = &now
		out.contacts[id] = c
	}
	return out
}

// drawState draws a dossier; ids and values are few, so that sides meet.
func drawState(t *rapid.T, label string, tombstones bool) state {
	s := state{map[string]directory.Customer{}, map[string]directory.Contact{}}
	id := rapid.SampledFrom([]string{"A", "AB", "B", "a", "É", "z", "10", "9"})
	for range rapid.IntRange(0, 8).Draw(t, label+" customers") {
		c := cust(id.Draw(t, "id"), rapid.SampledFrom([]string{"Alpha", "Beta"}).Draw(t, "name"))
		c.TechnicalID = rapid.SampledFrom([]string{"", "1", "2"}).Draw(t, "technical")
		c.Hash = c.Name + "|" + c.TechnicalID
		if tombstones && rapid.Bool().Draw(t, "removed") {
			removed(&c)
		}
		s.customers[c.ID] = c
	}
	for i := range rapid.IntRange(0, 8).Draw(t, label+" contacts") {
		ids := slices.Sorted(maps.Keys(s.customers))
		if len(ids) == 0 {
			break
		}
		c := pers(fmt.Sprint(i), rapid.SampledFrom(ids).Draw(t, "customer"), rapid.SampledFrom([]string{"Un", "Deux"}).Draw(t, "contact"))
		if s.customers[c.CustomerID].RemovedAt != nil || tombstones && rapid.Bool().Draw(t, "left") {
			at := time.Unix(1, 0)
			c.RemovedAt = &at
		}
		s.contacts[c.ID] = c
	}
	return s
}

func diff(t *rapid.T, source, stored state) directory.Plan {
	in := stored.input()
	in.SourceCustomers, in.SourceContacts = customers(sorted(source.customers)...), contacts(sorted(source.contacts)...)
	p, err := Diff(in)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// live is s without what is removed.
func (s state) live() state {
	out := state{map[string]directory.Customer{}, map[string]directory.Contact{}}
	for id, c := range s.customers {
		if c.RemovedAt == nil {
			out.customers[id] = c
		}
	}
	for id, c := range s.contacts {
		if c.RemovedAt == nil {
			out.contacts[id] = c
		}
	}
	return out
}

func TestApplyingADiffGivesTheSource(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		source, stored := drawState(t, "source", false), drawState(t, "stored", true)
		plan := diff(t, source, stored)
		after := stored.apply(plan)
		if got := after.live(); !reflect.DeepEqual(got, source) {
			t.Fatalf("after applying:\n%+v\nwant\n%+v", got, source)
		}
		for id := range stored.customers {
			if _, ok := after.customers[id]; !ok {
				t.Fatalf("%s lost its tombstone", id)
			}
		}
		again := diff(t, source, after)
		again.Counts.CustomersRead, again.Counts.ContactsRead, again.Before = 0, 0, directory.Before{}
		if !reflect.DeepEqual(again, directory.Plan{Dossier: "d"}) {
			t.Fatalf("the second diff does something: %+v", again)
		}
	})
}

func TestCountsFollowFromBothSidesAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		source, stored := drawState(t, "source", false), drawState(t, "stored", true)
		c := diff(t, source, stored).Counts
		var want directory.Counts
		want.CustomersRead, want.ContactsRead = len(source.customers), len(source.contacts)
		for id, s := range source.customers {
			d, known := stored.customers[id]
			switch {
			case !known || d.RemovedAt != nil:
				want.CustomersCreated++
			case d.Hash != s.Hash:
				want.CustomersUpdated++
			}
		}
		for id, s := range source.contacts {
			d, known := stored.contacts[id]
			switch {
			case !known || d.RemovedAt != nil:
				want.ContactsCreated++
			case d.Hash != s.Hash:
				want.ContactsUpdated++
			}
		}
		for id := range stored.live().customers {
			if _, ok := source.customers[id]; !ok {
				want.CustomersRemoved++
			}
		}
		for id := range stored.live().contacts {
			if _, ok := source.contacts[id]; !ok {
				want.ContactsRemoved++
			}
		}
		if c != want {
			t.Fatalf("counts = %+v, want %+v", c, want)
		}
	})
}

// An access comes back only to somebody who is the same by number or name.
func TestNoAccessIsInherited(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		source, stored := drawState(t, "source", false), drawState(t, "stored", true)
		p := diff(t, source, stored)
		for _, id := range p.ReturnedAccess {
			if stored.customers[id].RemovedAt == nil || stored.customers[id].Name != source.customers[id].Name {
				t.Fatalf("%s has its access back", id)
			}
			if slices.Contains(p.SuspendedAccess, id) {
				t.Fatalf("%s has it back and loses it", id)
			}
		}
		for id, s := range source.customers {
			d, known := stored.customers[id]
			other := known && d.Name != s.Name && (d.RemovedAt != nil || d.TechnicalID != s.TechnicalID && d.TechnicalID != "" && s.TechnicalID != "")
			if other != slices.Contains(p.SuspendedAccess, id) {
				t.Fatalf("%s: another company = %v, suspended = %q", id, other, p.SuspendedAccess)
			}
		}
	})
}
