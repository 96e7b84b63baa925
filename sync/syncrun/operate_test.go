package syncrun

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp"
)

// heard collects notices.
type heard struct {
	mu  sync.Mutex
	all []string
}

func (h *heard) notify(n Notice) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, n.Event)
}

func (h *heard) events() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.all)
}

func startedWith(t *testing.T, c ManagerConfig) *Manager {
	t.Helper()
	c.Log, c.NewID = zerolog.Nop(), numbered()
	if c.Rand == nil {
		c.Rand = func() float64 { return 0 }
	}
	m, err := NewManager(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, m) })
	return m
}

func TestAnERPThatStaysDownIsAskedSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, source, ears := newMemory(), &fakeERP{ids: []string{"A"}, openErr: down()}, &heard{}
		succeeded(store)
		m := startedWith(t, ManagerConfig{Store: store, Dossiers: []Dossier{{Name: "d", Source: source, Schedule: schedule(t, "* * * * *")}}, Notify: ears.notify})
		time.Sleep(2 * time.Hour)
		s := status(t, m, "d")
		if !s.Down || !slices.Equal(ears.events(), []string{EventFailing}) {
			t.Errorf("status %+v, told %q", s, ears.events())
		}
		before := len(store.history("d"))
		time.Sleep(time.Hour)
		if n := len(store.history("d")) - before; n != 4 {
			t.Errorf("%d tries in an hour, although it is scheduled every minute", n)
		}
		source.set(func(f *fakeERP) { f.openErr = nil })
		time.Sleep(16 * time.Minute)
		if s := status(t, m, "d"); s.Down || s.Failures != 0 || !slices.Equal(ears.events(), []string{EventFailing, EventRecovered}) {
			t.Errorf("status %+v, told %q", s, ears.events())
		}
	})
}

func TestWaitsAreSpreadAtRandom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, source := newMemory(), &fakeERP{ids: []string{"A"}, openErr: down()}
		m := startedWith(t, ManagerConfig{Store: store, Dossiers: []Dossier{{Name: "d", Source: source}}, Rand: func() float64 { return 0.5 }})
		synctest.Wait()
		if left := time.Until(*status(t, m, "d").NextAt); left != 22500*time.Millisecond {
			t.Errorf("the next try is in %s", left)
		}
	})
}

func TestScheduledStartsAreSpread(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		succeeded(store)
		m := startedWith(t, ManagerConfig{Store: store, Rand: func() float64 { return 0.5 },
			Dossiers: []Dossier{{Name: "d", Source: &fakeERP{ids: []string{"A"}}, Schedule: schedule(t, "0 * * * *"), Jitter: 10 * time.Minute}}})
		time.Sleep(90 * time.Minute)
		s := status(t, m, "d")
		if s.LastSuccess.StartedAt.Minute() != 5 || s.NextAt.Minute() != 5 {
			t.Errorf("started at %s, next at %s", s.LastSuccess.StartedAt, s.NextAt)
		}
	})
}

func TestQuietHours(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	q, err := ParseQuiet([]string{"22:30-01:00", "12:00-12:30"}, paris)
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[string]string{
		"2026-03-10 22:29": "", "2026-03-10 22:30": "2026-03-11 01:00", "2026-03-11 00:59": "2026-03-11 01:00", "2026-03-11 01:00": "",
		"2026-03-10 12:10": "2026-03-10 12:30", "2026-03-31 23:00": "2026-04-01 01:00",
		"2026-10-24 23:00": "2026-10-25 01:00", // the night in which a clock is set back
	} {
		in, err := time.ParseInLocation("2006-01-02 15:04", at, paris)
		if err != nil {
			t.Fatal(err)
		}
		end, quiet := q.Until(in)
		if got := end.Format("2006-01-02 15:04"); quiet != (want != "") || quiet && got != want {
			t.Errorf("at %s: until %s, %v; want %q", at, got, quiet, want)
		}
	}
	for _, bad := range []string{"", "22:00", "22:00-22:00", "24:00-01:00", "9:00-10:00"} {
		if _, err := ParseQuiet([]string{bad}, paris); err == nil {
			t.Errorf("%q passes", bad)
		}
	}
}

func TestNothingStartsInQuietHours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, source := newMemory(), &fakeERP{ids: []string{"A"}}
		succeeded(store)
		quiet, err := ParseQuiet([]string{"00:30-03:30"}, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		m := startedWith(t, ManagerConfig{Store: store, Dossiers: []Dossier{{Name: "d", Source: source, Schedule: schedule(t, "0 * * * *"), Quiet: quiet}}})
		time.Sleep(3*time.Hour + 20*time.Minute)
		expectHistory(t, store, "schedule succeeded")
		// Who asks gets a run; that the ERP is down then is no failure.
		source.set(func(f *fakeERP) { f.openErr = down() })
		if _, _, err := m.Trigger("d", "zoe"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if s := status(t, m, "d"); s.Failures != 0 || !s.Planned {
			t.Errorf("status %+v", s)
		}
		source.set(func(f *fakeERP) { f.openErr = nil })
		time.Sleep(15 * time.Minute)
		expectHistory(t, store, "schedule succeeded", "manual failed", "schedule succeeded")
		if s := status(t, m, "d"); s.Planned {
			t.Errorf("status %+v", s)
		}
	})
}

func TestADatabaseTakenOutOfUseIsNoFailure(t *testing.T) {
	starting := &pgconn.PgError{Code: "57P03"}
	if !erp.Planned(starting) || !erp.Classify(starting).Retryable() || erp.Planned(down()) {
		t.Fatal("what is planned is not told apart")
	}
	synctest.Test(t, func(t *testing.T) {
		store, source, ears := newMemory(), &fakeERP{ids: []string{"A"}, openErr: starting}, &heard{}
		m := startedWith(t, ManagerConfig{Store: store, Dossiers: []Dossier{{Name: "d", Source: source}}, Notify: ears.notify})
		time.Sleep(5 * time.Hour)
		if s := status(t, m, "d"); s.Failures != 0 || !s.Planned || s.Down || len(ears.events()) != 0 {
			t.Errorf("status %+v, told %q", s, ears.events())
		}
		if n := len(store.history("d")); n < 10 || n > 40 {
			t.Errorf("%d tries in five hours", n)
		}
	})
}

func TestARunIsCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, source := newMemory(), &fakeERP{ids: []string{"A"}, hold: make(chan struct{})}
		succeeded(store)
		m := startedWith(t, ManagerConfig{Store: store, Dossiers: []Dossier{{Name: "d", Source: source}}})
		run, _, err := m.Trigger("d", "paul")
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if err := m.Cancel("other", "zoe"); !errors.Is(err, ErrNotRunning) {
			t.Errorf("another run: %v", err)
		}
		if err := m.Cancel(run.ID, "zoe"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		stored, err := store.Run(context.Background(), run.ID)
		if err != nil || stored.State != directory.RunCanceled || stored.Error != "cancelled by zoe" || len(store.live()) != 0 {
			t.Errorf("run %+v, %v", stored, err)
		}
		if err := m.Cancel(run.ID, "zoe"); !errors.Is(err, ErrNotRunning) {
			t.Errorf("a run that is over: %v", err)
		}
		if s := status(t, m, "d"); s.Failures != 0 {
			t.Errorf("status %+v", s)
		}
	})
}

func TestARunThatDoesMoreJoinsNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, source := newMemory(), &fakeERP{ids: []string{"A"}, hold: make(chan struct{})}
		succeeded(store)
		m := startedWith(t, ManagerConfig{Store: store, Dossiers: []Dossier{{Name: "d", Source: source}}})
		if _, _, err := m.Trigger("d", "paul"); err != nil {
			t.Fatal(err)
		}
		for _, o := range []Options{{Full: true}, {AllowEmpty: true}, {AcceptDatabase: true}} {
			if _, _, err := m.Request("d", o); !errors.Is(err, ErrBusy) {
				t.Errorf("%+v: %v", o, err)
			}
		}
		close(source.hold)
		synctest.Wait()
		if run, joined, err := m.Request("d", Options{Trigger: TriggerManual, Full: true, AskedBy: "zoe"}); joined || err != nil || run.AskedBy != "zoe" {
			t.Errorf("run %+v, joined %v, %v", run, joined, err)
		}
	})
}

func TestProgressTellsWhatRemains(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var said []Progress
	m := newMeter(directory.Run{ID: "r"}, func() time.Time { return now }, func(p Progress) { said = append(said, p) })
	m.p.CustomersExpected, m.p.ContactsExpected = 10, 30
	m.phase(PhaseCustomers)
	for range 10 {
		m.count(&m.p.CustomersRead)
		now = now.Add(time.Second)
	}
	m.changes(directory.Counts{CustomersCreated: 2, ContactsRemoved: 1})
	m.phase(PhaseContacts)
	last := said[len(said)-1]
	if last.Remaining == nil || *last.Remaining != 30 || last.Rate != 1 || last.Changed != 3 {
		t.Errorf("said %+v", last)
	}
	if said[0].Remaining != nil {
		t.Errorf("before the first record: %+v", said[0])
	}
	if text := strings.Join([]string{string(last.Phase)}, ""); text != "contacts" {
		t.Errorf("phase %s", text)
	}
}
