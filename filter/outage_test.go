package filter_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/portal"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/internal/audit"
	"github.com/vantelle/vantelle/internal/identity"
)

// The shop with files and with notes, of which customers change their own.
const outageERP = scans + `
CREATE TABLE notes (id INTEGER PRIMARY KEY, owner varchar(17) NOT NULL, body varchar(5));
INSERT INTO notes VALUES (1,'ANNA','hello');
`

var outageShop = strings.Replace(attached, "tables:\n", "tables:\n  notes: {rows: 'owner = :customer', writes: [update], columns: {id: {}, owner: {}, body: {}}}\n", 1)

// afterAnOutage are what requests meet once an ERP was away and is back. Each is
// asked when the next request may look whether it is. What asks the ERP nothing must
// not use that look up, nor lose it: a portal that asks for /rows first wants the
// catalog, and one customer who sends nonsense would keep all others out for good.
var afterAnOutage = []struct {
	name string
	do   func(t *testing.T, r *rig, front http.Handler)
}{
	{"the catalog is read", func(t *testing.T, r *rig, front http.Handler) {
		for _, path := range []string{"catalog", "openapi.json"} {
			if status, body := get(t, front, path); status != 200 {
				t.Errorf("%s is there without the ERP: %d %s", path, status, body)
			}
		}
		if _, err := r.gate.View(t.Context(), as("ANNA")); err != nil {
			t.Error(err)
		}
	}},
	{"a request is explained and described", func(t *testing.T, r *rig, _ http.Handler) {
		req := filter.Request{Caller: as("ANNA"), Text: "SELECT ref FROM docs"}
		if _, err := r.gate.Explain(t.Context(), req, ""); err != nil {
			t.Error(err)
		}
		if _, err := r.gate.Describe(t.Context(), req); err != nil {
			t.Error(err)
		}
	}},
	{"a text is refused", func(t *testing.T, r *rig, _ http.Handler) {
		for text, code := range map[string]refusal.Code{"SELECT": refusal.Syntax, "SELECT cost FROM docs": refusal.UnknownName, "SELECT ref FROM docs WHERE id = $1": refusal.ParamMismatch,
			"DELETE FROM docs": refusal.ReadOnly} {
			if _, err := r.ask(t.Context(), filter.Request{Caller: as("BORIS"), Text: text}); codeOf(err) != code {
				t.Errorf("%s: %v", text, err)
			}
		}
	}},
	{"files are looked for that cannot be there", func(t *testing.T, r *rig, _ http.Handler) {
		for _, resource := range []string{"orders", "nothing"} {
			if _, err := r.gate.Files(t.Context(), filter.FileRequest{Caller: as("ANNA"), Resource: resource}); !errors.Is(err, filter.ErrNoFile) {
				t.Error(err)
			}
		}
	}},
	{"a file is opened", func(t *testing.T, r *rig, _ http.Handler) {
		done, err := r.gate.OpenFile(t.Context(), filter.FileRequest{Caller: as("ANNA")}, filter.FileRow{Resource: "orders", Keys: []string{"A-1"}}, "one.pdf")
		if err != nil {
			t.Fatal(err)
		}
		done(0, nil)
	}},
	{"the audit is down", func(t *testing.T, r *rig, _ http.Handler) {
		r.audit.broken = errors.New("full")
		for _, text := range []string{"SELECT ref FROM docs", "UPDATE notes SET body = 'x'"} {
			if _, err := r.ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: text}); codeOf(err) != refusal.AuditDown {
				t.Errorf("%s: %v", text, err)
			}
		}
		r.audit.broken = nil
	}},
	{"a request is cancelled", func(t *testing.T, r *rig, _ http.Handler) {
		gone, leave := context.WithCancel(t.Context())
		leave()
		for _, text := range []string{"SELECT ref FROM docs", "UPDATE notes SET body = 'x'"} {
			if _, err := r.ask(gone, filter.Request{Caller: as("ANNA"), Text: text}); codeOf(err) != refusal.Cancelled {
				t.Errorf("%s: %v", text, err)
			}
		}
	}},
	{"something panics", func(t *testing.T, r *rig, _ http.Handler) {
		for _, text := range []string{"SELECT ref FROM docs", "UPDATE notes SET body = 'x'"} {
			func() {
				defer func() {
					if recover() == nil {
						t.Error("nothing panicked: the test tests nothing")
					}
				}()
				gate := filter.New(filter.Config{Worlds: r.worlds, Audit: panics{}})
				_, _ = gate.Do(t.Context(), filter.Request{Caller: as("ANNA"), Text: text})
			}()
		}
	}},
	{"an answer is read slowly", func(t *testing.T, r *rig, _ http.Handler) {
		answer, err := r.gate.Do(t.Context(), filter.Request{Caller: as("BORIS"), Text: "SELECT ref FROM docs"})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = answer.Close() }) // after everything else was asked
	}},
	{"a write is refused for its values", func(t *testing.T, r *rig, _ http.Handler) {
		if _, err := r.ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: "UPDATE notes SET body = 'much too long'"}); codeOf(err) != refusal.ValueRefused {
			t.Error(err)
		}
	}},
	{"nothing is asked before", func(*testing.T, *rig, http.Handler) {}},
}

func TestPromise10AnERPThatIsBackIsSeenByTheFirstWhoAsks(t *testing.T) {
	type back struct {
		r     *rig
		front http.Handler
	}
	var all []back
	for range afterAnOutage {
		r := newRig(t, outageERP, outageShop)
		front := portal.New(portal.Config{Gate: r.gate, Identify: anybody{}, Logger: zerolog.Nop()})
		if status, body := get(t, front, "rows/docs?select=ref"); status != 200 {
			t.Fatal(body)
		}
		for range 5 {
			r.worlds.Failed("d", refusal.New(refusal.Unavailable, "x"))
		}
		if status, _ := get(t, front, "rows/docs?select=ref"); status != 503 {
			t.Fatal("an ERP that does not answer is not left alone")
		}
		if status, _ := get(t, front, "catalog"); status != 200 {
			t.Error("the catalog is read from the ERP each time")
		}
		all = append(all, back{r, front})
	}
	time.Sleep(2*time.Second + 50*time.Millisecond) // for so long nobody may look
	for i, c := range afterAnOutage {
		t.Run(c.name, func(t *testing.T) {
			r, front := all[i].r, all[i].front
			c.do(t, r, front)
			// Two statements of one request, and the number of all rows.
			if status, body := get(t, front, "rows/docs?select=ref", "Prefer", "count=exact"); status != 200 {
				t.Errorf("the ERP answers, and the first who asks it is told: %d %s", status, body)
			}
			if _, err := r.gate.Files(t.Context(), filter.FileRequest{Caller: as("ANNA"), Resource: "orders", Key: "A-1"}); err != nil {
				t.Errorf("the ERP has answered, and the next is told: %v", err)
			}
		})
	}
}

// get asks the portal for something, for ANNA.
func get(t *testing.T, front http.Handler, path string, header ...string) (status int, body string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/v1/dossiers/d/"+path, nil)
	r.Header.Set("Authorization", "Bearer vk_x")
	r.Header.Set(identity.HeaderCustomer, "ANNA")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer := httptest.NewRecorder()
	front.ServeHTTP(answer, r)
	return answer.Code, answer.Body.String()
}

// panics is an audit log that does.
type panics struct{ audit.Log }

func (panics) Begin(context.Context, audit.Entry) error { panic("no audit") }
