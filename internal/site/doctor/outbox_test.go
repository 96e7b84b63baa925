package doctor

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/vantelle/vantelle/internal/config"
	"github.com/vantelle/vantelle/profiles"
)

// TestOutboxesThatNothingComesOutOf: a folder that is not there, is a file or
// open to everybody, and forms that nobody takes. Nothing of a check stays.
func TestOutboxesThatNothingComesOutOf(t *testing.T) {
	load := func(name, requests string) *profiles.Profile {
		p, err := profiles.Load(name+".yaml", []byte("profile: "+name+"\nerp: sage100\nmodules: {m: {level: full}}\ntables: {T: {public: true, columns: {a: {}}}}\n"+requests))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	book, err := profiles.NewBook(load("ORDERS", "requests: {message: {module: m, fields: {text: {type: text, max: 10}}}}\n"), load("READS", ""))
	if err != nil {
		t.Fatal(err)
	}
	here := t.TempDir()
	folder := func(name string, mode os.FileMode) string {
		path := filepath.Join(here, name)
		if err := os.Mkdir(path, mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil { // whatever the umask is
			t.Fatal(err)
		}
		return path
	}
	file := filepath.Join(here, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	good, open := folder("good", 0o770), folder("open", 0o775)
	for name, c := range map[string]struct {
		profile  string
		outbox   config.Delivery
		by       []config.Integrator
		want     string
		severity Severity
	}{
		"a folder":                {"ORDERS", config.Delivery{Path: good}, nil, "outbox.folder_writable", OK},
		"everybody's folder":      {"ORDERS", config.Delivery{Path: open}, nil, "outbox.folder_readable", Warning},
		"no folder":               {"ORDERS", config.Delivery{Path: filepath.Join(here, "gone")}, nil, "outbox.folder_unwritable", Error},
		"a file":                  {"ORDERS", config.Delivery{Path: file}, nil, "outbox.folder_unwritable", Error},
		"an address":              {"ORDERS", config.Delivery{URL: "https://erp.example/"}, nil, "", OK},
		"nobody":                  {"ORDERS", config.Delivery{}, nil, "outbox.nobody", Note},
		"an integrator of others": {"ORDERS", config.Delivery{}, []config.Integrator{{Dossiers: []string{"other"}}}, "outbox.nobody", Note},
		"an integrator":           {"ORDERS", config.Delivery{}, []config.Integrator{{Dossiers: []string{"sage"}}}, "", OK},
		"no forms":                {"READS", config.Delivery{}, nil, "", OK},
	} {
		got := checkOutbox(Installation{Book: book, Modes: true, Config: config.Config{Integrators: c.by, Dossiers: map[string]config.Dossier{"sage": {DefaultProfile: c.profile, Outbox: c.outbox}}}})
		switch {
		case c.want == "" && len(got) == 0:
		case len(got) != 1 || got[0].Code != c.want || got[0].Severity != c.severity || got[0].Dossier != "sage" || got[0].Severity != OK && got[0].Remedy == "":
			t.Errorf("%s: found %+v, want %s", name, got, c.want)
		}
	}
	for _, path := range []string{good, open} {
		if left, err := os.ReadDir(path); err != nil || len(left) > 0 {
			t.Errorf("the check left %v in %s (%v)", left, path, err)
		}
	}
	if left, err := os.ReadDir(here); err != nil || !slices.ContainsFunc(left, func(e os.DirEntry) bool { return e.Name() == "file" }) {
		t.Errorf("%v, %v", left, err)
	}
}
