package execute

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlprint"
	"github.com/vantelle/vantelle/internal/erp"
)

// Bounds cap one answer.
type Bounds struct {
	Rows  int           // 0 is no cap
	Bytes int64         // of values, before they are encoded; 0 is no cap
	Time  time.Duration // of the whole statement, streaming included; 0 is no cap
	// NoDates are moments by which the ERP means "no date"; they are given as NULL.
	NoDates []time.Time
}

// Rows streams an answer. It is not safe for concurrent use.
type Rows struct {
	rows      *sql.Rows
	columns   []querytree.Column
	bounds    Bounds
	cancel    context.CancelFunc
	raw       []any
	pointers  []any
	out       []any
	count     int64
	bytes     int64
	truncated bool
	done      bool
	onEnd     func(rows int64, err error)
}

// Run executes a statement. onEnd is called once, when the answer has ended,
// been closed or failed, or when Run itself fails. Errors are *refusal.Error.
func Run(ctx context.Context, db *sqlx.DB, st *sqlprint.Statement, args []any, b Bounds, onEnd func(rows int64, err error)) (*Rows, error) {
	cancel := context.CancelFunc(func() {})
	if b.Time > 0 {
		ctx, cancel = context.WithTimeout(ctx, b.Time)
	}
	rows, err := db.QueryContext(ctx, st.SQL, args...)
	if err != nil {
		err = Refuse(ctx, err)
		cancel()
		onEnd(0, err)
		return nil, err
	}
	r := &Rows{rows: rows, columns: st.Columns, bounds: b, cancel: cancel, onEnd: onEnd,
		raw: make([]any, len(st.Columns)), pointers: make([]any, len(st.Columns)), out: make([]any, len(st.Columns))}
	for i := range r.raw {
		r.pointers[i] = &r.raw[i]
	}
	return r, nil
}

// Next gives the next row, io.EOF after the last. The slice is reused.
func (r *Rows) Next(ctx context.Context) ([]any, error) {
	if r.done {
		return nil, io.EOF
	}
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return nil, r.end(Refuse(ctx, err))
		}
		return nil, r.end(io.EOF)
	}
	if r.bounds.Rows > 0 && r.count >= int64(r.bounds.Rows) || r.bounds.Bytes > 0 && r.bytes >= r.bounds.Bytes {
		r.truncated = true
		return nil, r.end(io.EOF)
	}
	if err := r.rows.Scan(r.pointers...); err != nil {
		return nil, r.end(Refuse(ctx, err))
	}
	for i, x := range r.raw {
		v, size, err := decode(x, r.columns[i].Type, r.bounds.NoDates)
		if err != nil {
			return nil, r.end(refusal.Because(err, refusal.QueryFailed, "the ERP gave a value that is not of its column's type"))
		}
		r.out[i] = v
		r.bytes += int64(size)
	}
	r.count++
	return r.out, nil
}

// Truncated tells whether a cap cut the answer; known once Next gave io.EOF.
func (r *Rows) Truncated() bool { return r.truncated }

// Close ends the answer; it may be called more than once.
func (r *Rows) Close() error {
	_ = r.end(nil) // the rows already gave what counts
	return nil
}

func (r *Rows) end(err error) error {
	if r.done {
		return err
	}
	r.done = true
	r.cancel() // first: an ERP that is still sending need not go on
	_ = r.rows.Close()
	if errors.Is(err, io.EOF) {
		r.onEnd(r.count, nil)
	} else {
		r.onEnd(r.count, err)
	}
	return err
}

// Refuse turns an error of the ERP into a refusal that tells nothing of it.
func Refuse(ctx context.Context, err error) error {
	var refused *refusal.Error
	if errors.As(err, &refused) {
		return err
	}
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return refusal.Because(err, refusal.Timeout, "the ERP took too long")
	case errors.Is(ctx.Err(), context.Canceled):
		return refusal.Because(err, refusal.Cancelled, "the request was cancelled")
	}
	switch erp.Classify(err) {
	case erp.Timeout:
		return refusal.Because(err, refusal.Timeout, "the ERP took too long")
	case erp.Canceled:
		return refusal.Because(err, refusal.Cancelled, "the request was cancelled")
	case erp.Overflow:
		return refusal.Because(err, refusal.LimitExceeded, "a number becomes larger than the ERP can hold, or a WITH element that uses itself goes deeper than %d rounds", querytree.MaxRounds)
	case erp.Exhausted:
		return refusal.Because(err, refusal.LimitExceeded, "the ERP has no memory or disk left for this: ask for less, or try again in a moment")
	case erp.TooLarge:
		return refusal.Because(err, refusal.LimitExceeded, "the request is larger than the ERP takes at once: ask for less, or with shorter values")
	case erp.Unavailable, erp.Transient:
		return refusal.Because(err, refusal.Unavailable, "the ERP cannot be reached now: try again in a moment")
	}
	return refusal.Because(err, refusal.QueryFailed, "the ERP could not answer this request")
}
