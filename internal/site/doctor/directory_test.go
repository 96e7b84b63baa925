package doctor

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vantelle/vantelle/internal/config"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erpshape"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/internal/store"
)

// now is when the directories of these tests are looked at.
var now = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// newDirectory makes a directory file, as the service would, and closes it.
func newDirectory(t *testing.T, fill func(*store.DB) error) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "vantelle.db")
	db, err := store.Open(t.Context(), store.Config{Path: path, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	if err := fill(db); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// inFile is the configuration of a directory in a file.
func inFile(path string) config.Directory {
	return config.Directory{Driver: config.SQLite, Path: path}
}

func run(id string, finished time.Time, plan *directory.Plan, db *store.DB, t *testing.T) error {
	r := directory.Run{ID: id, Dossier: "sage", Trigger: "cli", State: directory.RunRunning, StartedAt: finished.Add(-time.Minute)}
	if err := db.StartRun(t.Context(), r); err != nil {
		return err
	}
	if plan == nil {
		r.FinishedAt, r.State, r.Error = &finished, directory.RunFailed, "the ERP did not answer"
		return db.FinishRun(t.Context(), r)
	}
	return db.ApplyPlan(t.Context(), id, *plan, finished)
}

func TestTheDirectoryTellsOfRunsAndAccesses(t *testing.T) {
	d := Dossier{Name: "sage", Config: config.Dossier{Schedule: "*/15 * * * *", TimeZone: "UTC"}}
	alpha := &directory.Plan{Dossier: "sage", PutCustomers: []directory.Customer{{Dossier: "sage", ID: "ALPHA", Code: "ALPHA", Name: "Alpha", State: directory.CustomerActive}}}
	access := func(state directory.AccessState) directory.Access {
		return directory.Access{Dossier: "sage", CustomerID: "ALPHA", State: state, ChangedBy: "test", ChangedAt: now}
	}
	for name, c := range map[string]struct {
		fill func(*store.DB) error
		want []string
	}{
		"a dossier that was never synchronised": {
			func(*store.DB) error { return nil }, []string{"note sync.never", "ok access.counts"}},
		"a run a moment ago": {
			func(db *store.DB) error { return run("1", now.Add(-time.Minute), alpha, db, t) }, []string{"ok sync.recent", "ok access.counts"}},
		"a run of yesterday": {
			func(db *store.DB) error { return run("1", now.Add(-24*time.Hour), alpha, db, t) }, []string{"warning sync.stale", "ok access.counts"}},
		"a failure after a success": {
			func(db *store.DB) error {
				if err := run("1", now.Add(-10*time.Minute), alpha, db, t); err != nil {
					return err
				}
				return run("2", now.Add(-time.Minute), nil, db, t)
			}, []string{"warning sync.failed", "ok sync.recent", "ok access.counts"}},
		"a failure and nothing else": {
			func(db *store.DB) error { return run("1", now.Add(-time.Minute), nil, db, t) }, []string{"warning sync.failed", "note sync.never", "ok access.counts"}},
		"an access that waits": {
			func(db *store.DB) error {
				if err := run("1", now.Add(-time.Minute), alpha, db, t); err != nil {
					return err
				}
				_, err := db.PutAccess(t.Context(), access(directory.AccessPending))
				return err
			}, []string{"ok sync.recent", "note access.waiting"}},
	} {
		t.Run(name, func(t *testing.T) {
			k := openDirectory(t.Context(), inFile(newDirectory(t, c.fill)))
			defer k.close()
			wantCodes(t, checkDirectory(t.Context(), k), "ok directory.sound")
			wantCodes(t, checkKeptKeys(t.Context(), k))
			wantCodes(t, append(checkLastSync(t.Context(), k, d, now), checkAccesses(t.Context(), k, "sage")...), c.want...)
		})
	}
}

func TestTheDemonstrationsKeysAreAnError(t *testing.T) {
	key := directory.Key{ID: "k", Kind: directory.KeyBackend, Name: "demo", Hash: identity.HashKey(identity.DemoBackendKey), CreatedAt: now}
	k := openDirectory(t.Context(), inFile(newDirectory(t, func(db *store.DB) error {
		return db.SeedKeys(t.Context(), directory.KeyBackend, []directory.Key{key})
	})))
	defer k.close()
	wantCodes(t, checkKeptKeys(t.Context(), k), "error keys.demonstration")
}

func TestADamagedDirectoryIsAnError(t *testing.T) {
	path := newDirectory(t, func(*store.DB) error { return nil })
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	// The second page on: the header stays, so that the file opens.
	if _, err := f.WriteAt(make([]byte, 8192), 4096); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	k := openDirectory(t.Context(), inFile(path))
	defer k.close()
	wantCodes(t, checkDirectory(t.Context(), k), "error directory.damaged")
	missing := openDirectory(t.Context(), inFile(filepath.Join(t.TempDir(), "none.db")))
	defer missing.close()
	wantCodes(t, checkDirectory(t.Context(), missing))
	wantCodes(t, checkLastSync(t.Context(), missing, Dossier{}, now))
}

func TestASharedDirectoryTellsTheSame(t *testing.T) {
	dsn, _, _ := erpshape.Postgres(t)
	shared := config.Directory{Driver: config.Postgres, DSN: config.NewSecret(dsn)}
	look := func(want string, lastSync ...string) {
		t.Helper()
		k := openDirectory(t.Context(), shared)
		defer k.close()
		wantCodes(t, checkDirectory(t.Context(), k), want)
		wantCodes(t, checkKeptKeys(t.Context(), k))
		wantCodes(t, append(checkLastSync(t.Context(), k, Dossier{Name: "sage"}, now), checkAccesses(t.Context(), k, "sage")...), lastSync...)
	}
	look("note directory.empty")

	db, err := store.Open(t.Context(), store.Config{Driver: store.Postgres, DSN: dsn, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	alpha := directory.Plan{Dossier: "sage", PutCustomers: []directory.Customer{{Dossier: "sage", ID: "ALPHA", Code: "ALPHA", Name: "Alpha", State: directory.CustomerActive}}}
	if err := errors.Join(run("1", now.Add(-time.Minute), &alpha, db, t), db.Close()); err != nil {
		t.Fatal(err)
	}
	look("ok directory.reachable", "ok sync.recent", "ok access.counts")

	shared.DSN = config.NewSecret("postgres://nobody:secret@127.0.0.1:1/none?connect_timeout=5")
	k := openDirectory(t.Context(), shared)
	defer k.close()
	findings := checkDirectory(t.Context(), k)
	wantCodes(t, findings, "error directory.unreachable")
	if strings.Contains(findings[0].What, "secret") {
		t.Errorf("the finding tells the password: %s", findings[0].What)
	}
}
