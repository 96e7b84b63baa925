package erp

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"

	"github.com/vantelle/vantelle/internal/fold"
)

type sqliteEngine struct{}

// SQLite has no function that takes accents away: the gate's FOLD is printed as
// this one of ours.
func init() {
	sqlite.MustRegisterDeterministicScalarFunction("vantelle_fold", 1, func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
		switch v := args[0].(type) {
		case string:
			return fold.Text(v), nil
		case []byte:
			return fold.Text(string(v)), nil
		case nil:
			return nil, nil
		default: // a number that an untyped column holds
			return fmt.Sprint(v), nil
		}
	})
}

func (sqliteEngine) driver() string { return "sqlite3" }

// probe reads the file's header, which opening it does not.
func (sqliteEngine) probe() string { return "PRAGMA schema_version" }

func (sqliteEngine) snapshot() *sql.TxOptions { return &sql.TxOptions{ReadOnly: true} }

// maxBusyTimeout bounds the wait for a writer of the file.
const maxBusyTimeout = 5 * time.Second

func (sqliteEngine) open(s Settings, of purpose, timeout time.Duration) (driver.Connector, error) {
	if strings.HasPrefix(s.DSN, "file:") || strings.Contains(s.DSN, ":memory:") {
		return nil, errors.New("dsn: must be the path of a SQLite file, not a URI")
	}
	uri, err := sqliteURI(s.DSN, of, timeout)
	if err != nil {
		return nil, err
	}
	connector, err := sqlite.NewConnector(uri)
	if err != nil {
		return nil, fmt.Errorf("dsn: %w", err)
	}
	return connector, nil
}

// sqliteURI spells how a file is opened: to read only, so that a missing file
// stays missing; with nothing in its schema trusted; and with "x" never taken
// for a string where no column x exists. Transactions that write take the file's
// write lock as they begin, and hold to its foreign keys.
func sqliteURI(path string, of purpose, timeout time.Duration) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("dsn: %w", err)
	}
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") { // a drive letter
		path = "/" + path
	}
	mode, pragma, lock := "ro", "query_only(1)", "deferred"
	if of == toWrite {
		mode, pragma, lock = "rw", "foreign_keys(1)", "immediate"
	}
	sorts := "temp_store(2)" // stay off the disk
	if of == toSync {
		sorts = "temp_store(1)" // can be larger than memory: they go to a file that has no name
	}
	query := url.Values{
		"mode":         {mode},
		"_txlock":      {lock},
		"_dqs":         {"0"},
		"_defensive":   {"1"},
		"_time_format": {"datetime"},
		"_pragma": {
			"busy_timeout(" + strconv.FormatInt(min(timeout, maxBusyTimeout).Milliseconds(), 10) + ")",
			pragma,
			"trusted_schema(0)",
			sorts,
		},
	}
	uri := url.URL{Scheme: "file", Path: path, RawQuery: query.Encode()}
	return uri.String(), nil
}

// quote never uses double quotes, in which SQLite may see a string.
func (sqliteEngine) quote(name string) string {
	return "`" + strings.ReplaceAll(name, "`", "``") + "`"
}

func (sqliteEngine) asText(expr string) string { return "CAST(" + expr + " AS TEXT)" }

func (sqliteEngine) byteOrder(expr string) string { return expr + " COLLATE BINARY" }

func (sqliteEngine) diagnose(err error) (diagnosis, bool) {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return diagnosis{}, false
	}
	switch e.Code() & 0xff { // the primary code (sqlite.org/rescode.html)
	case sqlitelib.SQLITE_BUSY, sqlitelib.SQLITE_LOCKED:
		return diagnosis{Transient, "Another program is writing to the database file; it is tried again."}, true
	case sqlitelib.SQLITE_CANTOPEN:
		return diagnosis{Unavailable, "The database file cannot be opened: check that the path of the dossier exists and that the service's account may read the file and its folder."}, true
	case sqlitelib.SQLITE_PERM, sqlitelib.SQLITE_AUTH, sqlitelib.SQLITE_READONLY:
		return diagnosis{Permission, ""}, true
	case sqlitelib.SQLITE_NOTADB:
		return diagnosis{Other, "The file is not a SQLite database: check the path of the dossier."}, true
	case sqlitelib.SQLITE_CORRUPT:
		return diagnosis{Other, "The database file is damaged: restore it from a backup."}, true
	case sqlitelib.SQLITE_IOERR:
		return diagnosis{Unavailable, "The disk or share that holds the database file fails."}, true
	case sqlitelib.SQLITE_INTERRUPT:
		return diagnosis{Timeout, hintSlow}, true
	case sqlitelib.SQLITE_ERROR:
		// The code is the same for all of these; the texts are fixed and English.
		for _, sign := range []string{"no such table", "no such column", "no such function"} {
			if strings.Contains(e.Error(), sign) {
				return diagnosis{MissingObject, "A table or column that was there is not there any more; the catalog is read again by itself."}, true
			}
		}
		if strings.Contains(e.Error(), "integer overflow") {
			return diagnosis{Overflow, ""}, true
		}
	}
	return diagnosis{}, true
}
