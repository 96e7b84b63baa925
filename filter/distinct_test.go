package filter_test

import (
	"testing"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// TestPromise7WhatCannotBeComparedIsRefused: PostgreSQL has no equality of json, xml and
// points. Were DISTINCT or GROUP BY of them sent there, the answer would be
// query_failed, and by its code (42883, as for a function that is gone) the catalog
// would be read anew for each of one customer's texts while everybody else waits.
func TestPromise7WhatCannotBeComparedIsRefused(t *testing.T) {
	profile := "profile: P\ntitle: {fr: P, en: P}\nerp: custom\ntables:\n  docs: {rows: \"owner = :customer\", columns: {id: {}, j: {}, x: {}, p: {}, b: {}}}\n"
	w := workshopsOn(t, []string{
		"CREATE TABLE docs (id int NOT NULL PRIMARY KEY, owner varchar(17), j json, x xml, p point, b jsonb)",
		`INSERT INTO docs VALUES (1, 'ANNA', '{"a":1}', '<a/>', '(1,2)', '{}'), (2, 'BORIS', '{}', '<b/>', '(3,4)', '{}')`,
	}, profile, catalog.Postgres)[catalog.Postgres]
	if w == nil {
		t.Skip("VANTELLE_TEST_POSTGRES is not set: nothing is compared on PostgreSQL")
	}
	for _, c := range []string{"j", "x", "p"} {
		for _, text := range []string{
			"SELECT DISTINCT " + c + " FROM docs", "SELECT DISTINCT * FROM docs", "SELECT " + c + " FROM docs GROUP BY " + c, "SELECT " + c + ", COUNT(*) FROM docs GROUP BY 1",
			"SELECT COUNT(DISTINCT " + c + ") FROM docs", "SELECT DISTINCT q." + c + " FROM (SELECT " + c + " FROM docs) q", "SELECT COUNT(*) FROM docs GROUP BY ROLLUP (" + c + ")",
			"SELECT " + c + " FROM docs UNION SELECT " + c + " FROM docs",
		} {
			if got, err := w.ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: text}); codeOf(err) != refusal.TypeMismatch {
				t.Errorf("%s: %q, %v", text, got, err)
			}
		}
		if _, err := w.ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: "SELECT " + c + " FROM docs"}); err != nil {
			t.Errorf("%s by itself: %v", c, err)
		}
	}
	for _, text := range []string{"SELECT DISTINCT b FROM docs", "SELECT b FROM docs GROUP BY b"} {
		if _, err := w.ask(t.Context(), filter.Request{Caller: as("ANNA"), Text: text}); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}
