package service

import (
	"context"
	"sync"
	"time"

	"github.com/rs/zerolog"
)

// Part is the part of a running service that the service manager listens to.
// It is started last and stopped first, so that "ready" means that everything
// serves. It has lifecycle.Service's methods.
type Part struct {
	// Tell hands the manager a word; nil where nobody listens.
	Tell func(Word) error
	// Interval is how long the manager waits for a sign of life; 0 where it
	// waits for none.
	Interval time.Duration
	// Healthy tells whether the process can do its work: an error holds the
	// sign of life back, and the manager restarts a process that gives none.
	// So it must not look at what a restart does not mend, such as an ERP.
	Healthy func(context.Context) error
	Log     zerolog.Logger

	mu   sync.Mutex
	end  context.CancelFunc
	done chan struct{}
}

// Word is what a process tells its service manager.
type Word int

// The words.
const (
	Ready    Word = iota + 1 // all parts serve
	Alive                    // a sign of life
	Stopping                 // no new work is taken
)

// Start says that the service is ready, and begins to give signs of life.
func (p *Part) Start(context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.Tell == nil {
		return nil
	}
	if err := p.Tell(Ready); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	p.end, p.done = cancel, make(chan struct{})
	go func() {
		defer close(p.done)
		if p.Interval > 0 {
			p.live(ctx)
		}
	}()
	return nil
}

// live gives a sign of life three times as often as one is waited for, so that
// a slow check or two kill nothing.
func (p *Part) live(ctx context.Context) {
	every := time.NewTicker(p.Interval / 3)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		if err := p.check(ctx); err != nil {
			if ctx.Err() == nil {
				p.Log.Error().Err(err).Msg("the service is not healthy: the service manager gets no sign of life")
			}
			continue
		}
		if err := p.Tell(Alive); err != nil {
			p.Log.Warn().Err(err).Msg("the service manager cannot be told that the service lives")
		}
	}
}

func (p *Part) check(ctx context.Context) error {
	if p.Healthy == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, p.Interval/3)
	defer cancel()
	return p.Healthy(ctx)
}

// Stop says that the service stops, and ends the signs of life: what is left
// has the manager's time for stopping. A second Stop does nothing.
func (p *Part) Stop(context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.end == nil {
		return nil
	}
	p.end()
	p.end = nil
	<-p.done
	if err := p.Tell(Stopping); err != nil {
		p.Log.Warn().Err(err).Msg("the service manager cannot be told that the service stops")
	}
	return nil
}
