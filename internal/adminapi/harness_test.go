package adminapi

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/access"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/filestore"
	"github.com/vantelle/vantelle/internal/httpjson"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/internal/store"
	"github.com/vantelle/vantelle/profiles"
	"github.com/vantelle/vantelle/sync/syncrun"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The administrators of the tests.
const (
	keyAll   = "va_everything"
	keyBijou = "va_bijou-only"
	keyOther = "va_other-only"
)

func noon() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

// house is the API over a true directory, with the rooms that talk to an ERP
// played by the test.
type house struct {
	t        *testing.T
	store    *store.DB
	syncs    *fakeSyncs
	book     fakeProfiles
	gate     *fakeGate
	audit    *fakeAudit
	health   *Health
	storeErr error // what health is told
	stopping chan struct{}
	erp      map[string]ERPState
	shop     shop
	url      string
}

func newHouse(t *testing.T) *house {
	t.Helper()
	db, err := store.Open(t.Context(), store.Config{Path: filepath.Join(t.TempDir(), "directory.db"), Now: noon})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, store: db, gate: &fakeGate{}, audit: &fakeAudit{}, stopping: make(chan struct{}),
		syncs: &fakeSyncs{store: db},
		book:  fakeProfiles{},
		erp:   map[string]ERPState{"bijou": {State: "up"}, "other": {State: "down", Hint: "Start the server."}}}
	h.health = &Health{Store: func(context.Context) error { return h.storeErr },
		Profiles: func() (bool, error) { return true, nil },
		ERP:      func() map[string]ERPState { return h.erp },
		Stopping: h.stopping}
	h.must(db.SeedKeys(t.Context(), directory.KeyAdmin, []directory.Key{
		{ID: "k-all", Kind: directory.KeyAdmin, Name: "Camille", Hash: identity.HashKey(keyAll), Seeded: true, CreatedAt: noon()},
		{ID: "k-bijou", Kind: directory.KeyAdmin, Name: "Sacha", Hash: identity.HashKey(keyBijou), Seeded: true, Dossiers: []string{"bijou"}, CreatedAt: noon()},
		{ID: "k-other", Kind: directory.KeyAdmin, Name: "Noa", Hash: identity.HashKey(keyOther), Seeded: true, Dossiers: []string{"other"}, CreatedAt: noon()},
	}))
	h.rules(db)
	api := New(Config{
		Rules: h.shop.rules, Trial: h.shop.trial, ViewAs: h.shop.portal,
		Admins: &identity.Resolver{Store: db},

		Integrators: &identity.Resolver{Store: db}, Outbox: db, Lease: 5 * time.Minute,

		Directory: db,
		Accesses: &access.Service{Store: db, Now: noon, CheckProfile: func(_ context.Context, _, profile string) error {
			if profile != "" && profile != "B2B" {
				return io.ErrUnexpectedEOF
			}
			return nil
		}},
		Syncs:    h.syncs,
		Dossiers: []Dossier{{Name: "bijou", Title: "Bijou SA", ERP: "sage100", Engine: "sqlite", DefaultProfile: "B2B"}, {Name: "other", ERP: "odoo", Engine: "postgres"}},
		ERP:      func(d string) ERPState { return h.erp[d] },
		Profiles: h.book,
		Audit:    h.audit,
		Files: &Files{Pushed: filestore.Pushed{Dir: t.TempDir()}, MaxSize: 1 << 20, Resource: func(_ context.Context, _, name string) (string, error) {
			return map[string]string{"invoices": "invoices", "factures": "invoices", "articles": "articles"}[name], nil
		}, SameForAll: func(_ context.Context, _, resource string) (bool, error) { return resource == "articles", nil }},
		Explainer: h.gate,
		Health:    h.health,
		Gatherer:  prometheus.NewRegistry(),
		Log:       zerolog.Nop(),
		Stopping:  h.stopping,
		Heartbeat: 20 * time.Millisecond,
	})
	server := httptest.NewServer(httpjson.Middleware{Front: "admin"}.Wrap(api))
	h.url = server.URL
	t.Cleanup(func() {
		server.Close()
		http.DefaultClient.CloseIdleConnections()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

func (h *house) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// imports puts customers of one dossier into the directory by a run, which it returns.
func (h *house) imports(runID string, customers ...directory.Customer) directory.Run {
	h.t.Helper()
	ctx := h.t.Context()
	dossier := customers[0].Dossier
	h.must(h.store.StartRun(ctx, directory.Run{ID: runID, Dossier: dossier, Trigger: "manual", State: directory.RunRunning, StartedAt: noon()}))
	plan := directory.Plan{Dossier: dossier, PutCustomers: customers, Counts: directory.Counts{CustomersRead: len(customers), CustomersCreated: len(customers)}}
	for _, c := range customers {
		plan.Changes = append(plan.Changes, directory.Change{Noun: "customer", Record: c.ID, Kind: directory.ChangeCreate})
	}
	h.must(h.store.ApplyPlan(ctx, runID, plan, noon().Add(time.Minute)))
	run, err := h.store.Run(ctx, runID)
	h.must(err)
	return run
}

// stopped leaves a run whose plan the guard stopped.
func (h *house) stopped(runID string) {
	h.t.Helper()
	at := noon()
	h.must(h.store.StartRun(h.t.Context(), directory.Run{ID: runID, Dossier: "bijou", StartedAt: noon().Add(-time.Hour)}))
	h.must(h.store.QuarantineRun(h.t.Context(), directory.Run{ID: runID, Dossier: "bijou", FinishedAt: &at, Error: "too much"},
		directory.Plan{Changes: []directory.Change{{Noun: "customer", Record: "CARAT", Kind: directory.ChangeRemove}}}))
}

// suspected leaves a customer who may have become another.
func (h *house) suspected(runID, id string) {
	h.t.Helper()
	h.asks(runID, directory.Decision{Kind: directory.DecideReplaced, CustomerID: id}, id)
}

// asks leaves a decision, and suspends accesses.
func (h *house) asks(runID string, q directory.Decision, suspended ...string) {
	h.t.Helper()
	h.must(h.store.StartRun(h.t.Context(), directory.Run{ID: runID, Dossier: "bijou", StartedAt: noon().Add(-2 * time.Hour)}))
	h.must(h.store.ApplyPlan(h.t.Context(), runID, directory.Plan{Dossier: "bijou", SuspendedAccess: suspended, Decisions: []directory.Decision{q}}, noon().Add(time.Minute)))
}

func customer(id, code, name string) directory.Customer {
	return directory.Customer{Dossier: "bijou", ID: id, Code: code, Name: name, State: directory.CustomerActive, Hash: "h-" + id}
}

// answer is what the API answered.
type answer struct {
	status int
	header http.Header
	text   string
	json   map[string]any
}

// ask sends a request as the administrator with the key. headers are pairs.
func (h *house) ask(key, method, path, body string, headers ...string) answer {
	h.t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(h.t.Context(), method, h.url+path, reader)
	h.must(err)
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	h.must(err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	h.must(err)
	a := answer{status: res.StatusCode, header: res.Header, text: string(text)}
	if strings.Contains(res.Header.Get("Content-Type"), "json") && !strings.HasPrefix(a.text, "[") {
		h.must(json.Unmarshal(text, &a.json))
	}
	return a
}

// at follows a path of keys and indexes into the answer's JSON.
func (a answer) at(path ...any) any {
	var v any = a.json
	for _, step := range path {
		switch s := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[s]
		case int:
			l, _ := v.([]any)
			if s >= len(l) {
				return nil
			}
			v = l[s]
		}
	}
	return v
}

// want checks a status and, where it is a problem, its code.
func (a answer) want(t *testing.T, status int, code string) answer {
	t.Helper()
	if a.status != status || code != "" && a.at("code") != code {
		t.Fatalf("got %d %s, want %d %s", a.status, a.text, status, code)
	}
	return a
}

// fakeSyncs starts runs that the test drives.
type fakeSyncs struct {
	store    *store.DB
	mu       sync.Mutex
	live     *syncrun.Progress
	last     directory.Run
	watchers []chan syncrun.Event
	err      error
	asked    syncrun.Options

	cancelled bool
}

func (f *fakeSyncs) Cancel(runID, _ string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.live == nil || f.last.ID != runID {
		return fmt.Errorf("cancel run %s: %w", runID, syncrun.ErrNotRunning)
	}
	f.cancelled = true
	return nil
}

func (f *fakeSyncs) Request(dossier string, o syncrun.Options) (directory.Run, bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = o
	by := o.AskedBy
	if f.err != nil {
		return directory.Run{}, false, f.err
	}
	if f.live != nil {
		return f.last, true, nil
	}
	f.last = directory.Run{ID: "run-live", Dossier: dossier, Trigger: "manual", AskedBy: by, State: directory.RunRunning, StartedAt: noon()}
	f.live = &syncrun.Progress{RunID: f.last.ID, Dossier: dossier, Phase: syncrun.PhaseCustomers, StartedAt: noon()}
	return f.last, false, f.store.StartRun(context.Background(), f.last)
}

func (f *fakeSyncs) DryRun(_ context.Context, dossier string, o syncrun.Options) (directory.Run, directory.Plan, error) {
	f.asked = o
	change := directory.Change{Seq: 1, Noun: directory.NounCustomer, Record: "CARAT", Kind: directory.ChangeRemove}
	return directory.Run{Dossier: dossier, Error: "this run would take away 1 of 2 customers"},
		directory.Plan{Counts: directory.Counts{CustomersRead: 1, CustomersRemoved: 1}, Changes: []directory.Change{change}}, f.err
}

func (f *fakeSyncs) Status(dossier string) (syncrun.Status, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := syncrun.Status{Dossier: dossier}
	if dossier == "bijou" {
		next := noon().Add(time.Hour)
		s.NextAt, s.Progress = &next, f.live
	}
	return s, nil
}

func (f *fakeSyncs) Subscribe(string) (<-chan syncrun.Event, func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	ch := make(chan syncrun.Event, 8)
	if f.live != nil {
		ch <- syncrun.Event{Progress: *f.live}
	}
	f.watchers = append(f.watchers, ch)
	return ch, func() {}
}

func (f *fakeSyncs) tell(e syncrun.Event) {
	for _, ch := range f.watchers {
		ch <- e
	}
}

// stop ends every subscription, as a synchronisation does that stops.
func (f *fakeSyncs) stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, ch := range f.watchers {
		close(ch)
	}
	f.watchers = nil
}

func (f *fakeSyncs) advance(change func(*syncrun.Progress)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	next := *f.live
	change(&next)
	f.live = &next
	f.tell(syncrun.Event{Progress: next})
}

// finish ends the run as the synchronisation does: the store knows first.
func (f *fakeSyncs) finish(t *testing.T, run directory.Run) {
	t.Helper()
	if err := f.store.FinishRun(context.Background(), run); err != nil {
		t.Error(err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tell(syncrun.Event{Progress: *f.live, Run: &run})
	f.live = nil
}

// fakeProfiles holds profiles and, by dossier and profile, their bindings.
type fakeProfiles struct{}

func (fakeProfiles) Profiles() []*profiles.Profile {
	return []*profiles.Profile{
		{Name: "Z-odoo", ERP: "odoo", Version: 1, Digest: "d2"},
		{Name: "B2B", ERP: "sage100", Licence: "connect", Version: 1, Digest: "d1", Title: profiles.Text{FR: "Portail", EN: "Portal"},
			Modules: map[string]profiles.Module{"invoices": {Title: profiles.Text{EN: "Invoices"}, Level: profiles.LevelRead}, "quotes": {}},
			Tables: map[string]profiles.Table{"F_DOCENTETE": {Name: "F_DOCENTETE", Rows: profiles.Condition{SQL: "DO_Tiers = :customer"},
				Modules:     map[string]profiles.Condition{"invoices": {SQL: "DO_Type IN (6, 7)"}},
				Columns:     map[string]profiles.Column{"DO_Piece": {}, "DO_Coord01": {Hidden: true}},
				ColumnOrder: []string{"DO_Piece", "DO_Coord01"}}}},
	}
}

func (fakeProfiles) View(_ context.Context, dossier, profile string) (*view.View, error) {
	if dossier != "bijou" {
		return nil, io.ErrClosedPipe
	}
	return &view.View{Tables: []*view.Table{{Catalog: &catalog.Table{Name: "F_DOCENTETE"}}},
		Problems: []view.Problem{{Table: "F_DOCENTETE", Column: "DO_Coord01", Msg: "there is no such column here"}}}, nil
}

// fakeGate explains whatever it was told to.
type fakeGate struct {
	asked  filter.Request
	engine catalog.Engine
	answer Explanation
	err    error
}

func (f *fakeGate) Explain(_ context.Context, r filter.Request, engine catalog.Engine) (Explanation, error) {
	f.asked, f.engine = r, engine
	return f.answer, f.err
}
