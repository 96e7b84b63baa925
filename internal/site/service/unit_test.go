package service

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the expected files anew")

func golden(t *testing.T, file, got string) {
	t.Helper()
	path := filepath.Join("testdata", file)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != strings.ReplaceAll(string(want), "\r\n", "\n") {
		t.Errorf("%s is otherwise now; if that is meant, go test -update:\n%s", file, got)
	}
}

func plainSpec() Spec {
	return Spec{Exe: "/usr/local/bin/vantelle", Config: "/etc/vantelle/vantelle.yaml", Writable: []string{"/var/lib/vantelle", "/var/lib/vantelle/audit", "/var/log/vantelle"}}
}

func otherSpec() Spec {
	return Spec{Exe: "/opt/van telle/100%/vantelle", Config: "/etc/x y/vantelle.yaml", Account: "erp", LowPort: true, Writable: []string{"/srv/erp data/", "/srv/erp data"}}
}

func TestUnit(t *testing.T) {
	for file, spec := range map[string]Spec{"plain.service": plainSpec(), "other.service": otherSpec()} {
		text, err := Unit(spec)
		if err != nil {
			t.Fatal(err)
		}
		golden(t, file, text)
	}
}

func TestUnitRefusesWhatCannotWork(t *testing.T) {
	cases := map[string]struct {
		change func(*Spec)
		err    string
	}{
		"a relative configuration":                 {func(s *Spec) { s.Config = "vantelle.yaml" }, "must be absolute"},
		"a relative program":                       {func(s *Spec) { s.Exe = "./vantelle" }, "must be absolute"},
		"a path that would begin another line":     {func(s *Spec) { s.Config = "/etc/a\nUser=root" }, "control characters"},
		"a program in somebody's home":             {func(s *Spec) { s.Exe = "/home/me/vantelle" }, "cannot see /home/me/vantelle"},
		"a program in /tmp":                        {func(s *Spec) { s.Exe = "/tmp/vantelle" }, "cannot see /tmp/vantelle"},
		"a configuration in root's home":           {func(s *Spec) { s.Config = "/etc/../root/vantelle.yaml" }, "cannot see"},
		"a path with a variable":                   {func(s *Spec) { s.Config = "/etc/$X/vantelle.yaml" }, "a path with $"},
		"an account with a specifier":              {func(s *Spec) { s.Account = "%u" }, "cannot be a user"},
		"data beside the configuration":            {func(s *Spec) { s.Writable = []string{"/etc/vantelle"} }, "set directory.path to /var/lib/vantelle/vantelle.db"},
		"data in a folder below the configuration": {func(s *Spec) { s.Writable = []string{"/etc/vantelle/audit"} }, "set directory.path"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := plainSpec()
			c.change(&s)
			text, err := Unit(s)
			if err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("got %v, want %q", err, c.err)
			}
			if text != "" {
				t.Error("a text came with the error")
			}
		})
	}
}

// TestSystemdFindsTheUnitSafe has systemd's own programs read the unit: they
// know no key that is misspelt, and rate what the unit leaves open, from 0 for
// nothing to 10.
func TestSystemdFindsTheUnitSafe(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze is not installed: Debian has it in systemd")
	}
	text, err := Unit(plainSpec())
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), unitFile)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), analyze, "security", "--offline=true", "--no-pager", file).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if strings.Contains(string(out), "Unknown key") {
		t.Errorf("systemd does not know a key:\n%s", out)
	}
	m := regexp.MustCompile(`exposure level for vantelle.service: ([0-9.]+)`).FindSubmatch(out)
	if m == nil {
		t.Fatalf("no figure in\n%s", out)
	}
	figure, err := strconv.ParseFloat(string(m[1]), 64)
	if err != nil || figure > 1.5 {
		t.Errorf("the exposure is %s, want 1.5 at most:\n%s", m[1], out)
	}
	t.Logf("exposure %s", m[1])
}
