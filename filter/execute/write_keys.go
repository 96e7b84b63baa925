package execute

import (
	"time"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlprint"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

func keysOf(rows [][]any, n int) [][]any {
	keys := make([][]any, len(rows))
	for i, row := range rows {
		keys[i] = row[:n]
	}
	return keys
}

// referenced refuses rows that point at what the customer does not see, in the
// same words whether it is somebody else's or not there at all.
func (r *writing) referenced(rows [][]any) error {
	for _, ref := range r.References {
		err := r.look(ref, rows, func(i int, found, fits bool) error {
			if found && fits {
				return nil
			}
			return r.unreferenced(ref, i)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// unclaimed refuses new rows under a key of which something is left elsewhere, as
// it refuses a key that is there. What key they have is known once they are in: the
// ERP may have drawn it, or made another of it. The rows are those behind so many.
func (r *writing) unclaimed(keys [][]any, before int) error {
	first := len(keys)
	for _, left := range r.Leftovers {
		claimed, err := r.byKey(left, keys)
		if err != nil {
			return err
		}
		for i, key := range keys[:first] {
			if _, found := claimed[keyText(key)]; found {
				first = i
				break
			}
		}
	}
	if first == len(keys) {
		return nil
	}
	place := before + first + 1
	e := refusal.New(refusal.Duplicate, "%sa row with this key is there already", at(place))
	e.Row = place
	return e
}

// leftNull refuses new rows to which a trigger of the ERP's gave what they may not have.
func (r *writing) leftNull(keys [][]any) error {
	rows, err := r.byKey(r.Null, keys)
	if err != nil {
		return err
	}
	for i, key := range keys {
		for _, x := range rows[keyText(key)] {
			if x != nil {
				e := refusal.New(refusal.RowRefused, "row %d: the ERP itself gives it a value that customers can only read", i+1)
				e.Row = i + 1
				return e
			}
		}
	}
	return nil
}

// kept refuses rows of which a trigger of the ERP's changed what customers can only read.
func (r *writing) kept(keys [][]any, before map[string][]any) error {
	after, err := r.byKey(r.Kept, keys)
	if err != nil {
		return err
	}
	for key, was := range before {
		is := after[key]
		for i := range was {
			if i >= len(is) || !same(was[i], is[i]) {
				return refusal.New(refusal.RowRefused, "the ERP itself changes with it what customers can only read")
			}
		}
	}
	return nil
}

// byKey runs one of statements that give rows by their keys, the key first.
func (r *writing) byKey(statements []*sqlprint.Statement, keys [][]any) (map[string][]any, error) {
	if len(statements) == 0 {
		return nil, nil
	}
	rows := make(map[string][]any, len(keys))
	return rows, parts(keys, func(part [][]any, size int) error {
		v := r.values
		v.Written = fill(part, querytree.KeySizes[size])
		got, err := r.query(statements[size], v, 0)
		if err != nil {
			return Refuse(r.ctx, err)
		}
		for _, row := range got {
			rows[keyText(row[:r.Keys])] = row[r.Keys:]
		}
		return nil
	})
}

// look runs a reference's statement for the values of each row, once for equal
// ones and not at all where one of them is NULL. fits is false where the values
// are none that could be found.
func (r *writing) look(ref WriteReference, rows [][]any, told func(i int, found, fits bool) error) error {
	known := map[string]bool{}
	for i, row := range rows {
		values := make([]any, len(ref.From))
		null, fits := false, true
		for j, from := range ref.From {
			var err error
			values[j], err = adopt(row[from], ref.Of[j], ref.Types[j])
			fits, null = fits && err == nil, null || err == nil && values[j] == nil
		}
		if !fits {
			if err := told(i, false, false); err != nil {
				return err
			}
			continue
		}
		key := keyText(values)
		if null || known[key] {
			continue
		}
		known[key] = true
		v := r.values
		v.Written = values
		there := true
		for _, ask := range []*sqlprint.Statement{ref.First, ref.Find} {
			if ask == nil || !there {
				continue
			}
			found, err := r.queryTyped(ask, []querytree.Column{{Type: sqltype.Type{Kind: sqltype.Int, Bits: 32}}}, v, 0)
			if err != nil {
				return Refuse(r.ctx, err)
			}
			there = len(found) > 0
		}
		if err := told(i, there, true); err != nil {
			return err
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
	size := int64(0)
	rows, err := r.byKey(r.Back, keys)
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
