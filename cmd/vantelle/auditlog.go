package main

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/vantelle/vantelle/internal/audit"
	"github.com/vantelle/vantelle/internal/telemetry"
)

// countedAudit is the audit as the gate writes it, with its numbers kept.
type countedAudit struct {
	audit.Log
	metrics *telemetry.Metrics
	waiting atomic.Int64 // entries that are not committed yet
}

func newCountedAudit(files *audit.Files, metrics *telemetry.Metrics, reg prometheus.Registerer) *countedAudit {
	reg.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Namespace: "vantelle", Name: "audit_lost_outcomes_total",
		Help: "Audit entries of which it was not kept how they ended, because the disk did not keep up."},
		func() float64 { return float64(files.Lost()) }))
	return &countedAudit{Log: files, metrics: metrics}
}

// Begin implements audit.Log. A caller that goes away is no failure of the audit.
func (c *countedAudit) Begin(ctx context.Context, e audit.Entry) error {
	c.metrics.AuditQueued(int(c.waiting.Add(1)))
	err := c.Log.Begin(ctx, e)
	c.metrics.AuditQueued(int(c.waiting.Add(-1)))
	if err != nil && !errors.Is(err, context.Canceled) {
		c.metrics.AuditFailed()
	}
	return err
}
