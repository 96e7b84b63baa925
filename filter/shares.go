package filter

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/internal/identity"
)

// shares keeps one customer from having all connections to his dossier's ERP to
// himself: half of a pool, and at least one, is what he has at a time. Who wants
// more waits until one of his own requests has ended; those of others do not.
// Its zero value is ready, and may be used by many goroutines.
type shares struct {
	mu   sync.Mutex
	used map[shareOf]*share
}

// shareOf names a share: who sits there, or by which key, makes no other.
type shareOf struct {
	dossier, customer string
	writes            bool
}

type share struct {
	connections *semaphore.Weighted
	requests    int // that have one or wait for one; without any the share is forgotten
}

// turn waits until the caller may have a connection of a pool of so many. leave gives
// it back; when a statement's time is over it is given back in any case: who reads an
// answer slowly has no connection any more by then. After an outage it takes the look,
// which is given back in any case. Errors are *refusal.Error.
func (g *Gate) turn(ctx context.Context, c identity.Caller, pool int, writes bool) (leave func(), look *look, err error) {
	if g.worlds.shut(c.Dossier) {
		return nil, nil, unreachable(errBroken) // nobody waits for statements that find no ERP
	}
	leave, err = g.shares.enter(ctx, shareOf{c.Dossier, c.Customer.ID, writes}, pool, g.limits.Time)
	if err != nil {
		if g.worlds.shut(c.Dossier) { // which was found out meanwhile
			err = unreachable(errBroken)
		}
		return nil, nil, err
	}
	look, err = g.worlds.look(c.Dossier) // not before: who waits for his own requests keeps nobody from looking
	if err != nil {
		leave()
		return nil, nil, err
	}
	if g.limits.Time <= 0 {
		return leave, look, nil
	}
	once := sync.OnceFunc(leave)
	over := time.AfterFunc(g.limits.Time, once)
	return func() { over.Stop(); once() }, look, nil
}

// enter takes a connection of a pool of so many, 0 for any number, and waits for it
// no longer than patience, 0 for as long as ctx. leave gives it back, and is called
// once. Errors are *refusal.Error.
func (s *shares) enter(ctx context.Context, of shareOf, pool int, patience time.Duration) (leave func(), err error) {
	if pool <= 0 {
		return func() {}, nil
	}
	mine := s.join(of, max(1, pool/2))
	if !mine.connections.TryAcquire(1) {
		waiting, cancel := ctx, context.CancelFunc(func() {})
		if patience > 0 {
			waiting, cancel = context.WithTimeout(ctx, patience)
		}
		err := mine.connections.Acquire(waiting, 1)
		cancel()
		if err != nil {
			s.part(of)
			if ctx.Err() == context.Canceled {
				return nil, refusal.Because(err, refusal.Cancelled, "the request was cancelled")
			}
			return nil, refusal.Because(err, refusal.Timeout, "this customer's other requests have not ended: he may have %d at a time on the ERP", max(1, pool/2))
		}
	}
	return func() {
		mine.connections.Release(1)
		s.part(of)
	}, nil
}

func (s *shares) join(of shareOf, most int) *share {
	s.mu.Lock()
	defer s.mu.Unlock()
	mine := s.used[of]
	if mine == nil {
		if s.used == nil {
			s.used = map[shareOf]*share{}
		}
		mine = &share{connections: semaphore.NewWeighted(int64(most))}
		s.used[of] = mine
	}
	mine.requests++
	return mine
}

func (s *shares) part(of shareOf) {
	s.mu.Lock()
	defer s.mu.Unlock()
	mine := s.used[of]
	if mine.requests--; mine.requests == 0 {
		delete(s.used, of)
	}
}
