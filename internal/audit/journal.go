package audit

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/gofrs/flock"
)

// A journal is where an entry is first: a write to a file costs a hundredth of a
// transaction, and survives the end of the process as one does. What is in it is
// brought into the month's file soon after, in large transactions.
//
// It has two halves. New entries go into one of them; the other holds what is
// being brought over, and is emptied when that is done. Both belong to a lock that
// ends with the process, however that ends: whoever gets the lock knows that
// nobody writes there any more, and brings over what was left (leftovers.go).
type journal struct {
	id     string
	lock   *flock.Flock
	synced bool // an entry counts when the disk has it, not when the system has
	active *half
	spare  *half
}

// half is one file of a journal. Offsets of written and durable are of all that
// was ever written to it, and go on when the file is emptied.
type half struct {
	file journalFile

	mu      sync.Mutex // held while the file is synced
	durable int64      // up to here the disk has it; only under mu
	failed  error      // of a sync: what it should have kept may be lost, and no later one would say so; only under mu

	// Guarded by the log's mutex.
	size    int64 // of the file
	written int64
	clean   bool // nothing in it is needed
}

// journalFile is what a half needs of an os.File, so that a test can have it fail.
type journalFile interface {
	WriteAt(b []byte, off int64) (int, error)
	Truncate(size int64) error
	Sync() error
	Close() error
}

// opener opens a file of a journal: a seam for faults.
type opener func(path string) (journalFile, error)

func openJournalFile(path string) (journalFile, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
}

func lockPath(dir, id string) string { return filepath.Join(dir, "journal-"+id+".lock") }

// halfPaths are the files of a journal.
func halfPaths(dir, id string) [2]string {
	return [2]string{filepath.Join(dir, "journal-"+id+"-a.log"), filepath.Join(dir, "journal-"+id+"-b.log")}
}

// lockAttempts is how often a new journal draws another id: somebody who looks for
// leftovers may hold the lock of a journal that is only being made.
const lockAttempts = 10

// newJournal makes an empty journal and takes its lock.
func newJournal(dir string, newID func() string, open opener, synced bool) (*journal, error) {
	for range lockAttempts {
		id := newID()
		lock, err := tryLock(dir, id)
		if err != nil {
			return nil, err
		}
		if lock == nil {
			continue
		}
		j := &journal{id: id, lock: lock, synced: synced, active: &half{clean: true}, spare: &half{clean: true}}
		for i, h := range []*half{j.active, j.spare} {
			if h.file, err = open(halfPaths(dir, id)[i]); err != nil {
				return nil, errors.Join(err, j.close(dir))
			}
		}
		if synced {
			err = syncDir(dir) // else a power cut could take the files themselves
		}
		if err != nil {
			return nil, errors.Join(err, j.close(dir))
		}
		return j, nil
	}
	return nil, fmt.Errorf("no lock of %d could be had in %s", lockAttempts, dir)
}

// tryLock takes the lock of a journal; nil where another process has it, or
// deleted its file this very moment.
func tryLock(dir, id string) (*flock.Flock, error) {
	path := lockPath(dir, id)
	lock := flock.New(path, flock.SetPermissions(0o600))
	held, err := lock.TryLock()
	if err != nil || !held {
		return nil, errors.Join(err, lock.Close())
	}
	mine, err := lock.Stat()
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	if there, err := os.Stat(path); err != nil || !os.SameFile(mine, there) {
		return nil, lock.Close()
	}
	return lock, nil
}

// append writes one record to the active half. On error nothing of it counts:
// what was written in part is written over by the next, and is no record for a
// reader.
func (j *journal) append(record []byte) (*half, int64, error) {
	h := j.active
	if _, err := h.file.WriteAt(record, h.size); err != nil {
		_ = h.file.Truncate(h.size) // tidy; a reader can do without
		return nil, 0, err
	}
	h.size += int64(len(record))
	h.written += int64(len(record))
	h.clean = false
	return h, h.written, nil
}

// turn has new entries go into the other half, where that is clean.
func (j *journal) turn() {
	if j.spare.clean {
		j.active, j.spare = j.spare, j.active
	}
}

// wipe empties the half that new entries do not go into. Everything in it is in
// the months' files. It is called by one goroutine, as turn is.
func (j *journal) wipe() error {
	h := j.spare
	if h.clean {
		return nil
	}
	if err := h.file.Truncate(0); err != nil {
		return fmt.Errorf("empty half a journal: %w", err)
	}
	h.size, h.clean = 0, true
	h.mu.Lock()
	defer h.mu.Unlock()
	h.durable, h.failed = h.written, nil
	return nil
}

// await returns when the disk has everything up to an offset of append. Many that
// wait share one sync. written tells how much there is by now.
func (h *half) await(upTo int64, written func() int64) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.durable >= upTo {
		return nil
	}
	if h.failed != nil {
		return h.failed
	}
	end := written()
	if h.failed = h.file.Sync(); h.failed != nil {
		return h.failed
	}
	h.durable = end
	return nil
}

// close closes the files and deletes those that hold nothing that is needed. The
// others are left to whoever opens the log next.
func (j *journal) close(dir string) error {
	var errs []error
	clean := true
	for _, h := range []*half{j.active, j.spare} {
		if h.file != nil {
			errs = append(errs, h.file.Close())
		}
		clean = clean && h.clean
	}
	if clean {
		errs = append(errs, removeJournal(dir, j.id))
	}
	errs = append(errs, j.lock.Close())
	if clean {
		errs = append(errs, removeLock(dir, j.id))
	}
	return errors.Join(errs...)
}

// removeJournal deletes the files of a journal, but for its lock.
func removeJournal(dir, id string) error {
	var errs []error
	for _, path := range halfPaths(dir, id) {
		errs = append(errs, removeFile(path))
	}
	return errors.Join(errs...)
}
