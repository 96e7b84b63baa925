package storetest

import (
	"testing"

	"github.com/vantelle/vantelle/internal/directory"
)

// testTexts asks for texts that some engines cannot even be asked for: nobody
// has them, and that is no failure of the directory.
func testTexts(t *testing.T, open func(*testing.T) *kit) {
	for name, text := range map[string]string{"a NUL": "A\x00", "what is not UTF-8": "A\xe9"} {
		t.Run("nobody is found by "+name, func(t *testing.T) {
			k := open(t)
			ctx := t.Context()
			k.have(customer("A", "A"))
			_, err := k.Customer(ctx, acme, text)
			k.is(err, directory.ErrNotFound)
			_, err = k.Entrant(ctx, acme, text)
			k.is(err, directory.ErrNotFound)
			_, err = k.Access(ctx, acme, text)
			k.is(err, directory.ErrNotFound)
			_, err = k.Run(ctx, text)
			k.is(err, directory.ErrNotFound)
			_, err = k.KeyByHash(ctx, directory.KeyBackend, text)
			k.is(err, directory.ErrNotFound)
			found, err := k.CustomersByCode(ctx, acme, text)
			k.must(err)
			ids(k, "by code", found, customerID)
			found, err = k.ListCustomers(ctx, directory.CustomerQuery{Dossier: acme, Search: text, Limit: 10})
			k.must(err)
			ids(k, "by search", found, customerID)
			people, err := k.Contacts(ctx, acme, text)
			k.must(err)
			ids(k, "contacts", people, contactID)
			_, err = k.PutAccess(ctx, granted(text))
			k.is(err, directory.ErrNotFound)
		})
	}
}
