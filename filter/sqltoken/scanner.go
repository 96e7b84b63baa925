package sqltoken

import (
	"strings"
	"unicode/utf8"
)

// Scanner cuts one text into tokens. Make it with NewScanner; it belongs to
// one goroutine and keeps no state but its place.
type Scanner struct {
	src  string
	pos  int
	name int // where the last Word or QuotedName ended
	err  error
}

// NewScanner returns a Scanner at the start of text.
func NewScanner(text string) Scanner { return Scanner{src: text, name: -1} }

// Next returns the next token, EOF at the end and ever after. An error is an
// *Error; it stays, and no token comes after it.
func (s *Scanner) Next() (Token, error) {
	if s.err != nil {
		return Token{}, s.err
	}
	if err := s.skipBlanks(); err != nil {
		return Token{}, err
	}
	at := s.pos
	if at == len(s.src) {
		return Token{Kind: EOF, At: at, End: at}, nil
	}
	switch c := s.src[at]; {
	case isWordByte(c) && !isDigit(c):
		return s.word(at)
	case isDigit(c), c == '.' && isDigit(s.byteAt(at+1)) && s.name != at:
		return s.number(at)
	case c == '\'':
		return s.quoted(at, at, '\'', String)
	case c == '"', c == '`':
		return s.quoted(at, at, c, QuotedName)
	case c == '[':
		return s.quoted(at, at, ']', QuotedName)
	case c == '?', c == '$', c == '@', c == ':' && s.byteAt(at+1) != ':':
		return s.param(at)
	case c >= utf8.RuneSelf && wordSize(s.src[at:]) > 0:
		return s.word(at)
	}
	if size := operatorSize(s.src[at:]); size > 0 {
		return s.token(Op, at, at+size), nil
	}
	return Token{}, s.badStart(at)
}

func (s *Scanner) token(kind Kind, at, end int) Token {
	s.pos = end
	return Token{Kind: kind, At: at, End: end, Text: s.src[at:end]}
}

// byteAt is the byte at offset at, 0 past the end; a NUL in the text is
// refused wherever it is read, so the two do not mix.
func (s *Scanner) byteAt(at int) byte {
	if at < len(s.src) {
		return s.src[at]
	}
	return 0
}

// skipBlanks passes blanks, -- comments and nested /* comments */.
func (s *Scanner) skipBlanks() error {
	for s.pos < len(s.src) {
		var err error
		switch c := s.src[s.pos]; {
		case c == ' ', c == '\t', c == '\n', c == '\r':
			s.pos++
		case c == '-' && s.byteAt(s.pos+1) == '-':
			err = s.lineComment()
		case c == '/' && s.byteAt(s.pos+1) == '*':
			err = s.blockComment()
		default:
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// lineComment ends at a line feed or a carriage return: engines differ on the
// second, and what stands after it must not be able to hide.
func (s *Scanner) lineComment() error {
	for s.pos < len(s.src) && s.src[s.pos] != '\n' && s.src[s.pos] != '\r' {
		size, err := s.char(s.pos, inComment)
		if err != nil {
			return err
		}
		s.pos += size
	}
	return nil
}

// blockComment counts how deep comments nest. MySQL and MariaDB run the text
// of /*! and /*M! comments and optimisers obey /*+: all three are refused.
func (s *Scanner) blockComment() error {
	start, depth := s.pos, 0
	for s.pos < len(s.src) {
		rest := s.src[s.pos:]
		switch {
		case strings.HasPrefix(rest, "/*!"), strings.HasPrefix(rest, "/*M!"):
			return s.unsupported(s.pos, "versioned comments (/*! … */) are not offered")
		case strings.HasPrefix(rest, "/*+"):
			return s.unsupported(s.pos, "optimiser hints (/*+ … */) are not offered")
		case strings.HasPrefix(rest, "/*"):
			depth++
			s.pos += 2
		case strings.HasPrefix(rest, "*/"):
			depth--
			s.pos += 2
			if depth == 0 {
				return nil
			}
		default:
			size, err := s.char(s.pos, inComment)
			if err != nil {
				return err
			}
			s.pos += size
		}
	}
	return s.fail(start, "the comment that starts here has no end")
}

// operatorSize is the length of the operator or mark that src starts with, 0 for none.
func operatorSize(src string) int {
	if strings.HasPrefix(src, "<=>") {
		return 3
	}
	if len(src) >= 2 {
		switch src[:2] {
		case "<=", ">=", "<>", "!=", "||", "::":
			return 2
		}
	}
	switch src[0] {
	case '(', ')', ',', '.', ';', '+', '-', '*', '/', '%', '=', '<', '>':
		return 1
	}
	return 0
}
