package sqlitefile_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/vantelle/vantelle/internal/store/sqlitefile"
)

// The test binary is the other process, where it is told to write.
func TestMain(m *testing.M) {
	if path := os.Getenv("SQLITEFILE_TEST_WRITE"); path != "" {
		db, err := sqlitefile.OpenWriter(context.Background(), path, sqlitefile.Normal)
		if err == nil {
			_, err = db.Exec("UPDATE t SET n = n + 1")
		}
		if err == nil {
			err = db.Close()
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestAWatchSeesEveryCommit: by this process and by others, and nothing but
// commits.
func TestAWatchSeesEveryCommit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	db := closing(t)(sqlitefile.OpenWriter(t.Context(), path, sqlitefile.Normal))
	exec1 := func(query string) {
		t.Helper()
		if _, err := db.Exec(query); err != nil {
			t.Fatal(err)
		}
	}
	exec1("CREATE TABLE t (n INTEGER)")
	exec1("INSERT INTO t VALUES (1)")
	w, err := sqlitefile.OpenWatch(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if w == nil {
		t.Skipf("files are not watched on %s", runtime.GOOS)
	}
	t.Cleanup(func() {
		if err := w.Close(); err != nil {
			t.Error(err)
		}
	})
	look := func() sqlitefile.Mark {
		t.Helper()
		m, ok := w.Look()
		if !ok {
			t.Fatal("nothing can be told")
		}
		return m
	}
	last := look()
	same := func(what string) {
		t.Helper()
		if now := look(); now != last {
			t.Errorf("%s changed the mark", what)
		}
	}
	other := func(what string) {
		t.Helper()
		now := look()
		if now == last {
			t.Errorf("%s did not change the mark", what)
		}
		last = now
	}
	var n int
	if err := db.Get(&n, "SELECT n FROM t"); err != nil {
		t.Fatal(err)
	}
	same("a read")
	for range 100 {
		exec1("UPDATE t SET n = n + 1")
		other("an update")
	}
	exec1("PRAGMA wal_checkpoint(TRUNCATE)")
	last = look() // whatever it does to the mark
	exec1("UPDATE t SET n = n + 1")
	other("an update after a checkpoint")
	tx, err := db.Beginx()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec("UPDATE t SET n = 0"); err != nil {
		t.Fatal(err)
	}
	same("an open transaction")
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	same("a rollback")
	for range 3 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "SQLITEFILE_TEST_WRITE="+path)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		other("another process's update")
	}
	// All connections but the watch's own leave, and come back.
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "SQLITEFILE_TEST_WRITE="+path)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	other("an update when nobody else had the file open")
}

// TestAWatchIsNeverLate: whoever looks after a commit was told of sees it.
func TestAWatchIsNeverLate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	db := closing(t)(sqlitefile.OpenWriter(t.Context(), path, sqlitefile.Normal))
	if _, err := db.Exec("CREATE TABLE t (n INTEGER)"); err != nil {
		t.Fatal(err)
	}
	w, err := sqlitefile.OpenWatch(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if w == nil {
		t.Skipf("files are not watched on %s", runtime.GOOS)
	}
	stop := make(chan struct{})
	var lookers sync.WaitGroup
	for range 4 { // they look while it is written
		lookers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					w.Look()
				}
			}
		})
	}
	var last sqlitefile.Mark
	for i := range 2000 {
		if _, err := db.Exec("INSERT INTO t VALUES (?)", i); err != nil {
			t.Fatal(err)
		}
		now, ok := w.Look()
		if !ok {
			continue // then the revision is read
		}
		if now == last {
			t.Fatalf("commit %d was not seen", i)
		}
		last = now
	}
	close(stop)
	lookers.Wait()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, ok := w.Look(); ok {
		t.Error("a closed watch tells something")
	}
}

// TestTwoWatchesOfOneFile: the end of one leaves the locks of the other's
// connections, and its sight.
func TestTwoWatchesOfOneFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	db := closing(t)(sqlitefile.OpenWriter(t.Context(), path, sqlitefile.Normal))
	if _, err := db.Exec("CREATE TABLE t (n INTEGER)"); err != nil {
		t.Fatal(err)
	}
	first, err := sqlitefile.OpenWatch(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	second, err := sqlitefile.OpenWatch(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if first == nil {
		t.Skipf("files are not watched on %s", runtime.GOOS)
	}
	tx, err := db.Beginx() // it holds a lock
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec("INSERT INTO t VALUES (1)"); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "SQLITEFILE_TEST_WRITE="+path)
	done := make(chan error, 1)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { done <- cmd.Wait() }()
	before, _ := second.Look()
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatalf("the other process waited for the lock, and then: %v", err)
	}
	if after, ok := second.Look(); !ok || after == before {
		t.Error("the second watch sees nothing any more")
	}
	var n int
	if err := db.Get(&n, "SELECT n FROM t"); err != nil || n != 2 {
		t.Errorf("1 and one more is %d, %v", n, err)
	}
	if err := second.Close(); err != nil {
		t.Error(err)
	}
}
