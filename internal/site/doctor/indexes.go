package doctor

import (
	"context"
	"fmt"
	"strings"

	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/config"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// indexed tells what a table's indexes begin with: the first column of each
// that holds for every row.
type indexed interface {
	indexes(ctx context.Context, t *catalog.Table) (firstColumns []string, err error)
	createIndex(t *catalog.Table, column string) string
}

// Indexes looks for the indexes that a view's row filters need in a dossier.
func Indexes(ctx context.Context, db *erp.DB, d config.Dossier, v *view.View) []Finding {
	return checkIndexes(ctx, serverOf(db, d), d.ERP, v)
}

// checkIndexes finds the tables that every request of a customer would read
// from end to end, because nothing leads from the customer to its rows.
func checkIndexes(ctx context.Context, s indexed, kind string, v *view.View) []Finding {
	var all []Finding
	served := 0
	for _, t := range v.Tables {
		if t.Catalog.View {
			continue // its tables' indexes serve it, or none does
		}
		columns := filterColumns(t.Policy)
		if len(columns) == 0 {
			continue
		}
		first, err := s.indexes(ctx, t.Catalog)
		if err != nil {
			return append(all, unknown("index.unknown", "the indexes of "+t.Catalog.Name, err)...)
		}
		if len(t.Catalog.PrimaryKey) > 0 {
			first = append(first, t.Catalog.PrimaryKey[0])
		}
		for _, c := range columns {
			if has(first, c.Name) {
				served++
				continue
			}
			all = append(all, missingIndex(s, kind, t.Catalog, c.Name, first))
		}
	}
	if len(all) == 0 && served > 0 {
		all = append(all, fine("index.present", "the row filters of profile %s find their rows by an index", v.Profile.Name))
	}
	return all
}

func missingIndex(s indexed, kind string, t *catalog.Table, column string, first []string) Finding {
	what := fmt.Sprintf("no index of %s begins with %s, by which each customer's rows are found: every request reads the whole table", t.Name, column)
	remedy := "Where the table is large, let who looks after the ERP run: " + s.createIndex(t, column)
	if kind == "sage100" {
		if shadow := "cb" + column; has(first, shadow) {
			what += fmt.Sprintf("; Sage's own index on the binary shadow %s does not serve a filter on %s", shadow, column)
		}
		remedy += "\nSage's own indexes stand on its shadow columns (cb…) and stay as they are; ask who maintains Sage before adding one."
	}
	return found(Warning, "index.missing", remedy, "%s", what)
}

// createIndex spells a CREATE INDEX of a name that tells whose it is.
func (f facts) createIndex(t *catalog.Table, column string) string {
	return fmt.Sprintf("CREATE INDEX %s ON %s (%s);", f.db.Quote("vantelle_"+t.Name+"_"+column), f.db.Quote(t.Schema, t.Name), f.db.Quote(column))
}

func has(names []string, name string) bool {
	for _, n := range names {
		if strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}
