package portal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
)

func TestSQLBodies(t *testing.T) {
	tests := map[string]struct {
		body   string
		params []any
		named  map[string]any
	}{
		"no parameters":            {`{"sql":"S"}`, nil, nil},
		"null for parameters":      {`{"sql":"S","params":null}`, nil, nil},
		"an empty list":            {`{"sql":"S","params":[]}`, []any{}, nil},
		"every kind by position":   {`{"sql":"S","params":["a",1,null,true,false]}`, []any{"a", json.Number("1"), nil, true, false}, nil},
		"numbers keep every digit": {`{"sql":"S","params":[9223372036854775807,0.10,1e400,-0]}`, []any{json.Number("9223372036854775807"), json.Number("0.10"), json.Number("1e400"), json.Number("-0")}, nil},
		"by name":                  {`{"params":{"a":"x","b":2},"sql":"S"}`, nil, map[string]any{"a": "x", "b": json.Number("2")}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFront(twoRows())
			if w := f.sql(tt.body); w.Code != 200 {
				t.Fatalf("%d %s", w.Code, w.Body)
			}
			got := f.gate.asked[0]
			if got.Text != "S" || got.Query != nil || !reflect.DeepEqual(got.Params, tt.params) || !reflect.DeepEqual(got.Named, tt.named) {
				t.Errorf("the gate was asked %q with %#v and %#v", got.Text, got.Params, got.Named)
			}
		})
	}
}

func TestSQLBodiesRefused(t *testing.T) {
	tests := map[string]struct {
		body    string
		headers []string
		status  int
		code    string
	}{
		"no JSON":                 {`SELECT 1`, nil, 400, "bad_request"},
		"a list":                  {`["SELECT 1"]`, nil, 400, "bad_request"},
		"no text":                 {`{"params":[]}`, nil, 400, "bad_request"},
		"a blank text":            {`{"sql":"  "}`, nil, 400, "bad_request"},
		"a number as text":        {`{"sql":1}`, nil, 400, "bad_request"},
		"an unknown member":       {`{"sql":"S","limit":1}`, nil, 400, "bad_request"},
		"a member twice":          {`{"sql":"S","sql":"T"}`, nil, 400, "bad_request"},
		"a name twice":            {`{"sql":"S","params":{"a":1,"a":2}}`, nil, 400, "bad_request"},
		"something behind":        {`{"sql":"S"}{}`, nil, 400, "bad_request"},
		"broken off":              {`{"sql":"S"`, nil, 400, "bad_request"},
		"bytes that are no UTF-8": {"{\"sql\":\"\xff\"}", nil, 400, "bad_request"},
		"a list in a list":        {`{"sql":"S","params":[[1]]}`, nil, 400, "param_mismatch"},
		"an object in a list":     {`{"sql":"S","params":[{}]}`, nil, 400, "param_mismatch"},
		"a list under a name":     {`{"sql":"S","params":{"a":[1]}}`, nil, 400, "param_mismatch"},
		"a text for parameters":   {`{"sql":"S","params":"a"}`, nil, 400, "param_mismatch"},
		"NUL in a parameter":      {`{"sql":"S","params":["a\u0000"]}`, nil, 400, "param_mismatch"},
		"too large":               {`{"sql":"` + strings.Repeat("x", 2000) + `"}`, nil, 413, "body_too_large"},
		"another media type":      {`{"sql":"S"}`, []string{"Content-Type", "", "Content-Type", "text/plain"}, 415, "unsupported_media_type"},
		"a form":                  {`sql=S`, []string{"Content-Type", "", "Content-Type", "application/x-www-form-urlencoded"}, 415, "unsupported_media_type"},
		"an Accept of another":    {`{"sql":"S"}`, []string{"Accept", "text/html"}, 406, "not_acceptable"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFront(twoRows())
			f.config.Limits.Body = 1000
			w := f.sql(tt.body, tt.headers...)
			doc := problemIn(t, w)
			if w.Code != tt.status || doc["code"] != tt.code || doc["detail"] == nil {
				t.Errorf("%d %v", w.Code, doc)
			}
			if len(f.gate.asked) > 0 {
				t.Error("the gate was asked")
			}
		})
	}
}

func TestSQLAnswers(t *testing.T) {
	cut := twoRows()
	cut.truncated = true
	none := fakeAnswer{columns: twoRows().columns}
	tests := map[string]struct {
		answer  fakeAnswer
		headers []string
		kind    string
		want    string
	}{
		"JSON": {twoRows(), nil, "application/json; charset=utf-8",
			`{"columns":[{"name":"DO_Piece","type":"text"},{"name":"DO_Total","type":"decimal(24,6)"}],"rows":[["FA1",12.50],["FA2",null]],"truncated":false}`},
		"JSON cut by a cap": {cut, nil, "application/json; charset=utf-8",
			`{"columns":[{"name":"DO_Piece","type":"text"},{"name":"DO_Total","type":"decimal(24,6)"}],"rows":[["FA1",12.50],["FA2",null]],"truncated":true}`},
		"JSON without rows": {none, nil, "application/json; charset=utf-8",
			`{"columns":[{"name":"DO_Piece","type":"text"},{"name":"DO_Total","type":"decimal(24,6)"}],"rows":[],"truncated":false}`},
		"numbers as strings": {twoRows(), []string{"Prefer", "numbers=string"}, "application/json; charset=utf-8",
			`{"columns":[{"name":"DO_Piece","type":"text"},{"name":"DO_Total","type":"decimal(24,6)"}],"rows":[["FA1","12.50"],["FA2",null]],"truncated":false}`},
		"NDJSON": {twoRows(), []string{"Accept", "application/x-ndjson"}, "application/x-ndjson; charset=utf-8",
			"{\"DO_Piece\":\"FA1\",\"DO_Total\":12.50}\n{\"DO_Piece\":\"FA2\",\"DO_Total\":null}\n"},
		"NDJSON cut by a cap": {cut, []string{"Accept", "application/x-ndjson"}, "application/x-ndjson; charset=utf-8",
			"{\"DO_Piece\":\"FA1\",\"DO_Total\":12.50}\n{\"DO_Piece\":\"FA2\",\"DO_Total\":null}\n{\"vantelle\":{\"truncated\":true}}\n"},
		"NDJSON without rows": {none, []string{"Accept", "application/x-ndjson"}, "application/x-ndjson; charset=utf-8", ""},
		"CSV":                 {twoRows(), []string{"Accept", "text/csv"}, "text/csv; charset=utf-8", "DO_Piece,DO_Total\r\nFA1,12.50\r\nFA2,\r\n"},
		"CSV without rows":    {none, []string{"Accept", "text/csv"}, "text/csv; charset=utf-8", "DO_Piece,DO_Total\r\n"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newFront(tt.answer).sql(`{"sql":"S"}`, tt.headers...)
			if w.Code != 200 || w.Header().Get("Content-Type") != tt.kind || w.Body.String() != tt.want {
				t.Errorf("%d %s\n got %s\nwant %s", w.Code, w.Header().Get("Content-Type"), w.Body, tt.want)
			}
			if got := w.Header().Get("Content-Length"); got != fmt.Sprint(len(tt.want)) {
				t.Errorf("Content-Length %q", got)
			}
		})
	}
}

func TestSQLAnswersThatAFormCannotSay(t *testing.T) {
	twice := fakeAnswer{columns: []filter.Column{{Name: "a", Type: textType}, {Name: "a", Type: textType}}, rows: [][]any{{"1", "2"}}}
	notice := fakeAnswer{columns: []filter.Column{{Name: "vantelle", Type: textType}}}
	cut := twoRows()
	cut.truncated = true
	narrow := twoRows()
	narrow.rows[1] = narrow.rows[1][:1]
	odd := twoRows()
	odd.rows[1][1] = struct{}{}
	unaudited := twoRows()
	unaudited.closeErr = refusal.New(refusal.AuditDown, "no audit")
	tests := map[string]struct {
		answer fakeAnswer
		accept string
		status int
		code   string
	}{
		"two columns of one name in NDJSON":   {twice, "application/x-ndjson", 400, "sql_unsupported"},
		"the name of NDJSON's notice":         {notice, "application/x-ndjson", 400, "sql_unsupported"},
		"CSV cut by a cap":                    {cut, "text/csv", 400, "limit_exceeded"},
		"a row with too few cells":            {narrow, "application/json", 500, "internal"},
		"a row with too few cells, in CSV":    {narrow, "text/csv", 500, "internal"},
		"a row with too few cells, in NDJSON": {narrow, "application/x-ndjson", 500, "internal"},
		"a cell of no known type":             {odd, "application/json", 500, "internal"},
		"an audit entry that cannot be ended": {unaudited, "application/json", 503, "audit_unavailable"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFront(tt.answer)
			w := f.sql(`{"sql":"S"}`, "Accept", tt.accept)
			if doc := problemIn(t, w); w.Code != tt.status || doc["code"] != tt.code {
				t.Errorf("%d %v", w.Code, doc)
			}
			if f.gate.closed != 1 {
				t.Errorf("closed %d times", f.gate.closed)
			}
		})
	}
	if w := newFront(twice).sql(`{"sql":"S"}`); w.Code != 200 {
		t.Errorf("two columns of one name in JSON's lists: %d %s", w.Code, w.Body)
	}
}

func TestPlacesInTheText(t *testing.T) {
	text := "SELECT é,\n\t\"x\" FROM"
	tests := map[string]struct {
		offset                 int
		position, line, column float64
	}{
		"the first character": {0, 1, 1, 1},
		"behind an accent":    {strings.Index(text, ","), 9, 1, 9},
		"in the second line":  {strings.Index(text, `"x"`), 12, 2, 2},
		"the end":             {len(text), 20, 2, 10},
		"beyond the end":      {len(text) + 5, 20, 2, 10},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFront(fakeAnswer{err: &refusal.Error{Code: refusal.Syntax, Detail: "here", Pos: 0}})
			f.gate.answers[0].err.(*refusal.Error).Pos += sqlast.Pos(tt.offset)
			body, _ := json.Marshal(map[string]string{"sql": text})
			doc := problemIn(t, f.sql(string(body)))
			if doc["position"] != tt.position || doc["line"] != tt.line || doc["column"] != tt.column {
				t.Errorf("position %v, line %v, column %v", doc["position"], doc["line"], doc["column"])
			}
		})
	}
	doc := problemIn(t, newFront(fakeAnswer{err: refusal.New(refusal.Syntax, "somewhere")}).sql(`{"sql":"S"}`))
	if _, has := doc["position"]; has {
		t.Errorf("a place where there is none: %v", doc)
	}
}

// large gives an answer of several flushes that ends in err.
func large(err error) fakeAnswer {
	a := fakeAnswer{columns: []filter.Column{{Name: "a", Type: textType}}, err: err, failAfter: true}
	for i := range 3 * flushAt / 100 {
		a.rows = append(a.rows, []any{fmt.Sprintf("%0100d", i)})
	}
	return a
}

// over sends a request over a real connection and reads the answer.
func over(t *testing.T, f *front, accept string) (*http.Response, string, error) {
	t.Helper()
	server := httptest.NewServer(New(f.config))
	defer server.Close()
	r := request("POST", "/v1/dossiers/bijou/sql", `{"sql":"S"}`, "Accept", accept)
	out, _ := http.NewRequest(r.Method, server.URL+r.URL.Path, r.Body)
	out.Header = r.Header
	resp, err := server.Client().Do(out)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp, string(body), err
}

func TestALargeAnswerIsWhole(t *testing.T) {
	for _, accept := range []string{mediaJSON, mediaNDJSON, mediaCSV} {
		f := newFront(large(nil))
		resp, body, err := over(t, f, accept)
		if err != nil || resp.StatusCode != 200 || resp.ContentLength != -1 {
			t.Errorf("%s: %v, %d, length %d", accept, err, resp.StatusCode, resp.ContentLength)
		}
		if got := strings.Count(body, "0000"); got < len(f.gate.answers[0].rows) {
			t.Errorf("%s: rows are missing", accept)
		}
		if accept == mediaJSON && !json.Valid([]byte(body)) {
			t.Errorf("%s: no JSON", accept)
		}
	}
}

func TestAnAnswerThatFailsMidwayNeverLooksWhole(t *testing.T) {
	failure := refusal.Because(errors.New("secret"), refusal.QueryFailed, "the ERP stopped")
	for _, accept := range []string{mediaJSON, mediaCSV} {
		f := newFront(large(failure))
		resp, body, err := over(t, f, accept)
		if err == nil {
			t.Errorf("%s: the connection ended well after %d bytes", accept, len(body))
		}
		if resp.StatusCode != 200 || strings.Contains(body, "secret") || f.gate.closed != 1 {
			t.Errorf("%s: %d, closed %d", accept, resp.StatusCode, f.gate.closed)
		}
		if !strings.Contains(f.log.String(), "secret") {
			t.Errorf("%s: the log does not know why: %s", accept, &f.log)
		}
		if got := f.metrics.counted; len(got) != 1 || got[0] != "sql/bijou/query_failed" {
			t.Errorf("%s: counted %q", accept, got)
		}
	}
	cut := large(nil)
	cut.truncated = true
	if _, _, err := over(t, newFront(cut), mediaCSV); err == nil {
		t.Error("CSV that a cap cut ended well")
	}
}

func TestNDJSONSaysThatItFailed(t *testing.T) {
	f := newFront(large(refusal.Because(errors.New("secret"), refusal.QueryFailed, "the ERP stopped")))
	_, body, err := over(t, f, mediaNDJSON)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(body, "\n"), "\n")
	if len(lines) != len(f.gate.answers[0].rows)+1 {
		t.Errorf("%d lines for %d rows", len(lines), len(f.gate.answers[0].rows))
	}
	want := `{"vantelle":{"problem":{"code":"query_failed","detail":"the ERP stopped","request_id":"request-1","status":502}}}`
	if got := lines[len(lines)-1]; got != want {
		t.Errorf("the last line is %s", got)
	}
	if !strings.Contains(f.log.String(), "secret") {
		t.Errorf("the log does not know why: %s", &f.log)
	}
}

func TestHalfARowIsNotSent(t *testing.T) {
	a := large(nil)
	a.rows = append(a.rows, []any{struct{}{}})
	_, body, err := over(t, newFront(a), mediaNDJSON)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(body) {
		if !json.Valid([]byte(line)) {
			t.Errorf("no JSON: %.60q", line)
		}
	}
	if !strings.HasSuffix(body, `{"vantelle":{"problem":{"code":"internal","request_id":"request-1","status":500}}}`+"\n") {
		t.Errorf("the end is %q", body[max(0, len(body)-120):])
	}
}

// stuckWriter is a client that does not read.
type stuckWriter struct {
	*httptest.ResponseRecorder
	deadline time.Time
}

func (w *stuckWriter) SetWriteDeadline(t time.Time) error { w.deadline = t; return nil }
func (w *stuckWriter) Write([]byte) (int, error)          { return 0, io.ErrShortWrite }

func TestAClientThatDoesNotReadIsLeft(t *testing.T) {
	f := newFront(large(nil))
	w := &stuckWriter{ResponseRecorder: httptest.NewRecorder()}
	defer func() {
		if cause := recover(); cause != http.ErrAbortHandler {
			t.Errorf("the handler ended with %v", cause)
		}
		if w.deadline.IsZero() || f.gate.closed != 1 {
			t.Errorf("deadline %v, closed %d", w.deadline, f.gate.closed)
		}
		if got := f.metrics.counted; len(got) != 1 || got[0] != "sql/bijou/cancelled" {
			t.Errorf("counted %q", got)
		}
	}()
	New(f.config).ServeHTTP(w, request("POST", "/v1/dossiers/bijou/sql", `{"sql":"S"}`))
}
