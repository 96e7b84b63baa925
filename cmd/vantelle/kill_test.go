package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erpshape"
	"github.com/vantelle/vantelle/internal/store"
)

var kills = flag.Int("kills", 30, "how often TestKilledAtAnyMoment kills the program; make test's long mode wants 300")

// TestKilledAtAnyMoment kills the program with SIGKILL at random moments of its
// life: while it starts, migrates, reads the ERP, writes the directory, grants
// an access; in one life of three a database hangs up on it as well. The directory then is the ERP as it was at, or after, the last run
// that was seen to succeed; nothing that was acknowledged is lost, and no access
// is there that no administrator asked for.
func TestKilledAtAnyMoment(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			k := newKilled(t, engine)
			k.pace()
			for range *kills {
				k.life()
				k.check()
			}
			t.Logf("%d kills: %d runs and %d accesses were acknowledged, %d versions of the ERP; %d sessions were cut and %d runs failed of it",
				*kills, k.acknowledged, len(k.granted), len(k.versions), k.faults.Load(), k.failed)
			// And it works on, with what it has.
			p := k.node("one")
			k.edit()
			if run := p.synchronise(); run.State != directory.RunSucceeded {
				t.Fatalf("the run ended as %+v", run)
			}
			k.succeeded()
			p.kill()
			k.check()
		})
	}
}

// killed is a site whose program is killed again and again.
type killed struct {
	*cluster
	dice   *rand.Rand
	config store.Config

	away         string              // the customer who has left the ERP, "" for nobody
	versions     []map[string]string // what the ERP was, the first first: cities by customer
	least        int                 // of the oldest version that the directory may have
	asked        map[string]bool     // customers whom an administrator wanted to let in
	granted      map[string]bool     // of those, for whom it was acknowledged
	acknowledged int                 // runs
	span         time.Duration       // a life's work takes about a third of it
	failed       int                 // runs that ended badly, because of what disturbed them
	faults       atomic.Int64        // sessions that were ended
	disturbed    atomic.Bool         // whether any may have been
}

func newKilled(t *testing.T, engine string) *killed {
	t.Helper()
	c := newCluster(t) // its ERP is on PostgreSQL, which writers and readers share without locks
	k := &killed{cluster: c, dice: rand.New(rand.NewPCG(3, 4)), asked: map[string]bool{}, granted: map[string]bool{}}
	k.config = store.Config{Driver: store.Postgres, DSN: c.dsn, Node: "test", Logger: zerolog.Nop()}
	if engine == "sqlite" {
		k.config = store.Config{Path: c.path("vantelle.db"), Logger: zerolog.Nop()}
		k.directory = "{path: vantelle.db}"
	}
	k.versions = []map[string]string{{}, k.cities()} // it begins with nobody
	return k
}

// cities reads what the ERP has: of customers the city, of their contacts the
// function.
func (k *killed) cities() map[string]string {
	k.t.Helper()
	rows, err := k.erp.QueryContext(k.t.Context(), `SELECT "CT_Num", btrim(COALESCE("CT_Ville", '')) FROM "F_COMPTET" WHERE "CT_Type" = 0 AND "CT_Prospect" = 0
		UNION ALL SELECT 'contact ' || p."CT_No", btrim(COALESCE(p."CT_Fonction", '')) FROM "F_CONTACTT" p JOIN "F_COMPTET" c ON c."CT_Num" = p."CT_Num"
			WHERE c."CT_Type" = 0 AND c."CT_Prospect" = 0`)
	if err != nil {
		k.t.Fatal(err)
	}
	defer rows.Close()
	cities := map[string]string{}
	for rows.Next() {
		var id, city string
		if err := rows.Scan(&id, &city); err != nil {
			k.t.Fatal(err)
		}
		cities[id] = city
	}
	if err := rows.Err(); err != nil {
		k.t.Fatal(err)
	}
	return cities
}

// edit changes the ERP in one transaction, and in a way that it never was before:
// customers move to other cities, their people to other work, and one customer
// in a while leaves or comes back. No more than one is away at a time: many lives
// may end before a run does, and a run that took several customers away at once
// would rightly wait for an administrator.
func (k *killed) edit() {
	k.t.Helper()
	version, rest := fmt.Sprintf("Ville %d", len(k.versions)), k.dice.IntN(3)
	tx, err := k.erp.BeginTx(k.t.Context(), nil)
	if err != nil {
		k.t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	exec := func(statement string, args ...any) {
		k.t.Helper()
		if _, err := tx.ExecContext(k.t.Context(), statement, args...); err != nil {
			k.t.Fatal(err)
		}
	}
	exec(`UPDATE "F_COMPTET" SET "CT_Ville" = $1, "cbModification" = LOCALTIMESTAMP WHERE "CT_Type" = 0 AND ascii("CT_Num") % 3 <> $2 OR "CT_Num" = $3`, version, rest, erpshape.SageAlpha)
	exec(`UPDATE "F_CONTACTT" SET "CT_Fonction" = $1, "cbModification" = LOCALTIMESTAMP WHERE "CT_No" % 3 = $2`, version, rest)
	if comers := []string{erpshape.SageAlpha2, erpshape.SageNeil, erpshape.SageOmega}; k.dice.IntN(2) == 0 {
		away := k.away
		if k.away = ""; away == "" {
			away = comers[k.dice.IntN(len(comers))]
			k.away = away
		}
		exec(`UPDATE "F_COMPTET" SET "CT_Prospect" = 1 - "CT_Prospect", "cbModification" = LOCALTIMESTAMP WHERE "CT_Num" = $1`, away)
	}
	if err := tx.Commit(); err != nil {
		k.t.Fatal(err)
	}
	k.versions = append(k.versions, k.cities()) // the name of a city comes once
}

// disturb has one of the databases hang up on the program once, at a random
// moment until the function that it gives is called: on who reads the ERP, or on
// who writes the directory.
func (k *killed) disturb() (over func()) {
	statement := `SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND `
	if k.config.DSN != "" && k.dice.IntN(2) == 0 {
		statement += `application_name = (SELECT 'vantelle writer ' || node FROM ` + k.directorySchema + `.leads WHERE node <> '')`
	} else { // its statements name the schema, which no other test has
		statement += `application_name = 'vantelle' AND query LIKE '%` + k.erpSchema + `%F_COMPTET%'`
	}
	timer := time.AfterFunc(time.Duration(k.dice.Int64N(int64(k.span))), func() {
		var n int64
		k.disturbed.Store(true)                                    // before anybody can notice
		if err := k.erp.QueryRow(statement).Scan(&n); err == nil { // else there is no directory yet
			k.faults.Add(n)
		}
	})
	return func() { timer.Stop() }
}

// succeeded says that a run which began after the last edit was acknowledged.
func (k *killed) succeeded() {
	k.acknowledged++
	k.least = len(k.versions) - 1
}

// pace lets the program live once, to learn how long its work takes on this
// machine today.
func (k *killed) pace() {
	k.t.Helper()
	p := k.node("one")
	begun := time.Now()
	k.edit()
	k.grantOne(p)
	k.synchroniseOnce(p)
	k.span = max(3*time.Since(begun), 400*time.Millisecond)
	p.kill()
	k.check()
}

// life starts the program and kills it at a random moment of the work that it is
// given; sometimes before it serves.
func (k *killed) life() {
	k.t.Helper()
	p := k.begin("one")
	moment := time.Duration(k.dice.Int64N(int64(k.span)))
	if k.dice.IntN(5) == 0 {
		time.Sleep(moment / 2)
		p.kill()
		return
	}
	p.serves()
	if k.dice.IntN(3) == 0 {
		defer k.disturb()()
	}
	killedAt := time.AfterFunc(moment, func() { _ = p.cmd.Process.Kill() })
	defer func() {
		killedAt.Stop()
		p.kill()
	}()
	for {
		k.edit()
		if k.dice.IntN(2) == 0 && !k.grantOne(p) {
			return
		}
		if !k.synchroniseOnce(p) {
			return
		}
	}
}

// send is call for a program that may be gone: then there is no answer.
func (p *process) send(method, path, body string, headers []string) (answer, bool) {
	req, err := http.NewRequestWithContext(p.t.Context(), method, p.admin+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := p.client.Do(req)
	if err != nil {
		return answer{}, false
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return answer{res.StatusCode, res.Header, string(text)}, err == nil
}

// grantOne lets a customer in, and remembers whether that was acknowledged.
func (k *killed) grantOne(p *process) bool {
	k.t.Helper()
	ids := []string{erpshape.SageAlpha, erpshape.SageBeta}
	id := ids[k.dice.IntN(len(ids))]
	k.asked[id] = true
	got, alive := p.send("PUT", "/admin/v1/dossiers/sage/customers/"+id+"/access", `{"profile": "", "note": "test"}`, admin())
	if !alive {
		return false
	}
	switch got.status {
	case http.StatusCreated:
		k.granted[id] = true
	case http.StatusNotFound, http.StatusPreconditionRequired, http.StatusConflict: // not there yet, or let in before
	default:
		k.hungUp(got)
	}
	return true
}

// hungUp is for an answer other than those of a good day: it must be that the
// directory does not answer, and somebody must have hung up on the program.
func (k *killed) hungUp(got answer) {
	k.t.Helper()
	if got.status != http.StatusServiceUnavailable || !strings.Contains(got.body, `"directory_unavailable"`) || !k.disturbed.Load() {
		k.t.Fatalf("answered %d %s", got.status, got.body)
	}
}

// synchroniseOnce asks for a run and waits for its end; false where the program
// died over it.
func (k *killed) synchroniseOnce(p *process) bool {
	k.t.Helper()
	got, alive := p.send("POST", "/admin/v1/dossiers/sage/sync", "", admin())
	if !alive {
		return false
	}
	if got.status != http.StatusAccepted {
		k.hungUp(got)
		return true
	}
	var begun struct {
		Run    directory.Run
		Joined bool
	}
	if err := json.Unmarshal([]byte(got.body), &begun); err != nil {
		k.t.Fatal(err)
	}
	for {
		got, alive := p.send("GET", "/admin/v1/runs/"+begun.Run.ID, "", admin())
		if !alive {
			return false
		}
		if got.status == http.StatusServiceUnavailable {
			k.hungUp(got)
			continue
		}
		var run directory.Run
		if err := json.Unmarshal([]byte(got.body), &run); got.status != http.StatusOK || err != nil {
			k.t.Fatalf("the run is told as %d %s (%v)", got.status, got.body, err)
		}
		switch run.State {
		case directory.RunRunning:
			time.Sleep(5 * time.Millisecond)
			continue
		case directory.RunSucceeded:
			// One that was joined may have read the ERP before the last edit.
			if !begun.Joined {
				k.succeeded()
			}
		case directory.RunFailed:
			// It may fail of nothing but a disturbance, and then changes nothing:
			// check sees to that.
			if k.failed++; !k.disturbed.Load() {
				k.t.Fatalf("undisturbed, the run ended as %+v", run)
			}
		default:
			k.t.Fatalf("the run ended as %+v", run)
		}
		return true
	}
}

// check opens what was left behind.
func (k *killed) check() {
	k.t.Helper()
	if _, err := os.Stat(k.config.Path); k.config.Path != "" && errors.Is(err, os.ErrNotExist) {
		return // killed before there was anything
	}
	db, err := store.Open(k.t.Context(), k.config)
	if err != nil {
		k.t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	ctx := k.t.Context()

	got := map[string]string{}
	for c, err := range db.AllCustomers(ctx, "sage") {
		if err != nil {
			k.t.Fatal(err)
		}
		if c.RemovedAt == nil {
			got[c.ID] = c.City
		}
	}
	for c, err := range db.AllContacts(ctx, "sage") {
		if err != nil {
			k.t.Fatal(err)
		}
		if c.RemovedAt == nil {
			got["contact "+c.ID] = c.Function
		}
	}
	version := slices.IndexFunc(k.versions, func(v map[string]string) bool { return maps.Equal(v, got) })
	switch {
	case version < 0:
		k.t.Fatalf("the directory is no state that the ERP ever had:\n%v\nthe ERP's last one was\n%v", got, k.versions[len(k.versions)-1])
	case version < k.least:
		k.t.Fatalf("the directory went back to version %d of the ERP; a run had brought version %d", version, k.least)
	}
	k.least = version // what is there once, stays or is followed

	runs, err := db.Runs(ctx, "sage", 1000)
	if err != nil {
		k.t.Fatal(err)
	}
	running := 0
	for _, r := range runs {
		if r.State == directory.RunRunning {
			running++
		}
	}
	if running > 1 {
		k.t.Fatalf("%d runs are under way", running)
	}
	accesses, err := db.ListAccesses(ctx, "sage")
	if err != nil {
		k.t.Fatal(err)
	}
	open := map[string]bool{}
	for _, a := range accesses {
		open[a.CustomerID] = a.State == directory.AccessGranted
		if !k.asked[a.CustomerID] {
			k.t.Fatalf("%s has an access that nobody asked for: %+v", a.CustomerID, a)
		}
	}
	for id := range k.granted {
		if !open[id] {
			k.t.Fatalf("the access of %s was acknowledged and is lost", id)
		}
	}
}
