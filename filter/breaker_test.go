package filter

import (
	"errors"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/vantelle/vantelle/filter/execute"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/internal/erp"
)

func TestABreakerSparesAnERPThatDoesNotAnswer(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	down := refusal.New(refusal.Unavailable, "x")
	var b breaker
	for range breakAfter {
		if !b.allow(at(now)) {
			t.Fatal("it is open too soon")
		}
		b.saw(down, now)
	}
	if b.allow(at(now)) || b.allow(at(now.Add(breakFor-1))) {
		t.Error("it is closed")
	}
	now = now.Add(breakFor)
	if !b.allow(at(now)) || b.allow(at(now)) {
		t.Error("one request looks whether the ERP is back, not none and not two")
	}
	b.saw(down, now)
	if b.allow(at(now.Add(breakFor - 1))) {
		t.Error("it closed though the ERP is still down")
	}
	// One that looked and never said what it found holds nobody up for ever.
	now = now.Add(breakFor)
	if !b.allow(at(now)) || !b.allow(at(now.Add(breakFor))) {
		t.Error("nobody looks any more")
	}
	b.saw(refusal.New(refusal.Cancelled, "x"), now)
	if b.allow(at(now.Add(breakFor))) {
		t.Error("a client that went away says nothing of the ERP")
	}
	b.saw(nil, now)
	for range 3 {
		if !b.allow(at(now)) {
			t.Error("the ERP is back, and it is open")
		}
	}
	// Failures that are answers open nothing.
	for range 3 * breakAfter {
		b.saw(refusal.New(refusal.QueryFailed, "x"), now)
		b.saw(down, now)
	}
	if !b.allow(at(now)) {
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
		if !b.allow(at(now)) {
			t.Errorf("%s closes the dossier to everybody", name)
		}
		down := refusal.New(refusal.Unavailable, "x")
		for range breakAfter - 1 {
			b.saw(down, now)
		}
		b.saw(refusal.Because(cause, refusal.Unavailable, "x"), now) // a server that is there said it
		b.saw(down, now)
		if !b.allow(at(now)) {
			t.Errorf("%s is no word of the ERP's", name)
		}
	}
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
	} {
		var b breaker
		for range 2 * breakAfter {
			err := execute.Refuse(t.Context(), cause)
			var refused *refusal.Error
			if !errors.As(err, &refused) || refused.Code != refusal.LimitExceeded {
				t.Fatalf("%s: %v", name, err)
			}
			b.saw(err, now)
			if !b.allow(at(now)) {
				t.Fatalf("%s closes the dossier", name)
			}
		}
	}
}
