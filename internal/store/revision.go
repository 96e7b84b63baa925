package store

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/vantelle/vantelle/internal/store/sqlitefile"
)

// readRevision is read by every request, to know whether what is remembered
// still holds. It is prepared once.
const readRevision = "SELECT value FROM revisions WHERE name = 'directory'"

// Revision implements directory.AccessStore.
func (d *DB) Revision(ctx context.Context) (int64, error) {
	n, err := d.directoryRevision.read(d.watch, func() (n int64, err error) {
		err = found(d.told(ctx, d.again(ctx, func() error { return d.revision.QueryRowContext(d.engine.quick(ctx)).Scan(&n) })))
		return n, err
	})
	if err != nil {
		return 0, fmt.Errorf("read directory revision: %w", err)
	}
	return n, nil
}

// lastSeen is a revision with the mark that the database's file had before it was
// read: while the mark is the same, so is the revision.
type lastSeen struct {
	at atomic.Pointer[markedRevision]
}

type markedRevision struct {
	mark  sqlitefile.Mark
	value int64
}

// read gives what was read last where nothing was committed since, and reads it
// otherwise.
func (l *lastSeen) read(w *sqlitefile.Watch, read func() (int64, error)) (int64, error) {
	mark, known := w.Look() // before it is read: what is committed in between is found out next time
	if known {
		if last := l.at.Load(); last != nil && last.mark == mark {
			return last.value, nil
		}
	}
	n, err := read()
	if err == nil && known {
		l.at.Store(&markedRevision{mark, n})
	}
	return n, err
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
