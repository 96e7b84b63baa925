package service

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/windows/svc"
	"golang.org/x/sys/windows/svc/eventlog"
)

// Run runs serve with the host that has started the process: the service
// manager, or a person at a console.
func Run(signals <-chan os.Signal, serve func(*Host) error) error {
	managed, err := svc.IsWindowsService()
	if err != nil {
		return fmt.Errorf("ask who has started the process: %w", err)
	}
	if !managed {
		return serve(&Host{Signals: signals})
	}
	events, err := eventlog.Open(Name)
	if err != nil {
		return fmt.Errorf("open the event log: %w", err)
	}
	h := &handler{serve: serve, events: events}
	err = svc.Run(Name, h)
	return errors.Join(err, h.err, events.Close())
}

// handler answers the service manager while the service runs.
type handler struct {
	serve  func(*Host) error
	events EventLog
	err    error // what serve ended with
}

// How often and how long the service manager is asked for patience. Stopping
// has a deadline of its own, shorter than what is asked for.
const (
	patience = 20 * time.Second
	sign     = 5 * time.Second
)

// Execute serves until the manager says Stop or the machine shuts down, which
// both arrive at serve as an interrupt does. The process's own signals are left
// out: at a shutdown Windows sends one of those as well, and a second one cuts
// the stopping short.
//
// Where serve ends by itself with an error the exit code says so, and the
// manager restarts the service as it was told at installation.
func (h *handler) Execute(_ []string, requests <-chan svc.ChangeRequest, changes chan<- svc.Status) (specific bool, code uint32) {
	ask := make(chan os.Signal, 1)
	ready := make(chan struct{})
	var once sync.Once
	host := &Host{Signals: ask, Events: h.events, Managed: true, tell: func(w Word) error {
		if w == Ready {
			once.Do(func() { close(ready) })
		}
		return nil
	}}
	ended := make(chan error, 1)
	go func() { ended <- h.serve(host) }()

	status := svc.Status{State: svc.StartPending, WaitHint: uint32(patience.Milliseconds())}
	changes <- status
	every := time.NewTicker(sign)
	defer every.Stop()
	for {
		select {
		case <-ready:
			ready = nil
			status = svc.Status{State: svc.Running, Accepts: svc.AcceptStop | svc.AcceptShutdown}
			changes <- status
			_ = h.events.Info(EventStarted, "Vantelle serves.")
		case r := <-requests:
			switch r.Cmd {
			case svc.Interrogate:
				changes <- status
			case svc.Stop, svc.Shutdown:
				select {
				case ask <- os.Interrupt:
				default: // it was asked already
				}
				ready = nil
				status = svc.Status{State: svc.StopPending, WaitHint: uint32(patience.Milliseconds())}
				changes <- status
			}
		case <-every.C:
			if status.State != svc.Running { // starting or stopping goes on
				status.CheckPoint++
				changes <- status
			}
		case h.err = <-ended:
			return h.ended()
		}
	}
}

// ended notes how the service ended; svc.Run then reports it as stopped.
func (h *handler) ended() (specific bool, code uint32) {
	if h.err != nil {
		_ = h.events.Error(EventFailed, clip("Vantelle ended with an error: "+h.err.Error()))
		return true, 1
	}
	_ = h.events.Info(EventStopped, "Vantelle stopped.")
	return false, 0
}
