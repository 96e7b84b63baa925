package adminapi

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/rs/zerolog"
)

// healthTimeout is how long a readiness check may take.
const healthTimeout = 2 * time.Second

// Health answers the questions of those who watch the service. Its handlers
// need no key, and so they tell no more than states and names of dossiers;
// hints and causes are for administrators and the log.
type Health struct {
	// Store says whether the directory answers.
	Store func(ctx context.Context) error
	// Profiles says whether profiles are in force, and whether the last
	// attempt to load newer ones failed.
	Profiles func() (inForce bool, reloadErr error)
	// ERP gives each dossier's ERP by the dossier's name.
	ERP func() map[string]ERPState
	// Stopping is closed when the service begins to stop.
	Stopping <-chan struct{}
	Log      zerolog.Logger
}

// report is the answer of Ready.
type report struct {
	Status   string            `json:"status"` // "ready", "not ready" or "stopping"
	Store    string            `json:"store,omitempty"`
	Profiles string            `json:"profiles,omitempty"`
	Dossiers map[string]string `json:"dossiers,omitempty"`
}

// Live says that the process answers: always 200.
func (h *Health) Live() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		writeReport(w, http.StatusOK, map[string]string{"status": "alive"})
	})
}

// Ready answers 200 when the service can do its work, else 503. An ERP that is
// down does not make it unready: the other dossiers, and the directory, work.
func (h *Health) Ready() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, rep := h.report(r.Context())
		writeReport(w, status, rep)
	})
}

// ReadyBriefly is Ready without the names and states inside, for the portal's listener.
func (h *Health) ReadyBriefly() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status, rep := h.report(r.Context())
		writeReport(w, status, report{Status: rep.Status})
	})
}

func (h *Health) report(ctx context.Context) (int, report) {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	rep := report{Status: "ready", Store: "ok", Profiles: "ok", Dossiers: map[string]string{}}
	status := http.StatusOK
	unready := func() { rep.Status, status = "not ready", http.StatusServiceUnavailable }

	if err := h.Store(ctx); err != nil {
		h.Log.Error().Err(err).Msg("the directory does not answer")
		rep.Store = "does not answer"
		unready()
	}
	switch inForce, err := h.Profiles(); {
	case !inForce:
		rep.Profiles = "none loaded"
		unready()
	case err != nil:
		rep.Profiles = "reload failed; the previous ones are in force"
	}
	for name, erp := range h.ERP() {
		rep.Dossiers[name] = erp.State
	}
	select {
	case <-h.Stopping:
		rep.Status, status = "stopping", http.StatusServiceUnavailable
	default:
	}
	return status, rep
}

func writeReport(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, "the report cannot be written", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // the asker went away: nobody to tell
}

// metrics serves the metrics in Prometheus' format.
func (a *api) metrics() http.Handler {
	return promhttp.HandlerFor(a.Gatherer, promhttp.HandlerOpts{ErrorLog: promLog{a.Log}, ErrorHandling: promhttp.ContinueOnError})
}

// promLog is promhttp's way of logging.
type promLog struct{ log zerolog.Logger }

// Println logs one failure to gather.
func (p promLog) Println(v ...any) {
	p.log.Error().Interface("failure", v).Msg("metrics cannot be gathered")
}
