package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vantelle/vantelle/internal/erpshape"
	"github.com/vantelle/vantelle/internal/webhook"
)

const (
	integratorKey  = "vi_0123456789abcdefghijABCDEFGHIJ"
	integratorKey2 = "vi_abcdefghijABCDEFGHIJ0123456789"
)

const integrating = "integrators: [{name: connector, key: " + integratorKey + ", dossiers: [sage]}, {name: second, key: " + integratorKey2 + ", dossiers: [sage]}]\n"

// handing is taking with integrators, and with a delivery where one is given.
func handing(t *testing.T, delivery string, test func(t *testing.T, h *house)) {
	onDirectoriesWith(t, ordering, func(settings string) string {
		if delivery != "" {
			settings = strings.Replace(settings, `schedule: ""}`, `schedule: "", outbox: `+delivery+"}", 1)
		}
		return settings + integrating
	}, test)
}

// integrator calls the outbox with an integrator's key.
func (h *house) integrator(key, method, path, body string) answer {
	h.t.Helper()
	return h.call(method, h.admin+"/admin/v1/dossiers/sage/outbox"+path, body, []string{"Authorization", "Bearer " + key, "Content-Type", "application/json"})
}

// document is a request as an integrator sees it.
type document struct {
	entry
	Customer, Lease, Note string
	TakenBy               string `json:"taken_by"`
	Attempts              int
}

func (a answer) documents(t *testing.T) []document {
	t.Helper()
	var all struct{ Requests []document }
	if err := json.Unmarshal([]byte(a.body), &all); a.status != 200 || err != nil {
		t.Fatalf("%d %s, %v", a.status, a.body, err)
	}
	return all.Requests
}

// TestProduct25_IntegratorsTakeAcknowledgeAndRefuse over real HTTP, and the
// customer follows.
func TestProduct25_IntegratorsTakeAcknowledgeAndRefuse(t *testing.T) {
	handing(t, "", func(t *testing.T, h *house) {
		first := h.send(erpshape.SageAlpha, anOrder).entry(t)
		second := h.send(erpshape.SageBeta, `{"kind": "quote-request", "fields": {"subject": "Pompe"}}`).entry(t)
		taken := h.integrator(integratorKey, "POST", "/take", `{"limit": 1, "lease_seconds": 600}`).documents(t)
		if len(taken) != 1 || taken[0].ID != first.ID || taken[0].Customer != erpshape.SageAlpha || taken[0].Lease == "" || taken[0].Attempts != 1 || fmt.Sprint(taken[0].Lines) != "[map[article:ART00 quantity:2.5] map[article:ART01 quantity:1]]" {
			t.Fatalf("taken: %+v", taken)
		}
		if e := h.requests("GET", erpshape.SageAlpha, "requests/"+first.ID, "").entry(t); e.State != "taken" {
			t.Errorf("the customer sees %s", e.State)
		}
		// Another integrator gets the other one, and has no word on the first.
		other := h.integrator(integratorKey2, "POST", "/take", "").documents(t)
		if len(other) != 1 || other[0].ID != second.ID {
			t.Fatalf("the other takes %+v", other)
		}
		h.integrator(integratorKey2, "POST", "/"+first.ID+"/done", `{"number": "BC1"}`).want(t, 409, "conflict")
		h.integrator(integratorKey2, "POST", "/"+first.ID+"/done", `{"number": "BC1", "lease": "WRONG"}`).want(t, 409, "conflict")
		if got := h.integrator(integratorKey2, "GET", "/"+first.ID, ""); strings.Contains(got.body, taken[0].Lease) {
			t.Error("the receipt is shown to others")
		}
		done := fmt.Sprintf(`{"number": "BC00042", "lease": %q}`, taken[0].Lease)
		for range 2 { // at least once: a second word of the same is no other
			h.integrator(integratorKey, "POST", "/"+first.ID+"/done", done).want(t, 200, "")
		}
		h.integrator(integratorKey, "POST", "/"+first.ID+"/done", strings.Replace(done, "42", "43", 1)).want(t, 409, "conflict")
		h.integrator(integratorKey, "POST", "/"+first.ID+"/return", "").want(t, 409, "conflict")
		if e := h.requests("GET", erpshape.SageAlpha, "requests/"+first.ID, "").entry(t); e.State != "done" || e.Number == nil || *e.Number != "BC00042" {
			t.Errorf("the customer sees %+v", e)
		}
		// The other one gives it back, with a note that the customer never sees, and refuses it then.
		h.integrator(integratorKey2, "POST", "/"+second.ID+"/return", `{"note": "ERP closed: SRV-SQL01"}`).want(t, 200, "")
		got := h.requests("GET", erpshape.SageBeta, "requests/"+second.ID, "")
		if e := got.entry(t); e.State != "received" || strings.Contains(got.body, "SRV") || strings.Contains(got.body, "second") {
			t.Errorf("the customer sees %s", got.body)
		}
		again := h.integrator(integratorKey, "POST", "/take", `{"kinds": ["quote-request"]}`).documents(t)
		if len(again) != 1 || again[0].Attempts != 2 {
			t.Fatalf("taken again: %+v", again)
		}
		h.integrator(integratorKey, "POST", "/"+second.ID+"/refuse", `{"reason": "Article abandonné"}`).want(t, 200, "")
		if e := h.requests("GET", erpshape.SageBeta, "requests/"+second.ID, "").entry(t); e.State != "refused" || e.Reason == nil || *e.Reason != "Article abandonné" {
			t.Errorf("the customer sees %+v", e)
		}
		for path, body := range map[string]string{"/" + first.ID + "/done": `{}`, "/" + first.ID + "/refuse": `{"reason": " "}`, "/take": `{"limit": 1000}`, "/" + first.ID + "/return": `{"wait_seconds": -1}`, "/x/done": `{"number": "x", "reason": "y"}`} {
			h.integrator(integratorKey, "POST", path, body).want(t, 400, "bad_request")
		}
		h.integrator(integratorKey, "POST", "/none/done", `{"number": "1"}`).want(t, 404, "not_found")
		if list := h.integrator(integratorKey, "GET", "?state=done", "").documents(t); len(list) != 1 || list[0].ID != first.ID {
			t.Errorf("done: %+v", list)
		}
		acts := h.ask("GET", "/acts?noun=request&object=sage/"+first.ID, nil, "").ok(200)
		acts.holds(`"by":"connector (`).holds(`"number":"BC00042"`).holds(`"action":"receive"`).holds(`"action":"take"`)
		if strings.Count(acts.body, `"action":"done"`) != 1 {
			t.Errorf("the history is %s", acts.body)
		}
	})
}

// TestProduct25_AnIntegratorsKeyDoesNothingElse, and others' keys not this.
func TestProduct25_AnIntegratorsKeyDoesNothingElse(t *testing.T) {
	handing(t, "", func(t *testing.T, h *house) {
		key := []string{"Authorization", "Bearer " + integratorKey}
		for _, call := range []string{"GET /dossiers", "GET /dossiers/sage", "POST /dossiers/sage/sync", "GET /dossiers/sage/customers", "PUT /dossiers/sage/customers/ALPHA/access", "GET /profiles", "GET /acts", "GET /audit",
			"PUT /dossiers/sage/files/invoices/1", "POST /dossiers/sage/explain", "GET /dossiers/sage/customers/ALPHA/view/requests", "GET /nothing"} {
			method, path, _ := strings.Cut(call, " ")
			h.call(method, h.admin+"/admin/v1"+path, "", key).want(t, 401, "unauthorized")
		}
		h.call("GET", h.portal+"/v1/dossiers/sage/requests", "", append(key, "Vantelle-Customer", erpshape.SageAlpha)).want(t, 401, "unauthorized")
		h.call("GET", h.admin+"/admin/v1/dossiers/other/outbox", "", key).want(t, 404, "no_such_dossier")
		h.integrator(integratorKey, "GET", "", "").want(t, 200, "")
		h.integrator(adminKey, "GET", "", "").want(t, 200, "")
		h.integrator(portalKey, "GET", "", "").want(t, 401, "unauthorized")
		h.integrator("vi_wrong", "POST", "/take", "").want(t, 401, "unauthorized")
	})
}

// TestProduct25_TwoIntegratorsAtOnceNeverGetTheSame over HTTP, within a lease.
func TestProduct25_TwoIntegratorsAtOnceNeverGetTheSame(t *testing.T) {
	handing(t, "", func(t *testing.T, h *house) {
		const many = 20
		for i := range many {
			h.send(erpshape.SageAlpha, fmt.Sprintf(`{"kind": "message", "fields": {"text": "%d"}}`, i)).want(t, 201, "")
		}
		var mu sync.Mutex
		seen := map[string]int{}
		var wg sync.WaitGroup
		for _, key := range []string{integratorKey, integratorKey2, integratorKey, integratorKey2} {
			wg.Go(func() {
				for {
					taken := h.integrator(key, "POST", "/take", `{"limit": 3}`).documents(t)
					if len(taken) == 0 {
						return
					}
					mu.Lock()
					for _, d := range taken {
						seen[d.ID]++
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		for id, n := range seen {
			if n != 1 {
				t.Errorf("%s was taken %d times", id, n)
			}
		}
		if len(seen) != many {
			t.Errorf("%d of %d were taken", len(seen), many)
		}
		metrics := h.call("GET", h.admin+"/metrics", "", nil)
		if !strings.Contains(metrics.body, `vantelle_outbox_requests{dossier="sage",state="taken"} 20`) {
			t.Error("the metrics do not tell")
		}
	})
}

// TestProduct25_WhatATakerNeverAcknowledgedComesAgain: a taker that dies between
// taking and acknowledging loses nothing, nor does a service that stops.
func TestProduct25_WhatATakerNeverAcknowledgedComesAgain(t *testing.T) {
	handing(t, "", func(t *testing.T, h *house) {
		id := h.send(erpshape.SageAlpha, anOrder).entry(t).ID
		taken := h.integrator(integratorKey, "POST", "/take", `{"lease_seconds": 1}`).documents(t)
		if err := h.stop(); err != nil {
			t.Fatal(err)
		}
		h = &house{h.site.start(), t}
		deadline := time.Now().Add(20 * time.Second)
		var again []document
		for len(again) == 0 && time.Now().Before(deadline) {
			again = h.integrator(integratorKey2, "POST", "/take", `{"lease_seconds": 600}`).documents(t)
		}
		if len(again) != 1 || again[0].ID != id || again[0].Attempts != 2 || again[0].Lease == taken[0].Lease {
			t.Fatalf("it came as %+v", again)
		}
		// The first one is too late: the second has it.
		h.integrator(integratorKey, "POST", "/"+id+"/done", fmt.Sprintf(`{"number": "A", "lease": %q}`, taken[0].Lease)).want(t, 409, "conflict")
		h.integrator(integratorKey2, "POST", "/"+id+"/done", fmt.Sprintf(`{"number": "B", "lease": %q}`, again[0].Lease)).want(t, 200, "")
	})
}

// TestProduct25_TheCommandLineWorksTheOutbox, beside a service.
func TestProduct25_TheCommandLineWorksTheOutbox(t *testing.T) {
	handing(t, "", func(t *testing.T, h *house) {
		first, second := h.send(erpshape.SageAlpha, anOrder).entry(t).ID, h.send(erpshape.SageBeta, anOrder).entry(t).ID
		run := func(code int, args ...string) string {
			t.Helper()
			args = append(args[:2:2], append([]string{"--config", h.path("vantelle.yaml")}, args[2:]...)...)
			out, errs, got := h.command(args...)
			if got != code {
				t.Fatalf("%v: exit code %d\n%s%s", args, got, out, errs)
			}
			return out + errs
		}
		if out := run(0, "outbox", "list", "sage"); strings.Count(out, "\n") != 2 || !strings.Contains(out, first) || !strings.Contains(out, "received") {
			t.Errorf("list: %s", out)
		}
		out := run(0, "outbox", "take", "sage")
		var doc document
		if err := json.Unmarshal([]byte(out), &doc); err != nil || doc.ID != first || doc.Lease == "" {
			t.Errorf("take: %s, %v", out, err)
		}
		if out := run(0, "outbox", "show", "sage", first); !strings.Contains(out, `"article": "ART00"`) || strings.Contains(out, doc.Lease) {
			t.Errorf("show: %s", out)
		}
		if out := run(0, "outbox", "done", "--number", "BC1", "sage", first); !strings.Contains(out, "done, BC1") {
			t.Errorf("done: %s", out)
		}
		for _, wrong := range [][]string{{"done", "--number", " "}, {"done", "--number", strings.Repeat("1", 101)}, {"refuse", "--reason", ""}, {"refuse", "--reason", strings.Repeat("n", 1001)},
			{"return", "--note", "a\abell"}, {"return", "--wait", "25h"}, {"return", "--wait=-1s"}} {
			if out := run(1, append(append([]string{"outbox"}, wrong...), "sage", second)...); !strings.Contains(out, strings.SplitN(wrong[1], "=", 2)[0]+": ") {
				t.Errorf("%q: %s", wrong, out)
			}
		}
		run(1, "outbox", "refuse", "--reason", "no", "sage", first)
		run(0, "outbox", "refuse", "--reason", "no", "sage", second)
		if out := run(0, "outbox", "list", "--state", "refused", "sage"); !strings.Contains(out, second) || strings.Contains(out, first) {
			t.Errorf("list: %s", out)
		}
		if out := run(1, "outbox", "show", "sage", "none"); !strings.Contains(out, "no request none") {
			t.Errorf("show: %s", out)
		}
		if e := h.requests("GET", erpshape.SageBeta, "requests/"+second, "").entry(t); e.State != "refused" {
			t.Errorf("the customer sees %+v", e)
		}
	})
}

// settled waits until a customer's request has a state.
func (h *house) settled(customer, id, state string) entry {
	h.t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for {
		e := h.requests("GET", customer, "requests/"+id, "").entry(h.t)
		if e.State == state || time.Now().After(deadline) {
			if e.State != state {
				h.t.Fatalf("it is %+v, and should be %s", e, state)
			}
			return e
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// TestProduct25_RequestsAreBroughtIntoAFolder, in both forms, and those of other
// kinds wait.
func TestProduct25_RequestsAreBroughtIntoAFolder(t *testing.T) {
	for _, format := range []string{"json", "csv"} {
		handing(t, "{path: exchange, format: "+format+", kinds: [order]}", func(t *testing.T, h *house) {
			if err := os.MkdirAll(h.path("exchange"), 0o750); err != nil {
				t.Fatal(err)
			}
			message := h.send(erpshape.SageAlpha, `{"kind": "message", "fields": {"text": "Bonjour"}}`).entry(t).ID
			id := h.send(erpshape.SageAlpha, anOrder).entry(t).ID
			h.settled(erpshape.SageAlpha, id, "taken")
			text, err := os.ReadFile(h.path("exchange/order-" + id + "." + format))
			for deadline := time.Now().Add(20 * time.Second); os.IsNotExist(err) && time.Now().Before(deadline); {
				time.Sleep(10 * time.Millisecond) // it is taken first, and then written
				text, err = os.ReadFile(h.path("exchange/order-" + id + "." + format))
			}
			if err != nil || !strings.Contains(string(text), "PO 1") {
				t.Fatalf("%s, %v", text, err)
			}
			if format == "csv" {
				lines, err := os.ReadFile(h.path("exchange/order-" + id + ".lines.csv"))
				if want := "id,line,article,quantity\r\n" + id + ",1,ART00,2.5\r\n" + id + ",2,ART01,1\r\n"; err != nil || string(lines) != want {
					t.Errorf("%s, %v", lines, err)
				}
			}
			// Who reads the folder gives word over the API, whoever he is.
			// One who is quicker than the note that the file was written is asked to wait.
			done := h.integrator(integratorKey, "POST", "/"+id+"/done", `{"number": "BC9"}`)
			for deadline := time.Now().Add(20 * time.Second); done.status == 409 && time.Now().Before(deadline); {
				time.Sleep(20 * time.Millisecond)
				done = h.integrator(integratorKey, "POST", "/"+id+"/done", `{"number": "BC9"}`)
			}
			done.want(t, 200, "")
			if e := h.settled(erpshape.SageAlpha, id, "done"); *e.Number != "BC9" {
				t.Errorf("it is %+v", e)
			}
			h.settled(erpshape.SageAlpha, message, "received")
		})
	}
}

// TestProduct25_RequestsAreSentToAnAddress signed, again until they are taken,
// and the answer is heard.
func TestProduct25_RequestsAreSentToAnAddress(t *testing.T) {
	const secret = "0123456789abcdefghijABCDEFGHIJ"
	var mu sync.Mutex
	seen := map[string]int{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		stamp, _, _ := strings.Cut(strings.TrimPrefix(r.Header.Get(webhook.SignatureHeader), "t="), ",")
		at, err := strconv.ParseInt(stamp, 10, 64)
		if err != nil || r.Header.Get(webhook.SignatureHeader) != webhook.Sign(secret, time.Unix(at, 0), body) || !strings.Contains(string(body), "ART00") {
			t.Errorf("%s is signed %s", body, r.Header.Get(webhook.SignatureHeader))
		}
		mu.Lock()
		defer mu.Unlock()
		id := r.Header.Get("Idempotency-Key")
		if seen[id]++; seen[id] == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = io.WriteString(w, "SRV-SQL01 is down")
			return
		}
		_, _ = io.WriteString(w, `{"state": "done", "number": "BC-`+id[len(id)-4:]+`"}`)
	}))
	defer server.Close()
	handing(t, fmt.Sprintf("{url: %q, secret: %s}", server.URL, secret), func(t *testing.T, h *house) {
		id := h.send(erpshape.SageAlpha, anOrder).entry(t).ID
		if e := h.settled(erpshape.SageAlpha, id, "done"); *e.Number != "BC-"+id[len(id)-4:] {
			t.Errorf("it is %+v", e)
		}
		mu.Lock()
		defer mu.Unlock()
		if seen[id] != 2 {
			t.Errorf("it was sent %d times", seen[id])
		}
		if strings.Contains(h.log.String(), secret) {
			t.Error("the secret is in the log")
		}
	})
}
