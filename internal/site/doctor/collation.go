package doctor

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// comparer counts the values of a column that more than one row has, as the
// column's collation compares them.
type comparer interface {
	alike(ctx context.Context, t *catalog.Table, column string) (int, error)
}

// customerColumn is where an ERP keeps what its rows name a customer by. Odoo
// and Dolibarr name them by number.
func customerColumn(kind string) (table, column string) {
	if kind == "sage100" {
		return "F_COMPTET", "CT_Num"
	}
	return "", ""
}

// checkCollation finds customers whom the ERP's own comparison takes for one.
func checkCollation(ctx context.Context, c comparer, kind string, v *view.View) []Finding {
	table, column := customerColumn(kind)
	t := v.Catalog.Table("", table)
	if t == nil || t.Column(column) == nil || t.Column(column).Type.Kind != sqltype.Text {
		return nil
	}
	name := collationOf(v.Catalog, t.Column(column))
	what := fmt.Sprintf("%s.%s compares by %s", t.Name, column, name)
	if !loose(v.Catalog.Engine, name) {
		return []Finding{fine("collation.exact", "%s: two codes are equal only where they are the same", what)}
	}
	n, err := c.alike(ctx, t, column)
	switch {
	case err != nil:
		return unknown("collation.unknown", "whether two customers are equal under "+name, err)
	case n > 0:
		return []Finding{found(Error, "collation.customers_equal", "Rename all but one of them in the ERP: a filter on one would match the other's rows too.",
			"%s, and %s stand for more than one customer", what, counted(n, "code"))}
	}
	return []Finding{found(Note, "collation.loose", "", "%s, which takes different spellings for equal; no two customers are equal under it", what)}
}

// collationOf is a column's collation, or the database's where it has none of
// its own; the catalogs of MariaDB and SQL Server tell that one beside the
// version.
func collationOf(cat *catalog.Catalog, c *catalog.Column) string {
	if c.Collation != "" {
		return c.Collation
	}
	for part := range strings.SplitSeq(cat.Version, ", ") {
		words := strings.Fields(part)
		if last := len(words) - 1; last >= 0 && collationForm.MatchString(words[last]) {
			return words[last]
		}
	}
	switch cat.Engine {
	case catalog.SQLite:
		return "BINARY"
	case catalog.Postgres:
		return "the database's own collation"
	}
	return "an unknown collation"
}

// collationForm is what names of collations look like on MariaDB
// (utf8mb4_general_ci) and SQL Server (French_CI_AS).
var collationForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)+$`)

// loose tells whether a collation may take two texts for equal that differ.
// PostgreSQL's databases never do; a single column's nondeterministic
// collation may, and cannot be told by its name.
func loose(engine catalog.Engine, name string) bool {
	upper := strings.ToUpper(name)
	switch engine {
	case catalog.SQLite:
		return upper != "BINARY"
	case catalog.Postgres:
		return upper != "C" && upper != "POSIX" && name != "the database's own collation"
	case catalog.SQLServer:
		return !strings.HasSuffix(upper, "_BIN") && !strings.HasSuffix(upper, "_BIN2")
	}
	return !strings.HasSuffix(upper, "_BIN")
}
