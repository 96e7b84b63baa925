package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/profiles"
)

func TestOneRequestGivesEachCustomerHisOwnRows(t *testing.T) {
	h := Handler(pageConfig(t))
	const query = "SELECT DO_Piece, DO_Date, DO_TotalTTC FROM F_DOCENTETE WHERE DO_Type = 7"
	left, right := runAs(t, h, Bagues, query, true), runAs(t, h, Carat, query, true)
	if got := shownRow(left, 0); left.Count != 1 || got != "FA1|2026-01-05|1200.5" {
		t.Errorf("Bagues gets %d rows: %s", left.Count, got)
	}
	if got := shownRow(right, 0); right.Count != 1 || got != "STRANGER1|2026-01-07|666" {
		t.Errorf("Carat gets %d rows: %s", right.Count, got)
	}
	if left.Name != "<b>Bagues</b> & Alliances" || left.Profile != "B2B" || left.Columns[0].Kind != "text" || left.Columns[2].Kind != "number" {
		t.Errorf("%+v", left)
	}
	if len(left.Tables) != 1 {
		t.Fatalf("tables %+v", left.Tables)
	}
	// Six headers, of two customers: Bagues sees two, the rest is Carat's, a
	// purchase and a draft.
	if n := left.Tables[0]; n.Name != "F_DOCENTETE" || *n.Rows != 6 || *n.Customers != 2 || *n.Visible != 2 {
		t.Errorf("numbers %s %d %d %d", n.Name, *n.Rows, *n.Customers, *n.Visible)
	}
	var printedWith []string
	for _, p := range left.Printed {
		if p.SQL == "" || len(p.Params) == 0 || p.Params[0].Origin != "identity" || p.Params[0].Name != "customer" {
			t.Errorf("%s: %+v", p.Engine, p)
			continue
		}
		printedWith = append(printedWith, p.Params[0].Mark)
	}
	if !slices.Equal(printedWith, []string{"?1", "@p1", "$1"}) {
		t.Errorf("parameters are spelled %q", printedWith)
	}
	if strings.Contains(fmt.Sprint(left.Printed), "BAGUES") {
		t.Error("a printed statement holds the customer")
	}
}

// shownRow joins a row's cells.
func shownRow(a runAnswer, i int) string {
	if i >= len(a.Rows) {
		return ""
	}
	var cells []string
	for _, c := range a.Rows[i] {
		if c == nil {
			cells = append(cells, "NULL")
			continue
		}
		cells = append(cells, *c)
	}
	return strings.Join(cells, "|")
}

func TestEveryExampleAnswersBothCustomers(t *testing.T) {
	h := Handler(pageConfig(t))
	for _, s := range examples() {
		left, right := runAs(t, h, Bagues, s.sql, true), runAs(t, h, Carat, s.sql, true)
		if left.Refusal != nil || right.Refusal != nil || left.Count == 0 || right.Count == 0 {
			t.Errorf("%s: %+v %+v", s.key, left.Refusal, right.Refusal)
			continue
		}
		if body := bodyOf(t, left.Rows); strings.Contains(body, "STRANGER") || strings.Contains(body, "666") || body == bodyOf(t, right.Rows) {
			t.Errorf("%s: Bagues gets %s", s.key, body)
		}
		for _, p := range left.Printed {
			if p.Refused != "" {
				t.Errorf("%s cannot be said on %s: %s", s.key, p.Engine, p.Refused)
			}
		}
		for _, n := range left.Tables {
			if n.Rows == nil || n.Customers == nil || n.Visible == nil || *n.Visible > *n.Rows {
				t.Errorf("%s: numbers of %s are missing or wrong", s.key, n.Name)
			}
		}
	}
}

func TestEveryAttackIsRefusedOrHarmless(t *testing.T) {
	h := Handler(pageConfig(t))
	want := map[string]string{
		"or": "2 rows", "union": "3 rows", "cost": "unknown_name at 1:27", "order": "unknown_name at 3:10", "cte": "1 rows",
		"system": "unknown_name at 1:23", "stacked": "sql_unsupported at 1:33", "oracle": "0 rows", "subquery": "1 rows",
		"comment": "0 rows", "versioned": "sql_unsupported at 3:19", "alias": "2 rows", "like": "1 rows",
		"identity": "param_mismatch at 3:18", "write": "read_only at 0:0", "outer": "1 rows",
	}
	for _, s := range attacks() {
		a := runAs(t, h, Bagues, strings.ReplaceAll(s.sql, "{other}", Carat), false)
		got := fmt.Sprintf("%d rows", a.Count)
		if r := a.Refusal; r != nil {
			got = fmt.Sprintf("%s at %d:%d", r.Code, r.Line, r.Column)
			if r.Status != http.StatusBadRequest && r.Status != http.StatusForbidden || r.Title == "" || r.Detail == "" {
				t.Errorf("%s: %+v", s.key, r)
			}
		}
		if got != want[s.key] {
			t.Errorf("%s: %s, want %s", s.key, got, want[s.key])
		}
		a.Millis = 0 // how long it took may be any number
		if body := bodyOf(t, a); strings.Contains(body, "STRANGER") || strings.Contains(body, "666") {
			t.Errorf("%s gives what is somebody else's or hidden: %s", s.key, body)
		}
		delete(want, s.key)
	}
	if len(want) > 0 {
		t.Errorf("no such attacks: %v", slices.Sorted(maps.Keys(want)))
	}
}

func bodyOf(t *testing.T, v any) string {
	t.Helper()
	body, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestWhoHasNoAccessGetsNothing(t *testing.T) {
	h := Handler(pageConfig(t))
	a := runAs(t, h, NoAccess, "SELECT * FROM F_DOCENTETE", true)
	if a.Refusal == nil || a.Refusal.Code != "no_access" || a.Refusal.Status != http.StatusForbidden || a.Refusal.Line != 0 || len(a.Rows)+len(a.Printed)+len(a.Tables) != 0 {
		t.Errorf("%+v", a)
	}
	if len(a.Calls) != len(callNames) {
		t.Error("the call that is refused is not shown")
	}
}

func TestOnlyThePageMayAsk(t *testing.T) {
	h := Handler(pageConfig(t))
	const fine = `{"customer":"BAGUES","sql":"SELECT 1"}`
	for name, c := range map[string]struct {
		method, body string
		header       []string
		status       int
		code         string
	}{
		"the page's own request":       {"POST", fine, []string{"Sec-Fetch-Site", "same-origin"}, 200, ""},
		"a request without a browser":  {"POST", fine, nil, 200, ""},
		"another site":                 {"POST", fine, []string{"Sec-Fetch-Site", "cross-site"}, 403, "no_access"},
		"another origin":               {"POST", fine, []string{"Origin", "http://elsewhere.test"}, 403, "no_access"},
		"a form":                       {"POST", "customer=BAGUES", []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, "unsupported_media_type"},
		"GET":                          {"GET", "", nil, 405, "method_not_allowed"},
		"a body beyond the limit":      {"POST", `{"sql":"` + strings.Repeat("x", maxBody) + `"}`, nil, 413, "body_too_large"},
		"an unknown key":               {"POST", `{"customer":"BAGUES","sql":"SELECT 1","rows":1000}`, nil, 400, "bad_request"},
		"no statement":                 {"POST", `{"customer":"BAGUES","sql":" "}`, nil, 400, "bad_request"},
		"a customer not offered":       {"POST", `{"customer":"FOURNISSEUR","sql":"SELECT 1"}`, nil, 403, "no_access"},
		"a customer by id":             {"POST", `{"customer":"id:BAGUES","sql":"SELECT 1"}`, nil, 403, "no_access"},
		"a customer in another casing": {"POST", `{"customer":"bagues","sql":"SELECT 1"}`, nil, 403, "no_access"},
		"nobody":                       {"POST", `{"sql":"SELECT 1"}`, nil, 403, "no_access"},
	} {
		t.Run(name, func(t *testing.T) {
			w := visit(h, c.method, "/demo/api/run", c.body, append([]string{"Content-Type", "application/json"}, c.header...)...)
			var problem struct{ Code string }
			if err := json.Unmarshal(w.Body.Bytes(), &problem); err != nil {
				t.Fatal(err)
			}
			if w.Code != c.status || problem.Code != c.code {
				t.Errorf("%d %s, want %d %s", w.Code, problem.Code, c.status, c.code)
			}
		})
	}
}

func TestAFailingDirectoryIsNotTold(t *testing.T) {
	c := pageConfig(t)
	c.Caller = func(context.Context, string) (identity.Caller, error) {
		return identity.Caller{}, errors.New("disk full")
	}
	w := visit(Handler(c), "POST", "/demo/api/run", `{"customer":"BAGUES","sql":"SELECT 1"}`, "Content-Type", "application/json")
	if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "disk") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestMoreRowsAreCountedThanShown(t *testing.T) {
	h := Handler(pageConfig(t))
	// Two documents, six times with each other: 64.
	a := runAs(t, h, Bagues, "SELECT t0.DO_Piece FROM F_DOCENTETE t0"+manyTimes(5, ", F_DOCENTETE t%d"), false)
	if a.Count != 64 || len(a.Rows) != shownRows || a.More {
		t.Errorf("%d rows counted, %d shown, more %t", a.Count, len(a.Rows), a.More)
	}
	long := runAs(t, h, Bagues, "SELECT t0.DO_Piece FROM F_DOCENTETE t0"+manyTimes(13, ", F_DOCENTETE t%d"), false)
	if long.Count != maxRows || !long.More {
		t.Errorf("%d rows counted, more %t, %+v", long.Count, long.More, long.Refusal)
	}
}

func manyTimes(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i+1)
	}
	return b.String()
}

func TestNumbersThatCannotBeCountedAreLeftOut(t *testing.T) {
	c := pageConfig(t)
	c.Unfiltered = nil
	c.Owners = func(context.Context, string) (int64, error) { return 0, errors.New("not now") }
	a := runAs(t, Handler(c), Bagues, "SELECT * FROM F_COMPTET", true)
	if n := a.Tables[0]; n.Rows != nil || n.Customers != nil || *n.Visible != 1 {
		t.Errorf("%+v", n)
	}
}

func TestPlacesAreCountedInCharacters(t *testing.T) {
	h := Handler(pageConfig(t))
	a := runAs(t, h, Bagues, "SELECT DO_Piece\nFROM F_DOCENTETE WHERE DO_Ref = 'É€😀' AND DL_PrixRU = 1", false)
	if r := a.Refusal; r == nil || r.Line != 2 || r.Column != 43 {
		t.Errorf("%+v", r)
	}
}

func TestCells(t *testing.T) {
	noon := time.Date(2026, 1, 5, 12, 30, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		value any
		kind  sqltype.Kind
		want  string
	}{
		"a Sage date":     {noon.Truncate(24 * time.Hour), sqltype.Timestamp, "2026-01-05"},
		"a moment":        {noon, sqltype.Timestamp, "2026-01-05 12:30:00"},
		"a date":          {noon, sqltype.Date, "2026-01-05"},
		"a time":          {noon, sqltype.Time, "12:30:00"},
		"a whole number":  {int64(-7), sqltype.Int, "-7"},
		"a decimal":       {"12.3400", sqltype.Decimal, "12.3400"},
		"a float":         {0.1, sqltype.Float, "0.1"},
		"a truth":         {true, sqltype.Bool, "true"},
		"bytes":           {[]byte{1, 255}, sqltype.Binary, "0x01ff"},
		"a text too long": {strings.Repeat("é", 300), sqltype.Text, strings.Repeat("é", maxCell) + "…"},
	} {
		if got := cell(c.value, sqltype.Type{Kind: c.kind}); got == nil || *got != c.want {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
	if cell(nil, sqltype.Type{}) != nil {
		t.Error("NULL is shown as a text")
	}
}

func TestEveryTableOfTheProfileCanBeCounted(t *testing.T) {
	c := pageConfig(t)
	book, err := profiles.Standard()
	if err != nil {
		t.Fatal(err)
	}
	b2b, ok := book.Get("B2B")
	if !ok {
		t.Fatal("there is no profile B2B")
	}
	if got, want := slices.Sorted(maps.Keys(owners)), slices.DeleteFunc(slices.Sorted(maps.Keys(b2b.Tables)), func(name string) bool {
		return !strings.Contains(Schema(), `CREATE TABLE "`+name+`"`)
	}); !slices.Equal(got, want) {
		t.Errorf("counted: %v\nin the profile: %v", got, want)
	}
	for table, from := range owners {
		rows, err := c.Unfiltered(t.Context(), table)
		if err != nil {
			t.Error(err)
		}
		customers, err := c.Owners(t.Context(), table)
		if err != nil || customers > rows || (from == "") != (customers == 0) && rows > 0 {
			t.Errorf("%s: %d customers in %d rows, %v", table, customers, rows, err)
		}
	}
	for _, table := range []string{"P_CATTARIF", "F_DOCENTETE; DROP TABLE F_DOCENTETE", "sqlite_master", ""} {
		if _, err := c.Unfiltered(t.Context(), table); err == nil {
			t.Errorf("%q is counted", table)
		}
		if _, err := c.Owners(t.Context(), table); err == nil {
			t.Errorf("the customers of %q are counted", table)
		}
	}
}
