package adminapi

import (
	"fmt"
	"testing"
)

func TestProfilesAreShownWithTheirProblems(t *testing.T) {
	h := newHouse(t)
	list := h.ask(keyAll, "GET", "/admin/v1/profiles", "").want(t, 200, "")
	if list.at("profiles", 0, "name") != "B2B" || list.at("profiles", 1, "name") != "Z-odoo" || list.at("profiles", 0, "table_count") != 1.0 ||
		list.at("profiles", 0, "modules", 0, "level") != "read" || list.at("profiles", 0, "modules", 1, "level") != "none" {
		t.Errorf("the profiles are %s", list.text)
	}
	b2b := h.ask(keyAll, "GET", "/admin/v1/profiles/B2B", "").want(t, 200, "")
	if b2b.at("tables", 0, "rows") != "DO_Tiers = :customer" || b2b.at("tables", 0, "columns", 1, "hidden") != true ||
		b2b.at("tables", 0, "modules", "invoices") != "DO_Type IN (6, 7)" ||
		b2b.at("dossiers", 0, "dossier") != "bijou" || b2b.at("dossiers", 0, "problems", 0, "column") != "DO_Coord01" ||
		b2b.at("dossiers", 0, "tables", 0) != "F_DOCENTETE" || b2b.at("dossiers", 1) != nil {
		t.Errorf("the profile is %s", b2b.text)
	}
	down := h.ask(keyAll, "GET", "/admin/v1/profiles/Z-odoo", "").want(t, 200, "")
	if down.at("dossiers", 0, "unavailable") != true || fmt.Sprint(down.at("dossiers", 0, "problems")) != "[]" {
		t.Errorf("with its ERP down the profile is %s", down.text)
	}
	others := h.ask(keyOther, "GET", "/admin/v1/profiles/B2B", "").want(t, 200, "")
	if others.at("dossiers", 0) != nil {
		t.Errorf("another's dossier is told: %s", others.text)
	}
	h.ask(keyAll, "GET", "/admin/v1/profiles/B2C", "").want(t, 404, "not_found")
}
