// Package filestore opens the files that belong to an ERP's rows: below the
// roots that the configuration names, or pushed by an integrator into a folder
// of Vantelle's own.
//
// It must never open anything outside a root, symbolic links included, never
// anything but a regular file, and never let a name that an operating system
// gives another meaning (a device, a stream, a drive) through. It does not know
// who asks: only what the gate has found may be opened.
//
// Read next: path.go (what a path of an ERP means here), roots.go, pushed.go.
package filestore

import (
	"errors"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ErrNotFound says that there is no such file; why is nobody's business.
var ErrNotFound = errors.New("there is no such file")

// maxPath is the longest path that is looked at, in bytes.
const maxPath = 1024

// local gives a path below a root, with this machine's separators, of one as an
// ERP has it: with either slash, relative, or absolute with one of the
// prefixes that the root stands for. ok is false for all that is not a plain
// name below the root.
func local(path string, prefixes []string) (name string, ok bool) {
	path = strings.TrimSpace(path)
	if path == "" || len(path) > maxPath || !utf8.ValidString(path) {
		return "", false
	}
	path = strings.ReplaceAll(path, `\`, "/")
	if absolute(path) {
		if path, ok = below(path, prefixes); !ok {
			return "", false
		}
	}
	var parts []string
	for part := range strings.SplitSeq(path, "/") {
		if part == "" || part == "." {
			continue // F_DOC//x and ./x are x
		}
		if !plain(part) {
			return "", false
		}
		parts = append(parts, part)
	}
	name = filepath.Join(parts...)
	return name, len(parts) > 0 && filepath.IsLocal(name)
}

// absolute tells whether a path with forward slashes says where it begins: at
// a root, a share, a device or a drive.
func absolute(path string) bool {
	return strings.HasPrefix(path, "/") || len(path) >= 2 && path[1] == ':'
}

// below takes one of the prefixes off a path, without regard to case, as
// Windows compares paths; a prefix ends where a name ends.
func below(path string, prefixes []string) (string, bool) {
	for _, prefix := range prefixes {
		prefix = strings.TrimRight(strings.ReplaceAll(prefix, `\`, "/"), "/")
		if prefix == "" || len(path) <= len(prefix) || path[len(prefix)] != '/' || !strings.EqualFold(path[:len(prefix)], prefix) {
			continue
		}
		return path[len(prefix)+1:], true
	}
	return "", false
}

// plain tells whether a name is that of a file or folder on every system, and
// of nothing else: no step up, no stream of NTFS, no drive, no device.
func plain(name string) bool {
	if name == "" || name == "." || name == ".." || len(name) > 255 {
		return false
	}
	if strings.HasSuffix(name, ".") || strings.HasSuffix(name, " ") {
		return false // Windows takes them off, and opens another file
	}
	for _, r := range name {
		if unicode.IsControl(r) || strings.ContainsRune(`<>:"|?*\/`, r) {
			return false
		}
	}
	return !reserved(name)
}

// reserved tells whether Windows takes a name for a device, whatever stands
// behind a dot.
func reserved(name string) bool {
	stem, _, _ := strings.Cut(name, ".")
	stem = strings.ToUpper(strings.TrimRight(stem, " "))
	switch stem {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$":
		return true
	}
	for _, port := range []string{"COM", "LPT"} {
		if n, ok := strings.CutPrefix(stem, port); ok && strings.ContainsAny(n, "0123456789¹²³") && utf8.RuneCountInString(n) == 1 {
			return true
		}
	}
	return false
}
