package oracle

// Reduction is the heart of the oracle: which rows of a table the customer may
// see, by the words of the profile and nothing else. A row is seen when its
// condition is true (not NULL), one of its modules that may be read lets it
// through, and the table it follows shows a row that matches.

// visible gives the rows of a listed table that a customer may see.
func (p *profile) visible(w *world, asks customer, t *table) []row {
	var out []row
	for _, x := range t.rows {
		if p.sees(w, asks, t, x) {
			out = append(out, x)
		}
	}
	return out
}

func (p *profile) sees(w *world, asks customer, t *table, x row) bool {
	r := p.rules[t]
	s := &situation{world: w, asks: asks, rows: map[*binding]row{r.self: x}}
	if r.rows != nil && !s.eval(r.rows).yes() {
		return false
	}
	if len(r.modules) > 0 {
		any := false
		for m, cond := range r.modules {
			any = any || p.levels[m] != "none" && (cond == nil || s.eval(cond).yes())
		}
		if !any {
			return false
		}
	}
	return r.follows == nil || p.followed(w, asks, r.follows, x)
}

func (p *profile) followed(w *world, asks customer, f *follows, x row) bool {
	for _, header := range f.table.rows {
		match := true
		for _, pair := range f.on {
			match = match && compared("=", x[pair[0].index], header[pair[1].index]).yes()
		}
		if match && p.sees(w, asks, f.table, header) {
			return true
		}
	}
	return false
}
