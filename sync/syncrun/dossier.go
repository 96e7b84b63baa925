package syncrun

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp"
)

// Status is where a dossier's synchronisation stands.
type Status struct {
	Dossier     string         `json:"dossier"`
	Running     *directory.Run `json:"running,omitempty"`
	Progress    *Progress      `json:"progress,omitempty"` // of Running
	Last        *directory.Run `json:"last,omitempty"`     // the newest run that ended
	LastSuccess *directory.Run `json:"last_success,omitempty"`
	// Failures counts the runs that failed one after another up to now.
	Failures int `json:"failures"`
	// NextAt is when the next run starts by itself; nil where none will.
	NextAt *time.Time `json:"next_at,omitempty"`
	// Down: the ERP could not be reached again and again. It is asked seldom
	// now, whatever the schedule says, until it answers.
	Down bool `json:"down"`
	// Waits says what an administrator is waited for: one of the Waits
	// constants, or empty.
	Waits string `json:"waits,omitempty"`
	// Planned: the ERP is down as planned, in quiet hours or for maintenance,
	// which is no failure.
	Planned bool `json:"planned"`
	// Retrying: the run at NextAt is another try of one that failed because
	// the ERP could not be reached.
	Retrying bool `json:"retrying"`
}

// What a dossier waits for.
const (
	WaitsPlan     = "plan"     // the guard stopped a plan: approve or reject it
	WaitsDatabase = "database" // the dossier is closed: confirm its database
)

// waitsFor is what a run's end leaves an administrator to decide.
func waitsFor(err error) string {
	switch {
	case stoppable(err):
		return WaitsPlan
	case errors.Is(err, ErrOtherDatabase), errors.Is(err, ErrRestoredDatabase):
		return WaitsDatabase
	}
	return ""
}

// dossier is one dossier's runs and its loop.
type dossier struct {
	name     string
	schedule *Schedule // nil: runs only when asked, and at the first start
	jitter   time.Duration
	quiet    Quiet
	runner   *Runner
	hub      *hub
	manager  *Manager
	log      zerolog.Logger

	starting sync.Mutex // held while a run is looked for and begun
	mu       sync.Mutex // guards what follows
	active   *activeRun
	status   Status
	down     int // runs that could not reach the ERP, one after another
	planned  int // runs that met it down as planned, one after another
}

// activeRun is a run under way. err is set before done is closed.
type activeRun struct {
	run    directory.Run
	err    error
	done   chan struct{}
	cancel context.CancelCauseFunc
}

// request begins a run, or joins the one under way.
func (d *dossier) request(ctx context.Context, o Options) (a *activeRun, joined bool, err error) {
	d.starting.Lock()
	defer d.starting.Unlock()
	d.mu.Lock()
	a = d.active
	d.mu.Unlock()
	if a != nil {
		if o.Full || o.AllowEmpty || o.AcceptDatabase {
			return nil, false, ErrBusy
		}
		return a, true, nil
	}
	release, ok := d.manager.hold()
	if !ok {
		return nil, false, ErrStopped
	}
	run, err := d.runner.begin(ctx, o)
	if err != nil {
		release()
		return nil, false, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	a = &activeRun{run: run, done: make(chan struct{}), cancel: cancel}
	d.mu.Lock()
	d.active = a
	d.mu.Unlock()
	go func() {
		defer release()
		defer cancel(nil)
		d.execute(ctx, a, o)
	}()
	return a, false, nil
}

// execute waits for its turn among the dossiers and does the run.
func (d *dossier) execute(ctx context.Context, a *activeRun, o Options) {
	d.hub.progress(Progress{RunID: a.run.ID, Dossier: d.name, Phase: PhaseWaiting, StartedAt: a.run.StartedAt})
	select {
	case d.manager.turns <- struct{}{}:
		defer func() { <-d.manager.turns }()
	case <-ctx.Done(): // the run then ends as cancelled
	}
	run, plan, err := d.runner.execute(ctx, a.run, o)
	if err := plan.Close(); err != nil {
		d.log.Warn().Err(err).Msg("what was kept of a large run on the disk could not be given up")
	}
	d.mu.Lock() // mu before hub.mu, always
	d.active = nil
	d.status.Last = &run
	wasDown := d.status.Down
	d.count(run, err)
	status := d.status
	d.hub.finished(run) // before another run can begin
	d.mu.Unlock()
	d.manager.metrics.observe(run, plan, status)
	switch notice := (Notice{Dossier: d.name, RunID: run.ID, At: d.runner.Now(), Text: run.Error}); {
	case status.Down && !wasDown:
		notice.Event = EventFailing
		d.manager.notify(notice)
	case wasDown && !status.Down:
		notice.Event, notice.Text = EventRecovered, "the ERP answers, and the dossier is synchronised again"
		d.manager.notify(notice)
	}
	a.err = err
	close(a.done)
}

// count keeps how the runs went. A database that is down as planned is no
// failure.
func (d *dossier) count(run directory.Run, err error) {
	s := &d.status
	if run.State != directory.RunCanceled {
		s.Waits = waitsFor(err)
	}
	switch _, quiet := d.quiet.Until(d.runner.Now()); {
	case run.State == directory.RunSucceeded:
		s.LastSuccess, s.Failures, s.Planned, s.Down, d.down, d.planned = &run, 0, false, false, 0, 0
	case run.State != directory.RunFailed:
	case erp.Classify(err).Retryable() && (quiet || erp.Planned(err)):
		s.Planned = true
		d.planned++
	default:
		s.Failures++
		s.Planned, d.planned = false, 0
		if d.down++; !erp.Classify(err).Retryable() {
			d.down = 0
		}
		s.Down = d.manager.retry.exhausted(d.down)
	}
}

// loop starts the dossier's runs until ctx ends.
func (d *dossier) loop(ctx context.Context) {
	at, trigger, retry := d.first(ctx)
	for {
		d.announce(at, retry)
		if !d.sleepUntil(ctx, at) {
			return
		}
		if end, quiet := d.quiet.Until(d.runner.Now()); quiet {
			at = end
			continue
		}
		if retry && d.waits() == 0 { // a run that somebody asked for went well meanwhile
			at, trigger, retry = d.next(), TriggerSchedule, false
			continue
		}
		err := d.runAndWait(ctx, trigger)
		at, retry = d.after(err)
		if !retry {
			trigger = TriggerSchedule
		}
	}
}

// announce puts the next run into the status.
func (d *dossier) announce(at time.Time, retry bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.status.NextAt, d.status.Retrying = nil, retry
	if !at.IsZero() {
		d.status.NextAt = &at
	}
}

// first is when the loop's first run is due: now, where the dossier was never
// synchronised.
func (d *dossier) first(ctx context.Context) (at time.Time, trigger string, retry bool) {
	_, err := d.runner.Store.LastSuccess(ctx, d.name)
	if err == nil {
		return d.next(), TriggerSchedule, false
	}
	if !errors.Is(err, directory.ErrNotFound) {
		d.log.Error().Err(err).Msg("the last synchronisation cannot be looked up; synchronising now")
	}
	return d.runner.Now(), TriggerStart, false
}

func (d *dossier) runAndWait(ctx context.Context, trigger string) error {
	a, _, err := d.request(ctx, Options{Trigger: trigger})
	if err != nil {
		if ctx.Err() == nil {
			d.log.Error().Err(err).Msg("a synchronisation could not be started")
			d.mu.Lock()
			d.status.Failures++
			d.mu.Unlock()
			err = &startError{err}
		}
		return err
	}
	<-a.done // ends soon after ctx does
	return a.err
}

// startError marks a run that the directory could not even record.
type startError struct{ error }

// after is when to run again after a run that ended with err: at the next time
// of the schedule, or earlier where trying again may help.
func (d *dossier) after(err error) (at time.Time, retry bool) {
	at = d.next()
	var start *startError
	if err == nil || !errors.As(err, &start) && !erp.Classify(err).Retryable() {
		return at, false
	}
	delay := d.manager.retry.delay(max(1, d.waits()))
	delay -= time.Duration(d.manager.rand() * float64(delay) / 2)
	again := d.runner.Now().Add(delay)
	if at.IsZero() || again.Before(at) || d.isDown() {
		return again, true
	}
	return at, false
}

func (d *dossier) next() time.Time {
	if d.schedule == nil {
		return time.Time{}
	}
	return d.schedule.Next(d.runner.Now()).Add(time.Duration(d.manager.rand() * float64(d.jitter)))
}

// waits is how many runs one after another gave reason to wait.
func (d *dossier) waits() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return max(d.status.Failures, d.planned)
}

func (d *dossier) isDown() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.status.Down
}

// maxSleep bounds one sleep: a clock that is set, or a machine that slept, is
// noticed within it.
const maxSleep = time.Minute

// sleepUntil waits until the clock shows at, for ever where at is zero. It
// tells false where ctx ended first.
func (d *dossier) sleepUntil(ctx context.Context, at time.Time) bool {
	for {
		var wake <-chan time.Time
		if !at.IsZero() {
			left := at.Sub(d.runner.Now())
			if left <= 0 {
				return ctx.Err() == nil
			}
			timer := time.NewTimer(min(left, maxSleep))
			defer timer.Stop()
			wake = timer.C
		}
		select {
		case <-ctx.Done():
			return false
		case <-wake:
		}
	}
}

func (d *dossier) snapshot() Status {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.status
	s.Dossier = d.name
	if d.active != nil {
		run := d.active.run
		s.Running, s.Progress = &run, d.hub.now()
	}
	return s
}

// remember fills the status from the history.
func (d *dossier) remember(ctx context.Context) error {
	runs, err := d.runner.Store.Runs(ctx, d.name, 1)
	if err != nil {
		return err
	}
	success, err := d.runner.Store.LastSuccess(ctx, d.name)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return err
	}
	waits, err2 := WaitsIn(ctx, d.runner.Store, d.name)
	if err2 != nil {
		return err2
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.status.Waits = waits
	if len(runs) > 0 {
		d.status.Last = &runs[0]
	}
	if err == nil {
		d.status.LastSuccess = &success
	}
	return nil
}
