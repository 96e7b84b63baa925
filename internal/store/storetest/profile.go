package storetest

import (
	"errors"
	"sync"
	"testing"

	"github.com/vantelle/vantelle/internal/directory"
)

// act is an act with the fewest fields.
func act(noun, object, action string) directory.Act {
	return directory.Act{At: noon, By: "someone", Noun: noun, Object: object, Action: action, Detail: map[string]string{"note": "é"}}
}

// version is a version's text with the fewest fields.
func version(text string) directory.ProfileVersion {
	return directory.ProfileVersion{Digest: "d-" + text, Origin: directory.OriginEdited, Author: "someone", Note: "why", Text: text, Tests: "tests: []"}
}

func (k *kit) putProfile(name string, seen int, text string) directory.Profile {
	k.t.Helper()
	p, err := k.PutProfile(k.t.Context(), directory.Profile{Name: name, ERP: "odoo", Licence: "connect", Version: seen, ChangedBy: "someone", ChangedAt: noon},
		version(text), act("profile", name, "edited"))
	k.must(err)
	return p
}

func (k *kit) profileRevision() int64 {
	k.t.Helper()
	n, err := k.ProfileRevision(k.t.Context())
	k.must(err)
	return n
}

func testProfiles(t *testing.T, open func(*testing.T) *kit) {
	t.Run("a save is a new version, and the old ones stay", func(t *testing.T) {
		k := open(t)
		equal(k, "the first version", k.putProfile("P", 0, "one").Version, 1)
		before := k.profileRevision()
		equal(k, "the second version", k.putProfile("P", 1, "two").Version, 2)
		if k.profileRevision() == before {
			t.Error("the revision did not change")
		}
		all, err := k.ProfileVersions(t.Context(), "P")
		k.must(err)
		if len(all) != 2 || all[0].Text != "two" || all[1].Text != "one" || all[1].Tests != "tests: []" || !all[1].CreatedAt.Equal(noon) {
			t.Errorf("the versions are %+v", all)
		}
		first, err := k.ProfileVersion(t.Context(), "P", 1)
		k.must(err)
		equal(k, "the first text", first.Text, "one")
		set, err := k.ProfilesInForce(t.Context())
		k.must(err)
		if len(set.Versions) != 1 || set.Versions[0].Text != "two" || set.Versions[0].Version != 2 || set.Revision != k.profileRevision() {
			t.Errorf("in force is %+v", set)
		}
	})
	t.Run("an old version is a conflict and writes nothing", func(t *testing.T) {
		k := open(t)
		k.putProfile("P", 0, "one")
		for _, seen := range []int{0, 2} {
			_, err := k.PutProfile(t.Context(), directory.Profile{Name: "P", Version: seen}, version("x"), act("profile", "P", "edited"))
			k.is(err, directory.ErrConflict)
		}
		_, err := k.PutProfile(t.Context(), directory.Profile{Name: "Q", Version: 1}, version("x"), act("profile", "Q", "edited"))
		k.is(err, directory.ErrConflict)
		acts, err := k.Acts(t.Context(), directory.ActQuery{Limit: 10})
		k.must(err)
		equal(k, "acts", len(acts), 1)
		_, err = k.Profile(t.Context(), "Q")
		k.is(err, directory.ErrNotFound)
	})
	t.Run("of two saves at once one is a conflict", func(t *testing.T) {
		k := open(t)
		k.putProfile("P", 0, "one")
		var wg sync.WaitGroup
		errs := make([]error, 2)
		for i := range errs {
			wg.Go(func() {
				_, errs[i] = k.PutProfile(t.Context(), directory.Profile{Name: "P", Version: 1, ChangedAt: noon}, version("two"), act("profile", "P", "edited"))
			})
		}
		wg.Wait()
		if (errs[0] == nil) == (errs[1] == nil) || !errors.Is(errors.Join(errs...), directory.ErrConflict) {
			t.Errorf("the two saves ended with %v", errs)
		}
	})
	t.Run("a profile in use is not deleted", func(t *testing.T) {
		for sentence, use := range map[string]func(k *kit){
			"by an access": func(k *kit) { a := granted("1"); a.Profile = "P"; k.put(a) },
			"by a membership": func(k *kit) {
				_, err := k.PutMembership(t.Context(), directory.Membership{Account: "a", Dossier: acme, CustomerID: "1", Role: directory.RoleUser, Profile: "P"}, act("membership", "m", "create"))
				k.must(err)
			},
			"by a default": func(k *kit) {
				_, err := k.PutDefaultProfiles(t.Context(), directory.Defaults{Dossier: acme, Entries: []directory.DefaultProfile{{Profile: "P"}}}, act("defaults", acme, "change"))
				k.must(err)
			},
			"by a restriction": func(k *kit) {
				_, err := k.PutProfile(t.Context(), directory.Profile{Name: "R", Extends: "P"}, version("r"), act("profile", "R", "restricted"))
				k.must(err)
			},
		} {
			t.Run(sentence, func(t *testing.T) {
				k := open(t)
				k.have(customer("1", "A"))
				k.putProfile("P", 0, "one")
				use(k)
				k.is(k.DeleteProfile(t.Context(), "P", 1, act("profile", "P", "delete")), directory.ErrInUse)
			})
		}
		k := open(t)
		k.have(customer("1", "A"))
		k.putProfile("P", 0, "one")
		a := granted("1")
		a.Profile, a.State = "P", directory.AccessRevoked
		k.put(a)
		k.is(k.DeleteProfile(t.Context(), "P", 2, act("profile", "P", "delete")), directory.ErrConflict)
		k.must(k.DeleteProfile(t.Context(), "P", 1, act("profile", "P", "delete")))
		_, err := k.Profile(t.Context(), "P")
		k.is(err, directory.ErrNotFound)
		equal(k, "the version after a deletion", k.putProfile("P", 0, "again").Version, 2)
	})
	t.Run("users are found and transferred at their versions", func(t *testing.T) { testTransfer(t, open(t)) })
	t.Run("licence types", func(t *testing.T) { testLicences(t, open(t)) })
	t.Run("defaults are one object", func(t *testing.T) { testDefaults(t, open(t)) })
	t.Run("memberships", func(t *testing.T) { testMemberships(t, open(t)) })
	t.Run("an access keeps its licence type and levels, in history too", func(t *testing.T) {
		k := open(t)
		k.have(customer("1", "A"))
		a := granted("1")
		a.Licence, a.Levels = "connect", map[string]string{"*": "none", "orders": "list"}
		k.put(a)
		got := k.access("1")
		if got.Licence != "connect" || got.Levels["orders"] != "list" || len(got.Levels) != 2 {
			t.Errorf("the access is %+v", got)
		}
		e, err := k.Entrant(t.Context(), acme, "1")
		k.must(err)
		equal(k, "the entrant's level", e.Access.Levels["*"], "none")
	})
	t.Run("acts are numbered without gaps", func(t *testing.T) {
		k := open(t)
		for range 3 {
			k.must(k.RecordAct(t.Context(), act("customer", "ACME/1", "view_as")))
		}
		k.must(k.RecordAct(t.Context(), act("customer", "ACME/2", "view_as")))
		acts, err := k.Acts(t.Context(), directory.ActQuery{Noun: "customer", Object: "ACME/1", Limit: 2})
		k.must(err)
		if len(acts) != 2 || acts[0].Seq != 3 || acts[1].Seq != 2 || acts[0].Detail["note"] != "é" || !acts[0].At.Equal(noon) {
			t.Errorf("the acts are %+v", acts)
		}
		acts, err = k.Acts(t.Context(), directory.ActQuery{Before: 2, Limit: 10})
		k.must(err)
		equal(k, "older acts", len(acts), 1)
	})
}

func testTransfer(t *testing.T, k *kit) {
	k.have(customer("1", "A"), customer("2", "B"), customer("3", "C"))
	for id, profile := range map[string]string{"1": "P", "2": "P", "3": ""} {
		a := granted(id)
		a.Profile = profile
		k.put(a)
	}
	_, err := k.PutMembership(t.Context(), directory.Membership{Account: "x", Dossier: acme, CustomerID: "2", Role: directory.RoleUser, Profile: "P"}, act("membership", "m", "create"))
	k.must(err)
	users, err := k.ProfileUsers(t.Context(), "P", "")
	k.must(err)
	if len(users) != 3 || users[0].CustomerCode != "A" || users[1].Account != "" || users[2].Account != "x" || users[2].State != directory.AccessGranted {
		t.Fatalf("the users are %+v", users)
	}
	if none, err := k.ProfileUsers(t.Context(), "", acme); err != nil || len(none) != 1 || none[0].CustomerID != "3" {
		t.Errorf("without a profile are %+v, %v", none, err)
	}
	if none, err := k.ProfileUsers(t.Context(), "P", other); err != nil || len(none) != 0 {
		t.Errorf("in another dossier are %+v, %v", none, err)
	}
	stale := append([]directory.ProfileUser(nil), users...)
	stale[1].Version++
	k.is(k.TransferProfile(t.Context(), "Q", stale, "someone", act("profile", "P", "transfer")), directory.ErrConflict)
	equal(k, "the first user's profile after a conflict", k.access("1").Profile, "P")
	k.must(k.TransferProfile(t.Context(), "Q", users, "someone", act("profile", "P", "transfer")))
	for _, id := range []string{"1", "2"} {
		if a := k.access(id); a.Profile != "Q" || a.Version != 2 || a.ChangedBy != "someone" {
			t.Errorf("after the transfer the access is %+v", a)
		}
	}
	m, err := k.Membership(t.Context(), "x", acme, "2")
	k.must(err)
	equal(k, "the membership's profile", m.Profile, "Q")
}

func testLicences(t *testing.T, k *kit) {
	l := directory.Licence{Name: "connect", TitleFR: "Connexion", PriceClass: 2, Ceiling: map[string]string{"*": "read"}, ChangedBy: "someone", ChangedAt: noon}
	stored, err := k.PutLicence(t.Context(), l, act("licence", "connect", "create"))
	k.must(err)
	equal(k, "the version", stored.Version, int64(1))
	_, err = k.PutLicence(t.Context(), l, act("licence", "connect", "create"))
	k.is(err, directory.ErrConflict)
	_, err = k.PutLicence(t.Context(), directory.Licence{Name: "a", PriceClass: 1, ChangedAt: noon}, act("licence", "a", "create"))
	k.must(err)
	all, err := k.Licences(t.Context())
	k.must(err)
	if len(all) != 2 || all[0].Name != "a" || all[1].Ceiling["*"] != "read" || all[1].TitleFR != "Connexion" {
		t.Errorf("the licence types are %+v", all)
	}
	k.putProfile("P", 0, "one") // names connect
	k.is(k.DeleteLicence(t.Context(), "connect", 1, act("licence", "connect", "delete")), directory.ErrInUse)
	k.is(k.DeleteLicence(t.Context(), "a", 2, act("licence", "a", "delete")), directory.ErrConflict)
	k.must(k.DeleteLicence(t.Context(), "a", 1, act("licence", "a", "delete")))
}

func testDefaults(t *testing.T, k *kit) {
	none, err := k.DefaultProfiles(t.Context(), acme)
	k.must(err)
	if none.Version != 0 || len(none.Entries) != 0 {
		t.Errorf("at first the defaults are %+v", none)
	}
	before := k.profileRevision()
	d := directory.Defaults{Dossier: acme, Entries: []directory.DefaultProfile{{Licence: "", Profile: "P"}, {Licence: "gold", Profile: "G"}}}
	stored, err := k.PutDefaultProfiles(t.Context(), d, act("defaults", acme, "change"))
	k.must(err)
	equal(k, "the version", stored.Version, int64(1))
	if k.profileRevision() == before {
		t.Error("the revision did not change")
	}
	_, err = k.PutDefaultProfiles(t.Context(), d, act("defaults", acme, "change"))
	k.is(err, directory.ErrConflict)
	got, err := k.DefaultProfiles(t.Context(), acme)
	k.must(err)
	if got.Version != 1 || len(got.Entries) != 2 || got.Entries[1].Profile != "G" {
		t.Errorf("the defaults are %+v", got)
	}
	_, err = k.PutDefaultProfiles(t.Context(), directory.Defaults{Dossier: acme, Version: 1}, act("defaults", acme, "change"))
	k.must(err)
	if got, err = k.DefaultProfiles(t.Context(), acme); err != nil || got.Version != 2 || len(got.Entries) != 0 {
		t.Errorf("emptied they are %+v, %v", got, err)
	}
}

func testMemberships(t *testing.T, k *kit) {
	k.have(customer("1", "A"))
	m := directory.Membership{Account: "x", Dossier: acme, CustomerID: "1", Role: directory.RoleAdministrator, Levels: map[string]string{"quotes": "none"}, ChangedBy: "someone", ChangedAt: noon}
	stored, err := k.PutMembership(t.Context(), m, act("membership", "m", "create"))
	k.must(err)
	_, err = k.PutMembership(t.Context(), m, act("membership", "m", "create"))
	k.is(err, directory.ErrConflict)
	lost := m
	lost.CustomerID = "nobody"
	_, err = k.PutMembership(t.Context(), lost, act("membership", "m", "create"))
	k.is(err, directory.ErrNotFound)
	all, err := k.Memberships(t.Context(), acme, "1")
	k.must(err)
	if len(all) != 1 || all[0].Levels["quotes"] != "none" || all[0].Role != directory.RoleAdministrator || all[0].Version != 1 {
		t.Errorf("the memberships are %+v", all)
	}
	k.is(k.DeleteMembership(t.Context(), m, act("membership", "m", "delete")), directory.ErrConflict)
	k.must(k.DeleteMembership(t.Context(), stored, act("membership", "m", "delete")))
	_, err = k.Membership(t.Context(), "x", acme, "1")
	k.is(err, directory.ErrNotFound)
}
