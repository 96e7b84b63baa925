//go:build !linux && !darwin && !freebsd && !windows

package doctor

// FreeSpace cannot be told here.
func FreeSpace(string) (uint64, error) { return 0, errNotTold }
