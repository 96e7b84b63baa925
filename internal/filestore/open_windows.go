package filestore

import (
	"errors"
	"syscall"
)

const openFlags = 0

// isNotDir tells whether a part of the path cannot be what the path takes it for.
func isNotDir(err error) bool {
	const invalidName, badPath = syscall.Errno(123), syscall.Errno(161)
	return errors.Is(err, syscall.ENOTDIR) || errors.Is(err, invalidName) || errors.Is(err, badPath)
}
