package resolve

import (
	"slices"
	"strconv"
	"strings"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// inner resolves a query whose columns are worked for where they are used.
func (r *resolver) inner(q *sqlast.Query, outer *scope, ctes *cteScope) (*querytree.Query, error) {
	out, err := r.query(q, outer, ctes)
	if err != nil {
		return nil, err
	}
	for _, c := range out.Output() {
		r.worked -= c.Work
		r.looked -= c.Looked
	}
	return out, nil
}

// asks resolves a query that stands in an expression. What it costs is counted for
// good, besides what it adds to a column that it stands in: its conditions meet rows
// of its own tables, whatever becomes of the column.
func (r *resolver) asks(q *sqlast.Query, s *scope) (*querytree.Query, error) {
	before := r.mark()
	out, err := r.query(q, s, s.ctes)
	cost := r.since(before)
	r.asked += cost.worked + cost.looked + nodeText*cost.nodes
	return out, err
}

// query resolves a query inside the block outer (nil for none).
func (r *resolver) query(q *sqlast.Query, outer *scope, ctes *cteScope) (*querytree.Query, error) {
	r.within++
	defer func() { r.within-- }()
	if r.within > maxWithin {
		return nil, refusal.At(q.Pos(), refusal.LimitExceeded, "queries stand in each other more than %d deep", maxWithin)
	}
	if err := r.reach(0, q.Pos()); err != nil {
		return nil, err
	}
	out := &querytree.Query{}
	for _, c := range q.With {
		added, err := r.withElement(c, ctes)
		if err != nil {
			return nil, err
		}
		out.With = append(out.With, added.cte)
		ctes = added
	}
	body, inner, err := r.body(q.Body, outer, ctes)
	if err != nil {
		return nil, err
	}
	out.Body = body
	if out.OrderBy, err = r.orderBy(q.OrderBy, body, inner); err != nil {
		return nil, err
	}
	if sel, ok := body.(*querytree.Select); ok {
		if err := r.checkGrouping(sel, out.OrderBy, inner); err != nil {
			return nil, err
		}
	}
	if out.Limit, err = r.rowCount(q.Limit, "LIMIT"); err != nil {
		return nil, err
	}
	if out.Offset, err = r.rowCount(q.Offset, "OFFSET"); err != nil {
		return nil, err
	}
	if nested, ok := body.(*querytree.Query); ok && len(out.With)+len(out.OrderBy) == 0 && out.Limit == nil && out.Offset == nil {
		return nested, nil // parentheses only
	}
	return out, nil
}

const (
	// maxWithin is how deep queries may stand in each other: what MariaDB does before
	// it runs a statement doubles with each, and no time limit ends that.
	maxWithin = 12
	// maxReach is the same with elements of WITH, which stand where they are named, and
	// with joins on the null sides of outer joins.
	maxReach = 16
	// maxReads is how many tables a statement may read, an element of WITH as often
	// as it is named: engines put its text there, and twenty elements that each name
	// the one before twice stand for a million tables.
	maxReads = 400
)

// read counts tables that the statement reads.
func (r *resolver) read(n int, at sqlast.Pos) error {
	if r.reads += n; r.reads > maxReads {
		return refusal.At(at, refusal.LimitExceeded, "the statement reads more than %d tables, those of a WITH element counted as often as it is named", maxReads)
	}
	return nil
}

// reach counts how deep queries stand in each other, with deep more below.
func (r *resolver) reach(deep int, at sqlast.Pos) error {
	if r.deepest = max(r.deepest, r.within+deep); r.within+deep > maxReach {
		return refusal.At(at, refusal.LimitExceeded, "queries stand in each other more than %d deep, elements of WITH where they are named", maxReach)
	}
	return nil
}

func (r *resolver) withElement(c *sqlast.CTE, ctes *cteScope) (*cteScope, error) {
	reads, deepest, before := r.reads, r.deepest, r.mark()
	r.deepest = r.within
	el, err := r.element(c, ctes)
	if err != nil {
		return nil, err
	}
	el.reads, el.deep = r.reads-reads, r.deepest-r.within // it costs where it is named
	r.reads, r.deepest = reads, deepest
	el.price = r.since(before)
	return el, nil
}

func (r *resolver) element(c *sqlast.CTE, ctes *cteScope) (*cteScope, error) {
	switch {
	case r.policy:
		return nil, refusal.At(c.At, refusal.Unsupported, "WITH is not offered in a row condition: write a subquery")
	}
	for s := ctes; s != nil; s = s.outer {
		if r.sameName(s.name, r.spelled(c.Name)) {
			return nil, refusal.At(c.At, refusal.Unsupported, "there are two WITH elements called %s", clip(c.Name.Name))
		}
	}
	if c.Recursive && r.mentions(c.Query, c.Name) {
		return r.recursive(c, ctes)
	}
	q, err := r.inner(c.Query, nil, ctes)
	if err != nil {
		return nil, err
	}
	names, err := columnNames(q, c.Columns, c.At)
	if err != nil {
		return nil, err
	}
	return &cteScope{outer: ctes, name: r.spelled(c.Name), cte: &querytree.CTE{Query: q, Columns: q.Output()}, names: names}, nil
}

// columnNames gives the names of a subquery's columns, renamed where a list
// of names was given.
func columnNames(q querytree.Body, renamed []sqlast.Ident, at sqlast.Pos) ([]string, error) {
	out := q.Output()
	if len(renamed) > 0 && len(renamed) != len(out) {
		return nil, refusal.At(at, refusal.TypeMismatch, "%d column names for %d columns", len(renamed), len(out))
	}
	names := make([]string, len(out))
	for i := range out {
		names[i] = out[i].Label
		if len(renamed) > 0 {
			names[i] = renamed[i].Name
		}
	}
	return names, nil
}

// body also gives the scope of a SELECT block, for its ORDER BY; nil for other bodies.
func (r *resolver) body(b sqlast.Body, outer *scope, ctes *cteScope) (querytree.Body, *scope, error) {
	switch b := b.(type) {
	case *sqlast.Select:
		return r.selectBlock(b, outer, ctes)
	case *sqlast.Query:
		q, err := r.query(b, outer, ctes)
		return q, nil, err
	case *sqlast.SetOp:
		out, err := r.setOp(b, outer, ctes)
		return out, nil, err
	}
	return nil, nil, refusal.At(b.Pos(), refusal.Unsupported, "this form of query is not offered")
}

func (r *resolver) selectBlock(b *sqlast.Select, outer *scope, ctes *cteScope) (querytree.Body, *scope, error) {
	s := &scope{outer: outer, ctes: ctes}
	before := r.mark()
	if err := r.fromClause(b.From, s); err != nil {
		return nil, nil, err
	}
	out := &querytree.Select{Distinct: b.Distinct, From: s.from.source}
	var err error
	if b.Where != nil {
		if out.Where, err = r.condition(b.Where, s); err != nil {
			return nil, nil, err
		}
	}
	s.aggregates, s.windows = true, true
	if err := r.selectList(b, out, s); err != nil {
		return nil, nil, err
	}
	if b.Distinct {
		for _, x := range out.Items {
			if err := r.distinct(b.At, x.Type()); err != nil {
				return nil, nil, err
			}
		}
	}
	s.windows = false
	if b.Having != nil {
		if out.Having, err = r.condition(b.Having, s); err != nil {
			return nil, nil, err
		}
	}
	if b.Having != nil && len(b.GroupBy) == 0 && r.opt.Engine == catalog.SQLite && !slices.ContainsFunc(out.Items, holdsAggregate) {
		return nil, nil, refusal.At(b.Having.Pos(), refusal.Unsupported, "HAVING without GROUP BY is offered on this engine only with an aggregate in the select list")
	}
	s.aggregates = false
	if err := r.groupBy(b, out, s, before); err != nil {
		return nil, nil, err
	}
	out.Grouped = len(out.GroupBy) > 0 || out.Sets != nil || out.Having != nil || s.sawAggregate
	s.aggregates, s.windows = out.Grouped, true // for ORDER BY
	return out, s, nil
}

// maxColumns is how many columns a block may give; PostgreSQL's own limit is
// the lowest of the engines', 1664.
const maxColumns = 1600

func (r *resolver) selectList(b *sqlast.Select, out *querytree.Select, s *scope) error {
	out.Items, out.Columns = slices.Grow(out.Items, len(b.Items)), slices.Grow(out.Columns, len(b.Items)) // a write's block has some already
	for i, item := range b.Items {
		if len(out.Items) > maxColumns {
			return refusal.At(item.Pos(), refusal.LimitExceeded, "a SELECT may give %d columns", maxColumns)
		}
		switch item := item.(type) {
		case *sqlast.Star:
			cols := s.from.cols
			if len(item.Table) > 0 {
				rel := r.relationAny(&s.from, item.Table)
				if rel == nil || len(item.Table) > 2 {
					return refusal.At(item.At, refusal.UnknownName, "there is no table %s here", dotted(item.Table))
				}
				cols = rel.columns()
			}
			if len(cols) == 0 {
				return refusal.At(item.At, refusal.UnknownName, "* stands for no column here")
			}
			if len(out.Items)+len(cols) > maxColumns {
				return refusal.At(item.At, refusal.LimitExceeded, "a SELECT may give %d columns", maxColumns)
			}
			for _, c := range cols {
				if err := r.spend(c.weight(), item.At); err != nil {
					return err
				}
				if strings.HasPrefix(c.name, JoinKey) {
					continue
				}
				before := r.mark()
				x, err := r.reference(c)
				if err != nil {
					return err
				}
				cost := r.since(before)
				cost.nodes = c.weight()
				addItem(out, x, c.name, cost)
			}
		case *sqlast.ExprItem:
			before := r.mark()
			x, err := r.expr(item.X, s)
			if err != nil {
				return err
			}
			if x, err = r.settle(x, item.X.Pos()); err != nil {
				return err
			}
			addItem(out, x, label(item, x, s, i), r.since(before))
		}
	}
	return nil
}

func addItem(out *querytree.Select, x querytree.Expr, name string, cost price) {
	c := querytree.Column{Label: name, Type: x.Type(), Weight: cost.nodes, Work: cost.worked, Looked: cost.looked}
	if ref, ok := x.(*querytree.ColumnRef); ok {
		c.NotNull = ref.NotNull
	}
	out.Items = append(out.Items, x)
	out.Columns = append(out.Columns, c)
}

// label is what an output column is called: its alias, the column's own name
// in the catalog's spelling, the function's name, or columnN.
func label(item *sqlast.ExprItem, x querytree.Expr, s *scope, i int) string {
	if item.Alias.Name != "" {
		return item.Alias.Name
	}
	switch ast := item.X.(type) {
	case *sqlast.Name:
		if ref, ok := x.(*querytree.ColumnRef); ok {
			if ref.Col != nil {
				return ref.Col.Name
			}
			for at := s; at != nil; at = at.outer {
				for _, rel := range at.from.rels {
					if rel.source == ref.Source {
						return rel.labelOf(ref)
					}
				}
			}
		}
		return ast.Parts[len(ast.Parts)-1].Name
	case *sqlast.Call:
		return strings.ToLower(ast.Name.Name)
	}
	return "column" + strconv.Itoa(i+1)
}
