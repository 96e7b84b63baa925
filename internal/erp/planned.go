package erp

import (
	"errors"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5/pgconn"
	mssql "github.com/microsoft/go-mssqldb"
)

// Planned tells whether err says that somebody has taken the database out of
// use on purpose: it is being restored or recovered, is offline or open to one
// user only, or its server is shutting down or starting. It will be back, and
// nobody need be alarmed.
func Planned(err error) bool {
	var ms mssql.Error
	if errors.As(err, &ms) {
		switch ms.Number {
		case 921, 922, // not recovered yet
			924,           // one user only
			927,           // in the middle of a restore
			941, 942, 952, // not started, offline, in transition
			6005, 17142: // shutting down, paused
			return true
		}
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "57P01" || pg.Code == "57P03" // shutting down, starting
	}
	var my *mysql.MySQLError
	return errors.As(err, &my) && my.Number == 1053 // shutting down
}
