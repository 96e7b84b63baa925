package identity

import (
	"context"
	"errors"
	"testing"

	"github.com/vantelle/vantelle/internal/directory"
)

// oneCustomer is a directory with one customer, who may enter.
type oneCustomer struct{ state directory.CustomerState }

func (oneCustomer) KeyByHash(context.Context, directory.KeyKind, string) (directory.Key, error) {
	return directory.Key{ID: "k", Kind: directory.KeyBackend}, nil
}

func (o oneCustomer) CustomersByCode(context.Context, string, string) ([]directory.Customer, error) {
	return []directory.Customer{{Dossier: "d", ID: "1", Code: "A", State: o.state}}, nil
}

func (o oneCustomer) Entrant(context.Context, string, string) (directory.Entrant, error) {
	return directory.Entrant{Customer: directory.Customer{Dossier: "d", ID: "1", Code: "A", State: o.state},
		Access: directory.Access{Dossier: "d", CustomerID: "1", State: directory.AccessGranted}}, nil
}

func TestADormantCustomerEntersUnlessTheDossierRefuses(t *testing.T) {
	for _, c := range []struct {
		state  directory.CustomerState
		refuse func(string) bool
		enters bool
	}{
		{directory.CustomerDormant, nil, true},
		{directory.CustomerDormant, func(string) bool { return false }, true},
		{directory.CustomerDormant, func(d string) bool { return d == "d" }, false},
		{directory.CustomerActive, func(string) bool { return true }, true},
	} {
		r := &Resolver{Store: oneCustomer{c.state}, RefuseDormant: c.refuse}
		caller, err := r.Backend(context.Background(), "d", "vk_aaaaaaaaaaaaaaaaaaaaaaaa", "A", "", "")
		if (err == nil) != c.enters || err != nil && !errors.Is(err, ErrNoAccess) {
			t.Errorf("%s: %v", c.state, err)
		}
		if want := c.enters && c.state == directory.CustomerDormant; caller.ReadOnly != want {
			t.Errorf("%s: read only is %v: one who sleeps goes on reading, and orders nothing", c.state, caller.ReadOnly)
		}
	}
}
