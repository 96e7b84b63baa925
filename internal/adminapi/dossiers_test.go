package adminapi

import (
	"testing"

	"github.com/vantelle/vantelle/internal/directory"
)

func TestDossiersSayTheirState(t *testing.T) {
	h := newHouse(t)
	before := h.ask(keyAll, "GET", "/admin/v1/dossiers/bijou", "").want(t, 200, "")
	if before.at("last_run") != nil || before.at("last_success") != nil || before.at("accesses", "total") != 0.0 || before.at("syncing") != false {
		t.Errorf("before the first run: %s", before.text)
	}
	h.imports("run-1", customer("BAGUES", "BAGUES", "Bagues"), customer("CARAT", "CARAT", "Carat"))
	h.must(h.store.SetFingerprint(t.Context(), "bijou", directory.Fingerprint{Value: "f1", Label: "Bijou SA, 552 100 554 00013"}))
	h.ask(keyAll, "PUT", "/admin/v1/dossiers/bijou/customers/CARAT/access", `{"profile": "B2B"}`).want(t, 201, "")

	list := h.ask(keyAll, "GET", "/admin/v1/dossiers", "").want(t, 200, "")
	for path, want := range map[string]any{
		"name": "bijou", "title": "Bijou SA", "default_profile": "B2B", "fingerprint": "Bijou SA, 552 100 554 00013",
		"last_success": "2026-03-01T12:01:00Z", "next_sync": "2026-03-01T13:00:00Z", "syncing": false,
	} {
		if got := list.at("dossiers", 0, path); got != want {
			t.Errorf("%s is %v, want %v", path, got, want)
		}
	}
	if list.at("dossiers", 0, "accesses", "granted") != 1.0 || list.at("dossiers", 0, "accesses", "total") != 2.0 ||
		list.at("dossiers", 0, "last_run", "id") != "run-1" || list.at("dossiers", 0, "erp", "state") != "up" ||
		list.at("dossiers", 0, "erp", "kind") != "sage100" {
		t.Errorf("the first dossier is %s", list.text)
	}
	if list.at("dossiers", 1, "erp", "state") != "down" || list.at("dossiers", 1, "erp", "hint") != "Start the server." ||
		list.at("dossiers", 1, "next_sync") != nil {
		t.Errorf("the second dossier is %s", list.text)
	}
}
