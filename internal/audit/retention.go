package audit

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// DeleteBefore deletes the files of the months before the one that t lies in,
// and returns how many there were. It is the only way in which entries go.
func (l *Files) DeleteBefore(ctx context.Context, t time.Time) (int, error) {
	var deleted int
	var err error
	called := l.call(ctx, func(w *writer) { deleted, err = w.deleteBefore(monthOf(t)) })
	if err := errors.Join(called, err); err != nil {
		return deleted, fmt.Errorf("delete audit log before %s: %w", monthOf(t), err)
	}
	return deleted, nil
}

// deleteBefore runs in the writer, which may have one of the files open.
func (w *writer) deleteBefore(first month) (deleted int, err error) {
	// What is in a journal still would bring a deleted month back.
	if err := errors.Join(w.bringEntries(), w.takeLeftovers()); err != nil {
		return 0, err
	}
	months, err := w.log.months()
	if err != nil {
		return 0, err
	}
	for _, m := range months {
		if m >= first {
			break
		}
		if err := errors.Join(w.closeFile(m), remove(m.path(w.log.dir))); err != nil {
			return deleted, err
		}
		w.months = without(w.months, m)
		deleted++
		w.log.log.Info().Str("month", string(m)).Msg("audit file deleted by the retention")
	}
	return deleted, nil
}

// remove deletes a database file. Its journals go first: left alone, they would
// be taken for those of a later file of the same name.
func remove(path string) error {
	for _, name := range []string{path + "-wal", path + "-shm", path} {
		if err := removeFile(name); err != nil {
			return err
		}
	}
	return nil
}

func without(months []month, gone month) []month {
	var kept []month
	for _, m := range months {
		if m != gone {
			kept = append(kept, m)
		}
	}
	return kept
}
