package webhook

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
)

func TestMessagesAreSignedAndTriedAgain(t *testing.T) {
	var mu sync.Mutex
	var bodies []string
	taken := make(chan struct{}, 1)
	answers := []int{500, 429, 204}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		if got, want := r.Header.Get(SignatureHeader), Sign("s3cret", time.Unix(1700000000, 0), body); got != want || r.Header.Get("Vantelle-Event") != "sync.held" {
			t.Errorf("signature %q, want %q", got, want)
		}
		status := answers[len(bodies)]
		bodies = append(bodies, string(body))
		w.WriteHeader(status)
		if status == 204 {
			taken <- struct{}{}
		}
	}))
	defer server.Close()
	s := New([]Target{{URL: server.URL, Secret: "s3cret", Events: []string{"sync.held"}}}, server.Client(), zerolog.Nop())
	s.now = func() time.Time { return time.Unix(1700000000, 0) }
	s.waits = []time.Duration{0, 0}
	s.Send("sync.other", map[string]string{"a": "b"})
	s.Send("sync.held", map[string]string{"dossier": "d"})
	if err := s.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-taken
	if err := s.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
	if len(bodies) != 3 || bodies[2] != `{"dossier":"d"}` {
		t.Errorf("bodies %q", bodies)
	}
}

func TestRefusedMessagesAndRedirectsAreNotTriedAgain(t *testing.T) {
	for _, status := range []int{302, 404} {
		var n int
		asked := make(chan struct{}, 8)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n++
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(status)
			asked <- struct{}{}
		}))
		var log bytes.Buffer
		s := New([]Target{{URL: server.URL + "/?token=hidden"}}, server.Client(), zerolog.New(&log))
		s.waits = []time.Duration{0, 0, 0}
		if err := s.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.Send("x", 1)
		<-asked
		if err := s.Stop(context.Background()); err != nil {
			t.Fatal(err)
		}
		server.Close()
		if n != 1 || strings.Contains(log.String(), "hidden") {
			t.Errorf("%d: %d requests, log %s", status, n, log.String())
		}
	}
}
