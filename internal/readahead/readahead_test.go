package readahead

import (
	"errors"
	"slices"
	"sync/atomic"
	"testing"
)

func TestOfGivesWhatIsThereInOrder(t *testing.T) {
	broken := errors.New("broken")
	for _, n := range []int{0, 1, Records - 1, Records, Records + 1, 20 * Records} {
		var got []int
		var at []error
		for i, err := range Of(func(yield func(int, error) bool) {
			for i := range n {
				if !yield(i, nil) {
					return
				}
			}
			yield(-1, broken)
		}, Records, 4) {
			got, at = append(got, i), append(at, err)
		}
		if len(got) != n+1 || !slices.IsSorted(got[:n]) || n > 0 && got[n-1] != n-1 || !errors.Is(at[n], broken) {
			t.Errorf("of %d records it gives %v, %v", n, len(got), at[len(at)-1])
		}
	}
}

// TestOfHasEndedWhenItsReaderStops: the read of the ERP is closed then.
func TestOfHasEndedWhenItsReaderStops(t *testing.T) {
	for _, after := range []int{1, Records, 3*Records + 7} {
		var reading atomic.Bool
		seen := 0
		for range Of(func(yield func(int, error) bool) {
			reading.Store(true)
			defer reading.Store(false)
			for i := 0; yield(i, nil); i++ {
			}
		}, Records, 4) {
			if seen++; seen == after {
				break
			}
		}
		if reading.Load() {
			t.Errorf("stopped after %d, it still reads", after)
		}
	}
}
