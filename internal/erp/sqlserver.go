package erp

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/microsoft/go-mssqldb/msdsn"
)

type sqlserverEngine struct{}

func (sqlserverEngine) driver() string { return "sqlserver" }
func (sqlserverEngine) probe() string  { return "SELECT 1" }

// snapshot takes the session's own isolation level: SNAPSHOT where the
// database allows it, else READ COMMITTED, under which reads are not of one
// moment. Anything stricter would lock out the people who work on the ERP.
func (sqlserverEngine) snapshot() *sql.TxOptions { return &sql.TxOptions{ReadOnly: true} }

func (sqlserverEngine) open(s Settings, of purpose, timeout time.Duration) (driver.Connector, error) {
	config, err := sqlserverConfig(s)
	if err != nil {
		return nil, err
	}
	return &sqlserverConnector{
		config:  config,
		session: sqlserverSession(min(timeout, maxLockTimeout), s.CostLimit),
		timeout: timeout,
		connect: s.ConnectTimeout,
		browser: browser{port: browserPort},
		writes:  of == toWrite,
	}, nil
}

// sqlserverConfig makes the driver's configuration from the keys or the DSN,
// and sets what the house relies on whatever a DSN says.
func sqlserverConfig(s Settings) (msdsn.Config, error) {
	dsn, server := s.DSN, s.Server.split()
	if dsn == "" {
		var err error
		if dsn, err = sqlserverDSN(server); err != nil {
			return msdsn.Config{}, err
		}
	}
	config, err := msdsn.Parse(dsn)
	if err != nil {
		// The parser's own error may quote a piece of the password.
		return config, errSQLServerDSN
	}
	if _, said := config.Parameters[msdsn.Encrypt]; !said {
		return config, errors.New("dsn: does not say whether to encrypt, and the driver would then trust any server: add encrypt=true, strict or false")
	}
	if config.Database == "" {
		return config, errors.New("database: must be given: it is the one whose tables make up the catalog")
	}
	if s.DSN == "" {
		if err := sqlserverKeys(&config, server); err != nil {
			return config, err
		}
	} else if _, said := config.Parameters[msdsn.MultiSubnetFailover]; !said {
		config.MultiSubnetFailover = false // dials every address at once
	}
	config.DialTimeout = s.ConnectTimeout
	config.AppName = "vantelle"
	config.LogFlags = 0 // statements and values belong in no log
	config.Encoding = msdsn.EncodeParameters{Timezone: time.UTC, GuidConversion: true}
	return config, nil
}

var errSQLServerDSN = errors.New("dsn: cannot be read as sqlserver://user:password@host:1433?database=…&encrypt=true; " +
	"the keys server, instance, user, password and database need no such form")

// sqlserverKeys sets what a connection string cannot say.
func sqlserverKeys(config *msdsn.Config, s Server) error {
	config.MultiSubnetFailover = false
	config.Protocols = protocols(s, runtime.GOOS)
	authorities, err := readAuthorities(s.CAFile)
	if err != nil {
		return err
	}
	if config.TLSConfig != nil {
		config.TLSConfig.RootCAs = authorities
		// Without encrypt only the password is encrypted: by a certificate
		// that nobody has promised.
		config.TLSConfig.InsecureSkipVerify = s.TrustServerCertificate || s.Encrypt == "false"
	}
	return nil
}

// sqlserverDSN spells the keys as the driver reads them.
func sqlserverDSN(s Server) (string, error) {
	host := s.Host
	if s.Instance != "" {
		host += `\` + s.Instance
	}
	pairs := [][2]string{
		{msdsn.Server, host}, {msdsn.Database, s.Database}, {msdsn.Encrypt, s.Encrypt},
		{msdsn.TrustServerCertificate, strconv.FormatBool(s.TrustServerCertificate)},
		{msdsn.HostNameInCertificate, s.HostNameInCertificate},
		{msdsn.Pipe, pipeOf(s.Instance)},
	}
	if s.Port > 0 {
		pairs = append(pairs, [2]string{msdsn.Port, strconv.Itoa(s.Port)})
	}
	if s.Protocol != "auto" {
		if s.Protocol != "tcp" && runtime.GOOS != "windows" {
			return "", fmt.Errorf("protocol: %s works on Windows only: use tcp", s.Protocol)
		}
		pairs = append(pairs, [2]string{msdsn.Protocol, s.Protocol})
	}
	authenticator, err := authenticator(s, runtime.GOOS)
	if err != nil {
		return "", err
	}
	pairs = append(pairs, [][2]string{{"authenticator", authenticator}, {msdsn.UserID, s.User}, {msdsn.Password, s.Password}}...)
	var b strings.Builder
	b.WriteString("odbc:")
	for _, p := range pairs {
		if p[1] != "" {
			b.WriteString(p[0] + "={" + strings.ReplaceAll(p[1], "}", "}}") + "};")
		}
	}
	return b.String(), nil
}

// authenticator names the driver's way to sign in; empty for a login of SQL
// Server's own.
func authenticator(s Server, system string) (string, error) {
	windows := system == "windows"
	switch {
	case s.Auth == "sql":
		return "", nil
	case s.Auth == "windows" && windows, s.Auth == "kerberos" && windows:
		return "winsspi", nil // which prefers Kerberos by itself
	case s.Auth == "kerberos":
		return "krb5", nil
	case s.Auth == "windows" && strings.Contains(s.User, `\`):
		return "ntlm", nil
	case s.Auth == "windows":
		return "", errors.New(`auth: windows needs user: DOMAIN\name and a password where Vantelle does not run on Windows; kerberos can do without`)
	}
	return "", fmt.Errorf("auth: %q is none of sql, windows and kerberos", s.Auth)
}

// protocols gives the ways to try, in order. Shared memory comes first where
// the server is this machine: SQL Server Express ships with TCP off.
func protocols(s Server, system string) []string {
	switch {
	case s.Protocol != "auto":
		return []string{s.Protocol}
	case system == "windows" && s.Port == 0 && thisMachine(s.Host):
		return []string{"lpc", "tcp", "np"}
	}
	return []string{"tcp"}
}

func thisMachine(host string) bool {
	if slices.Contains([]string{"", ".", "(local)", "localhost"}, strings.ToLower(host)) {
		return true
	}
	if ip := net.ParseIP(host); ip != nil {
		return ip.IsLoopback()
	}
	name, err := os.Hostname()
	return err == nil && strings.EqualFold(host, name)
}

// pipeOf names the pipe on which an instance listens unless somebody has
// changed it.
func pipeOf(instance string) string {
	if instance == "" || strings.EqualFold(instance, "MSSQLSERVER") {
		return `sql\query`
	}
	return `MSSQL$` + strings.ToUpper(instance) + `\sql\query`
}

func (sqlserverEngine) quote(name string) string {
	return "[" + strings.ReplaceAll(name, "]", "]]") + "]"
}

func (sqlserverEngine) asText(expr string) string { return "CAST(" + expr + " AS nvarchar(4000))" }

// byteOrder sorts by UTF-16 units, which is the order of UTF-8's bytes but for
// characters beyond the first 65,536.
func (sqlserverEngine) byteOrder(expr string) string {
	return "CAST(" + expr + " AS nvarchar(4000)) COLLATE Latin1_General_BIN2"
}
