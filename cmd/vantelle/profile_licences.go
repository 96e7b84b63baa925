package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/internal/directory"
)

// otherLicences stands, at the command line, for the accesses without a licence
// type, and for those whose licence type has no default of its own.
const otherLicences = "*"

type profileLicencesCmd struct{ configFlag }

// Run lists the licence types, the cheapest first.
func (c *profileLicencesCmd) Run(w *world) error {
	return c.withRules(w, func(ctx context.Context, r *rooms) error {
		all, err := r.rules.Licences(ctx, w.me())
		if err != nil {
			return err
		}
		for _, l := range all {
			w.sayLicence(l)
		}
		return nil
	})
}

func (w *world) sayLicence(l directory.Licence) {
	var levels []string
	for _, module := range slices.Sorted(maps.Keys(l.Ceiling)) {
		levels = append(levels, module+"="+l.Ceiling[module])
	}
	fmt.Fprintf(w.stdout, "%s, price class %d: %s\n", printable(l.Name), l.PriceClass, printable(strings.Join(levels, " ")))
}

type profileLicenceCmd struct {
	configFlag
	Licence    string            `arg:"" help:"The licence type."`
	Ceiling    map[string]string `arg:"" optional:"" help:"MODULE=LEVEL, the most that its profiles may allow; the module * is every one that is not named. Those not given stay."`
	PriceClass int               `help:"What it costs, 1 being the cheapest." placeholder:"N"`
	TitleFR    string            `name:"title-fr" help:"What people call it, in French." placeholder:"TEXT"`
	TitleEN    string            `name:"title-en" help:"What people call it, in English." placeholder:"TEXT"`
	Delete     bool              `help:"Delete it: no profile, access or default may name it."`
}

// Run makes, changes or deletes a licence type.
func (c *profileLicenceCmd) Run(w *world) error {
	return c.withRules(w, func(ctx context.Context, r *rooms) error {
		all, err := r.rules.Licences(ctx, w.me())
		if err != nil {
			return err
		}
		l := directory.Licence{Name: c.Licence, PriceClass: 1}
		at := slices.IndexFunc(all, func(l directory.Licence) bool { return l.Name == c.Licence })
		if at >= 0 {
			l = all[at]
		}
		if c.Delete {
			if at < 0 {
				return fmt.Errorf("there is no licence type %q", c.Licence)
			}
			if len(c.Ceiling) > 0 || c.PriceClass != 0 || c.TitleFR != "" || c.TitleEN != "" {
				return errors.New("--delete takes nothing but the licence type's name")
			}
			if err := r.rules.DeleteLicence(ctx, w.me(), l.Name, l.Version); err != nil {
				return err
			}
			fmt.Fprintf(w.stdout, "Licence type %s is deleted.\n", printable(l.Name))
			return nil
		}
		if at < 0 && len(c.Ceiling) == 0 {
			return fmt.Errorf("there is no licence type %q yet: say what it offers, as in '*=read'", c.Licence)
		}
		l.Ceiling = maps.Clone(l.Ceiling)
		if l.Ceiling == nil {
			l.Ceiling = map[string]string{}
		}
		maps.Copy(l.Ceiling, c.Ceiling)
		l.TitleFR, l.TitleEN = cmp.Or(c.TitleFR, l.TitleFR), cmp.Or(c.TitleEN, l.TitleEN)
		l.PriceClass = cmp.Or(c.PriceClass, l.PriceClass)
		stored, err := r.rules.PutLicence(ctx, w.me(), l)
		if err != nil {
			return err
		}
		w.sayLicence(stored)
		return nil
	})
}

type profileDefaultsCmd struct {
	configFlag
	Dossier string            `arg:"" help:"The dossier."`
	Default map[string]string `arg:"" optional:"" help:"LICENCE=PROFILE, for accesses that name no profile; * is every licence type that is not named. An empty profile takes one away; those not given stay."`
}

// Run shows or changes the default profiles of a dossier.
func (c *profileDefaultsCmd) Run(w *world) error {
	return c.withRules(w, func(ctx context.Context, r *rooms) error {
		d, there := r.cfg.Dossiers[c.Dossier]
		if !there {
			return fmt.Errorf("there is no dossier %q: there are %s", c.Dossier, strings.Join(sortedNames(r.cfg.Dossiers), ", "))
		}
		stored, err := r.rules.Defaults(ctx, w.me(), c.Dossier)
		if err != nil {
			return err
		}
		if len(c.Default) > 0 {
			if stored, err = r.rules.PutDefaults(ctx, w.me(), changedDefaults(stored, c.Default)); err != nil {
				return err
			}
		}
		for _, e := range stored.Entries {
			licence := e.Licence
			if licence == "" {
				licence = otherLicences
			}
			fmt.Fprintf(w.stdout, "%s: %s\n", printable(licence), printable(e.Profile))
		}
		fmt.Fprintf(w.stdout, "where nothing is named above: %s, as the configuration says\n", printable(d.DefaultProfile))
		return nil
	})
}

// changedDefaults is the list with what is given in its place.
func changedDefaults(stored directory.Defaults, given map[string]string) directory.Defaults {
	byLicence := map[string]string{}
	for _, e := range stored.Entries {
		byLicence[e.Licence] = e.Profile
	}
	for licence, profile := range given {
		if licence == otherLicences {
			licence = ""
		}
		byLicence[licence] = profile
	}
	out := directory.Defaults{Dossier: stored.Dossier, Version: stored.Version}
	for _, licence := range slices.Sorted(maps.Keys(byLicence)) {
		if profile := byLicence[licence]; profile != "" {
			out.Entries = append(out.Entries, directory.DefaultProfile{Dossier: stored.Dossier, Licence: licence, Profile: profile})
		}
	}
	return out
}
