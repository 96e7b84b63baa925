package filter

import (
	"context"

	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/identity"
)

// Request is what a front asks of the gate on behalf of one caller. Exactly
// one of Text, Query and Write is given.
type Request struct {
	Caller    identity.Caller
	RequestID string
	Front     string // "sql", "rows", "dashboard", "cli"

	Text  string        // the portal's SQL
	Query *sqlast.Query // a query that a front built; its values are parameters
	Write *sqlast.Write // a write that a front built
	// Rows are the data of a Write that is Given: JSON values (nil, bool,
	// json.Number, string, list or object), in the order of its columns.
	Rows [][]any
	// Exactly and AtMost bound how many rows a write may be about; it is rolled
	// back with a *WrongCount where it is about others. 0 and nil are no bound.
	Exactly int64
	AtMost  *int64

	// Params are the values for the parameters by position, Named for those
	// by name. A value is nil, bool, int64, json.Number or string.
	Params []any
	Named  map[string]any

	// Language is the one of the labels that resources decode values into.
	Language view.Language

	// Still tells whether the caller may still enter; nil where the front
	// cannot. A stream asks it every second.
	Still func(context.Context) error

	// MaxRows cuts the answer after so many rows, and says so in Truncated;
	// 0 is the configuration's cap.
	MaxRows int
}

// Column is one column of an answer.
type Column struct {
	Name string // the label the requester asked for
	Type sqltype.Type
}

// Rows gives an answer's rows, one after the other. Next returns io.EOF after
// the last. The slice is reused. A cell is nil, or by the column's kind:
// Bool bool; Int int64; Decimal string (canonical digits); Float float64;
// Text, UUID, JSON, Other string; Date, Timestamp and Time time.Time (UTC
// where Zoned, else without meaning of zone); Binary []byte.
type Rows interface {
	Next(ctx context.Context) ([]any, error)
	Close() error
}

// Answer is what the gate gives back: the columns, and rows to be streamed.
// Close must be called; it ends the statement on the ERP and the audit entry.
type Answer struct {
	Columns []Column // shared with other answers: never changed
	Rows    Rows
	// Truncated tells, once Next has returned io.EOF, whether a cap cut the answer.
	Truncated func() bool

	// Wrote: the request was a write, committed by now, of Affected rows. Rows
	// has those that it asked back.
	Wrote    bool
	Affected int64
}

// Close ends the answer; it may be called more than once.
func (a *Answer) Close() error { return a.Rows.Close() }
