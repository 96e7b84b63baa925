package storetest

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vantelle/vantelle/internal/directory"
)

// request is a request with the fewest fields.
func request(id, customerID string) directory.Request {
	return directory.Request{ID: id, Dossier: acme, CustomerID: customerID, KeyID: "key", Kind: "order", Profile: "B2B", Version: 3,
		Body: `{"fields":{},"lines":[]}`, Digest: "d-" + id, ReceivedAt: noon}
}

func requestID(r directory.Request) string { return r.ID }

func testRequests(t *testing.T, open func(*testing.T) *kit) {
	// with is a directory in which two customers have these requests.
	with := func(t *testing.T, requests ...directory.Request) *kit {
		t.Helper()
		k := open(t)
		k.have(customer("1", "A"), customer("2", "B"))
		k.put(granted("1"))
		k.put(granted("2"))
		for _, r := range requests {
			_, fresh, err := k.AddRequest(t.Context(), r, 100)
			k.must(err)
			equal(k, "fresh", fresh, true)
		}
		return k
	}
	take := func(k *kit, by string, lease time.Duration, limit int) []directory.Request {
		k.t.Helper()
		taken, err := k.TakeRequests(k.t.Context(), directory.RequestTaking{Dossier: acme, By: by, Lease: lease, Limit: limit})
		k.must(err)
		return taken
	}
	settle := func(k *kit, s directory.RequestSettling) (directory.Request, error) {
		s.Dossier = acme
		return k.SettleRequest(k.t.Context(), s)
	}
	state := func(k *kit, id string) directory.RequestState {
		k.t.Helper()
		r, err := k.Request(k.t.Context(), acme, id)
		k.must(err)
		return r.State
	}

	t.Run("a request is kept as it is", func(t *testing.T) {
		want := request("r1", "1")
		want.Contact, want.Actor, want.IdempotencyKey, want.Body = "c", "léa", "once", `{"fields":{"a":"é"}}`
		k := with(t, want)
		want.State, want.ChangedAt = directory.RequestReceived, noon
		got, err := k.Request(t.Context(), acme, "r1")
		k.must(err)
		equal(k, "request", got, want)
		byKey, err := k.RequestByKey(t.Context(), acme, "1", "once")
		k.must(err)
		equal(k, "by its key", byKey, want)
		for _, other := range [][3]string{{acme, "2", "once"}, {other, "1", "once"}, {acme, "1", ""}, {acme, "1", "ONCE"}} {
			_, err = k.RequestByKey(t.Context(), other[0], other[1], other[2])
			k.is(err, directory.ErrNotFound)
		}
		_, err = k.Request(t.Context(), other, "r1")
		k.is(err, directory.ErrNotFound)
	})

	t.Run("one key is one request, of one customer", func(t *testing.T) {
		first := request("r1", "1")
		first.IdempotencyKey = "once"
		k := with(t, first)
		again := request("r2", "1")
		again.IdempotencyKey, again.Digest = "once", "another"
		stored, fresh, err := k.AddRequest(t.Context(), again, 1) // and is no more than he may have
		k.must(err)
		equal(k, "fresh", fresh, false)
		equal(k, "id", stored.ID, "r1")
		equal(k, "digest", stored.Digest, "d-r1")
		again.CustomerID = "2"
		_, fresh, err = k.AddRequest(t.Context(), again, 100)
		k.must(err)
		equal(k, "fresh for another customer", fresh, true)
	})

	t.Run("of many who bring the same key at once one is stored", func(t *testing.T) {
		k := with(t)
		var stored atomic.Int32
		var wg sync.WaitGroup
		for i := range 12 {
			wg.Go(func() {
				r := request(fmt.Sprintf("r%02d", i), "1")
				r.IdempotencyKey = "once"
				_, fresh, err := k.AddRequest(t.Context(), r, 100)
				if err != nil {
					t.Error(err)
				}
				if fresh {
					stored.Add(1)
				}
			})
		}
		wg.Wait()
		equal(k, "stored", stored.Load(), 1)
	})

	t.Run("without a granted access nothing is stored", func(t *testing.T) {
		k := with(t)
		a := k.access("1")
		a.State, a.SuspendedBy = directory.AccessSuspended, directory.SuspendedByAdministrator
		k.put(a)
		for _, r := range []directory.Request{request("r1", "1"), request("r2", "3")} {
			_, _, err := k.AddRequest(t.Context(), r, 100)
			k.is(err, directory.ErrNotFound)
		}
	})

	t.Run("a customer has so many open and no more, at once too", func(t *testing.T) {
		const most = 3
		k := with(t)
		var stored atomic.Int32
		var wg sync.WaitGroup
		for i := range 12 {
			wg.Go(func() {
				switch _, _, err := k.AddRequest(t.Context(), request(fmt.Sprintf("r%02d", i), "1"), most); {
				case err == nil:
					stored.Add(1)
				case !errors.Is(err, directory.ErrFull):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		equal(k, "stored", stored.Load(), most)
		_, _, err := k.AddRequest(t.Context(), request("r99", "2"), most)
		k.must(err)
		taken := take(k, "erp", time.Hour, 1)
		_, _, err = k.AddRequest(t.Context(), request("r98", "1"), most)
		k.is(err, directory.ErrFull) // one that is taken is still open
		_, err = settle(k, directory.RequestSettling{ID: taken[0].ID, To: directory.RequestDone, By: "erp", Number: "C1"})
		k.must(err)
		_, _, err = k.AddRequest(t.Context(), request("r98", "1"), most)
		k.must(err)
	})

	t.Run("they are listed by customer, state, kind, id and place", func(t *testing.T) {
		message := request("r3", "1")
		message.Kind = "message"
		k := with(t, request("r1", "1"), request("r2", "2"), message, request("r4", "1"))
		_, err := settle(k, directory.RequestSettling{ID: "r4", To: directory.RequestRefused, By: "x", Reason: "no"})
		k.must(err)
		for _, c := range []struct {
			q    directory.RequestQuery
			want []string
		}{
			{directory.RequestQuery{}, []string{"r1", "r2", "r3", "r4"}},
			{directory.RequestQuery{CustomerID: "1"}, []string{"r1", "r3", "r4"}},
			{directory.RequestQuery{CustomerID: "1", Newest: true}, []string{"r4", "r3", "r1"}},
			{directory.RequestQuery{Kinds: []string{"message"}}, []string{"r3"}},
			{directory.RequestQuery{States: []directory.RequestState{directory.RequestReceived}}, []string{"r1", "r2", "r3"}},
			{directory.RequestQuery{CustomerID: "2", IDs: []string{"r1", "r2"}}, []string{"r2"}},
			{directory.RequestQuery{After: "r2"}, []string{"r3", "r4"}},
			{directory.RequestQuery{After: "r3", Newest: true}, []string{"r2", "r1"}},
			{directory.RequestQuery{Offset: 1, Limit: 2}, []string{"r2", "r3"}},
		} {
			c.q.Dossier = acme
			if c.q.Limit == 0 {
				c.q.Limit = 100
			}
			got, err := k.Requests(t.Context(), c.q)
			k.must(err)
			ids(k, fmt.Sprintf("%+v", c.q), got, requestID, c.want...)
		}
		// Bodies may be left out, and are measured before they are read.
		large := request("r5", "2")
		large.Kind = "large"
		large.Body = `{"fields":{"note":"` + strings.Repeat("€", 100) + `"},"lines":[]}`
		_, _, err = k.AddRequest(t.Context(), large, 10)
		k.must(err)
		size := int64(len(large.Body))
		for _, q := range []directory.RequestQuery{{Bytes: size}, {Bytes: size - 1, NoBody: true}, {Bytes: 1, Offset: 1}, {}} {
			q.Dossier, q.Kinds, q.Limit = acme, []string{"large"}, 10
			got, err := k.Requests(t.Context(), q)
			k.must(err)
			if q.Offset > 0 {
				equal(k, "behind the last", len(got), 0)
				continue
			}
			ids(k, fmt.Sprintf("%+v", q), got, requestID, "r5")
			equal(k, "no body", got[0].Body == "", q.NoBody)
			equal(k, "state", got[0].State, directory.RequestReceived)
		}
		_, err = k.Requests(t.Context(), directory.RequestQuery{Dossier: acme, Kinds: []string{"large"}, Limit: 10, Bytes: size - 1})
		k.is(err, directory.ErrTooLarge)
		got, err := k.Requests(t.Context(), directory.RequestQuery{Dossier: other, Limit: 10})
		k.must(err)
		ids(k, "of another dossier", got, requestID)
	})

	t.Run("while a lease lasts nobody else gets the request; afterwards somebody does", func(t *testing.T) {
		k := with(t, request("r1", "1"), request("r2", "1"))
		first := take(k, "a", time.Hour, 1)
		ids(k, "the first takes", first, requestID, "r1")
		equal(k, "attempts", first[0].Attempts, 1)
		equal(k, "state", first[0].State, directory.RequestTaken)
		brief := take(k, "b", time.Microsecond, 10)
		ids(k, "the second takes", brief, requestID, "r2")
		time.Sleep(2 * time.Millisecond) // longer than the lease, whatever the clock's grain
		equal(k, "state after the lease", state(k, "r2"), directory.RequestReceived)
		third := take(k, "c", time.Hour, 10)
		ids(k, "the third takes", third, requestID, "r2")
		equal(k, "attempts", third[0].Attempts, 2)
		if third[0].Lease == brief[0].Lease || third[0].Lease == "" {
			t.Fatalf("the receipt is the same: %q", third[0].Lease)
		}
		_, err := settle(k, directory.RequestSettling{ID: "r2", To: directory.RequestDone, By: "b", Lease: brief[0].Lease, Number: "1"})
		k.is(err, directory.ErrConflict)
		_, err = settle(k, directory.RequestSettling{ID: "r2", To: directory.RequestDone, By: "b", Number: "1"})
		k.is(err, directory.ErrConflict)
		equal(k, "state", state(k, "r2"), directory.RequestTaken)
	})

	t.Run("who is late is heard where nobody has taken it since", func(t *testing.T) {
		k := with(t, request("r1", "1"))
		taken := take(k, "a", time.Microsecond, 1)
		time.Sleep(2 * time.Millisecond)
		r, err := settle(k, directory.RequestSettling{ID: "r1", To: directory.RequestDone, By: "a", Lease: taken[0].Lease, Number: "BC1"})
		k.must(err)
		equal(k, "number", r.Number, "BC1")
		ids(k, "afterwards there is", take(k, "b", time.Hour, 1), requestID)
	})

	t.Run("a taking without a lease lasts until there is word, from anybody", func(t *testing.T) {
		k := with(t, request("r1", "1"))
		ids(k, "the folder takes", take(k, "folder", 0, 1), requestID, "r1")
		ids(k, "another takes", take(k, "b", time.Hour, 1), requestID)
		_, err := settle(k, directory.RequestSettling{ID: "r1", To: directory.RequestDone, By: "b", Number: "BC1"})
		k.must(err)
	})

	t.Run("what was handed over stays taken without end, by its receipt alone", func(t *testing.T) {
		k := with(t, request("r1", "1"))
		keep := directory.RequestSettling{ID: "r1", To: directory.RequestTaken, By: "a"}
		_, err := settle(k, keep)
		k.is(err, directory.ErrConflict) // nobody has taken it
		keep.Lease = take(k, "a", time.Millisecond, 1)[0].Lease
		_, err = settle(k, directory.RequestSettling{ID: "r1", To: directory.RequestTaken, By: "a"})
		k.is(err, directory.ErrConflict)
		for range 2 {
			r, err := settle(k, keep)
			k.must(err)
			if r.State != directory.RequestTaken || r.Until != nil {
				t.Fatalf("it is %+v", r)
			}
		}
		time.Sleep(5 * time.Millisecond) // longer than the lease was
		ids(k, "afterwards there is", take(k, "b", time.Hour, 1), requestID)
		_, err = settle(k, directory.RequestSettling{ID: "r1", To: directory.RequestDone, By: "b", Number: "1"})
		k.must(err)
		_, err = settle(k, keep)
		k.is(err, directory.ErrConflict)
	})

	t.Run("the same word twice is one; another one is refused", func(t *testing.T) {
		k := with(t, request("r1", "1"), request("r2", "1"))
		done := directory.RequestSettling{ID: "r1", To: directory.RequestDone, By: "a", Number: "BC1"}
		first, err := settle(k, done)
		k.must(err)
		second, err := settle(k, done)
		k.must(err)
		equal(k, "request", second, first)
		for _, s := range []directory.RequestSettling{{To: directory.RequestDone, Number: "BC2"}, {To: directory.RequestRefused, Reason: "no"}, {To: directory.RequestReceived}} {
			s.ID, s.By = "r1", "a"
			_, err := settle(k, s)
			k.is(err, directory.ErrConflict)
		}
		refused := directory.RequestSettling{ID: "r2", To: directory.RequestRefused, By: "a", Reason: "no"}
		for range 2 {
			r, err := settle(k, refused)
			k.must(err)
			equal(k, "reason", r.Reason, "no")
		}
		_, err = settle(k, directory.RequestSettling{ID: "r9", To: directory.RequestDone, By: "a", Number: "1"})
		k.is(err, directory.ErrNotFound)
		acts, err := k.Acts(t.Context(), directory.ActQuery{Noun: "request", Object: acme + "/r1", Limit: 10})
		k.must(err)
		equal(k, "acts", len(acts), 2) // received, done: once each
		equal(k, "by", acts[0].By, "a")
		equal(k, "number", acts[0].Detail["number"], "BC1")
	})

	t.Run("what is given back waits, at once or after a while", func(t *testing.T) {
		k := with(t, request("r1", "1"), request("r2", "1"))
		for _, r := range take(k, "a", time.Hour, 10) {
			wait := time.Duration(0)
			if r.ID == "r2" {
				wait = time.Hour
			}
			back, err := settle(k, directory.RequestSettling{ID: r.ID, To: directory.RequestReceived, By: "a", Lease: r.Lease, Reason: "busy", Wait: wait})
			k.must(err)
			equal(k, "note", back.Note, "busy")
			_, err = settle(k, directory.RequestSettling{ID: r.ID, To: directory.RequestDone, By: "a", Lease: r.Lease, Number: "1"})
			k.is(err, directory.ErrConflict)
		}
		ids(k, "taken again", take(k, "b", time.Hour, 10), requestID, "r1")
		equal(k, "state of the other", state(k, "r2"), directory.RequestReceived)
	})

	t.Run("takers at once never get the same request", func(t *testing.T) {
		const many = 60
		var all []directory.Request
		for i := range many {
			all = append(all, request(fmt.Sprintf("r%03d", i), "1"))
		}
		k := with(t, all...)
		var mu sync.Mutex
		got := map[string]string{}
		var wg sync.WaitGroup
		for w := range 6 {
			by := fmt.Sprint("taker ", w)
			wg.Go(func() {
				for {
					taken, err := k.TakeRequests(t.Context(), directory.RequestTaking{Dossier: acme, By: by, Lease: time.Hour, Limit: 7})
					if err != nil {
						t.Error(err)
						return
					}
					if len(taken) == 0 {
						return
					}
					mu.Lock()
					for _, r := range taken {
						if other, twice := got[r.ID]; twice {
							t.Errorf("%s and %s both have %s", other, by, r.ID)
						}
						got[r.ID] = by
					}
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		equal(k, "taken", len(got), many)
	})

	t.Run("the open ones are counted, and old settled ones go", func(t *testing.T) {
		k := with(t, request("r1", "1"), request("r2", "2"), request("r3", "2"))
		take(k, "a", time.Hour, 1)
		_, err := settle(k, directory.RequestSettling{ID: "r3", To: directory.RequestDone, By: "a", Number: "1"})
		k.must(err)
		counts, err := k.CountRequests(t.Context())
		k.must(err)
		equal(k, "counts", fmt.Sprint(counts), fmt.Sprint([]directory.RequestCount{{Dossier: acme, State: directory.RequestReceived, Count: 1, Oldest: noon}, {Dossier: acme, State: directory.RequestTaken, Count: 1, Oldest: noon}}))
		n, err := k.PruneRequests(t.Context(), noon.AddDate(-50, 0, 0))
		k.must(err)
		equal(k, "pruned", n, 0)
		n, err = k.PruneRequests(t.Context(), noon.AddDate(50, 0, 0))
		k.must(err)
		equal(k, "pruned", n, 1)
		equal(k, "state", state(k, "r2"), directory.RequestReceived)
	})
}
