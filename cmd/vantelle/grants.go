package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/site/grants"
)

type grantsCmd struct {
	configFlag
	Login   string   `help:"The login that the statements make." default:"vantelle" placeholder:"NAME"`
	Profile []string `help:"What the login must be able to do is what this profile needs; may be given again. The dossier's default profile otherwise." placeholder:"NAME"`
	Dossier string   `arg:"" help:"The dossier whose database the login is for."`
}

// Run prints the statements, for whoever administers the ERP's server. It reads
// the ERP's catalog as the dossier's login sees it, and changes nothing.
func (c *grantsCmd) Run(w *world) error {
	ctx, cancel := w.context()
	defer cancel()
	return c.withRooms(ctx, w, c.Dossier, func(r *rooms) error {
		d := r.cfg.Dossiers[c.Dossier]
		names := c.Profile
		if len(names) == 0 {
			names = []string{d.DefaultProfile}
		}
		db := r.erps[c.Dossier]
		cat, err := db.Catalog(ctx)
		if err != nil {
			return err
		}
		book, err := r.book.Current(ctx)
		if err != nil {
			return err
		}
		var views []*view.View
		for _, name := range names {
			p, ok := book.Get(name)
			if !ok || p.ERP != d.ERP {
				return fmt.Errorf("there is no profile %s for %s: name one of those that vantelle profile list shows", name, d.ERP)
			}
			views = append(views, view.Bind(p, cat))
		}
		base, err := db.Database(ctx)
		if err != nil {
			return err
		}
		if base == "" {
			return fmt.Errorf("dossier %s is a file: it has no logins; see to it that the service's account may read it", c.Dossier)
		}
		fmt.Fprint(w.stdout, grants.Script(cat.Engine, base, c.Login, grants.Needs(cat, d.ERP, views...)))
		return sayWhatWasLeftOut(w, views)
	})
}

// sayWhatWasLeftOut names the rules of the profiles that this database cannot
// satisfy: perhaps the login that looked cannot see a table.
func sayWhatWasLeftOut(w *world, views []*view.View) error {
	lacking := map[string]bool{}
	for _, v := range views {
		for _, p := range v.Problems {
			lacking[p.Table] = true
		}
	}
	if len(lacking) == 0 {
		return nil
	}
	_, err := fmt.Fprintf(w.stderr, "Not all of the profile can be had from here, perhaps because the dossier's present login cannot see it: %s. vantelle check says more.\n",
		strings.Join(slices.Sorted(maps.Keys(lacking)), ", "))
	return err
}
