package trial

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/access"
	"github.com/vantelle/vantelle/internal/directory"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/profiles"
)

// Question asks why a customer sees something or does not.
type Question struct {
	Dossier  string
	Customer string // code, or id: and an id
	Account  string // the account whose membership counts too; empty for none
	Table    string
	Column   string         // empty: the rows alone
	Row      map[string]any // values by column that pin one row; empty: no row in particular
}

// Why is the answer, rule by rule.
type Why struct {
	Sees    bool     `json:"sees"`    // all of what was asked for
	Profile string   `json:"profile"` // name and version
	Rules   []Reason `json:"rules"`   // in the order in which they are looked at
}

// Reason is one rule, and whether it lets what was asked for through.
type Reason struct {
	Rule   string `json:"rule"` // where it stands: "access", "profile", "tables.T.rows", …
	Text   string `json:"text"`
	Lets   bool   `json:"lets"`
	Reason string `json:"reason"`
}

// Why says which rule lets a customer see a table, a column or a row, or hides
// it. Each rule is tried by itself on the ERP; of the row it tells whether it
// exists and nothing else.
func (t *Trial) Why(ctx context.Context, by access.Administrator, q Question) (Why, error) {
	who, err := t.customer(ctx, by, q.Dossier, q.Customer)
	if err != nil {
		return Why{}, err
	}
	book, err := t.Book(ctx)
	if err != nil {
		return Why{}, err
	}
	w := &why{t: t, by: by, q: q, who: who, book: book}
	p, err := w.profile(ctx)
	if err != nil || p == nil {
		return w.answer(), err
	}
	cat, err := t.Catalogs.Catalog(ctx, q.Dossier)
	if err != nil {
		return Why{}, err
	}
	v := view.Bind(p, cat, book.Beside(p)...)
	p = v.Profile // with the names that the tables have here
	table, rule := w.table(cat, p)
	if table == nil {
		return w.answer(), nil
	}
	w.column(v, table, rule)
	if len(q.Row) > 0 {
		if err := w.row(ctx, p, table, rule); err != nil {
			return Why{}, err
		}
	}
	return w.answer(), nil
}

type why struct {
	t    *Trial
	by   access.Administrator
	q    Question
	who  directory.Customer
	book *profiles.Book
	out  Why
}

func (w *why) answer() Why {
	w.out.Sees = !slices.ContainsFunc(w.out.Rules, func(r Reason) bool { return !r.Lets })
	return w.out
}

func (w *why) say(lets bool, rule, text, format string, args ...any) {
	w.out.Rules = append(w.out.Rules, Reason{Rule: rule, Text: text, Lets: lets, Reason: fmt.Sprintf(format, args...)})
}

// profile says whether the customer may enter, and with what; nil where there
// is nothing to look at further.
func (w *why) profile(ctx context.Context) (*profiles.Profile, error) {
	a, err := w.t.Directory.Access(ctx, w.q.Dossier, w.who.ID)
	switch {
	case errors.Is(err, directory.ErrNotFound):
		w.say(false, "access", "", "the customer has no access to this dossier")
		return nil, nil
	case err != nil:
		return nil, err
	}
	w.say(a.State == directory.AccessGranted, "access", "", "the access is %s", a.State)
	d, _ := w.t.dossier(w.q.Dossier)
	name, from := a.Profile, "the access names it"
	if name == "" {
		name, from = w.t.defaultName(w.book, d, a.Licence), "it is the default profile here"
		if a.Licence != "" {
			from += " for licence type " + a.Licence
		}
	}
	lowered := []profiles.Levels{access.LevelsOf(a.Levels)}
	if w.q.Account != "" {
		m, err := w.t.Directory.Membership(ctx, w.q.Account, w.q.Dossier, w.who.ID)
		switch {
		case errors.Is(err, directory.ErrNotFound):
			w.say(false, "membership", "", "the account has no membership for this customer")
			return nil, nil
		case err != nil:
			return nil, err
		}
		lowered = append(lowered, access.LevelsOf(m.Levels))
		if m.Profile != "" {
			name, from = m.Profile, "the membership names it"
		}
	}
	p, known := w.book.Get(name)
	if !known {
		w.say(false, "profile", name, "there is no such profile")
		return nil, nil
	}
	w.out.Profile = title(p)
	if p.ERP != d.ERP {
		w.say(false, "profile", title(p), "%s, and it is for %s: a profile for another kind of ERP opens nothing", from, p.ERP)
		return nil, nil
	}
	w.say(true, "profile", title(p), "%s", from)
	for _, module := range slices.Sorted(maps.Keys(p.Modules)) {
		if was, is := p.Modules[module].Level, p.Lowered(lowered...).Modules[module].Level; was != is {
			w.say(true, "levels."+module, string(is), "the access or the membership lowers it from %s", was)
		}
	}
	return p.Lowered(lowered...), nil
}

// table finds the table in the catalog and in the profile.
func (w *why) table(cat *catalog.Catalog, p *profiles.Profile) (*catalog.Table, profiles.Table) {
	for _, key := range slices.Sorted(maps.Keys(p.Tables)) {
		rule := p.Tables[key]
		if !strings.EqualFold(key, w.q.Table) && !strings.EqualFold(rule.Name, w.q.Table) {
			continue
		}
		table := cat.Table(rule.Schema, rule.Name)
		if table == nil {
			w.say(false, "tables."+key, "", "the profile lists the table, and this dossier has none of the name")
			return nil, rule
		}
		w.say(true, "tables."+key, "", "the profile lists the table")
		return table, rule
	}
	w.say(false, "tables", w.q.Table, "the profile does not list the table: what is not listed is hidden")
	return nil, profiles.Table{}
}

func (w *why) column(v *view.View, table *catalog.Table, rule profiles.Table) {
	shown := v.Table(table.Schema, table.Name)
	if shown == nil {
		for _, p := range v.Problems {
			if p.Fatal && strings.EqualFold(v.Profile.Tables[p.Table].Name, table.Name) {
				w.say(false, "tables."+p.Table, "", "the table is not available in this dossier: %s", p.Msg)
			}
		}
	}
	if w.q.Column == "" {
		return
	}
	place := "tables." + rule.Name + ".columns." + w.q.Column
	var c *profiles.Column
	for name, listed := range rule.Columns {
		if strings.EqualFold(name, w.q.Column) {
			c = &listed
		}
	}
	switch {
	case table.Column(w.q.Column) == nil:
		w.say(false, place, "", "the dossier's table has no such column")
	case c != nil && c.Hidden:
		w.say(false, place, "hidden: true", "the profile hides the column")
	case c == nil && !rule.OtherColumns:
		w.say(false, place, "", "the profile does not list the column: what is not listed is hidden")
	case c == nil:
		w.say(true, place, "other_columns: shown", "columns that are not listed are shown")
	default:
		w.say(true, place, "", "the profile lists the column")
	}
}

// row tries every rule by itself on the one row.
func (w *why) row(ctx context.Context, p *profiles.Profile, table *catalog.Table, rule profiles.Table) error {
	exists, err := w.holds(ctx, p, table, "row", profiles.Table{})
	if err != nil {
		return err
	}
	place := "tables." + rule.Name
	if !exists {
		w.say(false, place, "", "the ERP has no such row")
		return nil
	}
	try := func(at, text string, only profiles.Table) error {
		lets, err := w.holds(ctx, p, table, at, only)
		if err != nil {
			w.say(false, at, text, "the rule cannot be tried: %s", reason(err))
			if unavailable(err) {
				return err
			}
			return nil
		}
		word := "holds for the row"
		if !lets {
			word = "does not hold for the row"
		}
		w.say(lets, at, text, "%s", word)
		return nil
	}
	if rule.OwnRows.SQL != "" {
		if err := try(place+".rows", rule.OwnRows.SQL, profiles.Table{Rows: rule.OwnRows}); err != nil {
			return err
		}
	}
	if rule.Seek.SQL != "" {
		if err := try(place+".seek", rule.Seek.SQL, profiles.Table{Rows: rule.Seek}); err != nil {
			return err
		}
	}
	for _, f := range rule.Filters {
		if f.Where.SQL != "" {
			if err := try(place+".filters."+f.Name, f.Where.SQL, profiles.Table{Rows: f.Where}); err != nil {
				return err
			}
		}
	}
	if rule.Follows != nil {
		if err := try(place+".follows", "its row of "+rule.Follows.String()+" is visible", profiles.Table{Follows: rule.Follows}); err != nil {
			return err
		}
	}
	return w.modules(ctx, p, table, rule)
}

// modules tries each module on the row: one that may be read must claim it.
func (w *why) modules(ctx context.Context, p *profiles.Profile, table *catalog.Table, rule profiles.Table) error {
	if len(rule.Modules) == 0 {
		return nil
	}
	var claims, opens []string
	for _, name := range slices.Sorted(maps.Keys(rule.Modules)) {
		claimed, err := w.holds(ctx, p, table, "module "+name, profiles.Table{Rows: rule.Modules[name]})
		if err != nil {
			return err
		}
		if !claimed {
			continue
		}
		level := cmp.Or(p.Modules[name].Level, profiles.LevelNone)
		claims = append(claims, name+" (level "+string(level)+")")
		if level.AllowsReading() {
			opens = append(opens, name)
		}
	}
	place := "tables." + rule.Name + ".modules"
	switch {
	case len(claims) == 0:
		w.say(false, place, "", "the row belongs to no module of the table")
	case len(opens) == 0:
		w.say(false, place, strings.Join(claims, ", "), "no module that the row belongs to may be read")
	default:
		w.say(true, place, strings.Join(claims, ", "), "the row belongs to a module that may be read")
	}
	return nil
}

// holds tells whether the row is there under one rule alone. A table by which
// others follow must keep its own rules for that, so a table that follows itself
// by another name is not taken apart here.
func (w *why) holds(ctx context.Context, p *profiles.Profile, table *catalog.Table, how string, only profiles.Table) (bool, error) {
	names := slices.Sorted(maps.Keys(w.q.Row))
	columns := map[string]profiles.Column{}
	var where []string
	var params []any
	for _, name := range names {
		c := table.Column(name)
		if c == nil {
			return false, fmt.Errorf("row: table %s has no column %s", table.Name, name)
		}
		columns[c.Name] = profiles.Column{}
		if w.q.Row[name] == nil {
			where = append(where, quoted(c.Name)+" IS NULL")
			continue
		}
		where = append(where, quoted(c.Name)+" = ?")
		params = append(params, parameter(w.q.Row[name]))
	}
	alone := altered(p, table, "why "+how+" "+strings.Join(names, ","), func(rule *profiles.Table) {
		rule.Rows, rule.OwnRows, rule.Seek, rule.Modules, rule.Follows = only.Rows, only.Rows, profiles.Condition{}, nil, only.Follows
		rule.Public = only.Follows == nil
		rule.Columns, rule.OtherColumns, rule.RequireFilter = columns, false, nil
	})
	a := w.t.as(w.by, w.who, alone, w.book, "why")
	n, _, err := a.count(ctx, selectOf(table, []string{table.Column(names[0]).Name})+" WHERE "+strings.Join(where, " AND "), params, 1)
	return n > 0, err
}

// parameter is a value of a row as the gate takes it.
func parameter(v any) any {
	if f, isFloat := v.(float64); isFloat {
		return json.Number(fmt.Sprint(f))
	}
	return v
}
