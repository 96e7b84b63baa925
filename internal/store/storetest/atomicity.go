package storetest

import (
	"context"
	"reflect"
	"testing"

	"github.com/vantelle/vantelle/internal/directory"
)

// world is everything a plan could have changed.
type world struct {
	customers []directory.Customer
	contacts  []directory.Contact
	accesses  []directory.Access
	changes   []directory.Change
	revision  int64
}

func (k *kit) world(run string) world {
	k.t.Helper()
	ctx := k.t.Context()
	accesses, err := k.ListAccesses(ctx, acme)
	k.must(err)
	changes, err := k.Changes(ctx, run, 0, 100)
	k.must(err)
	return world{
		customers: collect(k, k.AllCustomers(ctx, acme)),
		contacts:  collect(k, k.AllContacts(ctx, acme)),
		accesses:  accesses,
		changes:   changes,
		revision:  k.revision(),
	}
}

func testAtomicity(t *testing.T, open func(*testing.T) *kit) {
	// full is a plan that does something of each kind.
	full := func() directory.Plan {
		return directory.Plan{
			Dossier:        acme,
			PutCustomers:   []directory.Customer{customer("new", "N"), customer("gone", "G"), customer("1", "changed")},
			DropCustomers:  []string{"2"},
			ReturnedAccess: []string{"gone"}, SuspendedAccess: []string{"1"},
			PutContacts:  []directory.Contact{contact("c9", "new")},
			DropContacts: []string{"c1"},
			Changes:      []directory.Change{{Noun: "customer", Record: "new", Kind: directory.ChangeCreate}},
			Counts:       counts,
		}
	}
	prepare := func(t *testing.T) *kit {
		k := open(t)
		k.apply(directory.Plan{
			PutCustomers: []directory.Customer{customer("1", "A"), customer("2", "B"), customer("gone", "G")},
			PutContacts:  []directory.Contact{contact("c1", "1")},
		})
		k.put(granted("1"))
		k.put(granted("2"))
		k.put(granted("gone"))
		k.apply(directory.Plan{DropCustomers: []string{"gone"}})
		return k
	}

	t.Run("the whole plan is done", func(t *testing.T) {
		k := prepare(t)
		k.apply(full())
		equal(k, "access of who left", k.access("2").State, directory.AccessSuspended)
		equal(k, "access of who became another", k.access("1").State, directory.AccessSuspended)
		equal(k, "access of who came back", k.access("gone").State, directory.AccessGranted)
		equal(k, "customers", len(collect(k, k.AllCustomers(t.Context(), acme))), 4)
	})

	for name, spoil := range map[string]func(*directory.Plan){
		"an unknown customer is dropped":              func(p *directory.Plan) { p.DropCustomers = append(p.DropCustomers, "nobody") },
		"a removed customer is dropped":               func(p *directory.Plan) { p.DropCustomers = append(p.DropCustomers, "gone") },
		"a customer has no state":                     func(p *directory.Plan) { p.PutCustomers[2].State = "" },
		"a customer has no id":                        func(p *directory.Plan) { p.PutCustomers[2].ID = "" },
		"a customer is of another dossier":            func(p *directory.Plan) { p.PutCustomers[2].Dossier = other },
		"an unknown contact is dropped":               func(p *directory.Plan) { p.DropContacts = append(p.DropContacts, "nobody") },
		"a contact is of an unknown customer":         func(p *directory.Plan) { p.PutContacts[0].CustomerID = "nobody" },
		"a contact is of another dossier":             func(p *directory.Plan) { p.PutContacts[0].Dossier = other },
		"the plan is of another dossier than its run": func(p *directory.Plan) { p.Dossier = other },
	} {
		t.Run("nothing is done when "+name, func(t *testing.T) {
			k := prepare(t)
			run := k.start(acme)
			before := k.world(run)
			plan := full()
			spoil(&plan)
			if err := k.ApplyPlan(t.Context(), run, plan, noon); err == nil {
				t.Fatal("the plan is applied")
			}
			if after := k.world(run); !reflect.DeepEqual(after, before) {
				t.Fatalf("before\n%+v\nafter\n%+v", before, after)
			}
			r, err := k.Run(t.Context(), run)
			k.must(err)
			equal(k, "state of the run", r.State, directory.RunRunning)
			k.must(k.FinishRun(t.Context(), directory.Run{ID: run, State: directory.RunFailed, Error: name}))
		})
	}

	t.Run("nothing is done when the caller gave up", func(t *testing.T) {
		k := prepare(t)
		run := k.start(acme)
		before := k.world(run)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		k.is(k.ApplyPlan(ctx, run, full(), noon), context.Canceled)
		if after := k.world(run); !reflect.DeepEqual(after, before) {
			t.Fatalf("before\n%+v\nafter\n%+v", before, after)
		}
	})

	t.Run("a run that is over, or unknown, applies nothing", func(t *testing.T) {
		k := prepare(t)
		run := k.apply(directory.Plan{})
		before := k.world(run)
		k.is(k.ApplyPlan(t.Context(), run, full(), noon), directory.ErrConflict)
		k.is(k.ApplyPlan(t.Context(), "none", full(), noon), directory.ErrNotFound)
		if after := k.world(run); !reflect.DeepEqual(after, before) {
			t.Fatalf("before\n%+v\nafter\n%+v", before, after)
		}
	})
}
