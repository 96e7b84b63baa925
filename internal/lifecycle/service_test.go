package lifecycle

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/rs/zerolog"
)

func TestServicesTolerateStopInEveryState(t *testing.T) {
	makers := map[string]func(stops *int) Service{
		"a pair of functions": func(stops *int) Service {
			return Func(nil, func(context.Context) error { *stops++; return errors.New("once") })
		},
		"a background part": func(stops *int) Service {
			return Background(func(_ context.Context, drain <-chan struct{}) error { <-drain; *stops++; return errors.New("once") })
		},
	}
	for name, maker := range makers {
		t.Run(name, func(t *testing.T) {
			stops := 0
			s := maker(&stops)
			if err := s.Stop(t.Context()); err != nil || stops != 0 {
				t.Fatalf("stopped before its start: %v, %d stops", err, stops)
			}
			if err := s.Start(t.Context()); err != nil {
				t.Fatal(err)
			}
			var group sync.WaitGroup
			errs := make(chan error, 8)
			for range cap(errs) {
				group.Go(func() { errs <- s.Stop(t.Context()) })
			}
			group.Wait()
			close(errs)
			told := 0
			for err := range errs {
				if err != nil {
					told++
				}
			}
			if stops != 1 || told != 1 {
				t.Errorf("%d stops, %d errors", stops, told)
			}
		})
	}
}

func TestBackgroundOutlivesTheContextOfItsStart(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	alive := make(chan error, 1)
	s := Background(func(ctx context.Context, drain <-chan struct{}) error {
		<-drain
		alive <- ctx.Err()
		return nil
	})
	if err := s.Start(ctx); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-alive; err != nil {
		t.Errorf("it was cancelled instead of drained: %v", err)
	}
}

func TestBackgroundIsCancelledWhenTimeIsUp(t *testing.T) {
	s := Background(func(ctx context.Context, _ <-chan struct{}) error { <-ctx.Done(); return ctx.Err() })
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Stop(over); err != nil {
		t.Errorf("got %v", err)
	}
}

// server is an HTTP service whose handler tells when it was entered and then
// waits for release or for the end of the request.
func server(t *testing.T, config *tls.Config) (s Service, url string, entered chan struct{}, release chan struct{}) {
	t.Helper()
	entered, release = make(chan struct{}), make(chan struct{})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s = HTTPServer(&http.Server{TLSConfig: config, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(entered)
		select {
		case <-release:
			_, _ = io.WriteString(w, "whole")
		case <-r.Context().Done():
		}
	})}, listener)
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s, "http://" + listener.Addr().String(), entered, release
}

// get asks in the background; the answer is its body, or "cut off".
func get(client *http.Client, url string) <-chan string {
	answer := make(chan string, 1)
	go func() {
		resp, err := client.Get(url)
		if err != nil {
			answer <- "cut off"
			return
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil {
			body = []byte("cut off")
		}
		answer <- string(body)
	}()
	return answer
}

func TestHTTPServerFinishesRequestsUnderWay(t *testing.T) {
	s, url, entered, release := server(t, nil)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer := get(client, url)
	<-entered
	stopped := make(chan error, 1)
	go func() { stopped <- s.Stop(context.Background()) }()
	close(release)
	if got := <-answer; got != "whole" {
		t.Errorf("the request got %q", got)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	if _, err := client.Get(url); err == nil {
		t.Error("it still serves")
	}
}

func TestHTTPServerCutsRequestsOffWhenTimeIsUp(t *testing.T) {
	s, url, entered, _ := server(t, nil)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer := get(client, url)
	<-entered
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Stop(over); err == nil || !strings.Contains(err.Error(), "were cut off") {
		t.Errorf("got %v", err)
	}
	if got := <-answer; got != "cut off" {
		t.Errorf("the request got %q", got)
	}
}

func TestHTTPServerSpeaksTLS(t *testing.T) {
	model := httptest.NewTLSServer(http.NotFoundHandler())
	defer model.Close()
	s, url, _, release := server(t, &tls.Config{Certificates: model.TLS.Certificates})
	close(release)
	client := model.Client()
	if got := <-get(client, strings.Replace(url, "http:", "https:", 1)); got != "whole" {
		t.Errorf("got %q", got)
	}
	client.CloseIdleConnections()
	if err := s.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestHTTPServerFailureStopsTheGroup(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := NewGroup(Config{Log: zerolog.Nop()})
	g.Add("portal", HTTPServer(&http.Server{}, listener))
	g.Add("breaker", Func(func(context.Context) error { return listener.Close() }, nil))
	if err := g.Run(t.Context(), nil); err == nil || !strings.HasPrefix(err.Error(), "portal: serve 127.0.0.1:") {
		t.Errorf("got %v", err)
	}
}
