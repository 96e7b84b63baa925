package syncrun

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/sync/erpsource"
	"github.com/vantelle/vantelle/sync/reconcile"
	"github.com/vantelle/vantelle/sync/spool"
)

// compare reads both sides in one consistent read of the ERP, which has ended
// when it returns. A read that passed over too much is done again, of everything.
func (r *Runner) compare(ctx context.Context, o Options, m *meter) (directory.Plan, error) {
	o.Full = o.Full || o.AcceptDatabase // nothing is known of another database's markers
	plan, err := r.compareOnce(ctx, o, m)
	if errors.Is(err, reconcile.ErrIncomplete) && !o.Full {
		r.Log.Info().Err(err).Msg("everything is read")
		o.Full = true
		m.restart()
		plan, err = r.compareOnce(ctx, o, m)
	}
	return plan, err
}

func (r *Runner) compareOnce(ctx context.Context, o Options, m *meter) (plan directory.Plan, err error) {
	m.phase(PhaseConnecting)
	snap, err := r.Source.Open(ctx)
	if err != nil {
		return plan, err
	}
	defer func() {
		if e := snap.Close(); e != nil {
			r.Log.Warn().Err(e).Msg("the read of the ERP did not end cleanly") // it is read already
		}
	}()
	fingerprint, err := r.checkDatabase(ctx, snap, o)
	if err != nil {
		return plan, err
	}
	last, position, err := r.position(ctx, snap, o)
	if err != nil {
		return plan, err
	}
	if m.p.CustomersExpected, m.p.ContactsExpected, err = snap.Expected(ctx); err != nil {
		return plan, err
	}
	plan, err = reconcile.Diff(reconcile.Input{
		Dossier:            r.Dossier,
		SourceCustomers:    counted(ahead(snap.Customers(ctx)), m, PhaseCustomers, &m.p.CustomersRead),
		DirectoryCustomers: ahead(r.Store.KnownCustomers(ctx, r.Dossier)),
		SourceContacts:     counted(ahead(snap.Contacts(ctx)), m, PhaseContacts, &m.p.ContactsRead),
		DirectoryContacts:  ahead(r.Store.KnownContacts(ctx, r.Dossier)),
		Watch:              m.changes,
		Customer:           func(id string) (directory.Customer, error) { return r.Store.Customer(ctx, r.Dossier, id) },
		Contact:            func(id string) (directory.Contact, error) { return r.Store.Contact(ctx, r.Dossier, id) },
		Spool:              func() (reconcile.Spool, error) { return spool.New(r.SpoolDir) },
	})
	if err != nil {
		return directory.Plan{}, err
	}
	plan.Fingerprint, plan.Position = fingerprint, position
	if !o.AcceptDatabase && restored(last, position, plan) {
		err = fmt.Errorf("%w (%d customers are older there than they were)", ErrRestoredDatabase, plan.Backwards)
	} else {
		err = r.weigh(ctx, &plan)
	}
	if err != nil {
		return directory.Plan{}, errors.Join(err, plan.Close())
	}
	return plan, nil
}

// position finds out from where to read, and makes snap read from there. last
// is the position kept, now the one to keep; both nil for a source that has none.
func (r *Runner) position(ctx context.Context, snap erpsource.Snapshot, o Options) (last, now *directory.Position, err error) {
	inc, ok := snap.(erpsource.Incremental)
	if !ok {
		return nil, nil, nil
	}
	kept, err := r.Store.Position(ctx, r.Dossier)
	switch {
	case err == nil:
		last = &kept
	case !errors.Is(err, directory.ErrNotFound):
		return nil, nil, fmt.Errorf("read how far the ERP was read: %w", err)
	}
	p, err := inc.Position(ctx)
	if err != nil {
		return nil, nil, err
	}
	p.FullAt = r.Now()
	if last == nil || o.Full || r.FullEvery <= 0 || !r.Now().Before(last.FullAt.Add(r.FullEvery)) {
		return last, &p, nil
	}
	whyNot, err := inc.Since(ctx, *last)
	if err != nil {
		return nil, nil, err
	}
	if whyNot != "" {
		r.Log.Debug().Str("because", whyNot).Msg("everything is read")
		return last, &p, nil
	}
	p.FullAt = last.FullAt
	return last, &p, nil
}

// weigh counts what a plan takes away of the accesses.
func (r *Runner) weigh(ctx context.Context, plan *directory.Plan) error {
	open, err := r.Store.OpenAccesses(ctx, r.Dossier)
	if err != nil {
		return fmt.Errorf("list the accesses that are open: %w", err)
	}
	plan.Before.Accesses = len(open)
	lost := map[string]bool{}
	for _, id := range slices.Concat(plan.DropCustomers, plan.SuspendedAccess) {
		if _, granted := slices.BinarySearch(open, id); granted {
			lost[id] = true
		}
	}
	plan.Before.AccessesLost = len(lost)
	return nil
}
