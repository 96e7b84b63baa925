package view

import (
	"maps"
	"slices"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// use is one reading of a table by a row condition that decides about another row:
// a RawScan, or the Self of a table that is followed.
type use struct {
	of querytree.Source
	// plain: the condition only asks whether there is such a row. One row more can
	// let rows through and keep none back, and does so by itself.
	plain bool
	// equal are comparisons, of a column of this reading and one of another, without
	// which no row of it counts.
	equal []pair
	// mentions are its columns wherever else they stand.
	mentions []*catalog.Column
}

// pair is a column of a use, and what it equals.
type pair struct{ mine, other *querytree.ColumnRef }

// table is the catalog's table that is read.
func (u *use) table() *catalog.Table { return tableOf(u.of) }

func tableOf(s querytree.Source) *catalog.Table {
	switch s := s.(type) {
	case *querytree.Self:
		return s.Table
	case *querytree.RawScan:
		return s.Table
	}
	return nil
}

// asked is what a condition asks: of other rows, and of the row that it is about.
type asked struct {
	uses []*use
	own  []ownColumn
}

// ownColumn is one place at which a condition reads its own row.
type ownColumn struct {
	col *catalog.Column
	// falls: where the column is NULL, what it stands in lets nothing through.
	falls bool
	// equals is the column of another row that it equals there; nil for none.
	equals *querytree.ColumnRef
}

// askedBy takes apart a condition about a row of self. Follows are the row conditions
// of tables that the condition may follow: what stands in one about the followed row
// itself holds of it before and after a customer has written it, and is no mention.
func askedBy(where querytree.Expr, self *querytree.Self, follows map[*querytree.Self]querytree.Expr) *asked {
	w := &useWalker{self: self, follows: follows, uses: map[querytree.Source]*use{}, within: map[querytree.Source]int{}, open: map[*querytree.CTE]bool{}}
	w.cond(where, place{plain: true, conj: true})
	return &w.asked
}

type useWalker struct {
	asked   asked
	self    *querytree.Self
	follows map[*querytree.Self]querytree.Expr
	uses    map[querytree.Source]*use
	within  map[querytree.Source]int // whose own condition is being walked
	open    map[*querytree.CTE]bool
}

// place says where in a condition something stands; the zero place is one of which
// nothing is known.
type place struct {
	plain bool // as use.plain
	conj  bool // among the conditions of an AND of its block
	// holds are the readings no row of which counts where this is not true.
	holds map[querytree.Source]bool
}

var apart place

func (w *useWalker) cond(x querytree.Expr, at place) {
	if x == nil {
		return
	}
	for self, where := range w.follows {
		if where == x && self != w.self {
			w.within[self]++
			defer func() { w.within[self]-- }()
		}
	}
	switch x := x.(type) {
	case *querytree.Op:
		switch {
		case x.Op == "AND":
			for _, arg := range x.Args {
				w.cond(arg, at)
			}
			return
		case x.Op == "OR":
			for _, arg := range x.Args {
				w.cond(arg, place{plain: at.plain})
			}
			return
		case x.Op == "=" && len(x.Args) == 2 && isColumn(x.Args[0]) && isColumn(x.Args[1]):
			w.equal(x.Args[0], x.Args[1], at)
			return
		case x.Op == "=" && at.plain:
			for _, arg := range x.Args {
				if ref, ok := arg.(*querytree.ColumnRef); ok && ref.Source == querytree.Source(w.self) {
					w.asked.own = append(w.asked.own, ownColumn{col: ref.Col, falls: true})
				} else {
					w.cond(arg, apart)
				}
			}
			return
		}
	case *querytree.Exists:
		w.query(x.Query, at, nil)
		return
	case *querytree.InQuery:
		if x.Not {
			at = apart
		}
		w.query(x.Query, at, x.Row)
		return
	case *querytree.Quantified:
		w.cond(x.X, apart)
		w.query(x.Query, place{plain: at.plain && !x.All}, nil)
		return
	}
	if ref, ok := x.(*querytree.ColumnRef); ok {
		w.mention(ref)
		return
	}
	querytree.Children(x, func(c querytree.Expr) { w.cond(c, apart) }, func(q *querytree.Query) { w.query(q, apart, nil) })
}

// equal notes that two columns are the same, where nothing counts if they are not.
func (w *useWalker) equal(a, b querytree.Expr, at place) {
	x, y := a.(*querytree.ColumnRef), b.(*querytree.ColumnRef)
	for _, p := range []pair{{x, y}, {y, x}} {
		if p.mine.Source == querytree.Source(w.self) && at.plain {
			w.asked.own = append(w.asked.own, ownColumn{p.mine.Col, true, p.other})
			continue
		}
		if u := w.uses[p.mine.Source]; u != nil && at.plain && at.conj && at.holds[p.mine.Source] && x.Source != y.Source {
			if w.within[p.mine.Source] == 0 {
				u.equal = append(u.equal, p)
			}
			continue
		}
		w.mention(p.mine)
	}
}

func (w *useWalker) mention(ref *querytree.ColumnRef) {
	if ref.Source == querytree.Source(w.self) {
		w.asked.own = append(w.asked.own, ownColumn{col: ref.Col})
	}
	if u := w.uses[ref.Source]; u != nil && ref.Col != nil && w.within[ref.Source] == 0 {
		u.mentions = append(u.mentions, ref.Col)
	}
}

// query walks a query that a condition asks; row is what its answers are compared
// with, nil for nothing.
func (w *useWalker) query(q *querytree.Query, at place, row []querytree.Expr) {
	if q.Limit != nil || q.Offset != nil {
		at = apart
	}
	w.body(q.Body, at, row)
	for _, o := range q.OrderBy {
		w.cond(o.X, apart)
	}
}

func (w *useWalker) body(b querytree.Body, at place, row []querytree.Expr) {
	switch b := b.(type) {
	case *querytree.Query:
		w.query(b, at, row)
	case *querytree.SetOp:
		either := place{plain: at.plain}
		for _, x := range row {
			w.cond(x, apart)
		}
		w.body(b.Left, either, nil)
		if b.Op != "UNION" {
			either = apart
		}
		w.body(b.Right, either, nil)
	case *querytree.Select:
		w.block(b, at, row)
	}
}

func (w *useWalker) block(b *querytree.Select, at place, row []querytree.Expr) {
	inside := place{plain: at.plain && !b.Grouped && len(b.GroupBy) == 0 && b.Having == nil && b.Sets == nil && !windowed(b), conj: true, holds: map[querytree.Source]bool{}}
	if at.conj {
		maps.Copy(inside.holds, at.holds)
	}
	if b.From != nil {
		w.source(b.From, inside)
	}
	for i, item := range b.Items {
		if i < len(row) && isColumn(row[i]) && isColumn(item) {
			w.equal(row[i], item, inside)
			continue
		}
		if i < len(row) {
			w.cond(row[i], apart)
		}
		w.cond(item, apart)
	}
	w.cond(b.Where, inside)
	for _, x := range b.GroupBy {
		w.cond(x, apart)
	}
	w.cond(b.Having, apart)
}

// source walks what a block reads, and notes that its conditions hold of it.
func (w *useWalker) source(s querytree.Source, at place) {
	switch s := s.(type) {
	case *querytree.RawScan, *querytree.Self:
		if s == querytree.Source(w.self) {
			return
		}
		u := w.uses[s]
		if u == nil {
			u = &use{of: s, plain: true}
			w.uses[s] = u
			w.asked.uses = append(w.asked.uses, u)
		}
		u.plain = u.plain && at.plain
		at.holds[s] = true
	case *querytree.Derived:
		w.query(s.Query, place{plain: at.plain}, nil)
	case *querytree.CTERef:
		if s.CTE.Recursive {
			at = apart
		}
		if w.open[s.CTE] {
			return
		}
		w.open[s.CTE] = true
		w.query(s.CTE.Query, place{plain: at.plain}, nil)
		delete(w.open, s.CTE)
	case *querytree.Join:
		left, right := at, at
		outer := place{holds: map[querytree.Source]bool{}}
		switch s.Kind {
		case "INNER", "CROSS":
		case "LEFT":
			right = outer
		default:
			left, right = outer, outer
		}
		w.source(s.Left, left)
		w.source(s.Right, right)
		if s.Kind == "INNER" || s.Kind == "CROSS" {
			w.cond(s.On, at)
		} else {
			w.cond(s.On, apart)
		}
	}
}

// windowed tells whether a block computes anything over several of its rows.
func windowed(b *querytree.Select) bool {
	return slices.ContainsFunc(b.Items, func(x querytree.Expr) bool {
		found := false
		querytree.WalkExpr(x, querytree.Visitor{Expr: func(x querytree.Expr) {
			c, ok := x.(*querytree.Call)
			found = found || ok && c.Over != nil
		}})
		return found
	})
}

// isColumn tells whether an expression is a column of a table and nothing else.
func isColumn(x querytree.Expr) bool {
	ref, ok := x.(*querytree.ColumnRef)
	return ok && ref.Col != nil
}

// equalTo gives the columns, there and here, that are equal to each of one other
// source's.
func (u *use) equalTo() map[querytree.Source][][2]string {
	out := map[querytree.Source][][2]string{}
	for _, p := range u.equal {
		out[p.other.Source] = append(out[p.other.Source], [2]string{p.other.Col.Name, p.mine.Col.Name})
	}
	return out
}
