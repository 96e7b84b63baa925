package filter_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/erp/catalog"
)

// withJSON are rows with JSON as ERPs keep it: what is translated, by language.
var withJSON = []string{
	`CREATE TABLE docs (id int NOT NULL PRIMARY KEY, owner {text 17} NOT NULL, name {json})`,
	`INSERT INTO docs VALUES
 (1,'ANNA',{N}'{"en_US": "Nut", "fr_FR": "Écrou"}'),
 (2,'ANNA','{"en_US": "Bolt \{}"M8\{}" \{}u00e9"}'),
 (3,'ANNA','{"fr_FR": null, "en_US": 12.50}'),
 (4,'ANNA','{"fr_FR": {"en_US": "deep"}, "en_US": ["a"]}'),
 (5,'ANNA','["en_US"]'), (6,'ANNA','"en_US"'), (7,'ANNA','null'), (8,'ANNA',NULL), (9,'ANNA','{}'), (10,'ANNA','{"fr_FR": "", "a.b": "dot", "en_US": true}'),
 (21,'BORIS','{"en_US": "secret", "fr_FR": "secret"}')`,
}

const withJSONProfile = `
profile: JSON
title: {fr: Essai, en: Trial}
erp: custom
modules:
  all: {title: {fr: Tout, en: All}, level: read}
tables:
  docs:
    rows: owner = :customer
    modules: {all: 1 = 1}
    columns: {id: {}, owner: {}, name: {}}
resources:
  things:
    name: {fr: choses}
    table: docs
    columns:
      id: {from: id}
      name: {from: name, by_language: {fr: [fr_FR, en_US], en: [en_US]}}
      owner: {from: owner, by_language: {fr: [fr_FR], en: [en_US]}}
    search: [name]
`

// TestJSONText: one meaning on every engine that has it; what is no text, no
// object or nothing is NULL, and a text column that holds no JSON too, where JSON
// is kept in text.
func TestJSONText(t *testing.T) {
	rigs := everyEngineWith(t, withJSON, withJSONProfile)
	if r := rigs[catalog.SQLServer]; r != nil {
		if _, err := answersOf(t, r, filter.Request{Caller: as("ANNA"), Text: "SELECT JSON_TEXT(name, 'fr_FR') FROM docs"}); codeOf(err) != "sql_unsupported" {
			t.Errorf("SQL Server: %v", err)
		}
		delete(rigs, catalog.SQLServer)
	}
	for _, x := range []string{
		"JSON_TEXT(name, 'en_US')", "JSON_TEXT(name, 'fr_FR')", "JSON_TEXT(name, 'a.b')", "JSON_TEXT(name, 'a')", "JSON_TEXT(name, 'none')",
		"COALESCE(JSON_TEXT(name, 'fr_FR'), JSON_TEXT(name, 'en_US'), '?')", "LEFT(JSON_TEXT(name, 'en_US'), 3)",
	} {
		sameEverywhere(t, rigs, "SELECT id, "+x+" AS x FROM docs ORDER BY id", nil, nil)
		sameEverywhere(t, rigs, "SELECT id FROM docs WHERE "+x+" IS NOT NULL ORDER BY id", nil, nil)
	}
	sameEverywhere(t, rigs, "SELECT id FROM docs WHERE FOLD(JSON_TEXT(name, 'fr_FR')) LIKE '%ecrou%'", nil, nil)
	for _, engine := range slices.Sorted(maps.Keys(rigs)) {
		r := rigs[engine]
		code := func(sql string) string {
			_, err := answersOf(t, r, filter.Request{Caller: as("ANNA"), Text: sql})
			return string(codeOf(err))
		}
		lines, err := answersOf(t, r, filter.Request{Caller: as("ANNA"), Text: "SELECT JSON_TEXT(name, 'fr_FR') AS x FROM docs WHERE id < 5 ORDER BY id"})
		if got, want := strings.Join(lines, ", "), "x text, Écrou, NULL, NULL, NULL"; err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", engine, got, err, want)
		}
		for _, bad := range []string{"JSON_TEXT(name, 'a\"b')", "JSON_TEXT(name, '')", "JSON_TEXT(name, owner)", "JSON_TEXT(name, '$')", "JSON_TEXT(name, '*')", "JSON_TEXT(name, 'é')"} {
			if got := code("SELECT " + bad + " FROM docs"); got != "sql_unsupported" {
				t.Errorf("%s: %s is %s", engine, bad, got)
			}
		}
		if got := code("SELECT JSON_TEXT(id, 'a') FROM docs"); got != "type_mismatch" {
			t.Errorf("%s: a number for JSON is %s", engine, got)
		}
		text := code("SELECT JSON_TEXT(owner, 'a') FROM docs")
		if engine == catalog.Postgres != (text == "type_mismatch") || engine != catalog.Postgres && text != "" {
			t.Errorf("%s: a text for JSON is %q", engine, text)
		}
	}
}

// TestAResourceSpeaksTheRequestsLanguage: what an ERP keeps by language is one
// text, in the language of the request or the next best; text is left as it is.
func TestAResourceSpeaksTheRequestsLanguage(t *testing.T) {
	r := everyEngineWith(t, withJSON, withJSONProfile)[catalog.Postgres]
	if r == nil {
		t.Skip("there is no PostgreSQL, the one engine with columns of JSON")
	}
	for language, want := range map[view.Language]string{
		view.French:  `id integer|name text|owner text; 1|Écrou|ANNA; 2|Bolt "M8" é|ANNA; 4|NULL|ANNA; 10||ANNA`,
		view.English: `id integer|name text|owner text; 1|Nut|ANNA; 2|Bolt "M8" é|ANNA; 4|NULL|ANNA; 10|NULL|ANNA`,
	} {
		lines, err := answersOf(t, r, filter.Request{Caller: as("ANNA"), Language: language, Text: "SELECT id, name, owner FROM things WHERE id IN (1, 2, 4, 10, 21) ORDER BY id"})
		if got := strings.Join(lines, "; "); err != nil || got != want {
			t.Errorf("%v: %s, %v; want %s", language, got, err, want)
		}
	}
	v, err := r.gate.View(t.Context(), as("ANNA"))
	if err != nil || len(v.Resource("things").Search) != 1 {
		t.Errorf("a search cannot look into names: %v", err)
	}
}
