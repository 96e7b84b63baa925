package main

import (
	"context"
	"fmt"

	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/access"
	"github.com/vantelle/vantelle/internal/site/doctor"
	"github.com/vantelle/vantelle/profiles"
)

// openProfiles puts the profiles in force: those of the directory, into which
// the shipped ones are brought first, or those of files.
func (r *rooms) openProfiles(ctx context.Context) error {
	shipped, err := profiles.Shipped()
	if err != nil {
		return err
	}
	r.rules = &access.Profiles{Store: r.store, Shipped: shipped, ReadOnly: r.cfg.Profiles.InFiles(), Now: r.now}
	for _, name := range sortedNames(r.cfg.Dossiers) {
		d := r.cfg.Dossiers[name]
		r.rules.Dossiers = append(r.rules.Dossiers, access.ProfileDossier{Name: name, ERP: d.ERP, DefaultProfile: d.DefaultProfile})
	}
	var source profiles.Source = profiles.Files(loadProfiles(r.cfg.Profiles.Dir))
	if !r.rules.ReadOnly {
		if err := r.rules.Install(ctx); err != nil {
			return err
		}
		source = access.DirectorySource{Store: r.store, Broken: func(profile string, version int, err error) {
			r.log.Error().Err(err).Str("profile", profile).Int("version", version).Msg("this program cannot read the profile's version in force: its customers see nothing")
		}}
	}
	if r.book, err = profiles.NewHolder(ctx, source); err != nil {
		return fmt.Errorf("load the profiles: %w", err)
	}
	r.rules.Book = r.book.Current
	return nil
}

// indexes warns of the filters of a view that no index of the dossier serves.
func (r *rooms) indexes(ctx context.Context, dossier string, v *view.View) []profiles.Finding {
	var all []profiles.Finding
	for _, f := range doctor.Indexes(ctx, r.erps[dossier], r.cfg.Dossiers[dossier], v) {
		if f.Severity == doctor.Warning || f.Severity == doctor.Error {
			all = append(all, profiles.Finding{Severity: profiles.Warning, Code: "no_index", Dossier: dossier, Message: f.What, Remedy: f.Remedy})
		}
	}
	return all
}
