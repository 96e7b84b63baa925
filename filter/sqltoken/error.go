package sqltoken

import (
	"fmt"
	"unicode"
	"unicode/utf8"
)

// Error says what is wrong with the text and where.
type Error struct {
	At          int    // byte offset
	Msg         string // in plain English; quotes no text of the request longer than a character
	Unsupported bool   // some engine reads it, the portal's SQL does not offer it
}

// Error is the message with the byte offset.
func (e *Error) Error() string { return fmt.Sprintf("offset %d: %s", e.At, e.Msg) }

func (s *Scanner) fail(at int, format string, args ...any) error {
	s.err = &Error{At: at, Msg: fmt.Sprintf(format, args...)}
	return s.err
}

func (s *Scanner) unsupported(at int, format string, args ...any) error {
	s.err = &Error{At: at, Msg: fmt.Sprintf(format, args...), Unsupported: true}
	return s.err
}

// place is where a character stands; it decides which ones may stand there.
type place uint8

const (
	inComment place = iota
	inName
	inString
)

// char checks the character at offset at, inside quotes or a comment, and
// returns its size. Control characters are refused everywhere. Invisible ones
// (direction marks, joiners, byte order marks) are refused except in strings,
// where they are data: elsewhere they make a text read differently from what it
// says.
func (s *Scanner) char(at int, where place) (int, error) {
	c := s.src[at]
	switch {
	case 0x20 <= c && c < 0x7f:
		return 1, nil
	case c == '\t' || c == '\n' || c == '\r':
		if where == inName {
			return 0, s.fail(at, "a quoted name cannot hold a tab or a line break")
		}
		return 1, nil
	}
	r, size := utf8.DecodeRuneInString(s.src[at:])
	switch {
	case r == utf8.RuneError && size == 1:
		return 0, s.fail(at, "the text is not valid UTF-8 here")
	case unicode.Is(unicode.Cc, r):
		return 0, s.badControl(at, r)
	case where != inString && invisible(r):
		return 0, s.fail(at, "the invisible character %U is not allowed outside strings", r)
	}
	return size, nil
}

// invisible reports whether a character shows nothing: format characters, line
// separators, and the letters and marks that Unicode says may be ignored.
func invisible(r rune) bool {
	return unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp,
		unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

func (s *Scanner) badControl(at int, r rune) error {
	if r == 0 {
		return s.fail(at, "the text holds a NUL character")
	}
	return s.fail(at, "the control character %U is not allowed", r)
}

// badStart explains a character that starts no token.
func (s *Scanner) badStart(at int) error {
	r, size := utf8.DecodeRuneInString(s.src[at:])
	switch {
	case r == utf8.RuneError && size == 1:
		return s.fail(at, "the text is not valid UTF-8 here")
	case unicode.Is(unicode.Cc, r):
		return s.badControl(at, r)
	case unicode.IsSpace(r) || invisible(r):
		return s.fail(at, "the invisible character %U is not allowed outside strings; write an ordinary blank", r)
	case r == '#':
		return s.unsupported(at, "# is not offered: write comments with -- and quote names that hold it")
	case r == '{':
		return s.unsupported(at, "{…} escapes are not offered: write the function or the literal itself")
	case r == '!' || r == '&' || r == '|' || r == '^' || r == '~':
		return s.unsupported(at, "the operator %q is not offered", r)
	case r == '\\':
		return s.fail(at, "a backslash has no meaning outside strings")
	}
	return s.fail(at, "the character %q has no meaning here", r)
}
