package main

import (
	"bytes"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"

	"github.com/vantelle/vantelle/internal/config"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/erpshape"
	svc "github.com/vantelle/vantelle/internal/site/service"
)

// initialise runs vantelle init with what somebody types, and gives what it said.
func initialise(t *testing.T, typed string, args ...string) (code int, out string) {
	t.Helper()
	var said bytes.Buffer
	w := &world{stdin: strings.NewReader(typed), stdout: &said, stderr: &said, getenv: func(string) string { return "" }}
	code = run(append([]string{"init"}, args...), w)
	return code, said.String()
}

func wantSaid(t *testing.T, out string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(out, p) {
			t.Errorf("%q was not said:\n%s", p, out)
		}
	}
}

func loadConfig(t *testing.T, file string) config.Config {
	t.Helper()
	cfg, err := config.Load(file, os.Getenv)
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

func TestInitLaysAServicesDataWhereItMayWrite(t *testing.T) {
	s := newSite(t)
	s.buildERP()
	file := s.path("new.yaml")
	if code, out := initialise(t, "", "--path", s.path("erp.db"), "--dossier", "sage", "--config", file, "--service", "--yes"); code != exitOK {
		t.Fatal(out)
	}
	cfg, want := loadConfig(t, file), svc.Places(os.Getenv)
	if cfg.Directory.Path != want.Directory || cfg.Audit.Path != want.Audit || cfg.Log.File != want.Log {
		t.Errorf("the data is at %s, %s, %s; want %+v", cfg.Directory.Path, cfg.Audit.Path, cfg.Log.File, want)
	}
}

func TestInitShowsTheDatabasesOfAMariaDB(t *testing.T) {
	dsn, db := erpshape.MariaDB(t)
	if err := erpshape.LoadDolibarr(t.Context(), db, catalog.MariaDB, "", "doli_"); err != nil {
		t.Fatal(err)
	}
	c, err := mysql.ParseDSN(dsn)
	if err != nil {
		t.Fatal(err)
	}
	host, port, err := net.SplitHostPort(c.Addr)
	if err != nil {
		t.Skipf("VANTELLE_TEST_MARIADB names no machine and port: %v", err)
	}
	folder := t.TempDir()
	file := filepath.Join(folder, "vantelle.yaml")
	typed := strings.Join([]string{host, c.User, c.Passwd, "no such base", c.DBName, "yes", "yes", ""}, "\n")
	code, out := initialise(t, typed, "--engine", "mariadb", "--port", port, "--dossier", "doli", "--config", file)
	if code != exitOK {
		t.Fatal(out)
	}
	wantSaid(t, out, c.DBName, "dolibarr (tables doli_…)", "expected ", "GRANT SELECT ON `"+c.DBName+"`.`doli_societe`", "dry run, nothing changed: customers 9 read, 9 created",
		"doli.password  (a secret; only its owner may read it)")
	d := loadConfig(t, file).Dossiers["doli"]
	if d.Host != host || d.Database != c.DBName || d.User != c.User || d.Password.Reveal() != c.Passwd || d.TLS != "false" || d.PasswordFile == "" {
		t.Errorf("the dossier is %+v", d)
	}
	if text, err := os.ReadFile(file); err != nil || strings.Contains(string(text), c.Passwd) || strings.Contains(out, c.Passwd) {
		t.Errorf("the password is shown, or stands in the configuration (%v)", err)
	}
	// Scripted, with what was asked for named.
	password := filepath.Join(folder, "password")
	if err := os.WriteFile(password, []byte(c.Passwd+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	named := []string{"--host", host, "--port", port, "--user", c.User, "--password-file", password, "--dossier", "doli", "--yes"}
	if code, out := initialise(t, "", append(named, "--database", c.DBName, "--config", filepath.Join(folder, "named", "vantelle.yaml"))...); code != exitOK {
		t.Error(out)
	}
	if code, out := initialise(t, "", append(named, "--config", filepath.Join(folder, "wrong", "vantelle.yaml"), "--database", "no_such_base")...); code != exitFailed || strings.Contains(out, c.Passwd) {
		t.Errorf("a database that is not there gives %d:\n%s", code, out)
	}
}

func TestInitShowsTheDatabasesOfAPostgreSQL(t *testing.T) {
	_, db, schema := erpshape.Postgres(t)
	if err := erpshape.LoadOdoo(t.Context(), db, schema); err != nil {
		t.Fatal(err)
	}
	server := os.Getenv("VANTELLE_TEST_POSTGRES")
	u, err := url.Parse(server)
	if err != nil || u.Scheme == "" {
		t.Skip("VANTELLE_TEST_POSTGRES is no URL")
	}
	u.Path = ""
	name := "vt_init_" + strings.ToLower(schema[3:])
	if _, err := db.Exec("CREATE DATABASE " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := db.Exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	code, out := initialise(t, u.String()+"\n"+name+"\n", "--engine", "postgres", "--erp", "odoo", "--dossier", "odoo", "--config", filepath.Join(t.TempDir(), "vantelle.yaml"))
	if code != exitFailed {
		t.Error("a database without an ERP was taken")
	}
	wantSaid(t, out, "The databases of the server:", name, "0 tables, of no ERP that is known")
	if password, _ := u.User.Password(); strings.Contains(out, password) {
		t.Error("the password is shown")
	}
}
