package filter

import (
	"context"
	"time"
)

// revisit is how often a stream asks whether its caller may still enter.
const revisit = time.Second

// liveRows ends a stream whose caller may no longer enter: an access that is
// taken away ends what it had opened (promise 6).
type liveRows struct {
	Rows
	still func(context.Context) error
	now   func() time.Time
	last  time.Time
}

// live wraps rows where the front can tell whether the caller may still enter.
func live(rows Rows, still func(context.Context) error, now func() time.Time) Rows {
	if still == nil {
		return rows
	}
	return &liveRows{Rows: rows, still: still, now: now, last: now()}
}

// Next gives the next row, or the refusal that the caller would meet now.
func (l *liveRows) Next(ctx context.Context) ([]any, error) {
	if now := l.now(); now.Sub(l.last) >= revisit {
		if err := l.still(ctx); err != nil {
			_ = l.Close() // the refusal is what counts
			return nil, err
		}
		l.last = now
	}
	return l.Rows.Next(ctx)
}
