package erp

import (
	"context"
	"database/sql"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jmoiron/sqlx"

	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// mariadbDatabase runs statements in a fresh database, dropped at the end, and
// gives its DSN and a connection that may write.
func mariadbDatabase(t *testing.T, name, script string) (string, *sqlx.DB) {
	t.Helper()
	dsn := os.Getenv("VANTELLE_TEST_MARIADB")
	if dsn == "" {
		t.Skip("VANTELLE_TEST_MARIADB is not set: give the DSN of a MariaDB to test on, whose user may make databases and users")
	}
	config, err := mysql.ParseDSN(dsn)
	if err != nil {
		t.Fatal(err)
	}
	config.MultiStatements = true
	config.DBName = ""
	connector, err := mysql.NewConnector(config)
	if err != nil {
		t.Fatal(err)
	}
	admin := sqlx.NewDb(sql.OpenDB(connector), "mysql")
	admin.SetMaxOpenConns(1) // USE holds for one connection
	t.Cleanup(func() {
		if _, err := admin.Exec("DROP DATABASE IF EXISTS `" + name + "`"); err != nil {
			t.Error(err)
		}
		_ = admin.Close()
	})
	if _, err := admin.Exec("DROP DATABASE IF EXISTS `" + name + "`; CREATE DATABASE `" + name + "` CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci; USE `" + name + "`; " + script); err != nil {
		t.Fatal(err)
	}
	config.MultiStatements = false
	config.DBName = name
	return config.FormatDSN(), admin
}

func TestMariaDBSessions(t *testing.T) {
	dsn, _ := mariadbDatabase(t, "erp_sessions", `CREATE TABLE t (a int)`)
	// What a DSN asks for cannot weaken the session.
	db := open(t, catalog.MariaDB, dsn+"?sql_mode=%27ANSI%27&interpolateParams=true&multiStatements=true&time_zone=%27%2B05:00%27")
	if err := db.Ping(context.Background()); err != nil {
		t.Fatal(err)
	}
	for name, pool := range map[string]*sqlx.DB{"portal": db.Portal(), "sync": db.Sync()} {
		want := map[string]string{"sql_mode": "STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION", "tx_read_only": "1", "time_zone": "+00:00",
			"tx_isolation": "REPEATABLE-READ", "character_set_connection": "utf8mb4", "lock_wait_timeout": "5", "max_statement_time": "30", "max_recursive_iterations": "4294967295"}
		if name == "sync" {
			want["max_statement_time"] = "600"
		}
		for setting, value := range want {
			var got string
			if err := pool.Get(&got, `SELECT @@SESSION.`+setting); err != nil || got != value {
				t.Errorf("%s: %s = %q (%v), want %q", name, setting, got, err, value)
			}
		}
		if _, err := pool.Exec(`INSERT INTO t VALUES (1)`); Classify(err) != Permission {
			t.Errorf("%s: a write gives %v", name, err)
		}
		if _, err := pool.Exec(`SELECT * FROM gone`); Classify(err) != MissingObject {
			t.Errorf("%s: a table that is gone gives %v", name, err)
		}
		if _, err := pool.Exec(`SELECT 1; SELECT 2`); err == nil {
			t.Errorf("%s: two statements pass", name)
		}
	}
	var text string
	if err := db.Portal().Get(&text, `SELECT CONCAT("a", ?, '\\', 1 || 0)`, "é€😀"); err != nil || text != `aé€😀\1` {
		t.Errorf("got %q, %v", text, err)
	}
}

func TestMariaDBStatementTimeout(t *testing.T) {
	dsn, _ := mariadbDatabase(t, "erp_timeout", `CREATE TABLE t (a int)`)
	db := open(t, catalog.MariaDB, dsn, func(s *Settings) { s.StatementTimeout = 50 * time.Millisecond })
	var slept int
	// SLEEP gives 1 where it was ended; a real statement fails.
	err := db.Portal().Get(&slept, `WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 100000000) SELECT COUNT(*) FROM n`)
	if Classify(err) != Timeout || !strings.Contains(Hint(err), "too long") {
		t.Errorf("class %v, hint %q of %v", Classify(err), Hint(err), err)
	}
}

// A message that is larger than the server takes is one that it does not take,
// however large that is: sent, it would have the server break the connection, as if
// it had gone away.
func TestMariaDBKnowsHowMuchTheServerTakes(t *testing.T) {
	dsn, _ := mariadbDatabase(t, "erp_packet", `CREATE TABLE t (a int)`)
	db := open(t, catalog.MariaDB, dsn+"?maxAllowedPacket=1073741824")
	var most, id int
	if err := db.Portal().QueryRow("SELECT @@max_allowed_packet, CONNECTION_ID()").Scan(&most, &id); err != nil {
		t.Fatal(err)
	}
	if most > 64<<20 {
		t.Skipf("the server takes messages of %d bytes", most)
	}
	conn, err := db.Portal().Connx(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }() // it was only read
	for what, ask := range map[string]func() error{
		"a text": func() error {
			var n int
			return conn.GetContext(t.Context(), &n, "SELECT LENGTH('"+strings.Repeat("x", most)+"')")
		},
		"a value": func() error {
			var n int
			return conn.GetContext(t.Context(), &n, "SELECT LENGTH(?)", strings.Repeat("x", most+most/2))
		},
		"many values": func() error {
			var n int
			return conn.GetContext(t.Context(), &n, "SELECT 1"+strings.Repeat(" + LENGTH(?)", 500), slices.Repeat([]any{strings.Repeat("x", most/5000)}, 500)...)
		},
	} {
		err := ask()
		if class := Classify(err); class != TooLarge && (what != "many values" || err != nil) {
			t.Errorf("%s of %d bytes and more: %s: %v", what, most, class, err)
		}
		var one int
		if err := conn.GetContext(t.Context(), &one, "SELECT 1"); err != nil {
			t.Errorf("after %s: %v", what, err)
		}
	}
}

func TestMariaDBConnectionErrors(t *testing.T) {
	dsn, _ := mariadbDatabase(t, "erp_errors", `CREATE TABLE t (a int)`)
	for name, c := range map[string]struct {
		change func(*mysql.Config)
		class  Class
		hint   string
	}{
		"the wrong password":  {func(c *mysql.Config) { c.Passwd = "wr0ng" }, Permission, "user and password of the dossier"},
		"no such database":    {func(c *mysql.Config) { c.DBName = "no_such_database" }, Unavailable, "no database of that name"},
		"nobody listens":      {func(c *mysql.Config) { c.Addr = "127.0.0.1:1" }, Unavailable, "cannot be reached"},
		"TLS is not offered":  {func(c *mysql.Config) { c.TLSConfig = "true" }, Unavailable, "tls: false"},
		"the wrong user name": {func(c *mysql.Config) { c.User, c.Passwd = "nobody_wr0ng", "wr0ng" }, Permission, "user and password of the dossier"},
	} {
		t.Run(name, func(t *testing.T) {
			config, err := mysql.ParseDSN(dsn)
			if err != nil {
				t.Fatal(err)
			}
			c.change(config)
			err = open(t, catalog.MariaDB, config.FormatDSN()).Ping(context.Background())
			if Classify(err) != c.class || !strings.Contains(Hint(err), c.hint) {
				t.Errorf("class %v, hint %q of %v", Classify(err), Hint(err), err)
			}
			if strings.Contains(err.Error(), ":wr0ng") {
				t.Errorf("the error holds the password: %v", err)
			}
		})
	}
}

func TestMariaDBSnapshotSeesOneMoment(t *testing.T) {
	dsn, admin := mariadbDatabase(t, "erp_snapshot", `CREATE TABLE t (a int); CREATE TABLE u (a int)`)
	write := func() error { _, err := admin.Exec(`INSERT INTO t VALUES (1)`); return err }
	db := open(t, catalog.MariaDB, dsn)
	testSnapshot(t, db, "t", write)

	tx, err := db.Snapshot(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if err := write(); err != nil { // before the first read
		t.Fatal(err)
	}
	var n int
	if err := tx.Get(&n, `SELECT COUNT(*) FROM t`); err != nil || n != 1 {
		t.Errorf("the moment is that of the first read, not of the beginning: %d rows, %v", n, err)
	}
}

func TestMariaDBCatalog(t *testing.T) {
	dsn, _ := mariadbDatabase(t, "erp_catalog", `
		CREATE TABLE parent (id int AUTO_INCREMENT PRIMARY KEY, a int NOT NULL, b int NOT NULL, UNIQUE KEY ba (b, a));
		CREATE TABLE kinds (
			t1 tinyint(1) NOT NULL, t2 tinyint unsigned, s smallint, su smallint unsigned, m mediumint, mu mediumint unsigned, i int, iu int(11) unsigned zerofill,
			l bigint, lu bigint unsigned, d decimal(24,8), f float, db double(24,8), v varchar(17), c char(4), te text, lt longtext, e enum('a','b'),
			da date, dt datetime(6), ts timestamp NULL, ti time, y year, b blob, vb varbinary(20), j json, u uuid, bi bit(1), bits bit(8), g geometry,
			bin varchar(10) COLLATE utf8mb4_bin, la varchar(10) CHARACTER SET latin1, comp int AS (s + 1), pre varchar(300), `+"`Odd``Name` int"+`,
			x int, y2 int, UNIQUE KEY prefixed (pre(10)), UNIQUE KEY usual (l), FOREIGN KEY (y2, x) REFERENCES parent (b, a));
		CREATE VIEW vw AS SELECT id FROM parent; CREATE SEQUENCE seq;
		CREATE VIEW broken AS SELECT id FROM parent; CREATE TEMPORARY TABLE tmp (a int)`)
	c := mustCatalog(t, open(t, catalog.MariaDB, dsn))
	var names []string
	for _, table := range c.Tables {
		names = append(names, table.Schema+"."+table.Name)
	}
	if want := []string{"erp_catalog.broken", "erp_catalog.kinds", "erp_catalog.parent", "erp_catalog.vw"}; !reflect.DeepEqual(names, want) {
		t.Fatalf("tables = %q, want %q", names, want)
	}
	whole := func(bits uint8) sqltype.Type { return sqltype.Type{Kind: sqltype.Int, Bits: bits} }
	kinds := c.Table("", "kinds")
	for column, want := range map[string]struct {
		native string
		typ    sqltype.Type
	}{
		"t1": {"tinyint(1)", whole(8)}, "t2": {"tinyint(3) unsigned", whole(16)}, "s": {"smallint(6)", whole(16)}, "su": {"smallint(5) unsigned", whole(32)},
		"m": {"mediumint(9)", whole(32)}, "mu": {"mediumint(8) unsigned", whole(32)}, "i": {"int(11)", whole(32)}, "iu": {"int(11) unsigned zerofill", whole(64)},
		"l": {"bigint(20)", whole(64)}, "lu": {"bigint(20) unsigned", sqltype.Type{Kind: sqltype.Decimal, Precision: 20}},
		"d": {"decimal(24,8)", sqltype.Type{Kind: sqltype.Decimal, Precision: 24, Scale: 8}},
		"f": {"float", sqltype.Type{Kind: sqltype.Float, Bits: 32}}, "db": {"double(24,8)", sqltype.Type{Kind: sqltype.Float, Bits: 64}},
		"v": {"varchar(17)", sqltype.Type{Kind: sqltype.Text, Length: 17}}, "c": {"char(4)", sqltype.Type{Kind: sqltype.Text, Length: 4}},
		"te": {"text", sqltype.Type{Kind: sqltype.Text}}, "lt": {"longtext", sqltype.Type{Kind: sqltype.Text}}, "e": {"enum('a','b')", sqltype.Type{Kind: sqltype.Text, Listed: true}},
		"da": {"date", sqltype.Type{Kind: sqltype.Date}}, "dt": {"datetime(6)", sqltype.Type{Kind: sqltype.Timestamp}},
		"ts": {"timestamp", sqltype.Type{Kind: sqltype.Timestamp, Zoned: true}}, "ti": {"time", sqltype.Type{Kind: sqltype.Time}}, "y": {"year(4)", whole(16)},
		"b": {"blob", sqltype.Type{Kind: sqltype.Binary}}, "vb": {"varbinary(20)", sqltype.Type{Kind: sqltype.Binary}}, "u": {"uuid", sqltype.Type{Kind: sqltype.UUID}},
		"bi": {"bit(1)", sqltype.Type{Kind: sqltype.Bool}}, "bits": {"bit(8)", sqltype.Type{Kind: sqltype.Binary}}, "g": {"geometry", sqltype.Type{Kind: sqltype.Other}},
		"Odd`Name": {"int(11)", whole(32)},
	} {
		got := kinds.Column(column)
		if got == nil || got.Native != want.native || got.Type != want.typ {
			t.Errorf("%s = %+v, want %+v", column, got, want)
		}
	}
	if kinds.Column("t1").Nullable || !kinds.Column("i").Nullable || !kinds.Column("comp").Computed || kinds.Column("i").Computed {
		t.Error("nullability or computed columns are wrong")
	}
	if kinds.Column("v").Collation != "" || kinds.Column("bin").Collation != "utf8mb4_bin" || kinds.Column("la").Collation != "latin1_swedish_ci" {
		t.Errorf("collations: %q, %q, %q", kinds.Column("v").Collation, kinds.Column("bin").Collation, kinds.Column("la").Collation)
	}
	if !reflect.DeepEqual(kinds.Unique, [][]string{{"l"}}) || kinds.PrimaryKey != nil {
		t.Errorf("keys of kinds: %v, %v", kinds.PrimaryKey, kinds.Unique)
	}
	if want := []catalog.ForeignKey{{Columns: []string{"y2", "x"}, RefSchema: "erp_catalog", RefTable: "parent", RefColumns: []string{"b", "a"}}}; !reflect.DeepEqual(kinds.ForeignKeys, want) {
		t.Errorf("foreign keys: %+v", kinds.ForeignKeys)
	}
	parent := c.Table("erp_catalog", "parent")
	if !reflect.DeepEqual(parent.PrimaryKey, []string{"id"}) || !reflect.DeepEqual(parent.Unique, [][]string{{"b", "a"}}) || !c.Table("", "vw").View || parent.View {
		t.Errorf("parent: %+v", parent)
	}
	if !strings.Contains(c.Version, "utf8mb4_general_ci") {
		t.Errorf("the version %q does not tell the collation", c.Version)
	}
}

func TestNamesAsInnoDBKeepsThem(t *testing.T) {
	for kept, want := range map[string][2]string{
		"shop/docs": {"shop", "docs"}, "my@002dshop/two@0020words": {"my-shop", "two words"}, "shop/@00e9t@00e9": {"shop", "été"},
		"a@002fb/c": {"a/b", "c"}, "shop/a@0040b": {"shop", "a@b"}, "shop": {"shop", ""}, "shop/@zz": {"shop", "@zz"},
	} {
		if got := mariadbFileName(kept); got != want {
			t.Errorf("%s is %q, want %q", kept, got, want)
		}
	}
}

func TestMariaDBCatalogShowsOnlyWhatTheLoginMayRead(t *testing.T) {
	dsn, admin := mariadbDatabase(t, "erp_rights", `
		CREATE TABLE open (id int PRIMARY KEY, v text);
		CREATE TABLE partly (id int PRIMARY KEY, shown text, hidden varchar(20) UNIQUE);
		CREATE TABLE writable (id int); CREATE TABLE closed (id int);
		DROP USER IF EXISTS erp_reader@localhost; CREATE USER erp_reader@localhost IDENTIFIED BY 'reader';
		GRANT SELECT ON open TO erp_reader@localhost; GRANT SELECT (shown), UPDATE (hidden) ON partly TO erp_reader@localhost;
		GRANT INSERT ON writable TO erp_reader@localhost`)
	t.Cleanup(func() {
		if _, err := admin.Exec(`DROP USER erp_reader@localhost`); err != nil {
			t.Error(err)
		}
	})
	config, err := mysql.ParseDSN(dsn)
	if err != nil {
		t.Fatal(err)
	}
	config.User, config.Passwd = "erp_reader", "reader"
	db := open(t, catalog.MariaDB, config.FormatDSN())
	c := mustCatalog(t, db)
	if len(c.Tables) != 2 || c.Table("", "closed") != nil || c.Table("", "writable") != nil {
		t.Errorf("tables = %+v", c.Tables)
	}
	if out := c.Table("", "open").Outside; len(out) != 1 || out[0].OnDelete != "CASCADE" || !strings.Contains(out[0].Table, "PROCESS") {
		t.Errorf("a login that cannot see all foreign keys is told of %+v", out)
	}
	partly := c.Table("", "partly")
	if partly == nil || len(partly.Columns) != 1 || partly.Columns[0].Name != "shown" || partly.PrimaryKey != nil || len(partly.Unique) > 0 {
		t.Errorf("partly = %+v", partly)
	}
	var id int
	if err := db.Portal().Get(&id, `SELECT id FROM partly`); Classify(err) != Permission {
		t.Errorf("class %v of %v", Classify(err), err)
	}
}

func TestMariaDBByKeys(t *testing.T) {
	dsn, _ := mariadbDatabase(t, "erp_keys", `CREATE TABLE t (a varchar(10) CHARACTER SET latin1); INSERT INTO t VALUES ('a'), ('B'), ('é'), ('a '), ('a	')`)
	config, err := mysql.ParseDSN(dsn)
	if err != nil {
		t.Fatal(err)
	}
	host, port, _ := strings.Cut(config.Addr, ":")
	db := open(t, catalog.MariaDB, "", func(s *Settings) {
		s.Server = Server{Host: host, Port: atoi(t, port), Database: "erp_keys", User: config.User, Password: config.Passwd, Encrypt: "false"}
	})
	var got []string
	if err := db.Portal().Select(&got, "SELECT "+db.AsText("a")+" FROM "+db.Quote("erp_keys", "t")+" ORDER BY "+db.ByteOrder("a")); err != nil {
		t.Fatal(err)
	}
	if want := []string{"B", "a", "a\t", "a ", "é"}; !reflect.DeepEqual(got, want) {
		t.Errorf("by bytes: %q, want %q", got, want)
	}
}

func TestMariaDBAddressesAreRefusedWithTheKeyToChange(t *testing.T) {
	const secret = "s3same"
	whole := Server{Host: "db.local", Database: "d", User: "u", Password: secret, Encrypt: "true"}
	for name, c := range map[string]struct {
		dsn    string
		change func(*Server)
		want   string // "" is accepted
	}{
		"keys":                         {"", func(*Server) {}, ""},
		"a socket":                     {"", func(s *Server) { s.Host, s.Socket, s.Encrypt = "", "/run/x", "" }, ""},
		"no database":                  {"", func(s *Server) { s.Database = "" }, "database: must be given"},
		"a word for tls":               {"", func(s *Server) { s.Encrypt = "maybe" }, "tls: "},
		"an authority that is missing": {"", func(s *Server) { s.CAFile = "no-such.pem" }, "ca_file: "},
		"a DSN that is a URL":          {"mysql://u:" + secret + "@h/d", nil, "cannot be read"},
		"a DSN without a word on TLS":  {"u:" + secret + "@tcp(db.local)/d", nil, "tls=true"},
		"a DSN with one":               {"u:" + secret + "@tcp(db.local)/d?tls=true", nil, ""},
		"a DSN of this machine":        {"u:" + secret + "@tcp(localhost:3307)/d", nil, ""},
		"a DSN without database":       {"u:" + secret + "@tcp(localhost)/", nil, "database: must be given"},
	} {
		s := Settings{Engine: catalog.MariaDB, DSN: c.dsn}
		if c.change != nil {
			s.Server = whole
			c.change(&s.Server)
		}
		config, err := mariadbConfig(s)
		switch {
		case c.want == "" && err != nil, c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v", name, err)
		case err != nil && strings.Contains(err.Error(), secret):
			t.Errorf("%s: the error holds the password: %v", name, err)
		case err == nil && (config.InterpolateParams || config.MultiStatements || config.ParseTime || !config.ClientFoundRows || config.AllowFallbackToPlaintext):
			t.Errorf("%s: %+v", name, config)
		}
	}
}
