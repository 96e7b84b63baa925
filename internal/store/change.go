package store

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/vantelle/vantelle/internal/directory"
)

// blockChanges is how many changes of a large run stand in one row.
const blockChanges = 500

// changeRows are changes of a run, of which so many are there already. Those of a
// large run are kept in blocks: millions of rows would cost as much as the records
// themselves.
func changeRows(runID string, before int, changes []directory.Change) ([]tableRows, error) {
	packed := len(changes) / blockChanges * blockChanges
	blocks, err := makeRows(table{name: "change_blocks", columns: "run_id, first, last, body"}, packed/blockChanges, func(i int) ([]any, error) {
		first := i * blockChanges
		body, err := packChanges(changes[first : first+blockChanges])
		return []any{runID, before + first + 1, before + first + blockChanges, body}, err
	})
	if err != nil {
		return nil, err
	}
	single, err := makeRows(table{name: "changes", columns: "run_id, seq, noun, record, kind, detail"}, len(changes)-packed, func(i int) ([]any, error) {
		c := changes[packed+i]
		return []any{runID, before + packed + i + 1, c.Noun, c.Record, c.Kind, c.Detail}, nil
	})
	return []tableRows{blocks, single}, err
}

// packChanges writes changes as one JSON array, four texts for each.
func packChanges(changes []directory.Change) (string, error) {
	all := make([]string, 0, 4*len(changes))
	for _, c := range changes {
		all = append(all, c.Noun, c.Record, string(c.Kind), c.Detail)
	}
	text, err := json.Marshal(all)
	return string(text), err
}

// block is a row of change_blocks.
type block struct {
	First int    `db:"first"`
	Body  string `db:"body"`
}

func (b block) changes(runID string) ([]directory.Change, error) {
	var all []string
	if err := json.Unmarshal([]byte(b.Body), &all); err != nil {
		return nil, err
	}
	changes := make([]directory.Change, len(all)/4)
	for i := range changes {
		t := all[4*i:]
		changes[i] = directory.Change{RunID: runID, Seq: b.First + i, Noun: t[0], Record: t[1], Kind: directory.ChangeKind(t[2]), Detail: t[3]}
	}
	return changes, nil
}

// Changes implements directory.SyncStore.
func (d *DB) Changes(ctx context.Context, runID string, afterSeq, limit int) ([]directory.Change, error) {
	changes, err := d.changes(ctx, runID, afterSeq, max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("list changes of run %s: %w", runID, err)
	}
	return changes, nil
}

// changes puts together what stands in rows of its own and what in blocks: both
// may take turns within a run.
func (d *DB) changes(ctx context.Context, runID string, afterSeq, limit int) ([]directory.Change, error) {
	var single []directory.Change
	err := d.list(ctx, &single, `SELECT run_id, seq, noun, record, kind, detail FROM changes
		WHERE run_id = ? AND seq > ? ORDER BY seq LIMIT ?`, runID, afterSeq, limit)
	if err != nil {
		return nil, err
	}
	var blocks []block
	err = d.list(ctx, &blocks, "SELECT first, body FROM change_blocks WHERE run_id = ? AND last > ? ORDER BY first LIMIT ?", runID, afterSeq, limit/blockChanges+2)
	if err != nil || len(blocks) == 0 {
		return single, err
	}
	var all []directory.Change
	for _, b := range blocks {
		some, err := b.changes(runID)
		if err != nil {
			return nil, err
		}
		for _, c := range some {
			for len(single) > 0 && single[0].Seq < c.Seq {
				all, single = append(all, single[0]), single[1:]
			}
			if c.Seq > afterSeq {
				all = append(all, c)
			}
		}
	}
	// What comes after the last block is complete only where no block follows.
	if len(all) < limit {
		all = append(all, single...)
	}
	return all[:min(limit, len(all))], nil
}
