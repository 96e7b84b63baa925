package outbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/store"
	"github.com/vantelle/vantelle/internal/webhook"
)

// kept is a directory with requests of one customer.
func kept(t *testing.T, ids ...string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), store.Config{Path: filepath.Join(t.TempDir(), "d.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	ctx := t.Context()
	err = errors.Join(
		db.StartRun(ctx, directory.Run{ID: "run", Dossier: "d", Trigger: "manual", State: directory.RunRunning, StartedAt: time.Now()}),
		db.ApplyPlan(ctx, "run", directory.Plan{Dossier: "d", PutCustomers: []directory.Customer{{Dossier: "d", ID: "C", Code: "C", State: directory.CustomerActive, Hash: "h"}}}, time.Now()))
	if err == nil {
		_, err = db.PutAccess(ctx, directory.Access{Dossier: "d", CustomerID: "C", State: directory.AccessGranted, ChangedBy: "x"})
	}
	for _, id := range ids {
		_, _, e := db.AddRequest(ctx, directory.Request{ID: id, Dossier: "d", CustomerID: "C", Kind: "order",
			Body: `{"fields":{"reference":"a \"b\"; c\nd","wished":null,"partial":true},"lines":[{"article":"Ärt,1","quantity":2.5},{"article":"=1+1","quantity":1}]}`}, 100)
		err = errors.Join(err, e)
	}
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func state(t *testing.T, db *store.DB, id string) directory.Request {
	t.Helper()
	r, err := db.Request(t.Context(), "d", id)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAFolderGetsEachRequestOnceAndWhole(t *testing.T) {
	for _, csv := range []bool{false, true} {
		db, dir := kept(t, "R1", "R2"), t.TempDir()
		d := &Delivery{Dossier: "d", By: "folder", Store: db, Carrier: &Folder{Path: dir, CSV: csv}, Log: zerolog.Nop()}
		d.RunOnce(t.Context(), nil)
		names := filesOf(t, dir)
		want := "order-R1.json order-R2.json"
		if csv {
			want = "order-R1.csv order-R1.lines.csv order-R2.csv order-R2.lines.csv"
		}
		if names != want {
			t.Fatalf("the folder holds %s", names)
		}
		if r := state(t, db, "R1"); r.State != directory.RequestTaken || r.TakenBy != "folder" || r.Until != nil || r.Attempts != 1 {
			t.Errorf("it is %+v", r)
		}
		if csv {
			header, lines := read(t, dir, "order-R1.csv"), read(t, dir, "order-R1.lines.csv")
			if !strings.HasPrefix(header, "id,dossier,customer,contact,actor,kind,received_at,reference,wished,partial\r\nR1,d,C,,,order,") || !strings.HasSuffix(header, "Z,\"a \"\"b\"\"; c\r\nd\",,true\r\n") {
				t.Errorf("the header is %q", header)
			}
			if lines != "id,line,article,quantity\r\nR1,1,\"Ärt,1\",2.5\r\nR1,2,'=1+1,1\r\n" {
				t.Errorf("the lines are %q", lines)
			}
		} else {
			var doc map[string]any
			if err := json.Unmarshal([]byte(read(t, dir, "order-R1.json")), &doc); err != nil || doc["customer"] != "C" || doc["lease"] != nil {
				t.Errorf("%v, %v", doc, err)
			}
		}
		// Given back, it is brought again; what is still there is not written over.
		first := strings.Fields(want)[0]
		if err := os.WriteFile(filepath.Join(dir, first), []byte("being read"), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, id := range []string{"R1", "R2"} {
			if _, err := db.SettleRequest(t.Context(), directory.RequestSettling{Dossier: "d", ID: id, To: directory.RequestReceived, By: "x"}); err != nil {
				t.Fatal(err)
			}
		}
		second := strings.Replace(first, "R1", "R2", 1)
		if err := os.Remove(filepath.Join(dir, second)); err != nil {
			t.Fatal(err)
		}
		d.RunOnce(t.Context(), nil)
		if names := filesOf(t, dir); names != want || read(t, dir, first) != "being read" {
			t.Errorf("the folder holds %s, %s", names, read(t, dir, first))
		}
	}
}

func filesOf(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestAFolderThatIsGoneLosesNothing(t *testing.T) {
	db, dir := kept(t, "R1"), filepath.Join(t.TempDir(), "share")
	var log bytes.Buffer
	d := &Delivery{Dossier: "d", By: "folder", Store: db, Carrier: &Folder{Path: dir}, Log: zerolog.New(&log), Waits: []time.Duration{time.Hour, 0}}
	d.RunOnce(t.Context(), nil)
	r := state(t, db, "R1")
	if r.State != directory.RequestReceived || !strings.Contains(r.Note, "cannot be written") || strings.Contains(r.Note, dir) || !strings.Contains(log.String(), "could not be brought") {
		t.Fatalf("it is %+v\n%s", r, log.String())
	}
	d.RunOnce(t.Context(), nil) // it waits
	if r := state(t, db, "R1"); r.Attempts != 1 {
		t.Errorf("it was tried %d times", r.Attempts)
	}
}

func TestAWebhookIsSignedTriedAgainAndHeard(t *testing.T) {
	db := kept(t, "R1", "R2", "R3")
	type call struct{ id, body string }
	var calls []call
	answers := map[string][]struct {
		status int
		body   string
	}{
		"R1": {{503, ""}, {200, `{"state": "done", "number": "BC7"}`}},
		"R2": {{302, ""}, {404, ""}, {200, `{"state": "refused", "reason": "non"}`}},
		"R3": {{200, `{"state": "done"}`}, {200, `{"state": "maybe"}`}, {202, "thanks"}},
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		stamp, _, _ := strings.Cut(strings.TrimPrefix(r.Header.Get(webhook.SignatureHeader), "t="), ",")
		var at int64
		if err := json.Unmarshal([]byte(stamp), &at); err != nil || r.Header.Get(webhook.SignatureHeader) != webhook.Sign("s3cret", time.Unix(at, 0), body) || r.Header.Get("Vantelle-Event") != EventRequest {
			t.Errorf("it is signed %q", r.Header.Get(webhook.SignatureHeader))
		}
		id := r.Header.Get("Idempotency-Key")
		calls = append(calls, call{id, string(body)})
		answer := answers[id][0]
		answers[id] = answers[id][1:]
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(answer.status)
		_, _ = io.WriteString(w, answer.body)
	}))
	defer server.Close()
	d := &Delivery{Dossier: "d", By: "webhook", Store: db, Carrier: &Webhook{Target: webhook.Target{URL: server.URL, Secret: "s3cret"}, Client: server.Client()}, Log: zerolog.Nop(), Waits: []time.Duration{0}}
	d.RunOnce(t.Context(), nil)
	if r := state(t, db, "R1"); r.State != directory.RequestDone || r.Number != "BC7" || r.Attempts != 2 {
		t.Errorf("R1 is %+v", r)
	}
	if r := state(t, db, "R2"); r.State != directory.RequestRefused || r.Reason != "non" || r.Attempts != 3 {
		t.Errorf("R2 is %+v", r)
	}
	if r := state(t, db, "R3"); r.State != directory.RequestTaken || r.Attempts != 3 || r.Until != nil {
		t.Errorf("R3 is %+v", r)
	}
	if len(calls) != 8 {
		t.Errorf("there were %d calls", len(calls))
	}
	var doc Document
	if err := json.Unmarshal([]byte(calls[0].body), &doc); err != nil || doc.ID != calls[0].id || len(doc.Lines) != 2 || doc.Lease == "" {
		t.Errorf("%s: %v", calls[0].body, err)
	}
}

// lost is a store whose first acknowledgement does not arrive.
type lost struct {
	*store.DB
	left int
}

func (l *lost) SettleRequest(ctx context.Context, s directory.RequestSettling) (directory.Request, error) {
	if l.left > 0 {
		l.left--
		return directory.Request{}, errors.New("the cable is out")
	}
	return l.DB.SettleRequest(ctx, s)
}

type counter struct{ ids []string }

func (c *counter) Carry(_ context.Context, d Document) (Word, error) {
	c.ids = append(c.ids, d.ID)
	return Word{}, nil
}

// TestACrashBetweenBringingAndWritingItDownBringsAgain once the lease is over,
// and nothing is lost.
func TestACrashBetweenBringingAndWritingItDownBringsAgain(t *testing.T) {
	db := kept(t, "R1")
	carrier := &counter{}
	d := &Delivery{Dossier: "d", By: "folder", Store: &lost{db, 1}, Carrier: carrier, Log: zerolog.Nop()}
	d.RunOnce(t.Context(), nil)
	if r := state(t, db, "R1"); r.State != directory.RequestTaken || r.Until == nil {
		t.Fatalf("it is %+v", r)
	}
	d.RunOnce(t.Context(), nil) // another one may still have it
	if len(carrier.ids) != 1 {
		t.Errorf("it was brought %v within the lease", carrier.ids)
	}
	// The lease ends: as if it were given back.
	if _, err := db.SettleRequest(t.Context(), directory.RequestSettling{Dossier: "d", ID: "R1", To: directory.RequestReceived, By: "folder"}); err != nil {
		t.Fatal(err)
	}
	d.RunOnce(t.Context(), nil)
	if r := state(t, db, "R1"); len(carrier.ids) != 2 || r.State != directory.RequestTaken || r.Until != nil {
		t.Errorf("brought %v, it is %+v", carrier.ids, r)
	}
}

func TestRunEndsWhenDrained(t *testing.T) {
	db, drain := kept(t), make(chan struct{})
	wake := make(chan struct{}, 1)
	carrier := &counter{}
	d := &Delivery{Dossier: "d", By: "folder", Store: db, Carrier: carrier, Log: zerolog.Nop(), Every: time.Hour, Wake: wake}
	ended := make(chan error)
	go func() { ended <- d.Run(t.Context(), drain) }()
	wake <- struct{}{}
	close(drain)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
