package sqlprint

import (
	"fmt"
	"strconv"

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
	"/": atom, "%": atom, // printed in parentheses, or as a function
}

func prec(x querytree.Expr) int {
	switch x := x.(type) {
	case *querytree.Op:
		return opPrec[x.Op]
	case *querytree.Is, *querytree.Between, *querytree.InList, *querytree.InQuery, *querytree.Quantified, *querytree.Like:
		return comparison
	}
	return atom
}

// expr prints x as a value.
func (p *printer) expr(x querytree.Expr) error { return p.value(x, lowest) }

// value prints x as a value in a place that wants at least the given binding.
func (p *printer) value(x querytree.Expr, least int) error {
	saved, below := p.unknown, p.belowNot
	p.unknown, p.belowNot = staysUnknown, false
	defer func() { p.unknown, p.belowNot = saved, below }()
	if isPredicate(x) && !p.booleans() {
		p.put("CAST(CASE WHEN ")
		p.unknown = actsAsFalse
		if err := p.condition(x, lowest); err != nil {
			return err
		}
		p.put(" THEN 1 WHEN NOT (")
		p.unknown = actsAsFalse.negated()
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
	case *querytree.Is, *querytree.Between, *querytree.InList, *querytree.InQuery, *querytree.Quantified, *querytree.Like, *querytree.Exists, *querytree.Bool:
		return true
	}
	return false
}

func (p *printer) node(x querytree.Expr, least int) error {
	if p.nodes++; p.nodes > maxNodes {
		return ErrTooLong
	}
	if p.in != nil && p.inArm(x) {
		return nil
	}
	if p.having != nil {
		if done, err := p.byAlias(x); done || err != nil {
			return err
		}
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
	case *querytree.Depth:
		return p.depth(x)
	case *querytree.Quantified:
		return p.quantified(x)
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
	if !p.seesOut() && p.levels[x.Source] < p.level {
		return &Unsupported{"a derived table, or a subquery with a set operation or LIMIT, cannot read columns of the query around it on this engine: join instead"}
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
		saved, below := p.unknown, p.belowNot
		p.unknown, p.belowNot = saved.negated(), true
		err := p.condition(x.Args[0], comparison)
		p.unknown, p.belowNot = saved, below
		return err
	case "AND", "OR":
		return p.chain(x.Op, x.Args, own)
	case "IS DISTINCT FROM", "IS NOT DISTINCT FROM":
		return p.distinctFrom(p, x)
	}
	if x.Guarded {
		return p.guarded(x)
	}
	return p.operation(x)
}

// operation prints an operator that takes values and gives one.
func (p *printer) operation(x *querytree.Op) error {
	own := opPrec[x.Op]
	word := x.Op
	if word == "/" || word == "%" {
		before, between, after := p.division(word, x.T)
		return p.around(before, x.Args[0], between, x.Args[1], after)
	}
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
		if i == 0 && own == comparison {
			p.put(p.exactly(x.Args))
		}
	}
	return nil
}

// exactly gives what stands behind the first of values that are compared with
// each other where none of them is of a table's column: their own collation would be the
// database's, to which b may be B and é e.
func (p *printer) exactly(xs []querytree.Expr) string {
	collation := p.exactCollation()
	if collation == "" || xs[0].Type().Kind != sqltype.Text {
		return ""
	}
	for _, x := range xs {
		if readsStored(x, nil) {
			return ""
		}
	}
	return " COLLATE " + collation
}

// around prints two operands between three words.
func (p *printer) around(before string, a querytree.Expr, between string, b querytree.Expr, after string) error {
	p.put(before)
	if err := p.value(a, atom); err != nil {
		return err
	}
	p.put(between)
	if err := p.value(b, atom); err != nil {
		return err
	}
	p.put(after)
	return nil
}

// guarded prints arithmetic whose result the engine's type may not hold: as
// floats, which hold the size of every result, it is seen whether it fits.
func (p *printer) guarded(x *querytree.Op) error {
	between, after := " AS float) "+x.Op+" CAST(", " AS float)"
	if x.Op == "/" {
		between, after = " AS float) / NULLIF(CAST(", " AS float), 0)"
	}
	if err := p.around("CASE WHEN ABS(CAST(", x.Args[0], between, x.Args[1], after); err != nil {
		return err
	}
	p.put(") < 1E30 THEN CAST(") // the server would choose the decimals it cuts away itself
	if err := p.operation(x); err != nil {
		return err
	}
	p.put(" AS decimal(38, " + strconv.Itoa(x.T.Scale) + ")) END")
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
