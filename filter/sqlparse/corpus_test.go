package sqlparse_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/filter/sqlast"
	"github.com/vantelle/vantelle/filter/sqlast/sqlasttest"
	"github.com/vantelle/vantelle/filter/sqlparse"
)

var update = flag.Bool("update", false, "write what the parser says into testdata; read the difference before you commit it")

// entry is one case of a corpus file:
//
//	=== a sentence that names the case
//	the text of the request, on one or more lines
//	---
//	what is expected: the canonical text, or line:column code message
//
// A text whose first line starts with a quote and whose title ends with
// "(escaped)" is a Go string, for bytes that an editor would not keep.
type entry struct {
	title, written, text, expected string
}

func readCorpus(t testing.TB, path string) []entry {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var list []entry
	for _, part := range strings.Split("\n"+string(data), "\n=== ")[1:] {
		title, rest, _ := strings.Cut(part, "\n")
		written, expected, found := strings.Cut(rest, "\n---\n")
		if !found {
			t.Fatalf("%s: case %q has no line with --- only", path, title)
		}
		e := entry{title: title, written: written, text: written, expected: strings.TrimRight(expected, "\n")}
		if strings.HasSuffix(title, "(escaped)") {
			if e.text, err = strconv.Unquote(written); err != nil {
				t.Fatalf("%s: case %q: %v", path, title, err)
			}
		}
		list = append(list, e)
	}
	return list
}

func writeCorpus(t *testing.T, path string, list []entry) {
	t.Helper()
	var b strings.Builder
	for i, e := range list {
		if i > 0 {
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "=== %s\n%s\n---\n%s\n", e.title, e.written, e.expected)
	}
	if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// eachCase runs test on every case of a directory. test returns what the parser
// says, which is compared with, or written to, the file.
func eachCase(t *testing.T, dir string, test func(t *testing.T, e entry) string) {
	paths, err := filepath.Glob(filepath.Join("testdata", dir, "*.sql"))
	if err != nil {
		t.Fatal(err)
	}
	total, titles := 0, map[string]bool{}
	for _, path := range paths {
		list := readCorpus(t, path)
		for i, e := range list {
			total++
			if titles[e.title] {
				t.Errorf("%s: there are two cases %q", path, e.title)
			}
			titles[e.title] = true
			t.Run(filepath.Base(path)+"/"+e.title, func(t *testing.T) {
				got := test(t, e)
				if *update {
					list[i].expected = got
				} else if got != e.expected {
					t.Errorf("%s\n got %s\nwant %s", e.written, got, e.expected)
				}
			})
		}
		if *update {
			writeCorpus(t, path, list)
		}
	}
	if total < 120 {
		t.Errorf("testdata/%s holds %d cases: some are missing", dir, total)
	}
}

func TestAcceptedTextsAndTheirCanonicalForm(t *testing.T) {
	eachCase(t, "accept", func(t *testing.T, e entry) string {
		q, err := sqlparse.ParseQuery(e.text, sqlparse.Limits{})
		if err != nil {
			t.Fatalf("%s\nrefused: %v", e.text, err)
		}
		canonical := sqlast.Format(q)
		again, err := sqlparse.ParseQuery(canonical, sqlparse.Limits{})
		if err != nil {
			t.Fatalf("the canonical form %s is refused: %v", canonical, err)
		}
		if d := sqlasttest.Diff(q, again); d != "" {
			t.Errorf("the canonical form %s is another tree: %s", canonical, d)
		}
		checkPositions(t, e.text, q)
		return canonical
	})
}

func TestRefusedTextsAndTheReason(t *testing.T) {
	eachCase(t, "reject", func(t *testing.T, e entry) string {
		q, err := sqlparse.ParseQuery(e.text, sqlparse.Limits{})
		if err == nil {
			t.Fatalf("%s\nwas read as %s", e.written, sqlast.Format(q))
		}
		if q != nil {
			t.Errorf("%s\nhas an error and a tree", e.written)
		}
		var bad *sqlparse.Error
		if !errors.As(err, &bad) {
			t.Fatalf("the error is a %T", err)
		}
		checkError(t, e.text, bad)
		return fmt.Sprintf("%d:%d %s %s", bad.Line, bad.Col, bad.Code, bad.Msg)
	})
}

// checkError holds what is true of every error.
func checkError(t *testing.T, text string, e *sqlparse.Error) {
	t.Helper()
	switch e.Code {
	case sqlparse.CodeSyntax, sqlparse.CodeUnsupported, sqlparse.CodeLimit:
	default:
		t.Errorf("unknown code %q", e.Code)
	}
	if e.Pos < 0 || int(e.Pos) > len(text) || e.Line < 1 || e.Col < 1 {
		t.Errorf("the error stands outside the text: %+v", e)
	}
	if e.Msg == "" || strings.ContainsAny(e.Msg, "\n\r\x00") {
		t.Errorf("bad message %q", e.Msg)
	}
}
