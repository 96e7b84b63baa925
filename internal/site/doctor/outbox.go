package doctor

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"github.com/vantelle/vantelle/internal/config"
)

// checkOutbox finds folders into which requests of customers cannot be brought,
// others that everybody may read, and forms that nobody can take.
func checkOutbox(in Installation) []Finding {
	var all []Finding
	add := func(dossier string, f Finding) {
		f.Dossier = dossier
		all = append(all, f)
	}
	for _, name := range slices.Sorted(maps.Keys(in.Config.Dossiers)) {
		d := in.Config.Dossiers[name]
		if d.Outbox.Path == "" {
			if d.Outbox.URL == "" && offersForms(in, d.DefaultProfile) && !taken(in, name) {
				add(name, found(Note, "outbox.nobody", "Give an integrator a key (integrators), or name a folder or an address (dossiers."+name+".outbox); or take them with vantelle outbox.",
					"the profile %s lets customers send requests, and no program takes them here", d.DefaultProfile))
			}
			continue
		}
		info, err := os.Stat(d.Outbox.Path)
		if err == nil && !info.IsDir() {
			err = errors.New("it is no folder")
		}
		if err == nil {
			err = writable(d.Outbox.Path)
		}
		switch {
		case err != nil:
			add(name, found(Error, "outbox.folder_unwritable", "Make the folder, and give the account that runs Vantelle the right to write into it; requests wait meanwhile.",
				"requests cannot be brought into %s: %v", d.Outbox.Path, err))
		case in.Modes && info.Mode().Perm()&0o005 != 0:
			add(name, found(Warning, "outbox.folder_readable", "chmod 770 "+d.Outbox.Path,
				"everybody on this machine may read what customers order, in %s (mode %04o)", d.Outbox.Path, info.Mode().Perm()))
		default:
			add(name, fine("outbox.folder_writable", "requests are brought into %s", d.Outbox.Path))
		}
	}
	return all
}

// writable tries what a delivery does: a file that is written, and moved.
func writable(folder string) error {
	f, err := os.CreateTemp(folder, ".vantelle-*.part")
	if err != nil {
		return err
	}
	path := f.Name()
	_, err = f.WriteString("vantelle doctor")
	if err = errors.Join(err, f.Close()); err == nil {
		moved := filepath.Join(folder, ".vantelle-doctor")
		if err = os.Rename(path, moved); err == nil {
			path = moved
		}
	}
	return errors.Join(err, os.Remove(path))
}

func offersForms(in Installation, profile string) bool {
	if in.Book == nil {
		return false
	}
	p, known := in.Book.Get(profile)
	return known && len(p.Requests) > 0
}

// taken tells whether some integrator's key opens a dossier.
func taken(in Installation, dossier string) bool {
	return slices.ContainsFunc(in.Config.Integrators, func(k config.Integrator) bool {
		return slices.Contains(k.Dossiers, dossier)
	})
}
