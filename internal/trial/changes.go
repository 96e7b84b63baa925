package trial

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/vantelle/vantelle/filter/view"
	"github.com/vantelle/vantelle/internal/access"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/profiles"
)

// Changes says what a customer gains and loses from one profile to another.
type Changes struct {
	Customer string        `json:"customer"` // code
	From     string        `json:"from"`     // name and version
	To       string        `json:"to"`
	Tables   []TableChange `json:"tables"` // those in which something differs, by name
	Same     int           `json:"same"`   // tables in which nothing does
}

// TableChange is what changes in one table. Rows are counted on the ERP.
type TableChange struct {
	Table         string   `json:"table"`
	Before        int      `json:"rows_before"`
	After         int      `json:"rows_after"`
	Gained        int      `json:"rows_gained"`
	Lost          int      `json:"rows_lost"`
	Capped        bool     `json:"capped,omitempty"`    // there are more rows than were looked at: the numbers are lower bounds
	Estimated     bool     `json:"estimated,omitempty"` // no key tells rows apart: gained and lost are the difference of the counts
	ColumnsGained []string `json:"columns_gained"`
	ColumnsLost   []string `json:"columns_lost"`
	Unknown       string   `json:"unknown,omitempty"` // why the rows could not be counted
}

func (c TableChange) nothing() bool {
	return c.Gained == 0 && c.Lost == 0 && len(c.ColumnsGained) == 0 && len(c.ColumnsLost) == 0 && c.Unknown == ""
}

// WhatChanges compares what a real customer sees under two profiles for the
// dossier's kind of ERP, as the ERP is now. One for another kind is an
// *access.FieldError. progress is told of each table; nil for nobody.
func (t *Trial) WhatChanges(ctx context.Context, by access.Administrator, dossier, customer string, from, to *profiles.Profile, progress func(done, total int)) (Changes, error) {
	who, err := t.customer(ctx, by, dossier, customer)
	if err != nil {
		return Changes{}, err
	}
	for _, p := range []*profiles.Profile{from, to} {
		if d, _ := t.dossier(dossier); p.ERP != d.ERP {
			return Changes{}, &access.FieldError{Field: "profile", Problem: fmt.Sprintf("%s is for %s, and this dossier is a %s", p.Name, p.ERP, d.ERP)}
		}
	}
	cat, err := t.Catalogs.Catalog(ctx, dossier)
	if err != nil {
		return Changes{}, err
	}
	book, err := t.Book(ctx)
	if err != nil {
		return Changes{}, err
	}
	a, b := view.Bind(from, cat), view.Bind(to, cat)
	tables := map[string]*catalog.Table{}
	for _, v := range []*view.View{a, b} {
		for _, table := range v.Tables {
			tables[table.Catalog.Schema+"."+table.Catalog.Name] = table.Catalog
		}
	}
	out := Changes{Customer: who.Code, From: title(from), To: title(to), Tables: []TableChange{}}
	for i, key := range slices.Sorted(maps.Keys(tables)) {
		table := tables[key]
		c := TableChange{Table: table.Name, ColumnsGained: []string{}, ColumnsLost: []string{}}
		x, y := a.Table(table.Schema, table.Name), b.Table(table.Schema, table.Name)
		c.ColumnsLost, c.ColumnsGained = columnsApart(x, y), columnsApart(y, x)
		before := t.as(by, who, keysOnly(a.Profile, table), book, "what_changes")
		after := t.as(by, who, keysOnly(b.Profile, table), book, "what_changes")
		if err := countRows(ctx, &c, table, before, after, x != nil, y != nil); err != nil {
			if unavailable(err) || ctx.Err() != nil {
				return Changes{}, err
			}
			c.Unknown = reason(err)
		}
		if c.nothing() {
			out.Same++
		} else {
			out.Tables = append(out.Tables, c)
		}
		if progress != nil {
			progress(i+1, len(tables))
		}
	}
	return out, nil
}

func title(p *profiles.Profile) string { return fmt.Sprintf("%s v%d", p.Name, p.Version) }

// columnsApart gives the columns that one view of a table shows and the other does not.
func columnsApart(x, y *view.Table) []string {
	only := []string{}
	if x == nil {
		return only
	}
	for _, c := range x.Visible.Columns {
		if y == nil || y.Visible.Column(c.Name) == nil {
			only = append(only, c.Name)
		}
	}
	return only
}

// keyOf gives the columns that tell a table's rows apart; none where nothing does.
func keyOf(t *catalog.Table) []string {
	if len(t.PrimaryKey) > 0 {
		return t.PrimaryKey
	}
	for _, u := range t.Unique {
		if !slices.ContainsFunc(u, func(name string) bool { c := t.Column(name); return c == nil || c.Nullable }) {
			return u
		}
	}
	return nil
}

// keysOnly is the profile with its rows of one table as they are, and of its
// columns the key alone: what counts rows needs no more. Where there is no key
// it is the first column.
func keysOnly(p *profiles.Profile, t *catalog.Table) *profiles.Profile {
	columns := map[string]profiles.Column{}
	for _, name := range countColumns(t) {
		columns[name] = profiles.Column{}
	}
	return altered(p, t, "keys", func(rule *profiles.Table) {
		rule.Columns, rule.OtherColumns, rule.RequireFilter = columns, false, nil
	})
}

func countColumns(t *catalog.Table) []string {
	if key := keyOf(t); key != nil {
		return key
	}
	return []string{t.Columns[0].Name}
}

// altered is a profile with its rule of one table changed, under a digest of
// its own. Resources are left out: nothing here asks for them.
func altered(p *profiles.Profile, t *catalog.Table, how string, change func(*profiles.Table)) *profiles.Profile {
	other := *p
	other.Tables, other.Resources = maps.Clone(p.Tables), nil
	for key, rule := range p.Tables {
		if strings.EqualFold(rule.Name, t.Name) && (rule.Schema == "" || strings.EqualFold(rule.Schema, t.Schema)) {
			change(&rule)
			other.Tables[key] = rule
		}
	}
	sum := sha256.Sum256([]byte(p.Digest + "\x00" + how + "\x00" + t.Schema + "\x00" + t.Name))
	other.Digest = hex.EncodeToString(sum[:])
	return &other
}

// countRows counts a table's rows under both profiles, and those in one only.
func countRows(ctx context.Context, c *TableChange, t *catalog.Table, before, after asker, shownBefore, shownAfter bool) error {
	x, err := rowsOf(ctx, t, before, shownBefore)
	if err != nil {
		return err
	}
	y, err := rowsOf(ctx, t, after, shownAfter)
	if err != nil {
		return err
	}
	c.Before, c.After, c.Capped = x.n, y.n, x.capped || y.capped
	if x.keys == nil || y.keys == nil {
		c.Estimated = x.n > 0 && y.n > 0 && x.n != y.n
		c.Gained, c.Lost = max(0, y.n-x.n), max(0, x.n-y.n)
		return nil
	}
	c.Lost, c.Gained = apart(x.keys, y.keys), apart(y.keys, x.keys)
	if c.Capped { // a key that one side did not reach is no difference
		c.Lost, c.Gained = max(0, x.n-y.n), max(0, y.n-x.n)
		c.Estimated = true
	}
	return nil
}

// seen is a count of rows, and which they are where a key tells.
type seen struct {
	n      int
	capped bool
	keys   map[string]bool
}

func rowsOf(ctx context.Context, t *catalog.Table, a asker, shown bool) (seen, error) {
	s := seen{}
	if keyOf(t) != nil {
		s.keys = map[string]bool{}
	}
	if !shown {
		return s, nil
	}
	err := a.each(ctx, fmt.Sprintf("%s LIMIT %d", selectOf(t, countColumns(t)), keyCap+1), nil, func(row []any) error {
		s.n++
		if s.keys != nil {
			s.keys[keyText(row)] = true
		}
		return nil
	})
	if s.n > keyCap {
		s.n, s.capped = keyCap, true
	}
	return s, err
}

func keyText(row []any) string {
	var b strings.Builder
	for _, cell := range row {
		if at, isTime := cell.(time.Time); isTime {
			cell = at.UnixNano()
		}
		text := fmt.Sprint(cell)
		fmt.Fprintf(&b, "%d:%s", len(text), text)
	}
	return b.String()
}

func apart(x, y map[string]bool) int {
	n := 0
	for key := range x {
		if !y[key] {
			n++
		}
	}
	return n
}
