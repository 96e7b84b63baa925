package erp

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// An engine is all that differs between kinds of database server in this room.
// Each lives in its own files; nothing else in the package asks which one it is.
type engine interface {
	// open gives a connector whose sessions give up on a statement after timeout. It
	// connects to nothing. Its errors are free of secrets.
	open(s Settings, of purpose, timeout time.Duration) (driver.Connector, error)
	// driver is the name by which sqlx finds the engine's placeholders.
	driver() string
	// probe is a statement that fails unless the database can be read.
	probe() string
	// snapshot gives the options of a transaction whose reads all see the
	// database at one moment.
	snapshot() *sql.TxOptions
	// catalog reads the server's version and the tables that the login may read.
	catalog(ctx context.Context, q sqlx.QueryerContext, schemas []string, log zerolog.Logger) (string, []*catalog.Table, error)
	// databases is a statement that names the databases that the login may
	// enter, without the server's own; "" where an address is one database.
	databases() string
	// named says which database the settings name, and gives settings that name
	// another one. Its errors are free of secrets.
	named(s Settings) (database string, in func(database string) Settings, err error)
	// diagnose tells what an error of this engine's driver means; false for
	// an error of another origin.
	diagnose(err error) (diagnosis, bool)

	quote(name string) string
	asText(expr string) string
	byteOrder(expr string) string
}

// purpose is what the sessions of a pool are for.
type purpose string

const (
	toServe purpose = "serve" // portals, read-only
	toSync  purpose = "sync"  // the synchronisation and the catalog, read-only
	toWrite purpose = "write" // BeginWrite alone: may write, READ COMMITTED
)

// engines is every engine there is.
func engines() map[catalog.Engine]engine {
	return map[catalog.Engine]engine{
		catalog.SQLite:    sqliteEngine{},
		catalog.Postgres:  postgresEngine{},
		catalog.MariaDB:   mariadbEngine{},
		catalog.SQLServer: sqlserverEngine{},
	}
}
