package main

import "syscall"

// Windows pauses no process by a signal; the tests that would are skipped.
const (
	pause  = syscall.Signal(0)
	resume = syscall.Signal(0)
)
