package oracle

import (
	"math/rand/v2"
	"slices"
)

// Two worlds. A twin of a world differs from it in what its first asker may
// not see, and in nothing else: other customers' rows (their values, how many
// there are, and so the engine's statistics), rows outside of every view, and
// hidden columns, also of the asker's own rows. Whatever he asks, both must
// give the same bytes.

// bulk is how many copies of one row a twin may have: enough for an engine to
// choose other plans.
const bulk = 30

// elsewhere gives the rows of a twin. Each change is kept only where the asker
// sees what he saw before, by the words of the profile (reduce.go).
func (w *world) elsewhere(r *rand.Rand) map[*table][]row {
	before := w.sight()
	mine := map[*table][]row{}
	for _, t := range w.tables {
		mine[t] = t.rows
		t.last = max(len(t.rows), len(codes)) // no key of before is given again
		t.rows = slices.Clone(t.rows)
	}
	for range 4 * len(w.tables) {
		t := pick(r, w.tables)
		kept := t.rows
		t.rows = w.changed(r, t)
		if !sameSight(before, w.sight()) {
			t.rows = kept
		}
	}
	for _, t := range w.tables { // many of one kind
		if kept := t.rows; len(kept) > 0 && chance(r, 30) {
			like := pick(r, kept)
			t.rows = slices.Clone(kept)
			for range bulk {
				t.rows = append(t.rows, t.anew(slices.Clone(like)))
			}
			if !sameSight(before, w.sight()) {
				t.rows = kept
			}
		}
	}
	seen := map[*value]bool{} // by the first cell of a row
	for _, t := range w.shown {
		for _, x := range w.profile.visible(w, w.customers[0], t) {
			seen[&x[0]] = true
		}
	}
	for _, t := range w.tables {
		kept := slices.Clone(t.rows)
		for i, x := range t.rows {
			if !seen[&x[0]] {
				t.rows[i] = slices.Clone(x)
			}
		}
		w.trap(r, t.columns, t.rows, func(x row) bool { return seen[&x[0]] })
		if !sameSight(before, w.sight()) { // a policy looks at what was changed
			t.rows = kept
		}
	}
	other := map[*table][]row{}
	for _, t := range w.tables {
		other[t], t.rows = t.rows, mine[t]
	}
	return other
}

// changed gives a table's rows with some more, one less, or one that is
// otherwise.
func (w *world) changed(r *rand.Rand, t *table) []row {
	rows := slices.Clone(t.rows)
	switch n := weighted(r, 50, 35, 15); {
	case n == 0 || len(rows) == 0:
		for range 1 + r.IntN(4) {
			x := make(row, len(t.columns))
			for _, c := range t.columns {
				x[c.index] = w.valueFor(r, c)
			}
			rows = append(rows, t.anew(x))
		}
	case n == 1:
		i, c := r.IntN(len(rows)), pick(r, t.columns)
		if !slices.Contains(t.key, c) {
			rows[i] = slices.Clone(rows[i])
			rows[i][c.index] = w.valueFor(r, c)
		}
	default:
		i := r.IntN(len(rows))
		rows = slices.Delete(rows, i, i+1)
	}
	return rows
}

func (w *world) valueFor(r *rand.Rand, c *column) value {
	for {
		if v := c.domain.random(r, c.kind, w); !v.null() || !c.notNull {
			return v
		}
	}
}

// anew gives a row a key that no row of its table has or had.
func (t *table) anew(x row) row {
	t.last++
	t.setKey(x, t.last)
	return x
}

// sight is what the first asker sees: of each shown table, the visible columns
// of the visible rows, in their order, and what a row is offered with.
func (w *world) sight() map[*table][]row {
	out := map[*table][]row{}
	for _, t := range w.shown {
		columns := w.profile.columns(t)
		for _, x := range w.profile.visible(w, w.customers[0], t) {
			seen := make(row, len(columns))
			for i, c := range columns {
				seen[i] = x[c.index]
			}
			for _, o := range w.offers {
				if o.table == t {
					seen = append(seen, o.told(w, x)...)
				}
			}
			out[t] = append(out[t], seen)
		}
	}
	return out
}

func sameSight(a, b map[*table][]row) bool {
	for t := range a {
		if len(a[t]) != len(b[t]) {
			return false
		}
	}
	for t := range b {
		if !slices.EqualFunc(a[t], b[t], func(x, y row) bool {
			return slices.EqualFunc(x, y, func(u, v value) bool { return u.kind == v.kind && u.text == v.text })
		}) {
			return false
		}
	}
	return true
}
