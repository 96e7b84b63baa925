package sqlprint

import (
	"fmt"
	"strings"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/sqltype"
)

// How tightly what is printed binds. An operand that binds less tightly than
// its place wants is put in parentheses. Concatenation stands between the
// engines' opinions: its operands are atoms or concatenations.
const (
	lowest = iota
	orPrec
	andPrec
	notPrec
	comparison
	additive
	multiplicative
	concatenation
	atom
)

var opPrec = map[string]int{
	"OR": orPrec, "AND": andPrec, "NOT": notPrec,
	"=": comparison, "<>": comparison, "<": comparison, "<=": comparison, ">": comparison, ">=": comparison,
	"IS DISTINCT FROM": comparison, "IS NOT DISTINCT FROM": comparison,
	"+": additive, "-": additive, "*": multiplicative, "||": concatenation,
}

func prec(x querytree.Expr) int {
	switch x := x.(type) {
	case *querytree.Op:
		return opPrec[x.Op]
	case *querytree.Is, *querytree.Between, *querytree.InList, *querytree.InQuery, *querytree.Like:
		return comparison
	}
	return atom
}

// expr prints x as a value.
func (p *printer) expr(x querytree.Expr) error { return p.value(x, lowest) }

// value prints x as a value in a place that wants at least the given binding.
func (p *printer) value(x querytree.Expr, least int) error {
	saved := p.unknownIsFalse
	p.unknownIsFalse = false
	defer func() { p.unknownIsFalse = saved }()
	if isPredicate(x) && !p.booleans() {
		p.put("CAST(CASE WHEN ")
		if err := p.condition(x, lowest); err != nil {
			return err
		}
		p.put(" THEN 1 WHEN NOT (")
		if err := p.condition(x, lowest); err != nil {
			return err
		}
		p.put(") THEN 0 END AS bit)")
		return nil
	}
	return p.node(x, least)
}

// condition prints x where a condition is wanted.
func (p *printer) condition(x querytree.Expr, least int) error {
	if !isPredicate(x) && !p.booleans() {
		if err := p.value(x, additive); err != nil {
			return err
		}
		p.put(" = 1")
		return nil
	}
	return p.node(x, least)
}

// isPredicate tells whether x is a condition in the grammar of an engine that
// has no boolean values.
func isPredicate(x querytree.Expr) bool {
	switch x := x.(type) {
	case *querytree.Op:
		return x.T.Kind == sqltype.Bool
	case *querytree.Is, *querytree.Between, *querytree.InList, *querytree.InQuery, *querytree.Like, *querytree.Exists, *querytree.Bool:
		return true
	}
	return false
}

func (p *printer) node(x querytree.Expr, least int) error {
	if p.nodes++; p.nodes > maxNodes {
		return ErrTooLong
	}
	if prec(x) < least {
		p.put("(")
		defer p.put(")")
	}
	switch x := x.(type) {
	case *querytree.ColumnRef:
		return p.column(x)
	case *querytree.Number:
		p.buf = p.number(p.buf, x.Text, x.T)
		return nil
	case *querytree.Param:
		p.param(Param{Slot: x.Slot, Type: x.T})
		return nil
	case *querytree.Null:
		p.buf = p.null(p.buf, x.T)
		return nil
	case *querytree.Bool:
		p.put(p.truth(x.Value))
		return nil
	case *querytree.Op:
		return p.op(x)
	case *querytree.Call:
		return p.call(x)
	case *querytree.Convert:
		return p.convert(x)
	case *querytree.Case:
		return p.caseExpr(x)
	case *querytree.Is:
		return p.is(x)
	case *querytree.Between:
		return p.between(x)
	case *querytree.InList:
		return p.inList(x)
	case *querytree.InQuery:
		return p.inQuery(x)
	case *querytree.Like:
		return p.like(p, x)
	case *querytree.Exists:
		p.put("EXISTS (")
		err := p.query(x.Query, false)
		p.put(")")
		return err
	case *querytree.Subquery:
		p.put("(")
		err := p.query(x.Query, false)
		p.put(")")
		return err
	}
	return fmt.Errorf("sqlprint: unknown expression %T", x)
}

func (p *printer) column(x *querytree.ColumnRef) error {
	alias, ok := p.aliases[x.Source]
	if !ok {
		return fmt.Errorf("sqlprint: a column of a source that is not in scope")
	}
	p.put(alias + ".")
	if x.Col != nil {
		p.name(x.Col.Name)
	} else {
		p.put(output(x.Index))
	}
	return nil
}

func (p *printer) op(x *querytree.Op) error {
	own := opPrec[x.Op]
	if own == 0 {
		return fmt.Errorf("sqlprint: unknown operator %q", x.Op)
	}
	switch x.Op {
	case "NOT":
		p.put("NOT ")
		saved := p.unknownIsFalse
		p.unknownIsFalse = false
		err := p.condition(x.Args[0], comparison)
		p.unknownIsFalse = saved
		return err
	case "AND", "OR":
		return p.chain(x.Op, x.Args, own)
	case "IS DISTINCT FROM", "IS NOT DISTINCT FROM":
		return p.distinctFrom(p, x)
	}
	word := x.Op
	if word == "||" {
		if word = p.concatOperator(); word == "" {
			p.put("CONCAT(")
			defer p.put(")")
			return p.list(x.Args)
		}
	}
	for i, a := range x.Args {
		least := own + 1
		if i > 0 {
			p.put(" " + word + " ")
		} else if own > comparison {
			least = own // left-associative
		}
		if err := p.value(a, least); err != nil {
			return err
		}
	}
	return nil
}

// maxFlat is how long a chain of AND or OR is printed flat. A longer one is
// printed in halves: to an engine a chain is as deep as it is long, and SQLite
// gives up at a depth of 1000.
const maxFlat = 100

func (p *printer) chain(op string, args []querytree.Expr, own int) error {
	if len(args) > maxFlat {
		half := len(args) / 2
		p.put("(")
		if err := p.chain(op, args[:half], own); err != nil {
			return err
		}
		p.put(") " + op + " (")
		if err := p.chain(op, args[half:], own); err != nil {
			return err
		}
		p.put(")")
		return nil
	}
	for i, a := range args {
		if i > 0 {
			p.put(" " + op + " ")
		}
		if err := p.condition(a, own+1); err != nil {
			return err
		}
	}
	return nil
}

func (p *printer) list(xs []querytree.Expr) error {
	for i, x := range xs {
		if i > 0 {
			p.put(", ")
		}
		if err := p.expr(x); err != nil {
			return err
		}
	}
	return nil
}

func argTypes(args []querytree.Expr) []sqltype.Type {
	out := make([]sqltype.Type, len(args))
	for i, a := range args {
		out[i] = a.Type()
	}
	return out
}

// call prints a function by its engine's template.
func (p *printer) call(x *querytree.Call) error {
	if x.Func.Name == "CONCAT" && !p.concatFunction() {
		return p.concatWithoutNulls(x)
	}
	template := x.Func.Template(p.engine(), argTypes(x.Args)...)
	if x.Func.Name == "CONCAT" && p.concatOperator() == "" {
		template = "CONCAT_WS('', {*})"
	}
	if x.Distinct { // of the aggregate itself, not of a cast inside it
		name, rest, _ := strings.Cut(template, "(")
		p.put(name + "(DISTINCT ")
		template = rest
	}
	for template != "" {
		before, rest, found := strings.Cut(template, "{")
		p.put(before)
		if !found {
			break
		}
		what, after, _ := strings.Cut(rest, "}")
		template = after
		switch {
		case x.Star:
			p.put("*")
		case what == "*":
			if err := p.list(x.Args); err != nil {
				return err
			}
		default:
			i := int(what[0] - '0')
			if i >= len(x.Args) {
				return fmt.Errorf("sqlprint: template of %s wants argument %d", x.Func.Name, i)
			}
			least := lowest
			if strings.HasPrefix(after, " + ") {
				least = atom
			}
			if err := p.value(x.Args[i], least); err != nil {
				return err
			}
		}
	}
	if x.Filter != nil {
		if !p.filterClause() {
			return &Unsupported{"FILTER is not offered on this engine: use CASE inside the aggregate"}
		}
		p.put(" FILTER (WHERE ")
		if err := p.filter(x.Filter); err != nil {
			return err
		}
		p.put(")")
	}
	if x.Over == nil {
		return nil
	}
	p.put(" OVER (")
	if len(x.Over.PartitionBy) > 0 {
		p.put("PARTITION BY ")
		if err := p.list(x.Over.PartitionBy); err != nil {
			return err
		}
	}
	if err := p.orderBy(x.Over.OrderBy, nil); err != nil {
		return err
	}
	p.put(")")
	return nil
}

// concatWithoutNulls prints CONCAT, which takes a NULL for nothing.
func (p *printer) concatWithoutNulls(x *querytree.Call) error {
	p.put("(")
	for i, a := range x.Args {
		if i > 0 {
			p.put(" " + p.concatOperator() + " ")
		}
		p.put("COALESCE(")
		if err := p.expr(a); err != nil {
			return err
		}
		p.put(", '')")
	}
	p.put(")")
	return nil
}

func (p *printer) convert(x *querytree.Convert) error {
	before, after := p.conversion(x.X.Type(), x.T)
	p.put(before)
	least := lowest
	if before == "" {
		least = atom
	}
	err := p.value(x.X, least)
	p.put(after)
	return err
}

func (p *printer) caseExpr(x *querytree.Case) error {
	p.put("CASE")
	if x.Operand != nil {
		p.put(" ")
		if err := p.value(x.Operand, additive); err != nil {
			return err
		}
	}
	for _, w := range x.Whens {
		p.put(" WHEN ")
		var err error
		if x.Operand != nil {
			err = p.expr(w.Cond)
		} else {
			err = p.filter(w.Cond)
		}
		if err != nil {
			return err
		}
		p.put(" THEN ")
		if err := p.expr(w.Then); err != nil {
			return err
		}
	}
	if x.Else != nil {
		p.put(" ELSE ")
		if err := p.expr(x.Else); err != nil {
			return err
		}
	}
	p.put(" END")
	return nil
}

func (p *printer) is(x *querytree.Is) error {
	if x.What == "NULL" {
		if err := p.value(x.X, concatenation); err != nil {
			return err
		}
		if x.Not {
			p.put(" IS NOT NULL")
		} else {
			p.put(" IS NULL")
		}
		return nil
	}
	return p.truthTest(p, x)
}

func (p *printer) between(x *querytree.Between) error {
	if err := p.value(x.X, concatenation); err != nil {
		return err
	}
	if x.Not {
		p.put(" NOT")
	}
	p.put(" BETWEEN ")
	if err := p.value(x.Low, concatenation); err != nil {
		return err
	}
	p.put(" AND ")
	return p.value(x.High, concatenation)
}

func (p *printer) inList(x *querytree.InList) error {
	if err := p.value(x.X, concatenation); err != nil {
		return err
	}
	if x.Not {
		p.put(" NOT")
	}
	p.put(" IN (")
	if err := p.list(x.List); err != nil {
		return err
	}
	p.put(")")
	return nil
}

func (p *printer) inQuery(x *querytree.InQuery) error {
	if len(x.Row) == 1 {
		if err := p.value(x.Row[0], concatenation); err != nil {
			return err
		}
	} else if !p.rowValues() {
		return p.inAsExists(x)
	} else {
		p.put("(")
		if err := p.list(x.Row); err != nil {
			return err
		}
		p.put(")")
	}
	if x.Not {
		p.put(" NOT")
	}
	p.put(" IN (")
	var err error
	if x.Query.Limit != nil && !p.limitInSubquery() {
		err = p.selectAll(x.Query)
	} else {
		err = p.query(x.Query, false)
	}
	p.put(")")
	return err
}

// inAsExists prints (a, b) IN (query) for an engine without row values. EXISTS
// knows no UNKNOWN, so this is right only where UNKNOWN acts as FALSE.
func (p *printer) inAsExists(x *querytree.InQuery) error {
	if x.Not || !p.unknownIsFalse {
		return &Unsupported{"a row of values with IN is offered on this engine only as a condition of WHERE, not below NOT"}
	}
	p.put("EXISTS (SELECT 1 AS c1 FROM (")
	if err := p.query(x.Query, false); err != nil {
		return err
	}
	p.tables++
	alias := fmt.Sprintf("t%d", p.tables)
	p.put(") AS " + alias + " WHERE ")
	for i, v := range x.Row {
		if i > 0 {
			p.put(" AND ")
		}
		p.put(alias + "." + output(i) + " = ")
		if err := p.value(v, additive); err != nil {
			return err
		}
	}
	p.put(")")
	return nil
}
