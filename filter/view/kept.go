package view

import (
	"maps"
	"slices"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/profiles"
)

// What a customer writes into his own row may decide about rows of others: the
// row condition of another table may compare it, a file may be found by it, a
// foreign key may point by it at what he does not see. Such columns he may read
// only, however the profile has them.

// keep takes the columns of tables that customers write from them by which they
// would choose what they see. It looks at what the profile says of every module
// and every table, whatever the levels of this view, and at all the profiles
// beside it: a colleague's levels may be higher, and his profile another.
func (b *binder) keep(tables map[string]*Table) {
	written := slices.ContainsFunc(slices.Collect(maps.Values(tables)), func(t *Table) bool { return t.Writes != nil && (t.Writes.Insert || t.Writes.Update) })
	if !written { // as in every standard profile
		return
	}
	own := b.allRules(b.v.Profile)
	all := []*rules{own}
	for _, p := range b.beside {
		all = append(all, b.allRules(p))
	}
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		t := tables[name]
		if t.Writes == nil || !t.Writes.Insert && !t.Writes.Update {
			continue
		}
		k := &keeper{binder: b, name: name, table: t, tables: tables}
		k.levels()
		k.references()
		for _, of := range all {
			for _, other := range slices.Sorted(maps.Keys(of.ties)) {
				self := of.policies[other].Self
				for _, x := range of.ties[other] {
					k.tied(other, self, x, of.ties[other], own.ties[name], own.policies[name])
				}
			}
			k.files(of.profile)
		}
	}
}

// rules are what a profile says of every row of its tables, whatever the levels.
type rules struct {
	profile  *profiles.Profile
	policies map[string]*querytree.Policy // by the profile's name of the table
	ties     map[string][]tie
}

func (b *binder) allRules(p *profiles.Profile) *rules {
	whole := &binder{v: &View{Profile: p, Catalog: b.v.Catalog}, policies: map[string]*querytree.Policy{}, failed: map[string]bool{}, whole: true}
	out := &rules{profile: p, policies: whole.policies, ties: map[string][]tie{}}
	for _, name := range slices.Sorted(maps.Keys(p.Tables)) {
		if policy := whole.policy(name); policy != nil {
			out.ties[name] = tiesOf(policy)
		}
	}
	return out
}

// keeper keeps the columns of one table.
type keeper struct {
	*binder
	name   string
	table  *Table
	tables map[string]*Table
}

// keep lets customers read a column only. Where the ERP computes it, what it is
// computed from is not known here: then they write nothing into the table.
func (k *keeper) keep(name, why string) {
	c := k.table.Catalog.Column(name)
	if c == nil || k.table.Writes.Pin(c.Name) != nil {
		return
	}
	if c.Computed {
		if k.table.Writes.Insert || k.table.Writes.Update {
			k.problem(false, k.name, c.Name, "writes: %s, and the ERP computes the column from others; insert and update are left out", why)
		}
		k.table.Writes.Insert, k.table.Writes.Update = false, false
		return
	}
	for visible, rule := range k.table.rules {
		if visible.Name == c.Name && !rule.ReadOnly {
			rule.ReadOnly = true
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

// tied keeps the column of the table that a tie of another table's row condition
// compares, unless what is compared cannot be another customer's.
func (k *keeper) tied(other string, self *querytree.Self, x tie, all, own []tie, policy *querytree.Policy) {
	for _, x := range []tie{x, x.turned()} {
		if x.here.table() != k.table.Catalog || x.here.ref.Source == querytree.Source(self) {
			continue
		}
		from, to := x.there.table(), x.here.table()
		switch {
		case held(from, to, pairsOf(all, x.there.ref.Source, x.here.ref.Source)) && from != nil:
			// The ERP lets no row there point at nothing, and what it points at is one row.
		case k.pointing(x, pairsOf(all, x.here.ref.Source, x.there.ref.Source)):
			// It points at a row that the customer sees, or nothing is written.
		case policy != nil && policy.Self != self && k.same(x, own, policy):
			// The table's own row condition compares it so.
		case k.leftover(x, pairsOf(all, x.there.ref.Source, x.here.ref.Source)):
			// One row has the key, and a new one gets none that was another's.
		default:
			k.keep(x.here.ref.Col.Name, "the rows of "+other+" that a customer sees hang on it")
		}
	}
}

// leftover tells whether a tie compares a part of the written table's key, and the
// others the rest of it: then one row at most is meant, and whether rows are left
// of one that is gone is looked up when a row is put in.
func (k *keeper) leftover(x tie, pairs [][2]string) bool {
	from, key := x.there.table(), k.table.Writes.Key
	if from == nil || !x.equal || !slices.ContainsFunc(key, func(c *catalog.Column) bool { return c.Name == x.here.ref.Col.Name }) {
		return false
	}
	out := Leftover{In: from, Key: key}
	for _, c := range key {
		i := slices.IndexFunc(pairs, func(p [2]string) bool { return p[1] == c.Name })
		if i < 0 || from.Column(pairs[i][0]) == nil {
			return false
		}
		out.Columns = append(out.Columns, from.Column(pairs[i][0]))
	}
	if !slices.ContainsFunc(k.table.Writes.Leftovers, func(l Leftover) bool { return l.In == out.In && slices.Equal(l.Columns, out.Columns) }) {
		k.table.Writes.Leftovers = append(k.table.Writes.Leftovers, out)
	}
	return true
}

// pointing tells whether a foreign key from the written table to one that the
// view shows holds a tie: then what is written has to be visible there.
func (k *keeper) pointing(x tie, pairs [][2]string) bool {
	to := x.there.table()
	shown := slices.ContainsFunc(slices.Collect(maps.Values(k.tables)), func(t *Table) bool { return t.Catalog == to })
	return shown && held(x.here.table(), to, pairs)
}

// same tells whether each row of the table that may be there has to be tied so by
// its own row condition: the very one that a table which follows it asks, or one
// that says as much.
func (k *keeper) same(x tie, own []tie, policy *querytree.Policy) bool {
	return slices.ContainsFunc(own, func(o tie) bool {
		for _, o := range []tie{o, o.turned()} {
			if o.here.ref == x.here.ref && o.there.ref == x.there.ref {
				return true
			}
			if o.always && o.here.ref.Source == querytree.Source(policy.Self) && o.here.ref.Col == x.here.ref.Col && o.there.table() == x.there.table() && o.there.ref.Col == x.there.ref.Col {
				return true
			}
		}
		return false
	})
}

// held tells whether a foreign key of from points at one row of to, and pairs, of
// columns there and here, hold all of it.
func held(from, to *catalog.Table, pairs [][2]string) bool {
	if from == nil || to == nil || !to.KeyAmong(seconds(pairs)) {
		return false
	}
	for _, fk := range from.ForeignKeys {
		if fk.RefTable != to.Name || fk.RefSchema != to.Schema || !to.KeyAmong(fk.RefColumns) {
			continue
		}
		whole := len(fk.Columns) == len(fk.RefColumns)
		for i := range fk.Columns {
			whole = whole && slices.Contains(pairs, [2]string{fk.Columns[i], fk.RefColumns[i]})
		}
		if whole {
			return true
		}
	}
	return false
}

func seconds(pairs [][2]string) []string {
	var out []string
	for _, p := range pairs {
		out = append(out, p[1])
	}
	return out
}

// files keeps the columns by which files are found: one who writes a path reads
// the file that is there.
func (k *keeper) files(p *profiles.Profile) {
	for _, resource := range slices.Sorted(maps.Keys(p.Resources)) {
		r := p.Resources[resource]
		for _, source := range slices.Sorted(maps.Keys(r.Files)) {
			f := r.Files[source]
			of := f.Table
			if of == "" {
				of = r.Table
			}
			if k.isTable(of) {
				for _, part := range f.Parts() {
					if part.Column != "" {
						k.keep(part.Column, "files of "+resource+" are found by it")
					}
				}
			}
			if f.Table == "" || !k.isTable(r.Table) || k.filtered(p, f.Table) {
				continue
			}
			var pairs [][2]string
			schema, name := profiles.SplitTableName(f.Table)
			there := k.v.Catalog.Table(schema, name)
			for _, pair := range f.On {
				own := k.table.Catalog.Column(pair[0])
				if there == nil || own == nil || there.Column(pair[1]) == nil {
					continue
				}
				pairs = append(pairs, [2]string{there.Column(pair[1]).Name, own.Name})
			}
			if held(there, k.table.Catalog, pairs) {
				continue
			}
			for _, pair := range f.On {
				k.keep(pair[0], "files of "+resource+" are found by it")
			}
		}
	}
}

// isTable tells whether a name in the profile means the table.
func (k *keeper) isTable(name string) bool {
	schema, name := profiles.SplitTableName(name)
	return k.v.Catalog.Table(schema, name) == k.table.Catalog
}

// filtered tells whether a profile says whose the rows of a table are.
func (k *keeper) filtered(p *profiles.Profile, name string) bool {
	schema, name := profiles.SplitTableName(name)
	t := k.v.Catalog.Table(schema, name)
	for _, rule := range p.Tables {
		if t != nil && k.v.Catalog.Table(rule.Schema, rule.Name) == t {
			return !rule.Public
		}
	}
	return false
}
