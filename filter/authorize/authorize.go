// Package authorize decides whether a resolved request may run, and with
// which row policy each table of it is read. The decision is a value: a
// request whose Decision was not made here, by Decide, has no policy for any
// table, and filter/sqlprint prints no table without one.
//
// It trusts nobody before it. That the resolver knows visible columns only is
// checked again here, against the view, for every column that the request
// uses.
package authorize

import (
	"fmt"
	"slices"
	"sort"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// Decision is what was decided about one request. Its zero value denies.
type Decision struct {
	allowed  bool
	readings map[*querytree.Scan]querytree.Reading
	tables   []string
}

// Allowed tells whether the request may run.
func (d Decision) Allowed() bool { return d.allowed }

// Reading says how a table of the request is read; the zero Reading, which
// reads nothing, where the request is denied or the table is not the request's.
func (d Decision) Reading(s *querytree.Scan) querytree.Reading {
	if !d.allowed {
		return querytree.Reading{}
	}
	return d.readings[s]
}

// Tables gives the names of the tables that the request reads, sorted.
func (d Decision) Tables() []string { return d.tables }

// Decide decides about q through v. Errors are *refusal.Error, with the zero
// Decision.
func Decide(v *view.View, q *querytree.Query) (Decision, error) {
	return decide(v, q, terms{require: true})
}

// terms are on which a query is decided about.
type terms struct {
	require bool                     // columns that the profile wants pinned must be
	keys    map[*catalog.Column]bool // hidden columns that the gate itself reads (promise 5)
}

func decide(v *view.View, q *querytree.Query, on terms) (Decision, error) {
	d := Decision{readings: map[*querytree.Scan]querytree.Reading{}}
	names := map[string]bool{}
	var failed error
	fail := func(err error) {
		if failed == nil {
			failed = err
		}
	}
	querytree.WalkQuery(q, querytree.Visitor{
		Source: func(s querytree.Source) {
			switch s := s.(type) {
			case *querytree.Scan:
				t, err := scan(v, s, on.keys)
				if err != nil {
					fail(err)
					return
				}
				d.readings[s] = querytree.Reading{Policy: t.Policy}
				names[t.Catalog.Name] = true
			case *querytree.RawScan, *querytree.Self:
				fail(outside(fmt.Sprintf("%T in a request", s)))
			}
		},
		Expr: func(x querytree.Expr) {
			if p, ok := x.(*querytree.Param); ok && p.Slot.Kind == querytree.SlotIdentity {
				fail(outside("an attribute of the identity in a request"))
			}
		},
		Query: func(q *querytree.Query) {
			if err := pinned(v, q); err != nil && on.require {
				fail(err)
			}
		},
	})
	if failed != nil {
		return Decision{}, failed
	}
	for n := range names {
		d.tables = append(d.tables, n)
	}
	sort.Strings(d.tables)
	if querytree.HoldsPartial(q) || q.Dear || v.Catalog.Engine == catalog.Postgres && (collated(d.readings) || grouped(q)) || formulas(d.readings, v.Catalog.Engine) || dear(q) || dearJoins(v, q, d.readings) {
		fence(q, d.readings, v.Catalog.Engine)
	}
	d.allowed = true
	return d, nil
}

// outside is for what a resolver that works can never hand over. The requester
// learns nothing of it.
func outside(what string) error {
	return refusal.Because(fmt.Errorf("authorize: %s", what), refusal.Internal, "the request could not be authorised")
}

// scan checks a table of the request and every column used of it against the
// view.
func scan(v *view.View, s *querytree.Scan, keys map[*catalog.Column]bool) (*view.Table, error) {
	t := v.Of(s.Table)
	switch {
	case t == nil:
		return nil, outside("table " + s.Table.Name + " is not in the view")
	case t.Policy == nil || t.Policy.Where == nil:
		return nil, outside("table " + s.Table.Name + " has no row policy")
	}
	for _, used := range s.Used {
		if !shows(t.Visible, used) && !keys[used] {
			return nil, outside("column " + s.Table.Name + "." + used.Name + " is not in the view")
		}
	}
	return t, nil
}

func shows(t *catalog.Table, col *catalog.Column) bool {
	if col.Position >= 0 && col.Position < len(t.Columns) && t.Columns[col.Position] == col {
		return true
	}
	return slices.Contains(t.RowKey, col) || // only fronts can name it
		slices.Contains(t.Veiled, col) // only a resource's own expressions can
}
