package erp

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
)

// mariadbEngine talks to MariaDB and to MySQL.
type mariadbEngine struct{}

func (mariadbEngine) driver() string { return "mysql" }
func (mariadbEngine) probe() string  { return "SELECT 1" }

// snapshot: mariadbConn begins every transaction the same way.
func (mariadbEngine) snapshot() *sql.TxOptions {
	return &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}
}

func (mariadbEngine) open(s Settings, of purpose, timeout time.Duration) (driver.Connector, error) {
	config, err := mariadbConfig(s)
	if err != nil {
		return nil, err
	}
	config.Timeout = s.ConnectTimeout
	// The server ends a statement first; this ends the wait for one that died.
	config.ReadTimeout = timeout + 30*time.Second
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return nil, errors.New("dsn: " + mariadbDSNForm) // the driver's own error may quote the address
	}
	return &mariadbConnector{Connector: connector, timeout: timeout, connect: s.ConnectTimeout, writes: of == toWrite}, nil
}

const mariadbDSNForm = "cannot be read as user:password@tcp(host:3306)/database?tls=true or user:password@unix(/path/of.sock)/database; " +
	"the keys host, port, user, password and database need no such form"

// mariadbConfig makes the driver's configuration from the keys or the DSN, and
// sets what the house relies on whatever a DSN says.
func mariadbConfig(s Settings) (*mysql.Config, error) {
	config, err := mysql.NewConfig(), error(nil)
	if s.DSN != "" {
		// The parser's own error may quote a piece of the password.
		if config, err = mysql.ParseDSN(s.DSN); err != nil {
			return nil, errors.New("dsn: " + mariadbDSNForm)
		}
		if config.TLS == nil && config.Net != "unix" && !loopback(hostOf(config.Addr)) {
			return nil, errors.New("dsn: does not say whether to encrypt: add tls=true, or tls=false where the network is trusted")
		}
	} else if err = mariadbAddress(config, s.Server); err != nil {
		return nil, err
	}
	if config.DBName == "" {
		return nil, errors.New("database: must be given: it is the one whose tables make up the catalog")
	}
	config.Params = nil // session variables: they could only weaken what mariadbSession sets
	config.ParseTime = false
	config.InterpolateParams = false // values travel apart from the statement's text
	config.MultiStatements = false
	config.ClientFoundRows = true
	// The server's own, asked for with each connection: it breaks a connection over a
	// larger packet, which looks as if it had gone away; the driver says what is wrong.
	config.MaxAllowedPacket = 0
	config.AllowAllFiles = false
	config.AllowFallbackToPlaintext = false
	config.Loc = time.UTC
	config.Logger = &mysql.NopLogger{} // errors come back to the caller, who logs them
	config.ConnectionAttributes = "program_name:vantelle"
	return config, config.Apply(mysql.Charset("utf8mb4", ""))
}

func mariadbAddress(config *mysql.Config, s Server) error {
	config.User, config.Passwd, config.DBName = s.User, s.Password, s.Database
	if s.Socket != "" {
		config.Net, config.Addr = "unix", s.Socket
		return nil // nothing leaves the machine
	}
	port := s.Port
	if port == 0 {
		port = 3306
	}
	config.Net, config.Addr = "tcp", net.JoinHostPort(s.Host, strconv.Itoa(port))
	switch s.Encrypt {
	case "false":
	case "true", "skip-verify":
		authorities, err := readAuthorities(s.CAFile)
		if err != nil {
			return err
		}
		config.TLS = &tls.Config{MinVersion: tls.VersionTLS12, ServerName: s.Host, RootCAs: authorities, InsecureSkipVerify: s.Encrypt == "skip-verify"}
	default:
		return fmt.Errorf("tls: %q is none of true, false and skip-verify", s.Encrypt)
	}
	return nil
}

// readAuthorities reads certificates in PEM form; nil, the system's, for none.
func readAuthorities(path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("ca_file: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("ca_file: %s holds no certificate in PEM form", path)
	}
	return pool, nil
}

func hostOf(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	return host
}

// loopback tells whether only this machine is behind a host.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

func (mariadbEngine) quote(name string) string {
	return "`" + strings.ReplaceAll(name, "`", "``") + "`"
}

func (mariadbEngine) asText(expr string) string { return "CAST(" + expr + " AS CHAR)" }

// byteOrder converts first: a column may be kept in another character set, and
// every collation of text takes blanks at the end for nothing.
func (mariadbEngine) byteOrder(expr string) string {
	return "CAST(CONVERT(" + expr + " USING utf8mb4) AS BINARY)"
}

// mariadbSession are the statements that set a session. filter/sqlprint relies
// on the SQL mode: double quotes are strings, backslashes escape, || is OR, and
// the server leaves GROUP BY to us.
func mariadbSession(timeout time.Duration, mysqlServer, writes bool) []string {
	seconds := func(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 3, 64) }
	lock := strconv.Itoa(max(1, int(min(timeout, maxLockTimeout)/time.Second)))
	mode := "STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION"
	if writes { // in a reading, a division by 0 is NULL in a WITH that uses itself, too
		mode = "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
	}
	set := "SET SESSION sql_mode = '" + mode + "'" +
		", SESSION time_zone = '+00:00'" +
		", SESSION autocommit = 1" +
		", SESSION sql_auto_is_null = 0" +
		", SESSION lock_wait_timeout = " + lock +
		", SESSION innodb_lock_wait_timeout = " + lock +
		// What would be cut silently is given room instead: time and size
		// have limits of their own.
		", SESSION group_concat_max_len = 67108864" +
		", SESSION sql_select_limit = 18446744073709551615" +
		", SESSION div_precision_increment = 8" // of AVG, too
	// Where no column is compared, two values are equal only when they are the
	// same: a column's own collation still goes before the session's.
	names := "SET NAMES utf8mb4 COLLATE utf8mb4_nopad_bin"
	if mysqlServer {
		names = "SET NAMES utf8mb4 COLLATE utf8mb4_bin"
		set += ", SESSION cte_max_recursion_depth = 4294967295, SESSION max_execution_time = " + strconv.FormatInt(timeout.Milliseconds(), 10)
	} else {
		set += ", SESSION max_recursive_iterations = 4294967295, SESSION max_statement_time = " + seconds(timeout) +
			// Where 10.11 pushes a condition down to a grouped block it reads that
			// one's keys anew, and finds some of them ambiguous.
			", SESSION optimizer_switch = 'condition_pushdown_for_derived=off'" +
			// Every order of so many tables is tried at a time. Of all of them, which
			// is how it comes, it tries for hours, and listens to no time limit: a
			// dozen of IN (SELECT …) is enough.
			", SESSION optimizer_search_depth = 3"
	}
	level := "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
	if writes {
		// Each read of a write sees what is committed by then, or it would find
		// its rows inside the filter by what the filter's tables were before.
		level = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE"
	}
	return []string{names, set, level}
}

var errMariaDBSession = errors.New("the session is not set as asked for")

func checkMariaDBSession(ctx context.Context, c mariadbDriverConn, mysqlServer, writes bool) error {
	readOnly := "tx_read_only"
	if mysqlServer {
		readOnly = "transaction_read_only"
	}
	got, err := mariadbText(ctx, c, "SELECT CONCAT(@@SESSION."+readOnly+" + 0, ' ', @@SESSION.time_zone, ' ', @@SESSION.sql_mode)")
	if err != nil {
		return fmt.Errorf("check the session's settings: %w", err)
	}
	wanted := "1 +00:00 "
	if writes {
		wanted = "0 +00:00 "
	}
	mode, set := strings.CutPrefix(got, wanted)
	for _, unwanted := range []string{"ANSI_QUOTES", "PIPES_AS_CONCAT", "NO_BACKSLASH_ESCAPES", "ONLY_FULL_GROUP_BY"} {
		set = set && !strings.Contains(mode, unwanted)
	}
	if !set {
		return errMariaDBSession
	}
	return nil
}
