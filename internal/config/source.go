package config

import (
	"net/url"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/internal/strictyaml"
)

// source checks what says where a dossier's database is, and how safely it is
// reached. It repeats no dsn and no password.
type source struct {
	*validation
	path string
	d    Dossier
}

func (s source) add(key, format string, args ...any) {
	s.validation.add(s.path+"."+key, format, args...)
}

func (s source) check() {
	d := s.d
	if !slices.Contains([]Engine{SQLite, Postgres, SQLServer, MariaDB}, d.Engine) {
		s.oneOf(s.path+".engine", string(d.Engine), string(SQLite), string(Postgres), string(SQLServer), string(MariaDB))
		return
	}
	s.others()
	s.between(s.path+".cost_limit", d.CostLimit, 0, 1_000_000_000)
	for i, name := range d.Schemas {
		if strings.TrimSpace(name) == "" {
			s.validation.add(strictyaml.Item(s.path+".schemas", i), "give the name of a schema")
		}
	}
	switch {
	case d.Engine == SQLite && d.Path == "":
		s.add("path", "give the path of the SQLite file")
	case d.Engine == SQLite:
	case !d.DSN.IsZero():
		s.dsn()
	case d.Engine == Postgres:
		s.add("dsn", "give dsn or dsn_file: the address of the PostgreSQL database")
	case d.Engine == SQLServer:
		s.sqlserver()
	case d.Engine == MariaDB:
		s.mariadb()
	}
}

// others refuses the keys of other engines, and those that a dsn replaces.
func (s source) others() {
	d, unset := s.d, Dossier{}
	unset.SetDefaults()
	for _, k := range []struct {
		key     string
		given   bool
		engines []Engine
		dsn     bool // may stand beside a dsn
	}{
		{"path", d.Path != "", []Engine{SQLite}, true},
		{"dsn", !d.DSN.IsZero() && d.DSNFile == "", []Engine{Postgres, SQLServer, MariaDB}, true},
		{"dsn_file", d.DSNFile != "", []Engine{Postgres, SQLServer, MariaDB}, true},
		{"schemas", len(d.Schemas) > 0, []Engine{Postgres, SQLServer}, true},
		{"server", d.Server != "", []Engine{SQLServer}, false},
		{"instance", d.Instance != "", []Engine{SQLServer}, false},
		{"host", d.Host != "", []Engine{MariaDB}, false},
		{"port", d.Port != 0, []Engine{SQLServer, MariaDB}, false},
		{"socket", d.Socket != "", []Engine{MariaDB}, false},
		{"protocol", d.Protocol != unset.Protocol, []Engine{SQLServer}, false},
		{"database", d.Database != "", []Engine{SQLServer, MariaDB}, false},
		{"auth", d.Auth != unset.Auth, []Engine{SQLServer}, false},
		{"user", d.User != "", []Engine{SQLServer, MariaDB}, false},
		{"password", !d.Password.IsZero() && d.PasswordFile == "", []Engine{SQLServer, MariaDB}, false},
		{"password_file", d.PasswordFile != "", []Engine{SQLServer, MariaDB}, false},
		{"encrypt", d.Encrypt != unset.Encrypt, []Engine{SQLServer}, false},
		{"tls", d.TLS != unset.TLS, []Engine{MariaDB}, false},
		{"ca_file", d.CAFile != "", []Engine{SQLServer, MariaDB}, false},
		{"trust_server_certificate", d.TrustServerCertificate, []Engine{SQLServer}, false},
		{"host_name_in_certificate", d.HostNameInCertificate != "", []Engine{SQLServer}, false},
		{"cost_limit", d.CostLimit != 0, []Engine{SQLServer}, true},
	} {
		switch {
		case !k.given:
		case !slices.Contains(k.engines, d.Engine):
			s.add(k.key, "this is for %s, not for %s", engineList(k.engines), d.Engine)
		case !k.dsn && (!d.DSN.IsZero() || d.DSNFile != ""):
			s.add(k.key, "dsn says this too: give the keys or the dsn")
		}
	}
}

func engineList(engines []Engine) string {
	if len(engines) == 1 {
		return string(engines[0])
	}
	words := make([]string, len(engines))
	for i, e := range engines {
		words[i] = string(e)
	}
	return orList(words)
}

// dsn refuses what is no address of the engine's.
func (s source) dsn() {
	dsn := s.d.DSN.Reveal()
	switch s.d.Engine {
	case Postgres:
		if !isPostgresURL(dsn) {
			s.add("dsn", expectedPostgresURL)
		}
	case SQLServer:
		u, err := url.Parse(dsn)
		if err != nil || u.Scheme != "sqlserver" {
			s.add("dsn", "expected sqlserver://user:${PASSWORD}@host:1433?database=name&encrypt=true; the keys server, user, password and database are easier to get right")
			return
		}
		if !slices.ContainsFunc(keysOfQuery(u), func(k string) bool { return strings.EqualFold(k, "encrypt") }) {
			s.add("dsn", "say whether to encrypt: add &encrypt=true, strict or false; without it any server would be trusted")
		}
	case MariaDB:
		if strings.Contains(dsn, "://") || !strings.Contains(dsn, ")/") {
			s.add("dsn", "expected user:${PASSWORD}@tcp(host:3306)/database?tls=true; the keys host, user, password and database are easier to get right")
		}
	}
}

const expectedPostgresURL = "expected postgres://user:${PASSWORD}@host:5432/database?sslmode=verify-full"

func isPostgresURL(dsn string) bool {
	return strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://")
}

func keysOfQuery(u *url.URL) []string {
	var keys []string
	for k := range u.Query() {
		keys = append(keys, k)
	}
	return keys
}

func (s source) sqlserver() {
	d := s.d
	s.serverName()
	s.oneOf(s.path+".protocol", d.Protocol, "auto", "tcp", "lpc", "np")
	if d.Port != 0 && (d.Protocol == "lpc" || d.Protocol == "np") {
		s.add("port", "protocol: %s has no port: remove one of the two", d.Protocol)
	}
	s.common()
	switch d.Auth {
	case "sql":
		s.signIn("auth: sql signs in with a login of SQL Server's own")
	case "windows":
		switch {
		case d.User == "" && d.Password.IsZero():
		case d.User == "" || d.Password.IsZero():
			s.add("user", "give user and password, or neither: then the service's own account signs in")
		case !strings.Contains(d.User, `\`):
			s.add("user", `a Windows account is written DOMAIN\name`)
		}
	case "kerberos":
		if d.User == "" && !d.Password.IsZero() {
			s.add("user", "password is given without user")
		}
	default:
		s.oneOf(s.path+".auth", d.Auth, "sql", "windows", "kerberos")
	}
	s.oneOf(s.path+".encrypt", string(d.Encrypt), "true", "strict", "false")
	switch {
	case d.TrustServerCertificate && d.Encrypt == "strict":
		s.add("trust_server_certificate", "encrypt: strict always checks the certificate: remove one of the two")
	case d.TrustServerCertificate && (d.CAFile != "" || d.HostNameInCertificate != ""):
		s.add("trust_server_certificate", "this accepts any certificate, so that ca_file and host_name_in_certificate would never be looked at: remove it")
	case d.Encrypt == "false":
		s.unchecked("encrypt: false checks no certificate")
	}
}

// serverName explains what people get wrong about SRV\SAGE100.
func (s source) serverName() {
	d := s.d
	host, instance, both := strings.Cut(d.Server, `\`)
	switch {
	case d.Server == "":
		s.add("server", "give the machine that SQL Server runs on, or machine\\instance")
	case strings.Contains(d.Server, `\\`):
		s.add("server", `without quotes and in single quotes one backslash is enough: SRV\SAGE100`)
	case strings.ContainsAny(d.Server, "/"):
		s.add("server", `expected machine or machine\instance, with a backslash and nothing before it: SRV\SAGE100`)
	case strings.ContainsAny(d.Server, ",:") && !strings.Contains(d.Server, "::"):
		s.add("server", "give the port in port, and a protocol such as tcp: in protocol")
	case host == "" || both && instance == "":
		s.add("server", `expected machine or machine\instance; this machine is localhost`)
	case both && d.Instance != "" && !strings.EqualFold(instance, d.Instance):
		s.add("instance", "server names another instance: give it once")
	case strings.ContainsAny(d.Instance, `\/`):
		s.add("instance", "give the instance's name alone, such as SAGE100")
	}
}

func (s source) mariadb() {
	d := s.d
	switch {
	case d.Host == "" && d.Socket == "":
		s.add("host", "give the machine that MariaDB runs on, or the path of its socket in socket")
	case d.Host != "" && d.Socket != "":
		s.add("socket", "host is given too: give one of them")
	case d.Socket != "" && d.Port != 0:
		s.add("port", "a socket has no port: remove one of the two")
	case strings.ContainsAny(d.Host, `/\`):
		s.add("host", "give a name or an address alone, such as db.local")
	}
	s.common()
	s.signIn("MariaDB wants it")
	s.oneOf(s.path+".tls", string(d.TLS), "true", "skip-verify", "false")
	if d.TLS == "false" || d.TLS == "skip-verify" {
		s.unchecked("tls: " + string(d.TLS) + " checks no certificate")
	}
}

func (s source) common() {
	if s.d.Database == "" {
		s.add("database", "give the name of the ERP's database")
	}
	s.between(s.path+".port", s.d.Port, 0, 65_535)
}

// signIn wants a user with a password.
func (s source) signIn(why string) {
	if s.d.User == "" {
		s.add("user", "give a user: %s", why)
	}
	if s.d.Password.IsZero() {
		s.add("password", "give password or password_file: %s", why)
	}
}

// unchecked refuses half a security setting: what to check a certificate by,
// where none is checked.
func (s source) unchecked(why string) {
	for key, given := range map[string]bool{
		"ca_file": s.d.CAFile != "", "host_name_in_certificate": s.d.HostNameInCertificate != "",
		"trust_server_certificate": s.d.TrustServerCertificate && s.d.Encrypt == "false",
	} {
		if given {
			s.add(key, "%s: remove one of the two", why)
		}
	}
}
