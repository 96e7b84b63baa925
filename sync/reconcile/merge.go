package reconcile

import (
	"errors"
	"fmt"
	"iter"

	"github.com/vantelle/vantelle/internal/directory"
)

// presence is how the source has an id.
type presence uint8

const (
	shown     presence = iota // with its record, or not at all
	kept                      // its record could not be shown
	unchanged                 // its record is as it was
)

// merge walks two sorted sides in step.
type merge[T any] struct {
	noun string
	id   func(T) string
	// found is called once for each id of either side, in order. The pointers
	// are good for the call only.
	found   func(source, stored *T, how presence) error
	problem func(*directory.Problem)
}

func (m merge[T]) run(source, stored iter.Seq2[T, error]) error {
	a := &side[T]{name: "the ERP", merge: m, problem: m.problem}
	b := &side[T]{name: "the directory", merge: m}
	var stop func()
	a.pull, stop = iter.Pull2(source)
	defer stop()
	b.pull, stop = iter.Pull2(stored)
	defer stop()

	if err := errors.Join(a.next(), b.next()); err != nil {
		return err
	}
	for !a.ended || !b.ended {
		var s, d *T
		how, ahead, behind := shown, a.before(b), b.before(a)
		if !behind {
			if how = a.how; how == shown {
				s = &a.record
			}
		}
		if !ahead {
			d = &b.record
		}
		if err := m.found(s, d, how); err != nil {
			return err
		}
		if !behind {
			if err := a.next(); err != nil {
				return err
			}
		}
		if !ahead {
			if err := b.next(); err != nil {
				return err
			}
		}
	}
	return nil
}

// side is one input and the record it stands at.
type side[T any] struct {
	merge   merge[T]
	name    string
	pull    func() (T, error, bool)
	problem func(*directory.Problem) // nil: a problem is an error like any other

	ended   bool
	started bool
	how     presence
	id      string
	record  T
}

// before tells whether s stands at an id that o has not.
func (s *side[T]) before(o *side[T]) bool {
	return !s.ended && (o.ended || s.id < o.id)
}

// next steps to the next id; record changes in place.
func (s *side[T]) next() error {
	for {
		record, err, ok := s.pull()
		if !ok {
			s.ended = true
			return nil
		}
		id, how := s.merge.id(record), shown
		if errors.Is(err, directory.ErrUnchanged) && s.problem != nil {
			how = unchanged
		} else if err != nil {
			var p *directory.Problem
			if s.problem == nil || !errors.As(err, &p) {
				return fmt.Errorf("read %ss from %s: %w", s.merge.noun, s.name, err)
			}
			s.problem(p)
			if !p.Keep {
				continue
			}
			id, how = p.Record, kept
		}
		if id == "" {
			return fmt.Errorf("read %ss from %s: a record without id", s.merge.noun, s.name)
		}
		if s.started && id <= s.id {
			return fmt.Errorf("read %ss from %s: %q comes after %q: %w", s.merge.noun, s.name, id, s.id, ErrNotSorted)
		}
		s.started, s.id, s.how, s.record = true, id, how, record
		return nil
	}
}
