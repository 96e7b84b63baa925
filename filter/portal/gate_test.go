package portal

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rs/zerolog"
	_ "modernc.org/sqlite"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/internal/audit"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/profiles"
)

// These tests go the whole way: this front, the real gate, SQLite.

const ledger = `
CREATE TABLE docs (id INTEGER PRIMARY KEY, owner varchar(17) NOT NULL, ref varchar(20), total numeric(24,6), day date, margin numeric(24,6));
CREATE TABLE lines (no INTEGER PRIMARY KEY, owner varchar(17) NOT NULL, article varchar(20), qty int);
CREATE TABLE secrets (owner varchar(17), word varchar(20));
INSERT INTO docs VALUES
 (1,'ANNA','A-1',100,'2026-01-05',60), (2,'ANNA','A-2',250.5,'2026-01-06',200), (3,'ANNA',NULL,1,NULL,1),
 (4,'BORIS','B-1',999,'2026-01-05',1), (5,'ANNA','50%',7,'2026-02-01',7), (6,'ANNA','a_b',8,'2026-02-02',8);
INSERT INTO lines VALUES (1,'ANNA','RING',3),(2,'ANNA','CHAIN',1),(3,'ANNA','RING',3),(4,'BORIS','RING',9),(5,'ANNA','RING',2),(6,'ANNA','PIN',NULL);
INSERT INTO secrets VALUES ('ANNA','alpha');
`

const shop = `
profile: SHOP
title: {fr: Essai, en: Trial}
erp: custom
tables:
  docs:
    rows: owner = :customer
    columns: {id: {}, ref: {}, total: {}, day: {}}
  lines:
    rows: owner = :customer
    columns: {article: {}, qty: {}}
`

type quietAudit struct{}

func (quietAudit) Begin(context.Context, audit.Entry) error { return nil }
func (quietAudit) Finish(audit.Outcome)                     {}

// anna lets everybody in as ANNA.
type anna struct{}

func (anna) Backend(_ context.Context, dossier, _, _, _, _ string) (identity.Caller, error) {
	return identity.Caller{Dossier: dossier, KeyID: "k", Customer: directory.Customer{Dossier: dossier, ID: "ANNA", Code: "ANNA"},
		Access: directory.Access{Dossier: dossier, CustomerID: "ANNA", State: directory.AccessGranted}}, nil
}

func realConfig(t *testing.T) Config {
	t.Helper()
	path := filepath.Join(t.TempDir(), "erp.db")
	raw, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := raw.Exec(ledger); err != nil {
		t.Fatal(err)
	}
	if err := raw.Close(); err != nil {
		t.Fatal(err)
	}
	settings := erp.DefaultSettings()
	settings.Name, settings.Engine, settings.DSN = "d", catalog.SQLite, path
	db, err := erp.Open(settings, zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	profile, err := profiles.Load("shop.yaml", []byte(shop))
	if err != nil {
		t.Fatal(err)
	}
	book, err := profiles.NewBook(profile)
	if err != nil {
		t.Fatal(err)
	}
	worlds := filter.NewWorlds(func() *profiles.Book { return book }, 0, filter.Dossier{ID: "d", DB: db, DefaultProfile: "SHOP"})
	return Config{Gate: filter.New(filter.Config{Worlds: worlds, Audit: quietAudit{}}), Identify: anna{}, Logger: zerolog.Nop()}
}

func ask(c Config, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	New(c).ServeHTTP(w, request(method, "/v1/dossiers/d/"+path, body, headers...))
	return w
}

func TestRowsThroughTheGate(t *testing.T) {
	c := realConfig(t)
	tests := map[string]struct{ query, want string }{
		"all of one's own":        {"docs?select=id,ref", `[{"id":1,"ref":"A-1"},{"id":2,"ref":"A-2"},{"id":3,"ref":null},{"id":5,"ref":"50%"},{"id":6,"ref":"a_b"}]`},
		"every column":            {"docs?id=eq.2", `[{"id":2,"ref":"A-2","total":250.5,"day":"2026-01-06"}]`},
		"in any case":             {"DOCS?ID=eq.2&select=ID", `[{"id":2}]`},
		"an alias":                {"docs?id=eq.2&select=number:id,amount:total", `[{"number":2,"amount":250.5}]`},
		"not equal":               {"docs?ref=neq.A-1&select=id", `[{"id":2},{"id":5},{"id":6}]`},
		"a range of decimals":     {"docs?total=gte.7&total=lt.100.00&select=id", `[{"id":5},{"id":6}]`},
		"dates":                   {"docs?day=gt.2026-01-05&select=id", `[{"id":2},{"id":5},{"id":6}]`},
		"in":                      {"docs?id=in.(1,2,4)&select=id", `[{"id":1},{"id":2}]`},
		"not in":                  {"docs?id=not.in.(1,2,4)&select=id", `[{"id":3},{"id":5},{"id":6}]`},
		"in an empty list":        {"docs?id=in.()&select=id", `[]`},
		"not in an empty list":    {"docs?ref=not.in.()&select=id", `[{"id":1},{"id":2},{"id":3},{"id":5},{"id":6}]`},
		"null":                    {"docs?ref=is.null&select=id", `[{"id":3}]`},
		"not null":                {"docs?ref=not.is.null&day=is.not_null&select=id", `[{"id":1},{"id":2},{"id":5},{"id":6}]`},
		"like":                    {"docs?ref=like.A-*&select=id", `[{"id":1},{"id":2}]`},
		"ilike":                   {"docs?ref=ilike.a*&select=id", `[{"id":1},{"id":2},{"id":6}]`},
		"like with an escape":     {`docs?ref=like.*%5C%25&select=id`, `[{"id":5}]`},
		"like with another":       {`docs?ref=like.*%5C_*&select=id`, `[{"id":6}]`},
		"like with a plain one":   {`docs?ref=like.%5CA-1&select=id`, `[{"id":1}]`},
		"distinct from":           {"docs?ref=isdistinct.A-1&select=id", `[{"id":2},{"id":3},{"id":5},{"id":6}]`},
		"or":                      {"docs?or=(id.eq.1,and(total.gt.7,total.lt.9))&select=id", `[{"id":1},{"id":6}]`},
		"not or":                  {"docs?not.or=(id.eq.1,id.eq.4)&id=lt.5&select=id", `[{"id":2},{"id":3}]`},
		"order and nulls last":    {"docs?select=id&order=ref.desc.nullslast", `[{"id":6},{"id":2},{"id":1},{"id":5},{"id":3}]`},
		"order by the unselected": {"docs?select=ref&order=total.desc&limit=1", `[{"ref":"A-2"}]`},
		"an alias over a column":  {"docs?select=total:ref&order=total.desc&limit=1", `[{"total":"A-2"}]`},
		"limit and offset":        {"docs?select=id&limit=2&offset=2", `[{"id":3},{"id":5}]`},
		"limit zero":              {"docs?select=id&limit=0", `[]`},
		"somebody else's row":     {"docs?id=eq.4", `[]`},
		"SQL in a value":          {"docs?ref=eq." + url.QueryEscape("x' OR '1'='1"), `[]`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if w := ask(c, "GET", "rows/"+tt.query, ""); w.Code != 200 || w.Body.String() != tt.want {
				t.Errorf("%d\n got %s\nwant %s", w.Code, w.Body, tt.want)
			}
		})
	}
}

// The key of lines is hidden, and two of them look alike.
func TestPagesWithoutAKeyAreComplete(t *testing.T) {
	c := realConfig(t)
	var got []string
	for offset := range 6 {
		w := ask(c, "GET", fmt.Sprintf("rows/lines?limit=1&offset=%d", offset), "", "Prefer", "count=exact")
		if w.Code != 206 || !strings.HasSuffix(w.Header().Get("Content-Range"), "/5") {
			t.Fatalf("%d %v %s", w.Code, w.Header(), w.Body)
		}
		var page []json.RawMessage
		if err := json.Unmarshal(w.Body.Bytes(), &page); err != nil {
			t.Fatal(err)
		}
		for _, row := range page {
			got = append(got, string(row))
		}
	}
	want := `{"article":"RING","qty":3} {"article":"CHAIN","qty":1} {"article":"RING","qty":3} {"article":"RING","qty":2} {"article":"PIN","qty":null}`
	if strings.Join(got, " ") != want {
		t.Errorf("got %s", strings.Join(got, " "))
	}
}

func TestHiddenIsLikeAbsentThroughTheGate(t *testing.T) {
	c := realConfig(t)
	for _, pair := range [][3]string{ // hidden, absent of the same length, and the path
		{"margin", "nargin", "docs?select=%s"},
		{"margin", "nargin", "docs?%s=eq.1"},
		{"margin", "nargin", "docs?%s=in.()"},
		{"margin", "nargin", "docs?%s=is.null"},
		{"margin", "nargin", "docs?order=%s"},
		{"margin", "nargin", "docs?or=(id.eq.1,%s.gt.5)"},
		{"margin", "nargin", "docs?select=%s,nothing"},
		{"owner", "owned", "lines?select=%s&order=qty"},
		{"secrets", "tecrets", "%s"},
		{"secrets", "tecrets", "%s?word=eq.alpha"},
		{"sqlite_master", "sqlite_mastex", "%s"},
	} {
		answer := func(name string) *httptest.ResponseRecorder {
			return ask(c, "GET", "rows/"+fmt.Sprintf(pair[2], name), "")
		}
		hidden, absent := answer(pair[0]), answer(pair[1])
		same := strings.ReplaceAll(hidden.Body.String(), pair[0], pair[1]) == absent.Body.String()
		if hidden.Code != 400 || absent.Code != 400 || !same || !strings.Contains(hidden.Body.String(), `"unknown_name"`) {
			t.Errorf("%s:\n%d %s\n%d %s", pair[2], hidden.Code, hidden.Body, absent.Code, absent.Body)
		}
	}
}

func TestSQLThroughTheGate(t *testing.T) {
	c := realConfig(t)
	w := ask(c, "POST", "sql", `{"sql":"SELECT ref, total FROM docs WHERE total > ? AND day >= :since ORDER BY id","params":[1]}`)
	if w.Code != 400 {
		t.Errorf("parameters by position and by name together: %d %s", w.Code, w.Body)
	}
	w = ask(c, "POST", "sql", `{"sql":"SELECT ref, total FROM docs WHERE total > ? AND day >= ? ORDER BY id","params":[50.25,"2026-01-06"]}`)
	want := `{"columns":[{"name":"ref","type":"text(20)"},{"name":"total","type":"decimal(24,6)"}],"rows":[["A-2",250.5]],"truncated":false}`
	if w.Code != 200 || w.Body.String() != want {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	w = ask(c, "POST", "sql", `{"sql":"SELECT ref\nFROM docs\nWHERE margin > 1"}`)
	doc := problemIn(t, w)
	if doc["code"] != "unknown_name" || doc["line"] != 3.0 || doc["column"] != 7.0 || doc["position"] != 28.0 {
		t.Errorf("%d %v", w.Code, doc)
	}
}

func TestCatalogThroughTheGate(t *testing.T) {
	w := ask(realConfig(t), "GET", "catalog", "")
	if w.Code != 200 || strings.Contains(w.Body.String(), "margin") || strings.Contains(w.Body.String(), "secrets") || !strings.Contains(w.Body.String(), `"key":["id"]`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// filter.Gate is what the daemon passes in.
var _ Gate = (*filter.Gate)(nil)
