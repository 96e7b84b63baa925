package doctor

import (
	"maps"
	"slices"

	"github.com/vantelle/vantelle/internal/filestore"
)

// checkRoots finds folders of files that this account cannot read, and names of
// roots that the profiles in force use and the configuration does not give.
func checkRoots(in Installation) []Finding {
	var all []Finding
	for _, name := range slices.Sorted(maps.Keys(in.Config.Dossiers)) {
		d := in.Config.Dossiers[name]
		given := map[string]bool{}
		for _, r := range d.Files {
			given[r.Root] = true
			f := fine("files.root_readable", "files of %s can be read below %s", r.Root, r.Path)
			if err := (filestore.Root{Name: r.Root, Path: r.Path}).Check(); err != nil {
				f = found(Error, "files.root_unreadable", "Give the account that runs Vantelle the right to read the folder, and see that a share is connected for that account: drive letters of a person are not.",
					"files of %s cannot be read below %s: %v", r.Root, r.Path, err)
			}
			f.Dossier = name
			all = append(all, f)
		}
		for _, root := range rootsOf(in, d.DefaultProfile) {
			if !given[root] {
				f := found(Note, "files.root_absent", "Where the dossier has such files, name their folder under dossiers."+name+".files.",
					"the profile %s has files below %s, and the dossier names no such folder: those files are not there for customers", d.DefaultProfile, root)
				f.Dossier = name
				all = append(all, f)
			}
		}
	}
	return all
}

// rootsOf gives the names of roots that a profile uses, sorted.
func rootsOf(in Installation, profile string) []string {
	if in.Book == nil {
		return nil
	}
	p, known := in.Book.Get(profile)
	if !known {
		return nil
	}
	var roots []string
	for _, r := range p.Resources {
		for _, f := range r.Files {
			if f.Root != "" {
				roots = append(roots, f.Root)
			}
		}
	}
	slices.Sort(roots)
	return slices.Compact(roots)
}
