package storetest

import (
	"reflect"
	"testing"
	"time"

	"github.com/vantelle/vantelle/internal/directory"
)

// testTrust is what the synchronisation asks of administrators and remembers of
// databases.
func testTrust(t *testing.T, open func(*testing.T) *kit) {
	t.Run("decisions lift, revoke and move accesses", func(t *testing.T) { testDecisions(t, open) })
	t.Run("an answer is given once", func(t *testing.T) {
		k := open(t)
		k.have(customer("1", "A"))
		k.put(granted("1"))
		q := directory.Decision{Kind: directory.DecideReplaced, CustomerID: "1"}
		k.apply(directory.Plan{SuspendedAccess: []string{"1"}, Decisions: []directory.Decision{q}})
		k.apply(directory.Plan{Decisions: []directory.Decision{q}})
		asked := k.asked(1)
		if _, err := k.Decide(t.Context(), asked[0].ID, "perhaps", "zoe", "", noon); err == nil {
			t.Error("any answer is taken")
		}
		_, err := k.Decide(t.Context(), "nobody-1", directory.VerdictSame, "zoe", "", noon)
		k.is(err, directory.ErrNotFound)
		before := k.revision()
		got, err := k.Decide(t.Context(), asked[0].ID, directory.VerdictSame, "zoe", "asked by phone", noon)
		k.must(err)
		if k.revision() == before {
			t.Error("the revision stays")
		}
		kept, err := k.Decision(t.Context(), got.ID)
		k.must(err)
		if kept.Verdict != directory.VerdictSame || kept.DecidedBy != "zoe" || kept.Note != "asked by phone" || kept.DecidedAt == nil || !kept.DecidedAt.Equal(noon) {
			t.Errorf("kept: %+v", kept)
		}
		_, err = k.Decide(t.Context(), asked[0].ID, directory.VerdictNotSame, "zoe", "", noon)
		k.is(err, directory.ErrConflict)
		equal(k, "the access", k.access("1").State, directory.AccessGranted)
		k.asked(0)
		all, err := k.Decisions(t.Context(), acme, false, 10)
		k.must(err)
		equal(k, "decisions kept", len(all), 1)
	})
	t.Run("nothing is asked of who has no access", func(t *testing.T) {
		k := open(t)
		k.have(customer("1", "A"), customer("2", "B"))
		revoked := granted("1")
		revoked.State = directory.AccessRevoked
		k.put(revoked)
		k.apply(directory.Plan{Decisions: []directory.Decision{{Kind: directory.DecideReplaced, CustomerID: "1"}, {Kind: directory.DecideReplaced, CustomerID: "2"}}})
		k.asked(0)
	})
	t.Run("another company finds nothing of the one before", func(t *testing.T) { testEpochs(t, open) })
	t.Run("an answer does not undo an administrator", func(t *testing.T) {
		k := open(t)
		k.have(customer("1", "A"))
		k.put(granted("1"))
		k.apply(directory.Plan{SuspendedAccess: []string{"1"}, Decisions: []directory.Decision{{Kind: directory.DecideReplaced, CustomerID: "1"}}})
		a := k.access("1")
		a.SuspendedBy = directory.SuspendedByAdministrator
		k.put(a)
		_, err := k.Decide(t.Context(), k.asked(1)[0].ID, directory.VerdictSame, "zoe", "", noon)
		k.must(err)
		equal(k, "the cause", k.access("1").SuspendedBy, directory.SuspendedByAdministrator)
	})
	t.Run("an answer for who is gone leaves the sync's suspension", func(t *testing.T) {
		k := open(t)
		k.have(customer("1", "A"))
		k.put(granted("1"))
		k.apply(directory.Plan{SuspendedAccess: []string{"1"}, Decisions: []directory.Decision{{Kind: directory.DecideReplaced, CustomerID: "1"}}})
		k.apply(directory.Plan{DropCustomers: []string{"1"}})
		_, err := k.Decide(t.Context(), k.asked(1)[0].ID, directory.VerdictSame, "zoe", "", noon)
		k.must(err)
		if a := k.access("1"); a.SuspendedBy != directory.SuspendedBySync || a.SuspendedFrom != directory.AccessGranted {
			t.Errorf("access: %+v", a)
		}
	})
	t.Run("a hold closes the dossier until a fingerprint is accepted", func(t *testing.T) {
		k := open(t)
		k.have(customer("1", "A"))
		k.put(granted("1"))
		_, err := k.Hold(t.Context(), acme)
		k.is(err, directory.ErrNotFound)
		before := k.revision()
		k.must(k.SetHold(t.Context(), directory.Hold{Dossier: acme, Reason: directory.HoldOtherDatabase, Detail: "first", RunID: "r", Since: noon}))
		k.must(k.SetHold(t.Context(), directory.Hold{Dossier: acme, Reason: directory.HoldRestoredDatabase, Detail: "second", RunID: "s", Since: noon.Add(time.Hour)}))
		if k.revision() == before {
			t.Error("the revision stays")
		}
		h, err := k.Hold(t.Context(), acme)
		k.must(err)
		if h.Reason != directory.HoldRestoredDatabase || h.Detail != "second" || !h.Since.Equal(noon) {
			t.Errorf("hold: %+v", h)
		}
		_, err = k.Entrant(t.Context(), acme, "1")
		k.is(err, directory.ErrNotFound)
		k.apply(directory.Plan{})
		_, err = k.Entrant(t.Context(), acme, "1")
		k.is(err, directory.ErrNotFound)
		k.apply(directory.Plan{Fingerprint: &directory.Fingerprint{Value: "f", Label: "F"}})
		_, err = k.Entrant(t.Context(), acme, "1")
		k.must(err)
		f, err := k.Fingerprint(t.Context(), acme)
		k.must(err)
		equal(k, "fingerprint", f.Value, "f")
	})
	t.Run("the position is that of the last plan", func(t *testing.T) {
		k := open(t)
		_, err := k.Position(t.Context(), acme)
		k.is(err, directory.ErrNotFound)
		want := directory.Position{Shape: "s", Customers: "2026-01-01 00:00:00", Now: "2026-01-02 00:00:00", FullAt: noon, TrackVersion: 7}
		k.apply(directory.Plan{Position: &want})
		k.apply(directory.Plan{})
		got, err := k.Position(t.Context(), acme)
		k.must(err)
		if !got.FullAt.Equal(want.FullAt) {
			t.Errorf("full at %v", got.FullAt)
		}
		got.FullAt = want.FullAt
		equal(k, "position", got, want)
	})
	t.Run("what a customer carries along is kept", func(t *testing.T) {
		k := open(t)
		c := customer("1", "A")
		c.Addresses = []directory.Address{{ID: "7", City: "Béziers", Main: true}}
		c.FormerCodes, c.Stamp = []string{"B"}, "2026-01-01 00:00:00"
		k.have(c)
		got, err := k.Customer(t.Context(), acme, "1")
		k.must(err)
		if len(got.Addresses) != 1 || got.Addresses[0] != c.Addresses[0] || len(got.FormerCodes) != 1 || got.Stamp != c.Stamp {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("open accesses", func(t *testing.T) {
		k := open(t)
		k.have(customer("1", "A"), customer("2", "B"), customer("3", "C"))
		k.put(granted("3"))
		k.put(granted("1"))
		pending := granted("2")
		pending.State = directory.AccessPending
		k.put(pending)
		open, err := k.OpenAccesses(t.Context(), acme)
		k.must(err)
		if len(open) != 2 || open[0] != "1" || open[1] != "3" {
			t.Errorf("open: %q", open)
		}
	})
	t.Run("stopped plans wait, and are settled", func(t *testing.T) { testQuarantine(t, open) })
}

// asked wants n open decisions.
func (k *kit) asked(n int) []directory.Decision {
	k.t.Helper()
	all, err := k.Decisions(k.t.Context(), acme, true, 10)
	k.must(err)
	equal(k, "open decisions", len(all), n)
	return all
}

func testDecisions(t *testing.T, open func(*testing.T) *kit) {
	const (
		same, notSame = directory.VerdictSame, directory.VerdictNotSame
		isGranted     = directory.AccessGranted
		isPending     = directory.AccessPending
		isSuspended   = directory.AccessSuspended
		isRevoked     = directory.AccessRevoked
	)
	for name, c := range map[string]struct {
		kind         directory.DecisionKind
		verdict      directory.Verdict
		before       directory.AccessState // of 1
		other        directory.AccessState // of 2; empty for none
		after, moved directory.AccessState // of 1 and of 2
	}{
		"replaced and the same":                  {directory.DecideReplaced, same, isGranted, "", isGranted, ""},
		"replaced and the same, not yet granted": {directory.DecideReplaced, same, isPending, "", isPending, ""},
		"replaced and another":                   {directory.DecideReplaced, notSame, isGranted, "", isRevoked, ""},
		"returned and another":                   {directory.DecideReturned, notSame, isGranted, "", isRevoked, ""},
		"a code reused and meant":                {directory.DecideCodeReused, same, isGranted, "", isGranted, ""},
		"renamed":                                {directory.DecideRenamed, same, isGranted, "", isRevoked, isGranted},
		"renamed, not yet granted":               {directory.DecideRenamed, same, isPending, "", isRevoked, isPending},
		"not renamed":                            {directory.DecideRenamed, notSame, isGranted, "", isSuspended, ""},
		"merged into one without access":         {directory.DecideMerged, same, isGranted, "", isRevoked, isGranted},
		"merged into one that has its own":       {directory.DecideMerged, same, isGranted, isPending, isRevoked, isPending},
		"merged into one whose was revoked":      {directory.DecideMerged, same, isGranted, isRevoked, isRevoked, isGranted},
		"recreated":                              {directory.DecideRecreated, same, isGranted, "", isRevoked, isGranted},
	} {
		t.Run(name, func(t *testing.T) {
			k := open(t)
			k.have(customer("1", "A"), customer("2", "B"))
			a := granted("1")
			a.State = c.before
			k.put(a)
			if c.other != "" {
				b := granted("2")
				b.State = c.other
				k.put(b)
			}
			plan := directory.Plan{Decisions: []directory.Decision{{Kind: c.kind, CustomerID: "1", OtherID: "2", Detail: "why"}}}
			switch c.kind {
			case directory.DecideRenamed, directory.DecideMerged, directory.DecideRecreated:
				plan.DropCustomers = []string{"1"}
			default:
				plan.SuspendedAccess = []string{"1"}
			}
			k.apply(plan)
			q := k.asked(1)[0]
			if q.Detail != "why" || q.RunID == "" || !q.AskedAt.Equal(noon) {
				t.Errorf("asked: %+v", q)
			}
			_, err := k.Decide(t.Context(), q.ID, c.verdict, "zoe", "", noon)
			k.must(err)
			equal(k, "the access", k.access("1").State, c.after)
			if c.moved == "" {
				_, err := k.Access(t.Context(), acme, "2")
				k.is(err, directory.ErrNotFound)
				return
			}
			moved := k.access("2")
			equal(k, "the other access", moved.State, c.moved)
			equal(k, "its profile", moved.Profile, "B2B")
		})
	}
	t.Run("people follow the access", func(t *testing.T) {
		for _, own := range []bool{false, true} {
			k := open(t)
			k.have(customer("1", "A"), customer("2", "B"))
			k.put(granted("1"))
			if own {
				k.put(granted("2"))
			}
			for account, of := range map[string][]string{"ada": {"1"}, "bob": {"1", "2"}} {
				for _, id := range of {
					m := directory.Membership{Account: account, Dossier: acme, CustomerID: id, Role: directory.RoleUser, Profile: "P" + id, Levels: map[string]string{"*": "read"}}
					_, err := k.PutMembership(t.Context(), m, act("membership", "m", "create"))
					k.must(err)
				}
			}
			k.apply(directory.Plan{DropCustomers: []string{"1"}, Decisions: []directory.Decision{{Kind: directory.DecideRenamed, CustomerID: "1", OtherID: "2"}}})
			_, err := k.Decide(t.Context(), k.asked(1)[0].ID, directory.VerdictSame, "zoe", "", noon)
			k.must(err)
			said := map[string]string{}
			for _, id := range []string{"1", "2"} {
				all, err := k.Memberships(t.Context(), acme, id)
				k.must(err)
				for _, m := range all {
					said[m.Account+" "+id] = m.Profile + m.Levels["*"]
				}
			}
			want := map[string]string{"ada 2": "P1read", "bob 2": "P2read"}
			if own { // nobody enters where he had no access
				want = map[string]string{"ada 1": "P1read", "bob 1": "P1read", "bob 2": "P2read"}
			}
			if !reflect.DeepEqual(said, want) {
				t.Errorf("with an access of its own %v: %v, want %v", own, said, want)
			}
			acts, err := k.Acts(t.Context(), directory.ActQuery{Noun: "membership", Limit: 10})
			k.must(err)
			if moved := len(acts) > 0 && acts[0].Action == "move" && acts[0].By == "zoe" && acts[0].Detail["memberships"] == "2"; moved == own {
				t.Errorf("with an access of its own %v: the acts are %+v", own, acts)
			}
		}
	})
	t.Run("renamed to one who is gone too", func(t *testing.T) {
		k := open(t)
		k.have(customer("1", "A"), customer("2", "B"))
		k.put(granted("1"))
		k.apply(directory.Plan{DropCustomers: []string{"1"}, Decisions: []directory.Decision{{Kind: directory.DecideRenamed, CustomerID: "1", OtherID: "2"}}})
		k.apply(directory.Plan{DropCustomers: []string{"2"}})
		_, err := k.Decide(t.Context(), k.asked(1)[0].ID, directory.VerdictSame, "zoe", "", noon)
		k.is(err, directory.ErrConflict)
		k.asked(1) // it is still open
	})
}

func testQuarantine(t *testing.T, open func(*testing.T) *kit) {
	k := open(t)
	ctx := t.Context()
	stop := func() string {
		t.Helper()
		id := k.start(acme)
		k.must(k.QuarantineRun(ctx, directory.Run{ID: id, Dossier: acme, Error: "too many", FinishedAt: &noonCopy, Counts: directory.Counts{CustomersRemoved: 2}},
			directory.Plan{Changes: []directory.Change{{Noun: directory.NounCustomer, Record: "1", Kind: directory.ChangeRemove}}}))
		return id
	}
	state := func(id string) directory.Quarantine {
		t.Helper()
		r, err := k.Run(ctx, id)
		k.must(err)
		return r.Quarantine
	}
	_, err := k.Quarantined(ctx, acme)
	k.is(err, directory.ErrNotFound)
	first := stop()
	changes, err := k.Changes(ctx, first, 0, 10)
	k.must(err)
	equal(k, "changes kept", len(changes), 1)
	second := stop()
	equal(k, "the first", state(first), directory.QuarantineSuperseded)
	got, err := k.Quarantined(ctx, acme)
	k.must(err)
	if got.ID != second || got.State != directory.RunFailed || got.Quarantine != directory.QuarantineWaiting || got.Error != "too many" || got.CustomersRemoved != 2 {
		t.Errorf("stopped: %+v", got)
	}
	k.is(k.SettleQuarantine(ctx, first, directory.QuarantineApproved, "zoe", "", directory.QuarantineWaiting), directory.ErrConflict)
	k.is(k.SettleQuarantine(ctx, "no run", directory.QuarantineApproved, "zoe", "", directory.QuarantineWaiting), directory.ErrNotFound)
	k.must(k.SettleQuarantine(ctx, second, directory.QuarantineApproved, "zoe", "closed shops", directory.QuarantineWaiting, directory.QuarantineRejected))
	k.apply(directory.Plan{Dossier: other})
	equal(k, "after another dossier's run", state(second), directory.QuarantineApproved)
	k.apply(directory.Plan{})
	equal(k, "after the run", state(second), directory.QuarantineApplied)
	_, err = k.Quarantined(ctx, acme)
	k.is(err, directory.ErrNotFound)
	third := stop()
	k.must(k.SettleQuarantine(ctx, third, directory.QuarantineRejected, "zoe", "", directory.QuarantineWaiting))
	k.apply(directory.Plan{})
	equal(k, "a rejected one after a run that was not stopped", state(third), directory.QuarantineSuperseded)
}

// noonCopy is noon, to point at.
var noonCopy = noon
