package portal

import (
	"strings"
	"unicode/utf8"

	"github.com/vantelle/vantelle/filter/refusal"
)

// scanner walks over one value of a query string, already percent-decoded. It
// reads what PostgREST's select, order and logic trees have in common: names,
// quoted or not, and quoted values.
type scanner struct {
	param string // the query parameter, for messages
	text  string
	at    int
}

func (s *scanner) done() bool   { return s.at >= len(s.text) }
func (s *scanner) rest() string { return s.text[s.at:] }

// accept moves past token where it comes next.
func (s *scanner) accept(token string) bool {
	if !strings.HasPrefix(s.rest(), token) {
		return false
	}
	s.at += len(token)
	return true
}

// blanks moves past blanks and tabs, which may stand around names, commas and
// parentheses but are part of a value.
func (s *scanner) blanks() {
	for s.at < len(s.text) && (s.text[s.at] == ' ' || s.text[s.at] == '\t') {
		s.at++
	}
}

// nameEnds are the characters that no unquoted name holds. The arrow of a JSON
// path ends a name too.
const nameEnds = `,.:()*!"`

// name reads a column's name: between double quotes, where a backslash makes
// the next character plain, or bare with the blanks around it taken off. Bare
// names may hold letters of any alphabet, digits, blanks and dashes, because
// ERPs' columns do.
func (s *scanner) name(what string) (string, error) {
	s.blanks()
	if strings.HasPrefix(s.rest(), `"`) {
		name, ok := s.quoted()
		if !ok {
			return "", s.unexpected("the closing quote of " + what)
		}
		if name == "" {
			return "", s.unexpected(what)
		}
		s.blanks()
		return name, nil
	}
	start := s.at
	for s.at < len(s.text) {
		if strings.IndexByte(nameEnds, s.text[s.at]) >= 0 || strings.HasPrefix(s.rest(), "->") {
			break
		}
		s.at++
	}
	name := strings.TrimRight(s.text[start:s.at], " \t")
	if name == "" {
		return "", s.unexpected(what)
	}
	return name, nil
}

// quoted reads a text between double quotes. Where the closing quote is
// missing it moves nowhere and says no.
func (s *scanner) quoted() (string, bool) {
	rest := s.rest()
	plain := true
	for i := 1; i < len(rest); i++ {
		switch rest[i] {
		case '\\':
			plain = false
			i++
		case '"':
			s.at += i + 1
			if plain {
				return rest[1:i], true
			}
			return unescape(rest[1:i]), true
		}
	}
	return "", false
}

// unescape drops each backslash that makes the next character plain.
func unescape(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' {
			i++
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

// element reads one value of a list or of a logic tree: quoted, where the
// closing quote is followed by a comma or a closing parenthesis, else every
// character up to one of these two.
func (s *scanner) element() string {
	start := s.at
	if strings.HasPrefix(s.rest(), `"`) {
		if value, ok := s.quoted(); ok && (s.done() || s.text[s.at] == ',' || s.text[s.at] == ')') {
			return value
		}
		s.at = start
	}
	end := strings.IndexAny(s.rest(), ",)")
	if end < 0 {
		end = len(s.rest())
	}
	s.at += end
	return s.text[start:s.at]
}

// listed reads one value of a list in braces.
func (s *scanner) listed() string {
	start := s.at
	if strings.HasPrefix(s.rest(), `"`) {
		if value, ok := s.quoted(); ok && (s.done() || s.text[s.at] == ',' || s.text[s.at] == '}') {
			return value
		}
		s.at = start
	}
	end := strings.IndexAny(s.rest(), ",}")
	if end < 0 {
		end = len(s.rest())
	}
	s.at += end
	return s.text[start:s.at]
}

// word reads lower-case letters, the form of operators and directions.
func (s *scanner) word() string {
	start := s.at
	for s.at < len(s.text) && s.text[s.at] >= 'a' && s.text[s.at] <= 'z' {
		s.at++
	}
	return s.text[start:s.at]
}

// unexpected says what was wanted at this place, and what stands there.
func (s *scanner) unexpected(wanted string) error {
	if s.done() {
		return refusal.New(refusal.Syntax, "%s: expected %s, found the end", s.param, wanted)
	}
	return refusal.New(refusal.Syntax, "%s: expected %s at %q", s.param, wanted, shorten(s.rest()))
}

// shorten cuts a text that is quoted in a message.
func shorten(text string) string {
	const most = 40
	if len(text) <= most {
		return text
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "…"
}
