package erp

import (
	"fmt"
	"regexp"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// Stamps are moments as an ERP's own clock shows them, spelled as
// "2006-01-02 15:04:05" with or without a fraction, so that within one database
// their order as texts is their order in time.

// sqliteStamp is a pattern of SQLite for a stamp without fraction.
const sqliteStamp = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9] [0-9][0-9]:[0-9][0-9]:[0-9][0-9]"

// StampText spells a date and time as such a text.
func (db *DB) StampText(expr string) string {
	switch db.Engine() {
	case catalog.SQLite:
		// What stands there in this form already, as it does in all but strange
		// databases, is taken as it is: that is ten times faster.
		return "CASE WHEN " + expr + " GLOB '" + sqliteStamp + "' THEN " + expr + " || '.000' ELSE strftime('%Y-%m-%d %H:%M:%f', " + expr + ") END"
	case catalog.Postgres:
		return "to_char(" + expr + ", 'YYYY-MM-DD HH24:MI:SS.US')"
	case catalog.MariaDB:
		return "DATE_FORMAT(" + expr + ", '%Y-%m-%d %H:%i:%s.%f')"
	default:
		return "CONVERT(nvarchar(30), CAST(" + expr + " AS datetime2(6)), 121)"
	}
}

// stampForm is what may stand in a statement of ours as a stamp.
var stampForm = regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?$`)

// CompareStamp spells the comparison of a date and time with a stamp; op is one
// of >=, > and <.
func (db *DB) CompareStamp(expr, op, stamp string) (string, error) {
	if !stampForm.MatchString(stamp) {
		return "", fmt.Errorf("%q is no moment of an ERP's clock", stamp)
	}
	literal := "'" + stamp + "'"
	switch db.Engine() {
	case catalog.SQLite:
		expr = db.StampText(expr)
	case catalog.Postgres:
		literal = "CAST(" + literal + " AS timestamp)"
	case catalog.MariaDB:
		literal = "CAST(" + literal + " AS DATETIME(6))"
	default:
		literal = "CAST(" + literal + " AS datetime2(6))"
	}
	return expr + " " + op + " " + literal, nil
}

// Clock spells what the database's clock shows, as a stamp: the time of the
// place where it stands, or UTC.
func (db *DB) Clock(utc bool) string {
	switch db.Engine() {
	case catalog.SQLite:
		if utc {
			return "strftime('%Y-%m-%d %H:%M:%f', 'now')"
		}
		return "strftime('%Y-%m-%d %H:%M:%f', 'now', 'localtime')"
	case catalog.Postgres: // its sessions are in UTC
		return db.StampText("LOCALTIMESTAMP")
	case catalog.MariaDB: // so are its sessions
		return db.StampText("NOW(6)")
	default:
		if utc {
			return db.StampText("SYSUTCDATETIME()")
		}
		return db.StampText("SYSDATETIME()")
	}
}
