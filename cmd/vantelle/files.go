package main

import (
	"context"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/internal/config"
	"github.com/vantelle/vantelle/internal/filestore"
	"github.com/vantelle/vantelle/profiles"
)

// fileRoots gives the folders of files, by dossier.
func fileRoots(dossiers map[string]config.Dossier) map[string]filestore.Roots {
	all := map[string]filestore.Roots{}
	for name, d := range dossiers {
		for _, r := range d.Files {
			all[name] = append(all[name], filestore.Root{Name: r.Root, Path: r.Path, From: r.From})
		}
	}
	return all
}

// resourceNamed gives the English name of a resource that the profiles for a
// dossier's ERP know, by any of its names; empty for none.
func (d *daemon) resourceNamed(ctx context.Context, dossier, name string) (string, error) {
	fitting, err := d.profilesFor(ctx, dossier)
	if err != nil {
		return "", err
	}
	for _, p := range fitting {
		for _, r := range p.Resources {
			if slices.ContainsFunc(r.Names(), func(n string) bool { return strings.EqualFold(n, name) }) {
				return r.Name.EN, nil
			}
		}
	}
	return "", nil
}

// sameForAll tells whether the keys of a resource mean the same to every customer
// of a dossier, as the first profile has it that shows the resource there.
func (d *daemon) sameForAll(ctx context.Context, dossier, resource string) (bool, error) {
	fitting, err := d.profilesFor(ctx, dossier)
	if err != nil {
		return false, err
	}
	for _, p := range fitting {
		v, err := d.worlds.View(ctx, dossier, p.Name)
		if err != nil {
			return false, err
		}
		if r := v.Resource(resource); r != nil {
			return r.SameForAll, nil
		}
	}
	return false, nil
}

// profilesFor gives the profiles for a dossier's ERP that are in force.
func (d *daemon) profilesFor(ctx context.Context, dossier string) ([]*profiles.Profile, error) {
	book, err := d.book.Current(ctx)
	if err != nil {
		return nil, err
	}
	var fitting []*profiles.Profile
	for _, name := range book.Names() {
		if p, _ := book.Get(name); p.ERP == d.cfg.Dossiers[dossier].ERP {
			fitting = append(fitting, p)
		}
	}
	return fitting, nil
}
