package store

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/readahead"
)

// ApplyPlan implements directory.SyncStore.
//
// Ids without an access are passed over in ReturnedAccess and SuspendedAccess.
// Changes are numbered from 1 in the plan's order, whatever their Seq and RunID
// say.
//
// directory.ErrNotFound where the run or a dropped record does not exist (or is
// removed already), directory.ErrConflict where the run is over. On any error
// nothing of the plan is done and the run is still running.
func (d *DB) ApplyPlan(ctx context.Context, runID string, plan directory.Plan, at time.Time) error {
	err := d.write(ctx, func(t tx) error { return t.applyPlan(runID, plan, at) })
	if err != nil {
		return fmt.Errorf("apply plan of run %s to dossier %s: %w", runID, plan.Dossier, err)
	}
	return nil
}

func (t tx) applyPlan(runID string, plan directory.Plan, at time.Time) error {
	if touchesCustomers(plan) {
		if err := t.raiseRevision(); err != nil {
			return err
		}
	}
	run, err := t.runningRun(runID)
	if err != nil {
		return err
	}
	if run.Dossier != plan.Dossier {
		return fmt.Errorf("the run is of dossier %s", run.Dossier)
	}
	by, when := "sync ("+runID+")", micros{at}
	steps := []struct {
		what string
		do   func() error
	}{
		{"drop customers", func() error { return t.drop("customers", plan.Dossier, plan.DropCustomers, when) }},
		{"suspend accesses", func() error { return t.suspendBySync(plan.Dossier, plan.DropCustomers, by, when) }},
		{"put records", func() error { return t.putParts(runID, plan) }},
		{"suspend accesses of others", func() error { return t.suspendForGood(plan.Dossier, plan.SuspendedAccess, by, when) }},
		{"lift suspensions", func() error { return t.liftSuspendedBySync(plan.Dossier, plan.ReturnedAccess, by, when) }},
		{"drop contacts", func() error { return t.drop("contacts", plan.Dossier, plan.DropContacts, when) }},
		{"ask decisions", func() error { return t.askDecisions(runID, plan.Dossier, plan.Decisions, when) }},
		{"keep companies apart", func() error { return t.forgetUnasked(plan.Dossier, plan.SuspendedAccess) }},
		{"remember the source", func() error { return t.rememberSource(plan) }},
		{"settle what was stopped", func() error { return t.settleStopped(plan.Dossier) }},
		{"finish run", func() error {
			return t.finishRun(directory.Run{ID: runID, State: directory.RunSucceeded, FinishedAt: &at, Counts: plan.Counts})
		}},
	}
	for _, step := range steps {
		if err := step.do(); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
	}
	return nil
}

func touchesCustomers(plan directory.Plan) bool {
	return plan.Fingerprint != nil || plan.Spooled != nil || len(plan.PutCustomers)+len(plan.DropCustomers)+len(plan.ReturnedAccess)+len(plan.SuspendedAccess) > 0
}

// drop marks records of a table as removed. A plan that drops what is not there
// was made from another state of the directory, and is refused.
func (t tx) drop(table, dossier string, ids []string, at micros) error {
	return inChunks(ids, func(marks string, args []any) error {
		n, err := t.exec("UPDATE "+table+" SET removed_at = ? WHERE dossier = ? AND id IN ("+marks+") AND removed_at IS NULL",
			append([]any{at, dossier}, args...)...)
		if err == nil && n != int64(len(args)) {
			err = fmt.Errorf("%d of them are unknown or removed already: %w", int64(len(args))-n, directory.ErrNotFound)
		}
		return err
	})
}

// putParts writes the records that a plan puts, and its changes, piece by piece:
// no more of a large plan is in memory than is needed. The rows of the next piece
// are made while the database writes one.
func (t tx) putParts(runID string, plan directory.Plan) error {
	for rows, err := range readahead.Of(partRows(runID, plan), 1, 0) {
		if err == nil {
			err = t.putAll(rows)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// partRows gives the rows of each part of a plan, in the order in which they are
// written. After an error nothing follows.
func partRows(runID string, plan directory.Plan) iter.Seq2[[]tableRows, error] {
	return func(yield func([]tableRows, error) bool) {
		changes := 0
		for part, err := range plan.Parts() {
			var customers, contacts tableRows
			var changed []tableRows
			if err == nil {
				customers, err = customerRows(plan.Dossier, part.PutCustomers)
			}
			if err == nil {
				contacts, err = contactRows(plan.Dossier, part.PutContacts)
			}
			if err == nil {
				changed, err = changeRows(runID, changes, part.Changes)
			}
			if !yield(append([]tableRows{customers, contacts}, changed...), err) || err != nil {
				return
			}
			changes += len(part.Changes)
		}
	}
}

func customerRows(dossier string, customers []directory.Customer) (tableRows, error) {
	return makeRows(table{"customers", customerColumns + ", search", "dossier, id", dossier}, len(customers), func(i int) ([]any, error) {
		c := &customers[i]
		if c.Dossier != dossier {
			return nil, fmt.Errorf("customer %s is of dossier %q", c.ID, c.Dossier)
		}
		return []any{
			c.Dossier, c.ID, c.Code, c.Name, c.Email, c.Phone, c.Address, c.PostalCode, c.City, c.Country,
			c.VAT, c.RegistrationNo, c.State, c.ParentID, c.PayerID, c.Representative,
			jsonText[[]string]{c.Tags}, jsonText[map[string]string]{c.Attributes}, c.TechnicalID,
			jsonText[[]directory.Address]{c.Addresses}, jsonText[[]string]{c.FormerCodes}, c.Stamp, c.Hash, nil, searchText(*c),
		}, nil
	})
}

func contactRows(dossier string, contacts []directory.Contact) (tableRows, error) {
	return makeRows(table{"contacts", contactColumns, "dossier, id", dossier}, len(contacts), func(i int) ([]any, error) {
		c := &contacts[i]
		if c.Dossier != dossier {
			return nil, fmt.Errorf("contact %s is of dossier %q", c.ID, c.Dossier)
		}
		return []any{
			c.Dossier, c.ID, c.CustomerID, c.LastName, c.FirstName, c.Function, c.Email, c.Phone, c.Mobile, c.Hash, nil,
		}, nil
	})
}
