//go:build !windows

package service

import (
	"net"
	"path/filepath"
	"testing"
	"time"

	"github.com/rs/zerolog"
)

func TestRunSpeaksToSystemd(t *testing.T) {
	address := filepath.Join(t.TempDir(), "notify")
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: address, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = socket.Close() }()
	hears := func(want string) {
		t.Helper()
		if err := socket.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 100)
		if n, err := socket.Read(buf); err != nil || string(buf[:n]) != want {
			t.Fatalf("heard %q, %v, want %q", buf[:n], err, want)
		}
	}
	t.Setenv("NOTIFY_SOCKET", address)
	t.Setenv("WATCHDOG_USEC", "30000")
	err = Run(nil, func(h *Host) error {
		p := h.Part(nil, zerolog.Nop())
		if err := p.Start(t.Context()); err != nil {
			return err
		}
		hears("READY=1")
		hears("WATCHDOG=1")
		return p.Stop(t.Context())
	})
	if err != nil {
		t.Fatal(err)
	}
	for last := ""; last != "STOPPING=1"; {
		buf := make([]byte, 100)
		n, err := socket.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		last = string(buf[:n])
	}
}

func TestRunWithoutSystemdIsSilent(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", "")
	err := Run(nil, func(h *Host) error {
		p := h.Part(nil, zerolog.Nop())
		if p.Tell != nil {
			t.Error("somebody is told")
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
