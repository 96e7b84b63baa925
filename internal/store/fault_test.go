package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/jmoiron/sqlx"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/faultsql"
	"github.com/vantelle/vantelle/internal/store/sqlitefile"
	"github.com/vantelle/vantelle/sync/reconcile"
)

var errFault = errors.New("the cable is out")

// faulty is a directory whose writing connection fails as plan says.
type faulty struct {
	*DB
	mu   sync.Mutex
	seen map[faultsql.Call]int // how often each call came
	fail faultsql.Call
	at   int // which of them fails, from 1; 0 for none
}

// openFaulty opens a directory, and then puts faults between it and its engine.
func openFaulty(t *testing.T, cfg Config) *faulty {
	t.Helper()
	f := &faulty{DB: openWith(t, cfg), seen: map[faultsql.Call]int{}}
	var below driver.Connector
	if e, ok := f.engine.(postgresEngine); ok {
		below = stdlib.GetConnector(*e.conn)
	} else {
		dsn, err := sqlitefile.WriterDSN(cfg.Path, sqlitefile.Normal)
		must(t, err)
		below = faultsql.Open(f.writer.Driver(), dsn)
	}
	writer := sqlx.NewDb(sql.OpenDB(faultsql.Wrap(below, f.hook)), f.writer.DriverName())
	writer.SetMaxOpenConns(1)
	must(t, f.writer.Close())
	f.writer = writer
	return f
}

func (f *faulty) hook(c faultsql.Call) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen[c]++
	if f.at > 0 && c == f.fail && f.seen[c] == f.at {
		return errFault
	}
	return nil
}

// arm has the nth call of a kind fail; without n nothing fails.
func (f *faulty) arm(c faultsql.Call, n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen, f.fail, f.at = map[faultsql.Call]int{}, c, n
}

// model is what the directory must be, whatever fails.
type model struct {
	t    *testing.T
	dice *rand.Rand
	db   *faulty
	runs int

	erp      content
	stored   content         // the state of the ERP that the last run which succeeded brought
	byAdmin  map[string]bool // ids of customers to whom an administrator wanted to grant an access
	granted  map[string]bool // of those, who was told that he has, and has been there ever since
	versions int
}

// content is an ERP's, by id: a customer's city, a contact's customer.
type content struct{ customers, contacts map[string]string }

func (c content) clone() content { return content{maps.Clone(c.customers), maps.Clone(c.contacts)} }

// edit changes the ERP at random.
func (m *model) edit() {
	m.versions++
	for range 1 + m.dice.IntN(6) {
		id := fmt.Sprintf("C%02d", m.dice.IntN(12))
		person := fmt.Sprintf("P%02d", m.dice.IntN(20))
		switch m.dice.IntN(5) {
		case 0, 1, 2:
			m.erp.customers[id] = fmt.Sprint("city ", m.versions)
		case 3:
			if len(m.erp.customers) > 3 {
				delete(m.erp.customers, id)
				maps.DeleteFunc(m.erp.contacts, func(_, of string) bool { return of == id })
			}
		}
		if _, there := m.erp.customers[id]; there {
			m.erp.contacts[person] = id
		} else {
			delete(m.erp.contacts, person)
		}
	}
}

// source gives the ERP's records as a run reads them.
func source[T any](of map[string]string, record func(id, value string) T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, id := range slices.Sorted(maps.Keys(of)) {
			if !yield(record(id, of[id]), nil) {
				return
			}
		}
	}
}

// run does what a run does with its store, and gives its error.
func (m *model) run() (id string, err error) {
	ctx := context.Background()
	m.runs++
	id = fmt.Sprintf("run-%04d", m.runs)
	if err := m.db.StartRun(ctx, directory.Run{ID: id, Dossier: "ACME", StartedAt: noon}); err != nil {
		return id, err
	}
	plan, err := reconcile.Diff(reconcile.Input{
		Dossier: "ACME",
		SourceCustomers: source(m.erp.customers, func(id, city string) directory.Customer {
			return directory.Customer{Dossier: "ACME", ID: id, Code: id, Name: "Name of " + id, City: city, State: directory.CustomerActive, Hash: city}
		}),
		DirectoryCustomers: m.db.AllCustomers(ctx, "ACME"),
		SourceContacts: source(m.erp.contacts, func(id, of string) directory.Contact {
			return directory.Contact{Dossier: "ACME", ID: id, CustomerID: of, LastName: id, Hash: of}
		}),
		DirectoryContacts: m.db.AllContacts(ctx, "ACME"),
	})
	if err == nil {
		err = m.db.ApplyPlan(ctx, id, plan, noon)
	}
	if err != nil {
		return id, errors.Join(err, m.db.FinishRun(ctx, directory.Run{ID: id, State: directory.RunFailed, Error: err.Error()}))
	}
	return id, nil
}

// grant is what an administrator does.
func (m *model) grant() error {
	ctx := context.Background()
	ids := slices.Sorted(maps.Keys(m.stored.customers))
	if len(ids) == 0 {
		return nil
	}
	id := ids[m.dice.IntN(len(ids))]
	a, err := m.db.Access(ctx, "ACME", id)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return err
	}
	a.Dossier, a.CustomerID, a.State, a.SuspendedBy, a.SuspendedFrom, a.ChangedBy = "ACME", id, directory.AccessGranted, "", "", "admin"
	_, err = m.db.PutAccess(ctx, a)
	switch {
	case errors.Is(err, directory.ErrNotFound): // the run before has just removed him
		return nil
	case err == nil:
		m.granted[id] = true
	}
	m.byAdmin[id] = true
	return err
}

// check compares the directory with the model after an attempt at a run, which
// failed with err or did not. Faults are over.
func (m *model) check(id string, err error) {
	m.t.Helper()
	ctx := m.t.Context()
	m.db.arm(faultsql.Call{}, 0)
	run, readErr := m.db.Run(ctx, id)
	switch {
	case errors.Is(readErr, directory.ErrNotFound):
		if err == nil {
			m.t.Fatalf("run %s was acknowledged and is lost", id)
		}
	case readErr != nil:
		m.t.Fatal(readErr)
	case err == nil && run.State != directory.RunSucceeded:
		m.t.Fatalf("run %s was acknowledged and is %s", id, run.State)
	case run.State == directory.RunSucceeded: // acknowledged, or done and nobody was told
		maps.DeleteFunc(m.granted, func(id string, _ bool) bool {
			_, there := m.erp.customers[id]
			return !there
		})
		m.stored = m.erp.clone()
	}
	if got := m.directory(); !reflect.DeepEqual(got, m.stored) {
		m.t.Fatalf("after run %s (%s, %v) the directory has\n%v\nand must have\n%v", id, run.State, err, got, m.stored)
	}
	accesses, readErr := m.db.ListAccesses(ctx, "ACME")
	must(m.t, readErr)
	open := map[string]bool{}
	for _, a := range accesses {
		history, err := m.db.AccessHistory(ctx, "ACME", a.CustomerID)
		must(m.t, err)
		if int64(len(history)) != a.Version || !reflect.DeepEqual(history[len(history)-1], a) {
			m.t.Fatalf("the access of %s is at version %d, its history has %d", a.CustomerID, a.Version, len(history))
		}
		if a.State != directory.AccessGranted {
			continue
		}
		open[a.CustomerID] = true
		if !m.byAdmin[a.CustomerID] {
			m.t.Fatalf("%s has an access that nobody granted", a.CustomerID)
		}
		if _, there := m.stored.customers[a.CustomerID]; !there {
			m.t.Fatalf("%s may enter and is gone", a.CustomerID)
		}
	}
	for id := range m.granted {
		if !open[id] {
			m.t.Fatalf("the access of %s was acknowledged and is lost", id)
		}
	}
	_, err = m.db.AbandonRuns(ctx, noon) // as the next start of the service does
	must(m.t, err)
}

// directory reads all that is not removed.
func (m *model) directory() content {
	m.t.Helper()
	got := content{map[string]string{}, map[string]string{}}
	for c, err := range m.db.AllCustomers(m.t.Context(), "ACME") {
		must(m.t, err)
		if c.RemovedAt == nil {
			got.customers[c.ID] = c.City
		}
	}
	for c, err := range m.db.AllContacts(m.t.Context(), "ACME") {
		must(m.t, err)
		if c.RemovedAt == nil {
			got.contacts[c.ID] = c.CustomerID
		}
	}
	return got
}

// TestFaultAtEveryStoreCall edits an ERP at random and synchronises it while each
// kind of call to the directory's database fails in turn, before it was done and
// after: whatever fails, the directory is the ERP as the last run that succeeded
// saw it.
func TestFaultAtEveryStoreCall(t *testing.T) {
	onEach(t, func(t *testing.T, cfg Config) {
		const seed = 7
		m := &model{t: t, dice: rand.New(rand.NewPCG(seed, seed)), db: openFaulty(t, cfg),
			erp: content{map[string]string{}, map[string]string{}}, stored: content{map[string]string{}, map[string]string{}},
			byAdmin: map[string]bool{}, granted: map[string]bool{}}
		// Good runs tell which calls there are.
		calls := map[faultsql.Call]int{}
		for range 12 {
			m.edit()
			m.db.arm(faultsql.Call{}, 0)
			id, err := m.run()
			must(t, err)
			must(t, m.grant())
			for c, n := range m.db.seen {
				calls[c] = max(calls[c], n)
			}
			m.check(id, err)
		}
		if len(calls) < 25 {
			t.Fatalf("only %d kinds of calls were seen: %v", len(calls), calls)
		}
		order := slices.SortedFunc(maps.Keys(calls), func(a, b faultsql.Call) int {
			return slices.Compare([]string{a.Label, string(a.When)}, []string{b.Label, string(b.When)})
		})
		met := 0
		for _, c := range order {
			for nth := 1; nth <= min(calls[c], 4); nth++ {
				m.edit()
				m.db.arm(c, nth)
				id, err := m.run()
				grantErr := m.grant()
				if errors.Is(err, errFault) || errors.Is(grantErr, errFault) {
					met++
				}
				m.check(id, err)
			}
			// And once all is well again, so is the next run.
			id, err := m.run()
			if err != nil {
				t.Fatalf("after %v: %v", c, err)
			}
			m.check(id, err)
		}
		t.Logf("%d kinds of calls, %d faults met", len(calls), met)
		if met < len(calls) {
			t.Errorf("only %d faults were met", met)
		}
	})
}
