//go:build !linux

package sqlitefile

import "context"

// OpenWatch gives nil: elsewhere a file that is read is not known to be what
// another process has written to its memory. A nil Watch knows nothing.
func OpenWatch(context.Context, string) (*Watch, error) { return nil, nil }

func (*sharedIndex) deleted() bool { return true }
