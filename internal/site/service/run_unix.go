//go:build !windows

package service

import (
	"fmt"
	"os"

	"github.com/coreos/go-systemd/v22/daemon"
)

// Run runs serve with the host that has started the process: systemd, where it
// has left its address in the environment, or a person.
func Run(signals <-chan os.Signal, serve func(*Host) error) error {
	h := &Host{Signals: signals}
	if os.Getenv("NOTIFY_SOCKET") != "" {
		interval, err := daemon.SdWatchdogEnabled(false)
		if err != nil {
			return fmt.Errorf("read what systemd asks for in WATCHDOG_USEC: %w", err)
		}
		h.tell, h.interval = notify, interval
	}
	return serve(h)
}

// notify speaks sd_notify(3).
func notify(w Word) error {
	state := map[Word]string{Ready: daemon.SdNotifyReady, Alive: daemon.SdNotifyWatchdog, Stopping: daemon.SdNotifyStopping}[w]
	if _, err := daemon.SdNotify(false, state); err != nil {
		return fmt.Errorf("tell systemd %s: %w", state, err)
	}
	return nil
}
