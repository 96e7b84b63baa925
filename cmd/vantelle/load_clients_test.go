package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/erpshape"
)

// twoDossiers is a service with a dossier on PostgreSQL, called big, beside the
// usual one, which is called sage. Alpha may enter both. big has a table MASS of
// rows of his.
func twoDossiers(t *testing.T, rows int, limits string) (v *service, count func(query string) int) {
	t.Helper()
	dsn, db, schema := erpshape.Postgres(t)
	if err := erpshape.LoadSage(t.Context(), db, catalog.Postgres, schema); err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), fmt.Sprintf(`CREATE TABLE %q."MASS" AS SELECT n AS id, 'ALPHA'::varchar(17) AS owner, repeat('x', 200)::varchar(200) AS filler FROM generate_series(1, %d) n`, schema, rows)); err != nil {
		t.Fatal(err)
	}
	s := newSite(t)
	s.buildERP()
	text := strings.Replace(fmt.Sprintf(rulesSettings, "{path: vantelle.db}"), "  sage: {", fmt.Sprintf(
		"  big: {erp: sage100, engine: postgres, dsn: %q, schemas: [%s], schedule: \"\"}\n  sage: {", dsn, schema), 1) + limits
	s.write("vantelle.yaml", strings.Replace(text, "dossiers: [sage]}", "dossiers: [sage, big]}", 1))
	v = s.start()
	v.synchronise()
	asked := v.call("POST", v.admin+"/admin/v1/dossiers/big/sync", "", admin())
	v.call("GET", v.admin+asked.header.Get("Location")+"/events", "", admin())
	h := &house{v, t}
	h.put("MASS", "profile: MASS\nerp: sage100\ntables: {MASS: {rows: owner = :customer, columns: {id: {}, filler: {}}}, F_COMPTET: {rows: CT_Num = :customer, columns: {CT_Num: {}}}}\n", "").ok(http.StatusCreated)
	for dossier, profile := range map[string]string{"sage": "", "big": "MASS"} {
		if got := v.call("PUT", v.admin+"/admin/v1/dossiers/"+dossier+"/customers/ALPHA/access", `{"profile": "`+profile+`", "note": "test"}`, admin()); got.status != http.StatusCreated {
			t.Fatalf("%d %s", got.status, got.body)
		}
	}
	return v, func(query string) int {
		t.Helper()
		var n int
		if err := db.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
}

// running counts what the ERP works on for the portal.
const running = `SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query LIKE '%MASS%' AND pid <> pg_backend_pid()`

// raw sends a request for all of MASS by a connection of its own, whose answer
// the caller reads, or does not.
func (v *service) raw(t *testing.T, statement string) net.Conn {
	t.Helper()
	at, err := url.Parse(v.portal)
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", at.Host)
	if err != nil {
		t.Fatal(err)
	}
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetReadBuffer(4 << 10) // so that what is not read soon stops the sender
	}
	body := `{"sql": "` + statement + `"}`
	fmt.Fprintf(c, "POST /v1/dossiers/big/sql HTTP/1.1\r\nHost: portal\r\nAuthorization: Bearer %s\r\nVantelle-Customer: ALPHA\r\nAccept: application/x-ndjson\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		portalKey, len(body), body)
	return c
}

// meanwhile asks the other dossier until done, and gives how long each took.
func (v *service) meanwhile(t *testing.T, done <-chan struct{}) []time.Duration {
	t.Helper()
	var took []time.Duration
	for {
		select {
		case <-done:
			slices.Sort(took)
			return took
		case <-time.After(5 * time.Millisecond):
		}
		begun := time.Now()
		if got := v.call("GET", v.portal+"/v1/dossiers/sage/rows/F_DOCENTETE?select=DO_Piece", "", as("ALPHA")); got.status/100 != 2 {
			t.Fatalf("the other dossier answers %d %s", got.status, got.body)
		}
		took = append(took, time.Since(begun))
	}
}

// TestProduct32_ASlowReaderHoldsNobodyUp: clients that take an answer of 40 MB
// by single bytes are cut off after a while, in little memory; the other dossier
// answers meanwhile, and theirs does afterwards.
func TestProduct32_ASlowReaderHoldsNobodyUp(t *testing.T) {
	v, count := twoDossiers(t, 200_000, "limits: {time: 3s, rows: 1000000, load: {dossier: 64, customer: 0}}\n")
	const clients = 40
	runtime.GC()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	done := make(chan struct{})
	var group sync.WaitGroup
	var mu sync.Mutex
	whole, began := 0, time.Now()
	var open []net.Conn
	for range clients {
		c := v.raw(t, "SELECT id, filler FROM MASS")
		open = append(open, c)
		group.Go(func() {
			defer c.Close()
			read, one := 0, make([]byte, 1)
			for {
				n, err := c.Read(one)
				read += n
				if err != nil {
					break
				}
				time.Sleep(10 * time.Millisecond)
			}
			mu.Lock()
			defer mu.Unlock()
			if read > 30<<20 {
				whole++
			}
		})
	}
	go func() { group.Wait(); close(done) }()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for deadline := time.Now().Add(60 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
			if count(running) == 0 && time.Since(began) > 4*time.Second {
				return
			}
		}
	}()
	took := v.meanwhile(t, ended)
	held := time.Since(began)
	runtime.ReadMemStats(&now)
	grown := (int64(now.HeapInuse) - int64(before.HeapInuse)) >> 20
	if n := count(running); n != 0 {
		t.Errorf("after %s %d statements of slow readers still run", held.Round(time.Second), n)
	}
	if whole > 0 {
		t.Errorf("%d slow readers had all of it: they were not slow", whole)
	}
	if got := v.call("POST", v.portal+"/v1/dossiers/big/sql", `{"sql": "SELECT COUNT(*) AS n FROM MASS"}`, append(as("ALPHA"), "Content-Type", "application/json")); got.status != 200 || !strings.Contains(got.body, "200000") {
		t.Errorf("their dossier answers %d %s", got.status, got.body)
	}
	if grown > 200 {
		t.Errorf("the heap grew by %d MiB", grown)
	}
	t.Logf("figure slow readers: %d clients, the ERP was rid of all after %s; heap grew by %d MiB; the other dossier: %d requests, median %s, the slowest %s",
		clients, held.Round(100*time.Millisecond), grown, len(took), took[len(took)/2], took[len(took)-1])
	for _, c := range open { // what lies in their buffers would last for minutes
		_ = c.Close()
	}
	<-done
}

// TestProduct32_AClientThatGoesAwayLeavesNothingRunning: 100 clients begin a
// statement that takes long, and hang up. The ERP is rid of it soon.
func TestProduct32_AClientThatGoesAwayLeavesNothingRunning(t *testing.T) {
	v, count := twoDossiers(t, 20_000, "limits: {time: 60s, joins: 16, load: {dossier: 16, customer: 0, queue: 200, wait: 30s}}\n")
	// Pairs of rows that no key ties: some hundred million, for minutes.
	const long = "SELECT COUNT(*) AS n FROM MASS a JOIN MASS b ON a.id <> b.id AND a.filler = b.filler"
	var all []net.Conn
	for range 100 {
		all = append(all, v.raw(t, long))
	}
	deadline := time.Now().Add(30 * time.Second)
	for count(running) < 4 {
		if time.Now().After(deadline) {
			t.Fatal("the statement is never seen running")
		}
		time.Sleep(20 * time.Millisecond)
	}
	atOnce := count(running)
	hung := time.Now()
	for _, c := range all {
		_ = c.Close()
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline) && count(running) > 0; time.Sleep(20 * time.Millisecond) {
		}
	}()
	took := v.meanwhile(t, ended)
	if n := count(running); n > 0 {
		t.Fatalf("%d statements run on %s after their clients went away", n, time.Since(hung).Round(time.Second))
	}
	t.Logf("figure clients that went away: %d statements ran, none after %s; the other dossier: %d requests meanwhile", atOnce, time.Since(hung).Round(10*time.Millisecond), len(took))
	c := v.raw(t, "SELECT COUNT(*) AS n FROM MASS")
	defer c.Close()
	_ = c.SetReadDeadline(time.Now().Add(30 * time.Second))
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if body, err := io.ReadAll(res.Body); err != nil || res.StatusCode != 200 || !strings.Contains(string(body), "20000") {
		t.Errorf("afterwards the dossier answers %d %s, %v", res.StatusCode, body, err)
	}
}
