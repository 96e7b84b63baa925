package filestore

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Root is a folder below which files of a dossier are.
type Root struct {
	Name string // what profiles call it; several folders may have one name
	Path string
	// From are the beginnings of absolute paths in the ERP that mean this
	// folder, such as \\SRV\GED or D:\Sage\Multimedia. Path itself always does.
	From []string
}

// Roots are the folders of one dossier, in the order in which they are tried.
type Roots []Root

// File is an open file. Close it.
type File struct {
	*os.File
	Size     int64
	Modified time.Time
}

// Open opens the file that a path of the ERP means below the roots called name.
// Where none has it the error is ErrNotFound; any other is a failure of the
// machine (a share that does not answer, a right that lacks).
func (rs Roots) Open(name, path string) (*File, error) {
	failed := ErrNotFound
	for _, r := range rs {
		if r.Name != name {
			continue
		}
		inside, ok := local(path, append([]string{r.Path}, r.From...))
		if !ok {
			continue
		}
		f, err := openBelow(r.Path, inside)
		if err == nil {
			return f, nil
		}
		if !errors.Is(err, ErrNotFound) {
			failed = err
		}
	}
	return nil, failed
}

// openBelow opens a regular file in a folder. os.Root follows no link out of it.
func openBelow(folder, name string) (*File, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, fmt.Errorf("open the root of files %s: %w", folder, err)
	}
	defer func() { _ = root.Close() }() // files that are open stay so
	// Looked at before it is opened: opening a pipe waits for its other end.
	if info, err := root.Stat(name); err != nil || !info.Mode().IsRegular() {
		return nil, lookFailed(err)
	}
	f, err := root.OpenFile(name, os.O_RDONLY|openFlags, 0)
	if err != nil {
		return nil, lookFailed(err)
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(lookFailed(err), f.Close())
	}
	return &File{File: f, Size: info.Size(), Modified: info.ModTime()}, nil
}

// lookFailed tells a file that is not there, or is none, from a machine that
// fails. A link that leads out of its root is a file that is not there.
func lookFailed(err error) error {
	var path *fs.PathError
	switch {
	case err == nil, errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrInvalid), isNotDir(err):
		return ErrNotFound
	case errors.As(err, &path) && strings.Contains(path.Err.Error(), "escapes"):
		return ErrNotFound
	}
	return fmt.Errorf("open a file below its root: %w", err)
}

// Check tells whether this process can use a root: it is a folder, and its
// entries can be read. The error is for an operator.
func (r Root) Check() error {
	info, err := os.Stat(r.Path)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is no folder", filepath.Clean(r.Path))
	}
	d, err := os.Open(r.Path)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }() // only read
	if _, err := d.Readdirnames(1); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}
