package setup

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/config"
)

func TestWhatIsWrittenIsAConfiguration(t *testing.T) {
	for name, a := range map[string]Answers{
		"a file beside it":            {Engine: "sqlite", Path: "erp.db", ERP: "sage100", Dossier: "sage", Profile: "B2B"},
		"a name that YAML could take": {Engine: "sqlite", Path: "on: {[#'\"", ERP: "sage100", Dossier: "no"},
		"PostgreSQL":                  {Engine: "postgres", DSN: "postgres://u:a%24%7BX%7D@h/db?sslmode=verify-full", ERP: "odoo", Dossier: "odoo", Schemas: []string{"public", "on"}},
		"MariaDB, with a hard word":   {Engine: "mariadb", DSN: "u:p${X}#@tcp(h:3306)/db?tls=true", ERP: "dolibarr", Dossier: "d-1", TablesPrefix: "llx_"},
		"SQL Server":                  {Engine: "sqlserver", DSN: "sqlserver://u:p@h?database=BIJOU&encrypt=true", ERP: "sage100", Dossier: "1"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			if a.Path != "" {
				a.Path = filepath.Join(folder, a.Path)
			}
			if err := a.Check(); err != nil {
				t.Fatal(err)
			}
			p, err := NewPlan(a, filepath.Join(folder, "vantelle.yaml"), rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			for _, secret := range []string{p.AdminToken, p.BackendKey, a.DSN} {
				if secret != "" && strings.Contains(p.Config().Text, secret) {
					t.Errorf("a secret stands in the configuration:\n%s", p.Config().Text)
				}
			}
			if err := Write(p.Files, false); err != nil {
				t.Fatal(err)
			}
			c, err := config.Load(p.Config().Path, os.Getenv)
			if err != nil {
				t.Fatalf("%v\n%s", err, p.Config().Text)
			}
			d := c.Dossiers[a.Dossier]
			if d.ERP != a.ERP || string(d.Engine) != a.Engine || d.Path != a.Path || d.DSN.Reveal() != a.DSN || d.TablesPrefix != a.TablesPrefix || len(d.Schemas) != len(a.Schemas) {
				t.Errorf("the dossier came back as %+v", d)
			}
			if got := c.Admin.Tokens[0].Token.Reveal(); got != p.AdminToken {
				t.Error("another administrator's token came back")
			}
			if got := c.Keys[0].Key.Reveal(); got != p.BackendKey || c.Keys[0].Dossiers[0] != a.Dossier {
				t.Error("another key came back")
			}
		})
	}
}

func TestAFileElsewhereIsNamedWhole(t *testing.T) {
	folder := t.TempDir()
	for path, want := range map[string]string{
		filepath.Join(folder, "conf", "erp.db"):         "erp.db",
		filepath.Join(folder, "conf", "data", "erp.db"): filepath.Join("data", "erp.db"),
		filepath.Join(folder, "erp.db"):                 filepath.Join(folder, "erp.db"),
	} {
		got, err := fromFolder(filepath.Join(folder, "conf"), path)
		if err != nil || got != want {
			t.Errorf("%s is named %s (%v), want %s", path, got, err, want)
		}
	}
}

func TestNothingIsOverwrittenAndNothingIsHalfWritten(t *testing.T) {
	folder := t.TempDir()
	at := func(name string) string { return filepath.Join(folder, name) }
	files := []File{{Path: at("admin.token"), Text: "new\n", Secret: true}, {Path: at("vantelle.yaml"), Text: "new\n"}}
	if err := os.WriteFile(at("vantelle.yaml"), []byte("old\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Write(files, false); !errors.Is(err, fs.ErrExist) {
		t.Fatalf("an existing file gives %v", err)
	}
	wantFolder(t, folder, "vantelle.yaml", "old\n")
	if there, err := Existing(files); err != nil || len(there) != 1 || there[0] != at("vantelle.yaml") {
		t.Errorf("there: %v, %v", there, err)
	}
	// The last one cannot be written: the first is taken away again.
	blocked := []File{files[0], {Path: filepath.Join(at("vantelle.yaml"), "below.yaml"), Text: "new\n"}}
	if err := Write(blocked, false); err == nil {
		t.Fatal("a file below a file was written")
	}
	wantFolder(t, folder, "vantelle.yaml", "old\n")
	if err := Write(files, true); err != nil {
		t.Fatal(err)
	}
	wantFolder(t, folder, "admin.token", "new\n", "vantelle.yaml", "new\n")
	if runtime.GOOS == "windows" {
		return
	}
	for name, want := range map[string]fs.FileMode{"admin.token": 0o600, "vantelle.yaml": 0o640} {
		info, err := os.Stat(at(name))
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, %v; want %v", name, info.Mode(), err, want)
		}
	}
}

// wantFolder tells whether a folder holds just these files: name, text, ….
func wantFolder(t *testing.T, folder string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, e.Name(), string(text))
	}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("the folder holds %q, want %q", got, want)
	}
}
