package filter_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// attack is one case of testdata/attacks. In a file it is
//
//	-- a sentence that says what is tried --
//	CUSTOMER
//	? [1, "two"]                 values, by position or by name; may be missing
//	SELECT …                     lines of the request
//	! code@7 some of the sentence   it is refused, at this offset (- for none,
//	                                nothing for any)
//
// or, for an answer, a line for each row, "= …" in this order or "~ …" in any,
// and "= nothing" for none. Cells are parted by |. An outcome that an engine
// has for itself follows the engine's name: "postgres! …".
//
// A request that begins with a backslash is a Go string, and so is a customer
// in double quotes, for bytes that editors spoil. ⟦3×text⟧ stands for text three times.
//
// A request that begins with GET, HEAD, POST and the like goes through the
// portal's front: lines of headers, an empty line, a body. Its outcome is
// "= 200 body", the whole of it, or "! 400 code some of the sentence".
type attack struct {
	file, name string
	customer   string
	request    string
	params     []any
	named      map[string]any
	outcomes   map[catalog.Engine]outcome // "" is every other engine
}

// outcome is what a case pins.
type outcome struct {
	refused  bool
	code     string
	at       string // an offset, "-" for none, "" in a case of the front
	status   string // of a case of the front
	fragment string
	ordered  bool
	rows     []string
}

func (a attack) wanted(e catalog.Engine) outcome {
	if o, ok := a.outcomes[e]; ok {
		return o
	}
	return a.outcomes[""]
}

// viaFront tells whether the case is an HTTP request.
func (a attack) viaFront() bool { return verb.MatchString(a.request) }

var (
	verb        = regexp.MustCompile(`^[A-Z]+ [^ \n]+ HTTP\b`)
	outcomeLine = regexp.MustCompile(`^(sqlite|postgres|mariadb|sqlserver|babelfish|)([!=~]) ?(.*)$`)
	repeated    = regexp.MustCompile(`⟦(\d+)×([^⟧]*)⟧`)
	refusedLine = regexp.MustCompile(`^(?:([a-z_]+)(?:@(-|\d+))?|(\d{3}) (\w+))(?: (.*))?$`)
)

// readAttacks reads every case of every file of a folder.
func readAttacks(t testing.TB, folder string) []attack {
	t.Helper()
	files, err := filepath.Glob(folder + "/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no attacks: %v", err)
	}
	var all []attack
	seen := map[string]bool{}
	for _, file := range files {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			a, err := readAttack(f)
			if err != nil {
				t.Fatalf("%s: %s: %v", file, f.Name, err)
			}
			a.file = strings.TrimSuffix(filepath.Base(file), ".txtar")
			if seen[a.file+"/"+a.name] {
				t.Fatalf("%s: two cases are called %q", file, a.name)
			}
			seen[a.file+"/"+a.name] = true
			all = append(all, a)
		}
	}
	return all
}

func readAttack(f txtar.File) (attack, error) {
	a := attack{name: f.Name, outcomes: map[catalog.Engine]outcome{}}
	lines := strings.Split(strings.TrimRight(string(f.Data), "\n"), "\n")
	a.customer, lines = lines[0], lines[1:]
	if quoted, err := strconv.Unquote(a.customer); err == nil {
		a.customer = quoted
	}
	if len(lines) > 0 && strings.HasPrefix(lines[0], "? ") {
		if err := a.readParams(lines[0][2:]); err != nil {
			return a, err
		}
		lines = lines[1:]
	}
	end := len(lines)
	for end > 0 && outcomeLine.MatchString(lines[end-1]) {
		end--
	}
	if end == 0 || end == len(lines) {
		return a, fmt.Errorf("no request or no outcome")
	}
	a.request = strings.Join(lines[:end], "\n")
	if strings.HasPrefix(a.request, `\`) {
		text, err := strconv.Unquote(a.request[1:])
		if err != nil {
			return a, fmt.Errorf("request: %w", err)
		}
		a.request = text
	}
	a.request = repeated.ReplaceAllStringFunc(a.request, func(s string) string {
		m := repeated.FindStringSubmatch(s)
		n, _ := strconv.Atoi(m[1])
		return strings.Repeat(m[2], n)
	})
	for _, line := range lines[end:] {
		if err := a.readOutcome(outcomeLine.FindStringSubmatch(line)); err != nil {
			return a, err
		}
	}
	return a, nil
}

func (a *attack) readParams(text string) error {
	text = repeated.ReplaceAllStringFunc(text, func(s string) string {
		m := repeated.FindStringSubmatch(s)
		n, _ := strconv.Atoi(m[1])
		return strings.Repeat(m[2], n)
	})
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if strings.HasPrefix(text, "{") {
		return d.Decode(&a.named)
	}
	return d.Decode(&a.params)
}

func (a *attack) readOutcome(m []string) error {
	engine, mark, text := catalog.Engine(m[1]), m[2], m[3]
	o := a.outcomes[engine]
	switch {
	case mark == "!":
		parts := refusedLine.FindStringSubmatch(text)
		if parts == nil {
			return fmt.Errorf("outcome %q", text)
		}
		o = outcome{refused: true, code: parts[1] + parts[4], at: parts[2], status: parts[3], fragment: parts[5]}
	case text == "nothing":
		o.ordered = true
	default:
		o.ordered = mark == "="
		o.rows = append(o.rows, text)
	}
	a.outcomes[engine] = o
	return nil
}
