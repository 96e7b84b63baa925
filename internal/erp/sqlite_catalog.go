package erp

import (
	"context"
	"fmt"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// sqliteTables leaves out virtual tables, whose modules run code, and what
// they and SQLite itself keep behind them.
const sqliteTables = `
SELECT l.name AS name, l.type = 'view' AS is_view, COALESCE(m.sql, '') AS ddl, l.wr AS without_rowid
FROM pragma_table_list AS l JOIN sqlite_schema AS m ON m.name = l.name AND m.type = l.type
WHERE l.schema = 'main' AND l.type IN ('table', 'view') AND l.name NOT LIKE 'sqlite\_%' ESCAPE '\'
ORDER BY l.name`

// sqliteColumns gives the columns of one table; hidden = 1 are those that a
// virtual table keeps to itself, 2 and 3 are computed and may be read.
const sqliteColumns = `
SELECT name, type, [notnull] AS not_null, pk, hidden IN (2, 3) AS computed, dflt_value IS NOT NULL AS has_default FROM pragma_table_xinfo(?) WHERE hidden <> 1 ORDER BY cid`

const sqliteUnique = `
SELECT l.name AS key_name, i.name AS column_name
FROM pragma_index_list(?) AS l JOIN pragma_index_info(l.name) AS i
WHERE l.[unique] = 1 AND l.partial = 0 AND l.origin <> 'pk'
ORDER BY l.name, i.seqno`

const sqliteForeign = `
SELECT id AS key_id, [table] AS ref_table, [from] AS column_name, [to] AS ref_column, on_delete, on_update
FROM pragma_foreign_key_list(?) ORDER BY id, seq`

func (e sqliteEngine) catalog(ctx context.Context, q sqlx.QueryerContext, _ []string, log zerolog.Logger) (string, []*catalog.Table, error) {
	var version string
	if err := sqlx.GetContext(ctx, q, &version, `SELECT sqlite_version()`); err != nil {
		return "", nil, fmt.Errorf("version: %w", err)
	}
	var list []struct {
		Name         string `db:"name"`
		View         bool   `db:"is_view"`
		DDL          string `db:"ddl"`
		WithoutRowid bool   `db:"without_rowid"`
	}
	if err := sqlx.SelectContext(ctx, q, &list, sqliteTables); err != nil {
		return "", nil, fmt.Errorf("tables: %w", err)
	}
	var tables []*catalog.Table
	for _, l := range list {
		t := &catalog.Table{Name: l.Name, View: l.View}
		if err := sqliteTable(ctx, q, t, l.DDL, l.WithoutRowid); err != nil {
			if l.View && ctx.Err() == nil {
				// A view over something that is gone: nobody can read it.
				log.Warn().Err(err).Str("view", l.Name).Msg("view left out of the catalog")
				continue
			}
			return "", nil, fmt.Errorf("table %s: %w", l.Name, err)
		}
		tables = append(tables, t)
	}
	fillForeignKeys(tables)
	return version, tables, nil
}

func sqliteTable(ctx context.Context, q sqlx.QueryerContext, t *catalog.Table, ddl string, withoutRowid bool) error {
	var columns []struct {
		Name     string `db:"name"`
		Type     string `db:"type"`
		NotNull  bool   `db:"not_null"`
		PK       int    `db:"pk"` // 1-based place in the primary key; 0: none
		Computed bool   `db:"computed"`
		Default  bool   `db:"has_default"`
	}
	if err := sqlx.SelectContext(ctx, q, &columns, sqliteColumns, t.Name); err != nil {
		return err
	}
	collations, numbered := map[string]string{}, false
	if !t.View {
		collations, t.Replaces, numbered = sqliteCollations(ddl), sqliteReplaces(ddl), sqliteNumbers(ddl)
	}
	keys := 0
	for _, c := range columns {
		if c.PK > 0 {
			keys++
		}
	}
	t.PrimaryKey = make([]string, keys)
	for _, c := range columns {
		col := &catalog.Column{Name: c.Name, Native: c.Type, Type: sqliteType(c.Type), Nullable: !c.NotNull, Computed: c.Computed, Default: c.Default,
			Collation: collations[catalog.Fold(c.Name)]}
		if c.PK > 0 {
			t.PrimaryKey[c.PK-1] = c.Name
			// A lone INTEGER key is the row's own number (sqlite.org/lang_createtable.html#rowid).
			if keys == 1 && strings.EqualFold(c.Type, "INTEGER") && !withoutRowid {
				col.Type.Bits, col.Nullable, col.Computed = 64, false, numbered
			}
		}
		t.Columns = append(t.Columns, col)
	}
	if t.View {
		return nil
	}
	return sqliteKeys(ctx, q, t)
}

func sqliteKeys(ctx context.Context, q sqlx.QueryerContext, t *catalog.Table) error {
	var unique []struct {
		Key    string  `db:"key_name"`
		Column *string `db:"column_name"` // NULL for an expression
	}
	if err := sqlx.SelectContext(ctx, q, &unique, sqliteUnique, t.Name); err != nil {
		return fmt.Errorf("unique keys: %w", err)
	}
	for i, u := range unique {
		name := "" // dropUnreadableKeys then drops the key
		if u.Column != nil {
			name = *u.Column
		}
		if i == 0 || unique[i-1].Key != u.Key {
			t.Unique = append(t.Unique, nil)
		}
		last := len(t.Unique) - 1
		t.Unique[last] = append(t.Unique[last], name)
	}
	var foreign []struct {
		Key       int     `db:"key_id"`
		RefTable  string  `db:"ref_table"`
		Column    string  `db:"column_name"`
		RefColumn *string `db:"ref_column"` // NULL: the primary key
		OnDelete  string  `db:"on_delete"`
		OnUpdate  string  `db:"on_update"`
	}
	if err := sqlx.SelectContext(ctx, q, &foreign, sqliteForeign, t.Name); err != nil {
		return fmt.Errorf("foreign keys: %w", err)
	}
	for i, f := range foreign {
		if i == 0 || foreign[i-1].Key != f.Key {
			t.ForeignKeys = append(t.ForeignKeys, catalog.ForeignKey{RefTable: f.RefTable,
				OnDelete: referentialAction(f.OnDelete), OnUpdate: referentialAction(f.OnUpdate)})
		}
		k := &t.ForeignKeys[len(t.ForeignKeys)-1]
		k.Columns = append(k.Columns, f.Column)
		if f.RefColumn != nil {
			k.RefColumns = append(k.RefColumns, *f.RefColumn)
		}
	}
	return nil
}

// fillForeignKeys gives foreign keys that name no columns the primary key of
// the table they point at, in that table's own spelling, and drops those that
// point nowhere.
func fillForeignKeys(tables []*catalog.Table) {
	byName := map[string]*catalog.Table{}
	for _, t := range tables {
		byName[catalog.Fold(t.Name)] = t
	}
	for _, t := range tables {
		keep := t.ForeignKeys[:0]
		for _, k := range t.ForeignKeys {
			ref := byName[catalog.Fold(k.RefTable)]
			if ref == nil {
				continue
			}
			k.RefTable = ref.Name
			if len(k.RefColumns) == 0 {
				k.RefColumns = ref.PrimaryKey
			}
			if len(k.RefColumns) == len(k.Columns) {
				keep = append(keep, k)
			}
		}
		t.ForeignKeys = keep
	}
}
