package erp

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

func sqlxOpen(driver, dsn string) (*sqlx.DB, error) { return sqlx.Open(driver, dsn) }

func TestPostgresSessions(t *testing.T) {
	postgresSchema(t, "erp_sessions", `CREATE TABLE t (a int)`)
	db := open(t, catalog.Postgres, withOptions(t, postgresDSN(t), "-c default_transaction_read_only=off"))
	if err := db.Ping(context.Background()); err != nil {
		t.Fatal(err)
	}
	for name, pool := range map[string]*sqlx.DB{"portal": db.Portal(), "sync": db.Sync()} {
		want := map[string]string{"default_transaction_read_only": "on", "search_path": "pg_catalog", "TimeZone": "UTC",
			"application_name": "vantelle", "lock_timeout": "5s", "statement_timeout": "30s"}
		if name == "sync" {
			want["statement_timeout"] = "10min"
		}
		for setting, value := range want {
			var got string
			if err := pool.Get(&got, `SELECT current_setting($1)`, setting); err != nil || got != value {
				t.Errorf("%s: %s = %q (%v), want %q", name, setting, got, err, value)
			}
		}
		if _, err := pool.Exec(`INSERT INTO erp_sessions.t VALUES (1)`); Classify(err) != Permission {
			t.Errorf("%s: a write gives %v", name, err)
		}
		if _, err := pool.Exec(`SELECT * FROM t`); Classify(err) != MissingObject {
			t.Errorf("%s: a bare name binds: %v", name, err)
		}
	}
}

func TestPostgresStatementTimeout(t *testing.T) {
	db := open(t, catalog.Postgres, postgresDSN(t), func(s *Settings) { s.StatementTimeout = 50e6 })
	_, err := db.Portal().Exec(`SELECT pg_sleep(20)`)
	if Classify(err) != Timeout || !strings.Contains(Hint(err), "too long") {
		t.Errorf("class %v, hint %q of %v", Classify(err), Hint(err), err)
	}
}

// A connection keeps few statements prepared, and no long one: each would lie in the
// memory of the ERP's machine until the connection ends, some megabytes for one that
// a customer may send.
func TestPromise10PostgresConnectionsKeepFewStatements(t *testing.T) {
	dsn := withOptions(t, postgresDSN(t), "")
	at, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	query := at.Query()
	query.Del("options")
	query.Set("statement_cache_capacity", "4000") // ours holds
	at.RawQuery = query.Encode()
	db := open(t, catalog.Postgres, at.String())
	kept := func(conn *sqlx.Conn) (number, bytes, longest int) {
		t.Helper()
		row := conn.QueryRowxContext(t.Context(), `SELECT count(*), sum(octet_length(statement)), max(octet_length(statement)) FROM pg_catalog.pg_prepared_statements`)
		if err := row.Scan(&number, &bytes, &longest); err != nil {
			t.Fatal(err)
		}
		return number, bytes, longest
	}
	for name, pool := range map[string]*sqlx.DB{"portal": db.Portal(), "sync": db.Sync(), "writes": db.writes} {
		conn, err := pool.Connx(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		ask := func(i, width int) {
			t.Helper()
			var got string
			wide := strings.Repeat("x", width)
			if err := conn.GetContext(t.Context(), &got, fmt.Sprintf(`SELECT %d || $1::text || '%s'`, i, wide), "a"); err != nil || got != fmt.Sprint(i, "a", wide) {
				t.Fatalf("%s: %.20q, %v", name, got, err)
			}
		}
		for i := range keptStatements / 2 {
			ask(i, 1)
			ask(i, 1) // it is found again
			ask(i, keptText)
		}
		if number, _, longest := kept(conn); number < keptStatements/2 || longest > keptText {
			t.Errorf("%s: %d of %d statements are kept, the longest of %d bytes", name, number, keptStatements/2, longest)
		}
		for i := range 3 * keptStatements {
			ask(i, 1)
			if number, _, _ := kept(conn); number > keptStatements {
				t.Fatalf("%s: %d statements are kept", name, number)
			}
		}
		for i := range 3 * keptBytes / (keptText / 2) {
			ask(i, keptText/2)
			if _, bytes, _ := kept(conn); bytes > keptBytes {
				t.Fatalf("%s: statements of %d bytes are kept", name, bytes)
			}
		}
		if _, err := conn.ExecContext(t.Context(), `SELECT $1::text || '`+strings.Repeat("x", keptText)+`'`, "a"); err != nil {
			t.Error(err)
		}
		if _, _, longest := kept(conn); longest > keptText {
			t.Errorf("%s: what was run without an answer is kept: %d bytes", name, longest)
		}
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	}
}

// In a transaction that has failed nothing can be let go: what is asked there fails as
// it must, and the connection goes on afterwards.
func TestPromise10PostgresStatementsInATransactionThatFailed(t *testing.T) {
	db := open(t, catalog.Postgres, postgresDSN(t))
	conn, err := db.writes.Connx(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for round := range 2 {
		tx, err := conn.BeginTxx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		var n int
		if err := tx.Get(&n, `SELECT 1 / $1::int`, 0); err == nil {
			t.Fatal("nothing failed: the test tests nothing")
		}
		for i := range keptStatements + 10 {
			if err := tx.Get(&n, fmt.Sprintf(`SELECT $1::int + %d`, i), 1); err == nil {
				t.Fatal("a transaction that has failed gives an answer")
			}
		}
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
		for i := range keptStatements + 10 {
			if err := conn.GetContext(t.Context(), &n, fmt.Sprintf(`SELECT $1::int + %d`, i), 1); err != nil || n != i+1 {
				t.Fatalf("round %d, statement %d: %d, %v", round, i, n, err)
			}
		}
	}
}

// BenchmarkPostgresStatements shows what keeping a statement prepared spares: the
// longest that is kept, and one that is a little longer and prepared each time.
func BenchmarkPostgresStatements(b *testing.B) {
	dsn := os.Getenv("VANTELLE_TEST_POSTGRES")
	if dsn == "" {
		b.Skip("VANTELLE_TEST_POSTGRES is not set: nothing is measured on PostgreSQL")
	}
	s := DefaultSettings()
	s.Name, s.Engine, s.DSN = "d", catalog.Postgres, dsn
	db, err := Open(s, zerolog.Nop())
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	for name, size := range map[string]int{"short": 500, "kept": keptText, "long": keptText + 100} {
		text := "SELECT count(*) FROM pg_catalog.pg_class AS t WHERE t.relname = $1"
		for n := 0; len(text) < size-60; n++ {
			text += fmt.Sprintf(" AND (t.relpages <> %d OR t.relname <> $1)", n)
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				var n int
				if err := db.Portal().GetContext(b.Context(), &n, text, "x"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func TestPostgresConnectionErrors(t *testing.T) {
	base := postgresDSN(t)
	for name, c := range map[string]struct {
		change func(*url.URL)
		class  Class
		hint   string
	}{
		"the wrong password": {func(u *url.URL) { u.User = url.UserPassword(u.User.Username(), "wr0ng") }, Permission, "refused the password"},
		"no such database":   {func(u *url.URL) { u.Path = "/no_such_database" }, Unavailable, "no database of that name"},
	} {
		t.Run(name, func(t *testing.T) {
			u, err := url.Parse(base)
			if err != nil || u.User == nil {
				t.Skip("VANTELLE_TEST_POSTGRES is not a URL with a user")
			}
			c.change(u)
			err = open(t, catalog.Postgres, u.String()).Ping(context.Background())
			if Classify(err) != c.class || !strings.Contains(Hint(err), c.hint) {
				t.Errorf("class %v, hint %q of %v", Classify(err), Hint(err), err)
			}
			if strings.Contains(err.Error(), "wr0ng") {
				t.Errorf("the error holds the password: %v", err)
			}
		})
	}
}

func TestPostgresSnapshotSeesOneMoment(t *testing.T) {
	postgresSchema(t, "erp_snapshot", `CREATE TABLE t (a int)`)
	testSnapshot(t, open(t, catalog.Postgres, postgresDSN(t)), "erp_snapshot.t", func() error {
		writer, err := sqlxOpen("pgx", postgresDSN(t))
		if err != nil {
			return err
		}
		defer writer.Close()
		_, err = writer.Exec(`INSERT INTO erp_snapshot.t VALUES (1)`)
		return err
	})
}

func TestPostgresCatalog(t *testing.T) {
	postgresSchema(t, "erp_catalog", `
		CREATE DOMAIN code AS varchar(17) NOT NULL; CREATE DOMAIN customer_code AS code;
		CREATE TYPE mood AS ENUM ('fine');
		CREATE TABLE parent (id int PRIMARY KEY, a int, b int, UNIQUE (b, a));
		CREATE TABLE kinds (
			i2 int2 NOT NULL, i4 int4, i8 int8, n numeric(24,6), nn numeric, neg numeric(5,-2), f4 real, f8 double precision,
			t text, v varchar(17), vv varchar, c char(4), l text COLLATE "C", bo bool, d date, ts timestamp(0), tz timestamptz,
			ti time, tiz timetz, by bytea, u uuid, j json, jb jsonb, ar int[], m mood, dom customer_code, iv interval, "Odd ""Name" int,
			dropped int, x int, y int, FOREIGN KEY (y, x) REFERENCES parent (b, a));
		ALTER TABLE kinds DROP COLUMN dropped;
		CREATE UNIQUE INDEX partial ON kinds (i4) WHERE i4 > 0;
		CREATE UNIQUE INDEX expr ON kinds (lower(t));
		CREATE UNIQUE INDEX covering ON kinds (i8) INCLUDE (t);
		CREATE VIEW vw AS SELECT id FROM parent; CREATE MATERIALIZED VIEW mv AS SELECT id FROM parent;
		CREATE TABLE part (k int, v int) PARTITION BY LIST (k);
		CREATE SEQUENCE seq;`)
	c := mustCatalog(t, open(t, catalog.Postgres, postgresDSN(t), func(s *Settings) { s.Schemas = []string{"erp_catalog", "pg_catalog"} }))

	var names []string
	for _, table := range c.Tables {
		names = append(names, table.Schema+"."+table.Name)
	}
	if want := []string{"erp_catalog.kinds", "erp_catalog.mv", "erp_catalog.parent", "erp_catalog.part", "erp_catalog.vw"}; !reflect.DeepEqual(names, want) {
		t.Fatalf("tables = %q, want %q", names, want)
	}
	kinds := c.Table("", "kinds")
	for column, want := range map[string]struct {
		native string
		typ    sqltype.Type
	}{
		"i2":        {"smallint", sqltype.Type{Kind: sqltype.Int, Bits: 16}},
		"i4":        {"integer", sqltype.Type{Kind: sqltype.Int, Bits: 32}},
		"i8":        {"bigint", sqltype.Type{Kind: sqltype.Int, Bits: 64}},
		"n":         {"numeric(24,6)", sqltype.Type{Kind: sqltype.Decimal, Precision: 24, Scale: 6}},
		"nn":        {"numeric", sqltype.Type{Kind: sqltype.Decimal}},
		"neg":       {"numeric(5,-2)", sqltype.Type{Kind: sqltype.Decimal, Precision: 5, Scale: -2}},
		"f4":        {"real", sqltype.Type{Kind: sqltype.Float, Bits: 32}},
		"f8":        {"double precision", sqltype.Type{Kind: sqltype.Float, Bits: 64}},
		"t":         {"text", sqltype.Type{Kind: sqltype.Text}},
		"v":         {"character varying(17)", sqltype.Type{Kind: sqltype.Text, Length: 17}},
		"vv":        {"character varying", sqltype.Type{Kind: sqltype.Text}},
		"c":         {"character(4)", sqltype.Type{Kind: sqltype.Text, Length: 4, Fixed: true}},
		"bo":        {"boolean", sqltype.Type{Kind: sqltype.Bool}},
		"d":         {"date", sqltype.Type{Kind: sqltype.Date}},
		"ts":        {"timestamp(0) without time zone", sqltype.Type{Kind: sqltype.Timestamp}},
		"tz":        {"timestamp with time zone", sqltype.Type{Kind: sqltype.Timestamp, Zoned: true}},
		"ti":        {"time without time zone", sqltype.Type{Kind: sqltype.Time}},
		"tiz":       {"time with time zone", sqltype.Type{Kind: sqltype.Other}},
		"by":        {"bytea", sqltype.Type{Kind: sqltype.Binary}},
		"u":         {"uuid", sqltype.Type{Kind: sqltype.UUID}},
		"j":         {"json", sqltype.Type{Kind: sqltype.JSON, Raw: true}},
		"jb":        {"jsonb", sqltype.Type{Kind: sqltype.JSON}},
		"ar":        {"integer[]", sqltype.Type{Kind: sqltype.Other}},
		"m":         {"erp_catalog.mood", sqltype.Type{Kind: sqltype.Other}},
		"dom":       {"erp_catalog.customer_code", sqltype.Type{Kind: sqltype.Text, Length: 17}},
		"iv":        {"interval", sqltype.Type{Kind: sqltype.Other}},
		`Odd "Name`: {"integer", sqltype.Type{Kind: sqltype.Int, Bits: 32}},
	} {
		got := kinds.Column(column)
		if got == nil || got.Native != want.native || got.Type != want.typ {
			t.Errorf("%s = %+v, want %+v", column, got, want)
		}
	}
	if kinds.Column("dropped") != nil || kinds.Column("i2").Nullable || !kinds.Column("i4").Nullable {
		t.Error("dropped columns or nullability are wrong")
	}
	if kinds.Column("l").Collation != "C" || kinds.Column("t").Collation != "" || kinds.Column("i4").Collation != "" {
		t.Errorf("collations: %q, %q, %q", kinds.Column("l").Collation, kinds.Column("t").Collation, kinds.Column("i4").Collation)
	}
	if !reflect.DeepEqual(kinds.Unique, [][]string{{"i8"}}) || kinds.PrimaryKey != nil {
		t.Errorf("keys of kinds: %v, %v", kinds.PrimaryKey, kinds.Unique)
	}
	if want := []catalog.ForeignKey{{Columns: []string{"y", "x"}, RefSchema: "erp_catalog", RefTable: "parent", RefColumns: []string{"b", "a"}}}; !reflect.DeepEqual(kinds.ForeignKeys, want) {
		t.Errorf("foreign keys: %+v", kinds.ForeignKeys)
	}
	parent := c.Table("erp_catalog", "parent")
	if !reflect.DeepEqual(parent.PrimaryKey, []string{"id"}) || !reflect.DeepEqual(parent.Unique, [][]string{{"b", "a"}}) {
		t.Errorf("keys of parent: %v, %v", parent.PrimaryKey, parent.Unique)
	}
	if !c.Table("", "vw").View || !c.Table("", "mv").View || c.Table("", "part").View {
		t.Error("views are told apart wrongly")
	}
}

func TestPostgresCatalogShowsOnlyWhatTheLoginMayRead(t *testing.T) {
	u, err := url.Parse(postgresDSN(t))
	if err != nil || u.User == nil {
		t.Skip("VANTELLE_TEST_POSTGRES is not a URL with a user")
	}
	postgresSchema(t, "erp_rights", `
		DROP ROLE IF EXISTS erp_rights_reader; CREATE ROLE erp_rights_reader LOGIN PASSWORD 'reader';
		GRANT USAGE ON SCHEMA erp_rights TO erp_rights_reader;
		CREATE TABLE open (id int PRIMARY KEY, v text); GRANT SELECT ON open TO erp_rights_reader;
		CREATE TABLE partly (id int PRIMARY KEY, shown text, hidden text UNIQUE); GRANT SELECT (shown) ON partly TO erp_rights_reader;
		CREATE TABLE closed (id int);`)
	t.Cleanup(func() {
		admin, err := sqlxOpen("pgx", u.String())
		if err != nil {
			t.Fatal(err)
		}
		defer admin.Close()
		if _, err := admin.Exec(`DROP OWNED BY erp_rights_reader; DROP ROLE erp_rights_reader`); err != nil {
			t.Error(err)
		}
	})
	reader := *u
	reader.User = url.UserPassword("erp_rights_reader", "reader")
	c := mustCatalog(t, open(t, catalog.Postgres, reader.String(), func(s *Settings) { s.Schemas = []string{"erp_rights"} }))
	if len(c.Tables) != 2 || c.Table("", "closed") != nil {
		t.Errorf("tables = %+v", c.Tables)
	}
	partly := c.Table("", "partly")
	if partly == nil || len(partly.Columns) != 1 || partly.Columns[0].Name != "shown" || partly.PrimaryKey != nil || len(partly.Unique) > 0 {
		t.Errorf("partly = %+v", partly)
	}
}

// withOptions adds a startup option to a DSN, as an operator might.
func withOptions(t *testing.T, dsn, options string) string {
	t.Helper()
	if u, err := url.Parse(dsn); err == nil && u.Scheme != "" {
		q := u.Query()
		q.Set("options", options)
		u.RawQuery = q.Encode()
		return u.String()
	}
	return dsn + " options='" + options + "'"
}
