package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erpshape"
	"github.com/vantelle/vantelle/sync/syncrun"
)

// house lets the rules' tests talk to a node.
func (p *process) house() *house { return &house{p.service, p.t} }

// TestChangeOfProfileHoldsOnEveryNodeFromTheNextRequestOn saves versions of a
// profile through either node in turn; the other, which has served the version
// before and so has plans and views of it, serves the new one at once.
func TestChangeOfProfileHoldsOnEveryNodeFromTheNextRequestOn(t *testing.T) {
	c := newCluster(t)
	leader, other := c.pair()
	one, two := leader.house(), other.house()
	one.put("MINE", mine, "").ok(http.StatusCreated)
	one.ask("PUT", "/dossiers/sage/customers/"+erpshape.SageAlpha+"/access", map[string]any{"profile": "MINE"}, "").ok(http.StatusCreated)
	const statement = "SELECT DO_Piece, DO_Tiers FROM F_DOCENTETE ORDER BY DO_Piece"
	whole := two.sql(erpshape.SageAlpha, statement).column(t)
	if len(whole) == 0 {
		t.Fatal("Alpha sees nothing")
	}
	hidden := changed(t, "DO_Tiers: {}", "DO_Tiers: {hidden: true}")
	fewer := changed(t, "rows: DO_Tiers = :customer AND DO_Domaine = 0", "rows: DO_Tiers = :customer AND DO_Domaine = 0 AND DO_Type = 7")
	for round := range 4 {
		saving, asked := one, two
		if round%2 == 1 {
			saving, asked = two, one
		}
		version := saving.puts("MINE", hidden).ok(http.StatusOK).json["profile"].(map[string]any)["version"]
		asked.sql(erpshape.SageAlpha, statement).want(t, http.StatusBadRequest, "unknown_name")
		saving.puts("MINE", fewer).ok(http.StatusOK)
		if got := asked.sql(erpshape.SageAlpha, statement).column(t); len(got) == 0 || len(got) >= len(whole) {
			t.Fatalf("round %d: with a narrower filter the other node shows %v, and showed %v", round, got, whole)
		}
		saving.ask("POST", "/profiles/MINE/undo", map[string]any{"version": version}, saving.etag("MINE")).ok(http.StatusOK)
		asked.sql(erpshape.SageAlpha, statement).want(t, http.StatusBadRequest, "unknown_name")
		saving.puts("MINE", mine).ok(http.StatusOK)
		if got := asked.sql(erpshape.SageAlpha, statement).column(t); fmt.Sprint(got) != fmt.Sprint(whole) {
			t.Fatalf("round %d: with the first filter again the other node shows %v, and showed %v", round, got, whole)
		}
	}
}

func TestSuspensionHoldsOnEveryNodeFromTheNextRequestOn(t *testing.T) {
	c := newCluster(t)
	leader, other := c.pair()
	const statement = "SELECT DO_Piece FROM F_DOCENTETE"
	address := "/dossiers/sage/customers/" + erpshape.SageAlpha + "/access"
	etag := leader.house().ask("PUT", address, map[string]any{"profile": ""}, "").ok(http.StatusCreated).header.Get("ETag")
	for round := range 10 {
		ruling, asked := leader.house(), other
		if round%2 == 1 {
			ruling, asked = other.house(), leader
		}
		if rows := asked.sql(erpshape.SageAlpha, statement).column(t); len(rows) == 0 {
			t.Fatalf("round %d: open, and no row", round)
		}
		etag = ruling.ask("POST", address+"/suspend", nil, etag).ok(http.StatusOK).header.Get("ETag")
		asked.sql(erpshape.SageAlpha, statement).want(t, http.StatusForbidden, "no_access")
		asked.call("GET", asked.portal+"/v1/dossiers/sage/rows/F_DOCENTETE", "", as(erpshape.SageAlpha)).want(t, http.StatusForbidden, "no_access")
		etag = ruling.ask("POST", address+"/resume", nil, etag).ok(http.StatusOK).header.Get("ETag")
	}
}

// follow opens the events of a run on a node.
func (p *process) follow(run string) *bufio.Scanner {
	p.t.Helper()
	res := p.open("GET", p.admin+"/admin/v1/runs/"+run+"/events", "", admin())
	p.t.Cleanup(func() { _ = res.Body.Close() })
	if res.StatusCode != http.StatusOK {
		p.t.Fatalf("the events answered %d", res.StatusCode)
	}
	return bufio.NewScanner(res.Body)
}

// next gives the next event of a stream; its end is an event without a name.
func next(t *testing.T, lines *bufio.Scanner) (event, data string) {
	t.Helper()
	for lines.Scan() {
		if name, is := strings.CutPrefix(lines.Text(), "event: "); is {
			event = name
		} else if text, is := strings.CutPrefix(lines.Text(), "data: "); is {
			return event, text
		}
	}
	return "", ""
}

// progressOf waits for the progress of a run in its events.
func progressOf(t *testing.T, lines *bufio.Scanner, run string, phase syncrun.Phase) {
	t.Helper()
	for {
		event, data := next(t, lines)
		var p syncrun.Progress
		if event != "progress" || json.Unmarshal([]byte(data), &p) != nil || p.RunID != run {
			t.Fatalf("instead of its progress the run has event %q %s", event, data)
		}
		if p.Phase == phase {
			return
		}
	}
}

// doneOf reads the events of a run to their end, and gives how it ended.
func doneOf(t *testing.T, lines *bufio.Scanner) directory.Run {
	t.Helper()
	for {
		event, data := next(t, lines)
		switch event {
		case "progress":
			continue
		case "done":
			var run directory.Run
			if err := json.Unmarshal([]byte(data), &run); err != nil {
				t.Fatal(err)
			}
			if event, data := next(t, lines); event != "" {
				t.Errorf("after its end comes %s %s", event, data)
			}
			return run
		}
		t.Fatal("the events ended, and the run did not")
	}
}

// TestEventsReachTheirEndOnTheNodeThatDoesNotLead follows a run on the other node:
// one that goes well, and one whose leader is killed.
func TestEventsReachTheirEndOnTheNodeThatDoesNotLead(t *testing.T) {
	c := newCluster(t)
	leader, other := c.pair()
	run, release := c.midRun(leader)
	events := other.follow(run)
	progressOf(t, events, run, syncrun.PhaseConnecting)
	release()
	if got := doneOf(t, events); got.ID != run || got.State != directory.RunSucceeded || got.CustomersRead == 0 {
		t.Errorf("it ended as %+v", got)
	}
	// Of one that is over only the end is told.
	if got := doneOf(t, other.follow(run)); got.ID != run || got.State != directory.RunSucceeded {
		t.Errorf("once over it is told as %+v", got)
	}

	run, _ = c.midRun(leader)
	events = other.follow(run)
	progressOf(t, events, run, syncrun.PhaseConnecting)
	killed := time.Now()
	leader.kill()
	if got := doneOf(t, events); got.ID != run || got.State != directory.RunFailed || got.Error == "" {
		t.Errorf("with its leader killed it ended as %+v", got)
	}
	t.Logf("the end was told %s after the leader was killed, the lease is %s", time.Since(killed).Round(time.Millisecond), lease)
	if !other.leads() {
		t.Error("its end was told before another led")
	}
}

// standing is what a node says of the dossier.
type standing struct {
	Syncing bool          `json:"syncing"`
	Waits   string        `json:"waits"`
	LastRun directory.Run `json:"last_run"`
}

func (p *process) standing() (s standing) {
	p.t.Helper()
	got := p.house().ask("GET", "/dossiers/sage", nil, "").ok(http.StatusOK)
	if err := json.Unmarshal([]byte(got.body), &s); err != nil {
		p.t.Fatal(err)
	}
	return s
}

// TestOtherNodeTellsAndApproves asks everything of the node that does not lead: how
// far a run is, what is waited for, and that a stopped plan be done.
func TestOtherNodeTellsAndApproves(t *testing.T) {
	c := newCluster(t)
	leader, other := c.pair()
	run, release := c.midRun(leader)
	c.wait("the other node tells how far the run is", func() bool {
		var told struct{ Progress *syncrun.Progress }
		got := other.house().ask("GET", "/runs/"+run, nil, "").ok(http.StatusOK)
		if err := json.Unmarshal([]byte(got.body), &told); err != nil {
			t.Fatal(err)
		}
		return told.Progress != nil && told.Progress.RunID == run && told.Progress.Phase == syncrun.PhaseConnecting && other.standing().Syncing
	})
	release()
	c.wait("the other node tells that it is over", func() bool {
		s := other.standing()
		return !s.Syncing && s.LastRun.ID == run && s.LastRun.State == directory.RunSucceeded && s.Waits == ""
	})

	// All but Alpha become suppliers: the guard stops that, and both nodes wait.
	if _, err := c.erp.ExecContext(t.Context(), `UPDATE "F_COMPTET" SET "CT_Type" = 1 WHERE "CT_Type" = 0 AND "CT_Num" <> $1`, erpshape.SageAlpha); err != nil {
		t.Fatal(err)
	}
	stop := func() directory.Run {
		t.Helper()
		stopped := other.synchronise()
		if stopped.State != directory.RunFailed || stopped.Quarantine != directory.QuarantineWaiting {
			t.Fatalf("the run ended as %+v", stopped)
		}
		for _, p := range []*process{other, leader} {
			c.wait(p.name+" waits for a word on the plan", func() bool { return p.standing().Waits == syncrun.WaitsPlan })
		}
		if c.name(erpshape.SageBeta) == "" {
			t.Fatal("the stopped plan was done")
		}
		return stopped
	}
	stopped := stop()
	approved := other.house().ask("POST", "/runs/"+stopped.ID+"/approve", map[string]any{"note": "meant"}, "").ok(http.StatusAccepted)
	var answer struct {
		Approved, Run directory.Run
	}
	if err := json.Unmarshal([]byte(approved.body), &answer); err != nil || answer.Approved.ID != stopped.ID || answer.Run.ID == "" {
		t.Fatalf("approving answered %s (%v)", approved.body, err)
	}
	if got := doneOf(t, other.follow(answer.Run.ID)); got.State != directory.RunSucceeded || got.CustomersRemoved < 6 || got.AskedBy == "" {
		t.Errorf("the approved run ended as %+v", got)
	}
	if beta, err := c.store.Customer(t.Context(), "sage", erpshape.SageBeta); err != nil || beta.RemovedAt == nil {
		t.Errorf("after the approval Beta is %+v (%v)", beta, err)
	}
	for _, p := range []*process{other, leader} {
		c.wait(p.name+" waits for nothing", func() bool { return p.standing().Waits == "" })
		if p.leads() != (p == leader) {
			t.Errorf("%s leads: %v", p.name, p.leads())
		}
	}
	other.house().ask("POST", "/runs/"+stopped.ID+"/approve", nil, "").ok(http.StatusConflict)
	c.oneAfterAnother()
}
