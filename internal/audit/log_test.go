package audit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"github.com/vantelle/vantelle/internal/store/sqlitefile"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, time.November, 3, 12, 0, 0, 0, time.UTC)

// entry is an entry with what it cannot do without.
func entry(id string) Entry {
	return Entry{ID: id, Time: noon, Dossier: "ACME", CustomerID: "C1", Decision: Allow}
}

// openLog opens a log in a folder until the test ends.
func openLog(t testing.TB, dir string) *Files {
	t.Helper()
	return closing(t)(Open(Config{Dir: dir, Logger: zerolog.Nop()}))
}

// closing sees to a log's end.
func closing(t testing.TB) func(*Files, error) *Files {
	return func(l *Files, err error) *Files {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		return l
	}
}

// read gives every record of a log, the newest first, of which there must be few
// enough to be given at once.
func read(t testing.TB, l *Files) []Record {
	t.Helper()
	records, err := l.Read(context.Background(), Query{Limit: maxRead})
	if err != nil {
		t.Fatal(err)
	}
	if len(records) == maxRead {
		t.Fatal("there are more records than are given at once")
	}
	return records
}

func mustBegin(t testing.TB, l *Files, entries ...Entry) {
	t.Helper()
	for _, e := range entries {
		if err := l.Begin(context.Background(), e); err != nil {
			t.Fatal(err)
		}
	}
}

func mustClose(t testing.TB, l *Files) {
	t.Helper()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestEntryComesBackWhole(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir)
	want := Entry{
		ID: "e1", Time: noon.Add(123456 * time.Microsecond), RequestID: "r", Dossier: "ACME", KeyID: "k", CustomerID: "Éts C1",
		Actor: "zoe@carat.example", Contact: "7", Front: "sql", Action: ActionRead, Tables: []string{"dbo.F_DOCENTETE", "é"},
		View: "B2B v3 abc", Decision: Deny, Code: "not_found", Digest: Digest("SELECT 1"),
	}
	mustBegin(t, l, want)
	l.Finish(Outcome{ID: "e1", Time: want.Time, Rows: 12, Millis: 34, Code: "timeout"})
	mustClose(t, l)
	got := read(t, openLog(t, dir))
	wanted := []Record{{Entry: want, Outcome: &Outcome{ID: "e1", Rows: 12, Millis: 34, Code: "timeout"}}}
	if !reflect.DeepEqual(got, wanted) {
		t.Fatalf("got\n%+v\nwant\n%+v", got, wanted)
	}
}

func TestEntryIsReadableWhenBeginReturns(t *testing.T) {
	l := openLog(t, t.TempDir())
	mustBegin(t, l, entry("e1"))
	if got := read(t, l); len(got) != 1 || got[0].ID != "e1" || got[0].Outcome != nil {
		t.Fatalf("got %+v", got)
	}
}

func TestEntryThatSaysNothingIsRefused(t *testing.T) {
	l := openLog(t, t.TempDir())
	for name, spoil := range map[string]func(*Entry){
		"all of it":           func(e *Entry) { *e = Entry{} },
		"no id":               func(e *Entry) { e.ID = "" },
		"no time":             func(e *Entry) { e.Time = time.Time{} },
		"no decision":         func(e *Entry) { e.Decision = "" },
		"an unknown decision": func(e *Entry) { e.Decision = "ALLOW" },
	} {
		e := entry("e1")
		spoil(&e)
		if err := l.Begin(t.Context(), e); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if got := read(t, l); len(got) != 0 {
		t.Fatalf("got %+v", got)
	}
}

func TestSecondEntryOfAnIDChangesNothing(t *testing.T) {
	l := openLog(t, t.TempDir())
	second := entry("e1")
	second.Actor = "somebody else"
	mustBegin(t, l, entry("e1"), second)
	if got := read(t, l); len(got) != 1 || got[0].Actor != "" {
		t.Fatalf("got %+v", got)
	}
	mustBegin(t, l, second)
	if got := read(t, l); len(got) != 1 || got[0].Actor != "" {
		t.Fatalf("got %+v", got)
	}
}

// TestAFileOfAnEarlierFormGoesOn: a month that an earlier version began is neither
// migrated nor left, and both forms are read alike.
func TestAFileOfAnEarlierFormGoesOn(t *testing.T) {
	dir := t.TempDir()
	db, err := sqlitefile.OpenWriter(t.Context(), monthOf(noon).path(dir), sqlitefile.Normal)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), firstForm); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	l := openLog(t, dir)
	later := entry("later")
	later.Time = noon.Add(time.Second)
	mustBegin(t, l, entry("new"), later)
	l.Finish(Outcome{ID: "new", Time: noon, Rows: 7})
	l.Finish(Outcome{ID: "old", Time: noon.Add(-time.Hour), Rows: 5})
	mustBegin(t, l, entry("new"), entry("old")) // are there
	mustClose(t, l)
	var got []string
	for _, r := range read(t, openLog(t, dir)) {
		text := r.ID
		if r.Outcome != nil {
			text += fmt.Sprint(" ", r.Outcome.Rows)
		}
		got = append(got, text)
	}
	if want := []string{"later", "new 7", "old 5"}; !slices.Equal(got, want) {
		t.Errorf("the file holds %q, want %q", got, want)
	}
}

// firstForm is a month's file as it was made until version 1 of its form, with an
// entry in it.
const firstForm = `
CREATE TABLE entries (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, at BIGINT NOT NULL, request_id TEXT NOT NULL, dossier TEXT NOT NULL,
    key_id TEXT NOT NULL, customer_id TEXT NOT NULL, actor TEXT NOT NULL, contact TEXT NOT NULL, front TEXT NOT NULL, action TEXT NOT NULL,
    tables TEXT NOT NULL, view TEXT NOT NULL, decision TEXT NOT NULL, code TEXT NOT NULL, digest TEXT NOT NULL);
CREATE INDEX entries_by_customer ON entries (dossier, customer_id, at);
CREATE INDEX entries_by_time ON entries (at);
CREATE TABLE outcomes (id TEXT NOT NULL PRIMARY KEY, rows BIGINT NOT NULL, millis BIGINT NOT NULL, code TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO entries VALUES (1, 'old', 1793703600000000, '', 'ACME', '', 'C1', '', '', '', '', 'null', '', 'allow', '', '');
PRAGMA user_version = 1;
`

func TestEachMonthHasAFile(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir)
	// The 1st of December in Paris, still November in UTC.
	late := entry("late")
	late.Time = time.Date(2026, time.December, 1, 0, 30, 0, 0, time.FixedZone("CET", 3600))
	december := entry("december")
	december.Time = late.Time.Add(time.Hour)
	early := entry("early")
	mustBegin(t, l, early, late, december)
	for _, e := range []Entry{early, late, december} {
		l.Finish(Outcome{ID: e.ID, Time: e.Time, Rows: 1})
	}
	mustClose(t, l)

	names, err := filepath.Glob(filepath.Join(dir, "audit-*.db"))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{filepath.Join(dir, "audit-2026-11.db"), filepath.Join(dir, "audit-2026-12.db")}
	if !reflect.DeepEqual(names, want) {
		t.Fatalf("files are %q, want %q", names, want)
	}
	var ids []string
	for _, r := range read(t, openLog(t, dir)) {
		ids = append(ids, r.ID)
		if r.Outcome == nil {
			t.Errorf("%s has no outcome", r.ID)
		}
	}
	if !reflect.DeepEqual(ids, []string{"december", "late", "early"}) {
		t.Fatalf("read %q", ids)
	}
}

func TestOutcomesThatFindNoPlaceAreCounted(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir)
	mustBegin(t, l, entry("e1"))
	l.Finish(Outcome{ID: "e1", Time: noon, Rows: 1})
	l.Finish(Outcome{ID: "e1", Time: noon, Rows: 2}) // the first one stays
	l.Finish(Outcome{ID: "unknown", Time: noon})
	mustClose(t, l)
	l.Finish(Outcome{ID: "e1", Time: noon, Rows: 3})
	if got := l.Lost(); got != 2 {
		t.Errorf("%d are lost, want 2", got)
	}
	if got := read(t, openLog(t, dir)); len(got) != 1 || got[0].Outcome == nil || got[0].Outcome.Rows != 1 {
		t.Fatalf("got %+v", got)
	}
}

func TestTheFileIsAppendOnly(t *testing.T) {
	dir := t.TempDir()
	l := openLog(t, dir)
	mustBegin(t, l, entry("e1"))
	l.Finish(Outcome{ID: "e1", Time: noon})
	mustClose(t, l)
	db, err := sqlitefile.OpenWriter(t.Context(), month("2026-11").path(dir), sqlitefile.Normal)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for _, statement := range []string{
		"UPDATE entries SET actor = 'nobody'", "DELETE FROM entries",
		"UPDATE outcomes SET rows = 0", "DELETE FROM outcomes",
	} {
		if _, err := db.Exec(statement); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", statement, err)
		}
	}
}

func TestNeverTextOnlyItsDigest(t *testing.T) {
	const want = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	if got := Digest(""); got != want {
		t.Fatalf("got %s", got)
	}
	if Digest("SELECT 1") == Digest("SELECT 2") {
		t.Fatal("two texts have one digest")
	}
}

func TestOpenRefuses(t *testing.T) {
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, cfg := range map[string]Config{
		"no folder":             {},
		"an unknown durability": {Dir: t.TempDir(), Synchronous: "OFF"},
		"a file as the folder":  {Dir: blocked},
	} {
		if l, err := Open(cfg); err == nil || l != nil {
			t.Errorf("%s: %v, %v", name, l, err)
		}
	}
}

func TestDurabilityIsAsAsked(t *testing.T) {
	for asked, want := range map[sqlitefile.Synchronous]int{"": 1, sqlitefile.Normal: 1, sqlitefile.Full: 2} {
		f, err := openMonth(t.TempDir(), "2026-11", asked)
		if err != nil {
			t.Fatal(err)
		}
		var got int
		var journal string
		db := f.(*monthFile).db
		if err := errors.Join(db.Get(&got, "PRAGMA synchronous"), db.Get(&journal, "PRAGMA journal_mode"), f.close()); err != nil {
			t.Fatal(err)
		}
		if got != want || journal != "wal" {
			t.Errorf("%q: synchronous is %d, journal %s", asked, got, journal)
		}
	}
}

func TestClosedLogWritesNothing(t *testing.T) {
	l := openLog(t, t.TempDir())
	mustClose(t, l)
	mustClose(t, l)
	if err := l.Begin(t.Context(), entry("e1")); !errors.Is(err, ErrClosed) {
		t.Fatalf("Begin says %v", err)
	}
	if _, err := l.DeleteBefore(t.Context(), noon); !errors.Is(err, ErrClosed) {
		t.Fatalf("DeleteBefore says %v", err)
	}
}

func TestWhoGivesUpIsNotTold(t *testing.T) {
	l := openLog(t, t.TempDir())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for i := range 20 {
		if err := l.Begin(ctx, entry(fmt.Sprint(i))); err != nil && !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
}

func TestReadersDoNotDisturbTheWriter(t *testing.T) {
	l := openLog(t, t.TempDir())
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 50 {
				if err := l.Begin(t.Context(), entry(fmt.Sprintf("%d-%d", g, i))); err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			for range 10 {
				if _, err := l.Read(t.Context(), Query{Limit: 100}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got := len(read(t, l)); got != 200 {
		t.Fatalf("%d entries", got)
	}
}

// TestCloseBesideEverything closes a log while it is used: what was accepted
// is there, what was not was refused, and nobody hangs.
func TestCloseBesideEverything(t *testing.T) {
	for range 10 {
		dir := t.TempDir()
		l := openLog(t, dir)
		var mu sync.Mutex
		accepted := map[string]bool{}
		var wg sync.WaitGroup
		started := make(chan struct{}, 8)
		for g := range 8 {
			wg.Go(func() {
				for i := 0; i < maxRead/10; i++ {
					id := fmt.Sprintf("%d-%d", g, i)
					err := l.Begin(t.Context(), entry(id))
					if i == 0 {
						started <- struct{}{}
					}
					if errors.Is(err, ErrClosed) {
						return
					}
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					accepted[id] = true
					mu.Unlock()
					l.Finish(Outcome{ID: id, Time: noon})
				}
			})
		}
		for range 8 {
			<-started
		}
		mustClose(t, l)
		wg.Wait()
		found := map[string]bool{}
		for _, r := range read(t, l) {
			found[r.ID] = true
		}
		for id := range accepted {
			if !found[id] {
				t.Fatalf("entry %s was accepted, and is not there", id)
			}
		}
	}
}
