package view

import (
	"maps"
	"slices"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/profiles"
)

// What a customer writes into his own row may decide about rows of others: the
// row condition of another table may compare it, a file may be found by it, a
// foreign key may point by it at what he does not see. Such columns he may read
// only, however the profile has them.

// keep takes from the tables that customers write what they would choose by what
// they see. It looks at what the profile says of every module and every table,
// whatever the levels of this view, and at all the profiles beside it: a colleague's
// levels may be higher, and his profile another.
func (b *binder) keep(tables map[string]*Table) {
	written := slices.ContainsFunc(slices.Collect(maps.Values(tables)), func(t *Table) bool { return t.Writes != nil })
	if !written { // as in every standard profile
		return
	}
	all := []*rules{b.allRules(b.v.Profile)}
	for _, p := range b.beside {
		all = append(all, b.allRules(p))
	}
	hang := hanging(all)
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		t := tables[name]
		if t.Writes == nil {
			continue
		}
		k := &keeper{binder: b, name: name, table: t}
		k.levels()
		k.references()
		for _, c := range t.Catalog.Columns {
			if c.Decides {
				k.keep(c.Name, "the synchronisation makes of it who a customer is, or an attribute of his")
			}
		}
		if t.Catalog.Kin {
			k.without("rows of it are another table's, too, as of partitions and of tables that inherit", profiles.Insert, profiles.Update, profiles.Delete)
		}
		for _, of := range all {
			for _, other := range slices.Sorted(maps.Keys(of.rows)) {
				uses := of.rows[other].uses
				for _, u := range uses {
					k.used("the rows of "+other+" that a customer sees", of.policies[other].Where, u, uses)
				}
			}
			for _, unbound := range of.unbound(t.Catalog) {
				k.without("the rows of "+unbound+" of profile "+of.v.Profile.Name+" may hang on it, and its condition cannot be bound here", profiles.Insert, profiles.Update, profiles.Delete)
			}
			for _, view := range of.views {
				reads := of.readBy(view)
				if reads == nil || slices.Contains(reads, t.Catalog) {
					k.without("the view "+view.Name+" may show rows by it; say in reads which tables the view reads", profiles.Insert, profiles.Update, profiles.Delete)
				}
			}
			for _, f := range of.files {
				k.files(of, f)
			}
		}
		k.carried(hang)
	}
}

// keeper keeps the columns of one table.
type keeper struct {
	*binder
	name  string
	table *Table
}

// keep lets customers read a column only. Where the ERP computes it, what it is
// computed from is not known here: then they write nothing into the table.
func (k *keeper) keep(name, why string) {
	c := k.table.Catalog.Column(name)
	if c == nil || k.table.Writes.Pin(c.Name) != nil {
		return
	}
	if c.Type.Kind != sqltype.Other { // which no condition reads
		k.table.Writes.Kept = with(k.table.Writes.Kept, c)
	}
	if c.Computed || c.Moves {
		if k.table.Writes.Insert || k.table.Writes.Update {
			k.problem(false, k.name, c.Name, "writes: %s, and the ERP gives the column its value itself; insert and update are left out", why)
		}
		k.table.Writes.Insert, k.table.Writes.Update = false, false
		return
	}
	for visible, rule := range k.table.rules {
		if visible.Name == c.Name && !rule.ReadOnly {
			rule.ReadOnly, rule.Mandatory = true, false
			k.table.rules[visible] = rule
			k.problem(false, k.name, c.Name, "writes: %s; customers can only read the column", why)
		}
	}
}

// levels keeps the columns that belong to a module below the level full, as its
// rows would be.
func (k *keeper) levels() {
	for visible, rule := range k.table.rules {
		if rule.Module != "" && !k.v.Profile.Modules[rule.Module].Level.AllowsWriting() {
			rule.ReadOnly = true
			k.table.rules[visible] = rule
		}
	}
}

// references keeps the columns of foreign keys that no customer can set whole: a
// default would fill in the rest, and nobody has looked whether he sees the row.
func (k *keeper) references() {
	for _, fk := range k.table.Catalog.ForeignKeys {
		whole := true
		for _, name := range fk.Columns {
			c := k.table.Catalog.Column(name)
			if c != nil && c.Computed {
				k.keep(c.Name, "a foreign key to "+fk.RefTable+" has it")
			}
			whole = whole && c != nil && (k.table.Writes.Pin(c.Name) != nil || k.table.Visible.Column(c.Name) != nil)
		}
		for _, name := range fk.Columns {
			if !whole {
				k.keep(name, "a foreign key to "+fk.RefTable+" has other columns, too, which customers cannot set")
			}
		}
	}
}

// moves tells whether an UPDATE of the table may change a column: all but its key.
func (k *keeper) moves(name string) bool {
	return !named(k.table.Writes.Key, name)
}

// leftNull tells whether a column that customers cannot give is NULL in a new row, which
// is looked up when there is one.
func (k *keeper) leftNull(c *catalog.Column) bool {
	null := c.Nullable && !c.Default && !c.Computed && k.table.Writes.Pin(c.Name) == nil
	if null {
		k.table.Writes.Null = with(k.table.Writes.Null, c)
	}
	return null
}

// with is a list with a column that it may have already.
func with(list []*catalog.Column, c *catalog.Column) []*catalog.Column {
	if slices.Contains(list, c) {
		return list
	}
	return append(list, c)
}

// without leaves operations out of what customers may do with the table.
func (k *keeper) without(why string, operations ...string) {
	for _, operation := range operations {
		allowed := map[string]*bool{profiles.Insert: &k.table.Writes.Insert, profiles.Update: &k.table.Writes.Update, profiles.Delete: &k.table.Writes.Delete}[operation]
		if *allowed {
			*allowed = false
			k.problem(false, k.name, "", "writes: %s; %s is left out", why, operation)
		}
	}
}

// used keeps the table from being written in any way by which a reading of it in
// another row condition could let through a row that it does not now. What hangs on
// it says the problem.
func (k *keeper) used(what string, where querytree.Expr, u *use, beside []*use) {
	if u.table() != k.table.Catalog {
		return
	}
	tied := map[string]bool{}
	if u.plain {
		for other, pairs := range u.equalTo() {
			from := tableOf(other)
			if from == nil {
				continue
			}
			for _, name := range k.tells(from, pairs, more(where, other, beside)) {
				tied[name] = true
			}
		}
	}
	apart := len(tied) > 0 // a new row is tied to what he sees, or to nothing
	for _, p := range u.equal {
		if !tied[p.mine.Col.Name] {
			k.keep(p.mine.Col.Name, what+" hang on it")
			apart = apart || k.leftNull(p.mine.Col) // and equals nothing
		}
	}
	for _, c := range u.mentions { // whatever it is compared with
		k.keep(c.Name, what+" hang on it")
	}
	if !apart {
		k.without(what+" hang on which rows there are, and nothing ties a new one to what he sees", profiles.Insert)
	}
	if !u.plain {
		k.without(what+" hang on which rows there are not", profiles.Delete)
	}
}

// tells gives the columns of a key of the written table to which columns of another
// are equal that cannot mean a row which is only now put in: the ERP lets no row
// there point at nothing, or it is looked up when a row is put in whether any does.
// Pairs are of columns there and here. More says that the rows there have to be of
// some kind besides: without a foreign key what is found may be of another, and
// belong to nothing here; that it is there must not be told.
func (k *keeper) tells(from *catalog.Table, pairs [][2]string, more bool) []string {
	if fk := pointsAt(from, k.table.Catalog, pairs); fk != nil && fk.Checked {
		return fk.RefColumns
	} else if fk == nil && more {
		return nil
	}
	var names []string
	out := Leftover{In: from, Key: k.table.Writes.Key}
	for _, c := range out.Key {
		i := slices.IndexFunc(pairs, func(p [2]string) bool { return p[1] == c.Name })
		if i < 0 || from.Column(pairs[i][0]) == nil {
			return nil
		}
		names, out.Columns = append(names, c.Name), append(out.Columns, from.Column(pairs[i][0]))
	}
	if !slices.ContainsFunc(k.table.Writes.Leftovers, func(l Leftover) bool { return l.In == out.In && slices.Equal(l.Columns, out.Columns) }) {
		k.table.Writes.Leftovers = append(k.table.Writes.Leftovers, out)
	}
	return names
}

// more tells whether a condition demands anything of a row of a source but that it is
// tied to rows of others.
func more(where querytree.Expr, source querytree.Source, uses []*use) bool {
	n := 0
	querytree.WalkExpr(where, querytree.Visitor{Expr: func(x querytree.Expr) {
		if ref, ok := x.(*querytree.ColumnRef); ok && ref.Source == source {
			n++
		}
	}})
	for _, u := range uses {
		for _, p := range u.equal {
			twice := slices.ContainsFunc(uses, func(o *use) bool { return o.of == p.other.Source }) // each of the two has the pair
			if p.other.Source == source || u.of == source && !twice {
				n--
			}
		}
	}
	return n > 0
}

// pointsAt finds a foreign key of from that points at one row of to, all of it among
// pairs, of columns there and here, and that compares as a condition does.
func pointsAt(from, to *catalog.Table, pairs [][2]string) *catalog.ForeignKey {
	for i, fk := range from.ForeignKeys {
		if fk.RefTable != to.Name || fk.RefSchema != to.Schema || !to.KeyAmong(fk.RefColumns) {
			continue
		}
		whole := len(fk.Columns) == len(fk.RefColumns)
		for i := range fk.Columns {
			whole = whole && slices.Contains(pairs, [2]string{fk.Columns[i], fk.RefColumns[i]}) && alike(from.Column(fk.Columns[i]), to.Column(fk.RefColumns[i]))
		}
		if whole {
			return &from.ForeignKeys[i]
		}
	}
	return nil
}

// alike tells whether two columns are compared by one collation, whichever stands first.
func alike(a, b *catalog.Column) bool {
	return a != nil && b != nil && a.Collation == b.Collation && a.Type.Folding == b.Type.Folding && a.Type.CodePage == b.Type.CodePage
}

// files keeps the columns by which files are found: one who writes a path reads
// the file that is there.
func (k *keeper) files(of *rules, f *fileRule) {
	mine := k.table.Catalog
	if f.table == mine {
		for _, part := range f.source.Parts() {
			if part.Column != "" {
				k.keep(part.Column, f.what+" are found by it")
			}
		}
	}
	k.filesWhere(of, f)
	if f.source.Table == "" || f.resource != mine || k.filtered(of.v.Profile, f.table) {
		return
	}
	var pairs [][2]string
	for _, pair := range f.source.On {
		own := mine.Column(pair[0])
		if f.table != nil && own != nil && f.table.Column(pair[1]) != nil {
			pairs = append(pairs, [2]string{f.table.Column(pair[1]).Name, own.Name})
		}
	}
	if f.table == nil || len(k.tells(f.table, pairs, false)) > 0 {
		return
	}
	apart := false
	for _, pair := range f.source.On {
		k.keep(pair[0], f.what+" are found by it")
		c := mine.Column(pair[0])
		apart = apart || c != nil && k.leftNull(c)
	}
	if !apart {
		k.without(f.what+" are found by its columns, and there may be some for a new row", profiles.Insert)
	}
}

// filesWhere keeps what the condition of a source of files reads.
func (k *keeper) filesWhere(of *rules, f *fileRule) {
	if f.table == nil || f.source.Where.SQL == "" {
		return
	}
	if f.asked == nil {
		if f.table == k.table.Catalog || of.mayRead(f.source.Where.SQL, k.table.Catalog) {
			k.without(f.what+" may hang on it, and their condition cannot be bound here", profiles.Insert, profiles.Update, profiles.Delete)
		}
		return
	}
	if f.table == k.table.Catalog {
		for _, own := range f.asked.own {
			k.keep(own.col.Name, f.what+" hang on it")
		}
	}
	for _, u := range f.asked.uses {
		k.used(f.what, f.where, u, f.asked.uses)
	}
}

// filtered tells whether a profile says whose the rows of a table are.
func (k *keeper) filtered(p *profiles.Profile, t *catalog.Table) bool {
	for _, rule := range p.Tables {
		if t != nil && k.v.Catalog.Table(rule.Schema, rule.Name) == t {
			return !rule.Public
		}
	}
	return false
}
