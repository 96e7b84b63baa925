package filter

import (
	"testing"
	"time"

	"github.com/vantelle/vantelle/filter/refusal"
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

// at is a clock that shows a moment.
func at(t time.Time) func() time.Time { return func() time.Time { return t } }
