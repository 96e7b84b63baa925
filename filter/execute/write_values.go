package execute

import (
	"errors"
	"strconv"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlprint"
	"github.com/vantelle/vantelle/filter/sqltype"
)

// made gives the values of an UPDATE for one found row.
func (r *writing) made(row []any) ([]any, error) {
	given := r.given()
	out := make([]any, len(given))
	for i, c := range given {
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
		rows, err := r.query(r.Source, r.values, r.most())
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
	return out, r.few(out)
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
		if c.Pin != nil && !(c.OrNull && out[i] == nil) {
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
