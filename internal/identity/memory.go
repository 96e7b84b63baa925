package identity

import (
	"context"
	"crypto/sha256"
	"sync"
)

// revised is a Directory that says when it has changed: its revision, read
// after any change is done, is another one than before. *store.DB is.
type revised interface {
	Revision(ctx context.Context) (int64, error)
}

// memory keeps callers that were let in, for as long as the directory's revision
// stays the same. Every request reads the revision, so that a change holds from
// the next request on. Refusals are not kept: strangers must not fill it. Its
// zero value is empty, and it may be used by many goroutines.
type memory struct {
	mu       sync.RWMutex
	revision int64
	callers  map[question]Caller
}

// question is all that Backend is asked. The key is kept as its hash.
type question struct {
	key                               [sha256.Size]byte
	dossier, customer, contact, actor string
}

// remembered is how many callers are kept at most.
const remembered = 10_000

func ask(dossier, bearer, customer, contact, actor string) question {
	return question{sha256.Sum256([]byte(bearer)), dossier, customer, contact, actor}
}

// recall gives the caller who was let in at this revision, if there is one.
func (m *memory) recall(q question, revision int64) (Caller, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if m.revision != revision {
		return Caller{}, false
	}
	c, ok := m.callers[q]
	return c, ok
}

// keep remembers a caller. revision was read before the directory was asked for
// him: where it has changed in between, nobody will look under it again.
func (m *memory) keep(q question, revision int64, c Caller) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.callers == nil || m.revision != revision || len(m.callers) >= remembered {
		m.callers, m.revision = map[question]Caller{}, revision
	}
	m.callers[q] = c
}
