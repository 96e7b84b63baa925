package view

import (
	"slices"
	"strings"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// KnownAttribute tells whether a row condition may use :name. The gate binds
// these from the identity, and refuses a request whose identity lacks one.
func KnownAttribute(name string) bool {
	switch name {
	case "customer", "customer_code", "contact":
		return true
	}
	return strings.HasPrefix(name, "attr_") && len(name) > len("attr_")
}

// unprintable tells whether a column's name must never be printed: once the
// ERP has dropped the column, a statement that was compiled before must fail,
// but the engine would read the name as something else. To SQLite these are the
// row's number; to PostgreSQL r1.to_json is to_json(r1), the whole row.
func unprintable(engine catalog.Engine, column string) bool {
	switch engine {
	case catalog.SQLite:
		return slices.Contains(rowNumbers, strings.ToLower(column))
	case catalog.Postgres:
		return slices.Contains(rowFunctions, column)
	}
	return false
}

var rowNumbers = []string{"rowid", "oid", "_rowid_"}

// rowFunctions are the functions of pg_catalog that take any row, and the
// system columns.
var rowFunctions = []string{
	"to_json", "to_jsonb", "row_to_json", "json_agg", "jsonb_agg", "json_agg_strict", "jsonb_agg_strict", "array_agg",
	"json_build_array", "jsonb_build_array", "pg_typeof", "pg_column_size", "pg_column_compression", "record_out", "record_send",
	"hash_record", "quote_literal", "quote_nullable", "concat", "num_nulls", "num_nonnulls", "count", "any_value",
	"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid",
}
