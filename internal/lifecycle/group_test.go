package lifecycle

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// diary notes what happens, in order.
type diary struct {
	mu    sync.Mutex
	lines []string
}

func (d *diary) note(line string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, line)
}

func (d *diary) String() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return strings.Join(d.lines, ", ")
}

// part is a service that notes its start and stop; stop may be replaced.
func (d *diary) part(name string, stop ...func(ctx context.Context) error) Service {
	return Func(
		func(context.Context) error { d.note("+" + name); return nil },
		func(ctx context.Context) error {
			d.note("-" + name)
			if len(stop) > 0 {
				return stop[0](ctx)
			}
			return nil
		})
}

func untilTimeIsUp(ctx context.Context) error { <-ctx.Done(); return nil }

func failing(message string) func(context.Context) error {
	return func(context.Context) error { return errors.New(message) }
}

// later fails some time after its start.
func later(after time.Duration, err error) Service {
	return Background(func(_ context.Context, drain <-chan struct{}) error {
		select {
		case <-time.After(after):
			return err
		case <-drain:
			return nil
		}
	})
}

func TestGroupStopsWhateverItStarted(t *testing.T) {
	interrupt := func(times ...time.Duration) func(chan<- os.Signal) {
		return func(signals chan<- os.Signal) {
			for _, d := range times {
				time.Sleep(d) // in the test's own time
				signals <- syscall.SIGTERM
			}
		}
	}
	cases := map[string]struct {
		parts   func(d *diary, g *Group) []Service
		signals func(chan<- os.Signal)
		diary   string
		err     string // empty for none
		took    time.Duration
	}{
		"a signal stops the parts in reverse": {
			parts:   func(d *diary, _ *Group) []Service { return []Service{d.part("a"), d.part("b"), d.part("c")} },
			signals: interrupt(time.Minute),
			diary:   "+a, +b, +c, -c, -b, -a", took: time.Minute,
		},
		"a start that fails stops those before": {
			parts: func(d *diary, _ *Group) []Service {
				return []Service{d.part("a"), d.part("b"), Func(failing("no port"), failing("never")), d.part("d")}
			},
			diary: "+a, +b, -b, -a", err: "start 2: no port",
		},
		"a part that fails later stops all": {
			parts: func(d *diary, _ *Group) []Service {
				return []Service{d.part("a"), later(time.Hour, errors.New("broke")), d.part("c")}
			},
			diary: "+a, +c, -c, -a", err: "1: broke", took: time.Hour,
		},
		"a part that ends well stops nothing": {
			parts:   func(d *diary, _ *Group) []Service { return []Service{d.part("a"), later(time.Second, nil)} },
			signals: interrupt(time.Minute),
			diary:   "+a, -a", took: time.Minute,
		},
		"errors of stopping are all told and stop nothing": {
			parts: func(d *diary, _ *Group) []Service {
				return []Service{d.part("a", failing("disk full")), d.part("b"), d.part("c", failing("busy"))}
			},
			signals: interrupt(time.Second),
			diary:   "+a, +b, +c, -c, -b, -a", err: "stop 2: busy\nstop 0: disk full", took: time.Second,
		},
		"a part that needs all the time gets it and no more": {
			parts:   func(d *diary, _ *Group) []Service { return []Service{d.part("a"), d.part("b", untilTimeIsUp)} },
			signals: interrupt(time.Second),
			diary:   "+a, +b, -b, -a", took: 31 * time.Second,
		},
		"a second signal cuts the stopping short": {
			parts:   func(d *diary, _ *Group) []Service { return []Service{d.part("a"), d.part("b", untilTimeIsUp)} },
			signals: interrupt(time.Second, 2*time.Second),
			diary:   "+a, +b, -b, -a", err: ErrCutShort.Error(), took: 3 * time.Second,
		},
		"a signal while stopping after a failure cuts it short too": {
			parts: func(d *diary, _ *Group) []Service {
				return []Service{d.part("a", untilTimeIsUp), later(time.Second, errors.New("broke"))}
			},
			signals: interrupt(5 * time.Second),
			diary:   "+a, -a", err: "1: broke\n" + ErrCutShort.Error(), took: 5 * time.Second,
		},
		"a start that waits is given up when a signal comes": {
			parts: func(d *diary, _ *Group) []Service {
				waits := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
				return []Service{d.part("a"), Func(waits, nil), d.part("c")}
			},
			signals: interrupt(time.Second),
			diary:   "+a, -a", took: time.Second,
		},
		"being asked before the start starts nothing": {
			parts: func(d *diary, g *Group) []Service { g.Stop(); g.Stop(); return []Service{d.part("a")} },
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, begun := new(diary), time.Now()
				g := NewGroup(Config{Log: zerolog.Nop()})
				for i, s := range c.parts(d, g) {
					g.Add(string(rune('0'+i)), s)
				}
				signals := make(chan os.Signal)
				if c.signals != nil {
					go c.signals(signals)
				}
				err := g.Run(t.Context(), signals)
				if got := d.String(); got != c.diary {
					t.Errorf("diary: got %s, want %s", got, c.diary)
				}
				if got := text(err); got != c.err {
					t.Errorf("error: got %q, want %q", got, c.err)
				}
				if got := time.Since(begun); got != c.took {
					t.Errorf("it took %s, want %s", got, c.took)
				}
			})
		})
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestGroupLeavesAPartThatHangsBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, begun, release := new(diary), time.Now(), make(chan struct{})
		defer close(release) // the bubble waits for what hangs in it
		g := NewGroup(Config{Log: zerolog.Nop(), StopTimeout: 10 * time.Second, Grace: 2 * time.Second})
		g.Add("store", d.part("store"))
		g.Add("sync", d.part("sync", func(context.Context) error { <-release; return nil }))
		g.Add("front", d.part("front"))
		time.AfterFunc(time.Second, g.Stop)
		err := g.Run(t.Context(), nil)
		if got, want := text(err), "stop sync: did not stop in time and was left behind"; got != want {
			t.Errorf("got %q", got)
		}
		if got, want := d.String(), "+store, +sync, +front, -front, -sync, -store"; got != want {
			t.Errorf("got %s", got)
		}
		if got := time.Since(begun); got != 13*time.Second {
			t.Errorf("it took %s", got)
		}
	})
}

func TestGroupEndsWithItsContext(t *testing.T) {
	d := new(diary)
	g := NewGroup(Config{Log: zerolog.Nop()})
	g.Add("a", d.part("a"))
	ctx, cancel := context.WithCancel(t.Context())
	g.Add("b", Func(func(context.Context) error { cancel(); return nil }, nil))
	if err := g.Run(ctx, nil); err != nil || d.String() != "+a, -a" {
		t.Errorf("got %v, %s", err, d)
	}
}

func TestGroupUnderStress(t *testing.T) {
	for range 200 {
		d := new(diary)
		g := NewGroup(Config{Log: zerolog.Nop()})
		g.Add("a", d.part("a"))
		g.Add("b", later(time.Microsecond, errors.New("broke")))
		g.Add("c", later(time.Hour, nil))
		signals := make(chan os.Signal, 1)
		signals <- syscall.SIGTERM
		var others sync.WaitGroup
		for range 4 {
			others.Go(g.Stop)
		}
		err := g.Run(t.Context(), signals)
		others.Wait()
		if s := d.String(); s != "" && s != "+a, -a" {
			t.Fatalf("got %s", s)
		}
		for line := range strings.Lines(text(err)) {
			if line = strings.TrimSpace(line); line != "b: broke" && line != "stop b: broke" && line != ErrCutShort.Error() {
				t.Fatalf("got %v", err)
			}
		}
	}
}
