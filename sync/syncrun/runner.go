// Package syncrun runs synchronisations: one at a time for a dossier, on a
// schedule and when asked, with progress to watch and a history to read.
//
// It must never change a directory after a read that failed, a guard that
// refused or a database that is not the dossier's; and never let two runs of
// one dossier overlap.
//
// Read next: RunOnce (the way of one run, from the ERP to the report),
// compare.go (what is read), database.go (whose database it is), quarantine.go
// (what the guard stopped), schedule.go (when), dossier.go (the loop of one dossier), manager.go (all of
// them), events.go (who watches).
package syncrun

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/sync/erpsource"
	"github.com/vantelle/vantelle/sync/reconcile"
)

// The triggers of a run.
const (
	TriggerSchedule = "schedule"
	TriggerManual   = "manual"
	TriggerStart    = "start" // the service started and the dossier was never synchronised
	TriggerCLI      = "cli"
)

// Config is what a Runner needs.
type Config struct {
	Dossier string
	Source  erpsource.Source
	Store   directory.SyncStore
	Log     zerolog.Logger

	Guard reconcile.Guard // nil: that of reconcile.DefaultLimits
	// SpoolDir is the folder for what of a large run does not fit into memory;
	// "": the system's own for such files.
	SpoolDir string
	// FullEvery is how long change markers may be believed; 0 reads everything
	// at each run.
	FullEvery time.Duration
	Notify    func(Notice)     // called from the run's goroutine; must not block; nil: nobody is told
	Progress  func(Progress)   // called from the run's goroutine; must not block; nil: nobody watches
	Now       func() time.Time // nil: time.Now
	NewID     func() string    // nil: random
}

// Options says what a run is for.
type Options struct {
	Trigger string // one of the Trigger constants
	AskedBy string // who asked, for the history; may be empty
	// DryRun stops before the directory is changed; the run is not recorded.
	DryRun bool
	// AllowEmpty lets an ERP without any customer empty the directory.
	AllowEmpty bool
	// AcceptDatabase is an administrator's word that the database is the right
	// one: its fingerprint is remembered in place of another, older records
	// are taken, and a hold ends.
	AcceptDatabase bool
	// Full reads everything, whatever change markers say.
	Full bool
}

// Runner synchronises one dossier. Its owner keeps its runs from overlapping;
// Manager does.
type Runner struct{ Config }

// NewRunner completes c with its defaults.
func NewRunner(c Config) *Runner {
	if c.Guard == nil {
		c.Guard = reconcile.DefaultLimits().Guard()
	}
	if c.Progress == nil {
		c.Progress = func(Progress) {}
	}
	if c.Notify == nil {
		c.Notify = func(Notice) {}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.NewID == nil {
		c.NewID = rand.Text
	}
	c.Log = c.Log.With().Str("dossier", c.Dossier).Logger()
	return &Runner{c}
}

// RunOnce synchronises the dossier now. The run it returns has ended, and with
// an error it ended badly: failed, or cancelled through ctx. The plan is what
// was done, or with DryRun what would be; after an error it is what a guard
// refused, or empty. The caller closes it.
func (r *Runner) RunOnce(ctx context.Context, o Options) (directory.Run, directory.Plan, error) {
	run, err := r.begin(ctx, o)
	if err != nil {
		return directory.Run{}, directory.Plan{}, err
	}
	return r.execute(ctx, run, o)
}

// begin records a run as running.
func (r *Runner) begin(ctx context.Context, o Options) (directory.Run, error) {
	run := directory.Run{ID: r.NewID(), Dossier: r.Dossier, Trigger: o.Trigger, AskedBy: o.AskedBy,
		State: directory.RunRunning, StartedAt: r.Now()}
	if o.DryRun {
		return run, nil
	}
	if err := ctx.Err(); err != nil {
		return directory.Run{}, fmt.Errorf("start a run of %s: %w", r.Dossier, err)
	}
	// Not cut short by ctx: whether a run is in the history must be certain.
	ctx, cancel := recording(ctx)
	defer cancel()
	if err := r.Store.StartRun(ctx, run); err != nil {
		return directory.Run{}, fmt.Errorf("start a run of %s: %w", r.Dossier, err)
	}
	return run, nil
}

// recording is a context for a short write to the history that is to happen
// although the run's own context has ended.
func recording(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
}

// execute does the run that begin began, and ends it whatever happens.
func (r *Runner) execute(ctx context.Context, run directory.Run, o Options) (directory.Run, directory.Plan, error) {
	log := r.Log.With().Str("run", run.ID).Logger()
	log.Info().Str("trigger", run.Trigger).Bool("dry_run", o.DryRun).Msg("synchronisation started")
	m := newMeter(run, r.Now, r.Progress)
	plan, at, err := r.synchronise(ctx, run, o, m)
	run.FinishedAt = &at
	if err == nil {
		run.State, run.Counts = directory.RunSucceeded, plan.Counts
		log.Info().Dur("took", at.Sub(run.StartedAt)).Interface("counts", run.Counts).Msg("synchronisation succeeded")
		return run, plan, nil
	}
	run.State, run.Error = directory.RunFailed, explain(err)
	run.CustomersRead, run.ContactsRead = m.p.CustomersRead, m.p.ContactsRead
	if ctx.Err() != nil && erp.Classify(err) == erp.Canceled {
		run.State = directory.RunCanceled
		var by *CanceledError
		if errors.As(context.Cause(ctx), &by) {
			run.Error = by.Error()
		}
	}
	say := log.Error()
	if run.State == directory.RunCanceled || erp.Planned(err) {
		say = log.Info()
	}
	say.Str("state", string(run.State)).Str("class", erp.Classify(err).String()).Str("error", run.Error).Msg("synchronisation failed")
	if !o.DryRun {
		err = errors.Join(err, r.ended(ctx, &run, plan, err))
	}
	return run, plan, fmt.Errorf("synchronise %s: %w", r.Dossier, err)
}

// ended records the end of a run that did not succeed, and tells of it.
func (r *Runner) ended(ctx context.Context, run *directory.Run, plan directory.Plan, cause error) error {
	switch {
	case stoppable(cause):
		return r.quarantine(ctx, run, plan)
	case errors.Is(cause, ErrOtherDatabase), errors.Is(cause, ErrRestoredDatabase):
		return errors.Join(r.finish(ctx, *run), r.hold(ctx, *run, cause))
	}
	return r.finish(ctx, *run)
}

// finish records the end of a run that failed, even where ctx has ended.
func (r *Runner) finish(ctx context.Context, run directory.Run) error {
	ctx, cancel := recording(ctx)
	defer cancel()
	if err := r.Store.FinishRun(ctx, run); err != nil {
		return fmt.Errorf("record the end of run %s: %w", run.ID, err)
	}
	return nil
}

// synchronise is the way of a run, and gives the time it ended.
func (r *Runner) synchronise(ctx context.Context, run directory.Run, o Options, m *meter) (directory.Plan, time.Time, error) {
	plan, err := r.compare(ctx, o, m)
	if err != nil {
		return directory.Plan{}, r.Now(), err
	}
	if err := r.judge(ctx, plan, o); err != nil {
		return plan, r.Now(), err
	}
	if o.DryRun {
		return plan, r.Now(), nil
	}
	m.phase(PhaseApplying)
	at := r.Now()
	if err := r.Store.ApplyPlan(ctx, run.ID, plan, at); err != nil {
		return directory.Plan{}, r.Now(), errors.Join(fmt.Errorf("change the directory: %w", err), plan.Close())
	}
	if n := len(plan.Decisions); n > 0 {
		r.Notify(Notice{Event: EventDecision, Dossier: r.Dossier, RunID: run.ID, At: at,
			Text: fmt.Sprintf("%d customers may have become others: an administrator is asked which are the same", n)})
	}
	return plan, at, nil
}

// explain is an error as the history shows it: what happened and what can be done.
func explain(err error) string {
	text := strings.ToValidUTF8(strings.ReplaceAll(err.Error(), "\x00", ""), "�")
	if hint := erp.Hint(err); hint != "" {
		text += ". " + hint
	}
	return text
}
