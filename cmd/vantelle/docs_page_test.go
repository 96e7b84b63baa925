package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// block is a fenced block of one of the project's pages.
type block struct {
	page string // as on the disk
	line int    // of its fence, from 1
	lang string
	mark string // what stands behind the language: "no-test" and the reason
	text string
	// answers tells that nothing but empty lines is between the block before and this one.
	answers bool
}

func (b block) String() string { return fmt.Sprintf("%s:%d", filepath.Base(b.page), b.line) }

// docPage is a page with its blocks, in the page's order.
type docPage struct {
	name, text string
	blocks     []block
}

func readDocPage(t *testing.T, name string) docPage {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	p := docPage{name: name, text: string(text)}
	var open *block
	empty, indent := false, "" // that of a block in a list
	for i, line := range strings.Split(p.text, "\n") {
		if open == nil {
			indent = line[:len(line)-len(strings.TrimLeft(line, " "))]
		}
		line = strings.TrimPrefix(line, indent)
		info, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && open == nil:
			lang, mark, _ := strings.Cut(info, " ")
			open = &block{page: name, line: i + 1, lang: lang, mark: mark, answers: empty && len(p.blocks) > 0}
		case fence:
			p.blocks = append(p.blocks, *open)
			open, empty = nil, true
		case open != nil:
			open.text += line + "\n"
		default:
			empty = empty && strings.TrimSpace(line) == ""
		}
	}
	if open != nil {
		t.Fatalf("%s is never closed", open)
	}
	return p
}

// untested gives the reason for which a block is not run; a mark without one
// is a mistake.
func (b block) untested(t *testing.T) bool {
	t.Helper()
	if b.lang == "http" && (b.mark == "request" || b.mark == "answer") {
		return true // run over an ERP that may be written, in filter/portal_writes_test.go
	}
	reason, marked := strings.CutPrefix(b.mark, "no-test")
	if b.mark != "" && (!marked || strings.TrimSpace(reason) == "") {
		t.Errorf("%s is marked %q: write no-test and the reason", b, b.mark)
	}
	return marked
}

// curl is a curl command that a page or the demo shows.
type curl struct {
	method, url, body string
	headers           []string // pairs
	head              bool     // -i: the answer is shown with status and headers
}

var errNoCurl = errors.New("no curl command")

// parseCurl understands the few options that the pages use, and no other.
func parseCurl(command string) (curl, error) {
	words, err := shellWords(command)
	if err != nil {
		return curl{}, err
	}
	if len(words) == 0 || words[0] != "curl" {
		return curl{}, errNoCurl
	}
	var c curl
	var query []string
	inURL := false
	for rest := words[1:]; len(rest) > 0; rest = rest[1:] {
		word, value := rest[0], ""
		if strings.HasPrefix(word, "-") && !strings.Contains(" -s -i -G ", " "+word+" ") {
			if len(rest) < 2 {
				return curl{}, fmt.Errorf("%s has no value", word)
			}
			rest = rest[1:]
			value = rest[0]
		}
		switch word {
		case "-s":
		case "-i":
			c.head = true
		case "-G":
			inURL = true
		case "-X":
			c.method = value
		case "-H":
			name, text, ok := strings.Cut(value, ": ")
			if !ok {
				return curl{}, fmt.Errorf("the header %q has no value", value)
			}
			c.headers = append(c.headers, name, text)
		case "-d", "--data":
			if c.body != "" || strings.HasPrefix(value, "@") {
				return curl{}, errors.New("one body, and not from a file")
			}
			c.body = value
		case "--data-urlencode":
			name, text, ok := strings.Cut(value, "=")
			if !ok {
				return curl{}, fmt.Errorf("%q has no name", value)
			}
			query = append(query, name+"="+percentEncode(text))
		default:
			if strings.HasPrefix(word, "-") || c.url != "" {
				return curl{}, fmt.Errorf("the test does not know %q", word)
			}
			c.url = word
		}
	}
	if len(query) > 0 {
		if !inURL || strings.Contains(c.url, "?") {
			return curl{}, errors.New("--data-urlencode goes with -G and a URL without a query")
		}
		c.url += "?" + strings.Join(query, "&")
	}
	if c.method == "" {
		c.method = "GET"
		if c.body != "" {
			c.method = "POST"
		}
	}
	if c.body != "" && !c.names("Content-Type") {
		c.headers = append(c.headers, "Content-Type", "application/x-www-form-urlencoded") // as curl does
	}
	if strings.ContainsAny(c.url, " <>\"") || c.url == "" {
		return curl{}, fmt.Errorf("curl does not take the URL %q", c.url)
	}
	return c, nil
}

func (c curl) names(header string) bool {
	for i := 0; i < len(c.headers); i += 2 {
		if strings.EqualFold(c.headers[i], header) {
			return true
		}
	}
	return false
}

// percentEncode leaves what RFC 3986 calls unreserved, as curl does.
func percentEncode(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

var (
	shellSpace = regexp.MustCompile(`^(?:[ \t\n]|\\\n)+`)
	shellPart  = regexp.MustCompile(`^(?:'([^']*)'|"((?:[^"\\$` + "`" + `]|\\.)*)"|([^\s'"\\$&|;<>` + "`" + `]+))`)
)

// shellWords splits one command as a shell does. Variables, pipes and further
// commands are mistakes here: an example is one command that stands for itself.
func shellWords(command string) ([]string, error) {
	var words []string
	fresh := true
	for command != "" {
		if space := shellSpace.FindString(command); space != "" {
			command, fresh = command[len(space):], true
			continue
		}
		m := shellPart.FindStringSubmatch(command)
		if m == nil {
			return nil, fmt.Errorf("the test does not know what %.20q means to a shell", command)
		}
		if fresh {
			words = append(words, "")
		}
		words[len(words)-1] += m[1] + regexp.MustCompile(`\\(["\\$`+"`"+`])`).ReplaceAllString(m[2], "$1") + m[3]
		command, fresh = command[len(m[0]):], false
	}
	return words, nil
}

func TestCurlCommandsAreReadAsAShellAndCurlDo(t *testing.T) {
	for command, want := range map[string]string{
		`curl http://x/`:                              `["GET","http://x/",""]`,
		"curl -s 'http://x/?a=b c'":                   `curl does not take the URL "http://x/?a=b c"`,
		"curl -s \\\n  http://x/ -H \"A: \\\"b\\\"\"": `["GET","http://x/","","A","\"b\""]`,
		`curl -X PUT http://x/ -d '{"a": 1}' -H 'Content-Type: application/json'`: `["PUT","http://x/","{\"a\": 1}","Content-Type","application/json"]`,
		`curl http://x/ --data a=1`:                          `["POST","http://x/","a=1","Content-Type","application/x-www-form-urlencoded"]`,
		`curl -G http://x/ --data-urlencode 'or=(a.eq.é,b)'`: `["GET","http://x/?or=%28a.eq.%C3%A9%2Cb%29",""]`,
		`curl http://x/ --data-urlencode 'a=b'`:              `--data-urlencode goes with -G and a URL without a query`,
		`curl http://x/ | jq .`:                              `the test does not know what "| jq ." means to a shell`,
		`curl http://x/?a=1&b=2`:                             `the test does not know what "&b=2" means to a shell`,
		"curl http://x/\ncurl http://y/":                     `the test does not know "curl"`,
		`curl --insecure https://x/ -s`:                      `the test does not know "--insecure"`,
		`wget http://x/`:                                     `no curl command`,
	} {
		c, err := parseCurl(command)
		got, _ := json.Marshal(append([]string{c.method, c.url, c.body}, c.headers...))
		said := string(got)
		if err != nil {
			said = err.Error()
		}
		if said != want {
			t.Errorf("%s\ngives %s\nwant  %s", command, said, want)
		}
	}
}
