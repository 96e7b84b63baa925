// Package fold takes case and accents from letters, so that "SOCIÉTÉ" is found
// by "societe". It is the one table behind the function FOLD of the portal's SQL:
// what each engine is told, and what a search's words are made of.
//
// Folded are the Latin letters of Europe; of other letters only the case.
package fold

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Letter is a small letter, and what it is without its accent: one letter of
// ASCII, or two.
type Letter struct {
	From rune
	To   string
}

// table holds the small letters by what they become.
var table = []struct{ to, from string }{
	{"a", "àáâãäåāăą"}, {"c", "çćĉċč"}, {"d", "ďđð"}, {"e", "èéêëēĕėęě"}, {"g", "ĝğġģ"}, {"h", "ĥħ"}, {"i", "ìíîïĩīĭįı"}, {"j", "ĵ"}, {"k", "ķ"},
	{"l", "ĺļľŀł"}, {"n", "ñńņň"}, {"o", "òóôõöøōŏő"}, {"r", "ŕŗř"}, {"s", "śŝşšș"}, {"t", "ţťŧț"}, {"u", "ùúûüũūŭůűų"}, {"w", "ŵ"}, {"y", "ýÿŷ"},
	{"z", "źżž"}, {"ae", "æ"}, {"oe", "œ"}, {"ss", "ß"}, {"th", "þ"},
}

// Letters lists the small letters that lose an accent, those that become one
// letter first.
func Letters() []Letter {
	var out []Letter
	for _, t := range table {
		for _, r := range t.from {
			out = append(out, Letter{r, t.to})
		}
	}
	return out
}

// Capitals lists the capitals, with their small letters, of the scripts whose
// case is folded whatever a database's locale is: Latin with its accents, Greek
// and Cyrillic.
func Capitals() []Letter {
	out := Stubborn()
	for r := 'A'; r <= 'Я'; r++ {
		small := unicode.ToLower(r)
		if small == r || r == 'İ' || !named(r, small) {
			continue
		}
		out = append(out, Letter{r, string(small)})
	}
	return out
}

// Stubborn lists capitals that a database's LOWER may leave: the small letter of
// the first is two characters by the book, that of the second is young.
func Stubborn() []Letter { return []Letter{{'İ', "i"}, {'ẞ', "ss"}} }

// named tells whether a capital is one that is folded: of ASCII, of the table, or
// of the Greek and Cyrillic of today.
func named(capital, small rune) bool {
	if capital <= unicode.MaxASCII || without[small] != "" {
		return true
	}
	return 'Ά' <= capital && capital <= 'Ϋ' || 'Ѐ' <= capital && capital <= 'Я'
}

var without = func() map[rune]string {
	m := map[rune]string{}
	for _, l := range Letters() {
		m[l.From] = l.To
	}
	return m
}()

// Text folds s.
func Text(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		if r < unicode.MaxASCII {
			if 'A' <= r && r <= 'Z' {
				r += 'a' - 'A'
			}
			b.WriteByte(byte(r))
			continue
		}
		if r = unicode.ToLower(r); without[r] != "" {
			b.WriteString(without[r])
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Word folds a word that a person typed: letters and accents that come apart, as
// some keyboards send them, are put together first.
func Word(s string) string { return Text(norm.NFC.String(s)) }
