package execute

import (
	"time"

	"github.com/vantelle/vantelle/filter/sqltype"
)

// encodeMariaDB gives a value as MariaDB's driver takes it. The session's zone
// is UTC, and microseconds are the finest it knows.
func encodeMariaDB(x any, t sqltype.Type) any {
	v, isTime := x.(time.Time)
	switch {
	case !isTime:
		return x
	case t.Kind == sqltype.Date:
		return v.Format(dateForm)
	case t.Kind == sqltype.Time:
		return v.Format("15:04:05.999999")
	}
	return v.UTC().Format("2006-01-02 15:04:05.999999")
}
