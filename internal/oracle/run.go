package oracle

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
)

// plan is a whole run.
type plan struct {
	dialect  dialect
	seed     uint64
	cases    int
	perWorld int
	workers  int // how many worlds are judged at a time; 0 is one
	only     int // the one world to run, -1 for all
	servers  servers
	// spoil, for the teeth, gives the gate another profile than the judge has;
	// "" where the world offers nothing to change.
	spoil func(w *world, r *rand.Rand) string
	// failed is told of cases that are wrong; saying false ends the run.
	failed func(world, number int, why, query, text string) bool
}

// run judges cases until there are enough of them, several worlds at a time:
// a world is the same whichever of them runs beside it. The error is of the
// oracle's own means; what the gate does wrong is in the tally.
func (p plan) run(ctx context.Context) (tally, error) {
	if p.only >= 0 {
		t := tally{}
		_, err := p.world(ctx, p.only, &t)
		return t, p.inWorld(p.only, err)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		mu     sync.Mutex // of what follows
		next   int
		total  tally
		failed error
		done   bool
		wait   sync.WaitGroup
	)
	told := p.failed
	p.failed = func(world, number int, why, query, text string) bool {
		mu.Lock()
		defer mu.Unlock()
		return told == nil || told(world, number, why, query, text)
	}
	for range max(1, p.workers) {
		wait.Go(func() {
			for {
				mu.Lock()
				if done = done || failed != nil || total.cases >= p.cases; done {
					mu.Unlock()
					return
				}
				n, left := next, p.cases-total.cases
				next++
				mu.Unlock()
				q := p
				q.cases = left
				var t tally
				more, err := q.world(ctx, n, &t)
				mu.Lock()
				total.join(t)
				if err != nil && failed == nil {
					failed = p.inWorld(n, err)
					cancel()
				}
				done = done || !more
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	return total, failed
}

func (p plan) inWorld(n int, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("world %d of seed %d: %w", n, p.seed, err)
}

func (p plan) world(ctx context.Context, n int, t *tally) (more bool, err error) {
	r := rand.New(rand.NewPCG(p.seed, uint64(n)))
	w := randomWorld(r, p.dialect)
	yaml := w.yaml
	if p.spoil != nil {
		if yaml = p.spoil(w, r); yaml == "" {
			return true, nil
		}
	}
	at := p.servers
	at.name = fmt.Sprintf("%s%x_%d", at.name, p.seed&0xffffff, n)
	s, err := newStage(ctx, w, yaml, at)
	if p.dialect.died(err) {
		s.close()
		awake(ctx, at.server)
		at.name += "_again"
		s, err = newStage(ctx, w, yaml, at)
	}
	s.number = n
	defer s.close()
	if err != nil {
		return false, fmt.Errorf("%w\n%s", err, yaml)
	}
	for i := 0; i < p.perWorld && t.cases < p.cases; i++ {
		q := w.randomQuery(r)
		for who := range askers {
			if who > 0 && !chance(r, 30) {
				break // the others ask now and then: the plan is there already
			}
			if more = p.one(ctx, s, q, who, i, t); !more {
				return false, nil
			}
		}
		if q.root.params() > 0 && chance(r, 30) && q.root.revalue(r, w.dialect) {
			if more = p.one(ctx, s, q, 0, i, t); !more {
				return false, nil
			}
		}
	}
	return true, nil
}

// one judges one case and tells whether to go on.
func (p plan) one(ctx context.Context, s *stage, q *query, who, number int, t *tally) bool {
	if t.cases == p.cases {
		return true
	}
	v := s.judge(ctx, q, who)
	t.add(q, v)
	return v.outcome != wrong || p.failed == nil || p.tell(ctx, s, q, who, number, v)
}

// tell shrinks a case and tells of it.
func (p plan) tell(ctx context.Context, s *stage, q *query, who, number int, v verdict) bool {
	first := v.why
	s.shrink(ctx, q, who, v.why, 400)
	if v = s.judge(ctx, q, who); v.outcome != wrong {
		v.why = "no longer: " + first
	}
	return p.failed(s.number, number, v.why+" "+v.detail, q.write(s.world.dialect, s.full).text, s.report(ctx, q, who, v))
}
