package syncrun

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/sync/reconcile"
)

func newRunner(erp *fakeERP, store *memory) *Runner {
	return NewRunner(Config{Dossier: "d", Source: erp, Store: store, Log: zerolog.Nop(), NewID: numbered()})
}

func TestRunOnceBringsTheDirectoryUpToDate(t *testing.T) {
	erp, store := &fakeERP{ids: []string{"A", "B"}, problem: true}, newMemory()
	r := newRunner(erp, store)
	run, plan, err := r.RunOnce(context.Background(), Options{Trigger: TriggerCLI, AskedBy: "paul"})
	if err != nil {
		t.Fatal(err)
	}
	if run.State != directory.RunSucceeded || run.FinishedAt == nil || run.CustomersCreated != 2 || run.ContactsCreated != 2 || run.Problems != 1 || len(plan.PutCustomers) != 2 {
		t.Errorf("run = %+v", run)
	}
	stored, err := store.Run(context.Background(), "run1")
	if err != nil || stored.State != directory.RunSucceeded || stored.AskedBy != "paul" || stored.Counts != run.Counts {
		t.Errorf("stored run = %+v, %v", stored, err)
	}
	erp.set(func(f *fakeERP) { f.ids = []string{"B", "C"} })
	if _, _, err := r.RunOnce(context.Background(), Options{Trigger: TriggerCLI}); err != nil {
		t.Fatal(err)
	}
	if got, want := store.live(), []string{"d/B", "d/C", "contact d/B", "contact d/C"}; !reflect.DeepEqual(got, want) {
		t.Errorf("live = %q, want %q", got, want)
	}
	if erp.opened != 2 || erp.closed != 2 {
		t.Errorf("opened %d snapshots, closed %d", erp.opened, erp.closed)
	}
}

func TestDryRunLeavesNoTrace(t *testing.T) {
	erp, store := &fakeERP{ids: []string{"A"}, fingerprint: directory.Fingerprint{Value: "x"}}, newMemory()
	run, plan, err := newRunner(erp, store).RunOnce(context.Background(), Options{Trigger: TriggerCLI, DryRun: true})
	if err != nil || run.State != directory.RunSucceeded || len(plan.PutCustomers) != 1 {
		t.Fatalf("run %+v, plan %+v, %v", run, plan, err)
	}
	if !reflect.DeepEqual(store, newMemory()) {
		t.Errorf("the store was changed: %+v", store)
	}
	erp.set(func(f *fakeERP) { f.readErr = errors.New("boom") })
	if run, _, err = newRunner(erp, store).RunOnce(context.Background(), Options{DryRun: true}); err == nil || run.State != directory.RunFailed {
		t.Errorf("a dry run that fails: %+v, %v", run, err)
	}
}

func TestARunThatFailsChangesNothing(t *testing.T) {
	boom := errors.New("boom")
	known := directory.Fingerprint{Value: "sage100:1", Label: "BIJOU"}
	for name, c := range map[string]struct {
		erp    func(f *fakeERP)
		store  func(m *memory)
		cancel bool
		o      Options
		want   error
		state  directory.RunState
		says   string
	}{
		"the ERP is down":             {erp: func(f *fakeERP) { f.openErr = boom }, want: boom, state: directory.RunFailed},
		"the read breaks off":         {erp: func(f *fakeERP) { f.ids, f.readErr = nil, boom }, want: boom, state: directory.RunFailed},
		"the directory fails":         {erp: func(f *fakeERP) { f.ids = nil; f.ids = []string{"A", "Z"} }, store: func(m *memory) { m.applyErr = boom }, want: boom, state: directory.RunFailed},
		"the ERP shows nobody":        {erp: func(f *fakeERP) { f.ids = nil }, want: reconcile.ErrEmptySource, state: directory.RunFailed, says: "allow an empty source"},
		"another database":            {erp: func(f *fakeERP) { f.fingerprint = directory.Fingerprint{Value: "sage100:2", Label: "OTHER"} }, want: ErrOtherDatabase, state: directory.RunFailed, says: "it was BIJOU, it is OTHER"},
		"a database without its name": {erp: func(f *fakeERP) { f.fingerprint = directory.Fingerprint{} }, want: ErrOtherDatabase, state: directory.RunFailed, says: "one without a name"},
		"the caller gives up":         {erp: func(f *fakeERP) {}, cancel: true, want: context.Canceled, state: directory.RunCanceled},
	} {
		t.Run(name, func(t *testing.T) {
			erp, store := &fakeERP{ids: []string{"A"}, fingerprint: known}, newMemory()
			r := newRunner(erp, store)
			if _, _, err := r.RunOnce(context.Background(), Options{}); err != nil {
				t.Fatal(err)
			}
			before := store.live()
			erp.set(c.erp)
			if c.store != nil {
				c.store(store)
			}
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			if c.cancel {
				erp.set(func(f *fakeERP) { f.hold, f.entered = make(chan struct{}), make(chan struct{}) })
				go func() { <-erp.entered; cancel() }()
			}
			run, _, err := r.RunOnce(ctx, c.o)
			if !errors.Is(err, c.want) {
				t.Fatalf("err = %v, want %v", err, c.want)
			}
			if got := store.live(); !reflect.DeepEqual(got, before) || store.fingerprints["d"] != known {
				t.Errorf("the directory went from %q to %q, the fingerprint to %v", before, got, store.fingerprints["d"])
			}
			stored, err := store.Run(context.Background(), run.ID)
			if err != nil || stored.State != c.state || stored.FinishedAt == nil || stored.Error == "" || !strings.Contains(stored.Error, c.says) {
				t.Errorf("stored run = %+v, %v", stored, err)
			}
			if erp.opened-erp.closed > 1 || erp.openErr == nil && erp.opened != erp.closed {
				t.Errorf("opened %d snapshots, closed %d", erp.opened, erp.closed)
			}
		})
	}
}

func TestWhatAnAdministratorMayAllow(t *testing.T) {
	erp, store := &fakeERP{ids: []string{"A"}, fingerprint: directory.Fingerprint{Value: "1"}}, newMemory()
	r := newRunner(erp, store)
	if _, _, err := r.RunOnce(context.Background(), Options{}); err != nil {
		t.Fatal(err)
	}
	other := directory.Fingerprint{Value: "2", Label: "new"}
	erp.set(func(f *fakeERP) { f.fingerprint = other })
	if _, _, err := r.RunOnce(context.Background(), Options{AcceptDatabase: true}); err != nil || store.fingerprints["d"] != other {
		t.Errorf("accepting a database: %v, remembered %v", err, store.fingerprints["d"])
	}
	erp.set(func(f *fakeERP) { f.ids = nil })
	if _, _, err := r.RunOnce(context.Background(), Options{AllowEmpty: true}); err != nil || len(store.live()) != 0 {
		t.Errorf("allowing nobody: %v, live %q", err, store.live())
	}
}

func TestARunThatCannotBeRecordedDoesNotBegin(t *testing.T) {
	erp, store := &fakeERP{ids: []string{"A"}}, newMemory()
	store.startErr = errors.New("disk full")
	if _, _, err := newRunner(erp, store).RunOnce(context.Background(), Options{}); !errors.Is(err, store.startErr) || erp.opened != 0 {
		t.Errorf("err = %v, opened %d", err, erp.opened)
	}
}

func TestProgressGoesThroughThePhases(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		erp, store := &fakeERP{ids: []string{"A", "B", "C"}, hold: make(chan struct{})}, newMemory()
		go func() { time.Sleep(2 * time.Second); close(erp.hold) }()
		var seen []Progress
		r := NewRunner(Config{Dossier: "d", Source: erp, Store: store, Progress: func(p Progress) { seen = append(seen, p) }, NewID: numbered()})
		if _, _, err := r.RunOnce(context.Background(), Options{}); err != nil {
			t.Fatal(err)
		}
		var phases []Phase
		for _, p := range seen {
			if p.RunID != "run1" || p.Dossier != "d" {
				t.Errorf("progress = %+v", p)
			}
			if len(phases) == 0 || phases[len(phases)-1] != p.Phase {
				phases = append(phases, p.Phase)
			}
		}
		if want := []Phase{PhaseConnecting, PhaseCustomers, PhaseContacts, PhaseApplying}; !reflect.DeepEqual(phases, want) {
			t.Errorf("phases = %q", phases)
		}
		last := seen[len(seen)-1]
		if last.CustomersRead != 3 || last.ContactsRead != 3 || last.CustomersExpected != 3 || last.ContactsExpected != 3 {
			t.Errorf("last progress = %+v", last)
		}
	})
}

func TestMeterSpeaksNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen []Progress
		m := newMeter(directory.Run{}, time.Now, func(p Progress) { seen = append(seen, p) })
		m.phase(PhaseCustomers)
		for range 1000 {
			m.count(&m.p.CustomersRead)
			time.Sleep(time.Millisecond)
		}
		if len(seen) < 5 || len(seen) > 7 {
			t.Errorf("%d messages in a second", len(seen))
		}
		if rate := seen[len(seen)-1].Rate; rate < 950 || rate > 1050 {
			t.Errorf("rate = %v", rate)
		}
	})
}
