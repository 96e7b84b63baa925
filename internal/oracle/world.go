package oracle

import (
	"math/rand/v2"
)

// world is a schema with data, a profile and a customer who asks.
type world struct {
	dialect   dialect
	ints      bool // customers' ids are numbers
	customers []customer
	tables    []*table
	profile   *profile
	yaml      string

	shown []*table         // tables of which something is visible
	seen  map[*table][]row // their visible rows
}

// randomWorld makes a world in which the customer sees something and not
// everything.
func randomWorld(r *rand.Rand, d dialect) *world {
	for {
		w := &world{dialect: d, ints: chance(r, 25)}
		w.customers = randomCustomers(r, w.ints)
		w.tables = randomTables(r, d, w.ints)
		w.fill(r)
		w.profile = randomProfile(r, w)
		w.reduce()
		some := 0
		for _, t := range w.shown {
			if n := len(w.seen[t]); n > 1 && n < len(t.rows) {
				some++
			}
		}
		if 2*some > len(w.shown) {
			w.yaml = w.profile.yaml(r)
			return w
		}
	}
}

// reduce finds out what the customer may see.
func (w *world) reduce() {
	w.shown, w.seen = nil, map[*table][]row{}
	for _, t := range w.profile.order {
		if len(w.profile.columns(t)) > 0 {
			w.shown = append(w.shown, t)
			w.seen[t] = w.profile.visible(w, t)
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
