package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/vantelle/vantelle/internal/directory"
)

const accessColumns = `dossier, customer_id, profile, licence, levels, state, suspended_by, suspended_from, note,
	changed_by, changed_at, version`

// accessRow is an access as its tables keep it.
type accessRow struct {
	directory.Access
	Levels    jsonText[map[string]string] `db:"levels"`
	ChangedAt micros                      `db:"changed_at"`
}

func (r accessRow) access() directory.Access {
	a := r.Access
	a.Levels, a.ChangedAt = r.Levels.v, r.ChangedAt.Time
	return a
}

// entrantQuery reads a customer and its access in one statement, so that no
// change can come between the two.
var entrantQuery = "SELECT " + aliased("c", "customer", readCustomerColumns) + ", " + aliased("a", "access", accessColumns) + `
	FROM customers c JOIN accesses a ON a.dossier = c.dossier AND a.customer_id = c.id
	WHERE c.dossier = ? AND c.id = ? AND c.removed_at IS NULL
		AND NOT EXISTS (SELECT 1 FROM holds h WHERE h.dossier = c.dossier)`

// Entrant implements directory.AccessStore.
func (d *DB) Entrant(ctx context.Context, dossier, customerID string) (directory.Entrant, error) {
	var row struct {
		Customer customerRow `db:"customer"`
		Access   accessRow   `db:"access"`
	}
	if err := d.get(ctx, &row, entrantQuery, dossier, customerID); err != nil {
		return directory.Entrant{}, fmt.Errorf("read customer %s of dossier %s with its access: %w", customerID, dossier, err)
	}
	return directory.Entrant{Customer: row.Customer.customer(), Access: row.Access.access()}, nil
}

// Access implements directory.AccessStore.
func (d *DB) Access(ctx context.Context, dossier, customerID string) (directory.Access, error) {
	var row accessRow
	err := d.get(ctx, &row, "SELECT "+accessColumns+" FROM accesses WHERE dossier = ? AND customer_id = ?", dossier, customerID)
	if err != nil {
		return directory.Access{}, fmt.Errorf("read access of customer %s to dossier %s: %w", customerID, dossier, err)
	}
	return row.access(), nil
}

// ListAccesses implements directory.AccessStore.
func (d *DB) ListAccesses(ctx context.Context, dossier string) ([]directory.Access, error) {
	var rows []accessRow
	err := d.list(ctx, &rows, "SELECT "+accessColumns+" FROM accesses WHERE dossier = ? ORDER BY customer_id", dossier)
	if err != nil {
		return nil, fmt.Errorf("list accesses of dossier %s: %w", dossier, err)
	}
	return convert(rows, accessRow.access), nil
}

// AccessHistory gives every version that an access ever had, the first first.
func (d *DB) AccessHistory(ctx context.Context, dossier, customerID string) ([]directory.Access, error) {
	var rows []accessRow
	err := d.list(ctx, &rows, "SELECT "+accessColumns+` FROM access_audit
		WHERE dossier = ? AND customer_id = ? ORDER BY version`, dossier, customerID)
	if err != nil {
		return nil, fmt.Errorf("read history of the access of customer %s to dossier %s: %w", customerID, dossier, err)
	}
	return convert(rows, accessRow.access), nil
}

// CountAccesses implements directory.AccessStore.
func (d *DB) CountAccesses(ctx context.Context, dossier string) (granted, total int, err error) {
	var row struct {
		Granted int `db:"granted"`
		Total   int `db:"total"`
	}
	err = d.get(ctx, &row, `SELECT COUNT(CASE WHEN a.state = 'granted' THEN 1 END) AS granted, COUNT(*) AS total
		FROM customers c LEFT JOIN accesses a ON a.dossier = c.dossier AND a.customer_id = c.id
		WHERE c.dossier = ? AND c.removed_at IS NULL`, dossier)
	if err != nil {
		return 0, 0, fmt.Errorf("count accesses of dossier %s: %w", dossier, err)
	}
	return row.Granted, row.Total, nil
}

// PutAccess implements directory.AccessStore. The time of the change is now
// where a gives none. A suspension that does not say from what is one of the
// state stored.
func (d *DB) PutAccess(ctx context.Context, a directory.Access) (directory.Access, error) {
	if a.ChangedAt.IsZero() {
		a.ChangedAt = d.now()
	}
	a.ChangedAt = asStored(a.ChangedAt)
	err := d.write(ctx, func(t tx) error {
		if err := t.raiseRevision(); err != nil {
			return err
		}
		if err := t.customerIsThere(a.Dossier, a.CustomerID); err != nil {
			return err
		}
		before, err := t.accessAt(a.Dossier, a.CustomerID, a.Version)
		if err != nil {
			return err
		}
		if err := t.decided(before, a); err != nil {
			return err
		}
		if a.State == directory.AccessSuspended && a.SuspendedFrom == "" {
			a.SuspendedFrom = suspendedFrom(before)
		}
		a.Version++
		if err := t.putAccess(a); err != nil {
			return err
		}
		return t.keepHistory(a.Dossier, []string{a.CustomerID})
	})
	if err != nil {
		return directory.Access{}, fmt.Errorf("store access of customer %s to dossier %s: %w", a.CustomerID, a.Dossier, err)
	}
	return a, nil
}

// customerIsThere is directory.ErrNotFound for a customer that is unknown or
// removed.
func (t tx) customerIsThere(dossier, id string) error {
	var n int
	return t.get(&n, "SELECT 1 FROM customers WHERE dossier = ? AND id = ? AND removed_at IS NULL", dossier, id)
}

// accessAt reads an access that must be at the version the caller saw; at
// version 0 there must be none, and the zero Access is returned.
func (t tx) accessAt(dossier, customerID string, version int64) (directory.Access, error) {
	var row accessRow
	err := t.get(&row, "SELECT "+accessColumns+" FROM accesses WHERE dossier = ? AND customer_id = ?", dossier, customerID)
	switch {
	case errors.Is(err, directory.ErrNotFound) && version == 0:
		return directory.Access{}, nil
	case errors.Is(err, directory.ErrNotFound):
		return directory.Access{}, directory.ErrConflict
	case err != nil:
		return directory.Access{}, err
	case row.Version != version:
		return directory.Access{}, directory.ErrConflict
	}
	return row.access(), nil
}

// suspendedFrom is what an access goes back to that was like before when it was
// suspended. Approval is never lost on the way.
func suspendedFrom(before directory.Access) directory.AccessState {
	switch {
	case before.State == directory.AccessPending:
		return directory.AccessPending
	case before.State == directory.AccessSuspended && before.SuspendedFrom != "":
		return before.SuspendedFrom
	}
	return directory.AccessGranted
}

// decided is directory.ErrUndecided where an access would be given anew while
// nobody has said whose it would be: what the company before left goes by the answer.
func (t tx) decided(before, a directory.Access) error {
	if (before.State != "" && before.State != directory.AccessRevoked) || (a.State != directory.AccessGranted && a.State != directory.AccessPending) {
		return nil
	}
	var n int
	err := t.get(&n, "SELECT COUNT(*) FROM decisions WHERE dossier = ? AND customer_id = ? AND "+asksWhoStandsThere, a.Dossier, a.CustomerID)
	if err == nil && n > 0 {
		err = directory.ErrUndecided
	}
	return err
}

// putAccess writes an access at its new version.
func (t tx) putAccess(a directory.Access) error {
	_, err := t.exec(`INSERT INTO accesses (`+accessColumns+`) VALUES (`+marks(12)+`)
		ON CONFLICT (dossier, customer_id) DO UPDATE SET profile = excluded.profile, licence = excluded.licence,
			levels = excluded.levels, state = excluded.state,
			suspended_by = excluded.suspended_by, suspended_from = excluded.suspended_from, note = excluded.note,
			changed_by = excluded.changed_by, changed_at = excluded.changed_at, version = excluded.version`,
		a.Dossier, a.CustomerID, a.Profile, a.Licence, jsonText[map[string]string]{a.Levels}, a.State, a.SuspendedBy, a.SuspendedFrom, a.Note,
		a.ChangedBy, micros{a.ChangedAt}, a.Version)
	return err
}

// keepHistory copies the present version of the customers' accesses to the
// history, where it is not there yet.
func (t tx) keepHistory(dossier string, customerIDs []string) error {
	return inChunks(customerIDs, func(marks string, ids []any) error {
		_, err := t.exec(`INSERT INTO access_audit (`+accessColumns+`)
			SELECT `+accessColumns+` FROM accesses
			WHERE dossier = ? AND customer_id IN (`+marks+`) AND NOT EXISTS (SELECT 1 FROM access_audit h
				WHERE h.dossier = accesses.dossier AND h.customer_id = accesses.customer_id AND h.version = accesses.version)`,
			append([]any{dossier}, ids...)...)
		return err
	})
}

// suspendBySync closes what is open or awaits approval for customers that the
// ERP no longer has.
func (t tx) suspendBySync(dossier string, customerIDs []string, by string, at micros) error {
	return t.changeAccesses(dossier, customerIDs, by, at,
		"suspended_from = state, state = 'suspended', suspended_by = 'sync'",
		"state IN ('granted', 'pending')")
}

// suspendForGood closes accesses whose customer may have become somebody else,
// those that the sync suspended before included: from now on only an
// administrator's word lifts them.
func (t tx) suspendForGood(dossier string, customerIDs []string, by string, at micros) error {
	return t.changeAccesses(dossier, customerIDs, by, at,
		"suspended_from = CASE state WHEN 'suspended' THEN suspended_from ELSE state END, state = 'suspended', suspended_by = 'identity'",
		"(state IN ('granted', 'pending') OR suspended_by = 'sync')")
}

// liftSuspendedBySync gives back what suspendBySync took, and nothing that an
// administrator suspended, to customers who are there.
func (t tx) liftSuspendedBySync(dossier string, customerIDs []string, by string, at micros) error {
	return t.changeAccesses(dossier, customerIDs, by, at,
		"state = suspended_from, suspended_from = '', suspended_by = ''",
		`suspended_by = 'sync' AND suspended_from <> '' AND EXISTS (SELECT 1 FROM customers c
			WHERE c.dossier = accesses.dossier AND c.id = accesses.customer_id AND c.removed_at IS NULL)`)
}

// changeAccesses makes one change to those of the customers' accesses that a
// condition holds for, and keeps it in their history.
func (t tx) changeAccesses(dossier string, customerIDs []string, by string, at micros, set, where string) error {
	err := inChunks(customerIDs, func(marks string, ids []any) error {
		_, err := t.exec("UPDATE accesses SET "+set+`, changed_by = ?, changed_at = ?, version = version + 1
			WHERE dossier = ? AND customer_id IN (`+marks+") AND "+where, append([]any{by, at, dossier}, ids...)...)
		return err
	})
	if err != nil {
		return err
	}
	return t.keepHistory(dossier, customerIDs)
}
