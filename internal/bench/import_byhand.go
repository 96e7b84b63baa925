package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// What is read by hand, in the order of the directory's columns below.
const (
	handCustomers = "CT_Num, CT_Intitule, CT_EMail, CT_Telephone, CT_Adresse, CT_CodePostal, CT_Ville, CT_Pays, CT_Identifiant, CT_Siret, CT_NumPayeur, N_CatTarif, cbMarq, cbModification"
	handContacts  = "CT_No, CT_Num, CT_Nom, CT_Prenom, CT_Fonction, CT_EMail, CT_Telephone, CT_TelPortable"

	intoCustomers = `dossier, id, code, name, email, phone, address, postal_code, city, country, vat, registration_no, state, parent_id, payer_id,
		representative, tags, attributes, technical_id, addresses, former_codes, stamp, hash, removed_at, search`
	intoContacts = "dossier, id, customer_id, last_name, first_name, function, email, phone, mobile, hash, removed_at"
	handHash     = "0123456789abcdef0123456789abcdef"
)

func openByHand(engine, dsn string) (*sql.DB, error) {
	if engine == "postgres" {
		return sql.Open("pgx", dsn)
	}
	return sql.Open("sqlite", "file:"+dsn+"?_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)&_pragma=foreign_keys(1)&_txlock=immediate")
}

// byHand is the limit: what anybody would write who has nothing to decide. It
// reads both tables plainly and loads them in bulk, in one transaction, into the
// directory's own tables.
func (j importJob) byHand(ctx context.Context) (r importResult, err error) {
	made, err := j.openDirectory(ctx) // its tables
	if err != nil {
		return r, err
	}
	if err := made.Close(); err != nil {
		return r, err
	}
	from, err := openByHand(j.Source, j.SourceDSN)
	if err != nil {
		return r, err
	}
	defer from.Close()
	into, err := openByHand(j.Directory, j.DirectoryDSN)
	if err != nil {
		return r, err
	}
	defer into.Close()
	begun := time.Now()
	load := loadSQLite
	if j.Directory == "postgres" {
		load = loadPostgres
	}
	customers := handTable{from: from, read: "SELECT " + quoted(handCustomers) + ` FROM "F_COMPTET"`, columns: 14, into: "customers", names: intoCustomers, row: func(v []sql.NullString) []any {
		t := func(i int) string { return v[i].String }
		return []any{"bijou", t(0), t(0), t(1), t(2), t(3), t(4), t(5), t(6), t(7), t(8), t(9), "active", "", t(10), "", "", `{"price_category":"` + t(11) + `"}`, t(12), "", "", t(13), handHash, nil, t(1)}
	}}
	contacts := handTable{from: from, read: "SELECT " + quoted(handContacts) + ` FROM "F_CONTACTT"`, columns: 8, into: "contacts", names: intoContacts, row: func(v []sql.NullString) []any {
		t := func(i int) string { return v[i].String }
		return []any{"bijou", t(0), t(1), t(2), t(3), t(4), t(5), t(6), t(7), handHash, nil}
	}}
	n, err := load(ctx, into, customers, contacts)
	if err != nil {
		return r, err
	}
	if n != 3*j.Customers {
		return r, fmt.Errorf("%d records were loaded by hand", n)
	}
	return importResult{Seconds: time.Since(begun).Seconds(), Read: n, Changed: n}, nil
}

// handTable is one table on its way.
type handTable struct {
	from        *sql.DB
	read        string
	columns     int
	into, names string
	row         func([]sql.NullString) []any
}

// scan reads the table plainly.
func (t handTable) scan(ctx context.Context, each func([]any) error) (n int, err error) {
	rows, err := t.from.QueryContext(ctx, t.read)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	values, target := make([]sql.NullString, t.columns), make([]any, t.columns)
	for i := range values {
		target[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(target...); err != nil {
			return n, err
		}
		if err := each(t.row(values)); err != nil {
			return n, err
		}
		n++
	}
	return n, rows.Err()
}

// loadSQLite inserts many rows with each statement.
func loadSQLite(ctx context.Context, into *sql.DB, tables ...handTable) (n int, err error) {
	tx, err := into.BeginTx(ctx, nil)
	if err != nil {
		return 0, err
	}
	defer func() { _ = tx.Rollback() }()
	for _, t := range tables {
		const many = 100
		width := strings.Count(t.names, ",") + 1
		row := "(" + strings.TrimSuffix(strings.Repeat("?, ", width), ", ") + ")"
		spell := func(rows int) string {
			return "INSERT INTO " + t.into + " (" + t.names + ") VALUES " + strings.TrimSuffix(strings.Repeat(row+", ", rows), ", ")
		}
		full, err := tx.PrepareContext(ctx, spell(many))
		if err != nil {
			return 0, err
		}
		args := make([]any, 0, many*width)
		got, err := t.scan(ctx, func(values []any) error {
			if args = append(args, values...); len(args) < many*width {
				return nil
			}
			_, err := full.ExecContext(ctx, args...)
			args = args[:0]
			return err
		})
		if err == nil && len(args) > 0 {
			_, err = tx.ExecContext(ctx, spell(len(args)/width), args...)
		}
		if err := errors.Join(err, full.Close()); err != nil {
			return 0, err
		}
		n += got
	}
	return n, tx.Commit()
}

// loadPostgres copies the rows in as they are read.
func loadPostgres(ctx context.Context, into *sql.DB, tables ...handTable) (n int, err error) {
	conn, err := into.Conn(ctx)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	err = conn.Raw(func(c any) error {
		tx, err := c.(*stdlib.Conn).Conn().Begin(ctx)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback(ctx) }()
		for _, t := range tables {
			names := strings.Split(t.names, ",")
			for i := range names {
				names[i] = strings.TrimSpace(names[i])
			}
			rows, failed := make(chan []any, 1000), make(chan error, 1)
			go func() {
				defer close(rows)
				_, err := t.scan(ctx, func(v []any) error { rows <- v; return nil })
				failed <- err
			}()
			copied, err := tx.CopyFrom(ctx, pgx.Identifier{t.into}, names, pgx.CopyFromFunc(func() ([]any, error) { return <-rows, nil }))
			if err := errors.Join(err, <-failed); err != nil {
				return err
			}
			n += int(copied)
		}
		return tx.Commit(ctx)
	})
	return n, err
}
