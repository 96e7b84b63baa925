package audit

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"time"
)

const (
	// groupSize is how many entries or outcomes are committed together at
	// most, so that no reader waits for a long commit.
	groupSize = 512
	// flushAfter is how long what is handed over is gathered before it is brought
	// into the month's file, and how long after a failure that is tried again.
	flushAfter = 200 * time.Millisecond
	// openMonths is how many files stay open: a request that began at the end of a
	// month may end in the next.
	openMonths = 2
)

// writer is the one goroutine that writes the months' files. Everything in it is
// its own.
type writer struct {
	log     *Files
	months  []month        // up to openMonths that were written, in order
	files   map[month]file // those of them that are open
	entries []Entry        // taken from the log, not yet brought over
	held    []Outcome      // taken from the queue, not yet written
	after   time.Duration  // see flushAfter
	flush   *time.Timer    // runs while something is to be done
	runs    bool           // flush does
	failed  bool           // the last attempt did
}

func newWriter(l *Files, after time.Duration) *writer {
	flush := time.NewTimer(after)
	flush.Stop()
	return &writer{log: l, files: map[month]file{}, after: after, flush: flush}
}

func (w *writer) run() {
	defer close(w.log.stopped)
	for {
		select {
		case <-w.log.wake:
			w.look()
		case <-w.flush.C:
			w.runs = false
			w.bring()
		case fn := <-w.log.calls:
			fn(w)
		case <-w.log.closing:
			w.log.err = w.stop()
			return
		}
	}
}

// look brings over what makes a group, and sees that what makes none is brought
// over soon. After a failure it is left to the timer.
func (w *writer) look() {
	w.log.entering.Lock()
	waiting := len(w.log.waiting)
	w.log.entering.Unlock()
	if most := max(waiting, len(w.held)+len(w.log.outcomes)); !w.failed && (most >= groupSize || most >= cap(w.log.outcomes)) {
		w.bring()
		return
	}
	w.later()
}

func (w *writer) later() {
	if !w.runs {
		w.flush.Reset(w.after)
		w.runs = true
	}
}

// bring brings everything that was handed over into the months' files, the entries
// first, and tells whether that is done.
func (w *writer) bring() error {
	// Outcomes are taken before entries: that of a request is handed over after its
	// entry, so that each finds its own.
	w.take()
	err := w.bringEntries()
	if err != nil {
		w.log.log.Error().Err(err).Int("entries", len(w.entries)).Msg("audit entries could not be brought from the journal into the month's file yet")
	}
	for err == nil && len(w.held) > 0 {
		if err = w.writeOutcomes(); err != nil {
			w.log.log.Error().Err(err).Int("outcomes", len(w.held)).Msg("audit outcomes could not be written yet")
		}
	}
	if w.failed = err != nil; w.failed {
		w.later()
	}
	return err
}

// bringEntries brings over what is in the journal. On error it stays there.
func (w *writer) bringEntries() error {
	w.log.entering.Lock()
	w.log.journal.turn()
	w.entries = append(w.entries, w.log.waiting...)
	clear(w.log.waiting)
	w.log.waiting = w.log.waiting[:0]
	w.log.entering.Unlock()

	before := len(w.entries)
	err := w.enter(w.entries)
	if err == nil {
		clear(w.entries)
		w.entries = w.entries[:0]
		err = w.log.journal.wipe()
	}

	w.log.entering.Lock()
	defer w.log.entering.Unlock()
	w.log.behind -= before - len(w.entries)
	w.log.failure = err
	close(w.log.brought)
	w.log.brought = make(chan struct{})
	return err
}

// enter commits entries in the files of their months. One that is there already, as
// after a process that ended between its commit and the end of the journal, stays as
// it is.
func (w *writer) enter(entries []Entry) error {
	for len(entries) > 0 {
		m, n := monthOf(entries[0].Time), 1
		for n < min(len(entries), groupSize) && monthOf(entries[n].Time) == m {
			n++
		}
		if err := w.inFile(m, func(f file) error { return f.begin(entries[:n]) }); err != nil {
			return err
		}
		entries = entries[n:]
	}
	return nil
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

// fileOf opens a month's file, and closes the earliest of those that are too many.
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
	slices.Sort(w.months)
	if len(w.months) > openMonths {
		earliest := w.months[0]
		if earliest == m { // what an ended process has left
			earliest = w.months[1]
		}
		w.months = without(w.months, earliest)
		if err := w.closeFile(earliest); err != nil {
			w.log.log.Warn().Err(err).Msg("audit file of an earlier month could not be closed")
		}
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

// take moves outcomes from the queue, as long as no more are held than the queue
// has room for: where the disk does not keep up, let that fill.
func (w *writer) take() {
	w.log.queued.Store(0) // before looking: who comes later counts anew
	for len(w.held) < cap(w.log.outcomes) {
		select {
		case o := <-w.log.outcomes:
			w.held = append(w.held, o)
		default:
			return
		}
	}
}

// writeOutcomes writes a group of outcomes beside their entries. On error they stay
// held.
func (w *writer) writeOutcomes() error {
	m, n := monthOf(w.held[0].Time), 1
	for n < min(len(w.held), groupSize) && monthOf(w.held[n].Time) == m {
		n++
	}
	strangers := w.held[:n]
	if _, err := os.Stat(m.path(w.log.dir)); err == nil { // no file is made for them
		if err := w.inFile(m, func(f file) (err error) {
			strangers, err = f.finish(strangers)
			return err
		}); err != nil {
			return err
		}
	}
	if len(strangers) > 0 {
		w.log.lose(len(strangers), "outcome of an entry that is not in the audit log")
	}
	w.held = slices.Delete(w.held, 0, n)
	return nil
}

// stop brings over everything that was handed over before the log was closed. What
// cannot be is left in the journal to whoever opens the log next.
func (w *writer) stop() error {
	w.log.entering.Lock()
	w.log.ended = true
	w.log.entering.Unlock()
	var failures []error
	err := w.bringEntries() // ends the other half of the journal
	if err == nil {
		err = w.bringEntries()
	}
	if err != nil {
		failures = append(failures, fmt.Errorf("%d entries are left in the journal: %w", len(w.entries), err))
	}
	for w.take(); err == nil && len(w.held) > 0; w.take() {
		err = w.writeOutcomes()
	}
	if n := len(w.held) + len(w.log.outcomes); n > 0 {
		w.log.lose(n, "outcomes could not be written before the audit log was closed")
		failures = append(failures, fmt.Errorf("%d outcomes could not be written: %w", n, err))
	}
	for _, m := range w.months {
		failures = append(failures, w.closeFile(m))
	}
	failures = append(failures, w.log.journal.close(w.log.dir))
	return errors.Join(failures...)
}
