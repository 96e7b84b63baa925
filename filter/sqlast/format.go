package sqlast

import (
	"strconv"
	"strings"

	"github.com/vantelle/vantelle/filter/sqltoken"
)

// Format writes the query in the canonical spelling of the portal's SQL, on one
// line, with no more parentheses than precedence needs. Parsing the result gives
// the same tree, positions apart.
//
// It is for people and tests. What goes to an ERP is printed by filter/sqlprint
// from resolved queries, never by this.
func Format(q *Query) string {
	var p printer
	p.query(q)
	return p.String()
}

// FormatExpr is Format for a single expression.
func FormatExpr(x Expr) string {
	var p printer
	p.expr(x, PrecOr)
	return p.String()
}

type printer struct{ strings.Builder }

func (p *printer) put(parts ...string) {
	for _, s := range parts {
		p.WriteString(s)
	}
}

// list writes n elements with commas between them.
func (p *printer) list(n int, element func(i int)) {
	for i := range n {
		if i > 0 {
			p.put(", ")
		}
		element(i)
	}
}

func (p *printer) query(q *Query) {
	if q == nil {
		return
	}
	if len(q.With) > 0 {
		p.put("WITH ")
		if q.With[0].Recursive {
			p.put("RECURSIVE ")
		}
		p.list(len(q.With), func(i int) { p.cte(q.With[i]) })
		p.put(" ")
	}
	p.body(q.Body, 0)
	p.orderBy(" ORDER BY ", q.OrderBy)
	p.optional(" LIMIT ", q.Limit)
	p.optional(" OFFSET ", q.Offset)
}

func (p *printer) cte(c *CTE) {
	p.name(c.Name)
	if len(c.Columns) > 0 {
		p.put(" ")
		p.columns(c.Columns)
	}
	p.put(" AS ")
	p.subquery(c.Query)
}

func (p *printer) subquery(q *Query) {
	p.put("(")
	p.query(q)
	p.put(")")
}

// body writes b as an operand of a set operator of which min is the loosest
// that needs no parentheses.
func (p *printer) body(b Body, min int) {
	switch b := b.(type) {
	case *Query:
		p.subquery(b)
	case *Select:
		p.selectBlock(b)
	case *SetOp:
		prec := b.Op.Precedence()
		if prec < min {
			p.put("(")
			defer p.put(")")
		}
		p.body(b.Left, prec)
		p.put(" ", setOperatorName(b.Op))
		if b.All {
			p.put(" ALL")
		}
		p.put(" ")
		p.body(b.Right, prec+1)
	}
}

func setOperatorName(op SetOperator) string {
	switch op {
	case Intersect:
		return "INTERSECT"
	case Except:
		return "EXCEPT"
	}
	return "UNION"
}

func (p *printer) selectBlock(s *Select) {
	p.put("SELECT ")
	if s.Distinct {
		p.put("DISTINCT ")
	}
	p.list(len(s.Items), func(i int) { p.item(s.Items[i]) })
	if len(s.From) > 0 {
		p.put(" FROM ")
		p.list(len(s.From), func(i int) { p.table(s.From[i]) })
	}
	p.optional(" WHERE ", s.Where)
	if len(s.GroupBy) > 0 {
		p.put(" GROUP BY ")
		p.exprs(s.GroupBy)
	}
	p.optional(" HAVING ", s.Having)
}

func (p *printer) item(i Item) {
	switch i := i.(type) {
	case *Star:
		for _, part := range i.Table {
			p.name(part)
			p.put(".")
		}
		p.put("*")
	case *ExprItem:
		if readsAsAssignment(i.X) {
			p.put("(")
			p.expr(i.X, PrecOr)
			p.put(")")
		} else {
			p.expr(i.X, PrecOr)
		}
		p.alias(i.Alias)
	}
}

// readsAsAssignment reports whether x starts with "name =", "'text' =" or
// "@name =", which in a select list is an alias or an assignment to SQL Server
// and a comparison to the others, and therefore refused without parentheses.
func readsAsAssignment(x Expr) bool {
	for {
		var first Expr
		var op string
		switch y := x.(type) {
		case *Binary:
			first, op = y.X, y.Op
		case *Quantified:
			first, op = y.X, y.Op
		default:
			return false
		}
		if op == "=" {
			switch n := first.(type) {
			case *Name:
				return len(n.Parts) == 1
			case *String, *Param:
				return true
			}
		}
		x = first
	}
}

func (p *printer) alias(a Ident) {
	if a.Name != "" {
		p.put(" AS ")
		p.name(a)
	}
}

func (p *printer) orderBy(before string, items []*OrderItem) {
	if len(items) == 0 {
		return
	}
	p.put(before)
	p.list(len(items), func(i int) {
		o := items[i]
		p.expr(o.X, PrecOr)
		if o.Desc {
			p.put(" DESC")
		}
		switch o.Nulls {
		case NullsFirst:
			p.put(" NULLS FIRST")
		case NullsLast:
			p.put(" NULLS LAST")
		}
	})
}

// optional writes a clause that may be missing.
func (p *printer) optional(before string, x Expr) {
	if x != nil {
		p.put(before)
		p.expr(x, PrecOr)
	}
}

// name quotes a name that was quoted or that would not read as one name otherwise.
func (p *printer) name(i Ident) {
	if !i.Quoted && sqltoken.PlainName(i.Name) {
		p.put(i.Name)
		return
	}
	p.put(`"`, strings.ReplaceAll(i.Name, `"`, `""`), `"`)
}

func (p *printer) dotted(parts []Ident) {
	for i, part := range parts {
		if i > 0 {
			p.put(".")
		}
		p.name(part)
	}
}

func (p *printer) columns(names []Ident) {
	p.put("(")
	p.list(len(names), func(i int) { p.name(names[i]) })
	p.put(")")
}

func (p *printer) text(s string) {
	p.put("'", strings.ReplaceAll(s, "'", "''"), "'")
}

func (p *printer) param(x *Param) {
	if x.Name != "" {
		p.put(":", x.Name)
		return
	}
	p.put("$", strconv.Itoa(x.Ordinal))
}
