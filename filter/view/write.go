package view

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/filter/sqltype"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/profiles"
)

// Writes is what customers may write of a table: which operations, and what
// holds every row that they touch inside the view (promise 9).
type Writes struct {
	Insert, Update, Delete bool

	// Key tells rows apart. Its columns are the catalog's, and may be hidden:
	// the gate names them, no request does.
	Key []*catalog.Column

	// Policy is the table's with the modules whose level is full only: the rows
	// that may be written, before and after.
	Policy *querytree.Policy

	// Pinned are the columns that Policy holds to one value. An INSERT gets the
	// value by itself, and an UPDATE may not set them.
	Pinned []Pin

	// Sides are other columns that Policy compares with the identity, as by OR: one of
	// several that say whose a row is. An UPDATE may not set them, and an INSERT gives
	// them this value or none; where Value is nil, none at all.
	Sides []Pin

	// References are the foreign keys of the table.
	References []Reference

	// Leftovers are tables whose rows a customer sees by the key of a row here,
	// while no foreign key that the ERP has checked says that there is one.
	Leftovers []Leftover

	// Kept are the columns by which rows are shown, and which stay as they are
	// whatever a trigger of the ERP's does; Null are those that have to be NULL in a
	// new row. Both are the catalog's, and may be hidden.
	Kept, Null []*catalog.Column
}

// Leftover is a table in which rows may be left of a row that is gone. A new row
// under the old key would be given them, and with it who put it in: to such a key
// an INSERT is as to one that is there.
type Leftover struct {
	In      *catalog.Table
	Columns []*catalog.Column // of In
	Key     []*catalog.Column // of the written table, the catalog's
}

// Pin is a column that the row condition compares with one value: a parameter
// of the identity, a number or a text.
type Pin struct {
	Column *catalog.Column // the catalog's
	Value  querytree.Expr
}

// Reference is a foreign key: what it points at must be visible.
type Reference struct {
	Columns    []*catalog.Column // the catalog's
	To         *Table            // nil where it points out of the view: then nothing can be set
	RefColumns []*catalog.Column // of To.Catalog
}

// Allows tells whether an operation of the profile's writes may be done.
func (w *Writes) Allows(operation string) bool {
	if w == nil {
		return false
	}
	return map[string]bool{profiles.Insert: w.Insert, profiles.Update: w.Update, profiles.Delete: w.Delete}[operation]
}

// Pin finds what a column of the table is held to; nil for nothing.
func (w *Writes) Pin(name string) *Pin {
	for i := range w.Pinned {
		if w.Pinned[i].Column.Name == name {
			return &w.Pinned[i]
		}
	}
	return nil
}

// Side finds the Side that a column is; nil for none.
func (w *Writes) Side(name string) *Pin {
	for i := range w.Sides {
		if w.Sides[i].Column.Name == name {
			return &w.Sides[i]
		}
	}
	return nil
}

// counts tells whether the rows of a module with this level are among those
// that the binder's policies let through.
func (b *binder) counts(l profiles.Level) bool {
	switch {
	case b.whole:
		return true
	case b.writing:
		return l.AllowsWriting()
	}
	return l.AllowsReading()
}

// writes binds what the profile lets customers write. What cannot be held
// inside the view is left out, and named in Problems.
func (b *binder) writes(tables map[string]*Table) {
	of := &binder{v: &View{Profile: b.v.Profile, Catalog: b.v.Catalog}, policies: map[string]*querytree.Policy{}, failed: map[string]bool{}, writing: true}
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		rule, t := b.v.Profile.Tables[name], tables[name]
		if len(rule.Writes) == 0 {
			continue
		}
		w, err := b.writesOf(name, rule, t, of.policy(name))
		if err != nil {
			b.problem(false, name, "", "writes: %v; the table can only be read", err)
			continue
		}
		for operation, allowed := range map[string]*bool{profiles.Insert: &w.Insert, profiles.Update: &w.Update, profiles.Delete: &w.Delete} {
			if !*allowed {
				continue
			}
			if into := b.carriedInto(operation, rule, t, w.Key); len(into) > 0 {
				*allowed = false
				b.problem(false, name, "", "writes: the ERP's foreign keys carry %s on to %s, where the profile lets nobody do that: take %s out, or name the tables in cascades; it is left out", operation, strings.Join(into, ", "), operation)
			}
		}
		if w.Insert && b.v.Catalog.Engine == catalog.MariaDB && !strings.Contains(b.v.Catalog.Version, "MariaDB") {
			w.Insert = false
			b.problem(false, name, "", "writes: MySQL does not give back the keys of inserted rows; insert is left out")
		}
		t.Writes = w
	}
	for _, t := range tables {
		if t.Writes != nil {
			t.Writes.References = b.references(t, tables)
		}
	}
	b.keep(tables)
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		if tables[name].Writes != nil {
			b.missed(name, tables[name])
		}
	}
}

// missed names the columns for which every INSERT would lack a value.
func (b *binder) missed(name string, t *Table) {
	for _, c := range t.Catalog.Columns {
		visible := t.Visible.Column(c.Name)
		given := visible != nil && !t.Rule(visible).ReadOnly || t.Writes.Pin(c.Name) != nil || named(t.Writes.Key, c.Name)
		if t.Writes.Insert && !given && !c.Nullable && !c.Default && !c.Computed {
			b.problem(false, name, c.Name, "writes: a new row must have a value there, and customers give none: unless a trigger of the ERP does, every insert is refused")
		}
	}
}

func (b *binder) writesOf(name string, rule profiles.Table, t *Table, policy *querytree.Policy) (*Writes, error) {
	switch {
	case policy == nil:
		return nil, fmt.Errorf("its row condition cannot be bound")
	case t.Catalog.View:
		return nil, fmt.Errorf("it is a view")
	case t.Catalog.NoRollback:
		return nil, fmt.Errorf("what is written to a table of its storage engine cannot be rolled back; InnoDB's can")
	}
	w := &Writes{Insert: rule.Allows(profiles.Insert), Update: rule.Allows(profiles.Update), Delete: rule.Allows(profiles.Delete), Policy: policy}
	if w.Key = keyOf(b.v.Catalog.Engine, t.Catalog, comparable); w.Key == nil {
		return nil, fmt.Errorf("no key tells its rows apart")
	}
	if err := lockable(b.v.Catalog.Engine, policy); err != nil {
		return nil, err
	}
	w.Pinned = pins(policy)
	w.Sides = sides(policy, w.Pinned)
	if t.Catalog.Replaces && (w.Insert || w.Update) {
		w.Insert, w.Update = false, false
		b.problem(false, name, "", "writes: a constraint of it says ON CONFLICT REPLACE or IGNORE, by which one customer's row would take another's out without a word; insert and update are left out")
	}
	return w, nil
}

// keyOf gives the columns that tell rows of a table apart, all of kinds that fit:
// the primary key, or else a unique key that is never NULL; nil for none.
func keyOf(engine catalog.Engine, t *catalog.Table, fits func(sqltype.Kind) bool) []*catalog.Column {
	for i, names := range append([][]string{t.PrimaryKey}, t.Unique...) {
		var key []*catalog.Column
		for _, n := range names {
			c := t.Column(n)
			if c == nil || unprintable(engine, c.Name) || !fits(c.Type.Kind) || c.Nullable && i > 0 {
				key = nil
				break
			}
			key = append(key, c)
		}
		if key != nil {
			return key
		}
	}
	return nil
}

// comparable tells whether a value of a kind that was read finds its row again.
func comparable(k sqltype.Kind) bool {
	switch k {
	case sqltype.Int, sqltype.Decimal, sqltype.Text, sqltype.Date, sqltype.Timestamp, sqltype.UUID, sqltype.Binary, sqltype.Bool:
		return true
	}
	return false
}

// lockable refuses a row condition whose tables cannot be locked while a write
// is checked: they could change between the check and the commit.
func lockable(engine catalog.Engine, policy *querytree.Policy) error {
	if engine == catalog.SQLite {
		return nil // nobody else writes
	}
	var err error
	querytree.WalkExpr(policy.Where, querytree.Visitor{
		Query: func(q *querytree.Query) {
			sel, plain := q.Body.(*querytree.Select)
			if !plain || sel.Distinct || sel.Grouped || len(sel.GroupBy) > 0 || sel.Having != nil || len(q.With) > 0 || q.Limit != nil || q.Offset != nil {
				err = fmt.Errorf("its row condition holds a subquery with UNION, DISTINCT, GROUP BY, an aggregate, WITH or LIMIT, whose rows cannot be locked while a write is checked; write the condition without")
			}
		},
		Source: func(s querytree.Source) {
			switch s := s.(type) {
			case *querytree.Join:
				if s.Kind != "INNER" && s.Kind != "CROSS" {
					err = fmt.Errorf("its row condition holds an outer join, whose rows cannot be locked while a write is checked; write it with EXISTS")
				}
			case *querytree.Derived, *querytree.CTERef:
				err = fmt.Errorf("its row condition holds a subquery in FROM, whose rows cannot be locked while a write is checked; write it with EXISTS")
			case *querytree.RawScan:
				if engine == catalog.MariaDB && s.Table == policy.Table {
					err = fmt.Errorf("its row condition reads the table itself, which MariaDB does not allow while it is written")
				}
			}
		},
	})
	return err
}

// pins finds the columns that a row condition holds to one value: those of its
// AND that are compared with a value of the identity or a constant.
func pins(policy *querytree.Policy) []Pin {
	var found []Pin
	for _, x := range querytree.Conjuncts(policy.Where, nil) {
		op, ok := x.(*querytree.Op)
		if !ok || op.Op != "=" {
			continue
		}
		column, value := op.Args[0], op.Args[1]
		if _, ok := column.(*querytree.ColumnRef); !ok {
			column, value = value, column
		}
		ref, ok := column.(*querytree.ColumnRef)
		if !ok || ref.Source != querytree.Source(policy.Self) || slices.ContainsFunc(found, func(p Pin) bool { return p.Column == ref.Col }) {
			continue
		}
		switch v := value.(type) {
		case *querytree.Param:
			if v.T.Kind == ref.Col.Type.Kind { // a seek compares a copy in another form
				found = append(found, Pin{ref.Col, v})
			}
		case *querytree.Number, *querytree.Bool:
			found = append(found, Pin{ref.Col, v})
		}
	}
	return found
}

// sides finds the columns that a row condition compares with the identity without
// holding them to it.
func sides(policy *querytree.Policy, pinned []Pin) []Pin {
	var found []Pin
	add := func(ref *querytree.ColumnRef, value querytree.Expr) {
		if slices.ContainsFunc(pinned, func(p Pin) bool { return p.Column == ref.Col }) {
			return
		}
		i := slices.IndexFunc(found, func(p Pin) bool { return p.Column == ref.Col })
		if i < 0 {
			found = append(found, Pin{ref.Col, value})
			return
		}
		before, is := found[i].Value.(*querytree.Param)
		now, also := value.(*querytree.Param)
		if !is || !also || before.Slot != now.Slot {
			found[i].Value = nil
		}
	}
	querytree.WalkExpr(policy.Where, querytree.Visitor{Expr: func(x querytree.Expr) {
		var mine []*querytree.ColumnRef
		var who []*querytree.Param
		querytree.Children(x, func(c querytree.Expr) {
			switch c := c.(type) {
			case *querytree.ColumnRef:
				if c.Source == querytree.Source(policy.Self) {
					mine = append(mine, c)
				}
			case *querytree.Param:
				if c.Slot.Kind == querytree.SlotIdentity {
					who = append(who, c)
				}
			}
		}, func(*querytree.Query) {})
		op, equals := x.(*querytree.Op)
		equals = equals && op.Op == "="
		for _, ref := range mine {
			for _, p := range who {
				if equals && p.T.Kind == ref.Col.Type.Kind {
					add(ref, p)
				} else {
					add(ref, nil)
				}
			}
		}
	}})
	return found
}

// references binds the foreign keys of a table.
func (b *binder) references(t *Table, tables map[string]*Table) []Reference {
	var found []Reference
	for _, fk := range t.Catalog.ForeignKeys {
		r := Reference{}
		for _, n := range fk.Columns {
			if c := t.Catalog.Column(n); c != nil {
				r.Columns = append(r.Columns, c)
			}
		}
		to := b.v.Catalog.Table(fk.RefSchema, fk.RefTable)
		for _, other := range tables {
			if to != nil && other.Catalog == to {
				r.To = other
			}
		}
		if r.To != nil {
			for _, n := range fk.RefColumns {
				if c := to.Column(n); c != nil && comparable(c.Type.Kind) {
					r.RefColumns = append(r.RefColumns, c)
				}
			}
		}
		if len(r.RefColumns) != len(r.Columns) {
			r.To, r.RefColumns = nil, nil
		}
		found = append(found, r)
	}
	return found
}

// named tells whether one of some columns has a name.
func named(columns []*catalog.Column, name string) bool {
	return slices.ContainsFunc(columns, func(c *catalog.Column) bool { return c.Name == name })
}
