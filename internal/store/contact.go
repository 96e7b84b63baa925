package store

import (
	"context"
	"fmt"
	"iter"

	"github.com/jmoiron/sqlx"

	"github.com/vantelle/vantelle/internal/directory"
)

const contactColumns = `dossier, id, customer_id, last_name, first_name, function, email, phone, mobile, hash, removed_at`

// contactRow is a contact as its table keeps it.
type contactRow struct {
	directory.Contact
	RemovedAt *micros `db:"removed_at"`
}

func (r contactRow) contact() directory.Contact {
	c := r.Contact
	c.RemovedAt = r.RemovedAt.when()
	return c
}

// Contacts implements directory.CustomerStore. Removed contacts are left out.
func (d *DB) Contacts(ctx context.Context, dossier, customerID string) ([]directory.Contact, error) {
	var rows []contactRow
	err := d.list(ctx, &rows, "SELECT "+contactColumns+` FROM contacts
		WHERE dossier = ? AND customer_id = ? AND removed_at IS NULL ORDER BY id`, dossier, customerID)
	if err != nil {
		return nil, fmt.Errorf("read contacts of customer %s of dossier %s: %w", customerID, dossier, err)
	}
	return convert(rows, contactRow.contact), nil
}

// Contact implements directory.SyncStore.
func (d *DB) Contact(ctx context.Context, dossier, id string) (directory.Contact, error) {
	var row contactRow
	err := d.get(ctx, &row, "SELECT "+contactColumns+" FROM contacts WHERE dossier = ? AND id = ?", dossier, id)
	if err != nil {
		return directory.Contact{}, fmt.Errorf("read contact %s of dossier %s: %w", id, dossier, err)
	}
	return row.contact(), nil
}

// ContactsByID implements directory.SyncStore.
func (d *DB) ContactsByID(ctx context.Context, dossier string, ids []string) ([]directory.Contact, error) {
	var all []directory.Contact
	err := inChunks(ids, func(marks string, args []any) error {
		var rows []contactRow
		err := d.list(ctx, &rows, "SELECT "+contactColumns+" FROM contacts WHERE dossier = ? AND id IN ("+marks+")", append([]any{dossier}, args...)...)
		all = append(all, convert(rows, contactRow.contact)...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read %d contacts of dossier %s: %w", len(ids), dossier, err)
	}
	return all, nil
}

// KnownContacts implements directory.SyncStore.
func (d *DB) KnownContacts(ctx context.Context, dossier string) iter.Seq2[directory.Contact, error] {
	return scanned(ctx, d, "read what is known of all contacts of dossier "+dossier, func(row *sqlx.Rows) (directory.Contact, error) {
		c := directory.Contact{Dossier: dossier}
		var removed *micros
		err := row.Scan(&c.ID, &c.CustomerID, &c.Email, &c.Hash, &removed)
		c.RemovedAt = removed.when()
		return c, err
	}, "SELECT id, customer_id, email, hash, removed_at FROM contacts WHERE dossier = ? ORDER BY id", dossier)
}

// AllContacts implements directory.SyncStore.
func (d *DB) AllContacts(ctx context.Context, dossier string) iter.Seq2[directory.Contact, error] {
	return all(ctx, d, "read all contacts of dossier "+dossier, contactRow.contact,
		"SELECT "+contactColumns+" FROM contacts WHERE dossier = ? ORDER BY id", dossier)
}
