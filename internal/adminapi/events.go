package adminapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/sync/syncrun"
)

// eventWriteTimeout is how long one event may take to leave: it replaces the
// server's limit on a whole answer, which a stream would outlive.
const eventWriteTimeout = 10 * time.Second

// followRun streams a run as server-sent events (WHATWG HTML, section 9.2):
// "progress" while it runs, then one "done" with the run as stored, and the
// stream ends. Of a run that is over only "done" is sent. A stream that ends
// without "done" was cut short by the service's stop; the client may reconnect.
func (a *api) followRun(w http.ResponseWriter, r *http.Request, who identity.Admin) error {
	if err := readQuery(r).err; err != nil {
		return err
	}
	run, err := a.runFor(r, who)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // proxies must hand events on as they come
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodHead {
		return nil
	}
	s := &eventStream{w: w, rc: http.NewResponseController(w)}
	if err := a.stream(r, s, run); err != nil {
		// The answer has begun: all that is left is to end it.
		a.Log.Debug().Err(err).Str("run", run.ID).Msg("event stream ended early")
	}
	return nil
}

// watchAgain is how long a stream waits before it subscribes anew, or asks a
// directory again that did not answer.
const watchAgain = 250 * time.Millisecond

func (a *api) stream(r *http.Request, s *eventStream, run directory.Run) error {
	for {
		if ended, err := a.watch(r, s, run); ended || err != nil {
			return err
		}
		// Whom it watched has stopped, but not the service: the lead goes to
		// another node, where the run is told of from now on.
		select {
		case <-time.After(watchAgain):
		case <-r.Context().Done():
			return r.Context().Err()
		case <-a.Stopping:
			return nil
		}
	}
}

// watch hands on what one subscription tells; ended says that the stream is
// over, and not only the subscription.
func (a *api) watch(r *http.Request, s *eventStream, run directory.Run) (ended bool, err error) {
	// The subscription comes before the first look at the store: a run that
	// ends between the two is found over there, never missed by both.
	events, cancel := a.Syncs.Subscribe(run.Dossier)
	defer cancel()
	heartbeat := time.NewTicker(a.Heartbeat)
	defer heartbeat.Stop()
	for {
		latest, err := a.Directory.Run(r.Context(), run.ID)
		switch {
		case errors.Is(err, directory.ErrNotFound), err != nil && r.Context().Err() != nil:
			return true, err
		case err != nil: // the directory's server may be back in a moment
			a.Log.Warn().Err(err).Str("run", run.ID).Msg("a run cannot be looked up for who follows it; it is tried again")
			return false, s.comment("the directory does not answer")
		case latest.State != directory.RunRunning:
			return true, s.send("done", latest)
		}
		next, err := a.pass(r, s, run.ID, events, heartbeat.C)
		if err != nil || next != lookAgain {
			return next == streamOver, err
		}
	}
}

// after is what follows the events that were handed on.
type after int

const (
	lookAgain after = iota // at the run in the store
	resubscribe
	streamOver
)

// pass hands events on until something else is to be done.
func (a *api) pass(r *http.Request, s *eventStream, runID string, events <-chan syncrun.Event, heartbeat <-chan time.Time) (after, error) {
	for {
		select {
		case e, open := <-events:
			switch {
			case !open:
				return resubscribe, nil
			case e.Progress.RunID != runID:
			case e.Run != nil:
				return lookAgain, nil
			default:
				if err := s.send("progress", e.Progress); err != nil {
					return streamOver, err
				}
			}
		case <-heartbeat:
			// A run of another process is only seen to end in the store.
			return lookAgain, s.comment("alive")
		case <-r.Context().Done():
			return streamOver, r.Context().Err()
		case <-a.Stopping:
			return streamOver, nil
		}
	}
}

// eventStream writes server-sent events and flushes each.
type eventStream struct {
	w  http.ResponseWriter
	rc *http.ResponseController
}

func (s *eventStream) send(event string, data any) error {
	body, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("write event %s: %w", event, err)
	}
	return s.write(fmt.Sprintf("event: %s\ndata: %s\n\n", event, body))
}

func (s *eventStream) comment(text string) error { return s.write(": " + text + "\n\n") }

func (s *eventStream) write(text string) error {
	// A writer without deadlines (a test's recorder) has none to set.
	_ = s.rc.SetWriteDeadline(time.Now().Add(eventWriteTimeout))
	if _, err := s.w.Write([]byte(text)); err != nil {
		return err
	}
	return s.rc.Flush()
}
