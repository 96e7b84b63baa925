package main

import (
	"encoding/json"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/vantelle/vantelle/profiles"
)

// tileShown is a tile of a customer's dashboard.
type tileShown struct {
	Name, Title string
	Columns     []string
	Rows        []map[string]any
}

// dashboard asks for a customer's, by the tiles' names.
func (h *house) dashboard(dossier, customer string) map[string]tileShown {
	h.t.Helper()
	got := h.of(dossier, customer, "/me/dashboard", "Prefer", "numbers=string")
	var shown struct {
		AsOf  string `json:"as_of"`
		Tiles []tileShown
	}
	if err := json.Unmarshal([]byte(got.body), &shown); got.status != http.StatusOK || err != nil || shown.AsOf == "" {
		h.t.Fatalf("%s: %d %s, %v", dossier, got.status, got.body, err)
	}
	tiles := map[string]tileShown{}
	for _, t := range shown.Tiles {
		tiles[t.Name] = t
	}
	return tiles
}

// sum adds up a column of a tile, exactly.
func (t tileShown) sum(column string) *big.Rat {
	total := new(big.Rat)
	for _, r := range t.Rows {
		if n, ok := new(big.Rat).SetString(textOf(r[column])); ok {
			total.Add(total, n)
		}
	}
	return total
}

func textOf(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	body, _ := json.Marshal(v) // of a value that was JSON
	return string(body)
}

// TestProduct24_Dashboard: the first page counts and sums what the customer sees
// under /rows, no more, on every ERP and both kinds of directory; a module that is
// off takes its tiles and its documents away.
func TestProduct24_Dashboard(t *testing.T) {
	onEveryERP(t, func(*house, string, erpOf) {}, func(h *house, dossier string, erp erpOf) {
		for _, customer := range []string{erp.alpha, erp.beta} {
			h.dashboardAgrees(dossier, customer)
		}
		standard := map[string]string{"dolibarr": "B2B Dolibarr", "odoo": "B2B Odoo"}[dossier]
		if standard == "" {
			standard = "B2B"
		}
		before := h.dashboard(dossier, erp.alpha)
		h.ask("PUT", "/dossiers/"+dossier+"/customers/"+erp.alpha+"/access", map[string]any{"levels": map[string]string{"orders": "none", "invoices": "none"}},
			accessTag(h.t, h.ask("GET", "/dossiers/"+dossier+"/customers/"+erp.alpha, nil, ""))).ok(http.StatusOK)
		after := h.dashboard(dossier, erp.alpha)
		for _, gone := range []string{"orders", "open_orders", "invoices", "due", "overdue", "turnover"} {
			if _, there := after[gone]; there {
				h.t.Errorf("%s: the tile %s stays though its module is off", dossier, gone)
			}
			if _, there := before[gone]; !there {
				h.t.Errorf("%s: there was no tile %s", dossier, gone)
			}
		}
		for _, r := range after["last_documents"].Rows {
			if r["resource"] == "orders" || r["resource"] == "invoices" {
				h.t.Errorf("%s: the latest documents show %v", dossier, r)
			}
		}
		for _, want := range standardTiles(h.t, standard) {
			if dossier == "odoo" && want == "tickets" {
				continue // Odoo 17 as it comes has none
			}
			if tile, there := before[want]; !there {
				h.t.Errorf("%s has no tile %s", dossier, want)
			} else if tile.Title == "" || len(tile.Columns) == 0 {
				h.t.Errorf("%s: tile %+v", dossier, tile)
			}
		}
	})
}

// dashboardAgrees holds the tiles against what /rows answers.
func (h *house) dashboardAgrees(dossier, customer string) {
	h.t.Helper()
	tiles := h.dashboard(dossier, customer)
	count := func(path string) string {
		got := h.of(dossier, customer, "/rows/"+path, "Prefer", "count=exact")
		_, n, _ := strings.Cut(got.header.Get("Content-Range"), "/")
		return n
	}
	for _, name := range []string{"quotes", "orders", "deliveries", "invoices", "credit_notes", "payments"} {
		tile, there := tiles[name]
		if !there {
			continue
		}
		if got, want := textOf(tile.Rows[0]["count"]), count(name+"?limit=1"); got != want {
			h.t.Errorf("%s: %s are %s, and under /rows %s", dossier, name, got, want)
		}
	}
	sumOf := func(path, column string) *big.Rat {
		got := h.of(dossier, customer, "/rows/"+path, "Prefer", "numbers=string")
		var t tileShown
		if err := json.Unmarshal([]byte(got.body), &t.Rows); err != nil {
			h.t.Fatalf("%s: %s", path, got.body)
		}
		return t.sum(column)
	}
	for name, path := range map[string]string{"due": "due_dates?select=remaining&status=in.(open,late)", "overdue": "due_dates?select=remaining&status=eq.late"} {
		if got, want := tiles[name].sum("amount"), sumOf(path, "remaining"); got.Cmp(want) != 0 {
			h.t.Errorf("%s: %s is %s, and under /rows %s", dossier, name, got.FloatString(2), want.FloatString(2))
		}
	}
	if got, want := tiles["open_orders"].sum("amount"), sumOf("orders?select=total_excl_tax&status=in.(confirmed,in_progress)", "total_excl_tax"); got.Cmp(want) != 0 {
		h.t.Errorf("%s: open orders are %s, and under /rows %s", dossier, got.FloatString(2), want.FloatString(2))
	}
	for _, r := range tiles["last_documents"].Rows {
		if n := count(textOf(r["resource"]) + "?limit=1&number=eq." + textOf(r["number"])); n != "1" {
			h.t.Errorf("%s: the latest document %v is there %s times", dossier, r, n)
		}
	}
	if n := len(tiles["last_documents"].Rows); n != 5 {
		h.t.Errorf("%s: %d latest documents", dossier, n)
	}
}

// standardTiles names the tiles of a profile that ships.
func standardTiles(t *testing.T, name string) []string {
	t.Helper()
	book, err := profiles.Standard()
	if err != nil {
		t.Fatal(err)
	}
	p, there := book.Get(name)
	if !there || len(p.Dashboard) == 0 {
		t.Fatalf("no profile %s, or no dashboard in it", name)
	}
	var names []string
	for _, tile := range p.Dashboard {
		names = append(names, tile.Name)
	}
	slices.Sort(names)
	return names
}
