package syncrun

import (
	"context"
	"errors"
	"io/fs"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp"
)

func schedule(t *testing.T, spec string) *Schedule {
	t.Helper()
	s, err := ParseSchedule(spec, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// started makes a manager and starts it; it is stopped when the test ends.
func started(t *testing.T, store *memory, dossiers ...Dossier) *Manager {
	t.Helper()
	m, err := NewManager(ManagerConfig{Store: store, Dossiers: dossiers, Log: zerolog.Nop(), NewID: numbered(), Rand: func() float64 { return 0 }})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, m) })
	return m
}

func stop(t *testing.T, m *Manager) {
	t.Helper()
	if err := m.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}

func status(t *testing.T, m *Manager, name string) Status {
	t.Helper()
	s, err := m.Status(name)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// down is an error as of an ERP that cannot be reached.
func down() error { return &fs.PathError{Op: "open", Path: "erp.db", Err: fs.ErrNotExist} }

func succeeded(store *memory) {
	at := time.Now().Add(-time.Hour)
	store.runs = append(store.runs, directory.Run{ID: "old", Dossier: "d", Trigger: TriggerSchedule, State: directory.RunSucceeded, StartedAt: at, FinishedAt: &at})
}

func expectHistory(t *testing.T, store *memory, want ...string) {
	t.Helper()
	if got := store.history("d"); !reflect.DeepEqual(got, want) {
		t.Errorf("at %s the history is %q, want %q", time.Now().UTC().Format(time.TimeOnly), got, want)
	}
}

// A bubble's clock begins at midnight UTC.

func TestManagerRunsAtTheStartAndOnSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		m := started(t, store, Dossier{Name: "d", Source: &fakeERP{ids: []string{"A"}}, Schedule: schedule(t, "0 */6 * * *")})
		synctest.Wait()
		expectHistory(t, store, "start succeeded")
		s := status(t, m, "d")
		if s.NextAt == nil || s.NextAt.UTC().Hour() != 6 || s.Retrying || s.LastSuccess == nil || s.LastSuccess.ID != "run1" || s.Running != nil {
			t.Errorf("status = %+v", s)
		}
		time.Sleep(12*time.Hour + time.Minute)
		synctest.Wait()
		expectHistory(t, store, "start succeeded", "schedule succeeded", "schedule succeeded")
	})
}

func TestManagerDoesNotRunAtTheStartAfterASuccess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		succeeded(store)
		m := started(t, store, Dossier{Name: "d", Source: &fakeERP{ids: []string{"A"}}, Schedule: schedule(t, "@hourly")})
		synctest.Wait()
		expectHistory(t, store, "schedule succeeded")
		if s := status(t, m, "d"); s.Last == nil || s.Last.ID != "old" || s.LastSuccess == nil || s.LastSuccess.ID != "old" {
			t.Errorf("status = %+v", s)
		}
	})
}

func TestManagerWithoutScheduleWaitsToBeAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		succeeded(store)
		m := started(t, store, Dossier{Name: "d", Source: &fakeERP{ids: []string{"A"}}})
		time.Sleep(1000 * time.Hour)
		if s := status(t, m, "d"); s.NextAt != nil {
			t.Errorf("status = %+v", s)
		}
		if _, joined, err := m.Trigger("d", "paul"); joined || err != nil {
			t.Errorf("joined %v, %v", joined, err)
		}
		synctest.Wait()
		expectHistory(t, store, "schedule succeeded", "manual succeeded")
	})
}

func TestARunAskedForJoinsTheOneUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, erp := newMemory(), &fakeERP{ids: []string{"A"}, hold: make(chan struct{})}
		m := started(t, store, Dossier{Name: "d", Source: erp})
		synctest.Wait() // the run of the start is under way
		var asked sync.WaitGroup
		for range 20 {
			asked.Go(func() {
				run, joined, err := m.Trigger("d", "paul")
				if run.ID != "run1" || !joined || err != nil || run.State != directory.RunRunning {
					t.Errorf("run %+v, joined %v, %v", run, joined, err)
				}
			})
		}
		asked.Wait()
		if s := status(t, m, "d"); s.Running == nil || s.Running.ID != "run1" || s.Progress == nil || s.Progress.Phase != PhaseCustomers {
			t.Errorf("status = %+v", s)
		}
		close(erp.hold)
		synctest.Wait()
		expectHistory(t, store, "start succeeded")
		run, joined, err := m.Trigger("d", "paul")
		if run.ID != "run2" || joined || err != nil || run.AskedBy != "paul" || run.Trigger != TriggerManual {
			t.Errorf("run %+v, joined %v, %v", run, joined, err)
		}
		if stored, err := store.Run(t.Context(), run.ID); err != nil {
			t.Errorf("the run is not in the store: %+v, %v", stored, err)
		}
	})
}

func TestAScheduledRunJoinsTheOneUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, erp := newMemory(), &fakeERP{ids: []string{"A"}, hold: make(chan struct{})}
		succeeded(store)
		m := started(t, store, Dossier{Name: "d", Source: erp, Schedule: schedule(t, "@hourly")})
		if _, _, err := m.Trigger("d", ""); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3*time.Hour + time.Minute)
		expectHistory(t, store, "schedule succeeded", "manual running")
		close(erp.hold)
		time.Sleep(time.Hour)
		expectHistory(t, store, "schedule succeeded", "manual succeeded", "schedule succeeded")
	})
}

func TestTwoDossiersAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, hold := newMemory(), make(chan struct{})
		var erps []*fakeERP
		var dossiers []Dossier
		for _, name := range []string{"a", "b", "c"} {
			erp := &fakeERP{ids: []string{"A"}, hold: hold}
			erps, dossiers = append(erps, erp), append(dossiers, Dossier{Name: name, Source: erp})
		}
		m := started(t, store, dossiers...)
		synctest.Wait()
		opened, waiting := 0, 0
		for i, d := range dossiers {
			opened += erps[i].opened
			if s := status(t, m, d.Name); s.Progress.Phase == PhaseWaiting {
				waiting++
			}
		}
		if opened != 2 || waiting != 1 {
			t.Errorf("%d runs read, %d wait", opened, waiting)
		}
		close(hold)
		synctest.Wait()
		for _, d := range dossiers {
			if got := store.history(d.Name); !reflect.DeepEqual(got, []string{"start succeeded"}) {
				t.Errorf("%s: %q", d.Name, got)
			}
		}
	})
}

func TestAnERPThatIsDownIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, source := newMemory(), &fakeERP{ids: []string{"A"}, openErr: down()}
		if erp.Classify(source.openErr) != erp.Unavailable {
			t.Fatal("the test's error is not one of an ERP that is down")
		}
		m := started(t, store, Dossier{Name: "d", Source: source, Schedule: schedule(t, "0 */6 * * *")})
		// at 0, 30 s, 1½ min, 3½ min, 7½ min, 15½ min, 30½ min and so on
		time.Sleep(31 * time.Minute)
		if got := len(store.history("d")); got != 7 {
			t.Errorf("%d tries in 31 minutes", got)
		}
		s := status(t, m, "d")
		if s.Failures != 7 || !s.Retrying || time.Until(*s.NextAt) > 15*time.Minute || s.Last == nil || !strings.Contains(s.Last.Error, "path of the dossier") {
			t.Errorf("status = %+v", s)
		}
		source.set(func(f *fakeERP) { f.openErr = nil })
		time.Sleep(15 * time.Minute)
		if s = status(t, m, "d"); s.Failures != 0 || s.Retrying || s.NextAt.UTC().Hour() != 6 || s.LastSuccess == nil {
			t.Errorf("status = %+v", s)
		}
		if h := store.history("d"); len(h) != 8 || h[7] != "start succeeded" {
			t.Errorf("history = %q", h)
		}
	})
}

func TestASuccessInBetweenSavesTheRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, source := newMemory(), &fakeERP{ids: []string{"A"}, openErr: down()}
		m := started(t, store, Dossier{Name: "d", Source: source, Schedule: schedule(t, "@hourly")})
		synctest.Wait()
		source.set(func(f *fakeERP) { f.openErr = nil })
		if _, _, err := m.Trigger("d", ""); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour + time.Minute)
		expectHistory(t, store, "start failed", "manual succeeded", "schedule succeeded")
	})
}

func TestWhatTryingAgainCannotMendWaitsForTheSchedule(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, source := newMemory(), &fakeERP{ids: []string{"A"}, fingerprint: directory.Fingerprint{Value: "2"}}
		store.fingerprints["d"] = directory.Fingerprint{Value: "1"}
		m := started(t, store, Dossier{Name: "d", Source: source, Schedule: schedule(t, "@hourly")})
		time.Sleep(59 * time.Minute)
		expectHistory(t, store, "start failed")
		if s := status(t, m, "d"); s.Retrying || s.Failures != 1 || s.NextAt.UTC().Hour() != 1 {
			t.Errorf("status = %+v", s)
		}
		time.Sleep(2 * time.Minute)
		expectHistory(t, store, "start failed", "schedule failed")
	})
}

func TestAStoreThatFailsIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		store.startErr = errors.New("disk full")
		m := started(t, store, Dossier{Name: "d", Source: &fakeERP{ids: []string{"A"}}, Schedule: schedule(t, "@daily")})
		synctest.Wait()
		if _, _, err := m.Trigger("d", ""); !errors.Is(err, store.startErr) {
			t.Errorf("Trigger: %v", err)
		}
		store.mu.Lock()
		store.startErr = nil
		store.mu.Unlock()
		time.Sleep(time.Minute)
		expectHistory(t, store, "start succeeded")
	})
}

func TestManagerBeforeStart(t *testing.T) {
	m, err := NewManager(ManagerConfig{Store: newMemory(), Dossiers: []Dossier{{Name: "d"}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := m.Trigger("d", ""); !errors.Is(err, ErrStopped) {
		t.Errorf("Trigger: %v", err)
	}
	if _, _, err := m.Trigger("x", ""); !errors.Is(err, ErrUnknownDossier) {
		t.Errorf("Trigger: %v", err)
	}
	if _, err := m.Status("x"); !errors.Is(err, ErrUnknownDossier) {
		t.Errorf("Status: %v", err)
	}
	events, cancel := m.Subscribe("x")
	cancel()
	if _, open := <-events; open {
		t.Error("there is something to watch of an unknown dossier")
	}
	stop(t, m)
	if _, err := NewManager(ManagerConfig{Dossiers: []Dossier{{Name: "d"}, {Name: "d"}}}); err == nil {
		t.Error("a dossier given twice passes")
	}
}

func TestMetrics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		registry, source := prometheus.NewRegistry(), &fakeERP{ids: []string{"A"}, problem: true}
		m, err := NewManager(ManagerConfig{Store: newMemory(), Dossiers: []Dossier{{Name: "d", Source: source}}, Registerer: registry})
		if err != nil {
			t.Fatal(err)
		}
		// A manager that follows another counts on; what is not ours is no place to.
		if later, err := NewManager(ManagerConfig{Registerer: registry}); err != nil || later.metrics.runs != m.metrics.runs {
			t.Errorf("a second manager does not count on: %v", err)
		}
		other := prometheus.NewRegistry()
		other.MustRegister(prometheus.NewGauge(prometheus.GaugeOpts{Name: "vantelle_sync_runs_total", Help: "Something else."}))
		if _, err := NewManager(ManagerConfig{Registerer: other}); err == nil {
			t.Error("a name that is taken passes")
		}
		if err := m.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		source.set(func(f *fakeERP) { f.openErr = errors.New("boom") })
		if _, _, err := m.Trigger("d", ""); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		stop(t, m)
		families, err := registry.Gather()
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]float64{}
		for _, f := range families {
			for _, one := range f.GetMetric() {
				var labels []string
				for _, l := range one.GetLabel() {
					labels = append(labels, l.GetValue())
				}
				value := one.GetCounter().GetValue() + one.GetGauge().GetValue() + float64(one.GetHistogram().GetSampleCount())
				got[f.GetName()+"/"+strings.Join(labels, "/")] = value
			}
		}
		want := map[string]float64{
			"vantelle_sync_down/d": 0, "vantelle_sync_failures/d": 1, "vantelle_sync_running/d": 0,
			"vantelle_sync_progress_changed/d": 0, "vantelle_sync_progress_records/d": 0, "vantelle_sync_progress_remaining_seconds/d": 0,
			"vantelle_sync_waiting_for_administrator/d/database": 0, "vantelle_sync_waiting_for_administrator/d/plan": 0,

			"vantelle_sync_runs_total/d/succeeded":          1,
			"vantelle_sync_runs_total/d/failed":             1,
			"vantelle_sync_changes_total/d/create/customer": 1, "vantelle_sync_changes_total/d/create/contact": 1, "vantelle_sync_changes_total/d/problem/customer": 1,
			"vantelle_sync_duration_seconds/d":               2,
			"vantelle_sync_last_success_timestamp_seconds/d": float64(time.Now().Unix()),
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got  %v\nwant %v", got, want)
		}
	})
}
