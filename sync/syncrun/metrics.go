package syncrun

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/vantelle/vantelle/internal/directory"
)

// metrics are the numbers of all dossiers' runs.
type metrics struct {
	runs        *prometheus.CounterVec
	changes     *prometheus.CounterVec
	seconds     *prometheus.HistogramVec
	lastSuccess *prometheus.GaugeVec
}

func newMetrics(r prometheus.Registerer) (*metrics, error) {
	m := &metrics{
		runs: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "vantelle_sync_runs_total",
			Help: "Synchronisation runs that ended, by how."}, []string{"dossier", "state"}),
		changes: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "vantelle_sync_changes_total",
			Help: "Records changed by synchronisation, and problems met."}, []string{"dossier", "noun", "kind"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "vantelle_sync_duration_seconds",
			Help: "How long synchronisation runs took.", Buckets: []float64{0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600}}, []string{"dossier"}),
		lastSuccess: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "vantelle_sync_last_success_timestamp_seconds",
			Help: "When the last synchronisation run succeeded."}, []string{"dossier"}),
	}
	if r == nil {
		return m, nil
	}
	return m, errors.Join(register(r, &m.runs), register(r, &m.changes), register(r, &m.seconds), register(r, &m.lastSuccess))
}

// register lets r collect c, or makes c the one that r collects already: a
// manager that follows another in the same process counts on.
func register[C prometheus.Collector](r prometheus.Registerer, c *C) error {
	var before prometheus.AlreadyRegisteredError
	err := r.Register(*c)
	if !errors.As(err, &before) {
		return err
	}
	same, ok := before.ExistingCollector.(C)
	if !ok {
		return err
	}
	*c = same
	return nil
}

// observe counts a run that ended, and what of plan it did.
func (m *metrics) observe(run directory.Run, plan directory.Plan) {
	m.runs.WithLabelValues(run.Dossier, string(run.State)).Inc()
	m.seconds.WithLabelValues(run.Dossier).Observe(run.FinishedAt.Sub(run.StartedAt).Seconds())
	if run.State != directory.RunSucceeded {
		return
	}
	m.lastSuccess.WithLabelValues(run.Dossier).Set(float64(run.FinishedAt.Unix()))
	for _, c := range plan.Changes {
		m.changes.WithLabelValues(run.Dossier, c.Noun, string(c.Kind)).Inc()
	}
}
