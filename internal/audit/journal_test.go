package audit

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/vantelle/vantelle/internal/store/sqlitefile"
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

// Every field is written, and every text as encoding/json has it, by which it is read.
func TestARecordIsWhatJSONHas(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	text := func() string {
		parts := []string{"a", "F_DOC", "\"", "\\", "\x00", "\n", "\x7f", "é", "\u2028", "<&>", "\xff", "\xe2\x80", "🙂", " "}
		s := ""
		for range random.IntN(6) {
			s += parts[random.IntN(len(parts))]
		}
		return s
	}
	for range 2000 {
		e := Entry{ID: "e" + text(), Time: noon.Add(time.Duration(random.Int64N(1e12))).In(time.FixedZone("x", 3600*random.IntN(3))), Decision: Allow}
		v := reflect.ValueOf(&e).Elem()
		for i := range v.NumField() {
			if f := v.Field(i); f.Kind() == reflect.String && f.IsZero() {
				f.SetString(text())
			}
		}
		for range random.IntN(3) {
			e.Tables = append(e.Tables, text())
		}
		var want Entry
		asJSON, err := json.Marshal(e)
		if err == nil {
			err = json.Unmarshal(asJSON, &want)
		}
		got, ok := readRecord(appendRecord(nil, e))
		if err != nil || !ok || !got.Time.Equal(want.Time) {
			t.Fatalf("%+v is read as %+v (%t), by JSON as %+v (%v)", e, got, ok, want, err)
		}
		if got.Time = want.Time; !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v is read as %+v, by JSON as %+v", e, got, want)
		}
	}
}

// Outcomes are put in many at once; one that is a stranger, came before or stands
// twice among them neither stops the others nor changes anything.
func TestOutcomesInBulk(t *testing.T) {
	for _, n := range []int{1, atOnce - 1, atOnce, 3*atOnce + 5} {
		f, err := openMonth(t.TempDir(), monthOf(noon), sqlitefile.Normal)
		if err != nil {
			t.Fatal(err)
		}
		var entries []Entry
		var outcomes []Outcome
		for i := range n {
			e := entry(fmt.Sprint("e", i))
			entries = append(entries, e)
			outcomes = append(outcomes, Outcome{ID: e.ID, Time: e.Time, Rows: int64(i), Millis: 7, Code: "x"})
		}
		again := Outcome{ID: "e0", Time: noon, Rows: 99}
		stranger, elsewhen := Outcome{ID: "nobody", Time: noon}, Outcome{ID: "e0", Time: noon.Add(time.Second), Rows: 98}
		outcomes = append(outcomes, again, stranger)
		if err := f.begin(entries); err != nil {
			t.Fatal(err)
		}
		strangers, err := f.finish(append(slices.Clone(outcomes), elsewhen))
		if err != nil || len(strangers) != 1 || strangers[0] != stranger {
			t.Errorf("%d outcomes: strangers %+v, %v", n, strangers, err)
		}
		var rows, kept int64
		db := f.(*monthFile).db
		if err := errors.Join(db.Get(&rows, "SELECT SUM(rows) FROM outcomes"), db.Get(&kept, "SELECT COUNT(*) FROM outcomes")); err != nil ||
			kept != int64(n) || rows != int64(n*(n-1)/2) {
			t.Errorf("%d outcomes: %d are kept, of %d rows together, %v", n, kept, rows, err)
		}
		if err := f.close(); err != nil {
			t.Error(err)
		}
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
		all = appendRecord(all, e)
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
