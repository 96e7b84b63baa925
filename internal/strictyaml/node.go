package strictyaml

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Node is one value of a document, or the absence of one: every reading of an
// absent value gives the zero value and is no mistake. Reading a value as
// something that it is not notes a mistake and gives the zero value.
type Node struct {
	doc  *Document
	y    *yaml.Node
	path string
}

// Given tells whether the value is there.
func (n Node) Given() bool { return n.y != nil }

// Path is where the value stands: tables.F_ARTICLE.rows.
func (n Node) Path() string { return n.path }

// Line is the line of the value's key, or of the value where it has none.
func (n Node) Line() int { return n.doc.places[n.path].line }

// Fail notes a mistake at the value's key.
func (n Node) Fail(format string, args ...any) { n.doc.Add(n.path, format, args...) }

// fail notes, at the value itself, that it cannot be read.
func (n Node) fail(format string, args ...any) {
	n.doc.unread[n.path] = true
	n.doc.mistake(place{n.y.Line, n.y.Column}, n.path, format, args...)
}

// TextPlace is the line and column where the text of a value begins, after its
// quote or its block sign.
func (n Node) TextPlace() (line, column int) {
	if n.y == nil {
		return 0, 0
	}
	switch {
	case n.y.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0:
		return n.y.Line, n.y.Column + 1
	case n.y.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		for line := n.y.Line + 1; line <= len(n.doc.lines); line++ {
			text := n.doc.lines[line-1]
			if trimmed := strings.TrimLeft(text, " "); strings.TrimSpace(trimmed) != "" {
				return line, len(text) - len(trimmed) + 1
			}
		}
	}
	return n.y.Line, n.y.Column
}

// plain tells whether the value may be read at all, and notes why not.
func (n Node) plain() bool {
	switch {
	case n.y == nil:
		return false
	case n.y.Kind == yaml.AliasNode || n.y.Anchor != "":
		n.fail("anchors and aliases (&, *) are not used here: write the value out, or in quotes where it begins with such a sign")
	case n.y.Style&yaml.TaggedStyle != 0:
		n.fail("tags (!) are not used here: put a value that begins with ! in quotes")
	default:
		return true
	}
	return false
}

// kind says in words what a value is.
func (n Node) kind() string {
	switch n.y.Kind {
	case yaml.MappingNode:
		return "keys"
	case yaml.SequenceNode:
		return "a list"
	}
	switch n.y.ShortTag() {
	case "!!null":
		return "nothing"
	case "!!bool":
		return "true or false"
	case "!!int", "!!float":
		return "a number"
	case "!!timestamp":
		return "a date"
	}
	return "text"
}

// scalar gives a value's text as written, without regard to what YAML takes it
// for. ok is false where it is nothing, a list or keys.
func (n Node) scalar(expected string) (text string, ok bool) {
	if !n.plain() {
		return "", false
	}
	switch {
	case n.y.Kind != yaml.ScalarNode:
		n.fail("expected %s, found %s", expected, n.kind())
		return "", false
	case n.kind() == "nothing":
		n.fail("expected %s, found nothing: give a value or remove the key", expected)
		return "", false
	case n.doc.options.PlainBackslashes && n.doc.escapes(n.y):
		n.fail("%s", backslashHelp)
		return "", false
	case !utf8.ValidString(n.y.Value) || strings.ContainsFunc(n.y.Value, unprintable):
		n.fail("the value holds a control character")
		return "", false
	}
	return n.y.Value, true
}

func unprintable(r rune) bool {
	return r < ' ' && r != '\n' && r != '\t' || r == 0x7f || 0x80 <= r && r < 0xa0 || r == utf8.RuneError || r == 0xfeff
}

// Text reads text. A word that YAML takes for a number, a date or a boolean
// must be put in quotes.
func (n Node) Text() string {
	text, ok := n.scalar("text")
	if ok && n.kind() != "text" {
		n.fail("expected text, but without quotes YAML takes this for %s: put it in quotes", n.kind())
		return ""
	}
	return text
}

// Bool reads true or false, and no other word for them.
func (n Node) Bool() bool {
	text, ok := n.scalar("true or false")
	if !ok {
		return false
	}
	quoted := n.y.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0
	lower := strings.ToLower(text)
	switch {
	case n.kind() == "true or false":
		return lower == "true"
	case quoted && (lower == "true" || lower == "false"):
		n.fail("expected true or false, but in quotes this is text: write %s without quotes", lower)
	case slices.Contains([]string{"yes", "on", "y", "oui", "vrai"}, lower):
		n.fail("expected true or false, and %s is text: write true", text)
	case slices.Contains([]string{"no", "off", "n", "non", "faux"}, lower):
		n.fail("expected true or false, and %s is text: write false", text)
	default:
		n.fail("expected true or false, found %s", n.kind())
	}
	return false
}

// Int reads a whole number in decimal digits.
func (n Node) Int() int {
	text, ok := n.scalar("a whole number")
	if !ok {
		return 0
	}
	if n.kind() != "a number" {
		n.fail("expected a whole number, found %s", n.kind())
		return 0
	}
	i, err := strconv.Atoi(text)
	if err != nil || strings.HasPrefix(text, "+") || len(text) > 1 && strings.HasPrefix(strings.TrimPrefix(text, "-"), "0") {
		n.fail("expected a whole number in decimal digits")
		return 0
	}
	return i
}

// List reads a list.
func (n Node) List() []Node {
	if !n.plain() {
		return nil
	}
	if n.y.Kind != yaml.SequenceNode {
		n.fail("expected a list, found %s", n.kind())
		return nil
	}
	nodes := make([]Node, len(n.y.Content))
	for i, y := range n.y.Content {
		nodes[i] = Node{doc: n.doc, y: y, path: Item(n.path, i)}
		n.doc.places[nodes[i].path] = place{y.Line, y.Column}
	}
	return nodes
}

// Texts reads a list of texts.
func (n Node) Texts() []string {
	var texts []string
	for _, item := range n.List() {
		texts = append(texts, item.Text())
	}
	return texts
}

// Word reads one of a few fixed words, which the caller compares: it gives the
// word as written, even where YAML takes it for a boolean.
func (n Node) Word() string {
	text, _ := n.scalar("a word")
	return text
}
