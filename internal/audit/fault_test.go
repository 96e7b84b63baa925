package audit

import (
	"errors"
	"fmt"
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

// faults say what of a log fails, and when; nil never does.
type faults struct {
	onBegin  func() error           // a month's file takes entries
	onFinish func() error           // and outcomes
	onWrite  func(int) (int, error) // so many bytes of a record are written before it fails
	onWipe   func() error           // half a journal is emptied, or a torn record taken back
	onSync   func() error           // half a journal is synced
}

type faultyFile struct {
	file
	*faults
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

type faultyJournal struct {
	journalFile
	*faults
}

func (f *faultyJournal) WriteAt(b []byte, off int64) (int, error) {
	if f.onWrite != nil {
		if n, err := f.onWrite(len(b)); err != nil {
			written, werr := f.journalFile.WriteAt(b[:n], off)
			return written, errors.Join(err, werr)
		}
	}
	return f.journalFile.WriteAt(b, off)
}

func (f *faultyJournal) Truncate(size int64) error {
	if f.onWipe != nil {
		if err := f.onWipe(); err != nil {
			return err
		}
	}
	return f.journalFile.Truncate(size)
}

func (f *faultyJournal) Sync() error {
	if f.onSync != nil {
		if err := f.onSync(); err != nil {
			return err
		}
	}
	return f.journalFile.Sync()
}

// openFaulty opens a log in which fails what a test says.
func openFaulty(t testing.TB, cfg Config, with faults) *Files {
	t.Helper()
	cfg.Logger = zerolog.Nop()
	return closing(t)(open(cfg, func(m month) (file, error) {
		f, err := openMonth(cfg.Dir, m, sqlitefile.Normal)
		if err != nil {
			return nil, err
		}
		return &faultyFile{f, &with}, nil
	}, func(path string) (journalFile, error) {
		f, err := openJournalFile(path)
		if err != nil {
			return nil, err
		}
		return &faultyJournal{f, &with}, nil
	}))
}

func TestEntryThatCannotBeWrittenIsRefused(t *testing.T) {
	for name, written := range map[string]func(int) int{
		"nothing":         func(int) int { return 0 },
		"a part":          func(n int) int { return n / 2 },
		"all but its end": func(n int) int { return n - 1 },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			var full atomic.Bool
			l := openFaulty(t, Config{Dir: dir}, faults{onWrite: func(n int) (int, error) {
				if full.Load() {
					return written(n), errDisk
				}
				return 0, nil
			}, onWipe: func() error { return errDisk }}) // nor can it be taken back
			mustBegin(t, l, entry("before"))
			full.Store(true)
			long := entry("refused")
			long.Actor = strings.Repeat("x", 1000)
			if err := l.Begin(t.Context(), long); !errors.Is(err, errDisk) {
				t.Fatalf("Begin says %v", err)
			}
			full.Store(false)
			mustBegin(t, l, entry("after"))
			// It is so for who finds the journal, too.
			found := openLog(t, copyOf(t, dir))
			if got := ids(read(t, found)); got != "before after" && got != "after before" {
				t.Errorf("a copy holds %q", got)
			}
		})
	}
}

// TestMonthThatTakesNothing: while a month's file fails, entries are kept in the
// journal, so many and no more.
func TestMonthThatTakesNothing(t *testing.T) {
	dir := t.TempDir()
	var fails atomic.Bool
	fails.Store(true)
	l := openFaulty(t, Config{Dir: dir}, faults{onBegin: func() error {
		if fails.Load() {
			return errDisk
		}
		return nil
	}})
	var err error
	kept := 0
	for ; err == nil && kept <= backlog; kept++ {
		e := entry(fmt.Sprint(kept))
		err = l.Begin(t.Context(), e)
	}
	if kept--; !errors.Is(err, errDisk) || !strings.Contains(err.Error(), "wait to be brought") || kept != backlog {
		t.Fatalf("after %d entries Begin says %v", kept, err)
	}
	if _, err := l.Read(t.Context(), Query{Limit: 1}); !errors.Is(err, errDisk) {
		t.Errorf("Read says %v", err)
	}
	if _, err := l.DeleteBefore(t.Context(), noon.AddDate(1, 0, 0)); !errors.Is(err, errDisk) {
		t.Errorf("DeleteBefore says %v", err)
	}
	fails.Store(false)
	for l.Begin(t.Context(), entry("after")) != nil { // the writer tries by itself
		time.Sleep(time.Millisecond)
	}
	mustClose(t, l)
	if got := count(t, dir); got != kept+1 {
		t.Fatalf("%d entries are kept, want %d", got, kept+1)
	}
}

// TestWhatCouldNotBeBroughtOverStaysInTheJournal and is there for who opens the log next.
func TestWhatCouldNotBeBroughtOverStaysInTheJournal(t *testing.T) {
	dir := t.TempDir()
	l := openFaulty(t, Config{Dir: dir}, faults{onBegin: func() error { return errDisk }})
	mustBegin(t, l, entry("e1"), entry("e2"))
	if err := l.Close(); !errors.Is(err, errDisk) || !strings.Contains(err.Error(), "2 entries") {
		t.Fatalf("Close says %v", err)
	}
	if got := count(t, dir); got != 2 {
		t.Fatalf("%d entries are there", got)
	}
	wantNoJournal(t, dir)
}

func TestFileThatCannotBeOpenedLosesNothing(t *testing.T) {
	dir := t.TempDir()
	l := closing(t)(open(Config{Dir: dir, Logger: zerolog.Nop()}, func(month) (file, error) { return nil, errDisk }, openJournalFile))
	mustBegin(t, l, entry("e1"))
	if _, err := l.Read(t.Context(), Query{Limit: 1}); !errors.Is(err, errDisk) {
		t.Fatalf("Read says %v", err)
	}
	if err := l.Close(); !errors.Is(err, errDisk) {
		t.Fatalf("Close says %v", err)
	}
	if got := count(t, dir); got != 1 {
		t.Fatalf("%d entries are there", got)
	}
}

func TestJournalThatCannotBeMadeRefuses(t *testing.T) {
	dir := t.TempDir()
	l, err := open(Config{Dir: dir, Logger: zerolog.Nop()}, nil, func(string) (journalFile, error) { return nil, errDisk })
	if !errors.Is(err, errDisk) || l != nil {
		t.Fatalf("open says %v", err)
	}
	wantNoJournal(t, dir)
}

func TestOutcomesAreTriedAgain(t *testing.T) {
	dir := t.TempDir()
	var tries atomic.Int32
	third := make(chan struct{})
	l := openFaulty(t, Config{Dir: dir}, faults{onFinish: func() error {
		switch n := tries.Add(1); {
		case n <= 2:
			return errDisk
		case n == 3:
			close(third)
		}
		return nil
	}})
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
	l := openFaulty(t, Config{Dir: t.TempDir()}, faults{onFinish: func() error { return errDisk }})
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

func TestNobodyWaitsForAStuckDisk(t *testing.T) {
	release := make(chan struct{})
	entered := make(chan struct{})
	var once sync.Once
	l := openFaulty(t, Config{Dir: t.TempDir(), Queue: 4}, faults{onBegin: func() error {
		once.Do(func() { close(entered) })
		<-release
		return nil
	}})
	mustBegin(t, l, entry("e1"))
	<-entered
	start := time.Now()
	mustBegin(t, l, entry("e2"), entry("e3"))
	for range 6 { // the queue takes four
		l.Finish(Outcome{ID: "e1", Time: noon})
	}
	if waited := time.Since(start); waited > 20*finishWait {
		t.Errorf("two entries and six outcomes took %v to hand over", waited)
	}
	if l.Lost() != 2 {
		t.Errorf("%d outcomes are lost, want 2", l.Lost())
	}
	close(release)
	mustClose(t, l)
	if got := read(t, l); len(got) != 3 {
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
		failing := func(name string, most int) func() error {
			fails := rapid.SliceOfN(rapid.Bool(), 1, most).Draw(rt, name+" that fail")
			var done atomic.Int32
			return func() error {
				if n := int(done.Add(1)) - 1; n < len(fails) && fails[n] {
					return errDisk
				}
				return nil
			}
		}
		write, part := failing("writes", 40), rapid.IntRange(0, 100).Draw(rt, "part of a record that is written")
		months := rapid.SliceOfN(rapid.IntRange(0, 3), 1, 5).Draw(rt, "months")
		dir := fmt.Sprintf("%s/%d", root, logs.Add(1))

		l := openFaulty(t, Config{Dir: dir, flushAfter: time.Millisecond}, faults{
			onBegin: failing("commits", 10), onFinish: failing("flushes", 4), onWipe: failing("wipes", 10),
			onWrite: func(n int) (int, error) { return min(part, n-1), write() },
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
					if i == each/2 {
						_ = l.catchUp(t.Context()) // as a reader has it do; may fail
					}
				}
			})
		}
		wg.Wait()
		closed := l.Close()
		next, err := Open(Config{Dir: dir, Logger: zerolog.Nop()})
		if err != nil {
			rt.Fatal(err)
		}
		defer func() { _ = next.Close() }()
		found := map[string]bool{}
		withOutcome := 0
		for _, r := range read(t, next) {
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
