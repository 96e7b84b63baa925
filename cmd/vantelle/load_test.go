package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/erpshape"
)

// wire passes bytes on to a server until it is frozen; then nothing passes, and
// nothing ends.
type wire struct {
	net.Listener
	frozen atomic.Bool
	mu     sync.Mutex
	open   []net.Conn
}

func newWire(t *testing.T, to string) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{Listener: l}
	keep := func(c net.Conn) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.open = append(w.open, c)
	}
	t.Cleanup(func() {
		_ = l.Close()
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, c := range w.open {
			_ = c.Close()
		}
	})
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			keep(near)
			if w.frozen.Load() {
				continue // it is open, and nobody answers
			}
			far, err := net.Dial("tcp", to)
			if err != nil {
				_ = near.Close()
				continue
			}
			keep(far)
			go w.pass(near, far)
			go w.pass(far, near)
		}
	}()
	return w
}

func (w *wire) pass(from, to net.Conn) {
	piece := make([]byte, 32<<10)
	for {
		n, err := from.Read(piece)
		if w.frozen.Load() {
			return
		}
		if n > 0 {
			if _, err := to.Write(piece[:n]); err != nil {
				return
			}
		}
		if err != nil {
			_ = to.Close()
			return
		}
	}
}

// TestProduct32_ADossierThatIsDownHurtsNoOther: 2,000 requests at once to a
// dossier whose ERP has stopped answering are all refused, soon and in little
// memory, and the other dossier answers every request meanwhile.
func TestProduct32_ADossierThatIsDownHurtsNoOther(t *testing.T) {
	dsn, db, schema := erpshape.Postgres(t)
	if err := erpshape.LoadSage(t.Context(), db, catalog.Postgres, schema); err != nil {
		t.Fatal(err)
	}
	address, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	w := newWire(t, address.Host)
	address.Host = w.Addr().String()
	s := newSite(t)
	s.buildERP()
	text := strings.Replace(fmt.Sprintf(rulesSettings, "{path: vantelle.db}"), "  sage: {", fmt.Sprintf(
		"  down: {erp: sage100, engine: postgres, dsn: %q, schemas: [%s], schedule: \"\", timeouts: {connect: 1s, statement: 1s}}\n  sage: {", address, schema), 1) +
		"limits: {time: 2s, load: {dossier: 32, customer: 0, queue: 64, wait: 1s}}\n"
	s.write("vantelle.yaml", strings.Replace(text, "dossiers: [sage]}", "dossiers: [sage, down]}", 1))
	v := s.start()
	v.synchronise()
	asked := v.call("POST", v.admin+"/admin/v1/dossiers/down/sync", "", admin())
	v.call("GET", v.admin+asked.header.Get("Location")+"/events", "", admin())
	for _, dossier := range []string{"sage", "down"} {
		if got := v.call("PUT", v.admin+"/admin/v1/dossiers/"+dossier+"/customers/ALPHA/access", `{"profile": "", "note": "test"}`, admin()); got.status != http.StatusCreated {
			t.Fatalf("%d %s", got.status, got.body)
		}
		if got := v.call("GET", v.portal+"/v1/dossiers/"+dossier+"/rows/F_DOCENTETE?limit=1", "", as("ALPHA")); got.status/100 != 2 {
			t.Fatalf("%s, before anything happened: %d %s", dossier, got.status, got.body)
		}
	}
	w.frozen.Store(true)

	const clients = 2000
	transport := &http.Transport{MaxConnsPerHost: 0, MaxIdleConnsPerHost: -1}
	crowd := &http.Client{Transport: transport, Timeout: 2 * time.Minute}
	ask := func(client *http.Client, dossier string) (status int, body string, h http.Header) {
		req, err := http.NewRequestWithContext(t.Context(), "GET", v.portal+"/v1/dossiers/"+dossier+"/rows/F_DOCENTETE?select=DO_Piece", nil)
		if err != nil {
			return 0, err.Error(), nil
		}
		req.Header.Set("Authorization", "Bearer "+portalKey)
		req.Header.Set("Vantelle-Customer", "ALPHA")
		res, err := client.Do(req)
		if err != nil {
			return 0, err.Error(), nil
		}
		defer res.Body.Close()
		b, _ := io.ReadAll(res.Body)
		return res.StatusCode, string(b), res.Header
	}
	other := &http.Client{Transport: &http.Transport{}} // keeps its connection, as a portal does
	if status, body, _ := ask(other, "sage"); status/100 != 2 {
		t.Fatalf("%d %s", status, body)
	}
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	var peak atomic.Uint64
	codes := map[string]int{}
	var mu sync.Mutex
	var group sync.WaitGroup
	for range clients {
		group.Go(func() {
			status, body, h := ask(crowd, "down")
			code := fmt.Sprint(status)
			mu.Lock()
			defer mu.Unlock()
			codes[code]++
			if status != 503 && status != 504 || !strings.Contains(body, `"request_id"`) || status == 503 && h.Get("Retry-After") == "" {
				t.Errorf("the dossier that is down answers %d %s %v", status, body, h)
			}
		})
	}
	finished := make(chan struct{})
	go func() { group.Wait(); close(finished) }()
	var took []time.Duration
	for over := false; !over || len(took) < 50; {
		select {
		case <-finished:
			over = true
		default:
		}
		begun := time.Now()
		if status, body, _ := ask(other, "sage"); status/100 != 2 {
			t.Fatalf("the other dossier answers %d %s", status, body)
		}
		took = append(took, time.Since(begun))
		runtime.ReadMemStats(&now)
		peak.Store(max(peak.Load(), now.HeapInuse))
		time.Sleep(5 * time.Millisecond)
	}
	slices.Sort(took)
	grown := int64(peak.Load()) - int64(before.HeapInuse)
	t.Logf("figure down: %d clients, answers %v; heap grew by %d MiB at most, clients and service together", clients, codes, grown>>20)
	t.Logf("figure other dossier: %d requests, all answered; median %s, 90%% within %s, the slowest %s", len(took), took[len(took)/2], took[len(took)*9/10], took[len(took)-1])
	if most := int64(400 << 20); grown > most {
		t.Errorf("the heap grew by %d MiB", grown>>20)
	}
}

// TestProduct32_RatesAreRefusedWithATime over real HTTP.
func TestProduct32_RatesAreRefusedWithATime(t *testing.T) {
	s := newSite(t)
	s.buildERP()
	s.write("vantelle.yaml", fmt.Sprintf(rulesSettings, "{path: vantelle.db}")+"limits: {load: {customer_rate: 1}}\n")
	v := s.start()
	v.synchronise()
	v.grant("ALPHA", "BETA")
	ask := func(customer string) answer {
		return v.call("GET", v.portal+"/v1/dossiers/sage/catalog", "", as(customer))
	}
	var refused answer
	for range 50 {
		if refused = ask("ALPHA"); refused.status != 200 {
			break
		}
	}
	refused.want(t, 429, "too_many_requests")
	if refused.header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After %q", refused.header.Get("Retry-After"))
	}
	ask("BETA").want(t, 200, "")
}
