// Package readahead reads a sequence a little before it is wanted, so that who
// makes its values and who uses them work at the same time.
package readahead

import (
	"iter"
	"sync"
)

// Records is how many records are best handed over at once: fewer cost more for
// each, more are late.
const Records = 128

// OfRecords is Of for records, a few batches of them at a time.
func OfRecords[T any](seq iter.Seq2[T, error]) iter.Seq2[T, error] { return Of(seq, Records, 4) }

// Of gives what seq gives, made by a goroutine of its own. Values are handed over
// in batches, of which depth may wait beside the one that is being made. The
// goroutine has ended when the iteration has, and seq may be used for one iteration
// at a time, as before.
func Of[T any](seq iter.Seq2[T, error], batch, depth int) iter.Seq2[T, error] {
	type one struct {
		value T
		err   error
	}
	return func(yield func(T, error) bool) {
		batches, stop := make(chan []one, depth), make(chan struct{})
		var making sync.WaitGroup
		defer making.Wait()
		defer close(stop)
		making.Go(func() {
			defer close(batches)
			made := make([]one, 0, batch)
			send := func() bool {
				select {
				case batches <- made:
					made = make([]one, 0, batch)
					return true
				case <-stop:
					return false
				}
			}
			for value, err := range seq {
				if made = append(made, one{value, err}); len(made) == batch && !send() {
					return
				}
			}
			send()
		})
		for batch := range batches {
			for _, o := range batch {
				if !yield(o.value, o.err) {
					return
				}
			}
		}
	}
}
