package audit

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/vantelle/vantelle/internal/store/sqlitefile"
)

// schema is the form of a month's file. A file lives for one month and is never
// migrated: a later form gets a later user_version, and every statement of ours
// works on them all. Times are whole microseconds since 1970 UTC.
//
// Each index costs an entry a page: in this form the entries stand in the order of
// their times, beside one index. Form 1 had three.
const schema = `
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS entries (
    at          BIGINT NOT NULL,
    id          TEXT NOT NULL,
    request_id  TEXT NOT NULL,
    dossier     TEXT NOT NULL,
    key_id      TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    actor       TEXT NOT NULL,
    contact     TEXT NOT NULL,
    front       TEXT NOT NULL,
    action      TEXT NOT NULL,
    tables      TEXT NOT NULL,
    view        TEXT NOT NULL,
    decision    TEXT NOT NULL,
    code        TEXT NOT NULL,
    digest      TEXT NOT NULL,
    PRIMARY KEY (at, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entries_by_customer ON entries (dossier, customer_id, at);

CREATE TABLE IF NOT EXISTS outcomes (
    id     TEXT NOT NULL PRIMARY KEY,
    rows   BIGINT NOT NULL,
    millis BIGINT NOT NULL,
    code   TEXT NOT NULL
) WITHOUT ROWID;

CREATE TRIGGER IF NOT EXISTS entries_stay BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER IF NOT EXISTS entries_are_kept BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER IF NOT EXISTS outcomes_stay BEFORE UPDATE ON outcomes
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER IF NOT EXISTS outcomes_are_kept BEFORE DELETE ON outcomes
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
PRAGMA user_version = 2;
COMMIT;
`

const (
	insertEntries = `INSERT INTO entries (id, at, request_id, dossier, key_id, customer_id, actor, contact,
		front, action, tables, view, decision, code, digest) VALUES %s ON CONFLICT DO NOTHING`
	entryValues = `(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	// The first outcome of an entry is kept; one of an entry that is in
	// another file changes nothing. CROSS JOIN keeps the order: each outcome looks for
	// its entry.
	insertOutcomes = `WITH given (id, at, rows, millis, code) AS (VALUES %s)
		INSERT INTO outcomes (id, rows, millis, code)
		SELECT g.id, g.rows, g.millis, g.code FROM given AS g CROSS JOIN entries AS e
		WHERE e.at = g.at AND e.id = g.id ON CONFLICT (id) DO NOTHING`
	outcomeValues = `(?, ?, ?, ?, ?)`
	findOutcome   = `SELECT COUNT(*) FROM outcomes WHERE id = ?`
	// atOnce entries or outcomes are put in with one statement, as long as there are
	// as many: what a statement costs is more than what a row does.
	atOnce = 32
)

// month names a month of UTC as "2026-11". Names sort as the months do.
type month string

func monthOf(t time.Time) month { return month(t.UTC().Format("2006-01")) }

// path is where the month's file is kept.
func (m month) path(dir string) string { return filepath.Join(dir, "audit-"+string(m)+".db") }

var fileName = regexp.MustCompile(`^audit-([0-9]{4}-[0-9]{2})\.db$`)

// file is one month's entries, as the writer needs it.
type file interface {
	// begin commits the entries, all or none. One whose id is there stays as it is.
	begin(entries []Entry) error
	// finish commits the outcomes, all or none, and returns those whose
	// entry is not in this file.
	finish(outcomes []Outcome) (strangers []Outcome, err error)
	close() error
}

// monthFile is a file over SQLite. Its statements are prepared once.
type monthFile struct {
	db                            *sqlx.DB
	insertEntry, insertEntries    *sql.Stmt
	insertOutcome, insertOutcomes *sql.Stmt
	findOutcome                   *sql.Stmt
}

// openMonth opens a month's file, new or not.
func openMonth(dir string, m month, durable sqlitefile.Synchronous) (file, error) {
	ctx := context.Background() // opening is short, and is nobody's request
	db, err := sqlitefile.OpenWriter(ctx, m.path(dir), durable)
	if err != nil {
		return nil, fmt.Errorf("open audit of %s: %w", m, err)
	}
	f := &monthFile{db: db}
	var form int
	if err = db.GetContext(ctx, &form, "PRAGMA user_version"); err == nil && form == 0 {
		_, err = db.ExecContext(ctx, schema)
	}
	for _, s := range []struct {
		stmt  **sql.Stmt
		query string
	}{
		{&f.insertEntry, fmt.Sprintf(insertEntries, entryValues)}, {&f.insertEntries, fmt.Sprintf(insertEntries, many(entryValues))},
		{&f.insertOutcome, fmt.Sprintf(insertOutcomes, outcomeValues)}, {&f.insertOutcomes, fmt.Sprintf(insertOutcomes, many(outcomeValues))},
		{&f.findOutcome, findOutcome},
	} {
		if err == nil {
			*s.stmt, err = db.PrepareContext(ctx, s.query)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("open audit of %s: %w", m, errors.Join(err, f.close()))
	}
	return f, nil
}

// many is a list of atOnce rows of values.
func many(values string) string { return strings.Repeat(values+", ", atOnce-1) + values }

func (f *monthFile) begin(entries []Entry) error {
	return f.transaction(func(tx *sql.Tx) error {
		one, many := tx.Stmt(f.insertEntry), tx.Stmt(f.insertEntries)
		for len(entries) > 0 {
			stmt, n := one, 1
			if len(entries) >= atOnce {
				stmt, n = many, atOnce
			}
			if err := insert(stmt, entries[:n]); err != nil {
				return err
			}
			entries = entries[n:]
		}
		return nil
	})
}

func insert(stmt *sql.Stmt, entries []Entry) error {
	values := make([]any, 0, len(entries)*strings.Count(entryValues, "?"))
	for _, e := range entries {
		tables, err := json.Marshal(e.Tables)
		if err != nil {
			return err
		}
		values = append(values, e.ID, e.Time.UnixMicro(), e.RequestID, e.Dossier, e.KeyID, e.CustomerID, e.Actor, e.Contact,
			e.Front, e.Action, string(tables), e.View, e.Decision, e.Code, e.Digest)
	}
	if _, err := stmt.Exec(values...); err != nil {
		return fmt.Errorf("%d entries from %s on: %w", len(entries), entries[0].ID, err)
	}
	return nil
}

func (f *monthFile) finish(outcomes []Outcome) (strangers []Outcome, err error) {
	err = f.transaction(func(tx *sql.Tx) error {
		one, many, find := tx.Stmt(f.insertOutcome), tx.Stmt(f.insertOutcomes), tx.Stmt(f.findOutcome)
		for len(outcomes) > 0 {
			if len(outcomes) >= atOnce {
				if all, err := put(many, outcomes[:atOnce]); err != nil {
					return err
				} else if all {
					outcomes = outcomes[atOnce:]
					continue
				}
			}
			// Some of them were not put in: each is asked by itself.
			for _, o := range outcomes[:min(atOnce, len(outcomes))] {
				known, err := keep(one, find, o)
				if err != nil {
					return err
				}
				if !known {
					strangers = append(strangers, o)
				}
			}
			outcomes = outcomes[min(atOnce, len(outcomes)):]
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return strangers, nil
}

// keep puts an outcome in where its entry has none, and tells whether it has one now.
func keep(insert, find *sql.Stmt, o Outcome) (bool, error) {
	if all, err := put(insert, []Outcome{o}); all || err != nil {
		return all, err
	}
	var known int
	err := find.QueryRow(o.ID).Scan(&known)
	return known > 0, err
}

// put puts outcomes in and tells whether those were all.
func put(stmt *sql.Stmt, outcomes []Outcome) (all bool, err error) {
	values := make([]any, 0, len(outcomes)*strings.Count(outcomeValues, "?"))
	for _, o := range outcomes {
		values = append(values, o.ID, o.Time.UnixMicro(), o.Rows, o.Millis, o.Code)
	}
	res, err := stmt.Exec(values...)
	if err != nil {
		return false, fmt.Errorf("%d outcomes from that of %s on: %w", len(outcomes), outcomes[0].ID, err)
	}
	n, err := res.RowsAffected()
	return n == int64(len(outcomes)), err
}

// transaction commits what do makes. No context ends it: a group belongs to
// many requests, none of which may end the others.
func (f *monthFile) transaction(do func(*sql.Tx) error) (err error) {
	tx, err := f.db.Begin()
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreDone(tx.Rollback()))
		}
	}()
	if err := do(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// ignoreDone forgives a rollback after a commit that failed.
func ignoreDone(err error) error {
	if errors.Is(err, sql.ErrTxDone) {
		return nil
	}
	return err
}

func (f *monthFile) close() error {
	var errs []error
	for _, stmt := range []*sql.Stmt{f.insertEntry, f.insertEntries, f.insertOutcome, f.insertOutcomes, f.findOutcome} {
		if stmt != nil {
			errs = append(errs, stmt.Close())
		}
	}
	return errors.Join(append(errs, f.db.Close())...)
}
