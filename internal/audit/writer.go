package audit

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"
)

const (
	// groupSize is how many entries or outcomes are committed together at
	// most, so that none waits for a long commit.
	groupSize = 512
	// flushAfter is how long outcomes are gathered before they are written,
	// and how long after a failure they are tried again.
	flushAfter = 200 * time.Millisecond
)

// writer is the one goroutine that writes. Everything in it is its own.
type writer struct {
	log    *Files
	months []month        // the two written last, the latest at the end
	files  map[month]file // those of them that are open
	held   []Outcome      // taken from the queue, not yet written
	flush  *time.Timer    // runs while something is held
	failed bool           // the last flush did
	last   int            // how many entries the last group had

	patience patience
	timer    *time.Timer // runs while a group waits for more
}

func newWriter(l *Files) *writer {
	flush := time.NewTimer(flushAfter)
	flush.Stop()
	timer := time.NewTimer(longestWait)
	timer.Stop()
	return &writer{log: l, files: map[month]file{}, flush: flush, timer: timer}
}

func (w *writer) run() {
	defer close(w.log.stopped)
	for {
		outcomes := w.log.outcomes
		if len(w.held) >= cap(outcomes) {
			outcomes = nil // the disk does not keep up: let the queue fill
		}
		select {
		case b := <-w.log.begins:
			w.commit(w.await(w.gather(b)))
		case o := <-outcomes:
			w.hold(o)
		case <-w.flush.C:
			w.flushSome()
		case fn := <-w.log.calls:
			fn(w)
		case <-w.log.closing:
			w.log.err = w.stop()
			return
		}
	}
}

// gather takes what else waits to be committed. Where the group before was of
// several, more are on their way: those that can run are let run first, so that
// they share this commit. One that comes alone waits for nobody.
func (w *writer) gather(first *begin) []*begin {
	group := append(make([]*begin, 0, w.last+1), first)
	if w.last > 1 {
		runtime.Gosched()
	}
	defer func() { w.last = len(group) }()
	for len(group) < groupSize {
		select {
		case b := <-w.log.begins:
			group = append(group, b)
		default:
			return group
		}
	}
	return group
}

// await lets a group wait for more entries where many requests are under way and
// each takes long enough to make the wait a small part of it: what a commit costs
// is then shared.
func (w *writer) await(group []*begin) []*begin {
	if wait := w.patience.wait(); wait > 0 && len(group) < w.patience.enough() {
		w.timer.Reset(wait)
		defer w.timer.Stop()
		for waiting := true; waiting && len(group) < w.patience.enough(); {
			select {
			case b := <-w.log.begins:
				group = append(group, b)
			case <-w.timer.C:
				waiting = false
			case <-w.log.closing: // told again to run, as a closed channel is
				waiting = false
			}
		}
	}
	w.patience.came(len(group), time.Now())
	return group
}

// commit writes a group of entries and tells each that waits. A group is of one
// month, but for the moment when months change.
func (w *writer) commit(group []*begin) {
	for len(group) > 0 {
		m := monthOf(group[0].entry.Time)
		entries, now := make([]Entry, 0, len(group)), make([]*begin, 0, len(group))
		var later []*begin
		for _, b := range group {
			if monthOf(b.entry.Time) != m {
				later = append(later, b)
				continue
			}
			entries, now = append(entries, b.entry), append(now, b)
		}
		err := w.inFile(m, func(f file) error { return f.begin(entries) })
		if err != nil {
			w.log.log.Error().Err(err).Int("entries", len(entries)).Msg("audit entries could not be written: their requests are refused")
		}
		for _, b := range now {
			b.done <- err
		}
		group = later
	}
}

// inFile runs do on a month's file. After an error the file is closed, to be
// opened anew: what was wrong with it may be over by then.
func (w *writer) inFile(m month, do func(file) error) error {
	f, err := w.fileOf(m)
	if err != nil {
		return err
	}
	if err := do(f); err != nil {
		return fmt.Errorf("audit of %s: %w", m, errors.Join(err, w.closeFile(m)))
	}
	return nil
}

// fileOf opens a month's file, and closes that of the month before the last: a
// request that began at the end of a month may end in the next.
func (w *writer) fileOf(m month) (file, error) {
	if f := w.files[m]; f != nil {
		return f, nil
	}
	f, err := w.log.openFile(m)
	if err != nil {
		return nil, err
	}
	w.files[m] = f
	if slices.Contains(w.months, m) {
		return f, nil
	}
	w.months = append(w.months, m)
	if len(w.months) > 2 {
		if err := w.closeFile(w.months[0]); err != nil {
			w.log.log.Warn().Err(err).Msg("audit file of an earlier month could not be closed")
		}
		w.months = w.months[1:]
	}
	return f, nil
}

// closeFile closes a month's file where it is open.
func (w *writer) closeFile(m month) error {
	f := w.files[m]
	if f == nil {
		return nil
	}
	delete(w.files, m)
	return f.close()
}

// hold takes an outcome, and what else is queued, to write them together.
func (w *writer) hold(o Outcome) {
	if len(w.held) == 0 {
		w.flush.Reset(flushAfter)
	}
	w.patience.ended(o.Millis)
	w.held = append(w.held, o)
	w.take(groupSize)
	if len(w.held) >= groupSize && !w.failed {
		w.flushSome()
	}
}

// take moves outcomes from the queue until so many are held.
func (w *writer) take(held int) {
	for len(w.held) < held {
		select {
		case o := <-w.log.outcomes:
			w.patience.ended(o.Millis)
			w.held = append(w.held, o)
		default:
			return
		}
	}
}

// flushSome writes a group of the outcomes held, and sees to the rest.
func (w *writer) flushSome() {
	err := w.writeGroup()
	if err != nil {
		w.log.log.Error().Err(err).Int("outcomes", len(w.held)).Msg("audit outcomes could not be written yet")
	}
	w.failed = err != nil
	switch {
	case len(w.held) == 0:
		w.flush.Stop()
	case w.failed:
		w.flush.Reset(flushAfter)
	default:
		w.flush.Reset(0)
	}
}

// writeGroup writes a group of outcomes beside their entries, in the file of
// the latest month or else of the one before. On error they stay held.
func (w *writer) writeGroup() error {
	n := min(len(w.held), groupSize)
	rest := w.held[:n]
	for _, m := range slices.Backward(w.months) {
		if len(rest) == 0 {
			break
		}
		err := w.inFile(m, func(f file) (err error) {
			rest, err = f.finish(rest)
			return err
		})
		if err != nil {
			return err
		}
	}
	if len(rest) > 0 {
		w.log.lose(len(rest), "outcome of an entry that is not in the audit log")
	}
	w.held = slices.Delete(w.held, 0, n)
	return nil
}

// stop writes everything that was handed over before the log was closed.
func (w *writer) stop() error {
	for len(w.log.begins) > 0 {
		w.commit(w.gather(<-w.log.begins))
	}
	var failures []error
	for w.take(groupSize); len(w.held) > 0; w.take(groupSize) {
		if err := w.writeGroup(); err != nil {
			n := len(w.held) + len(w.log.outcomes)
			w.log.lose(n, "outcomes could not be written before the audit log was closed")
			failures = append(failures, fmt.Errorf("%d outcomes could not be written: %w", n, err))
			break
		}
	}
	for _, m := range w.months {
		failures = append(failures, w.closeFile(m))
	}
	return errors.Join(failures...)
}
