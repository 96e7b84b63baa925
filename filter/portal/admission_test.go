package portal

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/httpjson"
	"github.com/vantelle/vantelle/internal/identity"
)

func someone(dossier, key, customer string) identity.Caller {
	return identity.Caller{Dossier: dossier, KeyID: key, Customer: directory.Customer{ID: customer}}
}

// entered enters with nothing left to send.
func entered(a *admission, ctx context.Context, who identity.Caller) (release func(), err error) {
	p, err := a.enter(ctx, who, func() error { return nil })
	if err != nil {
		return nil, err
	}
	return p.leave, nil
}

func refusedWith(t *testing.T, err error, code httpjson.Code) *httpjson.Problem {
	t.Helper()
	var p *httpjson.Problem
	if !errors.As(err, &p) || p.Code != code || p.RetryAfter <= 0 {
		t.Fatalf("got %v, want %s with a time to try again", err, code)
	}
	return p
}

func TestADossierHasSoManyPlacesAndAShortQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAdmission(Load{Dossier: 2, Queue: 1, Wait: 2 * time.Second})
		enter := func(dossier string) (func(), error) { return entered(a, t.Context(), someone(dossier, "k", "c")) }
		first, err1 := enter("one")
		_, err2 := enter("one")
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		// The third waits; the fourth finds the queue full, at once.
		third := make(chan error, 1)
		go func() { _, err := enter("one"); third <- err }()
		synctest.Wait()
		begun := time.Now()
		_, err := enter("one")
		refusedWith(t, err, httpjson.Busy)
		if time.Since(begun) != 0 {
			t.Errorf("it waited %s", time.Since(begun))
		}
		// Another dossier knows nothing of it.
		if _, err := enter("two"); err != nil {
			t.Errorf("another dossier: %v", err)
		}
		first()
		first() // twice is once
		synctest.Wait()
		if err := <-third; err != nil {
			t.Errorf("the one that waited: %v", err)
		}
		// Nobody leaves: who waits is refused in the end, who goes away leaves the queue.
		begun = time.Now()
		_, err = enter("one")
		refusedWith(t, err, httpjson.Busy)
		if time.Since(begun) != 2*time.Second {
			t.Errorf("it waited %s", time.Since(begun))
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := entered(a, gone, someone("one", "k", "c")); !errors.Is(err, context.Canceled) {
			t.Errorf("who went away: %v", err)
		}
		if a.dossiers["one"].waiting != 0 {
			t.Errorf("%d wait", a.dossiers["one"].waiting)
		}
	})
}

func TestACustomerHasSoManyRequestsAtOnce(t *testing.T) {
	a := newAdmission(Load{Customer: 2})
	one, err := entered(a, t.Context(), someone("d", "k", "c"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := entered(a, t.Context(), someone("d", "k", "c")); err != nil {
		t.Fatal(err)
	}
	_, err = entered(a, t.Context(), someone("d", "k", "c"))
	refusedWith(t, err, httpjson.TooManyRequests)
	for _, other := range []identity.Caller{someone("d", "k", "c2"), someone("d", "k2", "c"), someone("d2", "k", "c")} {
		if _, err := entered(a, t.Context(), other); err != nil {
			t.Errorf("another caller: %v", err)
		}
	}
	one()
	if _, err := entered(a, t.Context(), someone("d", "k", "c")); err != nil {
		t.Errorf("after one has ended: %v", err)
	}
}

func TestRatesOfKeysAndCustomers(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	a := newAdmission(Load{KeyRate: 10, CustomerRate: 2})
	a.now = func() time.Time { return now }
	ask := func(customer string) error {
		release, err := entered(a, t.Context(), someone("d", "k", customer))
		if err == nil {
			release()
		}
		return err
	}
	for range 4 { // twice the rate after a pause
		if err := ask("c"); err != nil {
			t.Fatal(err)
		}
	}
	p := refusedWith(t, ask("c"), httpjson.TooManyRequests)
	if p.RetryAfter != 500*time.Millisecond {
		t.Errorf("to be tried again after %s", p.RetryAfter)
	}
	now = now.Add(500 * time.Millisecond)
	if err := ask("c"); err != nil {
		t.Errorf("after the time that was said: %v", err)
	}
	// The key's rate counts all customers: what was refused to one costs others
	// nothing, and what was answered does.
	n := 0
	for i := range 40 {
		if ask(string(rune('a'+i))) == nil {
			n++
		}
	}
	if n != 19 {
		t.Errorf("%d of 40 requests of other customers were let in", n)
	}
}

// A refusal costs nobody a request: neither the key's other customers, whatever
// one of them was refused for, nor a customer who was refused for others.
func TestARefusalCostsNobodyARequest(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	at := func(l Load) (*admission, func(customer string) (func(), error)) {
		a := newAdmission(l)
		a.now = func() time.Time { return now }
		return a, func(customer string) (func(), error) { return entered(a, t.Context(), someone("d", "k", customer)) }
	}
	t.Run("one who asks too much at once", func(t *testing.T) {
		_, ask := at(Load{Customer: 1, KeyRate: 10})
		if _, err := ask("c"); err != nil {
			t.Fatal(err)
		}
		for range 100 {
			_, err := ask("c")
			refusedWith(t, err, httpjson.TooManyRequests)
		}
		for i := range 19 {
			release, err := ask("polite")
			if err != nil {
				t.Fatalf("request %d of another customer of the key: %v", i+1, err)
			}
			release()
		}
	})
	t.Run("a dossier without a place", func(t *testing.T) {
		_, ask := at(Load{Dossier: 1, KeyRate: 10, CustomerRate: 5})
		release, err := ask("c")
		if err != nil {
			t.Fatal(err)
		}
		for range 100 {
			_, err := ask("polite")
			refusedWith(t, err, httpjson.Busy)
		}
		release()
		for i := range 10 {
			release, err := ask("polite")
			if err != nil {
				t.Fatalf("request %d of who was refused for another: %v", i+1, err)
			}
			release()
		}
	})
	t.Run("a key that others have used up", func(t *testing.T) {
		_, ask := at(Load{KeyRate: 5, CustomerRate: 5})
		for range 10 {
			if release, err := ask("c"); err == nil {
				release()
			}
		}
		for range 100 {
			_, err := ask("polite")
			refusedWith(t, err, httpjson.TooManyRequests)
		}
		now = now.Add(2 * time.Second)
		for i := range 10 {
			release, err := ask("polite")
			if err != nil {
				t.Fatalf("request %d once the key has some again: %v", i+1, err)
			}
			release()
		}
	})
}
