package portal

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/internal/identity"
)

// twoRows is a small answer.
func twoRows() fakeAnswer {
	return fakeAnswer{
		columns: []filter.Column{{Name: "DO_Piece", Type: textType}, {Name: "DO_Total", Type: decimalType}},
		rows:    [][]any{{"FA1", "12.50"}, {"FA2", nil}},
	}
}

// problemIn reads a problem document and checks what each must have.
func problemIn(t *testing.T, w *httptest.ResponseRecorder) map[string]any {
	t.Helper()
	if got := w.Header().Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("Content-Type %q", got)
	}
	var doc map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		t.Fatalf("the body %q is no JSON: %v", w.Body, err)
	}
	if doc["status"] != float64(w.Code) || doc["request_id"] != "request-1" {
		t.Errorf("status %d, problem %v", w.Code, doc)
	}
	return doc
}

func TestEveryAnswerCarriesTheHeaders(t *testing.T) {
	for name, w := range map[string]*httptest.ResponseRecorder{
		"rows":        newFront(twoRows()).rows(""),
		"sql":         newFront(twoRows()).sql(`{"sql":"SELECT 1"}`),
		"catalog":     newFront().ask("GET", "/v1/dossiers/bijou/catalog", ""),
		"a refusal":   newFront(twoRows()).rows("?a=1"),
		"no key":      newFront().ask("GET", "/v1/dossiers/bijou/catalog", "", "Authorization", ""),
		"no path":     newFront().ask("GET", "/v2", ""),
		"no method":   newFront().ask("PUT", "/v1/dossiers/bijou/sql", ""),
		"not changed": newFront().ask("GET", "/v1/dossiers/bijou/catalog", "", "If-None-Match", "*"),
	} {
		h := w.Header()
		if h.Get("Cache-Control") != "no-store" || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("X-Request-Id") != "request-1" {
			t.Errorf("%s: headers %v", name, h)
		}
		vary := strings.Join(h.Values("Vary"), ", ")
		for _, name := range []string{"Authorization", "Vantelle-Customer", "Vantelle-Contact", "Accept"} {
			if !slices.Contains(strings.Split(vary, ", "), name) {
				t.Errorf("%s: Vary %q lacks %s", name, vary, name)
			}
		}
		if strings.Count(vary, "Accept-Language") != 1 {
			t.Errorf("%s: Vary is %q", name, vary)
		}
		for header := range h {
			if strings.HasPrefix(header, "Access-Control-") {
				t.Errorf("%s: %s is set", name, header)
			}
		}
	}
}

func TestWhoIsAsking(t *testing.T) {
	tests := map[string]struct {
		path    string
		headers []string
		err     error
		status  int
		code    string
		detail  string
	}{
		"no key":             {headers: []string{"Authorization", ""}, status: 401, code: "unauthorized", detail: "Authorization: Bearer"},
		"another scheme":     {headers: []string{"Authorization", "", "Authorization", "Basic dms="}, status: 401, code: "unauthorized"},
		"an unknown dossier": {path: "/v1/dossiers/other/rows/F_DOCENTETE", status: 404, code: "no_such_dossier"},
		"no customer":        {headers: []string{"Vantelle-Customer", ""}, status: 400, code: "bad_request", detail: "send the customer's code, or id: and its id"},
		"a shared code":      {headers: []string{"Vantelle-Customer", "", "Vantelle-Customer", "AMBIG"}, status: 409, code: "ambiguous_customer", detail: "id:ID"},
		"no access":          {headers: []string{"Vantelle-Customer", "", "Vantelle-Customer", "OTHER"}, status: 403, code: "no_access"},
		"two keys":           {headers: []string{"Authorization", "Bearer vk_other"}, status: 400, code: "bad_request", detail: "more than once"},
		"two customers":      {headers: []string{"Vantelle-Customer", "OTHER"}, status: 400, code: "bad_request", detail: "more than once"},
		"two contacts":       {headers: []string{"Vantelle-Contact", "1", "Vantelle-Contact", "2"}, status: 400, code: "bad_request", detail: "more than once"},
		"two actors":         {headers: []string{"Vantelle-Actor", "1", "Vantelle-Actor", "2"}, status: 400, code: "bad_request", detail: "more than once"},
		"a failed directory": {err: errors.New("disk on fire"), status: 500, code: "internal"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFront(twoRows())
			f.who.err = tt.err
			path := tt.path
			if path == "" {
				path = "/v1/dossiers/bijou/rows/F_DOCENTETE"
			}
			w := f.ask("GET", path, "", tt.headers...)
			doc := problemIn(t, w)
			detail, _ := doc["detail"].(string)
			if w.Code != tt.status || doc["code"] != tt.code || !strings.Contains(detail, tt.detail) {
				t.Errorf("%d %v", w.Code, doc)
			}
			if strings.Contains(w.Body.String(), "fire") {
				t.Error("the client learns what failed")
			}
			if len(f.gate.asked) > 0 {
				t.Error("the gate was asked")
			}
			if got := f.metrics.counted; len(got) != 1 || got[0] != "rows//"+tt.code {
				t.Errorf("counted %q", got)
			}
		})
	}
}

func TestTheCallerReachesTheGate(t *testing.T) {
	f := newFront(twoRows())
	w := f.sql(`{"sql":"SELECT 1"}`, "Vantelle-Contact", "7", "Vantelle-Actor", "marie%40bagues.fr")
	if w.Code != 200 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if want := []string{"bijou", "vk_test", "BAGUES", "7", "marie%40bagues.fr"}; !reflect.DeepEqual(f.who.asked, want) {
		t.Errorf("identity was asked for %q", f.who.asked)
	}
	got := f.gate.asked[0]
	if got.Caller.Customer.ID != "BAGUES" || got.Caller.Contact != "7" || got.RequestID != "request-1" || got.Front != "sql" {
		t.Errorf("the gate was asked %+v", got)
	}
	if f.gate.closed != 1 {
		t.Errorf("closed %d times", f.gate.closed)
	}
}

func TestADossierMayRequireTheActor(t *testing.T) {
	f := newFront(twoRows())
	f.config.RequireActor = func(dossier string) bool { return dossier == "bijou" }
	if w := f.rows(""); w.Code != 400 || !strings.Contains(w.Body.String(), "Vantelle-Actor") {
		t.Errorf("without: %d %s", w.Code, w.Body)
	}
	if w := f.rows("", "Vantelle-Actor", "marie"); w.Code != 200 {
		t.Errorf("with: %d %s", w.Code, w.Body)
	}
}

func TestPathsAndMethods(t *testing.T) {
	tests := map[string]struct {
		method, path string
		status       int
		allow        string
	}{
		"sql is posted":             {"GET", "/v1/dossiers/bijou/sql", 405, "POST"},
		"rows are not put":          {"PUT", "/v1/dossiers/bijou/rows/t", 405, "GET, HEAD, POST, PATCH, DELETE"},
		"no CORS":                   {"OPTIONS", "/v1/dossiers/bijou/rows/t", 405, "GET, HEAD, POST, PATCH, DELETE"},
		"the catalog is read":       {"POST", "/v1/dossiers/bijou/catalog", 405, "GET, HEAD"},
		"the root":                  {"GET", "/", 404, ""},
		"rows without a table":      {"GET", "/v1/dossiers/bijou/rows/", 404, ""},
		"rows of more than a table": {"GET", "/v1/dossiers/bijou/rows/t/1", 404, ""},
		"another version":           {"POST", "/v2/dossiers/bijou/sql", 404, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newFront(twoRows()).ask(tt.method, tt.path, "", "Authorization", "")
			doc := problemIn(t, w)
			if w.Code != tt.status || w.Header().Get("Allow") != tt.allow || doc["detail"] == nil {
				t.Errorf("%d, Allow %q, %v", w.Code, w.Header().Get("Allow"), doc)
			}
		})
	}
}

func TestErrorsOfTheGate(t *testing.T) {
	tests := map[string]struct {
		err    error
		status int
		code   string
		detail string // "" for none
	}{
		"a refusal":          {refusal.New(refusal.UnknownName, "there is no table X"), 400, "unknown_name", "there is no table X"},
		"a refusal wrapped":  {errors.Join(errors.New("secret"), refusal.New(refusal.CanFail, "it could fail")), 400, "can_fail", "it could fail"},
		"the ERP is down":    {refusal.Because(errors.New("secret"), refusal.Unavailable, "later"), 503, "erp_unavailable", "later"},
		"the ERP is slow":    {refusal.Because(errors.New("secret"), refusal.Timeout, "slow"), 504, "erp_timeout", "slow"},
		"the query failed":   {refusal.Because(errors.New("secret"), refusal.QueryFailed, "no"), 502, "query_failed", "no"},
		"no audit":           {refusal.Because(errors.New("secret"), refusal.AuditDown, "no audit"), 503, "audit_unavailable", "no audit"},
		"no access":          {refusal.New(refusal.NoAccess, "gone"), 403, "no_access", "gone"},
		"an internal one":    {refusal.Because(errors.New("secret"), refusal.Internal, "secret"), 500, "internal", ""},
		"an unforeseen one":  {errors.New("secret"), 500, "internal", ""},
		"an unheard-of code": {refusal.New("brand_new", "secret"), 500, "internal", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for call, w := range map[string]*httptest.ResponseRecorder{
				"rows": newFront(fakeAnswer{err: tt.err}).rows(""),
				"sql":  newFront(fakeAnswer{err: tt.err}).sql(`{"sql":"SELECT 1"}`),
			} {
				doc := problemIn(t, w)
				detail, _ := doc["detail"].(string)
				if w.Code != tt.status || doc["code"] != tt.code || detail != tt.detail {
					t.Errorf("%s: %d %v", call, w.Code, doc)
				}
				if strings.Contains(w.Body.String(), "secret") {
					t.Errorf("%s: the client learns the cause: %s", call, w.Body)
				}
				message, has := doc["message"].(string)
				if has != (call == "rows") || has && message == "" {
					t.Errorf("%s: message %q", call, message)
				}
			}
		})
	}
}

func TestCausesAreInTheLogOnly(t *testing.T) {
	f := newFront(fakeAnswer{err: refusal.Because(errors.New("duplicate key of customer 7"), refusal.QueryFailed, "no")})
	w := f.rows("?DO_Ref=eq.private")
	if strings.Contains(w.Body.String(), "duplicate") || !strings.Contains(f.log.String(), "duplicate key") {
		t.Errorf("body %s\nlog %s", w.Body, &f.log)
	}
	if strings.Contains(f.log.String(), "private") || strings.Contains(f.log.String(), "vk_test") {
		t.Errorf("the log holds a value or a key: %s", &f.log)
	}
}

func TestTimeLimit(t *testing.T) {
	f := newFront(twoRows())
	f.config.Limits.Time = time.Millisecond
	f.gate.do = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	w := f.rows("")
	if doc := problemIn(t, w); w.Code != http.StatusGatewayTimeout || doc["code"] != "erp_timeout" {
		t.Errorf("%d %v", w.Code, doc)
	}
}

func TestTheClientGoesAway(t *testing.T) {
	f := newFront(twoRows())
	ctx, cancel := context.WithCancel(context.Background())
	f.gate.do = func(ctx context.Context) error { cancel(); <-ctx.Done(); return ctx.Err() }
	w := httptest.NewRecorder()
	New(f.config).ServeHTTP(w, request("GET", "/v1/dossiers/bijou/rows/t", "").WithContext(ctx))
	if got := f.metrics.counted; w.Code != 499 || len(got) != 1 || got[0] != "rows/bijou/cancelled" {
		t.Errorf("%d, counted %q", w.Code, got)
	}
}

func TestAPanicIsAnInternalProblem(t *testing.T) {
	f := newFront(twoRows())
	f.gate.do = func(context.Context) error { panic("secret") }
	w := f.rows("")
	if doc := problemIn(t, w); w.Code != 500 || doc["code"] != "internal" || strings.Contains(w.Body.String(), "secret") {
		t.Errorf("%d %v", w.Code, doc)
	}
	if got := f.metrics.counted; len(got) != 1 || got[0] != "rows/bijou/internal" {
		t.Errorf("counted %q", got)
	}
}

func TestTheFrontsAreTold(t *testing.T) {
	f := newFront(twoRows())
	f.rows("")
	f.sql(`{"sql":"SELECT 1"}`)
	f.ask("GET", "/v1/dossiers/bijou/catalog", "")
	f.ask("GET", "/", "")
	if want := []string{"rows/bijou/ok", "sql/bijou/ok", "catalog/bijou/ok", "none//not_found"}; !reflect.DeepEqual(f.metrics.counted, want) {
		t.Errorf("counted %q", f.metrics.counted)
	}
}

// identity.Resolver is what the daemon passes in.
var _ Identifier = (*identity.Resolver)(nil)
