package store

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/store/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConformance(t *testing.T) {
	for _, e := range engineTests {
		t.Run(e.name, func(t *testing.T) {
			storetest.Run(t, func(t *testing.T) directory.Store { return openWith(t, e.config(t)) })
		})
	}
}

// openAt opens the directory in the file at path until the test ends.
func openAt(t testing.TB, path string) *DB {
	t.Helper()
	return openWith(t, Config{Path: path, Logger: zerolog.Nop()})
}

// openWith opens a directory until the test ends.
func openWith(t testing.TB, cfg Config) *DB {
	t.Helper()
	db, err := Open(t.Context(), cfg)
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

// TestSharedDirectory has two stores on one directory, as two processes have.
func TestSharedDirectory(t *testing.T) {
	t.Run("what was stored is there after closing", func(t *testing.T) {
		onEach(t, func(t *testing.T, cfg Config) {
			want := directory.Fingerprint{Value: "x", Label: "X"}
			db := openWith(t, cfg)
			if err := db.SetFingerprint(t.Context(), "ACME", want); err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			got, err := openWith(t, cfg).Fingerprint(t.Context(), "ACME")
			if err != nil || got != want {
				t.Fatalf("got %v, %v", got, err)
			}
		})
	})

	t.Run("a change is seen by the other at once", func(t *testing.T) {
		onEach(t, func(t *testing.T, cfg Config) {
			one, two := openWith(t, cfg), openWith(t, cfg)
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
	})

	t.Run("many that start together make one directory", func(t *testing.T) {
		onEach(t, func(t *testing.T, cfg Config) {
			if cfg.Driver != Postgres {
				t.Skip("one process at a time works on a file")
			}
			var wg sync.WaitGroup
			for range 6 {
				wg.Go(func() {
					db, err := Open(t.Context(), cfg)
					if err != nil {
						t.Error(err)
						return
					}
					if err := errors.Join(db.Ping(t.Context()), db.Close()); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
		})
	})
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

	for name, cfg := range map[string]Config{
		"no path":               {},
		"an unknown driver":     {Driver: "oracle", Path: filepath.Join(t.TempDir(), "d.db")},
		"no DSN":                {Driver: Postgres},
		"no DSN at all":         {Driver: Postgres, DSN: "postgres://u:secret@:bad/"},
		"nobody there":          {Driver: Postgres, DSN: "postgres://u:secret@127.0.0.1:1/d?connect_timeout=5"},
		"an unknown durability": {Path: filepath.Join(t.TempDir(), "d.db"), Synchronous: "OFF"},
		"a folder as the file":  {Path: t.TempDir()},
	} {
		t.Run("refused: "+name, func(t *testing.T) {
			db, err := Open(t.Context(), cfg)
			if err == nil {
				t.Fatal("it is opened")
			}
			if db != nil {
				t.Fatal("a store comes with the error")
			}
			if strings.Contains(err.Error(), "secret") {
				t.Fatalf("the error tells the password: %v", err)
			}
		})
	}

	t.Run("a file that is no database is refused and left as it is", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "directory.db")
		const text = "these are my accounts, and no database at all; not even a bit of one"
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(t.Context(), Config{Path: path}); err == nil {
			t.Fatal("it is opened")
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != text {
			t.Fatalf("it holds %q, %v", got, err)
		}
	})
}
