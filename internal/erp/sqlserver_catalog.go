package erp

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// The catalog of SQL Server is read with four statements. The server shows the
// metadata of what the login has any right on; each column is asked for again,
// because a right may be given or denied for it alone.

const sqlserverVersion = `
SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)) + N' ' + COALESCE(CAST(SERVERPROPERTY('Edition') AS nvarchar(128)), N'')
       + N', compatibility ' + CAST(d.compatibility_level AS nvarchar(10)) AS server_version,
       COALESCE(CAST(d.collation_name AS nvarchar(128)), N'') AS collation_name,
       CAST(d.snapshot_isolation_state AS int) AS snapshots
FROM sys.databases AS d WHERE d.database_id = DB_ID()`

// sqlserverColumns gives a row per column of the site's own tables and views.
// A type that a site has named itself is resolved to the system's below it;
// types of the runtime, such as geography, have a name of their own only.
const sqlserverColumns = `
SELECT s.name AS schema_name, o.name AS table_name, CASE WHEN o.type = 'V' THEN 1 ELSE 0 END AS is_view,
       c.name AS column_name, COALESCE(TYPE_NAME(c.system_type_id), TYPE_NAME(c.user_type_id), N'') AS type_name,
       CAST(c.max_length AS int) AS max_length, CAST(c.[precision] AS int) AS digits, CAST(c.scale AS int) AS decimals,
       CASE WHEN c.is_nullable = 1 THEN 1 ELSE 0 END AS nullable, CASE WHEN c.is_computed = 1 OR c.is_identity = 1 OR c.system_type_id = 189 THEN 1 ELSE 0 END AS computed,
       CASE WHEN c.is_computed = 1 THEN 1 ELSE 0 END AS is_virtual, CASE WHEN c.default_object_id <> 0 THEN 1 ELSE 0 END AS has_default,
       COALESCE(c.collation_name, N'') AS collation_name,
       COALESCE(CAST(COLLATIONPROPERTY(c.collation_name, 'CodePage') AS int), 0) AS code_page,
       COALESCE(CAST(COLLATIONPROPERTY(CAST(DATABASEPROPERTYEX(DB_NAME(), 'Collation') AS nvarchar(128)), 'CodePage') AS int), 0) AS database_code_page
FROM sys.objects AS o
JOIN sys.schemas AS s ON s.schema_id = o.schema_id
JOIN sys.columns AS c ON c.object_id = o.object_id
WHERE o.type IN ('U', 'V') AND o.is_ms_shipped = 0
  AND HAS_PERMS_BY_NAME(QUOTENAME(s.name) + N'.' + QUOTENAME(o.name), 'OBJECT', 'SELECT', c.name, 'COLUMN') = 1
ORDER BY s.name, o.name, c.column_id`

// sqlserverUnique leaves out keys that hold for some rows only, and those that
// are switched off.
const sqlserverUnique = `
SELECT s.name AS schema_name, o.name AS table_name, i.name AS key_name, CASE WHEN i.is_primary_key = 1 THEN 1 ELSE 0 END AS is_primary, c.name AS column_name
FROM sys.indexes AS i
JOIN sys.objects AS o ON o.object_id = i.object_id
JOIN sys.schemas AS s ON s.schema_id = o.schema_id
JOIN sys.index_columns AS ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id
JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
WHERE o.type = 'U' AND o.is_ms_shipped = 0 AND i.is_unique = 1 AND i.has_filter = 0 AND i.is_disabled = 0 AND i.is_hypothetical = 0
  AND ic.key_ordinal > 0
ORDER BY s.name, o.name, i.is_primary_key DESC, i.name, ic.key_ordinal`

const sqlserverForeign = `
SELECT s.name AS schema_name, o.name AS table_name, f.name AS key_name, rs.name AS ref_schema, ro.name AS ref_table,
       c.name AS column_name, rc.name AS ref_column,
       f.delete_referential_action_desc AS on_delete, f.update_referential_action_desc AS on_update,
       CASE WHEN f.is_not_trusted = 0 THEN 1 ELSE 0 END AS checked
FROM sys.foreign_keys AS f
JOIN sys.objects AS o ON o.object_id = f.parent_object_id
JOIN sys.schemas AS s ON s.schema_id = o.schema_id
JOIN sys.objects AS ro ON ro.object_id = f.referenced_object_id
JOIN sys.schemas AS rs ON rs.schema_id = ro.schema_id
JOIN sys.foreign_key_columns AS k ON k.constraint_object_id = f.object_id
JOIN sys.columns AS c ON c.object_id = k.parent_object_id AND c.column_id = k.parent_column_id
JOIN sys.columns AS rc ON rc.object_id = k.referenced_object_id AND rc.column_id = k.referenced_column_id
WHERE o.is_ms_shipped = 0 AND f.is_disabled = 0
ORDER BY s.name, o.name, f.name, k.constraint_column_id`

// sqlserverKeysShown tells whether the login sees the foreign keys of every table.
// Otherwise it sees those of the tables on which it has some right.
const sqlserverKeysShown = `
SELECT CAST(CASE WHEN HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'VIEW DEFINITION') = 1 OR IS_SRVROLEMEMBER('sysadmin') = 1 THEN 1 ELSE 0 END AS bit)`

func (sqlserverEngine) catalog(ctx context.Context, q sqlx.QueryerContext, schemas []string, _ zerolog.Logger) (string, []*catalog.Table, error) {
	var server struct {
		Version   string `db:"server_version"`
		Collation string `db:"collation_name"`
		Snapshots int    `db:"snapshots"`
	}
	if err := sqlx.GetContext(ctx, q, &server, sqlserverVersion); err != nil {
		return "", nil, fmt.Errorf("version: %w", err)
	}
	var columns []struct {
		Schema string `db:"schema_name"`
		Table  string `db:"table_name"`
		View   bool   `db:"is_view"`
		Column string `db:"column_name"`
		sqlserverColumn
		Nullable  bool   `db:"nullable"`
		Computed  bool   `db:"computed"`
		Virtual   bool   `db:"is_virtual"`
		Default   bool   `db:"has_default"`
		Collation string `db:"collation_name"`
	}
	if err := sqlx.SelectContext(ctx, q, &columns, sqlserverColumns); err != nil {
		return "", nil, fmt.Errorf("columns: %w", err)
	}
	wanted := func(schema string) bool {
		return len(schemas) == 0 || slices.ContainsFunc(schemas, func(s string) bool { return strings.EqualFold(s, schema) })
	}
	var tables shape
	for _, c := range columns {
		if !wanted(c.Schema) {
			continue
		}
		if c.Collation == server.Collation {
			c.Collation = ""
		}
		t := tables.table(c.Schema, c.Table, c.View)
		t.Columns = append(t.Columns, &catalog.Column{Name: c.Column, Native: sqlserverNative(c.sqlserverColumn), Type: sqlserverType(c.sqlserverColumn),
			Nullable: c.Nullable, Collation: c.Collation, Computed: c.Computed, Virtual: c.Virtual, Default: c.Default})
	}
	var unique []uniqueColumn
	if err := sqlx.SelectContext(ctx, q, &unique, sqlserverUnique); err != nil {
		return "", nil, fmt.Errorf("unique keys: %w", err)
	}
	tables.unique(unique)
	var foreign []foreignColumn
	if err := sqlx.SelectContext(ctx, q, &foreign, sqlserverForeign); err != nil {
		return "", nil, fmt.Errorf("foreign keys: %w", err)
	}
	tables.foreign(foreign)
	var shown bool
	if err := sqlx.GetContext(ctx, q, &shown, sqlserverKeysShown); err != nil {
		return "", nil, fmt.Errorf("right to see foreign keys: %w", err)
	}
	if !shown {
		tables.hidden("VIEW DEFINITION")
	}
	isolation := "read committed"
	if server.Snapshots == 1 {
		isolation = "snapshots"
	}
	return server.Version + ", " + server.Collation + ", " + isolation, tables.tables, nil
}
