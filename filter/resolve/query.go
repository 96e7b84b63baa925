package resolve

import (
	"slices"
	"strconv"
	"strings"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqlfunc"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// query resolves a query inside the block outer (nil for none).
func (r *resolver) query(q *sqlast.Query, outer *scope, ctes *cteScope) (*querytree.Query, error) {
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

func (r *resolver) withElement(c *sqlast.CTE, ctes *cteScope) (*cteScope, error) {
	switch {
	case c.Recursive:
		return nil, refusal.At(c.At, refusal.Unsupported, "WITH RECURSIVE is not offered")
	case r.policy:
		return nil, refusal.At(c.At, refusal.Unsupported, "WITH is not offered in a row condition: write a subquery")
	}
	for s := ctes; s != nil; s = s.outer {
		if r.sameName(s.name, r.spelled(c.Name)) {
			return nil, refusal.At(c.At, refusal.Unsupported, "there are two WITH elements called %s", clip(c.Name.Name))
		}
	}
	q, err := r.query(c.Query, nil, ctes)
	if err != nil {
		return nil, err
	}
	names, err := columnNames(q, c.Columns, c.At)
	if err != nil {
		return nil, err
	}
	return &cteScope{outer: ctes, name: r.spelled(c.Name), cte: &querytree.CTE{Query: q}, names: names}, nil
}

// columnNames gives the names of a subquery's columns, renamed where a list
// of names was given.
func columnNames(q *querytree.Query, renamed []sqlast.Ident, at sqlast.Pos) ([]string, error) {
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
	if len(b.GroupBy) > maxColumns {
		return nil, nil, refusal.At(b.At, refusal.LimitExceeded, "GROUP BY may have %d terms", maxColumns)
	}
	for _, g := range b.GroupBy {
		x, err := r.groupItem(g, b, out, s)
		if err != nil {
			return nil, nil, err
		}
		out.GroupBy = append(out.GroupBy, x)
	}
	out.Grouped = len(out.GroupBy) > 0 || out.Having != nil || s.sawAggregate
	s.aggregates, s.windows = out.Grouped, true // for ORDER BY
	return out, s, nil
}

// maxColumns is how many columns a block may give; PostgreSQL's own limit is
// the lowest of the engines', 1664.
const maxColumns = 1600

func (r *resolver) selectList(b *sqlast.Select, out *querytree.Select, s *scope) error {
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
				addItem(out, c.reference(), c.name, c.weight())
			}
		case *sqlast.ExprItem:
			before := r.nodes
			x, err := r.expr(item.X, s)
			if err != nil {
				return err
			}
			if x, err = r.settle(x, item.X.Pos()); err != nil {
				return err
			}
			addItem(out, x, label(item, x, s, i), r.nodes-before)
		}
	}
	return nil
}

func addItem(out *querytree.Select, x querytree.Expr, name string, weight int) {
	c := querytree.Column{Label: name, Type: x.Type(), Weight: weight}
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
						return rel.labels[ref.Index]
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

// groupItem resolves a GROUP BY element: a position, a column of the tables,
// an output column by its alias, or an expression.
func (r *resolver) groupItem(g sqlast.Expr, b *sqlast.Select, out *querytree.Select, s *scope) (querytree.Expr, error) {
	x, err := r.groupExpr(g, b, out, s)
	if err != nil {
		return nil, err
	}
	switch x.(type) {
	case *querytree.Param, *querytree.Number, *querytree.Null, *querytree.Bool:
		// A number would be printed as a position.
		return nil, refusal.At(g.Pos(), refusal.Unsupported, "GROUP BY a constant is not offered: name a column, or a position as a number")
	}
	if holdsAggregate(x) {
		return nil, refusal.At(g.Pos(), refusal.Unsupported, "an aggregate or a window function cannot stand in GROUP BY")
	}
	holdsQuery := false
	querytree.WalkExpr(x, querytree.Visitor{Query: func(*querytree.Query) { holdsQuery = true }})
	if holdsQuery {
		// The item stands in the tree twice, here and in the select list:
		// twice inside twice, through subqueries, grows without end.
		return nil, refusal.At(g.Pos(), refusal.Unsupported, "GROUP BY a subquery is not offered: give it a name in a derived table and group by that")
	}
	return x, nil
}

func (r *resolver) groupExpr(g sqlast.Expr, b *sqlast.Select, out *querytree.Select, s *scope) (querytree.Expr, error) {
	if i, ok, err := ordinal(g, len(out.Items)); ok || err != nil {
		if err != nil {
			return nil, err
		}
		return out.Items[i], nil
	}
	if n, ok := g.(*sqlast.Name); ok && len(n.Parts) == 1 && len(b.Items) == len(out.Items) {
		for _, p := range r.passes() {
			if r.match(s.from.cols, n.Parts[0], p) != nil {
				break // a column of the tables comes first
			}
			alias := func(i int) string {
				if e, ok := b.Items[i].(*sqlast.ExprItem); ok {
					return e.Alias.Name
				}
				return ""
			}
			if found := p.pick(len(b.Items), alias, r.spelled(n.Parts[0])); found != nil {
				return out.Items[found[0]], nil
			}
		}
	}
	x, err := r.expr(g, s)
	if err != nil {
		return nil, err
	}
	return x, nil
}

// holdsAggregate tells whether x computes over rows of its own block.
func holdsAggregate(x querytree.Expr) bool {
	if c, ok := x.(*querytree.Call); ok && c.Func.Class != sqlfunc.Scalar {
		return true
	}
	found := false
	querytree.Children(x, func(c querytree.Expr) { found = found || holdsAggregate(c) }, func(*querytree.Query) {})
	return found
}

// ordinal reads an ORDER BY or GROUP BY position, 1-based in the text.
func ordinal(x sqlast.Expr, n int) (index int, is bool, err error) {
	num, ok := x.(*sqlast.Number)
	if !ok {
		return 0, false, nil
	}
	i, convErr := strconv.Atoi(num.Text)
	if convErr != nil || i < 1 || i > n {
		return 0, true, refusal.At(num.At, refusal.UnknownName, "there is no output column %s: there are %d", clip(num.Text), n)
	}
	return i - 1, true, nil
}

// maxArms is how many set operations a statement may have; SQLite gives up at 500.
const maxArms = 200

func (r *resolver) setOp(b *sqlast.SetOp, outer *scope, ctes *cteScope) (querytree.Body, error) {
	if r.arms++; r.arms > maxArms {
		return nil, refusal.At(b.At, refusal.LimitExceeded, "more than %d set operations", maxArms)
	}
	left, err := r.operand(b.Left, outer, ctes)
	if err != nil {
		return nil, err
	}
	right, err := r.operand(b.Right, outer, ctes)
	if err != nil {
		return nil, err
	}
	lo, ro := left.Output(), right.Output()
	if len(lo) != len(ro) {
		return nil, refusal.At(b.At, refusal.TypeMismatch, "both sides of a set operation need the same number of columns: %d and %d", len(lo), len(ro))
	}
	out := &querytree.SetOp{Op: setOperators[b.Op], All: b.All, Left: left, Right: right}
	if b.All && b.Op != sqlast.Union {
		return nil, refusal.At(b.At, refusal.Unsupported, "%s ALL is not offered", out.Op)
	}
	for i := range lo {
		t, ok := sqltype.Unify(lo[i].Type, ro[i].Type)
		if !ok {
			lt, rt := itemOf(left, i), itemOf(right, i)
			if t, ok = meet(lt, rt); !ok {
				return nil, refusal.At(b.At, refusal.TypeMismatch, "column %d is %s on one side and %s on the other", i+1, lo[i].Type.Kind, ro[i].Type.Kind)
			}
		}
		if err := r.convertColumn(left, i, t, b.At); err != nil {
			return nil, err
		}
		if err := r.convertColumn(right, i, t, b.At); err != nil {
			return nil, err
		}
		out.Columns = append(out.Columns, querytree.Column{Label: lo[i].Label, Type: t, NotNull: lo[i].NotNull && ro[i].NotNull, Weight: lo[i].Weight + ro[i].Weight})
	}
	return out, nil
}

var setOperators = map[sqlast.SetOperator]string{sqlast.Union: "UNION", sqlast.Intersect: "INTERSECT", sqlast.Except: "EXCEPT"}

// operand resolves one side of a set operation.
func (r *resolver) operand(b sqlast.Body, outer *scope, ctes *cteScope) (querytree.Body, error) {
	body, inner, err := r.body(b, outer, ctes)
	if err != nil {
		return nil, err
	}
	if sel, ok := body.(*querytree.Select); ok {
		return body, r.checkGrouping(sel, nil, inner)
	}
	return body, nil
}

func itemOf(b querytree.Body, i int) querytree.Expr {
	if sel, ok := b.(*querytree.Select); ok {
		return sel.Items[i]
	}
	return nil
}

// convertColumn makes the i-th column of a body have type t.
func (r *resolver) convertColumn(b querytree.Body, i int, t sqltype.Type, at sqlast.Pos) error {
	switch b := b.(type) {
	case *querytree.Select:
		if b.Columns[i].Type.Kind == t.Kind && b.Columns[i].Type.Kind != sqltype.Null {
			b.Columns[i].Type = t
			return nil
		}
		x, err := r.coerce(b.Items[i], t, at)
		if err != nil {
			return err
		}
		b.Items[i], b.Columns[i].Type = x, t
	case *querytree.SetOp:
		if err := r.convertColumn(b.Left, i, t, at); err != nil {
			return err
		}
		if err := r.convertColumn(b.Right, i, t, at); err != nil {
			return err
		}
		b.Columns[i].Type = t
	case *querytree.Query:
		return r.convertColumn(b.Body, i, t, at)
	}
	return nil
}

// orderBy resolves ORDER BY: positions and output names first, then, in a
// SELECT block, expressions over its tables.
func (r *resolver) orderBy(items []*sqlast.OrderItem, body querytree.Body, s *scope) ([]querytree.Order, error) {
	var out []querytree.Order
	if len(items) > maxColumns {
		return nil, refusal.At(items[0].Pos(), refusal.LimitExceeded, "ORDER BY may have %d terms", maxColumns)
	}
	for _, item := range items {
		o, err := r.orderItem(item, body, s)
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

func (r *resolver) orderItem(item *sqlast.OrderItem, body querytree.Body, s *scope) (querytree.Order, error) {
	cols := body.Output()
	o := querytree.Order{Output: -1, Desc: item.Desc, NullsFirst: nullsFirst(item)}
	i, is, err := ordinal(item.X, len(cols))
	if err != nil {
		return o, err
	}
	if n, ok := item.X.(*sqlast.Name); !is && ok && len(n.Parts) == 1 {
		for _, p := range r.passes() {
			if i, is, err = outputNamed(cols, n.Parts[0], r.spelled(n.Parts[0]), body, p); is || err != nil {
				break
			}
			if s != nil && r.match(s.from.cols, n.Parts[0], p) != nil {
				break // a column of the tables, so called
			}
		}
		if err != nil {
			return o, err
		}
	}
	if is {
		o.Output, o.NotNull = i, cols[i].NotNull
		return o, orderable(item.X.Pos(), cols[i].Type)
	}
	sel, ok := body.(*querytree.Select)
	if !ok {
		return o, refusal.At(item.X.Pos(), refusal.UnknownName, "after a set operation ORDER BY takes an output column, by its name or position")
	}
	x, err := r.expr(item.X, s)
	if err != nil {
		return o, err
	}
	for i := range sel.Items {
		if querytree.Equal(sel.Items[i], x) {
			o.Output, o.NotNull = i, cols[i].NotNull
			return o, orderable(item.X.Pos(), cols[i].Type)
		}
	}
	if sel.Distinct {
		return o, refusal.At(item.X.Pos(), refusal.UnknownName, "with DISTINCT, ORDER BY takes columns of the select list")
	}
	switch x.(type) {
	case *querytree.Param, *querytree.Number, *querytree.Null, *querytree.Bool:
		return o, refusal.At(item.X.Pos(), refusal.Unsupported, "ORDER BY a constant orders nothing: name a column, or a position as a number")
	}
	o.X = x
	if ref, ok := x.(*querytree.ColumnRef); ok {
		o.NotNull = ref.NotNull
	}
	return o, orderable(item.X.Pos(), x.Type())
}

// outputNamed finds the output column that a name means in a pass; several of
// one name are one where they are the same expression.
func outputNamed(cols []querytree.Column, id sqlast.Ident, want string, body querytree.Body, p pass) (int, bool, error) {
	found := p.pick(len(cols), func(i int) string { return cols[i].Label }, want)
	if found == nil {
		return 0, false, nil
	}
	for _, i := range found[1:] {
		a, b := itemOf(body, found[0]), itemOf(body, i)
		if a == nil || b == nil || !querytree.Equal(a, b) {
			return 0, false, refusal.At(id.At, refusal.UnknownName, "two output columns are called %s: order by position", clip(id.Name))
		}
	}
	return found[0], true, nil
}

func nullsFirst(item *sqlast.OrderItem) bool {
	if item.Nulls == sqlast.NullsDefault {
		return !item.Desc
	}
	return item.Nulls == sqlast.NullsFirst
}

func orderable(at sqlast.Pos, t sqltype.Type) error {
	switch t.Kind {
	case sqltype.Other, sqltype.JSON, sqltype.Binary:
		return refusal.At(at, refusal.TypeMismatch, "%s has no order", t.Kind)
	}
	return nil
}

// rowCount resolves LIMIT and OFFSET: a whole number or a parameter.
func (r *resolver) rowCount(x sqlast.Expr, what string) (querytree.Expr, error) {
	int64T := sqltype.Type{Kind: sqltype.Int, Bits: 64}
	switch x := x.(type) {
	case nil:
		return nil, nil
	case *sqlast.Number:
		text, t, err := sqltype.ParseNumber(x.Text)
		if err == nil && t.Kind == sqltype.Int {
			return &querytree.Number{Text: text, T: int64T}, nil
		}
	case *sqlast.Param:
		p, err := r.param(x)
		if err != nil {
			return nil, err
		}
		if k := p.Type().Kind; k == sqltype.Int || k == sqltype.Text {
			return &querytree.Param{Slot: p.(*querytree.Param).Slot, T: sqltype.Type{Kind: sqltype.Int, Bits: 64, Count: true}}, nil
		}
	}
	return nil, refusal.At(x.Pos(), refusal.TypeMismatch, "%s takes a whole number or a parameter", what)
}
