package erp

import (
	"strconv"
	"strings"

	"github.com/vantelle/vantelle/filter/sqltype"
)

// sqliteType maps a declared type to ours. SQLite keeps the text that the
// schema's author wrote and binds no value to it; the ERPs' copies are written
// with the names of SQL Server and PostgreSQL, which is how it is read here.
func sqliteType(declared string) sqltype.Type {
	name, args := splitDeclared(declared)
	first := 0
	if len(args) > 0 {
		first = args[0]
	}
	switch name {
	case "tinyint":
		return sqltype.Type{Kind: sqltype.Int, Bits: 8}
	case "smallint", "int2":
		return sqltype.Type{Kind: sqltype.Int, Bits: 16}
	case "int", "integer", "mediumint", "int4":
		return sqltype.Type{Kind: sqltype.Int, Bits: 32}
	case "bigint", "int8":
		return sqltype.Type{Kind: sqltype.Int, Bits: 64}
	case "bit", "bool", "boolean":
		return sqltype.Type{Kind: sqltype.Bool}
	case "numeric", "decimal", "dec":
		t := sqltype.Type{Kind: sqltype.Decimal, Precision: first}
		if len(args) > 1 {
			t.Scale = args[1]
		}
		return t
	case "money":
		return sqltype.Type{Kind: sqltype.Decimal, Precision: 19, Scale: 4}
	case "smallmoney":
		return sqltype.Type{Kind: sqltype.Decimal, Precision: 10, Scale: 4}
	case "real", "float", "double", "double precision", "float4", "float8":
		return sqltype.Type{Kind: sqltype.Float, Bits: 64} // SQLite has no other
	case "varchar", "char", "character", "character varying", "nvarchar", "nchar", "text", "ntext", "clob":
		return sqltype.Type{Kind: sqltype.Text, Length: first} // no blank is padded here
	case "date":
		return sqltype.Type{Kind: sqltype.Date}
	case "datetime", "datetime2", "smalldatetime", "timestamp", "timestamp without time zone":
		return sqltype.Type{Kind: sqltype.Timestamp}
	case "datetimeoffset", "timestamptz", "timestamp with time zone":
		return sqltype.Type{Kind: sqltype.Timestamp, Zoned: true}
	case "time", "time without time zone":
		return sqltype.Type{Kind: sqltype.Time}
	case "blob", "binary", "varbinary", "image", "bytea":
		return sqltype.Type{Kind: sqltype.Binary}
	case "uniqueidentifier", "uuid":
		return sqltype.Type{Kind: sqltype.UUID}
	case "json", "jsonb":
		return sqltype.Type{Kind: sqltype.JSON}
	}
	return sqltype.Type{Kind: sqltype.Other}
}

// splitDeclared splits "NUMERIC(24, 6)" into "numeric" and [24 6]. An argument
// that is no number, as in varchar(max), counts as none.
func splitDeclared(declared string) (name string, args []int) {
	head, rest, found := strings.Cut(declared, "(")
	inside, tail, _ := strings.Cut(rest, ")")
	name = strings.ToLower(strings.Join(strings.Fields(head+" "+tail), " "))
	if !found {
		return name, nil
	}
	for part := range strings.SplitSeq(inside, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil || n < 0 {
			return name, nil
		}
		args = append(args, n)
	}
	return name, args
}
