package adminapi

import (
	"bufio"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/sync/syncrun"
)

func TestAManualRunIsStartedOrJoined(t *testing.T) {
	h := newHouse(t)
	first := h.ask(keyAll, "POST", "/admin/v1/dossiers/bijou/sync", "").want(t, 202, "")
	if first.at("joined") != false || first.at("run", "id") != "run-live" || first.at("run", "asked_by") != "Camille" {
		t.Errorf("the first answered %s", first.text)
	}
	location := first.header.Get("Location")
	if location != "/admin/v1/runs/run-live" {
		t.Errorf("Location is %q", location)
	}
	second := h.ask(keyAll, "POST", "/admin/v1/dossiers/bijou/sync", "{}").want(t, 202, "")
	if second.at("joined") != true || second.header.Get("Location") != location {
		t.Errorf("the second answered %s", second.text)
	}
	h.syncs.advance(func(p *syncrun.Progress) { p.Phase, p.CustomersRead = syncrun.PhaseContacts, 12 })
	run := h.ask(keyAll, "GET", location, "").want(t, 200, "")
	if run.at("state") != "running" || run.at("progress", "customers_read") != 12.0 {
		t.Errorf("while it runs: %s", run.text)
	}
	at := noon()
	h.syncs.finish(t, directory.Run{ID: "run-live", State: directory.RunFailed, FinishedAt: &at, Error: "the ERP went away"})
	over := h.ask(keyAll, "GET", location, "").want(t, 200, "")
	if over.at("state") != "failed" || over.at("progress") != nil || over.at("error") != "the ERP went away" {
		t.Errorf("once over: %s", over.text)
	}
	h.ask(keyAll, "POST", "/admin/v1/dossiers/bijou/sync", `{"force": true}`).want(t, 400, "bad_request")
	h.syncs.err = errors.New("the schedule stopped at /srv/private")
	if failed := h.ask(keyAll, "POST", "/admin/v1/dossiers/bijou/sync", "").want(t, 500, "internal"); strings.Contains(failed.text, "private") {
		t.Errorf("the failure tells %s", failed.text)
	}
	h.syncs.err = fmt.Errorf("synchronise bijou: %w", syncrun.ErrStopped)
	h.ask(keyAll, "POST", "/admin/v1/dossiers/bijou/sync", "").want(t, 409, "conflict")
}

func TestADryRunIsToldWhole(t *testing.T) {
	h := newHouse(t)
	got := h.ask(keyAll, "POST", "/admin/v1/dossiers/bijou/sync", `{"dry_run": true, "full": true}`, "Content-Type", "application/json")
	want := `{"dry_run":true,"stopped":"this run would take away 1 of 2 customers","counts":{`
	if got.status != http.StatusOK || !strings.HasPrefix(got.text, want) || !strings.HasSuffix(got.text, `"changes":[{"seq":1,"noun":"customer","record":"CARAT","kind":"remove"}]}`+"\n") {
		t.Errorf("answered %d %s", got.status, got.text)
	}
	if !h.syncs.asked.DryRun || !h.syncs.asked.Full || h.syncs.live != nil {
		t.Errorf("asked %+v", h.syncs.asked)
	}
}

func TestRunsAndChangesAreListed(t *testing.T) {
	h := newHouse(t)
	h.imports("run-1", customer("A", "A", "A"), customer("B", "B", "B"), customer("C", "C", "C"))
	runs := h.ask(keyAll, "GET", "/admin/v1/dossiers/bijou/runs", "").want(t, 200, "")
	if runs.at("runs", 0, "id") != "run-1" || runs.at("runs", 0, "customers_created") != 3.0 || runs.at("runs", 1) != nil {
		t.Errorf("the runs are %s", runs.text)
	}
	page := h.ask(keyAll, "GET", "/admin/v1/runs/run-1/changes?limit=2", "").want(t, 200, "")
	if page.at("changes", 1, "record") != "B" || page.at("next") != 2.0 {
		t.Errorf("the first page is %s", page.text)
	}
	page = h.ask(keyAll, "GET", "/admin/v1/runs/run-1/changes?limit=2&after=2", "").want(t, 200, "")
	if page.at("changes", 0, "record") != "C" || page.at("changes", 1) != nil || page.at("next") != nil {
		t.Errorf("the last page is %s", page.text)
	}
	h.ask(keyAll, "GET", "/admin/v1/runs/run-1/changes?after=x", "").want(t, 400, "bad_request")
	h.ask(keyAll, "GET", "/admin/v1/runs/run-9", "").want(t, 404, "not_found")
}

// follow opens the event stream of a run.
func (h *house) follow(run string) (*bufio.Scanner, *http.Response) {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), "GET", h.url+"/admin/v1/runs/"+run+"/events", nil)
	h.must(err)
	req.Header.Set("Authorization", "Bearer "+keyAll)
	res, err := http.DefaultClient.Do(req)
	h.must(err)
	h.t.Cleanup(func() { res.Body.Close() })
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/event-stream" || res.Header.Get("Cache-Control") != "no-store" {
		h.t.Fatalf("the stream answered %d %v", res.StatusCode, res.Header)
	}
	return bufio.NewScanner(res.Body), res
}

// until reads lines until one has the prefix; it gives that line, or "" at the end.
func until(lines *bufio.Scanner, prefix string) string {
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), prefix) {
			return lines.Text()
		}
	}
	return ""
}

func TestARunIsFollowedToItsEnd(t *testing.T) {
	h := newHouse(t)
	h.ask(keyAll, "POST", "/admin/v1/dossiers/bijou/sync", "").want(t, 202, "")
	lines, _ := h.follow("run-live")
	if got := until(lines, "data:"); !strings.HasPrefix(got, `data: {"run_id":"run-live","dossier":"bijou","phase":"customers",`) {
		t.Fatalf("the first event is %q", got)
	}
	if got := until(lines, ":"); got != ": alive" {
		t.Fatalf("a silent stream says %q", got)
	}
	h.syncs.tell(syncrun.Event{Progress: syncrun.Progress{RunID: "run-of-before"}})
	h.syncs.advance(func(p *syncrun.Progress) { p.CustomersRead = 500 })
	if got := until(lines, "data:"); !strings.Contains(got, `"customers_read":500`) {
		t.Fatalf("the second event is %q", got)
	}
	at := noon()
	h.syncs.finish(t, directory.Run{ID: "run-live", State: directory.RunCanceled, FinishedAt: &at})
	if got := until(lines, "event: done"); got == "" {
		t.Fatal("the stream ended without its last event")
	}
	if got := until(lines, "data:"); !strings.Contains(got, `"state":"canceled"`) {
		t.Fatalf("the last event is %q", got)
	}
	if until(lines, "event:") != "" {
		t.Error("something follows the last event")
	}
}

// TestAStreamOutlivesTheLead: the synchronisation that a stream watches stops on
// this node and goes on elsewhere; who follows the run learns its end all the same.
func TestAStreamOutlivesTheLead(t *testing.T) {
	h := newHouse(t)
	h.ask(keyAll, "POST", "/admin/v1/dossiers/bijou/sync", "").want(t, 202, "")
	lines, _ := h.follow("run-live")
	until(lines, "data:")
	h.syncs.stop()
	if got := until(lines, "data:"); !strings.Contains(got, `"run_id":"run-live"`) {
		t.Fatalf("after its synchronisation stopped the stream says %q", got)
	}
	at := noon()
	h.syncs.finish(t, directory.Run{ID: "run-live", State: directory.RunFailed, FinishedAt: &at})
	if until(lines, "event: done") == "" {
		t.Error("the stream ended without its last event")
	}
}

func TestARunThatIsOverIsToldAtOnce(t *testing.T) {
	h := newHouse(t)
	h.imports("run-1", customer("A", "A", "A"))
	lines, _ := h.follow("run-1")
	var all []string
	for lines.Scan() {
		all = append(all, lines.Text())
	}
	if len(all) != 3 || all[0] != "event: done" || !strings.Contains(all[1], `"state":"succeeded"`) {
		t.Errorf("the stream holds %q", all)
	}
}

func TestStreamsEndWhenTheServiceStops(t *testing.T) {
	h := newHouse(t)
	h.ask(keyAll, "POST", "/admin/v1/dossiers/bijou/sync", "").want(t, 202, "")
	lines, _ := h.follow("run-live")
	until(lines, "data:")
	close(h.stopping)
	if until(lines, "event: done") != "" {
		t.Error("a stream that was cut short says that the run is done")
	}
}
