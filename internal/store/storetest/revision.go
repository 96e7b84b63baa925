package storetest

import (
	"testing"

	"github.com/vantelle/vantelle/internal/directory"
)

func testRevision(t *testing.T, open func(*testing.T) *kit) {
	prepare := func(t *testing.T) *kit {
		k := open(t)
		k.apply(directory.Plan{
			PutCustomers: []directory.Customer{customer("1", "A"), customer("2", "B")},
			PutContacts:  []directory.Contact{contact("c1", "1")},
		})
		k.put(granted("1"))
		k.must(k.SeedKeys(t.Context(), directory.KeyBackend, []directory.Key{key("a")}))
		return k
	}

	for name, change := range map[string]func(k *kit){
		"an access is put": func(k *kit) {
			a := k.access("1")
			a.State = directory.AccessRevoked
			k.put(a)
		},
		"a customer is put":               func(k *kit) { k.have(customer("3", "C")) },
		"a customer is dropped":           func(k *kit) { k.apply(directory.Plan{DropCustomers: []string{"1"}}) },
		"an access is suspended by a run": func(k *kit) { k.apply(directory.Plan{SuspendedAccess: []string{"1"}}) },
		"a key is seeded": func(k *kit) {
			k.must(k.SeedKeys(k.t.Context(), directory.KeyBackend, []directory.Key{key("a"), key("b")}))
		},
		"a key is disabled": func(k *kit) { k.must(k.SeedKeys(k.t.Context(), directory.KeyBackend, nil)) },
		"a key changes its dossiers": func(k *kit) {
			a := key("a")
			a.Dossiers = []string{acme}
			k.must(k.SeedKeys(k.t.Context(), directory.KeyBackend, []directory.Key{a}))
		},
	} {
		t.Run("it changes when "+name, func(t *testing.T) {
			k := prepare(t)
			before := k.revision()
			change(k)
			if after := k.revision(); after == before {
				t.Fatalf("it is still %d", after)
			}
		})
	}

	for name, change := range map[string]func(k *kit){
		"a run changes nothing": func(k *kit) {
			k.apply(directory.Plan{Counts: directory.Counts{CustomersRead: 2, ContactsRead: 1}})
		},
		"a run fails": func(k *kit) {
			k.must(k.FinishRun(k.t.Context(), directory.Run{ID: k.start(acme), State: directory.RunFailed}))
		},
		"the same keys are seeded again": func(k *kit) {
			k.must(k.SeedKeys(k.t.Context(), directory.KeyBackend, []directory.Key{key("a")}))
		},
		"an access is refused": func(k *kit) {
			_, err := k.PutAccess(k.t.Context(), granted("1"))
			k.is(err, directory.ErrConflict)
		},
		"everything is read": func(k *kit) {
			k.world("none")
			k.must(k.Ping(k.t.Context()))
		},
	} {
		t.Run("it stays when "+name, func(t *testing.T) {
			k := prepare(t)
			before := k.revision()
			change(k)
			equal(k, "revision", k.revision(), before)
		})
	}
}
