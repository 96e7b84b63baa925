package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/erpshape"
)

// TestProduct26_ViewAs: the portal as a given customer sees it: read-only, with
// a reason, audited with the real administrator.
func TestProduct26_ViewAs(t *testing.T) {
	onDirectories(t, func(t *testing.T, h *house) {
		want := h.pieces(erpshape.SageAlpha)
		view := func(customer, call, reason string) answer {
			headers := admin()
			if reason != "" {
				headers = append(headers, "Vantelle-Reason", reason)
			}
			return h.call("GET", h.admin+"/admin/v1/dossiers/sage/customers/"+customer+"/view/"+call, "", headers)
		}
		got := view("ALPHA", "rows/F_DOCENTETE?select=DO_Piece&order=DO_Piece", "he%20called")
		for _, piece := range want {
			if got.status != 200 || !strings.Contains(got.body, piece) {
				t.Fatalf("with Alpha's eyes one gets %d %s", got.status, got.body)
			}
		}
		h.ask("GET", "/audit?dossier=sage&customer=ALPHA&limit=1", nil, "").ok(200).holds("view as, by Camille: he called")
		h.ask("GET", "/acts?noun=customer&object=sage/ALPHA", nil, "").ok(200).holds(`"action":"view_as"`).holds("he called").holds("Camille (")

		acts := h.ask("GET", "/acts?noun=customer", nil, "").ok(200).body
		view("ALPHA", "rows/F_DOCENTETE", "").want(t, 400, "bad_request")
		view("OMEGA", "rows/F_DOCENTETE", "he%20called").want(t, 404, "not_found") // has no access
		view("ALPHA", "rows/F_ARTICLE", "he%20called").want(t, 400, "unknown_name")
		view("ALPHA", "rows/F%2FARTICLE", "he%20called").want(t, 400, "unknown_name") // a name, not a path
		view("ALPHA", "rows/F/ARTICLE", "he%20called").want(t, 404, "not_found")
		h.call("POST", h.admin+"/admin/v1/dossiers/sage/customers/ALPHA/view/rows/F_DOCENTETE", `{}`, append(admin(), "Vantelle-Reason", "he called")).want(t, 404, "not_found")
		h.call("POST", h.admin+"/admin/v1/dossiers/sage/customers/ALPHA/view/sql", `{"sql": "DELETE FROM F_DOCENTETE"}`, append(admin(), "Vantelle-Reason", "he called")).want(t, 403, "read_only")
		h.call("GET", h.admin+"/admin/v1/dossiers/sage/customers/ALPHA/view/rows/F_DOCENTETE", "", as("ALPHA")).want(t, 401, "unauthorized")
		h.sqlWithAdminsKey("ALPHA").want(t, 401, "unauthorized")
		if now := h.ask("GET", "/acts?noun=customer", nil, "").ok(200).body; now == acts {
			t.Error("the looks were not recorded")
		}
	})
}

// sqlWithAdminsKey asks the portal with an administrator's key, which opens
// nothing there.
func (h *house) sqlWithAdminsKey(customer string) answer {
	return h.call("POST", h.portal+"/v1/dossiers/sage/sql", `{"sql": "SELECT DO_Piece FROM F_DOCENTETE"}`, append(admin(), "Vantelle-Customer", customer))
}

// TestProduct26_Why: which rule lets a row through, or hides it.
func TestProduct26_Why(t *testing.T) {
	onDirectories(t, func(t *testing.T, h *house) {
		alpha, beta := h.pieces(erpshape.SageAlpha), h.pieces(erpshape.SageBeta)
		why := func(body map[string]any) reply {
			return h.ask("POST", "/dossiers/sage/why", body, "").ok(200)
		}
		row := func(piece string) map[string]any { return map[string]any{"DO_Domaine": 0, "DO_Piece": piece} }
		why(map[string]any{"customer": "ALPHA", "table": "F_DOCENTETE", "column": "DO_Date", "row": row(alpha[0])}).holds(`"sees":true`).holds("MINE v1")
		why(map[string]any{"customer": "ALPHA", "table": "F_DOCENTETE", "row": row(beta[0])}).holds(`"sees":false`).holds(`"rule":"tables.F_DOCENTETE.rows"`).holds("does not hold")
		why(map[string]any{"customer": "ALPHA", "table": "F_DOCENTETE", "row": row("P999999")}).holds(`"sees":false`).holds("no such row")
		why(map[string]any{"customer": "ALPHA", "table": "F_DOCENTETE", "column": "DO_Coord01"}).holds(`"sees":false`).holds("hides the column")
		why(map[string]any{"customer": "ALPHA", "table": "F_DOCENTETE", "column": "DO_Ref"}).holds(`"sees":false`).holds("does not list the column")
		why(map[string]any{"customer": "ALPHA", "table": "F_ARTICLE"}).holds(`"sees":false`).holds("does not list the table")
		why(map[string]any{"customer": "OMEGA", "table": "F_DOCENTETE"}).holds(`"sees":false`).holds("no access")
		// A quote that is not sent belongs to no module.
		drafts := h.erpColumn("SELECT DO_Piece FROM F_DOCENTETE WHERE DO_Tiers = 'ALPHA' AND DO_Domaine = 0 AND DO_Type = 0 AND DO_Statut = 0")
		why(map[string]any{"customer": "ALPHA", "table": "F_DOCENTETE", "row": row(drafts[0])}).holds(`"sees":false`).holds("belongs to no module")
		// Lines follow their header.
		why(map[string]any{"customer": "ALPHA", "table": "F_DOCLIGNE", "row": map[string]any{"DO_Piece": drafts[0], "DL_Ligne": 1000}}).holds(`"sees":false`).holds(`"rule":"tables.F_DOCLIGNE.follows"`)
		if body := why(map[string]any{"customer": "ALPHA", "table": "F_DOCENTETE", "row": row(beta[0])}).body; strings.Contains(body, "BETA") {
			t.Errorf("the answer tells whose the row is: %s", body)
		}
		h.ask("POST", "/dossiers/sage/why", map[string]any{"customer": "NOBODY", "table": "F_DOCENTETE"}, "").ok(404)
		h.ask("POST", "/dossiers/sage/why", map[string]any{"customer": "ALPHA"}, "").ok(400)
		h.ask("GET", "/audit?dossier=sage&customer=ALPHA", nil, "").ok(200).holds(`"front":"why"`)
	})
}

// erpColumn reads the ERP directly.
func (h *house) erpColumn(query string) []string {
	h.t.Helper()
	db := h.openERP()
	defer db.Close()
	rows, err := db.QueryContext(h.t.Context(), query)
	if err != nil {
		h.t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		var v any
		if err := rows.Scan(&v); err != nil {
			h.t.Fatal(err)
		}
		all = append(all, fmt.Sprint(v))
	}
	if rows.Err() != nil || len(all) == 0 {
		h.t.Fatalf("%s gave %v, %v", query, all, rows.Err())
	}
	return all
}

// TestProduct26_WhatChanges: rows and columns that a real customer gains and
// loses between two versions, counted on the ERP; and undo.
func TestProduct26_WhatChanges(t *testing.T) {
	onDirectories(t, func(t *testing.T, h *house) {
		before := h.pieces(erpshape.SageAlpha)
		quotes := h.sql(erpshape.SageAlpha, "SELECT DO_Piece FROM F_DOCENTETE WHERE DO_Type = 0").column(t)
		drafts := h.erpColumn("SELECT DO_Piece FROM F_DOCENTETE WHERE DO_Tiers = 'ALPHA' AND DO_Domaine = 0 AND DO_Type = 0 AND DO_Statut = 0")
		orders := h.sql(erpshape.SageAlpha, "SELECT DO_Piece FROM F_DOCENTETE WHERE DO_Type = 1").column(t)
		next := changed(t, " AND DO_Statut >= 1", "", "orders: {title: {fr: Commandes, en: Orders}, level: read}", "orders: {title: {fr: Commandes, en: Orders}, level: none}",
			"      DO_Date: {}\n", "      DO_Ref: {}\n")
		changes := func(body map[string]any) reply {
			return h.ask("POST", "/dossiers/sage/what-changes", body, "")
		}
		got := changes(map[string]any{"customer": "ALPHA", "from": "MINE", "text": next}).ok(200)
		var header map[string]any
		for _, table := range got.json["tables"].([]any) {
			if m := table.(map[string]any); m["table"] == "F_DOCENTETE" {
				header = m
			}
		}
		if fmt.Sprint(header["rows_gained"]) != fmt.Sprint(len(drafts)) || fmt.Sprint(header["rows_lost"]) != fmt.Sprint(len(orders)) ||
			fmt.Sprint(header["columns_gained"]) != "[DO_Ref]" || fmt.Sprint(header["columns_lost"]) != "[DO_Date]" || header["estimated"] == true {
			t.Errorf("with %d drafts, %d quotes and %d orders it says %v", len(drafts), len(quotes), len(orders), header)
		}
		if got := h.pieces(erpshape.SageAlpha); !slices.Equal(got, before) {
			t.Error("asking what would change changed something")
		}
		changes(map[string]any{"customer": "ALPHA", "from": "MINE", "to": "MINE"}).ok(200).holds(`"tables":[]`)
		changes(map[string]any{"customer": "ALPHA", "from": "MINE", "to": "MINE@7"}).ok(404)
		changes(map[string]any{"customer": "ALPHA", "from": "MINE", "text": "profile: ["}).refused("invalid")
		changes(map[string]any{"customer": "NOBODY", "from": "MINE", "to": "B2B"}).ok(404)

		h.puts("MINE", next).ok(200)
		if got := h.pieces(erpshape.SageAlpha); len(got) != len(before)+len(drafts)-len(orders) {
			t.Errorf("it said %d gained and %d lost; before there were %d, now %d", len(drafts), len(orders), len(before), len(got))
		}
		h.ask("POST", "/profiles/MINE/undo", map[string]any{"version": 1, "note": "not yet"}, h.etag("MINE")).ok(200).holds(`"version":3`)
		if got := h.pieces(erpshape.SageAlpha); !slices.Equal(got, before) {
			t.Errorf("after undo Alpha sees %v, and saw %v", got, before)
		}
		changes(map[string]any{"customer": "ALPHA", "from": "MINE@1", "to": "MINE@3"}).ok(200).holds(`"tables":[]`)
		h.ask("GET", "/profiles/MINE/versions", nil, "").ok(200).holds(`"origin":"undone"`).holds(`"source":"MINE@1"`)
		h.ask("POST", "/profiles/MINE/undo", map[string]any{"version": 9}, h.etag("MINE")).ok(404)
	})
}

// TestProduct26_PolicyTests: expectations for named customers beside a profile
// run before a version is accepted.
func TestProduct26_PolicyTests(t *testing.T) {
	onDirectories(t, func(t *testing.T, h *house) {
		invoices := h.sql(erpshape.SageAlpha, "SELECT DO_Piece FROM F_DOCENTETE WHERE DO_Type = 7").column(t)
		tests := fmt.Sprintf(`tests:
  - {name: Alpha has its invoices, dossier: sage, customer: ALPHA, table: F_DOCENTETE, where: DO_Type = 7, rows: %d, shows: [DO_Piece], hides: [DO_Coord01]}
  - {name: nobody reads articles, dossier: sage, customer: ALPHA, sql: SELECT * FROM F_ARTICLE, refused: true}
  - {name: Beta has nothing of Alpha, dossier: sage, customer: BETA, table: F_DOCENTETE, where: DO_Tiers = 'ALPHA', rows: none}
  - {name: elsewhere, dossier: nowhere, customer: X, table: T, rows: some}
`, len(invoices))
		put := func(text, tests string) reply {
			return h.ask("PUT", "/profiles/MINE", map[string]any{"text": text, "tests": tests}, h.etag("MINE"))
		}
		put(mine, tests).ok(http.StatusOK).holds("test_skipped").holds("there is no dossier nowhere")
		h.ask("POST", "/profiles/MINE/test", nil, "").ok(200).holds(`"passed":true`).holds(`"result":"skipped"`)
		// A version that breaks them stays out, also where it does not bring them.
		h.unchanged(func() {
			h.puts("MINE", changed(t, "invoices: DO_Type = 7", "invoices: DO_Type = 6")).refused("test_failed").holds("Alpha has its invoices")
			h.puts("MINE", changed(t, "DO_Coord01: {hidden: true}", "DO_Coord01: {}")).refused("test_failed").holds("DO_Coord01 is shown")
		})
		h.ask("POST", "/profiles/MINE/test", map[string]any{"tests": strings.Replace(tests, "rows: none", "rows: some", 1)}, "").ok(200).holds(`"passed":false`).holds("Beta has nothing of Alpha")
		h.unchanged(func() {
			put(mine, "tests: [{name: x, dossier: sage}]").refused("invalid")
			put(mine, strings.Replace(tests, "customer: BETA", "customer: GONE", 1)).refused("test_failed").holds("no such customer")
		})
		put(mine, strings.Replace(tests, "refused: true", "rows: some", 1)).refused("test_failed")
	})
}

// TestTwoNodesSeeANewVersionWithTheNextRequest has two processes' worth of rooms
// on one directory.
func TestTwoNodesSeeANewVersionWithTheNextRequest(t *testing.T) {
	onDirectories(t, func(t *testing.T, h *house) {
		other, err := openRooms(t.Context(), h.config(), h.d.log)
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := other.close(); err != nil {
				t.Error(err)
			}
		}()
		level := func() string {
			book, err := other.book.Current(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			p, _ := book.Get("MINE")
			return string(p.Modules["quotes"].Level)
		}
		if level() != "read" {
			t.Fatalf("the level is %s", level())
		}
		h.ask("PUT", "/profiles/MINE/levels", map[string]any{"levels": map[string]string{"quotes": "none"}}, h.etag("MINE")).ok(200)
		if level() != "none" {
			t.Errorf("the other node still has %s", level())
		}
	})
}

// TestProfilesInFilesAreReadOnlyElsewhere: profiles.source: files.
func TestProfilesInFilesAreReadOnlyElsewhere(t *testing.T) {
	s := newSite(t)
	s.write("profiles/mine.yaml", mine)
	s.write("vantelle.yaml", strings.Replace(fmt.Sprintf(rulesSettings, "{path: vantelle.db}"), "log:", "profiles: {source: files, dir: profiles}\nlog:", 1))
	h := &house{s.startSynced(), t}
	h.ask("PUT", "/dossiers/sage/customers/ALPHA/access", map[string]any{"profile": "MINE"}, "").ok(201)
	if len(h.pieces("ALPHA")) == 0 {
		t.Error("the file's profile shows nothing")
	}
	h.ask("PUT", "/profiles/OWN", map[string]any{"text": strings.Replace(mine, "MINE", "OWN", 1)}, "").ok(409).holds("profiles.source: files")
	h.ask("DELETE", "/profiles/MINE", nil, "").ok(404)
	h.ask("GET", "/profile-comparison?from=MINE&to=B2B", nil, "").ok(200)
}
