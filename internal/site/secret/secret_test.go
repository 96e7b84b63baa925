package secret

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestStoreKeepsSecrets(t *testing.T) {
	s := Store{Dir: filepath.Join(t.TempDir(), "secrets")}
	if names, err := s.List(); len(names) != 0 || err != nil {
		t.Fatalf("an empty store lists %v, %v", names, err)
	}
	for _, set := range []struct{ name, value string }{{"sage", "first"}, {"erp", "é \"'$\n"}, {"sage", "second"}} {
		if err := s.Set(set.name, set.value); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{"sage": "second", "erp": "é \"'$\n"} {
		if got, err := s.Get(name); got != want || err != nil {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
	if names, err := s.List(); !slices.Equal(names, []string{"erp", "sage"}) || err != nil {
		t.Errorf("listed %v, %v", names, err)
	}
	if entries, err := os.ReadDir(s.Dir); len(entries) != 2 || err != nil {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
	if err := s.Remove("sage"); err != nil {
		t.Error(err)
	}
	if _, err := s.Get("sage"); !errors.Is(err, ErrNotFound) {
		t.Errorf("a removed secret: %v", err)
	}
	if err := s.Remove("sage"); !errors.Is(err, ErrNotFound) {
		t.Errorf("removing it again: %v", err)
	}
}

func TestStoreRefuses(t *testing.T) {
	cases := map[string]struct{ name, value, err string }{
		"a name that leaves the folder":                     {"../passwd", "x", "cannot name a secret"},
		"a name with capitals, which Windows would confuse": {"Sage", "x", "cannot name a secret"},
		"no name":                       {"", "x", "cannot name a secret"},
		"an empty secret":               {"sage", " \n", "it is empty"},
		"a secret that is far too long": {"sage", strings.Repeat("x", MaxSize+1), "too long"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := Store{Dir: t.TempDir()}
			if err := s.Set(c.name, c.value); err == nil || !strings.Contains(err.Error(), c.err) {
				t.Errorf("got %v, want %q", err, c.err)
			}
			if entries, _ := os.ReadDir(s.Dir); len(entries) != 0 {
				t.Errorf("the folder holds %v", entries)
			}
		})
	}
}

func TestSecretsAreForTheirOwnerAlone(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has access lists instead of modes")
	}
	s := Store{Dir: filepath.Join(t.TempDir(), "secrets")}
	if err := s.Set("sage", "x"); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{s.Dir: os.ModeDir | 0o700, filepath.Join(s.Dir, "sage.secret"): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode() != want {
			t.Errorf("%s: %v, %v, want %v", path, info.Mode(), err, want)
		}
	}
}

func TestOpenPrefersTheEnvironment(t *testing.T) {
	set := Open(func(name string) string { return map[string]string{"VANTELLE_SECRETS": "here"}[name] })
	unset := Open(func(string) string { return "" })
	if set.Dir != "here" || !filepath.IsAbs(unset.Dir) {
		t.Errorf("got %q and %q", set.Dir, unset.Dir)
	}
}
