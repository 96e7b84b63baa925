package syncrun

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/sync/erpsource"
)

func TestStopCancelsWhatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		m := started(t, store, Dossier{Name: "d", Source: &fakeERP{ids: []string{"A"}, hold: make(chan struct{})}, Schedule: schedule(t, "@hourly")})
		synctest.Wait()
		events, cancel := m.Subscribe("d")
		defer cancel()
		var stops sync.WaitGroup
		for range 3 {
			stops.Go(func() { stop(t, m) })
		}
		stops.Wait()
		expectHistory(t, store, "start canceled")
		var last Event
		for e := range events { // closed by the stop
			last = e
		}
		if last.Run == nil || last.Run.State != directory.RunCanceled || last.Progress.Phase != PhaseCustomers {
			t.Errorf("last event = %+v", last)
		}
		if _, _, err := m.Trigger("d", ""); !errors.Is(err, ErrStopped) {
			t.Errorf("Trigger after Stop: %v", err)
		}
		late, _ := m.Subscribe("d")
		if _, open := <-late; open {
			t.Error("there is something to watch after Stop")
		}
		if err := m.Start(t.Context()); err == nil {
			t.Error("a stopped manager starts")
		}
	})
}

func TestStopGivesUpWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := &deaf{release: make(chan struct{})}
		m := started(t, newMemory(), Dossier{Name: "d", Source: source})
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := m.Stop(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Stop: %v", err)
		}
		close(source.release)
	})
}

// deaf is a source that does not hear of a cancelled context.
type deaf struct{ release chan struct{} }

func (d *deaf) Open(context.Context) (erpsource.Snapshot, error) {
	<-d.release
	return nil, down()
}

func TestStartEndsWhatWasLeftRunning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory()
		store.runs = append(store.runs, directory.Run{ID: "dead", Dossier: "d", Trigger: TriggerManual, State: directory.RunRunning})
		succeeded(store)
		started(t, store, Dossier{Name: "d", Source: &fakeERP{}})
		expectHistory(t, store, "manual failed", "schedule succeeded")
	})
}

func TestStartAndStopUnderStress(t *testing.T) {
	for range 50 {
		store := newMemory()
		m, err := NewManager(ManagerConfig{Store: store, Dossiers: []Dossier{{Name: "a", Source: &fakeERP{ids: []string{"A"}}}, {Name: "b", Source: &fakeERP{ids: []string{"B"}}}}})
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for _, name := range []string{"a", "b", "a", "b"} {
			all.Go(func() {
				events, cancel := m.Subscribe(name)
				defer cancel()
				for range 5 {
					_, _, _ = m.Trigger(name, "") // may come before the start or after the stop
				}
				for range events { // until the stop
				}
			})
		}
		all.Go(func() {
			if err := m.Start(context.Background()); err == nil {
				stop(t, m)
			}
		})
		all.Wait()
		for _, r := range store.runs {
			if r.State == directory.RunRunning {
				t.Errorf("left running: %+v", r)
			}
		}
	}
}
