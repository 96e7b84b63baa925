package outbox

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/vantelle/vantelle/internal/directory"
)

// collector tells how many requests are open, when it is asked.
type collector struct {
	store        directory.RequestStore
	now          func() time.Time
	open, oldest *prometheus.Desc
}

// NewCollector gives the metrics of the outbox: the open requests by dossier and
// state, and how long the oldest that waits has waited. A directory that does
// not answer in time gives none.
func NewCollector(store directory.RequestStore, now func() time.Time) prometheus.Collector {
	return &collector{store, now,
		prometheus.NewDesc("vantelle_outbox_requests", "Requests of customers that are not done and not refused, by dossier and state: received, taken.", []string{"dossier", "state"}, nil),
		prometheus.NewDesc("vantelle_outbox_oldest_seconds", "How long the oldest request that nobody has taken has waited, by dossier.", []string{"dossier"}, nil)}
}

// Describe implements prometheus.Collector.
func (c *collector) Describe(out chan<- *prometheus.Desc) {
	out <- c.open
	out <- c.oldest
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	counts, err := c.store.CountRequests(ctx)
	if err != nil {
		return
	}
	for _, n := range counts {
		out <- prometheus.MustNewConstMetric(c.open, prometheus.GaugeValue, float64(n.Count), n.Dossier, string(n.State))
		if n.State == directory.RequestReceived {
			out <- prometheus.MustNewConstMetric(c.oldest, prometheus.GaugeValue, max(c.now().Sub(n.Oldest).Seconds(), 0), n.Dossier)
		}
	}
}
