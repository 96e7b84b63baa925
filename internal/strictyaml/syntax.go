package strictyaml

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

const backslashHelp = `in double quotes a backslash begins an escape: write the value in single quotes, 'SRV\SAGE100', or double the backslash, "SRV\\SAGE100"`

var yamlError = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// stage is the part of the YAML library that found an error, which decides
// what its line numbers mean.
type stage int

const (
	scanner stage = iota // counts from 1, and leaves out line 1
	parser               // counts from 0, and leaves out line 0
	reader               // gives no line
)

// syntaxHelp turns what the YAML library says into what a person can do. The
// library's own words are kept only where they are known to quote nothing.
var syntaxHelp = []struct {
	says, help string
	from       stage
}{
	{"found unknown escape character", backslashHelp, scanner},
	{"did not find expected hexdecimal number", backslashHelp, scanner},
	{"did not find expected hexadecimal number", backslashHelp, scanner},
	{"found invalid Unicode character escape code", backslashHelp, scanner},
	{"found character that cannot start any token", "a value that begins with a special character (@, `, %, a tab) needs quotes, and lines are indented with spaces only", scanner},
	{"mapping values are not allowed", "a value that holds a colon and a space needs quotes, or the indentation is off", scanner},
	{"did not find expected key", "the indentation is off, or a quote or bracket above is not closed", parser},
	{"did not find expected '-' indicator", "the entries of a list must be indented alike", parser},
	{"did not find expected ',' or ']'", "a [ is not closed; a value that begins with [ needs quotes", parser},
	{"did not find expected ',' or '}'", "a { is not closed; a value that begins with { or holds a colon and a space needs quotes", parser},
	{"could not find expected ':'", "a key without a colon, or the indentation is off", scanner},
	{"found unexpected end of stream", "a quote is not closed", scanner},
	{"found unexpected document indicator", "a quote is not closed", scanner},
	{"did not find expected node content", "a value is missing, or a bracket is not closed", parser},
	{"did not find expected whitespace or line break", "a value that begins with a special character needs quotes", scanner},
	{"did not find expected alphabetic or numeric character", "a value that begins with * or & needs quotes", scanner},
	{"unknown anchor", "a value that begins with * needs quotes (aliases are not used here)", reader},
	{"anchor", "a value that begins with & or * needs quotes (anchors and aliases are not used here)", reader},
	{"block sequence entries are not allowed", "a list must begin on a line of its own", scanner},
	{"control characters are not allowed", "the file holds a control character", reader},
	{"invalid leading UTF-8 octet", "the file is not UTF-8: save it as UTF-8", reader},
	{"invalid trailing UTF-8 octet", "the file is not UTF-8: save it as UTF-8", reader},
	{"incomplete UTF-8 octet sequence", "the file is not UTF-8: save it as UTF-8", reader},
	{"exceeded max depth", "the file is nested too deeply", scanner},
}

func (d *Document) syntax(err error) {
	line, says := 0, err.Error()
	if m := yamlError.FindStringSubmatch(says); m != nil {
		line, _ = strconv.Atoi(m[1])
		says = m[2]
	}
	help, from := "this is not YAML", reader
	for _, h := range syntaxHelp {
		if strings.Contains(says, h.says) {
			help, from = h.help, h.from
			break
		}
	}
	switch from {
	case scanner:
		line = max(line, 1)
	case parser:
		line++
	}
	at := place{line: line}
	if help == backslashHelp {
		at = d.badEscape(line)
	}
	d.mistake(at, "", "%s", help)
}

// badEscape is the place of the first backslash, from a line on, that YAML
// knows no escape for.
func (d *Document) badEscape(from int) place {
	for line := from; line <= len(d.lines); line++ {
		text := d.lines[line-1]
		for i := 0; i+1 < len(text); i++ {
			if text[i] != '\\' {
				continue
			}
			if !strings.ContainsRune("0abtnvfre \"/\\N_LPxuU\t", rune(text[i+1])) {
				return place{line, utf8.RuneCountInString(text[:i]) + 1}
			}
			i++
		}
	}
	return place{line: from}
}

// escapes tells whether a double-quoted value uses escapes other than \\ and
// \": it reads the file itself, for the parsed value no longer shows them.
func (d *Document) escapes(y *yaml.Node) bool {
	if y.Style&yaml.DoubleQuotedStyle == 0 || y.Line < 1 || y.Line > len(d.lines) {
		return false
	}
	rest := []rune(d.lines[y.Line-1])
	if y.Column < 1 || y.Column > len(rest) {
		return false
	}
	rest = rest[y.Column:] // after the opening quote
	for line := y.Line; ; line++ {
		for i := 0; i < len(rest); i++ {
			switch rest[i] {
			case '"':
				return false
			case '\\':
				if i+1 >= len(rest) || rest[i+1] != '\\' && rest[i+1] != '"' {
					return true
				}
				i++
			}
		}
		if line >= len(d.lines) {
			return false
		}
		rest = []rune(d.lines[line])
	}
}
