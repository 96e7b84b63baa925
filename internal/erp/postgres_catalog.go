package erp

import (
	"context"
	"fmt"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// The catalog of PostgreSQL is read with three statements however many tables
// there are. Rights are asked of the server for every column, so that what the
// login may not read is not known here either.

// postgresColumns gives a row per column of the tables, partitioned tables,
// views and materialised views of the schemas. A domain is resolved to the
// type below it; its own name stays in native.
const postgresColumns = `
WITH RECURSIVE domain(oid, base, typmod) AS (
  SELECT t.oid, t.typbasetype, t.typtypmod FROM pg_catalog.pg_type t WHERE t.typtype = 'd'
  UNION ALL
  SELECT d.oid, t.typbasetype, CASE WHEN d.typmod = -1 THEN t.typtypmod ELSE d.typmod END
  FROM domain d JOIN pg_catalog.pg_type t ON t.oid = d.base AND t.typtype = 'd'
), concrete AS (
  SELECT d.oid, d.base, d.typmod FROM domain d JOIN pg_catalog.pg_type t ON t.oid = d.base AND t.typtype <> 'd'
)
SELECT n.nspname AS schema_name, c.relname AS table_name, c.relkind IN ('v', 'm') AS is_view,
       EXISTS (SELECT 1 FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid OR i.inhparent = c.oid) AS kin,
       a.attname AS column_name, pg_catalog.format_type(a.atttypid, a.atttypmod) AS native,
       bn.nspname AS type_schema, b.typname AS type_name, COALESCE(d.typmod, a.atttypmod) AS typmod,
       a.attnotnull AS not_null, a.attgenerated <> '' OR a.attidentity <> '' OR COALESCE(pg_catalog.pg_get_expr(ad.adbin, ad.adrelid) LIKE 'nextval(%', FALSE) AS computed,
       a.attgenerated = 'v' AS virtual, a.atthasdef OR b.typdefault IS NOT NULL OR ty.typdefault IS NOT NULL AS has_default,
       c.relkind = 'r' AND EXISTS (SELECT 1 FROM pg_catalog.pg_inherits i WHERE i.inhparent = c.oid) AS keyless,
       CASE WHEN a.attcollation = 0 OR co.collname = 'default' THEN '' ELSE co.collname END AS collation_name,
       COALESCE(pg_catalog.to_jsonb(co) ->> 'collisdeterministic', 'true') = 'false'
         AND pg_catalog.current_setting('server_version_num')::int < 180000 AS folding
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN concrete d ON d.oid = a.atttypid
JOIN pg_catalog.pg_type b ON b.oid = COALESCE(d.base, a.atttypid)
JOIN pg_catalog.pg_type ty ON ty.oid = a.atttypid
JOIN pg_catalog.pg_namespace bn ON bn.oid = b.typnamespace
LEFT JOIN pg_catalog.pg_collation co ON co.oid = a.attcollation
LEFT JOIN pg_catalog.pg_attrdef ad ON ad.adrelid = a.attrelid AND ad.adnum = a.attnum
WHERE n.nspname = ANY (pg_catalog.string_to_array($1, pg_catalog.chr(31)))
  AND n.nspname NOT LIKE 'pg\_%' AND n.nspname <> 'information_schema'
  AND c.relkind IN ('r', 'p', 'v', 'm')
  AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
  AND pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT')
ORDER BY n.nspname, c.relname, a.attnum`

// postgresUnique gives a row per column of each unique key that holds for all
// rows: no partial index, none over expressions, none left invalid.
const postgresUnique = `
SELECT n.nspname AS schema_name, c.relname AS table_name, ic.relname AS key_name,
       i.indisprimary AS is_primary, a.attname AS column_name
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid
JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN LATERAL pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY AS k(attnum, ord) ON k.ord <= i.indnkeyatts
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
WHERE n.nspname = ANY (pg_catalog.string_to_array($1, pg_catalog.chr(31)))
  AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
ORDER BY n.nspname, c.relname, i.indisprimary DESC, ic.relname, k.ord`

// postgresForeign gives a row per column of each foreign key. That one is validated
// does not tell that every row points at one: who loads data switches its triggers
// off, and nothing looks at those rows when they are on again.
const postgresForeign = `
SELECT n.nspname AS schema_name, c.relname AS table_name, con.conname AS key_name,
       fn.nspname AS ref_schema, fc.relname AS ref_table, a.attname AS column_name, fa.attname AS ref_column,
       con.confdeltype::text AS on_delete, con.confupdtype::text AS on_update, FALSE AS checked
FROM pg_catalog.pg_constraint con
JOIN pg_catalog.pg_class c ON c.oid = con.conrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class fc ON fc.oid = con.confrelid
JOIN pg_catalog.pg_namespace fn ON fn.oid = fc.relnamespace
JOIN LATERAL ROWS FROM (pg_catalog.unnest(con.conkey), pg_catalog.unnest(con.confkey)) WITH ORDINALITY AS k(num, ref, ord) ON TRUE
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.num
JOIN pg_catalog.pg_attribute fa ON fa.attrelid = fc.oid AND fa.attnum = k.ref
WHERE con.contype = 'f' AND (n.nspname = ANY (pg_catalog.string_to_array($1, pg_catalog.chr(31))) OR fn.nspname = ANY (pg_catalog.string_to_array($1, pg_catalog.chr(31))))
ORDER BY n.nspname, c.relname, con.conname, k.ord`

func (postgresEngine) catalog(ctx context.Context, q sqlx.QueryerContext, schemas []string, _ zerolog.Logger) (string, []*catalog.Table, error) {
	if len(schemas) == 0 {
		schemas = []string{"public"}
	}
	list := strings.Join(schemas, "\x1f")

	var version string
	if err := sqlx.GetContext(ctx, q, &version, `SELECT pg_catalog.current_setting('server_version')`); err != nil {
		return "", nil, fmt.Errorf("version: %w", err)
	}
	var columns []struct {
		Schema     string `db:"schema_name"`
		Table      string `db:"table_name"`
		View       bool   `db:"is_view"`
		Kin        bool   `db:"kin"`
		Keyless    bool   `db:"keyless"`
		Default    bool   `db:"has_default"`
		Column     string `db:"column_name"`
		Native     string `db:"native"`
		TypeSchema string `db:"type_schema"`
		TypeName   string `db:"type_name"`
		Modifier   int    `db:"typmod"`
		NotNull    bool   `db:"not_null"`
		Collation  string `db:"collation_name"`
		Folding    bool   `db:"folding"`
		Computed   bool   `db:"computed"`
		Virtual    bool   `db:"virtual"`
	}
	if err := sqlx.SelectContext(ctx, q, &columns, postgresColumns, list); err != nil {
		return "", nil, fmt.Errorf("columns: %w", err)
	}
	var tables shape
	for _, c := range columns {
		t := tables.table(c.Schema, c.Table, c.View)
		t.Kin = c.Kin
		typ := postgresType(c.TypeSchema, c.TypeName, c.Modifier)
		typ.Folding = c.Folding && typ.Kind == sqltype.Text
		t.Columns = append(t.Columns, &catalog.Column{
			Name: c.Column, Native: c.Native, Nullable: !c.NotNull, Collation: c.Collation, Computed: c.Computed, Virtual: c.Virtual, Default: c.Default, Type: typ,
		})
	}
	var unique []uniqueColumn
	if err := sqlx.SelectContext(ctx, q, &unique, postgresUnique, list); err != nil {
		return "", nil, fmt.Errorf("unique keys: %w", err)
	}
	tables.unique(unique)
	for _, c := range columns {
		if c.Keyless { // its children's rows are read with it, and have keys of their own
			t := tables.table(c.Schema, c.Table, c.View)
			t.PrimaryKey, t.Unique = nil, nil
		}
	}
	var foreign []foreignColumn
	if err := sqlx.SelectContext(ctx, q, &foreign, postgresForeign, list); err != nil {
		return "", nil, fmt.Errorf("foreign keys: %w", err)
	}
	tables.foreign(foreign)
	return version, tables.tables, nil
}
