package trial

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/access"
	"github.com/vantelle/vantelle/profiles"
)

// reach tells whether a candidate would change what customers may write, or which
// pushed files they are given, in dossiers that the administrator does not look
// after. Profiles for another kind of ERP count there as well, where their tables
// are of the same names: two dossiers may be of one database (profiles.Book.Beside).
// It names neither dossiers nor profiles, which are not his.
func (t *Trial) reach(ctx context.Context, by access.Administrator, c access.Candidate) ([]profiles.Finding, error) {
	if len(by.Dossiers) == 0 || !c.Book.Writes() {
		return nil, nil // nobody writes anything, so nothing can be kept from it
	}
	f := profiles.Finding{Severity: profiles.Error, Code: "reaches_others", Remedy: "take out the tables that only other kinds of ERP have, or ask an administrator of every dossier"}
	for _, d := range t.Dossiers {
		if by.LooksAfter(d.Name) {
			continue
		}
		cat, err := t.Catalogs.Catalog(ctx, d.Name)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case err != nil:
			f.Message = "whether customers of dossiers that you do not look after could write less cannot be found out now"
			return []profiles.Finding{f}, nil
		}
		for _, name := range c.Book.Names() {
			p, _ := c.Book.Get(name)
			if p.ERP != d.ERP || name == c.Profile.Name {
				continue
			}
			with := c.Book.Beside(p)
			without := slices.DeleteFunc(slices.Clone(with), func(other *profiles.Profile) bool { return other.Name == c.Profile.Name })
			will := written(view.Bind(p, cat, with...))
			if will == written(view.Bind(p, cat, without...)) {
				continue
			}
			if c.Before != nil && will == written(view.Bind(p, cat, c.Book.Put(c.Before).Beside(p)...)) {
				continue // as it is now
			}
			f.Message = "customers of dossiers that you do not look after could write less, or would be given fewer files: their profiles have tables of the same names"
			return []profiles.Finding{f}, nil
		}
	}
	return nil, nil
}

// written spells what of a view other profiles have a say in.
func written(v *view.View) string {
	var b strings.Builder
	for _, t := range v.Tables {
		fmt.Fprintf(&b, "%s.%s", t.Catalog.Schema, t.Catalog.Name)
		for _, c := range t.Visible.Columns {
			fmt.Fprintf(&b, " %s:%t", c.Name, t.Rule(c).ReadOnly)
		}
		if w := t.Writes; w != nil {
			fmt.Fprintf(&b, " %t %t %t %d", w.Insert, w.Update, w.Delete, len(w.Leftovers))
			for _, c := range slices.Concat(w.Kept, w.Null) {
				fmt.Fprintf(&b, " %s", c.Name)
			}
		}
		b.WriteByte('\n')
	}
	for _, r := range v.Resources {
		fmt.Fprintf(&b, "%s:%t\n", r.Name, r.SameForAll)
	}
	for _, p := range v.Problems {
		fmt.Fprintf(&b, "%s.%s: %s\n", p.Table, p.Column, p.Msg)
	}
	return b.String()
}
