package figure

import (
	"context"
	"runtime"
	"time"
)

// Cost is what one call of a function takes.
type Cost struct {
	Nanos  float64 // median over the batches
	Allocs float64 // mean
	Bytes  float64 // mean, allocated
}

// Repeat calls do again and again for about so long, in batches that are shorter
// than the time a busy machine lets a process run, and takes the median batch:
// those that were interrupted fall out of it.
func Repeat(ctx context.Context, about time.Duration, do func() error) (Cost, error) {
	batch := 1
	for { // a batch of about half a millisecond
		took, err := runBatch(batch, do)
		if err != nil {
			return Cost{}, err
		}
		if took >= 250*time.Microsecond {
			break
		}
		batch *= 2
	}
	var before, after runtime.MemStats
	var nanos []float64
	runtime.ReadMemStats(&before)
	for begun := time.Now(); time.Since(begun) < about; {
		if err := ctx.Err(); err != nil {
			return Cost{}, err
		}
		took, err := runBatch(batch, do)
		if err != nil {
			return Cost{}, err
		}
		nanos = append(nanos, float64(took.Nanoseconds())/float64(batch))
	}
	runtime.ReadMemStats(&after)
	calls := float64(len(nanos) * batch)
	return Cost{
		Nanos:  Median(nanos),
		Allocs: float64(after.Mallocs-before.Mallocs) / calls,
		Bytes:  float64(after.TotalAlloc-before.TotalAlloc) / calls,
	}, nil
}

func runBatch(calls int, do func() error) (time.Duration, error) {
	begun := time.Now()
	for range calls {
		if err := do(); err != nil {
			return 0, err
		}
	}
	return time.Since(begun), nil
}
