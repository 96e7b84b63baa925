//go:build linux

package sqlitefile

import (
	"context"

	"golang.org/x/sys/unix"
)

// OpenWatch watches a database that is in write-ahead mode.
func OpenWatch(ctx context.Context, path string) (*Watch, error) { return watch(ctx, path) }

// deleted tells whether the file has lost its name: the next connection to the
// database makes another.
func (s *sharedIndex) deleted() bool {
	var st unix.Stat_t
	return unix.Fstat(int(s.file.Fd()), &st) != nil || st.Nlink == 0
}
