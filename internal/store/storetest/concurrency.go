package storetest

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/vantelle/vantelle/internal/directory"
)

func testConcurrency(t *testing.T, open func(*testing.T) *kit) {
	t.Run("of those who change the same version one wins", func(t *testing.T) {
		const writers = 16
		k := open(t)
		k.have(customer("1", "A"))
		for version := range int64(3) {
			var won atomic.Int32
			var wg sync.WaitGroup
			for i := range writers {
				wg.Go(func() {
					a := granted("1")
					a.Version, a.Note = version, fmt.Sprint(i)
					_, err := k.PutAccess(t.Context(), a)
					switch {
					case err == nil:
						won.Add(1)
					case !errors.Is(err, directory.ErrConflict):
						t.Errorf("a loser is told %v", err)
					}
				})
			}
			wg.Wait()
			equal(k, "winners", won.Load(), 1)
		}
		equal(k, "version", k.access("1").Version, 3)
	})

	t.Run("readers see a plan whole or not at all", func(t *testing.T) {
		const plans, size = 10, 300
		k := open(t)
		batch := func(code string) directory.Plan {
			var p directory.Plan
			for i := range size {
				p.PutCustomers = append(p.PutCustomers, customer(fmt.Sprintf("%03d", i), code))
			}
			return p
		}
		k.apply(batch("0"))
		done := make(chan struct{})
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for {
					select {
					case <-done:
						return
					default:
					}
					seen := map[string]int{}
					for c, err := range k.AllCustomers(t.Context(), acme) {
						if err != nil {
							t.Errorf("a reader beside a writer is told %v", err)
							return
						}
						seen[c.Code]++
					}
					if len(seen) != 1 {
						t.Errorf("a reader saw several plans at once: %v", seen)
						return
					}
				}
			})
		}
		for i := range plans {
			k.apply(batch(fmt.Sprint(i + 1)))
		}
		close(done)
		wg.Wait()
	})

	t.Run("an entrant is never of two moments", func(t *testing.T) {
		const rounds = 100
		k := open(t)
		k.have(customer("1", "A"))
		k.put(granted("1"))
		done := make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				e, err := k.Entrant(t.Context(), acme, "1")
				if errors.Is(err, directory.ErrNotFound) {
					continue
				}
				if err != nil {
					t.Errorf("a reader beside a writer is told %v", err)
					return
				}
				if e.Customer.Code == "Z" && e.Access.State == directory.AccessGranted {
					t.Error("somebody else was seen with the access of the one before")
					return
				}
			}
		})
		for range rounds {
			k.apply(directory.Plan{PutCustomers: []directory.Customer{customer("1", "Z")}, SuspendedAccess: []string{"1"}})
			k.have(customer("1", "A"))
			again := granted("1")
			again.Version = k.access("1").Version
			k.put(again)
		}
		close(done)
		wg.Wait()
	})
}
