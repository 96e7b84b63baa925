package store_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/store"
	"github.com/vantelle/vantelle/internal/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConformance(t *testing.T) {
	storetest.Run(t, func(t *testing.T) directory.Store { return openAt(t, filepath.Join(t.TempDir(), "directory.db")) })
}

// openAt opens the directory at path until the test ends.
func openAt(t testing.TB, path string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), store.Config{Path: path, Logger: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func TestOpen(t *testing.T) {
	t.Run("a path with signs that mean something elsewhere", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "a folder", "50% & #1 é.db")
		if runtime.GOOS != "windows" { // which has no such names
			path += "?mode=memory"
		}
		openAt(t, path)
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() == 0 {
			t.Fatal("the directory is kept elsewhere")
		}
	})

	t.Run("what was stored is there after closing", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "directory.db")
		want := directory.Fingerprint{Value: "x", Label: "X"}
		db := openAt(t, path)
		if err := db.SetFingerprint(t.Context(), "ACME", want); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		got, err := openAt(t, path).Fingerprint(t.Context(), "ACME")
		if err != nil || got != want {
			t.Fatalf("got %v, %v", got, err)
		}
	})

	t.Run("two processes share one file", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "directory.db")
		one, two := openAt(t, path), openAt(t, path)
		before, err := two.Revision(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		key := directory.Key{Name: "k", Hash: "0123456789abcdef0123", CreatedAt: time.Unix(1, 0)}
		if err := one.SeedKeys(t.Context(), directory.KeyBackend, []directory.Key{key}); err != nil {
			t.Fatal(err)
		}
		after, err := two.Revision(t.Context())
		if err != nil || after == before {
			t.Fatalf("the other's change is not seen: revision %d, %v", after, err)
		}
	})

	for name, cfg := range map[string]store.Config{
		"no path":               {},
		"an unknown durability": {Path: filepath.Join(t.TempDir(), "d.db"), Synchronous: "OFF"},
		"a folder as the file":  {Path: t.TempDir()},
	} {
		t.Run("refused: "+name, func(t *testing.T) {
			db, err := store.Open(t.Context(), cfg)
			if err == nil {
				t.Fatal("it is opened")
			}
			if db != nil {
				t.Fatal("a store comes with the error")
			}
		})
	}

	t.Run("a file that is no database is refused and left as it is", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "directory.db")
		const text = "these are my accounts, and no database at all; not even a bit of one"
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := store.Open(t.Context(), store.Config{Path: path}); err == nil {
			t.Fatal("it is opened")
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != text {
			t.Fatalf("it holds %q, %v", got, err)
		}
	})
}
