package execute

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlprint"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// Write is a compiled INSERT, UPDATE or DELETE: its statements and what its
// columns take. It holds no data and may be shared. Statements about keys are
// there for each of querytree.KeySizes.
type Write struct {
	Kind    querytree.WriteKind
	Engine  catalog.Engine
	Columns []WriteColumn
	Keys    int // columns of the key

	Source *sqlprint.Statement // as querytree.Write
	Values []querytree.Value
	Rows   []WriteRow
	Given  bool

	Insert *sqlprint.Statement
	Lock   []*sqlprint.Statement // tells which rows are there and may be written, and locks them
	Apply  []*sqlprint.Statement // of an UPDATE or DELETE
	Back   []*sqlprint.Statement // nil: nothing is read back
	Silent bool                  // what is read back is only counted
	Output []querytree.Column

	References []WriteReference
	// Leftovers, of an INSERT, give the keys of those written rows of which something
	// is left elsewhere; each is there for each of KeySizes.
	Leftovers [][]*sqlprint.Statement

	// Kept, of an UPDATE, are the columns that stay as they are whatever the ERP's
	// triggers do; Null, of an INSERT, those that are NULL afterwards. Both come
	// behind the key; nil where there are none.
	Kept, Null []*sqlprint.Statement
}

// Statements gives every statement that the write may run.
func (w *Write) Statements() []*sqlprint.Statement {
	all := []*sqlprint.Statement{w.Source, w.Insert}
	for _, row := range w.Rows {
		all = append(all, row.Query)
	}
	for _, r := range w.References {
		all = append(all, r.First, r.Find)
	}
	all = slices.Concat(append([][]*sqlprint.Statement{all, w.Lock, w.Apply, w.Back, w.Kept, w.Null}, w.Leftovers...)...)
	return slices.DeleteFunc(all, func(st *sqlprint.Statement) bool { return st == nil })
}

// WriteColumn is a column that a write gives values.
type WriteColumn struct {
	Column    *catalog.Column
	Mandatory bool
	Given     bool           // by the request; else by Pin alone
	Pin       querytree.Expr // what it must be; nil where the request decides
	OrNull    bool           // NULL will do as well as Pin
}

// WriteRow is one row of VALUES.
type WriteRow struct {
	Values []querytree.Value
	Query  *sqlprint.Statement // computes those that are no constants
}

// WriteReference is a foreign key that a write sets.
type WriteReference struct {
	From []int // places in Columns
	Name string
	// First, if it is there, asks without a lock what Find asks, before it: whether a
	// row of others is being changed must not be seen by how long its lock is waited for.
	First, Find *sqlprint.Statement
	// Of are the types of the values, Types those of the columns that they are
	// compared with.
	Of, Types []sqltype.Type
}

// Result is what a write did.
type Result struct {
	Affected int64
	Rows     [][]any // read back; nil where nothing was asked back
}

// WriteBounds cap one write.
type WriteBounds struct {
	Bounds
	Written int // rows; 0 is no cap
	// Data are the rows of an INSERT, or the values of an UPDATE (one row),
	// that come beside the statement, in the order of the given columns.
	Data    [][]any
	Exactly int64  // rows; 0 is no bound
	AtMost  *int64 // rows; nil is no bound
	// Begun is called once the ERP has begun the transaction, before the first
	// statement. May be nil.
	Begun func()
	// Last is asked before the commit; its error rolls back. May be nil.
	Last func(context.Context) error
}

// WrongCount is the cause of a refusal: a write was about another number of rows
// than it was to be about.
type WrongCount struct{ Exactly, Affected int64 }

func (e *WrongCount) Error() string { return strconv.FormatInt(e.Affected, 10) + " rows are meant" }

// Do does a write, wholly or not at all. Errors are *refusal.Error.
func (w *Write) Do(ctx context.Context, db *erp.DB, v Values, b WriteBounds) (*Result, error) {
	if b.Time > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, b.Time)
		defer cancel()
	}
	// The transaction ends with the request, until its commit is sent: from then
	// on a request that ends must not make a secret of what became of it.
	long, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	unlink := context.AfterFunc(ctx, end)
	tx, err := db.BeginWrite(long)
	if err != nil {
		return nil, Refuse(ctx, err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit there is nothing left to roll back
	if b.Begun != nil {
		b.Begun()
	}
	r := &writing{Write: w, ctx: ctx, tx: tx, values: v, bounds: b, result: &Result{}}
	switch w.Kind {
	case querytree.Insert:
		err = r.insert()
	case querytree.Update, querytree.Delete:
		err = r.change()
	default:
		err = refusal.New(refusal.Internal, "no kind of write")
	}
	if err != nil {
		return nil, err
	}
	if n := r.result.Affected; b.Exactly > 0 && n != b.Exactly || b.AtMost != nil && n > *b.AtMost {
		return nil, refusal.Because(&WrongCount{Exactly: b.Exactly, Affected: n}, refusal.RowRefused, "%d rows are meant", n)
	}
	if b.Last != nil {
		if err := b.Last(ctx); err != nil {
			return nil, err
		}
	}
	if !unlink() {
		return nil, Refuse(ctx, context.Cause(ctx)) // nothing was sent: it is rolled back
	}
	if err := commit(tx); err != nil {
		return nil, uncommitted(ctx, err)
	}
	return r.result, nil
}

// commitPatience is how long the answer to a commit is waited for.
const commitPatience = 10 * time.Second

// commit sends the commit and waits for its answer, whatever becomes of the
// request meanwhile. Drivers that cannot be told to give up are left behind:
// their connections end by time-outs of their own.
func commit(tx *sqlx.Tx) error {
	done := make(chan error, 1)
	go func() { done <- tx.Commit() }()
	patience := time.NewTimer(commitPatience)
	defer patience.Stop()
	select {
	case err := <-done:
		return err
	case <-patience.C:
		return errors.New("the ERP does not answer the commit")
	}
}

// uncommitted says what a commit that failed means: where the server said why,
// nothing is written; else nobody knows here.
func uncommitted(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, sql.ErrTxDone):
		return Refuse(ctx, err) // it was rolled back before
	case erp.ViolationOf(err) != erp.NoViolation:
		return refuseWrite(ctx, err, 0, false)
	case erp.Classify(err) == erp.Transient:
		return Refuse(ctx, err)
	}
	return refusal.Because(err, refusal.Uncertain, "the ERP went away while it was being written: look whether the change is there before you try again")
}

// writing is one write under way.
type writing struct {
	*Write
	ctx    context.Context
	tx     *sqlx.Tx
	values Values
	bounds WriteBounds
	result *Result
}

// change does an UPDATE or DELETE: the rows are found, locked, and found again
// as they are now; an UPDATE's values are checked before they are written, and
// each row must still be one of the customer's afterwards.
func (r *writing) change() error {
	first, err := r.found()
	if err != nil || len(first) == 0 {
		if err == nil && r.Back != nil && !r.Silent {
			r.result.Rows = [][]any{}
		}
		return err
	}
	locked, err := r.locked(keysOf(first, r.Keys))
	if err != nil {
		return err
	}
	now, err := r.found()
	if err != nil {
		return err
	}
	asked := map[string]bool{}
	for _, row := range first {
		asked[keyText(row[:r.Keys])] = true
	}
	var rows [][]any
	for _, row := range now {
		switch key := keyText(row[:r.Keys]); {
		case locked[key]:
			rows = append(rows, row)
		case asked[key]:
			return refusal.New(refusal.ReadOnly, "some of these rows belong to what your access may only read")
		}
	}
	keys := keysOf(rows, r.Keys)
	if r.Kind == querytree.Delete {
		if err := r.back(keys, false); err != nil {
			return err
		}
		if err := r.apply(keys, nil); err != nil {
			return err
		}
	} else {
		before, err := r.byKey(r.Kept, keys)
		if err != nil {
			return err
		}
		if err := r.update(rows, keys); err != nil {
			return err
		}
		if err := r.kept(keys, before); err != nil {
			return err
		}
		if err := r.still(keys, false); err != nil {
			return err
		}
		if err := r.back(keys, false); err != nil {
			return err
		}
	}
	r.result.Affected = int64(len(keys))
	return nil
}

// found runs Source; a row that has no key cannot be written.
func (r *writing) found() ([][]any, error) {
	rows, err := r.query(r.Source, r.values, r.most())
	if err != nil {
		return nil, Refuse(r.ctx, err)
	}
	if err := r.few(rows); err != nil {
		return nil, err
	}
	for _, row := range rows {
		for _, k := range row[:r.Keys] {
			if k == nil {
				return nil, refusal.New(refusal.ReadOnly, "a row without a key can only be read")
			}
		}
	}
	return rows, nil
}

// most is how many rows are read to see whether there are too many; 0 for all.
func (r *writing) most() int {
	if r.bounds.Written == 0 {
		return 0
	}
	return r.bounds.Written + 1
}

// few refuses more rows than one write may touch.
func (r *writing) few(rows [][]any) error {
	if r.bounds.Written == 0 || len(rows) <= r.bounds.Written {
		return nil
	}
	return refusal.New(refusal.LimitExceeded, "one request may write %d rows at most: do it in parts", r.bounds.Written)
}

// update writes the values of found rows. Rows that get the same values are
// written together.
func (r *writing) update(rows, keys [][]any) error {
	values := make([][]any, len(rows))
	alike := true
	for i, row := range rows {
		made, err := r.made(row)
		if err != nil {
			return err
		}
		if values[i], err = r.checked(made, 0); err != nil {
			return err
		}
		for j := range values[i] {
			alike = alike && same(values[i][j], values[0][j])
		}
	}
	if err := r.referenced(values); err != nil {
		return err
	}
	if alike && len(rows) > 0 {
		return r.apply(keys, values[0])
	}
	for i := range rows {
		if err := r.apply(keys[i:i+1], values[i]); err != nil {
			return err
		}
	}
	return nil
}
