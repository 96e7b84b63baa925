package view

import (
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/vantelle/vantelle/filter/querytree"
	"github.com/vantelle/vantelle/internal/erp/catalog"
	"github.com/vantelle/vantelle/profiles"
)

// rules are what a profile says of every row of its tables, whatever the levels.
type rules struct {
	*binder                   // of the profile
	uses    map[string][]*use // of each table's row condition
}

func (b *binder) allRules(p *profiles.Profile) *rules {
	whole := &binder{v: &View{Profile: p, Catalog: b.v.Catalog}, policies: map[string]*querytree.Policy{}, failed: map[string]bool{}, whole: true}
	for name := range p.Tables {
		whole.policy(name)
	}
	own := map[*querytree.Self]querytree.Expr{}
	if p == b.v.Profile { // what another says need not hold of what this one lets customers write
		for _, policy := range whole.policies {
			own[policy.Self] = policy.Where
		}
	}
	out := &rules{binder: whole, uses: map[string][]*use{}}
	for name, policy := range whole.policies {
		out.uses[name] = usesOf(policy.Where, policy.Self, own)
	}
	return out
}

// unbound gives the tables whose row conditions cannot be bound now, and name a table.
func (r *rules) unbound(t *catalog.Table) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(r.v.Profile.Tables)) {
		rule := r.v.Profile.Tables[name]
		if !r.failed[name] {
			continue
		}
		texts := []string{rule.Rows.SQL, rule.Seek.SQL}
		for _, m := range rule.Modules {
			texts = append(texts, m.SQL)
		}
		if rule.Follows != nil {
			texts = append(texts, rule.Follows.Table)
		}
		if r.names(strings.Join(texts, "\n"), t) {
			out = append(out, name)
		}
	}
	return out
}

// names tells whether a text may read a table: it has its name, or that of a view.
func (r *rules) names(text string, t *catalog.Table) bool {
	words := map[string]bool{}
	for _, word := range strings.FieldsFunc(strings.ToLower(text), func(c rune) bool { return c != '_' && !unicode.IsLetter(c) && !unicode.IsDigit(c) }) {
		words[word] = true
	}
	for _, other := range r.v.Catalog.Tables {
		name := strings.ToLower(other.Name)
		plain := strings.IndexFunc(name, func(c rune) bool { return c != '_' && !unicode.IsLetter(c) && !unicode.IsDigit(c) }) < 0
		if (other == t || other.View) && (words[name] || !plain && strings.Contains(strings.ToLower(text), name)) {
			return true
		}
	}
	return false
}

// views gives the views that row conditions read, or that are the profile's tables,
// and the tables that each is said to read; nil for one that says nothing.
func (r *rules) views() map[*catalog.Table][]*catalog.Table {
	found := map[*catalog.Table][]*catalog.Table{}
	add := func(t *catalog.Table) {
		if t != nil && t.View {
			found[t] = r.readBy(t)
		}
	}
	for name := range r.uses {
		add(r.policies[name].Table)
		for _, u := range r.uses[name] {
			add(u.table())
		}
	}
	return found
}

// readBy gives the tables that the profile says a view reads; nil where it says
// nothing, or something that is not known here.
func (r *rules) readBy(v *catalog.Table) []*catalog.Table {
	var out []*catalog.Table
	for _, rule := range r.v.Profile.Tables {
		if r.v.Catalog.Table(rule.Schema, rule.Name) != v {
			continue
		}
		for _, name := range rule.Reads {
			t := r.v.Catalog.Table(profiles.SplitTableName(name))
			if t == nil || t.View { // what that one reads nobody has said here
				return nil
			}
			out = append(out, t)
		}
	}
	return out
}

// hanging gives the columns of tables on which row conditions hang, and the tables
// that they ask for what is not there.
func hanging(all []*rules) (columns map[*catalog.Table]map[string]bool, missing map[*catalog.Table]bool) {
	columns, missing = map[*catalog.Table]map[string]bool{}, map[*catalog.Table]bool{}
	for _, of := range all {
		for _, uses := range of.uses {
			for _, u := range uses {
				t := u.table()
				if columns[t] == nil {
					columns[t] = map[string]bool{}
				}
				for _, p := range u.equal {
					columns[t][p.mine.Col.Name] = true
				}
				for _, c := range u.mentions {
					columns[t][c.Name] = true
				}
				missing[t] = missing[t] || !u.plain
			}
		}
	}
	return columns, missing
}
