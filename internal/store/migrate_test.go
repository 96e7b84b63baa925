package store

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/vantelle/vantelle/internal/directory"
)

var noon = time.Date(2026, time.November, 3, 12, 0, 0, 0, time.UTC)

// with adds a step of a later version of this program to its steps.
func with(t *testing.T, cfg Config, name, step string) fs.FS {
	t.Helper()
	present := migrations(cmp.Or(cfg.Driver, SQLite))
	steps := fstest.MapFS{name: {Data: []byte("-- +goose Up\n" + step)}}
	err := fs.WalkDir(present, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(present, path)
		steps[path] = &fstest.MapFile{Data: text}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return steps
}

// fill makes a directory with something in it, and closes it.
func fill(t *testing.T, cfg Config) {
	t.Helper()
	db, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.SetFingerprint(t.Context(), "ACME", directory.Fingerprint{Value: "x"}), db.Close()); err != nil {
		t.Fatal(err)
	}
}

// holds reports whether the directory at path has what fill put there.
func holds(t *testing.T, cfg Config, steps fs.FS) {
	t.Helper()
	db, err := open(t.Context(), cfg, steps)
	if err != nil {
		t.Fatal(err)
	}
	f, err := db.Fingerprint(t.Context(), "ACME")
	if err := errors.Join(err, db.Close()); err != nil || f.Value != "x" {
		t.Fatalf("got %v, %v", f, err)
	}
}

func backups(t *testing.T, cfg Config) []string {
	t.Helper()
	found, err := filepath.Glob(cfg.Path + "*.bak")
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestMigrationCopiesTheFileFirst(t *testing.T) {
	cfg := sqliteConfig(t)
	fill(t, cfg)
	fill(t, cfg)
	if got := backups(t, cfg); len(got) != 0 {
		t.Fatalf("copies without a migration: %q", got)
	}
	later := with(t, cfg, "00099_later.sql", "CREATE TABLE later (x BIGINT);")
	holds(t, cfg, later)
	copies := backups(t, cfg)
	if len(copies) != 1 || !strings.HasSuffix(copies[0], fmt.Sprintf(".form%d-20261103T120000.000Z.bak", form(t, SQLite))) {
		t.Fatalf("copies: %q", copies)
	}
	onlyOwnerReads(t, copies[0])
	// The copy is a directory of the form before, which today's program opens.
	old := cfg
	old.Path = copies[0]
	holds(t, old, nil)
}

func TestFailedMigrationLeavesTheFileAsItWas(t *testing.T) {
	cfg := sqliteConfig(t)
	fill(t, cfg)
	broken := with(t, cfg, "00099_broken.sql", "CREATE TABLE half (x BIGINT);\nINSERT INTO missing VALUES (1);")
	for range 2 {
		if db, err := open(t.Context(), cfg, broken); err == nil || db != nil {
			t.Fatalf("opened: %v, %v", db, err)
		}
		if got := backups(t, cfg); len(got) != 0 {
			t.Fatalf("copies of a file that did not change: %q", got)
		}
	}
	holds(t, cfg, with(t, cfg, "00099_mended.sql", "CREATE TABLE half (x BIGINT);"))
}

func TestNoCopyNoMigration(t *testing.T) {
	cfg := sqliteConfig(t)
	fill(t, cfg)
	taken := fmt.Sprintf("%s.form%d-20261103T120000.000Z.bak", cfg.Path, form(t, SQLite))
	if err := os.WriteFile(taken, []byte("an earlier copy"), 0o600); err != nil {
		t.Fatal(err)
	}
	later := with(t, cfg, "00099_later.sql", "CREATE TABLE later (x BIGINT);")
	if _, err := open(t.Context(), cfg, later); err == nil || !strings.Contains(err.Error(), "copy the file before migrating") {
		t.Fatalf("opened without a copy: %v", err)
	}
	if text, err := os.ReadFile(taken); err != nil || string(text) != "an earlier copy" {
		t.Fatalf("the earlier copy holds %q, %v", text, err)
	}
	holds(t, cfg, nil)
}

func TestDirectoryOfALaterProgramIsRefused(t *testing.T) {
	onEach(t, func(t *testing.T, cfg Config) {
		fill(t, cfg)
		later := cfg
		later.BackedUp = true
		holds(t, later, with(t, cfg, "00099_later.sql", "CREATE TABLE later (x BIGINT);"))
		for _, backedUp := range []bool{false, true} {
			cfg.BackedUp = backedUp
			if _, err := Open(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), "run the newer program") {
				t.Fatalf("got %v", err)
			}
		}
	})
}

// TestSharedDirectoryIsMigratedOnTheOperatorsWord: nobody but he can back a
// PostgreSQL database up.
func TestSharedDirectoryIsMigratedOnTheOperatorsWord(t *testing.T) {
	cfg := postgresConfig(t)
	fill(t, cfg)
	later := with(t, cfg, "00099_later.sql", "CREATE TABLE later (x BIGINT);")
	_, err := open(t.Context(), cfg, later)
	if !errors.Is(err, ErrNeedsMigration) || !strings.Contains(err.Error(), "pg_dump") {
		t.Fatalf("got %v", err)
	}
	holds(t, cfg, nil) // nothing was changed
	broken := cfg
	broken.BackedUp = true
	if _, err := open(t.Context(), broken, with(t, cfg, "00099_broken.sql", "CREATE TABLE half (x BIGINT);\nINSERT INTO missing VALUES (1);")); err == nil {
		t.Fatal("a broken step is taken")
	}
	holds(t, cfg, nil) // the step was one transaction
	cfg.BackedUp = true
	holds(t, cfg, later)
	cfg.BackedUp = false
	holds(t, cfg, later)
}

func TestOnlyTheOwnerReadsTheFiles(t *testing.T) {
	cfg := sqliteConfig(t)
	db, err := Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	files, err := filepath.Glob(cfg.Path + "*")
	if err != nil || len(files) < 2 { // the database and its journal
		t.Fatalf("files: %q, %v", files, err)
	}
	for _, path := range files {
		onlyOwnerReads(t, path)
	}
}

func onlyOwnerReads(t *testing.T, path string) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS == "windows" {
		return // rights are those of the folder
	}
	if got := info.Mode().Perm(); got != 0o600 {
		t.Errorf("%s has rights %v", path, got)
	}
}
