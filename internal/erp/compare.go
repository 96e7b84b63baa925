package erp

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/jmoiron/sqlx"

	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// ComparedAs spells the text expr so that it compares as column does: with the
// column's collation, whatever expr's own is. It gives false where the column
// takes two texts for equal only if they are the same, so that there is nothing
// to ask. q reads PostgreSQL's collations.
func (db *DB) ComparedAs(ctx context.Context, q sqlx.QueryerContext, c *catalog.Catalog, column *catalog.Column, expr string) (string, bool, error) {
	if column.Type.Kind != sqltype.Text {
		return "", false, nil
	}
	name := column.Collation
	switch db.Engine() {
	case catalog.SQLite:
		if name == "" || strings.EqualFold(name, "BINARY") || !collationName.MatchString(name) {
			return "", false, nil
		}
		return expr + " COLLATE " + name, true, nil
	case catalog.Postgres:
		if strings.EqualFold(column.Native, "citext") {
			return "lower(" + expr + ")", true, nil
		}
		return db.comparedInPostgres(ctx, q, name, expr)
	case catalog.MariaDB:
		if name == "" {
			name = defaultCollation(c.Version)
		}
		if strings.HasSuffix(name, "_nopad_bin") || name == "binary" || !collationName.MatchString(name) {
			return "", false, nil
		}
		charset, _, _ := strings.Cut(name, "_")
		return "CONVERT(" + expr + " USING " + charset + ") COLLATE " + name, true, nil
	default:
		if name == "" {
			name = "DATABASE_DEFAULT"
		}
		if !collationName.MatchString(name) {
			return "", false, nil
		}
		return expr + " COLLATE " + name, true, nil
	}
}

// comparedInPostgres: only a nondeterministic collation takes different texts
// for equal (PostgreSQL manual, section 24.2.2.4).
func (db *DB) comparedInPostgres(ctx context.Context, q sqlx.QueryerContext, name, expr string) (string, bool, error) {
	if name == "" {
		return "", false, nil
	}
	var found []string
	err := sqlx.SelectContext(ctx, q, &found, `SELECT n.nspname FROM pg_catalog.pg_collation c
		JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace WHERE c.collname = $1 AND NOT c.collisdeterministic`, name)
	if err != nil {
		return "", false, fmt.Errorf("ask what collation %s takes for equal: %w", name, err)
	}
	if len(found) == 0 {
		return "", false, nil
	}
	return expr + " COLLATE " + db.Quote(found[0], name), true, nil
}

// collationName is what a collation's name may be made of to stand in a
// statement of ours.
var collationName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]*$`)

// defaultCollation is the database's, which MariaDB's catalog tells as the last
// word of its version.
func defaultCollation(version string) string {
	words := strings.Fields(version)
	if len(words) == 0 {
		return ""
	}
	return words[len(words)-1]
}
