package adminapi

import (
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/vantelle/vantelle/internal/access"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/sync/reconcile"
)

// A company that comes under the number of one that is gone. Were its files kept by
// the number alone, the first company's invoices would be the second one's, and so
// would its people and its orders be, once an administrator has said that the two
// are not the same and has granted the second an access of its own.
func TestAnotherCompanyUnderANumberFindsNothingOfTheOneBefore(t *testing.T) {
	const (
		people = "/admin/v1/dossiers/bijou/customers/CARAT/memberships"
		file   = "/admin/v1/dossiers/bijou/files/invoices/FA1?customer=CARAT"
		entry  = "/admin/v1/dossiers/bijou/customers/CARAT/access"
	)
	h := newHouse(t)
	first := customer("CARAT", "CARAT", "Carat")
	first.VAT, first.Hash = "FR11111111111", "h1"
	h.imports("run-1", first)
	_, err := h.shop.rules.Put(t.Context(), access.Administrator{KeyID: "test"}, access.PutRequest{Text: strings.Replace(shopText, "profile: SHOP", "profile: B2B", 1)})
	h.must(err)
	h.ask(keyAll, "PUT", entry, `{"profile": "B2B"}`).want(t, 201, "")
	h.ask(keyAll, "PUT", people+"/anna@carat", `{"role": "administrator"}`).want(t, 201, "")
	order := directory.Request{ID: "0F1", Dossier: "bijou", CustomerID: "CARAT", KeyID: "k", Kind: "order", Body: `{}`, IdempotencyKey: "order-1", Digest: "d", ReceivedAt: noon().Add(-time.Hour)}
	_, _, err = h.store.AddRequest(t.Context(), order, 10)
	h.must(err)
	h.ask(keyAll, "PUT", file+"&name=a.txt", "the first company's invoice").want(t, 201, "")

	second := customer("CARAT", "CARAT", "Quite Another SARL")
	second.VAT, second.Hash = "FR99999999999", "h2"
	stored, err := h.store.Customer(t.Context(), "bijou", "CARAT")
	h.must(err)
	plan, err := reconcile.Diff(reconcile.Input{Dossier: "bijou", SourceCustomers: records(second), DirectoryCustomers: records(stored),
		SourceContacts: records[directory.Contact](), DirectoryContacts: records[directory.Contact]()})
	h.must(err)
	h.must(h.store.StartRun(t.Context(), directory.Run{ID: "run-2", Dossier: "bijou", StartedAt: noon()}))
	h.must(h.store.ApplyPlan(t.Context(), "run-2", plan, noon()))
	id, _ := h.ask(keyAll, "GET", "/admin/v1/dossiers/bijou/decisions", "").at("decisions", 0, "id").(string)
	h.ask(keyAll, "POST", "/admin/v1/dossiers/bijou/decisions/"+id, `{"verdict": "not_same"}`).want(t, 200, "")
	a, err := h.store.Access(t.Context(), "bijou", "CARAT")
	h.must(err)
	h.ask(keyAll, "PUT", entry, `{"profile": "B2B", "note": "the new company"}`, "If-Match", etag(a.Version)).want(t, 200, "")

	if list, err := h.store.Requests(t.Context(), directory.RequestQuery{Dossier: "bijou", CustomerID: "CARAT", Limit: 10}); err != nil || len(list) > 0 {
		t.Errorf("requests: %+v, %v", list, err)
	}
	if got := h.ask(keyAll, "GET", people, "").at("memberships", 0); got != nil {
		t.Errorf("memberships: %v", got)
	}
	if got := h.ask(keyAll, "GET", file, "").at("files", 0); got != nil {
		t.Errorf("files: %v", got)
	}
	h.ask(keyAll, "PUT", file+"&name=a.txt", "its own").want(t, 201, "")
	if r, err := h.store.Request(t.Context(), "bijou", "0F1"); err != nil || r.State != directory.RequestRefused {
		t.Errorf("the first company's order is %s, %v: it would be brought into the ERP as the second one's", r.State, err)
	}
	if got := h.ask(keyAll, "GET", "/admin/v1/dossiers/bijou/outbox?customer=CARAT", "").at("requests", 0, "id"); got != "0F1" {
		t.Errorf("an administrator still finds it: %v", got)
	}
}

// records gives some records, as a source does.
func records[T any](list ...T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, x := range list {
			if !yield(x, nil) {
				return
			}
		}
	}
}
