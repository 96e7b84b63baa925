package store

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/jmoiron/sqlx"

	"github.com/vantelle/vantelle/internal/directory"
)

const customerColumns = `dossier, id, code, name, email, phone, address, postal_code, city, country,
	vat, registration_no, state, parent_id, payer_id, representative, tags, attributes, technical_id,
	addresses, former_codes, stamp, hash, removed_at`

// readCustomerColumns are those of a customer that is read: no plan writes its epoch.
const readCustomerColumns = customerColumns + ", epoch"

// customerRow is a customer as its table keeps it; the fields below hide those
// of the same column in directory.Customer.
type customerRow struct {
	directory.Customer
	Tags        jsonText[[]string]            `db:"tags"`
	Attributes  jsonText[map[string]string]   `db:"attributes"`
	Addresses   jsonText[[]directory.Address] `db:"addresses"`
	FormerCodes jsonText[[]string]            `db:"former_codes"`
	RemovedAt   *micros                       `db:"removed_at"`
}

func (r customerRow) customer() directory.Customer {
	c := r.Customer
	c.Tags, c.Attributes, c.RemovedAt = r.Tags.v, r.Attributes.v, r.RemovedAt.when()
	c.Addresses, c.FormerCodes = r.Addresses.v, r.FormerCodes.v
	return c
}

// Customer implements directory.CustomerStore.
func (d *DB) Customer(ctx context.Context, dossier, id string) (directory.Customer, error) {
	var row customerRow
	err := d.get(ctx, &row, "SELECT "+readCustomerColumns+" FROM customers WHERE dossier = ? AND id = ?", dossier, id)
	if err != nil {
		return directory.Customer{}, fmt.Errorf("read customer %s of dossier %s: %w", id, dossier, err)
	}
	return row.customer(), nil
}

// CustomersByID implements directory.SyncStore.
func (d *DB) CustomersByID(ctx context.Context, dossier string, ids []string) ([]directory.Customer, error) {
	var all []directory.Customer
	err := inChunks(ids, func(marks string, args []any) error {
		var rows []customerRow
		err := d.list(ctx, &rows, "SELECT "+readCustomerColumns+" FROM customers WHERE dossier = ? AND id IN ("+marks+")", append([]any{dossier}, args...)...)
		all = append(all, convert(rows, customerRow.customer)...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read %d customers of dossier %s: %w", len(ids), dossier, err)
	}
	return all, nil
}

// CustomersByCode implements directory.CustomerStore.
func (d *DB) CustomersByCode(ctx context.Context, dossier, code string) ([]directory.Customer, error) {
	var rows []customerRow
	err := d.list(ctx, &rows, "SELECT "+readCustomerColumns+` FROM customers
		WHERE dossier = ? AND code = ? AND removed_at IS NULL ORDER BY id`, dossier, code)
	if err != nil {
		return nil, fmt.Errorf("read customers with code %q of dossier %s: %w", code, dossier, err)
	}
	return convert(rows, customerRow.customer), nil
}

// ListCustomers implements directory.CustomerStore. Removed customers are left
// out.
func (d *DB) ListCustomers(ctx context.Context, q directory.CustomerQuery) ([]directory.Customer, error) {
	if q.Limit < 1 || q.Limit > 1000 {
		return nil, fmt.Errorf("list customers of dossier %s: the limit is %d and must be from 1 to 1000", q.Dossier, q.Limit)
	}
	var where strings.Builder
	args := []any{q.Dossier, q.After}
	if q.Search != "" {
		where.WriteString(` AND search LIKE ? ESCAPE '\'`)
		args = append(args, containing(q.Search))
	}
	if q.Selected {
		where.WriteString(` AND EXISTS (SELECT 1 FROM accesses
			WHERE accesses.dossier = customers.dossier AND accesses.customer_id = customers.id AND accesses.state <> 'revoked')`)
	}
	var rows []customerRow
	err := d.list(ctx, &rows, "SELECT "+readCustomerColumns+` FROM customers
		WHERE dossier = ? AND id > ? AND removed_at IS NULL`+where.String()+` ORDER BY id LIMIT ?`, append(args, q.Limit)...)
	if err != nil {
		return nil, fmt.Errorf("list customers of dossier %s: %w", q.Dossier, err)
	}
	return convert(rows, customerRow.customer), nil
}

// AllCustomers implements directory.SyncStore.
func (d *DB) AllCustomers(ctx context.Context, dossier string) iter.Seq2[directory.Customer, error] {
	return all(ctx, d, "read all customers of dossier "+dossier, customerRow.customer,
		"SELECT "+readCustomerColumns+" FROM customers WHERE dossier = ? ORDER BY id", dossier)
}

// KnownCustomers implements directory.SyncStore.
func (d *DB) KnownCustomers(ctx context.Context, dossier string) iter.Seq2[directory.Customer, error] {
	return d.known(ctx, "read what is known of all customers of dossier "+dossier, dossier, "")
}

// PastCustomers implements directory.SyncStore.
func (d *DB) PastCustomers(ctx context.Context, dossier string) iter.Seq2[directory.Customer, error] {
	return d.known(ctx, "read which customers of dossier "+dossier+" are gone or had other codes", dossier, " AND (former_codes <> '' OR removed_at IS NOT NULL)")
}

func (d *DB) known(ctx context.Context, what, dossier, and string) iter.Seq2[directory.Customer, error] {
	return scanned(ctx, d, what, func(row *sqlx.Rows) (directory.Customer, error) {
		c := directory.Customer{Dossier: dossier}
		var codes jsonText[[]string]
		var removed *micros
		err := row.Scan(&c.ID, &c.Code, &c.TechnicalID, &codes, &c.Stamp, &c.Hash, &removed)
		c.FormerCodes, c.RemovedAt = codes.v, removed.when()
		return c, err
	}, "SELECT id, code, technical_id, former_codes, stamp, hash, removed_at FROM customers WHERE dossier = ?"+and+" ORDER BY id", dossier)
}

// searchText is what a search for a customer looks in. The separator keeps a
// search from matching the end of one field and the start of the next.
func searchText(c directory.Customer) string {
	return fold(strings.Join([]string{c.Code, c.Name, c.Email, c.City}, "\x1f"))
}

// convert turns the rows of a table into the nouns they keep.
func convert[R, T any](rows []R, noun func(R) T) []T {
	nouns := make([]T, len(rows))
	for i, row := range rows {
		nouns[i] = noun(row)
	}
	return nouns
}

// all iterates over a query's rows without holding them. The error, if any, is
// the last thing it yields.
func all[R, T any](ctx context.Context, d *DB, what string, noun func(R) T, query string, args ...any) iter.Seq2[T, error] {
	return scanned(ctx, d, what, func(rows *sqlx.Rows) (T, error) {
		var row R
		err := rows.StructScan(&row)
		return noun(row), err
	}, query, args...)
}

// scanned is all, for rows that are read by hand.
func scanned[T any](ctx context.Context, d *DB, what string, scan func(*sqlx.Rows) (T, error), query string, args ...any) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		fail := func(err error) { yield(none, fmt.Errorf("%s: %w", what, told(ctx, err))) }
		rows, err := d.reader.QueryxContext(ctx, d.reader.Rebind(query), args...)
		if err != nil {
			fail(err)
			return
		}
		// What a failed Close could hide, rows.Err has told by then.
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			record, err := scan(rows)
			if err != nil {
				fail(err)
				return
			}
			if !yield(record, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			fail(err)
		}
	}
}
