package audit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/internal/store/sqlitefile"
)

var _ Log = (*Files)(nil)

const (
	// queueSize is how many outcomes may wait where the Config does not say.
	queueSize = 8192
	// finishWait is how long Finish waits for a place in a full queue.
	finishWait = 100 * time.Millisecond
	// backlog is how many entries may be in the journal alone. Where the month's
	// file does not take them for so long, Begin waits, and after a failure refuses.
	backlog = 16 * groupSize
)

// Config says where the log is kept.
type Config struct {
	Dir         string // a folder beside the directory; made where it does not exist
	Synchronous string // "NORMAL" (the default) or "FULL": see sqlitefile.Synchronous
	Queue       int    // outcomes that may wait to be written; 0 for 8192
	Logger      zerolog.Logger

	flushAfter time.Duration // 0 for flushAfter
}

// Files is a Log in a folder of SQLite files, one for each month of UTC, with a
// journal for what is on its way into them. It may be used by many goroutines, and
// the folder by many processes.
//
// Begin writes into the journal. One goroutine brings over what is there, at the
// latest after flushAfter, and at once where somebody reads.
type Files struct {
	dir      string
	log      zerolog.Logger
	openFile func(month) (file, error) // a seam for faults

	wake     chan struct{} // there is something to bring over
	outcomes chan Outcome
	queued   atomic.Int64 // see queue
	calls    chan func(*writer)
	lost     atomic.Int64

	entering sync.Mutex // guards the next five, and the journal as that says
	journal  *journal
	waiting  []Entry       // are in the journal, and not in the writer's hands
	behind   int           // entries that are in the journal alone
	ended    bool          // no entry is taken any more
	brought  chan struct{} // closed and made anew when behind has changed
	failure  error         // of the last attempt to bring entries over

	mu      sync.RWMutex // held for reading while an outcome is handed over
	closed  bool
	closing chan struct{} // closed by Close
	stopped chan struct{} // closed by the writer
	err     error         // of the last flush; set before stopped is closed
}

// Open opens the log, takes over what processes left that ended without closing
// theirs, and starts its writer. Close it.
func Open(cfg Config) (*Files, error) {
	durable := sqlitefile.Synchronous(cfg.Synchronous)
	if err := durable.Check(); err != nil {
		return nil, fmt.Errorf("open audit log %s: %w", cfg.Dir, err)
	}
	return open(cfg, func(m month) (file, error) { return openMonth(cfg.Dir, m, durable) }, openJournalFile)
}

func open(cfg Config, openFile func(month) (file, error), openJournal opener) (*Files, error) {
	if cfg.Dir == "" {
		return nil, errors.New("open audit log: no folder is given")
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("open audit log %s: %w", cfg.Dir, err)
	}
	newID := func() string { return NewID(time.Now()) }
	journal, err := newJournal(cfg.Dir, newID, openJournal, sqlitefile.Synchronous(cfg.Synchronous) == sqlitefile.Full)
	if err != nil {
		return nil, fmt.Errorf("open audit log %s: journal: %w", cfg.Dir, err)
	}
	if cfg.Queue <= 0 {
		cfg.Queue = queueSize
	}
	if cfg.flushAfter <= 0 {
		cfg.flushAfter = flushAfter
	}
	l := &Files{
		dir:      cfg.Dir,
		log:      cfg.Logger,
		openFile: openFile,
		wake:     make(chan struct{}, 1),
		outcomes: make(chan Outcome, cfg.Queue),
		calls:    make(chan func(*writer)),
		journal:  journal,
		brought:  make(chan struct{}),
		closing:  make(chan struct{}),
		stopped:  make(chan struct{}),
	}
	w := newWriter(l, cfg.flushAfter)
	if err := w.takeLeftovers(); err != nil {
		// What cannot be taken over now stays, and is tried again by who reads.
		l.log.Error().Err(err).Msg("audit entries that were left could not be taken over yet")
	}
	go w.run()
	return l, nil
}

// records are buffers for records.
var records = sync.Pool{New: func() any { return new([]byte) }}

// Begin implements Log. It returns ErrClosed after Close.
func (l *Files) Begin(ctx context.Context, e Entry) error {
	err := e.check()
	if err == nil {
		err = l.begin(ctx, e)
	}
	if err != nil {
		return fmt.Errorf("write audit entry %s: %w", e.ID, err)
	}
	return nil
}

func (l *Files) begin(ctx context.Context, e Entry) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	buffer := records.Get().(*[]byte)
	defer records.Put(buffer)
	record := appendRecord((*buffer)[:0], e)
	*buffer = record
	if err := l.enter(ctx); err != nil {
		return err
	}
	h, end, err := l.journal.append(record)
	if err != nil {
		l.entering.Unlock()
		l.log.Error().Err(err).Msg("an audit entry could not be written: its request is refused")
		return err
	}
	l.waiting = append(l.waiting, e)
	l.behind++
	n := len(l.waiting)
	l.entering.Unlock()
	if n == 1 || n == groupSize {
		l.stir()
	}
	if !l.journal.synced {
		return nil
	}
	return h.await(end, func() int64 {
		l.entering.Lock()
		defer l.entering.Unlock()
		return h.written
	})
}

// enter returns with entering locked, where there is room for an entry.
func (l *Files) enter(ctx context.Context) error {
	for {
		l.entering.Lock()
		switch {
		case l.ended:
			l.entering.Unlock()
			return ErrClosed
		case l.behind < backlog:
			return nil
		case l.failure != nil:
			err := fmt.Errorf("%d entries before it wait to be brought into the month's file: %w", l.behind, l.failure)
			l.entering.Unlock()
			return err
		}
		brought := l.brought
		l.entering.Unlock()
		l.stir()
		select {
		case <-brought:
		case <-l.stopped:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// stir has the writer look what there is.
func (l *Files) stir() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Finish implements Log. Where the disk has not kept up for so long that the
// queue is full, it waits a moment, then gives the outcome up: the entry stays
// without one, and Lost counts it.
func (l *Files) Finish(o Outcome) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.closed {
		l.lose(1, "outcome given after the audit log was closed")
		return
	}
	select {
	case l.outcomes <- o:
		l.queue()
		return
	default:
	}
	l.stir()
	wait := time.NewTimer(finishWait)
	defer wait.Stop()
	select {
	case l.outcomes <- o:
		l.queue()
	case <-wait.C:
		l.lose(1, "outcome given up: the audit log's queue is full")
	}
}

// queue counts an outcome that was put into the queue since the writer took what
// was there. The first has it look, and each that makes a group.
func (l *Files) queue() {
	if n := l.queued.Add(1); n == 1 || n == int64(min(groupSize, cap(l.outcomes))) {
		l.stir()
	}
}

// Lost is how many outcomes could not be kept since Open. Entries are never
// lost: where one cannot be kept, Begin says so.
func (l *Files) Lost() int64 { return l.lost.Load() }

func (l *Files) lose(n int, why string) {
	l.lost.Add(int64(n))
	l.log.Warn().Int("outcomes", n).Msg(why)
}

// Close writes what is queued, stops the writer and closes the files. It
// returns an error when outcomes could not be written. A second Close waits for
// the first and returns the same.
func (l *Files) Close() error {
	l.mu.Lock()
	if !l.closed {
		l.closed = true
		close(l.closing)
	}
	l.mu.Unlock()
	<-l.stopped
	if l.err != nil {
		return fmt.Errorf("close audit log %s: %w", l.dir, l.err)
	}
	return nil
}

// call has the writer run fn between two commits, and waits for it.
func (l *Files) call(ctx context.Context, fn func(w *writer)) error {
	done := make(chan struct{})
	select {
	case l.calls <- func(w *writer) { fn(w); close(done) }:
		<-done
		return nil
	case <-l.closing:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}
