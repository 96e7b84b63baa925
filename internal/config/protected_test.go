package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	protected "github.com/vantelle/vantelle/internal/site/secret"
)

func TestSecretsComeFromTheMachinesStore(t *testing.T) {
	dir := t.TempDir()
	getenv := func(name string) string {
		return map[string]string{"VANTELLE_SECRETS": filepath.Join(dir, "secrets"), "LIKE": "secret:portal"}[name]
	}
	kept := "vk_" + strings.Repeat("k", 20)
	if err := protected.Open(getenv).Set("portal", kept); err != nil {
		t.Fatal(err)
	}
	load := func(key string) (Config, error) {
		path := filepath.Join(dir, "vantelle.yaml")
		text := "dossiers: {main: {erp: sage100, engine: sqlite, path: a.db}}\nkeys: [{name: portal, key: \"" + key + "\", dossiers: [main]}]\n"
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return Load(path, getenv)
	}
	c, err := load("secret:portal")
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Keys[0].Key.Reveal(); got != kept {
		t.Errorf("got %q", got)
	}
	for name, want := range map[string]string{
		"secret:absent": `keep it with "vantelle secret set NAME"`,
		"secret:../etc": "cannot name a secret",
		"${LIKE}":       "expected a key that begins with vk_", // what a variable holds is never looked at again
	} {
		if _, err := load(name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", name, err, want)
		}
	}
}
