package doctor

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/vantelle/vantelle/internal/config"
)

func TestFilesThatOthersMayReadOrChangeAreFindings(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows keeps rights elsewhere")
	}
	dir := t.TempDir()
	for name, c := range map[string]struct {
		mode     os.FileMode
		readable bool
		want     string
	}{
		"its owner's alone":               {0o600, false, "ok files.secret_kept"},
		"its group's too":                 {0o640, false, "ok files.secret_kept"},
		"everybody reads it":              {0o644, false, "warning files.secret_readable"},
		"everybody reads it, and may":     {0o644, true, "ok files.secret_kept"},
		"everybody changes it":            {0o666, true, "warning files.secret_writable"},
		"everybody changes, nobody reads": {0o602, false, "warning files.secret_writable"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, "file")
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, c.mode); err != nil {
				t.Fatal(err)
			}
			f := keptFile{path: path, what: "the secret", code: "files.secret"}
			wantCodes(t, checkFile(f, true, c.readable), c.want)
			wantCodes(t, checkFile(f, false, c.readable)) // where modes mean nothing
		})
	}
	wantCodes(t, checkFile(keptFile{path: filepath.Join(dir, "none"), code: "files.audit"}, true, false), "note files.audit_absent")
}

func TestFreeSpaceIsWatched(t *testing.T) {
	in := Installation{Config: config.Default()}
	in.Config.Directory.Path = filepath.Join(t.TempDir(), "not", "made", "vantelle.db")
	in.Config.Audit.Path = t.TempDir()
	for name, c := range map[string]struct {
		free uint64
		err  error
		want string
	}{
		"plenty":      {5 << 30, nil, "ok disk.free"},
		"little":      {1<<30 - 1, nil, "warning disk.low"},
		"none":        {1, nil, "error disk.full"},
		"nobody says": {0, errors.New("boom"), "note disk.unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			in.FreeSpace = func(folder string) (uint64, error) {
				if _, err := os.Stat(folder); err != nil {
					t.Errorf("asked about a folder that is not there: %v", err)
				}
				return c.free, c.err
			}
			wantCodes(t, checkSpace(in), c.want, c.want)
		})
	}
	if free, err := FreeSpace(in.Config.Audit.Path); err != nil || free == 0 {
		t.Errorf("this disk has %d bytes free, %v", free, err)
	}
}
