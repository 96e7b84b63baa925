package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/vantelle/vantelle/internal/config"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/erpshape"
	"github.com/vantelle/vantelle/sync/syncrun"
)

// The keys of the tests.
const (
	portalKey = "vk_0123456789abcdefghijABCDEFGHIJ"
	adminKey  = "va_0123456789abcdefghijABCDEFGHIJ"
)

// settings is a configuration as an operator would write it. The two addresses
// are spelled differently, because port 0 makes them one otherwise.
const settings = `
portal: {listen: "127.0.0.1:0", body_limit: 4KiB}
admin:
  listen: "localhost:0"
  tokens: [{name: Camille, token: "${ADMIN_TOKEN}"}]
profiles: {dir: PROFILES}
log: {level: debug}
dossiers:
  sage: {title: Sage de test, erp: sage100, engine: sqlite, path: erp.db, schedule: ""}
keys: [{name: portal, key: "${PORTAL_KEY}", dossiers: [sage]}]
`

// site is a folder with an ERP, a configuration and what a service makes.
type site struct {
	t   *testing.T
	dir string
	log *syncBuffer
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{t: t, dir: t.TempDir(), log: &syncBuffer{}}
	s.write("vantelle.yaml", strings.ReplaceAll(settings, "PROFILES", `""`))
	return s
}

func (s *site) path(name string) string { return filepath.Join(s.dir, name) }

func (s *site) write(name, text string) {
	s.t.Helper()
	if err := os.MkdirAll(filepath.Dir(s.path(name)), 0o700); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(s.path(name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// buildERP makes the Sage-shaped ERP.
func (s *site) buildERP() {
	s.t.Helper()
	db := s.openERP()
	if err := erpshape.LoadSage(s.t.Context(), db, catalog.SQLite, ""); err != nil {
		s.t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) openERP() *sql.DB {
	s.t.Helper()
	// The service may be reading: it is waited for.
	db, err := sql.Open("sqlite", s.path("erp.db")+"?_pragma=busy_timeout(10000)")
	if err != nil {
		s.t.Fatal(err)
	}
	return db
}

// service is a daemon that runs in the test's process.
type service struct {
	*site
	d             *daemon
	portal, admin string // URLs
	signals       chan os.Signal
	hangups       chan os.Signal
	ended         chan error
	stopOnce      sync.Once
	stopErr       error
	client        *http.Client
}

func (s *site) config() config.Config {
	s.t.Helper()
	cfg, err := config.Load(s.path("vantelle.yaml"), func(name string) string {
		return map[string]string{"ADMIN_TOKEN": adminKey, "PORTAL_KEY": portalKey}[name]
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return cfg
}

// command runs a command on the site, whose service does not run.
func (s *site) command(args ...string) (out, errs string, code int) {
	var stdout, stderr bytes.Buffer
	code = run(args, &world{
		stdout: &stdout, stderr: &stderr,
		getenv: func(name string) string {
			return map[string]string{"ADMIN_TOKEN": adminKey, "PORTAL_KEY": portalKey}[name]
		},
		cacheDir: func() (string, error) { return s.dir, nil },
	})
	return stdout.String(), stderr.String(), code
}

// start runs a service on the site. The test's end stops it.
func (s *site) start(change ...func(*options)) *service {
	s.t.Helper()
	return s.startWith(s.config(), change...)
}

// startWith is start with a configuration that no file holds.
func (s *site) startWith(cfg config.Config, change ...func(*options)) *service {
	s.t.Helper()
	o := options{log: newLogger(config.Log{Level: "debug", Format: "json"}, s.log, style{})}
	for _, c := range change {
		c(&o)
	}
	v := &service{site: s, signals: make(chan os.Signal, 2), hangups: make(chan os.Signal, 1), ended: make(chan error, 1), client: &http.Client{Transport: &http.Transport{}}}
	d, err := newDaemon(s.t.Context(), cfg, o, v.hangups)
	if err != nil {
		s.t.Fatal(err)
	}
	v.d, v.portal, v.admin = d, "http://"+d.portalAddr.String(), "http://"+d.adminAddr.String()
	go func() { v.ended <- d.run(context.Background(), v.signals) }()
	s.t.Cleanup(func() {
		if err := v.stop(); err != nil {
			s.t.Errorf("the service stopped with %v", err)
		}
	})
	return v
}

// stop asks the service to stop, and waits. A second stop gives the same.
func (v *service) stop() error {
	v.stopOnce.Do(func() {
		v.d.stop()
		v.stopErr = <-v.ended
		v.client.CloseIdleConnections()
	})
	return v.stopErr
}

// startSynced starts a service and waits until its dossier is synchronised.
func (s *site) startSynced() *service {
	s.t.Helper()
	s.buildERP()
	v := s.start()
	v.synchronise()
	return v
}

// synchronise runs the dossier, or joins the run that goes on, and follows it
// to its end over HTTP.
func (v *service) synchronise() directory.Run {
	v.t.Helper()
	asked := v.call("POST", v.admin+"/admin/v1/dossiers/sage/sync", "", admin())
	if asked.status != http.StatusAccepted {
		v.t.Fatalf("sync answered %d %s", asked.status, asked.body)
	}
	events := v.call("GET", v.admin+asked.header.Get("Location")+"/events", "", admin())
	_, last, found := strings.Cut(events.body, "event: done\ndata: ")
	var run directory.Run
	if err := json.Unmarshal([]byte(last), &run); !found || err != nil {
		v.t.Fatalf("the events end with %q (%v)", events.body, err)
	}
	return run
}

// answer is what a call got.
type answer struct {
	status int
	header http.Header
	body   string
}

// admin gives the headers of an administrator.
func admin() []string { return []string{"Authorization", "Bearer " + adminKey} }

// as gives the headers of the portal for a customer.
func as(customer string) []string {
	return []string{"Authorization", "Bearer " + portalKey, "Vantelle-Customer", customer}
}

// call sends a request and reads the whole answer. headers are pairs.
func (v *service) call(method, url, body string, headers []string) answer {
	v.t.Helper()
	res := v.open(method, url, body, headers)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(text)}
}

func (v *service) open(method, url, body string, headers []string) *http.Response {
	v.t.Helper()
	var reader io.Reader
	if body != "" {
		reader = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(v.t.Context(), method, url, reader)
	if err != nil {
		v.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := v.client.Do(req)
	if err != nil {
		v.t.Fatal(err)
	}
	return res
}

// grant lets customers in, by id.
func (v *service) grant(customers ...string) {
	v.t.Helper()
	for _, c := range customers {
		got := v.call("PUT", v.admin+"/admin/v1/dossiers/sage/customers/"+c+"/access", `{"profile": "", "note": "test"}`, admin())
		if got.status != http.StatusCreated {
			v.t.Fatalf("granting %s answered %d %s", c, got.status, got.body)
		}
	}
}

// sql asks the portal's SQL as a customer.
func (v *service) sql(customer, statement string) answer {
	v.t.Helper()
	body, err := json.Marshal(map[string]any{"sql": statement})
	if err != nil {
		v.t.Fatal(err)
	}
	return v.call("POST", v.portal+"/v1/dossiers/sage/sql", string(body), as(customer))
}

// column gives the first column of an answer's rows.
func (a answer) column(t *testing.T) []string {
	t.Helper()
	var table struct{ Rows [][]any }
	if err := json.Unmarshal([]byte(a.body), &table); a.status != http.StatusOK || err != nil {
		t.Fatalf("answered %d %s (%v)", a.status, a.body, err)
	}
	var values []string
	for _, row := range table.Rows {
		values = append(values, fmt.Sprint(row[0]))
	}
	return values
}

func (a answer) want(t *testing.T, status int, code string) {
	t.Helper()
	if a.status != status || code != "" && !strings.Contains(a.body, `"code":"`+code+`"`) {
		t.Errorf("answered %d %s, want %d %s", a.status, a.body, status, code)
	}
}

// nextEnd waits for the end of a run.
func nextEnd(t *testing.T, events <-chan syncrun.Event) directory.Run {
	t.Helper()
	for e := range events {
		if e.Run != nil {
			return *e.Run
		}
	}
	t.Fatal("the synchronisation stopped before a run ended")
	return directory.Run{}
}

// syncBuffer is a log that many goroutines write and a test waits for.
type syncBuffer struct {
	mu      sync.Mutex
	b       bytes.Buffer
	written chan struct{} // closed by the next write
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.written != nil {
		close(s.written)
		s.written = nil
	}
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// waitFor returns once the log holds text.
func (s *syncBuffer) waitFor(t *testing.T, text string) {
	t.Helper()
	for {
		s.mu.Lock()
		found := strings.Contains(s.b.String(), text)
		if s.written == nil {
			s.written = make(chan struct{})
		}
		written := s.written
		s.mu.Unlock()
		if found {
			return
		}
		select {
		case <-written:
		case <-t.Context().Done():
			t.Fatalf("the log never said %q", text)
		}
	}
}
