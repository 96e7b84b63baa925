package filter

import (
	"database/sql/driver"
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter/execute"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/faultsql"
)

func TestABreakerSparesAnERPThatDoesNotAnswer(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	down := refusal.New(refusal.Unavailable, "x")
	var b breaker
	for range breakAfter {
		if !allowed(&b, now) {
			t.Fatal("it is open too soon")
		}
		b.saw(down, now)
	}
	if allowed(&b, now) || allowed(&b, now.Add(breakFor-1)) {
		t.Error("it is closed")
	}
	now = now.Add(breakFor)
	if !allowed(&b, now) || allowed(&b, now) {
		t.Error("one request looks whether the ERP is back, not none and not two")
	}
	b.saw(down, now)
	if allowed(&b, now.Add(breakFor-1)) {
		t.Error("it closed though the ERP is still down")
	}
	// One that looked and never said what it found holds nobody up for ever.
	now = now.Add(breakFor)
	if !allowed(&b, now) || !allowed(&b, now.Add(breakFor)) {
		t.Error("nobody looks any more")
	}
	b.saw(refusal.New(refusal.Cancelled, "x"), now)
	if allowed(&b, now.Add(breakFor)) {
		t.Error("a client that went away says nothing of the ERP")
	}
	b.saw(nil, now)
	for range 3 {
		if !allowed(&b, now) {
			t.Error("the ERP is back, and it is open")
		}
	}
	// Failures that are answers open nothing.
	for range 3 * breakAfter {
		b.saw(refusal.New(refusal.QueryFailed, "x"), now)
		b.saw(down, now)
	}
	if !allowed(&b, now) {
		t.Error("it opened though the ERP answers in between")
	}
}

// TestALockIsNoERPThatIsAway: who writes much to his own rows, and waits for
// himself, does not close the dossier to others.
func TestALockIsNoERPThatIsAway(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, cause := range map[string]error{
		"a lock that is waited for too long": &pgconn.PgError{Code: "55P03"}, "a deadlock": &pgconn.PgError{Code: "40P01"},
		"a lock of MariaDB": &mysql.MySQLError{Number: 1205}, "a deadlock of MariaDB": &mysql.MySQLError{Number: 1213},
	} {
		if erp.Classify(cause) != erp.Transient {
			t.Fatalf("%s is %v", name, erp.Classify(cause))
		}
		var b breaker
		for range 3 * breakAfter {
			b.saw(refusal.Because(cause, refusal.Unavailable, "x"), now)
		}
		if !allowed(&b, now) {
			t.Errorf("%s closes the dossier to everybody", name)
		}
		down := refusal.New(refusal.Unavailable, "x")
		for range breakAfter - 1 {
			b.saw(down, now)
		}
		b.saw(refusal.Because(cause, refusal.Unavailable, "x"), now) // a server that is there said it
		b.saw(down, now)
		if !allowed(&b, now) {
			t.Errorf("%s is no word of the ERP's", name)
		}
	}
}

// A look that came to nothing is the next one's, at once; one that was lent to
// another meanwhile is not given back for him.
func TestPromise10ALookIsGivenBackByWhoeverHasIt(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	down := refusal.New(refusal.Unavailable, "x")
	var b breaker
	for range breakAfter {
		b.saw(down, now)
	}
	if !b.shut(at(now)) || b.shut(at(now.Add(breakFor))) {
		t.Error("it is shut for a moment, and then somebody may look")
	}
	now = now.Add(breakFor)
	first, ok := b.allow(at(now))
	if !ok || first == nil || !b.shut(at(now)) {
		t.Fatal("nobody may look")
	}
	first.giveBack()
	if b.shut(at(now)) || !b.open() {
		t.Error("what was given back is nobody's, or closes it")
	}
	first, _ = b.allow(at(now))
	now = now.Add(breakFor)
	second, ok := b.allow(at(now))
	if !ok {
		t.Fatal("a look that is lost holds everybody up")
	}
	first.giveBack()
	if !b.shut(at(now)) {
		t.Error("the first gave back the second's look")
	}
	b.saw(down, now)
	second.giveBack()
	if !b.shut(at(now)) {
		t.Error("a look that found no ERP is given back")
	}
	now = now.Add(breakFor)
	third, _ := b.allow(at(now))
	third.answered()
	if b.open() {
		t.Error("the ERP answers, and it is open")
	}
	third.giveBack()
	if again, ok := b.allow(at(now)); !ok || again != nil {
		t.Error("who comes while it is closed has a look to give back")
	}
	again := (*look)(nil)
	again.answered()
	again.giveBack()
}

// An ERP that is left alone is not read for its catalog either: readers of it wait
// for each other, and all would wait for a server that says nothing.
func TestPromise10TheCatalogOfAnERPThatIsLeftAloneIsNotReadAgain(t *testing.T) {
	var reads atomic.Int32
	settings := erp.DefaultSettings()
	settings.Name, settings.Engine, settings.DSN = "d", catalog.SQLite, filepath.Join(t.TempDir(), "erp.db")
	if err := os.WriteFile(settings.DSN, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	settings.Through = func(c driver.Connector) driver.Connector {
		return faultsql.Wrap(c, func(call faultsql.Call) error {
			if call.Label == "begin" && call.When == faultsql.Before {
				reads.Add(1)
			}
			return nil
		})
	}
	db, err := erp.Open(settings, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	w := NewWorlds(nil, time.Minute, Dossier{ID: "d", DB: db})
	w.now = func() time.Time { return now }
	read := func() bool {
		t.Helper()
		before := reads.Load()
		if _, err := w.Catalog(t.Context(), "d"); err != nil {
			t.Fatal(err)
		}
		return reads.Load() > before
	}
	if !read() || read() {
		t.Fatal("it is read once")
	}
	for range breakAfter {
		w.Failed("d", refusal.New(refusal.Unavailable, "x"))
	}
	now = now.Add(time.Hour)
	if read() {
		t.Error("it is read of an ERP that is left alone")
	}
	w.Failed("d", nil)
	if !read() {
		t.Error("it is not read again though the ERP is back")
	}
}

// allowed takes a look, or passes a breaker that is closed.
func allowed(b *breaker, now time.Time) bool {
	_, ok := b.allow(at(now))
	return ok
}

// at is a clock that shows a moment.
func at(t time.Time) func() time.Time { return func() time.Time { return t } }

// A server that has no memory or disk left for one statement is there: whoever asked
// is told, and the dossier stays open to others.
func TestAStatementThatTakesTooMuchBreaksNothing(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, cause := range map[string]error{
		"PostgreSQL's temporary files": &pgconn.PgError{Code: "53400"}, "PostgreSQL's memory": &pgconn.PgError{Code: "53200"},
		"MariaDB's memory": &mysql.MySQLError{Number: 1041}, "MariaDB's disk": &mysql.MySQLError{Number: 1021},
		"what MariaDB does not take at once": mysql.ErrPktTooLarge, "what MariaDB did not take at once": &mysql.MySQLError{Number: 1153},
	} {
		var b breaker
		for range 2 * breakAfter {
			err := execute.Refuse(t.Context(), cause)
			var refused *refusal.Error
			if !errors.As(err, &refused) || refused.Code != refusal.LimitExceeded {
				t.Fatalf("%s: %v", name, err)
			}
			b.saw(err, now)
			if !allowed(&b, now) {
				t.Fatalf("%s closes the dossier", name)
			}
		}
	}
}

// An answer that broke off after its first rows came from an ERP that was there. A
// server ends a connection on which nobody reads: five slow readers' answers would
// shut the dossier for all.
func TestAnAnswerThatBreaksOffBreaksNothing(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	gone := execute.Refuse(t.Context(), mysql.ErrInvalidConn)
	var b breaker
	for range 2 * breakAfter {
		b.saw(reached(1, gone), now)
	}
	if !allowed(&b, now) {
		t.Error("answers that broke off close the dossier")
	}
	for range breakAfter {
		b.saw(reached(0, gone), now)
	}
	if allowed(&b, now) {
		t.Error("answers that never began leave it open")
	}
	missing := refusal.New(refusal.QueryFailed, "x")
	if got := reached(1, missing); !errors.Is(got, missing) {
		t.Errorf("another failure becomes %v", got)
	}
}
