// Package lifecycle starts the parts of a program in order, waits, and stops
// them in reverse, whatever made it stop: a signal, a cancelled context, the
// operator's service manager, or one part's failure.
//
// It must never lose an error of a part, never leave a part running that it
// started, and never wait for ever: each stop has a deadline, and a second
// signal cuts it short.
//
// Read next: service.go (what a part is, and ready-made ones).
package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/rs/zerolog"
)

// ErrCutShort is among Run's errors where a second signal ended the stopping.
var ErrCutShort = errors.New("stopping was cut short by a second signal")

// Config is what a Group needs to know.
type Config struct {
	Log zerolog.Logger
	// StopTimeout is what all parts together have for stopping in order; 30
	// seconds where 0. After it each has Grace to drop everything.
	StopTimeout time.Duration
	// Grace is what each part still has when time is up; 1 second where 0.
	Grace time.Duration
}

// Group is a program's parts in the order of their start. Add them all, then
// call Run once.
type Group struct {
	cfg      Config
	parts    []part
	stopping chan struct{}
	stop     sync.Once
}

type part struct {
	name    string
	service Service
}

// NewGroup makes an empty group.
func NewGroup(cfg Config) *Group {
	if cfg.StopTimeout == 0 {
		cfg.StopTimeout = 30 * time.Second
	}
	if cfg.Grace == 0 {
		cfg.Grace = time.Second
	}
	return &Group{cfg: cfg, stopping: make(chan struct{})}
}

// Add appends a part. What is added later may use what was added before, and
// is stopped first.
func (g *Group) Add(name string, s Service) { g.parts = append(g.parts, part{name, s}) }

// Stop asks Run to stop, and does not wait. It may be called any number of
// times, from anywhere, before Run too.
func (g *Group) Stop() { g.stop.Do(func() { close(g.stopping) }) }

// Run starts the parts, waits until ctx ends, Stop is called, a signal comes
// or a part fails, and then stops every part that was started, in reverse. A
// second signal cuts the stopping short. signals may be nil.
//
// The error joins the first failure and all errors of stopping, each with its
// part's name; being asked to stop is no error.
func (g *Group) Run(ctx context.Context, signals <-chan os.Signal) error {
	cut, cancelCut := context.WithCancel(context.Background())
	defer cancelCut()
	var listener sync.WaitGroup
	returned := make(chan struct{})
	listener.Go(func() { g.listen(signals, cancelCut, returned) })
	defer func() {
		close(returned)
		listener.Wait()
	}()

	failures := make(chan error, len(g.parts))
	allStarted := make(chan struct{})
	starting, cancelStarting := context.WithCancel(ctx)
	defer cancelStarting()
	listener.Go(func() {
		select {
		case <-g.stopping: // a part that waits for something must not hold up the stopping
			cancelStarting()
		case <-allStarted:
		}
	})
	started, err := g.startAll(starting, failures)
	close(allStarted)
	if err == nil {
		err = g.wait(ctx, failures)
	}
	g.Stop()
	return errors.Join(append([]error{err}, g.stopAll(cut, g.parts[:started])...)...)
}

// listen takes the first signal for Stop, and one that comes while the group
// is stopping for an end of patience.
func (g *Group) listen(signals <-chan os.Signal, cut func(), returned <-chan struct{}) {
	for {
		select {
		case s, ok := <-signals:
			if !ok {
				return
			}
			select {
			case <-g.stopping:
				g.cfg.Log.Warn().Str("signal", s.String()).Msg("cutting the stopping short: another signal came")
				cut()
				return
			default:
				g.cfg.Log.Info().Str("signal", s.String()).Msg("a signal came")
				g.Stop()
			}
		case <-returned:
			return
		}
	}
}

// startAll starts the parts in order until one fails or the group is asked to
// stop, and tells how many there are to stop.
func (g *Group) startAll(ctx context.Context, failures chan<- error) (started int, err error) {
	for _, p := range g.parts {
		if g.asked(ctx) {
			break
		}
		g.cfg.Log.Debug().Str("part", p.name).Msg("starting")
		if err := p.service.Start(ctx); err != nil {
			if g.asked(ctx) && errors.Is(err, context.Canceled) {
				return started, nil
			}
			return started, fmt.Errorf("start %s: %w", p.name, err)
		}
		started++
		p.watch(failures)
	}
	return started, nil
}

func (g *Group) asked(ctx context.Context) bool {
	select {
	case <-ctx.Done():
	case <-g.stopping:
	default:
		return false
	}
	return true
}

// watch hands a part's failure on, where the part can fail after its start.
func (p part) watch(failures chan<- error) {
	f, ok := p.service.(Failer)
	if !ok {
		return
	}
	go func() {
		if err := <-f.Failed(); err != nil {
			failures <- fmt.Errorf("%s: %w", p.name, err) // has room for every part
		}
	}()
}

func (g *Group) wait(ctx context.Context, failures <-chan error) error {
	select {
	case <-ctx.Done():
		g.cfg.Log.Info().Msg("stopping: the context has ended")
	case <-g.stopping:
		g.cfg.Log.Info().Msg("stopping: asked to")
	case err := <-failures:
		g.cfg.Log.Error().Err(err).Msg("stopping: a part failed")
		return err
	}
	return nil
}

// stopAll stops parts in reverse, within the deadline or until cut ends.
func (g *Group) stopAll(cut context.Context, parts []part) (errs []error) {
	ctx, cancel := context.WithTimeout(cut, g.cfg.StopTimeout)
	defer cancel()
	for i := len(parts) - 1; i >= 0; i-- {
		if err := g.stopPart(ctx, parts[i]); err != nil {
			errs = append(errs, fmt.Errorf("stop %s: %w", parts[i].name, err))
		}
	}
	if cut.Err() != nil {
		errs = append(errs, ErrCutShort)
	}
	return errs
}

// stopPart waits for one part, and gives it up when it does not come back
// Grace after the deadline: a part that hangs must not keep the others, such
// as the store, from being closed.
func (g *Group) stopPart(ctx context.Context, p part) error {
	g.cfg.Log.Debug().Str("part", p.name).Msg("stopping")
	stopped := make(chan error, 1)
	go func() { stopped <- p.service.Stop(ctx) }()
	select {
	case err := <-stopped:
		return err
	case <-ctx.Done():
	}
	grace := time.NewTimer(g.cfg.Grace)
	defer grace.Stop()
	select {
	case err := <-stopped:
		return err
	case <-grace.C:
		return errors.New("did not stop in time and was left behind")
	}
}
