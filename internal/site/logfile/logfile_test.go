package logfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestFileKeepsWhatItWasToldTo(t *testing.T) {
	cases := map[string]struct {
		before string
		cfg    Config
		lines  []string
		files  map[string]string // what is there afterwards
	}{
		"a full file is set aside and the oldest goes": {
			cfg: Config{MaxSize: 4, Keep: 2}, lines: []string{"aa\n", "bb\n", "cc\n", "dd\n"},
			files: map[string]string{"log": "dd\n", "log.1": "cc\n", "log.2": "bb\n"},
		},
		"lines share a file while they fit": {
			cfg: Config{MaxSize: 6, Keep: 1}, lines: []string{"aa\n", "bb\n", "cc\n"},
			files: map[string]string{"log": "cc\n", "log.1": "aa\nbb\n"},
		},
		"a line that is too long stays whole": {
			cfg: Config{MaxSize: 2, Keep: 1}, lines: []string{"long line\n", "b\n"},
			files: map[string]string{"log": "b\n", "log.1": "long line\n"},
		},
		"without a limit all goes to one file": {
			cfg: Config{Keep: 3}, lines: []string{"aa\n", "bb\n"}, files: map[string]string{"log": "aa\nbb\n"},
		},
		"nothing is kept where nothing is to be": {
			cfg: Config{MaxSize: 3}, lines: []string{"aa\n", "bb\n"}, files: map[string]string{"log": "bb\n"},
		},
		"a file from before is continued": {
			before: "old\n", cfg: Config{MaxSize: 7, Keep: 1}, lines: []string{"aa\n", "bb\n"},
			files: map[string]string{"log": "bb\n", "log.1": "old\naa\n"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "logs")
			c.cfg.Path = filepath.Join(dir, "log")
			if c.before != "" {
				if err := errors.Join(os.Mkdir(dir, 0o700), os.WriteFile(c.cfg.Path, []byte(c.before), 0o600)); err != nil {
					t.Fatal(err)
				}
			}
			f, err := Open(c.cfg)
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range c.lines {
				if n, err := f.Write([]byte(line)); n != len(line) || err != nil {
					t.Fatalf("wrote %d of %d bytes: %v", n, len(line), err)
				}
			}
			if err := errors.Join(f.Close(), f.Close()); err != nil {
				t.Fatal(err)
			}
			entries, err := os.ReadDir(dir)
			if err != nil {
				t.Fatal(err)
			}
			if len(entries) != len(c.files) {
				t.Errorf("%d files, want %d", len(entries), len(c.files))
			}
			for file, want := range c.files {
				if got, err := os.ReadFile(filepath.Join(dir, file)); string(got) != want {
					t.Errorf("%s holds %q, want %q (%v)", file, got, want, err)
				}
			}
		})
	}
}

func TestFileGoesOnWhereSettingAsideFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	if err := os.MkdirAll(filepath.Join(path+".1", "in the way"), 0o700); err != nil { // no file can take its name
		t.Fatal(err)
	}
	f, err := Open(Config{Path: path, MaxSize: 3, Keep: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"aa\n", "bb\n", "cc\n"} {
		if _, err := f.Write([]byte(line)); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); string(got) != "aa\nbb\ncc\n" {
		t.Errorf("the log holds %q", got)
	}
	if _, err := f.Write([]byte("late\n")); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("writing after Close: %v", err)
	}
}
