package oracle

import (
	"maps"
	"math/rand/v2"
	"testing"
)

// The gate is given a profile that differs in one point from the one by which
// the reduced database was made. An oracle that does not notice proves nothing.
func TestTheOracleNoticesAGateThatIsWrong(t *testing.T) {
	if underRace {
		t.Skip("a gate that lets every row through joins all of them: under the race detector that takes a quarter of an hour, so make test runs it without")
	}
	for name, spoil := range map[string]func(*rule, *profile) bool{
		"a row filter that lets every row through": func(x *rule, _ *profile) bool {
			if x.rows != nil {
				x.rows = operation("OR", x.rows, constant(truth(true)))
			}
			return x.rows != nil
		},
		"a row filter that asks for NOT its condition": func(x *rule, _ *profile) bool {
			if x.rows != nil {
				x.rows = operation("NOT", x.rows)
			}
			return x.rows != nil
		},
		"a hidden column that is shown": func(x *rule, _ *profile) bool {
			for _, c := range x.self.table.columns {
				if x.listed[c] {
					x.listed[c] = false
					return true
				}
			}
			return false
		},
		"a shown column that is hidden": func(x *rule, p *profile) bool {
			visible := p.columns(x.self.table)
			if len(visible) > 1 {
				x.listed[visible[0]] = true
			}
			return len(visible) > 1
		},
		"lines that follow nothing": func(x *rule, _ *profile) bool {
			if x.follows == nil {
				return false
			}
			x.follows, x.rows, x.public = nil, nil, true
			return true
		},
		"modules that do not count": func(x *rule, _ *profile) bool {
			some := len(x.modules) > 0
			x.modules = nil
			return some
		},
		"a module that is off and lets rows through": func(x *rule, p *profile) bool {
			for _, m := range moduleNames {
				if _, named := x.modules[m]; named && p.levels[m] == "none" {
					p.levels[m] = "list"
					return true
				}
			}
			return false
		},
		"another attribute of the identity": func(x *rule, _ *profile) bool {
			return x.rows != nil && reparameter(x.rows)
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := plan{dialect: sqliteDialect, seed: 1, cases: 400, perWorld: 20, only: -1, servers: servers{folder: t.TempDir(), name: "w"}}
			p.spoil = func(w *world, r *rand.Rand) string {
				other := w.profile.clone()
				some := false
				for _, table := range other.order {
					some = spoil(other.rules[table], other) || some
				}
				if !some {
					return ""
				}
				return other.yaml(r)
			}
			got, err := p.run(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			t.Log(&got)
			if got.wrong == 0 {
				t.Errorf("nothing was noticed in %d cases", got.cases)
			}
		})
	}
}

// clone copies a profile so far that a rule of it can be changed.
func (p *profile) clone() *profile {
	out := &profile{levels: maps.Clone(p.levels), rules: map[*table]*rule{}, order: p.order}
	for t, x := range p.rules {
		y := *x
		y.modules, y.listed = maps.Clone(x.modules), maps.Clone(x.listed)
		if x.rows != nil {
			y.rows = x.rows.clone()
		}
		out.rules[t] = &y
	}
	return out
}

func (t *term) clone() *term {
	out := *t
	out.args = nil
	for _, a := range t.args {
		out.args = append(out.args, a.clone())
	}
	return &out
}

// reparameter makes a condition ask for the contact instead of the customer,
// who is another customer in most worlds.
func reparameter(t *term) bool {
	found := t.op == "param" && t.name == "customer"
	if found {
		t.name = "contact"
	}
	for _, a := range t.args {
		found = reparameter(a) || found
	}
	return found
}
