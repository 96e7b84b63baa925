//go:build unix

package main

import "syscall"

// pause and resume stop a process where it stands, and let it go on.
const (
	pause  = syscall.SIGSTOP
	resume = syscall.SIGCONT
)
