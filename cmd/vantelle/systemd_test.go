package main

import (
	"net"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// playSystemd makes the service of a script have a service manager, as systemd
// would be: a socket that NOTIFY_SOCKET names.
func playSystemd(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: systemd")
	}
	address := ts.MkAbs("notify")
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: address, Net: "unixgram"})
	ts.Check(err)
	ts.Defer(func() { _ = socket.Close() }) // the script is over
	ts.Value(heardKey{}).(*heard).socket = socket
	ts.Setenv("NOTIFY_SOCKET", address)
}

type heardKey struct{}

// heard is what a script's service manager listens at.
type heard struct{ socket *net.UnixConn }

// hear waits until the service says a word to its service manager.
func hear(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: hear WORD")
	}
	socket := ts.Value(heardKey{}).(*heard).socket
	ts.Check(socket.SetReadDeadline(time.Now().Add(time.Minute)))
	buf := make([]byte, 100)
	n, err := socket.Read(buf)
	ts.Check(err)
	if got := string(buf[:n]); got != args[0] {
		ts.Fatalf("heard %s", got)
	}
}
