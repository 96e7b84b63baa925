package syncrun

import (
	"reflect"
	"strconv"
	"sync"
	"testing"

	"github.com/vantelle/vantelle/internal/directory"
)

func drain(ch <-chan Event) (out []string) {
	for {
		select {
		case e, open := <-ch:
			switch {
			case !open:
				return append(out, "closed")
			case e.Run != nil:
				out = append(out, "end of "+e.Run.ID)
			default:
				out = append(out, e.Progress.RunID+" "+strconv.Itoa(e.Progress.CustomersRead))
			}
		default:
			return out
		}
	}
}

func TestALateListenerGetsTheLatestAndEveryEnd(t *testing.T) {
	h := newHub()
	ch, cancel := h.subscribe()
	for _, run := range []string{"1", "2"} {
		for n := range 100 {
			h.progress(Progress{RunID: run, CustomersRead: n})
		}
		h.finished(directory.Run{ID: run})
	}
	h.progress(Progress{RunID: "3", CustomersRead: 7})
	h.progress(Progress{RunID: "3", CustomersRead: 8})
	if got, want := drain(ch), []string{"end of 1", "end of 2", "3 8"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	second, cancelSecond := h.subscribe()
	if got, want := drain(second), []string{"3 8"}; !reflect.DeepEqual(got, want) {
		t.Errorf("a second watcher gets %q, want %q", got, want)
	}
	cancelSecond()
	cancelSecond()
	h.finished(directory.Run{ID: "3"})
	if got, want := drain(second), []string{"closed"}; !reflect.DeepEqual(got, want) {
		t.Errorf("a watcher who left gets %q", got)
	}
	h.close()
	if got, want := drain(ch), []string{"end of 3", "closed"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	cancel()
}

func TestAListenerWhoNeverListensHoldsNobodyUp(t *testing.T) {
	h := newHub()
	ch, _ := h.subscribe()
	for n := range 10 * pendingEvents {
		h.progress(Progress{RunID: strconv.Itoa(n)})
		h.finished(directory.Run{ID: strconv.Itoa(n)})
	}
	got := drain(ch)
	if len(got) != pendingEvents || got[len(got)-1] != "end of "+strconv.Itoa(10*pendingEvents-1) {
		t.Errorf("got %q", got)
	}
}

func TestTheEndComesThroughToSlowAndFastListeners(t *testing.T) {
	h := newHub()
	var all sync.WaitGroup
	for range 8 {
		ch, cancel := h.subscribe()
		all.Go(func() {
			defer cancel()
			last := -1
			for e := range ch {
				if e.Run != nil {
					return
				}
				if e.Progress.CustomersRead <= last {
					t.Errorf("%d after %d", e.Progress.CustomersRead, last)
				}
				last = e.Progress.CustomersRead
			}
			t.Error("the end never came")
		})
	}
	for n := range 2000 {
		h.progress(Progress{CustomersRead: n})
	}
	h.finished(directory.Run{ID: "1"})
	all.Wait()
}
