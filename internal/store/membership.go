package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/vantelle/vantelle/internal/directory"
)

const membershipColumns = `account, dossier, customer_id, role, profile, levels, note, changed_by, changed_at, version`

// membershipRow is a membership as its table keeps it.
type membershipRow struct {
	directory.Membership
	Levels    jsonText[map[string]string] `db:"levels"`
	ChangedAt micros                      `db:"changed_at"`
}

func (r membershipRow) membership() directory.Membership {
	m := r.Membership
	m.Levels, m.ChangedAt = r.Levels.v, r.ChangedAt.Time
	return m
}

// Memberships implements directory.ProfileStore.
func (d *DB) Memberships(ctx context.Context, dossier, customerID string) ([]directory.Membership, error) {
	var rows []membershipRow
	err := d.list(ctx, &rows, "SELECT "+membershipColumns+" FROM memberships WHERE dossier = ? AND customer_id = ? ORDER BY account", dossier, customerID)
	if err != nil {
		return nil, fmt.Errorf("list memberships of customer %s in dossier %s: %w", customerID, dossier, err)
	}
	return convert(rows, membershipRow.membership), nil
}

// Membership implements directory.ProfileStore.
func (d *DB) Membership(ctx context.Context, account, dossier, customerID string) (directory.Membership, error) {
	var row membershipRow
	err := d.get(ctx, &row, "SELECT "+membershipColumns+" FROM memberships WHERE account = ? AND dossier = ? AND customer_id = ?", account, dossier, customerID)
	if err != nil {
		return directory.Membership{}, fmt.Errorf("read membership of account %s for customer %s in dossier %s: %w", account, customerID, dossier, err)
	}
	return row.membership(), nil
}

const membershipVersion = "SELECT version FROM memberships WHERE account = ? AND dossier = ? AND customer_id = ?"

// PutMembership implements directory.ProfileStore. The time of the change is
// now where m gives none.
func (d *DB) PutMembership(ctx context.Context, m directory.Membership, act directory.Act) (directory.Membership, error) {
	if m.ChangedAt.IsZero() {
		m.ChangedAt = d.now()
	}
	m.ChangedAt = asStored(m.ChangedAt)
	err := d.write(ctx, func(t tx) error {
		if err := t.raiseRevision(); err != nil {
			return err
		}
		if err := t.customerIsThere(m.Dossier, m.CustomerID); err != nil {
			return err
		}
		if err := t.seen(m.Version, membershipVersion, m.Account, m.Dossier, m.CustomerID); err != nil {
			return err
		}
		m.Version++
		_, err := t.exec("INSERT INTO memberships ("+membershipColumns+") VALUES ("+marks(10)+`)
			ON CONFLICT (account, dossier, customer_id) DO UPDATE SET role = excluded.role, profile = excluded.profile, levels = excluded.levels,
				note = excluded.note, changed_by = excluded.changed_by, changed_at = excluded.changed_at, version = excluded.version`,
			m.Account, m.Dossier, m.CustomerID, m.Role, m.Profile, jsonText[map[string]string]{m.Levels}, m.Note, m.ChangedBy, micros{m.ChangedAt}, m.Version)
		if err != nil {
			return err
		}
		return t.record(d, act)
	})
	if err != nil {
		return directory.Membership{}, fmt.Errorf("store membership of account %s for customer %s in dossier %s: %w", m.Account, m.CustomerID, m.Dossier, err)
	}
	return m, nil
}

// DeleteMembership implements directory.ProfileStore.
func (d *DB) DeleteMembership(ctx context.Context, m directory.Membership, act directory.Act) error {
	err := d.write(ctx, func(t tx) error {
		if err := t.raiseRevision(); err != nil {
			return err
		}
		if err := t.seen(m.Version, membershipVersion, m.Account, m.Dossier, m.CustomerID); err != nil {
			return err
		}
		n, err := t.exec("DELETE FROM memberships WHERE account = ? AND dossier = ? AND customer_id = ?", m.Account, m.Dossier, m.CustomerID)
		if err != nil || n != 1 {
			return errors.Join(err, directory.ErrNotFound)
		}
		return t.record(d, act)
	})
	if err != nil {
		return fmt.Errorf("delete membership of account %s for customer %s in dossier %s: %w", m.Account, m.CustomerID, m.Dossier, err)
	}
	return nil
}
