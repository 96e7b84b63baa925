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
const (
	breakAfter = 5
	breakFor   = 2 * time.Second
)

// breaker spares an ERP that does not answer, and those who would wait for it.
// Its zero value is closed. It may be used by many goroutines.
type breaker struct {
	mu     sync.Mutex
	failed int       // in a row
	until  time.Time // nobody is let through before
}

// allow tells whether a request may go to the ERP.
func (b *breaker) allow(clock func() time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.failed < breakAfter {
		return true
	}
	now := clock()
	if now.Before(b.until) {
		return false
	}
	b.until = now.Add(breakFor) // this one looks; the others wait for what it finds
	return true
}

// open tells whether the last requests found no ERP.
func (b *breaker) open() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.failed >= breakAfter
}

// saw is told how a request to the ERP ended: err is nil where it was answered.
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
		b.until = now.Add(breakFor)
	case answered: // a refusal of the ERP's is an answer, too
		b.failed = 0
	}
}

func unreachable(err error) error {
	return refusal.Because(err, refusal.Unavailable, "the ERP of this dossier cannot be reached now: try again in a moment")
}

var errBroken = errors.New("the last requests found no ERP: it is left alone for a moment")
