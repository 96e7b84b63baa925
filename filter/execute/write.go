package execute

import (
	"context"
	"database/sql"
	"errors"
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
}

// WriteColumn is a column that a write gives values.
type WriteColumn struct {
	Column    *catalog.Column
	Mandatory bool
	Given     bool           // by the request; else by Pin alone
	Pin       querytree.Expr // what it must be; nil where the request decides
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
	Find *sqlprint.Statement
}

// Result is what a write did.
type Result struct {
	Affected  int64
	Rows      [][]any // read back; nil where nothing was asked back
	Truncated bool    // more bytes were read back than the bounds allow
}

// WriteBounds cap one write.
type WriteBounds struct {
	Bounds
	Written int // rows; 0 is no cap
	// Data are the rows of an INSERT, or the values of an UPDATE (one row),
	// that come beside the statement, in the order of the given columns.
	Data            [][]any
	Exactly, AtMost int64 // rows; 0 is no bound
	// Last is asked before the commit; its error rolls back. May be nil.
	Last func(context.Context) error
}

// WrongCount is the cause of a refusal: a write was about another number of rows
// than it was to be about.
type WrongCount struct{ Exactly, AtMost, Affected int64 }

func (e *WrongCount) Error() string { return strconv.FormatInt(e.Affected, 10) + " rows are meant" }

// Do does a write, wholly or not at all. Errors are *refusal.Error.
func (w *Write) Do(ctx context.Context, db *erp.DB, v Values, b WriteBounds) (*Result, error) {
	if b.Time > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, b.Time)
		defer cancel()
	}
	tx, err := db.BeginWrite(ctx)
	if err != nil {
		return nil, Refuse(ctx, err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit there is nothing left to roll back
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
	if n := r.result.Affected; b.Exactly > 0 && n != b.Exactly || b.AtMost > 0 && n > b.AtMost {
		return nil, refusal.Because(&WrongCount{Exactly: b.Exactly, AtMost: b.AtMost, Affected: n}, refusal.RowRefused, "%d rows are meant", n)
	}
	if b.Last != nil {
		if err := b.Last(ctx); err != nil {
			return nil, err
		}
	}
	if err := tx.Commit(); err != nil {
		return nil, uncommitted(ctx, err)
	}
	return r.result, nil
}

// uncommitted says what a commit that failed means: where the server said why,
// nothing is written; else nobody knows here.
func uncommitted(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, sql.ErrTxDone), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
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

// insert: the values of every row are made and checked, then what they point at,
// then the rows are put in, then each must be one of the customer's.
func (r *writing) insert() error {
	rows, err := r.source()
	if err != nil {
		return err
	}
	for i := range rows {
		if rows[i], err = r.checked(rows[i], i+1); err != nil {
			return err
		}
	}
	if err := r.referenced(rows); err != nil {
		return err
	}
	keys := make([][]any, len(rows))
	for i, row := range rows {
		if keys[i], err = r.put(row, i+1); err != nil {
			return err
		}
	}
	r.result.Affected = int64(len(rows))
	if err := r.still(keys, true); err != nil {
		return err
	}
	return r.back(keys, true)
}

// put inserts one row and gives its key.
func (r *writing) put(row []any, place int) ([]any, error) {
	values := r.values
	values.Written = row
	got, err := r.query(r.Insert, values, 0)
	if err != nil {
		return nil, refuseWrite(r.ctx, err, place, false)
	}
	if len(got) != 1 {
		e := refusal.New(refusal.RowRefused, "row %d was not put in", place) // a trigger of the ERP's swallowed it
		e.Row = place
		return nil, e
	}
	return got[0], nil
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
		if err := r.update(rows, keys); err != nil {
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
	rows, err := r.query(r.Source, r.values, r.bounds.Written+1)
	if err != nil {
		return nil, Refuse(r.ctx, err)
	}
	if r.bounds.Written > 0 && len(rows) > r.bounds.Written {
		return nil, tooMany(r.bounds.Written)
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

func tooMany(most int) error {
	return refusal.New(refusal.LimitExceeded, "one request may write %d rows at most: do it in parts", most)
}

func keysOf(rows [][]any, n int) [][]any {
	keys := make([][]any, len(rows))
	for i, row := range rows {
		keys[i] = row[:n]
	}
	return keys
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

// made gives the values of an UPDATE for one found row.
func (r *writing) made(row []any) ([]any, error) {
	out := make([]any, len(r.Columns))
	for i, c := range r.Columns {
		var err error
		switch {
		case r.Given:
			out[i], err = take(r.bounds.Data[0][i], c.Column.Type, true)
		case r.Values[i].Constant != nil:
			out[i], err = r.constant(r.Values[i].Constant, c.Column.Type)
		default:
			at := r.Values[i].Item
			out[i], err = adopt(row[at], r.Source.Columns[at].Type, c.Column.Type)
		}
		if err != nil {
			return nil, unfit(c, 0, err.Error())
		}
	}
	return out, nil
}

// source gives the rows of an INSERT, in the order of the given columns.
func (r *writing) source() ([][]any, error) {
	var out [][]any
	given := r.given()
	switch {
	case r.Given:
		for i, row := range r.bounds.Data {
			values := make([]any, len(given))
			for j, c := range given {
				var err error
				if values[j], err = take(row[j], c.Column.Type, true); err != nil {
					return nil, unfit(c, i+1, err.Error())
				}
			}
			out = append(out, values)
		}
	case r.Source != nil:
		rows, err := r.query(r.Source, r.values, r.bounds.Written+1)
		if err != nil {
			return nil, Refuse(r.ctx, err)
		}
		for i, row := range rows {
			values := make([]any, len(given))
			for j, c := range given {
				if values[j], err = adopt(row[j], r.Source.Columns[j].Type, c.Column.Type); err != nil {
					return nil, unfit(c, i+1, err.Error())
				}
			}
			out = append(out, values)
		}
	default:
		for i, row := range r.Rows {
			values, err := r.rowOf(row, given, i+1)
			if err != nil {
				return nil, err
			}
			out = append(out, values)
		}
	}
	if r.bounds.Written > 0 && len(out) > r.bounds.Written {
		return nil, tooMany(r.bounds.Written)
	}
	return out, nil
}

func (r *writing) given() []WriteColumn {
	for i, c := range r.Columns {
		if !c.Given {
			return r.Columns[:i]
		}
	}
	return r.Columns
}

func (r *writing) rowOf(row WriteRow, given []WriteColumn, place int) ([]any, error) {
	var computed []any
	if row.Query != nil {
		got, err := r.query(row.Query, r.values, 2)
		if err != nil {
			return nil, Refuse(r.ctx, err)
		}
		if len(got) != 1 {
			return nil, refusal.New(refusal.Internal, "a row of VALUES is not one row")
		}
		computed = got[0]
	}
	out := make([]any, len(given))
	for i, c := range given {
		var err error
		if x := row.Values[i]; x.Constant != nil {
			out[i], err = r.constant(x.Constant, c.Column.Type)
		} else {
			out[i], err = adopt(computed[x.Item], row.Query.Columns[x.Item].Type, c.Column.Type)
		}
		if err != nil {
			return nil, unfit(c, place, err.Error())
		}
	}
	return out, nil
}

// constant gives a constant of the request, or of a row filter, as a value of a
// column.
func (r *writing) constant(x querytree.Expr, t sqltype.Type) (any, error) {
	switch x := x.(type) {
	case *querytree.Number:
		return takeNumber(x.Text, t)
	case *querytree.Bool:
		return take(x.Value, t, false)
	case *querytree.Param:
		switch x.Slot.Kind {
		case querytree.SlotLiteral:
			return takeText(x.Slot.Value, t)
		case querytree.SlotPosition:
			return take(r.values.Params[x.Slot.Ordinal-1], t, false)
		case querytree.SlotNamed:
			return take(r.values.Named[x.Slot.Name], t, false)
		case querytree.SlotIdentity:
			return value(sqlprint.Param{Slot: x.Slot, Type: x.T}, r.values)
		}
	case *querytree.Null:
		return nil, nil
	}
	return nil, errors.New("no constant")
}

// checked gives the row with what the row filter pins, or refuses it: a value
// that does not fit, a blank where the profile wants something, another
// customer's name. place is the row's, 0 where it has none.
func (r *writing) checked(row []any, place int) ([]any, error) {
	out := make([]any, len(r.Columns))
	copy(out, row)
	for i, c := range r.Columns {
		if c.Pin != nil {
			pinned, err := r.constant(c.Pin, c.Column.Type)
			var refused *refusal.Error
			switch {
			case errors.As(err, &refused):
				return nil, err
			case err != nil:
				return nil, refusal.Because(err, refusal.Internal, "the row filter holds a value that its column does not take")
			case !c.Given:
				out[i] = pinned
			case !same(out[i], pinned):
				e := unfit(c, place, "it is set for you, and this is another value")
				e.Code = refusal.RowRefused
				return nil, e
			}
			continue
		}
		if c.Mandatory && blank(out[i]) {
			return nil, unfit(c, place, "it may not be left blank")
		}
		if why := fitsColumn(out[i], c.Column, r.Engine); why != "" {
			return nil, unfit(c, place, why)
		}
	}
	return out, nil
}

func unfit(c WriteColumn, place int, why string) *refusal.Error {
	e := refusal.New(refusal.ValueRefused, "%s%s: %s", at(place), c.Column.Name, why)
	e.Row, e.Column = place, c.Column.Name
	return e
}

func at(place int) string {
	if place == 0 {
		return ""
	}
	return "row " + strconv.Itoa(place) + ": "
}

// referenced refuses rows that point at what the customer does not see, in the
// same words whether it is somebody else's or not there at all.
func (r *writing) referenced(rows [][]any) error {
	for _, ref := range r.References {
		known := map[string]bool{}
		for i, row := range rows {
			values := make([]any, len(ref.From))
			null := false
			for j, from := range ref.From {
				var err error
				if values[j], err = adopt(row[from], r.Columns[from].Column.Type, ref.Find.Columns[j].Type); err != nil {
					return r.unreferenced(ref, i)
				}
				null = null || values[j] == nil
			}
			key := keyText(values)
			if null || known[key] {
				continue
			}
			known[key] = true
			v := r.values
			v.Written = values
			found, err := r.queryTyped(ref.Find, []querytree.Column{{Type: sqltype.Type{Kind: sqltype.Int, Bits: 32}}}, v, 0)
			if err != nil {
				return Refuse(r.ctx, err)
			}
			if len(found) == 0 {
				return r.unreferenced(ref, i)
			}
		}
	}
	return nil
}

func (r *writing) unreferenced(ref WriteReference, i int) error {
	place := 0
	if r.Kind == querytree.Insert {
		place = i + 1
	}
	e := refusal.New(refusal.Unreferenced, "%s%s: it points at nothing that is there", at(place), ref.Name)
	e.Row, e.Column = place, ref.Name
	return e
}

// apply writes rows by their keys, in parts of the largest of KeySizes.
func (r *writing) apply(keys [][]any, values []any) error {
	return parts(keys, func(part [][]any, size int) error {
		v := r.values
		v.Written = append(fill(part, querytree.KeySizes[size]), values...)
		args, err := Bind(r.Apply[size], v, r.Engine)
		if err != nil {
			return err
		}
		done, err := r.tx.ExecContext(r.ctx, r.Apply[size].SQL, args...)
		if err != nil {
			return refuseWrite(r.ctx, err, 0, r.Kind == querytree.Delete)
		}
		// SQL Server counts what triggers write, too; the rows are locked.
		if n, err := done.RowsAffected(); r.Engine != catalog.SQLServer && (err != nil || n != int64(len(part))) {
			return refusal.New(refusal.RowRefused, "a row is no longer what it was when it was found: try again")
		}
		return nil
	})
}

// still refuses rows that are not the customer's after they were written. The
// rows that decide so stay locked until the commit.
func (r *writing) still(keys [][]any, places bool) error {
	there, err := r.locked(keys)
	if err != nil {
		return err
	}
	for i, key := range keys {
		if !there[keyText(key)] {
			return outsideView(i+1, places)
		}
	}
	return nil
}

func outsideView(place int, places bool) error {
	if !places {
		return refusal.New(refusal.RowRefused, "a row would no longer be one of yours afterwards, or no longer one that you may write")
	}
	e := refusal.New(refusal.RowRefused, "row %d would not be one of yours, or not one that you may write", place)
	e.Row = place
	return e
}

// locked locks rows and tells which are there and may be written.
func (r *writing) locked(keys [][]any) (map[string]bool, error) {
	there := make(map[string]bool, len(keys))
	err := parts(keys, func(part [][]any, size int) error {
		v := r.values
		v.Written = fill(part, querytree.KeySizes[size])
		rows, err := r.query(r.Lock[size], v, 0)
		if err != nil {
			return Refuse(r.ctx, err)
		}
		for _, row := range rows {
			there[keyText(row)] = true
		}
		return nil
	})
	return there, err
}

// back reads written rows through the view, in the order of keys.
func (r *writing) back(keys [][]any, places bool) error {
	if r.Back == nil || r.Silent && r.Kind == querytree.Delete {
		return nil
	}
	rows := make(map[string][]any, len(keys))
	size := int64(0)
	err := parts(keys, func(part [][]any, size int) error {
		v := r.values
		v.Written = fill(part, querytree.KeySizes[size])
		got, err := r.queryTyped(r.Back[size], r.Back[size].Columns, v, 0)
		if err != nil {
			return Refuse(r.ctx, err)
		}
		for _, row := range got {
			rows[keyText(row[:r.Keys])] = row[r.Keys:]
		}
		return nil
	})
	if err != nil {
		return err
	}
	out := make([][]any, 0, len(keys))
	for i, key := range keys {
		row, there := rows[keyText(key)]
		if !there {
			return outsideView(i+1, places)
		}
		for j, x := range row {
			row[j] = dated(x, r.bounds.NoDates)
			size += weigh(row[j])
		}
		out = append(out, row)
	}
	if r.Silent {
		return nil
	}
	if r.bounds.Bytes > 0 && size > r.bounds.Bytes {
		return refusal.New(refusal.LimitExceeded, "the rows that were to come back are larger than %d bytes: ask for fewer columns, or for none", r.bounds.Bytes)
	}
	r.result.Rows = out
	return nil
}

// dated gives the moments by which the ERP means "no date" as NULL.
func dated(x any, none []time.Time) any {
	if v, ok := x.(time.Time); ok {
		for _, n := range none {
			if v.Equal(n) {
				return nil
			}
		}
	}
	return x
}

func weigh(x any) int64 {
	switch v := x.(type) {
	case string:
		return int64(len(v))
	case []byte:
		return int64(len(v))
	}
	return 8
}

// parts calls do with keys in parts, and which of KeySizes each needs.
func parts(keys [][]any, do func(part [][]any, size int) error) error {
	most := querytree.KeySizes[len(querytree.KeySizes)-1]
	for len(keys) > 0 {
		part := keys[:min(most, len(keys))]
		keys = keys[len(part):]
		size := 0
		for querytree.KeySizes[size] < len(part) {
			size++
		}
		if err := do(part, size); err != nil {
			return err
		}
	}
	return nil
}

// fill gives the values of n keys, the last of them repeated.
func fill(keys [][]any, n int) []any {
	var out []any
	for i := range n {
		out = append(out, keys[min(i, len(keys)-1)]...)
	}
	return out
}

// query runs one statement of the write and gives all of its rows, at most so
// many where most is not 0. Errors are the driver's, or *refusal.Error.
func (r *writing) query(st *sqlprint.Statement, v Values, most int) ([][]any, error) {
	return r.queryTyped(st, st.Columns, v, most)
}

func (r *writing) queryTyped(st *sqlprint.Statement, columns []querytree.Column, v Values, most int) (out [][]any, err error) {
	args, err := Bind(st, v, r.Engine)
	if err != nil {
		return nil, err
	}
	rows, err := r.tx.QueryContext(r.ctx, st.SQL, args...)
	if err != nil {
		return nil, err
	}
	defer func() {
		if failed := rows.Close(); err == nil && failed != nil {
			err = failed
		}
	}()
	for rows.Next() {
		raw, pointers := make([]any, len(columns)), make([]any, len(columns))
		for i := range raw {
			pointers[i] = &raw[i]
		}
		if err := rows.Scan(pointers...); err != nil {
			return nil, err
		}
		for i, x := range raw {
			if raw[i], _, err = decode(x, columns[i].Type, nil); err != nil {
				return nil, refusal.Because(err, refusal.QueryFailed, "the ERP gave a value that is not of its column's type")
			}
		}
		if out = append(out, raw); most > 1 && len(out) >= most {
			return out, nil
		}
	}
	return out, rows.Err()
}

// refuseWrite turns an error of the ERP about a write into a refusal that tells
// nothing but which kind of rule it broke.
func refuseWrite(ctx context.Context, err error, place int, deleting bool) error {
	var refused *refusal.Error
	if errors.As(err, &refused) {
		return err
	}
	say := func(code refusal.Code, format string) error {
		e := refusal.Because(err, code, "%s%s", at(place), format)
		e.Row = place
		return e
	}
	switch erp.ViolationOf(err) {
	case erp.Duplicate:
		return say(refusal.Duplicate, "a row with this key is there already")
	case erp.Reference:
		if deleting {
			return say(refusal.RuleViolation, "the ERP does not delete it: something still refers to it")
		}
		return say(refusal.RuleViolation, "the ERP does not take it: it refers to something that is not there, or something refers to it")
	case erp.NotNull:
		return say(refusal.ValueRefused, "the ERP wants a value for a column that was not given")
	case erp.ValueUnfit:
		return say(refusal.ValueRefused, "a value does not fit its column")
	case erp.RuleViolation:
		return say(refusal.RuleViolation, "a rule of the ERP refuses it")
	}
	return Refuse(ctx, err)
}
