package identity_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/identity"
)

// fakeDirectory is a directory in memory.
type fakeDirectory struct {
	keys     []directory.Key
	entrants []directory.Entrant // customers without an access have a zero one
	fault    error
}

func (f *fakeDirectory) KeyByHash(_ context.Context, kind directory.KeyKind, hash string) (directory.Key, error) {
	if f.fault != nil {
		return directory.Key{}, f.fault
	}
	for _, k := range f.keys {
		if k.Kind == kind && k.Hash == hash && k.DisabledAt == nil {
			return k, nil
		}
	}
	return directory.Key{}, directory.ErrNotFound
}

func (f *fakeDirectory) CustomersByCode(_ context.Context, dossier, code string) ([]directory.Customer, error) {
	var found []directory.Customer
	for _, e := range f.entrants {
		if c := e.Customer; c.Dossier == dossier && c.Code == code && c.RemovedAt == nil {
			found = append(found, c)
		}
	}
	return found, nil
}

func (f *fakeDirectory) Entrant(_ context.Context, dossier, id string) (directory.Entrant, error) {
	for _, e := range f.entrants {
		if e.Customer.Dossier == dossier && e.Customer.ID == id && e.Customer.RemovedAt == nil && e.Access.Dossier != "" {
			return e, nil
		}
	}
	return directory.Entrant{}, directory.ErrNotFound
}

// add adds a customer with an access in a state, none where it is "".
func (f *fakeDirectory) add(dossier, id, code string, state directory.AccessState) {
	e := directory.Entrant{Customer: directory.Customer{Dossier: dossier, ID: id, Code: code, State: directory.CustomerActive}}
	if state != "" {
		e.Access = directory.Access{Dossier: dossier, CustomerID: id, State: state, Version: 1}
	}
	f.entrants = append(f.entrants, e)
}

const (
	shopKey  = "vk_shop"
	oneKey   = "vk_only_ACME"
	deadKey  = "vk_disabled"
	adminKey = "va_admin"
)

func newDirectory() *fakeDirectory {
	gone := time.Date(2026, time.November, 3, 12, 0, 0, 0, time.UTC)
	key := func(id string, kind directory.KeyKind, plain string, dossiers ...string) directory.Key {
		return directory.Key{ID: id, Kind: kind, Name: "name of " + id, Hash: identity.HashKey(plain), Dossiers: dossiers}
	}
	f := &fakeDirectory{keys: []directory.Key{
		key("k-shop", directory.KeyBackend, shopKey),
		key("k-one", directory.KeyBackend, oneKey, "ACME"),
		key("k-dead", directory.KeyBackend, deadKey),
		key("k-demo", directory.KeyBackend, identity.DemoBackendKey),
		key("k-admin", directory.KeyAdmin, adminKey, "ACME"),
		key("k-demo-admin", directory.KeyAdmin, identity.DemoAdminKey),
		// One text under both kinds: the kind must decide.
		key("k-crossed", directory.KeyAdmin, shopKey),
	}}
	f.keys[0].Developer = true
	f.keys[2].DisabledAt = &gone
	f.add("ACME", "1", "GRANTED", directory.AccessGranted)
	f.add("ACME", "2", "PENDING", directory.AccessPending)
	f.add("ACME", "3", "SUSPENDED", directory.AccessSuspended)
	f.add("ACME", "4", "REVOKED", directory.AccessRevoked)
	f.add("ACME", "5", "NONE", "")
	f.add("ACME", "6", "REMOVED", directory.AccessGranted)
	f.entrants[5].Customer.RemovedAt = &gone
	f.add("ACME", "7", "TWICE", directory.AccessGranted)
	f.add("ACME", "8", "TWICE", directory.AccessRevoked)
	f.add("ACME", "13", "NEITHER", directory.AccessRevoked)
	f.add("ACME", "14", "NEITHER", directory.AccessSuspended)
	f.add("ACME", "9", "id:1", directory.AccessGranted)
	f.add("ACME", "É 10", "Éts « Noël » 50%+", directory.AccessGranted)
	f.add("ACME", "11", "granted", directory.AccessGranted)
	f.add("ACME", "12", "ODD", "open")
	f.add("OTHER", "1", "ELSEWHERE", directory.AccessGranted)
	return f
}

func TestBackend(t *testing.T) {
	type header = *identity.HeaderError
	tests := map[string]struct {
		dossier, bearer, customer string
		id                        string // of the customer that is let in
		err                       error  // else
		badHeader                 string // else
	}{
		"a code":                                  {"ACME", shopKey, "GRANTED", "1", nil, ""},
		"an id":                                   {"ACME", shopKey, "id:1", "1", nil, ""},
		"a key for this dossier alone":            {"ACME", oneKey, "GRANTED", "1", nil, ""},
		"the same id in another dossier":          {"OTHER", shopKey, "id:1", "1", nil, ""},
		"a code in another case":                  {"ACME", shopKey, "granted", "11", nil, ""},
		"a code that begins with id:":             {"ACME", shopKey, "id%3A1", "9", nil, ""},
		"a code beyond ASCII":                     {"ACME", shopKey, "%C3%89ts%20%C2%AB%20No%C3%ABl%20%C2%BB%2050%25+", "É 10", nil, ""},
		"an id beyond ASCII":                      {"ACME", shopKey, "id:%C3%89%2010", "É 10", nil, ""},
		"a code nobody has, but for the case":     {"ACME", shopKey, "Granted", "", identity.ErrNoAccess, ""},
		"a code nobody has, but for a space":      {"ACME", shopKey, "GRANTED%20", "", identity.ErrNoAccess, ""},
		"a code of another dossier":               {"ACME", shopKey, "ELSEWHERE", "", identity.ErrNoAccess, ""},
		"an id of a customer nobody knows":        {"ACME", shopKey, "id:99", "", identity.ErrNoAccess, ""},
		"an id given as a code":                   {"ACME", shopKey, "1", "", identity.ErrNoAccess, ""},
		"a code given as an id":                   {"ACME", shopKey, "id:GRANTED", "", identity.ErrNoAccess, ""},
		"an id prefix in another case":            {"ACME", shopKey, "ID:1", "", identity.ErrNoAccess, ""},
		"an access that awaits approval":          {"ACME", shopKey, "PENDING", "", identity.ErrNoAccess, ""},
		"a suspended access":                      {"ACME", shopKey, "SUSPENDED", "", identity.ErrNoAccess, ""},
		"a revoked access":                        {"ACME", shopKey, "REVOKED", "", identity.ErrNoAccess, ""},
		"an access in no known state":             {"ACME", shopKey, "ODD", "", identity.ErrNoAccess, ""},
		"no access":                               {"ACME", shopKey, "NONE", "", identity.ErrNoAccess, ""},
		"a removed customer":                      {"ACME", shopKey, "REMOVED", "", identity.ErrNoAccess, ""},
		"a removed customer, by id":               {"ACME", shopKey, "id:6", "", identity.ErrNoAccess, ""},
		"a code of two":                           {"ACME", shopKey, "TWICE", "", identity.ErrAmbiguous, ""},
		"a code of two who may not enter":         {"ACME", shopKey, "NEITHER", "", identity.ErrNoAccess, ""},
		"one of two, by id":                       {"ACME", shopKey, "id:7", "7", nil, ""},
		"no key":                                  {"ACME", "", "GRANTED", "", identity.ErrUnauthorized, ""},
		"an unknown key":                          {"ACME", "vk_unknown", "GRANTED", "", identity.ErrUnauthorized, ""},
		"a disabled key":                          {"ACME", deadKey, "GRANTED", "", identity.ErrUnauthorized, ""},
		"an administrator's key":                  {"ACME", adminKey, "GRANTED", "", identity.ErrUnauthorized, ""},
		"a key in another case":                   {"ACME", "VK_SHOP", "GRANTED", "", identity.ErrUnauthorized, ""},
		"a key with a space":                      {"ACME", shopKey + " ", "GRANTED", "", identity.ErrUnauthorized, ""},
		"a hash for a key":                        {"ACME", identity.HashKey(shopKey), "GRANTED", "", identity.ErrUnauthorized, ""},
		"a whole header for a key":                {"ACME", "Bearer " + shopKey, "GRANTED", "", identity.ErrUnauthorized, ""},
		"the key everybody knows":                 {"ACME", identity.DemoBackendKey, "GRANTED", "", identity.ErrUnauthorized, ""},
		"no key for no dossier":                   {"NONE", "", "GRANTED", "", identity.ErrUnauthorized, ""},
		"a dossier that the key does not open":    {"OTHER", oneKey, "id:1", "", identity.ErrNoSuchDossier, ""},
		"a dossier that is not there":             {"NONE", shopKey, "id:1", "", identity.ErrNoSuchDossier, ""},
		"a dossier in another case":               {"acme", shopKey, "id:1", "", identity.ErrNoSuchDossier, ""},
		"no dossier":                              {"", shopKey, "id:1", "", identity.ErrNoSuchDossier, ""},
		"no customer":                             {"ACME", shopKey, "", "", nil, identity.HeaderCustomer},
		"an empty id":                             {"ACME", shopKey, "id:", "", nil, identity.HeaderCustomer},
		"bytes that are not encoded":              {"ACME", shopKey, "É", "", nil, identity.HeaderCustomer},
		"bytes that are not UTF-8":                {"ACME", shopKey, "%C9ts", "", nil, identity.HeaderCustomer},
		"a broken encoding":                       {"ACME", shopKey, "50%", "", nil, identity.HeaderCustomer},
		"an encoded NUL":                          {"ACME", shopKey, "GRANTED%00", "", nil, identity.HeaderCustomer},
		"an encoded line end":                     {"ACME", shopKey, "id:1%0A", "", nil, identity.HeaderCustomer},
		"a control character of the second block": {"ACME", shopKey, "id:1%C2%85", "", nil, identity.HeaderCustomer},
		"a name without end":                      {"ACME", shopKey, strings.Repeat("x", 2000), "", nil, identity.HeaderCustomer},
	}
	r := &identity.Resolver{
		Store:      newDirectory(),
		HasDossier: func(name string) bool { return name == "ACME" || name == "OTHER" },
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			caller, err := r.Backend(t.Context(), test.dossier, test.bearer, test.customer, "", "")
			if test.id != "" {
				if err != nil || !caller.Valid() || caller.Customer.ID != test.id || caller.Dossier != test.dossier {
					t.Fatalf("got %+v, %v", caller, err)
				}
				return
			}
			if !reflect.DeepEqual(caller, identity.Caller{}) || caller.Valid() {
				t.Errorf("a caller comes with the refusal: %+v", caller)
			}
			var bad header
			switch {
			case test.err != nil && err != test.err: // the very same: nothing wrapped that could tell more
				t.Fatalf("got %v, want %v", err, test.err)
			case test.err == nil && (!errors.As(err, &bad) || bad.Header != test.badHeader):
				t.Fatalf("got %v, want a header error", err)
			}
		})
	}
}

func TestBackendTellsWhoItIs(t *testing.T) {
	r := &identity.Resolver{Store: newDirectory()}
	c, err := r.Backend(t.Context(), "ACME", shopKey, "GRANTED", "42", "Zo%C3%A9 <zoe@carat.example>")
	if err != nil {
		t.Fatal(err)
	}
	if c.KeyID != "k-shop" || c.KeyName != "name of k-shop" || !c.Developer || c.Contact != "42" ||
		c.Actor != "Zoé <zoe@carat.example>" || c.Access.State != directory.AccessGranted {
		t.Fatalf("got %+v", c)
	}
	for header, args := range map[string][2]string{
		identity.HeaderContact: {"7%00", ""},
		identity.HeaderActor:   {"", "x%0D%0AForged: line"},
	} {
		var bad *identity.HeaderError
		if _, err := r.Backend(t.Context(), "ACME", shopKey, "GRANTED", args[0], args[1]); !errors.As(err, &bad) || bad.Header != header {
			t.Errorf("%s: got %v", header, err)
		}
	}
}

func TestDemoKeysOnlyWhereAllowed(t *testing.T) {
	r := &identity.Resolver{Store: newDirectory(), AllowDemoKeys: true}
	if c, err := r.Backend(t.Context(), "ACME", identity.DemoBackendKey, "GRANTED", "", ""); err != nil || c.KeyID != "k-demo" {
		t.Errorf("got %+v, %v", c, err)
	}
	if a, err := r.Admin(t.Context(), identity.DemoAdminKey); err != nil || a.KeyID != "k-demo-admin" {
		t.Errorf("got %+v, %v", a, err)
	}
	r.AllowDemoKeys = false
	if _, err := r.Admin(t.Context(), identity.DemoAdminKey); err != identity.ErrUnauthorized {
		t.Errorf("got %v", err)
	}
}

func TestAdmin(t *testing.T) {
	r := &identity.Resolver{Store: newDirectory()}
	a, err := r.Admin(t.Context(), adminKey)
	if err != nil || !reflect.DeepEqual(a, identity.Admin{KeyID: "k-admin", Name: "name of k-admin", Dossiers: []string{"ACME"}}) {
		t.Fatalf("got %+v, %v", a, err)
	}
	for _, bearer := range []string{"", shopKey, "va_", "va_unknown", "Bearer " + adminKey} {
		if a, err := r.Admin(t.Context(), bearer); err != identity.ErrUnauthorized || a.Valid() {
			t.Errorf("%q: got %+v, %v", bearer, a, err)
		}
	}
}

func TestAdminMayEnter(t *testing.T) {
	for name, test := range map[string]struct {
		admin   identity.Admin
		dossier string
		want    bool
	}{
		"one of his":     {identity.Admin{KeyID: "k", Dossiers: []string{"A", "B"}}, "B", true},
		"not one of his": {identity.Admin{KeyID: "k", Dossiers: []string{"A", "B"}}, "C", false},
		"every one":      {identity.Admin{KeyID: "k"}, "C", true},
		"none at all":    {identity.Admin{KeyID: "k"}, "", false},
		"nobody":         {identity.Admin{}, "C", false},
	} {
		if got := test.admin.MayEnter(test.dossier); got != test.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

func TestFailureIsNoRefusal(t *testing.T) {
	f := newDirectory()
	f.fault = errors.New("the disk fails")
	r := &identity.Resolver{Store: f}
	c, err := r.Backend(t.Context(), "ACME", shopKey, "GRANTED", "", "")
	if !errors.Is(err, f.fault) || c.Valid() {
		t.Fatalf("got %+v, %v", c, err)
	}
	if strings.Contains(fmt.Sprint(err), shopKey) || strings.Contains(fmt.Sprint(err), identity.HashKey(shopKey)) {
		t.Fatalf("the key is in the error: %v", err)
	}
	if a, err := r.Admin(t.Context(), adminKey); !errors.Is(err, f.fault) || a.Valid() {
		t.Fatalf("got %+v, %v", a, err)
	}
}

func TestCallerIsNobodyUntilAllOfItIsThere(t *testing.T) {
	gone := time.Now()
	whole := func() identity.Caller {
		return identity.Caller{
			Dossier: "ACME", KeyID: "k", Customer: directory.Customer{Dossier: "ACME", ID: "1"},
			Access: directory.Access{Dossier: "ACME", CustomerID: "1", State: directory.AccessGranted},
		}
	}
	if !whole().Valid() {
		t.Fatal("somebody is nobody")
	}
	for name, spoil := range map[string]func(*identity.Caller){
		"nothing":                      func(c *identity.Caller) { *c = identity.Caller{} },
		"no dossier":                   func(c *identity.Caller) { c.Dossier = "" },
		"no key":                       func(c *identity.Caller) { c.KeyID = "" },
		"no customer":                  func(c *identity.Caller) { c.Customer.ID, c.Access.CustomerID = "", "" },
		"a customer of elsewhere":      func(c *identity.Caller) { c.Customer.Dossier = "OTHER" },
		"a removed customer":           func(c *identity.Caller) { c.Customer.RemovedAt = &gone },
		"an access to elsewhere":       func(c *identity.Caller) { c.Access.Dossier = "OTHER" },
		"an access of another":         func(c *identity.Caller) { c.Access.CustomerID = "2" },
		"no access":                    func(c *identity.Caller) { c.Access = directory.Access{} },
		"an access that is pending":    func(c *identity.Caller) { c.Access.State = directory.AccessPending },
		"an access that is suspended":  func(c *identity.Caller) { c.Access.State = directory.AccessSuspended },
		"an access that is revoked":    func(c *identity.Caller) { c.Access.State = directory.AccessRevoked },
		"a dossier that is not theirs": func(c *identity.Caller) { c.Dossier = "OTHER" },
	} {
		c := whole()
		spoil(&c)
		if c.Valid() {
			t.Errorf("%s: valid", name)
		}
	}
}

// movedDirectory gives a code away between the two reads of a request.
type movedDirectory struct{ *fakeDirectory }

func (m movedDirectory) Entrant(ctx context.Context, dossier, id string) (directory.Entrant, error) {
	e, err := m.fakeDirectory.Entrant(ctx, dossier, id)
	e.Customer.Code = "RENAMED"
	return e, err
}

func TestCodeGivenAwayBetweenTwoReads(t *testing.T) {
	r := &identity.Resolver{Store: movedDirectory{newDirectory()}}
	if c, err := r.Backend(t.Context(), "ACME", shopKey, "GRANTED", "", ""); err != identity.ErrNoAccess || c.Valid() {
		t.Fatalf("by code: got %+v, %v", c, err)
	}
	if c, err := r.Backend(t.Context(), "ACME", shopKey, "id:1", "", ""); err != nil || c.Customer.ID != "1" {
		t.Fatalf("by id: got %+v, %v", c, err)
	}
}
