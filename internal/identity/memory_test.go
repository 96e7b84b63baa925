package identity_test

import (
	"context"
	"errors"
	"strconv"
	"testing"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/identity"
)

// revisedDirectory is a fakeDirectory that has a revision, and counts how often
// it was asked for a customer.
type revisedDirectory struct {
	*fakeDirectory
	revision int64
	broken   error
	asked    int
}

func (d *revisedDirectory) Revision(context.Context) (int64, error) { return d.revision, d.broken }

func (d *revisedDirectory) Entrant(ctx context.Context, dossier, id string) (directory.Entrant, error) {
	d.asked++
	return d.fakeDirectory.Entrant(ctx, dossier, id)
}

func TestWhoWasLetInIsRememberedUntilTheDirectoryChanges(t *testing.T) {
	d := &revisedDirectory{fakeDirectory: newDirectory(), revision: 7}
	r := &identity.Resolver{Store: d}
	backend := func(key, customer, actor string) (identity.Caller, error) {
		return r.Backend(t.Context(), "ACME", key, customer, "", actor)
	}
	first, err := backend(shopKey, "GRANTED", "Zo")
	if err != nil || d.asked != 1 {
		t.Fatalf("got %+v, %v after %d questions", first, err, d.asked)
	}
	for range 3 {
		if again, err := backend(shopKey, "GRANTED", "Zo"); err != nil || !again.Valid() || again.Customer.ID != "1" || again.Actor != "Zo" || again.KeyID != first.KeyID {
			t.Fatalf("got %+v, %v", again, err)
		}
	}
	if d.asked != 1 {
		t.Fatalf("the directory was asked %d times", d.asked)
	}

	t.Run("what differs is another question", func(t *testing.T) {
		for _, q := range []struct{ key, customer, actor, id string }{
			{shopKey, "id:1", "Zo", "1"}, {shopKey, "id:7", "Zo", "7"}, {shopKey, "GRANTED", "Ada", "1"}, {oneKey, "GRANTED", "Zo", "1"},
		} {
			before := d.asked
			c, err := backend(q.key, q.customer, q.actor)
			if err != nil || c.Customer.ID != q.id || c.Actor != q.actor || d.asked != before+1 {
				t.Errorf("%+v: got %+v, %v", q, c, err)
			}
		}
		if _, err := r.Backend(t.Context(), "OTHER", oneKey, "GRANTED", "", "Zo"); err != identity.ErrNoSuchDossier {
			t.Errorf("another dossier: got %v", err)
		}
		if _, err := backend("vk_unknown", "GRANTED", "Zo"); err != identity.ErrUnauthorized {
			t.Errorf("another key: got %v", err)
		}
	})

	t.Run("a refusal is not remembered", func(t *testing.T) {
		before := d.asked
		for range 2 {
			if _, err := backend(shopKey, "SUSPENDED", ""); err != identity.ErrNoAccess {
				t.Errorf("got %v", err)
			}
		}
		if d.asked != before+2 {
			t.Errorf("the directory was asked %d times", d.asked-before)
		}
	})

	t.Run("a change holds from the next request on", func(t *testing.T) {
		d.entrants[0].Access.State = directory.AccessRevoked
		d.revision++
		if c, err := backend(shopKey, "GRANTED", "Zo"); err != identity.ErrNoAccess || c.Valid() {
			t.Fatalf("got %+v, %v", c, err)
		}
		d.entrants[0].Access.State = directory.AccessGranted
		d.revision++
		if c, err := backend(shopKey, "GRANTED", "Zo"); err != nil || !c.Valid() {
			t.Fatalf("got %+v, %v", c, err)
		}
	})

	t.Run("a revision that cannot be read lets the directory itself decide", func(t *testing.T) {
		d.broken = errors.New("the disk fails")
		d.entrants[0].Access.State = directory.AccessRevoked
		if c, err := backend(shopKey, "GRANTED", "Zo"); err != identity.ErrNoAccess || c.Valid() {
			t.Fatalf("got %+v, %v", c, err)
		}
		d.broken = nil
	})
}

// racingDirectory revokes an access after it has been read, as another process
// may.
type racingDirectory struct{ *revisedDirectory }

func (d racingDirectory) Entrant(ctx context.Context, dossier, id string) (directory.Entrant, error) {
	e, err := d.revisedDirectory.Entrant(ctx, dossier, id)
	d.entrants[0].Access.State = directory.AccessRevoked
	d.revision++
	return e, err
}

func TestAChangeWhileTheDirectoryIsAskedIsSeenNext(t *testing.T) {
	d := racingDirectory{&revisedDirectory{fakeDirectory: newDirectory(), revision: 7}}
	r := &identity.Resolver{Store: d}
	if c, err := r.Backend(t.Context(), "ACME", shopKey, "GRANTED", "", ""); err != nil || !c.Valid() {
		t.Fatalf("got %+v, %v", c, err) // it was granted when it was read
	}
	if c, err := r.Backend(t.Context(), "ACME", shopKey, "GRANTED", "", ""); err != identity.ErrNoAccess || c.Valid() {
		t.Fatalf("got %+v, %v", c, err)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	d := &revisedDirectory{fakeDirectory: newDirectory()}
	r := &identity.Resolver{Store: d}
	const many = 25_000
	for i := range many {
		if _, err := r.Backend(t.Context(), "ACME", shopKey, "GRANTED", "", strconv.Itoa(i)); err != nil {
			t.Fatal(err)
		}
	}
	if d.asked != many {
		t.Fatalf("the directory was asked %d times", d.asked)
	}
	if n := identity.Remembered(r); n < 1 || n > 10_000 {
		t.Fatalf("%d are remembered", n)
	}
}
