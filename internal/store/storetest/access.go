package storetest

import (
	"context"
	"reflect"
	"testing"

	"github.com/vantelle/vantelle/internal/directory"
)

func pending(customerID string) directory.Access {
	a := granted(customerID)
	a.State = directory.AccessPending
	return a
}

func revoked(customerID string) directory.Access {
	a := granted(customerID)
	a.State = directory.AccessRevoked
	return a
}

// suspended is an access that an administrator suspended.
func suspended(customerID string) directory.Access {
	a := granted(customerID)
	a.State, a.SuspendedBy, a.SuspendedFrom = directory.AccessSuspended, directory.SuspendedByAdministrator, directory.AccessGranted
	return a
}

// historian is what a store may offer beside directory.Store.
type historian interface {
	AccessHistory(ctx context.Context, dossier, customerID string) ([]directory.Access, error)
}

func testAccesses(t *testing.T, open func(*testing.T) *kit) {
	t.Run("a new access is version 1 and comes back as it was put", func(t *testing.T) {
		k := open(t)
		k.have(customer("1", "A"))
		want := suspended("1")
		want.Note = "unpaid\ninvoices"
		stored := k.put(want)
		want.Version = 1
		if !reflect.DeepEqual(stored, want) {
			t.Fatalf("PutAccess gives\n%+v\nwant\n%+v", stored, want)
		}
		if got := k.access("1"); !reflect.DeepEqual(got, want) {
			t.Fatalf("Access gives\n%+v\nwant\n%+v", got, want)
		}
	})

	t.Run("each change is one version more, made on the version before", func(t *testing.T) {
		k := open(t)
		k.have(customer("1", "A"))
		first := k.put(granted("1"))
		change := first
		change.State = directory.AccessRevoked
		second := k.put(change)
		equal(k, "version", second.Version, 2)
		_, err := k.PutAccess(t.Context(), change)
		k.is(err, directory.ErrConflict)
		equal(k, "state", k.access("1").State, directory.AccessRevoked)
	})

	t.Run("version 0 means that there is none yet", func(t *testing.T) {
		k := open(t)
		k.have(customer("1", "A"))
		k.put(granted("1"))
		_, err := k.PutAccess(t.Context(), granted("1"))
		k.is(err, directory.ErrConflict)
	})

	t.Run("a version of an access that is not there is a conflict", func(t *testing.T) {
		k := open(t)
		k.have(customer("1", "A"))
		a := granted("1")
		a.Version = 3
		_, err := k.PutAccess(t.Context(), a)
		k.is(err, directory.ErrConflict)
	})

	t.Run("nobody unknown or removed gets an access", func(t *testing.T) {
		k := open(t)
		k.have(customer("1", "A"))
		_, err := k.PutAccess(t.Context(), granted("2"))
		k.is(err, directory.ErrNotFound)
		k.apply(directory.Plan{DropCustomers: []string{"1"}})
		_, err = k.PutAccess(t.Context(), granted("1"))
		k.is(err, directory.ErrNotFound)
		a := granted("1")
		a.Dossier = other
		_, err = k.PutAccess(t.Context(), a)
		k.is(err, directory.ErrNotFound)
	})

	t.Run("states that contradict themselves are refused", func(t *testing.T) {
		k := open(t)
		k.have(customer("1", "A"))
		unknown := granted("1")
		unknown.State = "open"
		zero := granted("1")
		zero.State = ""
		byNobody := granted("1")
		byNobody.State = directory.AccessSuspended
		both := granted("1")
		both.SuspendedBy = directory.SuspendedBySync
		for name, a := range map[string]directory.Access{
			"unknown state": unknown, "no state": zero, "suspended by nobody": byNobody, "granted and suspended": both,
		} {
			if _, err := k.PutAccess(t.Context(), a); err == nil {
				t.Errorf("%s is accepted", name)
			}
		}
		_, err := k.Access(t.Context(), acme, "1")
		k.is(err, directory.ErrNotFound)
	})

	t.Run("a suspension that does not say from what remembers the state before", func(t *testing.T) {
		k := open(t)
		k.have(customer("1", "A"), customer("2", "B"))
		for id, before := range map[string]directory.Access{"1": granted("1"), "2": pending("2")} {
			a := k.put(before)
			a.State, a.SuspendedBy = directory.AccessSuspended, directory.SuspendedByAdministrator
			a = k.put(a)
			equal(k, "from", a.SuspendedFrom, before.State)
			a.SuspendedFrom = ""
			a.Note = "again"
			k.put(a)
			equal(k, "from, after another change", k.access(id).SuspendedFrom, before.State)
		}
	})

	t.Run("an entrant is a customer with its access", func(t *testing.T) {
		k := open(t)
		c := customer("1", "A")
		c.Tags, c.Attributes = []string{"x"}, map[string]string{"zone": "Sud"}
		k.have(c, customer("2", "B"))
		a := k.put(granted("1"))
		e, err := k.Entrant(t.Context(), acme, "1")
		k.must(err)
		if !reflect.DeepEqual(e, directory.Entrant{Customer: c, Access: a}) {
			t.Fatalf("got\n%+v\nwant\n%+v\n%+v", e, c, a)
		}
		_, err = k.Entrant(t.Context(), acme, "2")
		k.is(err, directory.ErrNotFound)
		_, err = k.Entrant(t.Context(), acme, "3")
		k.is(err, directory.ErrNotFound)
		_, err = k.Entrant(t.Context(), other, "1")
		k.is(err, directory.ErrNotFound)
		k.apply(directory.Plan{DropCustomers: []string{"1"}})
		_, err = k.Entrant(t.Context(), acme, "1")
		k.is(err, directory.ErrNotFound)
	})

	t.Run("accesses are listed by id and counted without the removed", func(t *testing.T) {
		k := open(t)
		k.have(customer("b", "1"), customer("B", "2"), customer("a", "3"), customer("c", "4"), customer("d", "5"))
		k.put(granted("b"))
		k.put(granted("B"))
		k.put(revoked("a"))
		k.put(granted("d"))
		k.apply(directory.Plan{DropCustomers: []string{"d"}})
		list, err := k.ListAccesses(t.Context(), acme)
		k.must(err)
		ids(k, "listed", list, func(a directory.Access) string { return a.CustomerID }, "B", "a", "b", "d")
		g, total, err := k.CountAccesses(t.Context(), acme)
		k.must(err)
		equal(k, "granted", g, 2)
		equal(k, "total", total, 4)
		g, total, err = k.CountAccesses(t.Context(), other)
		k.must(err)
		equal(k, "granted elsewhere", g, 0)
		equal(k, "total elsewhere", total, 0)
	})

	t.Run("every version stays in the history", func(t *testing.T) {
		k := open(t)
		h, ok := k.Store.(historian)
		if !ok {
			t.Skip("this store does not show its history")
		}
		k.have(customer("1", "A"))
		a := k.put(granted("1"))
		a.Profile, a.ChangedBy = "B2C", "another"
		k.put(a)
		run := k.apply(directory.Plan{DropCustomers: []string{"1"}})
		_, err := k.PutAccess(t.Context(), a) // refused, and leaves no trace
		k.is(err, directory.ErrNotFound)
		history, err := h.AccessHistory(t.Context(), acme, "1")
		k.must(err)
		if len(history) != 3 {
			t.Fatalf("the history has %d versions, want 3: %+v", len(history), history)
		}
		equal(k, "first", history[0].ChangedBy, "someone")
		equal(k, "second", history[1].Profile, "B2C")
		equal(k, "third is by", history[2].ChangedBy, "sync ("+run+")")
		equal(k, "third", history[2].State, directory.AccessSuspended)
		if !reflect.DeepEqual(history[2], k.access("1")) {
			t.Fatalf("the last version is %+v, the access %+v", history[2], k.access("1"))
		}
	})
}
