package erp

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"
	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// The catalog of MariaDB is that of the connection's database, read with four
// statements. The information schema shows what the login has any right on;
// PRIVILEGES says which columns it may read.

const mariadbVersion = `
SELECT CONCAT(VERSION(), ', ', DEFAULT_CHARACTER_SET_NAME, ' ', DEFAULT_COLLATION_NAME) AS version, DEFAULT_COLLATION_NAME AS collation_name
FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = DATABASE()`

const mariadbColumns = `
SELECT c.TABLE_SCHEMA AS schema_name, c.TABLE_NAME AS table_name, t.TABLE_TYPE = 'VIEW' AS is_view,
       COALESCE(t.ENGINE, 'InnoDB') IN ('MyISAM', 'Aria', 'MEMORY', 'CSV', 'ARCHIVE', 'MRG_MyISAM') AS no_rollback,
       c.COLUMN_NAME AS column_name, c.COLUMN_TYPE AS native, c.IS_NULLABLE = 'YES' AS nullable,
       COALESCE(c.COLLATION_NAME, '') AS collation_name, c.EXTRA LIKE '%GENERATED%' OR c.EXTRA LIKE '%auto_increment%' OR COALESCE(c.COLUMN_DEFAULT LIKE 'nextval(%', FALSE) AS computed,
       COALESCE(c.COLUMN_DEFAULT, 'NULL') <> 'NULL' AS has_default
FROM information_schema.COLUMNS AS c
JOIN information_schema.TABLES AS t ON t.TABLE_SCHEMA = c.TABLE_SCHEMA AND t.TABLE_NAME = c.TABLE_NAME
WHERE c.TABLE_SCHEMA = DATABASE() AND t.TABLE_SCHEMA = DATABASE()
  AND t.TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED', 'VIEW') AND FIND_IN_SET('select', c.PRIVILEGES) > 0
ORDER BY c.TABLE_NAME, c.ORDINAL_POSITION`

// mariadbUnique gives the columns of each unique key; a key over an expression
// or over the first characters of a column has a column without a name.
const mariadbUnique = `
SELECT TABLE_SCHEMA AS schema_name, TABLE_NAME AS table_name, INDEX_NAME AS key_name, INDEX_NAME = 'PRIMARY' AS is_primary,
       CASE WHEN SUB_PART IS NULL THEN COALESCE(COLUMN_NAME, '') ELSE '' END AS column_name
FROM information_schema.STATISTICS
WHERE TABLE_SCHEMA = DATABASE() AND NON_UNIQUE = 0
ORDER BY TABLE_NAME, INDEX_NAME = 'PRIMARY' DESC, INDEX_NAME, SEQ_IN_INDEX`

const mariadbForeign = `
SELECT k.TABLE_SCHEMA AS schema_name, k.TABLE_NAME AS table_name, k.CONSTRAINT_NAME AS key_name,
       k.REFERENCED_TABLE_SCHEMA AS ref_schema, k.REFERENCED_TABLE_NAME AS ref_table,
       k.COLUMN_NAME AS column_name, k.REFERENCED_COLUMN_NAME AS ref_column,
       COALESCE(r.DELETE_RULE, 'CASCADE') AS on_delete, COALESCE(r.UPDATE_RULE, 'CASCADE') AS on_update, FALSE AS checked
FROM information_schema.KEY_COLUMN_USAGE AS k
LEFT JOIN information_schema.REFERENTIAL_CONSTRAINTS AS r
  ON r.CONSTRAINT_SCHEMA = k.CONSTRAINT_SCHEMA AND r.TABLE_NAME = k.TABLE_NAME AND r.CONSTRAINT_NAME = k.CONSTRAINT_NAME
WHERE (k.TABLE_SCHEMA = DATABASE() OR k.REFERENCED_TABLE_SCHEMA = DATABASE()) AND k.REFERENCED_TABLE_NAME IS NOT NULL
ORDER BY k.TABLE_SCHEMA, k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION`

func (mariadbEngine) catalog(ctx context.Context, q sqlx.QueryerContext, _ []string, _ zerolog.Logger) (string, []*catalog.Table, error) {
	var server struct {
		Version   string `db:"version"`
		Collation string `db:"collation_name"`
	}
	if err := sqlx.GetContext(ctx, q, &server, mariadbVersion); err != nil {
		return "", nil, fmt.Errorf("version: %w", err)
	}
	var columns []struct {
		Schema     string `db:"schema_name"`
		Table      string `db:"table_name"`
		View       bool   `db:"is_view"`
		Column     string `db:"column_name"`
		Native     string `db:"native"`
		Nullable   bool   `db:"nullable"`
		Collation  string `db:"collation_name"`
		Computed   bool   `db:"computed"`
		Default    bool   `db:"has_default"`
		NoRollback bool   `db:"no_rollback"`
	}
	if err := sqlx.SelectContext(ctx, q, &columns, mariadbColumns); err != nil {
		return "", nil, fmt.Errorf("columns: %w", err)
	}
	var tables shape
	for _, c := range columns {
		if c.Collation == server.Collation {
			c.Collation = ""
		}
		t := tables.table(c.Schema, c.Table, c.View)
		t.NoRollback = c.NoRollback
		t.Columns = append(t.Columns, &catalog.Column{Name: c.Column, Native: c.Native, Type: mariadbType(c.Native),
			Nullable: c.Nullable, Collation: c.Collation, Computed: c.Computed, Default: c.Default})
	}
	var unique []uniqueColumn
	if err := sqlx.SelectContext(ctx, q, &unique, mariadbUnique); err != nil {
		return "", nil, fmt.Errorf("unique keys: %w", err)
	}
	tables.unique(unique)
	var foreign []foreignColumn
	if err := sqlx.SelectContext(ctx, q, &foreign, mariadbForeign); err != nil {
		return "", nil, fmt.Errorf("foreign keys: %w", err)
	}
	tables.foreign(foreign)
	return server.Version, tables.tables, nil
}
