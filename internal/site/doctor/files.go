package doctor

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/vantelle/vantelle/internal/config"
)

// keptFile is a file or folder that holds what not everybody may read.
type keptFile struct {
	path, what string
	code       string
	// quiet: that it is there and well is no news.
	quiet bool
}

// checkFiles finds what others on this machine may read or change.
func checkFiles(in Installation) []Finding {
	c := in.Config
	files := []keptFile{{path: in.ConfigFile, what: "the configuration", code: "files.config"}}
	for _, path := range secretFiles(in) {
		files = append(files, keptFile{path: path, what: "the secret", code: "files.secret"})
	}
	if c.Directory.Driver != config.Postgres {
		files = append(files,
			keptFile{path: c.Directory.Path, what: "the directory", code: "files.directory"},
			keptFile{path: c.Directory.Path + "-wal", what: "the directory's journal", code: "files.directory", quiet: true})
	}
	files = append(files,
		keptFile{path: c.Audit.Path, what: "the audit's folder", code: "files.audit"})
	var all []Finding
	for _, f := range files {
		all = append(all, checkFile(f, in.Modes, holdsNoSecret(in, f))...)
	}
	return all
}

// holdsNoSecret: a configuration whose secrets are elsewhere may be read.
func holdsNoSecret(in Installation, f keptFile) bool {
	return f.code == "files.config" && len(writtenSecrets(in.Config, in.ConfigText)) == 0
}

func checkFile(f keptFile, modes, readable bool) []Finding {
	info, err := os.Stat(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && f.quiet:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return []Finding{found(Note, f.code+"_absent", "", "%s is not there yet: %s", f.what, f.path)}
	case err != nil:
		return []Finding{found(Error, f.code+"_unreadable", "Give the account that runs Vantelle the right to read it.", "%s cannot be looked at: %v", f.what, err)}
	case !modes:
		return nil // Windows keeps rights elsewhere
	}
	mode, tight := info.Mode().Perm(), "600"
	if info.IsDir() {
		tight = "700"
	}
	remedy := "chmod " + tight + " " + f.path
	switch {
	case mode&0o002 != 0:
		return []Finding{found(Warning, f.code+"_writable", remedy, "everybody on this machine may change %s %s (mode %04o)", f.what, f.path, mode)}
	case mode&0o004 != 0 && !readable:
		return []Finding{found(Warning, f.code+"_readable", remedy, "everybody on this machine may read %s %s (mode %04o)", f.what, f.path, mode)}
	case f.quiet:
		return nil
	}
	if mode&0o004 != 0 {
		return []Finding{fine(f.code+"_kept", "%s holds no secret (mode %04o)", f.path, mode)}
	}
	return []Finding{fine(f.code+"_kept", "%s is kept from others (mode %04o)", f.path, mode)}
}

// secretFiles are the files that the configuration takes secrets from, sorted.
func secretFiles(in Installation) []string {
	c := in.Config
	files := []string{c.Portal.TLS.KeyFile, c.Admin.TLS.KeyFile, c.Directory.DSNFile}
	for _, t := range c.Admin.Tokens {
		files = append(files, t.TokenFile)
	}
	for _, k := range c.Keys {
		files = append(files, k.KeyFile)
	}
	for _, d := range c.Dossiers {
		files = append(files, d.DSNFile, d.PasswordFile)
	}
	files = slices.DeleteFunc(files, func(path string) bool { return path == "" })
	slices.Sort(files)
	return slices.Compact(files)
}

// The free space below which somebody should act, and below which it is late.
const (
	littleSpace = 1 << 30
	noSpace     = 100 << 20
)

// checkSpace finds disks that are nearly full: without its audit nothing is
// answered.
func checkSpace(in Installation) []Finding {
	var all []Finding
	folders := []string{filepath.Dir(in.Config.Directory.Path), in.Config.Audit.Path}
	for i, name := range []string{"directory", "audit"} {
		if name == "directory" && in.Config.Directory.Driver == config.Postgres {
			continue // its server's disk
		}
		free, err := in.FreeSpace(existing(folders[i]))
		mib := free >> 20
		switch {
		case err != nil:
			all = append(all, unknown("disk.unknown", "how much space is free for the "+name, err)...)
		case free < noSpace:
			all = append(all, found(Error, "disk.full", "Make room now: without its audit nothing is answered.", "%d MiB are free for the %s", mib, name))
		case free < littleSpace:
			all = append(all, found(Warning, "disk.low", "Make room before it is full.", "%d MiB are free for the %s", mib, name))
		default:
			all = append(all, fine("disk.free", "%d MiB are free for the %s", mib, name))
		}
	}
	return all
}

// existing is the folder, or the nearest above it that exists.
func existing(folder string) string {
	for {
		if _, err := os.Stat(folder); err == nil || folder == filepath.Dir(folder) {
			return folder
		}
		folder = filepath.Dir(folder)
	}
}
