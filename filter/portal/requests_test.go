package portal

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/outbox"
	"github.com/vantelle/vantelle/profiles"
)

// oneRequest is a store with one request, which gives its body where it is asked for.
type oneRequest struct {
	directory.RequestStore
	body  string
	asked directory.RequestQuery
}

func (s *oneRequest) Requests(_ context.Context, q directory.RequestQuery) ([]directory.Request, error) {
	s.asked = q
	r := directory.Request{ID: "r1", Kind: "order", State: directory.RequestReceived}
	if !q.NoBody {
		if r.Body = s.body; int64(len(r.Body)) > q.Bytes {
			return nil, directory.ErrTooLarge
		}
	}
	return []directory.Request{r}, nil
}

// Without a bound a customer's own requests, of which he may send as many as he
// likes, would be read into memory together: hundreds of megabytes at a time.
func TestPromise10AListOfRequestsIsBounded(t *testing.T) {
	f := newFront()
	f.gate.view.Profile.Modules = map[string]profiles.Module{"orders": {Level: profiles.LevelFull}}
	f.gate.view.Profile.Requests = map[string]profiles.RequestKind{"order": {Name: "order", Module: "orders"}}
	store := &oneRequest{}
	f.config.Outbox = &outbox.Outbox{Gate: f.gate, Store: store, Audit: quietAudit{}}
	f.config.Limits.PageBytes = 1000
	for _, c := range []struct {
		columns string
		text    string
		status  int
		body    bool
	}{
		{"id,kind", strings.Repeat("x", 2000), http.StatusOK, false},
		{"id,lines", strings.Repeat("x", 500), http.StatusOK, true},
		{"id,lines", strings.Repeat("x", 2000), http.StatusBadRequest, true},
		{"fields", strings.Repeat("x", 2000), http.StatusBadRequest, true},
		{"*", strings.Repeat("x", 2000), http.StatusBadRequest, true},
		{"*", strings.Repeat("<", 500), http.StatusBadRequest, true}, // which JSON writes out as \u003c
	} {
		store.body = fmt.Sprintf(`{"fields":{"note":%q},"lines":[]}`, c.text)
		w := f.ask("GET", "/v1/dossiers/bijou/requests?select="+c.columns, "")
		if w.Code != c.status || c.status != http.StatusOK && !strings.Contains(w.Body.String(), "limit_exceeded") {
			t.Errorf("select=%s of %d bytes: %d %.300s", c.columns, len(store.body), w.Code, w.Body)
		}
		if store.asked.NoBody == c.body || store.asked.Bytes != 1000 {
			t.Errorf("select=%s: asked %+v", c.columns, store.asked)
		}
	}
}
