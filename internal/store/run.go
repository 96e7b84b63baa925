package store

import (
	"context"
	"fmt"
	"time"

	"github.com/vantelle/vantelle/internal/directory"
)

const countColumns = `customers_read, customers_created, customers_updated, customers_removed,
	contacts_read, contacts_created, contacts_updated, contacts_removed, problems`

const runColumns = `id, dossier, trigger, asked_by, state, started_at, finished_at, error, quarantine, ` + countColumns

// runRow is a run as its table keeps it.
type runRow struct {
	directory.Run
	StartedAt  micros  `db:"started_at"`
	FinishedAt *micros `db:"finished_at"`
}

func (r runRow) run() directory.Run {
	run := r.Run
	run.StartedAt, run.FinishedAt = r.StartedAt.Time, r.FinishedAt.when()
	return run
}

// countArgs are the values of countColumns.
func countArgs(c directory.Counts) []any {
	return []any{
		c.CustomersRead, c.CustomersCreated, c.CustomersUpdated, c.CustomersRemoved,
		c.ContactsRead, c.ContactsCreated, c.ContactsUpdated, c.ContactsRemoved, c.Problems,
	}
}

// StartRun implements directory.SyncStore. The run starts now where it gives no
// time.
func (d *DB) StartRun(ctx context.Context, r directory.Run) error {
	if r.StartedAt.IsZero() {
		r.StartedAt = d.now()
	}
	err := d.write(ctx, func(t tx) error {
		args := []any{r.ID, r.Dossier, r.Trigger, r.AskedBy, directory.RunRunning, micros{r.StartedAt}, nil, "", ""}
		_, err := t.exec("INSERT INTO runs ("+runColumns+") VALUES ("+marks(18)+")", append(args, countArgs(r.Counts)...)...)
		return err
	})
	if err != nil {
		return fmt.Errorf("start run %s of dossier %s: %w", r.ID, r.Dossier, err)
	}
	return nil
}

// FinishRun implements directory.SyncStore. The run is over now where it gives
// no time. directory.ErrNotFound for an unknown run, directory.ErrConflict for
// one that is over already.
func (d *DB) FinishRun(ctx context.Context, r directory.Run) error {
	if r.State != directory.RunFailed && r.State != directory.RunCanceled {
		return fmt.Errorf("finish run %s: its state must be failed or canceled, not %q; a run succeeds by its plan", r.ID, r.State)
	}
	if r.FinishedAt == nil {
		now := d.now()
		r.FinishedAt = &now
	}
	err := d.write(ctx, func(t tx) error { return t.finishRun(r) })
	if err != nil {
		return fmt.Errorf("finish run %s: %w", r.ID, err)
	}
	return nil
}

// finishRun closes a run that is running.
func (t tx) finishRun(r directory.Run) error {
	if _, err := t.runningRun(r.ID); err != nil {
		return err
	}
	args := append([]any{r.State, optional(r.FinishedAt), r.Error}, countArgs(r.Counts)...)
	n, err := t.exec(`UPDATE runs SET state = ?, finished_at = ?, error = ?, customers_read = ?, customers_created = ?,
			customers_updated = ?, customers_removed = ?, contacts_read = ?, contacts_created = ?,
			contacts_updated = ?, contacts_removed = ?, problems = ?
		WHERE id = ? AND state = 'running'`, append(args, r.ID)...)
	if err == nil && n != 1 {
		err = directory.ErrConflict
	}
	return err
}

// runningRun reads a run that must be running.
func (t tx) runningRun(id string) (directory.Run, error) {
	var row runRow
	if err := t.get(&row, "SELECT "+runColumns+" FROM runs WHERE id = ?"+t.engine.lockRow(), id); err != nil {
		return directory.Run{}, err
	}
	if row.State != directory.RunRunning {
		return directory.Run{}, fmt.Errorf("the run is %s already: %w", row.State, directory.ErrConflict)
	}
	return row.run(), nil
}

// AbandonRuns implements directory.SyncStore.
func (d *DB) AbandonRuns(ctx context.Context, at time.Time) (int, error) {
	var n int64
	err := d.write(ctx, func(t tx) (err error) {
		n, err = t.exec("UPDATE runs SET state = 'failed', finished_at = ?, error = ? WHERE state = 'running'",
			micros{at}, "the program stopped before the run was over")
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("abandon runs: %w", err)
	}
	return int(n), nil
}

// Run implements directory.SyncStore.
func (d *DB) Run(ctx context.Context, id string) (directory.Run, error) {
	var row runRow
	if err := d.get(ctx, &row, "SELECT "+runColumns+" FROM runs WHERE id = ?", id); err != nil {
		return directory.Run{}, fmt.Errorf("read run %s: %w", id, err)
	}
	return row.run(), nil
}

// Runs implements directory.SyncStore.
func (d *DB) Runs(ctx context.Context, dossier string, limit int) ([]directory.Run, error) {
	var rows []runRow
	err := d.list(ctx, &rows, "SELECT "+runColumns+` FROM runs WHERE dossier = ?
		ORDER BY started_at DESC, id DESC LIMIT ?`, dossier, max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("list runs of dossier %s: %w", dossier, err)
	}
	return convert(rows, runRow.run), nil
}

// TellProgress keeps how far a run has come, in words of the caller's, while it
// runs.
func (d *DB) TellProgress(ctx context.Context, runID, progress string) error {
	err := d.write(ctx, func(t tx) error {
		_, err := t.exec("UPDATE runs SET progress = ? WHERE id = ? AND state = 'running'", progress, runID)
		return err
	})
	if err != nil {
		return fmt.Errorf("tell how far run %s has come: %w", runID, err)
	}
	return nil
}

// Progress is what TellProgress kept; empty where it kept nothing.
// directory.ErrNotFound.
func (d *DB) Progress(ctx context.Context, runID string) (string, error) {
	var text string
	if err := d.get(ctx, &text, "SELECT progress FROM runs WHERE id = ?", runID); err != nil {
		return "", fmt.Errorf("read how far run %s has come: %w", runID, err)
	}
	return text, nil
}

// LastSuccess implements directory.SyncStore.
func (d *DB) LastSuccess(ctx context.Context, dossier string) (directory.Run, error) {
	var row runRow
	err := d.get(ctx, &row, "SELECT "+runColumns+` FROM runs WHERE dossier = ? AND state = 'succeeded'
		ORDER BY started_at DESC, id DESC LIMIT 1`, dossier)
	if err != nil {
		return directory.Run{}, fmt.Errorf("read last successful run of dossier %s: %w", dossier, err)
	}
	return row.run(), nil
}

// Fingerprint implements directory.SyncStore.
func (d *DB) Fingerprint(ctx context.Context, dossier string) (directory.Fingerprint, error) {
	var f directory.Fingerprint
	err := d.get(ctx, &f, "SELECT fingerprint, fingerprint_label FROM fingerprints WHERE dossier = ?", dossier)
	if err != nil {
		return directory.Fingerprint{}, fmt.Errorf("read fingerprint of dossier %s: %w", dossier, err)
	}
	return f, nil
}

// SetFingerprint implements directory.SyncStore.
func (d *DB) SetFingerprint(ctx context.Context, dossier string, f directory.Fingerprint) error {
	err := d.write(ctx, func(t tx) error { return t.setFingerprint(dossier, f) })
	if err != nil {
		return fmt.Errorf("remember fingerprint of dossier %s: %w", dossier, err)
	}
	return nil
}

func (t tx) setFingerprint(dossier string, f directory.Fingerprint) error {
	_, err := t.exec(`INSERT INTO fingerprints (dossier, fingerprint, fingerprint_label) VALUES (?, ?, ?)
		ON CONFLICT (dossier) DO UPDATE SET fingerprint = excluded.fingerprint, fingerprint_label = excluded.fingerprint_label`,
		dossier, f.Value, f.Label)
	return err
}
