// Package logfile writes a log to a file that never grows without bounds: a
// full file is set aside under a numbered name, and the oldest one goes.
//
// It must never lose a line because setting aside fails: it then goes on
// writing to the file that it has.
package logfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// Config is where a log goes and how much of it is kept.
type Config struct {
	Path    string // of the file; its folder is made where it is missing
	MaxSize int64  // bytes after which a file is set aside; 0 for never
	Keep    int    // files set aside: Path.1, the newest, to Path.Keep; 0 keeps none
}

// File is a log's file. It is safe for concurrent use.
type File struct {
	cfg  Config
	mu   sync.Mutex
	file *os.File
	size int64
	full int64 // the size at which the next file is begun
}

// Open opens the file for appending; its owner writes it, its group may read it.
func Open(cfg Config) (*File, error) {
	if err := os.MkdirAll(filepath.Dir(cfg.Path), 0o750); err != nil {
		return nil, fmt.Errorf("open the log %s: %w", cfg.Path, err)
	}
	f := &File{cfg: cfg}
	if err := f.open(); err != nil {
		return nil, err
	}
	return f, nil
}

func (f *File) open() error {
	file, err := os.OpenFile(f.cfg.Path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o640)
	if err != nil {
		return fmt.Errorf("open the log: %w", err)
	}
	info, err := file.Stat()
	if err != nil {
		return errors.Join(fmt.Errorf("open the log: %w", err), file.Close())
	}
	f.file, f.size, f.full = file, info.Size(), f.cfg.MaxSize
	return nil
}

// Write appends a line. A line is never split between two files, so a file may
// hold one that is longer than MaxSize.
func (f *File) Write(line []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.file == nil {
		return 0, fs.ErrClosed
	}
	if f.full > 0 && f.size > 0 && f.size+int64(len(line)) > f.full {
		if err := f.rotate(); err != nil {
			return 0, err
		}
	}
	n, err := f.file.Write(line)
	f.size += int64(n)
	return n, err
}

// rotate sets the file aside and begins another. Windows renames no file that
// is open, so it is closed first. Where a step fails the old file is continued,
// and tried again when as much again was written.
func (f *File) rotate() error {
	err := f.file.Close()
	f.file = nil
	if err == nil {
		err = f.shift()
	}
	if openErr := f.open(); openErr != nil {
		return errors.Join(openErr, err)
	}
	if err != nil {
		f.full = f.size + f.cfg.MaxSize
	}
	return nil
}

// shift renames Path.1 to Path.2 and so on, then Path to Path.1.
func (f *File) shift() error {
	if f.cfg.Keep <= 0 {
		return os.Remove(f.cfg.Path)
	}
	for i := f.cfg.Keep - 1; i >= 1; i-- {
		if err := os.Rename(f.aside(i), f.aside(i+1)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return os.Rename(f.cfg.Path, f.aside(1))
}

func (f *File) aside(i int) string { return fmt.Sprintf("%s.%d", f.cfg.Path, i) }

// Close closes the file. A second call does nothing.
func (f *File) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.file == nil {
		return nil
	}
	err := f.file.Close()
	f.file = nil
	return err
}
