package oracle

import (
	"context"
	"errors"
	"strings"

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
	optimised                 // the server's optimiser changes what a statement means (optimiser.go)
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

// judge asks both sides one query on behalf of one of the askers and compares.
func (s *stage) judge(ctx context.Context, q *query, who int) verdict {
	d := s.world.dialect
	forGate, forJudge := q.write(d, d.strict(s.full)), q.engineText(d, d.strict(s.reduced[who].schema))
	theirs, err := s.reduced[who].ask(ctx, forJudge.text, forJudge.engineValues(d))
	v := verdict{err: err}
	if errors.Is(err, errTooLarge) {
		v.outcome = unanswered
		return v
	}
	mine, shapes, gateErr := s.askGate(ctx, forGate, who)
	if d.died(gateErr) { // of this statement, or of what another worker asks
		awake(ctx, s.server)
		if mine, shapes, gateErr = s.askGate(ctx, forGate, who); d.died(gateErr) {
			awake(ctx, s.server)
			v.outcome, v.err = unanswered, errDied
			return v
		}
	}
	if fault := s.fishFault(ctx, forGate, who, gateErr); fault != nil {
		v.outcome, v.err = unanswered, fault
		return v
	}
	if gateErr != nil {
		v = v.onRefusal(gateErr, q)
		nobody := v.outcome == nameless || v.outcome == unanswered && v.code == refusal.UnknownName && q.lazy
		if nobody && q.secret != nil && !s.world.visible(q.spoiledName) {
			return s.sameAsAbsent(ctx, q, who, v, gateErr)
		}
		return v
	}
	if q.anyColumns {
		shapes = permuted(shapes, byLabel(mine.labels))
		mine.sortColumns()
	}
	v.gate = newGrid(mine, shapes)
	if q.anyColumns {
		v.gate.sortTwins()
	}
	switch {
	case err != nil && unknownName(err):
		if s.agreesUnoptimised(ctx, q, who) {
			v.outcome = optimised // where MariaDB pushes a condition down to a GROUP_CONCAT, it reads that one's ORDER BY anew
			return v
		}
		return v.wrong("the gate answers where a name is unknown")
	case err != nil:
		v.outcome = unanswered
		return v
	}
	v.judge = q.grid(d, theirs, shapes)
	if q.foldLabels {
		v.gate.foldLabels()
		v.judge.foldLabels()
	}
	if why := v.gate.differs(v.judge, q.ordered); why != "" {
		if s.agreesUnoptimised(ctx, q, who) {
			v.outcome = optimised
			return v
		}
		return v.wrong(why)
	}
	v.telling = len(v.gate.rows) > 0 && s.differsWide(ctx, q, shapes, v.gate)
	return v
}

func (v verdict) wrong(why string) verdict {
	v.outcome, v.why = wrong, why
	return v
}

func (v verdict) onRefusal(gateErr error, q *query) verdict {
	v.code, v.detail = codeOf(gateErr), gateErr.Error()
	if cause := errors.Unwrap(gateErr); cause != nil {
		v.detail += ": " + cause.Error() // the ERP's own words, which no requester sees
	}
	switch v.code {
	case refusal.UnknownName:
		switch {
		case v.err == nil && q.lazy:
			v.outcome = unanswered
			return v
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
	case refusal.QueryFailed:
		if v.err != nil && !unknownName(v.err) { // a sum that overflows does so on both sides
			v.outcome = unanswered
			return v
		}
	}
	return v.wrong("the gate refuses with " + string(v.code))
}

// sameAsAbsent asks again with a name that does not exist in the place of the
// hidden one: the gate must say the same of both, at the same place.
func (s *stage) sameAsAbsent(ctx context.Context, q *query, who int, v verdict, hidden error) verdict {
	written := q.secret.text
	defer func() { q.secret.text = written }()
	ghost := strings.Repeat("z", len(strings.Trim(written, "`[]\"")))
	q.secret.text = strings.Replace(written, strings.Trim(written, "`[]\""), ghost, 1)
	_, _, absent := s.askGate(ctx, q.write(s.world.dialect, s.world.dialect.strict(s.full)), who)
	var a, b *refusal.Error
	if !errors.As(hidden, &a) || !errors.As(absent, &b) {
		return v.wrong("a name that does not exist is answered")
	}
	if a.Code != b.Code || a.Pos != b.Pos || a.Detail != strings.ReplaceAll(b.Detail, ghost, q.spoiledName) {
		v.detail += " (of the absent one: " + absent.Error() + ")"
		return v.wrong("a hidden name is refused otherwise than one that does not exist")
	}
	return v
}

// differsWide tells whether the answer over everybody's rows is another one.
func (s *stage) differsWide(ctx context.Context, q *query, shapes []shapeOf, got *grid) bool {
	d := s.world.dialect
	a := q.engineText(d, d.strict(s.wide.schema))
	all, err := s.wide.ask(ctx, a.text, a.engineValues(d))
	if err != nil {
		return true
	}
	other := q.grid(d, all, shapes)
	return got.rowsDiffer(other, false) != ""
}

// grid makes an engine's own answer comparable with the gate's.
func (q *query) grid(d dialect, a *answer, shapes []shapeOf) *grid {
	if d.sqlite() {
		a.mendLabels()
	}
	if q.anyColumns {
		a.sortColumns()
	}
	out := newGrid(a, shapes)
	if q.anyColumns {
		out.sortTwins()
	}
	return out
}
