package erp

import (
	"strings"

	"github.com/vantelle/vantelle/filter/sqltype"
)

// mariadbType maps a COLUMN_TYPE of the information schema to ours. An
// unsigned whole number has the width that holds all its values; one of 64
// bits is a Decimal. tinyint(1) stays a number: the server does not keep it to
// 0 and 1.
func mariadbType(columnType string) sqltype.Type {
	name, args := splitDeclared(columnType)
	name, unsigned := strings.CutSuffix(strings.TrimSuffix(name, " zerofill"), " unsigned")
	arg := func(i int) int {
		if i < len(args) {
			return args[i]
		}
		return 0
	}
	bits, whole := map[string]uint8{"tinyint": 8, "smallint": 16, "mediumint": 32, "int": 32, "bigint": 64}[name]
	switch {
	case whole && unsigned && bits == 64:
		return sqltype.Type{Kind: sqltype.Decimal, Precision: 20}
	case whole && unsigned && name != "mediumint":
		return sqltype.Type{Kind: sqltype.Int, Bits: 2 * bits}
	case whole:
		return sqltype.Type{Kind: sqltype.Int, Bits: bits}
	}
	switch name {
	case "year":
		return sqltype.Type{Kind: sqltype.Int, Bits: 16}
	case "bit":
		if arg(0) == 1 {
			return sqltype.Type{Kind: sqltype.Bool}
		}
		return sqltype.Type{Kind: sqltype.Binary}
	case "decimal":
		return sqltype.Type{Kind: sqltype.Decimal, Precision: arg(0), Scale: arg(1)}
	case "float":
		return sqltype.Type{Kind: sqltype.Float, Bits: 32}
	case "double":
		return sqltype.Type{Kind: sqltype.Float, Bits: 64}
	case "char", "varchar":
		return sqltype.Type{Kind: sqltype.Text, Length: arg(0)} // blanks at the end of char are not kept
	case "tinytext", "text", "mediumtext", "longtext":
		return sqltype.Type{Kind: sqltype.Text}
	case "enum", "set":
		return sqltype.Type{Kind: sqltype.Text, Listed: true}
	case "date":
		return sqltype.Type{Kind: sqltype.Date}
	case "datetime":
		return sqltype.Type{Kind: sqltype.Timestamp}
	case "timestamp":
		return sqltype.Type{Kind: sqltype.Timestamp, Zoned: true} // kept in UTC, and so is the session
	case "time":
		return sqltype.Type{Kind: sqltype.Time}
	case "binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob":
		return sqltype.Type{Kind: sqltype.Binary}
	case "uuid":
		return sqltype.Type{Kind: sqltype.UUID}
	case "json":
		return sqltype.Type{Kind: sqltype.JSON}
	}
	return sqltype.Type{Kind: sqltype.Other}
}
