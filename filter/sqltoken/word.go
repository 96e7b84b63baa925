package sqltoken

import (
	"unicode"
	"unicode/utf8"
)

// word reads an unquoted word, or a string that starts with a letter: N'…'.
func (s *Scanner) word(at int) (Token, error) {
	end := at + wordSize(s.src[at:])
	switch next := s.byteAt(end); {
	case next == '\'' && end == at+1:
		switch s.src[at] {
		case 'N', 'n':
			return s.quoted(at, end, '\'', String)
		case 'E', 'e':
			return Token{}, s.unsupported(at, "escape strings (E'…') are not offered; a backslash is an ordinary character in '…'")
		case 'X', 'x', 'B', 'b':
			return Token{}, s.unsupported(at, "binary strings (X'…', B'…') are not offered")
		}
	case next == '&' && end == at+1 && (s.src[at] == 'U' || s.src[at] == 'u'):
		return Token{}, s.unsupported(at, "Unicode escapes (U&'…') are not offered; write the characters themselves")
	case isNameMark(next):
		return Token{}, s.fail(end, "%c cannot be part of an unquoted name; quote the name", next)
	}
	s.name = end
	t := s.token(Word, at, end)
	t.Keyword = Lookup(t.Text)
	return t, nil
}

// isNameMark reports whether some engine lets the character stand inside a name.
func isNameMark(c byte) bool { return c == '$' || c == '#' || c == '@' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// isWordByte is for ASCII only.
func isWordByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_' || isDigit(c)
}

// wordSize is the length of the word that src starts with, 0 if none: a letter
// or underscore, then letters, digits, underscores and combining marks.
func wordSize(src string) int {
	i := 0
	for i < len(src) {
		size := runeInWord(src[i:])
		if size == 0 || i == 0 && !startsWord(src) {
			break
		}
		i += size
	}
	return i
}

func startsWord(src string) bool {
	if src[0] < utf8.RuneSelf {
		return !isDigit(src[0])
	}
	r, _ := utf8.DecodeRuneInString(src)
	return unicode.IsLetter(r) && !invisible(r)
}

// runeInWord is the size of src's first character if it can stand in a word, else 0.
func runeInWord(src string) int {
	if c := src[0]; c < utf8.RuneSelf {
		if isWordByte(c) {
			return 1
		}
		return 0
	}
	r, size := utf8.DecodeRuneInString(src)
	if unicode.In(r, unicode.L, unicode.Mn, unicode.Mc, unicode.Nd) && !invisible(r) {
		return size
	}
	return 0
}
