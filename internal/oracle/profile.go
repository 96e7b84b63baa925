package oracle

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// profile is a profile as the oracle knows it.
type profile struct {
	levels map[string]string // of modules
	rules  map[*table]*rule  // of listed tables
	order  []*table
}

// rule is what the profile says of one table.
type rule struct {
	self    *binding // the row itself
	rows    *term    // nil where not given
	public  bool
	follows *follows
	modules map[string]*term // nil is every row
	listed  map[*column]bool // hidden or not; not listed: others decides
	others  bool
	ghosts  []string // columns that are listed and do not exist
}

type follows struct {
	table *table
	on    [][2]*column
}

func (p *profile) shows(c *column) bool {
	r := p.rules[c.table]
	if r == nil {
		return false
	}
	if hidden, listed := r.listed[c]; listed {
		return !hidden
	}
	return r.others
}

// columns gives what is visible of a table, in its order.
func (p *profile) columns(t *table) []*column {
	var out []*column
	for _, c := range t.columns {
		if p.shows(c) {
			out = append(out, c)
		}
	}
	return out
}

var moduleNames = []string{"orders", "invoices", "drafts"}

func randomProfile(r *rand.Rand, w *world) *profile {
	p := &profile{levels: map[string]string{}, rules: map[*table]*rule{}}
	for _, m := range moduleNames {
		p.levels[m] = pick(r, []string{"none", "list", "read", "read", "full"})
	}
	names := map[string]bool{}
	for i, t := range w.tables {
		if names[strings.ToLower(t.name)] || i > 1 && chance(r, 22) {
			continue // a profile cannot name two tables that differ by case only
		}
		names[strings.ToLower(t.name)] = true
		p.order = append(p.order, t)
		p.rules[t] = &rule{self: &binding{table: t}, modules: map[string]*term{}, listed: map[*column]bool{}}
	}
	for i, t := range p.order {
		p.rules[t].randomRows(r, w, p, p.order[:i])
		p.rules[t].randomColumns(r, t)
	}
	return p
}

func (x *rule) randomRows(r *rand.Rand, w *world, p *profile, before []*table) {
	t := x.self.table
	a := &author{r: r, w: w, scope: []*binding{x.self}}
	kind := weighted(r, 66, 12, 22)
	if kind == 2 {
		x.follows = randomFollows(r, t, before)
	}
	switch {
	case x.follows != nil:
		if chance(r, 25) {
			x.rows = a.random(1)
		}
	case kind == 1:
		x.public, a.public = true, true
		if chance(r, 60) {
			x.rows = a.random(1)
		}
	default:
		x.rows = a.owned(2)
		switch weighted(r, 50, 20, 15, 15) {
		case 1:
			x.rows = operation("AND", x.rows, a.random(1))
		case 2:
			x.rows = operation("OR", x.rows, operation("AND", a.random(1), a.random(0)))
		case 3:
			x.rows = operation("OR", operation("AND", x.rows, a.random(1)), operation("AND", a.owned(1), a.random(0)))
		}
	}
	if chance(r, 35) {
		for _, m := range moduleNames {
			switch weighted(r, 40, 45, 15) {
			case 1:
				x.modules[m] = a.random(0)
			case 2:
				x.modules[m] = nil
			}
		}
	}
}

func randomFollows(r *rand.Rand, t *table, before []*table) *follows {
	for range 8 {
		if len(before) == 0 {
			return nil
		}
		header := pick(r, before)
		var pairs [][2]*column
		for _, own := range t.columns {
			for _, other := range header.columns {
				if own.domain == other.domain && own.kind == other.kind && own.domain != domBig && own.domain != domFloat {
					pairs = append(pairs, [2]*column{own, other})
				}
			}
		}
		if len(pairs) > 0 {
			f := &follows{table: header, on: [][2]*column{pick(r, pairs)}}
			if chance(r, 20) {
				f.on = append(f.on, pick(r, pairs))
			}
			return f
		}
	}
	return nil
}

func (x *rule) randomColumns(r *rand.Rand, t *table) {
	x.others = chance(r, 35)
	names := map[string]bool{}
	for _, c := range t.columns {
		if f := strings.ToLower(c.name); !names[f] && strings.TrimSpace(c.name) == c.name {
			switch {
			case x.others && chance(r, 30), !x.others && chance(r, 20):
				x.listed[c] = true
				names[f] = true
			case !x.others && chance(r, 85), x.others && chance(r, 20):
				x.listed[c] = false
				names[f] = true
			}
		}
	}
	if chance(r, 10) {
		x.ghosts = append(x.ghosts, "no such column")
	}
	visible := x.others
	for _, hidden := range x.listed {
		visible = visible || !hidden
	}
	if !visible {
		x.listed[t.columns[0]] = false
	}
}

// yaml writes the profile as its loader reads it.
func (p *profile) yaml(r *rand.Rand) string {
	var b strings.Builder
	b.WriteString("profile: ORACLE\ntitle: {fr: Essai, en: Trial}\nerp: custom\nmodules:\n")
	for _, m := range moduleNames {
		fmt.Fprintf(&b, "  %s: {level: %s}\n", m, p.levels[m])
	}
	b.WriteString("tables:\n")
	for _, t := range p.order {
		x := p.rules[t]
		fmt.Fprintf(&b, "  %s:\n", strconv.Quote(t.name))
		if x.rows != nil {
			fmt.Fprintf(&b, "    rows: %s\n", strconv.Quote(writeCondition(r, x.rows)))
		}
		if x.public {
			b.WriteString("    public: true\n")
		}
		if f := x.follows; f != nil {
			var on []string
			for _, pair := range f.on {
				on = append(on, fmt.Sprintf("[%s, %s]", strconv.Quote(pair[0].name), strconv.Quote(pair[1].name)))
			}
			fmt.Fprintf(&b, "    follows: {table: %s, on: [%s]}\n", strconv.Quote(f.table.name), strings.Join(on, ", "))
		}
		if len(x.modules) > 0 {
			b.WriteString("    modules:\n")
			for _, m := range moduleNames {
				if cond, given := x.modules[m]; given {
					text := ""
					if cond != nil {
						text = writeCondition(r, cond)
					}
					fmt.Fprintf(&b, "      %s: %s\n", m, strconv.Quote(text))
				}
			}
		}
		x.yamlColumns(&b)
	}
	return b.String()
}

func (x *rule) yamlColumns(b *strings.Builder) {
	if x.others {
		b.WriteString("    other_columns: shown\n")
	}
	if len(x.listed)+len(x.ghosts) == 0 {
		return
	}
	b.WriteString("    columns:\n")
	for _, c := range x.self.table.columns {
		if hidden, listed := x.listed[c]; listed && hidden {
			fmt.Fprintf(b, "      %s: {hidden: true}\n", strconv.Quote(c.name))
		} else if listed {
			fmt.Fprintf(b, "      %s: {}\n", strconv.Quote(c.name))
		}
	}
	for _, g := range x.ghosts {
		fmt.Fprintf(b, "      %s: {}\n", strconv.Quote(g))
	}
}
