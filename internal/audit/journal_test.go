package audit

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"
)

// copyOf copies a folder as a process that is killed now would leave it: nobody
// holds the copy's locks.
func copyOf(t *testing.T, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

// ids are those of records, in their order.
func ids(records []Record) string {
	var ids []string
	for _, r := range records {
		ids = append(ids, r.ID)
	}
	return strings.Join(ids, " ")
}

// count is how many entries a folder's log has for who opens it anew.
func count(t *testing.T, dir string) int {
	t.Helper()
	l := openLog(t, dir)
	defer mustClose(t, l)
	return len(read(t, l))
}

func wantNoJournal(t *testing.T, dir string) {
	t.Helper()
	if left, err := filepath.Glob(filepath.Join(dir, "journal-*")); err != nil || len(left) > 0 {
		t.Errorf("files of a journal are left: %q, %v", left, err)
	}
}

// killedLog names the folder in the environment of the process that
// TestWhatAKilledProcessAcceptedIsThere starts.
const killedLog = "VANTELLE_AUDIT_KILLED"

// TestWhatAKilledProcessAcceptedIsThere: an entry whose Begin has returned outlives
// the process, whenever that is killed.
func TestWhatAKilledProcessAcceptedIsThere(t *testing.T) {
	if dir := os.Getenv(killedLog); dir != "" {
		writeUntilKilled(t, dir)
		return
	}
	accepted := 0
	for life := range 5 {
		dir := t.TempDir()
		told := live(t, dir, time.Duration(1+life*97)*time.Millisecond)
		accepted += len(told)
		l := openLog(t, dir)
		found := map[string]int{}
		for _, r := range read(t, l) {
			found[r.ID]++
		}
		for _, id := range told {
			if found[id] != 1 {
				t.Errorf("life %d: entry %s was accepted, and is there %d times", life, id, found[id])
			}
		}
		mustClose(t, l)
		wantNoJournal(t, dir)
	}
	if accepted < 100 {
		t.Errorf("only %d entries were accepted: this shows nothing", accepted)
	}
}

// live starts a process that writes entries, kills it, and gives those it was told
// are kept.
func live(t *testing.T, dir string, long time.Duration) (told []string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run", "^TestWhatAKilledProcessAcceptedIsThere$")
	cmd.Env = append(os.Environ(), killedLog+"="+dir)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	killing := sync.OnceFunc(func() { time.AfterFunc(long, func() { _ = cmd.Process.Kill() }) })
	for lines.Scan() {
		if id, is := strings.CutPrefix(lines.Text(), "kept "); is {
			told = append(told, id)
			killing()
		}
	}
	if len(told) == 0 {
		t.Fatal("the process kept nothing")
	}
	_ = cmd.Wait() // killed
	return told
}

func writeUntilKilled(t *testing.T, dir string) {
	l := openLog(t, dir)
	var out sync.Mutex
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 1000 { // then it waits to be killed
				now := time.Now()
				e := entry(NewID(now))
				e.Time = now
				if err := l.Begin(t.Context(), e); err != nil {
					t.Error(err)
					return
				}
				out.Lock()
				fmt.Println("kept", e.ID)
				out.Unlock()
				l.Finish(Outcome{ID: e.ID, Time: now})
			}
		})
	}
	wg.Wait()
	select {}
}

// TestALivingJournalIsLeftAlone: several processes may use one folder, and none
// takes what another still writes.
func TestALivingJournalIsLeftAlone(t *testing.T) {
	dir := t.TempDir()
	one := openLog(t, dir)
	mustBegin(t, one, entry("e1"))
	other := openLog(t, dir)
	mustBegin(t, other, entry("e2"))
	if got := ids(read(t, other)); got != "e2" && got != "e2 e1" { // e1 where it was brought over in time
		t.Fatalf("the other has %q", got)
	}
	if got := ids(read(t, one)); got != "e2 e1" {
		t.Fatalf("the one has %q", got)
	}
	mustBegin(t, one, entry("e3"))
	mustClose(t, one)
	if got := ids(read(t, other)); got != "e3 e2 e1" {
		t.Fatalf("the other has %q", got)
	}
	mustClose(t, other)
	wantNoJournal(t, dir)
}

// TestLeftoversAreThereOnce, also where the process ended after they were brought
// over and before the journal was emptied, and for who only reads.
func TestLeftoversAreThereOnce(t *testing.T) {
	dir := t.TempDir()
	l := openFaulty(t, Config{Dir: dir}, faults{onWipe: func() error { return errDisk }})
	mustBegin(t, l, entry("e1"), entry("e2"))
	if _, err := l.Read(t.Context(), Query{Limit: 1}); !errors.Is(err, errDisk) {
		t.Fatalf("Read says %v", err)
	}
	mustBegin(t, l, entry("e3"))
	killed := t.TempDir()
	reader := openLog(t, killed) // opened before the other ended
	if err := os.CopyFS(killed, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	if got := ids(read(t, reader)); got != "e3 e2 e1" {
		t.Fatalf("a reader has %q", got)
	}
	mustClose(t, reader)
	if got := count(t, killed); got != 3 {
		t.Fatalf("%d are there", got)
	}
	wantNoJournal(t, killed)
}

// TestLeftoversOfAnEarlierMonth are brought into that month's file, and do not keep
// outcomes from finding their entries.
func TestLeftoversOfAnEarlierMonth(t *testing.T) {
	before := t.TempDir()
	l := openLog(t, before)
	september := entry("september")
	september.Time = noon.AddDate(0, -2, 0)
	mustBegin(t, l, september)
	dir := copyOf(t, before)

	l = openLog(t, dir)
	october := entry("october")
	october.Time = noon.AddDate(0, -1, 0)
	mustBegin(t, l, october, entry("november"))
	if got := ids(read(t, l)); got != "november october september" {
		t.Fatalf("read %q", got)
	}
	l.Finish(Outcome{ID: "october", Time: october.Time})
	l.Finish(Outcome{ID: "november", Time: noon})
	mustClose(t, l)
	if l.Lost() != 0 {
		t.Errorf("%d outcomes are lost", l.Lost())
	}
}

func TestRecords(t *testing.T) {
	want := Entry{
		ID: "e1", Time: noon.Add(123456789), RequestID: "r\n\r\x00", Dossier: "ACME", KeyID: "k", CustomerID: "Éts C1", Actor: "zoe@carat.example",
		Contact: "7", Front: "sql", Action: ActionRead, Tables: []string{"dbo.F_DOCENTETE", "é\n"}, View: "B2B v3 abc", Decision: Deny,
		Code: "not_found", Digest: Digest("SELECT 1"),
	}
	var all []byte
	var ends []int
	for i := range 3 {
		e := want
		e.ID = fmt.Sprint("e", i)
		var err error
		if all, err = appendRecord(all, e); err != nil {
			t.Fatal(err)
		}
		ends = append(ends, len(all))
	}
	got, unread := readRecords(all)
	if len(got) != 3 || unread != 0 || fmt.Sprint(got[2]) != fmt.Sprint(func() Entry { e := want; e.ID = "e2"; return e }()) {
		t.Fatalf("got %+v, %d bytes unread", got, unread)
	}
	// Whatever is cut off or changed, the other records are read.
	for cut := range all {
		got, unread := readRecords(all[:cut])
		whole := 0
		for _, end := range ends {
			if end <= cut {
				whole = end
			}
		}
		if len(got) != slices.Index(append([]int{0}, ends...), whole) || unread != cut-whole {
			t.Fatalf("cut at %d: %d entries, %d bytes unread", cut, len(got), unread)
		}
	}
	for at := range all {
		damaged := slices.Clone(all)
		damaged[at] ^= 1
		got, unread := readRecords(damaged)
		if len(got) < 1 || len(got) > 2 || unread == 0 {
			t.Fatalf("a changed byte at %d: %d entries, %d bytes unread", at, len(got), unread)
		}
	}
	if got, unread := readRecords(make([]byte, 4096)); got != nil || unread != 4096 {
		t.Fatalf("nothing but zeros: %+v, %d", got, unread)
	}
}

// TestFullWaitsForTheDisk: with FULL an entry counts when the disk has it, and many
// share one sync.
func TestFullWaitsForTheDisk(t *testing.T) {
	var syncs atomic.Int32
	entered, release := make(chan struct{}), make(chan struct{})
	l := openFaulty(t, Config{Dir: t.TempDir(), Synchronous: "FULL"}, faults{onSync: func() error {
		if syncs.Add(1) == 1 {
			close(entered)
			<-release
		}
		return nil
	}})
	const many = 20
	done := make(chan error, many+1)
	go func() { done <- l.Begin(t.Context(), entry("first")) }()
	<-entered
	for i := range many {
		go func() { done <- l.Begin(t.Context(), entry(fmt.Sprint(i))) }()
	}
	for written := 0; written <= many; { // no signal tells that a goroutine waits
		l.entering.Lock()
		written = l.behind
		l.entering.Unlock()
		time.Sleep(time.Millisecond)
	}
	if len(done) > 0 {
		t.Error("an entry was accepted before the disk had it")
	}
	close(release)
	for range many + 1 {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	if got := syncs.Load(); got > 3 { // one for the first, one for the others, one more where they were brought over between
		t.Errorf("%d syncs", got)
	}
	mustClose(t, l)
}

// TestSyncThatFailsRefuses: systems tell of a page that they could not write once,
// so nothing is accepted after it until all of the half is in the month's file.
func TestSyncThatFailsRefuses(t *testing.T) {
	var syncs atomic.Int32
	l := openFaulty(t, Config{Dir: t.TempDir(), Synchronous: "FULL", flushAfter: time.Hour}, faults{onSync: func() error {
		if syncs.Add(1) == 1 {
			return errDisk
		}
		return nil
	}})
	for _, id := range []string{"e1", "e2"} {
		if err := l.Begin(t.Context(), entry(id)); !errors.Is(err, errDisk) {
			t.Fatalf("Begin of %s says %v", id, err)
		}
	}
	for _, id := range []string{"e3", "e4"} { // each half in turn
		if err := l.catchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		mustBegin(t, l, entry(id))
	}
	normal := openFaulty(t, Config{Dir: t.TempDir()}, faults{onSync: func() error { return errDisk }})
	mustBegin(t, normal, entry("e1")) // asks the disk for nothing
}

// TestTheJournalStaysShort, however many entries there were.
func TestTheJournalStaysShort(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir)
	for i := range 10 * groupSize {
		mustBegin(t, l, entry(fmt.Sprint(i)))
	}
	if err := errors.Join(l.catchUp(t.Context()), l.catchUp(t.Context())); err != nil {
		t.Fatal(err)
	}
	for _, path := range halfPaths(dir, l.journal.id) {
		if info, err := os.Stat(path); err != nil || info.Size() != 0 {
			t.Errorf("%s has %d bytes, %v", path, info.Size(), err)
		}
	}
	mustClose(t, l)
	wantNoJournal(t, dir)
}

// TestAJournalIsMadeBesideWhoLooksForLeftovers: an id whose lock somebody has is not
// taken, nor one whose lock file was deleted meanwhile.
func TestAJournalIsMadeBesideWhoLooksForLeftovers(t *testing.T) {
	dir := t.TempDir()
	taken, err := tryLock(dir, "TAKEN")
	if err != nil || taken == nil {
		t.Fatal(taken, err)
	}
	drawn := []string{"TAKEN", "TAKEN", "FREE"}
	j, err := newJournal(dir, func() (id string) { id, drawn = drawn[0], drawn[1:]; return id }, openJournalFile, true)
	if err != nil || j.id != "FREE" {
		t.Fatal(j, err)
	}
	if err := j.close(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := newJournal(dir, func() string { return "TAKEN" }, openJournalFile, false); err == nil || !strings.Contains(err.Error(), "lock") {
		t.Fatalf("where every lock is taken: %v", err)
	}
	if err := errors.Join(taken.Close(), removeLock(dir, "TAKEN")); err != nil {
		t.Fatal(err)
	}
	wantNoJournal(t, dir)
}

// TestOnlyTheOwnerReadsTheJournal, as the months' files.
func TestOnlyTheOwnerReadsTheJournal(t *testing.T) {
	dir := t.TempDir()
	l := closing(t)(Open(Config{Dir: dir, Logger: zerolog.Nop()}))
	mustBegin(t, l, entry("e1"))
	files, err := filepath.Glob(filepath.Join(dir, "journal-*"))
	if err != nil || len(files) != 3 {
		t.Fatalf("files %q, %v", files, err)
	}
	for _, path := range files {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode&0o077 != 0 && os.PathSeparator == '/' {
			t.Errorf("%s has rights %o", path, mode)
		}
	}
}
