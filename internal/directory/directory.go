// Package directory holds the nouns of Vantelle's own directory: the customers
// and contacts that the synchronisation brings from an ERP, the accesses that
// administrators grant on them, the keys that portals present, and the runs
// that brought it all. It imports nothing of ours; internal/store keeps it,
// sync fills it, internal/identity and internal/access read and change it.
package directory

import "errors"

// ErrNotFound is returned where the thing asked for by its key does not exist.
var ErrNotFound = errors.New("not found")

// ErrUnavailable is returned where the directory's server cannot be reached, or
// hung up. Of a write nobody knows then whether it was done: it may have been lost
// on its way there, or its answer on the way back.
var ErrUnavailable = errors.New("the directory's database does not answer")

// ErrConflict is returned where an edit was made on an older version than the one stored.
var ErrConflict = errors.New("changed by somebody else in the meantime")

// ErrUndecided is returned where a Decision has to be answered first: whether
// another company stands under an id now.
var ErrUndecided = errors.New("it is asked whether this is another company now")
