package storetest

import (
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/directory"
)

// parts is a spooled part of a plan; where err is set, the last thing it gives.
type parts struct {
	all []directory.Part
	err error
}

func (p parts) Parts() iter.Seq2[directory.Part, error] {
	return func(yield func(directory.Part, error) bool) {
		for _, part := range p.all {
			if !yield(part, nil) {
				return
			}
		}
		if p.err != nil {
			yield(directory.Part{}, p.err)
		}
	}
}

func (p parts) Close() error { return nil }

// large is a plan in parts that puts so many customers with two contacts each,
// all of one city.
func large(customers int, city string, kind directory.ChangeKind) (p directory.Plan, changes []directory.Change) {
	p = directory.Plan{Dossier: acme}
	var all []directory.Part
	var part directory.Part
	said := func(noun, id string) {
		c := directory.Change{Seq: len(changes) + 1, Noun: noun, Record: id, Kind: kind, Detail: city}
		part.Changes, changes = append(part.Changes, c), append(changes, c)
		if len(part.Changes) == 1700 {
			all, part = append(all, part), directory.Part{}
		}
	}
	for i := range customers {
		c := customer(fmt.Sprintf("%06d", i), fmt.Sprintf("CODE%d", i))
		c.City, c.Hash = city, city
		c.Tags, c.Attributes, c.FormerCodes = []string{"b", "a"}, map[string]string{"zone": city}, []string{"was"}
		part.PutCustomers = append(part.PutCustomers, c)
		said(directory.NounCustomer, c.ID)
	}
	for i := range 2 * customers {
		c := contact(fmt.Sprintf("%06d", i), fmt.Sprintf("%06d", i/2))
		c.Function, c.Hash = city, city
		part.PutContacts = append(part.PutContacts, c)
		said(directory.NounContact, c.ID)
	}
	p.PutCustomers, p.PutContacts, p.Changes = part.PutCustomers, part.PutContacts, part.Changes
	p.Spooled = parts{all: all}
	return p, changes
}

// testLarge: a plan that comes in parts is one plan.
func testLarge(t *testing.T, open func(*testing.T) *kit) {
	const n = 2500
	t.Run("all of it is there, first and when it changes", func(t *testing.T) {
		k := open(t)
		for _, city := range []string{"Sète", "Lyon"} {
			plan, changes := large(n, city, directory.ChangeUpdate)
			plan.Amended = map[int]string{3: "amended"}
			changes[2].Detail = "amended"
			run := k.apply(plan)
			customers := collect(k, k.AllCustomers(t.Context(), acme))
			contacts := collect(k, k.AllContacts(t.Context(), acme))
			equal(k, "customers", len(customers), n)
			equal(k, "contacts", len(contacts), 2*n)
			for i, c := range customers {
				equal(k, "city of "+c.ID, c.City+c.Attributes["zone"], city+city)
				equal(k, "code of "+c.ID, c.Code, fmt.Sprintf("CODE%d", i))
			}
			for _, c := range contacts {
				equal(k, "function of "+c.ID, c.Function, city)
			}
			known := collect(k, k.KnownCustomers(t.Context(), acme))
			want := directory.Customer{Dossier: acme, ID: customers[7].ID, Code: customers[7].Code, FormerCodes: customers[7].FormerCodes, Hash: city}
			if !reflect.DeepEqual(known[7], want) || len(known) != n {
				t.Fatalf("known of the eighth of %d: %+v, want %+v", len(known), known[7], want)
			}
			people := collect(k, k.KnownContacts(t.Context(), acme))
			if want := (directory.Contact{Dossier: acme, ID: contacts[7].ID, CustomerID: contacts[7].CustomerID, Email: contacts[7].Email, Hash: city}); people[7] != want || len(people) != 2*n {
				t.Fatalf("known of the eighth of %d: %+v, want %+v", len(people), people[7], want)
			}
			some, err := k.CustomersByID(t.Context(), acme, []string{"nobody", customers[3].ID, customers[n-1].ID})
			k.must(err)
			slices.SortFunc(some, func(a, b directory.Customer) int { return strings.Compare(a.ID, b.ID) })
			if want := []directory.Customer{customers[3], customers[n-1]}; !reflect.DeepEqual(some, want) {
				t.Fatalf("by id: %+v, want %+v", some, want)
			}
			persons, err := k.ContactsByID(t.Context(), acme, []string{"nobody", contacts[5].ID})
			k.must(err)
			if !reflect.DeepEqual(persons, contacts[5:6]) {
				t.Fatalf("by id: %+v", persons)
			}
			equal(k, "customers of the past", len(collect(k, k.PastCustomers(t.Context(), acme))), n)
			for _, size := range []int{1, 7, 500, 501, 10 * n} {
				var got []directory.Change
				for after := 0; len(got) < len(changes); after = got[len(got)-1].Seq {
					page, err := k.Changes(t.Context(), run, after, size)
					k.must(err)
					if len(page) == 0 || len(page) > size {
						t.Fatalf("after %d changes, %d at a time: %d came", len(got), size, len(page))
					}
					got = append(got, page...)
					if size < 7 && len(got) > 1200 {
						break
					}
				}
				for i := range got {
					got[i].RunID = ""
				}
				if !reflect.DeepEqual(got, changes[:len(got)]) {
					t.Fatalf("%d at a time: other changes came back", size)
				}
			}
		}
	})

	t.Run("a part that cannot be read is a plan of which nothing was done", func(t *testing.T) {
		k := open(t)
		broken := errors.New("the disk fails")
		for _, before := range []int{0, n} {
			if before > 0 {
				plan, _ := large(before, "Sète", directory.ChangeCreate)
				k.apply(plan)
			}
			revision := k.revision()
			plan, _ := large(n, "Lyon", directory.ChangeUpdate)
			some := plan.Spooled.(parts).all
			plan.Spooled = parts{some[:len(some)-1], broken}
			run := k.start(acme)
			k.is(k.ApplyPlan(t.Context(), run, plan, noon), broken)
			equal(k, "customers", len(collect(k, k.AllCustomers(t.Context(), acme))), before)
			for c := range k.AllContacts(t.Context(), acme) {
				equal(k, "function", c.Function, "Sète")
			}
			changes, err := k.Changes(t.Context(), run, 0, 10)
			k.must(err)
			equal(k, "changes", len(changes), 0)
			equal(k, "revision", k.revision(), revision)
			k.must(k.FinishRun(t.Context(), directory.Run{ID: run, State: directory.RunFailed, Error: broken.Error()}))
		}
	})

	t.Run("a stopped plan in parts is kept with all its changes", func(t *testing.T) {
		k := open(t)
		plan, want := large(n, "Sète", directory.ChangeCreate)
		run := k.start(acme)
		at := noon
		k.must(k.QuarantineRun(t.Context(), directory.Run{ID: run, Dossier: acme, Error: "too much", FinishedAt: &at}, plan))
		changes, err := k.Changes(t.Context(), run, 0, 10*n)
		k.must(err)
		equal(k, "changes", len(changes), len(want))
		equal(k, "customers", len(collect(k, k.AllCustomers(t.Context(), acme))), 0)
	})

	t.Run("one contact is found, removed or not", func(t *testing.T) {
		k := open(t)
		k.apply(directory.Plan{PutCustomers: []directory.Customer{customer("1", "A")}, PutContacts: []directory.Contact{contact("7", "1")}})
		c, err := k.Contact(t.Context(), acme, "7")
		k.must(err)
		if c != contact("7", "1") {
			t.Fatalf("got %+v", c)
		}
		k.apply(directory.Plan{DropContacts: []string{"7"}})
		c, err = k.Contact(t.Context(), acme, "7")
		k.must(err)
		if c.RemovedAt == nil {
			t.Fatal("it is not removed")
		}
		_, err = k.Contact(t.Context(), acme, "8")
		k.is(err, directory.ErrNotFound)
	})
}
