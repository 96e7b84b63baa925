package storetest

import (
	"reflect"
	"testing"

	"github.com/vantelle/vantelle/internal/directory"
)

// contact is a contact with the fewest fields.
func contact(id, customerID string) directory.Contact {
	return directory.Contact{Dossier: acme, ID: id, CustomerID: customerID, LastName: "Name " + id, Hash: "h-" + id}
}

func testContacts(t *testing.T, open func(*testing.T) *kit) {
	t.Run("every field comes back as it was put", func(t *testing.T) {
		k := open(t)
		want := directory.Contact{
			Dossier: acme, ID: "7", CustomerID: "1", LastName: "Lefèvre", FirstName: "Zoé", Function: "Achats",
			Email: "zoe@carat.example", Phone: "01", Mobile: "06", Hash: "x",
		}
		k.apply(directory.Plan{
			PutCustomers: []directory.Customer{customer("1", "A")},
			PutContacts:  []directory.Contact{want},
		})
		got, err := k.Contacts(t.Context(), acme, "1")
		k.must(err)
		if len(got) != 1 || !reflect.DeepEqual(got[0], want) {
			t.Fatalf("got\n%+v\nwant\n%+v", got, want)
		}
	})

	t.Run("a contact moves to another customer", func(t *testing.T) {
		k := open(t)
		k.have(customer("1", "A"), customer("2", "B"))
		k.apply(directory.Plan{PutContacts: []directory.Contact{contact("7", "1")}})
		k.apply(directory.Plan{PutContacts: []directory.Contact{contact("7", "2")}})
		of1, err := k.Contacts(t.Context(), acme, "1")
		k.must(err)
		ids(k, "of the first", of1, contactID)
		of2, err := k.Contacts(t.Context(), acme, "2")
		k.must(err)
		ids(k, "of the second", of2, contactID, "7")
	})

	t.Run("a removed contact is a tombstone, and can come back", func(t *testing.T) {
		k := open(t)
		k.have(customer("1", "A"))
		k.apply(directory.Plan{PutContacts: []directory.Contact{contact("b", "1"), contact("a", "1"), contact("B", "1")}})
		k.apply(directory.Plan{DropContacts: []string{"a"}})
		of1, err := k.Contacts(t.Context(), acme, "1")
		k.must(err)
		ids(k, "of the customer", of1, contactID, "B", "b")
		all := collect(k, k.AllContacts(t.Context(), acme))
		ids(k, "all", all, contactID, "B", "a", "b")
		if all[1].RemovedAt == nil || !all[1].RemovedAt.Equal(noon) {
			t.Fatalf("removed at %v, want %v", all[1].RemovedAt, noon)
		}
		k.apply(directory.Plan{PutContacts: []directory.Contact{contact("a", "1")}})
		of1, err = k.Contacts(t.Context(), acme, "1")
		k.must(err)
		ids(k, "after the return", of1, contactID, "B", "a", "b")
	})

	t.Run("dossiers do not share contacts", func(t *testing.T) {
		k := open(t)
		k.have(customer("1", "A"))
		k.apply(directory.Plan{PutContacts: []directory.Contact{contact("7", "1")}})
		got, err := k.Contacts(t.Context(), other, "1")
		k.must(err)
		ids(k, "of the other dossier", got, contactID)
		ids(k, "all of the other dossier", collect(k, k.AllContacts(t.Context(), other)), contactID)
	})

	t.Run("a contact of an unknown customer is refused", func(t *testing.T) {
		k := open(t)
		run := k.start(acme)
		plan := directory.Plan{Dossier: acme, PutContacts: []directory.Contact{contact("7", "nobody")}}
		if err := k.ApplyPlan(t.Context(), run, plan, noon); err == nil {
			t.Fatal("it is accepted")
		}
	})
}
