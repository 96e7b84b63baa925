package httpjson

import (
	"bytes"
	"context"
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

	"github.com/rs/zerolog"
)

type question struct {
	SQL    string         `json:"sql"`
	Params []any          `json:"params"`
	Named  map[string]any `json:"named"`
}

func ask(handler http.Handler, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/v1/x?token=sesame", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

func problemIn(t *testing.T, w *httptest.ResponseRecorder) map[string]any {
	t.Helper()
	if got := w.Header().Get("Content-Type"); got != "application/problem+json" {
		t.Fatalf("Content-Type %s: %s", got, w.Body)
	}
	var doc map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if int(doc["status"].(float64)) != w.Code {
		t.Errorf("the document says %v, the answer %d", doc["status"], w.Code)
	}
	return doc
}

func TestHandleRefusesWhatItDoesNotUnderstand(t *testing.T) {
	handler := Handle(64, func(*http.Request, question) (string, error) { return "ok", nil })
	cases := map[string]struct {
		body        string
		contentType string
		code        Code
		detail      string
	}{
		"an unknown key":                     {`{"sql": "x", "sq": "y"}`, "", BadRequest, `unknown key "sq"`},
		"a key twice":                        {`{"sql": "x", "sql": "y"}`, "", BadRequest, `the key "sql" is given twice`},
		"a key twice, spelled with escapes":  {`{"sql": "x", "s\u0071l": "y"}`, "", BadRequest, `the key "sql" is given twice`},
		"a key twice further down":           {`{"named": {"a": [{"b": {}}, 1], "a": 2}}`, "", BadRequest, `the key "a" is given twice`},
		"something after the value":          {`{"sql": "x"} {}`, "", BadRequest, "something follows the JSON value"},
		"rubbish after the value":            {`{"sql": "x"}]`, "", BadRequest, "something follows the JSON value"},
		"no body":                            {" ", "", BadRequest, "the body is empty; it must be JSON"},
		"a body that ends early":             {`{"sql": `, "", BadRequest, "the body is not JSON: it ends too early"},
		"a body that is no JSON":             {`{sql}`, "", BadRequest, "the body is not JSON: wrong at byte 2"},
		"a body in another encoding":         {"{\"sql\": \"\xe9\"}", "", BadRequest, "the body is not UTF-8"},
		"a value of the wrong type":          {`{"sql": 1}`, "", BadRequest, "sql: a number is not expected here"},
		"a list for an object":               {`[]`, "", BadRequest, "a JSON object is expected, not a array"},
		"a body that is too long":            {`{"sql": "` + strings.Repeat("x", 64) + `"}`, "", BodyTooLarge, "at most 64 bytes are accepted"},
		"a form":                             {`{}`, "application/x-www-form-urlencoded", UnsupportedMediaType, "send the body as Content-Type: application/json"},
		"a content type that cannot be read": {`{}`, "application/json; =", UnsupportedMediaType, "send the body as Content-Type: application/json"},
		"another charset":                    {`{}`, "application/json; charset=latin1", UnsupportedMediaType, "send the body in UTF-8"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if c.contentType == "" {
				c.contentType = "application/json; charset=UTF-8"
			}
			w := ask(handler, c.body, "Content-Type", c.contentType)
			doc := problemIn(t, w)
			if doc["code"] != string(c.code) || doc["detail"] != c.detail || w.Code != Status(c.code) {
				t.Errorf("got %d %v", w.Code, doc)
			}
		})
	}
}

func TestHandleAnswers(t *testing.T) {
	var got question
	handler := Handle(1<<10, func(_ *http.Request, q question) (map[string]string, error) {
		got = q
		return map[string]string{"a": "<b>"}, nil
	})
	w := ask(handler, `{"sql": "x", "params": [9007199254740993, {"k": 1}, [1, 1]], "named": {"k": 1}}`)
	if w.Code != http.StatusOK || w.Body.String() != "{\"a\":\"<b>\"}\n" || w.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("got %d %s %v", w.Code, w.Body, w.Header())
	}
	if got.Params[0] != json.Number("9007199254740993") {
		t.Errorf("digits are lost: %v", got.Params[0])
	}
}

func TestHandleGetAndHead(t *testing.T) {
	handler := HandleGet(func(*http.Request) (int, error) { return 42, nil })
	for method, body := range map[string]string{http.MethodGet: "42\n", http.MethodHead: ""} {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(method, "/", nil))
		if w.Body.String() != body || w.Header().Get("Content-Length") != "3" {
			t.Errorf("%s: got %q %v", method, w.Body, w.Header())
		}
	}
}

func TestAnUnforeseenErrorTellsNothing(t *testing.T) {
	for name, fail := range map[string]func() (any, error){
		"an error":             func() (any, error) { return nil, errors.New("F_COMPTET: sesame") },
		"an unwritable value":  func() (any, error) { return func() {}, nil },
		"an internal problem":  func() (any, error) { return nil, Errorf(Internal, "sesame") },
		"an unknown code":      func() (any, error) { return nil, Errorf("no_such_code", "sesame") },
		"a panic":              func() (any, error) { panic("sesame") },
		"a panic of Go itself": func() (any, error) { var rec *recorder; return rec.code, nil },
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			handler := Middleware{Log: zerolog.New(&log), NewID: func() string { return "the-id" }}.
				Wrap(HandleGet(func(*http.Request) (any, error) { return fail() }))
			w := ask(handler, "")
			want := map[string]any{"type": "urn:vantelle:problem:internal", "title": "Internal error", "status": 500.0, "code": "internal", "request_id": "the-id"}
			if doc := problemIn(t, w); !reflect.DeepEqual(doc, want) {
				t.Errorf("got %v", doc)
			}
			if !strings.Contains(log.String(), `"level":"error"`) || !strings.Contains(log.String(), "the-id") {
				t.Errorf("the log says %s", log.String())
			}
		})
	}
}

func TestProblemDocuments(t *testing.T) {
	refuse := func(err error) http.Handler {
		return HandleGet(func(*http.Request) (any, error) { return nil, err })
	}
	t.Run("members are carried and never replace the standard ones", func(t *testing.T) {
		w := ask(refuse(fmt.Errorf("wrapped: %w", &Problem{Code: SQLSyntax, Detail: "expected FROM", Cause: errors.New("sesame"),
			Members: map[string]any{"position": 7, "status": 200, "request_id": "forged"}})), "")
		want := map[string]any{"type": "urn:vantelle:problem:sql_syntax", "title": "The SQL statement cannot be read", "status": 400.0,
			"code": "sql_syntax", "detail": "expected FROM", "position": 7.0}
		if doc := problemIn(t, w); !reflect.DeepEqual(doc, want) {
			t.Errorf("got %v", doc)
		}
	})
	t.Run("a member that is no JSON costs only the members", func(t *testing.T) {
		doc := problemIn(t, ask(refuse(&Problem{Code: Conflict, Detail: "d", Members: map[string]any{"f": func() {}}}), ""))
		if doc["code"] != "conflict" || doc["detail"] != "d" {
			t.Errorf("got %v", doc)
		}
	})
	t.Run("the title is in the caller's language", func(t *testing.T) {
		for header, want := range map[string]string{
			"": "Not found", "fr": "Introuvable", "fr-FR,fr;q=0.9,en;q=0.8": "Introuvable", "en-GB, fr;q=0.5": "Not found",
			"de": "Not found", "fr;q=0.1, en;q=0.2": "Not found", "fr;q=0": "Not found", "de, fr;q=x": "Not found", "FR": "Introuvable", "en,fr": "Not found", "fr,en": "Introuvable",
		} {
			if doc := problemIn(t, ask(refuse(Errorf(NotFound, "")), "", "Accept-Language", header)); doc["title"] != want {
				t.Errorf("%q: got %v", header, doc["title"])
			}
		}
	})
	t.Run("headers that a status calls for", func(t *testing.T) {
		w := ask(refuse(&Problem{Code: TooManyRequests, RetryAfter: 1500 * time.Millisecond}), "")
		if got := w.Header().Get("Retry-After"); got != "2" {
			t.Errorf("Retry-After %q", got)
		}
		if got := ask(refuse(Errorf(Unauthorized, "")), "").Header().Get("WWW-Authenticate"); got != "Bearer" {
			t.Errorf("WWW-Authenticate %q", got)
		}
	})
	t.Run("a caller who has gone is no internal error", func(t *testing.T) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		ctx, cancel := context.WithCancel(r.Context())
		cancel()
		if p := ProblemOf(r.WithContext(ctx), errors.New("x")); p.Code != Cancelled {
			t.Errorf("got %v", p)
		}
	})
}

func TestEveryCodeHasItsMeaning(t *testing.T) {
	for code, m := range meanings {
		if m.status < 400 || m.status > 599 || m.en == "" || m.fr == "" {
			t.Errorf("%s: %+v", code, m)
		}
		if strings.ToLower(string(code)) != string(code) || strings.ContainsAny(string(code), " -") {
			t.Errorf("%s is not in snake case", code)
		}
	}
	if len(meanings) != 39 {
		t.Errorf("%d codes: a code that was published must stay", len(meanings))
	}
}

func TestTheAccessLogKeepsSecrets(t *testing.T) {
	var log bytes.Buffer
	clock := time.Unix(0, 0)
	m := Middleware{Log: zerolog.New(&log), Front: "portal", NewID: func() string { return "made-here" }, Now: func() time.Time {
		clock = clock.Add(time.Second)
		return clock
	}}
	w := ask(m.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if got := RequestID(r.Context()); got != "made-here" {
			t.Errorf("the handler sees the id %q", got)
		}
		w.WriteHeader(http.StatusTeapot)
		_, _ = io.WriteString(w, "sesame")
	})), "sesame", "Authorization", "Bearer sesame", RequestIDHeader, "bad id: sesame")
	want := `{"level":"info","request_id":"made-here","front":"portal","method":"POST","path":"/v1/x","status":418,"bytes":6,"duration_ms":1000,"message":"request"}`
	if got := strings.TrimSpace(log.String()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := w.Header().Get(RequestIDHeader); got != "made-here" {
		t.Errorf("the answer carries the id %q", got)
	}
}

func TestRequestIDsFromOutside(t *testing.T) {
	handler := Middleware{Log: zerolog.Nop()}.Wrap(http.NotFoundHandler())
	for id, kept := range map[string]bool{"0123abcd-EF_.x": true, "short": false, "with space in it": false, "injected\"quote": false, strings.Repeat("x", 65): false, "": false} {
		got := ask(handler, "", RequestIDHeader, id).Header().Get(RequestIDHeader)
		if (got == id) != kept || len(got) < 8 {
			t.Errorf("%q became %q", id, got)
		}
	}
}

func TestAPanicAfterTheAnswerBeganCutsItOff(t *testing.T) {
	server := httptest.NewServer(Middleware{Log: zerolog.Nop()}.Wrap(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "half an answer")
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Error(err)
		}
		panic("x")
	})))
	defer server.Close()
	resp, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if body, err := io.ReadAll(resp.Body); err == nil {
		t.Errorf("the caller takes %q for a whole answer", body)
	}
}
