package store

import (
	"context"
	"errors"
	"fmt"
)

// readRevision is read by every request, to know whether what is remembered
// still holds. It is prepared once.
const readRevision = "SELECT value FROM revisions WHERE name = 'directory'"

// Revision implements directory.AccessStore.
func (d *DB) Revision(ctx context.Context) (int64, error) {
	var n int64
	if err := found(told(ctx, d.again(ctx, func() error { return d.revision.QueryRowContext(d.engine.quick(ctx)).Scan(&n) }))); err != nil {
		return 0, fmt.Errorf("read directory revision: %w", err)
	}
	return n, nil
}

// raiseRevision tells every cache that accesses, keys or customers are about to
// change. It comes first in such a transaction: on an engine with several
// writers its row is the lock behind which they queue.
func (t tx) raiseRevision() error { return t.raise("directory") }

// raise raises one revision. A transaction that raises several does it in the
// order directory, profiles, acts, so that two of them never wait for each other.
func (t tx) raise(name string) error {
	n, err := t.exec("UPDATE revisions SET value = value + 1 WHERE name = ?", name)
	if err == nil && n != 1 {
		err = errors.New("the revision's row is missing")
	}
	return err
}
