package storetest

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/vantelle/vantelle/internal/directory"
)

func testPlans(t *testing.T, open func(*testing.T) *kit) {
	t.Run("a plan finishes its run with counts and changes", func(t *testing.T) {
		k := open(t)
		id := k.apply(directory.Plan{
			PutCustomers: []directory.Customer{customer("1", "A")},
			Changes: []directory.Change{
				{Noun: "customer", Record: "1", Kind: directory.ChangeCreate},
				{Noun: "contact", Record: "7", Kind: directory.ChangeProblem, Detail: "has no name"},
				{Noun: "contact", Record: "8", Kind: directory.ChangeRemove},
			},
			Counts: counts,
		})
		r, err := k.Run(t.Context(), id)
		k.must(err)
		if r.State != directory.RunSucceeded || r.Counts != counts || r.FinishedAt == nil || !r.FinishedAt.Equal(noon) {
			t.Fatalf("the run is %+v", r)
		}
		changes, err := k.Changes(t.Context(), id, 0, 10)
		k.must(err)
		want := []directory.Change{
			{RunID: id, Seq: 1, Noun: "customer", Record: "1", Kind: directory.ChangeCreate},
			{RunID: id, Seq: 2, Noun: "contact", Record: "7", Kind: directory.ChangeProblem, Detail: "has no name"},
			{RunID: id, Seq: 3, Noun: "contact", Record: "8", Kind: directory.ChangeRemove},
		}
		if !reflect.DeepEqual(changes, want) {
			t.Fatalf("got\n%+v\nwant\n%+v", changes, want)
		}
		changes, err = k.Changes(t.Context(), id, 1, 1)
		k.must(err)
		if !reflect.DeepEqual(changes, want[1:2]) {
			t.Fatalf("after the first, one: got %+v", changes)
		}
	})

	t.Run("more records than one statement takes are all there", func(t *testing.T) {
		const n = 1234
		k := open(t)
		var plan directory.Plan
		var all []string
		for i := range n {
			id := fmt.Sprintf("%05d", i)
			all = append(all, id)
			plan.PutCustomers = append(plan.PutCustomers, customer(id, id))
			plan.PutContacts = append(plan.PutContacts, contact(id, id))
			plan.Changes = append(plan.Changes, directory.Change{Noun: "customer", Record: id, Kind: directory.ChangeCreate})
		}
		run := k.apply(plan)
		ids(k, "customers", collect(k, k.AllCustomers(t.Context(), acme)), customerID, all...)
		ids(k, "contacts", collect(k, k.AllContacts(t.Context(), acme)), contactID, all...)
		changes, err := k.Changes(t.Context(), run, 0, 2*n)
		k.must(err)
		ids(k, "changes", changes, func(c directory.Change) string { return c.Record }, all...)
		k.apply(directory.Plan{DropCustomers: all[1:], DropContacts: all[:n-1]})
		list, err := k.ListCustomers(t.Context(), directory.CustomerQuery{Dossier: acme, Limit: 10})
		k.must(err)
		ids(k, "left", list, customerID, all[0])
		contacts, err := k.Contacts(t.Context(), acme, all[n-1])
		k.must(err)
		ids(k, "contacts left", contacts, contactID, all[n-1])
	})

	t.Run("a removed customer's access is suspended, and given back on return", func(t *testing.T) {
		for _, before := range []directory.Access{granted("1"), pending("1")} {
			k := open(t)
			k.have(customer("1", "A"))
			k.put(before)
			k.apply(directory.Plan{DropCustomers: []string{"1"}})
			a := k.access("1")
			equal(k, "state", a.State, directory.AccessSuspended)
			equal(k, "cause", a.SuspendedBy, directory.SuspendedBySync)
			equal(k, "version", a.Version, 2)

			k.apply(directory.Plan{
				PutCustomers: []directory.Customer{customer("1", "A")}, ReturnedAccess: []string{"1"},
			})
			a = k.access("1")
			equal(k, "state after the return", a.State, before.State)
			equal(k, "cause after the return", a.SuspendedBy, "")
			equal(k, "profile", a.Profile, before.Profile)
			equal(k, "version after the return", a.Version, 3)
		}
	})

	t.Run("a return that is not said to be the same lifts nothing", func(t *testing.T) {
		k := open(t)
		k.have(customer("1", "A"))
		k.put(granted("1"))
		k.apply(directory.Plan{DropCustomers: []string{"1"}})
		k.have(customer("1", "Z"))
		a := k.access("1")
		equal(k, "state", a.State, directory.AccessSuspended)
		equal(k, "cause", a.SuspendedBy, directory.SuspendedBySync)
	})

	t.Run("what was granted to another company is suspended for good", func(t *testing.T) {
		for _, before := range []directory.Access{granted("1"), pending("1")} {
			for _, dropped := range []bool{false, true} {
				k := open(t)
				k.have(customer("1", "A"))
				k.put(before)
				if dropped {
					k.apply(directory.Plan{DropCustomers: []string{"1"}})
				}
				k.apply(directory.Plan{
					PutCustomers: []directory.Customer{customer("1", "Z")}, SuspendedAccess: []string{"1", "nobody"},
				})
				want := k.access("1")
				equal(k, "state", want.State, directory.AccessSuspended)
				equal(k, "cause", want.SuspendedBy, directory.SuspendedByIdentity)
				equal(k, "from", want.SuspendedFrom, before.State)

				// The other company leaves, and comes back as itself.
				k.apply(directory.Plan{DropCustomers: []string{"1"}})
				k.apply(directory.Plan{
					PutCustomers: []directory.Customer{customer("1", "Z")}, ReturnedAccess: []string{"1"},
				})
				if got := k.access("1"); !reflect.DeepEqual(got, want) {
					t.Fatalf("got\n%+v\nwant\n%+v", got, want)
				}
			}
		}
	})

	t.Run("what is closed already stays as it is when its company changes", func(t *testing.T) {
		for _, before := range []directory.Access{suspended("1"), revoked("1")} {
			k := open(t)
			k.have(customer("1", "A"))
			want := k.put(before)
			k.apply(directory.Plan{
				PutCustomers: []directory.Customer{customer("1", "Z")}, SuspendedAccess: []string{"1"},
			})
			if got := k.access("1"); !reflect.DeepEqual(got, want) {
				t.Fatalf("got\n%+v\nwant\n%+v", got, want)
			}
		}
	})

	t.Run("a return does not lift what an administrator did", func(t *testing.T) {
		for _, before := range []directory.Access{suspended("1"), revoked("1")} {
			k := open(t)
			k.have(customer("1", "A"))
			want := k.put(before)
			k.apply(directory.Plan{DropCustomers: []string{"1"}})
			k.apply(directory.Plan{
				PutCustomers: []directory.Customer{customer("1", "A")}, ReturnedAccess: []string{"1"},
			})
			if got := k.access("1"); !reflect.DeepEqual(got, want) {
				t.Fatalf("got\n%+v\nwant\n%+v", got, want)
			}
		}
	})

	t.Run("a lift without a return, or for nobody, does nothing", func(t *testing.T) {
		k := open(t)
		k.have(customer("1", "A"), customer("2", "B"))
		k.put(granted("1"))
		k.apply(directory.Plan{DropCustomers: []string{"1"}})
		k.apply(directory.Plan{ReturnedAccess: []string{"1", "2", "3"}})
		equal(k, "state", k.access("1").State, directory.AccessSuspended)
	})

	t.Run("one dossier's plan leaves the others alone", func(t *testing.T) {
		k := open(t)
		elsewhere := customer("1", "A")
		elsewhere.Dossier = other
		k.have(customer("1", "A"))
		k.apply(directory.Plan{Dossier: other, PutCustomers: []directory.Customer{elsewhere}})
		k.put(granted("1"))
		k.apply(directory.Plan{Dossier: other, DropCustomers: []string{"1"}})
		c, err := k.Customer(t.Context(), acme, "1")
		k.must(err)
		if c.RemovedAt != nil {
			t.Fatal("another dossier's plan removed the customer")
		}
		equal(k, "state", k.access("1").State, directory.AccessGranted)
	})
}
