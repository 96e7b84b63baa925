package syncrun

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/faultsql"
	"github.com/vantelle/vantelle/sync/erpsource"
	"github.com/vantelle/vantelle/sync/reconcile"
)

// faultyERP is a directory that follows an ERP whose every call may fail.
type faultyERP struct {
	*life
	shop
	*saboteur
	dice    *rand.Rand
	version int
	there   map[int]int       // the ERP's own customers beside those of the script, with the versions of their names
	follows map[int]int       // of the last run that succeeded
	byAdmin map[string]bool   // to whom an administrator granted an access
	owed    map[string]bool   // of those, who has been there ever since
	idOf    func(int) string  // the directory's id of one of there
	classes map[erp.Class]int // of the errors that runs ended with
	lastMet bool              // whether the last attempt's fault came
}

// edit changes the ERP at random.
func (f *faultyERP) edit() {
	f.version++
	for range 1 + f.dice.IntN(3) {
		id := 1 + f.dice.IntN(12)
		_, there := f.there[id]
		switch {
		case !there:
			for _, s := range f.put(id, f.version) {
				f.write(s)
			}
			f.there[id] = f.version
		case f.dice.IntN(3) == 0 && len(f.there) > 2:
			for _, s := range f.drop(id) {
				f.write(s)
			}
			delete(f.there, id)
		default:
			f.write(f.rename(id, f.version))
			f.there[id] = f.version
		}
	}
}

// contents is what the directory has: what a failed run must leave as it was.
type contents struct {
	customers []directory.Customer
	contacts  []directory.Contact
	accesses  []directory.Access
	decisions []directory.Decision
	position  directory.Position
	print     directory.Fingerprint
	held      bool
}

func (f *faultyERP) read() (a contents) {
	f.t.Helper()
	ctx := context.Background()
	may := func(err error) {
		if err != nil && !errors.Is(err, directory.ErrNotFound) {
			f.t.Fatal(err)
		}
	}
	for c, err := range f.store.AllCustomers(ctx, "d") {
		may(err)
		a.customers = append(a.customers, c)
	}
	for c, err := range f.store.AllContacts(ctx, "d") {
		may(err)
		a.contacts = append(a.contacts, c)
	}
	var err error
	a.accesses, err = f.store.ListAccesses(ctx, "d")
	may(err)
	a.decisions, err = f.store.Decisions(ctx, "d", false, 100)
	may(err)
	a.position, err = f.store.Position(ctx, "d")
	may(err)
	a.print, err = f.store.Fingerprint(ctx, "d")
	may(err)
	_, err = f.store.Hold(ctx, "d")
	may(err)
	a.held = err == nil
	return a
}

// attempt runs once, with one call that fails, and looks at what it left.
func (f *faultyERP) attempt(fail site, kind faultKind) error {
	f.t.Helper()
	before := f.read()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	f.arm(fail, kind, ctx)
	ended, hangs := make(chan struct{}), f.hangs
	go func() {
		select {
		case <-hangs:
			cancel()
		case <-ended:
		}
	}()
	f.now = f.now.Add(time.Minute)
	run, plan, err := f.runner.RunOnce(ctx, Options{Full: fail.full})
	close(ended)
	f.mu.Lock()
	met := f.met
	f.lastMet = met
	f.mu.Unlock()
	f.arm(site{}, "", nil)
	when := fmt.Sprintf("%s %s #%d (everything: %v), %s, met %v: the run is %s, %v", fail.call.When, fail.call.Label, fail.nth, fail.full, kind, met, run.State, err)
	if e := plan.Close(); e != nil {
		f.t.Fatalf("%s: %v", when, e)
	}
	f.free(when)
	kept, e := f.store.Run(context.Background(), run.ID)
	if e != nil || kept.State != run.State || kept.State == directory.RunRunning {
		f.t.Fatalf("%s: the history has %+v, %v", when, kept, e)
	}
	after := f.read()
	if after.held {
		f.t.Fatalf("%s: the dossier is closed", when)
	}
	if err != nil {
		f.classes[erp.Classify(err)]++
		if !met {
			f.t.Fatalf("%s: nothing was to fail", when)
		}
		if !reflect.DeepEqual(before, after) {
			f.t.Fatalf("%s: it changed the directory from\n%+v\nto\n%+v", when, before, after)
		}
		return err
	}
	f.follows = maps.Clone(f.there)
	f.compare(when, after)
	return nil
}

// free waits until the run's connections are given back: one that is not would
// be the last at some time.
func (f *faultyERP) free(when string) {
	f.t.Helper()
	for range 500 {
		if f.db.Stats().Sync.InUse == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	f.t.Fatalf("%s: %d connections are still in use", when, f.db.Stats().Sync.InUse)
}

// compare wants the directory to be what the ERP was at the last success, and no
// access to be there that nobody granted, or to be lost.
func (f *faultyERP) compare(when string, a contents) {
	f.t.Helper()
	got := map[string]string{}
	for _, c := range a.customers {
		if c.RemovedAt == nil {
			got[c.ID] = c.Name
		}
	}
	people := 0
	for _, c := range a.contacts {
		if c.RemovedAt == nil {
			people++
			if _, there := got[c.CustomerID]; !there {
				f.t.Fatalf("%s: contact %s is one of %s, who is gone", when, c.ID, c.CustomerID)
			}
		}
	}
	for id, version := range f.follows {
		if name := fmt.Sprint("Name ", version); got[f.idOf(id)] != name {
			f.t.Fatalf("%s: %s is %q, and is %q in the ERP", when, f.idOf(id), got[f.idOf(id)], name)
		}
	}
	if base := f.base(); len(got) != len(f.follows)+base[0] || people != len(f.follows)+base[1] {
		f.t.Fatalf("%s: %d customers and %d contacts, of %d", when, len(got), people, len(f.follows))
	}
	for id := range f.owed {
		if _, there := got[id]; !there {
			delete(f.owed, id)
		}
	}
	open := map[string]bool{}
	for _, access := range a.accesses {
		if access.State != directory.AccessGranted {
			continue
		}
		open[access.CustomerID] = true
		if !f.byAdmin[access.CustomerID] {
			f.t.Fatalf("%s: %s has an access that nobody granted", when, access.CustomerID)
		}
		if _, there := got[access.CustomerID]; !there {
			f.t.Fatalf("%s: %s may enter and is gone", when, access.CustomerID)
		}
	}
	for id := range f.owed {
		if !open[id] {
			f.t.Fatalf("%s: the access of %s is lost", when, id)
		}
	}
}

// base is how many customers and contacts the script has of itself.
func (f *faultyERP) base() [2]int {
	if f.erp == erpsource.Dolibarr {
		return [2]int{3, 3}
	}
	if f.erp == erpsource.Odoo {
		return [2]int{3, 1}
	}
	return [2]int{3, 2}
}

// admin grants an access to one of the customers.
func (f *faultyERP) admin() {
	ids := slices.Sorted(maps.Keys(f.follows))
	if len(ids) == 0 {
		return
	}
	id := f.idOf(ids[f.dice.IntN(len(ids))])
	a, err := f.store.Access(context.Background(), "d", id)
	if err == nil && a.State == directory.AccessGranted {
		return
	}
	a.Dossier, a.CustomerID, a.Profile, a.State, a.SuspendedBy, a.SuspendedFrom = "d", id, "B2B", directory.AccessGranted, "", ""
	if _, err := f.store.PutAccess(context.Background(), a); err != nil {
		f.t.Fatal(err)
	}
	f.byAdmin[id], f.owed[id] = true, true
}

// TestFaultAtEveryERPCall edits an ERP at random and synchronises it, while each
// call to the ERP's database fails in turn: connecting, beginning, each statement,
// a row at random depth and the end of the rows, the end of the transaction, each
// before it was done and after. A run that fails changes nothing, one that
// succeeds leaves the directory as the ERP is, and nobody gains or loses an access.
func TestFaultAtEveryERPCall(t *testing.T) {
	for _, kind := range []string{erpsource.Sage100, erpsource.Dolibarr, erpsource.Odoo} {
		t.Run(kind, func(t *testing.T) {
			s := shops[kind]
			s.erp = kind
			onEachEngineThrough(t, kind, s.script, func(l *life, sab *saboteur) { sabotage(l, sab, s, false) }, catalog.SQLite, s.lives)
			if kind != erpsource.Sage100 {
				return
			}
			t.Run("sqlserver, modelled, with Change Tracking", func(t *testing.T) {
				s.tables = []string{"F_COMPTET", "F_CONTACTT", "P_DOSSIER", "CHANGETABLE", "database_recovery_status"}
				s.put = func(id, v int) []string {
					return []string{
						fmt.Sprintf(`INSERT INTO F_COMPTET VALUES (%d, 'C%02d', 'Name %d', 0, '%d', NULL)`, id+100, id, v, id),
						fmt.Sprintf(`INSERT INTO F_CONTACTT VALUES (%d, 'C%02d', %d, 'Person %d', NULL)`, id+100, id, id+100, v)}
				}
				sab := &saboteur{}
				m := newTrackedThrough(t, func(c driver.Connector) driver.Connector { return faultsql.Wrap(c, sab.hook) })
				sabotage(m.life, sab, s, true)
			})
		})
	}
}

func sabotage(l *life, sab *saboteur, s shop, modelled bool) {
	t := l.t
	const seed = 11
	t.Logf("seed %d", seed)
	f := &faultyERP{life: l, shop: s, saboteur: sab, dice: rand.New(rand.NewPCG(seed, seed)), there: map[int]int{}, byAdmin: map[string]bool{}, owed: map[string]bool{},
		classes: map[erp.Class]int{},
		idOf:    func(id int) string { return fmt.Sprint(id + 100) }}
	if s.erp == erpsource.Sage100 {
		f.idOf = func(id int) string { return fmt.Sprintf("C%02d", id) }
	}
	l.runner.Guard = reconcile.RefuseEmptySource
	// Good runs tell which calls there are.
	sites := map[site]int{} // how often the last of them comes
	for i := range 8 {
		if i != 7 { // once nothing has changed
			f.edit()
		}
		l.db.Sync().SetMaxIdleConns(i % 4) // so that connecting is among them
		full := i%2 == 0
		f.arm(site{}, "", nil)
		f.now = f.now.Add(time.Minute)
		if _, _, err := f.runner.RunOnce(t.Context(), Options{Full: full}); err != nil {
			t.Fatal(err)
		}
		f.follows = maps.Clone(f.there)
		f.compare("a good run", f.read())
		f.admin()
		for c, n := range f.seen {
			at := site{full: full, call: c}
			sites[at] = max(sites[at], n)
		}
	}
	l.db.Sync().SetMaxIdleConns(0)
	order := slices.SortedFunc(maps.Keys(sites), func(a, b site) int {
		return slices.Compare([]string{fmt.Sprint(a.full), a.call.Label, string(a.call.When)}, []string{fmt.Sprint(b.full), b.call.Label, string(b.call.When)})
	})
	several := 2
	if testing.Short() {
		several = 1
	}
	if l.db.Engine() == catalog.SQLServer && !modelled { // each run takes long there
		several = 1
		f.dice.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		order = order[:min(len(order), 6)]
		for i := range order {
			sites[order[i]] = 1
		}
		t.Logf("a server of SQL Server's kind: faults at %d of %d calls only, the first time that each comes", len(order), len(sites))
	}
	met, faults, turn := map[site]bool{}, 0, 0
	for _, at := range order {
		n := sites[at]
		nths := []int{1, n}
		for i := range n { // each statement; of rows some
			if !strings.HasPrefix(at.call.Label, "next ") || f.dice.IntN(n) < 2 {
				nths = append(nths, i+1)
			}
		}
		slices.Sort(nths)
		for _, nth := range slices.Compact(nths) {
			for range several { // of the kinds, in turn
				turn++
				kind := faultKinds[turn%len(faultKinds)]
				fail := at
				fail.nth = nth
				for range 4 { // the last ones do not come in each run
					f.edit()
					err := f.attempt(fail, kind)
					if f.lastMet {
						met[at], faults = true, faults+1
						if err == nil && kind == faultPermanent && at.call.Label != "rollback" && !(modelled && excused(at)) {
							t.Errorf("%s %s #%d: it failed, and the run did not", at.call.When, at.call.Label, nth)
						}
						break
					}
				}
				f.admin()
			}
		}
		// Once all is well again, so are the next runs.
		again := []bool{at.full}
		if modelled { // what was tracked is gone on from after a read of everything
			again = []bool{true, false}
		}
		for _, full := range again {
			if err := f.attempt(site{full: full}, ""); err != nil {
				t.Fatalf("after %v: %v", at.call, err)
			}
		}
	}
	for _, at := range order {
		if !met[at] {
			t.Errorf("no fault was met at %s %s, everything read: %v", at.call.When, at.call.Label, at.full)
		}
	}
	labels := map[string]bool{}
	for at := range sites {
		labels[strings.ToLower(at.call.Label)] = true
	}
	wanted := []string{"connect", "begin", "rollback"}
	for _, table := range s.tables {
		wanted = append(wanted, "query select "+table, "next select "+table)
	}
	for _, want := range wanted {
		if !labels[strings.ToLower(want)] {
			t.Errorf("no %s among %v", want, slices.Sorted(maps.Keys(labels)))
		}
	}
	t.Logf("%d calls of %d labels, %d faults; runs ended %v", len(sites), len(labels), faults, f.classes)
}

// excused are calls that a run can do without: those that ask whether SQL Server
// tracks changes. Where they fail, markers do.
func excused(at site) bool {
	_, label, _ := strings.Cut(at.call.Label, " ")
	return at.call.Label == "connect" || slices.Contains([]string{"select", "select database_recovery_status", "select internal_tables", "select change_tracking_databases"}, label)
}
