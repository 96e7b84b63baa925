package store

import (
	"context"
	"fmt"
	"math"

	"github.com/vantelle/vantelle/internal/directory"
)

const actColumns = `seq, at, by_whom, noun, object, action, detail`

// actRow is an act as its table keeps it.
type actRow struct {
	directory.Act
	At     micros                      `db:"at"`
	Detail jsonText[map[string]string] `db:"detail"`
}

func (r actRow) act() directory.Act {
	a := r.Act
	a.At, a.Detail = r.At.Time, r.Detail.v
	return a
}

// record writes an act in the transaction of what it tells of. It comes last:
// its revision's row is a lock.
func (t tx) record(d *DB, a directory.Act) error {
	if err := t.raise("acts"); err != nil {
		return err
	}
	if a.At.IsZero() {
		a.At = d.now()
	}
	if err := t.get(&a.Seq, "SELECT value FROM revisions WHERE name = 'acts'"); err != nil {
		return err
	}
	_, err := t.exec("INSERT INTO acts ("+actColumns+") VALUES ("+marks(7)+")", a.Seq, micros{a.At}, a.By, a.Noun, a.Object, a.Action, jsonText[map[string]string]{a.Detail})
	return err
}

// RecordAct implements directory.ProfileStore.
func (d *DB) RecordAct(ctx context.Context, a directory.Act) error {
	if err := d.write(ctx, func(t tx) error { return t.record(d, a) }); err != nil {
		return fmt.Errorf("record %s of %s %s: %w", a.Action, a.Noun, a.Object, err)
	}
	return nil
}

// Acts implements directory.ProfileStore.
func (d *DB) Acts(ctx context.Context, q directory.ActQuery) ([]directory.Act, error) {
	if q.Before == 0 {
		q.Before = math.MaxInt64
	}
	query, args := "SELECT "+actColumns+" FROM acts WHERE seq < ?", []any{q.Before}
	if q.Noun != "" {
		query, args = query+" AND noun = ?", append(args, q.Noun)
	}
	if q.Object != "" {
		query, args = query+" AND object = ?", append(args, q.Object)
	}
	var rows []actRow
	if err := d.list(ctx, &rows, query+" ORDER BY seq DESC LIMIT ?", append(args, max(q.Limit, 0))...); err != nil {
		return nil, fmt.Errorf("list acts: %w", err)
	}
	return convert(rows, actRow.act), nil
}
