package portal

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/sqlast"
)

// numbered gives an answer of n rows, in a column that is their number.
func numbered(n int) fakeAnswer {
	a := fakeAnswer{columns: []filter.Column{{Name: "n", Type: intType}}}
	for i := range n {
		a.rows = append(a.rows, []any{int64(i)})
	}
	return a
}

// counted gives the answer to a count.
func counted(n int64) fakeAnswer {
	return fakeAnswer{columns: []filter.Column{{Name: "count", Type: intType}}, rows: [][]any{{n}}}
}

func TestRowsQueries(t *testing.T) {
	tests := map[string]struct {
		table, query string
		headers      []string
		want         string
		params       []any
	}{
		"everything": {"F_DOCENTETE", "", nil,
			"SELECT * FROM F_DOCENTETE ORDER BY F_DOCENTETE.DO_Piece LIMIT $1", []any{int64(1001)}},
		"conditions, order and place": {"F_DOCENTETE", "?select=p:DO_Piece&DO_Ref=like.A*&DO_Total=gt.10.50&order=DO_Ref.desc.nullslast&limit=5&offset=10", nil,
			"SELECT DO_Piece AS p FROM F_DOCENTETE WHERE ((DO_Ref LIKE $1) AND (DO_Total > $2)) ORDER BY F_DOCENTETE.DO_Ref DESC NULLS LAST, F_DOCENTETE.DO_Piece LIMIT $3 OFFSET $4",
			[]any{"A%", "10.50", int64(6), int64(10)}},
		"a Range header": {"F_DOCENTETE", "", []string{"Range-Unit", "items", "Range", "10-19"},
			"SELECT * FROM F_DOCENTETE ORDER BY F_DOCENTETE.DO_Piece LIMIT $1 OFFSET $2", []any{int64(11), int64(10)}},
		"a limit beyond ours": {"F_DOCENTETE", "?limit=1000000", nil,
			"SELECT * FROM F_DOCENTETE ORDER BY F_DOCENTETE.DO_Piece LIMIT $1", []any{int64(10_001)}},
		"the key is not repeated": {"F_DOCENTETE", "?order=do_piece.desc,DO_Piece", nil,
			"SELECT * FROM F_DOCENTETE ORDER BY F_DOCENTETE.do_piece DESC LIMIT $1", []any{int64(1001)}},
		"an alias is not what is ordered by": {"F_DOCENTETE", "?select=DO_Ref:DO_Total&order=DO_Ref", nil,
			"SELECT DO_Total AS DO_Ref FROM F_DOCENTETE ORDER BY F_DOCENTETE.DO_Ref, F_DOCENTETE.DO_Piece LIMIT $1", []any{int64(1001)}},
		"a table in another case": {"f_docentete", "?limit=1", nil,
			"SELECT * FROM f_docentete ORDER BY f_docentete.DO_Piece LIMIT $1", []any{int64(2)}},
		"a table whose key is hidden is ordered by it": {"HEADLESS", "?limit=1", nil,
			`SELECT * FROM HEADLESS ORDER BY HEADLESS."\x00id" LIMIT $1`, []any{int64(2)}},
		"a hidden key comes behind the order": {"HEADLESS", "?select=b,doc,nothing&order=b.desc&limit=1", nil,
			`SELECT b, doc, nothing FROM HEADLESS ORDER BY HEADLESS.b DESC, HEADLESS."\x00id" LIMIT $1`, []any{int64(2)}},
		"a table without a key is ordered by all that can be": {"LOOSE", "?limit=1", nil,
			"SELECT * FROM LOOSE ORDER BY LOOSE.a, LOOSE.b LIMIT $1", []any{int64(2)}},
		"a table without a key is ordered by what is selected": {"LOOSE", "?select=b,doc,nothing&order=b.desc&limit=1", nil,
			"SELECT b, doc, nothing FROM LOOSE ORDER BY LOOSE.b DESC LIMIT $1", []any{int64(2)}},
		"a unique constraint without NULLs is a key": {"NUMBERED", "?limit=1", nil,
			"SELECT * FROM NUMBERED ORDER BY NUMBERED.b, NUMBERED.owner LIMIT $1", []any{int64(2)}},
		"a hidden column is asked for as any other": {"F_DOCENTETE", "?select=DO_Secret&DO_Secret=eq.1&order=DO_Secret&limit=1", nil,
			"SELECT DO_Secret FROM F_DOCENTETE WHERE (DO_Secret = $1) ORDER BY F_DOCENTETE.DO_Secret, F_DOCENTETE.DO_Piece LIMIT $2", []any{"1", int64(2)}},
		"a hidden table too": {"F_COMPTET", "?limit=1", nil,
			"SELECT * FROM F_COMPTET LIMIT $1", []any{int64(2)}},
		"a table that is nowhere too": {"NOWHERE", "?limit=1", nil,
			"SELECT * FROM NOWHERE LIMIT $1", []any{int64(2)}},
		"a table whose name is SQL": {"x;DROP%20TABLE%20y--", "?limit=1", nil,
			`SELECT * FROM "x;DROP TABLE y--" LIMIT $1`, []any{int64(2)}},
		"a table with a slash and a quote": {"a%2Fb%22", "?limit=1", nil,
			`SELECT * FROM "a/b\"" LIMIT $1`, []any{int64(2)}},
		"limit zero still asks": {"F_DOCENTETE", "?limit=0", nil,
			"SELECT * FROM F_DOCENTETE ORDER BY F_DOCENTETE.DO_Piece LIMIT $1", []any{int64(1)}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFront(numbered(0))
			w := f.ask("GET", "/v1/dossiers/bijou/rows/"+tt.table+tt.query, "", tt.headers...)
			if w.Code != 200 || len(f.gate.asked) != 1 {
				t.Fatalf("%d %s, asked %d times", w.Code, w.Body, len(f.gate.asked))
			}
			got := f.gate.asked[0]
			if show := showQuery(got.Query); show != tt.want {
				t.Errorf("\n got %s\nwant %s", show, tt.want)
			}
			if !reflect.DeepEqual(got.Params, tt.params) {
				t.Errorf("params %#v, want %#v", got.Params, tt.params)
			}
			if got.Text != "" || got.Named != nil || got.Front != "rows" {
				t.Errorf("the gate was asked %+v", got)
			}
		})
	}
}

// What differs by its values only is one query, so that plans are shared.
func TestValuesAreNotInTheQuery(t *testing.T) {
	ask := func(query string) *sqlast.Query {
		f := newFront(numbered(0))
		f.rows(query)
		return f.gate.asked[0].Query
	}
	a := ask("?DO_Ref=eq.a&DO_Total=in.(1,2)&limit=5&offset=5")
	b := ask("?DO_Ref=eq.b'--&DO_Total=in.(3,4)&limit=7&offset=9")
	if !reflect.DeepEqual(a, b) {
		t.Errorf("two queries:\n%s\n%s", showQuery(a), showQuery(b))
	}
}

func TestRowsAnswers(t *testing.T) {
	tests := map[string]struct {
		answers      []fakeAnswer
		query        string
		headers      []string
		status       int
		contentRange string
		body         string // "" for any
		asked        int
	}{
		"nothing":                             {[]fakeAnswer{numbered(0)}, "", nil, 200, "*/*", `[]`, 1},
		"everything":                          {[]fakeAnswer{numbered(2)}, "", nil, 200, "0-1/*", `[{"n":0},{"n":1}]`, 1},
		"a limit that leaves rows":            {[]fakeAnswer{numbered(3)}, "?limit=2", nil, 200, "0-1/*", `[{"n":0},{"n":1}]`, 1},
		"an offset":                           {[]fakeAnswer{numbered(2)}, "?offset=10", nil, 200, "10-11/*", "", 1},
		"an offset behind the end, uncounted": {[]fakeAnswer{numbered(0)}, "?offset=10", nil, 200, "*/*", `[]`, 1},
		"the default page cuts":               {[]fakeAnswer{numbered(11)}, "", nil, 206, "0-9/*", "", 1},
		"the default page just fits":          {[]fakeAnswer{numbered(10)}, "", nil, 200, "0-9/*", "", 1},
		"our largest page cuts":               {[]fakeAnswer{numbered(21)}, "?limit=1000", nil, 206, "0-19/*", "", 1},
		"the gate's cap cuts":                 {[]fakeAnswer{{columns: numbered(0).columns, rows: numbered(3).rows, truncated: true}}, "?limit=5", nil, 206, "0-2/*", "", 1},
		"limit zero":                          {[]fakeAnswer{numbered(1)}, "?limit=0", nil, 200, "*/*", `[]`, 1},
		"counted and whole":                   {[]fakeAnswer{numbered(2)}, "", []string{"Prefer", "count=exact"}, 200, "0-1/2", "", 1},
		"counted and partial":                 {[]fakeAnswer{numbered(3), counted(573)}, "?limit=2", []string{"Prefer", "count=exact"}, 206, "0-1/573", "", 2},
		"counted as planned":                  {[]fakeAnswer{numbered(3), counted(573)}, "?limit=2", []string{"Prefer", "count=planned"}, 206, "0-1/573", "", 2},
		"counted, the last page":              {[]fakeAnswer{numbered(2)}, "?offset=10", []string{"Prefer", "count=exact"}, 206, "10-11/12", "", 1},
		"counted, nothing":                    {[]fakeAnswer{numbered(0)}, "", []string{"Prefer", "count=exact"}, 200, "*/0", `[]`, 1},
		"counted, just behind the end":        {[]fakeAnswer{numbered(0), counted(10)}, "?offset=10", []string{"Prefer", "count=exact"}, 206, "*/10", `[]`, 2},
		"counted, limit zero":                 {[]fakeAnswer{numbered(1), counted(7)}, "?limit=0", []string{"Prefer", "count=exact"}, 206, "*/7", `[]`, 2},
		"a range":                             {[]fakeAnswer{numbered(3)}, "", []string{"Range", "4-5"}, 200, "4-5/*", "", 1},
		"CSV":                                 {[]fakeAnswer{numbered(2)}, "", []string{"Accept", "text/csv"}, 200, "0-1/*", "n\r\n0\r\n1\r\n", 1},
		"CSV that is cut says so too":         {[]fakeAnswer{numbered(11)}, "", []string{"Accept", "text/csv"}, 206, "0-9/*", "", 1},
		"numbers as strings":                  {[]fakeAnswer{numbered(1)}, "", []string{"Prefer", "numbers=string"}, 200, "0-0/*", `[{"n":"0"}]`, 1},
		"one object":                          {[]fakeAnswer{numbered(1)}, "", []string{"Accept", "application/vnd.pgrst.object+json"}, 200, "0-0/*", `{"n":0}`, 1},
		"one object by its short name":        {[]fakeAnswer{numbered(1)}, "", []string{"Accept", "application/vnd.pgrst.object"}, 200, "0-0/*", `{"n":0}`, 1},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for _, method := range []string{"GET", "HEAD"} {
				f := newFront(tt.answers...)
				f.config.Limits = Limits{Page: 10, MaxPage: 20}
				w := f.ask(method, "/v1/dossiers/bijou/rows/F_DOCENTETE"+tt.query, "", tt.headers...)
				if w.Code != tt.status || w.Header().Get("Content-Range") != tt.contentRange {
					t.Errorf("%s: %d, Content-Range %q; want %d, %q", method, w.Code, w.Header().Get("Content-Range"), tt.status, tt.contentRange)
				}
				if w.Header().Get("Range-Unit") != "items" {
					t.Errorf("%s: Range-Unit %q", method, w.Header().Get("Range-Unit"))
				}
				if len(f.gate.asked) != tt.asked || f.gate.closed != tt.asked {
					t.Errorf("%s: asked %d times, closed %d", method, len(f.gate.asked), f.gate.closed)
				}
				switch {
				case method == "HEAD" && w.Body.Len() > 0:
					t.Errorf("HEAD has the body %s", w.Body)
				case method == "GET" && tt.body != "" && w.Body.String() != tt.body:
					t.Errorf("body %s, want %s", w.Body, tt.body)
				}
				if method == "HEAD" && tt.body != "" && w.Header().Get("Content-Length") != fmt.Sprint(len(tt.body)) {
					t.Errorf("HEAD has Content-Length %s", w.Header().Get("Content-Length"))
				}
			}
		})
	}
}

func TestTheCountHasTheSameConditions(t *testing.T) {
	f := newFront(numbered(3), counted(573))
	w := f.rows("?select=DO_Piece&DO_Ref=eq.a&order=DO_Total&limit=2&offset=4", "Prefer", "count=exact")
	if w.Code != 206 || w.Header().Get("Preference-Applied") != "count=exact" {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	got := f.gate.asked[1]
	if show := showCount(got.Query); show != "SELECT COUNT(*) AS count FROM F_DOCENTETE WHERE (DO_Ref = $1)" {
		t.Errorf("the count is %s", show)
	}
	if !reflect.DeepEqual(got.Params, []any{"a"}) || got.RequestID != "request-1" {
		t.Errorf("the gate was asked %+v", got)
	}
}

// showCount is showQuery for a count, whose function's name is a bare word.
func showCount(q *sqlast.Query) string {
	call := q.Body.(*sqlast.Select).Items[0].(*sqlast.ExprItem).X.(*sqlast.Call)
	if call.Name.Quoted {
		panic("a quoted name is no function")
	}
	return showQuery(q)
}

func TestPostgRESTRefusals(t *testing.T) {
	tests := map[string]struct {
		answers []fakeAnswer
		query   string
		headers []string
		status  int
		code    string
		message string
		details string
		place   string
	}{
		"no row for an object": {[]fakeAnswer{numbered(0)}, "", []string{"Accept", mediaObject}, 406, "PGRST116",
			"Cannot coerce the result to a single JSON object", "The result contains 0 rows", ""},
		"two rows for an object": {[]fakeAnswer{numbered(2)}, "", []string{"Accept", mediaObject}, 406, "PGRST116",
			"Cannot coerce the result to a single JSON object", "The result contains 2 rows", ""},
		"an offset behind the end": {[]fakeAnswer{numbered(0), counted(5)}, "?offset=100", []string{"Prefer", "count=exact"}, 416, "PGRST103",
			"Requested range not satisfiable", "An offset of 100 was requested, but there are only 5 rows.", "*/5"},
		"a range that ends before it begins": {[]fakeAnswer{numbered(0)}, "", []string{"Range", "9-5"}, 416, "PGRST103",
			"Requested range not satisfiable", "The lower boundary must be lower than or equal to the upper boundary in the Range header.", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFront(tt.answers...)
			w := f.rows(tt.query, tt.headers...)
			doc := problemIn(t, w)
			if w.Code != tt.status || doc["code"] != tt.code || doc["message"] != tt.message || doc["details"] != tt.details {
				t.Errorf("%d %v", w.Code, doc)
			}
			if hint, has := doc["hint"]; !has || hint != nil || w.Header().Get("Content-Range") != tt.place {
				t.Errorf("hint %v, Content-Range %q", hint, w.Header().Get("Content-Range"))
			}
			if got := f.metrics.counted; len(got) != 1 || got[0] != "rows/bijou/"+tt.code {
				t.Errorf("counted %q", got)
			}
		})
	}
}

func TestRowsRefusedBeforeTheGate(t *testing.T) {
	tests := map[string]struct {
		path, accept string
		status       int
		code         string
	}{
		"a mistake in the query string": {"F_DOCENTETE?a=1", "", 400, "sql_syntax"},
		"what is not offered":           {"F_DOCENTETE?select=a->b", "", 400, "sql_unsupported"},
		"an Accept of another":          {"F_DOCENTETE", "application/x-ndjson", 406, "not_acceptable"},
		"a table that is no UTF-8":      {"%FF", "", 400, "sql_syntax"},
		"a table with NUL":              {"a%00b", "", 400, "sql_syntax"},
		"a negative offset":             {"F_DOCENTETE?offset=-1", "", 400, "sql_syntax"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFront(twoRows())
			w := f.ask("GET", "/v1/dossiers/bijou/rows/"+tt.path, "", "Accept", tt.accept)
			doc := problemIn(t, w)
			if w.Code != tt.status || doc["code"] != tt.code || doc["message"] != doc["detail"] || len(f.gate.asked) > 0 {
				t.Errorf("%d %v", w.Code, doc)
			}
		})
	}
}

func TestRowsThatFailMidwayAreAProblem(t *testing.T) {
	unaudited := numbered(2)
	unaudited.closeErr = refusal.New(refusal.AuditDown, "no audit")
	broken := numbered(2)
	broken.err, broken.failAfter = refusal.Because(errors.New("secret"), refusal.QueryFailed, "the ERP stopped"), true
	badCount := counted(0)
	badCount.rows[0][0] = "many"
	tests := map[string]struct {
		answers []fakeAnswer
		code    string
	}{
		"the ERP stops":                 {[]fakeAnswer{broken}, "query_failed"},
		"the audit entry cannot end":    {[]fakeAnswer{unaudited}, "audit_unavailable"},
		"the count is refused":          {[]fakeAnswer{numbered(3), {err: refusal.New(refusal.Timeout, "slow")}}, "erp_timeout"},
		"the count is no number":        {[]fakeAnswer{numbered(3), badCount}, "internal"},
		"the count has no row":          {[]fakeAnswer{numbered(3), numbered(0)}, "internal"},
		"two columns of the same name":  {[]fakeAnswer{{columns: append(numbered(0).columns, numbered(0).columns...)}}, "sql_unsupported"},
		"a page larger than it may be":  {[]fakeAnswer{numbered(100)}, "limit_exceeded"},
		"a row that has no second cell": {[]fakeAnswer{{columns: twoRows().columns, rows: [][]any{{"a"}}}}, "internal"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFront(tt.answers...)
			f.config.Limits.PageBytes = 200
			query := "?limit=2"
			if tt.code == "limit_exceeded" {
				query = "?limit=100"
			}
			w := f.rows(query, "Prefer", "count=exact")
			doc := problemIn(t, w)
			if doc["code"] != tt.code || w.Header().Get("Content-Range") != "" || w.Header().Get("Preference-Applied") != "" {
				t.Errorf("%d %v %v", w.Code, doc, w.Header())
			}
		})
	}
}

// Hidden and absent must be the same bytes: the gate says them, and this front
// adds nothing of its own.
func TestHiddenIsLikeAbsent(t *testing.T) {
	answer := func(path string) *httptest.ResponseRecorder {
		f := newFront(fakeAnswer{err: refusal.New(refusal.UnknownName, "there is no such name")})
		return f.ask("GET", "/v1/dossiers/bijou/rows/"+path, "")
	}
	for _, pair := range [][2]string{
		{"F_COMPTET", "NOWHERE"},
		{"F_DOCENTETE?select=DO_Secret", "F_DOCENTETE?select=DO_Nothing"},
		{"F_DOCENTETE?DO_Secret=eq.1", "F_DOCENTETE?DO_Nothing=eq.1"},
		{"F_DOCENTETE?order=DO_Secret", "F_DOCENTETE?order=DO_Nothing"},
		{"HEADLESS?order=id", "HEADLESS?order=nothing"},
	} {
		hidden, absent := answer(pair[0]), answer(pair[1])
		if hidden.Code != 400 || hidden.Body.String() != absent.Body.String() || !reflect.DeepEqual(hidden.Header(), absent.Header()) {
			t.Errorf("%s and %s:\n%d %s\n%d %s", pair[0], pair[1], hidden.Code, hidden.Body, absent.Code, absent.Body)
		}
	}
}

func TestNoViewNoRows(t *testing.T) {
	f := newFront(twoRows())
	f.gate.viewErr = refusal.New(refusal.Unavailable, "later")
	if w := f.rows(""); w.Code != 503 || len(f.gate.asked) > 0 {
		t.Errorf("rows: %d %s", w.Code, w.Body)
	}
	if w := f.ask("GET", "/v1/dossiers/bijou/catalog", ""); w.Code != 503 {
		t.Errorf("catalog: %d %s", w.Code, w.Body)
	}
}

func TestOnlyTheFirstObjectIsKept(t *testing.T) {
	f := newFront(numbered(1000))
	w := f.rows("", "Accept", mediaObject)
	if !strings.Contains(w.Body.String(), "The result contains 1000 rows") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
