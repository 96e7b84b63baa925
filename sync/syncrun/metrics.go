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
	failures    *prometheus.GaugeVec
	down        *prometheus.GaugeVec
	running     *prometheus.GaugeVec
	read        *prometheus.GaugeVec
	changed     *prometheus.GaugeVec
	remaining   *prometheus.GaugeVec
	waiting     *prometheus.GaugeVec
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
		failures: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "vantelle_sync_failures",
			Help: "Synchronisation runs that failed one after another up to now; what is planned does not count."}, []string{"dossier"}),
		down: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "vantelle_sync_down",
			Help: "1 while the ERP could not be reached again and again, so that it is asked seldom."}, []string{"dossier"}),
		running: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "vantelle_sync_running",
			Help: "1 while a synchronisation run is under way."}, []string{"dossier"}),
		read: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "vantelle_sync_progress_records",
			Help: "Records that the run under way has read, or the last one read."}, []string{"dossier"}),
		changed: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "vantelle_sync_progress_changed",
			Help: "Records that the run under way has found changed, or the last one found."}, []string{"dossier"}),
		remaining: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "vantelle_sync_progress_remaining_seconds",
			Help: "How long the run under way will still read, at its rate; 0 where that is not known."}, []string{"dossier"}),
		waiting: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "vantelle_sync_waiting_for_administrator",
			Help: "1 while the last run waits for an administrator: plan (stopped by the guard), database (the dossier is closed)."}, []string{"dossier", "what"}),
	}
	if r == nil {
		return m, nil
	}
	return m, errors.Join(register(r, &m.runs), register(r, &m.changes), register(r, &m.seconds), register(r, &m.lastSuccess),
		register(r, &m.failures), register(r, &m.down), register(r, &m.running), register(r, &m.read), register(r, &m.changed), register(r, &m.remaining), register(r, &m.waiting))
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
func (m *metrics) observe(run directory.Run, plan directory.Plan, s Status) {
	set := func(g *prometheus.GaugeVec, on bool, labels ...string) {
		value := 0.0
		if on {
			value = 1
		}
		g.WithLabelValues(append([]string{run.Dossier}, labels...)...).Set(value)
	}
	m.failures.WithLabelValues(run.Dossier).Set(float64(s.Failures))
	set(m.down, s.Down)
	set(m.running, false)
	m.remaining.WithLabelValues(run.Dossier).Set(0)
	if run.State != directory.RunCanceled {
		set(m.waiting, s.Waits == WaitsPlan, WaitsPlan)
		set(m.waiting, s.Waits == WaitsDatabase, WaitsDatabase)
	}
	m.runs.WithLabelValues(run.Dossier, string(run.State)).Inc()
	m.seconds.WithLabelValues(run.Dossier).Observe(run.FinishedAt.Sub(run.StartedAt).Seconds())
	if run.State != directory.RunSucceeded {
		return
	}
	m.lastSuccess.WithLabelValues(run.Dossier).Set(float64(run.FinishedAt.Unix()))
	for c, n := range plan.Tally {
		m.changes.WithLabelValues(run.Dossier, c.Noun, string(c.Kind)).Add(float64(n))
	}
}

// progress tells how far the run under way is.
func (m *metrics) progress(p Progress) {
	m.running.WithLabelValues(p.Dossier).Set(1)
	m.read.WithLabelValues(p.Dossier).Set(float64(p.CustomersRead + p.ContactsRead))
	m.changed.WithLabelValues(p.Dossier).Set(float64(p.Changed))
	if p.Remaining != nil {
		m.remaining.WithLabelValues(p.Dossier).Set(*p.Remaining)
	}
}
