package main

import (
	"context"
	"strings"

	"github.com/vantelle/vantelle/internal/config"
	"github.com/vantelle/vantelle/internal/filestore"
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
func (d *daemon) resourceNamed(ctx context.Context, dossier, name string) (resource string, sameForAll bool, err error) {
	book, err := d.book.Current(ctx)
	if err != nil {
		return "", false, err
	}
	for _, profile := range book.Names() {
		p, _ := book.Get(profile)
		if p.ERP != d.cfg.Dossiers[dossier].ERP {
			continue
		}
		for _, r := range p.Resources {
			for _, n := range r.Names() {
				if strings.EqualFold(n, name) {
					v, err := d.worlds.View(ctx, dossier, profile)
					if err != nil {
						return "", false, err
					}
					bound := v.Resource(r.Name.EN)
					return r.Name.EN, bound != nil && bound.SameForAll, nil
				}
			}
		}
	}
	return "", false, nil
}
