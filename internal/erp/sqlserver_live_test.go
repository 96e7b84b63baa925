package erp

import (
	"context"
	"net/url"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// sqlserverDatabase runs batches in a fresh database, dropped at the end, and
// gives its DSN and a connection that may write.
func sqlserverDatabase(t *testing.T, name string, batches ...string) (*url.URL, *sqlx.DB) {
	t.Helper()
	dsn := os.Getenv("VANTELLE_TEST_SQLSERVER")
	if dsn == "" {
		t.Skip("VANTELLE_TEST_SQLSERVER is not set: give the DSN (sqlserver://…) of a SQL Server to test on, whose login may make databases and logins")
	}
	at, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	master, err := sqlx.Open("sqlserver", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := master.Exec("DROP DATABASE [" + name + "]"); err != nil {
			t.Error(err)
		}
		_ = master.Close()
	})
	if _, err := master.Exec("IF DB_ID('" + name + "') IS NOT NULL DROP DATABASE [" + name + "]"); err != nil {
		t.Fatal(err)
	}
	if _, err := master.Exec("CREATE DATABASE [" + name + "]"); err != nil {
		t.Fatal(err)
	}
	query := at.Query()
	query.Set("database", name)
	at.RawQuery = query.Encode()
	admin, err := sqlx.Open("sqlserver", at.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = admin.Close() }) // before the database is dropped
	for _, batch := range batches {
		if _, err := admin.Exec(batch); err != nil {
			t.Fatalf("%s: %v", batch, err)
		}
	}
	return at, admin
}

// babelfish tells whether the server is Babelfish, which speaks for
// PostgreSQL and differs in what a test then says.
func babelfish(t *testing.T, db *sqlx.DB) bool {
	t.Helper()
	var version string
	if err := db.Get(&version, `SELECT @@VERSION`); err != nil {
		t.Fatal(err)
	}
	return strings.Contains(version, "Babelfish")
}

func TestSQLServerSessions(t *testing.T) {
	at, admin := sqlserverDatabase(t, "erp_sessions", `CREATE TABLE t (a int)`, `INSERT INTO t VALUES (1)`)
	db := open(t, catalog.SQLServer, at.String(), func(s *Settings) { s.CostLimit = 1000 })
	if err := db.Ping(context.Background()); err != nil {
		t.Fatal(err)
	}
	fish := babelfish(t, admin)
	for name, pool := range map[string]*sqlx.DB{"portal": db.Portal(), "sync": db.Sync()} {
		for range 3 { // the pool's reset must not undo them
			var lock int
			if err := pool.Get(&lock, `SELECT @@LOCK_TIMEOUT`); err != nil || lock != 5000 {
				t.Errorf("%s: the lock time-out is %d, %v", name, lock, err)
			}
			var language string
			if err := pool.Get(&language, `SELECT @@LANGUAGE`); err != nil || language != "us_english" {
				t.Errorf("%s: the language is %q, %v", name, language, err)
			}
			var day time.Time
			if err := pool.Get(&day, `SELECT CAST('2026-02-01' AS datetime)`); err != nil || day.Month() != time.February {
				t.Errorf("%s: the first of February is %v, %v", name, day, err)
			}
		}
		for _, statement := range []string{`INSERT INTO t VALUES (1)`, "\n DELETE FROM t", `EXEC sp_who`, `SET LOCK_TIMEOUT 1`} {
			if _, err := pool.Exec(statement); Classify(err) != Permission {
				t.Errorf("%s: %s gives %v", name, statement, err)
			}
			if _, err := pool.Query(statement); Classify(err) != Permission {
				t.Errorf("%s: %s as a query gives %v", name, statement, err)
			}
		}
		var n int
		if err := pool.Get(&n, `SELECT COUNT(*) FROM dbo.gone`); Classify(err) != MissingObject && !fish {
			t.Errorf("%s: a table that is gone gives %v, %v", name, Classify(err), err)
		}
		if err := pool.Get(&n, `SELECT gone FROM dbo.t`); Classify(err) != MissingObject && !fish {
			t.Errorf("%s: a column that is gone gives %v, %v", name, Classify(err), err)
		}
		if err := pool.Get(&n, `WITH w AS (SELECT a FROM dbo.t) SELECT COUNT(*) FROM w WHERE a = @p1`, 1); err != nil || n != 1 {
			t.Errorf("%s: %d, %v", name, n, err)
		}
	}
	if fish {
		t.Log("Babelfish has no numbers of its own for errors, and no isolation level to ask for")
		return
	}
	var level int
	if err := db.Portal().Get(&level, `SELECT CAST(transaction_isolation_level AS int) FROM sys.dm_exec_sessions WHERE session_id = @@SPID`); err != nil || level != 2 && level != 5 {
		t.Errorf("the isolation level is %d, %v", level, err)
	}
}

func TestSQLServerStatementTimeout(t *testing.T) {
	at, _ := sqlserverDatabase(t, "erp_timeout")
	db := open(t, catalog.SQLServer, at.String(), func(s *Settings) { s.StatementTimeout = 200 * time.Millisecond })
	const endless = `WITH n AS (SELECT CAST(1 AS bigint) AS i UNION ALL SELECT i + 1 FROM n WHERE i < 100000000) SELECT COUNT_BIG(*) FROM n OPTION (MAXRECURSION 0)`
	var n int64
	started := time.Now()
	err := db.Portal().Get(&n, strings.TrimSuffix(endless, " OPTION (MAXRECURSION 0)")+maxRecursion(t, at))
	if Classify(err) != Timeout || !strings.Contains(Hint(err), "too long") {
		t.Errorf("class %v, hint %q of %v", Classify(err), Hint(err), err)
	}
	if took := time.Since(started); took > 15*time.Second {
		t.Errorf("it took %v", took)
	}
	if err := db.Ping(context.Background()); err != nil {
		t.Errorf("the pool does not recover: %v", err)
	}
}

// maxRecursion lifts SQL Server's own limit; Babelfish has none, and no word for it.
func maxRecursion(t *testing.T, at *url.URL) string {
	t.Helper()
	db, err := sqlx.Open("sqlserver", at.String())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if babelfish(t, db) {
		return ""
	}
	return " OPTION (MAXRECURSION 0)"
}

func TestSQLServerConnectionErrors(t *testing.T) {
	at, _ := sqlserverDatabase(t, "erp_errors")
	for name, c := range map[string]struct {
		change func(*url.URL)
		class  Class
		hint   string
	}{
		"the wrong password": {func(u *url.URL) { u.User = url.UserPassword(u.User.Username(), "wr0ng") }, Permission, "user and password of the dossier"},
		"no such user":       {func(u *url.URL) { u.User = url.UserPassword("nobody", "wr0ng") }, Permission, "user and password of the dossier"},
		"no such database": {func(u *url.URL) {
			q := u.Query()
			q.Set("database", "no_such_database")
			u.RawQuery = q.Encode()
		}, Unavailable, "check database of the dossier"},
	} {
		t.Run(name, func(t *testing.T) {
			u := *at
			c.change(&u)
			err := open(t, catalog.SQLServer, u.String()).Ping(context.Background())
			if Classify(err) != c.class || !strings.Contains(Hint(err), c.hint) {
				t.Errorf("class %v, hint %q of %v", Classify(err), Hint(err), err)
			}
			if err != nil && strings.Contains(err.Error(), "wr0ng") {
				t.Errorf("the error holds the password: %v", err)
			}
		})
	}
}

func TestALockThatSomebodyHoldsCostsTheConnection(t *testing.T) {
	at, admin := sqlserverDatabase(t, "erp_locks", `CREATE TABLE t (a int)`, `INSERT INTO t VALUES (1)`)
	if babelfish(t, admin) {
		t.Skip("on Babelfish readers wait for nobody")
	}
	db := open(t, catalog.SQLServer, at.String(), func(s *Settings) { s.StatementTimeout = 100 * time.Millisecond })
	tx, err := admin.Beginx()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.Exec(`UPDATE t SET a = 2`); err != nil {
		t.Fatal(err)
	}
	opened := db.Stats().Portal.OpenConnections
	var a int
	if err := db.Portal().Get(&a, `SELECT a FROM dbo.t WITH (READCOMMITTEDLOCK)`); Classify(err) != Transient && Classify(err) != Timeout {
		t.Errorf("class %v of %v", Classify(err), err)
	}
	if now := db.Stats().Portal.OpenConnections; now > opened {
		t.Errorf("the connection is kept: %d, then %d", opened, now)
	}
}

func TestSQLServerSnapshotIsATransaction(t *testing.T) {
	at, admin := sqlserverDatabase(t, "erp_snapshot", `CREATE TABLE t (a int)`)
	if !babelfish(t, admin) {
		if _, err := admin.Exec(`ALTER DATABASE erp_snapshot SET ALLOW_SNAPSHOT_ISOLATION ON`); err != nil {
			t.Fatal(err)
		}
	}
	db := open(t, catalog.SQLServer, at.String())
	tx, err := db.Snapshot(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var state int
	if err := admin.Get(&state, `SELECT CAST(snapshot_isolation_state AS int) FROM sys.databases WHERE name = 'erp_snapshot'`); err != nil {
		t.Fatal(err)
	}
	var open int
	if err := tx.Get(&open, `SELECT @@TRANCOUNT`); err != nil || open != 1 {
		t.Errorf("%d transactions are open, %v", open, err)
	}
	if err := tx.Rollback(); err != nil {
		t.Error(err)
	}
	if state != 1 {
		t.Log("this server does not say that the database allows snapshots")
		return
	}
	testSnapshot(t, db, "dbo.t", func() error { _, err := admin.Exec(`INSERT INTO t VALUES (1)`); return err })
}

func TestSQLServerCatalog(t *testing.T) {
	at, admin := sqlserverDatabase(t, "erp_catalog",
		`CREATE SCHEMA more`,
		`CREATE TYPE code AS TABLE (a int)`,
		`CREATE TABLE parent (id int IDENTITY PRIMARY KEY, a int NOT NULL, b int NOT NULL, twice AS a * 2, CONSTRAINT ba UNIQUE (b, a))`,
		`CREATE TABLE kinds (
			bi bit NOT NULL, ti tinyint, s smallint, i int, l bigint, d decimal(24,6), n numeric(5,0), m money, sm smallmoney, r real, f float,
			v varchar(17), vm varchar(max), c char(4), nv nvarchar(69), nm nvarchar(max), nc nchar(2),
			da date, dt datetime, sd smalldatetime, d2 datetime2(3), tm time(3), b varbinary(18), bm varbinary(max), u uniqueidentifier,
			x int, y int, [Odd Name] int, CONSTRAINT lk UNIQUE (l), CONSTRAINT fk FOREIGN KEY (y, x) REFERENCES parent (b, a))`,
		`CREATE TABLE more.other (id int)`,
		`CREATE VIEW vw AS SELECT id FROM parent`,
		`CREATE UNIQUE INDEX covering ON kinds (i) INCLUDE (v)`)
	c := mustCatalog(t, open(t, catalog.SQLServer, at.String()))
	var names []string
	for _, table := range c.Tables {
		names = append(names, table.Schema+"."+table.Name)
	}
	if want := []string{"dbo.kinds", "dbo.parent", "dbo.vw", "more.other"}; !reflect.DeepEqual(names, want) {
		t.Fatalf("tables = %q, want %q", names, want)
	}
	var page int
	if err := admin.Get(&page, `SELECT CAST(COLLATIONPROPERTY(CAST(DATABASEPROPERTYEX(DB_NAME(), 'Collation') AS nvarchar(128)), 'CodePage') AS int)`); err != nil {
		t.Fatal(err)
	}
	whole := func(bits uint8) sqltype.Type { return sqltype.Type{Kind: sqltype.Int, Bits: bits} }
	dec := func(p, s int) sqltype.Type { return sqltype.Type{Kind: sqltype.Decimal, Precision: p, Scale: s} }
	kinds := c.Table("", "kinds")
	for column, want := range map[string]struct {
		native string
		typ    sqltype.Type
	}{
		"bi": {"bit", sqltype.Type{Kind: sqltype.Bool}}, "ti": {"tinyint", whole(8)}, "s": {"smallint", whole(16)}, "i": {"int", whole(32)}, "l": {"bigint", whole(64)},
		"d": {"decimal(24,6)", dec(24, 6)}, "n": {"numeric(5,0)", dec(5, 0)}, "m": {"money", dec(19, 4)}, "sm": {"smallmoney", dec(10, 4)},
		"r": {"real", sqltype.Type{Kind: sqltype.Float, Bits: 32}}, "f": {"float", sqltype.Type{Kind: sqltype.Float, Bits: 64}},
		"v":  {"varchar(17)", sqltype.Type{Kind: sqltype.Text, Length: 17, CodePage: uint16(page)}},
		"vm": {"varchar(max)", sqltype.Type{Kind: sqltype.Text, CodePage: uint16(page)}},
		"c":  {"char(4)", sqltype.Type{Kind: sqltype.Text, Length: 4, Fixed: true, CodePage: uint16(page)}},
		"nv": {"nvarchar(69)", sqltype.Type{Kind: sqltype.Text, Length: 69, National: true}}, "nm": {"nvarchar(max)", sqltype.Type{Kind: sqltype.Text, National: true}},
		"nc": {"nchar(2)", sqltype.Type{Kind: sqltype.Text, Length: 2, Fixed: true, National: true}},
		"da": {"date", sqltype.Type{Kind: sqltype.Date}}, "dt": {"datetime", sqltype.Type{Kind: sqltype.Timestamp, Coarse: true}}, "sd": {"smalldatetime", sqltype.Type{Kind: sqltype.Timestamp, Coarse: true}},
		"d2": {"datetime2(3)", sqltype.Type{Kind: sqltype.Timestamp}}, "tm": {"time(3)", sqltype.Type{Kind: sqltype.Time}},
		"b": {"varbinary(18)", sqltype.Type{Kind: sqltype.Binary}}, "bm": {"varbinary(max)", sqltype.Type{Kind: sqltype.Binary}}, "u": {"uniqueidentifier", sqltype.Type{Kind: sqltype.UUID}},
		"Odd Name": {"int", whole(32)},
	} {
		got := kinds.Column(column)
		if got == nil || got.Native != want.native || got.Type != want.typ {
			t.Errorf("%s = %+v, want %+v", column, got, want)
		}
	}
	if kinds.Column("bi").Nullable || !kinds.Column("i").Nullable {
		t.Error("nullability is wrong")
	}
	if want := [][]string{{"i"}, {"l"}}; !reflect.DeepEqual(kinds.Unique, want) || kinds.PrimaryKey != nil {
		t.Errorf("keys of kinds: %v, %v", kinds.PrimaryKey, kinds.Unique)
	}
	if want := []catalog.ForeignKey{{Columns: []string{"y", "x"}, RefSchema: "dbo", RefTable: "parent", RefColumns: []string{"b", "a"}, Checked: true}}; !reflect.DeepEqual(kinds.ForeignKeys, want) {
		t.Errorf("foreign keys: %+v", kinds.ForeignKeys)
	}
	parent := c.Table("dbo", "parent")
	if !reflect.DeepEqual(parent.PrimaryKey, []string{"id"}) || !reflect.DeepEqual(parent.Unique, [][]string{{"b", "a"}}) || !c.Table("", "vw").View || parent.View {
		t.Errorf("parent: %+v", parent)
	}
	for column, want := range map[string]struct{ computed, virtual bool }{"id": {true, false}, "a": {false, false}, "twice": {true, true}} {
		if got := parent.Column(column); got == nil || got.Computed != want.computed || got.Virtual != want.virtual {
			t.Errorf("%s = %+v, want computed %t, virtual %t", column, got, want.computed, want.virtual)
		}
	}
	if !strings.Contains(c.Version, "compatibility") {
		t.Errorf("the version %q does not tell the compatibility level", c.Version)
	}
	only := mustCatalog(t, open(t, catalog.SQLServer, at.String(), func(s *Settings) { s.Schemas = []string{"MORE"} }))
	if len(only.Tables) != 1 || only.Tables[0].Name != "other" {
		t.Errorf("tables of one schema: %+v", only.Tables)
	}
}

func TestSQLServerCatalogShowsOnlyWhatTheLoginMayRead(t *testing.T) {
	at, admin := sqlserverDatabase(t, "erp_rights",
		`CREATE TABLE opened (id int PRIMARY KEY, v varchar(20))`,
		`CREATE TABLE partly (id int PRIMARY KEY, shown varchar(20), hidden varchar(20))`,
		`CREATE TABLE writable (id int)`, `CREATE TABLE closed (id int)`,
		`IF SUSER_ID('erp_reader') IS NOT NULL DROP LOGIN erp_reader`,
		`CREATE LOGIN erp_reader WITH PASSWORD = 'Reader-1-Reader'`,
		`CREATE USER erp_reader FOR LOGIN erp_reader`,
		`GRANT SELECT ON opened TO erp_reader`, `GRANT SELECT ON partly (shown) TO erp_reader`, `GRANT INSERT ON writable TO erp_reader`)
	t.Cleanup(func() {
		for _, batch := range []string{`REVOKE SELECT ON opened FROM erp_reader`, `REVOKE SELECT ON partly (shown) FROM erp_reader`, `REVOKE INSERT ON writable FROM erp_reader`,
			`DROP USER erp_reader`, `DROP LOGIN erp_reader`} {
			if _, err := admin.Exec(batch); err != nil && !babelfish(t, admin) { // which still counts the reader in; the next run drops it
				t.Error(err)
			}
		}
	})
	reader := *at
	reader.User = url.UserPassword("erp_reader", "Reader-1-Reader")
	db := open(t, catalog.SQLServer, reader.String())
	c := mustCatalog(t, db)
	if c.Table("", "opened") == nil || c.Table("", "closed") != nil || c.Table("", "writable") != nil {
		t.Errorf("tables = %+v", c.Tables)
	}
	if babelfish(t, admin) {
		t.Skip("Babelfish does not tell which columns may be read, and has no numbers of its own for errors")
	}
	partly := c.Table("", "partly")
	if partly == nil || len(partly.Columns) != 1 || partly.Columns[0].Name != "shown" || partly.PrimaryKey != nil {
		t.Errorf("partly = %+v", partly)
	}
	var id int
	if err := db.Portal().Get(&id, `SELECT id FROM dbo.closed`); Classify(err) != Permission {
		t.Errorf("class %v of %v", Classify(err), err)
	}
}

func TestSQLServerByteOrder(t *testing.T) {
	at, _ := sqlserverDatabase(t, "erp_order", `CREATE TABLE t (a nvarchar(10))`, `INSERT INTO t VALUES (N'a'), (N'B'), (N'é'), (N'z'), (N'€')`)
	db := open(t, catalog.SQLServer, at.String())
	var got []string
	if err := db.Portal().Select(&got, "SELECT "+db.AsText("a")+" FROM "+db.Quote("dbo", "t")+" ORDER BY "+db.ByteOrder("a")); err != nil {
		t.Fatal(err)
	}
	if want := []string{"B", "a", "z", "é", "€"}; !reflect.DeepEqual(got, want) {
		t.Errorf("by bytes: %q, want %q", got, want)
	}
}
