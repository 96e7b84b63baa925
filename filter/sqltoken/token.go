// Package sqltoken cuts the text of a request into tokens: words, quoted
// names, numbers, strings, parameters and operators.
//
// It is the first wall of the filter. It must never guess: bytes that are not
// plain UTF-8 text, quotes and comments that do not end, and every spelling
// that engines read differently (hexadecimal literals, escape strings,
// versioned comments, optimiser hints, #) are refused at their place. It never
// panics and reads its input once.
//
// Read filter/sqlparse next, which makes a tree of the tokens.
package sqltoken

import "strings"

// Kind says what a Token is.
type Kind uint8

// The kinds of token. Invalid, the zero Kind, matches nothing in the grammar;
// the scanner never returns it without an error.
const (
	Invalid Kind = iota
	EOF
	Word
	QuotedName
	Number
	String
	Param
	Op
)

// Token is one token with its place. The zero Token is Invalid.
type Token struct {
	Kind    Kind
	Keyword Keyword // for a Word; NoKeyword if it is just a name
	doubled bool    // a quote inside is written twice
	At, End int     // byte offsets: text[At:End] == Text
	Text    string  // as written, quotes and prefix included
}

// Value is the token without its quotes, doubled quotes undone, for a String
// or a QuotedName; for other kinds it is Text.
func (t Token) Value() string {
	if t.Kind != String && t.Kind != QuotedName {
		return t.Text
	}
	inner := t.Text[1 : len(t.Text)-1]
	if t.Text[0] == 'N' || t.Text[0] == 'n' {
		inner = inner[1:]
	}
	if !t.doubled {
		return inner
	}
	quote := t.Text[len(t.Text)-1:]
	return strings.ReplaceAll(inner, quote+quote, quote)
}

// Is reports whether the token is the unquoted word, given in upper case.
// Only ASCII letters fold: ſELECT is not SELECT.
func (t Token) Is(word string) bool {
	return t.Kind == Word && len(t.Text) == len(word) && foldsTo(t.Text, word)
}

// Upper is s with its ASCII letters in upper case and all else as it is.
func Upper(s string) string {
	for i := 0; i < len(s); i++ {
		if 'a' <= s[i] && s[i] <= 'z' {
			return upperCopy(s)
		}
	}
	return s
}

func upperCopy(s string) string {
	b := []byte(s)
	for i, c := range b {
		b[i] = upperByte(c)
	}
	return string(b)
}

func upperByte(c byte) byte {
	if 'a' <= c && c <= 'z' {
		return c - 'a' + 'A'
	}
	return c
}
