package catalog

import (
	"strings"
	"testing"
	"unicode"
)

// What Fold makes the same must be the same to whoever compares names by
// strings.EqualFold: else a rule that is about a column would not be found to be.
func TestFoldMakesNothingTheSameThatEqualFoldKeepsApart(t *testing.T) {
	for r := rune(1); r <= unicode.MaxRune; r++ {
		name := "p" + string(r) + "n"
		if folded := Fold(name); !strings.EqualFold(folded, name) {
			t.Errorf("%q is folded to %q", name, folded)
		}
	}
}
