package identity_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/internal/store"
)

// TestChangesHoldFromTheNextRequestOn goes through every way in which a caller
// loses his right, and asks again at once.
func TestChangesHoldFromTheNextRequestOn(t *testing.T) {
	db, err := store.Open(t.Context(), store.Config{Path: filepath.Join(t.TempDir(), "directory.db"), Logger: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	runs := 0
	apply := func(plan directory.Plan) {
		t.Helper()
		runs++
		id := string(rune('a' + runs))
		plan.Dossier = "ACME"
		must(db.StartRun(ctx, directory.Run{ID: id, Dossier: "ACME"}))
		must(db.ApplyPlan(ctx, id, plan, time.Unix(1, 0)))
	}
	customer := directory.Customer{Dossier: "ACME", ID: "1", Code: "A", State: directory.CustomerActive}
	apply(directory.Plan{PutCustomers: []directory.Customer{customer}})
	seed := func(keys ...directory.Key) {
		t.Helper()
		must(db.SeedKeys(ctx, directory.KeyBackend, keys))
	}
	key := directory.Key{Name: "shop", Hash: identity.HashKey(shopKey)}
	seed(key)
	access := directory.Access{Dossier: "ACME", CustomerID: "1"}
	put := func(state directory.AccessState, by directory.SuspensionCause) {
		t.Helper()
		access.State, access.SuspendedBy, access.SuspendedFrom = state, by, ""
		var err error
		access, err = db.PutAccess(ctx, access)
		must(err)
	}

	r := &identity.Resolver{Store: db}
	ask := func(what string, want error) {
		t.Helper()
		for _, customer := range []string{"A", "id:1"} {
			c, err := r.Backend(ctx, "ACME", shopKey, customer, "", "")
			if err != want || c.Valid() != (want == nil) {
				t.Fatalf("%s: as %s got %+v, %v", what, customer, c, err)
			}
		}
	}
	ask("before any access", identity.ErrNoAccess)
	put(directory.AccessPending, "")
	ask("awaiting approval", identity.ErrNoAccess)
	put(directory.AccessGranted, "")
	ask("granted", nil)
	put(directory.AccessSuspended, directory.SuspendedByAdministrator)
	ask("suspended", identity.ErrNoAccess)
	put(directory.AccessGranted, "")
	ask("resumed", nil)
	put(directory.AccessRevoked, "")
	ask("revoked", identity.ErrNoAccess)
	put(directory.AccessGranted, "")
	ask("granted again", nil)

	seed()
	ask("without the key", identity.ErrUnauthorized)
	other := key
	other.Dossiers = []string{"OTHER"}
	seed(other)
	ask("with a key for elsewhere", identity.ErrNoSuchDossier)
	seed(key)
	ask("with the key again", nil)

	apply(directory.Plan{DropCustomers: []string{"1"}})
	ask("gone", identity.ErrNoAccess)
	apply(directory.Plan{PutCustomers: []directory.Customer{customer}})
	ask("back as somebody else", identity.ErrNoAccess)
	apply(directory.Plan{ReturnedAccess: []string{"1"}})
	ask("back as the same", nil)
	twin := customer
	twin.ID = "2"
	apply(directory.Plan{PutCustomers: []directory.Customer{twin}})
	if _, err := r.Backend(ctx, "ACME", shopKey, "A", "", ""); err != identity.ErrAmbiguous {
		t.Fatalf("a code of two: got %v", err)
	}
}
