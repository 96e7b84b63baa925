package profiles_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/filter/sqlparse"
	"github.com/vantelle/vantelle/profiles"
)

// TestTheGuidesExamplesHold loads every profile and parses every condition
// that docs/profiles.md shows.
func TestTheGuidesExamplesHold(t *testing.T) {
	text, err := os.ReadFile("../docs/profiles.md")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, m := range regexp.MustCompile("(?s)```(yaml|sql)\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		seen++
		if m[1] == "yaml" {
			if _, err := profiles.Load("docs/profiles.md", []byte(m[2])); err != nil {
				t.Error(err)
			}
		} else if _, err := sqlparse.ParseExpr(strings.TrimSpace(m[2]), sqlparse.DefaultLimits()); err != nil {
			t.Errorf("%s: %v", m[2], err)
		}
	}
	if seen < 2 {
		t.Errorf("only %d examples were found", seen)
	}
}
