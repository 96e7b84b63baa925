package grants

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/erpshape"
	"github.com/vantelle/vantelle/profiles"
	"github.com/vantelle/vantelle/sync/erpsource"
)

func TestGrantsAreSpelledForEachEngine(t *testing.T) {
	needs := []Need{
		{Table: &catalog.Table{Schema: "dbo", Name: `F_"]` + "`" + `X`}},
		{Table: &catalog.Table{Schema: "dbo", Name: "user"}, Columns: []string{"id", "login"}},
		{Table: &catalog.Table{Schema: "dbo", Name: "orders"}, Insert: true, Update: []string{"note", "qty"}, Delete: true, Locked: true},
		{Table: &catalog.Table{Schema: "dbo", Name: "teams", PrimaryKey: []string{"id"}, Columns: []*catalog.Column{{Name: "a"}}}, Locked: true},
	}
	for engine, want := range map[catalog.Engine]string{
		catalog.SQLite: "",
		catalog.Postgres: `CREATE ROLE "v" LOGIN PASSWORD 'CHOOSE-A-LONG-PASSWORD' NOSUPERUSER NOCREATEDB NOCREATEROLE;
ALTER ROLE "v" SET default_transaction_read_only = on;
GRANT CONNECT ON DATABASE "d" TO "v";
GRANT USAGE ON SCHEMA "dbo" TO "v";
GRANT SELECT ON "dbo"."F_""]` + "`" + `X" TO "v";
GRANT SELECT ("id", "login") ON "dbo"."user" TO "v";
GRANT SELECT ON "dbo"."orders" TO "v";
GRANT INSERT ON "dbo"."orders" TO "v";
GRANT UPDATE ("note", "qty") ON "dbo"."orders" TO "v";
GRANT DELETE ON "dbo"."orders" TO "v";
-- The sequences that number its rows, if it has any.
DO $$ DECLARE s regclass; BEGIN FOR s IN SELECT d.objid::regclass FROM pg_depend AS d JOIN pg_class AS c ON c.oid = d.objid WHERE c.relkind = 'S' AND d.deptype = 'a' AND d.refobjid = ('"dbo"."orders"')::regclass LOOP EXECUTE format('GRANT USAGE ON SEQUENCE %s TO %I', s, 'v'); END LOOP; END $$;
GRANT SELECT ON "dbo"."teams" TO "v";
-- Rows of teams are locked while a write that depends on them runs, which PostgreSQL allows to those only who may change a column.
GRANT UPDATE ("id") ON "dbo"."teams" TO "v";
`,
		catalog.MariaDB: `CREATE USER 'v'@'%' IDENTIFIED BY 'CHOOSE-A-LONG-PASSWORD';
-- So that it sees which foreign keys carry a delete or an update on to other tables.
GRANT PROCESS ON *.* TO 'v'@'%';
GRANT SELECT ON ` + "`d`.`F_\"]``X`" + ` TO 'v'@'%';
GRANT SELECT (` + "`id`, `login`) ON `d`.`user`" + ` TO 'v'@'%';
GRANT SELECT ON ` + "`d`.`orders`" + ` TO 'v'@'%';
GRANT INSERT ON ` + "`d`.`orders`" + ` TO 'v'@'%';
GRANT UPDATE ` + "(`note`, `qty`) ON `d`.`orders`" + ` TO 'v'@'%';
GRANT DELETE ON ` + "`d`.`orders`" + ` TO 'v'@'%';
GRANT SELECT ON ` + "`d`.`teams`" + ` TO 'v'@'%';
`,
		catalog.SQLServer: `USE [master];
CREATE LOGIN [v] WITH PASSWORD = N'CHOOSE-A-LONG-PASSWORD', DEFAULT_DATABASE = [d];
USE [d];
CREATE USER [v] FOR LOGIN [v];
-- So that it sees which foreign keys carry a delete or an update on to other tables.
GRANT VIEW DEFINITION TO [v];
GRANT SELECT ON [dbo].[F_"]]` + "`" + `X] TO [v];
GRANT SELECT ([id], [login]) ON [dbo].[user] TO [v];
GRANT SELECT ON [dbo].[orders] TO [v];
GRANT INSERT ON [dbo].[orders] TO [v];
GRANT UPDATE ([note], [qty]) ON [dbo].[orders] TO [v];
GRANT DELETE ON [dbo].[orders] TO [v];
GRANT SELECT ON [dbo].[teams] TO [v];
`,
	} {
		if got := Script(engine, "d", "v", needs); got != want {
			t.Errorf("%s:\n%s\nwant:\n%s", engine, got, want)
		}
	}
}

// content is everything that a synchronisation reads, and what a profile shows.
func content(t *testing.T, db *erp.DB, kind string, profile *profiles.Profile) string {
	t.Helper()
	var b strings.Builder
	source, err := erpsource.New(kind, db, erpsource.Options{})
	if err != nil {
		t.Fatal(err)
	}
	snap, err := source.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := snap.Close(); err != nil {
			t.Error(err)
		}
	}()
	print, err := snap.Fingerprint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&b, "%+v\n", print)
	for c, err := range snap.Customers(t.Context()) {
		fmt.Fprintf(&b, "%+v %v\n", c, err)
	}
	for c, err := range snap.Contacts(t.Context()) {
		fmt.Fprintf(&b, "%+v %v\n", c, err)
	}
	if v := bound(t, db, profile); v != nil {
		for _, table := range v.Tables {
			fmt.Fprintf(&b, "shown: %s\n", table.Catalog.Name)
		}
	}
	return b.String()
}

// bound gives nil where there is no profile.
func bound(t *testing.T, db *erp.DB, profile *profiles.Profile) *view.View {
	t.Helper()
	if profile == nil {
		return nil
	}
	return view.Bind(profile, catalogOf(t, db))
}

func catalogOf(t *testing.T, db *erp.DB) *catalog.Catalog {
	t.Helper()
	cat, err := db.Catalog(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

func open(t *testing.T, engine catalog.Engine, dsn string, schemas ...string) *erp.DB {
	t.Helper()
	s := erp.DefaultSettings()
	s.Name, s.Engine, s.DSN, s.Schemas = "erp", engine, dsn, schemas
	db, err := erp.Open(s, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func b2b(t *testing.T) *profiles.Profile {
	t.Helper()
	book, err := profiles.Standard()
	if err != nil {
		t.Fatal(err)
	}
	p, ok := book.Get("B2B")
	if !ok {
		t.Fatal("there is no profile B2B")
	}
	return p
}

// TestNothingButWhatIsNeededIsRead takes every table away that is said not to
// be needed, and sees that nothing is missed.
func TestNothingButWhatIsNeededIsRead(t *testing.T) {
	for kind, c := range map[string]struct {
		load    func(context.Context, *sql.DB) error
		profile *profiles.Profile
	}{
		erpsource.Sage100: {func(ctx context.Context, db *sql.DB) error { return erpshape.LoadSage(ctx, db, catalog.SQLite, "") }, b2b(t)},
		erpsource.Dolibarr: {func(ctx context.Context, db *sql.DB) error {
			return erpshape.LoadDolibarr(ctx, db, catalog.SQLite, "", "x7_")
		}, nil},
	} {
		t.Run(kind, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "erp.db")
			writer, err := sql.Open("sqlite", path)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = writer.Close() }()
			if err := c.load(t.Context(), writer); err != nil {
				t.Fatal(err)
			}
			db := open(t, catalog.SQLite, path)
			whole := content(t, db, kind, c.profile)
			cat := catalogOf(t, db)
			needed := map[string]bool{}
			for _, n := range Needs(cat, kind, bound(t, db, c.profile)) {
				needed[n.Table.Name] = true
			}
			dropped := 0
			for _, table := range cat.Tables {
				if !needed[table.Name] && !table.View {
					if _, err := writer.ExecContext(t.Context(), "DROP TABLE "+quoted(table.Name, `"`, `"`)); err != nil {
						t.Fatal(err)
					}
					dropped++
				}
			}
			if got := content(t, open(t, catalog.SQLite, path), kind, c.profile); got != whole {
				t.Errorf("without %d tables it reads\n%s\nwant\n%s", dropped, got, whole)
			}
			if dropped == 0 {
				t.Error("every table is said to be needed: nothing was tried")
			}
		})
	}
}

// TestTheGrantScriptIsEnoughOnPostgreSQL runs it, and reads with the new login
// all that the owner reads.
func TestTheGrantScriptIsEnoughOnPostgreSQL(t *testing.T) {
	for kind, c := range map[string]struct {
		load    func(context.Context, *sql.DB) error
		profile *profiles.Profile
	}{
		erpsource.Sage100: {func(ctx context.Context, db *sql.DB) error { return erpshape.LoadSage(ctx, db, catalog.Postgres, "") }, b2b(t)},
		erpsource.Odoo:    {func(ctx context.Context, db *sql.DB) error { return erpshape.LoadOdoo(ctx, db, "") }, nil},
		erpsource.Dolibarr: {func(ctx context.Context, db *sql.DB) error {
			return erpshape.LoadDolibarr(ctx, db, catalog.Postgres, "", "llx_")
		}, nil},
	} {
		t.Run(kind, func(t *testing.T) {
			dsn, admin, schema := erpshape.Postgres(t)
			if err := c.load(t.Context(), admin); err != nil {
				t.Fatal(err)
			}
			owner := open(t, catalog.Postgres, dsn, schema)
			whole := content(t, owner, kind, c.profile)
			var base string
			if err := admin.QueryRowContext(t.Context(), "SELECT current_database()").Scan(&base); err != nil {
				t.Fatal(err)
			}
			login, password := schema+"_v", "kept' in a test"
			script := Script(catalog.Postgres, base, login, Needs(catalogOf(t, owner), kind, bound(t, owner, c.profile)))
			t.Cleanup(func() {
				role := quoted(login, `"`, `"`)
				_, dropped := admin.ExecContext(context.Background(), "DROP OWNED BY "+role)
				_, gone := admin.ExecContext(context.Background(), "DROP ROLE "+role)
				if err := errors.Join(dropped, gone); err != nil {
					t.Error(err)
				}
			})
			script = strings.ReplaceAll(script, PasswordPlace, strings.ReplaceAll(password, "'", "''"))
			if _, err := admin.ExecContext(t.Context(), script); err != nil {
				t.Fatalf("%v\n%s", err, script)
			}
			u, err := url.Parse(dsn)
			if err != nil {
				t.Fatal(err)
			}
			u.User = url.UserPassword(login, password)
			reader := open(t, catalog.Postgres, u.String(), schema)
			if got := content(t, reader, kind, c.profile); got != whole {
				t.Errorf("the login reads\n%s\nthe owner\n%s", got, whole)
			}
			if kind == erpsource.Odoo {
				var n int
				err := reader.Sync().GetContext(t.Context(), &n, "SELECT count(login) FROM "+reader.Quote(schema, "res_users"))
				if erp.Classify(err) != erp.Permission {
					t.Errorf("the login reads what people sign in with: %v", err)
				}
			}
		})
	}
}
