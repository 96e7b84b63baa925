package access_test

import (
	"context"
	"errors"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/internal/access"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/internal/store"
)

var (
	noon  = time.Date(2026, time.November, 3, 12, 0, 0, 0, time.UTC)
	alice = access.Administrator{KeyID: "k1", Name: "Alice"}
)

// house is a service over a directory with the customers 1, 2 and 3.
type house struct {
	*access.Service
	db   *store.DB
	t    *testing.T
	runs int
}

func newHouse(t *testing.T) *house {
	t.Helper()
	db, err := store.Open(t.Context(), store.Config{Path: filepath.Join(t.TempDir(), "directory.db"), Logger: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	h := &house{t: t, db: db, Service: &access.Service{
		Store: db,
		CheckProfile: func(_ context.Context, dossier, profile string) error {
			if dossier == "ACME" && (profile == "" || profile == "B2B" || profile == "B2C") {
				return nil
			}
			return errors.New("there is no such profile")
		},
		Now: func() time.Time { return noon },
	}}
	var plan directory.Plan
	for _, id := range []string{"1", "2", "3"} {
		plan.PutCustomers = append(plan.PutCustomers, directory.Customer{Dossier: "ACME", ID: id, Code: id, State: directory.CustomerActive})
	}
	h.apply(plan)
	return h
}

// apply runs a synchronisation's plan.
func (h *house) apply(plan directory.Plan) {
	h.t.Helper()
	h.runs++
	id := string(rune('a' + h.runs))
	plan.Dossier = "ACME"
	if err := h.db.StartRun(h.t.Context(), directory.Run{ID: id, Dossier: "ACME"}); err != nil {
		h.t.Fatal(err)
	}
	if err := h.db.ApplyPlan(h.t.Context(), id, plan, noon); err != nil {
		h.t.Fatal(err)
	}
}

// set puts customer 1's access into a state, whatever it was in.
func (h *house) set(state directory.AccessState, by directory.SuspensionCause, from directory.AccessState) directory.Access {
	h.t.Helper()
	a, err := h.db.PutAccess(h.t.Context(), directory.Access{
		Dossier: "ACME", CustomerID: "1", Profile: "B2B", State: state, SuspendedBy: by, SuspendedFrom: from, Note: "before",
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return a
}

func request(version int64) access.Request {
	return access.Request{Dossier: "ACME", CustomerID: "1", Note: "why", Version: version}
}

func TestGrantKeepsWhoWhenAndWhy(t *testing.T) {
	h := newHouse(t)
	r := request(0)
	r.Profile = "B2B"
	got, err := h.Grant(t.Context(), alice, r)
	if err != nil {
		t.Fatal(err)
	}
	want := directory.Access{
		Dossier: "ACME", CustomerID: "1", Profile: "B2B", State: directory.AccessGranted, Note: "why",
		ChangedBy: "Alice (k1)", ChangedAt: noon, Version: 1,
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("got\n%+v\nwant\n%+v", got, want)
	}
	r.Profile, r.Version = "", 1
	if got, err = h.Grant(t.Context(), access.Administrator{KeyID: "k2"}, r); err != nil || got.Profile != "" || got.ChangedBy != "k2" {
		t.Fatalf("got %+v, %v", got, err)
	}
	history, err := h.db.AccessHistory(t.Context(), "ACME", "1")
	if err != nil || len(history) != 2 || !reflect.DeepEqual(history[0], want) {
		t.Fatalf("the history is %+v, %v", history, err)
	}
}

type change func(context.Context, access.Administrator, access.Request) (directory.Access, error)

// changes are the use cases that change something, by name.
func (h *house) changes() map[string]change {
	return map[string]change{"grant": h.Grant, "suspend": h.Suspend, "resume": h.Resume, "revoke": h.Revoke}
}

// TestStates is the whole table of states: what each change makes of each.
func TestStates(t *testing.T) {
	type start struct {
		state directory.AccessState
		by    directory.SuspensionCause
		from  directory.AccessState
	}
	const (
		granted   = directory.AccessGranted
		pending   = directory.AccessPending
		suspended = directory.AccessSuspended
		revoked   = directory.AccessRevoked
		sync      = directory.SuspendedBySync
		admin     = directory.SuspendedByAdministrator
	)
	refused := start{}
	for from, makes := range map[start]map[string]start{
		{granted, "", ""}: {
			"grant": {granted, "", ""}, "suspend": {suspended, admin, granted}, "resume": refused, "revoke": {revoked, "", ""},
		},
		{pending, "", ""}: {
			"grant": refused, "suspend": {suspended, admin, pending}, "resume": refused, "revoke": {revoked, "", ""},
		},
		{suspended, admin, granted}: {
			"grant": refused, "suspend": refused, "resume": {granted, "", ""}, "revoke": {revoked, "", ""},
		},
		{suspended, admin, pending}: {
			"grant": refused, "suspend": refused, "resume": {pending, "", ""}, "revoke": {revoked, "", ""},
		},
		{suspended, sync, granted}: {
			"grant": refused, "suspend": {suspended, admin, granted}, "resume": {granted, "", ""}, "revoke": {revoked, "", ""},
		},
		{suspended, sync, pending}: {
			"grant": refused, "suspend": {suspended, admin, pending}, "resume": {pending, "", ""}, "revoke": {revoked, "", ""},
		},
		{revoked, "", ""}: {
			"grant": {granted, "", ""}, "suspend": refused, "resume": refused, "revoke": refused,
		},
	} {
		for verb, want := range makes {
			h := newHouse(t)
			before := h.set(from.state, from.by, from.from)
			got, err := h.changes()[verb](t.Context(), alice, request(1))
			stored, readErr := h.db.Access(t.Context(), "ACME", "1")
			if readErr != nil {
				t.Fatal(readErr)
			}
			if want == refused {
				var state *access.StateError
				if !errors.As(err, &state) || state.Change != verb || state.State != from.state || state.Hint == "" {
					t.Errorf("%s of %v: got %v", verb, from, err)
				}
				if !reflect.DeepEqual(got, directory.Access{}) || !reflect.DeepEqual(stored, before) {
					t.Errorf("%s of %v: refused, and yet it is %+v", verb, from, stored)
				}
				continue
			}
			if err != nil || !reflect.DeepEqual(got, stored) {
				t.Errorf("%s of %v: got %+v, %v; stored %+v", verb, from, got, err, stored)
				continue
			}
			if (start{stored.State, stored.SuspendedBy, stored.SuspendedFrom}) != want || stored.Version != 2 || stored.Note != "why" {
				t.Errorf("%s of %v: made %+v, want %v", verb, from, stored, want)
			}
			if verb != "grant" && stored.Profile != "B2B" {
				t.Errorf("%s of %v: the profile is now %q", verb, from, stored.Profile)
			}
		}
	}
}

func TestNobodyAndStrangersAreRefused(t *testing.T) {
	h := newHouse(t)
	h.set(directory.AccessGranted, "", "")
	stranger := access.Administrator{KeyID: "k9", Dossiers: []string{"OTHER"}}
	for who, want := range map[*access.Administrator]error{
		{}:              access.ErrNobody,
		{Name: "Alice"}: access.ErrNobody,
		{Name: "Alice", Dossiers: []string{"ACME"}}: access.ErrNobody,
		&stranger: access.ErrNotFound,
	} {
		for verb, change := range h.changes() {
			if _, err := change(t.Context(), *who, request(1)); !errors.Is(err, want) {
				t.Errorf("%s by %+v: got %v", verb, *who, err)
			}
		}
		if list, err := h.List(t.Context(), *who, "ACME"); !errors.Is(err, want) || list != nil {
			t.Errorf("list by %+v: got %v, %v", *who, list, err)
		}
		if granted, total, err := h.Count(t.Context(), *who, "ACME"); !errors.Is(err, want) || granted+total != 0 {
			t.Errorf("count by %+v: got %d, %d, %v", *who, granted, total, err)
		}
	}
	if a, err := h.db.Access(t.Context(), "ACME", "1"); err != nil || a.Version != 1 {
		t.Fatalf("the access is %+v, %v", a, err)
	}
}

// TestOnlyAdministratorsConvert holds the type down: an identity.Admin becomes
// an Administrator as it is, an identity.Caller cannot.
func TestOnlyAdministratorsConvert(t *testing.T) {
	admin := access.Administrator(identity.Admin{KeyID: "k1", Name: "Alice", Dossiers: []string{"ACME"}})
	if admin.KeyID != "k1" || admin.Name != "Alice" || len(admin.Dossiers) != 1 {
		t.Fatalf("got %+v", admin)
	}
	if reflect.TypeFor[identity.Caller]().ConvertibleTo(reflect.TypeFor[access.Administrator]()) {
		t.Fatal("a backend's caller converts to an administrator")
	}
}

func TestMistakesNameTheirField(t *testing.T) {
	h := newHouse(t)
	h.set(directory.AccessGranted, "", "")
	for name, test := range map[string]struct {
		verb  string
		spoil func(*access.Request)
		field string
	}{
		"no customer":                   {"grant", func(r *access.Request) { r.CustomerID = "" }, "customer_id"},
		"an unknown profile":            {"grant", func(r *access.Request) { r.Profile = "b2b" }, "profile"},
		"a profile when suspending":     {"suspend", func(r *access.Request) { r.Profile = "B2C" }, "profile"},
		"a note without end":            {"revoke", func(r *access.Request) { r.Note = strings.Repeat("é", 1001) }, "note"},
		"a note with a control":         {"revoke", func(r *access.Request) { r.Note = "a\x00b" }, "note"},
		"a note that is not UTF-8":      {"grant", func(r *access.Request) { r.Note = "\xc9" }, "note"},
		"a version below all":           {"grant", func(r *access.Request) { r.Version = -1 }, "version"},
		"no version when suspending":    {"suspend", func(r *access.Request) { r.Version = 0 }, "version"},
		"no version when resuming":      {"resume", func(r *access.Request) { r.Version = 0 }, "version"},
		"no version when revoking":      {"revoke", func(r *access.Request) { r.Version = 0 }, "version"},
		"no customer and a wrong state": {"resume", func(r *access.Request) { r.CustomerID = "" }, "customer_id"},
	} {
		r := request(1)
		test.spoil(&r)
		_, err := h.changes()[test.verb](t.Context(), alice, r)
		var field *access.FieldError
		if !errors.As(err, &field) || field.Field != test.field {
			t.Errorf("%s: got %v", name, err)
		}
	}
	r := request(1)
	r.Note = strings.Repeat("é", 999) + "\n"
	if _, err := h.Suspend(t.Context(), alice, r); err != nil {
		t.Errorf("a note of 1000 characters with a line end: %v", err)
	}
}

func TestNotFound(t *testing.T) {
	h := newHouse(t)
	unknown := request(0)
	unknown.CustomerID = "9"
	if _, err := h.Grant(t.Context(), alice, unknown); !errors.Is(err, access.ErrNotFound) {
		t.Errorf("grant to an unknown customer: %v", err)
	}
	for _, verb := range []string{"suspend", "resume", "revoke"} {
		if _, err := h.changes()[verb](t.Context(), alice, request(1)); !errors.Is(err, access.ErrNotFound) {
			t.Errorf("%s of an access that is not there: %v", verb, err)
		}
	}
	h.set(directory.AccessGranted, "", "")
	h.apply(directory.Plan{DropCustomers: []string{"1"}})
	if _, err := h.Resume(t.Context(), alice, request(2)); !errors.Is(err, access.ErrNotFound) {
		t.Errorf("resume for a customer who is gone: %v", err)
	}
}

func TestConflict(t *testing.T) {
	h := newHouse(t)
	h.set(directory.AccessGranted, "", "")
	if _, err := h.Suspend(t.Context(), alice, request(1)); err != nil {
		t.Fatal(err)
	}
	for verb, change := range h.changes() {
		if _, err := change(t.Context(), alice, request(1)); !errors.Is(err, access.ErrConflict) {
			t.Errorf("%s on the version before: %v", verb, err)
		}
	}
	if _, err := h.Grant(t.Context(), alice, request(0)); !errors.Is(err, access.ErrConflict) {
		t.Errorf("grant of what is there: %v", err)
	}
	other := request(4)
	other.CustomerID = "2"
	if _, err := h.Grant(t.Context(), alice, other); !errors.Is(err, access.ErrConflict) {
		t.Errorf("grant on a version that never was: %v", err)
	}
}

func TestOfManyAtOnceOneWins(t *testing.T) {
	h := newHouse(t)
	var won atomic.Int32
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			_, err := h.Grant(t.Context(), alice, request(0))
			if err == nil {
				won.Add(1)
			} else if !errors.Is(err, access.ErrConflict) {
				t.Errorf("a loser is told %v", err)
			}
		})
	}
	wg.Wait()
	if got := won.Load(); got != 1 {
		t.Fatalf("%d won", got)
	}
}

func TestWhoLeftAndCameBackAsAnotherIsResumedByHand(t *testing.T) {
	h := newHouse(t)
	h.set(directory.AccessGranted, "", "")
	h.apply(directory.Plan{DropCustomers: []string{"1"}})
	h.apply(directory.Plan{PutCustomers: []directory.Customer{{Dossier: "ACME", ID: "1", Code: "Z", State: directory.CustomerActive}}})
	a, err := h.Resume(t.Context(), alice, request(2))
	if err != nil || a.State != directory.AccessGranted {
		t.Fatalf("got %+v, %v", a, err)
	}
}

func TestListAndCount(t *testing.T) {
	h := newHouse(t)
	for _, id := range []string{"3", "1"} {
		r := request(0)
		r.CustomerID = id
		if _, err := h.Grant(t.Context(), alice, r); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.Revoke(t.Context(), alice, request(1)); err != nil {
		t.Fatal(err)
	}
	list, err := h.List(t.Context(), alice, "ACME")
	if err != nil || len(list) != 2 || list[0].CustomerID != "1" || list[0].State != directory.AccessRevoked || list[1].CustomerID != "3" {
		t.Fatalf("got %+v, %v", list, err)
	}
	granted, total, err := h.Count(t.Context(), alice, "ACME")
	if err != nil || granted != 1 || total != 3 {
		t.Fatalf("got %d of %d, %v", granted, total, err)
	}
}

func TestFailureOfTheStoreIsPassedOn(t *testing.T) {
	h := newHouse(t)
	h.set(directory.AccessGranted, "", "")
	if err := h.db.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := h.Suspend(t.Context(), alice, request(1))
	if err == nil || errors.Is(err, access.ErrNotFound) || errors.Is(err, access.ErrConflict) {
		t.Fatalf("got %v", err)
	}
	if _, err := h.List(t.Context(), alice, "ACME"); err == nil {
		t.Fatal("a closed store lists")
	}
	if _, _, err := h.Count(t.Context(), alice, "ACME"); err == nil {
		t.Fatal("a closed store counts")
	}
}
