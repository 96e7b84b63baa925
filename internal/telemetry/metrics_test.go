package telemetry

import (
	"database/sql"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

type fixedPool sql.DBStats

func (p fixedPool) Stats() sql.DBStats { return sql.DBStats(p) }

func everything(m *Metrics) {
	m.Request("portal", "main", "ok", 20*time.Millisecond)
	m.Request("portal", "", "unauthorized", time.Millisecond)
	m.Compiled(CompileCached)
	m.Compiled(CompileDone)
	m.Compiled(CompileRefusing)
	m.ERPQuery("main", 12, 3*time.Millisecond)
	m.ERPQuery("main", -1, 3*time.Millisecond)
	m.Refused("unknown_name")
	m.AuditQueued(7)
	m.AuditFailed()
	m.ProfilesReloaded(true)
	m.AddPool("main", "gone", fixedPool{})
	m.AddPool("main", "gone", nil)
	m.AddPool("main", "portal", fixedPool{InUse: 9})
	m.AddPool("main", "portal", fixedPool{InUse: 1, Idle: 2, MaxOpenConnections: 10, WaitCount: 4, WaitDuration: 1500 * time.Millisecond})
}

func TestMetricsAsPrometheusReadsThem(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	m, err := New(reg)
	if err != nil {
		t.Fatal(err)
	}
	everything(m)
	want := `
vantelle_audit_failures_total 1
vantelle_audit_queued_entries 7
vantelle_compile_total{result="cached"} 1
vantelle_compile_total{result="compiled"} 1
vantelle_compile_total{result="refused"} 1
vantelle_erp_pool_idle_connections{dossier="main",pool="portal"} 2
vantelle_erp_pool_in_use_connections{dossier="main",pool="portal"} 1
vantelle_erp_pool_max_connections{dossier="main",pool="portal"} 10
vantelle_erp_pool_wait_seconds_total{dossier="main",pool="portal"} 1.5
vantelle_erp_pool_waits_total{dossier="main",pool="portal"} 4
vantelle_profiles_last_reload_successful 1
vantelle_refusals_total{code="unknown_name"} 1
vantelle_requests_total{code="ok",dossier="main",front="portal"} 1
vantelle_requests_total{code="unauthorized",dossier="",front="portal"} 1
vantelle_rows_total{dossier="main"} 12
vantelle_erp_seconds_count{dossier="main"} 2
vantelle_request_seconds_count{dossier="main",front="portal"} 1
`
	got := expose(t, reg)
	for line := range strings.Lines(strings.TrimSpace(want)) {
		if line = strings.TrimSpace(line); !strings.Contains(got, "\n"+line+"\n") {
			t.Errorf("missing: %s", line)
		}
	}
	if strings.Contains(got, `"gone"`) {
		t.Error("a pool that is no longer watched is still there")
	}
}

// expose gives what a scrape reads, from a registry that checks the metrics.
func expose(t *testing.T, reg *prometheus.Registry) string {
	t.Helper()
	w := httptest.NewRecorder()
	promhttp.HandlerFor(reg, promhttp.HandlerOpts{}).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		t.Fatalf("%d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

func TestNilMetricsCountNothing(t *testing.T) {
	var m *Metrics
	everything(m) // must not panic
}

func TestNewLeavesNothingBehindWhenItFails(t *testing.T) {
	reg := prometheus.NewRegistry()
	taken := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "vantelle_refusals_total", Help: "Requests refused by the gate, by code."}, []string{"code"})
	if err := reg.Register(taken); err != nil {
		t.Fatal(err)
	}
	if m, err := New(reg); err == nil || m != nil {
		t.Fatalf("got %v, %v", m, err)
	}
	if !reg.Unregister(taken) {
		t.Fatal("the other one's metric is gone")
	}
	if _, err := New(reg); err != nil {
		t.Errorf("something was left behind: %v", err)
	}
}

func TestLabelsCarryNoDataOfCustomers(t *testing.T) {
	allowed := map[string]bool{"front": true, "dossier": true, "code": true, "result": true, "state": true, "pool": true, "le": true}
	reg := prometheus.NewRegistry()
	m, err := New(reg)
	if err != nil {
		t.Fatal(err)
	}
	everything(m)
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	if len(families) < 12 {
		t.Fatalf("only %d metrics", len(families))
	}
	for _, f := range families {
		for _, metric := range f.GetMetric() {
			for _, label := range metric.GetLabel() {
				if !allowed[label.GetName()] {
					t.Errorf("%s has the label %s", f.GetName(), label.GetName())
				}
			}
		}
	}
}
