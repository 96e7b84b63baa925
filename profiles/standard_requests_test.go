package profiles_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/outbox"
	"github.com/vantelle/vantelle/profiles"
)

// keeper keeps what the outbox stores.
type keeper struct {
	directory.RequestStore
	kept []directory.Request
}

func (k *keeper) AddRequest(_ context.Context, r directory.Request, _ int) (directory.Request, bool, error) {
	k.kept = append(k.kept, r)
	return r, true, nil
}

// checkRequests wants every form to be one that can be filled in here, with what
// the customer sees, and with nothing that only another one does.
func (r *standardRig) checkRequests(t *testing.T, customer, another string) {
	t.Helper()
	kinds := outbox.Readable(r.profile)
	if len(kinds) != 4 {
		t.Fatalf("there are %d kinds of request", len(kinds))
	}
	for _, k := range kinds {
		fields := k.Fields
		if k.Lines != nil {
			fields = append(slices.Clone(fields), k.Lines.Fields...)
		}
		for _, f := range fields {
			if f.Refers == nil {
				continue
			}
			if to := r.view.Resource(f.Refers.To); to == nil || to.Column(f.Refers.Column) == nil {
				t.Errorf("%s.%s refers to %s.%s, which is not here", k.Name, f.Name, f.Refers.To, f.Refers.Column)
			}
		}
	}
	store := &keeper{}
	box := &outbox.Outbox{Gate: r.gate, Store: store, Audit: noAudit{}}
	send := func(text string) error {
		var body any
		if err := json.Unmarshal([]byte(text), &body); err != nil {
			t.Fatal(err)
		}
		_, _, err := box.Submit(t.Context(), outbox.Submission{Caller: callerOf(customer), Body: withNumbers(body)})
		return err
	}
	// only gives a value of a column that the customer sees, and one that he does
	// not and the other one does.
	only := func(resource, column string) (own, theirs string) {
		text := "SELECT " + column + " FROM " + resource + " WHERE " + column + " IS NOT NULL ORDER BY 1"
		mine, others := r.ask(t, customer, text), r.ask(t, another, text)
		for _, v := range others {
			if !slices.Contains(mine, v) {
				theirs = v
			}
		}
		if len(mine) == 0 || resource != "articles" && theirs == "" {
			t.Fatalf("%s: %s sees %d, and %s nothing else", resource, customer, len(mine), another)
		}
		return mine[0], theirs
	}
	article, _ := only("articles", "number")
	address, notMine := only("addresses", "id")
	invoice, notMyInvoice := only("invoices", "number")
	order := `{"kind": %q, "fields": {"delivery_address": %q}, "lines": [{"article": %q, "quantity": 2}]}`
	message := `{"kind": "message", "fields": {"subject": "s", "text": "t", "invoice": %q}}`
	change := `{"kind": "address-change", "fields": {"address": %q, "street": "1 rue", "zip": "75001", "city": "Paris"}}`
	for _, fine := range []string{
		fmt.Sprintf(order, "order", address, article), fmt.Sprintf(order, "quote-request", address, article), fmt.Sprintf(change, address), fmt.Sprintf(message, invoice),
	} {
		if err := send(fine); err != nil {
			t.Errorf("%s: %v", fine, err)
		}
	}
	if len(store.kept) != 4 {
		t.Errorf("%d were kept", len(store.kept))
	}
	for _, bad := range []string{
		fmt.Sprintf(order, "order", notMine, article), fmt.Sprintf(order, "order", "99999999", article), fmt.Sprintf(order, "order", address, "NOTHING"),
		fmt.Sprintf(change, notMine), fmt.Sprintf(message, notMyInvoice), fmt.Sprintf(message, "x"),
	} {
		var form *outbox.FormError
		if err := send(bad); !errors.As(err, &form) || !form.Missing {
			t.Errorf("%s: %v", bad, err)
		}
	}
	if len(store.kept) != 4 {
		t.Errorf("%d were kept", len(store.kept))
	}
}

// withNumbers gives a decoded body the numbers that fronts give.
func withNumbers(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			v[k] = withNumbers(v[k])
		}
	case []any:
		for i := range v {
			v[i] = withNumbers(v[i])
		}
	case float64:
		return json.Number(fmt.Sprint(v))
	}
	return v
}

func TestStandardProfilesOfferTheSameForms(t *testing.T) {
	names := func(p *profiles.Profile) string {
		var all []string
		for _, k := range outbox.Readable(p) {
			all = append(all, k.Name)
			for _, f := range k.Fields {
				all = append(all, k.Name+"."+f.Name+" "+string(f.Type))
			}
			if k.Lines != nil {
				for _, f := range k.Lines.Fields {
					all = append(all, k.Name+".lines."+f.Name+" "+string(f.Type))
				}
			}
		}
		return fmt.Sprint(all)
	}
	sage := names(standardProfile(t, "B2B"))
	for _, other := range []string{"B2B Dolibarr", "B2B Odoo"} {
		if got := names(standardProfile(t, other)); got != sage {
			t.Errorf("%s has\n%s\nSage\n%s", other, got, sage)
		}
	}
}
