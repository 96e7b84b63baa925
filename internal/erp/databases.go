package erp

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/rs/zerolog"
)

// Named says which database the settings name: "" where they name a server
// only, on which Databases finds the others.
func (s Settings) Named() (string, error) {
	name, _, err := s.ofEngine()
	return name, err
}

// InDatabase gives the settings with another database of the same server.
func (s Settings) InDatabase(name string) (Settings, error) {
	_, in, err := s.ofEngine()
	if err != nil {
		return Settings{}, err
	}
	return in(name), nil
}

func (s Settings) ofEngine() (string, func(string) Settings, error) {
	engine, known := engines()[s.Engine]
	if !known {
		return "", nil, fmt.Errorf("engine: %q is none", s.Engine)
	}
	return engine.named(s)
}

// Databases lists the databases of a server that the login may enter, sorted,
// without the server's own; none where an address is one database. The
// settings need not name one: the server's own is entered to ask.
func Databases(ctx context.Context, s Settings) ([]string, error) {
	name, in, err := s.ofEngine()
	if err != nil {
		return nil, err
	}
	engine := engines()[s.Engine]
	if engine.databases() == "" {
		return nil, nil
	}
	if name == "" {
		s = in(map[string]string{"pgx": "postgres", "mysql": "information_schema", "sqlserver": "master"}[engine.driver()])
	}
	db, err := Open(s, zerolog.Nop())
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }() // it was only read
	ctx, cancel := context.WithTimeout(ctx, s.ConnectTimeout+s.StatementTimeout)
	defer cancel()
	var names []string
	if err := db.Sync().SelectContext(ctx, &names, engine.databases()); err != nil {
		return nil, fmt.Errorf("list the databases of the server: %w", err)
	}
	return names, nil
}

func (sqliteEngine) databases() string { return "" }

func (sqliteEngine) named(s Settings) (string, func(string) Settings, error) {
	return s.DSN, func(file string) Settings { s.DSN = file; return s }, nil
}

func (postgresEngine) databases() string {
	return `SELECT d.datname FROM pg_catalog.pg_database d
WHERE d.datallowconn AND NOT d.datistemplate AND d.datname <> 'postgres' AND pg_catalog.has_database_privilege(d.oid, 'CONNECT')
ORDER BY d.datname COLLATE pg_catalog."C"`
}

func (postgresEngine) named(s Settings) (string, func(string) Settings, error) {
	config, err := pgx.ParseConfig(s.DSN)
	if err != nil || misread(s.DSN, config) {
		return "", nil, errPostgresDSN
	}
	address, err := url.Parse(s.DSN)
	if err != nil || address.Scheme == "" {
		return config.Database, func(name string) Settings {
			s.DSN += ` dbname='` + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(name) + `'` // the last one counts
			return s
		}, nil
	}
	return config.Database, func(name string) Settings {
		changed := *address
		changed.Path, changed.RawPath = "/"+name, ""
		s.DSN = changed.String()
		return s
	}, nil
}

func (mariadbEngine) databases() string {
	return `SELECT SCHEMA_NAME FROM information_schema.SCHEMATA
WHERE SCHEMA_NAME NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys') ORDER BY SCHEMA_NAME`
}

func (mariadbEngine) named(s Settings) (string, func(string) Settings, error) {
	if s.DSN == "" {
		return s.Server.Database, s.inServer, nil
	}
	config, err := mysql.ParseDSN(s.DSN)
	if err != nil {
		return "", nil, errors.New("dsn: " + mariadbDSNForm)
	}
	return config.DBName, func(name string) Settings {
		changed := config.Clone()
		changed.DBName = name
		s.DSN = changed.FormatDSN()
		return s
	}, nil
}

func (sqlserverEngine) databases() string {
	return `SELECT name FROM sys.databases
WHERE name NOT IN (N'master', N'tempdb', N'model', N'msdb') AND HAS_DBACCESS(name) = 1 ORDER BY name`
}

func (sqlserverEngine) named(s Settings) (string, func(string) Settings, error) {
	if s.DSN == "" {
		return s.Server.Database, s.inServer, nil
	}
	address, err := url.Parse(s.DSN)
	if err != nil || address.Scheme != "sqlserver" {
		return "", nil, errSQLServerDSN
	}
	return address.Query().Get("database"), func(name string) Settings {
		changed, query := *address, address.Query()
		query.Set("database", name)
		changed.RawQuery = query.Encode()
		s.DSN = changed.String()
		return s
	}, nil
}

// inServer names another database beside a server's keys.
func (s Settings) inServer(name string) Settings {
	s.Server.Database = name
	return s
}
