package storetest

import (
	"reflect"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/directory"
)

// key is a key of the configuration.
func key(name string) directory.Key {
	return directory.Key{Kind: directory.KeyBackend, Name: name, Hash: strings.Repeat(name, 64)[:64], CreatedAt: noon}
}

func testKeys(t *testing.T, open func(*testing.T) *kit) {
	seed := func(k *kit, keys ...directory.Key) {
		k.t.Helper()
		k.must(k.SeedKeys(k.t.Context(), directory.KeyBackend, keys))
	}
	find := func(k *kit, name string) (directory.Key, error) {
		return k.KeyByHash(k.t.Context(), directory.KeyBackend, key(name).Hash)
	}

	t.Run("a seeded key is found by its hash and kind alone", func(t *testing.T) {
		k := open(t)
		want := key("a")
		want.ID, want.Dossiers, want.Developer = "key-a", []string{acme, other}, true
		seed(k, want)
		want.Seeded = true
		got, err := find(k, "a")
		k.must(err)
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got\n%+v\nwant\n%+v", got, want)
		}
		_, err = find(k, "b")
		k.is(err, directory.ErrNotFound)
		_, err = k.KeyByHash(t.Context(), directory.KeyAdmin, want.Hash)
		k.is(err, directory.ErrNotFound)
		_, err = k.KeyByHash(t.Context(), directory.KeyBackend, strings.ToUpper(want.Hash))
		k.is(err, directory.ErrNotFound)
		_, err = k.KeyByHash(t.Context(), directory.KeyBackend, "")
		k.is(err, directory.ErrNotFound)
	})

	t.Run("a key without an id gets one of its own", func(t *testing.T) {
		k := open(t)
		seed(k, key("a"), key("b"))
		a, err := find(k, "a")
		k.must(err)
		b, err := find(k, "b")
		k.must(err)
		if a.ID == "" || a.ID == b.ID {
			t.Fatalf("the ids are %q and %q", a.ID, b.ID)
		}
		seed(k, key("b"), key("a"))
		again, err := find(k, "a")
		k.must(err)
		equal(k, "id after a second seeding", again.ID, a.ID)
	})

	t.Run("a key that is no longer seeded is disabled, and comes back as itself", func(t *testing.T) {
		k := open(t)
		seed(k, key("a"), key("b"))
		a, err := find(k, "a")
		k.must(err)
		seed(k, key("b"))
		_, err = find(k, "a")
		k.is(err, directory.ErrNotFound)
		_, err = find(k, "b")
		k.must(err)
		seed(k)
		_, err = find(k, "b")
		k.is(err, directory.ErrNotFound)
		seed(k, key("a"))
		again, err := find(k, "a")
		k.must(err)
		equal(k, "id", again.ID, a.ID)
		if again.DisabledAt != nil {
			t.Fatalf("disabled at %v", again.DisabledAt)
		}
	})

	t.Run("one kind's seeding leaves the other alone", func(t *testing.T) {
		k := open(t)
		seed(k, key("a"))
		admin := key("b")
		admin.Kind = directory.KeyAdmin
		k.must(k.SeedKeys(t.Context(), directory.KeyAdmin, []directory.Key{admin}))
		k.must(k.SeedKeys(t.Context(), directory.KeyAdmin, nil))
		_, err := find(k, "a")
		k.must(err)
		_, err = k.KeyByHash(t.Context(), directory.KeyAdmin, admin.Hash)
		k.is(err, directory.ErrNotFound)
	})

	t.Run("a seeding changes name, dossiers and rights", func(t *testing.T) {
		k := open(t)
		seed(k, key("a"))
		changed := key("a")
		changed.Name, changed.Dossiers, changed.Developer = "shop", []string{acme}, true
		seed(k, changed)
		got, err := find(k, "a")
		k.must(err)
		equal(k, "name", got.Name, "shop")
		equal(k, "developer", got.Developer, true)
		if !reflect.DeepEqual(got.Dossiers, []string{acme}) {
			t.Fatalf("dossiers %q", got.Dossiers)
		}
	})

	t.Run("a key without a hash is refused, with all the others", func(t *testing.T) {
		k := open(t)
		bad := key("b")
		bad.Hash = ""
		if err := k.SeedKeys(t.Context(), directory.KeyBackend, []directory.Key{key("a"), bad}); err == nil {
			t.Fatal("it is accepted")
		}
		_, err := find(k, "a")
		k.is(err, directory.ErrNotFound)
	})
}
