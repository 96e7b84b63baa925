package filestore

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Pushed keeps the files that integrators push for rows: a folder for each
// dossier, in it one for each resource, in it one for each key, called by its hash,
// or for a key and the one customer whose rows of that key are meant: nothing keeps
// two customers of an ERP from having rows of one number. It may be used by many
// goroutines.
type Pushed struct {
	Dir string
}

// PushedFile is a file that was pushed.
type PushedFile struct {
	Name     string
	Size     int64
	Modified time.Time
}

// ErrTooLarge says that a pushed file was longer than allowed.
var ErrTooLarge = errors.New("the file is too large")

// ErrBadName says that a file cannot have the name.
var ErrBadName = errors.New("a file's name is a plain one: no slashes, colons or control characters, no device of Windows, no dot or space at its end, at most 200 bytes")

// unfinished begins the names of files that are still being written. No file
// can be pushed under such a name.
const unfinished = ".part-"

// rowFolder is the folder of a row's files, relative to Dir. customer is the
// owner (directory.Customer.Owner) whose rows are meant; empty for whoever has such a row.
func rowFolder(dossier, resource, key, customer string) (string, error) {
	if !plain(dossier) || !plain(resource) {
		return "", ErrNotFound
	}
	folder := hashed(key)
	if customer != "" {
		folder += "-" + hashed(customer)
	}
	return filepath.Join(dossier, resource, folder), nil
}

func hashed(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func (p Pushed) check(name string) error {
	if len(name) > 200 || !plain(name) || strings.HasPrefix(name, unfinished) {
		return ErrBadName
	}
	return nil
}

// Put keeps a file for a row, in place of one of the same name; readers see
// either the old one or the whole new one. kept is called when all of it is
// there, before anybody sees it; where it fails nothing was pushed. created tells
// whether there was none of the name.
func (p Pushed) Put(dossier, resource, key, customer, name string, content io.Reader, most int64, kept func() error) (size int64, created bool, err error) {
	if err := p.check(name); err != nil {
		return 0, false, err
	}
	folder, err := rowFolder(dossier, resource, key, customer)
	if err != nil {
		return 0, false, err
	}
	folder = filepath.Join(p.Dir, folder)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return 0, false, fmt.Errorf("keep a pushed file: %w", err)
	}
	part := filepath.Join(folder, unfinished+rand.Text())
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, false, fmt.Errorf("keep a pushed file: %w", err)
	}
	defer func() {
		if err != nil {
			_ = f.Close() // may be closed
			_ = os.Remove(part)
		}
	}()
	if size, err = io.Copy(f, io.LimitReader(content, most+1)); err != nil {
		return 0, false, fmt.Errorf("receive a pushed file: %w", err)
	}
	if size > most {
		return 0, false, ErrTooLarge
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return 0, false, fmt.Errorf("keep a pushed file: %w", err)
	}
	if err := kept(); err != nil {
		return 0, false, err
	}
	whole := filepath.Join(folder, name)
	_, there := os.Lstat(whole)
	if err := os.Rename(part, whole); err != nil {
		return 0, false, fmt.Errorf("keep a pushed file: %w", err)
	}
	return size, errors.Is(there, fs.ErrNotExist), nil
}

// List gives a row's files, by name.
func (p Pushed) List(dossier, resource, key, customer string) ([]PushedFile, error) {
	folder, err := rowFolder(dossier, resource, key, customer)
	if err != nil {
		return nil, nil
	}
	entries, err := os.ReadDir(filepath.Join(p.Dir, folder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list pushed files: %w", err)
	}
	var all []PushedFile
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() || strings.HasPrefix(e.Name(), unfinished) {
			continue // gone in the meantime, or none of ours
		}
		all = append(all, PushedFile{Name: e.Name(), Size: info.Size(), Modified: info.ModTime()})
	}
	slices.SortFunc(all, func(a, b PushedFile) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

// Open opens a row's file; ErrNotFound where there is none.
func (p Pushed) Open(dossier, resource, key, customer, name string) (*File, error) {
	folder, err := rowFolder(dossier, resource, key, customer)
	if err != nil || p.check(name) != nil {
		return nil, ErrNotFound
	}
	if _, err := os.Lstat(filepath.Join(p.Dir, folder)); errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotFound
	}
	return openBelow(filepath.Join(p.Dir, folder), name)
}

// Delete takes a row's file away; ErrNotFound where there is none. noted is
// called before it goes; where it fails the file stays.
func (p Pushed) Delete(dossier, resource, key, customer, name string, noted func() error) error {
	folder, err := rowFolder(dossier, resource, key, customer)
	if err != nil || p.check(name) != nil {
		return ErrNotFound
	}
	if _, err := os.Lstat(filepath.Join(p.Dir, folder, name)); err != nil {
		return ErrNotFound
	}
	if err := noted(); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(p.Dir, folder, name)); errors.Is(err, fs.ErrNotExist) {
		return ErrNotFound
	} else if err != nil {
		return fmt.Errorf("delete a pushed file: %w", err)
	}
	_ = os.Remove(filepath.Join(p.Dir, folder)) // where it was the last one
	return nil
}
