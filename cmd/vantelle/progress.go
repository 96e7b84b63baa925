package main

import (
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
)

// plainEvery is how often progress is told where there is no bar to draw.
const plainEvery = 2 * time.Second

// progress shows how far something has come: a bar on a terminal, and plain
// lines, one for each phase and now and then within it, anywhere else.
type progress struct {
	out  io.Writer
	bar  *progressbar.ProgressBar // nil where out is no terminal
	now  func() time.Time
	what string
	said time.Time
}

func newProgress(w *world) *progress {
	p := &progress{out: w.stderr, now: time.Now}
	if isTerminal(w.stderr) && w.getenv("TERM") != "dumb" {
		p.bar = progressbar.NewOptions(-1, progressbar.OptionSetWriter(w.stderr), progressbar.OptionShowCount(),
			progressbar.OptionSetWidth(30), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(),
			progressbar.OptionEnableColorCodes(w.styleFor(w.stderr).on))
	}
	return p
}

// show tells that done of total were done of what; a total of 0 is unknown.
func (p *progress) show(done, total int, what string) {
	if p.bar != nil {
		if what != p.what {
			p.bar.Describe(fmt.Sprintf("%-14s", what))
		}
		if total > 0 {
			p.bar.ChangeMax(total)
		}
		_ = p.bar.Set(min(done, max(total, done))) // a terminal that is gone shows nothing
		p.what = what
		return
	}
	now := p.now()
	if what == p.what && now.Sub(p.said) < plainEvery {
		return
	}
	p.what, p.said = what, now
	switch {
	case done > 0 && total > 0:
		fmt.Fprintf(p.out, "%s: %d of %d\n", what, done, total)
	case total > 0:
		fmt.Fprintf(p.out, "%s: %d\n", what, total)
	default:
		fmt.Fprintln(p.out, what)
	}
}

// done takes the bar away.
func (p *progress) done() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
