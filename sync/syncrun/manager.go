package syncrun

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/sync/erpsource"
	"github.com/vantelle/vantelle/sync/reconcile"
)

// ErrUnknownDossier is returned where a dossier is not one of the manager's.
var ErrUnknownDossier = errors.New("unknown dossier")

// ErrStopped is returned where a run is asked for while the manager does not run.
var ErrStopped = errors.New("the synchronisation service is not running")

// ErrBusy is returned where a run is under way that a request must not join.
var ErrBusy = errors.New("a run of this dossier is under way: ask again when it has ended")

// ErrNotRunning is returned where a run is to be cancelled that is not under way
// here.
var ErrNotRunning = errors.New("this run is not under way")

// Dossier is one dossier to keep synchronised.
type Dossier struct {
	Name   string
	Source erpsource.Source
	// Schedule is when; nil: only when asked, and at the start where the
	// dossier was never synchronised.
	Schedule *Schedule
	// Jitter spreads the starts of the schedule: each comes up to so much
	// later than it says, so that many dossiers do not start as one.
	Jitter time.Duration
	Quiet  Quiet
	Guard  reconcile.Guard // nil: the manager's
	// FullEvery is how long change markers may be believed; 0 reads everything
	// at each run.
	FullEvery time.Duration
}

// ManagerConfig is what a Manager needs.
type ManagerConfig struct {
	Store    directory.SyncStore
	Dossiers []Dossier
	Log      zerolog.Logger

	SpoolDir   string                // see Config
	Keep       time.Duration         // how long the history of runs is kept; 0: for ever
	Parallel   int                   // runs of different dossiers at a time; 0: 2
	Retry      Retry                 // zero: from half a minute to a quarter of an hour
	Guard      reconcile.Guard       // nil: that of reconcile.DefaultLimits
	Notify     func(Notice)          // must not block; nil: nobody is told
	Rand       func() float64        // from 0 up to 1, for jitter; nil: random
	Registerer prometheus.Registerer // nil: no metrics
	Now        func() time.Time      // nil: time.Now
	NewID      func() string         // nil: random
}

// Retry is how a run is tried again while the ERP cannot be reached: after
// First, then after twice as long each time, up to Max. Each wait is cut by up
// to a half at random, so that dossiers of one server do not come back as one.
type Retry struct{ First, Max time.Duration }

func (r Retry) delay(failures int) time.Duration {
	d := r.First
	for range failures - 1 {
		if d *= 2; d >= r.Max {
			return r.Max
		}
	}
	return min(d, r.Max)
}

// exhausted tells whether the waits have reached their longest: the breaker is
// open then.
func (r Retry) exhausted(failures int) bool { return failures > 0 && r.delay(failures) >= r.Max }

// Manager keeps dossiers synchronised. It is safe for concurrent use.
type Manager struct {
	store    directory.SyncStore
	log      zerolog.Logger
	now      func() time.Time
	retry    Retry
	rand     func() float64
	notify   func(Notice)
	metrics  *metrics
	dossiers map[string]*dossier
	turns    chan struct{}
	keep     time.Duration

	mu      sync.Mutex // guards what follows
	ctx     context.Context
	cancel  context.CancelFunc
	stopped bool
	work    sync.WaitGroup
	ended   chan struct{} // closed when all work has
}

// NewManager checks c and prepares its dossiers; Start sets them going.
func NewManager(c ManagerConfig) (*Manager, error) {
	if c.Parallel < 1 {
		c.Parallel = 2
	}
	if c.Retry == (Retry{}) {
		c.Retry = Retry{First: 30 * time.Second, Max: 15 * time.Minute}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Rand == nil {
		c.Rand = rand.Float64
	}
	if c.Notify == nil {
		c.Notify = func(Notice) {}
	}
	m := &Manager{store: c.Store, log: c.Log, now: c.Now, retry: c.Retry, rand: c.Rand, notify: c.Notify, dossiers: map[string]*dossier{}, keep: c.Keep,
		turns: make(chan struct{}, c.Parallel), ended: make(chan struct{})}
	var err error
	if m.metrics, err = newMetrics(c.Registerer); err != nil {
		return nil, fmt.Errorf("synchronisation metrics: %w", err)
	}
	for _, one := range c.Dossiers {
		if m.dossiers[one.Name] != nil {
			return nil, fmt.Errorf("dossier %q is given twice", one.Name)
		}
		d := &dossier{name: one.Name, schedule: one.Schedule, jitter: one.Jitter, quiet: one.Quiet, hub: newHub(), manager: m,
			log: c.Log.With().Str("dossier", one.Name).Logger()}
		if one.Guard == nil {
			one.Guard = c.Guard
		}
		progress := func(p Progress) {
			d.hub.progress(p)
			m.metrics.progress(p)
		}
		d.runner = NewRunner(Config{Dossier: one.Name, Source: one.Source, Store: c.Store, Log: c.Log, Guard: one.Guard,
			FullEvery: one.FullEvery, SpoolDir: c.SpoolDir, Notify: c.Notify, Now: c.Now, NewID: c.NewID, Progress: progress})
		m.dossiers[one.Name] = d
	}
	return m, nil
}

// Start ends in the history what a process that died left running, and sets
// the schedules going until Stop is called. ctx bounds the reading of the
// history only. A manager starts once.
func (m *Manager) Start(ctx context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.ctx != nil || m.stopped {
		return errors.New("start the synchronisation: it was started before")
	}
	n, err := m.store.AbandonRuns(ctx, m.now())
	if err != nil {
		return fmt.Errorf("start the synchronisation: end runs left over: %w", err)
	}
	if n > 0 {
		m.log.Warn().Int("runs", n).Msg("runs that an earlier process left unfinished are marked as failed")
	}
	for _, d := range m.dossiers {
		if err := d.remember(ctx); err != nil {
			return fmt.Errorf("start the synchronisation: read the history of %s: %w", d.name, err)
		}
	}
	m.ctx, m.cancel = context.WithCancel(context.WithoutCancel(ctx))
	for _, d := range m.dossiers {
		m.work.Go(func() { d.loop(m.ctx) })
	}
	if m.keep > 0 {
		m.work.Go(func() { m.prune(m.ctx) })
	}
	context.AfterFunc(m.ctx, m.end)
	return nil
}

// pruneEvery is how often the history is looked through for what is too old.
const pruneEvery = 24 * time.Hour

// prune deletes what is too old of the history, now and once a day.
func (m *Manager) prune(ctx context.Context) {
	for {
		n, err := m.store.PruneRuns(ctx, m.now().Add(-m.keep))
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			m.log.Error().Err(err).Msg("old runs cannot be deleted; it is tried again tomorrow")
		case n > 0:
			m.log.Info().Int("runs", n).Msg("old runs were deleted from the history")
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pruneEvery):
		}
	}
}

// end refuses new runs, waits for those under way and lets the watchers go.
func (m *Manager) end() {
	m.mu.Lock()
	m.stopped = true
	m.mu.Unlock()
	m.work.Wait()
	for _, d := range m.dossiers {
		d.hub.close()
	}
	close(m.ended)
}

// Stop cancels the runs under way and waits until they have ended and said so
// in the history, or until ctx ends. It may be called more than once, and
// before Start.
func (m *Manager) Stop(ctx context.Context) error {
	m.mu.Lock()
	m.stopped = true
	started := m.ctx != nil
	if started {
		m.cancel()
	}
	m.mu.Unlock()
	if !started {
		return nil
	}
	select {
	case <-m.ended:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("stop the synchronisation: %w", ctx.Err())
	}
}

// hold keeps the manager from ending until release is called; false where it
// does not run.
func (m *Manager) hold() (release func(), ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.ctx == nil || m.stopped {
		return nil, false
	}
	m.work.Add(1)
	return m.work.Done, true
}

// Trigger starts a run of a dossier on behalf of askedBy and returns it as it
// starts; it can be watched with Subscribe and found in the store. Where a run
// is under way, that one is returned and joined is true. ErrUnknownDossier,
// ErrStopped.
func (m *Manager) Trigger(name, askedBy string) (run directory.Run, joined bool, err error) {
	return m.Request(name, Options{Trigger: TriggerManual, AskedBy: askedBy})
}

// Request is Trigger with what the run is to do. A run that is to do more than
// a scheduled one joins none that is under way: ErrBusy.
func (m *Manager) Request(name string, o Options) (run directory.Run, joined bool, err error) {
	d := m.dossiers[name]
	if d == nil {
		return directory.Run{}, false, fmt.Errorf("synchronise %q: %w", name, ErrUnknownDossier)
	}
	m.mu.Lock()
	ctx := m.ctx
	m.mu.Unlock()
	if ctx == nil {
		return directory.Run{}, false, fmt.Errorf("synchronise %s: %w", name, ErrStopped)
	}
	a, joined, err := d.request(ctx, o)
	if err != nil {
		return directory.Run{}, false, fmt.Errorf("synchronise %s: %w", name, err)
	}
	return a.run, joined, nil
}

// Cancel ends a run that is under way on somebody's word; the directory stays as
// it was. ErrNotRunning for any other run. It does not wait.
func (m *Manager) Cancel(runID, by string) error {
	for _, d := range m.dossiers {
		d.mu.Lock()
		a := d.active
		d.mu.Unlock()
		if a != nil && a.run.ID == runID {
			a.cancel(&CanceledError{By: by})
			return nil
		}
	}
	return fmt.Errorf("cancel run %s: %w", runID, ErrNotRunning)
}

// Status tells where a dossier's synchronisation stands. ErrUnknownDossier.
func (m *Manager) Status(name string) (Status, error) {
	d := m.dossiers[name]
	if d == nil {
		return Status{}, fmt.Errorf("status of %q: %w", name, ErrUnknownDossier)
	}
	return d.snapshot(), nil
}

// Subscribe watches a dossier's runs, beginning with the one under way. A
// watcher never holds up a run: of progress it gets the latest, of runs the end
// of each. Who waits for the end of a certain run subscribes before he asks for
// it, or looks it up in the store afterwards. The channel is closed by cancel and when the manager has stopped;
// that of an unknown dossier is closed from the start.
func (m *Manager) Subscribe(name string) (events <-chan Event, cancel func()) {
	d := m.dossiers[name]
	if d == nil {
		closed := make(chan Event)
		close(closed)
		return closed, func() {}
	}
	return d.hub.subscribe()
}
