package grants

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/internal/audit"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/erpshape"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/profiles"
	"github.com/vantelle/vantelle/sync/erpsource"
)

// jobs is an ERP with tables of the operator's own, of which customers write
// some: rows that another table lets through, and rows that point at others.
var jobs = []string{
	`CREATE TABLE teams (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL)`,
	`CREATE TABLE jobs (id {serial}, team int NOT NULL, body varchar(60), cost int DEFAULT 0, article varchar(20), FOREIGN KEY (article) REFERENCES articles (code))`,
	`INSERT INTO articles VALUES ('RING', 1)`,
	`INSERT INTO teams VALUES (1, 'ANNA'), (2, 'BORIS')`,
	`INSERT INTO jobs (team, body) VALUES (1, 'hers'), (2, 'his')`,
}

const jobsProfile = `
profile: JOBS
title: {fr: Travaux, en: Jobs}
erp: custom
tables:
  jobs:
    rows: "EXISTS (SELECT 1 FROM teams t WHERE t.id = self.team AND t.customer = :customer)"
    writes: [insert, update, delete]
    columns: {id: {}, team: {}, body: {}, cost: {read_only: true}, article: {}}
  articles: {public: true, rows: active = 1, columns: {code: {}}}
`

// TestTheGrantScriptIsEnoughToWrite runs it, writes as a customer does with the
// new login, and sees that the login can write nothing else.
func TestTheGrantScriptIsEnoughToWrite(t *testing.T) {
	t.Run("postgres", func(t *testing.T) {
		dsn, admin, schema := erpshape.Postgres(t)
		makeJobs(t, admin, "serial PRIMARY KEY")
		login := schema + "_w"
		var base string
		if err := admin.QueryRowContext(t.Context(), "SELECT current_database()").Scan(&base); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			role := quoted(login, `"`, `"`)
			_, dropped := admin.ExecContext(context.Background(), "DROP OWNED BY "+role)
			_, gone := admin.ExecContext(context.Background(), "DROP ROLE "+role)
			if err := errors.Join(dropped, gone); err != nil {
				t.Error(err)
			}
		})
		runGrants(t, admin, open(t, catalog.Postgres, dsn, schema), base, login)
		u, err := url.Parse(dsn)
		if err != nil {
			t.Fatal(err)
		}
		u.User = url.UserPassword(login, "kept")
		own, err := sql.Open("pgx", u.String())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = own.Close() }()
		writeJobs(t, open(t, catalog.Postgres, u.String(), schema), own, "SET default_transaction_read_only = off; ")
	})
	t.Run("mariadb", func(t *testing.T) {
		dsn, admin := erpshape.MariaDB(t)
		makeJobs(t, admin, "int NOT NULL AUTO_INCREMENT PRIMARY KEY")
		config, err := mysql.ParseDSN(dsn)
		if err != nil {
			t.Fatal(err)
		}
		login := "w_" + strings.ToLower(rand.Text()[:12])
		t.Cleanup(func() {
			if _, err := admin.ExecContext(context.Background(), "DROP USER '"+login+"'@'%'"); err != nil {
				t.Error(err)
			}
		})
		runGrants(t, admin, open(t, catalog.MariaDB, dsn), config.DBName, login)
		config.User, config.Passwd = login, "kept"
		own, err := sql.Open("mysql", config.FormatDSN())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = own.Close() }()
		writeJobs(t, open(t, catalog.MariaDB, config.FormatDSN()), own, "")
	})
}

func makeJobs(t *testing.T, admin *sql.DB, serial string) {
	t.Helper()
	for _, statement := range append([]string{`CREATE TABLE articles (code varchar(20) NOT NULL PRIMARY KEY, active int NOT NULL)`}, jobs...) {
		if _, err := admin.ExecContext(t.Context(), strings.ReplaceAll(statement, "{serial}", serial)); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

func jobsBook(t *testing.T) *profiles.Book {
	t.Helper()
	p, err := profiles.Load("jobs.yaml", []byte(jobsProfile))
	if err != nil {
		t.Fatal(err)
	}
	book, err := profiles.NewBook(p)
	if err != nil {
		t.Fatal(err)
	}
	return book
}

// runGrants runs the script statement by statement, as an administrator's
// client does.
func runGrants(t *testing.T, admin *sql.DB, owner *erp.DB, base, login string) {
	t.Helper()
	p, _ := jobsBook(t).Get("JOBS")
	script := Script(owner.Engine(), base, login, Needs(catalogOf(t, owner), erpsource.Custom, bound(t, owner, p)))
	for line := range strings.Lines(strings.ReplaceAll(script, PasswordPlace, "kept")) {
		if strings.HasPrefix(line, "--") {
			continue
		}
		if _, err := admin.ExecContext(t.Context(), strings.TrimSuffix(line, ";\n")); err != nil {
			t.Fatalf("%s: %v\n%s", line, err, script)
		}
	}
}

func writeJobs(t *testing.T, db *erp.DB, own *sql.DB, before string) {
	t.Helper()
	book := jobsBook(t)
	worlds := filter.NewWorlds(func() *profiles.Book { return book }, 0, filter.Dossier{ID: "d", DB: db, DefaultProfile: "JOBS"})
	gate := filter.New(filter.Config{Worlds: worlds, Audit: silence{}})
	anna := identity.Caller{Dossier: "d", KeyID: "k", Customer: directory.Customer{Dossier: "d", ID: "ANNA", Code: "ANNA"},
		Access: directory.Access{Dossier: "d", CustomerID: "ANNA", State: directory.AccessGranted}}
	for _, text := range []string{
		"INSERT INTO jobs (team, body, article) VALUES (1, 'new', 'RING') RETURNING id, body",
		"UPDATE jobs SET body = 'changed' WHERE body = 'hers' RETURNING body",
		"DELETE FROM jobs WHERE body = 'new'",
	} {
		answer, err := gate.Do(t.Context(), filter.Request{Caller: anna, Front: "sql", Text: text})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if err := answer.Close(); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, text := range []string{
		"INSERT INTO teams VALUES (3, 'ANNA')", "UPDATE teams SET customer = 'ANNA'", "DELETE FROM teams",
		"UPDATE jobs SET cost = 1", "UPDATE articles SET active = 0", "DELETE FROM articles",
	} {
		if _, err := own.ExecContext(t.Context(), before+text); erp.Classify(err) != erp.Permission {
			t.Errorf("the login may do this: %s (%v)", text, err)
		}
	}
}

type silence struct{}

func (silence) Begin(context.Context, audit.Entry) error { return nil }
func (silence) Finish(audit.Outcome)                     {}
