package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// difference says how an answer is another than the one that a page shows;
// empty where it is that one. In a page … stands for any text, as a value for
// any value, and as the last item of a list for any more of them.
func (b block) difference(got answer, head bool) string {
	want := b.text
	if head {
		if b.lang != "http" {
			return "with -i the answer goes into a block ```http"
		}
		shown, body, _ := strings.Cut(want, "\n\n")
		if d := headDifference(got, shown); d != "" {
			return d
		}
		want = body
	}
	lang := b.lang
	if lang == "http" {
		lang = "json"
		if !strings.Contains(got.header.Get("Content-Type"), "json") {
			lang = "text"
		}
	}
	switch lang {
	case "json":
		return jsonAnswerDifference(got, want, head)
	case "ndjson":
		gotLines, wantLines := slices.Collect(strings.Lines(got.body)), slices.Collect(strings.Lines(want))
		if len(gotLines) != len(wantLines) || got.status != http.StatusOK {
			return fmt.Sprintf("status %d and %d lines, the page shows %d", got.status, len(gotLines), len(wantLines))
		}
		for i := range wantLines {
			if d := jsonTextDifference(gotLines[i], wantLines[i]); d != "" {
				return fmt.Sprintf("line %d: %s", i+1, d)
			}
		}
		return ""
	case "csv", "text":
		if !head && got.status != http.StatusOK {
			return fmt.Sprintf("status %d", got.status)
		}
		if body := strings.ReplaceAll(got.body, "\r\n", "\n"); !like(strings.TrimSuffix(body, "\n"), strings.TrimSuffix(want, "\n")) {
			return "another text"
		}
		return ""
	}
	return fmt.Sprintf("a block %q is no answer that the test can compare", b.lang)
}

// headDifference compares the status line, and the headers that the page shows.
func headDifference(got answer, shown string) string {
	lines := strings.Split(strings.TrimSpace(shown), "\n")
	if status := fmt.Sprintf("HTTP/1.1 %d %s", got.status, http.StatusText(got.status)); lines[0] != status {
		return fmt.Sprintf("the answer begins with %q, the page's with %q", status, lines[0])
	}
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ": ")
		if line == "…" {
			continue
		}
		if !like(got.header.Get(name), value) {
			return fmt.Sprintf("%s is %q, the page says %q", name, got.header.Get(name), value)
		}
	}
	return ""
}

// jsonAnswerDifference compares a JSON document. Where the page shows no
// status line, a problem's own status holds, else success.
func jsonAnswerDifference(got answer, want string, head bool) string {
	if d := jsonTextDifference(got.body, want); d != "" {
		return d
	}
	var problem struct{ Status int }
	_ = json.Unmarshal([]byte(want), &problem) // a list has no status
	switch {
	case problem.Status != 0 && problem.Status != got.status:
		return fmt.Sprintf("status %d, the problem says %d", got.status, problem.Status)
	case problem.Status == 0 && !head && got.status >= http.StatusMultipleChoices:
		return fmt.Sprintf("status %d", got.status)
	}
	return ""
}

func jsonTextDifference(got, want string) string {
	var g, w any
	for _, part := range []struct {
		text string
		into *any
		what string
	}{{got, &g, "the answer"}, {want, &w, "the page's answer"}} {
		d := json.NewDecoder(strings.NewReader(part.text))
		d.UseNumber() // 12.50 is not 12.5: every stored digit is promised
		if err := d.Decode(part.into); err != nil {
			return fmt.Sprintf("%s is no JSON: %v", part.what, err)
		}
		if d.More() {
			return part.what + " goes on behind its JSON"
		}
	}
	return jsonDifference("the answer", g, w)
}

func jsonDifference(path string, got, want any) string {
	if want == "…" {
		return ""
	}
	switch want := want.(type) {
	case map[string]any:
		have, ok := got.(map[string]any)
		if !ok {
			break
		}
		for _, k := range slices.Sorted(keysOf(want, have)) {
			if _, ok := have[k]; !ok {
				return fmt.Sprintf("%s has no %s", path, k)
			}
			if _, ok := want[k]; !ok {
				return fmt.Sprintf("%s has %s, which the page does not show", path, k)
			}
			if d := jsonDifference(path+"."+k, have[k], want[k]); d != "" {
				return d
			}
		}
		return ""
	case []any:
		have, ok := got.([]any)
		if !ok {
			break
		}
		open := len(want) > 0 && want[len(want)-1] == "…"
		if open {
			want = want[:len(want)-1]
		}
		if len(have) < len(want) || !open && len(have) > len(want) {
			return fmt.Sprintf("%s has %d items, the page shows %d", path, len(have), len(want))
		}
		for i := range want {
			if d := jsonDifference(fmt.Sprintf("%s[%d]", path, i), have[i], want[i]); d != "" {
				return d
			}
		}
		return ""
	case string:
		if have, ok := got.(string); ok && like(have, want) {
			return ""
		}
	default:
		if reflect.DeepEqual(got, want) {
			return ""
		}
	}
	return fmt.Sprintf("%s is %v, the page says %v", path, got, want)
}

// keysOf gives the keys of several, some of them twice.
func keysOf(all ...map[string]any) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for _, m := range all {
			for k := range m {
				if !yield(k) {
					return
				}
			}
		}
	}
}

// like compares a text with one in which … stands for any text.
func like(got, want string) bool {
	parts := strings.Split(want, "…")
	for i, p := range parts {
		parts[i] = regexp.QuoteMeta(p)
	}
	return regexp.MustCompile(`(?s)\A` + strings.Join(parts, ".*") + `\z`).MatchString(got)
}

func TestAnotherAnswerThanThePagesIsSeen(t *testing.T) {
	rows := func(body string) answer {
		return answer{status: http.StatusOK, header: http.Header{"Content-Type": {"application/json"}, "Content-Range": {"0-0/1"}}, body: body}
	}
	refused := answer{status: http.StatusForbidden, header: http.Header{}, body: `{"status":403}`}
	for name, tt := range map[string]struct {
		got         answer
		lang, shown string
		head        bool
		differs     string
	}{
		"the same, written otherwise":    {got: rows(`[{"a":1,"b":null}]`), lang: "json", shown: `[ {"b": null, "a": 1} ]`},
		"another value":                  {got: rows(`[{"a":1}]`), lang: "json", shown: `[{"a":2}]`, differs: "the answer[0].a is 1, the page says 2"},
		"another digit":                  {got: rows(`[12.5]`), lang: "json", shown: `[12.50]`, differs: "the answer[0] is 12.5, the page says 12.50"},
		"a number that is a text":        {got: rows(`["1"]`), lang: "json", shown: `[1]`, differs: "the answer[0] is 1, the page says 1"},
		"a member more":                  {got: rows(`{"a":1,"b":2}`), lang: "json", shown: `{"a":1}`, differs: "the answer has b, which the page does not show"},
		"a member less":                  {got: rows(`{}`), lang: "json", shown: `{"a":1}`, differs: "the answer has no a"},
		"an item more":                   {got: rows(`[1,2]`), lang: "json", shown: `[1]`, differs: "the answer has 2 items, the page shows 1"},
		"items that the page leaves out": {got: rows(`[1,2,3]`), lang: "json", shown: `[1,"…"]`},
		"a text that the page shortens":  {got: rows(`["demo (admin-1)"]`), lang: "json", shown: `["demo (…)"]`},
		"another text than shortened":    {got: rows(`["Camille"]`), lang: "json", shown: `["demo (…)"]`, differs: "the answer[0] is Camille, the page says demo (…)"},
		"a refusal for rows":             {got: refused, lang: "json", shown: `{"status":403}`},
		"a refusal of another status":    {got: refused, lang: "json", shown: `{"status":"…"}`, differs: "status 403"},
		"head and body":                  {got: rows(`[1]`), head: true, lang: "http", shown: "HTTP/1.1 200 OK\nContent-Range: 0-0/1\n…\n\n[1]"},
		"another status line":            {got: rows(`[1]`), head: true, lang: "http", shown: "HTTP/1.1 206 Partial Content\n\n[1]", differs: `the answer begins with "HTTP/1.1 200 OK", the page's with "HTTP/1.1 206 Partial Content"`},
		"another header":                 {got: rows(`[1]`), head: true, lang: "http", shown: "HTTP/1.1 200 OK\nContent-Range: 0-0/2\n\n[1]", differs: `Content-Range is "0-0/1", the page says "0-0/2"`},
		"a body not shown as head":       {got: rows(`[1]`), head: true, lang: "json", shown: `[1]`, differs: "with -i the answer goes into a block ```http"},
		"another line":                   {got: rows("{\"a\":1}\n{\"a\":2}\n"), lang: "ndjson", shown: "{\"a\":1}\n{\"a\":3}\n", differs: "line 2: the answer.a is 2, the page says 3"},
		"another CSV":                    {got: rows("a\r\n1\r\n"), lang: "csv", shown: "a\n2\n", differs: "another text"},
		"the same CSV":                   {got: rows("a\r\n1\r\n"), lang: "csv", shown: "a\n1\n"},
		"what cannot be compared":        {got: rows("a"), lang: "yaml", shown: "a", differs: `a block "yaml" is no answer that the test can compare`},
	} {
		t.Run(name, func(t *testing.T) {
			if d := (block{lang: tt.lang, text: tt.shown}).difference(tt.got, tt.head); d != tt.differs {
				t.Errorf("differs by %q, want %q", d, tt.differs)
			}
		})
	}
}
