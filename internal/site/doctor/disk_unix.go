//go:build linux || darwin || freebsd

package doctor

import "syscall"

// FreeSpace is how many bytes an ordinary account may still write on the disk
// of a folder.
func FreeSpace(folder string) (uint64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(folder, &s); err != nil {
		return 0, err
	}
	return uint64(s.Bavail) * uint64(s.Bsize), nil
}
