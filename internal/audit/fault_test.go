package audit

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"pgregory.net/rapid"

	"github.com/vantelle/vantelle/internal/store/sqlitefile"
)

var errDisk = errors.New("the disk fails")

// faultyFile is a real file whose writes fail, or wait, as a test says.
type faultyFile struct {
	file
	onBegin  func() error
	onFinish func() error
}

func (f *faultyFile) begin(entries []Entry) error {
	if f.onBegin != nil {
		if err := f.onBegin(); err != nil {
			return err
		}
	}
	return f.file.begin(entries)
}

func (f *faultyFile) finish(outcomes []Outcome) ([]Outcome, error) {
	if f.onFinish != nil {
		if err := f.onFinish(); err != nil {
			return nil, err
		}
	}
	return f.file.finish(outcomes)
}

// openFaulty opens a log whose files fail as onBegin and onFinish say.
func openFaulty(t testing.TB, cfg Config, onBegin, onFinish func() error) *Files {
	t.Helper()
	cfg.Logger = zerolog.Nop()
	return closing(t)(open(cfg, func(m month) (file, error) {
		f, err := openMonth(cfg.Dir, m, sqlitefile.Normal)
		if err != nil {
			return nil, err
		}
		return &faultyFile{f, onBegin, onFinish}, nil
	}))
}

func TestOneFailureIsToldToEveryoneWhoWaits(t *testing.T) {
	const waiting = 20
	dir := t.TempDir()
	entered, release := make(chan struct{}), make(chan struct{})
	var commits atomic.Int32
	l := openFaulty(t, Config{Dir: dir}, func() error {
		switch commits.Add(1) {
		case 1: // holds the writer, so that the others gather behind it
			close(entered)
			<-release
			return nil
		case 2:
			return errDisk
		}
		return nil
	}, nil)

	first := make(chan error, 1)
	go func() { first <- l.Begin(t.Context(), entry("first")) }()
	<-entered
	others := make(chan error, waiting)
	for i := range waiting {
		go func() { others <- l.Begin(t.Context(), entry(fmt.Sprint(i))) }()
	}
	for len(l.begins) < waiting { // no signal tells that a goroutine waits
		runtime.Gosched()
	}
	close(release)
	if err := <-first; err != nil {
		t.Fatal(err)
	}
	for range waiting {
		if err := <-others; !errors.Is(err, errDisk) {
			t.Errorf("one of the group is told %v", err)
		}
	}
	if got := commits.Load(); got != 2 {
		t.Errorf("%d commits, want one for the first and one for all the others", got)
	}
	if got := read(t, l); len(got) != 1 || got[0].ID != "first" {
		t.Errorf("kept %+v", got)
	}
	// The disk works again, and so does the log.
	mustBegin(t, l, entry("after"))
}

func TestFullDiskRefusesAndRecovers(t *testing.T) {
	dir := t.TempDir()
	var full atomic.Bool
	full.Store(true)
	l := closing(t)(open(Config{Dir: dir, Logger: zerolog.Nop()}, func(m month) (file, error) {
		f, err := openMonth(dir, m, sqlitefile.Normal)
		if err == nil && full.Load() {
			_, err = f.(*monthFile).db.Exec("PRAGMA max_page_count = 20")
		}
		return f, err
	}))
	var kept int
	var err error
	big := strings.Repeat("x", 2000)
	for err == nil && kept < 1000 {
		e := entry(fmt.Sprint(kept))
		e.Actor = big
		if err = l.Begin(t.Context(), e); err == nil {
			kept++
		}
	}
	if err == nil || !strings.Contains(err.Error(), "full") {
		t.Fatalf("a full disk is told as %v", err)
	}
	full.Store(false)
	mustBegin(t, l, entry("after"))
	mustClose(t, l)
	if got := len(read(t, l)); got != kept+1 {
		t.Fatalf("%d entries are kept, want %d", got, kept+1)
	}
}

func TestFileThatCannotBeOpenedRefuses(t *testing.T) {
	l := closing(t)(open(Config{Dir: t.TempDir(), Logger: zerolog.Nop()}, func(month) (file, error) { return nil, errDisk }))
	if err := l.Begin(t.Context(), entry("e1")); !errors.Is(err, errDisk) {
		t.Fatalf("Begin says %v", err)
	}
}

func TestOutcomesAreTriedAgain(t *testing.T) {
	dir := t.TempDir()
	var tries atomic.Int32
	third := make(chan struct{})
	l := openFaulty(t, Config{Dir: dir}, nil, func() error {
		switch n := tries.Add(1); {
		case n <= 2:
			return errDisk
		case n == 3:
			close(third)
		}
		return nil
	})
	for i := range 2 * groupSize {
		id := fmt.Sprint(i)
		mustBegin(t, l, entry(id))
		l.Finish(Outcome{ID: id, Time: noon, Rows: int64(i)})
	}
	<-third // the writer tries by itself, before any Close
	mustClose(t, l)
	if l.Lost() != 0 {
		t.Fatalf("%d outcomes are lost", l.Lost())
	}
	for _, r := range read(t, l) {
		if r.Outcome == nil || fmt.Sprint(r.Outcome.Rows) != r.ID {
			t.Fatalf("entry %s has outcome %+v", r.ID, r.Outcome)
		}
	}
}

func TestCloseTellsWhatIsLost(t *testing.T) {
	l := openFaulty(t, Config{Dir: t.TempDir()}, nil, func() error { return errDisk })
	mustBegin(t, l, entry("e1"), entry("e2"))
	l.Finish(Outcome{ID: "e1", Time: noon})
	l.Finish(Outcome{ID: "e2", Time: noon})
	if err := l.Close(); !errors.Is(err, errDisk) || !strings.Contains(err.Error(), "2 outcomes") {
		t.Fatalf("Close says %v", err)
	}
	if l.Lost() != 2 {
		t.Fatalf("%d outcomes are lost", l.Lost())
	}
}

func TestFinishDoesNotWaitForAStuckDisk(t *testing.T) {
	release := make(chan struct{})
	entered := make(chan struct{})
	l := openFaulty(t, Config{Dir: t.TempDir(), Queue: 4}, func() error {
		close(entered)
		<-release
		return nil
	}, nil)
	begun := make(chan error, 1)
	go func() { begun <- l.Begin(t.Context(), entry("e1")) }()
	<-entered
	start := time.Now()
	for range 6 { // the queue takes four
		l.Finish(Outcome{ID: "e1", Time: noon})
	}
	if waited := time.Since(start); waited > 20*finishWait {
		t.Errorf("six outcomes took %v to hand over", waited)
	}
	if l.Lost() != 2 {
		t.Errorf("%d outcomes are lost, want 2", l.Lost())
	}
	close(release)
	if err := <-begun; err != nil {
		t.Fatal(err)
	}
	mustClose(t, l)
	if got := read(t, l); len(got) != 1 || got[0].Outcome == nil {
		t.Fatalf("got %+v", got)
	}
}

// TestWhatBeginAcceptedIsThere is the log's promise: whatever fails and whoever
// writes at once, an entry whose Begin returned nil is in the log after Close,
// once, with its outcome, and one that was refused by the disk is not.
func TestWhatBeginAcceptedIsThere(t *testing.T) {
	root := t.TempDir()
	var logs atomic.Int32
	rapid.Check(t, func(rt *rapid.T) {
		goroutines := rapid.IntRange(1, 8).Draw(rt, "goroutines")
		each := rapid.IntRange(1, 20).Draw(rt, "entries of each")
		failBegin := rapid.SliceOfN(rapid.Bool(), 1, 10).Draw(rt, "commits that fail")
		failFinish := rapid.SliceOfN(rapid.Bool(), 1, 4).Draw(rt, "flushes that fail")
		months := rapid.SliceOfN(rapid.IntRange(0, 1), 1, 5).Draw(rt, "months")
		dir := fmt.Sprintf("%s/%d", root, logs.Add(1))

		var begins, finishes atomic.Int32
		l := openFaulty(t, Config{Dir: dir}, func() error {
			if n := int(begins.Add(1)) - 1; n < len(failBegin) && failBegin[n] {
				return errDisk
			}
			return nil
		}, func() error {
			// The last of them works, else Close has to give up.
			if n := int(finishes.Add(1)) - 1; n < len(failFinish) && failFinish[n] {
				return errDisk
			}
			return nil
		})
		var mu sync.Mutex
		accepted := map[string]bool{}
		var wg sync.WaitGroup
		for g := range goroutines {
			wg.Go(func() {
				for i := range each {
					e := entry(fmt.Sprintf("%d-%d", g, i))
					e.Time = noon.AddDate(0, months[i%len(months)], 0)
					err := l.Begin(t.Context(), e)
					if err != nil && !errors.Is(err, errDisk) {
						t.Errorf("Begin says %v", err)
					}
					if err == nil {
						l.Finish(Outcome{ID: e.ID, Time: e.Time, Rows: int64(i)})
					}
					mu.Lock()
					accepted[e.ID] = err == nil
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		closed := l.Close()
		found := map[string]bool{}
		withOutcome := 0
		for _, r := range read(t, l) {
			if found[r.ID] {
				rt.Fatalf("entry %s is there twice", r.ID)
			}
			found[r.ID] = true
			if r.Outcome != nil {
				withOutcome++
			}
		}
		for id, ok := range accepted {
			if ok != found[id] {
				rt.Fatalf("entry %s: accepted %v, found %v", id, ok, found[id])
			}
		}
		if closed == nil && withOutcome != len(found) {
			rt.Fatalf("%d of %d entries have their outcome, and Close is content", withOutcome, len(found))
		}
		if closed != nil && !errors.Is(closed, errDisk) {
			rt.Fatalf("Close says %v", closed)
		}
	})
}
