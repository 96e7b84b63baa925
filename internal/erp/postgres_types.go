package erp

import "github.com/vantelle/vantelle/filter/sqltype"

// postgresType maps a type of pg_type with its modifier (-1: none) to ours.
// Types of extensions and of the site itself are Other, whatever their name.
func postgresType(schema, name string, modifier int) sqltype.Type {
	if schema != "pg_catalog" {
		return sqltype.Type{Kind: sqltype.Other}
	}
	// varlena modifiers count four bytes of header
	length := func() int { return max(0, modifier-4) }
	switch name {
	case "int2":
		return sqltype.Type{Kind: sqltype.Int, Bits: 16}
	case "int4":
		return sqltype.Type{Kind: sqltype.Int, Bits: 32}
	case "int8":
		return sqltype.Type{Kind: sqltype.Int, Bits: 64}
	case "numeric":
		if modifier < 4 {
			return sqltype.Type{Kind: sqltype.Decimal}
		}
		m := modifier - 4
		return sqltype.Type{Kind: sqltype.Decimal, Precision: m >> 16 & 0xffff,
			Scale: (m&0x7ff ^ 1024) - 1024} // eleven bits with a sign, since PostgreSQL 15
	case "float4":
		return sqltype.Type{Kind: sqltype.Float, Bits: 32}
	case "float8":
		return sqltype.Type{Kind: sqltype.Float, Bits: 64}
	case "text":
		return sqltype.Type{Kind: sqltype.Text}
	case "varchar":
		return sqltype.Type{Kind: sqltype.Text, Length: length()}
	case "bpchar":
		return sqltype.Type{Kind: sqltype.Text, Length: length(), Fixed: true}
	case "bool":
		return sqltype.Type{Kind: sqltype.Bool}
	case "date":
		return sqltype.Type{Kind: sqltype.Date}
	case "timestamp":
		return sqltype.Type{Kind: sqltype.Timestamp}
	case "timestamptz":
		return sqltype.Type{Kind: sqltype.Timestamp, Zoned: true}
	case "time":
		return sqltype.Type{Kind: sqltype.Time}
	case "bytea":
		return sqltype.Type{Kind: sqltype.Binary}
	case "uuid":
		return sqltype.Type{Kind: sqltype.UUID}
	case "json":
		return sqltype.Type{Kind: sqltype.JSON, Raw: true}
	case "jsonb":
		return sqltype.Type{Kind: sqltype.JSON}
	case "xml", "point", "line", "lseg", "box", "path", "polygon", "circle":
		return sqltype.Type{Kind: sqltype.Other, Raw: true}
	}
	return sqltype.Type{Kind: sqltype.Other}
}
