package resolve

import (
	"strings"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqlfunc"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// scope is what a name of one SELECT block may stand for. outer is the block
// around a subquery.
type scope struct {
	outer *scope
	ctes  *cteScope
	from  joined

	// What expressions of the clause being resolved may hold, and did.
	aggregates, windows bool
	sawAggregate        bool
	inAggregate         bool
	// noLateral: LATERAL may not stand in the part of FROM being resolved.
	noLateral bool
}

// cteScope is a chain of CTEs, the newest first.
type cteScope struct {
	outer *cteScope
	name  string
	cte   *querytree.CTE
	names []string // of its columns
	reads int      // tables that naming it stands for
	deep  int      // queries in each other that it stands for
	price price    // of what it computes besides its columns
	named bool     // whether it has been named: it is computed as often
}

// relation is one named source of a FROM clause.
type relation struct {
	name     string // alias, or the table's name
	schema   string // empty where an alias was given
	source   querytree.Source
	table    *catalog.Table // of a Scan, RawScan or Self; else nil
	labels   []string       // the columns' names where table is nil
	output   []querytree.Column
	nullable bool // on the null side of an outer join
	all      []joinColumn
	resource *resourceUse // of a resource; else nil
}

// joined is what a FROM clause, or a part of it, offers: relations for
// qualified names, and columns, in order, for bare names and for *.
type joined struct {
	source querytree.Source
	rels   []*relation
	cols   []joinColumn
}

// joinColumn is a column of a relation or, with both, one that USING merged
// in a FULL JOIN.
type joinColumn struct {
	name  string
	rel   *relation
	index int
	both  []joinColumn
}

// columns gives the relation's columns; the slice is shared.
func (rel *relation) columns() []joinColumn {
	if rel.all != nil {
		return rel.all
	}
	n := len(rel.labels)
	switch {
	case rel.table != nil:
		n = len(rel.table.Columns) + len(rel.table.RowKey) + len(rel.table.Veiled)
	case rel.resource != nil:
		n = len(rel.resource.resource.Columns)
	}
	cols := make([]joinColumn, n)
	for i := range cols {
		cols[i] = joinColumn{name: rel.columnName(i), rel: rel, index: i}
	}
	rel.all = cols
	return cols
}

func (rel *relation) columnName(i int) string {
	switch {
	case rel.table != nil && i >= len(rel.table.Columns)+len(rel.table.RowKey):
		return VeilKey + columnOf(rel.table, i).Name
	case rel.table != nil && i >= len(rel.table.Columns):
		return JoinKey + columnOf(rel.table, i).Name
	case rel.table != nil:
		return rel.table.Columns[i].Name
	case rel.resource != nil:
		return rel.resource.resource.Columns[i].Name
	}
	return rel.labels[i]
}

// columnOf gives a column of a table by its place: the visible ones, then
// those of the key that the view hides, then the veiled ones.
func columnOf(t *catalog.Table, i int) *catalog.Column {
	for _, columns := range [...][]*catalog.Column{t.Columns, t.RowKey} {
		if i < len(columns) {
			return columns[i]
		}
		i -= len(columns)
	}
	return t.Veiled[i]
}

// labelOf is what the relation calls the column that a reference to it means.
func (rel *relation) labelOf(x *querytree.ColumnRef) string {
	switch {
	case x.Col != nil:
		return x.Col.Name
	case rel.resource != nil:
		return rel.resource.names[x.Index]
	}
	return rel.labels[x.Index]
}

// reference makes the expression for a column and notes that it is used. What a
// derived table computes is worked for where it is used, and as often.
func (r *resolver) reference(c joinColumn) (querytree.Expr, error) {
	if c.both != nil {
		left, err := r.reference(c.both[0])
		if err != nil {
			return nil, err
		}
		right, err := r.reference(c.both[1])
		if err != nil {
			return nil, err
		}
		t, _ := sqltype.Unify(left.Type(), right.Type())
		return &querytree.Call{Func: sqlfunc.Lookup("COALESCE"), Args: []querytree.Expr{left, right}, T: t}, nil
	}
	if use := c.rel.resource; use != nil {
		i, err := use.item(r, c.index)
		if err != nil {
			return nil, err
		}
		out := use.body.Columns[i]
		r.uses(out)
		return r.columnRef(querytree.ColumnRef{Source: c.rel.source, Index: i, T: out.Type, NotNull: out.NotNull && !c.rel.nullable}), nil
	}
	if t := c.rel.table; t != nil {
		col := columnOf(t, c.index)
		if scan, ok := c.rel.source.(*querytree.Scan); ok {
			use(scan, col)
		}
		return r.columnRef(querytree.ColumnRef{Source: c.rel.source, Col: col, T: col.Type, NotNull: !col.Nullable && !c.rel.nullable}), nil
	}
	out := c.rel.output[c.index]
	r.uses(out)
	return r.columnRef(querytree.ColumnRef{Source: c.rel.source, Index: c.index, T: out.Type, NotNull: out.NotNull && !c.rel.nullable}), nil
}

// columnRef gives a place to the commonest of all nodes. They are made some at a
// time, for making one is dearer than what it holds.
func (r *resolver) columnRef(x querytree.ColumnRef) *querytree.ColumnRef {
	if len(r.refs) == cap(r.refs) {
		r.refs = make([]querytree.ColumnRef, 0, min(max(2*cap(r.refs), 8), 64)) // those handed out stay where they are
	}
	r.refs = append(r.refs, x)
	return &r.refs[len(r.refs)-1]
}

func use(s *querytree.Scan, col *catalog.Column) {
	for _, u := range s.Used {
		if u == col {
			return
		}
	}
	if s.Used == nil {
		s.Used = make([]*catalog.Column, 0, 4)
	}
	s.Used = append(s.Used, col)
}

// column resolves a column's name, in this block or one around it.
func (r *resolver) column(n *sqlast.Name, s *scope) (querytree.Expr, error) {
	last := n.Parts[len(n.Parts)-1]
	unknown := func() error { // made only where it is needed
		return refusal.At(n.Pos(), refusal.UnknownName, "there is no column %s", dotted(n.Parts))
	}
	if len(n.Parts) > 3 || !r.inResource && strings.HasPrefix(last.Name, VeilKey) {
		return nil, unknown()
	}
	if len(n.Parts) == 1 && (r.policy || r.inResource) && s.outer != nil {
		// In a policy's subquery a bare name could come to mean the outer
		// row once the inner table loses the column.
		return nil, refusal.At(n.Pos(), refusal.UnknownName,
			"in a subquery of a row condition every column is written with its table: self.%s for the row itself", clip(last.Name))
	}
	var room [2]joinColumn
	for _, p := range r.passes() {
		for at := s; at != nil; at = at.outer {
			var found []joinColumn
			if len(n.Parts) == 1 {
				found = r.matchInto(room[:0], at.from.cols, last, p)
			} else if rel := r.relation(&at.from, n.Parts[:len(n.Parts)-1], p); rel != nil {
				if found = r.matchAnyInto(room[:0], rel.columns(), last); len(found) == 0 {
					return nil, unknown() // the table is found; the name means nothing further out
				}
			}
			switch {
			case len(found) > 1:
				return nil, refusal.At(n.Pos(), refusal.UnknownName, "column %s is ambiguous: write it with its table", dotted(n.Parts))
			case len(found) == 1:
				return r.use(found[0], n, at != s && s.inAggregate)
			}
		}
	}
	return nil, unknown()
}

func (r *resolver) use(c joinColumn, n *sqlast.Name, outerInAggregate bool) (querytree.Expr, error) {
	if outerInAggregate {
		return nil, refusal.At(n.Pos(), refusal.Unsupported, "a column of an outer query inside an aggregate is not offered")
	}
	x, err := r.reference(c)
	if err != nil {
		return nil, err
	}
	if ref, ok := x.(*querytree.ColumnRef); ok {
		r.written = append(r.written, writtenAt{ref, n.Pos()})
	}
	return x, r.spend(c.weight(), n.Pos())
}

// writtenAt says where a column was written, for messages.
type writtenAt struct {
	ref *querytree.ColumnRef
	at  sqlast.Pos
}

// whereWritten gives the place of a column; NoPos for one of a star.
func (r *resolver) whereWritten(ref *querytree.ColumnRef) sqlast.Pos {
	for _, w := range r.written {
		if w.ref == ref {
			return w.at
		}
	}
	return sqlast.NoPos
}

// weight is how many expressions a reference stands for: a planner that pulls
// a subquery up puts the column's expression in its place.
func (c joinColumn) weight() int {
	switch {
	case c.both != nil:
		return c.both[0].weight() + c.both[1].weight()
	case c.rel.table != nil:
		return 1
	case c.rel.resource != nil:
		if i := c.rel.resource.items[c.index]; i > 0 {
			return max(c.rel.resource.body.Columns[i-1].Weight, 1)
		}
		return 1 // resolving it counts what it stands for
	}
	return max(c.rel.output[c.index].Weight, 1)
}

func dotted(parts []sqlast.Ident) string {
	names := make([]string, len(parts))
	for i, p := range parts {
		names[i] = p.Name
	}
	return clip(strings.Join(names, "."))
}

// clip keeps a message short where a request's own text is quoted in it.
func clip(s string) string {
	if runes := []rune(s); len(runes) > 60 {
		return string(runes[:60]) + "…"
	}
	return s
}
