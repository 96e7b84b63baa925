package fold

import (
	"testing"
	"unicode"
)

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "Société Générale": "societe generale", "ŒUVRE & Cœur": "oeuvre & coeur", "Straße": "strasse", "ÅRHUS Ærø Þór": "arhus aero thor",
		"İstanbul ığdır": "istanbul igdir", "Łódź": "lodz", "ΑΘΗΝΑ": "αθηνα", "МОСКВА": "москва", "日本 №5 A\x7f": "日本 №5 a\x7f",
	} {
		if got := Text(in); got != want {
			t.Errorf("%q is folded to %q, want %q", in, got, want)
		}
		if again := Text(Text(in)); again != want {
			t.Errorf("%q folded twice is %q", in, again)
		}
	}
	if got := Word("Ste\u0301phane"); got != "stephane" {
		t.Errorf("an accent that comes apart: %q", got)
	}
}

// TestLettersAreSmall: what engines are told of them holds after their LOWER.
func TestLettersAreSmall(t *testing.T) {
	seen := map[rune]bool{}
	for _, l := range Letters() {
		if unicode.ToLower(l.From) != l.From || seen[l.From] || Text(string(l.From)) != l.To {
			t.Errorf("%c", l.From)
		}
		seen[l.From] = true
	}
	for _, l := range Capitals() {
		if Text(string(l.From)) != Text(l.To) {
			t.Errorf("%c is %q and %q", l.From, Text(string(l.From)), Text(l.To))
		}
	}
}
