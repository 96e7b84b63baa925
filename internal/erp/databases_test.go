package erp

import (
	"net"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

func TestAnotherDatabaseOfTheSameServer(t *testing.T) {
	for _, c := range []struct {
		name     string
		s        Settings
		was, now string // the database before, and the address after
	}{
		{"PostgreSQL, a URL without one", Settings{Engine: catalog.Postgres, DSN: "postgres://u:p%40w@h:5433?sslmode=disable"}, "", "postgres://u:p%40w@h:5433/d%C3%A9p/%20%C3%B4t?sslmode=disable"},
		{"PostgreSQL, a URL with one", Settings{Engine: catalog.Postgres, DSN: "postgres://u:p@h/a?sslmode=disable"}, "a", "postgres://u:p@h/d%C3%A9p/%20%C3%B4t?sslmode=disable"},
		{"PostgreSQL, keywords", Settings{Engine: catalog.Postgres, DSN: "host=h user=u sslmode=disable"}, "", "host=h user=u sslmode=disable dbname='dép/ ôt'"},
		{"MariaDB, an address", Settings{Engine: catalog.MariaDB, DSN: "u:p@tcp(h:3306)/?tls=true"}, "", "u:p@tcp(h:3306)/d%C3%A9p%2F%20%C3%B4t?tls=true"},
		{"SQL Server, an address", Settings{Engine: catalog.SQLServer, DSN: `sqlserver://u:p@h/SAGE100?database=a&encrypt=true`}, "a", "sqlserver://u:p@h/SAGE100?database=d%C3%A9p%2F+%C3%B4t&encrypt=true"},
		{"SQLite", Settings{Engine: catalog.SQLite, DSN: "a.db"}, "a.db", "dép/ ôt"},
	} {
		was, err := c.s.Named()
		if err != nil || was != c.was {
			t.Errorf("%s: names %q, %v; want %q", c.name, was, err, c.was)
		}
		got, err := c.s.InDatabase("dép/ ôt")
		if err != nil || got.DSN != c.now {
			t.Errorf("%s: becomes %q, %v; want %q", c.name, got.DSN, err, c.now)
		}
		if name, err := got.Named(); err != nil || name != "dép/ ôt" {
			t.Errorf("%s: then names %q, %v", c.name, name, err)
		}
	}
	keys := Settings{Engine: catalog.SQLServer, Server: Server{Host: "srv", Database: "a"}}
	if got, err := keys.InDatabase("b"); err != nil || got.Server.Database != "b" || keys.Server.Database != "a" {
		t.Errorf("keys become %+v, %v", got.Server, err)
	}
	for _, s := range []Settings{{Engine: catalog.Postgres, DSN: "postgres://u:s3cret/2@h/db"}, {Engine: catalog.MariaDB, DSN: "u:s3cret"}, {Engine: catalog.SQLServer, DSN: "u:s3cret@h"}} {
		if _, err := s.InDatabase("b"); err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", s.Engine, err)
		}
	}
}

func TestDatabasesOfAServer(t *testing.T) {
	for engine, variable := range map[catalog.Engine]string{
		catalog.Postgres: "VANTELLE_TEST_POSTGRES", catalog.MariaDB: "VANTELLE_TEST_MARIADB", catalog.SQLServer: "VANTELLE_TEST_SQLSERVER",
	} {
		t.Run(string(engine), func(t *testing.T) {
			s := DefaultSettings()
			s.Name, s.Engine, s.DSN = "d", engine, os.Getenv(variable)
			if s.DSN == "" {
				t.Skipf("%s is not set: no databases are listed on %s", variable, engine)
			}
			own, err := s.Named()
			if err != nil {
				t.Fatal(err)
			}
			// An address of the server alone.
			if s, err = s.InDatabase(""); err != nil {
				t.Fatal(err)
			}
			names, err := Databases(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			for _, system := range []string{"postgres", "template0", "mysql", "information_schema", "sys", "master", "tempdb"} {
				if slices.Contains(names, system) {
					t.Errorf("the server's own %s is among %q", system, names)
				}
			}
			if own != "" && own != "postgres" && own != "master" && !slices.Contains(names, own) {
				t.Errorf("%s is not among %q", own, names)
			}
			if !slices.IsSorted(names) {
				t.Errorf("%q are not sorted", names)
			}
		})
	}
}

func TestInstancesOfAMachine(t *testing.T) {
	at := net.JoinHostPort("127.0.0.1", fakeBrowser(t, 0, twoInstances))
	all, err := Instances(t.Context(), at)
	want := []Instance{{"SAGE100", "14.0.1000.169", 50123}, {"SQLEXPRESS", "15.0.2000.5", 0}}
	if err != nil || !slices.Equal(all, want) {
		t.Errorf("got %+v, %v; want %+v", all, err, want)
	}
	closed, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at = closed.LocalAddr().String()
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	if all, err := Instances(t.Context(), at); err == nil || Hint(&connectError{"sqlserver", err}) == "" {
		t.Errorf("where nobody listens: %+v, %v", all, err)
	}
}
