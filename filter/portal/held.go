package portal

import (
	"sync"
	"time"

	"github.com/vantelle/vantelle/internal/httpjson"
)

// heldByAll is how many of the largest files that are given out have room in memory
// together, where they come out of columns. Those of one customer have room for one.
const heldByAll = 4

// held counts the contents of columns that are in memory until their readers have
// them. Its zero value is ready, and may be used by many goroutines.
type held struct {
	mu  sync.Mutex
	all int64
	of  map[heldBy]int64
}

type heldBy struct{ dossier, customer string }

// take counts bytes for a customer, where the largest file has most; 0 is no bound.
// back takes them off again, and is called once. Errors are problems.
func (h *held) take(by heldBy, size, most int64) (back func(), err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if most > 0 && (h.of[by]+size > most || h.all+size > heldByAll*most) {
		return nil, &httpjson.Problem{Code: httpjson.TooManyRequests, RetryAfter: time.Second,
			Detail: "too much of files that the ERP keeps in a column is under way: wait until some of them have arrived"}
	}
	if h.of == nil {
		h.of = map[heldBy]int64{}
	}
	h.all += size
	h.of[by] += size
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.all -= size
		if h.of[by] -= size; h.of[by] == 0 {
			delete(h.of, by)
		}
	}, nil
}
