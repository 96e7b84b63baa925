package storetest

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/directory"
)

func testCustomers(t *testing.T, open func(*testing.T) *kit) {
	t.Run("every field comes back as it was put", func(t *testing.T) {
		k := open(t)
		want := directory.Customer{
			Dossier: acme, ID: "C1", Code: "CARAT", Name: "Société « Carat »", Email: "info@carat.example",
			Phone: "+33 1 02 03 04 05", Address: "1 rue Haute\n2e étage", PostalCode: "01000", City: "Béziers",
			Country: "FR", VAT: "FR00123456789", RegistrationNo: "12345678900011", State: directory.CustomerDormant,
			ParentID: "C0", PayerID: "C2", Representative: "Dupont", Tags: []string{"grossiste", "Ω, \"x\""},
			Attributes: map[string]string{"zone": "Sud", "famille": ""}, TechnicalID: "42", Hash: "abc",
		}
		k.have(want)
		got, err := k.Customer(t.Context(), acme, "C1")
		k.must(err)
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got\n%+v\nwant\n%+v", got, want)
		}
		if all := collect(k, k.AllCustomers(t.Context(), acme)); len(all) != 1 || !reflect.DeepEqual(all[0], want) {
			t.Fatalf("AllCustomers gives\n%+v\nwant\n%+v", all, want)
		}
	})

	t.Run("a second put replaces every field", func(t *testing.T) {
		k := open(t)
		first := customer("1", "A")
		first.Tags, first.Attributes, first.City = []string{"x"}, map[string]string{"a": "b"}, "Lyon"
		k.have(first)
		second := customer("1", "B")
		k.have(second)
		got, err := k.Customer(t.Context(), acme, "1")
		k.must(err)
		if !reflect.DeepEqual(got, second) {
			t.Fatalf("got\n%+v\nwant\n%+v", got, second)
		}
	})

	t.Run("an unknown customer is not found", func(t *testing.T) {
		k := open(t)
		k.have(customer("1", "A"))
		_, err := k.Customer(t.Context(), acme, "2")
		k.is(err, directory.ErrNotFound)
		_, err = k.Customer(t.Context(), other, "1")
		k.is(err, directory.ErrNotFound)
	})

	t.Run("codes are told apart by every byte", func(t *testing.T) {
		k := open(t)
		codes := map[string]string{
			"1": "Abc", "2": "abc", "3": "ABC ", "4": " ABC", "5": "Ábc", "6": "A\u0301bc", "7": "ABC",
			"8": "12", "9": "12abc", "10": "012", "11": "1_", "12": "%",
		}
		for id, code := range codes {
			k.have(customer(id, code))
		}
		for id, code := range codes {
			found, err := k.CustomersByCode(t.Context(), acme, code)
			k.must(err)
			ids(k, "customers with code "+code, found, customerID, id)
		}
		found, err := k.CustomersByCode(t.Context(), acme, "aBC")
		k.must(err)
		ids(k, "customers with a code nobody has", found, customerID)
	})

	t.Run("ids are told apart by every byte", func(t *testing.T) {
		k := open(t)
		k.have(customer("a", "1"), customer("A", "2"), customer("a ", "3"), customer("1", "4"), customer("01", "5"))
		for id, code := range map[string]string{"a": "1", "A": "2", "a ": "3", "1": "4", "01": "5"} {
			c, err := k.Customer(t.Context(), acme, id)
			k.must(err)
			equal(k, "code of "+id, c.Code, code)
		}
	})

	t.Run("a code that several have gives them all, without the removed", func(t *testing.T) {
		k := open(t)
		k.have(customer("1", "A"), customer("2", "A"), customer("3", "A"))
		k.apply(directory.Plan{DropCustomers: []string{"2"}})
		found, err := k.CustomersByCode(t.Context(), acme, "A")
		k.must(err)
		ids(k, "customers with code A", found, customerID, "1", "3")
	})

	t.Run("an id of 64 characters beyond ASCII is kept whole", func(t *testing.T) {
		k := open(t)
		long := strings.Repeat("é漢🚚Ω", 16)
		k.have(customer(long, long))
		k.put(granted(long))
		e, err := k.Entrant(t.Context(), acme, long)
		k.must(err)
		equal(k, "id", e.Customer.ID, long)
		equal(k, "customer of the access", e.Access.CustomerID, long)
		found, err := k.CustomersByCode(t.Context(), acme, long)
		k.must(err)
		ids(k, "customers with that code", found, customerID, long)
	})

	t.Run("a removed customer is a tombstone", func(t *testing.T) {
		k := open(t)
		k.have(customer("1", "A"), customer("2", "B"))
		k.apply(directory.Plan{DropCustomers: []string{"1"}})
		c, err := k.Customer(t.Context(), acme, "1")
		k.must(err)
		if c.RemovedAt == nil || !c.RemovedAt.Equal(noon) {
			t.Fatalf("removed at %v, want %v", c.RemovedAt, noon)
		}
		ids(k, "all", collect(k, k.AllCustomers(t.Context(), acme)), customerID, "1", "2")
		list, err := k.ListCustomers(t.Context(), directory.CustomerQuery{Dossier: acme, Limit: 10})
		k.must(err)
		ids(k, "listed", list, customerID, "2")

		k.have(customer("1", "A"))
		c, err = k.Customer(t.Context(), acme, "1")
		k.must(err)
		if c.RemovedAt != nil {
			t.Fatalf("a customer that came back is removed at %v", c.RemovedAt)
		}
	})

	t.Run("order is by the bytes of the id", func(t *testing.T) {
		k := open(t)
		want := []string{"1", "10", "2", "A", "B", "_", "a", "a b", "ab", "b", "É", "é", "ｚ", "🚚"}
		shuffled := slices.Clone(want)
		slices.Reverse(shuffled)
		for _, id := range shuffled {
			k.have(customer(id, "c"))
		}
		ids(k, "all", collect(k, k.AllCustomers(t.Context(), acme)), customerID, want...)
		list, err := k.ListCustomers(t.Context(), directory.CustomerQuery{Dossier: acme, Limit: 100})
		k.must(err)
		ids(k, "listed", list, customerID, want...)
		found, err := k.CustomersByCode(t.Context(), acme, "c")
		k.must(err)
		ids(k, "by code", found, customerID, want...)
	})

	t.Run("pages follow one another", func(t *testing.T) {
		k := open(t)
		k.have(customer("1", "A"), customer("2", "B"), customer("3", "C"))
		first, err := k.ListCustomers(t.Context(), directory.CustomerQuery{Dossier: acme, Limit: 2})
		k.must(err)
		ids(k, "first page", first, customerID, "1", "2")
		second, err := k.ListCustomers(t.Context(), directory.CustomerQuery{Dossier: acme, Limit: 2, After: "2"})
		k.must(err)
		ids(k, "second page", second, customerID, "3")
	})

	t.Run("a limit outside 1 to 1000 is refused", func(t *testing.T) {
		k := open(t)
		for _, limit := range []int{-1, 0, 1001} {
			if _, err := k.ListCustomers(t.Context(), directory.CustomerQuery{Dossier: acme, Limit: limit}); err == nil {
				t.Errorf("limit %d is accepted", limit)
			}
		}
	})

	t.Run("a broken-off iteration leaves the store usable", func(t *testing.T) {
		k := open(t)
		k.have(customer("1", "A"), customer("2", "B"))
		for range 50 {
			for _, err := range k.AllCustomers(t.Context(), acme) {
				k.must(err)
				break
			}
		}
		k.have(customer("3", "C"))
	})

	t.Run("a cancelled iteration is an error, not fewer records", func(t *testing.T) {
		k := open(t)
		k.have(customer("1", "A"))
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		var failed error
		for _, err := range k.AllCustomers(ctx, acme) {
			failed = err
		}
		k.is(failed, context.Canceled)
	})

	testSearch(t, open)
}

func testSearch(t *testing.T, open func(*testing.T) *kit) {
	t.Run("a search", func(t *testing.T) {
		k := open(t)
		carat := customer("1", "CARAT")
		carat.Name, carat.City, carat.Email = "Bijoux Éclat", "Béziers", "Info@Carat.example"
		odd := customer("2", `50%_OFF\`)
		odd.Name, odd.City = "Straße", "Λάρισα"
		removed := customer("3", "CARAT3")
		k.have(carat, odd, removed)
		k.apply(directory.Plan{DropCustomers: []string{"3"}})
		for search, want := range map[string][]string{
			"":                {"1", "2"},
			"carat":           {"1"},
			"éCLAT":           {"1"},
			"BÉZIERS":         {"1"},
			"info@CARAT":      {"1"},
			"λάρισα":          {"2"},
			"ΛΆΡΙΣΑ":          {"2"},
			"50%_off":         {"2"},
			`OFF\`:            {"2"},
			"5_%":             {},
			"%":               {"2"},
			"nobody":          {},
			"caratBijoux":     {},
			"' OR '1' = '1":   {},
			"customer number": {},
		} {
			list, err := k.ListCustomers(t.Context(), directory.CustomerQuery{Dossier: acme, Search: search, Limit: 10})
			k.must(err)
			ids(k, "search for "+search, list, customerID, want...)
		}
	})

	t.Run("the selection is who has an access that is not revoked", func(t *testing.T) {
		k := open(t)
		for _, id := range []string{"granted", "none", "pending", "revoked", "suspended"} {
			k.have(customer(id, id))
		}
		k.put(granted("granted"))
		k.put(pending("pending"))
		k.put(suspended("suspended"))
		k.put(revoked("revoked"))
		list, err := k.ListCustomers(t.Context(), directory.CustomerQuery{Dossier: acme, Selected: true, Limit: 10})
		k.must(err)
		ids(k, "selected", list, customerID, "granted", "pending", "suspended")
		list, err = k.ListCustomers(t.Context(), directory.CustomerQuery{Dossier: acme, Selected: true, Search: "PENDI", Limit: 10})
		k.must(err)
		ids(k, "selected and searched", list, customerID, "pending")
	})
}
