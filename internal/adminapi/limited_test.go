package adminapi

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/access"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/trial"
)

// The profiles of the two kinds of ERP that the administrators of the tests look
// after, and a text that would open the documents of all to everybody.
const (
	shopText = "profile: SHOP\nerp: sage100\nlicence: connect\ntables: {DOCS: {rows: owner = :customer, columns: {id: {}, number: {}}}}\n"
	webText  = "profile: WEB\nerp: odoo\ntables: {DOCS: {rows: owner = :customer, columns: {id: {}, number: {}}}}\n"
	openText = "profile: SHOP\nerp: odoo\ntables: {DOCS: {public: true, other_columns: shown}}\n"
)

// secrets are what nobody may learn who does not look after bijou: its customers,
// their documents, what was noted about them, and what policy tests say of them.
var secrets = []string{"BAGUES", "Bagues", "CARAT", "Carat", "anna", "they pay late", "PO 17", "FA001"}

// twoKinds is a house in which bijou (a Sage) holds one of everything, and other
// (an Odoo) a customer of its own.
func twoKinds(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	h.imports("run-1", customer("BAGUES", "BAGUES", "Bagues"), customer("CARAT", "CARAT", "Carat"))
	xenon := customer("XENON", "XENON", "Xenon")
	xenon.Dossier = "other"
	h.imports("run-2", xenon)
	h.stopped("run-0")
	h.asks("run-0b", directory.Decision{Kind: directory.DecideRenamed, CustomerID: "CARAT", OtherID: "BAGUES", Detail: "the ERP keeps both in the same row"})

	// SHOP was once a profile of the other kind, before it was deleted and made anew:
	// that version is still there to go back to.
	_, err := h.store.PutProfile(t.Context(), directory.Profile{Name: "SHOP", ERP: "odoo"}, directory.ProfileVersion{Origin: directory.OriginEdited, Text: openText}, directory.Act{Noun: "profile", Object: "SHOP"})
	h.must(err)
	h.must(h.store.DeleteProfile(t.Context(), "SHOP", 1, directory.Act{Noun: "profile", Object: "SHOP", Action: "delete"}))
	h.prepareRules()
	system := access.Administrator{KeyID: "test"}
	put := func(text, tests string) {
		t.Helper()
		_, err := h.shop.rules.Put(t.Context(), system, access.PutRequest{Text: text, Tests: tests})
		h.must(err)
	}
	put(shopText, "# Bagues pays late\ntests:\n  - {name: Bagues has three invoices, dossier: bijou, customer: BAGUES, table: DOCS, where: id > 2, rows: 3}\n"+
		"  - {name: elsewhere, dossier: nowhere, customer: CARAT, table: DOCS, rows: some}\n")
	put(strings.Replace(shopText, "SHOP", "SHOP small\nextends: SHOP", 1), "")
	put(webText, "# as agreed\ntests:\n  - {name: Xenon has one document, dossier: other, customer: XENON, table: DOCS, rows: 1}\n")
	put(strings.Replace(webText, "WEB", "WEB small\nextends: WEB", 1), "")
	for _, a := range []directory.Access{{Dossier: "bijou", CustomerID: "BAGUES", Profile: "SHOP"}, {Dossier: "bijou", CustomerID: "CARAT", Profile: "SHOP"}, {Dossier: "other", CustomerID: "XENON", Profile: "WEB"}} {
		a.State, a.ChangedBy = directory.AccessGranted, "test"
		_, err := h.store.PutAccess(t.Context(), a)
		h.must(err)
	}
	_, _, err = h.store.AddRequest(t.Context(), directory.Request{ID: "R1", Dossier: "bijou", CustomerID: "CARAT", KeyID: "k", Kind: "order", Profile: "SHOP", Version: 2,
		Body: `{"fields": {"reference": "PO 17"}, "lines": []}`}, 10)
	h.must(err)
	for _, call := range []struct{ method, path, body string }{
		{"PUT", "dossiers/bijou/customers/CARAT/memberships/anna", `{"role": "user", "note": "they pay late"}`},
		{"PUT", "dossiers/bijou/default-profiles", `{"defaults": [{"licence": "", "profile": "SHOP"}]}`},
		{"PUT", "dossiers/bijou/files/invoices/FA001?customer=CARAT&name=FA001.txt", `"PO 17"`},
		{"POST", "profiles/SHOP/transfer", `{"to": "SHOP small", "dossier": "bijou", "customer": "BAGUES", "note": "they pay late"}`},
		{"POST", "profiles/SHOP%20small/transfer", `{"to": "SHOP", "note": "BAGUES and his friends"}`},
		{"GET", "dossiers/bijou/customers/CARAT/view/rows/DOCS", ""},
	} {
		if a := h.ask(keyAll, call.method, "/admin/v1/"+call.path, call.body, "Vantelle-Reason", "they pay late"); a.status >= 300 {
			t.Fatalf("%s %s answered %d %s", call.method, call.path, a.status, a.text)
		}
	}
	return h
}

// bijou is all that an administrator of other dossiers must leave as it is there.
func (h *house) bijou() string {
	h.t.Helper()
	var out strings.Builder
	set, err := h.store.ProfilesInForce(h.t.Context())
	h.must(err)
	for _, v := range set.Versions {
		if strings.Contains(v.Text, "erp: sage100") {
			fmt.Fprintf(&out, "%s@%d %s\n%s\n%s\n", v.Profile, v.Version, v.Origin, v.Text, v.Tests)
		}
	}
	for _, path := range []string{"accesses", "default-profiles", "customers/CARAT/memberships", "customers", "runs", "decisions?all=true", "outbox", "files/invoices/FA001?customer=CARAT",
		"customers/CARAT/view/rows/DOCS", "customers/BAGUES/view/rows/DOCS", "customers/CARAT/view/catalog"} {
		a := h.ask(keyAll, "GET", "/admin/v1/dossiers/bijou/"+path, "", "Vantelle-Reason", "to compare").want(h.t, 200, "")
		fmt.Fprintln(&out, path, a.text)
	}
	licences := h.ask(keyAll, "GET", "/admin/v1/licences", "").want(h.t, 200, "")
	fmt.Fprintln(&out, licences.text)
	return out.String()
}

// limitedCall is what an administrator of other alone tries with one call of the API.
type limitedCall struct {
	route  string // as the API offers it
	path   string // below /admin/v1/, as he asks it
	body   string
	match  string // If-Match
	status int
	code   string
	holds  string // that the answer must hold
}

// text is a text in a JSON body.
func text(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

// The policy tests by which he would count, of any customer, the rows of which
// anything is true.
var spying = "tests:\n  - {name: a, dossier: bijou, customer: id:1, sql: \"SELECT id FROM DOCS\", rows: 777}\n  - {name: b, dossier: bijou, customer: NOBODY, table: DOCS, rows: none}\n"

// limitedCalls are the calls that name no dossier in their path, and those within
// his own dossier that name something else in their bodies, parameters or paths.
func limitedCalls() []limitedCall {
	const forbidden = "conflict"
	asOdoo := func(s string) string { return strings.NewReplacer("SHOP", "OWN", "sage100", "odoo").Replace(s) }
	return []limitedCall{
		{route: "GET /admin/v1/dossiers", path: "dossiers", status: 200},
		{route: "GET /admin/v1/runs/{run}", path: "runs/run-1", status: 404, code: "not_found"},
		{route: "POST /admin/v1/runs/{run}/cancel", path: "runs/run-1/cancel", status: 404, code: "not_found"},
		{route: "POST /admin/v1/runs/{run}/approve", path: "runs/run-0/approve", body: "{}", status: 404, code: "not_found"},
		{route: "POST /admin/v1/runs/{run}/reject", path: "runs/run-0/reject", body: "{}", status: 404, code: "not_found"},
		{route: "GET /admin/v1/runs/{run}/events", path: "runs/run-1/events", status: 404, code: "not_found"},
		{route: "GET /admin/v1/runs/{run}/changes", path: "runs/run-1/changes", status: 404, code: "not_found"},

		{route: "GET /admin/v1/profiles", path: "profiles", status: 200},
		{route: "GET /admin/v1/profiles/{profile}", path: "profiles/B2B", status: 200, holds: `"dossiers":[]`},
		{route: "PUT /admin/v1/profiles/{profile}", path: "profiles/SHOP", match: `"2"`, body: `{"text": ` + text(shopText) + `}`, status: 409, code: forbidden},
		{route: "PUT /admin/v1/profiles/{profile}", path: "profiles/SHOP", match: `"2"`, body: `{"text": ` + text(openText) + `}`, status: 409, code: forbidden},
		{route: "PUT /admin/v1/profiles/{profile}", path: "profiles/SHOP", match: `"2"`, body: `{"text": ` + text(openText) + `, "dry_run": true}`, status: 409, code: forbidden},
		{route: "PUT /admin/v1/profiles/{profile}", path: "profiles/SHOP", match: `"2"`, body: `{"text": ` + text(openText) + `, "accept": ["erp_changed", "table_lost", "empties_views"]}`, status: 409, code: forbidden},
		{route: "PUT /admin/v1/profiles/{profile}", path: "profiles/OWN", body: `{"text": ` + text(strings.Replace(shopText, "SHOP", "OWN", 1)) + `}`, status: 409, code: forbidden},
		{route: "PUT /admin/v1/profiles/{profile}", path: "profiles/OWN", body: `{"text": ` + text(strings.Replace(openText, "SHOP", "OWN\nextends: SHOP", 1)) + `}`, status: 422, code: "rule_refused"},
		{route: "PUT /admin/v1/profiles/{profile}", path: "profiles/OWN", body: `{"text": ` + text(asOdoo(webText)) + `}`, status: 400, code: "bad_request"},
		{route: "PUT /admin/v1/profiles/{profile}", path: "profiles/WEB", match: `"1"`, body: `{"text": ` + text(webText) + `, "tests": ` + text(spying) + `, "dry_run": true}`, status: 200, holds: "there is no dossier bijou here"},
		{route: "DELETE /admin/v1/profiles/{profile}", path: "profiles/UNUSED", match: `"1"`, status: 409, code: forbidden},
		{route: "GET /admin/v1/profiles/{profile}/text", path: "profiles/SHOP/text", status: 200, holds: `"tests":""`},
		{route: "GET /admin/v1/profiles/{profile}/text", path: "profiles/SHOP/text?version=2", status: 200, holds: `"tests":""`},
		{route: "GET /admin/v1/profiles/{profile}/text", path: "profiles/WEB/text", status: 200, holds: "# as agreed"},
		{route: "GET /admin/v1/profiles/{profile}/versions", path: "profiles/SHOP/versions", status: 200},
		{route: "POST /admin/v1/profiles/{profile}/duplicate", path: "profiles/SHOP/duplicate", body: `{"name": "OWN"}`, status: 409, code: forbidden},
		{route: "POST /admin/v1/profiles/{profile}/duplicate", path: "profiles/SHOP/duplicate", body: `{"name": "OWN", "restrict": true}`, status: 409, code: forbidden},
		{route: "POST /admin/v1/profiles/{profile}/duplicate", path: "profiles/WEB/duplicate", body: `{"name": "SHOP"}`, status: 412, code: "precondition_failed"},
		{route: "POST /admin/v1/profiles/{profile}/undo", path: "profiles/SHOP/undo", match: `"2"`, body: `{"version": 1, "accept": ["erp_changed"]}`, status: 409, code: forbidden},
		{route: "POST /admin/v1/profiles/{profile}/undo", path: "profiles/SHOP/undo", match: `"2"`, body: `{"version": 2}`, status: 409, code: forbidden},
		{route: "POST /admin/v1/profiles/{profile}/reset", path: "profiles/STANDARD/reset", match: `"1"`, status: 409, code: forbidden},
		{route: "PUT /admin/v1/profiles/{profile}/levels", path: "profiles/MODULES/levels", match: `"1"`, body: `{"levels": {"invoices": "full"}}`, status: 409, code: forbidden},
		{route: "POST /admin/v1/profiles/{profile}/test", path: "profiles/SHOP/test", body: `{"tests": ` + text(spying) + `}`, status: 200, holds: "there is no dossier bijou here"},
		{route: "POST /admin/v1/profiles/{profile}/test", path: "profiles/SHOP/test", body: `{"version": 2}`, status: 200, holds: `"tests":[]`},
		{route: "POST /admin/v1/profiles/{profile}/test", path: "profiles/SHOP/test", status: 200, holds: `"tests":[]`},
		{route: "POST /admin/v1/profiles/{profile}/test", path: "profiles/WEB/test", status: 200, holds: `"result":"passed"`},
		{route: "GET /admin/v1/profiles/{profile}/users", path: "profiles/SHOP/users", status: 200, holds: `"count":0`},
		{route: "POST /admin/v1/profiles/{profile}/transfer", path: "profiles/SHOP/transfer", body: `{"to": "SHOP small"}`, status: 200, holds: `"users":[]`},
		{route: "POST /admin/v1/profiles/{profile}/transfer", path: "profiles/SHOP/transfer", body: `{"to": "SHOP small", "dossier": "bijou"}`, status: 404, code: "not_found"},
		{route: "POST /admin/v1/profiles/{profile}/transfer", path: "profiles/SHOP/transfer", body: `{"to": "SHOP small", "dossier": "bijou", "customer": "CARAT", "account": "anna"}`, status: 404, code: "not_found"},
		{route: "POST /admin/v1/profiles/{profile}/transfer", path: "profiles/SHOP/transfer", body: `{"to": "SHOP small", "dossier": "other", "customer": "CARAT"}`, status: 404, code: "not_found"},
		{route: "POST /admin/v1/profiles/{profile}/transfer", path: "profiles/WEB/transfer", body: `{"to": "SHOP"}`, status: 400, code: "bad_request"},
		{route: "GET /admin/v1/profile-comparison", path: "profile-comparison?from=SHOP@1&to=SHOP&full=true", status: 200},
		{route: "GET /admin/v1/licences", path: "licences", status: 200},
		{route: "PUT /admin/v1/licences/{licence}", path: "licences/connect", match: `"1"`, body: `{"price_class": 1, "ceiling": {"*": "none"}}`, status: 409, code: forbidden},
		{route: "PUT /admin/v1/licences/{licence}", path: "licences/own", body: `{"price_class": 1, "ceiling": {"*": "full"}}`, status: 409, code: forbidden},
		{route: "DELETE /admin/v1/licences/{licence}", path: "licences/connect", match: `"1"`, status: 409, code: forbidden},

		{route: "GET /admin/v1/acts", path: "acts", status: 400, code: "bad_request"},
		{route: "GET /admin/v1/acts", path: "acts?noun=profile", status: 400, code: "bad_request"},
		{route: "GET /admin/v1/acts", path: "acts?noun=profile&object=SHOP", status: 200, holds: `"action":"delete"`},
		{route: "GET /admin/v1/acts", path: "acts?noun=profile&object=SHOP%20small", status: 200, holds: `"action":"edited"`},
		{route: "GET /admin/v1/acts", path: "acts?noun=licence&object=connect", status: 200},
		{route: "GET /admin/v1/acts", path: "acts?noun=customer&object=bijou/CARAT", status: 400, code: "bad_request"},
		{route: "GET /admin/v1/acts", path: "acts?noun=membership&object=bijou/CARAT/anna", status: 400, code: "bad_request"},
		{route: "GET /admin/v1/acts", path: "acts?noun=defaults&object=bijou", status: 400, code: "bad_request"},
		{route: "GET /admin/v1/acts", path: "acts?noun=file&object=bijou/invoices/FA001/CARAT/FA001.txt", status: 400, code: "bad_request"},
		{route: "GET /admin/v1/acts", path: "acts?noun=request&object=bijou/R1", status: 400, code: "bad_request"},
		{route: "GET /admin/v1/audit", path: "audit", status: 400, code: "bad_request"},
		{route: "GET /admin/v1/audit", path: "audit?dossier=bijou", status: 404, code: "no_such_dossier"},

		// What is named within his own dossier is looked for there alone.
		{route: "POST /admin/v1/dossiers/{dossier}/decisions/{decision}", path: "dossiers/other/decisions/{DECISION}", body: `{"verdict": "same"}`, status: 404, code: "not_found"},
		{route: "GET /admin/v1/dossiers/{dossier}/customers/{customer}", path: "dossiers/other/customers/CARAT", status: 404, code: "not_found"},
		{route: "PUT /admin/v1/dossiers/{dossier}/customers/{customer}/access", path: "dossiers/other/customers/CARAT/access", body: `{"profile": "B2B"}`, status: 404, code: "not_found"},
		{route: "GET /admin/v1/dossiers/{dossier}/customers/{customer}/memberships", path: "dossiers/other/customers/CARAT/memberships", status: 200, holds: `"memberships":[]`},
		{route: "PUT /admin/v1/dossiers/{dossier}/customers/{customer}/memberships/{account}", path: "dossiers/other/customers/CARAT/memberships/anna", body: `{"role": "user"}`, status: 404, code: "not_found"},
		{route: "PUT /admin/v1/dossiers/{dossier}/customers/{customer}/memberships/{account}", path: "dossiers/other/customers/XENON/memberships/max", body: `{"role": "user", "profile": "SHOP small"}`, status: 422, code: "rule_refused"},
		{route: "DELETE /admin/v1/dossiers/{dossier}/customers/{customer}/memberships/{account}", path: "dossiers/other/customers/CARAT/memberships/anna", status: 404, code: "not_found"},
		{route: "PUT /admin/v1/dossiers/{dossier}/default-profiles", path: "dossiers/other/default-profiles", body: `{"defaults": [{"licence": "", "profile": "SHOP"}]}`, status: 400, code: "bad_request"},
		{route: "POST /admin/v1/dossiers/{dossier}/explain", path: "dossiers/other/explain", body: `{"customer": "BAGUES", "sql": "SELECT id FROM DOCS"}`, status: 200, holds: "No customer has this code"},
		{route: "POST /admin/v1/dossiers/{dossier}/why", path: "dossiers/other/why", body: `{"customer": "CARAT", "table": "DOCS", "row": {"id": 6}}`, status: 404, code: "not_found"},
		{route: "POST /admin/v1/dossiers/{dossier}/why", path: "dossiers/other/why", body: `{"customer": "id:CARAT", "account": "anna", "table": "DOCS"}`, status: 404, code: "not_found"},
		{route: "POST /admin/v1/dossiers/{dossier}/what-changes", path: "dossiers/other/what-changes", body: `{"customer": "CARAT", "from": "WEB", "to": "WEB"}`, status: 404, code: "not_found"},
		{route: "POST /admin/v1/dossiers/{dossier}/what-changes", path: "dossiers/other/what-changes", body: `{"customer": "XENON", "from": "SHOP", "to": "WEB"}`, status: 400, code: "bad_request"},
		{route: "POST /admin/v1/dossiers/{dossier}/what-changes", path: "dossiers/other/what-changes", body: `{"customer": "XENON", "from": "WEB", "text": ` + text(shopText) + `}`, status: 400, code: "bad_request"},
		{route: "GET /admin/v1/dossiers/{dossier}/customers/{customer}/view/{call...}", path: "dossiers/other/customers/CARAT/view/rows/DOCS", status: 404, code: "not_found"},
		{route: "GET /admin/v1/dossiers/{dossier}/customers/{customer}/view/{call...}", path: "dossiers/other/customers/XENON/view/..%2Fbijou%2Frows%2FDOCS", status: 404, code: "not_found"},
		{route: "POST /admin/v1/dossiers/{dossier}/customers/{customer}/view/{call...}", path: "dossiers/other/customers/CARAT/view/sql", body: `{"sql": "SELECT id FROM DOCS"}`, status: 404, code: "not_found"},
		{route: "GET /admin/v1/dossiers/{dossier}/files/{resource}/{key}", path: "dossiers/other/files/invoices/FA001?customer=CARAT", status: 404, code: "not_found"},
		{route: "GET /admin/v1/dossiers/{dossier}/files/{resource}/{key}", path: "dossiers/other/files/articles/..%2F..%2Fbijou?", status: 200, holds: `"files":[]`},
		{route: "GET /admin/v1/dossiers/{dossier}/outbox/{request}", path: "dossiers/other/outbox/R1", status: 404, code: "not_found"},
		{route: "POST /admin/v1/dossiers/{dossier}/outbox/take", path: "dossiers/other/outbox/take", body: `{"ids": ["R1"]}`, status: 200, holds: `"requests":[]`},
		{route: "POST /admin/v1/dossiers/{dossier}/outbox/{request}/done", path: "dossiers/other/outbox/R1/done", body: `{"number": "1"}`, status: 404, code: "not_found"},
		{route: "POST /admin/v1/dossiers/{dossier}/outbox/{request}/refuse", path: "dossiers/other/outbox/R1/refuse", body: `{"reason": "no"}`, status: 404, code: "not_found"},
		{route: "POST /admin/v1/dossiers/{dossier}/outbox/{request}/return", path: "dossiers/other/outbox/R1/return", body: `{}`, status: 404, code: "not_found"},
	}
}

// TestAnAdministratorOfSomeDossiersReachesNoOther walks every call that the API
// offers, with the key of one dossier, towards another: by the path, and by all
// that bodies and parameters may name instead. Without the checks behind it an
// administrator of other counted bijou's rows by policy tests, and opened bijou by
// a version of its profile that says that it is for another kind of ERP.
func TestAnAdministratorOfSomeDossiersReachesNoOther(t *testing.T) {
	h := twoKinds(t)
	_, err := h.shop.rules.Put(t.Context(), access.Administrator{KeyID: "test"}, access.PutRequest{Text: strings.Replace(shopText, "profile: SHOP", "profile: MODULES\nmodules: {invoices: {level: read}}", 1)})
	h.must(err)
	decisions := h.ask(keyAll, "GET", "/admin/v1/dossiers/bijou/decisions", "").want(t, 200, "")
	named := strings.NewReplacer("{dossier}", "bijou", "{customer}", "CARAT", "{account}", "anna", "{decision}", "{DECISION}", "{request}", "R1", "{resource}", "invoices", "{key}", "FA001", "{call...}", "rows/DOCS",
		"{DECISION}", fmt.Sprint(decisions.at("decisions", 0, "id")))

	source, err := os.ReadFile("adminapi.go")
	h.must(err)
	calls := limitedCalls()
	for _, route := range matches(`"((?:GET|POST|PUT|DELETE) /admin/v1/[^"]+)"`, string(source)) {
		switch {
		case strings.Contains(route, "{dossier}"):
			_, path, _ := strings.Cut(route, " /admin/v1/")
			calls = append(calls, limitedCall{route: route, path: path, body: "{}", match: `"1"`, status: 404, code: "no_such_dossier"})
		case !slices.ContainsFunc(calls, func(c limitedCall) bool { return c.route == route }):
			t.Errorf("nobody has looked what %s tells an administrator of other dossiers", route)
		}
	}
	before := h.bijou()
	for _, c := range calls {
		t.Run(c.route, func(t *testing.T) {
			method, _, _ := strings.Cut(c.route, " ")
			body := c.body
			if method == "GET" || method == "DELETE" {
				body = ""
			}
			headers := []string{"Vantelle-Reason", "curious"}
			if c.match != "" {
				headers = append(headers, "If-Match", c.match)
			}
			path := "/admin/v1/" + named.Replace(named.Replace(c.path))
			got := h.ask(keyOther, method, path, body, headers...).want(t, c.status, c.code)
			if !strings.Contains(got.text, c.holds) {
				t.Errorf("%s answered %s, which does not hold %s", c.path, got.text, c.holds)
			}
			for _, secret := range secrets {
				if strings.Contains(got.text, secret) {
					t.Errorf("%s tells of %s: %s", c.path, secret, got.text)
				}
			}
			if after := h.bijou(); after != before {
				t.Errorf("%s changed the dossier of others:\n%s\nit was\n%s", c.path, after, before)
				before = after
			}
			if c.code == "no_such_dossier" && strings.Contains(c.route, "{dossier}") {
				// The same call is one for him who looks after the dossier.
				if all := h.ask(keyBijou, "GET", path, "", headers...); all.at("code") == "no_such_dossier" {
					t.Errorf("with the dossier's own key it answered %s", all.text)
				}
			}
		})
	}
}

// TestActsOfAProfileTellOfOnesOwnDossiers: acts of a profile are for every
// administrator, and a transfer says whom it was about. Without the filter the
// customers of other dossiers, and what was noted about them, were in the list.
func TestActsOfAProfileTellOfOnesOwnDossiers(t *testing.T) {
	h := twoKinds(t)
	h.ask(keyOther, "POST", "/admin/v1/profiles/WEB/transfer", `{"to": "WEB small", "note": "ours"}`).want(t, 200, "")
	for _, detail := range []map[string]string{
		{"to": "A", "users": "3", "dossiers": "bijou other", "note": "they pay late"},
		{"to": "B", "users": "2", "dossiers": "bijou", "dossier": "bijou", "note": "they pay late"},
		{"to": "C", "users": "7", "note": "they pay late"}, // as acts were kept that named no dossier
	} {
		h.must(h.shop.rules.Noted(t.Context(), access.Administrator{KeyID: "test"}, "profile", "WEB", "transfer", detail))
	}
	acts := h.ask(keyOther, "GET", "/admin/v1/acts?noun=profile&object=WEB&limit=1", "").want(t, 200, "")
	if got := fmt.Sprint(acts.at("acts", 0, "detail")); got != "map[dossiers:other to:A]" || acts.at("next") == nil {
		t.Errorf("of a transfer in several dossiers he reads %s, with all of it %s", got, acts.text)
	}
	next := fmt.Sprintf("%.0f", acts.at("next"))
	acts = h.ask(keyOther, "GET", "/admin/v1/acts?noun=profile&object=WEB&limit=1&before="+next, "").want(t, 200, "")
	if got := fmt.Sprint(acts.at("acts", 0, "detail")); got != "map[dossiers:other note:ours to:WEB small users:1]" || acts.at("next") == nil {
		t.Errorf("of a transfer in his own dossier he reads %s, with all of it %s", got, acts.text)
	}
	next = fmt.Sprintf("%.0f", acts.at("next"))
	acts = h.ask(keyOther, "GET", "/admin/v1/acts?noun=profile&object=WEB&limit=1&before="+next, "").want(t, 200, "")
	if acts.at("acts", 0, "action") != "edited" || acts.at("next") != nil {
		t.Errorf("after them he reads %s", acts.text)
	}
	all := h.ask(keyAll, "GET", "/admin/v1/acts?noun=profile&object=WEB", "").want(t, 200, "")
	if strings.Count(all.text, "they pay late") != 3 {
		t.Errorf("an administrator of every dossier reads %s", all.text)
	}
}

// TestTrialsAreForOnesOwnDossiers: whoever calls the trials, they look at no
// dossier that the administrator does not look after.
func TestTrialsAreForOnesOwnDossiers(t *testing.T) {
	h := twoKinds(t)
	noa := access.Administrator{KeyID: "k-other", Name: "Noa", Dossiers: []string{"other"}}
	if why, err := h.shop.trial.Why(t.Context(), noa, trial.Question{Dossier: "bijou", Customer: "CARAT", Table: "DOCS"}); err == nil {
		t.Errorf("why said %+v", why)
	}
	p, _, err := h.shop.rules.Resolve(t.Context(), noa, "SHOP")
	h.must(err)
	if changes, err := h.shop.trial.WhatChanges(t.Context(), noa, "bijou", "CARAT", p, p, nil); err == nil {
		t.Errorf("what changes said %+v", changes)
	}
}

// TestAProfileKeepsItsKindOfERP: a version for another kind of ERP is for
// administrators of both kinds, and only where they say that they mean it. Its
// customers see nothing then, rather than what rules for other tables leave.
func TestAProfileKeepsItsKindOfERP(t *testing.T) {
	h := twoKinds(t)
	body := `{"text": ` + text(openText) + `, "tests": ""`
	h.ask(keyAll, "PUT", "/admin/v1/profiles/SHOP%20small", `{"text": `+text(strings.Replace(openText, "SHOP", "SHOP small", 1))+`}`, "If-Match", `"1"`).want(t, 422, "rule_refused")
	refused := h.ask(keyAll, "PUT", "/admin/v1/profiles/SHOP", body+"}", "If-Match", `"2"`).want(t, 422, "rule_refused")
	if !strings.Contains(refused.text, `"erp_changed"`) {
		t.Errorf("it was refused for other reasons: %s", refused.text)
	}
	h.ask(keyAll, "POST", "/admin/v1/profiles/SHOP/undo", `{"version": 1}`, "If-Match", `"2"`).want(t, 422, "rule_refused")

	h.ask(keyAll, "DELETE", "/admin/v1/profiles/SHOP%20small", "", "If-Match", `"1"`).want(t, 200, "")
	h.ask(keyAll, "PUT", "/admin/v1/profiles/SHOP", body+`, "accept": ["erp_changed"]}`, "If-Match", `"2"`).want(t, 200, "")
	seen := h.ask(keyAll, "GET", "/admin/v1/dossiers/bijou/customers/CARAT/view/rows/DOCS", "", "Vantelle-Reason", "to see").want(t, 403, "no_access")
	if strings.Contains(seen.text, "odoo") {
		t.Errorf("the customer is told more than that: %s", seen.text)
	}
	why := h.ask(keyAll, "POST", "/admin/v1/dossiers/bijou/why", `{"customer": "CARAT", "table": "DOCS"}`).want(t, 200, "")
	if why.at("sees") != false || !strings.Contains(why.text, "for odoo") {
		t.Errorf("why says %s", why.text)
	}
	h.ask(keyAll, "POST", "/admin/v1/profiles/SHOP/undo", `{"version": 2, "accept": ["erp_changed"]}`, "If-Match", `"3"`).want(t, 200, "")
	h.ask(keyAll, "GET", "/admin/v1/dossiers/bijou/customers/CARAT/view/rows/DOCS", "", "Vantelle-Reason", "to see").want(t, 200, "")
}

// TestAProfileTakesNoWritesFromOthers: profiles for every kind of ERP have a say in
// what customers may write, as two dossiers may be of one database. Without the
// check an administrator of other took bijou's customers what they may write, by a
// profile of his own that hangs its rows on columns of their tables.
func TestAProfileTakesNoWritesFromOthers(t *testing.T) {
	h := newHouse(t)
	_, err := h.shop.rules.Put(t.Context(), access.Administrator{KeyID: "test"}, access.PutRequest{Text: "profile: WRITER\nerp: sage100\ntables: {DOCS: {rows: owner = :customer, writes: [insert, update], columns: {id: {read_only: true}, number: {}, cost: {}}}}\n"})
	h.must(err)
	put := func(key, rows, match string) answer {
		t.Helper()
		headers := []string{"If-Match", match}
		if match == "" {
			headers = nil
		}
		return h.ask(key, "PUT", "/admin/v1/profiles/OWN", `{"text": `+text("profile: OWN\nerp: odoo\ntables: {DOCS: {rows: "+rows+", columns: {id: {}}}}\n")+`}`, headers...)
	}
	const (
		plain     = "owner = :customer"
		narrowing = "\"owner = :customer AND EXISTS (SELECT 1 FROM DOCS d WHERE d.number = 'a')\""
		narrower  = "\"owner = :customer AND EXISTS (SELECT 1 FROM DOCS d WHERE d.number = 'a' AND d.cost > 1)\""
	)
	put(keyOther, plain, "").want(t, 201, "")
	refused := put(keyOther, narrowing, `"1"`).want(t, 422, "rule_refused")
	if !strings.Contains(refused.text, `"reaches_others"`) || strings.Contains(refused.text, "WRITER") || strings.Contains(refused.text, "bijou") || strings.Contains(refused.text, "cost") {
		t.Errorf("it was refused so: %s", refused.text)
	}
	put(keyAll, narrowing, `"1"`).want(t, 200, "")
	put(keyOther, narrowing, `"2"`).want(t, 200, "") // it is so already
	put(keyOther, narrower, `"3"`).want(t, 422, "rule_refused")
	put(keyOther, plain, `"3"`).want(t, 200, "")
}
