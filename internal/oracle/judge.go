package oracle

import (
	"context"
	"errors"

	"github.com/vantelle/vantelle/filter/refusal"
)

// outcome is the verdict on one case.
type outcome uint8

const (
	agreed     outcome = iota // both answered, and the same
	wrong                     // the gate is wrong
	refused                   // outside the gate's offer, by its own words
	nameless                  // both know no such name
	unanswered                // the engine itself refused the text, for reasons of its own
)

// verdict is an outcome with what led to it.
type verdict struct {
	outcome outcome
	why     string
	code    refusal.Code // of a refusal
	detail  string
	telling bool // some rows came, and others than without the row filter
	gate    *grid
	judge   *grid
	err     error // of the reduced database
}

// judge asks both sides one query and compares.
func (s *stage) judge(ctx context.Context, q *query) verdict {
	d := s.world.dialect
	forGate, forJudge := q.write(d, d.strict(s.full)), q.write(d, d.strict(s.reduced.schema))
	theirs, err := s.reduced.ask(ctx, forJudge.text, forJudge.engineValues(d))
	v := verdict{err: err}
	if errors.Is(err, errTooLarge) {
		v.outcome = unanswered
		return v
	}
	mine, shapes, gateErr := s.askGate(ctx, forGate)
	if gateErr != nil {
		return v.onRefusal(gateErr)
	}
	v.gate = newGrid(mine, shapes)
	switch {
	case err != nil && unknownName(err):
		return v.wrong("the gate answers where a name is unknown")
	case err != nil:
		v.outcome = unanswered
		return v
	}
	v.judge = newGrid(theirs, shapes)
	v.judge.mendLabels(d)
	if q.anyColumns {
		v.gate, v.judge = v.gate.byLabel(), v.judge.byLabel()
	}
	if why := v.gate.differs(v.judge, q.ordered); why != "" {
		return v.wrong(why)
	}
	v.telling = len(v.gate.rows) > 0 && s.differsWide(ctx, q, shapes, v.gate)
	return v
}

func (v verdict) wrong(why string) verdict {
	v.outcome, v.why = wrong, why
	return v
}

func (v verdict) onRefusal(gateErr error) verdict {
	v.code, v.detail = codeOf(gateErr), gateErr.Error()
	switch v.code {
	case refusal.UnknownName:
		switch {
		case v.err == nil:
			return v.wrong("the gate knows a name less")
		case unknownName(v.err):
			v.outcome = nameless
			return v
		}
		v.outcome = unanswered
		return v
	case refusal.CanFail, refusal.Unsupported, refusal.TypeMismatch:
		v.outcome = refused
		return v
	}
	return v.wrong("the gate refuses with " + string(v.code))
}

// differsWide tells whether the answer over everybody's rows is another one.
func (s *stage) differsWide(ctx context.Context, q *query, shapes []shapeOf, got *grid) bool {
	d := s.world.dialect
	a := q.write(d, d.strict(s.wide.schema))
	all, err := s.wide.ask(ctx, a.text, a.engineValues(d))
	if err != nil {
		return true
	}
	other := newGrid(all, shapes)
	other.mendLabels(d)
	if q.anyColumns {
		other = other.byLabel()
	}
	return got.rowsDiffer(other, false) != ""
}
