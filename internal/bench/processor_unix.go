//go:build unix

package main

import (
	"syscall"
	"time"
)

// processorTime is what this process has used of the machine's processors so
// far. Of all that a busy machine disturbs it is the least disturbed.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
