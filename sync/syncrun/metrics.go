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
	return m, errors.Join(r.Register(m.runs), r.Register(m.changes), r.Register(m.seconds), r.Register(m.lastSuccess))
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
