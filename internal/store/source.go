package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/vantelle/vantelle/internal/directory"
)

// rememberSource keeps what a plan says of the database it was read from. A
// fingerprint is an administrator's word or the first sight of a database, and
// ends a hold.
func (t tx) rememberSource(plan directory.Plan) error {
	if f := plan.Fingerprint; f != nil {
		if err := t.setFingerprint(plan.Dossier, *f); err != nil {
			return err
		}
		if _, err := t.exec("DELETE FROM holds WHERE dossier = ?", plan.Dossier); err != nil {
			return err
		}
	}
	if plan.Position == nil {
		return nil
	}
	text, err := json.Marshal(plan.Position)
	if err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO positions (dossier, position) VALUES (?, ?)
		ON CONFLICT (dossier) DO UPDATE SET position = excluded.position`, plan.Dossier, string(text))
	return err
}

// Position implements directory.SyncStore.
func (d *DB) Position(ctx context.Context, dossier string) (directory.Position, error) {
	var text string
	err := d.get(ctx, &text, "SELECT position FROM positions WHERE dossier = ?", dossier)
	var p directory.Position
	if err == nil {
		err = json.Unmarshal([]byte(text), &p)
	}
	if err != nil {
		return directory.Position{}, fmt.Errorf("read how far dossier %s was read: %w", dossier, err)
	}
	return p, nil
}

const holdColumns = "dossier, reason, detail, run_id, since"

type holdRow struct {
	directory.Hold
	Since micros `db:"since"`
}

// SetHold implements directory.SyncStore. It holds from the next request on.
func (d *DB) SetHold(ctx context.Context, h directory.Hold) error {
	if h.Since.IsZero() {
		h.Since = d.now()
	}
	err := d.write(ctx, func(t tx) error {
		if err := t.raiseRevision(); err != nil {
			return err
		}
		_, err := t.exec("INSERT INTO holds ("+holdColumns+`) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (dossier) DO UPDATE SET reason = excluded.reason, detail = excluded.detail, run_id = excluded.run_id`,
			h.Dossier, h.Reason, h.Detail, h.RunID, micros{h.Since})
		return err
	})
	if err != nil {
		return fmt.Errorf("close dossier %s: %w", h.Dossier, err)
	}
	return nil
}

// Hold implements directory.SyncStore.
func (d *DB) Hold(ctx context.Context, dossier string) (directory.Hold, error) {
	var row holdRow
	if err := d.get(ctx, &row, "SELECT "+holdColumns+" FROM holds WHERE dossier = ?", dossier); err != nil {
		return directory.Hold{}, fmt.Errorf("read what closes dossier %s: %w", dossier, err)
	}
	h := row.Hold
	h.Since = row.Since.Time
	return h, nil
}

// OpenAccesses implements directory.SyncStore.
func (d *DB) OpenAccesses(ctx context.Context, dossier string) ([]string, error) {
	var ids []string
	err := d.list(ctx, &ids, "SELECT customer_id FROM accesses WHERE dossier = ? AND state = 'granted' ORDER BY customer_id", dossier)
	if err != nil {
		return nil, fmt.Errorf("list open accesses of dossier %s: %w", dossier, err)
	}
	return ids, nil
}

// QuarantineRun implements directory.SyncStore.
func (d *DB) QuarantineRun(ctx context.Context, r directory.Run, plan directory.Plan) error {
	r.State = directory.RunFailed
	if r.FinishedAt == nil {
		now := d.now()
		r.FinishedAt = &now
	}
	err := d.write(ctx, func(t tx) error {
		if err := t.finishRun(r); err != nil {
			return err
		}
		if err := t.settleStopped(r.Dossier); err != nil {
			return err
		}
		if _, err := t.exec("UPDATE runs SET quarantine = 'waiting' WHERE id = ?", r.ID); err != nil {
			return err
		}
		changes := 0
		for part, err := range plan.Parts() {
			if err != nil {
				return err
			}
			rows, err := changeRows(r.ID, changes, part.Changes)
			if err == nil {
				err = t.putAll(rows)
			}
			if err != nil {
				return err
			}
			changes += len(part.Changes)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep the stopped plan of run %s: %w", r.ID, err)
	}
	return nil
}

// settleStopped ends what a dossier's stopped plans wait for: one that was
// approved is done by now, any other has been overtaken.
func (t tx) settleStopped(dossier string) error {
	_, err := t.exec(`UPDATE runs SET quarantine = CASE quarantine WHEN 'approved' THEN 'applied' ELSE 'superseded' END
		WHERE dossier = ? AND quarantine IN ('waiting', 'approved', 'rejected')`, dossier)
	return err
}

// Quarantined implements directory.SyncStore.
func (d *DB) Quarantined(ctx context.Context, dossier string) (directory.Run, error) {
	var row runRow
	err := d.get(ctx, &row, "SELECT "+runColumns+` FROM runs
		WHERE dossier = ? AND quarantine IN ('waiting', 'approved', 'rejected') ORDER BY started_at DESC, id DESC LIMIT 1`, dossier)
	if err != nil {
		return directory.Run{}, fmt.Errorf("read the stopped plan of dossier %s: %w", dossier, err)
	}
	return row.run(), nil
}

// SettleQuarantine implements directory.SyncStore.
func (d *DB) SettleQuarantine(ctx context.Context, runID string, to directory.Quarantine, by, note string, from ...directory.Quarantine) error {
	if len(from) == 0 {
		return errors.New("settle a stopped plan: from which state is not said")
	}
	err := d.write(ctx, func(t tx) error {
		var known int
		if err := t.get(&known, "SELECT 1 FROM runs WHERE id = ?", runID); err != nil {
			return err
		}
		args := []any{to, by, note, micros{d.now()}, runID}
		for _, q := range from {
			args = append(args, q)
		}
		n, err := t.exec(`UPDATE runs SET quarantine = ?, settled_by = ?, settled_note = ?, settled_at = ?
			WHERE id = ? AND quarantine IN (`+marks(len(from))+")", args...)
		if err == nil && n != 1 {
			err = directory.ErrConflict
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("settle the stopped plan of run %s: %w", runID, err)
	}
	return nil
}
