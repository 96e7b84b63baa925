package resolve

import (
	"strings"
	"testing"
	"unicode"
)

// Columns are looked for among those with the same caseless name: one that EqualFold
// would find and caseless does not would no longer be a column of both sides.
func TestCaselessIsTheSameForWhatIsEqualButForCase(t *testing.T) {
	for c := rune(0); c <= unicode.MaxRune; c++ {
		for next := unicode.SimpleFold(c); next != c; next = unicode.SimpleFold(next) {
			if a, b := "x"+string(c), "X"+string(next); !strings.EqualFold(a, b) || caseless(a) != caseless(b) {
				t.Fatalf("%q and %q: %q, %q", a, b, caseless(a), caseless(b))
			}
		}
	}
	for _, pair := range [][2]string{{"code", "CODE"}, {"Straße", "STRAßE"}, {"\xff", "\xfe"}, {"K", "\u212a"}, {"ſ", "s"}} {
		if strings.EqualFold(pair[0], pair[1]) != (caseless(pair[0]) == caseless(pair[1])) {
			t.Errorf("%q", pair)
		}
	}
	if caseless("a_1") == caseless("a_2") || caseless("ß") == caseless("ss") {
		t.Error("two names are one")
	}
}
