package filter_test

import (
	"testing"

	"github.com/vantelle/vantelle/filter"
)

// The capture corpus on the servers: with a column of a row policy dropped
// under a plan that is cached, a request must fail and never answer. Its
// aliases are called like what is dropped, so that a bare name would find them
// and let everybody's rows through.

const captureProfile = `
profile: CAPTURE
title: {fr: Capture, en: Capture}
erp: custom
modules:
  orders: {title: {fr: Commandes, en: Orders}, level: read}
tables:
  docs:
    rows: "owner = :customer AND id IN (SELECT l.doc FROM articles l WHERE l.article = 'RING')"
    modules: {orders: kind = 1}
    columns: {id: {}}
  parts:
    follows: {table: docs, on: [[doc, id]]}
    columns: {id: {}}
  free:
    public: true
    rows: active = 1
    columns: {code: {}}
`

var captureERP = []string{
	"CREATE TABLE docs (id int NOT NULL PRIMARY KEY, owner varchar(20), kind int)",
	"INSERT INTO docs VALUES (1, 'ANNA', 1), (2, 'BORIS', 1), (3, 'ANNA', 2)",
	"CREATE TABLE articles (doc int, article varchar(20))",
	"INSERT INTO articles VALUES (1, 'RING'), (2, 'RING'), (3, 'RING')",
	"CREATE TABLE parts (id int NOT NULL PRIMARY KEY, doc int)",
	"INSERT INTO parts VALUES (10, 1), (20, 2), (30, 3)",
	"CREATE TABLE free (code varchar(20), active int)",
	"INSERT INTO free VALUES ('A', 1), ('B', 0)",
}

// captureRequests name everything that a policy might mistake for its own.
var captureRequests = []string{
	"SELECT owner.id FROM docs owner, free kind, free article, free doc WHERE kind.code = 'A' AND article.code = 'A' AND doc.code = 'A' ORDER BY 1",
	"SELECT x.owner FROM (SELECT d.id AS owner, d.id AS kind, d.id AS doc FROM docs d) x ORDER BY 1",
	"WITH article AS (SELECT code AS article, code AS owner, 1 AS kind, 1 AS active FROM free), docs2 (owner) AS (SELECT id FROM docs) SELECT owner FROM docs2 WHERE EXISTS (SELECT 1 FROM article) ORDER BY 1",
	"SELECT p.id AS doc FROM parts p, free active WHERE active.code = 'A' ORDER BY 1",
	"SELECT f.code AS owner FROM free f WHERE EXISTS (SELECT 1 FROM docs owner WHERE owner.id = 1) ORDER BY 1",
}

func TestADroppedPolicyColumnFailsOnEachServer(t *testing.T) {
	drops := map[string][]int{ // and the requests that read what hangs on it
		"ALTER TABLE docs DROP COLUMN owner":       {0, 1, 2, 3, 4},
		"ALTER TABLE docs DROP COLUMN kind":        {0, 1, 2, 3, 4},
		"ALTER TABLE articles DROP COLUMN article": {0, 1, 2, 3, 4},
		"ALTER TABLE articles DROP COLUMN doc":     {0, 1, 2, 3, 4},
		"ALTER TABLE parts DROP COLUMN doc":        {3},
		"ALTER TABLE free DROP COLUMN active":      {0, 2, 3, 4},
		"DROP TABLE articles":                      {0, 1, 2, 3, 4},
	}
	tried := 0
	for _, engine := range both {
		for drop, hit := range drops {
			db, raw := roomFor(t, engine, captureERP)
			if db == nil {
				continue
			}
			r := rigOn(t, db, captureProfile)
			before := map[int]string{}
			for i, text := range captureRequests {
				got, err := r.ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: text})
				if err != nil || got == "" {
					t.Fatalf("%s, before: %s\n%q, %v", engine, text, got, err)
				}
				before[i] = got
			}
			if _, err := raw.ExecContext(t.Context(), drop); err != nil {
				t.Fatal(err)
			}
			for _, i := range hit {
				tried++
				got, err := r.ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: captureRequests[i]})
				if err == nil || got != "" {
					t.Errorf("%s: after %s, %s\n answers %q (before: %q)", engine, drop, captureRequests[i], got, before[i])
				}
			}
		}
	}
	if tried == 0 {
		t.Skip("neither VANTELLE_TEST_POSTGRES nor VANTELLE_TEST_MARIADB is set: no column is dropped")
	}
	t.Logf("figure capture.drops %d requests target %d", tried, tried)
}
