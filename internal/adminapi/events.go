package adminapi

import (
	"encoding/json"
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

func (a *api) stream(r *http.Request, s *eventStream, run directory.Run) error {
	// The subscription comes before the first look at the store: a run that
	// ends between the two is found over there, never missed by both.
	events, cancel := a.Syncs.Subscribe(run.Dossier)
	defer cancel()
	heartbeat := time.NewTicker(a.Heartbeat)
	defer heartbeat.Stop()
	for {
		latest, err := a.Directory.Run(r.Context(), run.ID)
		if err != nil {
			return err
		}
		if latest.State != directory.RunRunning {
			return s.send("done", latest)
		}
		ended, err := a.pass(r, s, run.ID, events, heartbeat.C)
		if err != nil || ended {
			return err
		}
	}
}

// pass hands events on until it is time to look at the run again; ended tells
// that the stream is over.
func (a *api) pass(r *http.Request, s *eventStream, runID string, events <-chan syncrun.Event, heartbeat <-chan time.Time) (ended bool, err error) {
	for {
		select {
		case e, open := <-events:
			switch {
			case !open: // the synchronisation has stopped, and the service is about to
				return true, nil
			case e.Progress.RunID != runID:
			case e.Run != nil:
				return false, nil
			default:
				if err := s.send("progress", e.Progress); err != nil {
					return true, err
				}
			}
		case <-heartbeat:
			// A run of another process is only seen to end in the store.
			return false, s.comment("alive")
		case <-r.Context().Done():
			return true, r.Context().Err()
		case <-a.Stopping:
			return true, nil
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
