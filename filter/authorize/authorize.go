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
	"sort"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// Decision is what was decided about one request. Its zero value denies.
type Decision struct {
	allowed  bool
	policies map[*querytree.Scan]*querytree.Policy
	tables   []string
}

// Allowed tells whether the request may run.
func (d Decision) Allowed() bool { return d.allowed }

// Policy gives the row policy that a table of the request is read with; nil
// where the request is denied or the table is not the request's.
func (d Decision) Policy(s *querytree.Scan) *querytree.Policy {
	if !d.allowed {
		return nil
	}
	return d.policies[s]
}

// Tables gives the names of the tables that the request reads, sorted.
func (d Decision) Tables() []string { return d.tables }

// Decide decides about q through v. Errors are *refusal.Error, with the zero
// Decision.
func Decide(v *view.View, q *querytree.Query) (Decision, error) {
	d := Decision{policies: map[*querytree.Scan]*querytree.Policy{}}
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
				t, err := scan(v, s)
				if err != nil {
					fail(err)
					return
				}
				d.policies[s] = t.Policy
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
			if err := pinned(v, q); err != nil {
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
func scan(v *view.View, s *querytree.Scan) (*view.Table, error) {
	t := v.Of(s.Table)
	switch {
	case t == nil:
		return nil, outside("table " + s.Table.Name + " is not in the view")
	case t.Policy == nil || t.Policy.Where == nil:
		return nil, outside("table " + s.Table.Name + " has no row policy")
	}
	for _, used := range s.Used {
		if !shows(t.Visible, used) {
			return nil, outside("column " + s.Table.Name + "." + used.Name + " is not in the view")
		}
	}
	return t, nil
}

func shows(t *catalog.Table, col *catalog.Column) bool {
	return col.Position >= 0 && col.Position < len(t.Columns) && t.Columns[col.Position] == col
}

// pinned checks, for every block of q, that columns which the profile wants
// pinned are compared with a constant there.
func pinned(v *view.View, q *querytree.Query) error {
	var blocks func(b querytree.Body) error
	blocks = func(b querytree.Body) error {
		switch b := b.(type) {
		case *querytree.SetOp:
			if err := blocks(b.Left); err != nil {
				return err
			}
			return blocks(b.Right)
		case *querytree.Select:
			return pinnedBlock(v, b)
		}
		return nil // a *querytree.Query is visited on its own
	}
	return blocks(q.Body)
}

func pinnedBlock(v *view.View, sel *querytree.Select) error {
	if sel.From == nil {
		return nil
	}
	scans, conditions := blockParts(sel.From, conjuncts(sel.Where, nil))
	for _, s := range scans {
		t := v.Of(s.Table)
		if t == nil {
			continue // scan says so
		}
		for _, col := range t.RequireFilter {
			if !pins(conditions, s, col) {
				return refusal.New(refusal.FilterRequired, "a request on %s must pin %s: add %s = … to WHERE", t.Visible.Name, col.Name, col.Name)
			}
		}
	}
	return nil
}

// blockParts gives the tables of a FROM clause itself, subqueries apart, and
// the conditions that every row of the block satisfies.
func blockParts(s querytree.Source, conditions []querytree.Expr) ([]*querytree.Scan, []querytree.Expr) {
	switch s := s.(type) {
	case *querytree.Scan:
		return []*querytree.Scan{s}, conditions
	case *querytree.Join:
		if s.Kind == "INNER" {
			conditions = conjuncts(s.On, conditions)
		}
		left, conditions := blockParts(s.Left, conditions)
		right, conditions := blockParts(s.Right, conditions)
		return append(left, right...), conditions
	}
	return nil, conditions
}

func conjuncts(x querytree.Expr, into []querytree.Expr) []querytree.Expr {
	if x == nil {
		return into
	}
	if op, ok := x.(*querytree.Op); ok && op.Op == "AND" {
		for _, a := range op.Args {
			into = conjuncts(a, into)
		}
		return into
	}
	return append(into, x)
}

func pins(conditions []querytree.Expr, s *querytree.Scan, col *catalog.Column) bool {
	is := func(x querytree.Expr) bool {
		ref, ok := x.(*querytree.ColumnRef)
		return ok && ref.Source == querytree.Source(s) && ref.Col == col
	}
	for _, c := range conditions {
		switch c := c.(type) {
		case *querytree.Op:
			if c.Op == "=" && (is(c.Args[0]) && constant(c.Args[1]) || is(c.Args[1]) && constant(c.Args[0])) {
				return true
			}
		case *querytree.InList:
			all := !c.Not && is(c.X)
			for _, x := range c.List {
				all = all && constant(x)
			}
			if all {
				return true
			}
		}
	}
	return false
}

func constant(x querytree.Expr) bool {
	switch x.(type) {
	case *querytree.Number, *querytree.Param:
		return true
	}
	return false
}
