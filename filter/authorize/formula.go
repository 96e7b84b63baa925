package authorize

import (
	"slices"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// formulas tells whether a request reads what the ERP computes where it is read: a
// view, or a column that is not stored. The formula is the ERP's own, and can
// fail, or cost, on a row of others as anything can that the request computes; so
// it stands behind a fence, and the conditions that need its value on the near side.
func formulas(readings map[*querytree.Scan]querytree.Reading, engine catalog.Engine) bool {
	for s := range readings {
		if s.Table.View || slices.ContainsFunc(s.Used, func(c *catalog.Column) bool { return computed(c, s.Table, engine) }) {
			return true
		}
	}
	return false
}

// computed tells whether a column may be computed where it is read. PostgreSQL
// says which of them it does not store. SQL Server tells those that have a formula from the
// numbers that it gives out, of which keys are made; whether it stores one says
// nothing, as it writes the formula out and looks for the column after that.
func computed(c *catalog.Column, t *catalog.Table, engine catalog.Engine) bool {
	return t.View || c != nil && (c.Virtual || c.Computed && (engine == catalog.MariaDB || engine == catalog.SQLite))
}

// tests tells whether the row policy itself needs a column's value, of every row.
func tests(policy *querytree.Policy, c *catalog.Column) bool {
	found := false
	querytree.WalkExpr(policy.Where, querytree.Visitor{Expr: func(x querytree.Expr) {
		ref, ok := x.(*querytree.ColumnRef)
		found = found || ok && c != nil && ref.Col != nil && ref.Source == querytree.Source(policy.Self) && ref.Col.Name == c.Name
	}})
	return found
}
