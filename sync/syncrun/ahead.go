package syncrun

import (
	"iter"
	"sync"
)

// aheadBatch is how many records go from one goroutine to the other at once.
const aheadBatch = 128

// ahead gives what seq gives, read by a goroutine of its own a little before it is
// wanted: both databases then work at the same time. The goroutine has ended when
// the iteration has, and seq may be used for one iteration at a time, as before.
func ahead[T any](seq iter.Seq2[T, error]) iter.Seq2[T, error] {
	type one struct {
		record T
		err    error
	}
	return func(yield func(T, error) bool) {
		batches, stop := make(chan []one, 4), make(chan struct{})
		var reading sync.WaitGroup
		defer reading.Wait()
		defer close(stop)
		reading.Go(func() {
			defer close(batches)
			batch := make([]one, 0, aheadBatch)
			send := func() bool {
				select {
				case batches <- batch:
					batch = make([]one, 0, aheadBatch)
					return true
				case <-stop:
					return false
				}
			}
			for record, err := range seq {
				if batch = append(batch, one{record, err}); len(batch) == aheadBatch && !send() {
					return
				}
			}
			send()
		})
		for batch := range batches {
			for _, o := range batch {
				if !yield(o.record, o.err) {
					return
				}
			}
		}
	}
}
