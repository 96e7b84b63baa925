package service

import (
	"errors"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/windows/svc"
)

// TestHandlerAnswersTheServiceManager plays the manager.
func TestHandlerAnswersTheServiceManager(t *testing.T) {
	untilAsked := func(h *Host) error {
		if err := h.tell(Ready); err != nil {
			return err
		}
		if s := <-h.Signals; s != os.Interrupt {
			return errors.New("asked with " + s.String())
		}
		return nil
	}
	cases := map[string]struct {
		serve  func(*Host) error
		ask    svc.Cmd // once it runs; 0 for nothing
		states []svc.State
		code   uint32
		events string
	}{
		"Stop":               {untilAsked, svc.Stop, []svc.State{svc.StartPending, svc.Running, svc.StopPending}, 0, "info 1 Vantelle serves.|info 2 Vantelle stopped."},
		"Shutdown":           {untilAsked, svc.Shutdown, []svc.State{svc.StartPending, svc.Running, svc.StopPending}, 0, "info 1 Vantelle serves.|info 2 Vantelle stopped."},
		"a start that fails": {func(*Host) error { return errors.New("no port") }, 0, []svc.State{svc.StartPending}, 1, "error 3 Vantelle ended with an error: no port"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var r recorder
			requests, changes, done := make(chan svc.ChangeRequest), make(chan svc.Status), make(chan uint32)
			go func() {
				_, code := (&handler{serve: c.serve, events: &r}).Execute(nil, requests, changes)
				done <- code
			}()
			var states []svc.State
			for {
				select {
				case s := <-changes:
					states = append(states, s.State)
					if s.State == svc.Running {
						if s.Accepts != svc.AcceptStop|svc.AcceptShutdown {
							t.Errorf("accepts %v", s.Accepts)
						}
						requests <- svc.ChangeRequest{Cmd: c.ask}
					}
					continue
				case code := <-done:
					if code != c.code {
						t.Errorf("code %d, want %d", code, c.code)
					}
				}
				break
			}
			if len(states) != len(c.states) || states[len(states)-1] != c.states[len(c.states)-1] {
				t.Errorf("states %v, want %v", states, c.states)
			}
			if got := strings.Join(r.events, "|"); got != c.events {
				t.Errorf("events %s, want %s", got, c.events)
			}
		})
	}
}
