package sqlprint

import (
	"fmt"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// query prints a query. An ORDER BY that no LIMIT follows means something at
// the top only.
func (p *printer) query(q *querytree.Query, top bool) error {
	defer func(around *querytree.Select) { p.having = around }(p.having)
	p.having, p.dear = nil, p.dear || q.Dear
	if len(q.With) > 0 && !top && !p.seesOut() && readsOuterCTE(q) {
		return &Unsupported{"a WITH inside another cannot read the outer one on this engine: write them side by side"}
	}
	if len(q.With) > 0 && !top && p.topOnlyWith() {
		return &Unsupported{"WITH inside a subquery is not offered on this engine: put it first"}
	}
	if err := p.with(q.With); err != nil {
		return err
	}
	limited := q.Limit != nil || q.Offset != nil
	order := q.OrderBy
	if !top && !limited {
		order = nil
	}
	sel, plain := q.Body.(*querytree.Select)
	if inner, nested := q.Body.(*querytree.Query); nested {
		return p.wrapped(inner, order, q.Limit, q.Offset)
	}
	if p.spelledOut(q.Body) {
		return p.setsAsUnion(sel, order, q.Limit, q.Offset)
	}
	if limited && p.topClause() && plain && q.Offset == nil {
		if err := p.selectBlock(sel, q.Limit); err != nil {
			return err
		}
		return p.orderBy(order, sel)
	}
	if err := p.body(q.Body); err != nil {
		return err
	}
	if err := p.orderBy(order, q.Body); err != nil {
		return err
	}
	if limited {
		return p.limit(p, q.Limit, q.Offset, len(order) > 0, plain && !sel.Distinct)
	}
	if p.locking {
		p.put(p.shared())
	}
	return nil
}

// wrapped prints a query with an order or limit of its own as a derived table.
func (p *printer) wrapped(b querytree.Body, order []querytree.Order, limit, offset querytree.Expr) error {
	if err := p.selectAll(b); err != nil {
		return err
	}
	if err := p.orderBy(order, b); err != nil {
		return err
	}
	if limit != nil || offset != nil {
		return p.limit(p, limit, offset, len(order) > 0, true)
	}
	return nil
}

// selectAll prints SELECT t.c1, … FROM (b) AS t.
func (p *printer) selectAll(b querytree.Body) error {
	alias := p.selectFrom(b, false)
	err := p.alone(func() error {
		if q, ok := b.(*querytree.Query); ok {
			return p.query(q, false)
		}
		return p.body(b)
	})
	p.put(") AS " + alias)
	return err
}

// selectFrom prints SELECT t.c1, … FROM ( and gives the t that is to follow b.
func (p *printer) selectFrom(b querytree.Body, distinct bool) (alias string) {
	p.tables++
	alias = fmt.Sprintf("t%d", p.tables)
	p.put("SELECT ")
	if distinct {
		p.put("DISTINCT ")
	}
	for i := range b.Output() {
		if i > 0 {
			p.put(", ")
		}
		p.put(alias + "." + output(i) + " AS " + output(i))
	}
	p.put(" FROM (")
	return alias
}

func (p *printer) body(b querytree.Body) error {
	if p.spelledOut(b) {
		return p.setsAsUnion(b.(*querytree.Select), nil, nil, nil)
	}
	switch b := b.(type) {
	case *querytree.Select:
		return p.selectBlock(b, nil)
	case *querytree.SetOp:
		return p.setOp(b)
	}
	return fmt.Errorf("sqlprint: unknown body %T", b)
}

// setOp prints operands that are themselves compound as derived tables: the
// engines disagree on which set operation binds tighter, and SQLite takes no
// parentheses here.
func (p *printer) setOp(s *querytree.SetOp) error {
	if err := p.operandBody(s.Left, s, true); err != nil {
		return err
	}
	p.put(" " + s.Op)
	if s.All {
		p.put(" ALL")
	}
	p.put(" ")
	return p.operandBody(s.Right, s, false)
}

func (p *printer) operandBody(b querytree.Body, around *querytree.SetOp, left bool) error {
	if s, ok := b.(*querytree.SetOp); ok && left && s.Op == around.Op && s.All == around.All {
		return p.setOp(s)
	}
	if _, ok := b.(*querytree.Select); ok {
		return p.body(b)
	}
	return p.selectAll(b)
}

func (p *printer) selectBlock(s *querytree.Select, top querytree.Expr) error {
	// FROM is printed first, into its place behind the items: aliases must be
	// known before they are used.
	head := p.buf
	p.buf = make([]byte, 0, 512)
	if s.From != nil {
		p.put(" FROM ")
		if err := p.beforeGrouping(s, func() error { return p.source(s.From) }); err != nil {
			return err
		}
	}
	from := p.buf
	p.buf = head
	p.put("SELECT ")
	if s.Distinct {
		p.put("DISTINCT ")
	}
	if top != nil {
		p.put("TOP (")
		if err := p.expr(top); err != nil {
			return err
		}
		p.put(") ")
	}
	if len(s.Items) == 0 { // of a resource whose rows are only counted
		p.put("1 AS c1")
	}
	for i, x := range s.Items {
		if i > 0 {
			p.put(", ")
		}
		if err := p.item(x); err != nil {
			return err
		}
		p.put(" AS " + output(i))
	}
	p.buf = append(p.buf, from...)
	if s.Where != nil {
		p.put(" WHERE ")
		if err := p.beforeGrouping(s, func() error { return p.filter(s.Where) }); err != nil {
			return err
		}
	}
	if err := p.groupBy(s); err != nil {
		return err
	}
	if s.Having == nil {
		return nil
	}
	p.put(" HAVING ")
	if p.aliasedHaving() {
		defer func(around *querytree.Select) { p.having = around }(p.having)
		p.having = s
	}
	return p.filter(s.Having)
}

// item prints an element of a select list. MariaDB gives a text that no column
// is part of a type of its own, in which a UNION loses the blanks at its end.
func (p *printer) item(x querytree.Expr) error {
	if p.engine() != catalog.MariaDB || x.Type().Kind != sqltype.Text || readsColumns(x) {
		return p.expr(x)
	}
	p.put("CONCAT(")
	err := p.expr(x)
	p.put(")")
	return err
}

func readsColumns(x querytree.Expr) bool {
	column := false
	querytree.WalkExpr(x, querytree.Visitor{Expr: func(x querytree.Expr) {
		_, ref := x.(*querytree.ColumnRef)
		column = column || ref
	}})
	return column
}

// alone prints what stands in the place of a table: a query, in which an engine
// may know nothing of the queries around it.
func (p *printer) alone(print func() error) error {
	p.level++
	err := print()
	p.level--
	return err
}

// filter prints a condition where NULL acts as FALSE.
func (p *printer) filter(x querytree.Expr) error {
	saved, below := p.unknown, p.belowNot
	p.unknown, p.belowNot = actsAsFalse, false
	err := p.condition(x, lowest)
	p.unknown, p.belowNot = saved, below
	return err
}

func (p *printer) source(s querytree.Source) error {
	switch s := s.(type) {
	case *querytree.Scan:
		return p.scan(s)
	case *querytree.RawScan:
		p.policyTable(s, s.Table)
		return nil
	case *querytree.Self:
		p.policyTable(s, s.Table)
		return nil
	case *querytree.Derived:
		if s.Lateral {
			if p.lateral() != lateralJoin {
				return &Unsupported{"LATERAL and APPLY are not offered on this engine: join a derived table that groups by what it is joined with"}
			}
			p.put("LATERAL ")
		}
		p.put("(")
		if err := p.alone(func() error { return p.query(s.Query, false) }); err != nil {
			return err
		}
		p.put(") AS " + p.tableAlias(s))
		return nil
	case *querytree.CTERef:
		name, ok := p.ctes[s.CTE]
		if !ok {
			return fmt.Errorf("sqlprint: a CTE is used before it is printed")
		}
		p.put(name + " AS " + p.tableAlias(s))
		return nil
	case *querytree.Join:
		return p.join(s)
	}
	return fmt.Errorf("sqlprint: unknown source %T", s)
}

// policyTable prints a base table as a row policy reads it.
func (p *printer) policyTable(s querytree.Source, t *catalog.Table) {
	alias := p.rowAlias(s)
	p.baseTable(t)
	p.put(" AS " + alias)
	if p.locking && p.engine() == catalog.SQLServer {
		p.put(" WITH (UPDLOCK)")
	}
}

func (p *printer) join(j *querytree.Join) error {
	if err := p.source(j.Left); err != nil {
		return err
	}
	if j.Kind == "FULL" && !p.fullJoin() {
		return &Unsupported{"FULL JOIN is not offered on this engine: combine a LEFT JOIN and a RIGHT JOIN with UNION"}
	}
	if j.Kind == "FULL" && p.engine() == catalog.Postgres && !joinsBothSides(j) {
		return &Unsupported{"FULL JOIN is offered on this engine only with an equality of a column of each side in its ON"}
	}
	if d, ok := j.Right.(*querytree.Derived); ok && d.Lateral && p.lateral() == applyJoin {
		return p.applied(j, d)
	}
	p.put(" " + j.Kind + " JOIN ")
	if _, nested := j.Right.(*querytree.Join); nested {
		p.put("(")
		if err := p.source(j.Right); err != nil {
			return err
		}
		p.put(")")
	} else if err := p.source(j.Right); err != nil {
		return err
	}
	if j.On == nil {
		return nil
	}
	p.put(" ON ")
	return p.filter(j.On)
}

// joinsBothSides tells whether PostgreSQL can merge or hash a FULL JOIN: its
// condition has an equality of a value of either side, or no column at all.
func joinsBothSides(j *querytree.Join) bool {
	side := map[querytree.Source]int{}
	for i, s := range []querytree.Source{j.Left, j.Right} {
		querytree.WalkSource(s, querytree.Visitor{Source: func(s querytree.Source) { side[s] = i + 1 }})
	}
	// sides has a bit for each side that x uses, and one for anything else.
	sides := func(x querytree.Expr) int {
		used := 0
		querytree.WalkExpr(x, querytree.Visitor{Expr: func(x querytree.Expr) {
			if ref, ok := x.(*querytree.ColumnRef); ok {
				used |= 1 << side[ref.Source]
			}
		}})
		return used
	}
	const left, right = 1 << 1, 1 << 2
	for _, c := range querytree.Conjuncts(j.On, nil) {
		op, ok := c.(*querytree.Op)
		if !ok || op.Op != "=" {
			continue
		}
		if a, b := sides(op.Args[0]), sides(op.Args[1]); a == left && b == right || a == right && b == left {
			return true
		}
	}
	return sides(j.On) == 0
}

func (p *printer) orderBy(order []querytree.Order, b querytree.Body) error {
	for i, o := range order {
		if i == 0 {
			if p.buf[len(p.buf)-1] != '(' { // in OVER (
				p.put(" ")
			}
			p.put("ORDER BY ")
		} else {
			p.put(", ")
		}
		key := func() error {
			if o.Output >= 0 {
				p.put(output(o.Output))
				return nil
			}
			return p.expr(o.X)
		}
		// Beside the key an engine may want a test of it for NULL, which takes
		// the expression itself rather than the output column's alias.
		value := func() error {
			if o.Output < 0 {
				return p.expr(o.X)
			}
			sel, ok := b.(*querytree.Select)
			if !ok || sel.Distinct || p.spelledOut(sel) {
				return &Unsupported{"NULLS FIRST and NULLS LAST are not offered here on this engine"}
			}
			return p.expr(sel.Items[o.Output])
		}
		if err := p.orderKey(p, o, key, value); err != nil {
			return err
		}
	}
	return nil
}
