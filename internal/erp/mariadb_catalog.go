package erp

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/jmoiron/sqlx"
	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// The catalog of MariaDB is that of the connection's database, read with five
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
       COALESCE(c.COLUMN_DEFAULT, 'NULL') <> 'NULL' AS has_default, c.EXTRA LIKE '%on update%' AS moves
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
WHERE k.TABLE_SCHEMA = DATABASE() AND k.REFERENCED_TABLE_NAME IS NOT NULL
ORDER BY k.TABLE_NAME, k.CONSTRAINT_NAME, k.ORDINAL_POSITION`

// mariadbOutside gives the foreign keys of other databases that point here, and of
// tables and columns that the login may not read. It needs the right PROCESS; the tables of the
// standard would have the server open every table of every database. Names are as
// in the file system.
const mariadbOutside = `
SELECT f.ID AS key_name, f.N_COLS AS columns, f.FOR_NAME AS table_name, f.REF_NAME AS ref_table, f.TYPE & 1 = 1 AS on_delete_cascade, f.TYPE & 2 = 2 AS on_delete_null,
       f.TYPE & 4 = 4 AS on_update_cascade, f.TYPE & 8 = 8 AS on_update_null
FROM information_schema.INNODB_SYS_FOREIGN AS f ORDER BY f.FOR_NAME, f.ID`

// mariadbKeysShown tells whether the login sees the foreign keys of every table of its
// database, by what was granted to itself.
const mariadbKeysShown = `
SELECT EXISTS (SELECT 1 FROM information_schema.SCHEMA_PRIVILEGES WHERE PRIVILEGE_TYPE = 'SELECT' AND DATABASE() LIKE TABLE_SCHEMA)
    OR EXISTS (SELECT 1 FROM information_schema.USER_PRIVILEGES WHERE PRIVILEGE_TYPE = 'SELECT')`

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
		Moves      bool   `db:"moves"`
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
			Nullable: c.Nullable, Collation: c.Collation, Computed: c.Computed, Default: c.Default, Moves: c.Moves})
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
	if err := mariadbOutsideKeys(ctx, q, &tables, foreign); err != nil {
		return "", nil, fmt.Errorf("foreign keys from elsewhere: %w", err)
	}
	return server.Version, tables.tables, nil
}

// mariadbOutsideKeys notes foreign keys that the catalog does not hold whole, as far as
// the login may know of them.
func mariadbOutsideKeys(ctx context.Context, q sqlx.QueryerContext, tables *shape, known []foreignColumn) error {
	var keys []struct {
		Key           string `db:"key_name"`
		Columns       int    `db:"columns"`
		Table         string `db:"table_name"`
		RefTable      string `db:"ref_table"`
		DeleteCascade bool   `db:"on_delete_cascade"`
		DeleteNull    bool   `db:"on_delete_null"`
		UpdateCascade bool   `db:"on_update_cascade"`
		UpdateNull    bool   `db:"on_update_null"`
	}
	err := sqlx.SelectContext(ctx, q, &keys, mariadbOutside)
	if class := Classify(err); class == Permission || class == MissingObject { // it has no right PROCESS, or is a MySQL
		var shown bool
		if err := sqlx.GetContext(ctx, q, &shown, mariadbKeysShown); err != nil {
			return err
		}
		if !shown {
			tables.hidden("PROCESS, or SELECT on the whole database")
		}
		return nil
	}
	if err != nil {
		return err
	}
	columns := map[[3]string]int{} // of each key that is known, by its table
	for _, f := range known {
		columns[[3]string{f.Schema, f.Table, strings.ToLower(f.Key)}]++
	}
	action := func(cascade, null bool) string {
		switch {
		case cascade:
			return "CASCADE"
		case null:
			return "SET NULL"
		}
		return ""
	}
	for _, k := range keys {
		from, to := mariadbFileName(k.Table), tables.byName[mariadbFileName(k.RefTable)]
		name := k.Key[strings.LastIndexByte(k.Key, '/')+1:] // of the key, after the database's
		name = name[strings.LastIndexByte(name, 0xff)+1:]   // and the table's, on later servers
		if to == nil || columns[[3]string{from[0], from[1], strings.ToLower(name)}] == k.Columns {
			continue
		}
		to.Outside = append(to.Outside, catalog.OutsideKey{Table: from[0] + "." + from[1],
			OnDelete: action(k.DeleteCascade, k.DeleteNull), OnUpdate: action(k.UpdateCascade, k.UpdateNull)})
	}
	return nil
}

var mariadbCode = regexp.MustCompile(`@[0-9a-f]{4}`)

// mariadbFileName takes apart a table's name as InnoDB keeps it, database/table, in
// which what is no letter, digit or _ of ASCII is written @ and four digits.
func mariadbFileName(name string) [2]string {
	plain := func(s string) string {
		return mariadbCode.ReplaceAllStringFunc(s, func(code string) string {
			n, err := strconv.ParseUint(code[1:], 16, 16)
			if err != nil {
				return code
			}
			return string(rune(n))
		})
	}
	schema, table, _ := strings.Cut(name, "/")
	return [2]string{plain(schema), plain(table)}
}
