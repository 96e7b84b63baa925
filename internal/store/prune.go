package store

import (
	"context"
	"fmt"
	"time"

	"github.com/vantelle/vantelle/internal/directory"
)

// pruneRuns is how many runs one transaction of PruneRuns deletes: nobody else
// who writes is held up for long.
const pruneRuns = 20

// PruneRuns implements directory.SyncStore.
func (d *DB) PruneRuns(ctx context.Context, before time.Time) (int, error) {
	pruned := 0
	for {
		var n int
		err := d.write(ctx, func(t tx) (err error) {
			n, err = t.pruneRuns(before)
			return err
		})
		if err != nil {
			return pruned, fmt.Errorf("delete runs that ended before %s: %w", before.UTC().Format(time.DateTime), err)
		}
		if pruned += n; n < pruneRuns {
			return pruned, nil
		}
	}
}

func (t tx) pruneRuns(before time.Time) (int, error) {
	var ids []string
	err := t.SelectContext(t.ctx, &ids, t.Rebind(`SELECT id FROM runs r WHERE finished_at < ? AND quarantine NOT IN (?, ?, ?)
		AND EXISTS (SELECT 1 FROM runs n WHERE n.dossier = r.dossier AND n.state = 'succeeded' AND n.started_at > r.started_at)
		ORDER BY finished_at LIMIT ?`), micros{before}, directory.QuarantineWaiting, directory.QuarantineApproved, directory.QuarantineRejected, pruneRuns)
	if err != nil {
		return 0, err
	}
	for _, statement := range []string{"DELETE FROM changes WHERE run_id IN (", "DELETE FROM change_blocks WHERE run_id IN (", "DELETE FROM runs WHERE id IN ("} {
		err := inChunks(ids, func(marks string, args []any) error {
			_, err := t.exec(statement+marks+")", args...)
			return err
		})
		if err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}
