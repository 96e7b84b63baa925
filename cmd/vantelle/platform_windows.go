package main

import (
	"errors"
	"os"
	"syscall"
)

// notifyHangup does nothing: Windows has no signal for it. Restarting the
// service loads the profiles.
func notifyHangup(chan<- os.Signal) {}

// wsaeAddrInUse is how Windows says that an address is taken
// (learn.microsoft.com, Windows Sockets error codes).
const wsaeAddrInUse = syscall.Errno(10048)

// addressTaken tells that another program listens on the address.
func addressTaken(err error) bool { return errors.Is(err, wsaeAddrInUse) }
