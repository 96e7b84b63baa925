package sqlprint

import (
	"slices"
	"strings"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/sqlfunc"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// byAlias prints an expression of HAVING as the select list's column that it
// is. One that is only grouped by has no alias there.
func (p *printer) byAlias(x querytree.Expr) (done bool, err error) {
	switch x := x.(type) {
	case *querytree.ColumnRef, *querytree.Number, *querytree.Param, *querytree.Null, *querytree.Bool:
		return false, nil
	case *querytree.Call:
		if x.Func.Class == sqlfunc.Aggregate {
			return false, nil
		}
	}
	for i, item := range p.having.Items {
		if querytree.Equal(item, x) {
			if !onlyTables(p.having.From) || uses(p.having.From, output(i)) { // whose columns have generated names, too
				return false, &Unsupported{"HAVING takes an expression over a subquery or a WITH on this engine not at all: name it in a derived table, and filter that"}
			}
			p.put(output(i))
			return true, nil
		}
	}
	for _, by := range p.having.GroupBy {
		if querytree.Equal(by, x) {
			return false, &Unsupported{"HAVING takes a grouped expression on this engine only where the select list has it, too"}
		}
	}
	return false, nil
}

// uses tells whether a base table of a FROM clause has a column in use of that name:
// the server would take the name for that one, where the block groups by it.
func uses(s querytree.Source, name string) bool {
	switch s := s.(type) {
	case *querytree.Scan:
		return slices.ContainsFunc(s.Used, func(c *catalog.Column) bool { return strings.EqualFold(c.Name, name) })
	case *querytree.Join:
		return uses(s.Left, name) || uses(s.Right, name)
	}
	return false
}

// onlyTables tells whether a FROM clause is made of base tables.
func onlyTables(s querytree.Source) bool {
	switch s := s.(type) {
	case *querytree.Scan:
		return true
	case *querytree.Join:
		return onlyTables(s.Left) && onlyTables(s.Right)
	}
	return s == nil
}
