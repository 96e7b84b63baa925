package filter_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/portal"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// TestABulkOfManyRowsIsAllOrNothing sends 100,000 rows to PostgreSQL, and 5,000
// to the others, of which one is bad: none is written, and the answer says which
// and why. Without it all are.
func TestABulkOfManyRowsIsAllOrNothing(t *testing.T) {
	on(t, workshops(t), func(t *testing.T, w *workshop) {
		rows := 5_000
		if w.engine == catalog.Postgres {
			rows = 100_000
			// A table that the ERP has filled and counted, as those are that take so many.
			for _, statement := range []string{"INSERT INTO orders (customer, kind, ref) SELECT 'BORIS', 1, 'X-' || n FROM generate_series(1, 50000) n", "ANALYZE orders"} {
				if _, err := w.raw.ExecContext(t.Context(), statement); err != nil {
					t.Fatal(err)
				}
			}
		}
		bulk(t, w, rows, rows*7/9)
	})
}

func bulk(t *testing.T, w *workshop, rows, bad int) {
	body := func(wrong string) string {
		var b strings.Builder
		b.WriteByte('[')
		for i := 1; i <= rows; i++ {
			if i > 1 {
				b.WriteByte(',')
			}
			qty := "1"
			if i == bad {
				qty = wrong
			}
			fmt.Fprintf(&b, `{"ref":"R-%d","kind":1,"qty":%s}`, i, qty)
		}
		b.WriteByte(']')
		return b.String()
	}
	gate := filter.New(filter.Config{Worlds: w.worlds, Audit: w.audit, Limits: filter.Limits{Written: rows, Time: time.Hour}})
	front := portal.New(portal.Config{Gate: gate, Identify: anybody{}, Logger: zerolog.Nop(), Limits: portal.Limits{Time: time.Hour}})
	send := func(text string) (int, string) {
		request := httptest.NewRequest("POST", "/v1/dossiers/d/rows/orders", strings.NewReader(text))
		request.Header.Set("Authorization", "Bearer vk_x")
		request.Header.Set("Vantelle-Customer", "ANNA")
		request.Header.Set("Content-Type", "application/json")
		got := httptest.NewRecorder()
		front.ServeHTTP(got, request)
		return got.Code, got.Body.String()
	}
	before := w.everything(t)
	for wrong, code := range map[string]string{`"many"`: "value_refused", "5000": "rule_violated"} { // of another type; against the ERP's own CHECK
		status, answer := send(body(wrong))
		var problem struct {
			Code, Detail string
			Row          int
			Column       string `json:"column_name"`
		}
		if err := json.Unmarshal([]byte(answer), &problem); err != nil || status/100 != 4 {
			t.Fatalf("%s: %d %.300s", wrong, status, answer)
		}
		if problem.Code != code || problem.Row != bad || wrong == `"many"` && problem.Column != "qty" {
			t.Errorf("%s: %d %s", wrong, status, answer)
		}
	}
	if status, answer := send(strings.TrimSuffix(body("1"), "]") + `,{"ref":"one","kind":1,"qty":1}]`); status/100 != 4 || !strings.Contains(answer, "limit_exceeded") {
		t.Errorf("a row too many: %d %.300s", status, answer)
	}
	if after := w.everything(t); after != before {
		t.Error("a bulk that was refused wrote something")
	}
	if status, answer := send(body("1")); status != 201 {
		t.Fatalf("all of them: %d %.300s", status, answer)
	}
	if n := strings.TrimSpace(w.look(t, "SELECT COUNT(*) FROM orders WHERE ref LIKE 'R-%'")); n != fmt.Sprint(rows) {
		t.Errorf("%s rows are there", n)
	}
}

// TestAWriteHasAnEndWithoutALimit: where nobody says how many rows a write may
// touch, it is a thousand, by each of its ways.
func TestAWriteHasAnEndWithoutALimit(t *testing.T) {
	w := workshops(t)[catalog.SQLite]
	gate := filter.New(filter.Config{Worlds: w.worlds, Audit: w.audit})
	front := portal.New(portal.Config{Gate: gate, Identify: anybody{}, Logger: zerolog.Nop()})
	send := func(method, path, body string) (int, string) {
		request := httptest.NewRequest(method, "/v1/dossiers/d/rows/orders"+path, strings.NewReader(body))
		request.Header.Set("Authorization", "Bearer vk_x")
		request.Header.Set("Vantelle-Customer", "ANNA")
		request.Header.Set("Content-Type", "application/json")
		got := httptest.NewRecorder()
		front.ServeHTTP(got, request)
		return got.Code, got.Body.String()
	}
	rows := func(n int, prefix string) string {
		var list []string
		for i := range n {
			list = append(list, fmt.Sprintf(`{"ref":"%s-%d","kind":1,"qty":1}`, prefix, i))
		}
		return "[" + strings.Join(list, ",") + "]"
	}
	refused := func(method, path, body string) {
		t.Helper()
		before := w.everything(t)
		if status, answer := send(method, path, body); status/100 != 4 || !strings.Contains(answer, "limit_exceeded") || !strings.Contains(answer, "1000") {
			t.Errorf("%s %s: %d %.300s", method, path, status, answer)
		}
		if w.everything(t) != before {
			t.Errorf("%s %s wrote something", method, path)
		}
	}
	refused("POST", "", rows(1001, "bulk"))
	if status, answer := send("POST", "", rows(1000, "bulk")); status != 201 {
		t.Fatalf("a thousand rows: %d %.300s", status, answer)
	}
	if status, answer := send("POST", "", rows(1, "more")); status != 201 {
		t.Fatalf("one more: %d %.300s", status, answer)
	}
	refused("PATCH", "?qty=eq.1", `{"note":"x"}`)
	refused("DELETE", "?qty=eq.1", "")
}
