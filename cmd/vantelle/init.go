package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/site/grants"
	svc "github.com/vantelle/vantelle/internal/site/service"
	"github.com/vantelle/vantelle/internal/site/setup"
	"github.com/vantelle/vantelle/profiles"
)

type initCmd struct {
	serverFlags  `embed:""`
	Engine       string   `help:"The kind of database: sqlite, postgres, mariadb or sqlserver." placeholder:"ENGINE"`
	Path         string   `help:"sqlite: the file." placeholder:"FILE" xor:"address"`
	DSN          string   `name:"dsn" help:"The other engines: the database's address. Whoever lists this machine's processes can see it: --dsn-file is better." placeholder:"ADDRESS" xor:"address"`
	DSNFile      string   `name:"dsn-file" help:"A file that holds the address." placeholder:"FILE" xor:"address"`
	Schema       []string `help:"postgres, sqlserver: the schemas that hold the ERP's tables." placeholder:"NAME"`
	ERP          string   `name:"erp" help:"sage100, odoo or dolibarr; what the tables look like otherwise." placeholder:"KIND"`
	TablesPrefix string   `help:"dolibarr: what the names of its tables begin with." placeholder:"TEXT"`
	Dossier      string   `help:"The id that the dossier gets." placeholder:"NAME"`
	Config       string   `help:"The configuration to write." placeholder:"FILE"`
	Login        string   `help:"The login that the GRANT statements make." default:"vantelle" placeholder:"NAME"`
	Yes          bool     `help:"Ask nothing and write."`
	Force        bool     `help:"Replace files that are there."`
	DryRun       bool     `help:"With --yes: show afterwards what a synchronisation would do."`
	Service      bool     `help:"Have the configuration keep the data where the service may write, whatever its folder; it does by itself for /etc/vantelle, or the folder Vantelle of ProgramData."`
}

// starter makes a first configuration with somebody.
type starter struct {
	initCmd
	w     *world
	style style
	ask   *setup.Asker // nil where nobody may be asked

	servers []setup.Found // of this machine
	answers setup.Answers
	catalog *catalog.Catalog
	view    *view.View // nil where no standard profile is for this ERP
	about   string     // what a synchronisation would read
	base    string     // the database's name on its server
}

// Run asks for what the flags do not say, tries the connection, shows what it
// would write, and writes it when told to.
func (c *initCmd) Run(w *world) error {
	ctx, cancel := w.context()
	defer cancel()
	s := &starter{initCmd: *c, w: w, style: w.styleFor(w.stdout)}
	if !c.Yes {
		var in io.Reader = strings.NewReader("")
		if w.stdin != nil {
			in = w.stdin
		}
		s.ask = setup.NewAsker(in, w.stdout)
	}
	if s.Engine == "" && s.Path == "" {
		s.found(ctx)
	}
	if err := s.address(); err != nil {
		return err
	}
	if err := s.connect(ctx); err != nil {
		return err
	}
	if err := s.names(); err != nil {
		return err
	}
	plan, err := setup.NewPlan(s.answers, s.Config, rand.Reader)
	if err != nil {
		return err
	}
	s.show(plan)
	if write, err := s.mayWrite(plan); err != nil || !write {
		return err
	}
	if err := setup.Write(plan.Files, s.Force); err != nil {
		return fmt.Errorf("write the configuration: %w", err)
	}
	s.say("\nWritten. These are shown once; they are in their files too:")
	s.say("  administrator's token  %s", plan.AdminToken)
	s.say("  portal backend's key   %s", plan.BackendKey)
	return s.after()
}

func (s *starter) say(format string, args ...any) { fmt.Fprintf(s.w.stdout, format+"\n", args...) }

// fill asks for what no flag gave; where nobody may be asked, what is missing
// has its default or is an error.
func (s *starter) fill(value *string, flag string, q setup.Question) error {
	if *value == "" && s.ask == nil {
		*value = q.Default
	}
	switch {
	case *value != "":
		if q.Check != nil {
			if err := q.Check(*value); err != nil {
				return fmt.Errorf("--%s %s: %w", flag, *value, err)
			}
		}
		return nil
	case s.ask == nil:
		return fmt.Errorf("--%s is missing: with --yes nothing is asked", flag)
	}
	var err error
	*value, err = s.ask.Ask(q)
	return err
}

// address finds out where the ERP's database is.
func (s *starter) address() error {
	switch {
	case s.Engine != "":
	case s.Path != "":
		s.Engine = "sqlite"
	case s.Server != "":
		s.Engine = "sqlserver"
	case s.Host != "" || s.Socket != "":
		s.Engine = "mariadb"
	}
	q := setup.Question{
		Explain: "What holds the ERP's data: sqlite (a file), postgres, mariadb (MySQL too) or sqlserver.",
		Text:    "Kind of database", Check: setup.CheckEngine,
	}
	if len(s.servers) > 0 {
		q.Default = s.servers[0].Engine
	}
	if err := s.fill(&s.Engine, "engine", q); err != nil {
		return err
	}
	if s.DSNFile != "" {
		text, err := os.ReadFile(s.DSNFile)
		if err != nil {
			return err
		}
		s.DSN = strings.TrimSpace(string(text))
	}
	s.answers.Engine, s.answers.Schemas = s.Engine, s.Schema
	if s.Engine == "sqlite" {
		return s.fill(&s.Path, "path", setup.Question{Explain: "It is opened for reading only.", Text: "The database's file", Check: regularFile})
	}
	if s.Engine != "postgres" && s.DSN == "" {
		return s.server()
	}
	return s.fill(&s.DSN, "dsn", setup.Question{
		Explain: "Best with a login that may only read; the statements that make one come next. Without the database's name those of the server are shown. The form:\n  " +
			"postgres://user:password@host:5432/database?sslmode=verify-full",
		Text: "The database's address",
	})
}

func regularFile(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return errors.New("this is not a file")
	}
	return nil
}

// connect reads the database's catalog; a person may correct an address that
// does not work.
func (s *starter) connect(ctx context.Context) error {
	for {
		s.answers.Path, s.answers.DSN = s.Path, s.DSN
		err := s.choose(ctx)
		if err == nil {
			err = s.examine(ctx)
		}
		if err == nil || s.ask == nil || errors.Is(err, setup.ErrNoAnswer) || ctx.Err() != nil {
			return err
		}
		s.say("  %s", printable(err.Error()))
		s.Path, s.DSN, s.DSNFile, s.PasswordFile = "", "", "", ""
		s.serverFlags = serverFlags{}
		if err := s.address(); err != nil {
			return err
		}
	}
}

// examine opens the database, recognises the ERP and tries what a
// synchronisation would read.
func (s *starter) examine(ctx context.Context) error {
	db, err := erp.Open(erpSettings("new", s.answers.ConfigDossier()), zerolog.Nop())
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }() // it was only read
	if s.catalog, err = db.Catalog(ctx); err != nil {
		return s.explained(err)
	}
	s.say("\n%s %s answers, %s can be read.", s.answers.Engine, printable(s.catalog.Version), counted(len(s.catalog.Tables), "table"))
	if err := s.recognise(); err != nil {
		return err
	}
	source, err := newSource(s.answers.ConfigDossier(), db, nil)
	if err != nil {
		return err
	}
	if s.about, err = sourceText(ctx, source); err != nil {
		return err
	}
	s.say("%s: %s.", s.answers.ERP, printable(s.about))
	s.base, err = db.Database(ctx) // which the GRANT statements need
	return err
}

// explained adds to an error what can be done about it.
func (s *starter) explained(err error) error {
	if hint := erp.Hint(err); hint != "" {
		return fmt.Errorf("%w\n%s", err, hint)
	}
	return err
}

// recognise settles which ERP it is.
func (s *starter) recognise() error {
	var kinds []string
	for _, r := range setup.Recognise(s.catalog) {
		if s.TablesPrefix != "" && r.ERP == "dolibarr" && r.Prefix != s.TablesPrefix {
			continue
		}
		kinds = append(kinds, r.ERP)
		s.say("Tables %s: this looks like %s.", strings.Join(r.Signs, " and "), r.ERP)
	}
	kind := s.ERP
	if kind == "" && len(kinds) == 0 && s.ask == nil {
		return errors.New("no table of an ERP that is known is there, or the login may not read it: name the schema with --schema, or grant SELECT")
	}
	if kind == "" && len(kinds) > 0 {
		kind = kinds[0]
	}
	if s.ERP == "" && len(kinds) == 1 {
		s.ERP = kind
	}
	if err := s.fill(&s.ERP, "erp", setup.Question{Text: "Kind of ERP (sage100, odoo or dolibarr)", Default: kind, Check: setup.CheckERP}); err != nil {
		return err
	}
	s.answers.ERP, s.answers.TablesPrefix, s.catalog.TablesPrefix = s.ERP, s.TablesPrefix, s.TablesPrefix
	book, err := profiles.Standard()
	if err != nil {
		return err
	}
	for _, name := range book.Names() {
		if p, _ := book.Get(name); p.ERP == s.ERP {
			s.answers.Profile, s.view = name, view.Bind(p, s.catalog)
			break
		}
	}
	return nil
}

// names asks for the dossier's id and the configuration's place.
func (s *starter) names() error {
	if err := s.fill(&s.Dossier, "dossier", setup.Question{
		Explain: "The dossier's id stands in addresses and in the audit, and stays.", Text: "Id of the dossier", Default: "main", Check: setup.CheckDossier,
	}); err != nil {
		return err
	}
	s.answers.Dossier = s.Dossier
	if err := s.fill(&s.Config, "config", setup.Question{
		Explain: "The secrets are put beside it, in files that only their owner may read. A service looks for " + svc.DefaultConfig(s.w.getenv) + ".",
		Text:    "File for the configuration", Default: "vantelle.yaml",
	}); err != nil {
		return err
	}
	if s.Service || sameFolder(s.Config, svc.DefaultConfig(s.w.getenv)) {
		s.answers.Places = setup.Places(svc.Places(s.w.getenv))
	}
	return s.answers.Check()
}

// sameFolder tells whether two files lie in one folder.
func sameFolder(a, b string) bool {
	a, errA := filepath.Abs(a)
	b, errB := filepath.Abs(b)
	return errA == nil && errB == nil && filepath.Dir(a) == filepath.Dir(b)
}

// show prints everything that would be written, and what a login needs.
func (s *starter) show(plan setup.Plan) {
	login := s.Login
	if script := grants.Script(s.catalog.Engine, s.base, login, grants.Needs(s.catalog, s.ERP, s.view)); script != "" {
		s.say("\n%s\n", s.style.bold("A login that may read what is needed and no more; for who administers the server:"))
		s.say("%s", strings.TrimSuffix(script, "\n"))
	}
	s.say("\n%s\n", s.style.bold("What would be written:"))
	for _, f := range plan.Files {
		if f.Secret {
			s.say("%s  (a secret; only its owner may read it)", f.Path)
		}
	}
	s.say("%s:\n", plan.Config().Path)
	for line := range strings.Lines(plan.Config().Text) {
		fmt.Fprint(s.w.stdout, "  ", line)
	}
}

// mayWrite refuses to replace files unasked, and asks.
func (s *starter) mayWrite(plan setup.Plan) (bool, error) {
	there, err := setup.Existing(plan.Files)
	if err != nil {
		return false, err
	}
	if len(there) > 0 && !s.Force {
		return false, fmt.Errorf("already there: %s\nNothing was written. Name another --config, or replace them with --force", strings.Join(there, ", "))
	}
	if len(there) > 0 {
		s.say("\nReplaced: %s", strings.Join(there, ", "))
	}
	if s.ask == nil {
		return true, nil
	}
	s.say("")
	yes, err := s.ask.Confirm("Write this", false)
	if err == nil && !yes {
		s.say("Nothing was written.")
	}
	return yes, err
}

// after offers a dry run and says how to go on.
func (s *starter) after() error {
	try := s.DryRun
	if s.ask != nil {
		s.say("")
		yes, err := s.ask.Confirm("Show what a first synchronisation would do (it makes an empty directory and audit, and changes nothing else)", true)
		if err != nil && !errors.Is(err, setup.ErrNoAnswer) {
			return err
		}
		try = err == nil && yes
	}
	if try {
		run := syncCmd{configFlag: configFlag{s.Config}, DryRun: true, Dossier: s.Dossier}
		if err := run.Run(s.w); err != nil {
			return err
		}
	}
	config := s.Config
	if strings.ContainsAny(config, " ") {
		config = `"` + filepath.Clean(config) + `"`
	}
	s.say("\n%s", s.style.bold("Next:"))
	if s.view == nil {
		s.say("  No standard profile is for %s: write one (docs/profiles.md), name its folder in profiles.dir and the profile in default_profile.", s.ERP)
	}
	s.say("  vantelle doctor --config %s     what else to look at", config)
	s.say("  vantelle sync --config %s %s     bring the customers into the directory", config, s.Dossier)
	s.say("  vantelle serve --config %s      run the service", config)
	return nil
}
