package main

import (
	"io/fs"
	"strings"
)

// sources is a checkout without what no test needs: the repository itself and
// what was built.
type sources struct{ fs.FS }

// ReadDir leaves out hidden folders and builds.
func (s sources) ReadDir(name string) ([]fs.DirEntry, error) {
	all, err := fs.ReadDir(s.FS, name)
	var kept []fs.DirEntry
	for _, e := range all {
		if name == "." && (strings.HasPrefix(e.Name(), ".") || e.Name() == "bin" || e.Name() == "dist") {
			continue
		}
		kept = append(kept, e)
	}
	return kept, err
}
