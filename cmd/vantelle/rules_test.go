package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/erpshape"
)

const rulesSettings = `
portal: {listen: "127.0.0.1:0"}
admin:
  listen: "localhost:0"
  tokens: [{name: Camille, token: "${ADMIN_TOKEN}"}]
directory: %s
log: {level: debug}
dossiers:
  sage: {erp: sage100, engine: sqlite, path: erp.db, schedule: ""}
keys: [{name: portal, key: "${PORTAL_KEY}", dossiers: [sage]}]
`

// mine is a small profile whose every rule the tests change.
const mine = `profile: MINE
title: {fr: Le mien, en: Mine}
erp: sage100
licence: connect
modules:
  quotes: {title: {fr: Devis, en: Quotes}, level: read} # sent ones
  orders: {title: {fr: Commandes, en: Orders}, level: read}
  invoices: {title: {fr: Factures, en: Invoices}, level: read}
tables:
  F_COMPTET:
    rows: CT_Num = :customer AND CT_Type = 0
    columns: {CT_Num: {}, CT_Intitule: {}}
  F_DOCENTETE:
    rows: DO_Tiers = :customer AND DO_Domaine = 0
    modules:
      quotes: DO_Type = 0 AND DO_Statut >= 1
      orders: DO_Type = 1
      invoices: DO_Type = 7
    columns:
      DO_Domaine: {}
      DO_Type: {}
      DO_Piece: {}
      DO_Date: {}
      DO_Tiers: {}
      DO_Coord01: {hidden: true}
  F_DOCLIGNE:
    follows: {table: F_DOCENTETE, on: [[DO_Domaine, DO_Domaine], [DO_Type, DO_Type], [DO_Piece, DO_Piece]]}
    columns: {DO_Type: {}, DO_Piece: {}, DL_Ligne: {}, DL_Design: {}}
`

// changed is mine with replacements: old, new, …
func changed(t *testing.T, pairs ...string) string {
	t.Helper()
	text := mine
	for i := 0; i+1 < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			t.Fatalf("the profile does not hold %q", pairs[i])
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	return text
}

// house is a service with profiles to rule.
type house struct {
	*service
	t *testing.T
}

// onDirectories runs a test on a directory in SQLite and on one in PostgreSQL,
// each with a synchronised Sage in which Alpha and Beta have the profile MINE.
func onDirectories(t *testing.T, test func(t *testing.T, h *house)) {
	onDirectoriesWith(t, mine, func(settings string) string { return settings }, test)
}

// directoryIn is where a directory is, in the words of the configuration: in a file,
// or in a database of its own.
func directoryIn(t *testing.T, driver string) string {
	t.Helper()
	if driver != "postgres" {
		return "{path: vantelle.db}"
	}
	dsn, _, _ := erpshape.Postgres(t)
	return fmt.Sprintf("{driver: postgres, dsn: %q}", dsn)
}

// onDirectoriesWith is onDirectories with another profile MINE and other settings.
func onDirectoriesWith(t *testing.T, profile string, change func(settings string) string, test func(t *testing.T, h *house)) {
	for _, driver := range []string{"sqlite", "postgres"} {
		t.Run(driver, func(t *testing.T) {
			where := directoryIn(t, driver)
			s := newSite(t)
			s.write("vantelle.yaml", change(fmt.Sprintf(rulesSettings, where)))
			h := &house{s.startSynced(), t}
			h.put("MINE", profile, "").ok(http.StatusCreated)
			for _, c := range []string{erpshape.SageAlpha, erpshape.SageBeta} {
				h.ask("PUT", "/dossiers/sage/customers/"+c+"/access", map[string]any{"profile": "MINE"}, "").ok(http.StatusCreated)
			}
			test(t, h)
		})
	}
}

// reply is an answer of the administrators' API.
type reply struct {
	answer
	t    *testing.T
	json map[string]any
}

// ask calls the administrators' API; match is an ETag for If-Match.
func (h *house) ask(method, path string, body any, match string) reply {
	h.t.Helper()
	text := ""
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			h.t.Fatal(err)
		}
		text = string(b)
	}
	headers := admin()
	if match != "" {
		headers = append(headers, "If-Match", match)
	}
	r := reply{answer: h.call(method, h.admin+"/admin/v1"+path, text, headers), t: h.t}
	if strings.Contains(r.header.Get("Content-Type"), "json") {
		if err := json.Unmarshal([]byte(r.body), &r.json); err != nil {
			h.t.Fatalf("%s: %v", r.body, err)
		}
	}
	return r
}

func (r reply) ok(status int) reply {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("answered %d %s, want %d", r.status, r.body, status)
	}
	return r
}

// refused wants a refusal with a finding of the code.
func (r reply) refused(code string) reply {
	r.t.Helper()
	if r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, `"code":"`+code+`"`) {
		r.t.Fatalf("answered %d %s, want 422 with the finding %s", r.status, r.body, code)
	}
	return r
}

// holds wants a text in the answer.
func (r reply) holds(text string) reply {
	r.t.Helper()
	if !strings.Contains(r.body, text) {
		r.t.Fatalf("%q is not in %s", text, r.body)
	}
	return r
}

// etag reads the version of a profile in force.
func (h *house) etag(profile string) string {
	h.t.Helper()
	return h.ask("GET", "/profiles/"+profile, nil, "").ok(http.StatusOK).header.Get("ETag")
}

func (h *house) put(profile, text, match string) reply {
	h.t.Helper()
	return h.ask("PUT", "/profiles/"+profile, map[string]any{"text": text, "note": "for a test"}, match)
}

// puts puts a new text in force, on the version that is.
func (h *house) puts(profile, text string) reply {
	h.t.Helper()
	return h.put(profile, text, h.etag(profile))
}

// pieces gives the documents that a customer sees.
func (h *house) pieces(customer string) []string {
	h.t.Helper()
	return h.sql(customer, "SELECT DO_Piece FROM F_DOCENTETE ORDER BY DO_Piece").column(h.t)
}

// unchanged wants the version in force, and what Alpha sees, to be as before.
func (h *house) unchanged(do func()) {
	h.t.Helper()
	version, seen := h.etag("MINE"), h.pieces(erpshape.SageAlpha)
	do()
	if now := h.etag("MINE"); now != version {
		h.t.Errorf("version %s is in force, and was %s", now, version)
	}
	if now := h.pieces(erpshape.SageAlpha); fmt.Sprint(now) != fmt.Sprint(seen) {
		h.t.Errorf("the customer sees %v, and saw %v", now, seen)
	}
}
