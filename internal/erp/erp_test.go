package erp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	mssql "github.com/microsoft/go-mssqldb"
	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

func escapePath(path string) string { return (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath() }

func TestValidateNamesEveryMistake(t *testing.T) {
	err := Settings{Engine: "oracle", PortalPool: Pool{MaxOpen: 1, MaxIdle: 2}, StatementTimeout: -1}.Validate()
	for _, want := range []string{"name:", `engine: "oracle"`, "dsn:", "portal_pool.max_idle", "sync_pool.max_open", "connect_timeout", "statement_timeout", "sync_statement_timeout"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no mention of %q in:\n%v", want, err)
		}
	}
	for name, c := range map[string]struct {
		change func(*Settings)
		want   string
	}{
		"keys for a file":            {func(s *Settings) { s.Engine, s.Server.Host = catalog.SQLite, "h" }, "server: sqlite is given by a dsn"},
		"keys beside a DSN":          {func(s *Settings) { s.DSN, s.Server.Host = "x", "h" }, "dsn: is given beside"},
		"neither":                    {func(*Settings) {}, "dsn: must be given"},
		"a cost that cannot be":      {func(s *Settings) { s.CostLimit = -1 }, "cost_limit"},
		"a server's keys, which are": {func(s *Settings) { s.Server.Host = "h" }, ""},
	} {
		s := DefaultSettings()
		s.Name, s.Engine = "demo", catalog.SQLServer
		c.change(&s)
		if err := s.Validate(); (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	good := DefaultSettings()
	good.Name, good.Engine, good.DSN = "demo", catalog.SQLite, "x.db"
	if err := good.Validate(); err != nil {
		t.Errorf("the defaults are refused: %v", err)
	}
}

func TestPasswordReachesNoErrorHintOrLog(t *testing.T) {
	const secret = "Tr0ub4dor"
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := closed.Addr().String()
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	for name, dsn := range map[string]string{
		"URL, nobody listens":                "postgres://u:" + secret + "@" + addr + "/erp?sslmode=disable",
		"keywords, nobody listens":           "host=127.0.0.1 port=1 user=u password=" + secret + " dbname=erp sslmode=disable",
		"URL with an @ in the password":      "postgres://u:a@" + secret + "@" + addr + "/erp",
		"URL with a slash in the password":   "postgres://u:a/" + secret + "@" + addr + "/erp",
		"URL with a number, slash, password": "postgres://u:1/" + secret + "@" + addr + "/erp?sslmode=disable&connect_timeout=1",
		"URL with a percent sign":            "postgres://u:" + secret + "%@" + addr + "/erp",
		"keywords with a wrong quote":        "host=127.0.0.1 password='" + secret,
		"keywords with a wrong port":         "host=127.0.0.1 port=x password=" + secret,
		"keywords with a wrong sslmode":      "host=127.0.0.1 sslmode=x password=" + secret,
		"something else":                     "Server=srv;Password=" + secret,
		"URL of a file given to PostgreSQL":  "file:" + secret,
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			s := DefaultSettings()
			s.Name, s.Engine, s.DSN, s.ConnectTimeout = "demo", catalog.Postgres, dsn, 2*time.Second
			db, err := Open(s, zerolog.New(&log))
			if err == nil {
				err = db.Ping(context.Background())
				if e := db.Close(); e != nil {
					t.Error(e)
				}
			}
			if err == nil {
				t.Fatal("no error at all")
			}
			for e := err; e != nil; e = errors.Unwrap(e) {
				if strings.Contains(e.Error(), secret) {
					t.Errorf("the error holds the password: %v", e)
				}
			}
			if text := Hint(err) + log.String(); strings.Contains(text, secret) {
				t.Errorf("a hint or the log holds the password: %s", text)
			}
		})
	}
}

func TestPasswordOfAServerReachesNoErrorHintOrLog(t *testing.T) {
	const secret = "Tr0ub4dor}'\\;"
	for name, c := range map[string]struct {
		engine catalog.Engine
		server Server
	}{
		"SQL Server":               {catalog.SQLServer, Server{Protocol: "auto", Auth: "sql", Encrypt: "true"}},
		"SQL Server, wrong words":  {catalog.SQLServer, Server{Protocol: "auto", Auth: "sql", Encrypt: secret}},
		"SQL Server, Windows":      {catalog.SQLServer, Server{Protocol: "tcp", Auth: "windows", Encrypt: "false"}},
		"MariaDB":                  {catalog.MariaDB, Server{Encrypt: "false"}},
		"MariaDB with encryption":  {catalog.MariaDB, Server{Encrypt: "true"}},
		"MariaDB, a socket's path": {catalog.MariaDB, Server{Socket: "/nowhere/at/all.sock"}},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			s := DefaultSettings()
			s.Name, s.Engine, s.Server, s.ConnectTimeout = "demo", c.engine, c.server, 2*time.Second
			s.Server.Port, s.Server.Database, s.Server.User, s.Server.Password = 1, "d", `D\u`, secret
			if s.Server.Socket == "" {
				s.Server.Host = "127.0.0.1"
			}
			db, err := Open(s, zerolog.New(&log))
			if err == nil {
				err = db.Ping(context.Background())
				if e := db.Close(); e != nil {
					t.Error(e)
				}
			}
			if err == nil {
				t.Fatal("no error at all")
			}
			if text := err.Error() + Hint(err) + log.String(); strings.Contains(text, "Tr0ub4dor") {
				t.Errorf("the password is told: %s", text)
			}
		})
	}
}

func TestWhatErrorNumbersMean(t *testing.T) {
	sqlserver := func(number int32) error { return fmt.Errorf("read: %w", mssql.Error{Number: number, Class: 16}) }
	mariadb := func(number uint16) error { return fmt.Errorf("read: %w", &mysql.MySQLError{Number: number}) }
	for _, c := range []struct {
		err   error
		class Class
		hint  string
	}{
		{sqlserver(18456), Permission, "user and password of the dossier"}, {sqlserver(18452), Permission, "auth of the dossier"}, {sqlserver(4060), Unavailable, "database of the dossier"},
		{sqlserver(229), Permission, "db_datareader"}, {sqlserver(208), MissingObject, "catalog is read again"}, {sqlserver(207), MissingObject, "catalog is read again"},
		{sqlserver(1205), Transient, "lock"}, {sqlserver(1222), Transient, "lock"}, {sqlserver(3960), Transient, "lock"}, {sqlserver(3952), Transient, "snapshots"},
		{sqlserver(8649), Timeout, "cost_limit"}, {sqlserver(-2), Timeout, "too long"}, {sqlserver(927), Unavailable, "restored"}, {sqlserver(40613), Unavailable, "starting or stopping"},
		{sqlserver(701), Exhausted, hintExhausted}, {sqlserver(802), Exhausted, hintExhausted}, {sqlserver(1105), Exhausted, hintExhausted}, {sqlserver(9002), Exhausted, hintExhausted},
		{sqlserver(8134), Other, ""}, {mssql.Error{Number: 1, Class: 21}, Unavailable, "cannot be reached"}, {errReadsOnly, Permission, ""},
		{mssql.StreamError{InnerError: io.EOF}, Unavailable, "cannot be reached"},
		{mariadb(1045), Permission, "user and password of the dossier"}, {mariadb(1130), Permission, "this machine"}, {mariadb(1142), Permission, "GRANT SELECT"}, {mariadb(1049), Unavailable, "database of the dossier"},
		{mariadb(1146), MissingObject, "catalog is read again"}, {mariadb(1054), MissingObject, "catalog is read again"}, {mariadb(1205), Transient, "lock"}, {mariadb(1213), Transient, "lock"},
		{mariadb(1969), Timeout, "too long"}, {mariadb(3024), Timeout, "too long"}, {mariadb(1040), Unavailable, "max_connections"}, {mariadb(1792), Permission, ""}, {mariadb(1053), Unavailable, "stopping"},
		{mariadb(1064), Other, ""}, {mysql.ErrNoTLS, Unavailable, "tls: false"}, {mysql.ErrUnknownPlugin, Permission, "mysql_native_password"}, {mysql.ErrInvalidConn, Unavailable, "cannot be reached"},
		{errMariaDBSession, Permission, "proxy"}, {mysql.ErrPktTooLarge, TooLarge, "max_allowed_packet"}, {mariadb(1153), TooLarge, "max_allowed_packet"},
	} {
		if got := Classify(c.err); got != c.class {
			t.Errorf("%v is %v, want %v", c.err, got, c.class)
		}
		if hint := Hint(c.err); !strings.Contains(hint, c.hint) || c.hint == "" && hint != "" {
			t.Errorf("%v: %q", c.err, hint)
		}
	}
}

func TestServerThatIsNotThere(t *testing.T) {
	db := open(t, catalog.Postgres, "postgres://u:p@127.0.0.1:1/erp?sslmode=disable")
	err := db.Ping(context.Background())
	if c := Classify(err); c != Unavailable || !c.Retryable() {
		t.Errorf("class = %v of %v", c, err)
	}
	if Hint(err) != hintUnreachable {
		t.Errorf("hint = %q", Hint(err))
	}
}

func TestSQLiteMissingFileStaysMissing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "missing.db")
	db := open(t, catalog.SQLite, path)
	err := db.Ping(context.Background())
	if Classify(err) != Unavailable {
		t.Errorf("class = %v of %v", Classify(err), err)
	}
	if !strings.Contains(Hint(err), "path of the dossier exists") {
		t.Errorf("hint = %q", Hint(err))
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("opening made the file: %v", err)
	}
}

func TestSQLiteFileThatIsNoDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "letter.db")
	if err := os.WriteFile(path, bytes.Repeat([]byte("Dear customer. "), 100), 0o600); err != nil {
		t.Fatal(err)
	}
	err := open(t, catalog.SQLite, path).Ping(context.Background())
	if err == nil || !strings.Contains(Hint(err), "not a SQLite database") {
		t.Errorf("Ping = %v, hint %q", err, Hint(err))
	}
}

func TestSQLiteSessions(t *testing.T) {
	db := open(t, catalog.SQLite, sqliteFile(t, `CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT); INSERT INTO t VALUES (1, 'x')`))
	if err := db.Ping(context.Background()); err != nil {
		t.Fatal(err)
	}
	for pragma, want := range map[string]int{"trusted_schema": 0, "query_only": 1, "busy_timeout": 5000} {
		var got int
		if err := db.Portal().Get(&got, `PRAGMA `+pragma); err != nil || got != want {
			t.Errorf("%s = %d (%v), want %d", pragma, got, err, want)
		}
	}
	for name, statement := range map[string]string{
		"writing":               `INSERT INTO t VALUES (2, 'y')`,
		"making a table":        `CREATE TABLE u (a)`,
		"a string in quotes":    `SELECT "no_such_column" FROM t`,
		"a table that is gone":  `SELECT * FROM gone`,
		"lifting the read-only": `PRAGMA query_only = 0; INSERT INTO t VALUES (3, 'z')`,
	} {
		if _, err := db.Portal().Exec(statement); err == nil {
			t.Errorf("%s passes on the portal's sessions", name)
		}
		if _, err := db.Sync().Exec(statement); err == nil {
			t.Errorf("%s passes on the synchronisation's sessions", name)
		}
	}
	_, err := db.Portal().Exec(`SELECT * FROM gone`)
	if Classify(err) != MissingObject {
		t.Errorf("class of a missing table = %v: %v", Classify(err), err)
	}
	_, err = db.Portal().Exec(`DELETE FROM t`)
	if Classify(err) != Permission {
		t.Errorf("class of a write = %v: %v", Classify(err), err)
	}
}

func TestPoolsAreApart(t *testing.T) {
	db := open(t, catalog.SQLite, sqliteFile(t, `CREATE TABLE t (a)`), func(s *Settings) { s.PortalPool = Pool{MaxOpen: 1, MaxIdle: 1} })
	ctx := context.Background()
	held, err := db.Portal().Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	if _, err := db.Catalog(ctx); err != nil {
		t.Errorf("a busy portal stops the synchronisation: %v", err)
	}
	if s := db.Stats(); s.Portal.InUse != 1 || s.Sync.MaxOpenConnections != 2 {
		t.Errorf("stats = %+v", s)
	}
}

func TestSnapshotSeesOneMoment(t *testing.T) {
	path := sqliteFile(t, `PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1)`)
	testSnapshot(t, open(t, catalog.SQLite, path), "t", func() error {
		writer, err := sqlxOpen("sqlite", "file://"+escapePath(path))
		if err != nil {
			return err
		}
		defer writer.Close()
		_, err = writer.Exec(`INSERT INTO t VALUES (2)`)
		return err
	})
}

func testSnapshot(t *testing.T, db *DB, table string, write func() error) {
	t.Helper()
	tx, err := db.Snapshot(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	count := func() (n int) {
		t.Helper()
		if err := tx.Get(&n, `SELECT COUNT(*) FROM `+table); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := count()
	if err := write(); err != nil {
		t.Fatal(err)
	}
	if after := count(); after != before {
		t.Errorf("the read sees %d rows, then %d", before, after)
	}
}

func TestCanceledAndLate(t *testing.T) {
	db := open(t, catalog.SQLite, sqliteFile(t, `CREATE TABLE t (a)`))
	const endless = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n`
	late, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	var n int
	if err := db.Portal().GetContext(late, &n, endless); Classify(err) != Timeout {
		t.Errorf("class of a late statement = %v: %v", Classify(err), err)
	}
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	if err := db.Portal().GetContext(gone, &n, endless); Classify(err) != Canceled {
		t.Errorf("class of a cancelled statement = %v: %v", Classify(err), err)
	}
	if Classify(nil) != Other || Hint(nil) != "" {
		t.Error("no error is not trouble")
	}
}

func TestQuoteCannotBeBrokenOutOf(t *testing.T) {
	lite, pg := sqliteEngine{}, postgresEngine{}
	if got := lite.quote("a`b"); got != "`a``b`" {
		t.Errorf("SQLite: %s", got)
	}
	if got := pg.quote(`a"b`); got != `"a""b"` {
		t.Errorf("PostgreSQL: %s", got)
	}
	if got := (mariadbEngine{}).quote("a`b"); got != "`a``b`" {
		t.Errorf("MariaDB: %s", got)
	}
	if got := (sqlserverEngine{}).quote("a]b[c"); got != "[a]]b[c]" {
		t.Errorf("SQL Server: %s", got)
	}
	db := open(t, catalog.SQLite, "unused.db")
	if got := db.Quote("", "t"); got != "`t`" {
		t.Errorf("empty schema: %s", got)
	}
}
