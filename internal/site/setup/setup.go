// Package setup makes a first configuration: it recognises an ERP by its
// tables, says which rights a login needs and no more, and writes the
// configuration with its secrets in files of their own.
//
// It must never write over a file unasked, never write half of what belongs
// together, and never put a secret into a file that others may read. It shows
// nothing itself: cmd/vantelle does, before anything is written.
//
// Read next: recognise.go, needs.go and grants.go (the ERP), plan.go (what
// would be written), write.go (how), ask.go (questions to a person).
package setup

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/internal/config"
	"github.com/vantelle/vantelle/sync/erpsource"
)

// Answers are what a configuration is made of.
type Answers struct {
	Engine       string   // one of Engines
	Path         string   // sqlite: of the file
	DSN          string   // the other engines: the whole address, password included
	Server       Server   // sqlserver and mariadb, where no DSN is given
	Schemas      []string // postgres, sqlserver: those that hold the ERP's tables; empty for the usual
	ERP          string   // one of ERPs
	TablesPrefix string   // dolibarr: what its tables' names begin with; empty to find it
	Dossier      string   // the dossier's id
	Profile      string   // the default profile; empty for the configuration's own default
	Places       Places   // where a service writes; empty for the configuration's own defaults
}

// Server says where a SQL Server or a MariaDB is, key by key.
type Server struct {
	Host, Instance string
	Port           int    // 0 for the usual one, or the one of the instance
	Socket         string // mariadb, instead of Host
	Database       string
	Auth           string // sqlserver: sql, windows or kerberos
	User, Password string
	// Encrypt is "true" or "false", or what else the key encrypt or tls takes.
	// Empty is what the configuration takes for granted.
	Encrypt                string
	TrustServerCertificate bool // sqlserver
}

// Places are what the service writes to, as the configuration names it.
type Places struct{ Directory, Audit, Log string }

// Engines are the kinds of database that can be set up.
func Engines() []string { return []string{"sqlite", "postgres", "mariadb", "sqlserver"} }

// ERPs are the kinds of ERP that can be recognised.
func ERPs() []string { return []string{erpsource.Sage100, erpsource.Odoo, erpsource.Dolibarr} }

var dossierForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,63}$`)

// CheckEngine tells what is wrong with an engine.
func CheckEngine(name string) error { return oneOf(name, Engines()) }

// CheckERP tells what is wrong with a kind of ERP.
func CheckERP(name string) error { return oneOf(name, ERPs()) }

// CheckDossier tells what is wrong with a dossier's id.
func CheckDossier(id string) error {
	if !dossierForm.MatchString(id) {
		return errors.New("use up to 64 of a to z, 0 to 9, - and _, beginning with a letter or digit")
	}
	return nil
}

func oneOf(name string, all []string) error {
	if !slices.Contains(all, name) {
		return fmt.Errorf("expected %s", strings.Join(all, ", "))
	}
	return nil
}

// ConfigDossier is the dossier as the configuration will have it.
func (a Answers) ConfigDossier() config.Dossier {
	var d config.Dossier
	d.SetDefaults()
	d.ERP, d.Engine, d.TablesPrefix = a.ERP, config.Engine(a.Engine), a.TablesPrefix
	d.Schemas = append(d.Schemas, a.Schemas...)
	switch {
	case d.Engine == config.SQLite:
		d.Path = a.Path
	case a.DSN != "":
		d.DSN = config.NewSecret(a.DSN)
	default:
		a.Server.into(&d)
	}
	if a.Profile != "" {
		d.DefaultProfile = a.Profile
	}
	return d
}

// into sets the keys of a server.
func (s Server) into(d *config.Dossier) {
	d.Port, d.Database, d.User, d.Password = s.Port, s.Database, s.User, config.NewSecret(s.Password)
	if d.Engine == config.MariaDB {
		d.Host, d.Socket = s.Host, s.Socket
		if s.Encrypt != "" {
			d.TLS = config.Word(s.Encrypt)
		}
		return
	}
	d.Server, d.Instance, d.TrustServerCertificate = s.Host, s.Instance, s.TrustServerCertificate
	if s.Auth != "" {
		d.Auth = s.Auth
	}
	if s.Encrypt != "" {
		d.Encrypt = config.Word(s.Encrypt)
	}
}

// Check gives everything that the configuration would refuse, as config.Mistakes.
func (a Answers) Check() error {
	c := config.Default()
	c.Dossiers = map[string]config.Dossier{a.Dossier: a.ConfigDossier()}
	return c.Validate()
}
