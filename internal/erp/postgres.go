package erp

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

type postgresEngine struct{}

// maxLockTimeout bounds the wait for a lock: a reader waits only for somebody
// who alters the table, and waiting behind him queues everybody else.
const maxLockTimeout = 5 * time.Second

func (postgresEngine) driver() string { return "pgx" }
func (postgresEngine) probe() string  { return "SELECT 1" }

func (postgresEngine) snapshot() *sql.TxOptions {
	return &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
}

func (postgresEngine) open(s Settings, of purpose, timeout time.Duration) (driver.Connector, error) {
	// The parser's own error quotes the connection string, and cannot promise
	// to find the password in one that is malformed: it is not handed on.
	config, err := pgx.ParseConfig(s.DSN)
	if err != nil || misread(s.DSN, config) {
		return nil, errPostgresDSN
	}
	config.ConnectTimeout = s.ConnectTimeout
	for name, value := range sessionParameters(timeout) {
		config.RuntimeParams[name] = value
	}
	readOnly := "on"
	if of == toWrite {
		readOnly = "off"
	}
	config.RuntimeParams["default_transaction_read_only"] = readOnly
	// A parameter in "options" could only weaken what is set above.
	delete(config.RuntimeParams, "options")
	// Whatever a DSN says: values travel apart from the text, and little is kept.
	config.DefaultQueryExecMode = pgx.QueryExecModeCacheStatement
	// The driver's own bound is never come to: see postgresConn.
	config.StatementCacheCapacity, config.DescriptionCacheCapacity = 2*keptStatements, 0
	return postgresConnector{stdlib.GetConnector(*config, stdlib.OptionAfterConnect(checkSession(readOnly)))}, nil
}

var errPostgresDSN = errors.New("dsn: cannot be read as a PostgreSQL URL (postgres://user:password@host:5432/database?sslmode=…) " +
	"or keyword string (host=… port=… user=… password=… dbname=… sslmode=…); in a URL, write @ : / ? # % in the password as %40 %3A %2F %3F %23 %25")

// misread tells whether a piece of an unescaped password ended up in what
// errors print, the host or the database: "postgres://u:1/2@host/db" names the
// database "2@host/db" of the host "u".
func misread(dsn string, config *pgx.ConnConfig) bool {
	if !strings.Contains(dsn, "://") {
		return false
	}
	hosts := config.Host + config.Database
	for _, f := range config.Fallbacks {
		hosts += f.Host
	}
	return strings.Contains(hosts, "@")
}

// sessionParameters are the settings of every session, sent as it starts.
func sessionParameters(timeout time.Duration) map[string]string {
	millis := func(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }
	return map[string]string{
		"application_name":              "vantelle",
		"default_transaction_read_only": "on",
		"statement_timeout":             millis(timeout),
		"lock_timeout":                  millis(min(timeout, maxLockTimeout)),
		// A transaction that we forget must not hold back the ERP's vacuum.
		"idle_in_transaction_session_timeout": millis(timeout),
		"timezone":                            "UTC",
		"datestyle":                           "ISO",
		"client_encoding":                     "UTF8",
		"standard_conforming_strings":         "on",
		// Nothing unqualified may bind to a table of the ERP.
		"search_path": "pg_catalog",
	}
}

// checkSession refuses a session in which our settings do not hold: a pooler
// between us and the server may swallow them.
func checkSession(wanted string) func(context.Context, *pgx.Conn) error {
	return func(ctx context.Context, conn *pgx.Conn) error { return checkedSession(ctx, conn, wanted) }
}

func checkedSession(ctx context.Context, conn *pgx.Conn, wanted string) error {
	var readOnly, path string
	err := conn.QueryRow(ctx, `SELECT pg_catalog.current_setting('default_transaction_read_only'), pg_catalog.current_setting('search_path')`, pgx.QueryExecModeDescribeExec).
		Scan(&readOnly, &path)
	if err != nil {
		return fmt.Errorf("check the session's settings: %w", err)
	}
	if readOnly != wanted || path != "pg_catalog" {
		return errSessionSettings
	}
	return nil
}

var errSessionSettings = errors.New("the session is not set as asked for")

func (postgresEngine) quote(name string) string { return pgx.Identifier{name}.Sanitize() }

func (postgresEngine) asText(expr string) string { return "CAST(" + expr + " AS text)" }

func (postgresEngine) byteOrder(expr string) string { return expr + ` COLLATE pg_catalog."C"` }

func (postgresEngine) diagnose(err error) (diagnosis, bool) {
	if errors.Is(err, errSessionSettings) {
		return diagnosis{Permission, "A connection pooler between Vantelle and PostgreSQL drops the session's settings: connect to the server itself, or let the pooler pass startup parameters."}, true
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return diagnosePostgresCode(pg.Code), true
	}
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) {
		if text := connect.Error(); strings.Contains(text, "tls:") || strings.Contains(text, "x509:") || strings.Contains(text, "TLS") {
			return diagnosis{Unavailable, "TLS cannot be agreed on with the server: check sslmode and sslrootcert in the DSN and the server's certificate."}, true
		}
		return diagnosis{Unavailable, hintUnreachable}, true
	}
	return diagnosis{}, false
}

// diagnosePostgresCode reads an SQLSTATE (PostgreSQL manual, appendix A).
func diagnosePostgresCode(code string) diagnosis {
	switch code {
	case "22003":
		return diagnosis{Overflow, ""}
	case "28P01":
		return diagnosis{Permission, "The server refused the password: check user and password of the dossier."}
	case "28000":
		return diagnosis{Permission, "The server refused the login: check the user of the dossier and the server's pg_hba.conf."}
	case "3D000":
		return diagnosis{Unavailable, "The server has no database of that name: check the database in the dossier's DSN."}
	case "42501":
		return diagnosis{Permission, "The login lacks a right: GRANT USAGE on the schema and SELECT on its tables to it."}
	case "25006":
		return diagnosis{Permission, ""}
	case "42P01", "42703", "3F000": // not 42883 and 42704: an operator or a type that there never was says nothing of the catalog
		return diagnosis{MissingObject, hintMissing}
	case "57014":
		return diagnosis{Timeout, hintSlow}
	case "40001", "40P01", "55P03":
		return diagnosis{Transient, "Somebody holds a lock there; it is tried again."}
	case "53300":
		return diagnosis{Unavailable, "The server has no connection left: lower the dossier's pools or raise max_connections there."}
	case "53000", "53100", "53200", "53400":
		return diagnosis{Exhausted, hintExhausted}
	case "57P03":
		return diagnosis{Unavailable, "The server is starting or stopping; it is tried again."}
	}
	switch code[:min(2, len(code))] {
	case "08", "57", "53", "58":
		return diagnosis{Unavailable, hintUnreachable}
	}
	return diagnosis{}
}
