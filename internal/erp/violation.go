package erp

import (
	"errors"
	"strings"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/pgconn"
	mssql "github.com/microsoft/go-mssqldb"
	"modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"
)

// Violation is which rule of the database a write would break.
type Violation uint8

// The rules. The zero Violation is of an error that is about none.
const (
	NoViolation   Violation = iota
	Duplicate               // a unique key
	Reference               // a foreign key, on either side
	NotNull                 // a column that must have a value
	ValueUnfit              // a value that its column has no room for
	RuleViolation           // a check constraint, or what a trigger refuses
)

// ViolationOf tells which rule a write broke, by the error that it gave.
func ViolationOf(err error) Violation {
	var (
		pg    *pgconn.PgError
		maria *mysql.MySQLError
		lite  *sqlite.Error
		ms    mssql.Error
	)
	switch {
	case errors.As(err, &pg):
		return postgresViolation(pg.Code)
	case errors.As(err, &maria):
		return mariadbViolation(maria.Number)
	case errors.As(err, &lite):
		return sqliteViolation(lite.Code())
	case errors.As(err, &ms):
		return sqlserverViolation(ms)
	}
	return NoViolation
}

func postgresViolation(code string) Violation {
	switch {
	case code == "23505":
		return Duplicate
	case code == "23503":
		return Reference
	case code == "23502":
		return NotNull
	case strings.HasPrefix(code, "23"), code == "P0001", strings.HasPrefix(code, "44"):
		return RuleViolation
	case strings.HasPrefix(code, "22"):
		return ValueUnfit
	}
	return NoViolation
}

func mariadbViolation(number uint16) Violation {
	switch number {
	case 1062, 1169, 1586:
		return Duplicate
	case 1216, 1217, 1451, 1452, 1761, 1762:
		return Reference
	case 1048, 1364:
		return NotNull
	case 1264, 1265, 1292, 1366, 1406, 1411, 1690, 3140, 4038:
		return ValueUnfit
	case 1369, 1644, 3819, 4025, 4161:
		return RuleViolation
	}
	return NoViolation
}

func sqliteViolation(code int) Violation {
	switch code {
	case sqlitelib.SQLITE_CONSTRAINT_UNIQUE, sqlitelib.SQLITE_CONSTRAINT_PRIMARYKEY, sqlitelib.SQLITE_CONSTRAINT_ROWID:
		return Duplicate
	case sqlitelib.SQLITE_CONSTRAINT_FOREIGNKEY:
		return Reference
	case sqlitelib.SQLITE_CONSTRAINT_NOTNULL:
		return NotNull
	case sqlitelib.SQLITE_CONSTRAINT_DATATYPE, sqlitelib.SQLITE_TOOBIG, sqlitelib.SQLITE_MISMATCH:
		return ValueUnfit
	}
	if code&0xff == sqlitelib.SQLITE_CONSTRAINT {
		return RuleViolation
	}
	return NoViolation
}

// sqlserverViolation reads an error number (sys.messages). Number 547 is of
// foreign keys and check constraints alike.
func sqlserverViolation(e mssql.Error) Violation {
	switch {
	case e.Number == 2601, e.Number == 2627:
		return Duplicate
	case e.Number == 547 && strings.Contains(e.Message, "CHECK"):
		return RuleViolation
	case e.Number == 547:
		return Reference
	case e.Number == 515:
		return NotNull
	case e.Number == 220, e.Number == 242, e.Number == 2628, e.Number == 8115, e.Number == 8152:
		return ValueUnfit
	case e.Number >= 50000, e.Number == 3609, e.Number == 550:
		return RuleViolation
	}
	return NoViolation
}
