package oracle

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"

	"github.com/go-sql-driver/mysql"
	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/files"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/audit"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/profiles"
)

// stage is a world made real: the gate over the whole database, and beside it
// the reduced one and the wide one.
type stage struct {
	number  int // of the world in its run
	world   *world
	gate    *filter.Gate
	callers [askers]identity.Caller
	// settings and yaml are what gate was opened with; unoptimised, once it was
	// asked for, is a gate like it whose sessions do without the optimiser.
	settings    erp.Settings
	yaml        string
	unoptimised *filter.Gate
	server      *sql.DB // of servers
	full        string  // the name of the full database's schema
	reduced     [askers]*database
	wide        *database
	library     *files.Library // of twins
	closers     []func()
}

// servers says where a world's databases are made.
type servers struct {
	folder string  // for SQLite's files, and those of rows
	server *sql.DB // nil for SQLite
	dsn    string
	name   string  // prefix of the schemas
	keeper *keeper // of the gates' connections; nil for none
}

func (s *stage) close() {
	for i := len(s.closers) - 1; i >= 0; i-- {
		s.closers[i]()
	}
}

// newStage builds a world's databases and a gate over the full one, with the
// profile in yaml (which the teeth make differ from the world's own).
func newStage(ctx context.Context, w *world, yaml string, at servers) (*stage, error) {
	s := &stage{world: w, server: at.server}
	settings, err := s.whole(ctx, at, "_full", w.everything())
	if err != nil {
		return s, err
	}
	memory := func(suffix string) string {
		if s.world.dialect.sqlite() {
			return ""
		}
		return at.name + suffix
	}
	for who := range s.reduced {
		if s.reduced[who], err = s.database(ctx, at, memory("_reduced"+strconv.Itoa(who)), w.reduced(who)); err != nil {
			return s, err
		}
	}
	if s.wide, err = s.database(ctx, at, memory("_wide"), w.wide()); err != nil {
		return s, err
	}
	s.settings, s.yaml = settings, yaml
	return s, s.openGate(ctx, settings, yaml)
}

// whole makes the database that a gate stands in front of, and says how the
// gate opens it.
func (s *stage) whole(ctx context.Context, at servers, suffix string, c content) (erp.Settings, error) {
	settings := erp.DefaultSettings()
	settings.Name, settings.Engine = "oracle", s.world.dialect.engine
	settings.PortalPool.MaxOpen, settings.PortalPool.MaxIdle = 1, 1
	settings.SyncPool.MaxOpen, settings.SyncPool.MaxIdle = 1, 1
	if at.keeper != nil {
		settings.Through = at.keeper.through
	}
	name := at.name + suffix
	var err error
	switch settings.Engine {
	case catalog.Postgres:
		s.full, settings.DSN, settings.Schemas = name, at.dsn, []string{name}
	case catalog.MariaDB:
		s.full = name
		if settings.DSN, err = inDatabase(at.dsn, name); err != nil {
			return settings, err
		}
	case catalog.SQLServer:
		s.full, settings.DSN, settings.Schemas = name, at.dsn, []string{name}
	default:
		name = filepath.Join(at.folder, name+".db")
		settings.DSN = name
	}
	_, err = s.database(ctx, at, name, c)
	return settings, err
}

// newTwins makes two gates: over a world, and over its twin with the rows in
// other (twin.go). The engines have counted the rows of both.
func newTwins(ctx context.Context, w *world, other map[*table][]row, at servers) (twins [2]*stage, err error) {
	for i, suffix := range []string{"_full", "_twin"} {
		s := &stage{world: w, server: at.server}
		twins[i] = s
		c := w.everything()
		c.analyse = true
		if i == 1 {
			c.rows = func(t *table) []row { return other[t] }
		}
		settings, err := s.whole(ctx, at, suffix, c)
		if err != nil {
			return twins, err
		}
		if err := s.openGate(ctx, settings, w.yaml); err != nil {
			return twins, err
		}
		if s.library, err = w.layFiles(filepath.Join(at.folder, at.name+suffix), i == 1, c.rows); err != nil {
			return twins, err
		}
		s.library.Gate = s.gate
	}
	return twins, nil
}

func (s *stage) database(ctx context.Context, at servers, name string, c content) (*database, error) {
	var (
		db  *database
		err error
	)
	switch s.world.dialect.engine {
	case catalog.Postgres:
		db, err = openPostgres(ctx, at.server, name, c)
	case catalog.MariaDB:
		db, err = openMariaDB(ctx, at.server, name, c)
	case catalog.SQLServer:
		if name == "" {
			db, err = openBeside(ctx, c)
		} else {
			db, err = s.world.openSQLServer(ctx, at.server, name, c)
		}
	default:
		db, err = openSQLite(ctx, name, c)
	}
	if err == nil {
		s.closers = append(s.closers, db.close)
	}
	return db, err
}

// inDatabase is a DSN of MariaDB's that works in a database of the server.
func inDatabase(dsn, name string) (string, error) {
	config, err := mysql.ParseDSN(dsn)
	if err != nil {
		return "", fmt.Errorf("read the DSN of MariaDB: %w", err)
	}
	config.DBName = name
	return config.FormatDSN(), nil
}

func (s *stage) openGate(ctx context.Context, settings erp.Settings, yaml string) error {
	gate, err := s.newGate(settings, yaml)
	if err != nil {
		return err
	}
	s.gate = gate
	for who := range s.callers {
		asks := s.world.customers[who]
		s.callers[who] = identity.Caller{
			Dossier: "d", KeyID: "k", Contact: asks.contact,
			Customer: directory.Customer{Dossier: "d", ID: asks.id, Code: asks.code, Attributes: map[string]string{"zone": asks.zone}},
			Access:   directory.Access{Dossier: "d", CustomerID: asks.id, State: directory.AccessGranted},
		}
	}
	v, err := s.gate.View(ctx, s.callers[0])
	if err != nil {
		return fmt.Errorf("bind the profile: %w", err)
	}
	for _, problem := range v.Problems {
		if problem.Fatal && s.world.shows(problem.Table) {
			return &unbound{fmt.Sprintf("table %s: %s", problem.Table, problem.Msg)}
		}
	}
	return nil
}

// newGate makes a gate over the full database.
func (s *stage) newGate(settings erp.Settings, yaml string) (*filter.Gate, error) {
	p, err := profiles.Load("oracle.yaml", []byte(yaml))
	if err != nil {
		return nil, fmt.Errorf("load profile: %w\n%s", err, yaml)
	}
	book, err := profiles.NewBook(p)
	if err != nil {
		return nil, fmt.Errorf("make the book of profiles: %w", err)
	}
	db, err := erp.Open(settings, zerolog.Nop())
	if err != nil {
		return nil, fmt.Errorf("open the ERP: %w", err)
	}
	s.closers = append(s.closers, func() { _ = db.Close() })
	worlds := filter.NewWorlds(func() *profiles.Book { return book }, 0, filter.Dossier{ID: "d", DB: db, DefaultProfile: p.Name})
	return filter.New(filter.Config{Worlds: worlds, Audit: silence{}}), nil
}

// unbound says that the gate could not bind a profile that it should.
type unbound struct{ msg string }

func (e *unbound) Error() string { return "the profile does not bind: " + e.msg }

// silence is an audit log that takes everything and keeps nothing.
type silence struct{}

func (silence) Begin(context.Context, audit.Entry) error { return nil }
func (silence) Finish(audit.Outcome)                     {}

func (s *stage) request(a asked, who int) filter.Request {
	req := filter.Request{Caller: s.callers[who], Front: "sql", Text: a.text}
	values := a.gateValues()
	if !a.named {
		req.Params = values
		return req
	}
	req.Named = map[string]any{}
	for i, v := range values {
		req.Named[name(i)] = v
	}
	return req
}

// askGate runs a query through the gate.
func (s *stage) askGate(ctx context.Context, a asked, who int) (*answer, []shapeOf, error) {
	return s.askOf(ctx, s.gate, a, who)
}

func (s *stage) askOf(ctx context.Context, gate *filter.Gate, a asked, who int) (*answer, []shapeOf, error) {
	got, err := gate.Do(ctx, s.request(a, who))
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = got.Close() }()
	out := &answer{}
	var shapes []shapeOf
	for _, c := range got.Columns {
		out.labels = append(out.labels, c.Name)
		shapes = append(shapes, s.shapeFor(c.Type))
	}
	for {
		r, err := got.Rows.Next(ctx)
		if errors.Is(err, io.EOF) {
			return out, shapes, nil
		}
		if err != nil {
			return nil, nil, err
		}
		out.rows = append(out.rows, append([]any(nil), r...))
	}
}

func (s *stage) shapeFor(t sqltype.Type) shapeOf {
	switch {
	case t.Kind == sqltype.Decimal && s.world.dialect.sqlite():
		return asReal
	case t.Numeric():
		return asNumber
	case t.Kind == sqltype.Date || t.Kind == sqltype.Timestamp:
		return asMoment
	case t.Kind == sqltype.Bool:
		return asTruth
	}
	return asText
}

func codeOf(err error) refusal.Code {
	var r *refusal.Error
	if errors.As(err, &r) {
		return r.Code
	}
	return ""
}
