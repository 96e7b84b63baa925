package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// rightsOfThePortal are the modules that every ERP's standard profile has, with
// the resources whose rows are theirs alone, and how the numbers of their
// documents begin behind the customer's two letters.
var rightsOfThePortal = map[string]struct {
	resources []string
	numbers   string
}{
	"quotes":       {[]string{"quotes", "quote_lines"}, "DE"},
	"orders":       {[]string{"orders", "order_lines"}, "BC"},
	"deliveries":   {[]string{"deliveries", "delivery_lines"}, "BL"},
	"invoices":     {[]string{"invoices", "invoice_lines"}, "FA"},
	"credit_notes": {[]string{"credit_notes", "credit_note_lines"}, "AV"},
	"payments":     {[]string{"payments"}, "RG"},
}

// counted gives how many rows of a resource a customer has; 0 where it is not
// there.
func (h *house) counted(dossier, customer, resource string) string {
	h.t.Helper()
	got := h.of(dossier, customer, "/rows/"+resource+"?limit=1", "Prefer", "count=exact")
	switch {
	case got.status == http.StatusBadRequest && strings.Contains(got.body, `"unknown_name"`):
		return "0"
	case got.status/100 != 2:
		h.t.Fatalf("%s of %s: %d %s", resource, dossier, got.status, got.body)
	}
	_, total, _ := strings.Cut(got.header.Get("Content-Range"), "/")
	return total
}

// everythingOf is all that a customer can read of a dossier: every row of every
// table and resource that his catalog has.
func (h *house) everythingOf(dossier, customer string) string {
	h.t.Helper()
	var catalog struct {
		Tables    []struct{ Name string }
		Resources []struct{ Name string }
	}
	if err := json.Unmarshal([]byte(h.of(dossier, customer, "/catalog").body), &catalog); err != nil || len(catalog.Tables) < 10 {
		h.t.Fatalf("%s: a catalog of %d tables, %v", dossier, len(catalog.Tables), err)
	}
	var all strings.Builder
	for _, t := range append(catalog.Tables, catalog.Resources...) {
		got := h.of(dossier, customer, "/rows/"+t.Name+"?limit=1000")
		if got.status/100 != 2 {
			h.t.Fatalf("%s of %s: %d %s", t.Name, dossier, got.status, got.body)
		}
		all.WriteString(got.body)
	}
	return all.String()
}

// TestProduct24_EachRightTakesItsRowsAway on every ERP, and with a directory in
// PostgreSQL on two of them: with a module at none no row of it is left in any
// resource or table, count or line, and the others stay.
func TestProduct24_EachRightTakesItsRowsAway(t *testing.T) {
	onEveryERP(t, func(*house, string, erpOf) {}, func(h *house, dossier string, erp erpOf) {
		if strings.Contains(h.t.Name(), "postgres") && dossier != "sage-b" && dossier != "odoo" {
			return // each ERP was asked on the other directory, which is no part of the answer
		}
		letter := "V" + erp.letters[:1]
		has := h.everythingOf(dossier, erp.alpha)
		access := "/dossiers/" + dossier + "/customers/" + erp.alpha + "/access"
		levels := func(l map[string]string) {
			h.ask("PUT", access, map[string]any{"levels": l}, accessTag(h.t, h.ask("GET", "/dossiers/"+dossier+"/customers/"+erp.alpha, nil, ""))).ok(http.StatusOK)
		}
		for _, module := range slices.Sorted(maps.Keys(rightsOfThePortal)) {
			right := rightsOfThePortal[module]
			before := map[string]string{}
			for _, other := range rightsOfThePortal {
				for _, r := range other.resources {
					before[r] = h.counted(dossier, erp.alpha, r)
				}
			}
			if before[right.resources[0]] == "0" || !strings.Contains(has, letter+right.numbers) {
				h.t.Errorf("%s: there are no %s to take away", dossier, module)
			}
			levels(map[string]string{module: "none"})
			for name, other := range rightsOfThePortal {
				for _, r := range other.resources {
					now := h.counted(dossier, erp.alpha, r)
					switch {
					case name == module && now != "0":
						h.t.Errorf("%s: without %s there are %s of %s", dossier, module, now, r)
					case name != module && now != before[r]:
						h.t.Errorf("%s: without %s there are %s of %s, and were %s", dossier, module, now, r, before[r])
					}
				}
			}
			if dues := h.of(dossier, erp.alpha, "/rows/due_dates"); module == "invoices" && strings.Contains(dues.body, letter+right.numbers) {
				h.t.Errorf("%s: without invoices these are due: %s", dossier, dues.body)
			}
			// Not a document of it is named anywhere; a payment names what it settles.
			if module == "quotes" || module == "orders" || module == "deliveries" {
				left := h.everythingOf(dossier, erp.alpha)
				if at := strings.Index(left, letter+right.numbers); at >= 0 {
					h.t.Errorf("%s: without %s there is …%s…", dossier, module, left[max(0, at-200):min(len(left), at+60)])
				}
			}
			levels(map[string]string{})
		}
		if back := h.everythingOf(dossier, erp.alpha); len(back) != len(has) {
			h.t.Errorf("%s: after all rights were given back there are %d bytes, and were %d", dossier, len(back), len(has))
		}
	})
}
