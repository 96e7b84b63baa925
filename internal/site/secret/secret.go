// Package secret keeps the machine's secrets: passwords and keys that the
// configuration names as secret:NAME, so that it holds none itself.
//
// On Windows a secret is encrypted by the machine (DPAPI, see seal_windows.go)
// in a file that administrators and the service may read; elsewhere it is a
// file for its owner alone.
//
// It must never print what a secret holds, and never leave half of one behind.
//
// Read next: internal/config/secrets.go, which replaces secret:NAME.
package secret

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Prefix begins the text that stands for a secret in a configuration.
const Prefix = "secret:"

// MaxSize is how many bytes a secret may have.
const MaxSize = 64 << 10

// ErrNotFound says that there is no secret of a name.
var ErrNotFound = errors.New("there is no secret of this name")

var nameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`)

// Store is a folder of secrets.
type Store struct {
	Dir string
}

// Open gives the machine's store: the folder that VANTELLE_SECRETS names, or
// the platform's own. It touches no file.
func Open(getenv func(string) string) Store {
	if dir := getenv("VANTELLE_SECRETS"); dir != "" {
		return Store{Dir: dir}
	}
	return Store{Dir: defaultDir(getenv)}
}

// CheckName tells what is wrong with a name, or nil.
func CheckName(name string) error {
	if !nameForm.MatchString(name) {
		return fmt.Errorf("%q cannot name a secret: use up to 63 of a-z, 0-9, - and _, a letter or digit first", name)
	}
	return nil
}

// Set keeps value under name, in place of an earlier one. Where the folder's
// owner is another user, such as the service's, that user gets the file.
func (s Store) Set(name, value string) error {
	fail := func(err error) error { return fmt.Errorf("keep the secret %s: %w", name, err) }
	if err := CheckName(name); err != nil {
		return err
	}
	switch {
	case strings.TrimSpace(value) == "":
		return fail(errors.New("it is empty"))
	case len(value) > MaxSize:
		return fail(errors.New("it is too long"))
	}
	sealed, err := seal(name, []byte(value))
	if err != nil {
		return fail(err)
	}
	if err := makeDir(s.Dir); err != nil {
		return fail(err)
	}
	if err := replaceFile(s.path(name), sealed); err != nil {
		return fail(err)
	}
	return nil
}

// Get gives a secret's value. The error is ErrNotFound where there is none.
func (s Store) Get(name string) (string, error) {
	if err := CheckName(name); err != nil {
		return "", err
	}
	sealed, err := os.ReadFile(s.path(name))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("secret %s in %s: %w", name, s.Dir, ErrNotFound)
	case err != nil:
		return "", fmt.Errorf("read the secret %s: %w", name, err)
	}
	value, err := unseal(name, sealed)
	if err != nil {
		return "", fmt.Errorf("read the secret %s: %w", name, err)
	}
	return string(value), nil
}

// List gives the names of all secrets, sorted.
func (s Store) List() ([]string, error) {
	entries, err := os.ReadDir(s.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("list the secrets: %w", err)
	}
	var names []string
	for _, e := range entries {
		if name, ours := strings.CutSuffix(e.Name(), extension); ours && nameForm.MatchString(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names, nil
}

// Remove forgets a secret. The error is ErrNotFound where there is none.
func (s Store) Remove(name string) error {
	if err := CheckName(name); err != nil {
		return err
	}
	err := os.Remove(s.path(name))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("secret %s in %s: %w", name, s.Dir, ErrNotFound)
	case err != nil:
		return fmt.Errorf("remove the secret %s: %w", name, err)
	}
	return nil
}

func (s Store) path(name string) string { return filepath.Join(s.Dir, name+extension) }

// replaceFile writes beside the file and renames, so that there is always a
// whole one.
func replaceFile(path string, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*") // for its owner alone
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err = giveToOwnerOf(filepath.Dir(path), f.Name()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
