package execute

import (
	"context"
	"errors"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlprint"
	"github.com/vantelle/vantelle/internal/erp"
)

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
		if out = append(out, raw); most > 0 && len(out) >= most {
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
