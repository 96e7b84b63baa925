//go:build unix

package filestore

import (
	"errors"
	"syscall"
)

// openFlags keep an open from waiting, should a pipe have taken a file's place.
const openFlags = syscall.O_NONBLOCK

// isNotDir tells whether a part of the path that should be a folder is none, or
// a name is too long for the disk.
func isNotDir(err error) bool {
	return errors.Is(err, syscall.ENOTDIR) || errors.Is(err, syscall.ENAMETOOLONG) || errors.Is(err, syscall.ELOOP)
}
