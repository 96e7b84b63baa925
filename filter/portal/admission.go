package portal

import (
	"context"
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/vantelle/vantelle/internal/httpjson"
	"github.com/vantelle/vantelle/internal/identity"
)

// Load bounds how much is asked at once, so that no caller and no dossier uses
// what is there for others. A zero number is no bound.
type Load struct {
	Dossier  int           // requests of one dossier at a time
	Customer int           // of one customer with one key
	Queue    int           // of one dossier that wait for a place
	Wait     time.Duration // how long one waits at most
	// KeyRate and CustomerRate are requests in a second, of one key and of one
	// customer with one key; twice as many may come at once after a pause.
	KeyRate, CustomerRate float64
}

// admission lets requests in. It may be used by many goroutines.
type admission struct {
	load Load
	now  func() time.Time

	mu        sync.Mutex
	dossiers  map[string]*places
	customers map[customerKey]int
	keys      map[string]*rate.Limiter
	rates     map[customerKey]*rate.Limiter
}

// customerKey is one caller, whoever sits there.
type customerKey struct{ dossier, key, customer string }

// places are those of one dossier.
type places struct {
	free    chan struct{} // a token for each place that is taken
	waiting int
}

// remembered is how many rates are kept; when there are more, all begin anew.
const remembered = 20_000

func newAdmission(l Load) *admission {
	return &admission{load: l, now: time.Now, dossiers: map[string]*places{}, customers: map[customerKey]int{},
		keys: map[string]*rate.Limiter{}, rates: map[customerKey]*rate.Limiter{}}
}

// taken is what one request takes from others while it is answered.
type taken struct {
	ofDossier, ofCustomer func()
}

// leaveDossier gives the dossier's place back, and keeps the customer's.
func (p *taken) leaveDossier() { p.ofDossier() }

// leave gives everything back; it may be called more than once.
func (p *taken) leave() {
	p.ofDossier()
	p.ofCustomer()
}

// enter lets a request in: first as one of its customer's, then, once ready has
// returned, as one of its dossier's. ready reads what the client still has to
// send: who is slow keeps nobody from entering but himself. Errors are ready's, or
// problems that say when to try again.
func (a *admission) enter(ctx context.Context, who identity.Caller, ready func() error) (*taken, error) {
	caller := customerKey{who.Dossier, who.KeyID, who.Customer.ID}
	if err := a.take(caller); err != nil {
		return nil, err
	}
	p := &taken{ofDossier: func() {}, ofCustomer: sync.OnceFunc(func() { a.give(caller) })}
	entered := false
	defer func() {
		if !entered {
			p.leave()
		}
	}()
	back, err := a.pace(caller)
	if err != nil {
		return nil, err
	}
	if err := ready(); err != nil {
		return nil, err
	}
	leave, err := a.place(ctx, who.Dossier)
	if err != nil {
		back()
		return nil, err
	}
	p.ofDossier, entered = sync.OnceFunc(leave), true
	return p, nil
}

// pace refuses who asks too often. A refusal takes nothing from either rate: it
// costs the key's other customers nothing, nor one who is refused for others. back
// does the same for a request that is refused later.
func (a *admission) pace(c customerKey) (back func(), err error) {
	keyWait, backKey := paced(a, a.keys, c.key, a.load.KeyRate)
	wait, backCustomer := paced(a, a.rates, c, a.load.CustomerRate)
	switch {
	case wait > 0 && keyWait == 0:
		backKey()
	case keyWait > 0 && wait == 0:
		backCustomer()
	}
	if wait = max(wait, keyWait); wait == 0 {
		return func() { backKey(); backCustomer() }, nil
	}
	return nil, &httpjson.Problem{Code: httpjson.TooManyRequests, RetryAfter: wait, Detail: "too many requests in a short time: wait as long as Retry-After says"}
}

// paced takes a request from a rate, which back gives back; where there is none
// left, it takes nothing and says how long to wait.
func paced[K comparable](a *admission, all map[K]*rate.Limiter, key K, perSecond float64) (wait time.Duration, back func()) {
	if perSecond <= 0 {
		return 0, func() {}
	}
	a.mu.Lock()
	l := all[key]
	if l == nil {
		if len(all) >= remembered {
			clear(all)
		}
		l = rate.NewLimiter(rate.Limit(perSecond), int(math.Ceil(2*perSecond)))
		all[key] = l
	}
	a.mu.Unlock()
	now := a.now()
	r := l.ReserveN(now, 1)
	if wait = r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
	}
	return wait, func() { r.CancelAt(now) }
}

// take counts a request of a caller, or refuses one too many.
func (a *admission) take(c customerKey) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.load.Customer > 0 && a.customers[c] >= a.load.Customer {
		return &httpjson.Problem{Code: httpjson.TooManyRequests, RetryAfter: time.Second, Detail: "too many requests of this customer are under way at once: wait for their answers"}
	}
	a.customers[c]++
	return nil
}

func (a *admission) give(c customerKey) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.customers[c]--; a.customers[c] <= 0 {
		delete(a.customers, c)
	}
}

// place waits for a place of the dossier, in a queue that is short both ways.
func (a *admission) place(ctx context.Context, dossier string) (leave func(), err error) {
	if a.load.Dossier <= 0 {
		return func() {}, nil
	}
	a.mu.Lock()
	p := a.dossiers[dossier]
	if p == nil { // dossiers are those of the configuration: who is let in names one
		p = &places{free: make(chan struct{}, a.load.Dossier)}
		a.dossiers[dossier] = p
	}
	leave = func() { <-p.free }
	select {
	case p.free <- struct{}{}:
		a.mu.Unlock()
		return leave, nil
	default:
	}
	if p.waiting >= a.load.Queue {
		a.mu.Unlock()
		return nil, busy()
	}
	p.waiting++
	a.mu.Unlock()
	defer func() {
		a.mu.Lock()
		p.waiting--
		a.mu.Unlock()
	}()
	patience := time.NewTimer(a.load.Wait)
	defer patience.Stop()
	select {
	case p.free <- struct{}{}:
		return leave, nil
	case <-patience.C:
		return nil, busy()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func busy() error {
	return &httpjson.Problem{Code: httpjson.Busy, RetryAfter: time.Second, Detail: "too many requests of this dossier are under way: try again in a moment"}
}
