package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
)

// Service is a part of a program.
type Service interface {
	// Start returns when the part is ready for those after it. ctx bounds
	// the starting only in so far as the part has to wait; what goes on in
	// the background ends with Stop, not with ctx. After an error there is
	// nothing to stop.
	Start(ctx context.Context) error
	// Stop returns when the part is at rest. When ctx ends it drops what it
	// is doing instead of finishing it. A second Stop does nothing.
	Stop(ctx context.Context) error
}

// Failer is a Service that can fail after its start. Failed gives a channel
// that receives one error, or is closed without one when the service stops.
type Failer interface {
	Failed() <-chan error
}

// Func makes a Service of two functions, either of which may be nil. stop is
// called at most once, and only after start has succeeded.
func Func(start, stop func(ctx context.Context) error) Service {
	return &funcService{start: start, stop: stop}
}

type funcService struct {
	start, stop func(ctx context.Context) error
	mu          sync.Mutex
	running     bool
}

func (s *funcService) Start(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.start != nil {
		if err := s.start(ctx); err != nil {
			return err
		}
	}
	s.running = true
	return nil
}

func (s *funcService) Stop(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.running {
		return nil
	}
	s.running = false
	if s.stop == nil {
		return nil
	}
	return s.stop(ctx)
}

// Background makes a Service of a function that works until its context ends.
// drain asks it to finish what it is doing and return; its context ends when
// time for that is up. Returning an error before either is a failure of the
// part; returning nil early is not.
func Background(run func(ctx context.Context, drain <-chan struct{}) error) Service {
	return &background{run: run, drain: make(chan struct{}), done: make(chan struct{}), failed: make(chan error, 1)}
}

type background struct {
	run    func(ctx context.Context, drain <-chan struct{}) error
	cancel context.CancelFunc
	drain  chan struct{}
	once   sync.Once
	done   chan struct{}
	failed chan error
	err    error // of a run that ended badly while stopping; read after done
}

func (b *background) Start(ctx context.Context) error {
	ctx, b.cancel = context.WithCancel(context.WithoutCancel(ctx))
	go func() {
		defer close(b.done)
		defer close(b.failed)
		err := b.run(ctx, b.drain)
		select {
		case <-b.drain:
			if !errors.Is(err, context.Canceled) {
				b.err = err
			}
		default:
			if err != nil {
				b.failed <- err
			}
		}
	}()
	return nil
}

func (b *background) Failed() <-chan error { return b.failed }

func (b *background) Stop(ctx context.Context) error {
	if b.cancel == nil {
		return nil
	}
	defer b.cancel()
	first := false
	b.once.Do(func() { close(b.drain); first = true })
	select {
	case <-b.done:
	case <-ctx.Done():
		b.cancel()
		<-b.done
	}
	if !first {
		return nil
	}
	return b.err
}

// HTTPServer makes a Service of a server and the listener that it serves;
// listening before makes the address known and its errors early. With a
// TLSConfig it speaks TLS. Stopping finishes the requests under way, and cuts
// their connections when time is up.
func HTTPServer(server *http.Server, listener net.Listener) Service {
	return Background(func(ctx context.Context, drain <-chan struct{}) error {
		served := make(chan error, 1)
		go func() {
			if server.TLSConfig != nil {
				served <- server.ServeTLS(listener, "", "")
			} else {
				served <- server.Serve(listener)
			}
		}()
		select {
		case err := <-served:
			return fmt.Errorf("serve %s: %w", listener.Addr(), err)
		case <-drain:
		}
		err := server.Shutdown(ctx)
		if ctx.Err() != nil { // time is up
			err = errors.Join(fmt.Errorf("requests on %s were cut off", listener.Addr()), server.Close())
		}
		<-served
		return err
	})
}
