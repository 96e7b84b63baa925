package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"strconv"
	"strings"

	"github.com/rs/zerolog"
	"golang.org/x/term"

	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/site/setup"
)

// serverFlags say where a SQL Server or a MariaDB is, instead of an address.
type serverFlags struct {
	Server           string `help:"sqlserver: the machine, or MACHINE\\INSTANCE." placeholder:"NAME" xor:"address"`
	Host             string `help:"mariadb: the machine." placeholder:"NAME" xor:"address"`
	Socket           string `help:"mariadb: the path of a Unix socket, instead of a machine." placeholder:"FILE" xor:"address"`
	Port             int    `help:"The TCP port, where it is not the usual one or the instance's."`
	Database         string `help:"The database; those of the server are shown otherwise." placeholder:"NAME"`
	User             string `help:"Who signs in." placeholder:"NAME"`
	PasswordFile     string `help:"A file that holds his password." placeholder:"FILE"`
	Auth             string `help:"sqlserver: sql, windows or kerberos; windows where no user is given." placeholder:"KIND"`
	Encrypt          string `help:"sqlserver: true, strict or false. mariadb: true, skip-verify or false." placeholder:"WORD"`
	TrustCertificate bool   `name:"trust-server-certificate" help:"sqlserver: accept any certificate; right on the same machine only."`
}

// maxShown is how many databases of a server are looked into.
const maxShown = 40

// found shows the database servers of this machine, where somebody may be asked.
func (s *starter) found(ctx context.Context) {
	if s.ask == nil {
		return
	}
	s.servers = setup.ThisMachine().Find(ctx)
	if len(s.servers) == 0 {
		return
	}
	s.say("On this machine:")
	for _, f := range s.servers {
		s.say("  %s", printable(f.String()))
	}
}

// ofThisMachine gives the first server of the engine that was found.
func (s *starter) ofThisMachine() (setup.Found, bool) {
	for _, f := range s.servers {
		if f.Engine == s.Engine {
			return f, true
		}
	}
	return setup.Found{}, false
}

// server asks where the server is and who signs in.
func (s *starter) server() error {
	near, _ := s.ofThisMachine()
	var err error
	if s.Engine == "mariadb" {
		err = s.mariadb(near)
	} else {
		err = s.sqlserver(near)
	}
	if err != nil {
		return err
	}
	v := &s.answers.Server
	if v.User == "" {
		return nil
	}
	if s.PasswordFile != "" {
		text, err := os.ReadFile(s.PasswordFile)
		if err != nil {
			return err
		}
		v.Password = strings.TrimRight(string(text), "\r\n")
		return nil
	}
	if s.ask == nil {
		return errors.New("--password-file is missing: with --yes nothing is asked")
	}
	v.Password, err = s.ask.Hidden("His password", s.hidden())
	return err
}

// hidden reads a line that is not shown; nil where the input is no terminal.
func (s *starter) hidden() func() (string, error) {
	f, ok := s.w.stdin.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return nil
	}
	return func() (string, error) {
		text, err := term.ReadPassword(int(f.Fd()))
		return string(text), err
	}
}

func (s *starter) mariadb(near setup.Found) error {
	if s.Host == "" && s.Socket == "" {
		q := setup.Question{Explain: "Best with a login that may only read; the statements that make one come next.", Text: "The machine, or the path of the server's socket", Default: "127.0.0.1"}
		if near.Socket != "" {
			q.Default = near.Socket
		}
		at := ""
		if err := s.fill(&at, "host", q); err != nil {
			return err
		}
		if s.Host = at; strings.HasPrefix(at, "/") {
			s.Host, s.Socket = "", at
		}
	}
	if err := s.fill(&s.User, "user", setup.Question{Text: "Who signs in"}); err != nil {
		return err
	}
	s.answers.Server = setup.Server{Host: s.Host, Socket: s.Socket, Port: s.Port, Database: s.Database, User: s.User, Encrypt: s.Encrypt}
	if s.Encrypt == "" && s.Socket == "" && thisHost(s.Host) {
		s.answers.Server.Encrypt = "false" // a server on the same machine mostly has no certificate
	}
	return nil
}

func (s *starter) sqlserver(near setup.Found) error {
	q := setup.Question{Explain: "Best with a login that may only read; the statements that make one come next.", Text: `The machine, or MACHINE\INSTANCE`, Default: "localhost"}
	if near.Instance != "" {
		q.Default = `localhost\` + near.Instance
	}
	if err := s.fill(&s.Server, "server", q); err != nil {
		return err
	}
	host, instance, _ := strings.Cut(s.Server, `\`)
	if s.Auth == "" && s.User == "" && runtime.GOOS == "windows" {
		s.Auth = "windows"
	}
	if s.Auth == "" || s.Auth == "sql" {
		if err := s.fill(&s.User, "user", setup.Question{Explain: "A login of SQL Server's own (--auth windows takes your own instead).", Text: "Who signs in"}); err != nil {
			return err
		}
	}
	trust := s.TrustCertificate
	if !trust && s.ask != nil && thisHost(host) && s.Encrypt == "" {
		var err error
		if trust, err = s.ask.Confirm("The server is this machine, and nothing leaves it: accept the certificate that it made itself", true); err != nil {
			return err
		}
	}
	s.answers.Server = setup.Server{Host: host, Instance: instance, Port: s.Port, Database: s.Database, Auth: s.Auth, User: s.User, Encrypt: s.Encrypt, TrustServerCertificate: trust}
	return nil
}

// thisHost tells whether a name is surely this machine's.
func thisHost(name string) bool {
	if ip := net.ParseIP(name); ip != nil {
		return ip.IsLoopback()
	}
	return name == "." || strings.EqualFold(name, "localhost") || strings.EqualFold(name, "(local)")
}

// choose has the database named, where the address names a server only.
func (s *starter) choose(ctx context.Context) error {
	settings := erpSettings("new", s.answers.ConfigDossier())
	if name, err := settings.Named(); err != nil || name != "" {
		return err
	}
	names, err := erp.Databases(ctx, settings)
	if err != nil {
		return s.explained(err)
	}
	if len(names) == 0 {
		return errors.New("the server answers, but the login may enter no database of it")
	}
	known, err := s.look(ctx, settings, names)
	if err != nil {
		return err
	}
	q := setup.Question{Text: "Which database", Check: func(name string) error {
		for _, n := range names {
			if n == name {
				return nil
			}
		}
		return fmt.Errorf("expected %s", strings.Join(names, ", "))
	}}
	if len(known) > 0 {
		q.Default = known[0]
	}
	var name string
	if s.ask == nil && len(known) != 1 {
		return fmt.Errorf("--database is missing, and %d of the databases hold an ERP that is known: name one of %s", len(known), strings.Join(names, ", "))
	}
	if err := s.fill(&name, "database", q); err != nil {
		return err
	}
	if s.DSN == "" {
		s.answers.Server.Database = name
		return nil
	}
	if settings, err = settings.InDatabase(name); err != nil {
		return err
	}
	s.DSN = settings.DSN
	s.answers.DSN = s.DSN
	return nil
}

// look shows what is in each database, and gives those that hold an ERP.
func (s *starter) look(ctx context.Context, settings erp.Settings, names []string) (known []string, err error) {
	s.say("\nThe databases of the server:")
	for i, name := range names {
		if i == maxShown {
			s.say("  and %d more, which were not looked into", len(names)-i)
			break
		}
		in, err := settings.InDatabase(name)
		if err != nil {
			return nil, err
		}
		what, erps := s.whatIsIn(ctx, in)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if erps {
			known = append(known, name)
		}
		s.say("  %-20s %s", printable(name), what)
	}
	return known, nil
}

// whatIsIn opens a database and tells what it looks like.
func (s *starter) whatIsIn(ctx context.Context, settings erp.Settings) (text string, known bool) {
	db, err := erp.Open(settings, zerolog.Nop())
	if err != nil {
		return "cannot be entered", false
	}
	defer func() { _ = db.Close() }() // it was only read
	cat, err := db.Catalog(ctx)
	if err != nil {
		return "cannot be read: " + printable(erp.Hint(err)), false
	}
	var kinds []string
	for _, r := range setup.Recognise(cat) {
		kind := r.ERP
		if r.Prefix != "" {
			kind += " (tables " + r.Prefix + "…)"
		}
		kinds = append(kinds, kind)
	}
	if len(kinds) == 0 {
		return strconv.Itoa(len(cat.Tables)) + " tables, of no ERP that is known", false
	}
	return printable(strings.Join(kinds, ", ")), true
}
