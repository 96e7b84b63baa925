package storetest

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/vantelle/vantelle/internal/directory"
)

// counts has another number in each field.
var counts = directory.Counts{
	CustomersRead: 1, CustomersCreated: 2, CustomersUpdated: 3, CustomersRemoved: 4,
	ContactsRead: 5, ContactsCreated: 6, ContactsUpdated: 7, ContactsRemoved: 8, Problems: 9,
}

func runID(r directory.Run) string { return r.ID }

func testRuns(t *testing.T, open func(*testing.T) *kit) {
	t.Run("a run goes from running to failed with all it says", func(t *testing.T) {
		k := open(t)
		want := directory.Run{
			ID: "r1", Dossier: acme, Trigger: "manual", AskedBy: "Zoé", State: directory.RunRunning, StartedAt: noon,
		}
		k.must(k.StartRun(t.Context(), want))
		got, err := k.Run(t.Context(), "r1")
		k.must(err)
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got\n%+v\nwant\n%+v", got, want)
		}
		over := noon.Add(time.Minute)
		want.State, want.FinishedAt, want.Error, want.Counts = directory.RunFailed, &over, "no answer", counts
		k.must(k.FinishRun(t.Context(), want))
		got, err = k.Run(t.Context(), "r1")
		k.must(err)
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got\n%+v\nwant\n%+v", got, want)
		}
	})

	t.Run("a run's id is taken once", func(t *testing.T) {
		k := open(t)
		id := k.start(acme)
		if err := k.StartRun(t.Context(), directory.Run{ID: id, Dossier: acme, StartedAt: noon}); err == nil {
			t.Fatal("a second run with that id is accepted")
		}
	})

	t.Run("a run is finished once, and only as failed or cancelled", func(t *testing.T) {
		k := open(t)
		id := k.start(acme)
		for _, state := range []directory.RunState{"", directory.RunRunning, directory.RunSucceeded} {
			if err := k.FinishRun(t.Context(), directory.Run{ID: id, State: state}); err == nil {
				t.Errorf("finished as %q", state)
			}
		}
		k.must(k.FinishRun(t.Context(), directory.Run{ID: id, State: directory.RunCanceled}))
		r, err := k.Run(t.Context(), id)
		k.must(err)
		if r.State != directory.RunCanceled || r.FinishedAt == nil {
			t.Fatalf("the run is %+v", r)
		}
		k.is(k.FinishRun(t.Context(), directory.Run{ID: id, State: directory.RunFailed}), directory.ErrConflict)
		k.is(k.FinishRun(t.Context(), directory.Run{ID: "none", State: directory.RunFailed}), directory.ErrNotFound)
	})

	t.Run("runs are listed newest first", func(t *testing.T) {
		k := open(t)
		first, second, third := k.start(acme), k.start(acme), k.start(acme)
		k.start(other)
		runs, err := k.Runs(t.Context(), acme, 10)
		k.must(err)
		ids(k, "runs", runs, runID, third, second, first)
		runs, err = k.Runs(t.Context(), acme, 2)
		k.must(err)
		ids(k, "the newest two", runs, runID, third, second)
	})

	t.Run("an unknown run is not found", func(t *testing.T) {
		k := open(t)
		_, err := k.Run(t.Context(), "none")
		k.is(err, directory.ErrNotFound)
	})

	t.Run("what a stopped process left running is failed", func(t *testing.T) {
		k := open(t)
		done := k.apply(directory.Plan{})
		left, elsewhere := k.start(acme), k.start(other)
		at := noon.Add(time.Hour)
		n, err := k.AbandonRuns(t.Context(), at)
		k.must(err)
		equal(k, "abandoned", n, 2)
		for _, id := range []string{left, elsewhere} {
			r, err := k.Run(t.Context(), id)
			k.must(err)
			if r.State != directory.RunFailed || r.Error == "" || r.FinishedAt == nil || !r.FinishedAt.Equal(at) {
				t.Fatalf("the run is %+v", r)
			}
		}
		r, err := k.Run(t.Context(), done)
		k.must(err)
		equal(k, "state of a finished run", r.State, directory.RunSucceeded)
		n, err = k.AbandonRuns(t.Context(), at)
		k.must(err)
		equal(k, "abandoned the second time", n, 0)
	})

	t.Run("the last success is the newest run that succeeded", func(t *testing.T) {
		k := open(t)
		_, err := k.LastSuccess(t.Context(), acme)
		k.is(err, directory.ErrNotFound)
		k.apply(directory.Plan{})
		second := k.apply(directory.Plan{})
		k.must(k.FinishRun(t.Context(), directory.Run{ID: k.start(acme), State: directory.RunFailed}))
		k.start(acme)
		k.apply(directory.Plan{Dossier: other})
		r, err := k.LastSuccess(t.Context(), acme)
		k.must(err)
		equal(k, "last success", r.ID, second)
	})

	t.Run("old runs are deleted, but for what may still be asked for", func(t *testing.T) {
		k := open(t)
		change := directory.Plan{PutCustomers: []directory.Customer{customer("1", "A")}, Changes: []directory.Change{{Noun: "customer", Record: "1", Kind: directory.ChangeCreate}}}
		large := change
		for i := range 1200 {
			large.Changes = append(large.Changes, directory.Change{Noun: "customer", Record: fmt.Sprint(i), Kind: directory.ChangeUpdate})
		}
		var old []string
		for range 45 { // more than are deleted at once
			old = append(old, k.apply(change))
		}
		old = append(old, k.apply(large))
		at := noon
		waiting := k.start(acme)
		k.must(k.QuarantineRun(t.Context(), directory.Run{ID: waiting, Dossier: acme, FinishedAt: &at}, change))
		k.must(k.SettleQuarantine(t.Context(), waiting, directory.QuarantineRejected, "zoe", "", directory.QuarantineWaiting))
		elsewhere := k.apply(directory.Plan{Dossier: other})
		// A rejected plan stays until another has overtaken it.
		n, err := k.PruneRuns(t.Context(), noon.Add(-time.Hour))
		k.must(err)
		equal(k, "deleted that are not old", n, 0)
		n, err = k.PruneRuns(t.Context(), noon.Add(time.Hour))
		k.must(err)
		equal(k, "deleted while the last success is "+old[45], n, 45)
		for _, id := range []string{old[45], waiting, elsewhere} {
			_, err := k.Run(t.Context(), id)
			k.must(err)
		}
		last := k.apply(directory.Plan{}) // overtakes it
		running := k.start(acme)
		n, err = k.PruneRuns(t.Context(), noon.Add(time.Hour))
		k.must(err)
		equal(k, "deleted in the end", n, 2)
		for _, id := range []string{last, running, elsewhere} {
			_, err := k.Run(t.Context(), id)
			k.must(err)
		}
		changes, err := k.Changes(t.Context(), old[45], 0, 10)
		k.must(err)
		equal(k, "changes of a run that is deleted", len(changes), 0)
	})

	t.Run("a fingerprint is remembered, and replaced", func(t *testing.T) {
		k := open(t)
		_, err := k.Fingerprint(t.Context(), acme)
		k.is(err, directory.ErrNotFound)
		for _, want := range []directory.Fingerprint{{Value: "x", Label: "Société X"}, {Value: "", Label: ""}} {
			k.must(k.SetFingerprint(t.Context(), acme, want))
			got, err := k.Fingerprint(t.Context(), acme)
			k.must(err)
			equal(k, "fingerprint", got, want)
		}
		_, err = k.Fingerprint(t.Context(), other)
		k.is(err, directory.ErrNotFound)
	})
}
