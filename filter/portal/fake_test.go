package portal

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/profiles"
)

// fakeGate answers with what a test gave it, and keeps what it was asked.
type fakeGate struct {
	view    *view.View
	viewErr error
	asked   []filter.Request
	answers []fakeAnswer // for one request after the other; the last is repeated
	do      func(ctx context.Context) error
	closed  int
}

// fakeAnswer is one answer; err is for Do, or, with rows, after the last row.
type fakeAnswer struct {
	columns   []filter.Column
	rows      [][]any
	truncated bool
	err       error
	failAfter bool // err comes after the rows
	closeErr  error
}

func (g *fakeGate) View(context.Context, identity.Caller) (*view.View, error) {
	return g.view, g.viewErr
}

func (g *fakeGate) Do(ctx context.Context, r filter.Request) (*filter.Answer, error) {
	a := g.answers[min(len(g.asked), len(g.answers)-1)]
	g.asked = append(g.asked, r)
	if g.do != nil {
		if err := g.do(ctx); err != nil {
			return nil, err
		}
	}
	if a.err != nil && !a.failAfter {
		return nil, a.err
	}
	rows := &fakeRows{gate: g, answer: a}
	return &filter.Answer{Columns: a.columns, Rows: rows, Truncated: func() bool { return a.truncated }}, nil
}

func (g *fakeGate) Written() int { return 1000 }

type fakeRows struct {
	gate   *fakeGate
	answer fakeAnswer
	at     int
	closed bool
}

func (r *fakeRows) Next(ctx context.Context) ([]any, error) {
	if r.closed {
		return nil, errors.New("read after close")
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if r.at < len(r.answer.rows) {
		r.at++
		return r.answer.rows[r.at-1], nil
	}
	if r.answer.err != nil {
		return nil, r.answer.err
	}
	return nil, io.EOF
}

func (r *fakeRows) Close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	r.gate.closed++
	return r.answer.closeErr
}

// fakeIdentity lets in who has the key vk_test and names BAGUES, and keeps
// what it was asked.
type fakeIdentity struct {
	asked []string
	err   error
}

func (f *fakeIdentity) Backend(_ context.Context, dossier, bearer, customer, contact, actor string) (identity.Caller, error) {
	f.asked = []string{dossier, bearer, customer, contact, actor}
	switch {
	case f.err != nil:
		return identity.Caller{}, f.err
	case bearer != "vk_test":
		return identity.Caller{}, identity.ErrUnauthorized
	case dossier != "bijou":
		return identity.Caller{}, identity.ErrNoSuchDossier
	case customer == "":
		return identity.Caller{}, &identity.HeaderError{Header: identity.HeaderCustomer, Problem: "is missing: send the customer's code, or id: and its id"}
	case customer == "AMBIG":
		return identity.Caller{}, identity.ErrAmbiguous
	case customer != "BAGUES":
		return identity.Caller{}, identity.ErrNoAccess
	}
	return identity.Caller{Dossier: dossier, KeyID: "k1", Customer: directory.Customer{ID: customer}, Contact: contact, Actor: actor}, nil
}

// fakeMetrics keeps what was counted.
type fakeMetrics struct{ counted []string }

func (m *fakeMetrics) Request(front, dossier, code string, _ time.Duration) {
	m.counted = append(m.counted, front+"/"+dossier+"/"+code)
}

// front is a portal under test.
type front struct {
	gate    *fakeGate
	who     *fakeIdentity
	metrics *fakeMetrics
	log     strings.Builder
	config  Config
}

func newFront(answers ...fakeAnswer) *front {
	f := &front{gate: &fakeGate{view: testView(), answers: answers}, who: &fakeIdentity{}, metrics: &fakeMetrics{}}
	f.config = Config{Gate: f.gate, Identify: f.who, Metrics: f.metrics, Logger: zerolog.New(&f.log)}
	return f
}

// ask sends a request as the test's backend; headers come as name, value.
func (f *front) ask(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	New(f.config).ServeHTTP(w, request(method, path, body, headers...))
	return w
}

func request(method, path, body string, headers ...string) *http.Request {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer vk_test")
	r.Header.Set("Vantelle-Customer", "BAGUES")
	r.Header.Set("X-Request-Id", "request-1")
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		if headers[i+1] == "" {
			r.Header.Del(headers[i])
		} else {
			r.Header.Add(headers[i], headers[i+1])
		}
	}
	return r
}

func (f *front) rows(query string, headers ...string) *httptest.ResponseRecorder {
	return f.ask("GET", "/v1/dossiers/bijou/rows/F_DOCENTETE"+query, "", headers...)
}

func (f *front) sql(body string, headers ...string) *httptest.ResponseRecorder {
	return f.ask("POST", "/v1/dossiers/bijou/sql", body, headers...)
}

// testView shows F_DOCENTETE, keyed by DO_Piece, HEADLESS, whose key is hidden,
// and LOOSE, which has none; F_COMPTET is in the catalog only, and has the hidden columns given.
func testView(hidden ...string) *view.View {
	text := func(name string, nullable bool) *catalog.Column {
		return &catalog.Column{Name: name, Type: sqltype.Type{Kind: sqltype.Text, Length: 17}, Nullable: nullable}
	}
	customers := &catalog.Table{Name: "F_COMPTET", Columns: []*catalog.Column{text("CT_Num", false)}, PrimaryKey: []string{"CT_Num"}}
	for _, name := range hidden {
		customers.Columns = append(customers.Columns, text(name, true))
	}
	cat := catalog.New(catalog.SQLite, "3", []*catalog.Table{
		customers,
		{Name: "F_DOCENTETE", PrimaryKey: []string{"DO_Piece"}, Columns: []*catalog.Column{
			text("DO_Piece", false), text("DO_Tiers", false), text("DO_Ref", true), text("DO_Secret", true),
			{Name: "DO_Total", Type: decimalType, Nullable: true},
		}},
		{Name: "HEADLESS", PrimaryKey: []string{"id"}, Columns: []*catalog.Column{
			{Name: "id", Type: intType}, text("owner", false), text("a", true), text("b", true),
			{Name: "doc", Type: sqltype.Type{Kind: sqltype.JSON}, Nullable: true},
		}},
		{Name: "LOOSE", Columns: []*catalog.Column{
			text("owner", false), text("a", true), text("b", true),
			{Name: "doc", Type: sqltype.Type{Kind: sqltype.JSON}, Nullable: true},
		}},
		{Name: "NUMBERED", PrimaryKey: []string{"id"}, Unique: [][]string{{"a"}, {"b", "owner"}}, Columns: []*catalog.Column{
			{Name: "id", Type: intType}, text("owner", false), text("a", true), text("b", false),
		}},
	})
	shown := func(names ...string) map[string]profiles.Column {
		m := map[string]profiles.Column{}
		for _, n := range names {
			m[n] = profiles.Column{}
		}
		return m
	}
	own := func(column string) profiles.Condition { return profiles.Condition{SQL: column + " = :customer"} }
	header := profiles.Table{Name: "F_DOCENTETE", Title: profiles.Text{FR: "Pièces", EN: "Documents"}, Rows: own("DO_Tiers"),
		Columns: shown("DO_Piece", "DO_Tiers", "DO_Ref", "DO_Total"), RequireFilter: []string{"DO_Tiers"}}
	header.Columns["DO_Tiers"] = profiles.Column{ReadOnly: true}
	header.Columns["DO_Ref"] = profiles.Column{Mandatory: true}
	return view.Bind(&profiles.Profile{Name: "B2B", Version: 1, Digest: "d", Tables: map[string]profiles.Table{
		"F_DOCENTETE": header,
		"HEADLESS":    {Name: "HEADLESS", Rows: own("owner"), Columns: shown("a", "b", "doc")},
		"LOOSE":       {Name: "LOOSE", Rows: own("owner"), Columns: shown("a", "b", "doc")},
		"NUMBERED":    {Name: "NUMBERED", Rows: own("owner"), Columns: shown("owner", "a", "b")},
	}}, cat)
}

func TestFakeViewIsWhole(t *testing.T) {
	if v := testView(); len(v.Tables) != 4 || len(v.Problems) > 0 {
		t.Fatalf("tables %v, problems %v", v.Tables, v.Problems)
	}
}
