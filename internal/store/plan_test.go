package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vantelle/vantelle/internal/directory"
)

// big is a plan that creates n customers with a contact each.
func big(n int) directory.Plan {
	plan := directory.Plan{Dossier: "ACME"}
	for i := range n {
		id := fmt.Sprintf("C%07d", i)
		plan.PutCustomers = append(plan.PutCustomers, directory.Customer{
			Dossier: "ACME", ID: id, Code: id, Name: "Société " + id, Email: id + "@example.org", City: "Béziers",
			State: directory.CustomerActive, Tags: []string{"grossiste"}, Attributes: map[string]string{"zone": "Sud"},
			Hash: "0123456789abcdef0123456789abcdef",
		})
		plan.PutContacts = append(plan.PutContacts, directory.Contact{
			Dossier: "ACME", ID: id, CustomerID: id, LastName: "Dupont", Hash: "0123456789abcdef",
		})
		plan.Changes = append(plan.Changes, directory.Change{Noun: "customer", Record: id, Kind: directory.ChangeCreate})
	}
	return plan
}

func start(t testing.TB, db *DB, id string) {
	t.Helper()
	if err := db.StartRun(context.Background(), directory.Run{ID: id, Dossier: "ACME", StartedAt: noon}); err != nil {
		t.Fatal(err)
	}
}

// count counts the rows of a table.
func count(t testing.TB, db *DB, table string) (n int) {
	t.Helper()
	if err := db.get(context.Background(), &n, "SELECT COUNT(*) FROM "+table); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestEngineThatFailsInTheMiddle has the engine itself refuse one row of each
// table in turn, the last of many, and finds nothing of the plan.
func TestEngineThatFailsInTheMiddle(t *testing.T) {
	const n = 3*chunk + 7
	for table, where := range map[string]string{
		"customers":     "NEW.id = 'C0000606'",
		"contacts":      "NEW.id = 'C0000606'",
		"changes":       "NEW.seq = 607",
		"change_blocks": "NEW.first = 1",
		"access_audit":  "NEW.version = 2",
	} {
		t.Run("at "+table, func(t *testing.T) {
			onEach(t, func(t *testing.T, cfg Config) {
				db := openWith(t, cfg)
				start(t, db, "before")
				here := big(1).PutCustomers[0]
				here.ID = "here"
				if err := db.ApplyPlan(t.Context(), "before", directory.Plan{Dossier: "ACME", PutCustomers: []directory.Customer{here}}, noon); err != nil {
					t.Fatal(err)
				}
				access := directory.Access{Dossier: "ACME", CustomerID: "here", State: directory.AccessGranted, ChangedAt: noon}
				if _, err := db.PutAccess(t.Context(), access); err != nil {
					t.Fatal(err)
				}
				onRow(t, db, "fault", "INSERT", table, where, "the disk fails")
				start(t, db, "run")
				plan := big(n)
				plan.DropCustomers = []string{"here"}
				if err := db.ApplyPlan(t.Context(), "run", plan, noon); err == nil || !strings.Contains(err.Error(), "the disk fails") {
					t.Fatalf("got %v", err)
				}
				for table, want := range map[string]int{"customers": 1, "contacts": 0, "changes": 0, "change_blocks": 0, "access_audit": 1} {
					if got := count(t, db, table); got != want {
						t.Errorf("%s has %d rows, want %d", table, got, want)
					}
				}
				entrant, err := db.Entrant(t.Context(), "ACME", "here")
				if err != nil || entrant.Access.State != directory.AccessGranted {
					t.Errorf("who was there has %+v, %v", entrant.Access, err)
				}
				run, err := db.Run(t.Context(), "run")
				if err != nil || run.State != directory.RunRunning {
					t.Errorf("the run is %+v, %v", run, err)
				}
				if err := db.FinishRun(t.Context(), directory.Run{ID: "run", State: directory.RunFailed, Error: "the disk fails"}); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// TestWhoGivesUpGetsAllOrNothing cancels plans at ever later moments, and
// believes what ApplyPlan then says.
func TestWhoGivesUpGetsAllOrNothing(t *testing.T) {
	onEach(t, whoGivesUpGetsAllOrNothing)
}

func whoGivesUpGetsAllOrNothing(t *testing.T, cfg Config) {
	const n = 2000
	db := openWith(t, cfg)
	plan := big(n)
	applied, given := 0, 0
	for patience := time.Millisecond; applied == 0; patience *= 2 {
		id := patience.String()
		start(t, db, id)
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		err := db.ApplyPlan(ctx, id, plan, noon)
		cancel()
		if err == nil {
			applied++
		} else {
			given++
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Fatalf("who gave up is told %v", err)
			}
		}
		if got, want := count(t, db, "customers")+count(t, db, "contacts")+count(t, db, "changes")+blockChanges*count(t, db, "change_blocks"), 3*n*applied; got != want {
			t.Fatalf("after %v: %d rows, want %d", patience, got, want)
		}
		run, err := db.Run(t.Context(), id)
		if err != nil || (run.State == directory.RunSucceeded) != (applied == 1) {
			t.Fatalf("after %v the run is %+v, %v", patience, run, err)
		}
	}
	t.Logf("gave up %d times", given)
}

func TestRunWithoutChangesWritesOnlyTheRun(t *testing.T) {
	onEach(t, runWithoutChangesWritesOnlyTheRun)
}

func runWithoutChangesWritesOnlyTheRun(t *testing.T, cfg Config) {
	db := openWith(t, cfg)
	start(t, db, "first")
	if err := db.ApplyPlan(t.Context(), "first", big(3), noon); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"customers", "contacts", "accesses", "access_audit", "keys", "changes", "change_blocks", "fingerprints", "revisions"} {
		for _, verb := range []string{"INSERT", "UPDATE", "DELETE"} {
			onRow(t, db, "guard_"+table+"_"+verb, verb, table, "", verb+" on "+table)
		}
	}
	start(t, db, "second")
	plan := directory.Plan{Dossier: "ACME", Counts: directory.Counts{CustomersRead: 3, ContactsRead: 3}}
	if err := db.ApplyPlan(t.Context(), "second", plan, noon); err != nil {
		t.Fatal(err)
	}
}

func TestHistoryOfAccessesIsAppendOnly(t *testing.T) { onEach(t, historyOfAccessesIsAppendOnly) }

func historyOfAccessesIsAppendOnly(t *testing.T, cfg Config) {
	db := openWith(t, cfg)
	start(t, db, "run")
	if err := db.ApplyPlan(t.Context(), "run", big(1), noon); err != nil {
		t.Fatal(err)
	}
	access := directory.Access{Dossier: "ACME", CustomerID: "C0000000", State: directory.AccessGranted}
	if _, err := db.PutAccess(t.Context(), access); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{"UPDATE access_audit SET changed_by = 'nobody'", "DELETE FROM access_audit"} {
		if _, err := db.writer.Exec(statement); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", statement, err)
		}
	}
}

func TestReadersCannotWrite(t *testing.T) {
	onEach(t, func(t *testing.T, cfg Config) {
		if _, err := openWith(t, cfg).reader.Exec("UPDATE revisions SET value = 7"); err == nil {
			t.Fatal("a reader wrote")
		}
	})
}

func BenchmarkApplyPlan100k(b *testing.B) {
	plan := big(100_000)
	for _, e := range engineTests {
		b.Run(e.name, func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				db := openWith(b, e.config(b))
				start(b, db, "run")
				b.StartTimer()
				if err := db.ApplyPlan(context.Background(), "run", plan, noon); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkRequestReads(b *testing.B) {
	for _, e := range engineTests {
		b.Run(e.name, func(b *testing.B) { benchmarkRequestReads(b, openWith(b, e.config(b))) })
	}
}

func benchmarkRequestReads(b *testing.B, db *DB) {
	ctx := context.Background()
	start(b, db, "run")
	key := directory.Key{Name: "k", Hash: strings.Repeat("0", 64)}
	access := directory.Access{Dossier: "ACME", CustomerID: "C0000500", State: directory.AccessGranted}
	if err := db.ApplyPlan(ctx, "run", big(1000), noon); err != nil {
		b.Fatal(err)
	}
	if _, err := db.PutAccess(ctx, access); err != nil {
		b.Fatal(err)
	}
	if err := db.SeedKeys(ctx, directory.KeyBackend, []directory.Key{key}); err != nil {
		b.Fatal(err)
	}
	for name, read := range map[string]func() error{
		"Revision":        func() error { _, err := db.Revision(ctx); return err },
		"KeyByHash":       func() error { _, err := db.KeyByHash(ctx, directory.KeyBackend, key.Hash); return err },
		"CustomersByCode": func() error { _, err := db.CustomersByCode(ctx, "ACME", "C0000500"); return err },
		"Entrant":         func() error { _, err := db.Entrant(ctx, "ACME", "C0000500"); return err },
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := read(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
