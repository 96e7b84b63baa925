package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/erpshape"
	"github.com/vantelle/vantelle/internal/store"
)

// lease is that of the nodes of these tests.
const lease = 3 * time.Second

const nodeSettings = `
portal: {listen: "127.0.0.1:0"}
admin:
  listen: "localhost:0"
  tokens: [{name: Camille, token: "${ADMIN_TOKEN}"}]
directory: %s
audit: {path: audit-%s}
log: {level: debug}
dossiers:
  sage: {erp: sage100, engine: postgres, dsn: "%s", schemas: [%s], schedule: "", sync_at_start: false}
keys: [{name: portal, key: "${PORTAL_KEY}", dossiers: [sage]}]
`

// binaryDir holds the built program, where a test needed it.
var binaryDir string

func removeBinary() {
	if binaryDir != "" {
		_ = os.RemoveAll(binaryDir)
	}
}

// binary builds the program, once for all tests.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "vantelle-binary-")
	if err != nil {
		return "", err
	}
	binaryDir = dir
	path := filepath.Join(dir, "vantelle")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

// cluster is a directory and an ERP on PostgreSQL, with the nodes that share them.
type cluster struct {
	*site
	dsn, erpDSN, erpSchema string
	directorySchema        string
	directory              string // of the nodes' configurations
	erp                    *sql.DB
	store                  *store.DB // looks on
}

func newCluster(t *testing.T) *cluster {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the nodes are paused by signals that Windows has not")
	}
	c := &cluster{site: newSite(t)}
	c.erpDSN, c.erp, c.erpSchema = erpshape.Postgres(t)
	if err := erpshape.LoadSage(t.Context(), c.erp, catalog.Postgres, c.erpSchema); err != nil {
		t.Fatal(err)
	}
	c.dsn, _, c.directorySchema = erpshape.Postgres(t)
	c.directory = fmt.Sprintf("{driver: postgres, dsn: %q, lease: %s}", c.dsn, lease)
	return c
}

// look opens the directory once a node has made it.
func (c *cluster) look() {
	c.t.Helper()
	var err error
	if c.store, err = store.Open(c.t.Context(), store.Config{Driver: store.Postgres, DSN: c.dsn, Node: "test", Logger: zerolog.Nop()}); err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = c.store.Close() })
}

// process is a node: a service in a process of its own.
type process struct {
	*service
	cluster *cluster
	name    string
	cmd     *exec.Cmd
	log     *syncBuffer
	gone    chan struct{} // closed when the process has ended
}

var listens = regexp.MustCompile(`"portal":"([^"]+)","admin":"([^"]+)".*"vantelle serves"`)

// node starts a process of the built program, and waits until it serves.
func (c *cluster) node(name string) *process {
	c.t.Helper()
	p := c.begin(name)
	p.serves()
	return p
}

// begin starts a process.
func (c *cluster) begin(name string) *process {
	c.t.Helper()
	path, err := binary()
	if err != nil {
		c.t.Fatal(err)
	}
	c.write(name+".yaml", fmt.Sprintf(nodeSettings, c.directory, name, c.erpDSN, c.erpSchema))
	p := &process{cluster: c, name: name, log: &syncBuffer{}, gone: make(chan struct{})}
	p.cmd = exec.Command(path, "serve", "--config", c.path(name+".yaml"))
	p.cmd.Env = append(os.Environ(), "ADMIN_TOKEN="+adminKey, "PORTAL_KEY="+portalKey)
	p.cmd.Stderr = p.log
	if err := p.cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait() // how it ends is each test's to say
		close(p.gone)
	}()
	c.t.Cleanup(func() {
		p.signal(resume)
		_ = p.cmd.Process.Kill()
		<-p.gone
		p.client.CloseIdleConnections()
		if c.t.Failed() {
			c.t.Logf("node %s said:\n%s", name, p.log)
		}
	})
	p.service = &service{site: c.site, client: &http.Client{Transport: &http.Transport{}}}
	return p
}

// serves waits until the process serves, and learns its addresses.
func (p *process) serves() {
	p.t.Helper()
	p.cluster.wait(p.name+" serves", func() bool {
		found := listens.FindStringSubmatch(p.log.String())
		if found != nil {
			p.portal, p.admin = "http://"+found[1], "http://"+found[2]
		}
		return found != nil
	})
}

func (p *process) signal(s os.Signal) { _ = p.cmd.Process.Signal(s) }

// kill ends the process as kill -9 does.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.gone
}

// leads asks a node whether it leads.
func (p *process) leads() bool {
	return strings.Contains(p.call("GET", p.admin+"/metrics", "", nil).body, "\nvantelle_sync_leading 1\n")
}

// wait returns once something is so; it gives up with the test's own deadline,
// or after a time that nothing here takes.
func (c *cluster) wait(what string, so func() bool) {
	c.t.Helper()
	for deadline := time.Now().Add(time.Minute); !so(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			c.t.Fatalf("it never came to this: %s", what)
		}
	}
}

// pair starts two nodes, with a directory that was synchronised, and tells which
// leads.
func (c *cluster) pair() (leader, other *process) {
	c.t.Helper()
	leader = c.node("one")
	c.wait("the first node leads", leader.leads)
	other = c.node("two")
	c.look()
	c.wait("the first synchronisation is over", func() bool {
		_, err := c.store.LastSuccess(c.t.Context(), "sage")
		return err == nil
	})
	if other.leads() {
		c.t.Fatal("both nodes lead")
	}
	return leader, other
}

// holdERP keeps whoever reads customers from the ERP waiting until release.
func (c *cluster) holdERP() (release func()) {
	c.t.Helper()
	tx, err := c.erp.Begin()
	if err == nil {
		_, err = tx.Exec(`LOCK TABLE "F_COMPTET" IN ACCESS EXCLUSIVE MODE`)
	}
	if err != nil {
		c.t.Fatal(err)
	}
	release = sync.OnceFunc(func() { _ = tx.Rollback() })
	c.t.Cleanup(release)
	return release
}

// ask asks a node for a run and gives its id.
func (p *process) ask() string {
	p.t.Helper()
	asked := p.call("POST", p.admin+"/admin/v1/dossiers/sage/sync", "", admin())
	id, found := strings.CutPrefix(asked.header.Get("Location"), "/admin/v1/runs/")
	if asked.status != http.StatusAccepted || !found || !strings.Contains(asked.body, id) {
		p.t.Fatalf("sync answered %d %s", asked.status, asked.body)
	}
	return id
}

func (c *cluster) run(id string) directory.Run {
	c.t.Helper()
	run, err := c.store.Run(c.t.Context(), id)
	if err != nil {
		c.t.Fatal(err)
	}
	return run
}

// midRun asks the leader for a run that waits in the middle of reading the ERP.
func (c *cluster) midRun(leader *process) (run string, release func()) {
	c.t.Helper()
	release = c.holdERP()
	run = leader.ask()
	c.wait("the run waits for the ERP", func() bool {
		var waiting int
		err := c.erp.QueryRow(`SELECT COUNT(*) FROM pg_locks WHERE NOT granted AND relation = '"F_COMPTET"'::regclass`).Scan(&waiting)
		if err != nil {
			c.t.Fatal(err)
		}
		return waiting > 0
	})
	return run, release
}

// takenOver waits until a node leads, and fails where that took longer than the
// lease.
func (c *cluster) takenOver(p *process, since time.Time) {
	c.t.Helper()
	before := c.leader().Epoch
	c.wait("the other node leads", p.leads)
	took := time.Since(since)
	c.t.Logf("taken over after %s, the lease is %s", took.Round(time.Millisecond), lease)
	if l := c.leader(); l.Epoch < before {
		c.t.Errorf("the epoch went from %d to %d", before, l.Epoch)
	}
}

func (c *cluster) leader() directory.Leader {
	c.t.Helper()
	l, err := c.store.Leader(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	return l
}

// name gives a customer's name as the directory has it, and rename what the ERP
// calls him.
func (c *cluster) name(id string) string {
	c.t.Helper()
	customer, err := c.store.Customer(c.t.Context(), "sage", id)
	if errors.Is(err, directory.ErrNotFound) {
		return ""
	}
	if err != nil {
		c.t.Fatal(err)
	}
	return customer.Name
}

func (c *cluster) rename(id, name string) {
	c.t.Helper()
	if _, err := c.erp.ExecContext(c.t.Context(), `UPDATE "F_COMPTET" SET "CT_Intitule" = $1 WHERE "CT_Num" = $2`, name, id); err != nil {
		c.t.Fatal(err)
	}
}

// oneAfterAnother fails where two runs that changed something overlapped, or one
// is still running.
func (c *cluster) oneAfterAnother() {
	c.t.Helper()
	runs, err := c.store.Runs(c.t.Context(), "sage", 100)
	if err != nil {
		c.t.Fatal(err)
	}
	var next *directory.Run // runs come newest first
	for i, r := range runs {
		switch {
		case r.State == directory.RunRunning:
			c.t.Errorf("run %s still runs", r.ID)
			continue
		case r.State != directory.RunSucceeded:
			continue
		case next != nil && r.FinishedAt.After(next.StartedAt):
			c.t.Errorf("run %s ended at %s, after %s began at %s", r.ID, r.FinishedAt, next.ID, next.StartedAt)
		}
		next = &runs[i]
	}
}

func TestNodesShareOneSynchronisation(t *testing.T) {
	c := newCluster(t)
	leader, other := c.pair()

	// A run may be asked of either, and followed on either.
	for _, p := range []*process{other, leader} {
		if run := p.synchronise(); run.State != directory.RunSucceeded || run.CustomersRead == 0 {
			t.Fatalf("the run ended as %+v", run)
		}
	}
	// One that is under way is joined, whoever is asked.
	run, release := c.midRun(leader)
	if joined := other.ask(); joined != run {
		t.Errorf("the other node gave run %s, under way is %s", joined, run)
	}
	status := other.call("GET", other.admin+"/admin/v1/dossiers/sage", "", admin())
	if status.status != http.StatusOK || !strings.Contains(status.body, run) {
		t.Errorf("the other node tells %d %s", status.status, status.body)
	}
	release()
	c.wait("the run ends", func() bool { return c.run(run).State == directory.RunSucceeded })
	c.oneAfterAnother()

	// The command leaves the synchronisation to whoever leads.
	command := exec.Command(leader.cmd.Path, "sync", "--config", c.path("one.yaml"), "sage")
	command.Env = leader.cmd.Env
	if out, err := command.CombinedOutput(); err == nil || !strings.Contains(string(out), "leads the synchronisation") || !strings.Contains(string(out), "curl") {
		t.Errorf("vantelle sync beside a node: %v, %s", err, out)
	}

	// Who stops gives the lead away at once.
	stopped := time.Now()
	leader.signal(os.Interrupt)
	<-leader.gone
	c.takenOver(other, stopped)
	if run := other.synchronise(); run.State != directory.RunSucceeded {
		t.Fatalf("the run ended as %+v", run)
	}
}

func TestChangeOfAccessHoldsOnEveryNodeFromTheNextRequestOn(t *testing.T) {
	c := newCluster(t)
	leader, other := c.pair()
	other.synchronise()
	const statement = "SELECT DO_Piece FROM F_DOCENTETE"
	address := "/admin/v1/dossiers/sage/customers/" + erpshape.SageAlpha + "/access"
	etag := ""
	for round := range 20 {
		granting, asked := leader, other
		if round%2 == 1 {
			granting, asked = other, leader
		}
		headers := admin()
		if etag != "" {
			headers = append(headers, "If-Match", etag)
		}
		granted := granting.call("PUT", granting.admin+address, `{"profile": "", "note": "test"}`, headers)
		if granted.status != http.StatusCreated && granted.status != http.StatusOK {
			t.Fatalf("granting answered %d %s", granted.status, granted.body)
		}
		if rows := asked.sql(erpshape.SageAlpha, statement).column(t); len(rows) == 0 {
			t.Fatalf("round %d: granted on one node, and no row on the other", round)
		}
		revoked := asked.call("DELETE", asked.admin+address, "", append(admin(), "If-Match", granted.header.Get("ETag")))
		if revoked.status != http.StatusOK && revoked.status != http.StatusNoContent {
			t.Fatalf("revoking answered %d %s", revoked.status, revoked.body)
		}
		granting.sql(erpshape.SageAlpha, statement).want(t, http.StatusForbidden, "no_access")
		etag = revoked.header.Get("ETag")
		if etag == "" {
			etag = granting.call("GET", granting.admin+address, "", admin()).header.Get("ETag")
		}
	}
}

func TestKilledLeaderIsReplaced(t *testing.T) {
	c := newCluster(t)
	leader, other := c.pair()
	c.rename(erpshape.SageAlpha, "renamed")
	run, release := c.midRun(leader)
	killed := time.Now()
	leader.kill()
	c.takenOver(other, killed)
	if r := c.run(run); r.State != directory.RunFailed || r.Error == "" {
		t.Errorf("the run of who was killed is %+v", r)
	}
	if got := c.name(erpshape.SageAlpha); got == "renamed" {
		t.Errorf("the run that was killed wrote %q", got)
	}
	release()
	if r := other.synchronise(); r.State != directory.RunSucceeded {
		t.Fatalf("the run ended as %+v", r)
	}
	if got := c.name(erpshape.SageAlpha); got != "renamed" {
		t.Errorf("the directory has %q", got)
	}
	c.oneAfterAnother()
}

// TestPausedLeaderWakesAndWritesNothing pauses a leader that has read the ERP,
// lets another take over and synchronise a later state, and wakes it.
func TestPausedLeaderWakesAndWritesNothing(t *testing.T) {
	c := newCluster(t)
	leader, other := c.pair()
	c.rename(erpshape.SageAlpha, "before the pause")
	stale, release := c.midRun(leader)
	paused := time.Now()
	leader.signal(pause)
	release() // its answer waits for it in the connection
	c.takenOver(other, paused)

	c.rename(erpshape.SageAlpha, "after the pause")
	if r := other.synchronise(); r.State != directory.RunSucceeded {
		t.Fatalf("the run ended as %+v", r)
	}
	if got := c.name(erpshape.SageAlpha); got != "after the pause" {
		t.Fatalf("the directory has %q", got)
	}

	leader.signal(resume)
	c.wait("who wakes notices that he leads no more", func() bool { return !leader.leads() })
	leader.logs(c, "the lead of the synchronisation is lost")
	// Ask it, and let it ask: it works on, as the other of the two.
	if r := leader.synchronise(); r.State != directory.RunSucceeded {
		t.Fatalf("the run ended as %+v", r)
	}
	if got := c.name(erpshape.SageAlpha); got != "after the pause" {
		t.Errorf("who woke wrote %q", got)
	}
	if r := c.run(stale); r.State != directory.RunFailed {
		t.Errorf("the run of who was paused is %+v", r)
	}
	if leader.leads() || !other.leads() {
		t.Errorf("leading: %v and %v", leader.leads(), other.leads())
	}
	c.oneAfterAnother()
}

func (p *process) logs(c *cluster, text string) {
	c.t.Helper()
	c.wait("the node logs "+text, func() bool { return strings.Contains(p.log.String(), text) })
}

// TestLeaderWhoseConnectionIsCutLeadsNoMore cuts the session that leads, and
// then every session of the leader, in the middle of a run.
func TestLeaderWhoseConnectionIsCutLeadsNoMore(t *testing.T) {
	for name, which := range map[string]string{"the one that leads": "vantelle lead %", "all": "vantelle %"} {
		t.Run(name, func(t *testing.T) {
			c := newCluster(t)
			leader, other := c.pair()
			c.rename(erpshape.SageAlpha, "renamed")
			epoch, node := c.leader().Epoch, c.leader().Node
			run, release := c.midRun(leader)
			cut := time.Now()
			if _, err := c.erp.ExecContext(context.Background(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
				WHERE datname = current_database() AND application_name LIKE $1 || $2`, which, node); err != nil {
				t.Fatal(err)
			}
			c.wait("one of them leads anew", func() bool { return c.leader().Epoch > epoch })
			t.Logf("led anew after %s, the lease is %s", time.Since(cut).Round(time.Millisecond), lease)
			c.wait("exactly one leads", func() bool { return leader.leads() != other.leads() })
			c.wait("the run is over", func() bool { return c.run(run).State != directory.RunRunning })
			if r := c.run(run); r.State == directory.RunSucceeded {
				t.Errorf("the run of who lost the lead is %+v", r)
			}
			release()
			if got := c.name(erpshape.SageAlpha); got == "renamed" {
				t.Errorf("it wrote %q", got)
			}
			for _, p := range []*process{leader, other} {
				if r := p.synchronise(); r.State != directory.RunSucceeded {
					t.Fatalf("the run ended as %+v", r)
				}
			}
			c.oneAfterAnother()
		})
	}
}
