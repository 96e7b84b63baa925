package store

import (
	"context"
	"fmt"
	"iter"

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

// AllContacts implements directory.SyncStore.
func (d *DB) AllContacts(ctx context.Context, dossier string) iter.Seq2[directory.Contact, error] {
	return all(ctx, d, "read all contacts of dossier "+dossier, contactRow.contact,
		"SELECT "+contactColumns+" FROM contacts WHERE dossier = ? ORDER BY id", dossier)
}
