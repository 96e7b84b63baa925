package authorize

import (
	"slices"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/resolve"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// fence puts every table of q behind a fence: q holds an expression that can
// fail, or cost without bound, on a row, or asks a query for it. A row condition
// in a derived table is no barrier by itself: an optimiser may evaluate 1/(x-5) on
// rows that the condition would have dropped, and the error, or the time it takes,
// tells of them. Behind a fence the request's expressions meet the customer's rows only.
//
// All tables are fenced, whatever the expression reads: that no value of a
// table can come before it, through a join or another block, is hard to see and
// easy to get wrong.
//
// What the fence costs is an index that serves a condition of the request; so
// those that cannot fail are tested on the far side, beside the row policy.
func fence(q *querytree.Query, readings map[*querytree.Scan]querytree.Reading, engine catalog.Engine) {
	none := map[*querytree.Scan]bool{}
	if engine == catalog.SQLServer { // which takes no TOP, its fence, where a WITH uses itself
		none = inRounds(q)
	}
	for s, r := range readings {
		r.Fenced = !none[s]
		readings[s] = r
	}
	top := q
	querytree.WalkQuery(q, querytree.Visitor{Query: func(q *querytree.Query) {
		for _, sel := range blocks(q.Body, nil) {
			if sel.From != nil {
				p := pusher{readings: readings, engine: engine, plainly: top.Dear, here: map[querytree.Source]bool{}}
				p.find(sel.From)
				p.push(sel.From, querytree.Conjuncts(sel.Where, nil))
			}
		}
	}})
}

// inRounds gives the tables that WITH elements read which use themselves.
func inRounds(q *querytree.Query) map[*querytree.Scan]bool {
	tables := map[*querytree.Scan]bool{}
	querytree.WalkQuery(q, querytree.Visitor{Query: func(q *querytree.Query) {
		for _, c := range q.With {
			if c.Recursive {
				querytree.WalkQuery(c.Query, querytree.Visitor{Source: func(s querytree.Source) {
					if scan, ok := s.(*querytree.Scan); ok {
						tables[scan] = true
					}
				}})
			}
		}
	}})
	return tables
}

// pusher gives the tables of one block the conditions that are tested beside
// their row policies.
type pusher struct {
	readings map[*querytree.Scan]querytree.Reading
	engine   catalog.Engine
	// plainly: what is dear altogether is of many parts, none of which is; those
	// stay on the near side, but for a few comparisons with the table's own columns.
	plainly bool
	here    map[querytree.Source]bool // the block's own sources
}

func (p *pusher) find(s querytree.Source) {
	p.here[s] = true
	if j, ok := s.(*querytree.Join); ok {
		p.find(j.Left)
		p.find(j.Right)
	}
}

// push gives each table of a FROM clause those conditions that every row of it
// which counts satisfies: of WHERE and of ON, but on the null side of an outer
// join those of its own ON only, and none across a FULL JOIN.
func (p *pusher) push(s querytree.Source, conditions []querytree.Expr) {
	switch s := s.(type) {
	case *querytree.Scan:
		r := p.readings[s]
		few := fewNodes
		for _, c := range conditions {
			if !p.about(c, s) {
				continue
			}
			if p.plainly {
				n := nodes(c)
				if n > few {
					continue
				}
				few -= n
			}
			r.Pushed = append(r.Pushed, c)
		}
		p.readings[s] = r
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
		p.push(s.Left, left)
		p.push(s.Right, right)
	}
}

// about tells whether a condition is one of the table s alone and cannot fail.
// A column of a query around the block, of a row that is the customer's, is as
// good as a value: without it, EXISTS would read a whole table for every row. But
// not one that a subquery computes: an engine that flattens the subquery writes
// the expression where the column stands, and computes it on rows of others.
func (p *pusher) about(c querytree.Expr, s *querytree.Scan) bool {
	mine, other := false, false
	querytree.WalkExpr(c, querytree.Visitor{
		Expr: func(x querytree.Expr) {
			ref, ok := x.(*querytree.ColumnRef)
			switch {
			case querytree.Partial(x), p.plainly && !plain(x):
				other = true
			case !ok:
			case ref.Source == querytree.Source(s):
				mine = true
				other = other || p.collated(ref) || computed(ref.Col, s.Table, p.engine) && !tests(p.readings[s].Policy, ref.Col)
			default: // MariaDB's derived tables know nothing of the queries around them
				other = other || p.here[ref.Source] || p.engine == catalog.MariaDB || p.collated(ref) || !stored(ref)
			}
		},
		Query: func(*querytree.Query) { other = true },
	})
	return mine && !other
}

// stored tells whether a column is a table's, handed on by subqueries as it is, or
// a value that the request gave.
func stored(x querytree.Expr) bool {
	ref, ok := x.(*querytree.ColumnRef)
	if !ok {
		return constant(x)
	}
	var q *querytree.Query
	switch s := ref.Source.(type) {
	case *querytree.Derived:
		q = s.Query
	case *querytree.CTERef:
		q = s.CTE.Query
	default:
		return true
	}
	sel, ok := q.Body.(*querytree.Select)
	return ok && stored(sel.Items[ref.Index])
}

// fewNodes is how many expressions of a dear request are tested beside a row
// condition.
const fewNodes = 64

// nodes is of how many expressions a condition is made; an index, or a search in
// what is sorted, finds the elements of a list.
func nodes(c querytree.Expr) int {
	n := 0
	querytree.WalkExpr(c, querytree.Visitor{Expr: func(x querytree.Expr) {
		n++
		if in, ok := x.(*querytree.InList); ok && !slices.ContainsFunc(in.List, func(x querytree.Expr) bool { return !constant(x) }) {
			n -= len(in.List)
		}
	}})
	return n
}

// plain tells whether a node compares what it is given as it is.
func plain(x querytree.Expr) bool {
	switch x := x.(type) {
	case *querytree.Param: // what stands on both sides travels twice
		return x.T.Kind != sqltype.Text || x.Chars > 0 || x.Slot.Kind == querytree.SlotLiteral && len(x.Slot.Value) <= resolve.ShortText
	case *querytree.ColumnRef, *querytree.Number, *querytree.Null, *querytree.Bool, *querytree.Is, *querytree.InList, *querytree.Between:
		return true
	case *querytree.Like:
		return !x.Insensitive && x.Prefix
	case *querytree.Op:
		return x.T.Kind == sqltype.Bool
	}
	return false
}

// collated tells whether a column would be compared in its own collation on the
// far side, which not every comparison can be made in.
func (p *pusher) collated(ref *querytree.ColumnRef) bool {
	return ref.T.Kind == sqltype.Text && p.engine == catalog.Postgres && (ref.Col == nil || ref.Col.Collation != "")
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
