package view

import (
	"slices"
	"strings"

	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/profiles"
)

// What the ERP's own foreign keys carry on when a row is deleted or changed is looked
// at by nobody when it happens: here it is seen to that it is what the profile allows,
// and that it lets no row through.

// carriedInto names the tables into which the ERP's foreign keys carry an
// operation on rows of t, and in which the profile lets nobody do it, or not to
// each row that it would reach there. An UPDATE of t changes no column of its key.
func (b *binder) carriedInto(operation string, rule profiles.Table, t *Table, key []*catalog.Column) []string {
	if operation == profiles.Insert {
		return nil
	}
	var into []string
	seen := map[carriedStep]bool{}
	var follow func(parent *catalog.Table, operation string)
	follow = func(parent *catalog.Table, operation string) {
		for _, out := range parent.Outside {
			if carriedOut(out, operation) == "" {
				continue
			}
			names := []string{out.Table}
			for _, t := range b.comesBack() {
				names = append(names, t.Name)
			}
			for _, name := range names {
				if !slices.ContainsFunc(rule.Cascades, func(n string) bool { return strings.EqualFold(n, name) }) && !slices.Contains(into, name) {
					into = append(into, name)
				}
			}
		}
		for _, child := range b.v.Catalog.Tables {
			for _, fk := range child.ForeignKeys {
				does := carriedOn(fk, operation)
				fixed := operation == profiles.Update && parent == t.Catalog && !slices.ContainsFunc(fk.RefColumns, func(name string) bool { return !named(key, name) })
				if does == "" || fixed || b.v.Catalog.Table(fk.RefSchema, fk.RefTable) != parent || seen[carriedStep{child, does}] {
					continue
				}
				seen[carriedStep{child, does}] = true
				if !b.writable(child, does, parent, fk) && !slices.ContainsFunc(rule.Cascades, func(n string) bool { return strings.EqualFold(n, child.Name) }) && !slices.Contains(into, child.Name) {
					into = append(into, child.Name)
				}
				follow(child, does)
			}
		}
	}
	follow(t.Catalog, operation)
	slices.Sort(into)
	return into
}

// carriedStep is an operation that foreign keys carry on to a table.
type carriedStep struct {
	table     *catalog.Table
	operation string
}

// carriedOn gives what a foreign key does to the rows that point when an operation is
// done to the row that they point at; "" for nothing.
func carriedOn(fk catalog.ForeignKey, operation string) string {
	switch {
	case operation == profiles.Delete && fk.OnDelete == "CASCADE":
		return profiles.Delete
	case operation == profiles.Delete && fk.OnDelete != "", operation == profiles.Update && fk.OnUpdate != "":
		return profiles.Update
	}
	return ""
}

// carriedOut is carriedOn of a key of a table outside of the catalog.
func carriedOut(key catalog.OutsideKey, operation string) string {
	return carriedOn(catalog.ForeignKey{OnDelete: key.OnDelete, OnUpdate: key.OnUpdate}, operation)
}

// comesBack gives the tables to which something may be carried on by tables outside of
// the catalog.
func (b *binder) comesBack() []*catalog.Table {
	var out []*catalog.Table
	for _, t := range b.v.Catalog.Tables {
		if slices.ContainsFunc(t.ForeignKeys, func(fk catalog.ForeignKey) bool {
			return (fk.OnDelete != "" || fk.OnUpdate != "") && b.v.Catalog.Table(fk.RefSchema, fk.RefTable) == nil
		}) {
			out = append(out, t)
		}
	}
	return out
}

// writable tells whether the profile lets customers do an operation on every row
// of a table that a foreign key ties to a row of parent which they may write.
func (b *binder) writable(t *catalog.Table, operation string, parent *catalog.Table, fk catalog.ForeignKey) bool {
	for _, v := range b.v.Tables {
		if v.Catalog == t {
			for _, rule := range b.v.Profile.Tables {
				if b.v.Catalog.Table(rule.Schema, rule.Name) == t {
					return rule.Allows(operation) && b.allFollow(rule, t, parent, fk)
				}
			}
		}
	}
	return false
}

// allFollow tells whether rows of a table are a customer's wherever the row of
// parent is that a foreign key has them point at: nothing else decides.
func (b *binder) allFollow(rule profiles.Table, t, parent *catalog.Table, fk catalog.ForeignKey) bool {
	if rule.Rows.SQL != "" || len(rule.Modules) > 0 {
		return false
	}
	if rule.Follows == nil {
		return rule.Public
	}
	header := b.v.Profile.Tables[rule.Follows.Table]
	if b.v.Catalog.Table(header.Schema, header.Name) != parent {
		return false
	}
	for _, pair := range rule.Follows.On {
		own, other := t.Column(pair[0]), parent.Column(pair[1])
		if own == nil || other == nil {
			return false
		}
		i := slices.Index(fk.Columns, own.Name)
		if i < 0 || fk.RefColumns[i] != other.Name {
			return false
		}
	}
	return true
}

// carried leaves out what the ERP's own foreign keys carry on to where a row condition
// hangs on it: a delete of rows that it asks not to be there, a change of a column
// that it mentions, of rows of others or of its own: what a customer writes himself is
// looked at before and after, what a key carries on is not. That it is said in cascades does not help: that says that rows go.
func (k *keeper) carried(on hung) {
	var seen map[carriedStep]bool
	var reaches func(parent *catalog.Table, operation string) string
	reaches = func(parent *catalog.Table, operation string) string {
		for _, out := range parent.Outside { // of tables that are not known, or of which not all is
			if carriedOut(out, operation) == "" {
				continue
			}
			back := k.comesBack()
			if child := k.v.Catalog.Table(profiles.SplitTableName(out.Table)); child != nil {
				back = append(back, child)
			}
			if i := slices.IndexFunc(back, on.any); i >= 0 {
				return back[i].Name
			}
		}
		for _, child := range k.v.Catalog.Tables {
			for _, fk := range child.ForeignKeys {
				does := carriedOn(fk, operation)
				fixed := operation == profiles.Update && parent == k.table.Catalog && !slices.ContainsFunc(fk.RefColumns, k.moves)
				if does == "" || fixed || k.v.Catalog.Table(fk.RefSchema, fk.RefTable) != parent {
					continue
				}
				if does == profiles.Delete && on.missing[child] || does == profiles.Update && on.movedBy(child, fk, parent, operation) {
					return child.Name
				}
				if seen[carriedStep{child, does}] {
					continue
				}
				seen[carriedStep{child, does}] = true
				if into := reaches(child, does); into != "" {
					return into
				}
			}
		}
		return ""
	}
	for _, operation := range []string{profiles.Delete, profiles.Update} {
		seen = map[carriedStep]bool{}
		if into := reaches(k.table.Catalog, operation); into != "" {
			k.without("the ERP's foreign keys carry it on to "+into+", on whose rows hangs what a customer sees", operation)
		}
	}
}

// hung is on what row conditions, and those of files, hang: columns of tables, by which
// rows of others are let through or by which their own are, and tables that they ask
// for what is not there.
type hung struct {
	columns map[*catalog.Table]map[string]bool
	own     map[*catalog.Table][]ownColumn
	missing map[*catalog.Table]bool
}

func hanging(all []*rules) hung {
	on := hung{map[*catalog.Table]map[string]bool{}, map[*catalog.Table][]ownColumn{}, map[*catalog.Table]bool{}}
	for _, of := range all {
		for _, view := range of.views { // nobody knows what it asks of what it reads
			for _, t := range of.readBy(view) {
				on.missing[t] = true
				for _, c := range t.Columns {
					on.own[t] = append(on.own[t], ownColumn{col: c})
				}
			}
		}
		for name, asked := range of.rows {
			on.by(asked, of.policies[name].Table)
		}
		for _, f := range of.files {
			if f.asked == nil {
				continue
			}
			on.by(f.asked, f.table)
			for _, part := range f.source.Parts() {
				if c := f.table.Column(part.Column); c != nil {
					on.own[f.table] = append(on.own[f.table], ownColumn{col: c})
				}
			}
			for _, pair := range f.source.On {
				if f.resource == nil {
					continue
				}
				for i, t := range []*catalog.Table{f.resource, f.table} {
					if c := t.Column(pair[i]); c != nil {
						on.own[t] = append(on.own[t], ownColumn{col: c, falls: true})
					}
				}
			}
		}
	}
	return on
}

// by notes what one condition about rows of t asks.
func (on hung) by(a *asked, t *catalog.Table) {
	on.own[t] = append(on.own[t], a.own...)
	for _, u := range a.uses {
		t := u.table()
		if on.columns[t] == nil {
			on.columns[t] = map[string]bool{}
		}
		for _, p := range u.equal {
			on.columns[t][p.mine.Col.Name] = true
		}
		for _, c := range u.mentions {
			on.columns[t][c.Name] = true
		}
		on.missing[t] = on.missing[t] || !u.plain
	}
}

// any tells whether anything hangs on a table.
func (on hung) any(t *catalog.Table) bool {
	return on.missing[t] || len(on.columns[t]) > 0 || len(on.own[t]) > 0
}

// movedBy tells whether what a foreign key of t does to the rows that point, when an
// operation is done to a row that they point at, can let anything through.
func (on hung) movedBy(t *catalog.Table, fk catalog.ForeignKey, parent *catalog.Table, operation string) bool {
	action := fk.OnDelete
	if operation == profiles.Update {
		action = fk.OnUpdate
	}
	for i, name := range fk.Columns {
		if on.columns[t][name] {
			return true
		}
		for _, own := range on.own[t] {
			if own.col.Name != name || action == "SET NULL" && own.falls {
				continue
			}
			// It goes on to equal the row that it equalled.
			goesAlong := action == "CASCADE" && len(fk.Columns) == 1 && own.equals != nil &&
				tableOf(own.equals.Source) == parent && own.equals.Col.Name == fk.RefColumns[i]
			if !goesAlong {
				return true
			}
		}
	}
	return false
}
