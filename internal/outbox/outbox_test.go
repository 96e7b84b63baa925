package outbox

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/refusal"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/audit"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/profiles"
)

// desk is a gate whose profile takes messages, and that nothing is asked of.
type desk struct{ profile *profiles.Profile }

func (d desk) View(context.Context, identity.Caller) (*view.View, error) {
	return &view.View{Profile: d.profile}, nil
}

func (d desk) Do(context.Context, filter.Request) (*filter.Answer, error) {
	return nil, errors.New("nothing is asked of the ERP here")
}

// book is an audit log that may be broken.
type book struct {
	broken  error
	entries []audit.Entry
}

func (b *book) Begin(_ context.Context, e audit.Entry) error {
	if b.broken == nil {
		b.entries = append(b.entries, e)
	}
	return b.broken
}
func (b *book) Finish(audit.Outcome) {}

// messages is an outbox over a real directory, and a way to send it a message.
func messages(t *testing.T) (*Outbox, *book, func(key string) (directory.Request, bool, error)) {
	t.Helper()
	p, err := profiles.Load("p.yaml", []byte("profile: P\nerp: sage100\nmodules: {m: {level: full}}\ntables: {T: {public: true, columns: {a: {}}}}\nrequests: {message: {module: m, fields: {text: {type: text, max: 10}}}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	log := &book{}
	o := &Outbox{Gate: desk{p}, Store: kept(t), Audit: log}
	return o, log, func(key string) (directory.Request, bool, error) {
		return o.Submit(t.Context(), Submission{Key: key, Caller: identity.Caller{Dossier: "d", KeyID: "k", Customer: directory.Customer{Dossier: "d", ID: "C", Code: "C"}},
			Body: map[string]any{"kind": "message", "fields": map[string]any{"text": "hello"}}})
	}
}

// TestNoRequestIsKeptOrShownUnaudited: where the audit cannot be written, nothing
// is stored, and nothing is told of what is.
func TestNoRequestIsKeptOrShownUnaudited(t *testing.T) {
	o, log, send := messages(t)
	if _, fresh, err := send("first"); err != nil || !fresh || len(log.entries) != 1 || log.entries[0].Action != audit.ActionInsert || log.entries[0].CustomerID != "C" {
		t.Fatalf("kept %v, %v; the audit has %+v", fresh, err, log.entries)
	}
	log.broken = errors.New("disk full")
	for _, key := range []string{"second", "first"} {
		var refused *refusal.Error
		if r, _, err := send(key); !errors.As(err, &refused) || refused.Code != refusal.AuditDown || r.ID != "" {
			t.Errorf("%s: %+v, %v", key, r, err)
		}
	}
	who := identity.Caller{Dossier: "d", Customer: directory.Customer{Dossier: "d", ID: "C"}}
	if list, err := o.List(t.Context(), Query{Caller: who, RequestQuery: directory.RequestQuery{Limit: 10}}); err == nil || len(list) > 0 {
		t.Errorf("listed %v, %v", list, err)
	}
	log.broken = nil
	if list, err := o.List(t.Context(), Query{Caller: who, RequestQuery: directory.RequestQuery{Limit: 10}}); err != nil || len(list) != 1 {
		t.Errorf("afterwards there are %v, %v", list, err)
	}
}

// TestOnlySoManyRequestsOfACustomerWait, and 200 where nothing else is said.
func TestOnlySoManyRequestsOfACustomerWait(t *testing.T) {
	for open, most := range map[int]int{2: 2, 0: DefaultOpen} {
		o, _, send := messages(t)
		o.Open = open
		for i := range most {
			if _, fresh, err := send(fmt.Sprint(i)); err != nil || !fresh {
				t.Fatalf("request %d: %v", i, err)
			}
		}
		if _, _, err := send("one more"); !errors.Is(err, ErrFull) {
			t.Errorf("one more than %d: %v", most, err)
		}
		if _, fresh, err := send("0"); err != nil || fresh {
			t.Errorf("one that is there already: %v, %v", fresh, err)
		}
	}
}

// TestNobodySendsWithACustomersEyes: who sees the portal as a customer does, for a
// reason, asks for nothing in his name.
func TestNobodySendsWithACustomersEyes(t *testing.T) {
	o, log, _ := messages(t)
	who := identity.Caller{Dossier: "d", KeyID: "k", Customer: directory.Customer{Dossier: "d", ID: "C", Code: "C"}, ReadOnly: true}
	var refused *refusal.Error
	_, _, err := o.Submit(t.Context(), Submission{Caller: who, Body: map[string]any{"kind": "message", "fields": map[string]any{"text": "hello"}}})
	if !errors.As(err, &refused) || refused.Code != refusal.ReadOnly {
		t.Errorf("sent: %v", err)
	}
	if list, err := o.List(t.Context(), Query{Caller: who, RequestQuery: directory.RequestQuery{Limit: 10}}); err != nil || len(list) != 0 || len(log.entries) != 1 {
		t.Errorf("there are %v, %v; the audit has %+v", list, err, log.entries)
	}
}
