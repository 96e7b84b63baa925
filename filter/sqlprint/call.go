package sqlprint

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/sqlfunc"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

func argTypes(args []querytree.Expr) []sqltype.Type {
	out := make([]sqltype.Type, len(args))
	for i, a := range args {
		out[i] = a.Type()
	}
	return out
}

// call prints a function by its engine's template.
func (p *printer) call(x *querytree.Call) error {
	if x.Func.Class == sqlfunc.Aggregate { // what it computes over has no alias, and is there in every grouping set
		defer func(having *querytree.Select, in *armOf) { p.having, p.in = having, in }(p.having, p.in)
		p.having, p.in = nil, nil
	}
	if x.Func.Name == "CONCAT" && !p.concatFunction() {
		return p.concatWithoutNulls(x)
	}
	template := x.Func.Template(p.engine(), x.Unit, argTypes(x.Args)...)
	if x.Func.Name == "CONCAT" && p.concatOperator() == "" {
		template = "CONCAT_WS('', {*})"
	}
	if x.Distinct { // of the aggregate itself, not of a cast inside it
		name, rest, _ := strings.Cut(template, "(")
		p.put(name + "(DISTINCT ")
		template = rest
	}
	if (x.Over != nil || x.Filter != nil) && !strings.Contains(template, "{over}") {
		template += "{over}"
	}
	for template != "" {
		before, rest, found := strings.Cut(template, "{")
		p.put(before)
		if !found {
			break
		}
		what, after, _ := strings.Cut(rest, "}")
		template = after
		if err := p.slot(x, what); err != nil {
			return err
		}
	}
	return nil
}

// slot prints what stands in a template between braces; see sqlfunc.Func.
func (p *printer) slot(x *querytree.Call, what string) error {
	switch {
	case strings.Contains(what, ","): // a count of a regular expression
		p.put("{" + what + "}")
		return nil
	case what == "over":
		return p.over(x)
	case what == "order":
		return p.orderBy(x.OrderBy, nil)
	case what == "within":
		if len(x.OrderBy) == 0 {
			return nil
		}
		p.put(" WITHIN GROUP (")
		err := p.orderBy(x.OrderBy, nil)
		p.put(")")
		return err
	case what == "separator":
		return p.separator(x)
	case x.Star && x.Filter != nil && !p.filterClause():
		return p.filtered(x.Filter, &querytree.Number{Text: "1", T: sqltype.Type{Kind: sqltype.Int, Bits: 32}})
	case x.Star:
		p.put("*")
		return nil
	case what == "*":
		for i := range x.Args {
			if i > 0 {
				p.put(", ")
			}
			if err := p.argument(x, i, lowest); err != nil {
				return err
			}
		}
		return nil
	}
	least := lowest
	if strings.HasSuffix(what, "!") {
		least = atom
	}
	i, err := strconv.Atoi(strings.TrimSuffix(what, "!"))
	if err != nil || i >= len(x.Args) {
		return fmt.Errorf("sqlprint: template of %s wants argument %d", x.Func.Name, i)
	}
	return p.argument(x, i, least)
}

// separators are the characters that MariaDB is given between the values of
// GROUP_CONCAT, where it takes no parameter: printed from here, never from a
// request's text.
const separators = " ,;:|/+-_.#*~=<>&()"

func (p *printer) separator(x *querytree.Call) error {
	text := ","
	if len(x.Args) > 1 {
		if param, ok := x.Args[1].(*querytree.Param); ok {
			text = param.Slot.Value
		}
	}
	p.put("'")
	for _, c := range text {
		i := strings.IndexRune(separators, c)
		switch {
		case i >= 0:
			p.put(separators[i : i+1])
		case c == '\n':
			p.put(`\n`)
		case c == '\t':
			p.put(`\t`)
		default:
			return &Unsupported{"between the values of " + x.Func.Name + " this engine takes blanks, line ends and " + strings.TrimSpace(separators)}
		}
	}
	p.put("'")
	return nil
}

// argument prints an argument. An aggregate's FILTER is a CASE around its first
// one where the engine has no FILTER: aggregates pass over NULLs.
func (p *printer) argument(x *querytree.Call, i, least int) error {
	if i == 0 && x.Filter != nil && !p.filterClause() {
		return p.filtered(x.Filter, x.Args[0])
	}
	if ref, ok := x.Args[i].(*querytree.ColumnRef); ok && !ref.NotNull && x.Func.Name == "COUNT" && x.Over != nil && p.engine() == catalog.MariaDB {
		// MariaDB counts the NULLs that an outer join makes of a column declared NOT NULL.
		return p.filtered(&querytree.Is{X: ref, Not: true, What: "NULL"}, ref)
	}
	return p.value(x.Args[i], least)
}

func (p *printer) filtered(cond, x querytree.Expr) error {
	p.put("CASE WHEN ")
	if err := p.filter(cond); err != nil {
		return err
	}
	p.put(" THEN ")
	if err := p.expr(x); err != nil {
		return err
	}
	p.put(" END")
	return nil
}

// over prints FILTER and OVER.
func (p *printer) over(x *querytree.Call) error {
	if x.Filter != nil && p.filterClause() {
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
	if f := x.Over.Frame; f != nil {
		p.put(" " + f.Unit + " BETWEEN ")
		if err := p.frameBound(f.Start); err != nil {
			return err
		}
		p.put(" AND ")
		if err := p.frameBound(f.End); err != nil {
			return err
		}
	}
	p.put(")")
	return nil
}

func (p *printer) frameBound(b querytree.FrameBound) error {
	if b.N != nil {
		if err := p.expr(b.N); err != nil {
			return err
		}
		p.put(" ")
	}
	p.put(b.Kind)
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
		compared := []querytree.Expr{x.Operand}
		for _, w := range x.Whens {
			compared = append(compared, w.Cond)
		}
		p.put(p.exactly(compared))
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
