package filter_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/portal"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/profiles"
)

var counterERP = []string{
	`CREATE TABLE sales (id int NOT NULL PRIMARY KEY, customer varchar(17) NOT NULL, amount decimal(12, 2), cost decimal(12, 2), kind smallint)`,
	`INSERT INTO sales VALUES (1, 'ANNA', 10.50, 4, 1), (2, 'ANNA', 20.25, 5, 2), (3, 'BORIS', 1000, 6, 1), (4, 'ANNA', 3, 7, 1)`,
}

const counterProfile = `
profile: COUNTER
erp: custom
modules: {shop: {level: read}, drafts: {level: none}}
tables:
  sales:
    rows: customer = :customer
    modules: {shop: kind = 1, drafts: kind = 2}
    columns: {id: {}, amount: {}, kind: {}, cost: {hidden: true}}
dashboard:
  total: {title: {fr: Total, en: Sum}, module: shop, sql: "SELECT COUNT(*) AS count, SUM(amount) AS amount FROM sales"}
  drafts: {title: {fr: Brouillons, en: Drafts}, module: drafts, sql: SELECT COUNT(*) AS count FROM sales}
  margin: {sql: SELECT SUM(cost) AS cost FROM sales}
  elsewhere: {sql: SELECT COUNT(*) AS count FROM ledger}
  fails: {sql: 'SELECT id, id FROM sales'}
  empty: {sql: SELECT id FROM sales WHERE id > 100}
`

// TestDashboardShowsWhatTheCustomerCouldAsk on every engine: his own rows of the
// modules that are on, in both languages; what he could not ask for is left out,
// without a word of it.
func TestDashboardShowsWhatTheCustomerCouldAsk(t *testing.T) {
	on(t, workshopsWith(t, counterERP, counterProfile), func(t *testing.T, w *workshop) {
		front := portal.New(portal.Config{Gate: w.gate, Identify: anybody{}, Logger: zerolog.Nop()})
		for who, want := range map[string]string{
			"ANNA":   `[{"name":"total","title":"Total","columns":["count","amount"],"rows":[{"count":2,"amount":13.50}]},{"name":"empty","title":"","columns":["id"],"rows":[]}]`,
			"BORIS":  `[{"name":"total","title":"Total","columns":["count","amount"],"rows":[{"count":1,"amount":1000.00}]},{"name":"empty","title":"","columns":["id"],"rows":[]}]`,
			"NOBODY": `[{"name":"total","title":"Total","columns":["count","amount"],"rows":[{"count":0,"amount":null}]},{"name":"empty","title":"","columns":["id"],"rows":[]}]`,
		} {
			got, body := attack{customer: who, request: "GET me/dashboard HTTP\nAccept-Language: fr"}.through(front)
			var shown struct{ Tiles json.RawMessage }
			text, _, _ := strings.Cut(body, " map[")
			if err := json.Unmarshal([]byte(text), &shown); err != nil || got.refused {
				t.Fatalf("%s: %v %s", who, err, body)
			}
			if plain := strings.NewReplacer(".50", ".5", "1000.00", "1000").Replace; plain(string(shown.Tiles)) != plain(want) {
				t.Errorf("%s sees\n%s\nwant\n%s", who, shown.Tiles, want)
			}
		}
		if got, _ := (attack{customer: "ANNA", request: "GET me/dashboard?tile=margin HTTP"}).through(front); got.status != "400" {
			t.Errorf("with parameters: %+v", got)
		}
		if got, _ := (attack{customer: "ANNA", request: "POST me/dashboard HTTP"}).through(front); got.status != "405" {
			t.Errorf("POST: %+v", got)
		}
	})
}

// TestAHiddenFiltersAttributeIsNotNamed: who lacks an attribute, or has it in another
// form than the ERP, is refused what it filters, in words that do not show a filter
// which the profile hides, nor of what type its column is; and the rest of his
// dashboard is his.
func TestAHiddenFiltersAttributeIsNotNamed(t *testing.T) {
	r := newRig(t, "CREATE TABLE posts (id int NOT NULL PRIMARY KEY, owner varchar(17) NOT NULL, zone int); CREATE TABLE bills (id int NOT NULL PRIMARY KEY, owner varchar(17) NOT NULL); INSERT INTO bills VALUES (1,'ANNA')", `
profile: TILES
title: {fr: Essai, en: Trial}
erp: custom
tables:
  posts: {rows: owner = :customer, columns: {id: {}}, filters: [{name: blacklist, where: "zone = :attr_blacklisted_zone", hidden: true}]}
  bills: {rows: owner = :customer, columns: {id: {}}}
dashboard:
  posts: {title: {fr: Posts, en: Posts}, sql: SELECT COUNT(*) AS count FROM posts}
  bills: {title: {fr: Factures, en: Bills}, sql: SELECT COUNT(*) AS count FROM bills}
`)
	var bodies []string
	for _, attributes := range []map[string]string{nil, {"blacklisted_zone": "north"}, {"blacklisted_zone": "007"}} {
		door := changedDoor{func(c *identity.Caller) { c.Customer.Attributes = attributes }}
		w := restBy(r, testCursors, door, "posts")
		if bodies = append(bodies, w.Body.String()); w.Code != 403 || bodies[0] != w.Body.String() || strings.Contains(w.Body.String(), "attr") || strings.Contains(w.Body.String(), "number") {
			t.Errorf("%v: %d %s", attributes, w.Code, w.Body)
		}
		request := httptest.NewRequest("GET", "/v1/dossiers/d/me/dashboard", nil)
		request.Header.Set("Authorization", "Bearer vk_x")
		request.Header.Set(identity.HeaderCustomer, "ANNA")
		tiles := httptest.NewRecorder()
		portal.New(portal.Config{Gate: r.gate, Identify: door, Logger: zerolog.Nop()}).ServeHTTP(tiles, request)
		if tiles.Code != 200 || strings.Contains(tiles.Body.String(), `"posts"`) || !strings.Contains(tiles.Body.String(), `"rows":[{"count":1}]`) {
			t.Errorf("%v: the dashboard: %d %s", attributes, tiles.Code, tiles.Body)
		}
	}
}

// TestUnaskedTiles: what check tells an administrator of.
func TestUnaskedTiles(t *testing.T) {
	r := newRig(t, strings.Join(spelled(counterERP), ";"), counterProfile)
	p, err := profiles.Load("p.yaml", []byte(counterProfile))
	if err != nil {
		t.Fatal(err)
	}
	cat, err := r.worlds.Catalog(t.Context(), "d")
	if err != nil {
		t.Fatal(err)
	}
	unasked := filter.Unasked(view.Bind(p, cat))
	if len(unasked) != 2 || unasked["margin"] == nil || unasked["elsewhere"] == nil {
		t.Errorf("%v", unasked)
	}
}
