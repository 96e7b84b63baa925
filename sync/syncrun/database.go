package syncrun

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/sync/erpsource"
)

// ErrOtherDatabase is returned where the ERP's fingerprint is not the one
// remembered for the dossier.
var ErrOtherDatabase = errors.New("this is not the database that the dossier was synchronised with before: nothing was changed, and the dossier is closed until an administrator confirms the database; check the dossier's connection, or run once accepting the new database if it was replaced on purpose")

// ErrRestoredDatabase is returned where the database holds older records than
// it did: a backup was restored.
var ErrRestoredDatabase = errors.New("the database holds older records than it did, as after a backup was restored: nothing was changed, and the dossier is closed until an administrator confirms the database by a run that accepts it")

// checkDatabase compares the ERP's fingerprint with the one remembered. It
// returns the one to remember where it is new or ends a hold, else nil.
func (r *Runner) checkDatabase(ctx context.Context, snap erpsource.Snapshot, o Options) (*directory.Fingerprint, error) {
	now, err := snap.Fingerprint(ctx)
	if err != nil {
		return nil, err
	}
	before, err := r.Store.Fingerprint(ctx, r.Dossier)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return nil, fmt.Errorf("read the remembered fingerprint: %w", err)
	}
	held, err := r.Store.Hold(ctx, r.Dossier)
	closed := err == nil
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return nil, fmt.Errorf("read whether the dossier is closed: %w", err)
	}
	switch {
	case o.AcceptDatabase:
		return &now, nil
	case before.Value != "" && before.Value != now.Value:
		// An ERP that gives no fingerprint any more could be any.
		return nil, fmt.Errorf("%w (it was %s, it is %s)", ErrOtherDatabase, named(before), named(now))
	case closed && held.Reason == directory.HoldRestoredDatabase:
		return nil, fmt.Errorf("%w (%s)", ErrRestoredDatabase, held.Detail)
	case now == before && !closed:
		return nil, nil
	}
	return &now, nil
}

// restored tells whether a backup seems to have been restored: records are
// older than they were, and so is the newest of them all. The one alone may be
// a clock put right, the other the newest record deleted.
func restored(last, now *directory.Position, plan directory.Plan) bool {
	if last == nil || now == nil || plan.Backwards == 0 {
		return false
	}
	const layout = "2006-01-02 15:04:05"
	l, err := time.Parse(layout, last.Customers)
	n, err2 := time.Parse(layout, now.Customers)
	return err == nil && (err2 != nil || n.Add(erpsource.Overlap).Before(l))
}

// hold closes the dossier, and tells of it the first time.
func (r *Runner) hold(ctx context.Context, run directory.Run, cause error) error {
	ctx, cancel := recording(ctx)
	defer cancel()
	reason := directory.HoldOtherDatabase
	if errors.Is(cause, ErrRestoredDatabase) {
		reason = directory.HoldRestoredDatabase
	}
	_, err := r.Store.Hold(ctx, r.Dossier)
	if err == nil {
		return nil
	}
	if !errors.Is(err, directory.ErrNotFound) {
		return err
	}
	if err := r.Store.SetHold(ctx, directory.Hold{Dossier: r.Dossier, Reason: reason, Detail: run.Error, RunID: run.ID, Since: r.Now()}); err != nil {
		return err
	}
	r.Notify(Notice{Event: EventHeld, Dossier: r.Dossier, RunID: run.ID, At: r.Now(), Text: run.Error})
	return nil
}

func named(f directory.Fingerprint) string {
	switch {
	case f.Label != "":
		return f.Label
	case f.Value != "":
		return f.Value
	}
	return "one without a name"
}
