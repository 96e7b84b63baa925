package adminapi

import (
	"context"
	"testing"
	"time"

	"github.com/vantelle/vantelle/internal/audit"
)

// fakeAudit answers with what it holds, up to the limit it is asked for.
type fakeAudit struct {
	asked   audit.Query
	records []audit.Record
}

func (f *fakeAudit) Read(_ context.Context, q audit.Query) ([]audit.Record, error) {
	f.asked = q
	return f.records[:min(len(f.records), q.Limit)], nil
}

func TestAudit(t *testing.T) {
	h := newHouse(t)
	h.audit.records = []audit.Record{
		{Entry: audit.Entry{ID: "e2", Dossier: "bijou", CustomerID: "BAGUES", Decision: audit.Allow}, Outcome: &audit.Outcome{ID: "e2", Rows: 7}},
		{Entry: audit.Entry{ID: "e1", Dossier: "bijou", CustomerID: "BAGUES", Decision: audit.Deny, Code: "unknown_name"}},
	}
	got := h.ask(keyAll, "GET", "/admin/v1/audit?dossier=bijou&customer=BAGUES&from=2026-01-31&to=2026-02-01T08:00:00Z", "").want(t, 200, "")
	if got.at("entries", 0, "outcome", "rows") != 7.0 || got.at("entries", 1, "code") != "unknown_name" || got.at("truncated") != false {
		t.Errorf("got %s", got.text)
	}
	want := audit.Query{Dossier: "bijou", CustomerID: "BAGUES", Limit: defaultPage + 1,
		From: time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 2, 1, 8, 0, 0, 0, time.UTC)}
	if h.audit.asked != want {
		t.Errorf("the log was asked for %+v, want %+v", h.audit.asked, want)
	}
	if got := h.ask(keyAll, "GET", "/admin/v1/audit?limit=1", "").want(t, 200, ""); got.at("truncated") != true || got.at("entries", 1) != nil {
		t.Errorf("a page of one gave %s", got.text)
	}

	for sentence, c := range map[string]struct {
		key, query string
		status     int
		code       string
	}{
		"an administrator of one dossier must name it": {keyBijou, "", 400, "bad_request"},
		"he reads his own":                                  {keyBijou, "?dossier=bijou", 200, ""},
		"another's is not there for him":                    {keyBijou, "?dossier=other", 404, "no_such_dossier"},
		"a time that is none is refused":                    {keyAll, "?from=yesterday", 400, "bad_request"},
		"a misspelled filter doesn't silently show it all":  {keyAll, "?costumer=BAGUES", 400, "bad_request"},
		"a filter given twice is not taken for one of them": {keyAll, "?customer=A&customer=B", 400, "bad_request"},
	} {
		t.Run(sentence, func(t *testing.T) {
			h.ask(c.key, "GET", "/admin/v1/audit"+c.query, "").want(t, c.status, c.code)
		})
	}
}
