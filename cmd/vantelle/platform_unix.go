//go:build !windows

package main

import (
	"errors"
	"os"
	"os/signal"
	"syscall"
)

// notifyHangup delivers SIGHUP, which asks a running service to load its profiles again.
func notifyHangup(c chan<- os.Signal) { signal.Notify(c, syscall.SIGHUP) }

// addressTaken tells that another program listens on the address.
func addressTaken(err error) bool { return errors.Is(err, syscall.EADDRINUSE) }
