package erp

import (
	"slices"
	"strings"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// sqliteCollations finds the collations that a CREATE TABLE statement gives to
// its columns, by folded name. SQLite tells them to C programs only. The text
// was accepted by SQLite, so that only its outline needs to be understood: the
// parts between the outer parentheses, each led by a column's name.
func sqliteCollations(ddl string) map[string]string {
	found := map[string]string{}
	var column string
	depth, start, collate := 0, true, false
	for _, token := range sqliteTokens(ddl) {
		switch {
		case token == "(":
			depth++
		case token == ")":
			depth--
		case depth == 1 && token == ",":
			start = true
			collate = false
		case depth == 1 && start:
			column, start = catalog.Fold(unquote(token)), false
		case depth == 1 && collate:
			found[column], collate = strings.ToUpper(unquote(token)), false
		case depth == 1 && strings.EqualFold(token, "COLLATE"):
			collate = true
		}
	}
	return found
}

// sqliteReplaces tells whether a CREATE TABLE statement has a constraint that
// replaces or ignores rows in conflict (sqlite.org/lang_conflict.html).
func sqliteReplaces(ddl string) bool {
	tokens := sqliteTokens(ddl)
	for i := 0; i+2 < len(tokens); i++ {
		if strings.EqualFold(tokens[i], "ON") && strings.EqualFold(tokens[i+1], "CONFLICT") &&
			(strings.EqualFold(tokens[i+2], "REPLACE") || strings.EqualFold(tokens[i+2], "IGNORE")) {
			return true
		}
	}
	return false
}

// sqliteNumbers tells whether a CREATE TABLE statement has rows numbered so that no
// number comes twice: who gives a row the last one leaves none to others.
func sqliteNumbers(ddl string) bool {
	return slices.ContainsFunc(sqliteTokens(ddl), func(token string) bool { return strings.EqualFold(token, "AUTOINCREMENT") })
}

// sqliteTokens splits SQL text into words, quoted names and single signs,
// without comments and blanks.
func sqliteTokens(text string) []string {
	var tokens []string
	for i := 0; i < len(text); {
		c := text[i]
		end := i + 1
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f':
			i++
			continue
		case strings.HasPrefix(text[i:], "--"):
			i = after(text, i+2, "\n")
			continue
		case strings.HasPrefix(text[i:], "/*"):
			i = after(text, i+2, "*/")
			continue
		case c == '[':
			end = after(text, i+1, "]")
		case c == '"' || c == '`' || c == '\'':
			end = quotedEnd(text, i)
		case wordByte(c):
			for end < len(text) && wordByte(text[end]) {
				end++
			}
		}
		tokens = append(tokens, text[i:end])
		i = end
	}
	return tokens
}

// after is the place behind the next sign from place from, or the text's end.
func after(text string, from int, sign string) int {
	if at := strings.Index(text[from:], sign); at >= 0 {
		return from + at + len(sign)
	}
	return len(text)
}

// quotedEnd is the place behind the quoted piece that begins at i, where a
// doubled quote stands for itself.
func quotedEnd(text string, i int) int {
	quote := text[i]
	for j := i + 1; j < len(text); j++ {
		if text[j] != quote {
			continue
		}
		if j+1 < len(text) && text[j+1] == quote {
			j++
			continue
		}
		return j + 1
	}
	return len(text)
}

func wordByte(c byte) bool {
	return c == '_' || c == '$' || c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// unquote is the name that a token spells.
func unquote(token string) string {
	if len(token) < 2 {
		return token
	}
	switch q := token[:1]; q {
	case "[":
		return token[1 : len(token)-1]
	case `"`, "`", "'":
		return strings.ReplaceAll(token[1:len(token)-1], q+q, q)
	}
	return token
}
