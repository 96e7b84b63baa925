package adminapi

import (
	"strings"
	"testing"

	"github.com/vantelle/vantelle/internal/access"
	"github.com/vantelle/vantelle/internal/directory"
)

// TestADefaultForAllStaysBelowTheLicencesOfAccesses: an access that names no profile has
// the default one for all where its licence type has none of its own. Were that
// not measured, too, it would get what its licence type does not offer.
func TestADefaultForAllStaysBelowTheLicencesOfAccesses(t *testing.T) {
	h := newHouse(t)
	h.imports("run-1", customer("BAGUES", "BAGUES", "Bagues"), customer("CARAT", "CARAT", "Carat"))
	for _, text := range []string{
		"profile: SMALL\nerp: sage100\nmodules: {m: {level: list}}\ntables: {DOCS: {rows: owner = :customer, modules: {m: kind = 0}, columns: {id: {}, number: {}}}}\n",
		"profile: BIG\nerp: sage100\nmodules: {m: {level: full}}\ntables: {DOCS: {rows: owner = :customer, modules: {m: \"\"}, columns: {id: {}, number: {}, cost: {}}}}\n",
	} {
		_, err := h.shop.rules.Put(t.Context(), access.Administrator{KeyID: "test"}, access.PutRequest{Text: text})
		h.must(err)
	}
	if a := h.ask(keyAll, "PUT", "/admin/v1/licences/light", `{"price_class": 1, "ceiling": {"*": "list"}}`); a.status >= 300 {
		t.Fatal(a.status, a.text)
	}
	version := 0
	put := func(what, defaults string, status int) {
		t.Helper()
		headers := []string{}
		if version > 0 {
			headers = []string{"If-Match", `"` + string(rune('0'+version)) + `"`}
		}
		a := h.ask(keyBijou, "PUT", "/admin/v1/dossiers/bijou/default-profiles", `{"defaults": [`+defaults+`]}`, headers...)
		if a.status != status || status == 422 && (!strings.Contains(a.text, "above_licence") || !strings.Contains(a.text, "BAGUES")) {
			t.Errorf("%s: %d %s", what, a.status, a.text)
		}
		if a.status < 300 {
			version++
		}
	}
	put("before anybody has the licence type", `{"licence": "", "profile": "BIG"}`, 200)
	put("below it", `{"licence": "", "profile": "SMALL"}`, 200)
	_, err := h.store.PutAccess(t.Context(), directory.Access{Dossier: "bijou", CustomerID: "BAGUES", Licence: "light", State: directory.AccessGranted, ChangedBy: "x"})
	h.must(err)
	_, err = h.store.PutAccess(t.Context(), directory.Access{Dossier: "bijou", CustomerID: "CARAT", State: directory.AccessGranted, ChangedBy: "x"})
	h.must(err)
	put("beyond it", `{"licence": "", "profile": "BIG"}`, 422)
	put("beyond it, where the licence type has a default of its own", `{"licence": "", "profile": "BIG"}, {"licence": "light", "profile": "SMALL"}`, 200)
	put("without the licence type's own", `{"licence": "", "profile": "BIG"}`, 422)
}
