package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vantelle/vantelle/internal/config"
)

func TestTheWatchTellsNewsOnce(t *testing.T) {
	var answer error
	var heard []bool
	log := &syncBuffer{}
	clock := time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)
	w := newWatch(func(context.Context) error { return answer }, newLogger(config.Log{Level: "info", Format: "json"}, log, style{}),
		func() time.Time { return clock }, func(up bool) { heard = append(heard, up) })
	if s := w.status(); s.State != erpUnknown || s.Hint == "" {
		t.Errorf("before the first look it is %+v", s)
	}
	look := func() { _ = w.look(t.Context()) }

	answer = errors.New("no route")
	look()
	clock = clock.Add(time.Minute)
	look()
	if s := w.status(); s.State != erpDown || s.Hint == "" || !s.Since.Equal(clock.Add(-time.Minute)) {
		t.Errorf("while it is down it is %+v", s)
	}
	answer = nil
	look()
	look()
	if s := w.status(); s.State != erpUp || s.Hint != "" || !s.Since.Equal(clock) {
		t.Errorf("once it is up it is %+v", s)
	}
	if !slices.Equal(heard, []bool{false, true}) {
		t.Errorf("it told %v", heard)
	}
	if n := strings.Count(log.String(), "\n"); n != 2 {
		t.Errorf("it logged %d lines:\n%s", n, log.String())
	}

	// To be stopped says nothing of the ERP.
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	answer = context.Canceled
	if err := w.look(stopped); !errors.Is(err, context.Canceled) || w.status().State != erpUp {
		t.Errorf("a look that was cut short gave %v and %+v", err, w.status())
	}
}

func TestTheWatchEndsWhenDrained(t *testing.T) {
	asked := make(chan struct{})
	w := newWatch(func(ctx context.Context) error {
		close(asked)
		<-ctx.Done() // a server that never answers
		return ctx.Err()
	}, newLogger(config.Log{Level: "error"}, &syncBuffer{}, style{}), time.Now, func(bool) { t.Error("it told something") })
	drain, ended := make(chan struct{}), make(chan error)
	go func() { ended <- w.run(t.Context(), drain) }()
	<-asked
	close(drain)
	if err := <-ended; err != nil {
		t.Errorf("it ended with %v", err)
	}
}
