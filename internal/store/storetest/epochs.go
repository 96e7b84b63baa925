package storetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/vantelle/vantelle/internal/directory"
)

// testEpochs: what is kept by a customer's id is not the next company's that comes
// under it. Without the epoch it would read the first one's orders, an integrator
// would bring them into the ERP in its name, and the first one's people would enter.
func testEpochs(t *testing.T, open func(*testing.T) *kit) {
	// with is a company with an access, a membership and requests; then another one
	// comes under its id.
	with := func(t *testing.T, state directory.AccessState) (*kit, directory.Decision) {
		t.Helper()
		k := open(t)
		k.have(customer("1", "A"))
		a := k.put(granted("1"))
		for i, key := range []string{"once", "twice"} {
			r := request(fmt.Sprintf("r%d", i+1), "1")
			r.IdempotencyKey = key
			_, _, err := k.AddRequest(t.Context(), r, 100)
			k.must(err)
		}
		_, err := k.TakeRequests(t.Context(), directory.RequestTaking{Dossier: acme, IDs: []string{"r2"}, By: "i", Limit: 1})
		k.must(err)
		_, err = k.PutMembership(t.Context(), directory.Membership{Account: "ada", Dossier: acme, CustomerID: "1", Role: directory.RoleUser, ChangedAt: noon}, act("membership", "m", "create"))
		k.must(err)
		if state != directory.AccessGranted {
			a.State = state
			k.put(a)
		}
		k.apply(directory.Plan{PutCustomers: []directory.Customer{customer("1", "A")}, SuspendedAccess: []string{"1"},
			Decisions: []directory.Decision{{Kind: directory.DecideReplaced, CustomerID: "1"}}})
		return k, k.asked(1)[0]
	}
	takes := func(k *kit, want int) {
		k.t.Helper()
		taken, err := k.TakeRequests(k.t.Context(), directory.RequestTaking{Dossier: acme, By: "i", Limit: 10})
		k.must(err)
		equal(k, "taken", len(taken), want)
	}
	grant := func(k *kit) error {
		k.t.Helper()
		a := granted("1")
		a.Version = k.access("1").Version
		_, err := k.PutAccess(k.t.Context(), a)
		return err
	}
	for _, state := range []directory.AccessState{directory.AccessGranted, directory.AccessRevoked} {
		t.Run("after "+string(state), func(t *testing.T) {
			k, q := with(t, state)
			takes(k, 0) // whose is it?
			if state == directory.AccessRevoked {
				k.is(grant(k), directory.ErrUndecided)
			}
			_, err := k.Decide(t.Context(), q.ID, directory.VerdictNotSame, "zoe", "", noon.Add(time.Hour))
			k.must(err)
			k.must(grant(k))
			for _, id := range []string{"r1", "r2"} {
				r, err := k.Request(t.Context(), acme, id)
				k.must(err)
				equal(k, "state", r.State, directory.RequestRefused)
			}
			takes(k, 0)
			people, err := k.Memberships(t.Context(), acme, "1")
			k.must(err)
			equal(k, "memberships", len(people), 0)
			_, err = k.RequestByKey(t.Context(), acme, "1", "once")
			k.is(err, directory.ErrNotFound)
			list, err := k.Requests(t.Context(), directory.RequestQuery{Dossier: acme, CustomerID: "1", Limit: 10})
			k.must(err)
			equal(k, "requests", len(list), 0)
			list, err = k.Requests(t.Context(), directory.RequestQuery{Dossier: acme, CustomerID: "1", Former: true, Limit: 10})
			k.must(err)
			equal(k, "requests, with former ones", len(list), 2)

			own := request("r3", "1")
			own.IdempotencyKey = "once"
			stored, fresh, err := k.AddRequest(t.Context(), own, 1)
			k.must(err)
			if !fresh || stored.ID != "r3" {
				t.Errorf("its own request under a key that the company before had used: %s, fresh %v", stored.ID, fresh)
			}
			takes(k, 1)
			e, err := k.Entrant(t.Context(), acme, "1")
			k.must(err)
			if e.Customer.Epoch != 1 || e.Customer.Owner() == "1" {
				t.Errorf("epoch %d, owner %q", e.Customer.Epoch, e.Customer.Owner())
			}
			k.apply(directory.Plan{PutCustomers: []directory.Customer{customer("1", "A")}}) // no plan takes it back
			c, err := k.Customer(t.Context(), acme, "1")
			k.must(err)
			equal(k, "epoch", c.Epoch, 1)
		})
	}
	t.Run("the same company keeps what is its own", func(t *testing.T) {
		k, q := with(t, directory.AccessGranted)
		_, err := k.Decide(t.Context(), q.ID, directory.VerdictSame, "zoe", "", noon.Add(time.Hour))
		k.must(err)
		takes(k, 1)
		people, err := k.Memberships(t.Context(), acme, "1")
		k.must(err)
		equal(k, "memberships", len(people), 1)
		list, err := k.Requests(t.Context(), directory.RequestQuery{Dossier: acme, CustomerID: "1", Limit: 10})
		k.must(err)
		equal(k, "requests", len(list), 2)
	})
	t.Run("who was let in before the answer keeps what he asked for since", func(t *testing.T) {
		k, q := with(t, directory.AccessGranted)
		k.must(grant(k)) // an administrator lifts the suspension by hand
		since := request("r3", "1")
		since.ReceivedAt = noon.Add(time.Minute)
		_, _, err := k.AddRequest(t.Context(), since, 10)
		k.must(err)
		_, err = k.PutMembership(t.Context(), directory.Membership{Account: "bob", Dossier: acme, CustomerID: "1", Role: directory.RoleUser, ChangedAt: noon.Add(time.Minute)}, act("membership", "m", "create"))
		k.must(err)
		_, err = k.Decide(t.Context(), q.ID, directory.VerdictNotSame, "zoe", "", noon.Add(time.Hour))
		k.must(err)
		list, err := k.Requests(t.Context(), directory.RequestQuery{Dossier: acme, CustomerID: "1", Limit: 10})
		k.must(err)
		if len(list) != 1 || list[0].ID != "r3" || list[0].State != directory.RequestReceived {
			t.Errorf("requests: %+v", list)
		}
		people, err := k.Memberships(t.Context(), acme, "1")
		k.must(err)
		if len(people) != 1 || people[0].Account != "bob" {
			t.Errorf("memberships: %+v", people)
		}
	})
	t.Run("nobody is asked of who left nothing in the directory, and files stay behind all the same", func(t *testing.T) {
		k := open(t)
		k.have(customer("1", "A"))
		k.apply(directory.Plan{SuspendedAccess: []string{"1"}, Decisions: []directory.Decision{{Kind: directory.DecideReplaced, CustomerID: "1"}}})
		k.asked(0)
		c, err := k.Customer(t.Context(), acme, "1")
		k.must(err)
		equal(k, "epoch", c.Epoch, 1)
	})
	t.Run("requests follow an access that moves, and leave nothing behind", func(t *testing.T) {
		k := open(t)
		k.have(customer("1", "A"), customer("2", "B"))
		k.put(granted("1"))
		for id, of := range map[string]string{"r1": "1", "r2": "1"} {
			r := request(id, of)
			r.IdempotencyKey = "key-" + id
			_, _, err := k.AddRequest(t.Context(), r, 10)
			k.must(err)
		}
		k.apply(directory.Plan{DropCustomers: []string{"1"}, Decisions: []directory.Decision{{Kind: directory.DecideRenamed, CustomerID: "1", OtherID: "2"}}})
		_, err := k.Decide(t.Context(), k.asked(1)[0].ID, directory.VerdictSame, "zoe", "", noon)
		k.must(err)
		for id, want := range map[string]int{"1": 0, "2": 2} {
			list, err := k.Requests(t.Context(), directory.RequestQuery{Dossier: acme, CustomerID: id, Limit: 10})
			k.must(err)
			equal(k, "requests of "+id, len(list), want)
		}
		_, err = k.RequestByKey(t.Context(), acme, "2", "key-r1")
		k.must(err)
		takes(k, 2)
		c, err := k.Customer(t.Context(), acme, "1")
		k.must(err)
		equal(k, "epoch", c.Epoch, 1)
	})
}
