package sqlitefile

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"sync"

	"github.com/jmoiron/sqlx"
)

// A Watch tells for the price of two system calls whether anything was committed
// to a file since it was looked at last, by whichever process. It reads what
// SQLite itself compares before each transaction: the header of the index of the
// write-ahead log (https://sqlite.org/walformat.html, 2.1), in the file beside the
// database that all its connections share.
type Watch struct {
	// keeper is a connection of its own: while it is open nobody deletes the
	// index, as the last connection to leave does.
	keeper *sqlx.DB
	shared *sharedIndex

	mu     sync.RWMutex
	closed bool
}

// A Mark stands for all that was committed to a file until some moment. Marks are
// compared with ==.
type Mark [headerSize]byte

const (
	headerSize   = 48
	indexVersion = 3007000 // the only one there has been
)

// Look gives the file's present mark; false where it cannot be told now, and
// somebody else must be asked.
func (w *Watch) Look() (Mark, bool) {
	if w == nil {
		return Mark{}, false
	}
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return Mark{}, false
	}
	// The header is there twice, and written one after the other: two that
	// differ are being written.
	var b [2 * headerSize]byte
	if _, err := w.shared.file.ReadAt(b[:], 0); err != nil {
		return Mark{}, false
	}
	first := Mark(b[:headerSize])
	if w.shared.deleted() || first != Mark(b[headerSize:]) || binary.NativeEndian.Uint32(b[:]) != indexVersion || b[12] == 0 {
		return Mark{}, false
	}
	return first, true
}

// Close ends the watch. Its owner has closed his own connections before.
func (w *Watch) Close() error {
	if w == nil {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return nil
	}
	w.closed = true
	return errors.Join(w.keeper.Close(), w.shared.leave())
}

// sharedIndex is the index's file, opened once in this process. Whoever closes a
// file gives up all locks that his process has on it (POSIX), SQLite's among
// them: it is closed only when nobody watches it any more.
type sharedIndex struct {
	file  *os.File
	info  os.FileInfo
	users int
}

var (
	sharedMu sync.Mutex
	shared   []*sharedIndex
)

// watch opens the index of a database, or joins those who have it open.
func watch(ctx context.Context, path string) (_ *Watch, err error) {
	keeper, err := OpenReader(ctx, path, 1)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, keeper.Close())
		}
	}()
	var tables int // the first read is what opens the index
	if err := keeper.GetContext(ctx, &tables, "SELECT COUNT(*) FROM sqlite_master"); err != nil {
		return nil, err
	}
	sharedMu.Lock()
	defer sharedMu.Unlock()
	info, err := os.Stat(path + "-shm")
	if err != nil {
		return nil, err
	}
	for _, s := range shared {
		if os.SameFile(s.info, info) {
			s.users++
			return &Watch{keeper: keeper, shared: s}, nil
		}
	}
	file, err := os.Open(path + "-shm")
	if err != nil {
		return nil, err
	}
	s := &sharedIndex{file: file, info: info, users: 1}
	shared = append(shared, s)
	return &Watch{keeper: keeper, shared: s}, nil
}

func (s *sharedIndex) leave() error {
	sharedMu.Lock()
	defer sharedMu.Unlock()
	if s.users--; s.users > 0 {
		return nil
	}
	for i, other := range shared {
		if other == s {
			shared = append(shared[:i], shared[i+1:]...)
			break
		}
	}
	return s.file.Close()
}
