package filter_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// TestPromise3ACustomerLeavesConnectionsToTheOthers: who has half of the connections to the
// ERP waits for his own requests, whoever of his asks; others need not.
func TestPromise3ACustomerLeavesConnectionsToTheOthers(t *testing.T) {
	first := newRig(t, ledger, shop)
	settings := erp.DefaultSettings()
	settings.Name, settings.Engine, settings.DSN = "d", catalog.SQLite, first.path
	settings.PortalPool.MaxOpen, settings.PortalPool.MaxIdle = 5, 5
	db, err := erp.Open(settings, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	r := rigOn(t, db, shop)
	open := func(ctx context.Context, customer, contact string) (*filter.Answer, error) {
		caller := as(customer)
		caller.Contact = contact
		answer, err := r.gate.Do(ctx, filter.Request{Caller: caller, Text: "SELECT ref FROM docs"})
		if err == nil {
			t.Cleanup(func() { _ = answer.Close() })
		}
		return answer, err
	}
	mustOpen := func(customer, contact string) *filter.Answer {
		t.Helper()
		answer, err := open(t.Context(), customer, contact)
		if err != nil {
			t.Fatalf("%s: %v", customer, err)
		}
		return answer
	}
	one := mustOpen("ANNA", "1")
	mustOpen("ANNA", "2")
	soon, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := open(soon, "ANNA", "3"); codeOf(err) != refusal.Timeout {
		t.Errorf("a third of five connections: %v", err)
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := open(gone, "ANNA", "3"); codeOf(err) != refusal.Cancelled {
		t.Errorf("somebody who went away: %v", err)
	}
	mustOpen("BORIS", "")
	mustOpen("BORIS", "")

	// The next goes on when one of his own has ended, by its end as by being closed.
	waits := make(chan error)
	ask := func() { _, err := open(t.Context(), "ANNA", "3"); waits <- err }
	go ask()
	select {
	case err := <-waits:
		t.Fatalf("it did not wait: %v", err)
	case <-time.After(20 * time.Millisecond):
	}
	_ = one.Close()
	if err := <-waits; err != nil {
		t.Errorf("after one has ended: %v", err)
	}
}

// TestPromise10NobodyWaitsForStatementsThatFindNoERP: who has his half already is told at
// once that the ERP is away, and so is who waits when that is found out. Else his requests
// would stand behind those that hang, and be told of a time-out that was none.
func TestPromise10NobodyWaitsForStatementsThatFindNoERP(t *testing.T) {
	first := newRig(t, ledger, shop)
	settings := erp.DefaultSettings()
	settings.Name, settings.Engine, settings.DSN = "d", catalog.SQLite, first.path
	settings.PortalPool.MaxOpen, settings.PortalPool.MaxIdle = 2, 2
	db, err := erp.Open(settings, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	r := rigOn(t, db, shop)
	answer, err := r.gate.Do(t.Context(), filter.Request{Caller: as("ANNA"), Text: "SELECT ref FROM docs"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = answer.Close() })
	waits := make(chan error)
	go func() {
		soon, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		_, err := r.gate.Do(soon, filter.Request{Caller: as("ANNA"), Text: "SELECT ref FROM docs"})
		waits <- err
	}()
	time.Sleep(50 * time.Millisecond)
	for range 5 {
		r.worlds.Failed("d", refusal.New(refusal.Unavailable, "x"))
	}
	begun := time.Now()
	soon, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if _, err := r.gate.Do(soon, filter.Request{Caller: as("ANNA"), Text: "SELECT ref FROM docs"}); codeOf(err) != refusal.Unavailable {
		t.Errorf("while the ERP is left alone: %v", err)
	}
	if took := time.Since(begun); took > time.Second {
		t.Errorf("he was told after %v", took)
	}
	if err := <-waits; codeOf(err) != refusal.Unavailable {
		t.Errorf("who waits: %v", err)
	}
}

// TestPromise3EveryEndGivesTheConnectionBack: by an error, a refusal, an audit that is down,
// the last row.
func TestPromise3EveryEndGivesTheConnectionBack(t *testing.T) {
	r := newRig(t, ledger, shop)
	soon, end := context.WithTimeout(t.Context(), 20*time.Second)
	defer end()
	for range 30 {
		answer, err := r.gate.Do(soon, filter.Request{Caller: as("ANNA"), Text: "SELECT ref FROM docs"})
		for err == nil {
			_, err = answer.Rows.Next(t.Context())
		}
		if !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		r.audit.broken = errors.New("full")
		if _, err := r.gate.Do(soon, filter.Request{Caller: as("ANNA"), Text: "SELECT ref FROM docs"}); codeOf(err) != refusal.AuditDown {
			t.Fatal(err)
		}
		r.audit.broken = nil
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := r.gate.Do(gone, filter.Request{Caller: as("ANNA"), Text: "SELECT ref FROM docs"}); err == nil {
			t.Fatal("a request that was cancelled is answered")
		}
	}
}
