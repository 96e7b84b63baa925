package syncrun

import (
	"context"
	"errors"
	"fmt"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/sync/reconcile"
)

// stoppable tells whether an administrator may approve what a guard refused.
func stoppable(err error) bool {
	var much *reconcile.TooMuchError
	return errors.As(err, &much) || errors.Is(err, reconcile.ErrEmptySource)
}

// judge lets the guard look at a plan. What it stops may be done all the same
// where an administrator approved a stopped plan that takes away all of it.
func (r *Runner) judge(ctx context.Context, plan directory.Plan, o Options) error {
	err := r.Guard(plan)
	switch {
	case err == nil, o.AllowEmpty && errors.Is(err, reconcile.ErrEmptySource):
		return nil
	case !stoppable(err):
		return err
	}
	stopped, e := r.Store.Quarantined(ctx, r.Dossier)
	if errors.Is(e, directory.ErrNotFound) {
		return err
	}
	if e != nil {
		return e
	}
	if stopped.Quarantine != directory.QuarantineApproved {
		return err
	}
	covered, _, e := r.covers(ctx, stopped.ID, plan)
	if e != nil {
		return e
	}
	if !covered {
		return fmt.Errorf("it takes away more than run %s, which was approved: %w", stopped.ID, err)
	}
	r.Log.Info().Str("approved", stopped.ID).Msg("what the guard stops was approved")
	return nil
}

// taking are the changes of a plan that take something away, by noun and record.
func taking(plan directory.Plan) map[string]bool {
	all := map[string]bool{}
	for noun, ids := range map[string][]string{directory.NounCustomer: plan.DropCustomers, directory.NounContact: plan.DropContacts, "access": plan.SuspendedAccess} {
		for _, id := range ids {
			all[noun+" "+id] = true
		}
	}
	return all
}

// covers tells whether a stopped run would have taken away all that plan does,
// and whether no more than that.
func (r *Runner) covers(ctx context.Context, runID string, plan directory.Plan) (covered, same bool, err error) {
	wanted := taking(plan)
	total, found := 0, 0
	for after := 0; ; {
		page, err := r.Store.Changes(ctx, runID, after, 1000)
		if err != nil {
			return false, false, err
		}
		if len(page) == 0 {
			break
		}
		for _, c := range page {
			after = c.Seq
			keys := []string{}
			if c.Kind == directory.ChangeRemove {
				keys = append(keys, c.Noun+" "+c.Record)
				total++
			} else if c.Noun == directory.NounCustomer && reconcile.TakesAccess(c) {
				keys = append(keys, "access "+c.Record)
				total++
			}
			for _, key := range keys {
				if wanted[key] {
					found++
				}
			}
		}
	}
	return found == len(wanted), found == len(wanted) && total == found, nil
}

// quarantine keeps a stopped plan for an administrator, unless it is the one
// that waits, or was rejected, already.
func (r *Runner) quarantine(ctx context.Context, run *directory.Run, plan directory.Plan) error {
	ctx, cancel := recording(ctx)
	defer cancel()
	run.Counts = plan.Counts
	stopped, err := r.Store.Quarantined(ctx, r.Dossier)
	if err != nil && !errors.Is(err, directory.ErrNotFound) {
		return errors.Join(err, r.finish(ctx, *run))
	}
	if err == nil && stopped.Quarantine != directory.QuarantineApproved {
		_, same, err := r.covers(ctx, stopped.ID, plan)
		if err != nil {
			return errors.Join(err, r.finish(ctx, *run))
		}
		if same {
			run.Error = fmt.Sprintf("as run %s, which is %s: %s", stopped.ID, stopped.Quarantine, run.Error)
			return r.finish(ctx, *run)
		}
	}
	if err := r.Store.QuarantineRun(ctx, *run, plan); err != nil {
		return err
	}
	run.Quarantine = directory.QuarantineWaiting
	r.Notify(Notice{Event: EventQuarantined, Dossier: r.Dossier, RunID: run.ID, At: r.Now(), Text: run.Error})
	return nil
}
