package filter

import (
	"errors"
	"sync"
	"time"

	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/internal/erp"
)

// The breaker of a dossier opens when so many statements in a row found no
// ERP; then one request every while is let through to see whether it is back.
// Only a request that is about to ask the ERP meets it: what is answered from
// memory, as the catalog is, or refused before, does not.
const (
	breakAfter = 5
	breakFor   = 2 * time.Second
)

// breaker spares an ERP that does not answer, and those who would wait for it.
// Its zero value is closed. It may be used by many goroutines.
type breaker struct {
	mu      sync.Mutex
	failed  int       // in a row
	until   time.Time // nobody is let through before
	looking *look     // who was let through last, while nothing came of it
}

// look is the right of one request to see whether an ERP that was away is back.
// Whoever has it says what he saw, or gives it back: what never reached the ERP
// must not use it up, for then somebody who is always refused, or always asks what
// needs no ERP, would keep all others out. A look that is lost holds nobody up for
// longer than breakFor. nil is the right of everybody while the breaker is closed.
type look struct{ of *breaker }

// allow tells whether a statement may go to the ERP. The look is nil while the
// breaker is closed; else it must be given back.
func (b *breaker) allow(clock func() time.Time) (*look, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failed < breakAfter {
		return nil, true
	}
	now := clock()
	if now.Before(b.until) {
		return nil, false
	}
	b.until = now.Add(breakFor) // this one looks; the others wait for what it finds
	b.looking = &look{of: b}
	return b.looking, true
}

// shut tells whether allow would let nobody through now. It takes nothing.
func (b *breaker) shut(clock func() time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.failed >= breakAfter && clock().Before(b.until)
}

// open tells whether the last statements found no ERP.
func (b *breaker) open() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.failed >= breakAfter
}

// answered says that the ERP has begun to answer: it is back, whatever becomes of
// the rest of the answer, and however slowly that is read.
func (l *look) answered() {
	if l == nil {
		return
	}
	l.of.mu.Lock()
	defer l.of.mu.Unlock()
	l.of.failed, l.of.looking = 0, nil
}

// giveBack lets the next request look at once, if nothing was seen. It may be
// called in any case, and by one whose look was lent to another meanwhile.
func (l *look) giveBack() {
	if l == nil {
		return
	}
	l.of.mu.Lock()
	defer l.of.mu.Unlock()
	if l.of.looking == l {
		l.of.until, l.of.looking = time.Time{}, nil
	}
}

// saw is told how a statement ended: err is nil where it was answered.
func (b *breaker) saw(err error, now time.Time) {
	var refused *refusal.Error
	away := errors.As(err, &refused) && refused.Code == refusal.Unavailable
	answered := err == nil || errors.As(err, &refused) && (refused.Code == refusal.QueryFailed || refused.Code == refusal.LimitExceeded)
	if away && erp.Classify(refused.Cause) == erp.Transient {
		away, answered = false, true // a lock or a deadlock: a server that is there said so
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case away:
		b.failed++
		b.until, b.looking = now.Add(breakFor), nil
	case answered: // a refusal of the ERP's is an answer, too
		b.failed, b.looking = 0, nil
	}
}

func unreachable(err error) error {
	return refusal.Because(err, refusal.Unavailable, "the ERP of this dossier cannot be reached now: try again in a moment")
}

var errBroken = errors.New("the last requests found no ERP: it is left alone for a moment")
