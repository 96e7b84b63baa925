package sqlparse

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqltoken"
)

// The codes of an Error.
const (
	CodeSyntax      = "sql_syntax"      // not in the grammar
	CodeUnsupported = "sql_unsupported" // SQL to some engine, not offered here
	CodeLimit       = "limit_exceeded"  // too long, too deep or too much
)

// Error says why a text is refused and where.
type Error struct {
	Pos       sqlast.Pos // byte offset
	Line, Col int        // from 1; Col counts characters
	Code      string     // CodeSyntax, CodeUnsupported or CodeLimit
	Msg       string     // in plain English, with at most 40 characters of the text and never a string's content
}

// Error is the message with its place.
func (e *Error) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Col, e.Msg)
}

// maxEcho is how many characters of the request a message may repeat.
const maxEcho = 40

func (p *parser) failure(offset int, code, msg string) *Error {
	offset = min(max(offset, 0), len(p.text))
	line, col := place(p.text[:offset])
	return &Error{Pos: sqlast.Pos(offset), Line: line, Col: col, Code: code, Msg: msg}
}

func (p *parser) syntax(pos sqlast.Pos, format string, args ...any) error {
	return p.failure(int(pos), CodeSyntax, fmt.Sprintf(format, args...))
}

func (p *parser) unsupported(pos sqlast.Pos, format string, args ...any) error {
	return p.failure(int(pos), CodeUnsupported, fmt.Sprintf(format, args...))
}

func (p *parser) overLimit(offset int, format string, args ...any) *Error {
	return p.failure(offset, CodeLimit, fmt.Sprintf(format, args...))
}

// unexpected refuses the present token where something else was expected.
func (p *parser) unexpected(expected string) error {
	if p.tok.Kind == sqltoken.Invalid {
		return p.fault
	}
	if p.tok.Kind == sqltoken.Word {
		hint := ""
		if p.tok.Keyword.Reserved() && !isStatement(p.tok.Text) && mayBeName(expected) && endsOperand(p.ahead) {
			hint = "; the word is reserved: quote it if it is a name"
		}
		if what := notOffered(p.tok.Text); what != "" {
			return p.unsupported(p.pos(), "%s is not offered%s", what, hint)
		}
		return p.syntax(p.pos(), "found %s where %s was expected%s", describe(p.tok), expected, hint)
	}
	return p.syntax(p.pos(), "found %s where %s was expected", describe(p.tok), expected)
}

// What unexpected says where a name could stand.
const (
	aName        = "a name"
	aTable       = "a table or a subquery"
	anExpression = "an expression"
)

func mayBeName(expected string) bool {
	return expected == aName || expected == aTable || expected == anExpression
}

// endsOperand reports whether the token makes the word before it look like a
// name: a sign other than a parenthesis, another clause or the end.
func endsOperand(t sqltoken.Token) bool {
	return t.Kind == sqltoken.EOF || t.Kind == sqltoken.Op && t.Text != "(" || t.Keyword.Reserved()
}

// describe names a token for a message. Strings are not shown: they are data.
func describe(t sqltoken.Token) string {
	switch t.Kind {
	case sqltoken.EOF:
		return "the end of the text"
	case sqltoken.String:
		return "a string"
	case sqltoken.Word:
		return clip(t.Text)
	case sqltoken.QuotedName:
		return "the quoted name " + clip(t.Text)
	case sqltoken.Number:
		return "the number " + clip(t.Text)
	case sqltoken.Param:
		return "the parameter " + clip(t.Text)
	}
	return opNames(t.Text)
}

func opNames(op string) string { return strconv.Quote(op) }

// clip cuts a token to what a message may repeat.
func clip(s string) string {
	if utf8.RuneCountInString(s) <= maxEcho {
		return s
	}
	n := 0
	for i := range s {
		if n == maxEcho-1 {
			return s[:i] + "…"
		}
		n++
	}
	return s
}

// place counts the lines (\n, \r\n or \r end one) and, in the last one, the
// characters before a position.
func place(before string) (line, col int) {
	line = 1
	start := 0
	for i := 0; i < len(before); i++ {
		switch {
		case before[i] == '\r' && i+1 < len(before) && before[i+1] == '\n':
		case before[i] == '\n', before[i] == '\r':
			line++
			start = i + 1
		}
	}
	return line, utf8.RuneCountInString(before[start:]) + 1
}
