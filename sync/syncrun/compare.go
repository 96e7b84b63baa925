package syncrun

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/readahead"
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
	in := reconcile.Input{
		Dossier:            r.Dossier,
		DirectoryCustomers: readahead.OfRecords(r.Store.KnownCustomers(ctx, r.Dossier)),
		DirectoryContacts:  readahead.OfRecords(r.Store.KnownContacts(ctx, r.Dossier)),
		Watch:              m.changes,
		Customer:           func(id string) (directory.Customer, error) { return r.Store.Customer(ctx, r.Dossier, id) },
		Contact:            func(id string) (directory.Contact, error) { return r.Store.Contact(ctx, r.Dossier, id) },
		Spool:              func() (reconcile.Spool, error) { return spool.New(r.SpoolDir) },
	}
	last, whole, err := r.since(ctx, snap, o, &in)
	if err != nil {
		return plan, err
	}
	if m.p.CustomersExpected, m.p.ContactsExpected, err = snap.Expected(ctx); err != nil {
		return plan, err
	}
	in.SourceCustomers = counted(readahead.OfRecords(snap.Customers(ctx)), m, PhaseCustomers, &m.p.CustomersRead)
	in.SourceContacts = counted(readahead.OfRecords(snap.Contacts(ctx)), m, PhaseContacts, &m.p.ContactsRead)
	if plan, err = reconcile.Diff(in); err != nil {
		return directory.Plan{}, err
	}
	if in.Partial { // the others were looked at too, all at once
		plan.Counts.CustomersRead, plan.Counts.ContactsRead = m.p.CustomersExpected, m.p.ContactsExpected
		plan.Before.Customers, plan.Before.Contacts = m.p.CustomersExpected, m.p.ContactsExpected
	}
	plan.Fingerprint = fingerprint
	if plan.Position, err = r.position(ctx, snap, last, whole); err == nil && !o.AcceptDatabase && restored(last, plan.Position, plan) {
		err = fmt.Errorf("%w (%d customers are older there than they were)", ErrRestoredDatabase, plan.Backwards)
	}
	if err == nil {
		err = r.weigh(ctx, &plan)
	}
	if err != nil {
		return directory.Plan{}, errors.Join(err, plan.Close())
	}
	return plan, nil
}

// since finds out from where to read, and makes snap, and what it is compared
// with, begin there. last is the position kept, nil for none; whole tells whether
// everything is read.
func (r *Runner) since(ctx context.Context, snap erpsource.Snapshot, o Options, in *reconcile.Input) (last *directory.Position, whole bool, err error) {
	inc, ok := snap.(erpsource.Incremental)
	if !ok {
		return nil, true, nil
	}
	kept, err := r.Store.Position(ctx, r.Dossier)
	switch {
	case errors.Is(err, directory.ErrNotFound):
		return nil, true, nil
	case err != nil:
		return nil, true, fmt.Errorf("read how far the ERP was read: %w", err)
	case o.Full || r.FullEvery <= 0 || !r.Now().Before(kept.FullAt.Add(r.FullEvery)):
		return &kept, true, nil
	}
	whyNot, err := inc.Since(ctx, kept)
	if err != nil {
		return nil, true, err
	}
	if whyNot != "" {
		r.Log.Debug().Str("because", whyNot).Msg("everything is read")
		if whyNot != erpsource.NoMarkers { // which is so at each run
			in.Notes = append(in.Notes, "everything was read: "+whyNot)
		}
		return &kept, true, nil
	}
	customers, contacts, err := r.stored(ctx, inc)
	if err != nil {
		return &kept, false, err
	}
	only, err := inc.Only(ctx, kept, func(noun, id string) bool {
		if noun == directory.NounCustomer {
			c, there := customers[id]
			return there && c.RemovedAt == nil
		}
		c, there := contacts[id]
		return there && c.RemovedAt == nil
	})
	if err != nil || !only {
		return &kept, false, err
	}
	// What is compared is the same records, and the customers of the past, whose
	// codes may come back.
	if changed, _ := inc.Changed(); len(changed) > 0 {
		for c, err := range r.Store.PastCustomers(ctx, r.Dossier) {
			if err != nil {
				return &kept, false, err
			}
			if _, there := customers[c.ID]; !there {
				customers[c.ID] = c
			}
		}
	}
	in.Partial = true
	in.DirectoryCustomers, in.DirectoryContacts = inOrder(customers), inOrder(contacts)
	in.Live = func(id string) (bool, error) {
		c, err := r.Store.Customer(ctx, r.Dossier, id)
		if errors.Is(err, directory.ErrNotFound) {
			return false, nil
		}
		return err == nil && c.RemovedAt == nil, err
	}
	return &kept, false, nil
}

// stored reads what the directory has of the records that may have changed.
func (r *Runner) stored(ctx context.Context, inc erpsource.Incremental) (customers map[string]directory.Customer, contacts map[string]directory.Contact, err error) {
	customerIDs, contactIDs := inc.Changed()
	some, err := r.Store.CustomersByID(ctx, r.Dossier, customerIDs)
	if err != nil {
		return nil, nil, err
	}
	people, err := r.Store.ContactsByID(ctx, r.Dossier, contactIDs)
	if err != nil {
		return nil, nil, err
	}
	customers, contacts = map[string]directory.Customer{}, map[string]directory.Contact{}
	for _, c := range some {
		customers[c.ID] = c
	}
	for _, c := range people {
		contacts[c.ID] = c
	}
	return customers, contacts, nil
}

// inOrder gives records in the order of their ids.
func inOrder[T any](of map[string]T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, id := range slices.Sorted(maps.Keys(of)) {
			if !yield(of[id], nil) {
				return
			}
		}
	}
}

// position is how far this read went; nil for a source that has none.
func (r *Runner) position(ctx context.Context, snap erpsource.Snapshot, last *directory.Position, whole bool) (*directory.Position, error) {
	inc, ok := snap.(erpsource.Incremental)
	if !ok {
		return nil, nil
	}
	p, err := inc.Position(ctx)
	if err != nil {
		return nil, err
	}
	if p.FullAt = r.Now(); !whole {
		p.FullAt = last.FullAt
	}
	return &p, nil
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
