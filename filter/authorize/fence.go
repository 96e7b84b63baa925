package authorize

import (
	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/sqltype"
)

// fence puts every table of q behind a fence: q holds an expression that can
// fail, or cost without bound, on a row. A row condition in a derived table is
// no barrier by itself: an optimiser may evaluate 1/(x-5) on rows that the
// condition would have dropped, and the error, or the time it takes, tells of
// them. Behind a fence the request's expressions meet the customer's rows only.
//
// All tables are fenced, whatever the expression reads: that no value of a
// table can come before it, through a join or another block, is hard to see and
// easy to get wrong.
//
// What the fence costs is an index that serves a condition of the request; so
// those that cannot fail are tested on the far side, beside the row policy.
func fence(q *querytree.Query, readings map[*querytree.Scan]querytree.Reading, postgres bool) {
	for s, r := range readings {
		r.Fenced = true
		readings[s] = r
	}
	querytree.WalkQuery(q, querytree.Visitor{Query: func(q *querytree.Query) {
		for _, sel := range blocks(q.Body, nil) {
			if sel.From != nil {
				push(sel.From, querytree.Conjuncts(sel.Where, nil), readings, postgres)
			}
		}
	}})
}

// push gives each table of a FROM clause those conditions that every row of it
// which counts satisfies: of WHERE and of ON, but on the null side of an outer
// join those of its own ON only, and none across a FULL JOIN.
func push(s querytree.Source, conditions []querytree.Expr, readings map[*querytree.Scan]querytree.Reading, postgres bool) {
	switch s := s.(type) {
	case *querytree.Scan:
		r := readings[s]
		for _, c := range conditions {
			if about(c, s, postgres) {
				r.Pushed = append(r.Pushed, c)
			}
		}
		readings[s] = r
	case *querytree.Join:
		on := querytree.Conjuncts(s.On, nil)
		left, right := conditions, conditions
		switch s.Kind {
		case "INNER", "CROSS":
			left = append(on[:len(on):len(on)], conditions...)
			right = left
		case "LEFT":
			right = on
		case "RIGHT":
			left = on
		default:
			left, right = nil, nil
		}
		push(s.Left, left, readings, postgres)
		push(s.Right, right, readings, postgres)
	}
}

// about tells whether a condition is one of the table s alone and cannot fail.
func about(c querytree.Expr, s *querytree.Scan, postgres bool) bool {
	mine, other := false, false
	querytree.WalkExpr(c, querytree.Visitor{
		Expr: func(x querytree.Expr) {
			if ref, ok := x.(*querytree.ColumnRef); ok && ref.Source == querytree.Source(s) {
				mine = true
				// On the far side it would be compared in its own collation,
				// which not every comparison can be made in.
				other = other || ref.Col.Collation != "" && ref.T.Kind == sqltype.Text && postgres
			} else if ok || querytree.Partial(x) {
				other = true
			}
		},
		Query: func(*querytree.Query) { other = true },
	})
	return mine && !other
}

// grouped tells whether a request groups by several sets. PostgreSQL, up to 17,
// takes a column that the row condition compares with a constant for one in the
// rows of a set that it is not in, too, and sorts them wrongly; behind a fence it
// does not see the condition.
func grouped(q *querytree.Query) bool {
	found := false
	querytree.WalkQuery(q, querytree.Visitor{Query: func(q *querytree.Query) {
		for _, sel := range blocks(q.Body, nil) {
			found = found || sel.Sets != nil
		}
	}})
	return found
}

// collated tells whether a request to PostgreSQL uses a text of another
// collation than the database's. Two such columns may not be comparable, and
// one whose collation is not deterministic knows no LIKE: the server says so
// only when it meets a row, so whatever is done with them can fail.
func collated(readings map[*querytree.Scan]querytree.Reading) bool {
	for s := range readings {
		for _, c := range s.Used {
			if c.Type.Kind == sqltype.Text && c.Collation != "" {
				return true
			}
		}
	}
	return false
}
