package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/vantelle/vantelle/filter"
	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/adminapi"
	"github.com/vantelle/vantelle/internal/config"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/profiles"
)

// views shows administrators the profiles in force and what the dossiers make
// of them. The gate's own views come from the same worlds.
type views struct {
	dossiers map[string]config.Dossier
	book     *profiles.Holder
	worlds   *filter.Worlds
}

// Profiles gives the profiles in force; see adminapi.Profiles.
func (v *views) Profiles() []*profiles.Profile {
	book, err := v.book.Current(context.Background())
	if err != nil {
		book = v.book.Book() // as last seen
	}
	var all []*profiles.Profile
	for _, name := range book.Names() {
		if p, ok := book.Get(name); ok {
			all = append(all, p)
		}
	}
	return all
}

// View binds a profile to a dossier's catalog; see adminapi.Profiles.
func (v *views) View(ctx context.Context, dossier, profile string) (*view.View, error) {
	return v.worlds.View(ctx, dossier, profile)
}

// CheckProfile says whether a profile, "" for the default one, may be given in
// a dossier; see access.Service.
func (v *views) CheckProfile(ctx context.Context, dossier, profile string) error {
	d, ok := v.dossiers[dossier]
	if !ok {
		return identity.ErrNoSuchDossier
	}
	book, err := v.book.Current(ctx)
	if err != nil {
		return err
	}
	if profile == "" {
		profile = cmp.Or(book.Default(dossier, ""), d.DefaultProfile)
	}
	p, ok := book.Get(profile)
	switch {
	case !ok:
		return fmt.Errorf("there is no profile %q; for %s there are: %s", profile, d.ERP, strings.Join(v.fitting(d.ERP), ", "))
	case p.ERP != d.ERP:
		return fmt.Errorf("profile %s is for %s, and this dossier is a %s", p.Name, p.ERP, d.ERP)
	}
	return nil
}

// fitting names the profiles for a kind of ERP.
func (v *views) fitting(erp string) []string {
	var names []string
	for _, p := range v.Profiles() {
		if p.ERP == erp {
			names = append(names, p.Name)
		}
	}
	return names
}

// explainer adds to the gate's explanation what the profile says of its tables.
type explainer struct {
	gate *filter.Gate
}

// Explain implements adminapi.Explainer.
func (e explainer) Explain(ctx context.Context, r filter.Request, engine catalog.Engine) (adminapi.Explanation, error) {
	x, err := e.gate.Explain(ctx, r, engine)
	if err != nil {
		return adminapi.Explanation{}, err
	}
	v, err := e.gate.View(ctx, r.Caller)
	if err != nil {
		return adminapi.Explanation{}, err
	}
	out := adminapi.Explanation{Profile: x.Profile, View: x.View, Engine: string(x.Engine), SQL: x.SQL,
		Tables: []adminapi.ExplainedTable{}, Params: x.Params, Columns: []adminapi.ExplainedName{}}
	if out.Params == nil {
		out.Params = []string{}
	}
	for _, c := range x.Columns {
		out.Columns = append(out.Columns, adminapi.ExplainedName{Name: c.Name, Type: c.Type.String()})
	}
	for _, name := range x.Tables {
		table := adminapi.ExplainedTable{Name: name, Rows: rowsOf(v.Profile, name), Columns: []string{}}
		if t := v.Table("", name); t != nil {
			for _, c := range t.Visible.Columns {
				table.Columns = append(table.Columns, c.Name)
			}
		}
		out.Tables = append(out.Tables, table)
	}
	return out, nil
}

// rowsOf words the row filter of a table as the profile gives it.
func rowsOf(p *profiles.Profile, name string) string {
	for key, t := range p.Tables {
		if !strings.EqualFold(t.Name, name) && !strings.EqualFold(key, name) {
			continue
		}
		var parts []string
		if t.Rows.SQL != "" {
			parts = append(parts, t.Rows.SQL)
		}
		if len(t.Modules) > 0 {
			parts = append(parts, modulesOf(p, t))
		}
		if t.Follows != nil {
			parts = append(parts, "its row of "+t.Follows.Table+" is visible")
		}
		if len(parts) == 0 {
			return "every row"
		}
		return strings.Join(parts, " AND ")
	}
	return ""
}

// modulesOf words the OR of the modules that may be read.
func modulesOf(p *profiles.Profile, t profiles.Table) string {
	var open []string
	for _, m := range sortedNames(t.Modules) {
		if !p.Modules[m].Level.AllowsReading() {
			continue
		}
		condition := t.Modules[m].SQL
		if condition == "" {
			condition = "every row"
		}
		open = append(open, m+" ("+condition+")")
	}
	if len(open) == 0 {
		return "(no module may be read: no row)"
	}
	return "(" + strings.Join(open, " OR ") + ")"
}

// sayProblems logs what the default profile of a dossier cannot have there:
// customers would miss it without a word.
func (r *rooms) sayProblems(dossier string) {
	ctx, cancel := context.WithTimeout(context.Background(), r.cfg.Dossiers[dossier].Timeouts.Connect.Std())
	defer cancel()
	v, err := r.worlds.View(ctx, dossier, r.cfg.Dossiers[dossier].DefaultProfile)
	if err != nil {
		r.log.Error().Err(err).AnErr("cause", errors.Unwrap(err)).Str("dossier", dossier).Msg("the default profile cannot be used")
		return
	}
	for _, p := range v.Problems {
		e := r.log.Info()
		if p.Fatal {
			e = r.log.Warn()
		}
		e.Str("dossier", dossier).Str("profile", v.Profile.Name).Str("table", p.Table).Str("column", p.Column).Bool("table_unavailable", p.Fatal).Msg(p.Msg)
	}
}
