package sqlprint

import (
	"fmt"
	"strings"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/sqltype"
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
