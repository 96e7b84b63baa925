package trial

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/access"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/profiles"
)

// sampled is how many customers of a dossier are looked at to see whether a
// version empties everybody's view.
const sampled = 5

// Try implements access.Trial: it binds the candidate to the catalog of every
// dossier of its kind of ERP, compares it there with the version in force and
// with the profile that it restricts, looks at some customers, and runs the
// policy tests.
func (t *Trial) Try(ctx context.Context, by access.Administrator, c access.Candidate) ([]profiles.Finding, error) {
	if c.Before != nil && c.Before.ERP != c.Profile.ERP {
		c.Before = nil // in these dossiers it opens nothing
	}
	var all []profiles.Finding
	bound := 0
	fatal := map[string]int{} // table: in how many dossiers it is missing
	var missing []profiles.Finding
	for _, d := range t.Dossiers {
		if d.ERP != c.Profile.ERP {
			continue
		}
		cat, err := t.Catalogs.Catalog(ctx, d.Name)
		if err != nil {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			all = append(all, profiles.Finding{Severity: profiles.Error, Code: "dossier_unreachable", Dossier: d.Name,
				Message: "its ERP does not answer, so nobody knows what becomes of the profile there", Remedy: "try again when it answers"})
			continue
		}
		bound++
		v := view.Bind(c.Profile, cat, c.Book.Beside(c.Profile)...)
		found, gone := bindings(d.Name, v, c.Before, cat)
		all = append(all, found...)
		for _, f := range gone {
			fatal[f.Place]++
			missing = append(missing, f)
		}
		if t.Indexes != nil {
			all = append(all, t.Indexes(ctx, d.Name, v)...)
		}
		if c.Base != nil {
			all = append(all, wider(d.Name, view.Bind(c.Base, cat), v)...)
		}
		all = append(all, tiles(d.Name, v)...)
		empty, err := t.empties(ctx, by, d, c, v)
		if err != nil {
			return nil, err
		}
		all = append(all, empty...)
	}
	// A table that no dossier has is a mistake where the rule is new, and no
	// news where the version in force has it too.
	for _, f := range missing {
		if fatal[f.Place] == bound && isNew(c.Before, f.Place) {
			f.Severity = profiles.Error
			f.Remedy = "correct the name of the table, or take the rule out"
		}
		all = append(all, f)
	}
	reached, err := t.reach(ctx, by, c)
	if err != nil {
		return nil, err
	}
	tests, err := t.policyTests(ctx, by, c)
	return slices.Concat(all, reached, tests), err
}

func isNew(before *profiles.Profile, table string) bool {
	if before == nil {
		return false // a profile for several generations of an ERP comes as a whole
	}
	_, had := before.Tables[table]
	return !had
}

// bindings tells what of a profile a catalog cannot satisfy. The tables that
// the catalog lacks altogether come apart.
func bindings(dossier string, v *view.View, before *profiles.Profile, cat *catalog.Catalog) (found, missing []profiles.Finding) {
	had := map[string]bool{}
	if before != nil {
		for _, t := range view.Bind(before, cat).Tables {
			had[strings.ToLower(t.Catalog.Schema+"."+t.Catalog.Name)] = true
		}
	}
	for _, p := range v.Problems {
		written := v.Profile.Written(p.Table)
		f := profiles.Finding{Severity: profiles.Warning, Code: "column_missing", Dossier: dossier, Place: written, Message: p.Msg}
		if p.Column != "" {
			f.Place += ".columns." + p.Column
		}
		if !p.Fatal {
			found = append(found, f)
			continue
		}
		rule, isTable := v.Profile.Tables[p.Table]
		if !isTable { // a resource, which stands and falls with what its dossier has
			f.Code, f.Message = "resource_unavailable", "the resource is not available here: "+p.Msg
			found = append(found, f)
			continue
		}
		f.Code, f.Message = "table_unavailable", "the table is not available here: "+p.Msg
		here := cat.Table(rule.Schema, rule.Name)
		switch {
		case here == nil:
			f.Code = "table_missing"
			missing = append(missing, f)
			continue
		case had[strings.ToLower(here.Schema+"."+here.Name)]:
			f.Severity, f.Code = profiles.Error, "table_lost"
			f.Message = "customers have this table now and would lose it: " + p.Msg
			f.Remedy = "correct the condition, or take the table out"
		case before == nil || isNew(before, written):
			f.Severity, f.Code, f.Remedy = profiles.Error, "table_lost", "correct the condition, or take the table out"
		}
		found = append(found, f)
	}
	return found, missing
}

// tiles tells which tiles of the dashboard a dossier's customers would not have.
func tiles(dossier string, v *view.View) []profiles.Finding {
	var found []profiles.Finding
	unasked := filter.Unasked(v)
	for _, name := range slices.Sorted(maps.Keys(unasked)) {
		found = append(found, profiles.Finding{Severity: profiles.Warning, Code: "tile_left_out", Dossier: dossier, Place: "dashboard." + name,
			Message: "the tile is left out here: " + reason(unasked[name]), Remedy: "correct its query, or leave it where other dossiers have what it asks for"})
	}
	return found
}

// wider compares the two views that a restriction and its base are in a
// catalog: tables, columns, and the columns that requests must pin.
func wider(dossier string, base, copied *view.View) []profiles.Finding {
	var found []profiles.Finding
	say := func(place, format string, args ...any) {
		found = append(found, profiles.Finding{Severity: profiles.Error, Code: "widens", Dossier: dossier, Place: place,
			Message: "a restriction may only take away: " + fmt.Sprintf(format, args...), Remedy: "take it out of the copy"})
	}
	for _, t := range copied.Tables {
		there := base.Table(t.Catalog.Schema, t.Catalog.Name)
		if there == nil {
			say(t.Catalog.Name, "%s does not show this table here", base.Profile.Name)
			continue
		}
		for _, c := range t.Visible.Columns {
			if there.Visible.Column(c.Name) == nil {
				say(t.Catalog.Name+".columns."+c.Name, "%s does not show this column here", base.Profile.Name)
			}
		}
		for _, c := range there.RequireFilter {
			pinned := false
			for _, own := range t.RequireFilter {
				pinned = pinned || own.Name == c.Name
			}
			if !pinned {
				say(t.Catalog.Name+".require_filter", "requests need not filter on %s any more", c.Name)
			}
		}
	}
	return found
}

// empties tells whether a version would leave nobody anything in a dossier.
func (t *Trial) empties(ctx context.Context, by access.Administrator, d access.ProfileDossier, c access.Candidate, v *view.View) ([]profiles.Finding, error) {
	f := profiles.Finding{Severity: profiles.Error, Code: "empties_views", Dossier: d.Name, Remedy: "look at the levels of the modules and at the conditions"}
	open := 0
	for _, table := range v.Tables {
		if b, constant := table.Policy.Where.(*querytree.Bool); !constant || b.Value {
			open++
		}
	}
	if open == 0 {
		f.Message = "every customer's view would be empty: no table shows a row"
		return []profiles.Finding{f}, nil
	}
	if c.Before == nil {
		return nil, nil
	}
	accesses, err := t.Directory.ListAccesses(ctx, d.Name)
	if err != nil {
		return nil, err
	}
	looked, had, has := 0, 0, 0
	for _, a := range accesses {
		if a.State != directory.AccessGranted || a.Profile != c.Profile.Name && (a.Profile != "" || t.defaultName(c.Book, d, a.Licence) != c.Profile.Name) {
			continue
		}
		if looked++; looked > sampled {
			break
		}
		customer, err := t.Directory.Customer(ctx, d.Name, a.CustomerID)
		if errors.Is(err, directory.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		before, err := t.seesAnything(ctx, t.as(by, customer, c.Before, c.Book, "trial"))
		if err != nil {
			return nil, err
		}
		if !before {
			continue
		}
		had++
		after, err := t.seesAnything(ctx, t.as(by, customer, c.Profile, c.Book, "trial"))
		if err != nil {
			return nil, err
		}
		if after {
			has++
		}
	}
	if had > 0 && has == 0 {
		f.Message = fmt.Sprintf("the view of every customer would be empty: of %d looked at who see rows of their own now, none would", had)
		return []profiles.Finding{f}, nil
	}
	return nil, nil
}

func (t *Trial) defaultName(book *profiles.Book, d access.ProfileDossier, licence string) string {
	if name := book.Default(d.Name, licence); name != "" {
		return name
	}
	return d.DefaultProfile
}

// seesAnything tells whether a customer has a row that is his own: a catalogue
// that everybody sees says nothing of it.
func (t *Trial) seesAnything(ctx context.Context, a asker) (bool, error) {
	v, err := a.gate.View(ctx, a.caller)
	if err != nil {
		return false, err
	}
	for _, table := range v.Tables {
		if len(table.RequireFilter) > 0 || sharedByAll(v.Profile, table) {
			continue
		}
		n, _, err := a.count(ctx, selectOf(table.Catalog, []string{table.Visible.Columns[0].Name}), nil, 1)
		switch {
		case err != nil && (unavailable(err) || ctx.Err() != nil):
			return false, err
		case n > 0:
			return true, nil
		}
	}
	return false, nil
}

func sharedByAll(p *profiles.Profile, t *view.Table) bool {
	for _, rule := range p.Tables {
		if strings.EqualFold(rule.Name, t.Catalog.Name) {
			return rule.Public
		}
	}
	return false
}
