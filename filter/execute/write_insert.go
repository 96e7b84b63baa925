package execute

import (
	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// insert: the values of every row are made and checked, then what they point at,
// then the rows are put in, of whose keys nothing may be left, and each must be one of
// the customer's.
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
	keys := make([][]any, 0, len(rows))
	for len(keys) < len(rows) {
		n := min(len(keys)+querytree.KeySizes[len(querytree.KeySizes)-1], len(rows))
		if keys, err = r.putSome(rows[:n], keys); err != nil {
			return err
		}
	}
	r.result.Affected = int64(len(rows))
	if err := r.leftNull(keys); err != nil {
		return err
	}
	if err := r.still(keys, true); err != nil {
		return err
	}
	return r.back(keys, true)
}

// putSome inserts the rows behind those that have keys, and looks whether anything is
// left of any. Where a row cannot be put in, those before it are looked at first: what
// the ERP says of a later row must not tell a key of which something is left from one
// that is there.
func (r *writing) putSome(rows, keys [][]any) ([][]any, error) {
	before := len(keys)
	several := len(r.Leftovers) > 0 && len(rows)-before > 1
	if several {
		if err := r.savepoint("SAVEPOINT"); err != nil {
			return nil, err
		}
	}
	for i := before; i < len(rows); i++ {
		key, err := r.put(rows[i], i+1)
		if err != nil {
			if i > before && several {
				if r.savepoint("ROLLBACK TO SAVEPOINT") == nil {
					r.putAgain(rows[before:i], keys[before:])
				}
				if claimed := r.unclaimed(keys[before:], before); claimed != nil {
					return nil, claimed
				}
			}
			return nil, err
		}
		keys = append(keys, key)
	}
	if err := r.unclaimed(keys[before:], before); err != nil || !several {
		return keys, err
	}
	return keys, r.savepoint("RELEASE SAVEPOINT")
}

// savepoint does something with the write's savepoint on PostgreSQL, where nothing can
// be asked any more after a statement that failed.
func (r *writing) savepoint(do string) error {
	if r.Engine != catalog.Postgres {
		return nil
	}
	if _, err := r.tx.ExecContext(r.ctx, do+" vantelle_rows"); err != nil {
		return Refuse(r.ctx, err)
	}
	return nil
}

// putAgain puts rows in that a savepoint has taken back. They went in before, and the
// whole write is rolled back in any case: what fails now is not looked at.
func (r *writing) putAgain(rows, keys [][]any) {
	if r.Engine != catalog.Postgres {
		return
	}
	for i, row := range rows {
		if key, err := r.put(row, 0); err == nil {
			keys[i] = key
		}
	}
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
