//go:build !windows

package secret

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// extension ends the name of a secret's file.
const extension = ".secret"

// defaultDir lies in the folder that the service's unit owns.
func defaultDir(func(string) string) string { return "/var/lib/vantelle/secrets" }

// seal leaves the secret as it is: nothing on the machine could keep a key any
// better than the file's own mode does.
func seal(_ string, value []byte) ([]byte, error) { return value, nil }

func unseal(_ string, sealed []byte) ([]byte, error) { return sealed, nil }

// makeDir makes the folder for its owner alone, who is the owner of the folder
// that it lies in: root keeps secrets for the service's user.
func makeDir(dir string) error {
	err := os.Mkdir(dir, 0o700)
	switch {
	case errors.Is(err, fs.ErrExist):
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return os.MkdirAll(dir, 0o700)
	case err != nil:
		return err
	}
	return giveToOwnerOf(filepath.Dir(dir), dir)
}

// giveToOwnerOf makes the owner of a folder own a file, where root is asking;
// anybody else's files are their own anyway.
func giveToOwnerOf(folder, file string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	info, err := os.Stat(folder)
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	return os.Lchown(file, int(owner.Uid), int(owner.Gid))
}
