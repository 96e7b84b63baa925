package syncrun

import (
	"sync"

	"github.com/vantelle/vantelle/internal/directory"
)

// Event is news of a dossier's run.
type Event struct {
	Progress Progress `json:"progress"`
	// Run is the run as it ended, in its last event; nil before.
	Run *directory.Run `json:"run,omitempty"`
}

// pendingEvents bounds what a watcher who does not listen can miss out on:
// one event of progress, and the ends of so many runs less one.
const pendingEvents = 16

// hub hands a dossier's events to its watchers and waits for none of them.
type hub struct {
	mu       sync.Mutex
	current  *Progress // of the run under way
	watchers map[chan Event]struct{}
	closed   bool
}

func newHub() *hub { return &hub{watchers: map[chan Event]struct{}{}} }

// subscribe gives a channel that begins with the run under way, if one is.
// cancel closes it and may be called more than once.
func (h *hub) subscribe() (<-chan Event, func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	ch := make(chan Event, pendingEvents)
	if h.closed {
		close(ch)
		return ch, func() {}
	}
	if h.current != nil {
		ch <- Event{Progress: *h.current}
	}
	h.watchers[ch] = struct{}{}
	return ch, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if _, there := h.watchers[ch]; there {
			delete(h.watchers, ch)
			close(ch)
		}
	}
}

func (h *hub) progress(p Progress) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.current = &p
	h.send(Event{Progress: p})
}

// finished tells that a run ended, with the progress it had made.
func (h *hub) finished(run directory.Run) {
	h.mu.Lock()
	defer h.mu.Unlock()
	e := Event{Run: &run, Progress: Progress{RunID: run.ID, Dossier: run.Dossier, StartedAt: run.StartedAt}}
	if h.current != nil {
		e.Progress = *h.current
	}
	h.current = nil
	h.send(e)
}

// send puts e into every channel in place of progress that nobody took; ends
// of runs stay. Only the holder of mu sends, so the room made stays free.
func (h *hub) send(e Event) {
	for ch := range h.watchers {
		var keep []Event
		for waiting := true; waiting; {
			select {
			case old := <-ch:
				if old.Run != nil {
					keep = append(keep, old)
				}
			default:
				waiting = false
			}
		}
		keep = append(keep, e)
		for _, k := range keep[max(0, len(keep)-pendingEvents):] {
			ch <- k
		}
	}
}

// now is the progress of the run under way; nil where none is.
func (h *hub) now() *Progress {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.current == nil {
		return nil
	}
	p := *h.current
	return &p
}

// close ends all watching; what is in the channels can still be read.
func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for ch := range h.watchers {
		delete(h.watchers, ch)
		close(ch)
	}
}
