package audit

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"runtime"
	"slices"
)

// Leftovers are journals whose process has ended without closing its log. Whoever
// opens the log, reads it or applies its retention brings them over.

var journalName = regexp.MustCompile(`^journal-([0-9A-V]{26})(-[ab]\.log|\.lock)$`)

// takeLeftovers brings every journal of the folder that nobody writes any more into
// the months' files. What fails stays where it is, for the next time.
func (w *writer) takeLeftovers() error {
	files, err := os.ReadDir(w.log.dir)
	if err != nil {
		return err
	}
	var ids []string
	for _, f := range files {
		if found := journalName.FindStringSubmatch(f.Name()); found != nil && found[1] != w.log.journal.id && !slices.Contains(ids, found[1]) {
			ids = append(ids, found[1])
		}
	}
	var errs []error
	for _, id := range ids {
		if err := w.takeLeftover(id); err != nil {
			errs = append(errs, fmt.Errorf("journal %s of a process that has ended: %w", id, err))
		}
	}
	return errors.Join(errs...)
}

func (w *writer) takeLeftover(id string) (err error) {
	dir := w.log.dir
	lock, err := tryLock(dir, id)
	if err != nil || lock == nil {
		return err // nil: its process lives
	}
	defer func() {
		// Before and after the lock is given back: Windows deletes nothing that is open.
		gone := err == nil && removeLock(dir, id) == nil
		err = errors.Join(err, lock.Close())
		if err == nil && !gone {
			err = removeLock(dir, id)
		}
	}()
	for _, path := range halfPaths(dir, id) {
		content, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		entries, unread := readRecords(content)
		if err := w.enter(entries); err != nil {
			return err
		}
		if len(entries) > 0 || unread > 0 {
			w.log.log.Info().Str("journal", id).Int("entries", len(entries)).Int("unread_bytes", unread).
				Msg("audit entries of a process that has ended were taken over")
		}
		if err := removeFile(path); err != nil {
			return err
		}
	}
	return nil
}

func removeLock(dir, id string) error { return removeFile(lockPath(dir, id)) }

// removeFile deletes a file, where it is there.
func removeFile(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// syncDir has the disk know what files a folder has.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // knows no such thing: a file's entry is written with it
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
