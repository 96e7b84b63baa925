package config

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// The page's examples are whole files.
func TestExamplesOfTheSynchronisationPageLoad(t *testing.T) {
	page, err := os.ReadFile("../../docs/synchronisation.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllSubmatch(page, -1)
	if len(examples) != 3 {
		t.Fatalf("%d examples were found", len(examples))
	}
	for _, e := range examples {
		path := filepath.Join(t.TempDir(), "vantelle.yaml")
		if err := os.WriteFile(path, e[1], 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Load(path, func(string) string { return "" }); err != nil {
			t.Errorf("%v in\n%s", err, e[1])
		}
	}
}
