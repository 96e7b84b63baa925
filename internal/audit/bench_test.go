package audit

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rs/zerolog"
)

func BenchmarkBegin(b *testing.B) {
	for _, durable := range []string{"NORMAL", "FULL"} {
		for _, goroutines := range []int{1, 32} {
			b.Run(fmt.Sprintf("%s/%d goroutines", durable, goroutines), func(b *testing.B) {
				l := closing(b)(Open(Config{Dir: b.TempDir(), Synchronous: durable, Logger: zerolog.Nop()}))
				e := entry("")
				e.Tables, e.View, e.Digest = []string{"dbo.F_DOCENTETE", "dbo.F_DOCLIGNE"}, "B2B v1 0123456789abcdef", Digest("x")
				var next atomic.Int64
				b.ResetTimer()
				var wg sync.WaitGroup
				for range goroutines {
					wg.Go(func() {
						e := e
						for {
							n := next.Add(1)
							if n > int64(b.N) {
								return
							}
							e.ID = fmt.Sprintf("%020d", n)
							if err := l.Begin(context.Background(), e); err != nil {
								b.Error(err)
								return
							}
							l.Finish(Outcome{ID: e.ID, Time: e.Time, Rows: 50, Millis: 3})
						}
					})
				}
				wg.Wait()
				b.StopTimer()
				if err := l.Close(); err != nil || l.Lost() != 0 {
					b.Errorf("%d outcomes lost, %v", l.Lost(), err)
				}
			})
		}
	}
}
