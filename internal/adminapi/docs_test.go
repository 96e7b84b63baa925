package adminapi

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/audit"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/httpjson"
)

const page = "../../docs/admin-api.md"

func readPage(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// matches gives the first group of every match, sorted, each once.
func matches(pattern, text string) []string {
	var found []string
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		found = append(found, m[1])
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func TestThePageHasEveryCallAndNoOther(t *testing.T) {
	source, err := os.ReadFile("adminapi.go")
	if err != nil {
		t.Fatal(err)
	}
	offered := matches(`"((?:GET|POST|PUT|DELETE) /admin/v1/[^"]+)"`, string(source))
	documented := matches("(?m)^### `([^`]+)`$", readPage(t))
	if !slices.Equal(offered, documented) {
		t.Errorf("the API offers\n%s\nthe page has\n%s", strings.Join(offered, "\n"), strings.Join(documented, "\n"))
	}
}

func TestThePageHasTheStatusesOfItsCodes(t *testing.T) {
	rows := regexp.MustCompile("(?m)^\\| (\\d+) \\| `([a-z_]+)` \\|").FindAllStringSubmatch(readPage(t), -1)
	if len(rows) == 0 {
		t.Fatal("the table of statuses is gone")
	}
	for _, row := range rows {
		if got := httpjson.Status(httpjson.Code(row[2])); fmt.Sprint(got) != row[1] {
			t.Errorf("the page gives %s the status %s, the API %d", row[2], row[1], got)
		}
	}
}

// example is one ```http block of the page that shows a request, with the
// answer that follows it. What is shown as a curl command runs against the demo,
// in cmd/vantelle.
type example struct {
	method, path, body string
	headers            []string
	answer             string // JSON, or empty where it is none
}

func examples(t *testing.T) []example {
	t.Helper()
	var all []example
	blocks := regexp.MustCompile("(?s)```http\n((?:GET|POST|PUT|DELETE) .*?)```\n```(json)?\n(.*?)```").FindAllStringSubmatch(readPage(t), -1)
	for _, b := range blocks {
		head, body, _ := strings.Cut(b[1], "\n\n")
		lines := bufio.NewScanner(strings.NewReader(head))
		lines.Scan()
		e := example{body: strings.TrimSpace(body)}
		e.method, e.path, _ = strings.Cut(lines.Text(), " ")
		for lines.Scan() {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			e.headers = append(e.headers, name, value)
		}
		if b[2] == "json" {
			e.answer = b[3]
		}
		all = append(all, e)
	}
	return all
}

// TestThePagesExamples runs them in the page's order, as a reader would.
func TestThePagesExamples(t *testing.T) {
	h := newHouse(t)
	h.imports("run-1", customer("BAGUES", "BAGUES", "Bagues & Fils"), customer("CARAT", "CARAT", "Carat"))
	if got := h.ask(keyAll, "PUT", "/admin/v1/dossiers/bijou/customers/CARAT/access", "{}"); got.status != http.StatusCreated {
		t.Fatalf("granting CARAT answered %d %s", got.status, got.text)
	}
	for _, id := range []string{"0F7K3A", "0F7K3B", "0F7K3C"} {
		_, _, err := h.store.AddRequest(t.Context(), directory.Request{ID: id, Dossier: "bijou", CustomerID: "CARAT", KeyID: "k", Kind: "order", Profile: "B2B", Version: 4,
			Body: `{"fields": {"reference": "PO 17"}, "lines": [{"article": "BAG-006", "quantity": 2}]}`}, 10)
		h.must(err)
	}
	h.asks("run-0b", directory.Decision{Kind: directory.DecideRenamed, CustomerID: "CARAT", OtherID: "BAGUES", Detail: "the ERP keeps both in the same row"})
	h.stopped("run-0")
	h.gate.answer = Explanation{Engine: "sqlite", Profile: "B2B", View: "5f0c", SQL: "SELECT …",
		Tables:  []ExplainedTable{{Name: "F_DOCENTETE", Columns: []string{"DO_Piece", "DO_Date"}, Rows: "DO_Tiers = :customer"}},
		Params:  []string{"the identity's :customer (text)", "the request's parameter (date)"},
		Columns: []ExplainedName{{Name: "DO_Piece", Type: "text(13)"}}}
	h.audit.records = []audit.Record{{Entry: audit.Entry{ID: "e1", Time: noon(), Dossier: "bijou", KeyID: "k", CustomerID: "BAGUES", Front: "sql",
		Action: audit.ActionRead, Tables: []string{"F_DOCENTETE"}, View: "B2B v1 5f0c", Decision: audit.Allow}, Outcome: &audit.Outcome{ID: "e1", Rows: 7, Millis: 12}}}

	h.prepareRules()

	all := examples(t)
	if calls := matches("(?m)^### `([^`]+)`$", readPage(t)); len(all) != len(calls) {
		t.Fatalf("the page has %d calls and %d examples", len(calls), len(all))
	}
	for _, e := range all {
		t.Run(e.method+" "+e.path, func(t *testing.T) {
			got := h.ask(keyAll, e.method, e.path, e.body, e.headers...)
			if got.status >= http.StatusMultipleChoices {
				t.Fatalf("answered %d %s", got.status, got.text)
			}
			if e.answer == "" {
				return
			}
			var want any
			if err := json.Unmarshal([]byte(e.answer), &want); err != nil {
				t.Fatalf("the page's answer is no JSON: %v", err)
			}
			contains(t, "answer", got.json, want)
		})
	}
}

// contains checks that got has all that want has; a list may go on.
func contains(t *testing.T, path string, got, want any) {
	t.Helper()
	switch want := want.(type) {
	case map[string]any:
		have, _ := got.(map[string]any)
		for k, v := range want {
			if _, ok := have[k]; !ok {
				t.Errorf("%s has no %s", path, k)
				continue
			}
			contains(t, path+"."+k, have[k], v)
		}
	case []any:
		have, _ := got.([]any)
		if len(have) < len(want) {
			t.Errorf("%s has %d items, the page shows %d", path, len(have), len(want))
			return
		}
		for i, v := range want {
			contains(t, fmt.Sprintf("%s[%d]", path, i), have[i], v)
		}
	default:
		if got != want {
			t.Errorf("%s is %v, the page says %v", path, got, want)
		}
	}
}
