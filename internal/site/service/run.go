package service

import (
	"context"
	"os"
	"time"

	"github.com/rs/zerolog"
)

// Host is what has started the process, as the process sees it.
type Host struct {
	// Signals receives what asks the process to stop: signals, or the Windows
	// service manager's Stop and Shutdown.
	Signals <-chan os.Signal
	// Events is the machine's event log, where errors go besides the log; nil
	// where the log reaches the operator by itself.
	Events EventLog
	// Managed tells that nobody sees standard error.
	Managed bool

	tell     func(Word) error
	interval time.Duration
}

// Part gives the part of the service that speaks to the service manager.
// healthy is Part.Healthy.
func (h *Host) Part(healthy func(context.Context) error, log zerolog.Logger) *Part {
	return &Part{Tell: h.tell, Interval: h.interval, Healthy: healthy, Log: log}
}
