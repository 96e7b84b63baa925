// Package telemetry is what Vantelle counts and measures, as Prometheus
// metrics on a Registerer that is passed in.
//
// No label ever holds a customer, an account, a key's secret, a statement or
// any other value of a request: dossiers, fronts, codes, pools and states are
// all there is, so the number of series is bounded by the configuration. A nil
// *Metrics counts nothing, so that nobody needs to ask whether there is one.
//
// Read next: pools.go (the database pools).
package telemetry

import (
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Compile results, for Metrics.Compiled.
const (
	CompileCached   = "cached"   // the plan was there
	CompileDone     = "compiled" // the plan was made
	CompileRefusing = "refused"  // the statement was refused
)

// Metrics counts and measures. Its methods are safe for concurrent use.
type Metrics struct {
	requests       *prometheus.CounterVec
	requestSeconds *prometheus.HistogramVec
	compiled       *prometheus.CounterVec
	erpSeconds     *prometheus.HistogramVec
	rows           *prometheus.CounterVec
	refusals       *prometheus.CounterVec
	auditQueued    prometheus.Gauge
	auditFailures  prometheus.Counter
	profilesOK     prometheus.Gauge
	pools          *poolCollector
}

// New makes the metrics and registers them. An error means that some of them
// are on the Registerer already; then none of these is.
func New(reg prometheus.Registerer) (*Metrics, error) {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "vantelle", Name: name, Help: help}, labels)
	}
	histogram := func(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: "vantelle", Name: name, Help: help, Buckets: buckets}, labels)
	}
	gauge := func(name, help string) prometheus.GaugeOpts {
		return prometheus.GaugeOpts{Namespace: "vantelle", Name: name, Help: help}
	}
	quick := []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}
	m := &Metrics{
		requests:       counter("requests_total", "Requests answered, by front, dossier and code (ok, or the code of the problem).", "front", "dossier", "code"),
		requestSeconds: histogram("request_seconds", "Time from a request to the end of its answer.", quick, "front", "dossier"),
		compiled:       counter("compile_total", "Statements compiled, by result: cached, compiled, refused.", "result"),
		erpSeconds:     histogram("erp_seconds", "Time that statements took on the ERP's database, to the last row.", quick, "dossier"),
		rows:           counter("rows_total", "Rows that left for callers.", "dossier"),
		refusals:       counter("refusals_total", "Requests refused by the gate, by code.", "code"),
		auditQueued:    prometheus.NewGauge(gauge("audit_queued_entries", "Audit entries that wait to be committed.")),
		auditFailures:  prometheus.NewCounter(prometheus.CounterOpts{Namespace: "vantelle", Name: "audit_failures_total", Help: "Audit entries that could not be committed; each refused a request."}),
		profilesOK:     prometheus.NewGauge(gauge("profiles_last_reload_successful", "1 where the last reload of the profiles succeeded, 0 where the old ones are still in force.")),
		pools:          newPoolCollector(),
	}
	all := []prometheus.Collector{m.requests, m.requestSeconds, m.compiled, m.erpSeconds, m.rows, m.refusals,
		m.auditQueued, m.auditFailures, m.profilesOK, m.pools}
	for i, c := range all {
		if err := reg.Register(c); err != nil {
			for _, done := range all[:i] {
				reg.Unregister(done)
			}
			return nil, fmt.Errorf("register metrics: %w", err)
		}
	}
	return m, nil
}

// Request counts a request that was answered. dossier is empty where the
// request named none that is configured: never what the caller wrote. code is
// "ok" or the code of the problem.
func (m *Metrics) Request(front, dossier, code string, took time.Duration) {
	if m == nil {
		return
	}
	m.requests.WithLabelValues(front, dossier, code).Inc()
	m.requestSeconds.WithLabelValues(front, dossier).Observe(took.Seconds())
}

// Compiled counts a statement by one of the Compile results.
func (m *Metrics) Compiled(result string) {
	if m != nil {
		m.compiled.WithLabelValues(result).Inc()
	}
}

// ERPQuery counts a statement that ran on a dossier's ERP, and its rows.
func (m *Metrics) ERPQuery(dossier string, rows int, took time.Duration) {
	if m == nil {
		return
	}
	m.erpSeconds.WithLabelValues(dossier).Observe(took.Seconds())
	m.rows.WithLabelValues(dossier).Add(float64(max(rows, 0)))
}

// Refused counts a request that the gate refused, by the problem's code.
func (m *Metrics) Refused(code string) {
	if m != nil {
		m.refusals.WithLabelValues(code).Inc()
	}
}

// AuditQueued says how many audit entries wait to be committed.
func (m *Metrics) AuditQueued(entries int) {
	if m != nil {
		m.auditQueued.Set(float64(entries))
	}
}

// AuditFailed counts an audit entry that could not be committed.
func (m *Metrics) AuditFailed() {
	if m != nil {
		m.auditFailures.Inc()
	}
}

// ProfilesReloaded says whether the last reload of the profiles succeeded.
func (m *Metrics) ProfilesReloaded(ok bool) {
	if m == nil {
		return
	}
	value := 0.0
	if ok {
		value = 1
	}
	m.profilesOK.Set(value)
}
