package oracle

import (
	"context"
	"fmt"
	"math/rand/v2"
)

// plan is a whole run.
type plan struct {
	dialect  dialect
	seed     uint64
	cases    int
	perWorld int
	only     int // the one world to run, -1 for all
	servers  servers
	// spoil, for the teeth, gives the gate another profile than the judge has;
	// "" where the world offers nothing to change.
	spoil func(w *world, r *rand.Rand) string
	// failed is told of cases that are wrong; saying false ends the run.
	failed func(world, number int, why, query, text string) bool
}

// run judges cases until there are enough of them. The error is of the
// oracle's own means; what the gate does wrong is in the tally.
func (p plan) run(ctx context.Context) (tally, error) {
	var t tally
	for n := 0; t.cases < p.cases; n++ {
		if p.only >= 0 {
			n = p.only
		}
		more, err := p.world(ctx, n, &t)
		if err != nil {
			return t, fmt.Errorf("world %d of seed %d: %w", n, p.seed, err)
		}
		if !more || p.only >= 0 {
			break
		}
	}
	return t, nil
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
	s.shrink(ctx, q, who, v.why, 400)
	v = s.judge(ctx, q, who)
	return p.failed(s.number, number, v.why+" "+v.detail, q.write(s.world.dialect, s.full).text, s.report(ctx, q, who, v))
}
