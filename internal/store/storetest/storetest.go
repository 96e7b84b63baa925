// Package storetest is the conformance suite of directory.Store: what every
// implementation must do, noun by noun, whatever it keeps its records in. An
// implementation runs it from a test of its own with Run.
//
// It knows nothing of any implementation, and must not rely on more than the
// comments in internal/directory promise.
package storetest

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/vantelle/vantelle/internal/directory"
)

// Run runs the suite. open gives a new, empty directory for each test and sees
// to closing it.
func Run(t *testing.T, open func(t *testing.T) directory.Store) {
	for name, suite := range map[string]func(*testing.T, func(*testing.T) *kit){
		"customer":    testCustomers,
		"contact":     testContacts,
		"access":      testAccesses,
		"key":         testKeys,
		"run":         testRuns,
		"plan":        testPlans,
		"large":       testLarge,
		"atomicity":   testAtomicity,
		"concurrency": testConcurrency,
		"revision":    testRevision,
		"text":        testTexts,
		"trust":       testTrust,
		"profile":     testProfiles,
		"request":     testRequests,
	} {
		t.Run(name, func(t *testing.T) {
			suite(t, func(t *testing.T) *kit { return &kit{Store: open(t), t: t} })
		})
	}
}

// The dossiers that the suite keeps apart.
const (
	acme  = "ACME"
	other = "OTHER"
)

// noon is a time that every engine keeps as it is.
var noon = time.Date(2026, time.November, 3, 12, 0, 0, 123456000, time.UTC)

// kit is a store with the shorthands of the suite.
type kit struct {
	directory.Store
	t    *testing.T
	runs int
}

// customer is a customer with the fewest fields.
func customer(id, code string) directory.Customer {
	return directory.Customer{
		Dossier: acme, ID: id, Code: code, Name: "Customer " + id, State: directory.CustomerActive, Hash: "h-" + id,
	}
}

// granted is an access that opens the dossier.
func granted(customerID string) directory.Access {
	return directory.Access{
		Dossier: acme, CustomerID: customerID, Profile: "B2B", State: directory.AccessGranted,
		ChangedBy: "someone", ChangedAt: noon,
	}
}

// start records a run of a dossier and returns its id.
func (k *kit) start(dossier string) string {
	k.t.Helper()
	k.runs++
	id := fmt.Sprintf("run-%03d", k.runs)
	k.must(k.StartRun(k.t.Context(), directory.Run{
		ID: id, Dossier: dossier, Trigger: "manual", State: directory.RunRunning,
		StartedAt: noon.Add(time.Duration(k.runs) * time.Minute),
	}))
	return id
}

// apply applies a plan in a run of its own and returns the run's id.
func (k *kit) apply(p directory.Plan) string {
	k.t.Helper()
	if p.Dossier == "" {
		p.Dossier = acme
	}
	id := k.start(p.Dossier)
	k.must(k.ApplyPlan(k.t.Context(), id, p, noon))
	return id
}

// have brings customers into the directory.
func (k *kit) have(customers ...directory.Customer) {
	k.t.Helper()
	k.apply(directory.Plan{PutCustomers: customers})
}

// put stores an access.
func (k *kit) put(a directory.Access) directory.Access {
	k.t.Helper()
	stored, err := k.PutAccess(k.t.Context(), a)
	k.must(err)
	return stored
}

// access reads the access of a customer of acme.
func (k *kit) access(customerID string) directory.Access {
	k.t.Helper()
	a, err := k.Access(k.t.Context(), acme, customerID)
	k.must(err)
	return a
}

// revision reads the revision.
func (k *kit) revision() int64 {
	k.t.Helper()
	n, err := k.Revision(k.t.Context())
	k.must(err)
	return n
}

// must ends the test on an error.
func (k *kit) must(err error) {
	k.t.Helper()
	if err != nil {
		k.t.Fatal(err)
	}
}

// is ends the test unless err is the sentinel.
func (k *kit) is(err, sentinel error) {
	k.t.Helper()
	if !errors.Is(err, sentinel) {
		k.t.Fatalf("error is %v, want one that is %q", err, sentinel)
	}
}

// collect reads an iteration to its end.
func collect[T any](k *kit, seq iter.Seq2[T, error]) []T {
	k.t.Helper()
	var all []T
	for v, err := range seq {
		k.must(err)
		all = append(all, v)
	}
	return all
}

// equal ends the test unless got is want.
func equal[T comparable](k *kit, what string, got, want T) {
	k.t.Helper()
	if got != want {
		k.t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

// ids compares the ids of records with those wanted, in order.
func ids[T any](k *kit, what string, records []T, id func(T) string, want ...string) {
	k.t.Helper()
	got := make([]string, len(records))
	for i, r := range records {
		got[i] = id(r)
	}
	if !slices.Equal(got, want) {
		k.t.Fatalf("%s: got ids %q, want %q", what, got, want)
	}
}

func customerID(c directory.Customer) string { return c.ID }
func contactID(c directory.Contact) string   { return c.ID }
