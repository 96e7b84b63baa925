package profiles

import (
	"context"
	"sync"
	"sync/atomic"
)

// Source is where a Holder gets its book from.
type Source interface {
	// Revision changes whenever what Load gives has changed. It is asked for
	// every request, so it must be cheap; a source that only changes when it
	// is told to reload gives a constant.
	Revision(ctx context.Context) (int64, error)
	// Load gives the book in force, and the revision that it is of.
	Load(ctx context.Context) (*Book, int64, error)
}

// Holder keeps the book in force, and replaces it whole when its source's
// revision has changed. A load that fails changes nothing: the old book stays
// in force and the error is remembered. It is safe for concurrent use.
type Holder struct {
	source  Source
	loading sync.Mutex // one load at a time
	current atomic.Pointer[held]
	failure atomic.Pointer[error]
}

type held struct {
	book     *Book
	revision int64
}

// NewHolder loads the first book. Where that fails there is no holder: nothing
// runs without profiles.
func NewHolder(ctx context.Context, source Source) (*Holder, error) {
	h := &Holder{source: source}
	if err := h.Reload(ctx); err != nil {
		return nil, err
	}
	return h, nil
}

// Book gives the book that was last found in force; never nil. What decides on
// a request asks Current instead.
func (h *Holder) Book() *Book { return h.current.Load().book }

// Current gives the book in force now. It fails where the source cannot say
// whether the book has changed; a change that cannot be loaded leaves the old
// book in force, and Err says so. Who needs several profiles that belong
// together takes them from one book.
func (h *Holder) Current(ctx context.Context) (*Book, error) {
	revision, err := h.source.Revision(ctx)
	if err != nil {
		return nil, err
	}
	if now := h.current.Load(); now.revision == revision {
		return now.book, nil
	}
	h.loading.Lock()
	defer h.loading.Unlock()
	if now := h.current.Load(); now.revision == revision {
		return now.book, nil // somebody else loaded it meanwhile
	}
	if err := h.load(ctx); err != nil && ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return h.Book(), nil
}

// Reload loads a new book and puts it in force, or keeps the old one and gives
// the error.
func (h *Holder) Reload(ctx context.Context) error {
	h.loading.Lock()
	defer h.loading.Unlock()
	return h.load(ctx)
}

func (h *Holder) load(ctx context.Context) error {
	b, revision, err := h.source.Load(ctx)
	if err != nil {
		if ctx.Err() == nil { // a caller who gave up says nothing of the source
			h.failure.Store(&err)
		}
		return err
	}
	h.current.Store(&held{b, revision})
	h.failure.Store(nil)
	return nil
}

// Err gives the error of the last load, nil where it succeeded.
func (h *Holder) Err() error {
	if err := h.failure.Load(); err != nil {
		return *err
	}
	return nil
}

// Files is a source that changes only when it is told to reload: profiles that
// ship, and files beside them.
type Files func() (*Book, error)

// Revision is always the same.
func (Files) Revision(context.Context) (int64, error) { return 0, nil }

// Load reads the files.
func (f Files) Load(context.Context) (*Book, int64, error) {
	b, err := f()
	return b, 0, err
}
