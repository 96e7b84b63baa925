package adminapi

import (
	"fmt"
	"testing"

	"github.com/vantelle/vantelle/internal/directory"
)

func TestCustomersArePagedSearchedAndSelected(t *testing.T) {
	h := newHouse(t)
	var all []directory.Customer
	for i := range 7 {
		all = append(all, customer(fmt.Sprintf("C%d", i), fmt.Sprintf("C%d", i), fmt.Sprintf("Maison %d", i)))
	}
	h.imports("run-1", all...)
	const list = "/admin/v1/dossiers/bijou/customers"
	h.ask(keyAll, "PUT", list+"/C3/access", `{"profile": "B2B"}`).want(t, 201, "")

	var seen []string
	after := ""
	for pages := 0; ; pages++ {
		if pages > 4 {
			t.Fatal("the pages don't end")
		}
		page := h.ask(keyAll, "GET", list+"?limit=3&after="+after, "").want(t, 200, "")
		for i := 0; page.at("customers", i) != nil; i++ {
			seen = append(seen, page.at("customers", i, "id").(string))
		}
		next, more := page.at("next").(string)
		if !more {
			break
		}
		after = next
	}
	if fmt.Sprint(seen) != "[C0 C1 C2 C3 C4 C5 C6]" {
		t.Errorf("the pages hold %v", seen)
	}
	selected := h.ask(keyAll, "GET", list+"?selected=true", "").want(t, 200, "")
	if selected.at("customers", 0, "id") != "C3" || selected.at("customers", 1) != nil || selected.at("customers", 0, "access", "state") != "granted" {
		t.Errorf("the selection is %s", selected.text)
	}
	found := h.ask(keyAll, "GET", list+"?search=maison+5", "").want(t, 200, "")
	if found.at("customers", 0, "id") != "C5" || found.at("customers", 1) != nil || found.at("customers", 0, "access") != nil {
		t.Errorf("the search found %s", found.text)
	}
	if none := h.ask(keyAll, "GET", list+"?search=nowhere", "").want(t, 200, ""); none.text != "{\"customers\":[]}\n" {
		t.Errorf("an empty list is %q", none.text)
	}
	for _, bad := range []string{"limit=0", "limit=501", "limit=x", "selected=yes", "sort=name"} {
		h.ask(keyAll, "GET", list+"?"+bad, "").want(t, 400, "bad_request")
	}
}

func TestACustomerComesWithContactsAndAccess(t *testing.T) {
	h := newHouse(t)
	h.imports("run-1", customer("BAGUES", "BAGUES", "Bagues"))
	const path = "/admin/v1/dossiers/bijou/customers/BAGUES"
	bare := h.ask(keyAll, "GET", path, "").want(t, 200, "")
	if bare.at("access") != nil || bare.header.Get("ETag") != "" || fmt.Sprint(bare.at("contacts")) != "[]" {
		t.Errorf("without an access it is %s", bare.text)
	}
	h.must(h.store.StartRun(t.Context(), directory.Run{ID: "run-2", Dossier: "bijou", State: directory.RunRunning, StartedAt: noon()}))
	h.must(h.store.ApplyPlan(t.Context(), "run-2", directory.Plan{Dossier: "bijou",
		PutContacts: []directory.Contact{{Dossier: "bijou", ID: "p1", CustomerID: "BAGUES", LastName: "Anneau", Hash: "h"}}}, noon()))
	h.ask(keyAll, "PUT", path+"/access", `{"profile": "B2B"}`).want(t, 201, "")
	full := h.ask(keyAll, "GET", path, "").want(t, 200, "")
	if full.at("name") != "Bagues" || full.at("contacts", 0, "last_name") != "Anneau" || full.at("access", "state") != "granted" || full.header.Get("ETag") != `"1"` {
		t.Errorf("got %s with ETag %q", full.text, full.header.Get("ETag"))
	}
	h.ask(keyAll, "GET", "/admin/v1/dossiers/bijou/customers/NOBODY", "").want(t, 404, "not_found")
}
