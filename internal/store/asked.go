package store

import (
	"context"
	"fmt"
	"time"

	"github.com/vantelle/vantelle/internal/directory"
)

const askedColumns = "id, dossier, asked_by, options, asked_at, run_id, joined, error, answered_at IS NOT NULL AS answered"

// askedRow is an asked run as its table keeps it.
type askedRow struct {
	directory.AskedRun
	AskedAt micros `db:"asked_at"`
}

func (r askedRow) asked() directory.AskedRun {
	a := r.AskedRun
	a.AskedAt = r.AskedAt.Time
	return a
}

// AskRun asks the node that leads to synchronise a dossier.
func (d *DB) AskRun(ctx context.Context, a directory.AskedRun) error {
	err := d.write(ctx, func(t tx) error {
		_, err := t.exec("INSERT INTO asked_runs (id, dossier, asked_by, options, asked_at, run_id, joined, error, answered_at) VALUES ("+marks(9)+")",
			a.ID, a.Dossier, a.AskedBy, a.Options, micros{d.now()}, "", false, "", nil)
		return err
	})
	if err != nil {
		return fmt.Errorf("ask the leader for a run of dossier %s: %w", a.Dossier, err)
	}
	return nil
}

// AskedRun finds one. directory.ErrNotFound.
func (d *DB) AskedRun(ctx context.Context, id string) (directory.AskedRun, error) {
	var row askedRow
	if err := d.get(ctx, &row, "SELECT "+askedColumns+" FROM asked_runs WHERE id = ?", id); err != nil {
		return directory.AskedRun{}, fmt.Errorf("read asked run %s: %w", id, err)
	}
	return row.asked(), nil
}

// AskedRuns are those that wait for an answer, the oldest first.
func (d *DB) AskedRuns(ctx context.Context) ([]directory.AskedRun, error) {
	var rows []askedRow
	err := d.list(ctx, &rows, "SELECT "+askedColumns+" FROM asked_runs WHERE answered_at IS NULL ORDER BY asked_at, id")
	if err != nil {
		return nil, fmt.Errorf("list asked runs: %w", err)
	}
	return convert(rows, askedRow.asked), nil
}

// AnswerRun answers an asked run. One that was answered or withdrawn meanwhile
// stays so.
func (d *DB) AnswerRun(ctx context.Context, a directory.AskedRun) error {
	err := d.write(ctx, func(t tx) error {
		_, err := t.exec("UPDATE asked_runs SET run_id = ?, joined = ?, error = ?, answered_at = ? WHERE id = ? AND answered_at IS NULL",
			a.RunID, a.Joined, a.Error, micros{d.now()}, a.ID)
		return err
	})
	if err != nil {
		return fmt.Errorf("answer asked run %s: %w", a.ID, err)
	}
	return nil
}

// WithdrawRun takes an asked run back, and reports false where it was answered
// before.
func (d *DB) WithdrawRun(ctx context.Context, id string) (withdrawn bool, err error) {
	err = d.write(ctx, func(t tx) error {
		n, err := t.exec("DELETE FROM asked_runs WHERE id = ? AND answered_at IS NULL", id)
		withdrawn = n > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("withdraw asked run %s: %w", id, err)
	}
	return withdrawn, nil
}

// ForgetAskedRuns deletes those that were answered before a time.
func (d *DB) ForgetAskedRuns(ctx context.Context, before time.Time) error {
	err := d.write(ctx, func(t tx) error {
		_, err := t.exec("DELETE FROM asked_runs WHERE answered_at < ?", micros{before})
		return err
	})
	if err != nil {
		return fmt.Errorf("forget asked runs: %w", err)
	}
	return nil
}
