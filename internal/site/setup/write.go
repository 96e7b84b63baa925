package setup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Existing names the files that are there already.
func Existing(files []File) ([]string, error) {
	var there []string
	for _, f := range files {
		switch _, err := os.Lstat(f.Path); {
		case err == nil:
			there = append(there, f.Path)
		case !errors.Is(err, fs.ErrNotExist):
			return nil, err
		}
	}
	return there, nil
}

// Write writes all files, or none of those that were not there before. Each
// appears whole, the last one last: a configuration never names a secret that
// is not there. What exists is refused with fs.ErrExist unless replace is true.
func Write(files []File, replace bool) (err error) {
	var made []string // what to take away again
	defer func() {
		if err != nil {
			for _, path := range made {
				err = errors.Join(err, ignoreAbsent(os.Remove(path)))
			}
		}
	}()
	if !replace {
		there, err := Existing(files)
		if err != nil {
			return err
		}
		if len(there) > 0 {
			return fmt.Errorf("%s: %w", there[0], fs.ErrExist)
		}
	}
	drafts := make([]string, len(files))
	for i, f := range files {
		if err := os.MkdirAll(filepath.Dir(f.Path), 0o750); err != nil {
			return err
		}
		if drafts[i], err = draft(f); drafts[i] != "" {
			made = append(made, drafts[i])
		}
		if err != nil {
			return fmt.Errorf("write %s: %w", f.Path, err)
		}
	}
	for i, f := range files {
		if !replace {
			// Takes the name: somebody else may have made it since.
			taken, err := os.OpenFile(f.Path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, f.mode())
			if err != nil {
				return err
			}
			made = append(made, f.Path)
			if err := taken.Close(); err != nil {
				return err
			}
		}
		if err := os.Rename(drafts[i], f.Path); err != nil {
			return err
		}
	}
	return nil
}

// draft writes a file's text beside it, under a name of its own.
func draft(f File) (path string, err error) {
	out, err := os.CreateTemp(filepath.Dir(f.Path), ".vantelle-*") // 0600
	if err != nil {
		return "", err
	}
	_, err = out.WriteString(f.Text)
	if err == nil {
		err = out.Chmod(f.mode())
	}
	if err == nil {
		err = out.Sync()
	}
	return out.Name(), errors.Join(err, out.Close())
}

func ignoreAbsent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
