// Command bench measures Vantelle and prints what it found as figures, a line
// each (see package figure). Run it with make bench, which finds or starts the
// servers; docs/performance.md says what the figures mean.
//
// A subject is a file of this package: it builds its own little world, lets its
// contenders take turns, prints, and cleans up. To add one, write the file and
// name it in subjects. No figure is ever a test: machines differ.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/pprof"
	"strings"
	"time"

	"github.com/vantelle/vantelle/internal/bench/figure"
)

// subject is one thing that is measured.
type subject struct {
	name    string
	measure func(ctx context.Context, b *bench) error
}

// subjects is everything there is, in the order in which it runs.
func subjects() []subject {
	return []subject{
		{"compile", compile},
		{"rest", rest},
		{"stream", stream},
		{"import", imports},
	}
}

// bench is what every subject is given.
type bench struct {
	out    io.Writer     // figures
	rounds int           // how many times contenders take turns
	turn   time.Duration // about how long a turn takes
	dir    string        // a folder of its own for files, removed afterwards
}

// print writes figures.
func (b *bench) print(figures ...figure.Figure) error { return figure.Print(b.out, figures...) }

func main() { os.Exit(run()) }

func run() int {
	only := flag.String("only", "", "measure the subjects whose name contains this")
	rounds := flag.Int("rounds", 7, "how many times contenders take turns")
	turn := flag.Duration("turn", 500*time.Millisecond, "about how long a turn takes")
	profile := flag.String("cpuprofile", "", "write a CPU profile of what is measured to this file")
	flag.Parse()
	if *rounds < 1 || *turn <= 0 || flag.NArg() > 0 {
		fmt.Fprintln(os.Stderr, "bench: there must be at least one round, a turn must take some time, and there are no arguments")
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if done, err := runImport(ctx, os.Stdout); done {
		if err != nil {
			fmt.Fprintln(os.Stderr, "bench: import:", err)
			return 1
		}
		return 0
	}
	if err := measure(ctx, *only, *rounds, *turn, *profile); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		return 1
	}
	return 0
}

func measure(ctx context.Context, only string, rounds int, turn time.Duration, profile string) error {
	if profile != "" {
		f, err := os.Create(profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	fmt.Fprintf(os.Stderr, "%s, %d processors, %d rounds of %s\n", runtime.Version(), runtime.GOMAXPROCS(0), rounds, turn)
	for _, s := range subjects() {
		if !strings.Contains(s.name, only) {
			continue
		}
		if err := s.run(ctx, rounds, turn); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

func (s subject) run(ctx context.Context, rounds int, turn time.Duration) error {
	dir, err := os.MkdirTemp("", "vantelle-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	return s.measure(ctx, &bench{out: os.Stdout, rounds: rounds, turn: turn, dir: dir})
}
