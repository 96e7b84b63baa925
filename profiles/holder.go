package profiles

import (
	"sync"
	"sync/atomic"
)

// Holder keeps the book in force, and replaces it whole. A reload that fails
// changes nothing: the old book stays in force and the error is remembered.
// It is safe for concurrent use.
type Holder struct {
	load    func() (*Book, error)
	reload  sync.Mutex // one reload at a time
	current atomic.Pointer[Book]
	failure atomic.Pointer[error]
}

// NewHolder loads the first book with load, which Reload calls again. Where it
// fails there is no holder: nothing runs without profiles.
func NewHolder(load func() (*Book, error)) (*Holder, error) {
	h := &Holder{load: load}
	if err := h.Reload(); err != nil {
		return nil, err
	}
	return h, nil
}

// Book gives the book in force; never nil. Who needs several profiles that
// belong together takes them from one book.
func (h *Holder) Book() *Book { return h.current.Load() }

// Reload loads a new book and puts it in force, or keeps the old one and gives
// the error.
func (h *Holder) Reload() error {
	h.reload.Lock()
	defer h.reload.Unlock()
	b, err := h.load()
	if err != nil {
		h.failure.Store(&err)
		return err
	}
	h.current.Store(b)
	h.failure.Store(nil)
	return nil
}

// Err gives the error of the last reload, nil where it succeeded.
func (h *Holder) Err() error {
	if err := h.failure.Load(); err != nil {
		return *err
	}
	return nil
}
