package execute

import (
	"database/sql"
	"strconv"
	"time"

	"github.com/golang-sql/civil"
	mssql "github.com/microsoft/go-mssqldb"

	"github.com/vantelle/vantelle/filter/sqltype"
)

// encodeSQLServer gives a value as SQL Server's driver takes it, with the type
// of the column that it meets: where types differ the server converts one of
// the two, and converting the column hides it from its index.
func encodeSQLServer(x any, t sqltype.Type) any {
	switch v := x.(type) {
	case nil:
		return nullOf(t)
	case time.Time:
		switch {
		case t.Kind == sqltype.Date:
			return civil.DateOf(v)
		case t.Kind == sqltype.Time:
			return civil.TimeOf(v)
		case t.Zoned:
			return mssql.DateTimeOffset(v)
		case t.Coarse && coarse(v):
			return mssql.DateTime1(v)
		}
		return civil.DateTimeOf(v)
	case string:
		switch t.Kind {
		case sqltype.Text:
			if !t.National {
				if encoded, ok := inCodePage(v, t.CodePage); ok {
					return mssql.VarChar(encoded)
				}
			}
			// nvarchar: what is outside the page equals nothing there.
		case sqltype.Decimal:
			// The driver has no decimal parameter; the text is exact.
			if n, err := strconv.ParseInt(v, 10, 64); err == nil {
				return n
			}
		case sqltype.UUID:
			var id mssql.UniqueIdentifier
			if id.Scan(v) == nil {
				return id
			}
		}
	}
	return x
}

// nullOf is a NULL with a type: one without travels as text, which the server
// does not compare with everything.
func nullOf(t sqltype.Type) any {
	switch t.Kind {
	case sqltype.Bool:
		return sql.NullBool{}
	case sqltype.Int:
		return sql.NullInt64{}
	case sqltype.Float:
		return sql.NullFloat64{}
	case sqltype.Date:
		return mssql.NullDate{}
	case sqltype.Timestamp:
		return mssql.NullDateTime{}
	case sqltype.Time:
		return mssql.NullTime{}
	case sqltype.UUID:
		return mssql.NullUniqueIdentifier{}
	}
	return sql.NullString{}
}

// coarse tells whether a datetime says exactly this moment as people write it:
// it counts 300ths of a second from 1753 on, and shows them as milliseconds
// that end in 0, 3 or 7.
func coarse(v time.Time) bool {
	millis := v.Nanosecond() / int(time.Millisecond)
	if v.Year() < 1753 || v.Nanosecond()%int(time.Millisecond) != 0 {
		return false
	}
	return millis%10 == 0 || millis%10 == 3 || millis%10 == 7
}
