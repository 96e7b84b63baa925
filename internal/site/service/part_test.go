package service

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"github.com/vantelle/vantelle/internal/lifecycle"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var _ lifecycle.Service = (*Part)(nil)

// ear notes what a service manager hears.
type ear struct {
	mu    sync.Mutex
	words []Word
	err   error
}

func (e *ear) tell(w Word) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.words = append(e.words, w)
	return e.err
}

func (e *ear) String() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	var b strings.Builder
	for _, w := range e.words {
		b.WriteString(map[Word]string{Ready: "ready ", Alive: "alive ", Stopping: "stopping "}[w])
	}
	return strings.TrimSpace(b.String())
}

func TestPartGivesSignsOfLifeOnlyWhileHealthy(t *testing.T) {
	cases := map[string]struct {
		interval time.Duration
		healthy  func(context.Context) error
		heard    string
	}{
		"a healthy service":                 {30 * time.Second, nil, "ready alive alive alive stopping"},
		"one that is asked and is healthy":  {30 * time.Second, func(context.Context) error { return nil }, "ready alive alive alive stopping"},
		"one that is not":                   {30 * time.Second, func(context.Context) error { return errors.New("no store") }, "ready stopping"},
		"one that does not answer":          {30 * time.Second, func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, "ready stopping"},
		"one that nobody waits a sign of":   {0, nil, "ready stopping"},
		"one whose manager waits very long": {time.Hour, nil, "ready stopping"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e := &ear{}
				p := &Part{Tell: e.tell, Interval: c.interval, Healthy: c.healthy, Log: zerolog.Nop()}
				if err := p.Start(t.Context()); err != nil {
					t.Fatal(err)
				}
				time.Sleep(35 * time.Second) // in the test's own time
				synctest.Wait()
				if err := errors.Join(p.Stop(t.Context()), p.Stop(t.Context())); err != nil {
					t.Error(err)
				}
				if e.String() != c.heard {
					t.Errorf("heard %q, want %q", e, c.heard)
				}
			})
		})
	}
}

func TestPartIsSilentWhereNobodyListens(t *testing.T) {
	p := (&Host{}).Part(func(context.Context) error { return errors.New("must not be asked") }, zerolog.Nop())
	if err := errors.Join(p.Start(t.Context()), p.Stop(t.Context())); err != nil {
		t.Error(err)
	}
}

func TestPartFailsToStartWhereItCannotSayReady(t *testing.T) {
	e := &ear{err: errors.New("nobody there")}
	p := &Part{Tell: e.tell}
	if err := p.Start(t.Context()); !errors.Is(err, e.err) {
		t.Errorf("got %v", err)
	}
	if err := p.Stop(t.Context()); err != nil || e.String() != "ready" {
		t.Errorf("stopping what never started: %v, heard %q", err, e)
	}
}

// recorder is an event log that keeps its events.
type recorder struct {
	mu     sync.Mutex
	events []string
}

func (r *recorder) note(level string, id uint32, text string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, fmt.Sprintf("%s %d %s", level, id, text))
	return errors.New("an event log that is full") // must keep nothing from the log
}

func (r *recorder) Info(id uint32, text string) error    { return r.note("info", id, text) }
func (r *recorder) Warning(id uint32, text string) error { return r.note("warning", id, text) }
func (r *recorder) Error(id uint32, text string) error   { return r.note("error", id, text) }

func TestEventsAreTheLogsErrors(t *testing.T) {
	var r recorder
	var file strings.Builder
	log := zerolog.New(zerolog.MultiLevelWriter(&file, Events(&r)))
	log.Info().Msg("starts")
	log.Warn().Msg("slow")
	log.Error().Msg("broken\x00")
	log.Log().Msg("without a level")
	if got := strings.Join(r.events, "|"); got != `error 4 {"level":"error","message":"broken\u0000"}` {
		t.Errorf("events: %s", got)
	}
	if got := strings.Count(file.String(), "\n"); got != 4 {
		t.Errorf("the log has %d lines, want 4", got)
	}
}

func TestEventsFitIntoTheEventLog(t *testing.T) {
	got := clip(" a\x00b" + strings.Repeat("é", eventText))
	if !strings.HasPrefix(got, "abé") || len(got) > eventText+len("…") || !strings.HasSuffix(got, "é…") {
		t.Errorf("%d bytes, beginning %q", len(got), got[:10])
	}
}
