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
)

// Config says where the log is kept.
type Config struct {
	Dir         string // a folder beside the directory; made where it does not exist
	Synchronous string // "NORMAL" (the default) or "FULL": see sqlitefile.Synchronous
	Queue       int    // outcomes that may wait to be written; 0 for 8192
	Logger      zerolog.Logger
}

// Files is a Log in a folder of SQLite files, one for each month of UTC. It may
// be used by many goroutines.
//
// One goroutine writes. Entries that arrive while it commits are committed
// together next; one that arrives alone is committed at once.
type Files struct {
	dir      string
	log      zerolog.Logger
	openFile func(month) (file, error) // a seam for faults

	begins   chan *begin
	outcomes chan Outcome
	calls    chan func(*writer)
	lost     atomic.Int64

	mu      sync.RWMutex // held for reading while an outcome is handed over
	closed  bool
	closing chan struct{} // closed by Close
	stopped chan struct{} // closed by the writer
	err     error         // of the last flush; set before stopped is closed
}

// begin is an entry that waits for its commit.
type begin struct {
	entry Entry
	done  chan error // holds one
}

// Open opens the log and starts its writer. Close it.
func Open(cfg Config) (*Files, error) {
	durable := sqlitefile.Synchronous(cfg.Synchronous)
	if err := durable.Check(); err != nil {
		return nil, fmt.Errorf("open audit log %s: %w", cfg.Dir, err)
	}
	return open(cfg, func(m month) (file, error) { return openMonth(cfg.Dir, m, durable) })
}

func open(cfg Config, openFile func(month) (file, error)) (*Files, error) {
	if cfg.Dir == "" {
		return nil, errors.New("open audit log: no folder is given")
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("open audit log %s: %w", cfg.Dir, err)
	}
	if cfg.Queue <= 0 {
		cfg.Queue = queueSize
	}
	l := &Files{
		dir:      cfg.Dir,
		log:      cfg.Logger,
		openFile: openFile,
		begins:   make(chan *begin, groupSize),
		outcomes: make(chan Outcome, cfg.Queue),
		calls:    make(chan func(*writer)),
		closing:  make(chan struct{}),
		stopped:  make(chan struct{}),
	}
	go newWriter(l).run()
	return l, nil
}

// Begin implements Log. It returns ErrClosed after Close.
func (l *Files) Begin(ctx context.Context, e Entry) error {
	if err := e.check(); err != nil {
		return fmt.Errorf("write audit entry: %w", err)
	}
	b := &begin{entry: e, done: make(chan error, 1)}
	select {
	case l.begins <- b:
	case <-l.closing:
		return fmt.Errorf("write audit entry %s: %w", e.ID, ErrClosed)
	case <-ctx.Done():
		return fmt.Errorf("write audit entry %s: %w", e.ID, ctx.Err())
	}
	var err error
	select {
	case err = <-b.done:
	case <-ctx.Done():
		err = ctx.Err()
	case <-l.stopped:
		select {
		case err = <-b.done: // the writer's last word
		default:
			err = ErrClosed
		}
	}
	if err != nil {
		return fmt.Errorf("write audit entry %s: %w", e.ID, err)
	}
	return nil
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
		return
	default:
	}
	wait := time.NewTimer(finishWait)
	defer wait.Stop()
	select {
	case l.outcomes <- o:
	case <-wait.C:
		l.lose(1, "outcome given up: the audit log's queue is full")
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
