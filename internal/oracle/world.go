package oracle

import (
	"math/rand/v2"
)

// askers is how many customers ask the same questions: plans are shared
// between them, data never.
const askers = 2

// world is a schema with data, a profile and the customers who ask, the first
// of the customers.
type world struct {
	dialect   dialect
	ints      bool // customers' ids are numbers
	customers []customer
	tables    []*table
	profile   *profile
	yaml      string
	offers    []*offer // of twins (twin_offers.go)
	tiles     []tile

	shown []*table                 // tables of which something is visible
	seen  [askers]map[*table][]row // their rows that each asker may see
}

// randomWorld makes a world in which the customer sees something and not
// everything.
func randomWorld(r *rand.Rand, d dialect) *world {
	for {
		w := &world{dialect: d, ints: chance(r, 25)}
		w.customers = randomCustomers(r, d, w.ints)
		w.tables = randomTables(r, d, w.ints)
		w.fill(r)
		w.profile = randomProfile(r, w)
		w.reduce()
		some := 0
		for _, t := range w.shown {
			if n := len(w.seen[0][t]); n > 1 && n < len(t.rows) {
				some++
			}
		}
		if 3*some >= 2*len(w.shown) {
			w.lay(r)
			w.reduce() // a policy may look at what was changed
			w.yaml = w.profile.yaml(r)
			return w
		}
	}
}

// reduce finds out what the askers may see.
func (w *world) reduce() {
	w.shown = nil
	for who := range w.seen {
		w.seen[who] = map[*table][]row{}
	}
	for _, t := range w.profile.order {
		if len(w.profile.columns(t)) == 0 {
			continue
		}
		w.shown = append(w.shown, t)
		for who := range w.seen {
			w.seen[who][t] = w.profile.visible(w, w.customers[who], t)
		}
	}
}

// outside gives the tables that the customer may not know of. One whose name
// differs from a visible one's by case only does not count: the portal finds
// the visible one by it.
func (w *world) outside() []*table {
	var out []*table
	for _, t := range w.tables {
		known := false
		for _, s := range w.shown {
			known = known || foldEqual(s.name, t.name)
		}
		if !known {
			out = append(out, t)
		}
	}
	return out
}

// knownOtherwise tells whether something visible is called so but for its
// case: the portal finds that by the name.
func (w *world) knownOtherwise(name string) bool {
	for _, t := range w.shown {
		for _, c := range w.profile.columns(t) {
			if foldEqual(c.name, name) && !w.dialect.same(c.name, name) {
				return true
			}
		}
	}
	return false
}

// visible tells whether anything visible has the name.
func (w *world) visible(name string) bool {
	for _, t := range w.shown {
		if foldEqual(t.name, name) {
			return true
		}
		for _, c := range w.profile.columns(t) {
			if foldEqual(c.name, name) {
				return true
			}
		}
	}
	return false
}

// shows tells whether anything is to be seen of a table.
func (w *world) shows(name string) bool {
	for _, t := range w.shown {
		if t.name == name {
			return true
		}
	}
	return false
}
