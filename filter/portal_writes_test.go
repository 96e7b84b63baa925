package filter_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/portal"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/identity"
)

// anybody lets in every customer that is named.
type anybody struct{}

func (anybody) Backend(_ context.Context, dossier, bearer, customer, contact, actor string) (identity.Caller, error) {
	if dossier != "d" || bearer != "vk_x" || customer == "" {
		return identity.Caller{}, identity.ErrNoAccess
	}
	return as(customer), nil
}

// send sends a request through the portal's front for ANNA. head is "METHOD
// path", then a header on each line.
func (w *workshop) send(t *testing.T, head, body string) (status int, answer string, h http.Header) {
	t.Helper()
	lines := strings.Split(head, "\n")
	method, target, _ := strings.Cut(lines[0], " ")
	path, query, _ := strings.Cut(target, "?")
	if query != "" {
		query = "?" + strings.NewReplacer(" ", "%20", "\"", "%22").Replace(query)
	}
	r := httptest.NewRequest(method, "/v1/dossiers/d/"+(&url.URL{Path: path}).EscapedPath()+query, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer vk_x")
	r.Header.Set(identity.HeaderCustomer, "ANNA")
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, l := range lines[1:] {
		name, value, _ := strings.Cut(l, ": ")
		r.Header.Set(name, value)
	}
	rec := httptest.NewRecorder()
	portal.New(portal.Config{Gate: w.gate, Identify: anybody{}, Logger: zerolog.Nop()}).ServeHTTP(rec, r)
	return rec.Code, strings.TrimSpace(rec.Body.String()), rec.Header()
}

const back = "\nPrefer: return=representation"

func TestPromise9WritesOverREST(t *testing.T) {
	on(t, workshops(t), func(t *testing.T, w *workshop) {
		for _, c := range []struct {
			head, body string
			status     int
			answer     string
		}{
			{"POST rows/orders", `{"ref":"R-1","qty":2}`, 201, ""},
			{"POST rows/orders?select=customer,ref,qty" + back, `{"ref":"R-2","qty":3}`, 201, `[{"customer":"ANNA","ref":"R-2","qty":3}]`},
			{"POST rows/orders?select=ref,note" + back, `[{"ref":"R-3","note":null},{"note":"n","ref":"R-4"}]`, 201, `[{"ref":"R-3","note":null},{"ref":"R-4","note":"n"}]`},
			{"POST rows/orders?columns=ref,note&select=ref,note,qty" + back, `[{"ref":"R-5","qty":9},{"ref":"R-6","note":"n"}]`, 201, `[{"ref":"R-5","note":null,"qty":null},{"ref":"R-6","note":"n","qty":null}]`},
			{"POST rows/orders?select=ref" + back + "\nAccept: application/vnd.pgrst.object+json", `{"ref":"R-7"}`, 201, `{"ref":"R-7"}`},
			{"POST rows/orders" + back, `[]`, 201, `[]`},
			{"POST rows/wishes?select=number:reference,remark,state" + back, `{"reference":"R-8","remark":"please"}`, 201, `[{"number":"R-8","remark":"please","state":"wish"}]`},
			{"PATCH rows/orders?ref=eq.R-1", `{"note":"changed"}`, 204, ""},
			{"PATCH rows/orders?ref=like.R-*&qty=gte.2&select=ref,note" + back, `{"note":"again"}`, 200, `[{"ref":"R-1","note":"again"},{"ref":"R-2","note":"again"}]`},
			{"PATCH rows/orders?ref=eq.NONE" + back, `{"note":"x"}`, 200, `[]`},
			{"PATCH rows/orders?ref=eq.NONE", `{"note":"x"}`, 204, ""},
			{"PATCH rows/orders?id=eq.104" + back, `{"note":"x"}`, 200, `[]`}, // somebody else's
			{"PATCH rows/orders?ref=eq.R-1" + back, `{}`, 200, `[]`},
			{"DELETE rows/orders?ref=in.(R-5,R-6)&select=ref" + back, "", 200, `[{"ref":"R-5"},{"ref":"R-6"}]`},
			{"DELETE rows/orders?ref=eq.R-5", "", 204, ""},
			{"DELETE rows/orders?id=eq.104" + back, "", 200, `[]`},
			{"POST sql", `{"sql":"UPDATE orders SET note = ? WHERE ref = 'R-1' RETURNING note","params":["by sql"]}`, 200, `{"columns":[{"name":"note","type":"text(40)"}],"rows":[["by sql"]],"affected":1,"truncated":false}`},
			{"POST sql", `{"sql":"DELETE FROM orders WHERE ref LIKE 'R-%'"}`, 200, `{"columns":[],"rows":[],"affected":6,"truncated":false}`},
			{"POST sql\nAccept: text/csv", `{"sql":"UPDATE orders SET note = 'c' WHERE id = 101 RETURNING id, note"}`, 200, "id,note\r\n101,c"},
		} {
			status, answer, h := w.send(t, c.head, c.body)
			if status != c.status || answer != c.answer {
				t.Errorf("%s %s: %d %s, want %d %s", c.head, c.body, status, answer, c.status, c.answer)
			}
			if strings.Contains(c.head, "return=") && h.Get("Preference-Applied") != "return=representation" {
				t.Errorf("%s: Preference-Applied %q", c.head, h.Get("Preference-Applied"))
			}
		}
		_, _, h := w.send(t, "PATCH rows/orders?id=in.(101,102)\nPrefer: count=exact", `{"note":"counted"}`)
		if h.Get("Content-Range") != "*/2" {
			t.Errorf("Content-Range %q", h.Get("Content-Range"))
		}
		if got := w.look(t, "SELECT COUNT(*) FROM orders WHERE customer = 'BORIS'"); got != "2" {
			t.Errorf("BORIS has %s orders", got)
		}
	})
}

func TestPromise9RefusedWritesOverREST(t *testing.T) {
	on(t, workshops(t), func(t *testing.T, w *workshop) {
		before := w.everything(t)
		for _, c := range []struct {
			head, body string
			status     int
			code       string
			row        int
			column     string
		}{
			{"PATCH rows/orders", `{"note":"x"}`, 400, "filter_required", 0, ""},
			{"DELETE rows/orders", "", 400, "filter_required", 0, ""},
			{"DELETE rows/orders?select=id", "", 400, "filter_required", 0, ""},
			{"DELETE rows/orders?limit=1&id=gt.0", "", 400, "sql_unsupported", 0, ""},
			{"POST rows/orders\nPrefer: resolution=merge-duplicates", `{"ref":"Q-1"}`, 400, "sql_unsupported", 0, ""},
			{"POST rows/orders?on_conflict=ref", `{"ref":"Q-1"}`, 400, "sql_unsupported", 0, ""},
			{"PUT rows/orders?id=eq.101", `{"ref":"Q-1"}`, 405, "method_not_allowed", 0, ""},
			{"POST rows/orders", `{"ref":"Q-1","nope":1}`, 400, "unknown_name", 0, ""},
			{"POST rows/orders", `{"ref":"Q-1","margin":1}`, 400, "unknown_name", 0, ""},
			{"POST rows/orders", `{"ref":"Q-1","stamp":"x"}`, 403, "read_only", 0, "stamp"},
			{"POST rows/orders", `{"ref":"Q-1","customer":"BORIS"}`, 403, "row_refused", 1, "customer"},
			{"POST rows/orders", `[{"ref":"Q-1"},{"ref":" "}]`, 422, "value_refused", 2, "ref"},
			{"POST rows/orders", `[{"ref":"Q-1","qty":1},{"ref":"Q-2","qty":"x"}]`, 422, "value_refused", 2, "qty"},
			{"POST rows/orders", `[{"ref":"Q-1","qty":[1]}]`, 422, "value_refused", 1, "qty"},
			{"POST rows/orders", `[{"ref":"Q-1"},{"ref":"Q-1"}]`, 409, "duplicate_key", 2, ""},
			{"POST rows/orders", `[{"ref":"Q-1"},{"ref":"Q-2","note":"n"}]`, 400, "bad_request", 2, ""},
			{"POST rows/orders", `[{"ref":"Q-1","note":"n"},{"ref":"Q-2"}]`, 400, "bad_request", 2, ""},
			{"POST rows/orders", `[{"ref":"Q-1"},7]`, 400, "bad_request", 2, ""},
			{"POST rows/orders", `{"ref":"Q-1","ref":"Q-2"}`, 400, "bad_request", 0, ""},
			{"POST rows/orders", `[{"ref":"Q-1"},{"re`, 400, "bad_request", 0, ""},
			{"POST rows/orders", `{"note":"n"}`, 422, "value_refused", 0, "ref"},
			{"POST rows/orders", `{"ref":"Q-1","note":"a\u0000b"}`, 400, "bad_request", 0, ""},
			{"POST rows/items", `{"ordered":104,"qty":1}`, 409, "reference_not_found", 1, "ordered"},
			{"POST rows/items", `{"ordered":9999,"qty":1}`, 409, "reference_not_found", 1, "ordered"},
			{"POST rows/depots", `{"id":7}`, 400, "unknown_name", 0, ""},
			{"POST rows/depots", `[]`, 400, "unknown_name", 0, ""},
			{"POST rows/articles", `{"code":"X"}`, 403, "read_only", 0, ""},
			{"POST rows/orders?select=ref,items(*)" + back, `{"ref":"Q-1"}`, 400, "sql_unsupported", 0, ""},
			{"POST rows/orders?select=ref,ref" + back, `{"ref":"Q-1"}`, 400, "sql_unsupported", 0, ""},
			{"POST rows/orders?select=margin" + back, `{"ref":"Q-1"}`, 400, "unknown_name", 0, ""},
			{"POST rows/orders?id=eq.1", `{"ref":"Q-1"}`, 400, "sql_unsupported", 0, ""},
			{"PATCH rows/orders?id=eq.101", `[{"note":"x"}]`, 400, "bad_request", 0, ""},
			{"PATCH rows/orders?id=eq.101", `{"customer":"BORIS"}`, 403, "read_only", 0, "customer"},
			{"PATCH rows/orders?id=eq.101", `{"id":7}`, 403, "read_only", 0, "id"},
			{"PATCH rows/orders?margin=gt.1", `{"note":"x"}`, 400, "unknown_name", 0, ""},
			{"PATCH rows/orders?id=eq.103", `{"note":"x"}`, 403, "read_only", 0, ""},
			{"PATCH rows/watched?id=eq.11", `{"team":2}`, 403, "row_refused", 0, ""},
			{"PATCH rows/orders?kind=eq.1" + back + "\nAccept: application/vnd.pgrst.object+json", `{"note":"x"}`, 406, "PGRST116", 0, ""},
			{"DELETE rows/orders?id=eq.104" + back + "\nAccept: application/vnd.pgrst.object+json", "", 406, "PGRST116", 0, ""},
			{"PATCH rows/orders?kind=eq.1\nPrefer: handling=strict, max-affected=1", `{"note":"x"}`, 400, "PGRST124", 0, ""},
			{"DELETE rows/orders?id=eq.101", "", 409, "rule_violated", 0, ""},
			{"DELETE rows/addresses?num=eq.1", "", 403, "read_only", 0, ""},
			{"POST sql", `{"sql":"UPDATE orders SET customer = 'BORIS'"}`, 403, "read_only", 0, "customer"},
		} {
			status, answer, _ := w.send(t, c.head, c.body)
			var problem struct {
				Code, Message string
				Row           int
				Column        string `json:"column_name"`
			}
			if err := json.Unmarshal([]byte(answer), &problem); err != nil {
				t.Errorf("%s %s: %d %s", c.head, c.body, status, answer)
				continue
			}
			if status != c.status || problem.Code != c.code || problem.Row != c.row || problem.Column != c.column {
				t.Errorf("%s %s: %d %s row %d column %q, want %d %s row %d column %q\n%s", c.head, c.body, status, problem.Code, problem.Row, problem.Column, c.status, c.code, c.row, c.column, answer)
			}
			if strings.HasPrefix(c.head[strings.Index(c.head, " ")+1:], "rows") && problem.Message == "" {
				t.Errorf("%s: no message for PostgREST's clients: %s", c.head, answer)
			}
			if after := w.everything(t); after != before {
				t.Fatalf("%s %s was refused, and changed\n%s\nto\n%s", c.head, c.body, before, after)
			}
		}
	})
}

// 5,000 rows of which one is bad: nothing is written, and it is named.
func TestPromise9ALargeBulkOverREST(t *testing.T) {
	w := workshops(t)[catalog.SQLite]
	w.gate = w.with(filter.Limits{Written: 10_000})
	bulk := func(bad int) string {
		var b strings.Builder
		b.WriteString("[")
		for i := range 5000 {
			if i > 0 {
				b.WriteString(",")
			}
			qty := "1"
			if i+1 == bad {
				qty = `"none"`
			}
			b.WriteString(`{"ref":"L-` + strconv.Itoa(i) + `","qty":` + qty + `}`)
		}
		return b.String() + "]"
	}
	before := w.everything(t)
	status, answer, _ := w.send(t, "POST rows/orders", bulk(4321))
	if status != 422 || !strings.Contains(answer, `"row":4321`) || !strings.Contains(answer, "qty") || w.everything(t) != before {
		t.Errorf("%d %s", status, answer)
	}
	if status, answer, _ := w.send(t, "POST rows/orders", bulk(0)); status != 201 {
		t.Errorf("%d %s", status, answer)
	}
	if got := w.look(t, "SELECT COUNT(*) FROM orders WHERE customer = 'ANNA' AND ref LIKE 'L-%'"); got != "5000" {
		t.Error(got)
	}
}

// The examples of writing in docs/portal-api.md do what they say, in their order.
func TestDocumentedWritesAreTrue(t *testing.T) {
	page, err := os.ReadFile("../docs/portal-api.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```http (request|answer)\n(.*?)```").FindAllStringSubmatch(string(page), -1)
	if len(blocks) < 10 || len(blocks)%2 != 0 {
		t.Fatalf("%d examples", len(blocks))
	}
	w := workshopsOn(t, workshopERP, workshopProfile, catalog.SQLite)[catalog.SQLite]
	for i := 0; i < len(blocks); i += 2 {
		head, body, _ := strings.Cut(strings.TrimSpace(blocks[i][2]), "\n\n")
		status, answer, _ := w.send(t, strings.Replace(head, "/v1/dossiers/{dossier}/", "", 1), body)
		code, want, _ := strings.Cut(strings.TrimSpace(blocks[i+1][2]), "\n")
		if code != strconv.Itoa(status) {
			t.Errorf("%s: %d %s, want %s", head, status, answer, code)
			continue
		}
		if status < 400 {
			if answer != want {
				t.Errorf("%s: %s, want %s", head, answer, want)
			}
			continue
		}
		var got, members map[string]any
		if json.Unmarshal([]byte(answer), &got) != nil || json.Unmarshal([]byte(want), &members) != nil {
			t.Fatalf("%s: %s", head, answer)
		}
		for name, value := range members {
			if got[name] != value {
				t.Errorf("%s: %s is %v, want %v", head, name, got[name], value)
			}
		}
	}
}

// A body of rows is looked at no further than it may go: without that, megabytes
// of {},{},… are hundreds of megabytes here, and seconds, also of one who may not
// write at all. What stands behind the border is no JSON, which nobody must notice.
func TestPromise10ABodyOfRowsIsReadNoFurtherThanItMay(t *testing.T) {
	on(t, workshopsOn(t, workshopERP, workshopProfile, catalog.SQLite), func(t *testing.T, w *workshop) {
		for name, c := range map[string]struct {
			head, body string
			status     int
			code       string
		}{
			"a table without writes":        {"POST rows/articles", `[{"code":"X"},no`, 403, "read_only"},
			"a table without this write":    {"POST rows/notes", `[{"body":"7"},no`, 403, "read_only"},
			"a table without a key":         {"PATCH rows/words?word=eq.X", `{"word":no`, 403, "read_only"},
			"no table":                      {"POST rows/depots", `[{"id":7},no`, 400, "unknown_name"},
			"one row too many":              {"POST rows/orders", "[" + strings.Repeat(`{"ref":"Q"},`, 1001) + "no", 400, "limit_exceeded"},
			"many empty rows":               {"POST rows/orders?columns=ref", "[" + strings.Repeat("{},", 1001) + "no", 400, "limit_exceeded"},
			"many columns":                  {"POST rows/orders", "{" + series(5001, `"c%d":1,`) + "no", 400, "limit_exceeded"},
			"many columns that nobody asks": {"POST rows/orders?columns=ref", "{" + series(500_001, `"c%d":1,`) + "no", 400, "limit_exceeded"},
			"many columns in many rows":     {"POST rows/orders?columns=ref" + series(999, ",c%d"), "[" + strings.Repeat("{},", 501) + "no", 400, "limit_exceeded"},
			"a list in a column":            {"POST rows/orders", `{"note":[` + strings.Repeat("1,", 500_001) + "no", 400, "limit_exceeded"},
			"lists in lists":                {"POST rows/orders", `{"note":` + strings.Repeat("[", 1001) + "no", 400, "limit_exceeded"},
		} {
			status, answer, _ := w.send(t, c.head, c.body)
			if status != c.status || !strings.Contains(answer, `"code":"`+c.code+`"`) {
				t.Errorf("%s: %d %s, want %d %s", name, status, answer, c.status, c.code)
			}
		}
		if status, answer, _ := w.send(t, "POST rows/orders", "["+strings.Repeat(`{"ref":"Q"},`, 900)+"no"); status != 400 || !strings.Contains(answer, "not JSON: wrong at byte 10803") {
			t.Errorf("a body that is no JSON: %d %s", status, answer)
		}
	})
}

// series is format for each number below n.
func series(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}
