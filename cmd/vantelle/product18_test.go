package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/erpshape"
)

// TestProduct18_RowsAndExtraFilters: a row filter on every table that carries a
// customer, and extra filters by hand, in force from the next request on.
func TestProduct18_RowsAndExtraFilters(t *testing.T) {
	onDirectories(t, func(t *testing.T, h *house) {
		alpha, beta := h.pieces(erpshape.SageAlpha), h.pieces(erpshape.SageBeta)
		if len(alpha) < 3 || len(beta) == 0 || slices.ContainsFunc(alpha, func(p string) bool { return slices.Contains(beta, p) }) {
			t.Fatalf("Alpha sees %v, Beta %v", alpha, beta)
		}
		filtered := changed(t, "    modules:\n", "    filters: [{name: no_first, where: DO_Piece <> '"+alpha[0]+"', hidden: true}]\n    modules:\n")
		h.puts("MINE", filtered).ok(http.StatusOK).holds("filter no_first is added")
		if now := h.pieces(erpshape.SageAlpha); !slices.Equal(now, alpha[1:]) {
			t.Errorf("with the filter Alpha sees %v, without it %v", now, alpha)
		}
		if lines := h.sql(erpshape.SageAlpha, "SELECT DO_Piece FROM F_DOCLIGNE").column(t); slices.Contains(lines, alpha[0]) || len(lines) == 0 {
			t.Errorf("the lines that follow are %v", lines)
		}
	})
}

func TestProduct18_Refused(t *testing.T) {
	onDirectories(t, func(t *testing.T, h *house) {
		rows := "    rows: DO_Tiers = :customer AND DO_Domaine = 0\n"
		for sentence, c := range map[string]struct {
			change []string
			code   string
			says   string
		}{
			"a filter that names no column of the table":   {[]string{rows, "    rows: DO_Tiers = :customer AND DO_Domane = 0\n"}, "table_lost", "DO_Domane"},
			"a filter that compares a text with a number":  {[]string{rows, "    rows: DO_Tiers = :customer AND DO_Piece = 12\n"}, "table_lost", "cannot be compared"},
			"a filter that reaches out of its parentheses": {[]string{"    modules:\n", "    filters: [{name: f, where: 1 = 1) OR (1 = 1, hidden: true}]\n    modules:\n"}, "invalid", "filters[0].where"},
			"rows that name no customer":                   {[]string{rows, "    rows: DO_Domaine = 0\n"}, "invalid", "tables.F_DOCENTETE.rows"},
			"an unknown key":                               {[]string{"columns: {CT_Num", "colums: {CT_Num"}, "invalid", "did you mean columns"},
			"a table that no dossier has":                  {[]string{"  F_DOCLIGNE:", "  F_DOCLIGNES: {rows: x = :customer, columns: {x: {}}}\n  F_DOCLIGNE:"}, "table_missing", "F_DOCLIGNES"},
			"a version that would empty every view":        {[]string{"CT_Num = :customer AND CT_Type = 0", "CT_Num = :customer AND CT_Type = 9", "DO_Domaine = 0\n", "DO_Domaine = 9\n"}, "empties_views", "every customer would be empty"},
			"a profile of another name":                    {[]string{"profile: MINE", "profile: YOURS"}, "", "text:"},
			"a licence type that there is not":             {[]string{"licence: connect", "licence: gold"}, "no_such_licence", "gold"},
		} {
			t.Run(sentence, func(t *testing.T) {
				h.unchanged(func() {
					got := h.puts("MINE", changed(t, c.change...))
					if c.code == "" {
						got.ok(http.StatusBadRequest)
					} else {
						got.refused(c.code)
					}
					got.holds(c.says)
				})
			})
		}
		t.Run("an edit of a version that is no longer in force", func(t *testing.T) {
			h.unchanged(func() {
				h.put("MINE", mine, "").ok(http.StatusPreconditionRequired)
				h.put("MINE", mine, `"99"`).ok(http.StatusPreconditionFailed)
			})
		})
		t.Run("a dry run changes nothing", func(t *testing.T) {
			h.unchanged(func() {
				h.ask("PUT", "/profiles/MINE", map[string]any{"text": changed(t, "level: read} # sent", "level: none} # sent"), "dry_run": true}, h.etag("MINE")).
					ok(http.StatusOK).holds(`Module quotes changes its level`)
			})
		})
		t.Run("what is only doubtful is a warning", func(t *testing.T) {
			h.puts("MINE", changed(t, "orders: DO_Type = 1", "orders: DO_Type IN (1, 7)")).ok(http.StatusOK).holds("modules_overlap")
		})
		t.Run("a filter that no index serves is a warning, with the index to make", func(t *testing.T) {
			h.puts("MINE", changed(t, "  F_DOCLIGNE:", "  F_CREGLEMENT: {rows: RG_Libelle = :customer, columns: {RG_No: {}}}\n  F_DOCLIGNE:")).
				ok(http.StatusOK).holds(`"no_index"`).holds("F_CREGLEMENT").holds("CREATE INDEX")
		})
		t.Run("a column that this generation lacks is a warning, and left out", func(t *testing.T) {
			h.puts("MINE", changed(t, "DO_Date: {}", "DO_Date: {}\n      DO_NetAPayer2: {}")).ok(http.StatusOK).
				holds(`"column_missing"`).holds("F_DOCENTETE.columns.DO_NetAPayer2")
			h.sql(erpshape.SageAlpha, "SELECT DO_NetAPayer2 FROM F_DOCENTETE").want(t, 400, "unknown_name")
			h.sql(erpshape.SageAlpha, "SELECT DO_Date FROM F_DOCENTETE").column(t)
		})
		t.Run("a standard profile on a generation that lacks columns says which", func(t *testing.T) {
			text := h.ask("GET", "/profiles/B2B/text", nil, "").ok(http.StatusOK).json["text"].(string)
			h.ask("PUT", "/profiles/B2B", map[string]any{"text": strings.Replace(text, "note: \"\"", "note: tried", 1), "dry_run": true}, h.etag("B2B")).
				ok(http.StatusOK).holds(`"column_missing"`).holds("DR_AdressePaiement")
		})
		t.Run("an emptied view can be accepted by name", func(t *testing.T) {
			h.ask("PUT", "/profiles/MINE", map[string]any{"text": changed(t, "CT_Num = :customer AND CT_Type = 0", "CT_Num = :customer AND CT_Type = 9", "DO_Domaine = 0\n", "DO_Domaine = 9\n"),
				"accept": []string{"empties_views"}}, h.etag("MINE")).ok(http.StatusOK)
			if now := h.pieces(erpshape.SageAlpha); len(now) != 0 {
				t.Errorf("Alpha sees %v", now)
			}
		})
	})
}

// TestProduct19_FlagsOnColumnsAndFilters: hidden, read-only and mandatory.
func TestProduct19_FlagsOnColumnsAndFilters(t *testing.T) {
	onDirectories(t, func(t *testing.T, h *house) {
		all := h.pieces(erpshape.SageAlpha)
		h.sql(erpshape.SageAlpha, "SELECT DO_Coord01 FROM F_DOCENTETE").want(t, 400, "unknown_name")
		h.puts("MINE", changed(t, "DO_Coord01: {hidden: true}", "DO_Coord01: {read_only: true}")).ok(200).holds("column DO_Coord01 becomes visible").holds("becomes read-only")
		if got := h.sql(erpshape.SageAlpha, "SELECT DO_Coord01 FROM F_DOCENTETE").column(t); len(got) != len(all) {
			t.Errorf("the column that is shown has %v", got)
		}
		pinned := changed(t, "    modules:\n", "    filters:\n      - {name: by_type, column: DO_Type, mandatory: true}\n      - {name: no_quotes, title: {fr: Sans devis, en: No quotes}, where: DO_Type <> 0, read_only: true}\n      - {name: secret, where: DO_Type <> 99, hidden: true}\n    modules:\n")
		h.puts("MINE", pinned).ok(200)
		h.sql(erpshape.SageAlpha, "SELECT DO_Piece FROM F_DOCENTETE").want(t, 400, "filter_required")
		if got := h.sql(erpshape.SageAlpha, "SELECT DO_Piece FROM F_DOCENTETE WHERE DO_Type = 7").column(t); len(got) == 0 {
			t.Error("a request that gives the filter has no rows")
		}
		if got := h.sql(erpshape.SageAlpha, "SELECT DO_Piece FROM F_DOCENTETE WHERE DO_Type = 0").column(t); len(got) != 0 {
			t.Errorf("the read-only filter was got round: %v", got)
		}
		h.ask("GET", "/profiles/MINE", nil, "").ok(200).holds(`"name":"no_quotes"`).holds(`"read_only":true`)
		// Portals see the flags, and of a hidden filter nothing.
		catalog := h.requests("GET", erpshape.SageAlpha, "catalog", "").body
		want := `"filters":[{"name":"by_type","title":{"fr":"","en":""},"column":"DO_Type","read_only":false,"mandatory":true},{"name":"no_quotes","title":{"fr":"Sans devis","en":"No quotes"},"read_only":true,"mandatory":false}]`
		if !strings.Contains(catalog, want) || strings.Contains(catalog, "secret") {
			t.Errorf("the catalog is %s", catalog)
		}
	})
}

// TestProduct20_StandardResetAndNote: standard profiles are in the directory,
// a note says why one was changed, and reset goes back and keeps history.
func TestProduct20_StandardResetAndNote(t *testing.T) {
	onDirectories(t, func(t *testing.T, h *house) {
		h.ask("GET", "/profiles/B2B", nil, "").ok(200).holds(`"standard":true`).holds(`"modified":false`)
		text := h.ask("GET", "/profiles/B2B/text", nil, "").ok(200).json["text"].(string)
		h.ask("PUT", "/profiles/B2B/levels", map[string]any{"levels": map[string]string{"quotes": "none"}, "note": "no quotes here"}, h.etag("B2B")).ok(200)
		h.ask("GET", "/profiles/B2B", nil, "").ok(200).holds(`"modified":true`)
		h.ask("POST", "/profiles/B2B/reset", map[string]any{"note": "as shipped"}, h.etag("B2B")).ok(200)
		h.ask("GET", "/profiles/B2B", nil, "").ok(200).holds(`"modified":false`).holds(`"version":3`)
		if again := h.ask("GET", "/profiles/B2B/text", nil, "").ok(200).json["text"]; again != text {
			t.Error("the text is not the shipped one")
		}
		h.ask("GET", "/profiles/B2B/versions", nil, "").ok(200).holds("no quotes here").holds(`"origin":"reset"`).holds("Camille (")
		h.ask("GET", "/profiles/B2B/text?version=2", nil, "").ok(200).holds("level: none")
		h.ask("GET", "/acts?noun=profile&object=B2B", nil, "").ok(200).holds(`"action":"reset"`).holds("no quotes here")

		h.ask("POST", "/profiles/MINE/reset", nil, h.etag("MINE")).ok(404)
		h.ask("POST", "/profiles/B2B/reset", nil, `"1"`).ok(412)
		h.ask("DELETE", "/profiles/B2B", nil, h.etag("B2B")).ok(409).holds("ships with Vantelle")
	})
}

// TestProduct21_LicenceTypesCopiesAndComparison: licence types as ceilings,
// duplicate, restrict, compare, default profile.
func TestProduct21_LicenceTypesCopiesAndComparison(t *testing.T) {
	onDirectories(t, func(t *testing.T, h *house) {
		h.ask("PUT", "/licences/light", map[string]any{"price_class": 1, "ceiling": map[string]string{"*": "list"}}, "").ok(201)
		h.ask("PUT", "/licences/gold", map[string]any{"price_class": 3, "ceiling": map[string]string{"*": "full"}}, "").ok(201)
		h.unchanged(func() {
			h.puts("MINE", changed(t, "licence: connect", "licence: light")).refused("above_licence").holds("price class 1")
		})
		h.puts("MINE", changed(t, "licence: connect", "licence: gold")).ok(200).holds("price_class").holds("from 1 (connect) to 3 (gold)")
		h.ask("PUT", "/licences/gold", map[string]any{"price_class": 3, "ceiling": map[string]string{"*": "none"}}, `"1"`).refused("above_licence")
		h.ask("DELETE", "/licences/gold", nil, `"1"`).ok(409)

		h.ask("POST", "/profiles/MINE/duplicate", map[string]any{"name": "TWIN", "note": "for branches"}, "").ok(201)
		h.ask("GET", "/profile-comparison?from=MINE&to=TWIN", nil, "").ok(200).holds(`changes its name`)
		h.ask("POST", "/profiles/MINE/duplicate", map[string]any{"name": "LESS", "restrict": true}, "").ok(201)
		less := h.ask("GET", "/profiles/LESS/text", nil, "").ok(200).json["text"].(string)
		if !strings.Contains(less, "extends: MINE") || !strings.Contains(less, "# sent ones") {
			t.Fatalf("the restriction is\n%s", less)
		}
		h.puts("LESS", strings.Replace(less, "quotes: {title: {fr: Devis, en: Quotes}, level: read}", "quotes: {title: {fr: Devis, en: Quotes}, level: none}", 1)).ok(200)
		for sentence, change := range map[string][2]string{
			"a level":     {"level: read}", "level: full}"},
			"a column":    {"DO_Coord01: {hidden: true}", "DO_Coord01: {}"},
			"a condition": {" AND DO_Statut >= 1", ""},
		} {
			wider := strings.Replace(less, change[0], change[1], 1)
			if wider == less {
				t.Fatalf("%s: nothing was changed in\n%s", sentence, less)
			}
			h.puts("LESS", wider).refused("widens")
		}
		// The base cannot become narrower than what restricts it.
		h.unchanged(func() {
			h.puts("MINE", changed(t, "licence: connect", "licence: gold", "      DO_Date: {}\n", "")).refused("restriction_left_wider")
		})
		h.ask("GET", "/profile-comparison?from=MINE&to=LESS&full=true", nil, "").ok(200).holds("Module quotes changes its level")
		short := h.ask("GET", "/profile-comparison?from=B2B&to=MINE", nil, "").ok(200).json["changes"].([]any)
		full := h.ask("GET", "/profile-comparison?from=B2B&to=MINE&full=true", nil, "").ok(200).json["changes"].([]any)
		if len(short) == 0 || len(short) >= len(full) {
			t.Errorf("condensed %d changes, in full %d", len(short), len(full))
		}
		h.ask("GET", "/profile-comparison?from=MINE&to=NOBODY", nil, "").ok(404)

		none := h.ask("PUT", "/dossiers/sage/customers/"+erpshape.SageOmega+"/access", map[string]any{"licence": "light"}, "")
		none.refused("above_licence")
		h.ask("PUT", "/dossiers/sage/default-profiles", map[string]any{"defaults": []map[string]string{{"licence": "gold", "profile": "LESS"}, {"profile": "MINE"}}}, "").ok(200)
		h.ask("PUT", "/dossiers/sage/default-profiles", map[string]any{"defaults": []map[string]string{{"licence": "light", "profile": "MINE"}}}, `"1"`).refused("above_licence")
		h.ask("PUT", "/dossiers/sage/customers/"+erpshape.SageOmega+"/access", map[string]any{"licence": "gold"}, "").ok(201)
		if quotes := h.sql(erpshape.SageOmega, "SELECT DO_Piece FROM F_DOCENTETE WHERE DO_Type = 0").column(t); len(quotes) != 0 {
			t.Errorf("by the default of its licence type Omega sees quotes: %v", quotes)
		}
		h.ask("PUT", "/dossiers/sage/customers/"+erpshape.SageOmega+"/access", map[string]any{}, `"1"`).ok(200)
		if quotes := h.sql(erpshape.SageOmega, "SELECT DO_Piece FROM F_DOCENTETE WHERE DO_Type = 0").column(t); len(quotes) == 0 {
			t.Error("by the default of the dossier Omega sees no quotes")
		}
	})
}

// TestProduct22_UsersAndTransfers: users per profile with their dossiers,
// transfer all, transfer one for one dossier; a profile in use stays.
func TestProduct22_UsersAndTransfers(t *testing.T) {
	onDirectories(t, func(t *testing.T, h *house) {
		h.ask("GET", "/profiles/MINE/users", nil, "").ok(200).holds(`"count":2`).holds(`"by_dossier":{"sage":2}`).holds(`"customer_id":"ALPHA"`)
		h.ask("DELETE", "/profiles/MINE", nil, h.etag("MINE")).ok(409).holds("transfer them")
		h.ask("POST", "/profiles/MINE/duplicate", map[string]any{"name": "OTHER"}, "").ok(201)
		h.ask("POST", "/profiles/MINE/duplicate", map[string]any{"name": "LESS", "restrict": true}, "").ok(201)

		h.ask("PUT", "/dossiers/sage/customers/ALPHA/memberships/anna", map[string]any{"role": "user"}, "").ok(201)
		h.ask("PUT", "/dossiers/sage/customers/ALPHA/memberships/anna", map[string]any{"role": "user", "profile": "OTHER"}, `"1"`).refused("not_a_restriction")
		h.ask("POST", "/profiles/MINE/transfer", map[string]any{"to": "LESS", "dossier": "sage", "customer": "ALPHA", "account": "anna"}, "").ok(200)
		h.ask("GET", "/dossiers/sage/customers/ALPHA/memberships", nil, "").ok(200).holds(`"profile":"LESS"`).holds(`"version":2`)
		h.ask("POST", "/profiles/LESS/transfer", map[string]any{"to": "OTHER", "dossier": "sage", "customer": "ALPHA", "account": "anna"}, "").refused("not_a_restriction")
		h.ask("POST", "/profiles/MINE/transfer", map[string]any{"to": "OTHER", "dossier": "sage", "customer": "ALPHA"}, "").refused("not_a_restriction")
		h.ask("DELETE", "/dossiers/sage/customers/ALPHA/memberships/anna", nil, `"2"`).ok(200)

		h.ask("POST", "/profiles/MINE/transfer", map[string]any{"to": "OTHER", "dossier": "sage", "customer": "BETA", "dry_run": true}, "").ok(200).holds(`"dry_run":true`)
		h.ask("GET", "/profiles/OTHER/users", nil, "").ok(200).holds(`"count":0`)
		h.ask("POST", "/profiles/MINE/transfer", map[string]any{"to": "OTHER", "dossier": "sage", "customer": "BETA"}, "").ok(200)
		h.ask("GET", "/profiles/OTHER/users", nil, "").ok(200).holds(`"count":1`).holds("BETA")
		h.ask("POST", "/profiles/MINE/transfer", map[string]any{"to": "OTHER", "dossier": "sage", "customer": "BETA"}, "").ok(404)
		h.ask("POST", "/profiles/MINE/transfer", map[string]any{"to": "NOBODY"}, "").ok(400)
		h.ask("POST", "/profiles/MINE/transfer", map[string]any{"to": "OTHER", "note": "all of them"}, "").ok(200).holds("ALPHA")
		h.ask("GET", "/profiles/OTHER/users", nil, "").ok(200).holds(`"count":2`)
		h.ask("GET", "/acts?noun=profile&object=MINE&limit=1", nil, "").ok(200).holds(`"action":"transfer"`).holds("all of them")
		h.ask("DELETE", "/profiles/MINE", nil, h.etag("MINE")).ok(409).holds("restriction")
		h.ask("DELETE", "/profiles/LESS", nil, h.etag("LESS")).ok(200)
		h.ask("DELETE", "/profiles/MINE", nil, h.etag("MINE")).ok(200)
		h.ask("GET", "/profiles/MINE", nil, "").ok(404)
		h.ask("GET", "/profiles/MINE/versions", nil, "").ok(200)
		if got := h.pieces(erpshape.SageAlpha); len(got) == 0 {
			t.Error("after the transfer Alpha sees nothing")
		}
	})
}

// TestProduct23_Levels: module rights all or none in one call, per profile, per
// access and per person; they may only lower.
func TestProduct23_Levels(t *testing.T) {
	onDirectories(t, func(t *testing.T, h *house) {
		all := h.pieces(erpshape.SageAlpha)
		levels := func(match string, levels map[string]string) reply {
			return h.ask("PUT", "/profiles/MINE/levels", map[string]any{"levels": levels, "accept": []string{"empties_views"}}, match)
		}
		h.unchanged(func() {
			levels(h.etag("MINE"), map[string]string{"quote": "none"}).ok(400).holds("has no module")
			levels(h.etag("MINE"), map[string]string{"quotes": "everything"}).ok(400)
		})
		levels(h.etag("MINE"), map[string]string{"*": "none", "invoices": "read"}).ok(200)
		if got := h.sql(erpshape.SageAlpha, "SELECT DISTINCT DO_Type FROM F_DOCENTETE").column(t); fmt.Sprint(got) != "[7]" {
			t.Errorf("with invoices alone the types are %v", got)
		}
		if got := h.sql(erpshape.SageAlpha, "SELECT DISTINCT DO_Type FROM F_DOCLIGNE").column(t); fmt.Sprint(got) != "[7]" {
			t.Errorf("the lines' types are %v", got)
		}
		levels(h.etag("MINE"), map[string]string{"*": "full"}).ok(200)
		if got := h.pieces(erpshape.SageAlpha); !slices.Equal(got, all) {
			t.Errorf("with all modules Alpha sees %v, and saw %v", got, all)
		}
		grant := func(customer, match string, levels map[string]string) reply {
			return h.ask("PUT", "/dossiers/sage/customers/"+customer+"/access", map[string]any{"profile": "MINE", "levels": levels}, match)
		}
		grant("ALPHA", `"1"`, map[string]string{"quotes": "none", "orders": "none"}).ok(200).holds(`"levels"`)
		if got := h.sql(erpshape.SageAlpha, "SELECT DISTINCT DO_Type FROM F_DOCENTETE").column(t); fmt.Sprint(got) != "[7]" {
			t.Errorf("with the access's levels the types are %v", got)
		}
		if got := h.sql(erpshape.SageBeta, "SELECT DISTINCT DO_Type FROM F_DOCENTETE").column(t); len(got) < 2 {
			t.Errorf("Beta's levels were lowered too: %v", got)
		}
		levels(h.etag("MINE"), map[string]string{"quotes": "read"}).ok(200)
		grant("ALPHA", `"2"`, map[string]string{"quotes": "full"}).ok(400).holds("only lower")
		grant("ALPHA", `"2"`, map[string]string{"quoets": "none"}).ok(400).holds("no module")
		h.ask("PUT", "/dossiers/sage/customers/ALPHA/memberships/anna", map[string]any{"role": "user", "levels": map[string]string{"quotes": "read"}}, "").ok(400).holds("only lower")
		h.ask("PUT", "/dossiers/sage/customers/ALPHA/memberships/anna", map[string]any{"role": "user", "levels": map[string]string{"invoices": "none"}}, "").ok(201)
		h.ask("POST", "/dossiers/sage/why", map[string]any{"customer": "ALPHA", "account": "anna", "table": "F_DOCENTETE", "row": map[string]any{"DO_Type": 7, "DO_Piece": h.pieces("ALPHA")[0]}}, "").
			ok(200).holds(`"sees":false`).holds("no module that the row belongs to may be read")
		grant("ALPHA", `"2"`, map[string]string{"*": "none"}).ok(200)
		if got := h.pieces(erpshape.SageAlpha); len(got) != 0 {
			t.Errorf("with no module Alpha sees %v", got)
		}
	})
}
