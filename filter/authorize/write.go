package authorize

import (
	"slices"
	"sort"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// WriteDecision is what was decided about one write. Its zero value denies.
type WriteDecision struct {
	allowed bool
	kind    querytree.WriteKind
	target  *view.Table
	queries map[*querytree.Query]Decision
	tables  []string
	columns []Written
}

// Written is a column that an allowed write puts values into.
type Written struct {
	Column    *catalog.Column // of the view where it is visible there, else the catalog's
	Mandatory bool            // it may not be left blank
	// Pin is what the column must be; nil where the request decides.
	Pin querytree.Expr
	// OrNull: NULL will do as well as Pin.
	OrNull bool
	// Given: the request gives a value; of a column that is only pinned it does not.
	Given bool
}

// Allowed tells whether the write may be done.
func (d WriteDecision) Allowed() bool { return d.allowed }

// Kind is what is to be done.
func (d WriteDecision) Kind() querytree.WriteKind { return d.kind }

// Target is the table that is written; nil where the write is denied.
func (d WriteDecision) Target() *view.Table { return d.target }

// Columns are what is written: those of the request in its order, then those
// that are only pinned, which an UPDATE leaves as they are.
func (d WriteDecision) Columns() []Written { return d.columns }

// Tables gives the names of the tables that are written or read, sorted.
func (d WriteDecision) Tables() []string { return d.tables }

// Reading says how a query of the write reads its tables.
func (d WriteDecision) Reading(q *querytree.Query) func(*querytree.Scan) querytree.Reading {
	return d.queries[q].Reading
}

// DecideWrite decides about w through v. Errors are *refusal.Error, with the
// zero WriteDecision.
func DecideWrite(v *view.View, w *querytree.Write) (WriteDecision, error) {
	t := v.Of(w.Table)
	if t == nil {
		return WriteDecision{}, outside("table " + w.Table.Name + " is not in the view")
	}
	if !t.Writes.Allows(w.Kind.String()) {
		return WriteDecision{}, refusal.New(refusal.ReadOnly, "%s is not offered on %s", w.Kind.String(), t.Visible.Name)
	}
	if len(w.Key) == 0 || t.Policy == nil || t.Writes.Policy == nil || t.Writes.Policy.Where == nil {
		return WriteDecision{}, outside("a write without a key or a row policy")
	}
	if nowhere(t.Writes) {
		return WriteDecision{}, refusal.New(refusal.ReadOnly, "your access may read %s, not write it", t.Visible.Name)
	}
	d := WriteDecision{kind: w.Kind, target: t, queries: map[*querytree.Query]Decision{}}
	var err error
	if d.columns, err = columns(t, w); err != nil {
		return WriteDecision{}, err
	}
	names := map[string]bool{t.Catalog.Name: true}
	hidden := map[*catalog.Column]bool{}
	for _, k := range w.Key {
		hidden[k] = true
	}
	for q, on := range queries(w, hidden) {
		decision, err := decide(v, q, on)
		if err != nil {
			return WriteDecision{}, err
		}
		d.queries[q] = decision
		for _, n := range decision.tables {
			names[n] = true
		}
	}
	for n := range names {
		d.tables = append(d.tables, n)
	}
	sort.Strings(d.tables)
	d.allowed = true
	return d, nil
}

// queries are those that a write consists of. What an UPDATE or a DELETE finds
// must pin what the profile wants pinned; what is read back is pinned by its key.
func queries(w *querytree.Write, keys map[*catalog.Column]bool) map[*querytree.Query]terms {
	all := map[*querytree.Query]terms{}
	if w.Source != nil {
		on := terms{require: true}
		if w.Kind != querytree.Insert {
			on.keys = keys
		}
		all[w.Source] = on
	}
	for _, row := range w.Rows {
		if row.Query != nil {
			all[row.Query] = terms{require: true}
		}
	}
	for _, q := range w.Back {
		all[q] = terms{keys: keys}
	}
	return all
}

// columns checks every column that a write sets, and adds those that the row
// filter pins.
func columns(t *view.Table, w *querytree.Write) ([]Written, error) {
	var out []Written
	given := map[string]bool{}
	for _, c := range w.Columns {
		if !shows(t.Visible, c) {
			return nil, outside("column " + c.Name + " is not in the view")
		}
		rule, pin := t.Rule(c), t.Writes.Pin(c.Name)
		if err := writable(t, c, w.Kind, pin); err != nil {
			return nil, err
		}
		x := Written{Column: c, Mandatory: rule.Mandatory, Given: true}
		if pin != nil {
			x.Pin = pin.Value
		} else if side := t.Writes.Side(c.Name); side != nil {
			x.Pin, x.OrNull = side.Value, true
		}
		given[c.Name] = true
		out = append(out, x)
	}
	if w.Kind != querytree.Insert { // what a reference has beside a given column is looked up with it
		for _, r := range t.Writes.References {
			if !slices.ContainsFunc(r.Columns, func(c *catalog.Column) bool { return given[c.Name] }) {
				continue
			}
			for _, c := range r.Columns {
				if pin := t.Writes.Pin(c.Name); pin != nil && !given[c.Name] {
					given[c.Name] = true
					out = append(out, Written{Column: pin.Column, Pin: pin.Value})
				}
			}
		}
		return out, nil
	}
	for _, pin := range t.Writes.Pinned {
		if !given[pin.Column.Name] {
			given[pin.Column.Name] = true
			out = append(out, Written{Column: pin.Column, Pin: pin.Value})
		}
	}
	for _, c := range t.Visible.Columns {
		if t.Rule(c).Mandatory && !given[c.Name] {
			return nil, onColumn(c, refusal.ValueRefused, "%s must be given", c.Name)
		}
	}
	return out, nil
}

// nowhere tells whether a customer's access leaves no row that he could write.
func nowhere(w *view.Writes) bool {
	where, ok := w.Policy.Where.(*querytree.Bool)
	return ok && !where.Value
}

// Offered are the operations that a view offers on a table: DecideWrite refuses
// every other.
func Offered(t *view.Table) []querytree.WriteKind {
	if t.Writes == nil || t.Policy == nil || t.Writes.Policy == nil || t.Writes.Policy.Where == nil || len(t.Writes.Key) == 0 || nowhere(t.Writes) {
		return nil
	}
	var out []querytree.WriteKind
	for _, kind := range []querytree.WriteKind{querytree.Insert, querytree.Update, querytree.Delete} {
		if t.Writes.Allows(kind.String()) {
			out = append(out, kind)
		}
	}
	return out
}

// Writable tells whether some customer's INSERT or UPDATE may give a visible
// column of a table a value. The table has Writes.
func Writable(t *view.Table, c *catalog.Column, kind querytree.WriteKind) bool {
	return writable(t, c, kind, t.Writes.Pin(c.Name)) == nil
}

// writable tells whether a visible column may be written.
func writable(t *view.Table, c *catalog.Column, kind querytree.WriteKind, pin *view.Pin) error {
	switch {
	case c.Computed, c.Type.Kind == sqltype.Other:
		return onColumn(c, refusal.ReadOnly, "%s is kept by the ERP and cannot be written", c.Name)
	case t.Rule(c).ReadOnly && (kind != querytree.Insert || pin == nil):
		return onColumn(c, refusal.ReadOnly, "%s can only be read", c.Name)
	case kind == querytree.Update && pin != nil:
		return onColumn(c, refusal.ReadOnly, "%s says whose the row is and cannot be changed", c.Name)
	}
	if side := t.Writes.Side(c.Name); side != nil && (kind == querytree.Update || side.Value == nil) {
		return onColumn(c, refusal.ReadOnly, "%s says whose the row is and can only be read", c.Name)
	}
	for _, k := range t.Writes.Key {
		if kind == querytree.Update && k.Name == c.Name {
			return onColumn(c, refusal.ReadOnly, "%s is the row's key and cannot be changed", c.Name)
		}
	}
	for _, r := range t.Writes.References {
		for _, from := range r.Columns {
			if from.Name == c.Name && r.To == nil && pin == nil {
				return onColumn(c, refusal.ReadOnly, "%s can only be read", c.Name)
			}
		}
	}
	return nil
}

func onColumn(c *catalog.Column, code refusal.Code, format string, args ...any) error {
	e := refusal.New(code, format, args...)
	e.Column = c.Name
	return e
}
