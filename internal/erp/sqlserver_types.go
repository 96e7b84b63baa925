package erp

import (
	"strconv"

	"github.com/vantelle/vantelle/filter/sqltype"
)

// sqlserverColumn is a column's type as sys.columns has it.
type sqlserverColumn struct {
	Type         string `db:"type_name"`  // of the system, below any alias
	Length       int    `db:"max_length"` // in bytes; -1 is max
	Precision    int    `db:"digits"`
	Scale        int    `db:"decimals"`
	CodePage     int    `db:"code_page"`          // of the column's collation; 0 for none
	DatabasePage int    `db:"database_code_page"` // of the database's
}

// sqlserverType maps a type to ours. CodePage is set only where the column has
// the database's own page: a varchar parameter always travels in that one, and
// what the server then converts it to may be another text.
func sqlserverType(c sqlserverColumn) sqltype.Type {
	characters := func(bytes int) int { return max(0, c.Length) / bytes }
	page := uint16(0)
	if c.CodePage == c.DatabasePage && c.CodePage > 0 && c.CodePage <= 65001 {
		page = uint16(c.CodePage)
	}
	switch c.Type {
	case "bit":
		return sqltype.Type{Kind: sqltype.Bool}
	case "tinyint":
		return sqltype.Type{Kind: sqltype.Int, Bits: 8}
	case "smallint":
		return sqltype.Type{Kind: sqltype.Int, Bits: 16}
	case "int":
		return sqltype.Type{Kind: sqltype.Int, Bits: 32}
	case "bigint":
		return sqltype.Type{Kind: sqltype.Int, Bits: 64}
	case "decimal", "numeric":
		return sqltype.Type{Kind: sqltype.Decimal, Precision: c.Precision, Scale: c.Scale}
	case "money":
		return sqltype.Type{Kind: sqltype.Decimal, Precision: 19, Scale: 4}
	case "smallmoney":
		return sqltype.Type{Kind: sqltype.Decimal, Precision: 10, Scale: 4}
	case "real":
		return sqltype.Type{Kind: sqltype.Float, Bits: 32}
	case "float":
		return sqltype.Type{Kind: sqltype.Float, Bits: 64}
	case "varchar", "text":
		t := sqltype.Type{Kind: sqltype.Text, Length: characters(1), CodePage: page}
		if c.Type == "text" {
			t.Length = 0
		}
		return t
	case "char":
		return sqltype.Type{Kind: sqltype.Text, Length: characters(1), Fixed: true, CodePage: page}
	case "nvarchar", "sysname":
		return sqltype.Type{Kind: sqltype.Text, Length: characters(2), National: true}
	case "ntext":
		return sqltype.Type{Kind: sqltype.Text, National: true}
	case "nchar":
		return sqltype.Type{Kind: sqltype.Text, Length: characters(2), Fixed: true, National: true}
	case "date":
		return sqltype.Type{Kind: sqltype.Date}
	case "datetime", "smalldatetime":
		return sqltype.Type{Kind: sqltype.Timestamp, Coarse: true}
	case "datetime2":
		return sqltype.Type{Kind: sqltype.Timestamp}
	case "datetimeoffset":
		return sqltype.Type{Kind: sqltype.Timestamp, Zoned: true}
	case "time":
		return sqltype.Type{Kind: sqltype.Time}
	case "binary", "varbinary", "image", "timestamp", "rowversion":
		return sqltype.Type{Kind: sqltype.Binary}
	case "uniqueidentifier":
		return sqltype.Type{Kind: sqltype.UUID}
	}
	return sqltype.Type{Kind: sqltype.Other}
}

// sqlserverNative spells a type as a CREATE TABLE does.
func sqlserverNative(c sqlserverColumn) string {
	size := func(bytes int) string {
		if c.Length < 0 {
			return "(max)"
		}
		return "(" + strconv.Itoa(c.Length/bytes) + ")"
	}
	switch c.Type {
	case "varchar", "char", "varbinary", "binary":
		return c.Type + size(1)
	case "nvarchar", "nchar":
		return c.Type + size(2)
	case "decimal", "numeric":
		return c.Type + "(" + strconv.Itoa(c.Precision) + "," + strconv.Itoa(c.Scale) + ")"
	case "datetime2", "datetimeoffset", "time":
		return c.Type + "(" + strconv.Itoa(c.Scale) + ")"
	}
	return c.Type
}
