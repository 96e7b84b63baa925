package telemetry

import (
	"database/sql"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
)

// Pool is what is asked of a database pool at each scrape; *sql.DB is one.
type Pool interface {
	Stats() sql.DBStats
}

// AddPool watches a dossier's pool, such as "portal" or "sync", from now on. A
// pool that is added again under the same names replaces the one before; a nil
// pool ends the watching.
func (m *Metrics) AddPool(dossier, pool string, p Pool) {
	if m == nil {
		return
	}
	m.pools.mu.Lock()
	defer m.pools.mu.Unlock()
	key := poolKey{dossier, pool}
	if p == nil {
		delete(m.pools.pools, key)
		return
	}
	m.pools.pools[key] = p
}

type poolKey struct{ dossier, pool string }

// poolCollector reads the pools when Prometheus asks.
type poolCollector struct {
	inUse, idle, limit, waits, waited *prometheus.Desc

	mu    sync.Mutex
	pools map[poolKey]Pool
}

func newPoolCollector() *poolCollector {
	desc := func(name, help string) *prometheus.Desc {
		return prometheus.NewDesc("vantelle_erp_pool_"+name, help, []string{"dossier", "pool"}, nil)
	}
	return &poolCollector{
		inUse:  desc("in_use_connections", "Connections to the ERP that are at work."),
		idle:   desc("idle_connections", "Connections to the ERP that are open and idle."),
		limit:  desc("max_connections", "Connections to the ERP that may be open; 0 is no limit."),
		waits:  desc("waits_total", "Times that a connection had to be waited for."),
		waited: desc("wait_seconds_total", "Time spent waiting for a connection."),
		pools:  map[poolKey]Pool{},
	}
}

// Describe implements prometheus.Collector.
func (c *poolCollector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.inUse, c.idle, c.limit, c.waits, c.waited} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (c *poolCollector) Collect(ch chan<- prometheus.Metric) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, pool := range c.pools {
		stats := pool.Stats()
		send := func(d *prometheus.Desc, kind prometheus.ValueType, value float64) {
			ch <- prometheus.MustNewConstMetric(d, kind, value, key.dossier, key.pool)
		}
		send(c.inUse, prometheus.GaugeValue, float64(stats.InUse))
		send(c.idle, prometheus.GaugeValue, float64(stats.Idle))
		send(c.limit, prometheus.GaugeValue, float64(stats.MaxOpenConnections))
		send(c.waits, prometheus.CounterValue, float64(stats.WaitCount))
		send(c.waited, prometheus.CounterValue, stats.WaitDuration.Seconds())
	}
}
