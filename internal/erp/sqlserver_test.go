package erp

import (
	"context"
	"net"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/microsoft/go-mssqldb/msdsn"
	"github.com/sqlc-dev/teesql/parser"

	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

const sesame = "p};{=\\ \"'@/é"

func sageServer(change ...func(*Server)) Settings {
	s := DefaultSettings()
	s.Name, s.Engine = "sage", catalog.SQLServer
	s.Server = Server{Host: "SRV", Database: "BIJOU", User: "u", Password: sesame, Protocol: "auto", Auth: "sql", Encrypt: "true"}
	for _, c := range change {
		c(&s.Server)
	}
	return s
}

func TestSQLServerIsConfiguredByKeys(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Server)
		good   func(msdsn.Config) bool
	}{
		"a login": {func(*Server) {}, func(c msdsn.Config) bool {
			return c.Host == "SRV" && c.Instance == "" && c.Port == 0 && c.Database == "BIJOU" && c.User == "u" && c.Password == sesame &&
				c.Encryption == msdsn.EncryptionRequired && !c.TrustServerCertificate && !c.TLSConfig.InsecureSkipVerify && c.TLSConfig.ServerName == "SRV"
		}},
		"an instance in the server's name": {func(s *Server) { s.Host = `SRV\SAGE100` }, func(c msdsn.Config) bool { return c.Host == "SRV" && c.Instance == "SAGE100" }},
		"an instance of its own":           {func(s *Server) { s.Instance = "SAGE100" }, func(c msdsn.Config) bool { return c.Host == "SRV" && c.Instance == "SAGE100" }},
		"a port":                           {func(s *Server) { s.Port = 50123 }, func(c msdsn.Config) bool { return c.Port == 50123 }},
		"strict encryption":                {func(s *Server) { s.Encrypt = "strict" }, func(c msdsn.Config) bool { return c.Encryption == msdsn.EncryptionStrict }},
		"a certificate nobody knows": {func(s *Server) { s.TrustServerCertificate = true }, func(c msdsn.Config) bool {
			return c.TLSConfig.InsecureSkipVerify && c.Encryption == msdsn.EncryptionRequired
		}},
		"no encryption but of the password": {func(s *Server) { s.Encrypt = "false" }, func(c msdsn.Config) bool {
			return c.Encryption == msdsn.EncryptionOff && c.TLSConfig.InsecureSkipVerify
		}},
		"another name in the certificate": {func(s *Server) { s.HostNameInCertificate = "sage.example" }, func(c msdsn.Config) bool { return c.TLSConfig.ServerName == "sage.example" }},
		"Kerberos":                        {func(s *Server) { s.Auth, s.User, s.Password = "kerberos", "", "" }, func(c msdsn.Config) bool { return c.Parameters["authenticator"] != "" && c.Password == "" }},
		"a Windows account":               {func(s *Server) { s.Auth, s.User = "windows", `DOM\u` }, func(c msdsn.Config) bool { return c.Parameters["authenticator"] != "" && c.User == `DOM\u` }},
	} {
		config, err := sqlserverConfig(sageServer(c.change))
		if err != nil || !c.good(config) {
			t.Errorf("%s: %+v, %v", name, config, err)
			continue
		}
		if config.MultiSubnetFailover || config.AppName != "vantelle" || config.LogFlags != 0 || !config.Encoding.GuidConversion || !slices.Contains(config.Protocols, "tcp") {
			t.Errorf("%s: %+v", name, config)
		}
	}
}

func TestSQLServerAddressesAreRefusedWithTheKeyToChange(t *testing.T) {
	const secret = "s3same"
	for name, c := range map[string]struct {
		dsn    string
		change func(*Server)
		want   string // "" is accepted
	}{
		"a DSN":                           {"sqlserver://u:" + secret + "@h:1433?database=d&encrypt=true", nil, ""},
		"a DSN without a word on TLS":     {"sqlserver://u:" + secret + "@h?database=d", nil, "encrypt=true"},
		"a DSN without database":          {"sqlserver://u:" + secret + "@h?encrypt=true", nil, "database: must be given"},
		"a DSN with a slash in the word":  {"sqlserver://u:a/" + secret + "@h?database=d&encrypt=true", nil, "cannot be read"},
		"a DSN with a wrong word":         {"sqlserver://u:" + secret + "@h?database=d&encrypt=" + secret, nil, "cannot be read"},
		"no database":                     {"", func(s *Server) { s.Database = "" }, "database: must be given"},
		"a way to sign in that is none":   {"", func(s *Server) { s.Auth = "ldap" }, "auth: "},
		"an authority that is missing":    {"", func(s *Server) { s.CAFile = "no-such.pem" }, "ca_file: "},
		"an encryption that is none":      {"", func(s *Server) { s.Encrypt = "maybe" }, "cannot be read"},
		"an encryption that is not given": {"", func(s *Server) { s.Encrypt = "" }, "encrypt"},
	} {
		s := Settings{Engine: catalog.SQLServer, DSN: c.dsn}
		if c.change != nil {
			s = sageServer(c.change)
			s.Server.Password = secret
		}
		config, err := sqlserverConfig(s)
		switch {
		case c.want == "" && err != nil, c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v", name, err)
		case err != nil && strings.Contains(err.Error(), secret):
			t.Errorf("%s: the error holds the password: %v", name, err)
		case err == nil && (config.LogFlags != 0 || config.MultiSubnetFailover):
			t.Errorf("%s: %+v", name, config)
		}
	}
}

func TestWaysToSQLServer(t *testing.T) {
	for name, c := range map[string]struct {
		server Server
		system string
		want   []string
	}{
		"another machine":              {Server{Host: "SRV", Protocol: "auto"}, "windows", []string{"tcp"}},
		"this machine":                 {Server{Host: "localhost", Protocol: "auto"}, "windows", []string{"lpc", "tcp", "np"}},
		"this machine by its dot":      {Server{Host: ".", Protocol: "auto"}, "windows", []string{"lpc", "tcp", "np"}},
		"this machine by its address":  {Server{Host: "127.0.0.1", Protocol: "auto"}, "windows", []string{"lpc", "tcp", "np"}},
		"this machine, and a port":     {Server{Host: "localhost", Protocol: "auto", Port: 1433}, "windows", []string{"tcp"}},
		"this machine without Windows": {Server{Host: "localhost", Protocol: "auto"}, "linux", []string{"tcp"}},
		"one that was asked for":       {Server{Host: "SRV", Protocol: "np"}, "windows", []string{"np"}},
	} {
		if got := protocols(c.server, c.system); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	for instance, want := range map[string]string{"": `sql\query`, "MSSQLServer": `sql\query`, "Sage100": `MSSQL$SAGE100\sql\query`} {
		if got := pipeOf(instance); got != want {
			t.Errorf("the pipe of %q is %s", instance, got)
		}
	}
	for name, c := range map[string]struct {
		server Server
		system string
		want   string // "error" for one
	}{
		"a login":                            {Server{Auth: "sql"}, "windows", ""},
		"the service's account":              {Server{Auth: "windows"}, "windows", "winsspi"},
		"the service's account, no Windows":  {Server{Auth: "windows"}, "linux", "error"},
		"a Windows account elsewhere":        {Server{Auth: "windows", User: `D\u`}, "linux", "ntlm"},
		"Kerberos, which Windows has itself": {Server{Auth: "kerberos"}, "windows", "winsspi"},
		"Kerberos":                           {Server{Auth: "kerberos"}, "linux", "krb5"},
	} {
		got, err := authenticator(c.server, c.system)
		if err != nil {
			got = "error"
		}
		if got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestSQLServerTypes(t *testing.T) {
	text := func(length int, page uint16) sqltype.Type {
		return sqltype.Type{Kind: sqltype.Text, Length: length, CodePage: page}
	}
	for native, c := range map[string]struct {
		column sqlserverColumn
		want   sqltype.Type
	}{
		"varchar(17)":      {sqlserverColumn{Type: "varchar", Length: 17, CodePage: 1252, DatabasePage: 1252}, text(17, 1252)},
		"varchar(max)":     {sqlserverColumn{Type: "varchar", Length: -1, CodePage: 1252, DatabasePage: 1252}, text(0, 1252)},
		"varchar(5)":       {sqlserverColumn{Type: "varchar", Length: 5, CodePage: 1250, DatabasePage: 1252}, text(5, 0)},
		"varchar(6)":       {sqlserverColumn{Type: "varchar", Length: 6, CodePage: 65001, DatabasePage: 65001}, text(6, 65001)},
		"text":             {sqlserverColumn{Type: "text", Length: 16, CodePage: 1252, DatabasePage: 1252}, text(0, 1252)},
		"char(3)":          {sqlserverColumn{Type: "char", Length: 3, CodePage: 1252, DatabasePage: 1252}, sqltype.Type{Kind: sqltype.Text, Length: 3, Fixed: true, CodePage: 1252}},
		"nvarchar(17)":     {sqlserverColumn{Type: "nvarchar", Length: 34, CodePage: 1252, DatabasePage: 1252}, sqltype.Type{Kind: sqltype.Text, Length: 17, National: true}},
		"nvarchar(max)":    {sqlserverColumn{Type: "nvarchar", Length: -1}, sqltype.Type{Kind: sqltype.Text, National: true}},
		"nchar(2)":         {sqlserverColumn{Type: "nchar", Length: 4}, sqltype.Type{Kind: sqltype.Text, Length: 2, Fixed: true, National: true}},
		"bit":              {sqlserverColumn{Type: "bit", Length: 1}, sqltype.Type{Kind: sqltype.Bool}},
		"tinyint":          {sqlserverColumn{Type: "tinyint"}, sqltype.Type{Kind: sqltype.Int, Bits: 8}},
		"smallint":         {sqlserverColumn{Type: "smallint"}, sqltype.Type{Kind: sqltype.Int, Bits: 16}},
		"bigint":           {sqlserverColumn{Type: "bigint"}, sqltype.Type{Kind: sqltype.Int, Bits: 64}},
		"numeric(24,6)":    {sqlserverColumn{Type: "numeric", Precision: 24, Scale: 6}, sqltype.Type{Kind: sqltype.Decimal, Precision: 24, Scale: 6}},
		"money":            {sqlserverColumn{Type: "money", Precision: 19, Scale: 4}, sqltype.Type{Kind: sqltype.Decimal, Precision: 19, Scale: 4}},
		"real":             {sqlserverColumn{Type: "real", Precision: 24}, sqltype.Type{Kind: sqltype.Float, Bits: 32}},
		"float":            {sqlserverColumn{Type: "float", Precision: 53}, sqltype.Type{Kind: sqltype.Float, Bits: 64}},
		"date":             {sqlserverColumn{Type: "date"}, sqltype.Type{Kind: sqltype.Date}},
		"datetime":         {sqlserverColumn{Type: "datetime", Scale: 3}, sqltype.Type{Kind: sqltype.Timestamp, Coarse: true}},
		"smalldatetime":    {sqlserverColumn{Type: "smalldatetime"}, sqltype.Type{Kind: sqltype.Timestamp, Coarse: true}},
		"datetime2(7)":     {sqlserverColumn{Type: "datetime2", Scale: 7}, sqltype.Type{Kind: sqltype.Timestamp}},
		"time(3)":          {sqlserverColumn{Type: "time", Scale: 3}, sqltype.Type{Kind: sqltype.Time}},
		"varbinary(18)":    {sqlserverColumn{Type: "varbinary", Length: 18}, sqltype.Type{Kind: sqltype.Binary}},
		"image":            {sqlserverColumn{Type: "image", Length: 16}, sqltype.Type{Kind: sqltype.Binary}},
		"timestamp":        {sqlserverColumn{Type: "timestamp", Length: 8}, sqltype.Type{Kind: sqltype.Binary}},
		"uniqueidentifier": {sqlserverColumn{Type: "uniqueidentifier", Length: 16}, sqltype.Type{Kind: sqltype.UUID}},
		"xml":              {sqlserverColumn{Type: "xml", Length: -1}, sqltype.Type{Kind: sqltype.Other}},
		"geography":        {sqlserverColumn{Type: "geography", Length: -1}, sqltype.Type{Kind: sqltype.Other}},
		"sql_variant":      {sqlserverColumn{Type: "sql_variant", Length: 8016}, sqltype.Type{Kind: sqltype.Other}},
	} {
		if got := sqlserverType(c.column); got != c.want {
			t.Errorf("%s: %+v", native, got)
		}
		if got := sqlserverNative(c.column); got != native {
			t.Errorf("%s is spelled %s", native, got)
		}
	}
	if got := sqlserverType(sqlserverColumn{Type: "datetimeoffset"}); got != (sqltype.Type{Kind: sqltype.Timestamp, Zoned: true}) {
		t.Errorf("datetimeoffset: %+v", got)
	}
}

func TestAServerThatSaysNothingIsNotWaitedForForEver(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	s := sageServer(func(s *Server) { s.Host, s.Port = "127.0.0.1", atoi(t, port) })
	s.ConnectTimeout = 50 * time.Millisecond
	db := open(t, catalog.SQLServer, "", func(to *Settings) { *to = s })
	err = db.Ping(context.Background())
	if Classify(err) != Timeout && Classify(err) != Unavailable {
		t.Errorf("class %v of %v", Classify(err), err)
	}
	// The driver itself, without the caller's own time limit, gives up too.
	if _, err := db.sync.Conn(context.Background()); err == nil {
		t.Error("a connection without a server")
	}
}

func TestWhatIsAskedOfSQLServerIsTSQL(t *testing.T) {
	for name, statement := range map[string]string{
		"version": sqlserverVersion, "columns": sqlserverColumns, "unique": sqlserverUnique, "foreign": sqlserverForeign, "keys shown": sqlserverKeysShown,
		"tracking on": trackingOn, "tracking version": trackingVersion, "tracking fork": trackingFork, "tracking of a table": trackingTable,
		"session": sqlserverSession(time.Second, 7) + sqlserverIsolation(true) + sqlserverIsolation(false),
	} {
		if _, err := parser.Parse(t.Context(), strings.NewReader(statement)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
