package adminapi

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/identity"
	"github.com/vantelle/vantelle/profiles"
)

// Profiles is what the API shows of the profiles in force.
type Profiles interface {
	// Profiles gives those in force, in any order.
	Profiles() []*profiles.Profile
	// View binds one to a dossier's catalog. It fails where the dossier's
	// ERP does not answer; the error is for the log.
	View(ctx context.Context, dossier, profile string) (*view.View, error)
}

type profileItem struct {
	Name    string        `json:"name"`
	Title   title         `json:"title"`
	ERP     string        `json:"erp"`
	Licence string        `json:"licence,omitempty"`
	Note    string        `json:"note,omitempty"`
	Version int           `json:"version"`
	Digest  string        `json:"digest"`
	Tables  int           `json:"table_count"`
	Modules []moduleLevel `json:"modules"`

	Extends string          `json:"extends,omitempty"`
	Kept    *directoryState `json:"kept,omitempty"` // as the directory keeps it; missing where profiles come from files
}

// directoryState is what the directory knows of a profile besides its text.
type directoryState struct {
	Standard  bool      `json:"standard"` // one of this name ships with Vantelle
	Modified  bool      `json:"modified"` // and the one in force is another
	ChangedBy string    `json:"changed_by"`
	ChangedAt time.Time `json:"changed_at"`
}

type title struct {
	FR string `json:"fr,omitempty"`
	EN string `json:"en,omitempty"`
}

type moduleLevel struct {
	Name  string `json:"name"`
	Title title  `json:"title"`
	Level string `json:"level"`
}

type profileDetail struct {
	profileItem
	TableRules []tableRules      `json:"tables"`
	Dossiers   []profileBindings `json:"dossiers"` // of the profile's kind of ERP
}

type tableRules struct {
	Name          string            `json:"name"`
	Title         title             `json:"title"`
	Rows          string            `json:"rows,omitempty"`
	Public        bool              `json:"public,omitempty"`
	Follows       string            `json:"follows,omitempty"`
	Modules       map[string]string `json:"modules,omitempty"`
	Columns       []columnRule      `json:"columns"`
	OtherColumns  bool              `json:"other_columns"` // unlisted columns are shown
	RequireFilter []string          `json:"require_filter,omitempty"`
	Filters       []filterRule      `json:"filters,omitempty"`
}

type filterRule struct {
	Name      string `json:"name"`
	Title     title  `json:"title"`
	Where     string `json:"where,omitempty"`
	Column    string `json:"column,omitempty"`
	Hidden    bool   `json:"hidden,omitempty"`
	ReadOnly  bool   `json:"read_only,omitempty"`
	Mandatory bool   `json:"mandatory,omitempty"`
}

type columnRule struct {
	Name      string `json:"name"`
	Hidden    bool   `json:"hidden,omitempty"`
	ReadOnly  bool   `json:"read_only,omitempty"`
	Mandatory bool   `json:"mandatory,omitempty"`
}

// profileBindings says what of a profile one dossier's catalog cannot satisfy.
type profileBindings struct {
	Dossier     string           `json:"dossier"`
	Unavailable bool             `json:"unavailable,omitempty"` // the ERP does not answer: nothing is known
	Tables      []string         `json:"tables"`                // those that can be asked for there
	Problems    []bindingProblem `json:"problems"`
}

type bindingProblem struct {
	Table   string `json:"table"`
	Column  string `json:"column,omitempty"`
	Fatal   bool   `json:"fatal"` // the whole table is unavailable
	Message string `json:"message"`
}

func (a *api) listProfiles(w http.ResponseWriter, r *http.Request, _ identity.Admin) error {
	if err := readQuery(r).err; err != nil {
		return err
	}
	list := struct {
		Profiles []profileItem `json:"profiles"`
	}{Profiles: []profileItem{}}
	for _, p := range a.sortedProfiles() {
		item := itemOf(p)
		if err := a.addKept(r.Context(), &item); err != nil {
			return err
		}
		list.Profiles = append(list.Profiles, item)
	}
	return reply(w, r, http.StatusOK, list)
}

func (a *api) showProfile(w http.ResponseWriter, r *http.Request, who identity.Admin) error {
	if err := readQuery(r).err; err != nil {
		return err
	}
	for _, p := range a.sortedProfiles() {
		if p.Name == r.PathValue("profile") {
			detail := profileDetail{profileItem: itemOf(p), TableRules: rulesOf(p), Dossiers: a.bindingsOf(r.Context(), p, who)}
			if err := a.addKept(r.Context(), &detail.profileItem); err != nil {
				return err
			}
			if detail.Kept != nil {
				w.Header().Set("ETag", etag(int64(p.Version)))
			}
			return reply(w, r, http.StatusOK, detail)
		}
	}
	return notFound("no such profile")
}

// addKept tells what the directory knows of a profile.
func (a *api) addKept(ctx context.Context, item *profileItem) error {
	if a.Rules.ReadOnly {
		return nil
	}
	stored, err := a.Rules.Store.Profile(ctx, item.Name)
	switch {
	case errors.Is(err, directory.ErrNotFound):
		return nil
	case err != nil:
		return err
	}
	item.Kept = &directoryState{Standard: stored.Standard, ChangedBy: stored.ChangedBy, ChangedAt: stored.ChangedAt}
	for _, f := range a.Rules.Shipped {
		item.Kept.Modified = item.Kept.Modified || f.Profile.Name == item.Name && f.Profile.Digest != item.Digest
	}
	return nil
}

func (a *api) sortedProfiles() []*profiles.Profile {
	return slices.SortedFunc(slices.Values(a.Profiles.Profiles()), func(x, y *profiles.Profile) int {
		return cmp.Compare(x.Name, y.Name)
	})
}

func itemOf(p *profiles.Profile) profileItem {
	item := profileItem{Name: p.Name, Title: title(p.Title), ERP: p.ERP, Licence: p.Licence, Note: p.Note, Extends: p.Extends,
		Version: p.Version, Digest: p.Digest, Tables: len(p.Tables), Modules: []moduleLevel{}}
	for _, name := range sortedKeys(p.Modules) {
		m := p.Modules[name]
		level := m.Level
		if level == "" {
			level = profiles.LevelNone
		}
		item.Modules = append(item.Modules, moduleLevel{Name: name, Title: title(m.Title), Level: string(level)})
	}
	return item
}

func rulesOf(p *profiles.Profile) []tableRules {
	rules := []tableRules{}
	for _, name := range sortedKeys(p.Tables) {
		t := p.Tables[name]
		rule := tableRules{Name: name, Title: title(t.Title), Rows: t.Rows.SQL, Public: t.Public,
			Columns: []columnRule{}, OtherColumns: t.OtherColumns, RequireFilter: t.RequireFilter}
		if len(t.Filters) > 0 {
			rule.Rows = t.OwnRows.SQL // the filters stand beside it
		}
		if t.Follows != nil {
			rule.Follows = t.Follows.Table
		}
		for module, condition := range t.Modules {
			if rule.Modules == nil {
				rule.Modules = map[string]string{}
			}
			rule.Modules[module] = condition.SQL
		}
		for _, f := range t.Filters {
			rule.Filters = append(rule.Filters, filterRule{Name: f.Name, Title: title(f.Title), Where: f.Where.SQL, Column: f.Column,
				Hidden: f.Hidden, ReadOnly: f.ReadOnly, Mandatory: f.Mandatory})
		}
		for _, column := range t.ColumnOrder {
			c := t.Columns[column]
			rule.Columns = append(rule.Columns, columnRule{Name: column, Hidden: c.Hidden, ReadOnly: c.ReadOnly, Mandatory: c.Mandatory})
		}
		rules = append(rules, rule)
	}
	return rules
}

func (a *api) bindingsOf(ctx context.Context, p *profiles.Profile, who identity.Admin) []profileBindings {
	all := []profileBindings{}
	for _, d := range a.Dossiers {
		if d.ERP != p.ERP || !who.MayEnter(d.Name) {
			continue
		}
		b := profileBindings{Dossier: d.Name, Tables: []string{}, Problems: []bindingProblem{}}
		v, err := a.Profiles.View(ctx, d.Name, p.Name)
		if err != nil {
			a.Log.Warn().Err(err).Str("dossier", d.Name).Str("profile", p.Name).Msg("profile cannot be bound")
			b.Unavailable = true
			all = append(all, b)
			continue
		}
		for _, t := range v.Tables {
			b.Tables = append(b.Tables, t.Catalog.Name)
		}
		for _, problem := range v.Problems {
			b.Problems = append(b.Problems, bindingProblem{Table: problem.Table, Column: problem.Column, Fatal: problem.Fatal, Message: problem.Msg})
		}
		all = append(all, b)
	}
	return all
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
